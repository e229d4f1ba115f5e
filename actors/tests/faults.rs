//! Crashes inside: a room, the journal. With the feature `fault-injection` only.
#![cfg(feature = "fault-injection")]

mod common;

use common::{CHANNEL, House, Worker, content};
use tandem_protocol::ws::{ServerControl, ServerFrame, TopicKind};

#[actix::test]
async fn after_a_crash_of_the_room_clients_are_joined_anew_and_nothing_acknowledged_is_lost() {
    let house = House::new();
    let (task, other) = (house.task(), house.task());
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    let mut bob = Worker::join(house.connect("bob").await, task).await;
    let mut elsewhere = Worker::join(house.connect("cyd").await, other).await;
    for n in 0..20 {
        ann.put(&format!("a{n}"), 1.0);
    }
    ann.until_acked().await;
    ann.show("box");
    house.live.crash_task(task).await;
    for worker in [&mut ann, &mut bob] {
        worker.until(|w| w.syncs == 2).await;
        assert_eq!(worker.content().len(), 20);
    }
    let peer = ann.peer();
    bob.until(|w| w.peers.get(&peer).is_some_and(|state| state.tool.as_deref() == Some("box"))).await;
    ann.put("after", 1.0);
    bob.until(|w| w.content().len() == 21).await;
    ann.until_acked().await;
    assert_eq!(content(&house.stored(task).await), ann.content());
    elsewhere.put("b", 1.0);
    elsewhere.until_acked().await;
    assert_eq!(elsewhere.syncs, 1, "another room noticed nothing");
}

#[actix::test]
async fn what_was_on_its_way_to_the_disk_when_the_room_crashed_is_in_the_new_one_and_gets_acknowledged() {
    let house = House::new();
    let task = house.task();
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    house.log.hold();
    ann.put("in the journal", 1.0);
    house.log.append_waiting().await;
    house.live.crash_task(task).await;
    let mut bob = house.connect("bob").await;
    bob.subscribe(CHANNEL, TopicKind::Task, task.into());
    // The new room has it from the journal, not from the disk.
    let mut bob = Worker::join(house.connect("bob").await, task).await;
    bob.until(|w| w.content().len() == 1).await;
    ann.until(|w| w.syncs == 2).await;
    assert_eq!(ann.acked, 0);
    house.log.release();
    ann.until_acked().await;
    assert_eq!(content(&house.stored(task).await).len(), 1);
}

#[actix::test]
async fn edits_made_while_the_room_restarts_arrive_afterwards() {
    let house = House::new();
    let task = house.task();
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    let live = house.live.clone();
    let crash = actix::spawn(async move { live.crash_task(task).await });
    for n in 0..50 {
        ann.put(&format!("k{n}"), 1.0);
        tokio::task::yield_now().await;
    }
    crash.await.unwrap();
    ann.until(|w| w.syncs == 2).await;
    ann.until_acked().await;
    assert_eq!(content(&house.stored(task).await).len(), 50);
}

#[actix::test]
async fn a_room_that_crashes_again_and_again_is_given_up_and_said_so() {
    let house = House::with(|config| config.restart.max_restarts = 2);
    let task = house.task();
    let mut ann = house.connect("ann").await;
    for _ in 0..3 {
        ann.subscribe(CHANNEL, TopicKind::Task, task.into());
        ann.subscribed().await;
        ann.control(tandem_protocol::ws::Unsubscribe { channel: CHANNEL });
        house.live.crash_task(task).await;
        tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    }
    ann.subscribe(CHANNEL, TopicKind::Task, task.into());
    let error = ann.error().await;
    assert_eq!((error.code.as_str(), error.retryable), ("overloaded", true));
    // It is left alone for a while, then tried again.
    for _ in 0..4 {
        tokio::time::sleep(std::time::Duration::from_secs(9)).await;
        ann.control(tandem_protocol::ws::Ping { t: 1 });
        ann.wait(|frame| matches!(frame, ServerFrame::Control(ServerControl::Pong(_))).then_some(())).await;
    }
    ann.subscribe(CHANNEL, TopicKind::Task, task.into());
    ann.subscribed().await;
}

#[actix::test]
async fn a_journal_that_crashes_is_given_everything_again() {
    let house = House::new();
    let task = house.task();
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    house.log.hold();
    ann.put("a", 1.0);
    house.log.append_waiting().await;
    ann.put("b", 1.0);
    house.live.task_stats(task).await.unwrap();
    house.live.crash_journal().await;
    ann.put("c", 1.0);
    house.log.release();
    ann.until_acked().await;
    assert_eq!(content(&house.stored(task).await).len(), 3);
    assert!(house.live.ready().is_ready());
}
