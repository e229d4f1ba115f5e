//! Tasks that a workflow has not begun with: made by hand, by an import or moved from another workflow. Any node begins any of them, each once:
//! its row is locked, and what has begun is not looked for again.

use chrono::{DateTime, Utc};
use serde_json::Value;
use tandem_domain::agreement::Standard;
use tandem_protocol::{ProjectId, TaskId, WorkflowId, WorkspaceId};

use super::{
    Because, FlowError, cache, effects,
    record::{At, record},
};
use crate::{Store, StoreError, Tenant, TenantTx, pg::notifications};

/// Where a task is that is in no step.
const NOT_BEGUN: &str = "(not begun)";

/// Projects with tasks that have not begun.
///
/// # Errors
/// Those of the database.
pub async fn waiting_to_begin(store: &Store) -> Result<Vec<(WorkspaceId, ProjectId)>, StoreError> {
    let rows = sqlx::query!(
        r#"
        SELECT DISTINCT workspace_id AS "workspace!", project_id AS "project!"
        FROM (SELECT workspace_id, project_id FROM tasks
              WHERE workflow_id IS NOT NULL AND machine_state IS NULL AND status = 'pending' LIMIT 5000) waiting
        LIMIT 50
        "#
    )
    .fetch_all(store.system())
    .await?;
    Ok(rows.into_iter().map(|row| (row.workspace.into(), row.project.into())).collect())
}

/// Begins with at most `limit` tasks of a project; says how many there were.
///
/// # Errors
/// Those of the database. A task that cannot begin is held with the reason, and does not keep the others.
pub async fn begin(store: &Store, workspace: WorkspaceId, project: ProjectId, limit: u32) -> Result<usize, StoreError> {
    let mut tx = Tenant { workspace, user: None }.begin(store).await?;
    let rows = sqlx::query!(
        r#"
        SELECT id, workflow_id AS "workflow_id!", input, clock_timestamp() AS "now!" FROM tasks
        WHERE project_id = $1 AND workflow_id IS NOT NULL AND machine_state IS NULL AND status = 'pending'
        ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED
        "#,
        project.0,
        i64::from(limit)
    )
    .fetch_all(&mut *tx)
    .await?;
    let count = rows.len();
    for row in rows {
        let task = TaskId(row.id);
        // What the database refuses of one task must leave the transaction of the others whole.
        sqlx::query("SAVEPOINT one").execute(&mut *tx).await?;
        match one(&mut tx, project, task, row.workflow_id.into(), row.input, row.now).await {
            Ok(()) => {}
            Err(FlowError::Store(error)) if error.is_retryable() => return Err(error),
            Err(error) => {
                sqlx::query("ROLLBACK TO SAVEPOINT one").execute(&mut *tx).await?;
                tracing::warn!(%task, %error, "a task does not begin");
                give_up(&mut tx, project, task, &error.to_string()).await?;
            }
        }
        sqlx::query("RELEASE SAVEPOINT one").execute(&mut *tx).await?;
    }
    tx.commit().await?;
    Ok(count)
}

pub(super) async fn one(
    tx: &mut TenantTx,
    project: ProjectId,
    task: TaskId,
    workflow: WorkflowId,
    input: Value,
    now: DateTime<Utc>,
) -> Result<(), FlowError> {
    let flow = cache::flow_of(tx, workflow).await?;
    let step = flow.start(&input, rand::random::<f64>(), now, &Standard)?;
    let at = At { project, task, workflow, flow: &flow, from: None, stored: None, since: None };
    record(tx, &at, &step, ("xstate.init", Value::Null), Because::Begun).await?;
    effects::keep(tx, &at, &step).await?;
    Ok(effects::tell_admins(tx, &at, &step).await?)
}

/// A task that cannot begin waits for an admin instead of being tried for ever. It has no state: whoever steers it is told that it has not begun, and
/// a version of the workflow that does not fail begins it anew (`migrate`).
async fn give_up(tx: &mut TenantTx, project: ProjectId, task: TaskId, reason: &str) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE tasks SET status = 'in_progress', hold_reason = $3, updated_at = now() WHERE project_id = $1 AND id = $2",
        project.0,
        task.0,
        format!("does not begin: {reason}"),
    )
    .execute(&mut **tx)
    .await?;
    notifications::held(tx, project, task, NOT_BEGUN, "it does not begin").await
}
