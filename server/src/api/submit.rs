//! Submitting: the lease is checked, the live document read, the answer in it checked against the rules of the project and the task's layout, and then
//! all of it is written in one transaction, in which the lease is checked again, for good.

use actix_web::{post, web::Json};
use tandem_actors::TaskRef;
use tandem_domain::permission::Action;
use tandem_protocol::{
    AssignmentId, Problem,
    rest::{Assignment, AssignmentStatus, CheckpointReason, Project, SubmitTask, Submitted, WorkKind},
    ws::LeaseEvent,
};
use tandem_store::{
    TenantTx,
    pg::{
        annotations::{self, Answer, Submission},
        layouts,
        leases::{self, LeaseError},
        tasks,
    },
};

use super::{
    answer::Asked,
    assignments::{accessible, next_for},
    call::Call,
    notify::{self, News},
    problem::{Kind, Refusal},
    projects, validate,
};

/// Submit the work.
///
/// What counts is the live document of the task, once it holds all of `state_vector` and of `snapshot`. With `and_next` the next task is leased in the
/// same call. Asking again after a lost answer gives the same annotation.
#[utoipa::path(
    tag = "work",
    operation_id = "submitTask",
    params(("assignment_id" = AssignmentId, Path)),
    request_body = SubmitTask,
    responses(
        (status = 200, description = "Submitted", body = Submitted),
        (status = 409, description = "`lease_stale`: somebody else holds the task now, `details` says who; `lease_expired`; `lease_not_active`; `document_behind`: edits are still on their way", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "`regions_invalid`: regions break the project's rules; `invalid_answer`: the answer breaks those of the task's layout; `errors` names each field", body = Problem, content_type = "application/problem+json"),
    ),
    extensions(("x-action" = json!(Action::TaskSubmit.name()))),
)]
#[post("/assignments/{assignment_id}/submit")]
pub async fn submit_task(mut call: Call) -> Result<Json<Submitted>, Refusal> {
    let id = call.path::<AssignmentId>()?;
    let body = call.body().await?;
    let mut tx = call.begin_point().await?;
    let (lease, _) = accessible(&mut tx, &call, id, Action::TaskSubmit).await?;
    let wanted = body.parse::<SubmitTask>()?;
    validate::submit_task(&wanted)?;
    let project = projects::read(&mut tx, &call, lease.project_id).await?;
    if lease.kind == WorkKind::Review {
        return Err(Refusal::new(Kind::NotEligible, "A review is decided, not submitted: approve, reject or ask for changes."));
    }
    let answer = match proven(&mut tx, &call, id, &wanted).await? {
        Lease::Held => {
            let asked = asked(&mut tx, project, &lease).await?;
            // Waiting for edits must neither hold a connection nor the lease's row.
            tx.rollback().await?;
            let answer = asked.live(&call, &lease, [&wanted.state_vector, &wanted.snapshot]).await?;
            tx = call.begin_point().await?;
            answer
        }
        // The document may have moved on since; what was submitted then is what counts.
        Lease::SubmittedBefore => Answer::default(),
    };
    let (submitted, news, closed) = write(tx, &call, &wanted, &lease, answer).await?;
    call.state.live.checkpoint_later(document_of(&call, &lease), CheckpointReason::Submit, call.user());
    news.publish(&call);
    notify::closed(&call, &closed);
    if let Some(next) = &submitted.next {
        News::of_work(next).publish(&call);
    }
    Ok(Json(submitted))
}

enum Lease {
    Held,
    SubmittedBefore,
}

/// Early, so that a stale holder is told so, rather than about regions that somebody else draws now.
async fn proven(tx: &mut TenantTx, call: &Call, id: AssignmentId, wanted: &SubmitTask) -> Result<Lease, Refusal> {
    match leases::lock(tx, id, call.user(), wanted.fencing_token).await {
        Ok(_) => Ok(Lease::Held),
        Err(LeaseError::NotActive { status: AssignmentStatus::Submitted }) => Ok(Lease::SubmittedBefore),
        Err(error) => Err(error.into()),
    }
}

/// What must be known of a leased task to check its answer.
pub(super) async fn asked(tx: &mut TenantTx, project: Project, lease: &Assignment) -> Result<Asked, Refusal> {
    let found = tasks::get_in(tx, lease.project_id, lease.task_id).await?;
    let task = found.ok_or_else(|| Refusal::internal("a leased task is not there"))?.task;
    let layout = layouts::of_answer(tx, lease).await?;
    Ok(Asked { project, task, layout })
}

pub(super) fn document_of(call: &Call, lease: &Assignment) -> TaskRef {
    TaskRef { workspace: call.identity.workspace_id, project: lease.project_id, task: lease.task_id, step: lease.scope.clone() }
}

async fn write(
    mut tx: TenantTx,
    call: &Call,
    wanted: &SubmitTask,
    lease: &Assignment,
    answer: Answer,
) -> Result<(Submitted, News, Vec<Assignment>), Refusal> {
    let submission = Submission {
        assignment: lease.id,
        user: call.user(),
        fencing_token: wanted.fencing_token,
        answer,
        time_spent_ms: wanted.time_spent_ms,
    };
    let annotation = annotations::submit(&mut tx, &submission).await?;
    // Before the next task: it may be a later step of this very one.
    let news = News::of(&mut tx, LeaseEvent::Submitted, lease).await?;
    let next = if wanted.and_next { next_for(&mut tx, call, lease.project_id).await? } else { None };
    let closed = tx.take_closed();
    tx.commit().await?;
    Ok((Submitted { annotation, next }, news, closed))
}
