//! What becomes of a lease: accepted, renewed, released, skipped, expired.

use std::time::Duration;

use tandem_protocol::{
    AssignmentId, UserId,
    rest::{Assignment, AssignmentStatus},
};
use uuid::Uuid;

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
    let row = sqlx::query_as!(
        row::Row,
        r#"
        UPDATE assignments SET status = 'accepted', accepted_at = now(), updated_at = now() WHERE id = $1
        RETURNING id, project_id, task_id, step, slot, round, scope, workflow_stage, user_id, status, fencing_token,
                  assigned_at, accepted_at, expires_at, ended_at
        "#,
        id.0
    )
    .fetch_one(&mut **tx)
    .await?;
    let lease: Assignment = row.try_into()?;
    sqlx::query!(
        "UPDATE tasks SET status = CASE WHEN status IN ('pending', 'assigned') THEN 'in_progress' ELSE status END,
                started_at = coalesce(started_at, now()), updated_at = now()
         WHERE project_id = $1 AND id = $2",
        lease.project_id.0,
        lease.task_id.0,
    )
    .execute(&mut **tx)
    .await?;
    let entry = audit::Entry {
        project: Some(lease.project_id),
        action: "task.accepted",
        entity_type: "assignment",
        entity_id: Some(id.0),
        changes: facts(&lease, lease.status, None),
    };
    audit::record_and_tell(tx, "task.accepted", &entry).await?;
    Ok(lease)
}

/// As long from now on as it was given for, `seconds` if that is not known; never less than what is left. Its holder counts as there again.
///
/// # Errors
/// Those of [`super::lock`].
pub async fn renew(tx: &mut TenantTx, id: AssignmentId, user: UserId, fencing_token: i64, seconds: u32) -> Result<Assignment, LeaseError> {
    row::lock(tx, id, user, fencing_token).await?;
    let row = sqlx::query_as!(
        row::Row,
        r#"
        UPDATE assignments
        SET expires_at = greatest(expires_at, now() + make_interval(secs => coalesce(lease_seconds::double precision, $2))), away_since = NULL,
            updated_at = now()
        WHERE id = $1
        RETURNING id, project_id, task_id, step, slot, round, scope, workflow_stage, user_id, status, fencing_token,
                  assigned_at, accepted_at, expires_at, ended_at
        "#,
        id.0,
        f64::from(seconds),
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(row.try_into()?)
}

/// Given back; somebody else may have it. What was drawn stays in the document.
///
/// # Errors
/// Those of [`super::lock`].
pub async fn release(tx: &mut TenantTx, id: AssignmentId, user: UserId, fencing_token: i64) -> Result<Assignment, LeaseError> {
    let lease = row::lock(tx, id, user, fencing_token).await?;
    if lease.status == AssignmentStatus::Accepted && tx.user() == Some(user) {
        // It counts as a skip among those after which a pause follows.
        sqlx::query!(r#"UPDATE assignments SET metadata = metadata || '{"given_back": true}' WHERE id = $1"#, id.0)
            .execute(&mut **tx)
            .await?;
    }
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
    // They do not get it back by asking for the next.
    sqlx::query!(r#"UPDATE assignments SET metadata = metadata || '{"evicted": true}' WHERE id = $1"#, id.0).execute(&mut **tx).await?;
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
    let (ended, task) = write_end(tx, lease, status, reason, Some(i32::from(skipped))).await?;
    if task.discards_drafts {
        steps::name_documents(tx, lease.project_id, lease.task_id, &lease.step).await?;
    }
    if skipped {
        steps::skipped(tx, lease.project_id, lease.task_id, &lease.step, lease.user_id).await?;
    }
    if task.status.as_deref() == Some("skipped") {
        steps::close_all(tx, lease.project_id, lease.task_id).await?;
    }
    if skipped && task.is_skipped_enough && task.is_on_workflow {
        flow::hold(tx, lease.project_id, lease.task_id, "skipped").await?;
    }
    Ok(ended)
}

/// Only the lease: its task is the caller's business. Its holder is told by whoever commits ([`TenantTx::take_closed`]).
pub(crate) async fn close(tx: &mut TenantTx, lease: &Assignment, status: AssignmentStatus, reason: Option<&str>) -> Result<(), StoreError> {
    let (ended, _) = write_end(tx, lease, status, reason, None).await?;
    tx.note_closed(ended);
    Ok(())
}

/// What became of the task of a lease that ended.
struct PutBack {
    /// None: it was left as it is.
    status: Option<String>,
    is_on_workflow: bool,
    is_skipped_enough: bool,
    discards_drafts: bool,
}

/// Ends the lease and tells of it; `skips`: also puts its task back, counted as skipped so often.
async fn write_end(
    tx: &mut TenantTx,
    lease: &Assignment,
    status: AssignmentStatus,
    reason: Option<&str>,
    skips: Option<i32>,
) -> Result<(Assignment, PutBack), StoreError> {
    let (actor, request) = (tx.user().map(|user| user.0), tx.request().map(str::to_owned));
    let row = sqlx::query_file!(
        "src/pg/leases/end.sql",
        lease.id.0,
        status.as_str(),
        reason,
        format!("task.{status}"),
        facts(lease, status, reason),
        Uuid::now_v7(),
        actor,
        request,
        skips,
        lease.project_id.0,
        lease.task_id.0,
    )
    .fetch_one(&mut **tx)
    .await?;
    let task = PutBack {
        status: row.task_status,
        is_on_workflow: row.is_on_workflow,
        is_skipped_enough: row.is_skipped_enough,
        discards_drafts: row.discards_drafts,
    };
    Ok((row::lease_of!(row)?, task))
}

/// What is told of a lease that has this status now.
fn facts(lease: &Assignment, status: AssignmentStatus, reason: Option<&str>) -> serde_json::Value {
    let mut facts = serde_json::json!({
        "task_id": lease.task_id,
        "assignment_id": lease.id,
        "user_id": lease.user_id,
        "fencing_token": lease.fencing_token,
        "status": status,
        "expires_at": lease.expires_at,
    });
    if let Some(reason) = reason {
        facts["reason"] = reason.into();
    }
    facts
}
