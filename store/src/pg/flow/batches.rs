//! The parent of a batch's tasks: a machine that follows how far they are. It is not told in the transaction that moves a task, which would make
//! everybody at work on a batch wait for one row, but by a chore soon afterwards and whenever somebody looks; both tell it all there is to know.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use tandem_domain::{
    statechart::{Saved, Step},
    workflow::batch::{self, Children},
};
use tandem_protocol::{BatchId, ProjectId, WorkflowId, WorkspaceId};
use uuid::Uuid;

use super::{Because, FlowError};
use crate::{Store, StoreError, Tenant, TenantTx};

/// A batch as its machine has it.
#[derive(Clone, Debug, PartialEq)]
pub struct BatchInstance {
    pub id: Uuid,
    pub batch: BatchId,
    pub workflow: Option<WorkflowId>,
    /// `created`, `in_progress`, `completed`.
    pub value: Value,
    pub children: Children,
    pub is_complete: bool,
    pub started_at: DateTime<Utc>,
    pub completed_at: Option<DateTime<Utc>>,
}

/// Batches whose tasks have moved since their machine was told.
///
/// # Errors
/// Those of the database.
pub async fn moved_batches(store: &Store, limit: u32) -> Result<Vec<(WorkspaceId, ProjectId, BatchId)>, StoreError> {
    let rows = sqlx::query!(
        r#"
        SELECT b.workspace_id, b.project_id, b.id FROM batches b
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(c.in_progress + c.completed + c.skipped), 0) AS begun, coalesce(sum(c.completed + c.skipped), 0) AS done,
                   coalesce(sum(c.pending + c.in_progress + c.completed + c.skipped), 0) AS total
            FROM task_counters c WHERE c.scope_id = b.id
        ) now
        LEFT JOIN workflow_instances i ON i.project_id = b.project_id AND i.batch_id = b.id
        WHERE CASE WHEN i.batch_id IS NULL THEN now.total > 0 ELSE (i.total, i.begun, i.done) <> (now.total, now.begun, now.done) END
        LIMIT $1
        "#,
        i64::from(limit)
    )
    .fetch_all(store.system())
    .await?;
    Ok(rows.into_iter().map(|row| (row.workspace_id.into(), row.project_id.into(), row.id.into())).collect())
}

/// Tells a batch's machine how far its tasks are. Says whether it was news.
///
/// # Errors
/// Those of the database.
pub async fn follow_batch(store: &Store, workspace: WorkspaceId, project: ProjectId, batch: BatchId) -> Result<bool, StoreError> {
    let mut tx = Tenant { workspace, user: None }.begin(store).await?;
    let moved = follow(&mut tx, project, batch).await?;
    tx.commit().await?;
    Ok(moved)
}

/// A batch as it is now; none if it has had no task yet.
///
/// # Errors
/// Those of the database.
pub async fn batch_instance(tx: &mut TenantTx, project: ProjectId, batch: BatchId) -> Result<Option<BatchInstance>, FlowError> {
    follow(tx, project, batch).await?;
    let row = sqlx::query!(
        r#"
        SELECT id, workflow_id, status, snapshot, total, begun, done, started_at, completed_at
        FROM workflow_instances WHERE project_id = $1 AND batch_id = $2
        "#,
        project.0,
        batch.0
    )
    .fetch_optional(&mut **tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let snapshot = saved(row.snapshot)?.load(batch::machine())?;
    Ok(Some(BatchInstance {
        id: row.id,
        batch,
        workflow: row.workflow_id.map(Into::into),
        value: snapshot.value(batch::machine()),
        children: children(row.total, row.begun, row.done),
        is_complete: row.status == "completed",
        started_at: row.started_at,
        completed_at: row.completed_at,
    }))
}

fn children(total: i64, begun: i64, done: i64) -> Children {
    let count = |n: i64| u64::try_from(n).unwrap_or_default();
    Children { total: count(total), begun: count(begun), done: count(done) }
}

fn saved(snapshot: Value) -> Result<Saved, StoreError> {
    serde_json::from_value(snapshot).map_err(|e| StoreError::corrupt("batch state", e))
}

async fn follow(tx: &mut TenantTx, project: ProjectId, batch: BatchId) -> Result<bool, StoreError> {
    // Whoever comes second finds that it was told.
    let found = sqlx::query!(
        r#"SELECT id, clock_timestamp() AS "now!" FROM batches WHERE project_id = $1 AND id = $2 FOR NO KEY UPDATE"#,
        project.0,
        batch.0
    )
    .fetch_optional(&mut **tx)
    .await?;
    let Some(found) = found else { return Ok(false) };
    let counted = sqlx::query!(
        r#"
        SELECT coalesce(sum(pending + in_progress + completed + skipped), 0)::bigint AS "total!",
               coalesce(sum(in_progress + completed + skipped), 0)::bigint AS "begun!", coalesce(sum(completed + skipped), 0)::bigint AS "done!"
        FROM task_counters WHERE scope_id = $1
        "#,
        batch.0
    )
    .fetch_one(&mut **tx)
    .await?;
    let now = children(counted.total, counted.begun, counted.done);
    let before = sqlx::query!(
        "SELECT snapshot, total, begun, done, updated_at FROM workflow_instances WHERE project_id = $1 AND batch_id = $2",
        project.0,
        batch.0
    )
    .fetch_optional(&mut **tx)
    .await?;
    let wrong = |error: &dyn std::fmt::Display| StoreError::corrupt("batch state", error.to_string());
    let (snapshot, stored, since) = match before {
        Some(before) if children(before.total, before.begun, before.done) == now => return Ok(false),
        Some(before) => {
            let stored = before.snapshot.clone();
            (saved(before.snapshot)?.load(batch::machine()).map_err(|e| wrong(&e))?, Some(stored), Some(before.updated_at))
        }
        None if now.total == 0 => return Ok(false),
        None => {
            let begun = batch::begin(found.now).map_err(|e| wrong(&e))?;
            record(tx, project, batch, &Move { step: &begun, event: "xstate.init", from: None, stored: None, since: None }).await?;
            (begun.snapshot, None, None)
        }
    };
    let step = batch::follow(&snapshot, now, found.now).map_err(|e| wrong(&e))?;
    let from = snapshot.value(batch::machine());
    record(tx, project, batch, &Move { step: &step, event: batch::CHILDREN, from: Some(from), stored, since }).await?;
    keep(tx, project, batch, &step, now).await?;
    Ok(true)
}

async fn keep(tx: &mut TenantTx, project: ProjectId, batch: BatchId, step: &Step, now: Children) -> Result<(), StoreError> {
    let workspace = tx.workspace().0;
    let snapshot = serde_json::to_value(step.snapshot.save(batch::machine())).map_err(|e| StoreError::corrupt("batch state", e))?;
    let count = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let value = step.snapshot.value(batch::machine());
    sqlx::query!(
        r#"
        WITH told AS (UPDATE batches SET status = $10, updated_at = now(), completed_at = CASE WHEN $9 THEN coalesce(completed_at, now()) END
                      WHERE project_id = $3 AND id = $4 AND status <> 'exported')
        INSERT INTO workflow_instances (id, workspace_id, project_id, batch_id, workflow_id, snapshot, total, begun, done, status, completed_at)
        VALUES ($1, $2, $3, $4, (SELECT id FROM workflows WHERE project_id = $3 AND status = 'active'), $5, $6, $7, $8,
                CASE WHEN $9 THEN 'completed' ELSE 'running' END, CASE WHEN $9 THEN now() END)
        ON CONFLICT ON CONSTRAINT workflow_instances_of_batch
        DO UPDATE SET snapshot = excluded.snapshot, total = excluded.total, begun = excluded.begun, done = excluded.done,
                      status = excluded.status, updated_at = now(),
                      completed_at = CASE WHEN $9 THEN coalesce(workflow_instances.completed_at, now()) END
        "#,
        Uuid::now_v7(),
        workspace,
        project.0,
        batch.0,
        snapshot,
        count(now.total),
        count(now.begun),
        count(now.done),
        batch::is_complete(&step.snapshot),
        value.as_str().unwrap_or("in_progress"),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A step of the batch's machine.
struct Move<'a> {
    step: &'a Step,
    event: &'a str,
    from: Option<Value>,
    stored: Option<Value>,
    since: Option<DateTime<Utc>>,
}

async fn record(tx: &mut TenantTx, project: ProjectId, batch: BatchId, moved: &Move<'_>) -> Result<(), StoreError> {
    let workspace = tx.workspace().0;
    let trace = &moved.step.trace;
    let to_json = |value: Result<Value, serde_json::Error>| value.map_err(|e| StoreError::corrupt("trace", e));
    sqlx::query!(
        r#"
        INSERT INTO state_transitions (id, occurred_at, workspace_id, project_id, batch_id, workflow_id, event, from_state, to_state, from_snapshot,
                                       guards, actions, duration_ms, actor_type, trigger)
        VALUES ($1, clock_timestamp(), $2, $3, $4, (SELECT id FROM workflows WHERE project_id = $3 AND status = 'active'), $5, $6, $7, $8, $9, $10,
                (extract(epoch FROM clock_timestamp() - $11::timestamptz) * 1000)::bigint, 'system', $12)
        "#,
        Uuid::now_v7(),
        workspace,
        project.0,
        batch.0,
        moved.event,
        moved.from,
        moved.step.snapshot.value(batch::machine()),
        moved.stored,
        to_json(serde_json::to_value(&trace.guards))?,
        json!({"children": moved.step.snapshot.context(), "transitions": to_json(serde_json::to_value(&trace.transitions))?}),
        moved.since,
        if moved.from.is_none() { Because::Begun.word() } else { "children" },
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
