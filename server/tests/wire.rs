//! The transport over real sockets: what one bad peer can cost, and what RFC 6455 promises a good one.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use server::testing::TestServer;
use tandem_protocol::{
    TaskId,
    ws::{
        ClientControl, ClientFrame, ClientHot, Encoded, Hello, Ping, ServerControl, ServerFrame, ServerHot, Subprotocol, Subscribe, Topic,
        TopicKind,
    },
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{
        Message,
        protocol::frame::{
            Frame,
            coding::{Data, OpCode},
        },
    },
};
use yrs::{Doc, Map, ReadTxn, StateVector, Transact};

/// Longer than anything here takes, on a busy machine too.
const PATIENCE: Duration = Duration::from_secs(60);

type Socket = WebSocketStream<TcpStream>;

async fn open(server: &TestServer) -> Socket {
    let tcp = TcpStream::connect(server.address()).await.unwrap();
    open_over(server, tcp).await
}

async fn open_over(server: &TestServer, tcp: TcpStream) -> Socket {
    client_async(format!("ws://{}/ws", server.address()), tcp).await.unwrap().0
}

fn text(control: impl Into<ClientControl>) -> String {
    match ClientFrame::Control(control.into()).encode(Subprotocol::Json) {
        Encoded::Text(text) => text,
        Encoded::Binary(_) => panic!("control messages are text"),
    }
}

fn hello(token: &str) -> String {
    text(Hello { token: token.to_owned(), client: "test/1".into(), resume: None })
}

async fn next(socket: &mut Socket) -> Option<ServerFrame> {
    loop {
        match timeout(PATIENCE, socket.next()).await.expect("nothing came")?.ok()? {
            Message::Text(text) => return Some(ServerFrame::decode_text(Subprotocol::Json, &text).unwrap()),
            Message::Binary(bytes) => return Some(ServerFrame::decode_binary(Subprotocol::Json, &bytes).unwrap()),
            _ => {}
        }
    }
}

/// The code and reason the server closes with.
async fn closed(socket: &mut Socket) -> (u16, String) {
    loop {
        match timeout(PATIENCE, socket.next()).await.expect("nothing came") {
            Some(Ok(Message::Close(Some(frame)))) => return (frame.code.into(), frame.reason.to_string()),
            Some(Ok(_)) => {}
            other => panic!("no close frame: {other:?}"),
        }
    }
}

async fn join(socket: &mut Socket, token: &str, task: TaskId) {
    socket.send(Message::text(hello(token))).await.unwrap();
    let topic = Topic { kind: TopicKind::Task, id: task.into() };
    socket.send(Message::text(text(Subscribe { channel: 1, topic, lineage: None, state_vector: None }))).await.unwrap();
    while !matches!(next(socket).await.expect("a sync"), ServerFrame::Hot(ServerHot::Sync { .. })) {}
}

async fn people_on(server: &TestServer, task: TaskId) -> usize {
    server.state.live.task_stats(task).await.map_or(0, |stats| stats.members)
}

#[actix_web::test]
async fn a_peer_that_stops_reading_is_cut_with_1013_and_forgotten_while_others_work_on() {
    let server = TestServer::with(&[("limits.max_outbox", "256KiB"), ("limits.soft_outbox", "64KiB")]).await;
    let (people, task) = (server.database.a, server.database.a.tasks[0]);
    let token = server.token(&people, people.labeler).await;
    let mut ann = open(&server).await;
    join(&mut ann, &token, task).await;
    // Little room in the kernel on its side, so that what it does not read stays with the server.
    let narrow = TcpSocket::new_v4().unwrap();
    narrow.set_recv_buffer_size(4_096).unwrap();
    let mut slow = open_over(&server, narrow.connect(server.address()).await.unwrap()).await;
    join(&mut slow, &token, task).await;
    assert_eq!(people_on(&server, task).await, 2);
    let doc = Doc::new();
    let map = doc.get_or_insert_map("regions");
    let mut seq = 0;
    while people_on(&server, task).await == 2 {
        seq += 1;
        let bytes = {
            let mut txn = doc.transact_mut();
            map.insert(&mut txn, format!("{seq}"), "x".repeat(20_000));
            txn.encode_update_v1()
        };
        ann.send(Message::binary(ClientHot::Update { channel: 1, seq, bytes: bytes.into() }.encode())).await.unwrap();
        // It is acknowledged as ever.
        while !matches!(next(&mut ann).await.expect("an ack"), ServerFrame::Hot(ServerHot::Ack { seq: acked, .. }) if acked == seq) {}
        assert!(seq < 500, "ten megabytes, and it is not cut");
    }
    // Should it read after all, it finds out why.
    let (code, reason) = closed(&mut slow).await;
    assert_eq!(code, 1013);
    assert!(reason.contains("max_outbox"), "{reason}");
    server.stop().await;
}

#[actix_web::test]
async fn a_peer_that_takes_nothing_for_too_long_is_cut() {
    let server = TestServer::with(&[("limits.stall", "1s")]).await;
    let (people, task) = (server.database.a, server.database.a.tasks[0]);
    let token = server.token(&people, people.labeler).await;
    let doc = Doc::new();
    let map = doc.get_or_insert_map("regions");
    let mut ann = open(&server).await;
    join(&mut ann, &token, task).await;
    map.insert(&mut doc.transact_mut(), "big", "x".repeat(3_000_000));
    let bytes = doc.transact().encode_state_as_update_v1(&StateVector::default());
    ann.send(Message::binary(ClientHot::Update { channel: 1, seq: 1, bytes: bytes.into() }.encode())).await.unwrap();
    while !matches!(next(&mut ann).await.expect("an ack"), ServerFrame::Hot(ServerHot::Ack { .. })) {}
    let narrow = TcpSocket::new_v4().unwrap();
    narrow.set_recv_buffer_size(4_096).unwrap();
    let mut slow = open_over(&server, narrow.connect(server.address()).await.unwrap()).await;
    slow.send(Message::text(hello(&token))).await.unwrap();
    let topic = Topic { kind: TopicKind::Task, id: task.into() };
    slow.send(Message::text(text(Subscribe { channel: 1, topic, lineage: None, state_vector: None }))).await.unwrap();
    // Three megabytes are on their way to it, and it takes none of them.
    let gone = async {
        while people_on(&server, task).await != 2 {
            tokio::task::yield_now().await;
        }
        while people_on(&server, task).await == 2 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(PATIENCE, gone).await.expect("it is still here");
    server.stop().await;
}

#[actix_web::test]
async fn strangers_of_one_address_and_of_all_are_few_and_friends_are_not_counted() {
    let server = TestServer::with(&[("limits.max_pending_per_address", "2")]).await;
    let people = server.database.a;
    let token = server.token(&people, people.labeler).await;
    let mut friends = Vec::new();
    for _ in 0..5 {
        let mut friend = open(&server).await;
        friend.send(Message::text(hello(&token))).await.unwrap();
        assert!(matches!(next(&mut friend).await, Some(ServerFrame::Control(ServerControl::Welcome(_)))));
        friends.push(friend);
    }
    let strangers = [open(&server).await, open(&server).await];
    let (code, reason) = closed(&mut open(&server).await).await;
    assert_eq!(code, 1013);
    assert!(reason.contains("max_pending_per_address"), "{reason}");
    drop(strangers);
    server.stop().await;
}

#[actix_web::test]
async fn a_stranger_has_little_time_and_few_bytes() {
    let server = TestServer::with(&[("limits.hello_deadline", "1s")]).await;
    assert_eq!(closed(&mut open(&server).await).await.0, 4002);
    let mut talker = open(&server).await;
    // The server may hang up before all of it is sent.
    let _ = talker.send(Message::text("x".repeat(20_000))).await;
    assert_eq!(closed(&mut talker).await.0, 4400);
    server.stop().await;
}

#[actix_web::test]
async fn a_message_may_come_in_pieces_with_a_ping_between_them() {
    let server = TestServer::start().await;
    let people = server.database.a;
    let hello = hello(&server.token(&people, people.labeler).await);
    let (first, rest) = hello.split_at(10);
    let (second, third) = rest.split_at(100);
    let mut ann = open(&server).await;
    let piece = |text: &str, code, last| Message::Frame(Frame::message(Bytes::from(text.to_owned()), OpCode::Data(code), last));
    ann.send(piece(first, Data::Text, false)).await.unwrap();
    ann.send(Message::Ping("are you there?".into())).await.unwrap();
    assert!(matches!(timeout(PATIENCE, ann.next()).await.unwrap(), Some(Ok(Message::Pong(payload))) if payload == "are you there?"));
    ann.send(piece(second, Data::Continue, false)).await.unwrap();
    ann.send(piece(third, Data::Continue, true)).await.unwrap();
    assert!(matches!(next(&mut ann).await, Some(ServerFrame::Control(ServerControl::Welcome(_)))));
    server.stop().await;
}

#[actix_web::test]
async fn what_follows_the_upgrade_without_waiting_for_its_answer_is_not_lost() {
    let server = TestServer::start().await;
    let people = server.database.a;
    let token = server.token(&people, people.labeler).await;
    let mut tcp = TcpStream::connect(server.address()).await.unwrap();
    let mut bytes = format!(
        "GET /ws HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        server.address()
    )
    .into_bytes();
    let hello = hello(&token);
    bytes.extend([0x81, 0xfe]);
    bytes.extend(u16::try_from(hello.len()).unwrap().to_be_bytes());
    bytes.extend([0; 4]);
    bytes.extend(hello.as_bytes());
    tcp.write_all(&bytes).await.unwrap();
    let mut answer = Vec::new();
    while !String::from_utf8_lossy(&answer).contains("\"welcome\"") {
        assert!(timeout(PATIENCE, tcp.read_buf(&mut answer)).await.unwrap().unwrap() > 0, "{}", String::from_utf8_lossy(&answer));
    }
    // The example of RFC 6455, 1.3.
    let answer = String::from_utf8_lossy(&answer).to_ascii_lowercase();
    assert!(answer.starts_with("http/1.1 101") && answer.contains("s3pplmbitxaq9kygzzhzrbk+xoo="), "{answer}");
    server.stop().await;
}

#[actix_web::test]
async fn a_peer_that_vanishes_or_hangs_up_halfway_leaves_nothing() {
    let server = TestServer::start().await;
    let (people, task) = (server.database.a, server.database.a.tasks[0]);
    let token = server.token(&people, people.labeler).await;
    let mut gone = open(&server).await;
    join(&mut gone, &token, task).await;
    let mut half = open(&server).await;
    join(&mut half, &token, task).await;
    assert_eq!(people_on(&server, task).await, 2);
    drop(gone);
    // Says no more, and would listen for ever.
    half.get_mut().shutdown().await.unwrap();
    let empty = async {
        while server.state.live.ready().sessions > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, empty).await.expect("a session is left over");
    assert_eq!(people_on(&server, task).await, 0);
    server.stop().await;
}

#[actix_web::test]
async fn http_beside_it_is_as_before_and_an_upgrade_elsewhere_is_refused() {
    let server = TestServer::start().await;
    let ask = async |request: &str| {
        let mut tcp = TcpStream::connect(server.address()).await.unwrap();
        tcp.write_all(format!("{request}\r\nHost: localhost\r\n").as_bytes()).await.unwrap();
        tcp.write_all(b"Connection: close\r\n\r\n").await.unwrap();
        let mut answer = String::new();
        timeout(PATIENCE, tcp.read_to_string(&mut answer)).await.unwrap().unwrap();
        answer
    };
    assert!(ask("GET /healthz HTTP/1.1").await.starts_with("HTTP/1.1 200"));
    assert!(ask("GET /ws HTTP/1.1").await.starts_with("HTTP/1.1 426"));
    let mut tcp = TcpStream::connect(server.address()).await.unwrap();
    let elsewhere = "GET /elsewhere HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                     Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    tcp.write_all(elsewhere.as_bytes()).await.unwrap();
    let mut answer = String::new();
    timeout(PATIENCE, tcp.read_to_string(&mut answer)).await.unwrap().unwrap();
    assert!(answer.starts_with("HTTP/1.1 404") && answer.contains("\"not_found\""), "{answer}");
    server.stop().await;
}

#[actix_web::test]
async fn who_is_here_when_the_server_stops_is_told_to_come_back() {
    let server = TestServer::start().await;
    let people = server.database.a;
    let token = server.token(&people, people.labeler).await;
    let mut ann = open(&server).await;
    ann.send(Message::text(hello(&token))).await.unwrap();
    ann.send(Message::text(text(Ping { t: 1 }))).await.unwrap();
    while !matches!(next(&mut ann).await.unwrap(), ServerFrame::Control(ServerControl::Pong(_))) {}
    server.stop().await;
    let bye = next(&mut ann).await;
    assert!(matches!(&bye, Some(ServerFrame::Control(ServerControl::Bye(bye))) if bye.code == 1012), "{bye:?}");
    assert_eq!(closed(&mut ann).await.0, 1012);
}
