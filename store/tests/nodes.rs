//! Nodes as the database knows them.

use std::time::Duration;

use sqlx::{AssertSqlSafe, Executor};
use tandem_protocol::{NodeId, rest::NodeState};
use tandem_store::{
    nodes::{self, Card, Orders, Sign},
    testing::Database,
};

fn card(host: &str) -> Card {
    Card { id: NodeId::new(), host: host.to_owned(), address: "10.0.0.1:8080".to_owned(), version: "0.1.0".to_owned() }
}

fn sign(state: NodeState) -> Sign {
    Sign { state, connections: 3, rooms: 2, durable: true, up: Duration::from_secs(60) }
}

async fn states(db: &Database) -> Vec<(String, NodeState)> {
    let rows = nodes::list(&db.store).await.expect("list");
    rows.into_iter().map(|row| (row.card.host, row.state)).collect()
}

/// As if `host` had been silent for so long.
async fn silence(db: &Database, host: &str, span: &str) {
    let sql = format!("UPDATE tandem.nodes SET heartbeat_at = now() - interval '{span}' WHERE host = '{host}'");
    db.owner().await.execute(AssertSqlSafe(sql)).await.expect("time passes");
}

#[tokio::test]
async fn a_node_is_seen_with_its_load_and_hears_how_many_others_take_people() {
    let db = Database::fresh().await;
    let (a, b) = (card("a"), card("b"));
    assert_eq!(nodes::beat(&db.store, &a, sign(NodeState::Ready)).await.expect("beat"), Orders { drain: false, others: 0 });
    assert_eq!(nodes::beat(&db.store, &b, sign(NodeState::Ready)).await.expect("beat"), Orders { drain: false, others: 1 });
    nodes::beat(&db.store, &a, Sign { connections: 9, ..sign(NodeState::Draining) }).await.expect("beat");
    assert_eq!(nodes::beat(&db.store, &b, sign(NodeState::Ready)).await.expect("beat").others, 0, "a drains");
    let rows = nodes::list(&db.store).await.expect("list");
    assert_eq!(states(&db).await, [("b".to_owned(), NodeState::Ready), ("a".to_owned(), NodeState::Draining)]);
    assert_eq!((rows[1].connections, rows[1].rooms, rows[1].durable), (9, 2, true));
    let up = rows[1].started_at.signed_duration_since(chrono::Utc::now()).num_seconds().abs();
    assert!((50..300).contains(&up), "it says for how long it runs, not when it began: {up}");
}

#[tokio::test]
async fn a_node_asked_to_drain_hears_of_it_until_it_is_asked_back() {
    let db = Database::fresh().await;
    let a = card("a");
    assert!(!nodes::ask_to_drain(&db.store, a.id, true).await.expect("ask"), "there is no such node");
    nodes::beat(&db.store, &a, sign(NodeState::Ready)).await.expect("beat");
    for drain in [true, true, false] {
        assert!(nodes::ask_to_drain(&db.store, a.id, drain).await.expect("ask"));
        assert_eq!(nodes::beat(&db.store, &a, sign(NodeState::Ready)).await.expect("beat").drain, drain);
    }
}

#[tokio::test]
async fn a_silent_node_is_gone_and_one_that_speaks_again_is_back() {
    let db = Database::fresh().await;
    let (a, b) = (card("a"), card("b"));
    for node in [&a, &b] {
        nodes::beat(&db.store, node, sign(NodeState::Ready)).await.expect("beat");
    }
    silence(&db, "a", "16 seconds").await;
    assert_eq!(states(&db).await, [("b".to_owned(), NodeState::Ready), ("a".to_owned(), NodeState::Gone)]);
    assert_eq!(nodes::beat(&db.store, &b, sign(NodeState::Ready)).await.expect("beat").others, 0, "nobody is sent to a node that is gone");
    silence(&db, "a", "61 minutes").await;
    assert_eq!(nodes::forget_gone(&db.store).await.expect("forget"), 1);
    assert_eq!(states(&db).await, [("b".to_owned(), NodeState::Ready)]);
    nodes::beat(&db.store, &a, sign(NodeState::Ready)).await.expect("a node that was suspended");
    assert_eq!(states(&db).await.len(), 2);
}

#[tokio::test]
async fn a_node_that_left_stays_left_whatever_was_still_under_way() {
    let db = Database::fresh().await;
    let a = card("a");
    nodes::beat(&db.store, &a, sign(NodeState::Draining)).await.expect("beat");
    nodes::leave(&db.store, a.id).await.expect("leave");
    nodes::beat(&db.store, &a, sign(NodeState::Draining)).await.expect("a beat that was under way");
    silence(&db, "a", "16 seconds").await;
    assert_eq!(states(&db).await, [("a".to_owned(), NodeState::Left)], "not gone: it said so");
    assert!(!nodes::ask_to_drain(&db.store, a.id, true).await.expect("ask"));
}
