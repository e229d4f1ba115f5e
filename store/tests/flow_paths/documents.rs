//! What the documents of a step begin with.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tandem_domain::workflow::Decision;
use tandem_protocol::TaskId;
use tandem_store::{pg::import, testing::Database};

use crate::{
    assigned,
    flow_world::{answer, next, on_workflow, one_task, review, status},
    give_back, one,
};

/// The content of a task's documents, by their names.
async fn documents(db: &Database, task: TaskId) -> BTreeMap<String, Vec<u8>> {
    let rows: Vec<(String, Vec<u8>)> =
        sqlx::query_as("SELECT d.step, s.payload FROM documents d JOIN document_snapshots s ON s.document_id = d.id WHERE d.task_id = $1")
            .bind(task.0)
            .fetch_all(&mut db.owner().await)
            .await
            .expect("documents");
    rows.into_iter().collect()
}

/// One task that came with regions, on this workflow.
async fn imported(form: Value) -> (Database, TaskId) {
    let db = Database::fresh().await;
    let task = one_task(&db).await;
    let mut tx = db.a.as_user(db.a.admin).begin(&db.store).await.expect("begin");
    import::insert_documents(&mut tx, db.a.project, &[(task, vec![7])]).await.expect("documents");
    tx.commit().await.expect("commit");
    on_workflow(&db, &form).await;
    (db, task)
}

#[tokio::test]
async fn what_was_imported_is_in_the_documents_of_the_first_step_whatever_it_is_called() {
    let (db, task) = imported(assigned(1, &json!({}))).await;
    assert_eq!(documents(&db, task).await["label"], [7]);
    let (db, task) = imported(assigned(2, &json!({}))).await;
    let found = documents(&db, task).await;
    assert_eq!((&found["label#0"], &found["label#1"]), (&vec![7], &vec![7]));
}

#[tokio::test]
async fn whoever_begins_with_nothing_begins_with_what_was_imported() {
    let (db, task) = imported(assigned(1, &json!({"drafts": "discard"}))).await;
    let first = next(&db.store, &db.a, db.a.labeler).await.expect("the task");
    give_back(&db, &first).await;
    let second = next(&db.store, &db.a, db.a.other_labeler).await.expect("the task");
    assert_eq!((second.scope.as_str(), &documents(&db, task).await["label~1"]), ("label~1", &vec![7]));
}

#[tokio::test]
async fn what_people_drew_in_one_step_is_not_what_another_begins_with() {
    let form = json!({"id": "w", "steps": [{"id": "annotate", "type": "annotation"}, {"id": "again", "type": "annotation"}]});
    let (db, task) = imported(form).await;
    answer(&db, db.a.labeler, "cat").await;
    let found = documents(&db, task).await;
    assert_eq!(found.keys().collect::<Vec<_>>(), ["annotate"], "the second step begins with nothing");
}

#[tokio::test]
async fn a_step_that_starts_from_the_last_answer_goes_on_in_its_document_and_keeps_the_answer() {
    let refine = json!({"id": "refine", "type": "annotation", "assignment": {"starts_from": "last_answer"}});
    let (db, task) = one(json!({"id": "w", "steps": [{"id": "draw", "type": "annotation"}, refine, {"id": "check", "type": "review"}],
    "transitions": [
        {"from": "draw", "to": "refine"},
        {"from": "refine", "to": "check"},
        {"from": "check", "to": "refine", "condition": {"type": "on_decision", "decision": "request_changes"}},
        {"from": "check", "to": "completed"},
    ]}))
    .await;
    let drawn = answer(&db, db.a.labeler, "cat").await;
    let refined = answer(&db, db.a.other_labeler, "big cat").await;
    assert_eq!([drawn.scope.as_str(), refined.scope.as_str()], ["draw", "draw"]);
    let looked_at = review(&db, db.a.reviewer, Decision::RequestChanges).await;
    let again = answer(&db, db.a.other_labeler, "huge cat").await;
    assert_eq!([looked_at.scope.as_str(), again.scope.as_str(), again.step.as_str()], ["draw", "draw", "refine"]);
    review(&db, db.a.reviewer, Decision::Approve).await;
    assert_eq!(status(&db, task).await, "completed");
    let standing: Vec<(uuid::Uuid, bool)> = sqlx::query_as(
        "SELECT a.user_id, n.is_final FROM annotations n JOIN assignments a ON a.id = n.assignment_id WHERE n.task_id = $1 ORDER BY n.submitted_at",
    )
    .bind(task.0)
    .fetch_all(&mut db.owner().await)
    .await
    .expect("annotations");
    let [ann, bob] = [db.a.labeler.0, db.a.other_labeler.0];
    assert_eq!(standing, [(ann, false), (bob, false), (bob, true)], "each answer is kept; the last one stands");
}

#[tokio::test]
async fn a_draft_discarded_in_the_plain_document_leaves_what_was_imported() {
    let form = json!({"id": "w", "steps": [{"id": "annotate", "type": "annotation", "assignment": {"drafts": "discard"}}]});
    let (db, task) = imported(form).await;
    let first = next(&db.store, &db.a, db.a.labeler).await.expect("the task");
    assert_eq!(first.scope, "annotate");
    give_back(&db, &first).await;
    next(&db.store, &db.a, db.a.other_labeler).await.expect("the task");
    assert_eq!(documents(&db, task).await["annotate~1"], [7]);
}
