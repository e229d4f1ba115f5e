//! Reviewing: the lease is proven, what it was about is approved or not, and the workflow goes on, all in one transaction.

use tandem_domain::workflow::Decision;
use tandem_protocol::{
    AssignmentId, ProjectId, TaskId, UserId,
    rest::{Annotation, Assignment, AssignmentStatus, WorkKind},
};

use super::{
    Answer, SubmitError, read,
    submit::{Work, keep},
};
use crate::{
    StoreError, TenantTx,
    pg::{
        audit, flow,
        leases::{self, LeaseError},
    },
};

/// What a reviewer says.
#[derive(Clone, Debug)]
pub struct Verdict {
    pub assignment: AssignmentId,
    pub user: UserId,
    pub fencing_token: i64,
    pub decision: Decision,
    pub reason: Option<String>,
    pub time_spent_ms: Option<i64>,
    /// With an approval: the document as the reviewer left it. Where it differs from what was submitted it becomes a version of its own.
    pub answer: Option<Answer>,
}

/// Decides. Asked again with the same lease it changes nothing: the answer may have been lost on its way.
///
/// # Errors
/// [`SubmitError::Lease`] if the lease is not this person's any more; [`SubmitError::Flow`] if the task does not wait for a decision.
pub async fn decide(tx: &mut TenantTx, verdict: &Verdict) -> Result<(Assignment, Option<Annotation>), SubmitError> {
    let lease = match leases::lock(tx, verdict.assignment, verdict.user, verdict.fencing_token).await {
        Ok(lease) => lease,
        Err(LeaseError::NotActive { status: AssignmentStatus::Submitted }) => {
            let lease = leases::get(tx, verdict.assignment).await?;
            let about = under_review(tx, &lease).await?;
            return Ok((lease, about));
        }
        Err(error) => return Err(error.into()),
    };
    let mut about = under_review(tx, &lease).await?;
    if let (Some(annotation), Some(answer)) = (&about, &verdict.answer)
        && verdict.decision == Decision::Approve
        && (&annotation.regions, &annotation.output) != (&answer.regions, &answer.output)
    {
        about = Some(mended(tx, &lease, annotation, answer.clone()).await?);
    }
    if let Some(annotation) = &mut about {
        mark(tx, annotation, verdict).await?;
    }
    super::submit::end_lease(tx, &lease, verdict.time_spent_ms).await?;
    let entry = audit::Entry {
        project: Some(lease.project_id),
        action: "annotation.review",
        entity_type: "annotation",
        entity_id: about.as_ref().map(|annotation| annotation.id.0),
        changes: serde_json::json!({
            "task_id": lease.task_id, "assignment_id": lease.id, "user_id": lease.user_id,
            "decision": verdict.decision, "reason": verdict.reason,
        }),
    };
    audit::record_and_tell(tx, "annotation.reviewed", &entry).await?;
    flow::decided(tx, lease.project_id, lease.task_id, &lease.step, verdict.decision, verdict.user, verdict.reason.clone()).await?;
    Ok((leases::get(tx, lease.id).await?, about))
}

/// The newest version of what the review is about: of the document it looks at.
async fn under_review(tx: &mut TenantTx, review: &Assignment) -> Result<Option<Annotation>, StoreError> {
    if review.kind != WorkKind::Review {
        return Ok(None);
    }
    let id = sqlx::query_scalar!(
        r#"
        SELECT n.id FROM annotations n
        JOIN assignments a ON a.project_id = n.project_id AND a.id = n.assignment_id
        WHERE n.project_id = $1 AND n.task_id = $2 AND a.scope = $3 AND a.workflow_stage IN ('annotation', 'adjudication')
        ORDER BY n.submitted_at DESC, n.version DESC LIMIT 1
        "#,
        review.project_id.0,
        review.task_id.0,
        review.scope,
    )
    .fetch_optional(&mut **tx)
    .await?;
    match id {
        Some(id) => read::get(tx, id.into()).await.map(Some),
        None => Ok(None),
    }
}

/// What the reviewer mended, as a version after the one they looked at.
async fn mended(tx: &mut TenantTx, review: &Assignment, before: &Annotation, answer: Answer) -> Result<Annotation, StoreError> {
    let Some(assignment) = before.assignment_id else { return Ok(before.clone()) };
    let lease = leases::get(tx, assignment).await?;
    let work = Work { lease: &lease, by: review.user_id, answer, time_spent_ms: None, is_final: false };
    keep(tx, &work).await
}

async fn mark(tx: &mut TenantTx, annotation: &mut Annotation, verdict: &Verdict) -> Result<(), StoreError> {
    let status = match verdict.decision {
        Decision::Approve => tandem_protocol::rest::AnnotationStatus::Approved,
        _ => tandem_protocol::rest::AnnotationStatus::Rejected,
    };
    sqlx::query!(
        "UPDATE annotations SET status = $3, decision_reason = $4, updated_at = now() WHERE project_id = $1 AND id = $2",
        annotation.project_id.0,
        annotation.id.0,
        status.as_str(),
        verdict.reason,
    )
    .execute(&mut **tx)
    .await?;
    annotation.status = status;
    Ok(())
}

/// One answer among those that somebody decides between.
#[derive(Clone, Debug)]
pub struct Given {
    pub annotation: Annotation,
    pub user_name: Option<String>,
    pub slot: i16,
    pub round: i32,
    pub reason: Option<String>,
}

/// The newest version of every answer that people gave to a task, by step, round and slot.
///
/// # Errors
/// Those of the database.
pub async fn given(tx: &mut TenantTx, project: ProjectId, task: TaskId) -> Result<Vec<Given>, StoreError> {
    let rows = sqlx::query!(
        r#"
        SELECT DISTINCT ON (n.step, n.round, n.slot) n.id, n.slot, n.round, n.decision_reason, u.display_name AS "user_name?"
        FROM annotations n LEFT JOIN users u ON u.id = n.user_id
        WHERE n.project_id = $1 AND n.task_id = $2 AND n.assignment_id IS NOT NULL
        ORDER BY n.step, n.round, n.slot, n.version DESC
        "#,
        project.0,
        task.0
    )
    .fetch_all(&mut **tx)
    .await?;
    let mut given = Vec::with_capacity(rows.len());
    for row in rows {
        let annotation = read::get(tx, row.id.into()).await?;
        given.push(Given { annotation, user_name: row.user_name, slot: row.slot, round: row.round, reason: row.decision_reason });
    }
    Ok(given)
}
