//! Back to where a task was: what is open again can be worked on again.

use serde_json::{Value, json};
use tandem_domain::workflow::{Decision, Told};
use tandem_protocol::TaskId;
use tandem_store::{
    pg::flow::{self, Because},
    testing::Database,
};

use crate::{
    assigned,
    flow_world::{self, answer, held, next, open, review, stands, status, step_state, tell, time_passes},
    one, reviewed,
};

async fn undo(db: &Database, task: TaskId) {
    let mut tx = db.a.as_user(db.a.admin).begin(&db.store).await.expect("begin");
    flow::undo(&mut tx, db.a.project, task, "by mistake").await.expect("undone");
    tx.commit().await.expect("commit");
}

async fn calls(db: &Database, task: TaskId) -> Vec<(String, Value, bool)> {
    sqlx::query_as("SELECT step, input, due IS NOT NULL FROM task_calls WHERE task_id = $1")
        .bind(task.0)
        .fetch_all(&mut db.owner().await)
        .await
        .expect("calls")
}

#[tokio::test]
async fn an_answer_that_is_undone_can_be_given_again_by_anybody() {
    let (db, task) = one(reviewed("anyone")).await;
    let first = answer(&db, db.a.labeler, "cat").await;
    undo(&db, task).await;
    assert_eq!((open(&db, task).await, status(&db, task).await.as_str()), (vec![("label".to_owned(), 1, 1)], "pending"));
    let again = answer(&db, db.a.labeler, "dog").await;
    assert_eq!((again.round, again.scope), (first.round, first.scope), "in the document as it was");
    undo(&db, task).await;
    answer(&db, db.a.other_labeler, "bird").await;
    review(&db, db.a.reviewer, Decision::Approve).await;
    assert_eq!(stands(&db, task).await, [(db.a.other_labeler, "bird".to_owned())]);
}

#[tokio::test]
async fn of_several_answers_only_the_undone_one_is_taken_back() {
    let (db, task) = one(assigned(3, &json!({}))).await;
    answer(&db, db.a.labeler, "cat").await;
    answer(&db, db.a.other_labeler, "dog").await;
    undo(&db, task).await;
    assert_eq!(open(&db, task).await, [("label".to_owned(), 3, 2)]);
    assert_eq!(step_state(&db, task, "label").await["count"], json!(1));
    assert!(next(&db.store, &db.a, db.a.labeler).await.is_none(), "theirs counts still");
    answer(&db, db.a.other_labeler, "dog").await;
    assert_eq!(step_state(&db, task, "label").await["count"], json!(2));
}

#[tokio::test]
async fn a_decision_that_is_undone_is_made_again() {
    let (db, task) = one(reviewed("anyone")).await;
    answer(&db, db.a.labeler, "cat").await;
    review(&db, db.a.reviewer, Decision::RequestChanges).await;
    let again = next(&db.store, &db.a, db.a.labeler).await.expect("rework");
    undo(&db, task).await;
    assert!(flow_world::submit(&db.store, &db.a, &again, "dog").await.is_err(), "it does not come back after all");
    assert_eq!(open(&db, task).await, [("check".to_owned(), 1, 1)]);
    review(&db, db.a.reviewer, Decision::Approve).await;
    assert_eq!((status(&db, task).await.as_str(), stands(&db, task).await), ("completed", vec![(db.a.labeler, "cat".to_owned())]));
}

#[tokio::test]
async fn a_new_beginning_that_is_undone_goes_on_with_the_answers_of_before() {
    let (db, task) = one(assigned(2, &json!({}))).await;
    answer(&db, db.a.labeler, "cat").await;
    tell(&db, task, Told::Reset { step: "label".to_owned() }).await.expect("reset");
    undo(&db, task).await;
    assert_eq!(open(&db, task).await, [("label".to_owned(), 2, 1)]);
    assert_eq!(answer(&db, db.a.other_labeler, "cat").await.round, 1);
    assert_eq!(status(&db, task).await, "completed");
}

#[tokio::test]
async fn a_timeout_that_is_undone_is_waited_for_anew() {
    let (db, task) = one(json!({"id": "w", "steps": [{"id": "label", "type": "annotation", "timeout": "PT1H"}]})).await;
    assert_eq!((time_passes(&db).await, held(&db, task).await.as_deref()), (1, Some("timeout")));
    undo(&db, task).await;
    assert_eq!(held(&db, task).await, None);
    assert!(flow::due_timers(&db.store, 10).await.expect("due").is_empty(), "an hour from now");
    assert_eq!((time_passes(&db).await, held(&db, task).await.as_deref()), (1, Some("timeout")), "not for ever");
}

#[tokio::test]
async fn going_back_to_where_it_was_held_holds_it() {
    let (db, task) = one(assigned(1, &json!({}))).await;
    tell(&db, task, Told::Hold { reason: "unclear".to_owned() }).await.expect("held");
    tell(&db, task, Told::Resume).await.expect("resumed");
    undo(&db, task).await;
    assert_eq!(held(&db, task).await.as_deref(), Some("unclear"));
}

/// `ask`, whose output people go on from.
fn asking(kind: &str) -> Value {
    let ask = json!({"id": "ask", "type": kind, "handler": "https://models.example", "input_mapping": {"kind": {"$expr": "$.steps.label.count"}}});
    json!({"id": "w", "steps": [{"id": "label", "type": "annotation"}, ask, {"id": "after", "type": "annotation"}]})
}

#[tokio::test]
async fn what_runs_outside_when_its_step_is_undone_is_called_no_more() {
    let (db, task) = one(asking("webhook")).await;
    answer(&db, db.a.labeler, "cat").await;
    let call = flow::claim_call(&db.store, db.a.workspace, db.a.project, task, "ask", std::time::Duration::from_secs(90));
    let call = call.await.expect("claim").expect("a call");
    undo(&db, task).await;
    assert_eq!(calls(&db, task).await, []);
    let mut tx = db.a.as_user(db.a.admin).begin(&db.store).await.expect("begin");
    assert!(!flow::answer_call(&mut tx, &call, Ok(json!("late"))).await.expect("nobody waits for it"));
}

#[tokio::test]
async fn a_task_that_goes_back_to_a_step_that_runs_outside_calls_it_again() {
    for kind in ["webhook", "external_agent"] {
        let (db, task) = one(asking(kind)).await;
        answer(&db, db.a.labeler, "cat").await;
        let first = calls(&db, task).await;
        let mut tx = db.a.as_user(db.a.admin).begin(&db.store).await.expect("begin");
        let told = Told::Handled { step: "ask".to_owned(), output: json!("wrong") };
        flow::tell(&mut tx, db.a.project, task, told, Because::Program).await.expect("answered");
        tx.commit().await.expect("commit");
        assert_eq!((open(&db, task).await, calls(&db, task).await), (vec![("after".to_owned(), 1, 1)], vec![]));
        undo(&db, task).await;
        assert_eq!((open(&db, task).await, calls(&db, task).await), (vec![], first), "{kind}");
    }
}

#[tokio::test]
async fn a_call_whose_end_cannot_be_told_holds_its_task_and_is_made_again_when_that_is_let_go() {
    let (db, task) = one(asking("webhook")).await;
    answer(&db, db.a.labeler, "cat").await;
    let call = flow::claim_call(&db.store, db.a.workspace, db.a.project, task, "ask", std::time::Duration::from_secs(90));
    let call = call.await.expect("claim").expect("a call");
    flow::drop_call(&db.store, &call, "its answer cannot be kept").await.expect("dropped");
    assert_eq!((calls(&db, task).await, held(&db, task).await.as_deref()), (vec![], Some("its answer cannot be kept")));
    tell(&db, task, Told::Resume).await.expect("resumed");
    assert_eq!(calls(&db, task).await.len(), 1);
}
