//! A batch follows its tasks.

use serde_json::json;
use tandem_store::{pg::flow, testing::Database};

use crate::{
    assigned,
    flow_world::{answer, on_workflow},
};

/// How a batch came to where it is: event and state, oldest first.
async fn batch_steps(db: &Database) -> Vec<(String, String)> {
    let mut tx = db.a.as_user(db.a.admin).begin(&db.store).await.expect("begin");
    let rows = flow::batch_history(&mut tx, db.a.batch, 100).await.expect("history");
    rows.into_iter().rev().map(|row| (row.event, row.to_state.as_str().unwrap_or_default().to_owned())).collect()
}

/// What any node does soon after tasks moved.
async fn follow_batches(db: &Database) -> usize {
    let moved = flow::moved_batches(&db.store, 100).await.expect("moved");
    let mine: Vec<_> = moved.into_iter().filter(|(workspace, ..)| *workspace == db.a.workspace).collect();
    for (workspace, project, batch) in &mine {
        flow::follow_batch(&db.store, *workspace, *project, *batch).await.expect("followed");
    }
    mine.len()
}

#[tokio::test]
async fn a_batch_follows_its_tasks_from_the_first_to_the_last() {
    let db = Database::fresh().await;
    let workflow = on_workflow(&db, &assigned(1, &json!({}))).await;
    assert_eq!(follow_batches(&db).await, 1);
    assert_eq!(follow_batches(&db).await, 0, "nothing has moved since");
    for done in 1..=3 {
        answer(&db, db.a.labeler, "cat").await;
        // Two nodes see it; it counts once.
        let both =
            futures_util::future::join_all((0..2).map(|_| flow::follow_batch(&db.store, db.a.workspace, db.a.project, db.a.batch))).await;
        assert_eq!(both.into_iter().filter(|moved| *moved.as_ref().expect("followed")).count(), 1, "{done} of 3");
    }
    let mut tx = db.a.as_user(db.a.admin).begin(&db.store).await.expect("begin");
    let found = flow::batch_instance(&mut tx, db.a.project, db.a.batch).await.expect("read").expect("an instance");
    assert_eq!((found.workflow, found.is_complete, found.children.done), (Some(workflow), true, 3));
    drop(tx);
    let told: Vec<String> = batch_steps(&db).await.into_iter().map(|(event, to)| format!("{event} -> {to}")).collect();
    assert_eq!(
        told,
        [
            "xstate.init -> created",
            "children.moved -> created",
            "children.moved -> in_progress",
            "children.moved -> in_progress",
            "children.moved -> completed"
        ]
    );
    let status: String = sqlx::query_scalar("SELECT status FROM batches WHERE id = $1")
        .bind(db.a.batch.0)
        .fetch_one(&mut db.owner().await)
        .await
        .expect("a batch");
    assert_eq!(status, "completed");

    let new = tandem_protocol::rest::NewTask {
        asset_id: db.a.assets[0],
        batch_id: Some(db.a.batch),
        external_id: None,
        priority: None,
        input: None,
    };
    let mut tx = db.a.as_user(db.a.admin).begin(&db.store).await.expect("begin");
    tandem_store::pg::tasks::create(&mut tx, db.a.project, &[new]).await.expect("one more");
    let found = flow::batch_instance(&mut tx, db.a.project, db.a.batch).await.expect("read").expect("an instance");
    assert_eq!((found.is_complete, found.completed_at, found.children.total), (false, None, 4), "it is open again");
}
