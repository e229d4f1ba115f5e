//! What becomes of a lease: accepted, renewed, released, skipped, expired.

use tandem_protocol::{
    AssignmentId, UserId,
    rest::{Assignment, AssignmentStatus},
};

use super::{LeaseError, row};
use crate::{StoreError, TenantTx, pg::audit};

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
        "UPDATE tasks SET status = 'in_progress', started_at = coalesce(started_at, now()), updated_at = now() WHERE project_id = $1 AND id = $2",
        lease.project_id.0,
        lease.task_id.0,
    )
    .execute(&mut **tx)
    .await?;
    let lease = row::get(tx, id).await?;
    tell(tx, &lease, "task.accepted").await?;
    Ok(lease)
}

/// `seconds` from now on; never less than what is left.
///
/// # Errors
/// Those of [`super::lock`].
pub async fn renew(tx: &mut TenantTx, id: AssignmentId, user: UserId, fencing_token: i64, seconds: u32) -> Result<Assignment, LeaseError> {
    row::lock(tx, id, user, fencing_token).await?;
    sqlx::query!(
        "UPDATE assignments SET expires_at = greatest(expires_at, now() + make_interval(secs => $2)), updated_at = now() WHERE id = $1",
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
pub async fn revoke(tx: &mut TenantTx, id: AssignmentId) -> Result<Assignment, LeaseError> {
    sqlx::query_scalar!("SELECT id FROM assignments WHERE id = $1 FOR UPDATE", id.0)
        .fetch_optional(&mut **tx)
        .await?
        .ok_or(LeaseError::NotFound)?;
    let lease = row::get(tx, id).await?;
    if !lease.status.is_active() {
        return Err(LeaseError::NotActive { status: lease.status });
    }
    Ok(end(tx, &lease, AssignmentStatus::Reassigned, None).await?)
}

/// Ends a lease whose time is over; none if it is not over (it was renewed a moment ago) or has ended already.
///
/// # Errors
/// Those of the database.
pub async fn expire(tx: &mut TenantTx, id: AssignmentId) -> Result<Option<Assignment>, StoreError> {
    let due = sqlx::query_scalar!("SELECT id FROM assignments WHERE id = $1 AND ended_at IS NULL AND expires_at <= now() FOR UPDATE", id.0)
        .fetch_optional(&mut **tx)
        .await?;
    if due.is_none() {
        return Ok(None);
    }
    let lease = row::get(tx, id).await?;
    end(tx, &lease, AssignmentStatus::Expired, None).await.map(Some)
}

/// Ends an active, locked lease otherwise than by submitting, and puts its task back.
async fn end(tx: &mut TenantTx, lease: &Assignment, status: AssignmentStatus, reason: Option<&str>) -> Result<Assignment, StoreError> {
    sqlx::query!(
        "UPDATE assignments SET status = $2, reason = $3, ended_at = now(), updated_at = now() WHERE id = $1",
        lease.id.0,
        status.as_str(),
        reason,
    )
    .execute(&mut **tx)
    .await?;
    let skipped = i32::from(status == AssignmentStatus::Skipped);
    sqlx::query!(
        r#"
        UPDATE tasks t
        SET skip_count = t.skip_count + $3, assigned_at = NULL, updated_at = now(),
            status = CASE WHEN $3 > 0 AND t.skip_count + $3 >= p.max_skips THEN 'skipped' ELSE 'pending' END
        FROM projects p
        WHERE t.project_id = $1 AND t.id = $2 AND p.id = t.project_id AND t.status IN ('assigned', 'in_progress')
        "#,
        lease.project_id.0,
        lease.task_id.0,
        skipped,
    )
    .execute(&mut **tx)
    .await?;
    let ended = row::get(tx, lease.id).await?;
    tell(tx, &ended, &format!("task.{status}")).await?;
    Ok(ended)
}

/// Tell the world, and write down who did it.
pub(super) async fn tell(tx: &mut TenantTx, lease: &Assignment, topic: &str) -> Result<(), StoreError> {
    let facts = serde_json::json!({
        "task_id": lease.task_id,
        "assignment_id": lease.id,
        "user_id": lease.user_id,
        "fencing_token": lease.fencing_token,
        "status": lease.status,
        "expires_at": lease.expires_at,
    });
    let entry = audit::Entry {
        project: Some(lease.project_id),
        action: topic,
        entity_type: "assignment",
        entity_id: Some(lease.id.0),
        changes: facts,
    };
    audit::record_and_tell(tx, topic, &entry).await
}
