//! Tasks that go on in another version of their workflow.

use serde_json::{Value, json};
use tandem_domain::workflow::Decision;
use tandem_protocol::WorkflowId;
use tandem_store::{
    pg::flow::{self, FlowError, Migration},
    testing::Database,
};

use crate::{
    assigned,
    flow_world::{self, answer, crowd, held, next, open, review, status, time_passes},
    one,
};

/// Another version, and everything that fits on it.
async fn moved(db: &Database, form: &Value) -> Migration {
    let id = WorkflowId::new();
    sqlx::query(
        "INSERT INTO workflows (id, workspace_id, project_id, key, version, name, status, form, activated_at)
         VALUES ($1, $2, $3, 'w', (SELECT 1 + count(*) FROM workflows WHERE project_id = $3), 'test', 'retired', $4::json, now())",
    )
    .bind(id.0)
    .bind(db.a.workspace.0)
    .bind(db.a.project.0)
    .bind(form.to_string())
    .execute(&mut db.owner().await)
    .await
    .expect("a version");
    let mut tx = db.a.as_user(db.a.admin).begin(&db.store).await.expect("begin");
    let done = flow::migrate(&mut tx, db.a.project, id, None, 100, false).await.expect("migrate");
    tx.commit().await.expect("commit");
    done
}

#[tokio::test]
async fn a_task_that_stays_where_it_is_goes_on_to_a_step_that_only_the_new_version_has() {
    let (db, task) = one(assigned(1, &json!({}))).await;
    let lease = next(&db.store, &db.a, db.a.labeler).await.expect("the task");
    let done = moved(&db, &json!({"id": "w", "steps": [{"id": "label", "type": "annotation"}, {"id": "check", "type": "review"}]})).await;
    assert_eq!((done.stays, done.misfits.len()), (1, 0), "{done:?}");
    flow_world::submit(&db.store, &db.a, &lease, "cat").await.expect("whoever held it holds it still");
    assert_eq!(status(&db, task).await, "review");
    review(&db, db.a.reviewer, Decision::Approve).await;
    assert_eq!(status(&db, task).await, "completed");
}

#[tokio::test]
async fn a_task_that_stays_is_asked_of_more_people_where_the_new_version_asks_them() {
    let (db, task) = one(assigned(1, &json!({}))).await;
    let lease = next(&db.store, &db.a, db.a.labeler).await.expect("the task");
    moved(&db, &assigned(3, &json!({"lease": "PT10M"}))).await;
    assert_eq!(open(&db, task).await, [("label".to_owned(), 3, 2)]);
    flow_world::submit(&db.store, &db.a, &lease, "cat").await.expect("submitted");
    assert_eq!(status(&db, task).await, "in_progress", "one of three");
    let other = answer(&db, db.a.other_labeler, "cat").await;
    assert_eq!((lease.scope.as_str(), other.scope.as_str()), ("label", "label#1"), "each in a document of their own");
    answer(&db, crowd(&db, 1).await[0], "cat").await;
    assert_eq!(status(&db, task).await, "completed");
}

#[tokio::test]
async fn a_task_that_has_all_the_answers_that_the_new_version_asks_for_goes_on_at_once() {
    let (db, task) = one(assigned(3, &json!({}))).await;
    answer(&db, db.a.labeler, "cat").await;
    let late = next(&db.store, &db.a, db.a.other_labeler).await.expect("a place");
    moved(&db, &assigned(1, &json!({}))).await;
    assert_eq!(status(&db, task).await, "completed");
    assert!(flow_world::submit(&db.store, &db.a, &late, "dog").await.is_err());
}

#[tokio::test]
async fn a_task_that_stays_waits_as_long_as_the_new_version_says() {
    let (db, task) = one(assigned(1, &json!({}))).await;
    next(&db.store, &db.a, db.a.labeler).await.expect("the task");
    moved(&db, &json!({"id": "w", "steps": [{"id": "label", "type": "annotation", "timeout": "PT1H"}]})).await;
    assert_eq!(time_passes(&db).await, 1);
    assert_eq!(held(&db, task).await.as_deref(), Some("timeout"));

    let (db, task) = one(json!({"id": "w", "steps": [{"id": "label", "type": "annotation", "timeout": "PT1H"}]})).await;
    next(&db.store, &db.a, db.a.labeler).await.expect("the task");
    moved(&db, &assigned(1, &json!({"mode": "manual"}))).await;
    assert_eq!((time_passes(&db).await, held(&db, task).await), (0, None));
}

#[tokio::test]
async fn a_task_at_a_step_that_is_other_work_in_the_new_version_stays_on_its_own() {
    let (db, task) = one(json!({"id": "w", "steps": [{"id": "draw", "type": "annotation"}, {"id": "label", "type": "annotation"}]})).await;
    answer(&db, db.a.labeler, "cat").await;
    let done = moved(&db, &json!({"id": "w", "steps": [{"id": "draw", "type": "annotation"}, {"id": "label", "type": "review"}]})).await;
    assert_eq!((done.stays, done.misfits.len()), (0, 1), "{done:?}");
    answer(&db, db.a.other_labeler, "cat").await;
    assert_eq!(status(&db, task).await, "completed");
}

#[tokio::test]
async fn nothing_goes_back_to_before_a_task_came_to_its_version() {
    let (db, task) = one(assigned(2, &json!({}))).await;
    answer(&db, db.a.labeler, "cat").await;
    moved(&db, &assigned(3, &json!({}))).await;
    let mut tx = db.a.as_user(db.a.admin).begin(&db.store).await.expect("begin");
    assert!(matches!(flow::undo(&mut tx, db.a.project, task, "no").await, Err(FlowError::NothingBefore)));
}

/// Somebody takes the task while the migration waits for it: its lease must not be left on a step that was closed.
#[tokio::test]
async fn who_takes_a_task_at_the_moment_it_is_moved_is_not_left_with_nothing() {
    let (db, task) = one(assigned(1, &json!({}))).await;
    let other = json!({"id": "w", "steps": [{"id": "other", "type": "annotation"}]});
    let mut taker = db.a.as_user(db.a.labeler).begin(&db.store).await.expect("begin");
    let turn = tandem_store::pg::leases::take_turn(&mut taker, db.a.project, db.a.labeler).await.expect("a turn").expect("the project");
    let choices = flow::choices(&mut taker, &turn).await.expect("choices");
    let lease = tandem_store::pg::leases::claim_next(&mut taker, &turn, &choices.allowed(), false).await.expect("claim").expect("the task");
    let commit = async {
        // Until the migration waits for the task's lock.
        loop {
            let waiting: bool = sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) OR NOT granted AND locktype = 'transactionid')")
                .fetch_one(&mut db.owner().await)
                .await
                .expect("locks");
            if waiting {
                break;
            }
            tokio::task::yield_now().await;
        }
        taker.commit().await.expect("commit");
    };
    let (done, ()) = tokio::join!(moved(&db, &other), commit);
    assert_eq!((done.begins_anew, done.misfits.len()), (0, 1), "{done:?}");
    flow_world::submit(&db.store, &db.a, &lease, "cat").await.expect("submitted");
    assert_eq!(status(&db, task).await, "completed");
}
