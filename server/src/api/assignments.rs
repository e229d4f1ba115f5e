//! Leases: next, accept, renew, release, skip.

use actix_web::{get, post, web::Json};
use serde::de::DeserializeOwned;
use serde_json::json;
use tandem_domain::permission::{Action, permits};
use tandem_protocol::{
    AssignmentId, Problem, ProjectId, ProjectRole, TaskId, UserId,
    rest::{AskNext, Assignment, AssignmentDetail, ClosedStep, LeaseAction, NextTask, ProjectStatus, Reason, SkipTask, Work},
    ws::LeaseEvent,
};
use tandem_store::{
    TenantTx,
    pg::{
        flow::{self, Choices, StepOffer, Way},
        leases::{self, LeaseError, Method, Offer, Terms, Turn},
        tasks,
    },
};

use super::{
    access,
    call::Call,
    nothing,
    notify::{self, News},
    problem::{Kind, Refusal},
    projects,
    read::Body,
    signed, validate,
};

/// Lease the next task.
///
/// Gives back the lease I already hold in this project, if I hold one. With a `step`: only work of that step. Nothing to do is an answer: `work` is null,
/// and where a step was named `nothing` says why.
#[utoipa::path(
    tag = "work",
    operation_id = "nextTask",
    params(("project_id" = ProjectId, Path)),
    request_body = Option<AskNext>,
    responses((status = 200, description = "The work, or none", body = NextTask)),
    extensions(("x-action" = json!(Action::TaskClaim.name()))),
)]
#[post("/projects/{project_id}/next")]
pub async fn next_task(mut call: Call) -> Result<Json<NextTask>, Refusal> {
    let id = call.path::<ProjectId>()?;
    let body = call.body_if_any().await?;
    let next = ask(&call, id, body.as_ref()).await?;
    // A workflow begins with its tasks in the background, a second after they came; whoever asks before that is not told that there is nothing.
    let has_begun = next.work.is_none() && flow::begin(&call.state.store, call.identity.workspace_id, id, BEGUN).await? > 0;
    Ok(Json(if has_begun { ask(&call, id, body.as_ref()).await? } else { next }))
}

/// Tasks that whoever finds nothing to do waits for until they have begun.
const BEGUN: u32 = 10;

async fn ask(call: &Call, id: ProjectId, body: Option<&Body>) -> Result<NextTask, Refusal> {
    let hidden = || Refusal::not_found("project", id);
    let mut tx = call.begin_point().await?;
    let mut turn = leases::take_turn(&mut tx, id, call.user()).await?.ok_or_else(hidden)?;
    access::in_project(&call.identity, turn.role, Action::TaskClaim, hidden)?;
    turn.step = body.map(Body::parse::<AskNext>).transpose()?.unwrap_or_default().step;
    active(&turn.project_name, turn.project_status)?;
    let mut choices = flow::choices(&mut tx, &turn).await?;
    if let Some(step) = turn.step.as_deref().filter(|step| !choices.only(step)) {
        return Err(Refusal::field("step", "exists", format!("the project's workflow has no step {step:?} in which people work")));
    }
    let work = claim_next(&mut tx, call, &turn, &choices).await?;
    let nothing = match &turn.step {
        Some(step) if work.is_none() => Some(nothing::told(step, &flow::nothing(&mut tx, &turn, &choices.steps).await?)),
        _ => None,
    };
    tx.commit().await?;
    if let Some(work) = &work {
        News::of_work(work).publish(call);
    }
    let closed = if work.is_none() { closed(&choices.steps) } else { Vec::new() };
    Ok(NextTask { work, closed, nothing })
}

/// Lease this very task.
///
/// How somebody takes back work whose lease ran out, or picks a task from the list. My own lease on it comes back as it is.
#[utoipa::path(
    tag = "work",
    operation_id = "claimTask",
    params(("task_id" = TaskId, Path)),
    responses(
        (status = 200, description = "The work", body = Work),
        (status = 409, description = "`lease_stale`: somebody else holds the task, `details` says who", body = Problem, content_type = "application/problem+json"),
    ),
    extensions(("x-action" = json!(Action::TaskClaim.name()))),
)]
#[post("/tasks/{task_id}/claim")]
pub async fn claim_task(call: Call) -> Result<Json<Work>, Refusal> {
    let task = call.path::<TaskId>()?;
    let hidden = || Refusal::not_found("task", task);
    let mut tx = call.begin_point().await?;
    let id = tasks::project_of(&mut tx, task).await?.ok_or_else(hidden)?;
    let role = access::below(&mut tx, &call.identity, id, Action::TaskClaim, hidden).await?;
    let project = projects::read(&mut tx, &call, id).await?;
    active(&project.name, project.status)?;
    // What they hold is read in their turn: asked for several tasks at once, nobody gets more than they may.
    leases::take_turn_at(&mut tx, id, task, call.user()).await?.ok_or_else(hidden)?;
    let offers = takeable(&mut tx, id, task, call.user()).await?;
    let lease = match leases::claim_task(&mut tx, id, task, call.user(), &offers, &Terms::new(project.lease_seconds, Method::Claimed)).await
    {
        Err(LeaseError::NotFound) => return Err(not_for_you(&mut tx, id, task, call.user()).await?),
        lease => lease?,
    };
    let work = work(&mut tx, &call, role, lease).await?;
    tx.commit().await?;
    News::of_work(&work).publish(&call);
    Ok(Json(work))
}

/// One lease, why it was given to whom it was given, and why it ended.
#[utoipa::path(
    tag = "work",
    operation_id = "getAssignment",
    params(("assignment_id" = AssignmentId, Path)),
    responses((status = 200, description = "The lease", body = AssignmentDetail)),
    extensions(("x-action" = json!(Action::TaskRead.name()))),
)]
#[get("/assignments/{assignment_id}")]
pub async fn get_assignment(call: Call) -> Result<Json<AssignmentDetail>, Refusal> {
    let id = call.path::<AssignmentId>()?;
    let mut tx = call.begin_point().await?;
    let (assignment, role) = accessible(&mut tx, &call, id, Action::TaskRead).await?;
    let leases::Reasons { why, ended } = leases::reasons(&mut tx, id).await?;
    let steers = permits(role, Action::TaskSteer);
    let may_know = steers || assignment.user_id == call.user();
    let assignment_metadata = if may_know { why.and_then(|why| leases::told(why, steers)) } else { None };
    Ok(Json(AssignmentDetail { assignment, reason: ended, assignment_metadata }))
}

/// Begin work on a leased task.
#[utoipa::path(
    tag = "work",
    operation_id = "acceptTask",
    params(("assignment_id" = AssignmentId, Path)),
    request_body = LeaseAction,
    responses(
        (status = 200, description = "The lease", body = Assignment),
        (status = 409, description = "`lease_stale`: somebody else holds the task now, `details` says who; `lease_expired`; `lease_not_active`", body = Problem, content_type = "application/problem+json"),
    ),
    extensions(("x-action" = json!(Action::TaskClaim.name()))),
)]
#[post("/assignments/{assignment_id}/accept")]
pub async fn accept_task(call: Call) -> Result<Json<Assignment>, Refusal> {
    act(call, LeaseEvent::Accepted, async |tx, call, lease, asked: LeaseAction| {
        Ok(leases::accept(tx, lease.id, call.user(), asked.fencing_token).await?)
    })
    .await
}

/// Push the end of a lease back.
#[utoipa::path(
    tag = "work",
    operation_id = "renewLease",
    params(("assignment_id" = AssignmentId, Path)),
    request_body = LeaseAction,
    responses(
        (status = 200, description = "The lease", body = Assignment),
        (status = 409, description = "`lease_stale`: somebody else holds the task now, `details` says who; `lease_expired`; `lease_not_active`", body = Problem, content_type = "application/problem+json"),
    ),
    extensions(("x-action" = json!(Action::TaskClaim.name()))),
)]
#[post("/assignments/{assignment_id}/renew")]
pub async fn renew_lease(call: Call) -> Result<Json<Assignment>, Refusal> {
    act(call, LeaseEvent::Renewed, async |tx, call, lease, asked: LeaseAction| {
        let seconds = projects::read(tx, call, lease.project_id).await?.lease_seconds;
        Ok(leases::renew(tx, lease.id, call.user(), asked.fencing_token, seconds).await?)
    })
    .await
}

/// Give a task back.
///
/// Somebody else's lease needs `lease.override`.
#[utoipa::path(
    tag = "work",
    operation_id = "releaseTask",
    params(("assignment_id" = AssignmentId, Path)),
    request_body = LeaseAction,
    responses(
        (status = 200, description = "The lease, ended", body = Assignment),
        (status = 409, description = "`lease_stale`: somebody else holds the task now, `details` says who; `lease_expired`; `lease_not_active`", body = Problem, content_type = "application/problem+json"),
    ),
    extensions(("x-action" = json!(Action::TaskClaim.name()))),
)]
#[post("/assignments/{assignment_id}/release")]
pub async fn release_task(call: Call) -> Result<Json<Assignment>, Refusal> {
    act(call, LeaseEvent::Released, async |tx, call, lease, asked: LeaseAction| {
        if lease.user_id != call.user() {
            access::project(tx, &call.identity, lease.project_id, Action::LeaseOverride).await?;
        }
        Ok(leases::release(tx, lease.id, lease.user_id, asked.fencing_token).await?)
    })
    .await
}

/// Skip a task, with a reason.
#[utoipa::path(
    tag = "work",
    operation_id = "skipTask",
    params(("assignment_id" = AssignmentId, Path)),
    request_body = SkipTask,
    responses(
        (status = 200, description = "The lease, ended", body = Assignment),
        (status = 409, description = "`lease_stale`: somebody else holds the task now, `details` says who; `lease_expired`; `lease_not_active`", body = Problem, content_type = "application/problem+json"),
    ),
    extensions(("x-action" = json!(Action::TaskClaim.name()))),
)]
#[post("/assignments/{assignment_id}/skip")]
pub async fn skip_task(call: Call) -> Result<Json<Assignment>, Refusal> {
    act(call, LeaseEvent::Skipped, async |tx, call, lease, asked: SkipTask| {
        validate::skip_task(&asked)?;
        Ok(leases::skip(tx, lease.id, call.user(), asked.fencing_token, asked.reason.as_deref()).await?)
    })
    .await
}

/// What every change of a lease has in common: whether the caller may, the change, and the news of it once it is committed.
async fn act<B: DeserializeOwned>(
    mut call: Call,
    event: LeaseEvent,
    change: impl AsyncFnOnce(&mut TenantTx, &Call, Assignment, B) -> Result<Assignment, Refusal>,
) -> Result<Json<Assignment>, Refusal> {
    let id = call.path::<AssignmentId>()?;
    let body = call.body().await?;
    let mut tx = call.begin_point().await?;
    let (lease, _) = accessible(&mut tx, &call, id, Action::TaskClaim).await?;
    // After the right to know of the lease: to others it must look as if it were not there.
    let asked = body.parse::<B>()?;
    let lease = change(&mut tx, &call, lease, asked).await?;
    let news = News::of(&mut tx, event, &lease).await?;
    // A skip may hold the task, and then it ends the leases of others too.
    let closed = tx.take_closed();
    tx.commit().await?;
    news.publish(&call);
    notify::closed(&call, &closed);
    Ok(Json(lease))
}

/// A project that is not active gives out no work.
pub(super) fn active(name: &str, status: ProjectStatus) -> Result<(), Refusal> {
    if status == ProjectStatus::Active {
        return Ok(());
    }
    let detail = format!("The project \"{name}\" is {status}: it gives out no work until it is active.");
    Err(Refusal::new(Kind::ProjectNotActive, detail).with_details(json!({ "status": status })))
}

/// The steps of this very task that a person may take: nothing speaks against them, nor against them and the task (kept for somebody else, skipped to an
/// admin, rework of another).
async fn takeable(tx: &mut TenantTx, project: ProjectId, task: TaskId, user: UserId) -> Result<Vec<Offer>, Refusal> {
    let open = flow::eligibility(tx, project, task, user, Way::Taken).await?;
    let may = |offer: &Offer| open.iter().any(|(step, reasons)| *step == offer.step && reasons.is_empty());
    let steps = flow::offers(tx, project, user, Way::Taken).await?;
    Ok(steps.into_iter().filter(|step| step.reasons.is_empty()).map(|step| step.offer).filter(may).collect())
}

/// The steps that they may not, in words.
fn closed(steps: &[StepOffer]) -> Vec<ClosedStep> {
    let closed = steps.iter().filter(|step| !step.reasons.is_empty());
    closed
        .map(|step| ClosedStep { step: step.step.clone(), name: step.name.clone(), reasons: step.reasons.iter().map(say).collect() })
        .collect()
}

/// For programs and for people.
pub(super) fn say(reason: &flow::Said) -> Reason {
    Reason { code: reason.reason.code().to_owned(), text: reason.message.clone() }
}

/// Why a task that is there cannot be taken: what stands in the way of this person, else that it waits for nobody.
async fn not_for_you(tx: &mut TenantTx, project: ProjectId, task: TaskId, user: UserId) -> Result<Refusal, Refusal> {
    let found = flow::eligibility(tx, project, task, user, Way::Taken).await?;
    let said: Vec<&str> = found.iter().flat_map(|(_, reasons)| reasons).map(|reason| reason.message.as_str()).collect();
    if said.is_empty() {
        return Ok(LeaseError::NotFound.into());
    }
    let details = json!({ "reasons": found.iter().flat_map(|(_, reasons)| reasons).map(say).collect::<Vec<_>>() });
    Ok(Refusal::new(Kind::NotEligible, said.join(". ")).with_details(details))
}

/// The next task for somebody who has just finished one.
pub(super) async fn next_for(tx: &mut TenantTx, call: &Call, project: ProjectId) -> Result<Option<Work>, Refusal> {
    let turn = leases::take_turn(tx, project, call.user()).await?.ok_or_else(|| Refusal::not_found("project", project))?;
    // A paused project takes in what was begun, and gives out nothing.
    if turn.project_status != ProjectStatus::Active {
        return Ok(None);
    }
    let choices = flow::choices(tx, &turn).await?;
    claim_next(tx, call, &turn, &choices).await
}

async fn claim_next(tx: &mut TenantTx, call: &Call, turn: &Turn, choices: &Choices) -> Result<Option<Work>, Refusal> {
    let Some(lease) = leases::claim_next(tx, turn, &choices.allowed(), choices.is_holding).await? else { return Ok(None) };
    let role = call.identity.effective_role(turn.role).unwrap_or(ProjectRole::Labeler);
    work(tx, call, role, lease).await.map(Some)
}

/// A lease with its task, as a caller of this role may see it.
pub(super) async fn work(tx: &mut TenantTx, call: &Call, role: ProjectRole, assignment: Assignment) -> Result<Work, Refusal> {
    let labeler = access::labeler(&call.identity, role);
    let stored = tasks::get_as(tx, assignment.project_id, assignment.task_id, labeler).await?;
    let stored = stored.ok_or_else(|| Refusal::internal("a leased task is not there"))?;
    Ok(Work { task: signed::task(call, stored).await?, assignment })
}

/// The lease and the caller's role in its project, if they may do `action` there.
pub(super) async fn accessible(
    tx: &mut TenantTx,
    call: &Call,
    id: AssignmentId,
    action: Action,
) -> Result<(Assignment, ProjectRole), Refusal> {
    let hidden = || Refusal::not_found("lease", id);
    let (lease, membership) = leases::get_as(tx, id, call.user()).await?.ok_or_else(hidden)?;
    let role = access::in_project(&call.identity, membership, action, hidden)?;
    Ok((lease, role))
}
