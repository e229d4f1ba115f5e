//! Rooms nobody is in: how many stay in memory, and which of them.

mod common;

use std::time::Duration;

use common::{House, Worker};
use tandem_protocol::TaskId;
use tokio::time::{Instant, sleep};

/// Far shorter than a room stays by itself.
const SOON: Duration = Duration::from_secs(1);

fn house(rooms: usize, bytes: usize) -> House {
    House::with(|config| (config.room.max_idle_rooms, config.room.max_idle_bytes) = (rooms, bytes))
}

/// Somebody comes, writes so many bytes, sees them saved, and leaves.
async fn visit(house: &House, task: TaskId, bytes: usize) {
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    ann.write("note", &"x".repeat(bytes));
    ann.until_acked().await;
    drop(ann);
    sleep(SOON).await;
}

async fn visit_new(house: &House, bytes: usize) -> TaskId {
    let task = house.task();
    visit(house, task, bytes).await;
    task
}

async fn is_open(house: &House, task: TaskId) -> bool {
    house.live.task_stats(task).await.is_some()
}

#[actix::test]
async fn of_many_documents_left_in_turn_the_newest_stay_open() {
    let house = house(3, usize::MAX);
    let mut tasks = Vec::new();
    for _ in 0..20 {
        tasks.push(visit_new(&house, 10).await);
        assert!(house.live.ready().rooms <= 3);
    }
    for (index, task) in tasks.into_iter().enumerate() {
        assert_eq!(is_open(&house, task).await, index >= 17, "document {index}");
    }
}

#[actix::test]
async fn large_documents_are_let_go_before_there_are_many() {
    let house = house(1_000, 100_000);
    for _ in 0..20 {
        visit_new(&house, 30_000).await;
    }
    assert_eq!(house.live.ready().rooms, 3);
    let giant = visit_new(&house, 200_000).await;
    assert!(is_open(&house, giant).await);
    assert_eq!(house.live.ready().rooms, 1);
}

#[actix::test]
async fn a_document_somebody_came_back_to_is_not_among_the_longest_left() {
    let house = house(2, usize::MAX);
    let (first, second) = (visit_new(&house, 10).await, visit_new(&house, 10).await);
    visit(&house, first, 10).await;
    let third = visit_new(&house, 10).await;
    assert!(is_open(&house, first).await && !is_open(&house, second).await && is_open(&house, third).await);
}

#[actix::test]
async fn open_documents_do_not_count_and_are_never_let_go() {
    let house = house(1, 1);
    let mut open = Vec::new();
    for _ in 0..5 {
        open.push(Worker::join(house.connect("bob").await, house.task()).await);
    }
    for _ in 0..5 {
        visit_new(&house, 10).await;
    }
    assert_eq!(house.live.ready().rooms, 6);
    for worker in &mut open {
        worker.put("still here", 1.0);
        worker.until_acked().await;
    }
}

#[actix::test]
async fn what_is_not_on_disk_stays_whatever_the_bounds() {
    let house = house(1, 1);
    let mut tasks = Vec::new();
    house.log.hold();
    for _ in 0..5 {
        let task = house.task();
        let mut ann = Worker::join(house.connect("ann").await, task).await;
        let mut bob = Worker::join(house.connect("bob").await, task).await;
        ann.put("unsaved", 1.0);
        // It has reached the room.
        bob.until(|bob| bob.updates > 0).await;
        tasks.push(task);
    }
    sleep(SOON).await;
    for task in &tasks {
        assert!(house.live.task_stats(*task).await.is_some_and(|room| room.members == 0 && room.not_on_disk));
    }
    house.log.release();
    sleep(SOON).await;
    assert_eq!(house.live.ready().rooms, 1);
    for task in tasks {
        assert_eq!(common::content(&house.stored(task).await).len(), 1);
    }
}

/// The room's clock was stopped for somebody who was then turned away.
#[actix::test]
async fn who_is_turned_away_does_not_keep_a_document_open() {
    let house = house(1_000, usize::MAX);
    let task = visit_new(&house, 10).await;
    let mut eve = Worker::new(house.connect("eve").await, task);
    eve.subscribe_with(b"not a state vector");
    eve.until(|eve| !eve.errors.is_empty()).await;
    let since = Instant::now();
    sleep(Duration::from_secs(31)).await;
    assert_eq!(house.live.ready().rooms, 0, "after {:?}", since.elapsed());
}
