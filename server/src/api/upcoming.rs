//! What I would be given next: so that its picture is there when I am given it.

use actix_web::{get, web::Json};
use tandem_domain::permission::Action;
use tandem_protocol::{
    ProjectId, ProjectRole,
    rest::{LookAhead, ProjectStatus, Upcoming},
};
use tandem_store::pg::{flow, leases, tasks};

use super::{access, call::Call, problem::Refusal, signed, validate};

/// Look ahead in my queue.
///
/// The first tasks that `nextTask` would lease to me, in its order, once I am through with what I hold. Nothing is kept for me by it: whoever asks first
/// gets them. Tasks whose content is withheld until they are accepted are left out.
#[utoipa::path(
    tag = "work",
    operation_id = "upcomingTasks",
    params(("project_id" = ProjectId, Path), LookAhead),
    responses((status = 200, description = "The tasks, maybe none", body = Upcoming)),
    extensions(("x-action" = json!(Action::TaskClaim.name()))),
)]
#[get("/projects/{project_id}/next")]
pub async fn upcoming_tasks(call: Call) -> Result<Json<Upcoming>, Refusal> {
    let id = call.path::<ProjectId>()?;
    let limit = validate::look_ahead(call.query::<LookAhead>()?.limit)?;
    let hidden = || Refusal::not_found("project", id);
    let mut tx = call.begin_point().await?;
    let turn = leases::take_turn(&mut tx, id, call.user()).await?.ok_or_else(hidden)?;
    access::in_project(&call.identity, turn.role, Action::TaskClaim, hidden)?;
    if turn.project_status != ProjectStatus::Active {
        return Ok(Json(Upcoming { tasks: Vec::new() }));
    }
    let choices = flow::choices(&mut tx, &turn).await?;
    let ids = leases::ahead(&mut tx, &turn, &choices.allowed_then(), limit).await?;
    let role = call.identity.effective_role(turn.role).unwrap_or(ProjectRole::Labeler);
    let stored = tasks::get_many_as(&mut tx, id, &ids, access::labeler(&call.identity, role)).await?;
    let mut tasks = Vec::with_capacity(stored.len());
    for task in stored {
        tasks.push(signed::task(&call, task).await?);
    }
    tasks.retain(|task| !task.is_withheld);
    Ok(Json(Upcoming { tasks }))
}
