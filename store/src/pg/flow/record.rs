//! The record of every step a task took.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use tandem_domain::{
    statechart::{Snapshot, Step},
    workflow::Flow,
};
use tandem_protocol::{BatchId, ProjectId, TaskId, UserId, WorkflowId};
use uuid::Uuid;

use crate::{StoreError, TenantTx};

/// What set a step off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Because<'a> {
    Begun,
    /// Somebody submitted.
    Answered,
    /// Somebody reviewed.
    Decided,
    Timer,
    /// A webhook, a model, an agent, a plugin came back.
    Program,
    /// An admin, with a reason.
    Admin(&'a str),
    Migrated,
    /// Enough people skipped it.
    Skipped,
}

impl Because<'_> {
    /// As it is recorded.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Begun => "begun",
            Self::Answered => "answer",
            Self::Decided => "decision",
            Self::Timer => "timer",
            Self::Program => "program",
            Self::Admin(_) => "admin",
            Self::Migrated => "migration",
            Self::Skipped => "skips",
        }
    }

    fn reason(self) -> Option<String> {
        match self {
            Self::Admin(reason) => Some(reason.to_owned()),
            _ => None,
        }
    }
}

/// The event of a task that goes on in another version.
pub(super) const MIGRATED: &str = "task.migrate";

/// Where the step was taken.
pub(super) struct At<'a> {
    pub project: ProjectId,
    pub task: TaskId,
    pub workflow: WorkflowId,
    pub flow: &'a Flow,
    pub from: Option<&'a Snapshot>,
    /// `from` as it was stored.
    pub stored: Option<&'a Value>,
    /// Since when the task stood there.
    pub since: Option<DateTime<Utc>>,
}

/// Called while the task is locked: by the time at which it is written, not at which its transaction began. One that waited for the lock began before the
/// one it waited for, and `undo` goes back along this order.
pub(super) async fn record(
    tx: &mut TenantTx,
    at: &At<'_>,
    step: &Step,
    (event, payload): (&str, Value),
    because: Because<'_>,
) -> Result<(), StoreError> {
    let (workspace, actor, request) = (tx.workspace().0, tx.user().map(|user| user.0), tx.request().map(str::to_owned));
    let to_json = |value: Result<Value, serde_json::Error>| value.map_err(|e| StoreError::corrupt("trace", e));
    sqlx::query!(
        r#"
        INSERT INTO state_transitions (id, occurred_at, workspace_id, project_id, task_id, workflow_id, event, from_state, to_state, from_snapshot, guards,
                                       actions, duration_ms, actor_id, actor_type, trigger, reason, payload, request_id)
        VALUES ($1, clock_timestamp(), $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, (extract(epoch FROM clock_timestamp() - $12::timestamptz) * 1000)::bigint,
                $13, CASE WHEN $13::uuid IS NULL THEN 'system' ELSE 'user' END, $14, $15, $16, $17)
        "#,
        Uuid::now_v7(),
        workspace,
        at.project.0,
        at.task.0,
        at.workflow.0,
        event,
        at.from.map(|from| from.value(&at.flow.machine)),
        step.snapshot.value(&at.flow.machine),
        at.stored,
        to_json(serde_json::to_value(&step.trace.guards))?,
        json!({"transitions": to_json(serde_json::to_value(&step.trace.transitions))?, "actions": to_json(serde_json::to_value(&step.trace.actions))?}),
        at.since,
        actor,
        because.word(),
        because.reason(),
        short(payload),
        request,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Bytes of a payload that are kept in the history; longer ones are where they went.
const PAYLOAD: usize = 8 * 1024;

fn short(payload: Value) -> Option<Value> {
    let length = payload.to_string().len();
    match payload {
        Value::Null => None,
        _ if length > PAYLOAD => Some(json!({ "omitted_bytes": length })),
        payload => Some(payload),
    }
}

/// A step that a task took.
#[derive(Clone, Debug, PartialEq)]
pub struct TransitionRow {
    pub id: Uuid,
    pub occurred_at: DateTime<Utc>,
    pub event: String,
    pub from_state: Option<Value>,
    pub to_state: Value,
    pub guards: Value,
    pub actions: Value,
    pub duration_ms: Option<i64>,
    pub actor: Option<UserId>,
    pub actor_name: Option<String>,
    pub trigger: String,
    pub reason: Option<String>,
    /// What it was told.
    pub payload: Option<Value>,
    /// In which request, if in one.
    pub request_id: Option<String>,
}

/// How a task came to where it is, the newest first, at most `limit`.
///
/// # Errors
/// Those of the database.
pub async fn history(tx: &mut TenantTx, task: TaskId, limit: u32) -> Result<Vec<TransitionRow>, StoreError> {
    history_of(tx, Some(task.0), None, limit).await
}

/// How a batch came to where it is, the newest first, at most `limit`.
///
/// # Errors
/// Those of the database.
pub async fn batch_history(tx: &mut TenantTx, batch: BatchId, limit: u32) -> Result<Vec<TransitionRow>, StoreError> {
    history_of(tx, None, Some(batch.0), limit).await
}

/// Of a task or of a batch.
async fn history_of(tx: &mut TenantTx, task: Option<Uuid>, batch: Option<Uuid>, limit: u32) -> Result<Vec<TransitionRow>, StoreError> {
    let rows = sqlx::query!(
        r#"
        SELECT s.id AS "id!", s.occurred_at AS "occurred_at!", s.event AS "event!", s.from_state, s.to_state AS "to_state!", s.guards AS "guards!",
               s.actions AS "actions!", s.duration_ms, s.actor_id, u.display_name AS "actor_name?", s.trigger AS "trigger!", s.reason,
               s.payload, s.request_id
        FROM (
            -- Each by its own index, whatever the plan was made for.
            SELECT * FROM state_transitions WHERE task_id = $1
            UNION ALL
            SELECT * FROM state_transitions WHERE batch_id = $2
        ) s LEFT JOIN users u ON u.id = s.actor_id
        ORDER BY s.occurred_at DESC, s.id DESC LIMIT $3
        "#,
        task,
        batch,
        i64::from(limit),
    )
    .fetch_all(&mut **tx)
    .await?;
    let rows = rows.into_iter().map(|row| TransitionRow {
        id: row.id,
        occurred_at: row.occurred_at,
        event: row.event,
        from_state: row.from_state,
        to_state: row.to_state,
        guards: row.guards,
        actions: row.actions,
        duration_ms: row.duration_ms,
        actor: row.actor_id.map(Into::into),
        actor_name: row.actor_name,
        trigger: row.trigger,
        reason: row.reason,
        payload: row.payload,
        request_id: row.request_id,
    });
    Ok(rows.collect())
}
