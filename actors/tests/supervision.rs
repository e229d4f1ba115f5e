//! What crashes comes back, what crashes too often is given up, and its parent knows.
#![cfg(feature = "fault-injection")]

mod common;

use std::time::Duration;

use common::{CHANNEL, House, Worker};
use tandem_actors::config::RestartPolicy;
use tandem_protocol::ws::TopicKind;
use tokio::time::timeout;

#[actix::test]
async fn a_journal_that_crashes_too_often_ends_the_house() {
    let house = House::with(|config| config.restart = RestartPolicy { max_restarts: 2, ..RestartPolicy::default() });
    assert!(timeout(Duration::from_secs(3_600), house.live.failed()).await.is_err(), "nothing failed");
    for _ in 0..3 {
        house.live.crash_journal().await;
        tokio::time::sleep(Duration::from_secs(10)).await;
    }
    assert_eq!(timeout(Duration::from_secs(1), house.live.failed()).await, Ok("journal"));
    let ready = house.live.ready();
    assert!(!ready.is_ready());
    assert!(ready.why_not().iter().any(|why| why.contains("disk")), "{:?}", ready.why_not());
}

#[actix::test]
async fn a_journal_that_crashes_once_does_not() {
    let house = House::new();
    // Until it is up.
    tokio::time::sleep(Duration::from_secs(1)).await;
    house.live.crash_journal().await;
    assert!(timeout(Duration::from_secs(600), house.live.failed()).await.is_err());
    let mut ann = Worker::join(house.connect("ann").await, house.task()).await;
    ann.put("a", 1.0);
    ann.until_acked().await;
    let tree = house.live.tree(house.workspace).await;
    assert_eq!((tree.root[0].kind.as_str(), tree.root[0].state.as_str(), tree.root[0].restarts), ("journal", "up", 1));
}

#[actix::test]
async fn a_room_that_is_given_up_leaves_its_neighbours_and_the_house_alone() {
    let house = House::with(|config| config.restart = RestartPolicy { max_restarts: 1, ..RestartPolicy::default() });
    let (poison, good) = (house.task(), house.task());
    let mut ann = house.connect("ann").await;
    ann.subscribe(CHANNEL, TopicKind::Task, poison.into());
    ann.subscribed().await;
    let mut bob = Worker::join(house.connect("bob").await, good).await;
    for _ in 0..2 {
        house.live.crash_task(poison).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let tree = house.live.tree(house.workspace).await;
    let state = |id| tree.my_tasks.iter().find(|task| task.node.id == Some(id)).map(|task| task.node.state.as_str());
    assert_eq!((state(poison.0), state(good.0)), (Some("gave_up"), Some("up")));
    assert!(house.live.ready().is_ready());
    bob.put("b", 1.0);
    bob.until_acked().await;
}

#[actix::test]
async fn the_tree_shows_a_workspace_its_own_tasks_and_only_counts_of_the_rest() {
    let (house, task) = {
        let house = House::new();
        let task = house.task();
        (house, task)
    };
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    ann.put("a", 1.0);
    ann.until_acked().await;
    let mine = house.live.tree(house.workspace).await;
    assert_eq!((mine.my_tasks.len(), mine.my_tasks[0].members, mine.my_tasks[0].edits), (1, 1, 1));
    assert!(mine.my_tasks[0].node.mailbox_ms.is_some());
    let theirs = house.live.tree(tandem_protocol::WorkspaceId::new()).await;
    assert_eq!((theirs.my_tasks.len(), theirs.my_task_count, theirs.tasks, theirs.sessions), (0, 0, 1, 1));
}
