//! What falls due: rows in the database, found by any node. Several may see the same; who locks the task first does it, and the others find nothing.

use chrono::{DateTime, Utc};
use tandem_domain::workflow::Told;
use tandem_protocol::{ProjectId, TaskId, WorkspaceId, rest::Assignment};

use super::{
    Because, FlowError,
    tell::{advance, instance},
};
use crate::{Store, StoreError, Tenant, TenantTx};

/// A timer that a task waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueTimer {
    pub workspace: WorkspaceId,
    pub project: ProjectId,
    pub task: TaskId,
    pub timer: i64,
}

/// Timers that are over, longest overdue first.
///
/// # Errors
/// Those of the database.
pub async fn due_timers(store: &Store, limit: u32) -> Result<Vec<DueTimer>, StoreError> {
    let rows = sqlx::query!(
        "SELECT workspace_id, project_id, task_id, timer FROM task_timers WHERE due <= now() ORDER BY due LIMIT $1",
        i64::from(limit)
    )
    .fetch_all(store.system())
    .await?;
    let due = rows.into_iter().map(|row| DueTimer {
        workspace: row.workspace_id.into(),
        project: row.project_id.into(),
        task: row.task_id.into(),
        timer: row.timer,
    });
    Ok(due.collect())
}

/// Calls to make: the task and step of each.
///
/// # Errors
/// Those of the database.
pub async fn due_calls(store: &Store, limit: u32) -> Result<Vec<(WorkspaceId, ProjectId, TaskId, String)>, StoreError> {
    let rows = sqlx::query!(
        r#"
        SELECT workspace_id, project_id, task_id, step FROM task_calls
        WHERE due <= now() AND (leased_until IS NULL OR leased_until <= now()) ORDER BY due LIMIT $1
        "#,
        i64::from(limit)
    )
    .fetch_all(store.system())
    .await?;
    Ok(rows.into_iter().map(|row| (row.workspace_id.into(), row.project_id.into(), row.task_id.into(), row.step)).collect())
}

/// When the next timer is over.
///
/// # Errors
/// Those of the database.
pub async fn next_due(store: &Store) -> Result<Option<DateTime<Utc>>, StoreError> {
    Ok(sqlx::query_scalar!("SELECT min(due) FROM task_timers").fetch_one(store.system()).await?)
}

/// Fires a timer, once in effect: its row goes in the transaction of what comes of it, and a machine ignores one it does not wait for. None: there
/// was nothing to fire; else the leases that ended by it.
///
/// # Errors
/// That the database is away. Whatever else fails is put off, longer each time: it must not stand before the timers of others.
pub async fn fire(store: &Store, due: DueTimer) -> Result<Option<Vec<Assignment>>, StoreError> {
    let mut tx = Tenant { workspace: due.workspace, user: None }.begin(store).await?;
    let fired = match attempt(&mut tx, due).await {
        Ok(fired) => fired,
        Err(FlowError::Store(error)) if error.is_retryable() => return Err(error),
        Err(error) => {
            tx.rollback().await?;
            tracing::error!(task = %due.task, %error, "a timer could not be fired");
            put_off(store, due).await?;
            return Ok(None);
        }
    };
    tx.commit().await?;
    Ok(fired)
}

async fn attempt(tx: &mut TenantTx, due: DueTimer) -> Result<Option<Vec<Assignment>>, FlowError> {
    let found = instance(tx, due.project, due.task).await;
    let gone = sqlx::query_scalar!(
        "DELETE FROM task_timers WHERE project_id = $1 AND task_id = $2 AND timer = $3 AND due <= now() RETURNING timer",
        due.project.0,
        due.task.0,
        due.timer
    )
    .fetch_optional(&mut **tx)
    .await?;
    if gone.is_none() {
        return Ok(None);
    }
    let instance = match found {
        Ok(instance) => instance,
        // It left its workflow meanwhile.
        Err(FlowError::NoWorkflow | FlowError::NoTask | FlowError::NotBegun) => return Ok(None),
        Err(error) => return Err(error),
    };
    let timer = u64::try_from(due.timer).unwrap_or_default();
    if !instance.snapshot.timers().iter().any(|waiting| waiting.timer == timer) {
        return Ok(None);
    }
    advance(tx, due.project, due.task, instance, Told::Timer(timer), Because::Timer).await?;
    Ok(Some(tx.take_closed()))
}

async fn put_off(store: &Store, due: DueTimer) -> Result<(), StoreError> {
    let mut tx = Tenant { workspace: due.workspace, user: None }.begin(store).await?;
    sqlx::query!(
        r#"
        UPDATE task_timers SET attempts = attempts + 1, due = now() + make_interval(secs => least(power(2, least(attempts, 10)) * 10, 3600))
        WHERE project_id = $1 AND task_id = $2 AND timer = $3
        "#,
        due.project.0,
        due.task.0,
        due.timer
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await
}
