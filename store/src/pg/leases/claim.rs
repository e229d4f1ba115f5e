//! Giving out work.

use tandem_protocol::{AssignmentId, ProjectId, TaskId, UserId, rest::Assignment};
use uuid::Uuid;

use super::{LeaseError, end::tell, row::Row};
use crate::{StoreError, TenantTx};

/// The next task of a project for a person, leased to them for `seconds`: first what they hold already, then the waiting task of
/// the highest priority, oldest first, that they have not skipped. None: there is nothing for them now.
///
/// Any number of people may ask at once: a row that another transaction is about to take is passed over, not waited for.
///
/// # Errors
/// Those of the database.
pub async fn claim_next(tx: &mut TenantTx, project: ProjectId, user: UserId, seconds: u32) -> Result<Option<Assignment>, StoreError> {
    // One person asking twice at once (two tabs, a double click) must get one lease: the second waits here for the first.
    sqlx::query!("SELECT pg_advisory_xact_lock(hashtextextended($1::text || $2::text, 0))", project.to_string(), user.to_string())
        .execute(&mut **tx)
        .await?;
    if let Some(held) = held(tx, project, user, seconds).await? {
        return Ok(Some(held));
    }
    let found = sqlx::query_scalar!(
        r#"
        SELECT t.id
        FROM tasks t
        WHERE t.project_id = $1
          -- Together with the order below: the partial index tasks_queue, front to back.
          AND t.status = 'pending'
          -- A paused project gives out no work.
          AND EXISTS (SELECT FROM projects p WHERE p.id = $1 AND p.status = 'active')
          -- What this person skipped is not offered to them again.
          AND NOT EXISTS (SELECT FROM assignments s WHERE s.task_id = t.id AND s.user_id = $2 AND s.status = 'skipped')
        ORDER BY t.priority DESC, t.id
        LIMIT 1
        FOR UPDATE OF t SKIP LOCKED
        "#,
        project.0,
        user.0,
    )
    .fetch_optional(&mut **tx)
    .await?;
    match found {
        Some(task) => lease(tx, project, task.into(), user, seconds, "automatic").await.map(Some),
        None => Ok(None),
    }
}

/// This very task, if it is waiting: taking it back after a lease ran out, or picking it from the list.
///
/// # Errors
/// [`LeaseError::Stale`] with its holder if somebody has it, [`LeaseError::NotFound`] if it is not there or not waiting.
pub async fn claim_task(tx: &mut TenantTx, project: ProjectId, task: TaskId, user: UserId, seconds: u32) -> Result<Assignment, LeaseError> {
    let status = sqlx::query_scalar!("SELECT status FROM tasks WHERE project_id = $1 AND id = $2 FOR UPDATE", project.0, task.0)
        .fetch_optional(&mut **tx)
        .await?
        .ok_or(LeaseError::NotFound)?;
    if status == "pending" {
        return Ok(lease(tx, project, task, user, seconds, "claimed").await?);
    }
    let active = sqlx::query!(
        r#"
        SELECT a.id, a.user_id, a.fencing_token, u.display_name FROM assignments a JOIN users u ON u.id = a.user_id
        WHERE a.task_id = $1 AND a.ended_at IS NULL
        "#,
        task.0
    )
    .fetch_optional(&mut **tx)
    .await?;
    match active {
        Some(mine) if mine.user_id == user.0 => Ok(super::get(tx, mine.id.into()).await?),
        Some(other) => Err(LeaseError::Stale {
            presented: 0,
            current: other.fencing_token,
            holder: Some(super::Holder { user: other.user_id.into(), name: other.display_name }),
        }),
        None => Err(LeaseError::NotFound),
    }
}

/// What the person holds already, extended. "Finish started tasks first."
async fn held(tx: &mut TenantTx, project: ProjectId, user: UserId, seconds: u32) -> Result<Option<Assignment>, StoreError> {
    let row = sqlx::query_as!(
        Row,
        r#"
        UPDATE assignments SET expires_at = greatest(expires_at, now() + make_interval(secs => $3)), updated_at = now()
        WHERE id = (SELECT id FROM assignments
                    WHERE user_id = $2 AND project_id = $1 AND ended_at IS NULL AND expires_at > now()
                    ORDER BY fencing_token LIMIT 1 FOR UPDATE)
        RETURNING id, project_id, task_id, step, user_id, status, fencing_token, assigned_at, accepted_at, expires_at, ended_at
        "#,
        project.0,
        user.0,
        f64::from(seconds),
    )
    .fetch_optional(&mut **tx)
    .await?;
    row.map(TryInto::try_into).transpose()
}

async fn lease(
    tx: &mut TenantTx,
    project: ProjectId,
    task: TaskId,
    user: UserId,
    seconds: u32,
    method: &str,
) -> Result<Assignment, StoreError> {
    let workspace = tx.workspace().0;
    let row = sqlx::query_as!(
        Row,
        r#"
        INSERT INTO assignments (id, workspace_id, project_id, task_id, step, user_id, method, expires_at)
        SELECT $1, $2, $3, t.id, t.step, $5, $7, now() + make_interval(secs => $6)
        FROM tasks t WHERE t.project_id = $3 AND t.id = $4
        RETURNING id, project_id, task_id, step, user_id, status, fencing_token, assigned_at, accepted_at, expires_at, ended_at
        "#,
        Uuid::from(AssignmentId::new()),
        workspace,
        project.0,
        task.0,
        user.0,
        f64::from(seconds),
        method,
    )
    .fetch_one(&mut **tx)
    .await?;
    let lease: Assignment = row.try_into()?;
    sqlx::query!(
        "UPDATE tasks SET status = 'assigned', assigned_at = now(), attempt_count = attempt_count + 1, updated_at = now() WHERE project_id = $1 AND id = $2",
        project.0,
        task.0,
    )
    .execute(&mut **tx)
    .await?;
    tell(tx, &lease, "task.assigned").await?;
    Ok(lease)
}
