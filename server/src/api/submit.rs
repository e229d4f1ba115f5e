//! Submitting: the lease is checked, the live document read, its regions checked against the project's rules, and then all of it is
//! written in one transaction, in which the lease is checked again, for good.

use actix_web::{post, web::Json};
use tandem_actors::TaskRef;
use tandem_domain::{geometry::Size, permission::Action, validate as rules};
use tandem_protocol::{
    AssignmentId, Problem,
    rest::{Assignment, AssignmentStatus, CheckpointReason, Project, Region, SubmitTask, Submitted, Task, WorkKind},
    ws::{Base64, LeaseEvent},
};
use tandem_store::{
    TenantTx,
    pg::{
        annotations::{self, Submission},
        leases::{self, LeaseError},
        tasks,
    },
};

use super::{
    assignments::{accessible, next_for},
    call::Call,
    notify::News,
    problem::{Kind, Refusal},
    projects, validate,
};

/// Submit the work.
///
/// What counts is the live document of the task, once it holds all of `state_vector`. With `and_next` the next task is leased in the
/// same call. Asking again after a lost answer gives the same annotation.
#[utoipa::path(
    tag = "work",
    operation_id = "submitTask",
    params(("assignment_id" = AssignmentId, Path)),
    request_body = SubmitTask,
    responses(
        (status = 200, description = "Submitted", body = Submitted),
        (status = 409, description = "`lease_stale`: somebody else holds the task now, `details` says who; `lease_expired`; `lease_not_active`; `document_behind`: edits are still on their way", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "Regions break the project's rules; `errors` names each", body = Problem, content_type = "application/problem+json"),
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
    let regions = match proven(&mut tx, &call, id, &wanted).await? {
        Lease::Held => {
            let task = tasks::get_in(&mut tx, lease.project_id, lease.task_id)
                .await?
                .ok_or_else(|| Refusal::internal("a leased task is not there"))?
                .task;
            // Waiting for edits must neither hold a connection nor the lease's row.
            tx.rollback().await?;
            let regions = live_regions(&call, &lease, wanted.state_vector.clone()).await?;
            check(&project, &task, &regions)?;
            tx = call.begin_point().await?;
            regions
        }
        // The document may have moved on since; what was submitted then is what counts.
        Lease::SubmittedBefore => Vec::new(),
    };
    let (submitted, news) = write(tx, &call, &project, &wanted, &lease, regions).await?;
    call.state.live.checkpoint_later(document_of(&call, &lease), CheckpointReason::Submit, call.user());
    news.publish(&call);
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

pub(super) async fn live_regions(call: &Call, lease: &Assignment, seen: Option<Base64>) -> Result<Vec<Region>, Refusal> {
    Ok(call.state.live.regions(document_of(call, lease), seen.map(|bytes| bytes.0)).await?)
}

pub(super) fn document_of(call: &Call, lease: &Assignment) -> TaskRef {
    TaskRef { workspace: call.identity.workspace_id, project: lease.project_id, task: lease.task_id, step: lease.scope.clone() }
}

pub(super) fn check(project: &Project, task: &Task, regions: &[Region]) -> Result<(), Refusal> {
    let side = |length: Option<i32>| length.and_then(|length| u32::try_from(length).ok());
    let (Some(width), Some(height)) = (side(task.asset.width), side(task.asset.height)) else {
        return Err(Refusal::new(Kind::AssetNotReady, "The task's image is not ready: its size is not known."));
    };
    let errors = rules::regions(&project.label_schema, Size { width, height }, regions);
    if errors.is_empty() { Ok(()) } else { Err(Refusal::fields(Kind::RegionsInvalid, errors)) }
}

async fn write(
    mut tx: TenantTx,
    call: &Call,
    project: &Project,
    wanted: &SubmitTask,
    lease: &Assignment,
    regions: Vec<Region>,
) -> Result<(Submitted, News), Refusal> {
    let submission = Submission {
        assignment: lease.id,
        user: call.user(),
        fencing_token: wanted.fencing_token,
        regions,
        time_spent_ms: wanted.time_spent_ms,
    };
    let annotation = annotations::submit(&mut tx, &submission).await?;
    // Before the next task: it may be a later step of this very one.
    let news = News::of(&mut tx, LeaseEvent::Submitted, lease).await?;
    let next = if wanted.and_next { next_for(&mut tx, call, project.id).await? } else { None };
    tx.commit().await?;
    Ok((Submitted { annotation, next }, news))
}
