//! Stock y-websocket clients over the log in memory.

mod common;

use std::time::Duration;

use actix_http::ws::{Frame, Message};
use bytes::Bytes;
use common::{House, Wire, Worker, content, new_doc};
use tandem_actors::{Authenticator, DomainEvent, session::stock};
use tandem_protocol::{
    TaskId,
    rest::ProjectStatus,
    ws::varint::{Reader, write_uint},
};
use yrs::{Doc, Map, ReadTxn, StateVector, Transact, Update, updates::decoder::Decode, updates::encoder::Encode};

struct Stock {
    wire: Wire,
    doc: Doc,
    closed: Option<String>,
}

impl Stock {
    /// Connects and starts to sync, as the provider does.
    async fn connect(house: &House, name: &str, task: TaskId) -> Self {
        let token = house.person(name);
        let who = house.people.authenticate(&token).await.unwrap();
        let wire = Wire::open(|bytes| stock::start(&house.live, who, task, bytes));
        let mut stock = Self { wire, doc: new_doc(yrs::ClientID::random().get()), closed: None };
        let vector = stock.doc.transact().state_vector().encode_v1();
        stock.send(&[0, 0], &vector);
        stock
    }

    fn send(&mut self, head: &[u8], bytes: &[u8]) {
        let mut frame = head.to_vec();
        write_uint(&mut frame, bytes.len() as u64);
        frame.extend_from_slice(bytes);
        self.wire.send(Message::Binary(frame.into()));
    }

    fn put(&mut self, key: &str) {
        let map = self.doc.get_or_insert_map("regions");
        let bytes = {
            let mut txn = self.doc.transact_mut();
            map.insert(&mut txn, key, 1.0);
            txn.commit();
            txn.encode_update_v1()
        };
        self.send(&[0, 2], &bytes);
    }

    /// The next frame, handled as the provider handles it. None: closed.
    async fn step(&mut self) -> Option<Bytes> {
        loop {
            match self.wire.next().await? {
                Frame::Binary(frame) => {
                    match frame.as_ref() {
                        [0, 0, ..] => {
                            let has = StateVector::decode_v1(&payload(&frame, 2)).unwrap();
                            let lacks = self.doc.transact().encode_diff_v1(&has);
                            self.send(&[0, 1], &lacks);
                        }
                        [0, 1 | 2, ..] => self.doc.transact_mut().apply_update(Update::decode_v1(&payload(&frame, 2)).unwrap()).unwrap(),
                        _ => {}
                    }
                    return Some(frame);
                }
                Frame::Close(reason) => {
                    self.closed = reason.and_then(|reason| reason.description);
                    return None;
                }
                _ => {}
            }
        }
    }

    async fn until(&mut self, mut holds: impl FnMut(&Self, &Bytes) -> bool) {
        loop {
            let Some(frame) = self.step().await else { panic!("closed: {:?}", self.closed) };
            if holds(self, &frame) {
                return;
            }
        }
    }
}

fn payload(frame: &Bytes, head: usize) -> Bytes {
    let mut reader = Reader::new(&frame[head..]);
    let length = reader.uint().unwrap() as usize;
    assert_eq!(reader.rest().len(), length, "one message a frame");
    frame.slice_ref(reader.rest())
}

#[actix::test]
async fn stock_clients_and_ours_share_one_document() {
    let house = House::new();
    let task = house.task();
    let mut ours = Worker::join(house.connect("ann").await, task).await;
    ours.put("ours", 1.0);
    let mut stock = Stock::connect(&house, "bob", task).await;
    stock.until(|s, _| content(&s.doc).len() == 1).await;
    stock.put("stock");
    ours.until(|w| w.content().len() == 2).await;
    ours.put("more", 1.0);
    stock.until(|s, _| content(&s.doc).len() == 3).await;
    ours.until_acked().await;
    assert_eq!(content(&house.stored(task).await).len(), 3);
    assert_eq!(house.live.task_stats(task).await.unwrap().members, 2);
}

#[actix::test]
async fn ours_are_seen_by_stock_clients_as_awareness_and_the_other_way_as_people() {
    let house = House::new();
    let task = house.task();
    let mut ours = Worker::join(house.connect("ann").await, task).await;
    let mut stock = Stock::connect(&house, "bob", task).await;
    stock.until(|_, frame| frame[0] == 1 && String::from_utf8_lossy(frame).contains(r#""name":"ann""#)).await;
    ours.until(|w| w.peers.len() == 2).await;
    drop(ours);
    stock.until(|_, frame| frame[0] == 1 && String::from_utf8_lossy(frame).contains("null")).await;
}

#[actix::test]
async fn a_provider_alone_hears_something_well_within_its_thirty_seconds() {
    let house = House::new();
    let task = house.task();
    let mut stock = Stock::connect(&house, "bob", task).await;
    stock.until(|_, frame| frame.starts_with(&[0, 1])).await;
    for _ in 0..5 {
        let start = tokio::time::Instant::now();
        stock.step().await.unwrap();
        assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    }
}

#[actix::test]
async fn a_read_only_provider_is_told_and_changes_nothing() {
    let house = House::new();
    let task = house.task();
    house.places.tasks.lock().unwrap().get_mut(&task).unwrap().project_status = ProjectStatus::Archived;
    let mut stock = Stock::connect(&house, "bob", task).await;
    stock.until(|_, frame| frame.starts_with(&[2, 0])).await;
    // What it has to say to our question is nothing, and no reason to tell it again.
    stock.send(&[3], &[]);
    stock.until(|_, frame| frame[0] == 1).await;
    stock.put("a");
    stock.until(|_, frame| frame.starts_with(&[2, 0])).await;
    assert!(content(&house.stored(task).await).is_empty());
}

#[actix::test]
async fn edits_that_could_not_be_taken_for_the_moment_are_asked_for_again() {
    let house = House::with(|config| config.journal.max_bytes = 200);
    let task = house.task();
    let mut stock = Stock::connect(&house, "bob", task).await;
    let mut ours = Worker::join(house.connect("ann").await, task).await;
    stock.until(|_, frame| frame.starts_with(&[0, 1])).await;
    house.log.hold();
    for n in 0..20 {
        stock.put(&format!("{n}"));
    }
    stock.until(|_, frame| frame.starts_with(&[2, 0])).await;
    house.log.release();
    stock.until(|_, frame| frame.starts_with(&[0, 0])).await;
    ours.until(|w| w.content().len() == 20).await;
}

#[actix::test]
async fn rights_change_for_who_is_there() {
    let house = House::new();
    let task = house.task();
    let mut stock = Stock::connect(&house, "bob", task).await;
    stock.until(|_, frame| frame.starts_with(&[0, 1])).await;
    let (workspace, project) = (house.workspace, house.project);
    house.places.tasks.lock().unwrap().get_mut(&task).unwrap().project_status = ProjectStatus::Archived;
    house.live.publish(DomainEvent::RightsChanged { workspace, project, user: None });
    stock.until(|_, frame| frame.starts_with(&[2, 0])).await;
    stock.put("vain");
    stock.until(|_, frame| frame.starts_with(&[2, 0])).await;
    assert!(content(&house.stored(task).await).is_empty());
    house.places.tasks.lock().unwrap().remove(&task);
    house.live.publish(DomainEvent::RightsChanged { workspace, project, user: None });
    while stock.step().await.is_some() {}
    assert!(stock.closed.unwrap().contains("no longer"));
}

#[actix::test]
async fn a_revoked_token_ends_the_connection_at_once_and_no_other() {
    let house = House::new();
    let task = house.task();
    let mut ann = Stock::connect(&house, "ann", task).await;
    let mut bob = Stock::connect(&house, "bob", task).await;
    bob.put("before");
    ann.until(|ann, _| !content(&ann.doc).is_empty()).await;
    let since = tokio::time::Instant::now();
    house.revoke("ann");
    while ann.step().await.is_some() {}
    assert!(ann.closed.is_some_and(|why| why.contains("revoked")));
    assert!(since.elapsed() < Duration::from_secs(1));
    bob.put("after");
    let mut ours = Worker::join(house.connect("cleo").await, task).await;
    ours.until(|ours| ours.content().len() == 2).await;
}

/// Its token was good when the connection was let in; before the session could be told of it, it was not any more.
#[actix::test]
async fn a_token_revoked_while_its_connection_opens_does_not_live_on() {
    let house = House::new();
    let task = house.task();
    *house.people.unaware.lock().unwrap() = true;
    house.person("ann");
    house.note_revoked("ann");
    let mut ann = Stock::connect(&house, "ann", task).await;
    while ann.step().await.is_some() {}
    assert!(ann.closed.is_some_and(|why| why.contains("revoked")));
}

#[actix::test]
async fn who_comes_back_with_an_older_clock_than_their_own_farewell_is_seen_at_once() {
    let house = House::new();
    let task = house.task();
    let says = |clock: u8, state: &str| [&[1, 7, clock, state.len() as u8], state.as_bytes()].concat();
    let mut watcher = Stock::connect(&house, "ann", task).await;
    let mut bob = Stock::connect(&house, "bob", task).await;
    bob.until(|_, frame| frame.starts_with(&[0, 1])).await;
    bob.send(&[1], &says(3, "{}"));
    watcher.until(|_, frame| frame[0] == 1 && frame.ends_with(&[7, 3, 2, b'{', b'}'])).await;
    drop(bob);
    watcher.until(|_, frame| frame[0] == 1 && frame.ends_with(&[7, 4, 4, b'n', b'u', b'l', b'l'])).await;
    let mut back = Stock::connect(&house, "bob", task).await;
    back.send(&[1], &says(3, "{}"));
    // Its farewell, and the question.
    back.until(|_, frame| frame.ends_with(&[7, 4, 4, b'n', b'u', b'l', b'l'])).await;
    back.until(|_, frame| frame.as_ref() == [3]).await;
    back.send(&[1], &says(5, "{}"));
    watcher.until(|_, frame| frame[0] == 1 && frame.ends_with(&[7, 5, 2, b'{', b'}'])).await;
}

#[actix::test]
async fn queries_unknown_kinds_and_garbage() {
    let house = House::new();
    let task = house.task();
    let mut stock = Stock::connect(&house, "bob", task).await;
    stock.wire.send(Message::Binary(vec![77, 1, 2, 3].into()));
    stock.wire.send(Message::Binary(vec![3].into()));
    stock.until(|_, frame| frame[0] == 1).await;
    stock.send(&[0, 2], &[0xff, 0xff]);
    stock.until(|_, frame| frame.starts_with(&[2, 0])).await;
    stock.wire.send(Message::Binary(vec![0, 0, 50].into()));
    while stock.step().await.is_some() {}
}

#[cfg(feature = "fault-injection")]
#[actix::test]
async fn after_a_crash_of_the_room_a_provider_is_synced_again_on_its_connection() {
    let house = House::new();
    let task = house.task();
    let mut stock = Stock::connect(&house, "bob", task).await;
    let mut ours = Worker::join(house.connect("ann").await, task).await;
    stock.put("before");
    ours.until(|w| w.content().len() == 1).await;
    house.live.crash_task(task).await;
    stock.put("meanwhile");
    // The server asks again what it has.
    stock.until(|_, frame| frame.starts_with(&[0, 0])).await;
    stock.until(|_, frame| frame.starts_with(&[0, 0])).await;
    ours.until(|w| w.content().len() == 2).await;
    ours.put("after", 1.0);
    stock.until(|s, _| content(&s.doc).len() == 3).await;
}

/// It has been sent and the tab is closed: nobody has it but the server.
#[actix::test]
async fn an_edit_sent_while_the_document_is_on_its_way_is_kept_although_its_author_leaves_if_they_may_edit() {
    let house = House::new();
    let task = house.task();
    house.log.set_away(true);
    let mut bob = Stock::connect(&house, "bob", task).await;
    bob.put("of bob");
    tokio::time::sleep(Duration::from_millis(10)).await;
    house.places.tasks.lock().unwrap().get_mut(&task).unwrap().project_status = ProjectStatus::Archived;
    let mut eve = Stock::connect(&house, "eve", task).await;
    eve.put("of eve");
    tokio::time::sleep(Duration::from_millis(10)).await;
    drop((bob, eve));
    tokio::time::sleep(Duration::from_millis(20)).await;
    house.log.set_away(false);
    tokio::time::sleep(Duration::from_secs(5)).await;
    let stored = content(&house.stored(task).await);
    assert_eq!(stored.keys().collect::<Vec<_>>(), ["of bob"]);
}

#[actix::test]
async fn a_provider_is_told_when_edits_do_not_reach_the_disk_and_when_they_do_again() {
    let house = House::new();
    let task = house.task();
    let mut stock = Stock::connect(&house, "bob", task).await;
    stock.until(|_, frame| frame.starts_with(&[0, 1])).await;
    let told = |frame: &Bytes| frame.starts_with(&[2, 100]).then(|| String::from_utf8(payload(frame, 2).to_vec()).unwrap());
    let mut said = Vec::new();
    house.log.set_away(true);
    stock.put("a");
    stock.until(|_, frame| told(frame).map(|text| said.push(text)).is_some()).await;
    let mut late = Stock::connect(&house, "eve", task).await;
    late.until(|_, frame| told(frame).map(|text| said.push(text)).is_some()).await;
    house.log.set_away(false);
    stock.until(|_, frame| told(frame).map(|text| said.push(text)).is_some()).await;
    let [yes, no] = [true, false].map(|durable| format!("{{\"type\":\"durability\",\"durable\":{durable}}}"));
    assert_eq!(said, [no.clone(), no, yes]);
}

/// The way to the room has not been found yet.
#[actix::test]
async fn an_edit_sent_before_the_room_is_found_is_kept_although_its_author_leaves_if_they_may_edit() {
    let house = House::new();
    let (task, closed) = (house.task(), house.task());
    house.places.tasks.lock().unwrap().get_mut(&closed).unwrap().project_status = ProjectStatus::Archived;
    *house.places.task_takes.lock().unwrap() = Duration::from_secs(2);
    for task in [task, closed] {
        let mut bob = Stock::connect(&house, "bob", task).await;
        bob.put("of bob");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    // Of somebody whose token was revoked before it is there nothing is kept.
    let mut eve = Stock::connect(&house, "eve", task).await;
    eve.put("of eve");
    tokio::time::sleep(Duration::from_millis(100)).await;
    drop(eve);
    house.revoke("eve");
    tokio::time::sleep(Duration::from_secs(30)).await;
    assert_eq!(content(&house.stored(task).await).keys().collect::<Vec<_>>(), ["of bob"]);
    assert!(content(&house.stored(closed).await).is_empty());
}

#[actix::test]
async fn too_much_for_a_busy_room_ends_the_connection_by_name() {
    let house = House::with(|config| (config.room.mailbox, config.session.max_backlog) = (1, 5));
    let task = house.task();
    let mut stock = Stock::connect(&house, "bob", task).await;
    stock.until(|_, frame| frame.starts_with(&[0, 1])).await;
    (0..200).for_each(|n| stock.put(&format!("{n}")));
    while stock.step().await.is_some() {}
    assert!(stock.closed.as_ref().is_some_and(|why| why.contains("(max_backlog)")), "{:?}", stock.closed);
}
