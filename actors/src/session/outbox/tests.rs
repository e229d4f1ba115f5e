//! An outbox over a socket of limited size.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::Wake,
};

use tokio::io::{AsyncReadExt, DuplexStream, duplex};

use super::*;
use crate::session::Framer;

/// An outbox over a socket that takes `room` bytes.
fn case(room: usize, configure: impl FnOnce(&mut SessionConfig)) -> (Outbox, DuplexStream) {
    let (ours, theirs) = duplex(room);
    let mut config = SessionConfig::default();
    configure(&mut config);
    (Outbox::new(Box::pin(ours), &config), theirs)
}

fn frames(length: usize) -> Bytes {
    vec![b'x'; length].into()
}

/// As the connection's task does.
async fn written(outbox: &Outbox) {
    std::future::poll_fn(|cx| outbox.poll_write(cx)).await;
}

/// All that is ever written of it.
async fn rest(outbox: Outbox, mut socket: DuplexStream) -> Vec<u8> {
    let all = actix::spawn(async move {
        let mut all = Vec::new();
        socket.read_to_end(&mut all).await.unwrap();
        all
    });
    written(&outbox).await;
    drop(outbox);
    all.await.unwrap()
}

async fn read(socket: &mut DuplexStream, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    socket.read_exact(&mut bytes).await.unwrap();
    bytes
}

#[actix::test]
async fn what_is_said_in_one_turn_is_written_at_its_end_in_order() {
    let (outbox, mut socket) = case(100, |_| {});
    outbox.put(Bytes::from_static(b"ab"));
    outbox.put(Bytes::from_static(b"c"));
    assert_eq!(outbox.waiting(), 3);
    assert_eq!(read(&mut socket, 3).await, b"abc");
    assert_eq!(outbox.waiting(), 0);
}

#[actix::test]
async fn a_socket_that_takes_no_more_is_watched_and_gets_the_rest_later() {
    let (outbox, mut socket) = case(10, |_| {});
    let waiting = actix::spawn({
        let outbox = outbox.clone();
        async move { written(&outbox).await }
    });
    outbox.put(frames(25));
    tokio::task::yield_now().await;
    assert_eq!(read(&mut socket, 25).await, frames(25));
    waiting.await.unwrap();
    outbox.put(frames(3));
    assert_eq!(read(&mut socket, 3).await, frames(3));
}

#[actix::test]
async fn a_quick_reader_of_a_large_document_gets_all_of_it_without_anything_else_being_said() {
    let (outbox, mut socket) = case(2 * AT_ONCE, |_| {});
    let waiting = actix::spawn({
        let outbox = outbox.clone();
        async move { written(&outbox).await }
    });
    outbox.put(frames(5 * AT_ONCE));
    let all = tokio::time::timeout(Duration::from_secs(5), read(&mut socket, 5 * AT_ONCE)).await;
    assert!(all.is_ok(), "{} bytes wait and nobody writes them", outbox.waiting());
    waiting.await.unwrap();
}

#[actix::test]
async fn a_cut_leaves_what_was_begun_and_one_close_frame() {
    let (outbox, socket) = case(4, |_| {});
    outbox.put(Bytes::from_static(b"begun frame"));
    outbox.put(Bytes::from_static(b"never sent"));
    outbox.write(Instant::now());
    outbox.cut("stall", "too slow");
    outbox.put(Bytes::from_static(b"nor this"));
    assert_eq!(rest(outbox, socket).await, b"begun frame\x88\x12\x03\xf5too slow (stall)");
}

#[actix::test]
async fn a_cut_in_a_frame_of_several_pieces_leaves_all_of_that_frame() {
    let payload = Bytes::from(vec![b'x'; 20_000]);
    let mut framer = Framer::default();
    framer.carrying(&[b"head"], &payload);
    let frames = framer.finish();
    assert_eq!(frames.pieces().count(), 2);
    // In the header; between the two pieces; in the payload.
    for room in [4, 8, 9_000] {
        let (outbox, socket) = case(room, |_| {});
        outbox.put(frames.clone());
        outbox.put(Bytes::from_static(b"never sent"));
        outbox.write(Instant::now());
        outbox.cut("stall", "too slow");
        let expected = [frames.whole(), b"\x88\x12\x03\xf5too slow (stall)".to_vec()].concat();
        assert!(rest(outbox, socket).await == expected, "{room}");
    }
}

fn answer() -> RoomNews {
    RoomNews::Diff { state_vector: Bytes::new(), bytes: Bytes::new() }
}

#[actix::test]
async fn documents_under_way_are_bounded_however_slowly_they_are_read() {
    let (outbox, _socket) = case(10, |config| (config.soft_outbox, config.max_documents) = (100, 10_000));
    let speaker: Rc<dyn Speaker> = Rc::new(Silent);
    let seat = |subscription| Seat { session: tandem_protocol::SessionId::new(), subscription };
    outbox.tell(seat(1), &speaker, &answer(), &frames(20_000).into());
    assert!(!outbox.is_over(), "one is sent whole");
    outbox.tell(seat(2), &speaker, &answer(), &frames(1).into());
    assert!(outbox.is_over(), "what is asked for besides is too much");
    assert!(outbox.waiting() < 20_100);
}

#[actix::test]
async fn a_second_document_waits_its_turn_and_an_answer_asked_for_again_takes_the_olders_place() {
    let (outbox, mut socket) = case(10, |config| (config.soft_outbox, config.max_outbox) = (100, 1_000));
    let speaker: Rc<dyn Speaker> = Rc::new(Silent);
    let seat = Seat { session: tandem_protocol::SessionId::new(), subscription: 1 };
    // From here on all is held.
    outbox.put(frames(200));
    outbox.put(frames(200));
    for again in 1..=50 {
        outbox.tell(seat, &speaker, &answer(), &frames(5_000 + again).into());
    }
    assert!(!outbox.is_over(), "it counts as no backlog");
    assert!(outbox.waiting() < 6_000, "and once: {}", outbox.waiting());
    let waiting = actix::spawn({
        let outbox = outbox.clone();
        async move { written(&outbox).await }
    });
    read(&mut socket, 5_450).await;
    waiting.await.unwrap();
    assert_eq!(outbox.waiting(), 0);
}

#[actix::test]
async fn what_waits_is_bounded_and_one_document_is_not() {
    let (outbox, _socket) = case(10, |config| (config.soft_outbox, config.max_outbox) = (100, 1_000));
    let speaker: Rc<dyn Speaker> = Rc::new(Silent);
    let seat = Seat { session: tandem_protocol::SessionId::new(), subscription: 1 };
    outbox.tell(seat, &speaker, &RoomNews::Diff { state_vector: Bytes::new(), bytes: Bytes::new() }, &frames(5_000).into());
    for _ in 0..5 {
        outbox.put(frames(100));
        assert!(!outbox.is_over());
    }
    for _ in 0..4 {
        outbox.put(frames(100));
    }
    assert!(outbox.is_over());
    assert!(outbox.waiting() < 5_100);
}

#[actix::test]
async fn a_connection_that_is_gone_takes_nothing_more() {
    let (outbox, socket) = case(10, |_| {});
    drop(socket);
    outbox.put(frames(5));
    outbox.write(Instant::now());
    assert!(outbox.is_over());
    assert_eq!(outbox.waiting(), 0);
}

/// Whether a task was woken.
#[derive(Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[actix::test]
async fn the_task_of_a_connection_is_woken_when_it_turns_out_to_be_gone_and_not_by_every_frame() {
    let (outbox, mut socket) = case(100, |_| {});
    let woken = Arc::new(Woken::default());
    let waker = Waker::from(Arc::clone(&woken));
    outbox.put(frames(5));
    assert!(outbox.poll_write(&mut Context::from_waker(&waker)).is_pending());
    outbox.write(Instant::now());
    read(&mut socket, 5).await;
    assert!(!woken.0.load(Ordering::Relaxed));
    drop(socket);
    outbox.put(frames(5));
    outbox.write(Instant::now());
    assert!(outbox.is_over() && woken.0.load(Ordering::Relaxed));
}

#[actix::test]
async fn what_nobody_takes_is_stalled() {
    tokio::time::pause();
    let (outbox, mut socket) = case(2, |_| {});
    outbox.put(frames(4));
    outbox.write(Instant::now());
    tokio::time::advance(Duration::from_secs(5)).await;
    assert_eq!(outbox.stalled(), Duration::from_secs(5));
    read(&mut socket, 2).await;
    written_some(&outbox).await;
    assert_eq!(outbox.stalled(), Duration::ZERO);
}

async fn written_some(outbox: &Outbox) {
    std::future::poll_fn(|cx| Poll::Ready(outbox.poll_write(cx))).await.is_ready();
}

struct Silent;

impl Speaker for Silent {
    fn share(&self) -> crate::session::Share {
        crate::session::Share::Yjs
    }

    fn speak(&self, _: &RoomNews, _: &mut crate::session::Framer) {}
}
