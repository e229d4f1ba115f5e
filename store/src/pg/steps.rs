//! The open steps of tasks: the queue. A row is there as long as its step is open.

use tandem_protocol::{ProjectId, TaskId, UserId, rest::AssignmentStatus};

use super::leases;
use crate::{StoreError, TenantTx};

/// A step as it opens.
#[derive(Clone, Debug)]
pub(crate) struct Opening<'a> {
    pub step: &'a str,
    /// annotation, review, adjudication.
    pub kind: &'a str,
    pub needed: i16,
    pub round: i32,
    /// pool, auto, hybrid, manual.
    pub mode: &'a str,
    pub scope: Option<String>,
    pub reserved_for: Option<UserId>,
    /// None: for good.
    pub reserved_seconds: Option<f64>,
    pub lease_seconds: Option<i32>,
}

/// Opens a step of a locked task. Answers of the same round count: a step that is opened for one more person keeps what it has.
pub(crate) async fn open(tx: &mut TenantTx, project: ProjectId, task: TaskId, opening: &Opening<'_>) -> Result<(), StoreError> {
    let workspace = tx.workspace().0;
    sqlx::query!(
        r#"
        INSERT INTO task_steps (project_id, task_id, step, workspace_id, kind, needed, free, round, priority, mode, scope, reserved_for,
                                reserved_until, lease_seconds)
        SELECT $1, $2, $3, $4, $5, $6,
               $6 - (SELECT count(*)::smallint FROM assignments a
                     WHERE a.task_id = $2 AND a.step = $3 AND a.round = $7 AND a.status IN ('assigned', 'accepted', 'submitted')),
               $7, t.priority, $8, $9, $10, now() + make_interval(secs => $11), $12
        FROM tasks t WHERE t.project_id = $1 AND t.id = $2
        "#,
        project.0,
        task.0,
        opening.step,
        workspace,
        opening.kind,
        opening.needed,
        opening.round,
        opening.mode,
        opening.scope,
        opening.reserved_for.map(|user| user.0),
        opening.reserved_seconds,
        opening.lease_seconds,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Closes a step: who still works on it is told that it is over. What they drew stays in their document.
pub(crate) async fn close(tx: &mut TenantTx, project: ProjectId, task: TaskId, step: &str, reason: &str) -> Result<(), StoreError> {
    for lease in leases::active_of_task(tx, task).await?.iter().filter(|lease| lease.step == step) {
        leases::close(tx, lease, AssignmentStatus::Reassigned, Some(reason)).await?;
    }
    sqlx::query!("DELETE FROM task_steps WHERE project_id = $1 AND task_id = $2 AND step = $3", project.0, task.0, step)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// The task leaves the queue.
pub(crate) async fn close_all(tx: &mut TenantTx, project: ProjectId, task: TaskId) -> Result<(), StoreError> {
    sqlx::query!("DELETE FROM task_steps WHERE project_id = $1 AND task_id = $2", project.0, task.0).execute(&mut **tx).await?;
    Ok(())
}
