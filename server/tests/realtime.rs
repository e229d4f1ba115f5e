//! `/ws` and `/yjs` over real sockets, a real server and a real Postgres.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use server::testing::TestServer;
use tandem_protocol::{
    TaskId,
    ws::{
        ClientControl, ClientFrame, ClientHot, Encoded, Hello, ServerControl, ServerFrame, ServerHot, Subprotocol, Subscribe, Subscribed,
        Topic, TopicKind,
    },
};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Error, Message, client::IntoClientRequest, http::Response},
};
use yrs::{Doc, Map, ReadTxn, StateVector, Transact, Update, updates::decoder::Decode, updates::encoder::Encode};

/// Longer than anything here takes, on a busy machine too.
const PATIENCE: Duration = Duration::from_secs(30);

struct Socket {
    stream: WebSocketStream<TcpStream>,
    subprotocol: Subprotocol,
}

async fn open(server: &TestServer, path: &str, headers: &[(&'static str, &str)]) -> Result<(Socket, Response<Option<Vec<u8>>>), Error> {
    let tcp = TcpStream::connect(server.address()).await.unwrap();
    let mut request = format!("ws://{}{path}", server.address()).into_client_request().unwrap();
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    let (stream, response) = client_async(request, tcp).await?;
    Ok((Socket { stream, subprotocol: Subprotocol::Json }, response))
}

impl Socket {
    async fn hello(server: &TestServer, token: String, subprotocol: Subprotocol) -> Self {
        let (mut socket, response) = open(server, "/ws", &[("sec-websocket-protocol", subprotocol.name())]).await.unwrap();
        assert_eq!(response.headers()["sec-websocket-protocol"], subprotocol.name());
        socket.subprotocol = subprotocol;
        socket.control(Hello { token, client: "test/1".into(), resume: None }).await;
        let welcome = socket.next().await.unwrap();
        assert!(matches!(welcome, ServerFrame::Control(ServerControl::Welcome(_))), "{welcome:?}");
        socket
    }

    async fn control(&mut self, control: impl Into<ClientControl>) {
        self.send(ClientFrame::Control(control.into())).await;
    }

    async fn send(&mut self, frame: ClientFrame) {
        let message = match frame.encode(self.subprotocol) {
            Encoded::Text(text) => Message::Text(text.into()),
            Encoded::Binary(bytes) => Message::Binary(bytes),
        };
        self.stream.send(message).await.unwrap();
    }

    async fn message(&mut self) -> Option<Message> {
        timeout(PATIENCE, self.stream.next()).await.expect("nothing came")?.ok()
    }

    async fn next(&mut self) -> Option<ServerFrame> {
        loop {
            match self.message().await? {
                Message::Text(text) => return Some(ServerFrame::decode_text(self.subprotocol, &text).unwrap()),
                Message::Binary(bytes) => return Some(ServerFrame::decode_binary(self.subprotocol, &bytes).unwrap()),
                Message::Close(_) => return None,
                _ => {}
            }
        }
    }

    async fn wait<T>(&mut self, mut pick: impl FnMut(&ServerFrame) -> Option<T>) -> T {
        loop {
            if let Some(found) = pick(&self.next().await.expect("closed")) {
                return found;
            }
        }
    }

    async fn join(&mut self, task: TaskId) -> Subscribed {
        let topic = Topic { kind: TopicKind::Task, id: task.into() };
        self.control(Subscribe { channel: 1, topic, lineage: None, state_vector: None }).await;
        self.wait(|frame| match frame {
            ServerFrame::Control(ServerControl::Subscribed(subscribed)) => Some(subscribed.clone()),
            ServerFrame::Control(ServerControl::Error(error)) => panic!("{error:?}"),
            _ => None,
        })
        .await
    }

    async fn update(&mut self, seq: u64, bytes: Vec<u8>) {
        self.send(ClientHot::Update { channel: 1, seq, bytes: bytes.into() }.into()).await;
    }

    async fn acked(&mut self, seq: u64) {
        self.wait(|frame| matches!(frame, ServerFrame::Hot(ServerHot::Ack { seq: acked, .. }) if *acked >= seq).then_some(())).await;
    }

    async fn close_code(&mut self) -> u16 {
        loop {
            match self.message().await {
                Some(Message::Close(frame)) => return frame.map_or(0, |frame| frame.code.into()),
                Some(_) => {}
                None => return 0,
            }
        }
    }
}

fn put(doc: &Doc, key: &str) -> Vec<u8> {
    let map = doc.get_or_insert_map("regions");
    let mut txn = doc.transact_mut();
    map.insert(&mut txn, key, 1.0);
    txn.commit();
    txn.encode_update_v1()
}

fn apply(doc: &Doc, update: &[u8]) {
    doc.transact_mut().apply_update(Update::decode_v1(update).unwrap()).unwrap();
}

fn len(doc: &Doc) -> u32 {
    doc.get_or_insert_map("regions").len(&doc.transact())
}

#[actix_web::test]
async fn two_people_in_both_subprotocols_edit_one_task_and_what_was_acknowledged_survives_the_server() {
    let server = TestServer::start().await;
    let (people, task) = (server.database.a, server.database.a.tasks[0]);
    let mut ann = Socket::hello(&server, server.token(&people, people.labeler).await, Subprotocol::Json).await;
    let mut bob = Socket::hello(&server, server.token(&people, people.other_labeler).await, Subprotocol::Bincode).await;
    ann.join(task).await;
    assert_eq!(bob.join(task).await.task.unwrap().peers.len(), 2);
    let (mine, theirs) = (Doc::new(), Doc::new());
    for seq in 1..=20 {
        ann.update(seq, put(&mine, &format!("k{seq}"))).await;
    }
    while len(&theirs) < 20 {
        let bytes = bob
            .wait(|frame| match frame {
                ServerFrame::Hot(ServerHot::Update { bytes, .. } | ServerHot::Sync { bytes, .. }) => Some(bytes.clone()),
                _ => None,
            })
            .await;
        apply(&theirs, &bytes);
    }
    ann.acked(20).await;
    let regions = server.state.live.ready();
    assert!(regions.is_ready() && regions.sessions == 2 && regions.rooms == 1, "{regions:?}");
    // What a new server would load.
    let key = tandem_actors::TaskRef { workspace: people.workspace, project: people.project, task, step: "annotate".into() };
    use tandem_store::documents::DocumentLog;
    let stored = tandem_store::documents::PgLog::new(server.state.store.clone()).open(&key).await.unwrap();
    let disk = Doc::new();
    stored.snapshot.iter().chain(&stored.updates).for_each(|update| apply(&disk, update));
    assert_eq!(len(&disk), 20);
    server.stop().await;
    assert_eq!(ann.close_code().await, 1012);
}

#[actix_web::test]
async fn who_names_no_subprotocol_gets_json_and_unknown_ones_are_not_confirmed() {
    let server = TestServer::start().await;
    let (_, response) = open(&server, "/ws", &[]).await.unwrap();
    assert!(response.headers().get("sec-websocket-protocol").is_none());
    let (_, response) = open(&server, "/ws", &[("sec-websocket-protocol", "soap, tandem.v1.json")]).await.unwrap();
    assert_eq!(response.headers()["sec-websocket-protocol"], "tandem.v1.json");
    server.stop().await;
}

#[actix_web::test]
async fn a_page_of_another_origin_is_refused_and_one_of_this_host_is_not() {
    let server = TestServer::start().await;
    for path in ["/ws", "/yjs/x"] {
        let Err(Error::Http(response)) = open(&server, path, &[("origin", "http://evil.example")]).await else { panic!("let in") };
        assert_eq!(response.status(), 403);
    }
    let own = format!("http://{}", server.address());
    assert!(open(&server, "/ws", &[("origin", &own)]).await.is_ok());
    server.stop().await;
}

#[actix_web::test]
async fn a_task_of_another_workspace_does_not_exist() {
    let server = TestServer::start().await;
    let (a, b) = (server.database.a, server.database.b);
    let mut eve = Socket::hello(&server, server.token(&b, b.admin).await, Subprotocol::Json).await;
    let topic = Topic { kind: TopicKind::Task, id: a.tasks[0].into() };
    eve.control(Subscribe { channel: 1, topic, lineage: None, state_vector: None }).await;
    let error = eve
        .wait(|frame| match frame {
            ServerFrame::Control(ServerControl::Error(error)) => Some(error.clone()),
            _ => None,
        })
        .await;
    assert_eq!(error.code, "not_found");
    server.stop().await;
}

#[actix_web::test]
async fn a_submit_reads_the_live_document() {
    let server = TestServer::start().await;
    let (people, task) = (server.database.a, server.database.a.tasks[0]);
    let mut ann = Socket::hello(&server, server.token(&people, people.labeler).await, Subprotocol::Json).await;
    ann.join(task).await;
    let doc = Doc::new();
    let id = tandem_protocol::RegionId::new();
    let geometry = yrs::Any::from_json(r#"{"kind":"box","x":1,"y":2,"width":3.5,"height":4}"#).unwrap();
    let region: yrs::MapPrelim = [("label", yrs::In::from("cat")), ("geometry", yrs::In::from(geometry))].into_iter().collect();
    doc.get_or_insert_map("regions").insert(&mut doc.transact_mut(), id.to_string(), region);
    ann.update(1, doc.transact().encode_state_as_update_v1(&StateVector::default())).await;
    let key = tandem_actors::TaskRef { workspace: people.workspace, project: people.project, task, step: "annotate".into() };
    let vector = doc.transact().state_vector().encode_v1();
    let regions = server.state.live.work(key, Some(vector)).await.unwrap().regions;
    assert_eq!((regions.len(), regions[0].id, regions[0].label.as_str()), (1, id, "cat"));
    server.stop().await;
}

// --- a peer that stops reading ---

#[actix_web::test]
async fn a_peer_that_stops_reading_is_cut_and_the_others_work_on() {
    let server = TestServer::start().await;
    let (people, task) = (server.database.a, server.database.a.tasks[0]);
    let mut ann = Socket::hello(&server, server.token(&people, people.labeler).await, Subprotocol::Bincode).await;
    let mut slow = Socket::hello(&server, server.token(&people, people.other_labeler).await, Subprotocol::Bincode).await;
    ann.join(task).await;
    slow.join(task).await;
    // More than the kernel's buffers and ours hold together; `slow` reads nothing from here on.
    let doc = Doc::new();
    let mut seq = 0;
    while server.state.live.ready().sessions == 2 {
        assert!(seq < 400, "never cut");
        seq += 1;
        let update = put(&doc, &format!("{seq}-{}", "x".repeat(100_000)));
        ann.update(seq, update).await;
        ann.acked(seq).await;
    }
    assert_eq!(slow.close_code().await, 1013, "should it ever read again, it finds out why");
    server.stop().await;
}

// --- stock clients ---

async fn stock(server: &TestServer, task: &str, token: &str) -> Socket {
    open(server, &format!("/yjs/{task}?token={token}"), &[]).await.unwrap().0
}

/// y-protocols: kind, step, length, bytes.
fn sync(step: u8, bytes: &[u8]) -> Message {
    let mut frame = vec![0, step];
    tandem_protocol::ws::varint::write_uint(&mut frame, bytes.len() as u64);
    frame.extend_from_slice(bytes);
    Message::Binary(frame.into())
}

fn payload(frame: &Bytes, head: usize) -> Bytes {
    let mut reader = tandem_protocol::ws::varint::Reader::new(&frame[head..]);
    reader.uint().unwrap();
    frame.slice_ref(reader.rest())
}

impl Socket {
    async fn stock_frame(&mut self, head: &[u8]) -> Bytes {
        loop {
            match self.message().await {
                Some(Message::Binary(frame)) if frame.starts_with(head) => return payload(&frame, head.len()),
                Some(_) => {}
                None => panic!("closed"),
            }
        }
    }
}

#[actix_web::test]
async fn stock_clients_sync_through_the_yjs_route_and_with_ours() {
    let server = TestServer::start().await;
    let (people, task) = (server.database.a, server.database.a.tasks[1]);
    let mut ours = Socket::hello(&server, server.token(&people, people.reviewer).await, Subprotocol::Json).await;
    ours.join(task).await;
    let token = server.token(&people, people.labeler).await;
    let (mut one, mut two) = (stock(&server, &task.to_string(), &token).await, stock(&server, &task.to_string(), &token).await);
    one.stock_frame(&[0, 0]).await;
    two.stock_frame(&[0, 0]).await;
    // Who has not asked for the document is not told of edits, which would build on it.
    two.stream.send(sync(0, &StateVector::default().encode_v1())).await.unwrap();
    two.stock_frame(&[0, 1]).await;
    let doc = Doc::new();
    one.stream.send(sync(2, &put(&doc, "from one"))).await.unwrap();
    let copy = Doc::new();
    apply(&copy, &two.stock_frame(&[0, 2]).await);
    assert_eq!(len(&copy), 1);
    let seen = ours
        .wait(|frame| match frame {
            ServerFrame::Hot(ServerHot::Update { bytes, .. }) => Some(bytes.clone()),
            _ => None,
        })
        .await;
    let mine = Doc::new();
    apply(&mine, &seen);
    ours.update(1, put(&mine, "from ours")).await;
    apply(&copy, &two.stock_frame(&[0, 2]).await);
    // Who comes later asks, and gets all of it as step 2.
    let mut three = stock(&server, &task.to_string(), &token).await;
    three.stream.send(sync(0, &StateVector::default().encode_v1())).await.unwrap();
    let late = Doc::new();
    apply(&late, &three.stock_frame(&[0, 1]).await);
    assert_eq!((len(&copy), len(&late)), (2, 2));
    server.stop().await;
}

#[actix_web::test]
async fn awareness_goes_round_and_comes_back_as_an_echo() {
    let server = TestServer::start().await;
    let (people, task) = (server.database.a, server.database.a.tasks[1]);
    let token = server.token(&people, people.labeler).await;
    let (mut one, mut two) = (stock(&server, &task.to_string(), &token).await, stock(&server, &task.to_string(), &token).await);
    two.stock_frame(&[0, 0]).await;
    // One client, id 5, clock 1, `{}`.
    let entry = [1, 5, 1, 2, b'{', b'}'];
    let mut frame = vec![1, 6];
    frame.extend_from_slice(&entry);
    one.stream.send(Message::Binary(frame.into())).await.unwrap();
    for socket in [&mut one, &mut two] {
        while socket.stock_frame(&[1]).await != entry[..] {}
    }
    drop(one);
    while two.stock_frame(&[1]).await != [1, 5, 2, 4, b'n', b'u', b'l', b'l'][..] {}
    server.stop().await;
}

#[actix_web::test]
async fn what_will_never_work_is_refused_with_codes_a_provider_takes_as_final() {
    let server = TestServer::start().await;
    let (people, task) = (server.database.a, server.database.a.tasks[0]);
    let (token, foreign) = (server.token(&people, people.labeler).await, server.database.b.tasks[0]);
    assert_eq!(stock(&server, &task.to_string(), "nonsense").await.close_code().await, 4401);
    assert_eq!(open(&server, &format!("/yjs/{task}"), &[]).await.unwrap().0.close_code().await, 4401);
    assert_eq!(stock(&server, "no-such/document", &token).await.close_code().await, 4404);
    assert_eq!(stock(&server, &foreign.to_string(), &token).await.close_code().await, 4404);
    let mut rude = stock(&server, &task.to_string(), &token).await;
    rude.stream.send(Message::Binary(vec![0, 9, 9].into())).await.unwrap();
    assert_eq!(rude.close_code().await, 4400);
    server.stop().await;
}
