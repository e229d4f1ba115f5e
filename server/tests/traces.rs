//! A sampled edit leaves one trace, from its frame to its acknowledgement, at a collector that speaks OTLP.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    sync::mpsc,
    time::Duration,
};

use opentelemetry_proto::tonic::{collector::trace::v1::ExportTraceServiceRequest, trace::v1::Span};
use prost::Message as _;
use server::{telemetry, testing::TestServer};
use support::socket::Socket;
use tandem_protocol::ws::Subprotocol;

struct Sent {
    path: String,
    headers: HashMap<String, String>,
    request: ExportTraceServiceRequest,
}

/// Takes what is posted to it and answers each with an empty success.
fn collector() -> (String, mpsc::Receiver<Sent>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (tell, received) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = BufReader::new(stream.unwrap());
            let tell = tell.clone();
            std::thread::spawn(move || {
                while let Some(sent) = take(&mut stream) {
                    let _ = tell.send(sent);
                    stream
                        .get_mut()
                        .write_all(b"HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\n\r\n")
                        .unwrap();
                }
            });
        }
    });
    (address, received)
}

fn take(stream: &mut BufReader<std::net::TcpStream>) -> Option<Sent> {
    let mut line = String::new();
    stream.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let path = line.split(' ').nth(1)?.to_owned();
    let mut headers = HashMap::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.insert(name.to_lowercase(), value.to_owned());
    }
    let mut body = vec![0; headers["content-length"].parse().unwrap()];
    stream.read_exact(&mut body).ok()?;
    Some(Sent { path, headers, request: ExportTraceServiceRequest::decode(body.as_slice()).unwrap() })
}

fn attribute(span: &Span, key: &str) -> Option<String> {
    use opentelemetry_proto::tonic::common::v1::any_value::Value;
    let found = span.attributes.iter().find(|attribute| attribute.key == key)?;
    match found.value.as_ref()?.value.as_ref()? {
        Value::StringValue(text) => Some(text.clone()),
        other => Some(format!("{other:?}")),
    }
}

#[actix_web::test]
async fn a_sampled_edit_is_one_trace_from_frame_to_acknowledgement() {
    let (endpoint, received) = collector();
    let settings = [("otlp.endpoint", endpoint.as_str()), ("otlp.headers", "x-team=labels"), ("otlp.sample", "1")];
    let server = TestServer::with(&settings).await;
    let telemetry = telemetry::start(&server.state.config, true).unwrap();
    let people = server.database.a;
    let mut ann = Socket::hello(&server, server.token(&people, people.labeler).await, Subprotocol::Json).await;
    ann.join(people.tasks[0]).await;
    let doc = yrs::Doc::new();
    {
        use yrs::{Map as _, Transact as _};
        doc.get_or_insert_map("regions").insert(&mut doc.transact_mut(), "k", 1.0);
    }
    let bytes = {
        use yrs::{ReadTxn as _, Transact as _};
        doc.transact().encode_state_as_update_v1(&yrs::StateVector::default())
    };
    ann.update(7, bytes).await;
    ann.acked(7).await;

    let flushed = actix_web::rt::task::spawn_blocking(move || telemetry.flush());
    flushed.await.unwrap();
    let mut spans: Vec<Span> = Vec::new();
    let received = std::sync::Arc::new(std::sync::Mutex::new(received));
    while !spans.iter().any(|span| span.name == "edit") {
        let next = std::sync::Arc::clone(&received);
        // The runtime must go on: it sends the spans.
        let wait = actix_web::rt::task::spawn_blocking(move || next.lock().unwrap().recv_timeout(Duration::from_secs(30)));
        let sent = wait.await.unwrap().expect("spans");
        assert_eq!((sent.path.as_str(), sent.headers["content-type"].as_str()), ("/v1/traces", "application/x-protobuf"));
        assert_eq!(sent.headers["x-team"], "labels");
        let about = sent.request.resource_spans[0].resource.as_ref().unwrap();
        assert!(about.attributes.iter().any(|attribute| attribute.key == "service.name"));
        spans.extend(sent.request.resource_spans.into_iter().flat_map(|of| of.scope_spans).flat_map(|of| of.spans));
    }
    let edit = spans.iter().find(|span| span.name == "edit").unwrap();
    assert_eq!(attribute(edit, "task"), Some(people.tasks[0].to_string()));
    let mut stages: Vec<&Span> = spans.iter().filter(|span| span.parent_span_id == edit.span_id).collect();
    stages.sort_by_key(|span| span.start_time_unix_nano);
    assert_eq!(stages.iter().map(|span| span.name.as_str()).collect::<Vec<_>>(), ["frame", "room", "journal", "commit", "ack"]);
    for stage in &stages {
        assert_eq!(stage.trace_id, edit.trace_id);
        assert!(stage.end_time_unix_nano >= stage.start_time_unix_nano);
    }
    for pair in stages.windows(2) {
        assert!(pair[0].end_time_unix_nano <= pair[1].start_time_unix_nano + 1_000_000, "one stage after the other");
    }
    server.stop().await;
}
