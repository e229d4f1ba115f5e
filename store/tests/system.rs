//! What is done for all workspaces at once.

use sqlx::{AssertSqlSafe, Executor};
use tandem_protocol::rest::AssignmentStatus;
use tandem_store::{
    leases, outbox, system,
    testing::{self, Database},
};

/// How long whoever disconnects keeps a task.
const GRACE: std::time::Duration = std::time::Duration::from_secs(300);

#[tokio::test]
async fn due_leases_of_every_workspace_are_found_and_ended_once() {
    let db = Database::fresh().await;
    for seeded in [db.a, db.b] {
        let mut tx = seeded.tenant().begin(&db.store).await.expect("begin");
        testing::claim(&mut tx, seeded.project, seeded.labeler, 60).await.expect("work");
        tx.commit().await.expect("commit");
    }
    assert_eq!(system::due_leases(&db.store, GRACE, 10).await.expect("due"), []);
    assert!(system::next_lease_due(&db.store).await.expect("next").is_some());
    db.owner().await.execute("UPDATE assignments SET expires_at = now() - interval '1 second'").await.expect("time passes");
    let due = system::due_leases(&db.store, GRACE, 10).await.expect("due");
    assert_eq!(due.len(), 2);
    for lease in due {
        for expected in [Some(AssignmentStatus::Expired), None] {
            let mut tx = lease.tenant().begin(&db.store).await.expect("begin");
            let ended = leases::expire(&mut tx, lease.assignment, GRACE).await.expect("expire");
            assert_eq!(ended.map(|e| e.status), expected);
            tx.commit().await.expect("commit");
        }
    }
    assert_eq!(system::due_leases(&db.store, GRACE, 10).await.expect("due"), []);
    assert_eq!(system::next_lease_due(&db.store).await.expect("next"), None);
}

#[tokio::test]
async fn an_event_is_relayed_after_its_commit_and_stays_until_delivered() {
    let db = Database::fresh().await;
    for (seeded, commit) in [(db.a, true), (db.b, true), (db.a, false)] {
        let mut tx = seeded.tenant().begin(&db.store).await.expect("begin");
        outbox::push(&mut tx, Some(seeded.project), "x", serde_json::json!({ "n": 1 })).await.expect("push");
        if commit {
            tx.commit().await.expect("commit");
        }
    }
    let failed = system::relay_outbox(&db.store, 10, |_| async { Err("receiver is away") }).await;
    assert!(matches!(failed, Err(system::RelayError::Deliver("receiver is away"))));
    let mut heard = Vec::new();
    let sent = system::relay_outbox(&db.store, 10, |events| {
        heard = events;
        async { Ok::<_, ()>(()) }
    });
    assert_eq!(sent.await.expect("relay"), 2);
    assert_eq!(heard.iter().map(|e| e.workspace).collect::<Vec<_>>(), [db.a.workspace, db.b.workspace]);
    assert_eq!(system::relay_outbox(&db.store, 10, |_| async { Ok::<_, ()>(()) }).await.expect("relay"), 0);
}

#[tokio::test]
async fn two_relays_at_once_deliver_different_events() {
    let db = Database::fresh().await;
    let mut tx = db.a.tenant().begin(&db.store).await.expect("begin");
    for n in 0..4 {
        outbox::push(&mut tx, None, "x", serde_json::json!(n)).await.expect("push");
    }
    tx.commit().await.expect("commit");
    let store = db.store.clone();
    let second = async || system::relay_outbox(&store, 2, |_| async { Ok::<_, ()>(()) }).await.expect("relay");
    // The second relay runs whole while the first is delivering.
    let first = system::relay_outbox(&db.store, 2, |events| async move {
        assert_eq!(events.len(), 2);
        assert_eq!(second().await, 2);
        Ok::<_, ()>(())
    });
    assert_eq!(first.await.expect("relay"), 2);
}

#[tokio::test]
async fn months_are_made_ahead_once() {
    let db = Database::fresh().await;
    let mut owner = db.owner().await;
    assert_eq!(system::ensure_partitions(&db.store).await.expect("partitions"), 0, "migrate made them");
    let last: Vec<String> = sqlx::query_scalar(
        "SELECT max(c.oid::regclass::text) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
         WHERE i.inhparent IN ('annotation_events'::regclass, 'audit_log'::regclass) GROUP BY i.inhparent",
    )
    .fetch_all(&mut owner)
    .await
    .expect("catalogue");
    for partition in last {
        owner.execute(AssertSqlSafe(format!("DROP TABLE {partition}"))).await.expect("drop");
    }
    assert_eq!(system::ensure_partitions(&db.store).await.expect("partitions"), 2);
    let (made, forced): (i64, bool) = sqlx::query_as(
        "SELECT count(*), bool_and(c.relrowsecurity AND c.relforcerowsecurity) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
         WHERE i.inhparent = 'annotation_events'::regclass",
    )
    .fetch_one(&mut owner)
    .await
    .expect("catalogue");
    assert_eq!((made, forced), (7, true), "this month and six ahead");
}

#[tokio::test]
async fn answers_older_than_a_day_are_forgotten() {
    let db = Database::fresh().await;
    let mut owner = db.owner().await;
    for (key, age) in [("old", "25 hours"), ("new", "23 hours")] {
        let sql = format!(
            "INSERT INTO idempotency_keys (workspace_id, user_id, key, request_hash, created_at)
             VALUES ('{}', '{}', '{key}', '', now() - interval '{age}')",
            db.a.workspace, db.a.labeler
        );
        owner.execute(AssertSqlSafe(sql)).await.expect("insert");
    }
    assert_eq!(system::forget_idempotency_keys(&db.store).await.expect("forget"), 1);
    assert_eq!(system::workspaces(&db.store).await.expect("workspaces").len(), 2);
}
