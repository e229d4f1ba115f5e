//! What the planner knows of a queue that was filled at once.

use tandem_store::{import, testing::Database};

/// Rows that the planner believes the partitions of a table have; none: it never looked.
async fn believed(db: &Database, table: &str) -> Option<f32> {
    sqlx::query_scalar(
        "SELECT max(c.reltuples) FROM pg_class c JOIN pg_inherits i ON i.inhrelid = c.oid WHERE i.inhparent = $1::regclass AND c.reltuples >= 0",
    )
    .bind(table)
    .fetch_one(&mut db.owner().await)
    .await
    .expect("statistics")
}

#[tokio::test]
async fn the_planner_knows_of_an_import_as_soon_as_it_is_there() {
    let db = Database::fresh().await;
    let mut tx = db.a.as_user(db.a.admin).begin(&db.store).await.expect("begin");
    import::gather_statistics(&mut tx, db.a.project).await.expect("the server's role may ask for it");
    tx.commit().await.expect("commit");
    let tasks = db.a.tasks.len() as f32;
    for table in ["tasks", "task_steps"] {
        let rows = believed(&db, table).await.unwrap_or_default();
        assert!(rows >= tasks, "{table}: {rows} of {tasks} rows");
    }
}
