//! Large documents: people come in before the document is built, and what needs it waits.

mod common;

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use common::{House, Worker, content, new_doc, regions};
use tandem_actors::document;
use tandem_protocol::{TaskId, rest::ProjectStatus};
use tandem_store::documents::{DocumentLog, Merged, NewUpdate};
use yrs::{Map, ReadTxn, Transact, updates::decoder::Decode};

/// A task whose stored document is too large to be built before people are let in, compacted, with an edit after the snapshot.
async fn large(house: &House) -> TaskId {
    // Documents are built on threads, for which a paused clock does not wait.
    tokio::time::resume();
    let (task, log) = (house.task(), &house.log);
    let key = house.key(task);
    let stored = log.open(&key).await.unwrap();
    let edit = |payload| NewUpdate { document: stored.id, workspace: key.workspace, author: None, payload };
    log.append(&[edit(Bytes::from(document::build(&regions(1_000), 0)))]).await.unwrap();
    log.compact(key.workspace, stored.id, Arc::new(document::merge)).await.unwrap();
    let doc = new_doc(77);
    doc.get_or_insert_map("regions").insert(&mut doc.transact_mut(), "late", 1.0);
    log.append(&[edit(doc.transact().encode_state_as_update_v1(&yrs::StateVector::default()).into())]).await.unwrap();
    task
}

#[actix::test]
async fn a_newcomer_with_nothing_gets_the_stored_bytes_and_what_was_edited_since() {
    let house = House::new();
    let task = large(&house).await;
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    ann.until(|w| w.content().contains_key("late")).await;
    assert_eq!(ann.content(), content(&house.stored(task).await));
    // The room said what it holds without having built it: exactly what the copy holds now.
    assert_eq!(document::decode_state_vector(&ann.joined.unwrap().state_vector.0).unwrap(), ann.doc.transact().state_vector());
}

#[actix::test]
async fn edits_of_the_first_moment_wait_and_are_acknowledged_in_order() {
    let house = House::new();
    let task = large(&house).await;
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    for n in 0..20 {
        ann.put(&format!("early-{n}"), f64::from(n));
    }
    ann.until_acked().await;
    let mut bob = Worker::join(house.connect("bob").await, task).await;
    bob.until(|w| w.content().contains_key("early-19")).await;
    assert_eq!(bob.content(), content(&house.stored(task).await));
}

#[actix::test]
async fn who_holds_a_copy_waits_for_the_document_and_gets_the_difference() {
    let house = House::new();
    let task = large(&house).await;
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    // For which the document must be built: nothing is under way when the clock is paused.
    ann.put("before", 1.0);
    ann.until_acked().await;
    ann.client = house.connect("somebody else").await;
    tokio::time::pause();
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(house.live.ready().rooms, 0);
    tokio::time::resume();
    let mut ann = ann.reconnect(house.connect("ann").await).await;
    ann.put("after", 1.0);
    ann.until_acked().await;
    assert_eq!(ann.content(), content(&house.stored(task).await));
}

#[actix::test]
async fn a_document_that_cannot_be_built_is_told_to_those_who_are_in_and_never_replaced() {
    let house = House::new();
    let task = large(&house).await;
    let key = house.key(task);
    let id = house.log.open(&key).await.unwrap().id;
    let halve = |parts: &[Bytes]| Ok(Merged { update: parts[0][..parts[0].len() - 10].to_vec(), state_vector: vec![0] });
    house.log.compact(key.workspace, id, Arc::new(halve)).await.unwrap();
    let mut ann = Worker::new(house.connect("ann").await, task);
    ann.subscribe(None);
    assert_eq!(ann.client.error().await.code, "document_unreadable");
    assert_eq!(house.log.tail_len(id), 0);
}

#[actix::test]
async fn an_edit_received_before_the_document_is_built_is_kept_although_its_author_leaves() {
    let house = House::new();
    let task = large(&house).await;
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    ann.put("first", 1.0);
    ann.put("second", 2.0);
    ann.client.hang_up().await;
    let here = async || {
        let stored = content(&house.stored(task).await);
        stored.contains_key("first") && stored.contains_key("second")
    };
    let begun = std::time::Instant::now();
    while !here().await {
        assert!(begun.elapsed() < Duration::from_secs(20), "what was received is lost");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// An edit that takes the document to a thread of its own.
fn huge(client: u64) -> Vec<u8> {
    let doc = new_doc(client);
    doc.transact_mut().apply_update(yrs::Update::decode_v1(&document::build(&regions(3_000), 0)).unwrap()).unwrap();
    let edit = doc.transact().encode_state_as_update_v1(&yrs::StateVector::default());
    assert!(edit.len() > 256 << 10, "{}", edit.len());
    edit
}

#[actix::test]
async fn while_a_huge_edit_is_taken_elsewhere_what_comes_meanwhile_waits_in_its_order_and_nothing_is_lost() {
    let house = House::new();
    tokio::time::resume();
    let task = house.task();
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    let mut bob = Worker::join(house.connect("bob").await, task).await;
    ann.put("before", 1.0);
    for client in 1_000..1_003 {
        let bytes = huge(client);
        ann.doc.transact_mut().apply_update(yrs::Update::decode_v1(&bytes).unwrap()).unwrap();
        ann.send_update(bytes);
        ann.put(&format!("after-{client}"), 1.0);
        bob.put(&format!("meanwhile-{client}"), 1.0);
    }
    // Who comes now has nothing, and there are no bytes to send them.
    let mut cyd = Worker::join(house.connect("cyd").await, task).await;
    cyd.put("newcomer", 1.0);
    ann.until_acked().await;
    bob.until_acked().await;
    cyd.until_acked().await;
    let stored = content(&house.stored(task).await);
    for worker in [&mut ann, &mut bob, &mut cyd] {
        worker.until(|w| w.content() == stored).await;
    }
    assert!(stored.contains_key("newcomer") && stored.contains_key("after-1002") && stored.contains_key("meanwhile-1002"));
    assert_eq!(stored.len(), 3 * 3_000 + 8);
}

#[actix::test]
async fn a_huge_edit_that_is_refused_leaves_the_document_and_those_at_work_on_it_as_they_were() {
    let house = House::new();
    tokio::time::resume();
    let task = house.task();
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    ann.put("before", 1.0);
    let mut bob = Worker::join(house.connect("bob").await, task).await;
    let mut halved = huge(1_000);
    halved.truncate(halved.len() - 10);
    bob.send_update(halved);
    ann.put("after", 1.0);
    ann.until_acked().await;
    assert_eq!(bob.client.error().await.code, "update_refused");
    assert_eq!(content(&house.stored(task).await), ann.content());
}

#[actix::test]
async fn a_huge_edit_of_somebody_who_may_only_read_is_compared_elsewhere_and_taken_only_if_it_is_known() {
    let house = House::new();
    tokio::time::resume();
    let task = house.task();
    let known = huge(1_000);
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    ann.send_update(known.clone());
    ann.until_acked().await;
    house.places.tasks.lock().unwrap().get_mut(&task).unwrap().project_status = ProjectStatus::Archived;
    let mut bob = Worker::join(house.connect("bob").await, task).await;
    // A stock client answers the question for what the server lacks like this, whoever it belongs to.
    bob.send_update(known);
    bob.until_acked().await;
    bob.send_update(huge(1_001));
    assert_eq!(bob.client.error().await.code, "read_only");
    assert_eq!(content(&house.stored(task).await).len(), 3_000);
}
