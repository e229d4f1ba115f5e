//! What becomes of a lease: accepted, renewed, released, skipped, expired.

use std::time::Duration;

use tandem_protocol::{
    AssignmentId, UserId,
    rest::{Assignment, AssignmentStatus},
};

use super::{LeaseError, row};
use crate::{
    StoreError, TenantTx,
    pg::{audit, flow, steps},
};

/// Why a lease ended whose holder did not come back.
const LEFT: &str = "the holder was disconnected for longer than the grace period";

/// The person starts. Accepting twice is accepting once.
///
/// # Errors
/// Those of [`super::lock`].
pub async fn accept(tx: &mut TenantTx, id: AssignmentId, user: UserId, fencing_token: i64) -> Result<Assignment, LeaseError> {
    let lease = row::lock(tx, id, user, fencing_token).await?;
    if lease.status == AssignmentStatus::Accepted {
        return Ok(lease);
    }
    sqlx::query!("UPDATE assignments SET status = 'accepted', accepted_at = now(), updated_at = now() WHERE id = $1", id.0)
        .execute(&mut **tx)
        .await?;
    sqlx::query!(
        "UPDATE tasks SET status = CASE WHEN status IN ('pending', 'assigned') THEN 'in_progress' ELSE status END,
                started_at = coalesce(started_at, now()), updated_at = now()
         WHERE project_id = $1 AND id = $2",
        lease.project_id.0,
        lease.task_id.0,
    )
    .execute(&mut **tx)
    .await?;
    let lease = row::get(tx, id).await?;
    tell(tx, &lease, "task.accepted").await?;
    Ok(lease)
}

/// As long from now on as it was given for, `seconds` if that is not known; never less than what is left. Its holder counts as there again.
///
/// # Errors
/// Those of [`super::lock`].
pub async fn renew(tx: &mut TenantTx, id: AssignmentId, user: UserId, fencing_token: i64, seconds: u32) -> Result<Assignment, LeaseError> {
    row::lock(tx, id, user, fencing_token).await?;
    sqlx::query!(
        "UPDATE assignments
         SET expires_at = greatest(expires_at, now() + make_interval(secs => coalesce(lease_seconds::double precision, $2))), away_since = NULL,
             updated_at = now()
         WHERE id = $1",
        id.0,
        f64::from(seconds),
    )
    .execute(&mut **tx)
    .await?;
    Ok(row::get(tx, id).await?)
}

/// Given back; somebody else may have it. What was drawn stays in the document.
///
/// # Errors
/// Those of [`super::lock`].
pub async fn release(tx: &mut TenantTx, id: AssignmentId, user: UserId, fencing_token: i64) -> Result<Assignment, LeaseError> {
    let lease = row::lock(tx, id, user, fencing_token).await?;
    Ok(end(tx, &lease, AssignmentStatus::Released, None).await?)
}

/// Not for me. The task goes back to the queue for others, or leaves it when enough people have skipped it.
///
/// # Errors
/// Those of [`super::lock`].
pub async fn skip(
    tx: &mut TenantTx,
    id: AssignmentId,
    user: UserId,
    fencing_token: i64,
    reason: Option<&str>,
) -> Result<Assignment, LeaseError> {
    let lease = row::lock(tx, id, user, fencing_token).await?;
    Ok(end(tx, &lease, AssignmentStatus::Skipped, reason).await?)
}

/// Taken from its holder by somebody who may, whatever the holder's token. What was drawn stays in the document.
///
/// # Errors
/// [`LeaseError::NotFound`], or [`LeaseError::NotActive`] if it has ended already.
pub async fn revoke(tx: &mut TenantTx, id: AssignmentId, reason: Option<&str>) -> Result<Assignment, LeaseError> {
    let (lease, _) = row::lock_any(tx, id).await?;
    if !lease.status.is_active() {
        return Err(LeaseError::NotActive { status: lease.status });
    }
    Ok(end(tx, &lease, AssignmentStatus::Reassigned, reason).await?)
}

/// Given to somebody else in one step: nobody gets between. They find the work as it stands.
///
/// # Errors
/// Those of [`super::lock`]; [`LeaseError::NotFound`] if the step is not open any more or the other has answered it already.
pub async fn hand_over(
    tx: &mut TenantTx,
    lease: &Assignment,
    to: UserId,
    terms: &super::Terms,
    reason: Option<&str>,
) -> Result<(Assignment, Assignment), LeaseError> {
    let ended = end(tx, lease, AssignmentStatus::Reassigned, reason).await?;
    // In the same document, whatever the step does with drafts: this one is no leftover, it is handed over.
    steps::keep_document(tx, lease).await?;
    let offer = super::Offer { step: lease.step.clone(), kind: lease.kind.as_str().to_owned(), ..super::Offer::default() };
    let given = super::claim_task(tx, lease.project_id, lease.task_id, to, &[offer], terms).await?;
    Ok((ended, given))
}

/// Ends a lease whose time is over, or gives it back if its holder has been without a connection for `grace`, and the reason says so. None
/// if neither is so (it was renewed, or they came back, a moment ago) or it has ended already. What was drawn stays in the document.
///
/// # Errors
/// Those of the database.
pub async fn expire(tx: &mut TenantTx, id: AssignmentId, grace: Duration) -> Result<Option<Assignment>, StoreError> {
    let (lease, ran_out) = match row::lock_any(tx, id).await {
        Ok(found) => found,
        Err(LeaseError::Store(error)) => return Err(error),
        Err(_) => return Ok(None),
    };
    if !lease.status.is_active() {
        return Ok(None);
    }
    if ran_out {
        return end(tx, &lease, AssignmentStatus::Expired, None).await.map(Some);
    }
    let left = sqlx::query_scalar!(
        r#"SELECT away_since <= clock_timestamp() - make_interval(secs => $2) AS "left" FROM assignments WHERE id = $1"#,
        id.0,
        grace.as_secs_f64(),
    )
    .fetch_one(&mut **tx)
    .await?;
    if left == Some(true) { end(tx, &lease, AssignmentStatus::Released, Some(LEFT)).await.map(Some) } else { Ok(None) }
}

/// Ends an active, locked lease otherwise than by submitting, and puts its task back.
async fn end(tx: &mut TenantTx, lease: &Assignment, status: AssignmentStatus, reason: Option<&str>) -> Result<Assignment, StoreError> {
    let skipped = status == AssignmentStatus::Skipped;
    let ended = close(tx, lease, status, reason).await?;
    steps::name_documents(tx, lease.project_id, lease.task_id, &lease.step).await?;
    if skipped {
        steps::leave_to_admin(tx, lease.project_id, lease.task_id, &lease.step).await?;
    }
    // Free slots have been counted by now: whoever else holds or has answered the task keeps it under way.
    let task = sqlx::query!(
        r#"
        UPDATE tasks t
        SET skip_count = t.skip_count + $3, assigned_at = NULL, updated_at = now(),
            status = CASE WHEN t.status NOT IN ('assigned', 'in_progress') THEN t.status
                          WHEN $3 > 0 AND t.skip_count + $3 >= p.max_skips AND t.workflow_id IS NULL THEN 'skipped'
                          WHEN EXISTS (SELECT FROM task_steps s WHERE s.project_id = $1 AND s.task_id = $2 AND s.free < s.needed) THEN 'in_progress'
                          ELSE 'pending' END
        FROM projects p
        WHERE t.project_id = $1 AND t.id = $2 AND p.id = t.project_id
        RETURNING t.status, t.workflow_id, t.skip_count >= p.max_skips AS "enough!"
        "#,
        lease.project_id.0,
        lease.task_id.0,
        i32::from(skipped),
    )
    .fetch_one(&mut **tx)
    .await?;
    if task.status == "skipped" {
        steps::close_all(tx, lease.project_id, lease.task_id).await?;
    }
    if skipped && task.enough && task.workflow_id.is_some() {
        flow::hold(tx, lease.project_id, lease.task_id, "skipped").await?;
    }
    Ok(ended)
}

/// Only the lease: its task is the caller's business.
pub(crate) async fn close(
    tx: &mut TenantTx,
    lease: &Assignment,
    status: AssignmentStatus,
    reason: Option<&str>,
) -> Result<Assignment, StoreError> {
    sqlx::query!(
        "UPDATE assignments SET status = $2, reason = $3, ended_at = now(), updated_at = now() WHERE id = $1",
        lease.id.0,
        status.as_str(),
        reason,
    )
    .execute(&mut **tx)
    .await?;
    let ended = row::get(tx, lease.id).await?;
    tell_why(tx, &ended, &format!("task.{status}"), reason).await?;
    Ok(ended)
}

/// Tell the world, and write down who did it.
pub(super) async fn tell(tx: &mut TenantTx, lease: &Assignment, topic: &str) -> Result<(), StoreError> {
    tell_why(tx, lease, topic, None).await
}

async fn tell_why(tx: &mut TenantTx, lease: &Assignment, topic: &str, reason: Option<&str>) -> Result<(), StoreError> {
    let mut facts = serde_json::json!({
        "task_id": lease.task_id,
        "assignment_id": lease.id,
        "user_id": lease.user_id,
        "fencing_token": lease.fencing_token,
        "status": lease.status,
        "expires_at": lease.expires_at,
    });
    if let Some(reason) = reason {
        facts["reason"] = reason.into();
    }
    let entry = audit::Entry {
        project: Some(lease.project_id),
        action: topic,
        entity_type: "assignment",
        entity_id: Some(lease.id.0),
        changes: facts,
    };
    audit::record_and_tell(tx, topic, &entry).await
}
