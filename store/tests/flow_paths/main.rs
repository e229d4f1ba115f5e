//! Every way that a task can go through a workflow in which only people work, on a real database: one test a rule of docs/workflows.md.

mod batches;
mod branches;
mod consensus;
mod documents;
mod failing;
#[path = "../flow_world/mod.rs"]
mod flow_world;
mod moving;
mod pushing;
mod review;
mod routes;
mod rules;
mod time;
mod undo;

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tandem_protocol::{TaskId, UserId, rest::Assignment};
use tandem_store::{
    pg::leases::{self, Method, Offer, Terms},
    testing::Database,
};

use flow_world::{on_workflow, one_task};

/// One task on this workflow.
pub async fn one(form: Value) -> (Database, TaskId) {
    let db = Database::fresh().await;
    let task = one_task(&db).await;
    on_workflow(&db, &form).await;
    (db, task)
}

/// How many tasks of a project are open at which step, and how many are done.
pub async fn spread(db: &Database) -> BTreeMap<String, usize> {
    let rows: Vec<(String, i64)> = sqlx::query_as(
        "SELECT coalesce(s.step, t.status), count(*) FROM tasks t LEFT JOIN task_steps s ON s.task_id = t.id
         WHERE t.project_id = $1 GROUP BY 1",
    )
    .bind(db.a.project.0)
    .fetch_all(&mut db.owner().await)
    .await
    .expect("tasks");
    rows.into_iter().map(|(step, count)| (step, usize::try_from(count).expect("a count"))).collect()
}

pub fn reviewed(rework: &str) -> Value {
    json!({"id": "w", "steps": [{"id": "label", "type": "annotation", "assignment": {"rework": rework}}, {"id": "check", "type": "review"}],
    "transitions": [
        {"from": "label", "to": "check"},
        {"from": "check", "to": "label", "condition": {"type": "on_decision", "decision": "request_changes"}},
        {"from": "check", "to": "archived", "condition": {"type": "on_decision", "decision": "reject"}},
        {"from": "check", "to": "completed"},
    ]})
}

/// The lease on this step of the task, by an admin's hand.
pub async fn at(db: &Database, task: TaskId, step: &str, kind: &str, user: UserId) -> Assignment {
    let offer = Offer { step: step.to_owned(), kind: kind.to_owned(), ..Offer::default() };
    let mut tx = db.a.as_user(user).begin(&db.store).await.expect("begin");
    let lease = leases::claim_task(&mut tx, db.a.project, task, user, &[offer], &Terms::new(600, Method::Manual)).await.expect("a lease");
    tx.commit().await.expect("commit");
    lease
}

/// One step, with these words about who works on it.
pub fn assigned(count: u32, assignment: &Value) -> Value {
    json!({"id": "w", "steps": [{"id": "label", "type": "annotation", "completion": {"count": count}, "assignment": assignment}]})
}

/// A lease ends without an answer.
pub async fn give_back(db: &Database, lease: &Assignment) {
    let mut tx = db.a.as_user(lease.user_id).begin(&db.store).await.expect("begin");
    leases::release(&mut tx, lease.id, lease.user_id, lease.fencing_token).await.expect("released");
    tx.commit().await.expect("commit");
}

/// Five standard deviations of a share of `count` draws.
pub fn near(found: usize, count: usize, share: f64) -> bool {
    let (found, count) = (f64::from(u32::try_from(found).expect("few")), f64::from(u32::try_from(count).expect("few")));
    (found - count * share).abs() <= 5.0 * (count * share * (1.0 - share)).sqrt()
}
