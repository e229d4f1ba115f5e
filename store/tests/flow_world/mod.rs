//! A project on a workflow, on a real database, and the people who move its tasks.
#![allow(dead_code, reason = "each test file uses its part")]

use serde_json::Value;
use sqlx::{Executor, Row};
use tandem_domain::workflow::{Decision, Predefined, Told};
use tandem_protocol::{
    Geometry, RegionId, TaskId, UserId, WorkflowId,
    rest::{Assignment, Region},
};
use tandem_store::{
    Store,
    pg::{
        annotations::{self, Submission, SubmitError, Verdict},
        flow::{self, Because, FlowError},
        leases,
    },
    testing::{Database, Seeded},
};

/// The project of `a` gets this workflow, and all of its tasks are on it.
pub async fn on_workflow(db: &Database, form: &Value) -> WorkflowId {
    let id = WorkflowId::new();
    let mut owner = db.owner().await;
    sqlx::query(
        "INSERT INTO workflows (id, workspace_id, project_id, key, version, name, status, form, activated_at)
         VALUES ($1, $2, $3, $4, (SELECT 1 + count(*) FROM workflows WHERE project_id = $3), 'test', 'active', $5::json, now())",
    )
    .bind(id.0)
    .bind(db.a.workspace.0)
    .bind(db.a.project.0)
    .bind(form["id"].as_str().expect("an id"))
    .bind(form.to_string())
    .execute(&mut owner)
    .await
    .expect("a workflow");
    let mut tx = db.a.as_user(db.a.admin).begin(&db.store).await.expect("begin");
    let moved = flow::migrate(&mut tx, db.a.project, id, None, 1_000, false).await.expect("migrate");
    assert!(moved.misfits.is_empty(), "{moved:?}");
    tx.commit().await.expect("commit");
    begin_all(db).await;
    id
}

pub async fn begin_all(db: &Database) {
    for (workspace, project) in flow::waiting_to_begin(&db.store).await.expect("waiting") {
        while flow::begin(&db.store, workspace, project, 100).await.expect("begin") == 100 {}
    }
}

pub fn predefined(shape: &Predefined) -> Value {
    serde_json::to_value(shape.workflow()).expect("a form")
}

/// What the next task is for somebody, by the rules of its steps.
pub async fn next(store: &Store, of: &Seeded, user: UserId) -> Option<Assignment> {
    let mut tx = of.as_user(user).begin(store).await.expect("begin");
    let turn = leases::take_turn(&mut tx, of.project, user).await.expect("a turn").expect("the project");
    let turn = leases::Turn { lease_seconds: 60, ..turn };
    let choices = flow::choices(&mut tx, &turn).await.expect("choices");
    let lease = leases::claim_next(&mut tx, &turn, &choices.allowed(), choices.is_holding).await.expect("claim");
    tx.commit().await.expect("commit");
    lease
}

pub fn shape(label: &str) -> Vec<Region> {
    vec![Region {
        id: RegionId::new(),
        label: label.to_owned(),
        geometry: Geometry::Box { x: 1.0, y: 2.0, width: 30.0, height: 40.0 },
        attributes: serde_json::Map::new(),
        author: None,
        z: 0,
        relations: Vec::new(),
    }]
}

pub async fn submit(store: &Store, of: &Seeded, lease: &Assignment, label: &str) -> Result<(), SubmitError> {
    let work = Submission {
        assignment: lease.id,
        user: lease.user_id,
        fencing_token: lease.fencing_token,
        answer: shape(label).into(),
        time_spent_ms: Some(1_000),
    };
    let mut tx = of.as_user(lease.user_id).begin(store).await.expect("begin");
    annotations::submit(&mut tx, &work).await?;
    tx.commit().await?;
    Ok(())
}

pub async fn decide(db: &Database, lease: &Assignment, decision: Decision, reason: Option<&str>) {
    let verdict = Verdict {
        assignment: lease.id,
        user: lease.user_id,
        fencing_token: lease.fencing_token,
        decision,
        reason: reason.map(str::to_owned),
        time_spent_ms: None,
        answer: None,
    };
    let mut tx = db.a.as_user(lease.user_id).begin(&db.store).await.expect("begin");
    annotations::decide(&mut tx, &verdict).await.expect("decide");
    tx.commit().await.expect("commit");
}

pub async fn status(db: &Database, task: TaskId) -> String {
    sqlx::query_scalar("SELECT status FROM tasks WHERE id = $1").bind(task.0).fetch_one(&mut db.owner().await).await.expect("status")
}

pub async fn open(db: &Database, task: TaskId) -> Vec<(String, i16, i16)> {
    let rows = sqlx::query("SELECT step, needed, free FROM task_steps WHERE task_id = $1 ORDER BY step").bind(task.0);
    let rows = rows.fetch_all(&mut db.owner().await).await.expect("steps");
    rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect()
}

/// Only the first task is left.
pub async fn one_task(db: &Database) -> TaskId {
    let sql = format!("UPDATE tasks SET status = 'cancelled' WHERE project_id = '{}' AND id <> '{}'", db.a.project, db.a.tasks[0]);
    let mut owner = db.owner().await;
    owner.execute(sqlx::AssertSqlSafe(sql)).await.expect("cancelled");
    owner.execute("DELETE FROM task_steps s USING tasks t WHERE t.id = s.task_id AND t.status = 'cancelled'").await.expect("closed");
    db.a.tasks[0]
}

pub async fn crowd(db: &Database, count: usize) -> Vec<UserId> {
    let sql = format!(
        "WITH made AS (INSERT INTO users (id, email, display_name, color)
                       SELECT gen_random_uuid(), 'p' || n || '@example.org', 'P' || n, '#112233' FROM generate_series(1, {count}) n RETURNING id),
              m AS (INSERT INTO members (workspace_id, user_id, role) SELECT '{w}', id, 'member' FROM made RETURNING user_id)
         SELECT user_id FROM m",
        w = db.a.workspace
    );
    let mut owner = db.owner().await;
    let ids: Vec<uuid::Uuid> = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_all(&mut owner).await.expect("people");
    sqlx::query(
        "INSERT INTO project_members (workspace_id, project_id, user_id, role) SELECT $1, $2, id, 'labeler' FROM unnest($3::uuid[]) id",
    )
    .bind(db.a.workspace.0)
    .bind(db.a.project.0)
    .bind(&ids)
    .execute(&mut owner)
    .await
    .expect("members");
    ids.into_iter().map(Into::into).collect()
}

/// Says how many there are in all.
pub async fn more_tasks(db: &Database, count: usize) -> usize {
    let new = tandem_protocol::rest::NewTask { asset_id: db.a.assets[0], batch_id: None, external_id: None, priority: None, input: None };
    let mut tx = db.a.as_user(db.a.admin).begin(&db.store).await.expect("begin");
    tandem_store::pg::tasks::create(&mut tx, db.a.project, &vec![new; count]).await.expect("tasks");
    tx.commit().await.expect("commit");
    count + 3
}

/// Their next task, answered.
pub async fn answer(db: &Database, user: UserId, label: &str) -> Assignment {
    let lease = next(&db.store, &db.a, user).await.expect("something to answer");
    submit(&db.store, &db.a, &lease, label).await.expect("submitted");
    lease
}

/// Their next task, decided on.
pub async fn review(db: &Database, user: UserId, decision: Decision) -> Assignment {
    let lease = next(&db.store, &db.a, user).await.expect("something to review");
    decide(db, &lease, decision, Some("because")).await;
    lease
}

/// Why somebody must look at the task.
pub async fn held(db: &Database, task: TaskId) -> Option<String> {
    sqlx::query_scalar("SELECT hold_reason FROM tasks WHERE id = $1").bind(task.0).fetch_one(&mut db.owner().await).await.expect("a task")
}

/// What a task's machine knows of a step.
pub async fn step_state(db: &Database, task: TaskId, step: &str) -> Value {
    let mut tx = db.a.as_user(db.a.admin).begin(&db.store).await.expect("begin");
    flow::standing(&mut tx, db.a.project, task).await.expect("standing").context["steps"][step].clone()
}

/// An admin, or a program of theirs, does something.
pub async fn tell(db: &Database, task: TaskId, told: Told) -> Result<(), FlowError> {
    let mut tx = db.a.as_user(db.a.admin).begin(&db.store).await.expect("begin");
    flow::tell(&mut tx, db.a.project, task, told, Because::Admin("because")).await?;
    tx.commit().await?;
    Ok(())
}

/// All timers are over, and fire.
pub async fn time_passes(db: &Database) -> usize {
    db.owner().await.execute("UPDATE task_timers SET due = now() - interval '1 second'").await.expect("time passes");
    let due = flow::due_timers(&db.store, 1_000).await.expect("due");
    for timer in &due {
        flow::fire(&db.store, *timer).await.expect("fired");
    }
    due.len()
}

/// Which annotation stands in the end: its author and its first label.
pub async fn stands(db: &Database, task: TaskId) -> Vec<(UserId, String)> {
    let rows = sqlx::query("SELECT user_id, data->'regions'->0->>'label' FROM annotations WHERE task_id = $1 AND is_final").bind(task.0);
    let rows = rows.fetch_all(&mut db.owner().await).await.expect("annotations");
    rows.iter().map(|row| (row.get::<uuid::Uuid, _>(0).into(), row.get(1))).collect()
}
