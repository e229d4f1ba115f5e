//! Work given to people by people: taken from its holder, handed over, given to somebody, and why somebody may not have it.

use actix_web::{get, post, web::Json};
use serde::Deserialize;
use serde_json::json;
use tandem_domain::permission::Action;
use tandem_protocol::{
    AssignmentId, Problem, ProjectId, ProjectRole, TaskId, UserId,
    rest::{AfterEviction, AssignTask, Assignment, EvictHolder, HandOver, StepEligibility, TaskAssignees, TaskEligibility, Work},
    ws::LeaseEvent,
};
use tandem_store::{
    TenantTx,
    pg::{
        flow::{self, Because, Said, Way},
        leases::{self, Method, Offer, Terms},
    },
};

use super::{
    assignments::{accessible, active, say, work},
    audit,
    call::Call,
    notify::{self, News},
    problem::{Kind, Refusal},
    projects,
    steering::reach,
    validate,
};

/// Take work from its holder.
///
/// They are told why; what they drew stays in the document. Afterwards anybody may have it, or somebody named, or it is held.
#[utoipa::path(
    tag = "work",
    operation_id = "evictHolder",
    params(("assignment_id" = AssignmentId, Path)),
    request_body = EvictHolder,
    responses(
        (status = 200, description = "The lease, ended", body = Assignment),
        (status = 409, description = "`lease_not_active`", body = Problem, content_type = "application/problem+json"),
    ),
    extensions(("x-action" = json!(Action::TaskSteer.name()))),
)]
#[post("/assignments/{assignment_id}/evict")]
pub async fn evict_holder(mut call: Call) -> Result<Json<Assignment>, Refusal> {
    let id = call.path::<AssignmentId>()?;
    let body = call.body().await?;
    let mut tx = call.begin().await?;
    let (lease, role) = accessible(&mut tx, &call, id, Action::TaskSteer).await?;
    let wanted = body.parse::<EvictHolder>()?;
    validate::reason("reason", Some(&wanted.reason), true)?;
    let ended = leases::revoke(&mut tx, id, Some(&wanted.reason)).await?;
    let mut given = None;
    match wanted.then {
        AfterEviction::Pool => {}
        AfterEviction::Person { user_id } => {
            let request = AssignTask { user_id, step: Some(lease.step.clone()), force: false, reason: Some(wanted.reason.clone()) };
            given = Some(give(&mut tx, &call, role, (lease.project_id, lease.task_id), &request).await?);
        }
        AfterEviction::Hold => {
            let reason = wanted.reason.clone();
            let told = tandem_domain::workflow::Told::Hold { reason: reason.clone() };
            flow::tell(&mut tx, lease.project_id, lease.task_id, told, Because::Admin(&reason)).await?;
        }
    }
    let facts = json!({ "task_id": lease.task_id, "from": lease.user_id, "reason": wanted.reason, "then": wanted.then });
    audit::record(&mut tx, lease.project_id, Action::TaskSteer, ("assignment", id), facts).await?;
    let news = News::of(&mut tx, LeaseEvent::Released, &ended).await?;
    let closed = tx.take_closed();
    tx.commit().await?;
    news.publish(&call);
    notify::closed(&call, &closed);
    if let Some(work) = &given {
        News::of_work(work).publish(&call);
    }
    Ok(Json(ended))
}

/// Hand one's own work over.
///
/// In one step: nobody gets between, and the other finds the work as it stands.
#[utoipa::path(
    tag = "work",
    operation_id = "handOver",
    params(("assignment_id" = AssignmentId, Path)),
    request_body = HandOver,
    responses(
        (status = 200, description = "The other's lease", body = Assignment),
        (status = 403, description = "`not_eligible`: the other may not have it; `details.reasons` says why", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`lease_stale`; `lease_expired`; `lease_not_active`", body = Problem, content_type = "application/problem+json"),
    ),
    extensions(("x-action" = json!(Action::TaskClaim.name()))),
)]
#[post("/assignments/{assignment_id}/hand-over")]
pub async fn hand_over(mut call: Call) -> Result<Json<Assignment>, Refusal> {
    let id = call.path::<AssignmentId>()?;
    let body = call.body().await?;
    let mut tx = call.begin().await?;
    accessible(&mut tx, &call, id, Action::TaskClaim).await?;
    let wanted = body.parse::<HandOver>()?;
    validate::reason("reason", wanted.reason.as_deref(), false)?;
    let lease = leases::lock(&mut tx, id, call.user(), wanted.fencing_token).await?;
    may_have(&mut tx, lease.project_id, lease.task_id, wanted.user_id, Some(&lease.step)).await?;
    let project = projects::read(&mut tx, &call, lease.project_id).await?;
    let terms = Terms {
        metadata: json!({ "from": call.user(), "reason": wanted.reason }),
        ..Terms::new(project.lease_seconds, Method::HandedOver)
    };
    let (ended, given) = leases::hand_over(&mut tx, &lease, wanted.user_id, &terms, wanted.reason.as_deref()).await?;
    let news = [News::of(&mut tx, LeaseEvent::Released, &ended).await?, News::of(&mut tx, LeaseEvent::Given, &given).await?];
    tx.commit().await?;
    news.into_iter().for_each(|news| news.publish(&call));
    Ok(Json(given))
}

/// Give a task to somebody.
///
/// If the rules of the step allow it; with `force` and a reason, whatever they say.
#[utoipa::path(
    tag = "work",
    operation_id = "assignTask",
    params(("task_id" = TaskId, Path)),
    request_body = AssignTask,
    responses(
        (status = 200, description = "The lease, with its task", body = Work),
        (status = 403, description = "`not_eligible`: they may not have it; `details.reasons` says why", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`lease_stale`: somebody else holds the task, `details` says who", body = Problem, content_type = "application/problem+json"),
    ),
    extensions(("x-action" = json!(Action::TaskSteer.name()))),
)]
#[post("/tasks/{task_id}/assign")]
pub async fn assign_task(mut call: Call) -> Result<Json<Work>, Refusal> {
    let task = call.path::<TaskId>()?;
    let body = call.body().await?;
    let mut tx = call.begin().await?;
    let (project, role) = reach(&mut tx, &call, task, Action::TaskSteer).await?;
    let wanted = body.parse::<AssignTask>()?;
    validate::reason("reason", wanted.reason.as_deref(), wanted.force)?;
    let given = give(&mut tx, &call, role, (project, task), &wanted).await?;
    let facts = json!({ "to": wanted.user_id, "step": given.assignment.step, "force": wanted.force, "reason": wanted.reason });
    audit::record(&mut tx, project, Action::TaskSteer, ("task", task), facts).await?;
    tx.commit().await?;
    News::of_work(&given).publish(&call);
    Ok(Json(given))
}

/// `role`: the caller's in the project.
async fn give(tx: &mut TenantTx, call: &Call, role: ProjectRole, at: (ProjectId, TaskId), wanted: &AssignTask) -> Result<Work, Refusal> {
    let lease = lend(tx, call, at, wanted).await?;
    work(tx, call, role, lease).await
}

/// The lease alone.
pub(super) async fn lend(
    tx: &mut TenantTx,
    call: &Call,
    (project, task): (ProjectId, TaskId),
    wanted: &AssignTask,
) -> Result<Assignment, Refusal> {
    leases::take_turn_at(tx, project, task, wanted.user_id).await?;
    let open = if wanted.force { Vec::new() } else { may_have(tx, project, task, wanted.user_id, wanted.step.as_deref()).await? };
    let read = projects::read(tx, call, project).await?;
    active(&read.name, read.status)?;
    let steps = flow::offers(tx, project, wanted.user_id, Way::ByHand).await?;
    let offers: Vec<Offer> = steps
        .into_iter()
        .filter(|step| wanted.step.as_ref().is_none_or(|only| *only == step.step))
        .filter(|step| wanted.force || step.reasons.is_empty() && open.contains(&step.step))
        .map(|step| {
            if wanted.force {
                Offer { step: step.step, kind: step.offer.kind, fit: step.offer.fit, of: step.offer.of, ..Offer::default() }
            } else {
                step.offer
            }
        })
        .collect();
    let metadata = json!({ "by": call.user(), "force": wanted.force, "reason": wanted.reason });
    let terms = Terms { metadata, ..Terms::new(read.lease_seconds, Method::Manual) };
    Ok(leases::claim_task(tx, project, task, wanted.user_id, &offers, &terms).await?)
}

/// The open steps in which they may have the task.
async fn may_have(tx: &mut TenantTx, project: ProjectId, task: TaskId, user: UserId, step: Option<&str>) -> Result<Vec<String>, Refusal> {
    let mut found = flow::eligibility(tx, project, task, user, Way::ByHand).await?;
    found.retain(|(open, _)| step.is_none_or(|step| step == open));
    let (may, may_not): (Vec<_>, Vec<_>) = found.into_iter().partition(|(_, reasons)| reasons.is_empty());
    if let (true, Some((_, first))) = (may.is_empty(), may_not.first()) {
        let text: Vec<&str> = first.iter().map(|said| said.message.as_str()).collect();
        let details = json!({ "reasons": first.iter().map(say).collect::<Vec<_>>() });
        return Err(Refusal::new(Kind::NotEligible, text.join(". ")).with_details(details));
    }
    Ok(may.into_iter().map(|(step, _)| step).collect())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    user: Option<UserId>,
}

/// Whether somebody may have a task, and why not.
///
/// Every reason, in words: "Requires skill: Medical Coding (expert)". About others needs `lease.override`.
#[utoipa::path(
    tag = "work",
    operation_id = "getEligibility",
    params(("task_id" = TaskId, Path), ("user" = Option<UserId>, Query, description = "Who; I myself if nobody is named")),
    responses((status = 200, description = "Step by step", body = TaskEligibility)),
    extensions(("x-action" = json!(Action::TaskRead.name()))),
)]
#[get("/tasks/{task_id}/eligibility")]
pub async fn get_eligibility(call: Call) -> Result<Json<TaskEligibility>, Refusal> {
    let task = call.path::<TaskId>()?;
    let user = call.query::<Asked>()?.user.unwrap_or(call.user());
    let mut tx = call.begin().await?;
    let action = if user == call.user() { Action::TaskRead } else { Action::LeaseOverride };
    let (project, _) = reach(&mut tx, &call, task, action).await?;
    let way = if user == call.user() { Way::Taken } else { Way::ByHand };
    Ok(Json(told(user, flow::eligibility(&mut tx, project, task, user, way).await?)))
}

/// Who may have a task.
///
/// Everybody of the project, were the task given to them: what `getEligibility` says of one, for all at once.
#[utoipa::path(
    tag = "work",
    operation_id = "listAssignees",
    params(("task_id" = TaskId, Path)),
    responses((status = 200, description = "In no order", body = TaskAssignees)),
    extensions(("x-action" = json!(Action::LeaseOverride.name()))),
)]
#[get("/tasks/{task_id}/assignees")]
pub async fn list_assignees(call: Call) -> Result<Json<TaskAssignees>, Refusal> {
    let task = call.path::<TaskId>()?;
    let mut tx = call.begin().await?;
    let (project, _) = reach(&mut tx, &call, task, Action::LeaseOverride).await?;
    let found = flow::assignees(&mut tx, project, task).await?;
    Ok(Json(TaskAssignees { items: found.into_iter().map(|(user, steps)| told(user, steps)).collect() }))
}

fn told(user_id: UserId, steps: Vec<(String, Vec<Said>)>) -> TaskEligibility {
    let step = |(step, reasons): (String, Vec<Said>)| StepEligibility {
        step,
        eligible: reasons.is_empty(),
        reasons: reasons.iter().map(say).collect(),
    };
    let steps: Vec<StepEligibility> = steps.into_iter().map(step).collect();
    TaskEligibility { user_id, eligible: steps.iter().any(|step| step.eligible), steps }
}
