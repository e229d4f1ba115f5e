//! Which of the server's connections is used, and what becomes of one that was left in the middle of something or died.

use std::time::Duration;

use sqlx::Executor as _;
use tandem_store::{PoolSizes, StoreError, TenantTx, testing::Database};
use tokio::time::timeout;

/// One connection, and nobody waits long for it.
async fn with_one() -> Database {
    Database::with_pools(PoolSizes { server: 1, ..PoolSizes::default() }).await
}

async fn begin(db: &Database) -> TenantTx {
    db.a.tenant().begin(&db.store).await.expect("a transaction")
}

async fn process(tx: &mut TenantTx) -> i32 {
    sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&mut **tx).await.expect("its number")
}

#[tokio::test]
async fn the_one_used_last_is_used_first() {
    let db = Database::fresh().await;
    let (mut one, mut two) = (begin(&db).await, begin(&db).await);
    let (first, second) = (process(&mut one).await, process(&mut two).await);
    assert_ne!(first, second, "two at a time have one each");
    two.commit().await.expect("committed");
    one.commit().await.expect("committed");
    for _ in 0..3 {
        let mut tx = begin(&db).await;
        assert_eq!(process(&mut tx).await, first);
        tx.rollback().await.expect("rolled back");
    }
}

#[tokio::test]
async fn what_was_dropped_is_undone_before_anybody_else_has_the_connection() {
    let db = with_one().await;
    let mut tx = begin(&db).await;
    let used = process(&mut tx).await;
    tx.execute("SELECT set_config('app.seen', 'yes', true)").await.expect("set");
    drop(tx);
    let mut tx = begin(&db).await;
    assert_eq!(process(&mut tx).await, used, "it was kept");
    let seen: Option<String> = sqlx::query_scalar("SELECT current_setting('app.seen', true)").fetch_one(&mut *tx).await.expect("read");
    assert_eq!(seen.unwrap_or_default(), "", "and nothing of the transaction before");
}

#[tokio::test]
async fn the_answer_to_a_question_somebody_gave_up_is_nobody_elses() {
    let db = with_one().await;
    let mut tx = begin(&db).await;
    timeout(Duration::from_millis(50), tx.execute("SELECT pg_sleep(0.3), 'late'")).await.expect_err("given up");
    drop(tx);
    let mut tx = begin(&db).await;
    let answer: String = sqlx::query_scalar("SELECT 'mine'").fetch_one(&mut *tx).await.expect("an answer");
    assert_eq!(answer, "mine");
}

#[tokio::test]
async fn who_waits_is_served_when_one_comes_back_and_told_when_none_does() {
    let db = with_one().await;
    let mut config = db.config.clone();
    config.acquire_timeout = Duration::from_millis(300);
    let store = tandem_store::Store::connect(&config).await.expect("a store");
    let held = db.a.tenant().begin(&store).await.expect("the only one");
    let waiting = tokio::spawn({
        let (store, tenant) = (store.clone(), db.a.tenant());
        async move { tenant.begin(&store).await }
    });
    tokio::time::sleep(Duration::from_millis(50)).await;
    held.commit().await.expect("committed");
    let held = waiting.await.expect("no panic").expect("served");
    let refused = db.a.tenant().begin(&store).await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    drop(held);
    assert_eq!(store.connections()[0].1, 1, "and no second was opened");
}

#[tokio::test]
async fn those_that_died_while_nobody_used_them_are_replaced_unseen() {
    let db = Database::fresh().await;
    let (one, two) = (begin(&db).await, begin(&db).await);
    one.commit().await.expect("committed");
    two.commit().await.expect("committed");
    let killed: i64 = sqlx::query_scalar(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'tandem_server'",
    )
    .fetch_one(&mut db.owner().await)
    .await
    .expect("killed");
    assert!(killed >= 2, "{killed}");
    // Longer than one is taken as it is.
    tokio::time::sleep(Duration::from_millis(300)).await;
    let (mut one, mut two) = (begin(&db).await, begin(&db).await);
    assert_ne!(process(&mut one).await, process(&mut two).await);
}

#[tokio::test]
async fn a_closed_store_has_none_and_waits_for_what_is_out() {
    let db = Database::fresh().await;
    let out = begin(&db).await;
    begin(&db).await.commit().await.expect("committed");
    let closing = tokio::spawn({
        let store = db.store.clone();
        async move { store.close().await }
    });
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(!closing.is_finished(), "somebody is at work");
    out.commit().await.expect("what was begun is ended");
    timeout(Duration::from_secs(5), closing).await.expect("in time").expect("closed");
    let refused = db.a.tenant().begin(&db.store).await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
}
