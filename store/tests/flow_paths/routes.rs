//! Where a task goes: shares, conditions, people, the ends, and tasks that cannot begin.

use serde_json::{Value, json};
use tandem_domain::workflow::{Decision, Told};
use tandem_protocol::WorkflowId;
use tandem_store::{
    pg::flow::{self, FlowError},
    testing::Database,
};

use crate::{
    flow_world::{answer, begin_all, held, more_tasks, on_workflow, one_task, open, review, stands, status, tell},
    near, one, spread,
};

#[tokio::test]
async fn what_is_archived_is_cancelled_and_nobody_gets_it() {
    let form = json!({"id": "w", "steps": [{"id": "label", "type": "annotation"}, {"id": "check", "type": "review"}],
    "transitions": [
        {"from": "label", "to": "check"},
        {"from": "check", "to": "archived", "condition": {"type": "on_decision", "decision": "reject"}},
        {"from": "check", "to": "completed"},
    ]});
    let (db, task) = one(form).await;
    answer(&db, db.a.labeler, "cat").await;
    review(&db, db.a.reviewer, Decision::Reject).await;
    assert_eq!(status(&db, task).await, "cancelled");
    assert!(open(&db, task).await.is_empty());
    assert!(stands(&db, task).await.is_empty(), "what was rejected stands for nothing");
    let over = tell(&db, task, Told::Resume).await;
    assert!(matches!(over, Err(FlowError::Flow(_))), "it is over: {over:?}");
}

#[tokio::test]
async fn an_archive_step_is_as_good_as_the_end() {
    let form = json!({"id": "w", "steps": [{"id": "which", "type": "conditional"}, {"id": "label", "type": "annotation"}, {"id": "away", "type": "archive"}],
    "transitions": [
        {"from": "which", "to": "away", "condition": {"type": "expression", "expression": "default($.input.junk, false)"}},
        {"from": "which", "to": "label"},
        {"from": "label", "to": "completed"},
    ]});
    let db = Database::fresh().await;
    let task = one_task(&db).await;
    sqlx::query("UPDATE tasks SET input = '{\"junk\": true}' WHERE id = $1")
        .bind(task.0)
        .execute(&mut db.owner().await)
        .await
        .expect("junk");
    on_workflow(&db, &form).await;
    assert_eq!(status(&db, task).await, "cancelled");
}

#[tokio::test]
async fn a_percentage_router_gives_each_way_its_share() {
    let form = json!({"id": "w", "steps": [{"id": "draw", "type": "percentage_router"},
        {"id": "a", "type": "annotation"}, {"id": "b", "type": "annotation"}, {"id": "c", "type": "annotation"}],
    "transitions": [
        {"from": "draw", "to": "a", "condition": {"type": "percentage", "rate": 0.2}},
        {"from": "draw", "to": "b", "condition": {"type": "percentage", "rate": 0.5}},
        {"from": "draw", "to": "c"},
        {"from": "a", "to": "completed"}, {"from": "b", "to": "completed"}, {"from": "c", "to": "completed"},
    ]});
    let db = Database::fresh().await;
    let count = more_tasks(&db, 597).await;
    on_workflow(&db, &form).await;
    let found = spread(&db).await;
    for (step, share) in [("a", 0.2), ("b", 0.5), ("c", 0.3)] {
        assert!(near(found[step], count, share), "{step}: {found:?}");
    }
}

#[tokio::test]
async fn a_sampling_step_draws_its_share_and_says_so() {
    let form = json!({"id": "w", "steps": [{"id": "sample", "type": "sampling", "sample_rate": 0.3}, {"id": "label", "type": "annotation"}],
    "transitions": [
        {"from": "sample", "to": "label", "condition": {"type": "expression", "expression": "$.step_output.sampled"}},
        {"from": "sample", "to": "completed"}, {"from": "label", "to": "completed"},
    ]});
    let db = Database::fresh().await;
    let count = more_tasks(&db, 597).await;
    on_workflow(&db, &form).await;
    let found = spread(&db).await;
    assert!(near(found["label"], count, 0.3), "{found:?}");
    assert_eq!(found["label"] + found["completed"], count);
}

#[tokio::test]
async fn a_collaborator_router_asks_who_worked_before() {
    let db = Database::fresh().await;
    let [first, second, _] = db.a.tasks;
    let form = json!({"id": "w", "steps": [{"id": "label", "type": "annotation"}, {"id": "by", "type": "collaborator_router"}, {"id": "check", "type": "review"}],
    "transitions": [
        {"from": "label", "to": "by"},
        {"from": "by", "to": "check", "condition": {"type": "worked_on", "users": [db.a.labeler.to_string()], "step": "label"}},
        {"from": "by", "to": "completed"}, {"from": "check", "to": "completed"},
    ]});
    on_workflow(&db, &form).await;
    assert_eq!(answer(&db, db.a.labeler, "cat").await.task_id, first);
    assert_eq!(answer(&db, db.a.other_labeler, "cat").await.task_id, second);
    assert_eq!(status(&db, first).await, "review", "the new one's work is looked at");
    assert_eq!(status(&db, second).await, "completed");
}

#[tokio::test]
async fn a_task_that_cannot_begin_is_held_with_the_reason_and_has_no_state() {
    let form = json!({"id": "w", "steps": [{"id": "which", "type": "conditional"}, {"id": "label", "type": "annotation"}],
    "transitions": [
        {"from": "which", "to": "label", "condition": {"type": "expression", "expression": "$.input.pages > 3"}},
        {"from": "which", "to": "completed"}, {"from": "label", "to": "completed"},
    ]});
    let (db, task) = one(form).await;
    let (machine, reason): (Option<Value>, Option<String>) = sqlx::query_as("SELECT machine_state, hold_reason FROM tasks WHERE id = $1")
        .bind(task.0)
        .fetch_one(&mut db.owner().await)
        .await
        .expect("a task");
    assert_eq!(machine, None);
    let reason = reason.expect("a reason");
    assert!(reason.starts_with("does not begin: ") && reason.contains("$.input.pages"), "{reason}");
    assert!(flow::waiting_to_begin(&db.store).await.expect("waiting").is_empty(), "it is not tried for ever");
    let steered = tell(&db, task, Told::ForceComplete).await;
    assert!(matches!(steered, Err(FlowError::NotBegun)), "{steered:?}");
    let mended = json!({"id": "w", "steps": [{"id": "label", "type": "annotation"}]});
    retire_all(&db).await;
    on_workflow(&db, &mended).await;
    begin_all(&db).await;
    assert_eq!((held(&db, task).await, open(&db, task).await), (None, vec![("label".to_owned(), 1, 1)]));
}

async fn retire_all(db: &Database) -> Vec<WorkflowId> {
    let ids: Vec<uuid::Uuid> = sqlx::query_scalar("UPDATE workflows SET status = 'retired' WHERE status = 'active' RETURNING id")
        .fetch_all(&mut db.owner().await)
        .await
        .expect("retired");
    ids.into_iter().map(Into::into).collect()
}
