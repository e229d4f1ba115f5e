//! A project's work, step by step, and moving it to another version of its workflow.

use actix_web::{get, post, put, web::Json};
use serde_json::json;
use tandem_domain::{assignment::Paused, permission::Action};
use tandem_protocol::{
    ProjectId, UserId, WorkflowId,
    rest::{MigrateTasks, MigratedTasks, Misfits, PauseMember, StepPerson, StepWork, WorkflowProgress},
};
use tandem_store::pg::{
    flow::{self, Way, WorkNow},
    people,
};

use super::{access, assignments::say, audit, call::Call, notify, problem::Refusal, validate};

/// Tasks looked at in one call.
const MIGRATED: u32 = 500;

/// How the work stands, step by step.
///
/// With who works where, and for each step why I may not work there.
#[utoipa::path(
    tag = "projects",
    operation_id = "getWorkflowProgress",
    params(("project_id" = ProjectId, Path)),
    responses((status = 200, description = "Every step that has, or may have, work", body = WorkflowProgress)),
    extensions(("x-action" = json!(Action::ProjectRead.name()))),
)]
#[get("/projects/{project_id}/workflow-progress")]
pub async fn get_workflow_progress(call: Call) -> Result<Json<WorkflowProgress>, Refusal> {
    let project = call.path::<ProjectId>()?;
    let mut tx = call.begin().await?;
    access::project(&mut tx, &call.identity, project, Action::ProjectRead).await?;
    let WorkNow { workflow_id, steps: counted, workers } = flow::progress(&mut tx, project).await?;
    let offers = flow::offers(&mut tx, project, call.user(), Way::Taken).await?;
    let mut steps: Vec<StepWork> = counted
        .into_iter()
        .map(|step| StepWork {
            waiting: step.waiting,
            working: step.working,
            done: step.done,
            held: step.held,
            people: workers
                .iter()
                .filter(|worker| worker.step == step.step)
                .map(|worker| StepPerson { user_id: worker.user.id, name: worker.user.name.clone(), task_id: worker.task_id })
                .collect(),
            closed: Vec::new(),
            step: step.step,
        })
        .collect();
    for offer in offers {
        let closed = || offer.reasons.iter().map(say).collect();
        match steps.iter_mut().find(|step| step.step == offer.step) {
            Some(step) if step.closed.is_empty() => step.closed = closed(),
            Some(_) => {}
            None => steps.push(StepWork {
                step: offer.step.clone(),
                waiting: 0,
                working: 0,
                done: 0,
                held: 0,
                people: Vec::new(),
                closed: closed(),
            }),
        }
    }
    Ok(Json(WorkflowProgress { workflow_id, steps }))
}

/// Move tasks to this version.
///
/// At most 500 in a call: go on with `next`. With `dry_run` it says what fits and what does not, and moves nothing. Tasks that do not fit stay on their
/// version and can be finished there.
#[utoipa::path(
    tag = "projects",
    operation_id = "migrateTasks",
    params(("workflow_id" = WorkflowId, Path)),
    request_body = MigrateTasks,
    responses((status = 200, description = "What was moved, or would be", body = MigratedTasks)),
    extensions(("x-action" = json!(Action::TaskSteer.name()))),
)]
#[post("/workflows/{workflow_id}/migrate")]
pub async fn migrate_tasks(mut call: Call) -> Result<Json<MigratedTasks>, Refusal> {
    let id = call.path::<WorkflowId>()?;
    let body = call.body().await?;
    let hidden = || Refusal::not_found("workflow", id);
    let mut tx = call.begin().await?;
    let project = flow::project_of(&mut tx, id).await?.ok_or_else(hidden)?;
    access::below(&mut tx, &call.identity, project, Action::TaskSteer, hidden).await?;
    let wanted = body.parse::<MigrateTasks>()?;
    let done = flow::migrate(&mut tx, project, id, wanted.after, MIGRATED, wanted.dry_run).await?;
    if !wanted.dry_run {
        let facts = json!({ "stay": done.stays, "begin_anew": done.begins_anew });
        audit::record(&mut tx, project, Action::TaskSteer, ("workflow", id), facts).await?;
    }
    let closed = tx.take_closed();
    tx.commit().await?;
    if !wanted.dry_run {
        notify::closed(&call, &closed);
        notify::progress_moved(&call, project);
    }
    Ok(Json(MigratedTasks {
        stay: done.stays,
        begin_anew: done.begins_anew,
        misfits: done.misfits.into_iter().map(|(reason, (count, tasks))| Misfits { reason, count, tasks }).collect(),
        next: done.next,
    }))
}

/// Give a member nothing more for now, or let them go on.
///
/// What they hold they may finish.
#[utoipa::path(
    tag = "projects",
    operation_id = "pauseMember",
    params(("project_id" = ProjectId, Path), ("user_id" = UserId, Path)),
    request_body = PauseMember,
    responses((status = 204, description = "Done")),
    extensions(("x-action" = json!(Action::MembersWrite.name()))),
)]
#[put("/projects/{project_id}/members/{user_id}/pause")]
pub async fn pause_member(mut call: Call) -> Result<actix_web::HttpResponse, Refusal> {
    let (project, user) = call.path::<(ProjectId, UserId)>()?;
    let body = call.body().await?;
    let mut tx = call.begin().await?;
    access::project(&mut tx, &call.identity, project, Action::MembersWrite).await?;
    let wanted = body.parse::<PauseMember>()?;
    validate::reason("reason", wanted.reason.as_deref(), false)?;
    let paused = wanted.reason.clone().map(|reason| Paused { reason, until: wanted.until });
    if !people::pause(&mut tx, project, user, paused.as_ref()).await? {
        return Err(Refusal::not_found("member", user));
    }
    audit::record(&mut tx, project, Action::MembersWrite, ("user", user), json!({ "paused": wanted })).await?;
    tx.commit().await?;
    Ok(actix_web::HttpResponse::NoContent().finish())
}
