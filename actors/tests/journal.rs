//! The Journal over a log whose faults are arranged: what is acknowledged is on disk, once, whatever the disk does.

mod common;

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use common::{CHANNEL, House, Worker, content};
use tandem_actors::LiveConfig;
use tandem_protocol::{DocumentId, TaskId, WorkspaceId};
use tandem_store::documents::{Compaction, DocumentKey, DocumentLog, LogError, MemoryLog, Merge, NewUpdate, StoredDocument};
use tokio::time::sleep;

async fn document(house: &House, task: TaskId) -> tandem_protocol::DocumentId {
    house.log.open(&house.key(task)).await.unwrap().id
}

/// Who reads nothing is cut.
async fn reads_for(worker: &mut Worker, seconds: u64) {
    let reading = worker.until(|_| false);
    tokio::time::timeout(Duration::from_secs(seconds), reading).await.unwrap_err();
}

#[actix::test]
async fn an_edit_the_store_cannot_keep_for_now_holds_up_nobody_else_and_is_kept_in_the_end() {
    let house = House::new();
    let (bad, fine) = (house.task(), house.task());
    let mut ann = Worker::join(house.connect("ann").await, bad).await;
    let mut bob = Worker::join(house.connect("bob").await, fine).await;
    let troubled = document(&house, bad).await;
    house.log.trouble(troubled, true);
    house.log.hold();
    bob.put("first", 1.0);
    house.log.append_waiting().await;
    for n in 0..10 {
        ann.put(&format!("a{n}"), 1.0);
        bob.put(&format!("b{n}"), 1.0);
    }
    sleep(Duration::from_millis(50)).await;
    house.log.release();
    bob.until_acked().await;
    assert!(house.live.ready().is_ready(), "one document's trouble is not the node's");
    // What comes later to the same document waits behind it, in order; others go on.
    ann.put("later", 1.0);
    bob.put("later", 1.0);
    bob.until_acked().await;
    assert_eq!(ann.acked, 0);
    house.log.trouble(troubled, false);
    ann.until_acked().await;
    assert_eq!(content(&house.stored(bad).await), ann.content());
}

#[actix::test]
async fn a_store_that_answers_every_append_with_an_error_counts_as_away() {
    let house = House::new();
    let task = house.task();
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    let troubled = document(&house, task).await;
    house.log.trouble(troubled, true);
    ann.put("a", 1.0);
    ann.until(|w| !w.durable).await;
    assert!(!house.live.ready().is_ready());
    house.log.trouble(troubled, false);
    ann.until(|w| w.durable && w.acked == w.seq).await;
}

#[actix::test]
async fn a_commit_whose_answer_was_lost_is_made_again_and_acknowledged_once_and_changes_nothing() {
    let house = House::new();
    let task = house.task();
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    ann.put("a", 1.0);
    ann.until_acked().await;
    house.log.lose_answers(2);
    ann.put("a", 2.0);
    ann.remove("a");
    // `Worker` fails when an acknowledgement does not grow.
    ann.until_acked().await;
    let stored = house.log.open(&house.key(task)).await.unwrap();
    assert!(stored.updates.len() > 3, "kept more than once");
    assert_eq!(content(&house.stored(task).await), ann.content());
}

#[actix::test]
async fn a_late_copy_of_an_edit_that_lands_after_a_compaction_changes_nothing() {
    let house = House::new();
    let task = house.task();
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    for n in 0..5 {
        ann.put("a", f64::from(n));
    }
    ann.remove("a");
    ann.put("b", 1.0);
    ann.until_acked().await;
    let key = house.key(task);
    let before = house.log.open(&key).await.unwrap();
    house.log.compact(key.workspace, before.id, std::sync::Arc::new(tandem_actors::document::merge)).await.unwrap();
    let late = before.updates.iter().rev().map(|payload| tandem_store::documents::NewUpdate {
        document: before.id,
        workspace: key.workspace,
        author: None,
        payload: payload.clone(),
    });
    house.log.append(&late.collect::<Vec<_>>()).await.unwrap();
    assert_eq!(content(&house.stored(task).await), ann.content());
    drop(ann);
    sleep(Duration::from_secs(120)).await;
    let bob = Worker::join(house.connect("bob").await, task).await;
    assert_eq!(bob.content(), content(&house.stored(task).await));
}

#[actix::test]
async fn with_the_disk_away_for_long_edits_are_refused_and_taken_again_when_it_is_back() {
    let house = House::with(|config| config.journal.read_only_after = Duration::from_secs(20));
    let task = house.task();
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    house.log.set_away(true);
    ann.put("early", 1.0);
    ann.until(|w| !w.durable).await;
    reads_for(&mut ann, 10).await;
    ann.put("still taken", 1.0);
    reads_for(&mut ann, 15).await;
    let seq = ann.put("too late", 1.0);
    ann.until(|w| !w.errors.is_empty()).await;
    let refused = &ann.errors[0];
    assert_eq!((refused.code.as_str(), refused.seq, refused.retryable), ("waiting_for_disk", Some(seq), true));
    assert_eq!((refused.channel, refused.rule.as_deref()), (Some(CHANNEL), Some("read_only_after")));
    assert!(!house.live.ready().is_ready());
    house.log.set_away(false);
    ann.until(|w| w.durable).await;
    let mut ann = ann.reconnect(house.connect("ann").await).await;
    ann.until_acked().await;
    assert_eq!(content(&house.stored(task).await).len(), 3);
}

#[actix::test]
async fn a_room_with_edits_that_are_not_on_disk_does_not_go_to_sleep() {
    let house = House::new();
    let task = house.task();
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    house.log.set_away(true);
    ann.put("a", 1.0);
    ann.until(|w| !w.durable).await;
    drop(ann);
    sleep(Duration::from_secs(600)).await;
    assert!(house.live.task_stats(task).await.is_some_and(|room| room.not_on_disk && room.members == 0));
    house.log.set_away(false);
    sleep(Duration::from_secs(120)).await;
    assert!(house.live.task_stats(task).await.is_none(), "now it sleeps");
    assert_eq!(content(&house.stored(task).await).len(), 1);
}

#[actix::test]
async fn a_stop_brings_what_was_taken_to_the_disk_acknowledges_it_and_then_sends_everybody_away() {
    let house = House::new();
    let task = house.task();
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    house.log.hold();
    let seq = ann.put("a", 1.0);
    house.log.append_waiting().await;
    let live = house.live.clone();
    let stop = actix::spawn(async move { live.shutdown().await });
    sleep(Duration::from_secs(1)).await;
    house.log.release();
    ann.until(|w| w.acked == seq).await;
    assert_eq!(ann.client.close_code().await, 1012);
    stop.await.unwrap();
    assert_eq!(content(&house.stored(task).await).len(), 1);
}

#[actix::test]
async fn a_stop_does_not_wait_for_ever_for_a_disk_that_is_away() {
    let house = House::new();
    let task = house.task();
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    house.log.set_away(true);
    ann.put("a", 1.0);
    ann.until(|w| !w.durable).await;
    let live = house.live.clone();
    let stop = actix::spawn(async move { live.shutdown().await });
    assert_eq!(ann.client.close_code().await, 1012);
    stop.await.unwrap();
    assert_eq!(ann.acked, 0);
}

#[actix::test]
async fn edits_of_many_share_a_commit_and_an_edit_in_quiet_does_not_wait() {
    let house = House::new();
    let task = house.task();
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    let start = tokio::time::Instant::now();
    ann.put("quiet", 1.0);
    ann.until_acked().await;
    assert_eq!(start.elapsed(), Duration::ZERO);
    let before = house.log.appends();
    for n in 0..200 {
        ann.put(&format!("k{n}"), 1.0);
    }
    ann.until_acked().await;
    assert!(house.log.appends() - before < 20, "{} commits", house.log.appends() - before);
}

#[actix::test]
async fn content_outside_the_documents_roots_is_refused_by_name() {
    use yrs::{Map, ReadTxn, Transact};
    let house = House::new();
    let task = house.task();
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    let doc = common::new_doc(77);
    doc.get_or_insert_map("elsewhere").insert(&mut doc.transact_mut(), "a", 1.0);
    let seq = ann.send_update(doc.transact().encode_diff_v1(&yrs::StateVector::default()));
    ann.until(|w| !w.errors.is_empty()).await;
    assert_eq!((ann.errors[0].seq, ann.errors[0].rule.as_deref(), ann.errors[0].retryable), (Some(seq), Some("unknown_root"), false));
    assert!(house.log.open(&house.key(task)).await.unwrap().updates.is_empty());
}

#[actix::test]
async fn what_is_known_already_takes_no_place_of_what_waits_for_the_disk() {
    let house = House::with(|config| config.journal.max_bytes = 20_000);
    let task = house.task();
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    let mut bob = Worker::join(house.connect("bob").await, task).await;
    house.log.hold();
    ann.write("large", &"x".repeat(6_000));
    bob.until(|w| w.content().contains_key("large")).await;
    let everything = {
        use yrs::{ReadTxn, Transact};
        ann.doc.transact().encode_diff_v1(&yrs::StateVector::default())
    };
    for _ in 0..10 {
        ann.send_update(everything.clone());
    }
    sleep(Duration::from_millis(50)).await;
    bob.write("of bob", &"y".repeat(6_000));
    sleep(Duration::from_millis(50)).await;
    house.log.release();
    ann.until_acked().await;
    bob.until_acked().await;
    assert!(ann.errors.is_empty() && bob.errors.is_empty(), "{:?} {:?}", ann.errors, bob.errors);
    assert_eq!(content(&house.stored(task).await).len(), 2);
}

/// A disk that takes a second for every ten edits, and for every 100 kB.
struct SlowLog {
    log: MemoryLog,
    sent: AtomicUsize,
}

#[async_trait]
impl DocumentLog for SlowLog {
    async fn open(&self, key: &DocumentKey) -> Result<StoredDocument, LogError> {
        self.log.open(key).await
    }

    async fn append(&self, updates: &[NewUpdate]) -> Result<(), LogError> {
        self.sent.fetch_add(updates.len(), Ordering::Relaxed);
        let bytes: usize = updates.iter().map(|update| update.payload.len()).sum();
        sleep(Duration::from_millis((updates.len() * 100 + bytes / 100) as u64)).await;
        self.log.append(updates).await
    }

    async fn compact(&self, workspace: WorkspaceId, document: DocumentId, merge: Merge) -> Result<Compaction, LogError> {
        self.log.compact(workspace, document, merge).await
    }
}

fn slow_house() -> (House, Arc<SlowLog>) {
    slow_house_with(|config| config.journal.read_only_after = Duration::from_secs(3_600))
}

fn slow_house_with(change: impl FnOnce(&mut LiveConfig)) -> (House, Arc<SlowLog>) {
    tokio::time::pause();
    let log = MemoryLog::new();
    let slow = Arc::new(SlowLog { log: log.clone(), sent: AtomicUsize::new(0) });
    (House::over(slow.clone(), log, change), slow)
}

#[actix::test]
async fn a_batch_that_takes_too_long_is_kept_in_smaller_ones_and_not_sent_again_and_again() {
    let (house, slow) = slow_house();
    let task = house.task();
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    ann.put("first", 1.0);
    for n in 0..600 {
        ann.put(&format!("k{n}"), 1.0);
    }
    ann.until_acked().await;
    assert_eq!(content(&house.stored(task).await), ann.content());
    let sent = slow.sent.load(Ordering::Relaxed);
    assert!(sent < 3 * 601, "{sent} rows sent");
}

#[actix::test]
async fn an_edit_that_takes_too_long_alone_does_not_hold_up_other_documents() {
    let (house, _) = slow_house();
    let (large, small) = (house.task(), house.task());
    let mut ann = Worker::join(house.connect("ann").await, large).await;
    let mut bob = Worker::join(house.connect("bob").await, small).await;
    ann.write("large", &"x".repeat(3 << 20));
    for n in 0..5 {
        bob.put(&format!("k{n}"), 1.0);
        bob.until_acked().await;
    }
    assert_eq!(ann.acked, 0);
}

#[actix::test]
async fn an_edit_that_the_disk_cannot_take_in_time_is_given_up_after_some_tries_and_not_tried_again() {
    let (house, slow) = slow_house();
    let (large, small) = (house.task(), house.task());
    let mut ann = Worker::join(house.connect("ann").await, large).await;
    let mut eve = Worker::join(house.connect("eve").await, large).await;
    ann.write("large", &"x".repeat(3 << 20));
    ann.put("builds on it", 1.0);
    let told = |w: &Worker| w.errors.iter().any(|error| error.code == "edit_too_slow" && error.retryable);
    tokio::join!(ann.until(told), eve.until(told));
    assert!(house.log.open(&house.key(large)).await.unwrap().updates.is_empty());
    let sent = slow.sent.load(Ordering::Relaxed);
    // Both copies have it. Each comes again and sends it, in other bytes.
    for worker in [ann, eve] {
        let name = worker.client.user.name.clone();
        let mut again = worker.reconnect(house.connect(&name).await).await;
        again.until(|w| w.errors.iter().any(|error| error.rule.as_deref() == Some("commit_timeout") && !error.retryable)).await;
    }
    assert_eq!(slow.sent.load(Ordering::Relaxed), sent, "the disk was not asked again");
    // Others work on, in this document too.
    let mut bob = Worker::join(house.connect("bob").await, small).await;
    bob.put("small", 1.0);
    bob.until_acked().await;
    let mut cyd = Worker::join(house.connect("cyd").await, large).await;
    cyd.put("small", 1.0);
    cyd.until_acked().await;
    assert_eq!(content(&house.stored(large).await), cyd.content());
}

#[actix::test]
async fn an_edit_that_was_given_up_is_not_the_last_word_on_the_disk() {
    // Rooms refuse edits soon after, as it is by default.
    let (house, _) = slow_house_with(|_| {});
    let (large, small) = (house.task(), house.task());
    let mut ann = Worker::join(house.connect("ann").await, large).await;
    ann.write("large", &"x".repeat(3 << 20));
    ann.until(|w| w.errors.iter().any(|error| error.code == "edit_too_slow")).await;
    // Nothing else was kept since, so nothing but the journal itself can say that the disk is there.
    sleep(Duration::from_secs(120)).await;
    assert!(house.live.ready().durable);
    let mut bob = Worker::join(house.connect("bob").await, small).await;
    bob.put("small", 1.0);
    bob.until_acked().await;
    assert!(bob.errors.is_empty(), "{:?}", bob.errors);
}

/// A log that refuses its first append for good, and then takes everything.
struct RefusesOnce {
    log: MemoryLog,
    appends: AtomicUsize,
}

#[async_trait]
impl DocumentLog for RefusesOnce {
    async fn open(&self, key: &DocumentKey) -> Result<StoredDocument, LogError> {
        self.log.open(key).await
    }

    async fn append(&self, updates: &[NewUpdate]) -> Result<(), LogError> {
        if self.appends.fetch_add(1, Ordering::Relaxed) == 0 {
            sleep(Duration::from_millis(100)).await;
            return Err(LogError::Refused("arranged by the test".into()));
        }
        self.log.append(updates).await
    }

    async fn compact(&self, workspace: WorkspaceId, document: DocumentId, merge: Merge) -> Result<Compaction, LogError> {
        self.log.compact(workspace, document, merge).await
    }
}

#[actix::test]
async fn what_builds_on_an_edit_that_was_refused_for_good_is_refused_with_it() {
    tokio::time::pause();
    let log = MemoryLog::new();
    let house = House::over(Arc::new(RefusesOnce { log: log.clone(), appends: AtomicUsize::new(0) }), log, |_| {});
    let task = house.task();
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    ann.put("refused", 1.0);
    sleep(Duration::from_millis(50)).await;
    for n in 0..5 {
        ann.put(&format!("builds on it {n}"), 1.0);
    }
    ann.until(|w| w.errors.iter().any(|error| error.code == "document_gone")).await;
    sleep(Duration::from_secs(1)).await;
    assert!(house.log.open(&house.key(task)).await.unwrap().updates.is_empty());
    // All of it can be sent again.
    let mut ann = ann.reconnect(house.connect("ann").await).await;
    ann.until_acked().await;
    assert_eq!(content(&house.stored(task).await), ann.content());
    assert_eq!(ann.content().len(), 6);
}

#[actix::test]
async fn a_document_that_is_stored_with_a_hole_is_worked_on_and_mended_by_whoever_has_what_is_missing() {
    let house = House::new();
    let (task, elsewhere) = (house.task(), house.task());
    let mut ann = Worker::join(house.connect("ann").await, elsewhere).await;
    // The last one replaces the one before.
    for key in ["a", "b", "b"] {
        ann.put(key, 1.0);
        ann.until_acked().await;
    }
    let made = house.log.open(&house.key(elsewhere)).await.unwrap().updates;
    let (key, document) = (house.key(task), document(&house, task).await);
    let row = |payload| NewUpdate { document, workspace: key.workspace, author: None, payload };
    house.log.append(&[row(made[0].clone()), row(made[2].clone())]).await.unwrap();
    let mut bob = Worker::join(house.connect("bob").await, task).await;
    assert_eq!(bob.content().len(), 1);
    bob.put("of bob", 1.0);
    bob.until_acked().await;
    assert_eq!(bob.syncs, 1, "the room was not loaded anew");
    let mut cyd = Worker::join(house.connect("cyd").await, task).await;
    for payload in &made[1..] {
        cyd.send_update(payload.to_vec());
    }
    cyd.until_acked().await;
    bob.until(|w| w.content().len() == 3).await;
    assert_eq!(content(&house.stored(task).await), bob.content());
}
