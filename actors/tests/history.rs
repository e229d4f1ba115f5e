//! An older state brought back: an edit among edits.

mod common;

use common::{House, Worker, content};
use tandem_actors::HistoryError;
use tandem_protocol::{UserId, rest::CheckpointReason};

#[actix::test]
async fn restoring_is_an_edit_that_everybody_sees_and_the_disk_keeps_and_the_document_stays_the_same_one() {
    let house = House::new();
    let task = house.task();
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    let mut bob = Worker::join(house.connect("bob").await, task).await;
    ann.put("kept", 1.0);
    ann.put("changed", 1.0);
    ann.put("removed", 1.0);
    let key = house.key(task);
    let who = UserId::new();
    let made = house.live.checkpoint(&key, CheckpointReason::Manual, who).await.unwrap();
    let before = house.log.checkpoint_content(made).unwrap();
    ann.put("changed", 2.0);
    ann.remove("removed");
    ann.put("added", 1.0);
    bob.until(|w| w.content().len() == 3 && w.content().contains_key("added")).await;
    let lineage = ann.joined.as_ref().unwrap().lineage;

    let done = house.live.restore(&key, before, who).await.unwrap();
    assert_eq!((done.counts.added, done.counts.changed, done.counts.removed), (1, 1, 1));
    for worker in [&mut ann, &mut bob] {
        worker.until(|w| w.content().contains_key("removed")).await;
        assert_eq!(worker.content().len(), 3);
        assert_eq!(worker.syncs, 1, "nobody was sent a new document");
    }
    assert_eq!(ann.content(), bob.content());
    assert_eq!(content(&house.stored(task).await), ann.content());
    assert_eq!(house.live.task_stats(task).await.unwrap().lineage, Some(lineage));

    // And back again.
    let undo = house.log.checkpoint_content(done.before).unwrap();
    house.live.restore(&key, undo, who).await.unwrap();
    bob.until(|w| w.content().contains_key("added") && !w.content().contains_key("removed")).await;
}

#[actix::test]
async fn nobody_need_be_there() {
    let house = House::new();
    let task = house.task();
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    ann.put("a", 1.0);
    ann.until_acked().await;
    let (key, who) = (house.key(task), UserId::new());
    let made = house.live.checkpoint(&key, CheckpointReason::Manual, who).await.unwrap();
    ann.remove("a");
    ann.until_acked().await;
    drop(ann);
    tokio::time::sleep(std::time::Duration::from_secs(120)).await;
    assert!(house.live.task_stats(task).await.is_none());
    house.live.restore(&key, house.log.checkpoint_content(made).unwrap(), who).await.unwrap();
    assert_eq!(content(&house.stored(task).await).len(), 1);
}

#[actix::test]
async fn a_restore_is_answered_when_it_is_on_disk_and_refused_while_edits_do_not_get_there() {
    let house = House::new();
    let task = house.task();
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    ann.put("a", 1.0);
    let (key, who) = (house.key(task), UserId::new());
    let made = house.live.checkpoint(&key, CheckpointReason::Manual, who).await.unwrap();
    let payload = house.log.checkpoint_content(made).unwrap();
    ann.put("b", 1.0);
    ann.until_acked().await;
    house.log.set_away(true);
    ann.put("c", 1.0);
    let refused = house.live.restore(&key, payload.clone(), who).await;
    assert!(matches!(refused, Err(HistoryError::WaitingForDisk)), "{refused:?}");
    assert_eq!(ann.content().len(), 3);
    house.log.set_away(false);
    ann.until_acked().await;
    house.live.restore(&key, payload, who).await.unwrap();
    assert_eq!(content(&house.stored(task).await).len(), 1);
}

#[actix::test]
async fn a_checkpoint_that_cannot_be_read_changes_nothing() {
    let house = House::new();
    let task = house.task();
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    ann.put("a", 1.0);
    ann.until_acked().await;
    let refused = house.live.restore(&house.key(task), b"\xff\xff".as_slice().into(), UserId::new()).await;
    assert!(matches!(refused, Err(HistoryError::Unreadable(_))), "{refused:?}");
    assert_eq!(content(&house.stored(task).await).len(), 1);
}
