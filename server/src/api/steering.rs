//! Where a task stands in its workflow, how it came there, and an admin's hand on it.

use actix_web::{get, post, web::Json};
use serde_json::json;
use tandem_actors::DomainEvent;
use tandem_domain::{permission::Action, workflow::Told};
use tandem_protocol::{
    Problem, ProjectId, ProjectRole, TaskId,
    rest::{OpenStepView, Page, StateTransition, SteerTask, StepResult, TaskStanding},
};
use tandem_store::{
    TenantTx,
    pg::{
        flow::{self, Because, TransitionRow},
        leases, tasks,
    },
};

use super::{access, audit, call::Call, notify, problem::Refusal, validate};

/// How many steps of a task are told.
const TRANSITIONS: u32 = 500;

/// Where a task stands.
#[utoipa::path(
    tag = "work",
    operation_id = "getTaskStanding",
    params(("task_id" = TaskId, Path)),
    responses(
        (status = 200, description = "Where it stands", body = TaskStanding),
        (status = 409, description = "`not_now`: the task is on no workflow, or has not begun", body = Problem, content_type = "application/problem+json"),
    ),
    extensions(("x-action" = json!(Action::TaskRead.name()))),
)]
#[get("/tasks/{task_id}/standing")]
pub async fn get_task_standing(call: Call) -> Result<Json<TaskStanding>, Refusal> {
    let task = call.path::<TaskId>()?;
    let mut tx = call.begin().await?;
    let (project, role) = reach(&mut tx, &call, task, Action::TaskRead).await?;
    standing(&mut tx, &call, project, task, role).await.map(Json)
}

async fn standing(tx: &mut TenantTx, call: &Call, project: ProjectId, task: TaskId, role: ProjectRole) -> Result<TaskStanding, Refusal> {
    let standing = flow::standing(tx, project, task).await?;
    let answers_blind = tasks::answers_blind(tx, project, task, call.user()).await?;
    let leases = leases::active_of_task(tx, task).await?;
    let waits_for = flow::calls_of(tx, project, task).await?;
    let open = standing.open.into_iter().map(|open| OpenStepView {
        step: open.step,
        kind: serde_json::to_value(open.kind).ok().and_then(|kind| kind.as_str().map(str::to_owned)).unwrap_or_default(),
        needed: open.needed,
    });
    Ok(TaskStanding {
        workflow_id: standing.workflow,
        value: standing.value,
        held: standing.held.map(|held| held["reason"].as_str().unwrap_or("held").to_owned()),
        is_done: standing.is_done,
        open: open.collect(),
        leases,
        waits_for,
        // It holds everybody's answers.
        context: (role != ProjectRole::Labeler && !answers_blind).then_some(standing.context),
    })
}

/// How a task came to where it is.
#[utoipa::path(
    tag = "work",
    operation_id = "listTransitions",
    params(("task_id" = TaskId, Path)),
    responses((status = 200, description = "The newest first, at most 500", body = Page<StateTransition>)),
    extensions(("x-action" = json!(Action::TaskReview.name()))),
)]
#[get("/tasks/{task_id}/transitions")]
pub async fn list_transitions(call: Call) -> Result<Json<Page<StateTransition>>, Refusal> {
    let task = call.path::<TaskId>()?;
    let mut tx = call.begin().await?;
    reach(&mut tx, &call, task, Action::TaskReview).await?;
    let rows = flow::history(&mut tx, task, TRANSITIONS).await?;
    Ok(Json(Page { items: rows.into_iter().map(transition).collect(), next_cursor: None }))
}

pub(super) fn transition(row: TransitionRow) -> StateTransition {
    StateTransition {
        occurred_at: row.occurred_at,
        event: row.event,
        from: row.from_state,
        to: row.to_state,
        guards: row.guards,
        actions: row.actions,
        duration_ms: row.duration_ms,
        actor_id: row.actor,
        actor_name: row.actor_name,
        trigger: row.trigger,
        reason: row.reason,
        payload: row.payload,
        request_id: row.request_id,
    }
}

/// Hold, resume, complete, reset or roll back a task.
///
/// Each with its reason, written into the task's history. Whoever works on a step that closes by it is told; what they drew stays in the document.
#[utoipa::path(
    tag = "work",
    operation_id = "steerTask",
    params(("task_id" = TaskId, Path)),
    request_body = SteerTask,
    responses(
        (status = 200, description = "Where it stands now", body = TaskStanding),
        (status = 409, description = "`not_now`: not where the task stands", body = Problem, content_type = "application/problem+json"),
    ),
    extensions(("x-action" = json!(Action::TaskSteer.name()))),
)]
#[post("/tasks/{task_id}/steer")]
pub async fn steer_task(mut call: Call) -> Result<Json<TaskStanding>, Refusal> {
    let task = call.path::<TaskId>()?;
    let body = call.body().await?;
    let mut tx = call.begin().await?;
    let (project, role) = reach(&mut tx, &call, task, Action::TaskSteer).await?;
    let wanted = body.parse::<SteerTask>()?;
    validate::steer_task(&wanted)?;
    steer(&mut tx, project, task, &wanted).await?;
    let facts = json!({ "steered": wanted });
    audit::record(&mut tx, project, Action::TaskSteer, ("task", task), facts).await?;
    let now = standing(&mut tx, &call, project, task, role).await?;
    changed(tx, &call, project, task).await?;
    Ok(Json(now))
}

async fn steer(tx: &mut TenantTx, project: ProjectId, task: TaskId, wanted: &SteerTask) -> Result<(), Refusal> {
    let (told, reason) = match wanted.clone() {
        SteerTask::Undo { reason } => return Ok(flow::undo(tx, project, task, &reason).await?),
        SteerTask::Finish { step, reason } => return Ok(flow::finish(tx, project, task, &step, Because::Admin(&reason)).await?),
        SteerTask::Hold { reason } => (Told::Hold { reason: reason.clone() }, reason),
        SteerTask::Resume { reason } => (Told::Resume, reason),
        SteerTask::Complete { reason } => (Told::ForceComplete, reason),
        SteerTask::Archive { reason } => (Told::Archive, reason),
        SteerTask::Reset { step, reason } => (Told::Reset { step }, reason),
        SteerTask::Reopen { step, reason } => (Told::Reopened { step }, reason),
        SteerTask::Resolve { step, output, reason } => (Told::Resolved { step, output }, reason),
    };
    Ok(flow::tell(tx, project, task, told, Because::Admin(&reason)).await?)
}

/// Answer for a step that waits for an agent outside.
#[utoipa::path(
    tag = "work",
    operation_id = "answerStep",
    params(("task_id" = TaskId, Path), ("step" = String, Path)),
    request_body = StepResult,
    responses(
        (status = 204, description = "Taken"),
        (status = 409, description = "`not_now`: the step does not wait for an answer, or not for that of this call any more", body = Problem, content_type = "application/problem+json"),
    ),
    extensions(("x-action" = json!(Action::TaskSteer.name()))),
)]
#[post("/tasks/{task_id}/steps/{step}/result")]
pub async fn answer_step(mut call: Call) -> Result<actix_web::HttpResponse, Refusal> {
    let (task, step) = call.path::<(TaskId, String)>()?;
    let body = call.body().await?;
    let mut tx = call.begin().await?;
    let (project, _) = reach(&mut tx, &call, task, Action::TaskSteer).await?;
    let wanted = body.parse::<StepResult>()?;
    let end = match wanted.error {
        Some(error) => Err(json!(error)),
        None => Ok(wanted.output.unwrap_or_default()),
    };
    flow::answer_step(&mut tx, project, task, &step, wanted.since, end).await?;
    changed(tx, &call, project, task).await?;
    Ok(actix_web::HttpResponse::NoContent().finish())
}

/// The task's project and the caller's role in it, if they may.
pub(super) async fn reach(tx: &mut TenantTx, call: &Call, task: TaskId, action: Action) -> Result<(ProjectId, ProjectRole), Refusal> {
    let hidden = || Refusal::not_found("task", task);
    let project = tasks::project_of(tx, task).await?.ok_or_else(hidden)?;
    let role = access::below(tx, &call.identity, project, action, hidden).await?;
    Ok((project, role))
}

/// Commits, and tells whoever has the task open, or had it.
pub(super) async fn changed(mut tx: TenantTx, call: &Call, project: ProjectId, task: TaskId) -> Result<(), Refusal> {
    let found = tasks::get_in(&mut tx, project, task).await?.ok_or_else(|| Refusal::not_found("task", task))?.task;
    let closed = tx.take_closed();
    tx.commit().await?;
    let workspace = call.identity.workspace_id;
    call.state.live.publish(DomainEvent::TaskChanged { workspace, project, task, status: found.status, lease: found.lease });
    notify::closed(call, &closed);
    Ok(())
}
