//! What administrators see of the running house.

mod common;

use std::time::Duration;

use common::{House, Worker};
use tandem_protocol::WorkspaceId;
use tandem_store::bus::Hub;

#[actix::test]
async fn the_live_tree_has_the_threads_the_people_and_the_connections_for_which_most_waits() {
    let house = House::new();
    let task = house.task();
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    // He does not read.
    let bob = Worker::join(house.connect("bob").await, task).await;
    let stranger = common::Client::open(&house.live, tandem_protocol::ws::Subprotocol::Json);
    ann.write("long", &"x".repeat(20_000));
    ann.until_acked().await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let tree = house.live.tree(house.workspace).await;
    let desk = &tree.desks[0];
    assert_eq!((tree.desks.len(), desk.connections, desk.rooms, desk.seats), (1, 3, 1, 2));
    assert!(desk.waiting_bytes >= tree.my_sessions[0].waiting_bytes);
    assert_eq!((tree.my_session_count, tree.my_sessions.len()), (2, 2), "a stranger is nobody's");
    let slowest = &tree.my_sessions[0];
    assert_eq!((slowest.id, slowest.user_id, slowest.seats), (bob.client.session, bob.client.user.id, 1));
    assert!(slowest.waiting_bytes > 10_000 && slowest.stalled_ms > 500.0, "{slowest:?}");
    let mut people: Vec<_> = tree.my_people.iter().map(|person| person.id.unwrap()).collect();
    let mut expected = [ann.client.user.id.0, bob.client.user.id.0].to_vec();
    people.sort();
    expected.sort();
    assert_eq!((people, tree.my_people_count), (expected, 2));
    assert!(tree.my_people.iter().chain(&tree.my_projects).all(|actor| actor.mailbox_ms.is_some()), "each has answered");
    assert!(tree.root.iter().all(|actor| actor.kind != "neighbours"), "there are none");
    drop(stranger);
    let theirs = house.live.tree(WorkspaceId::new()).await;
    assert_eq!((theirs.my_people.len(), theirs.my_people_count, theirs.my_sessions.len(), theirs.my_session_count), (0, 0, 0, 0));
    assert_eq!(theirs.people, 2, "numbers are of everybody");
}

#[actix::test]
async fn what_watches_the_other_nodes_is_in_the_tree_where_there_are_any() {
    let nodes = House::nodes(&Hub::new(), 2);
    let tree = nodes[0].0.live.tree(nodes[0].0.workspace).await;
    let watching = tree.root.iter().find(|actor| actor.kind == "neighbours").expect("it is there");
    assert!(watching.state == "up" && watching.mailbox_ms.is_some(), "{watching:?}");
}
