//! Many tasks given to several people in one call, in turn. Each task is told for itself: one that nobody of them may have keeps no other from anybody.

use actix_web::{post, web::Json};
use serde_json::{Value, json};
use tandem_domain::permission::Action;
use tandem_protocol::{
    ProjectId, TaskId, UserId,
    rest::{AssignTask, AssignTasks, Assignment, NotGiven, Reason, TaskAssigned, TasksAssigned},
    ws::LeaseEvent,
};
use tandem_store::{
    TenantTx,
    pg::{leases, tasks},
};

use super::{
    access, audit,
    call::Call,
    giving::lend,
    notify::News,
    problem::{Kind, Refusal},
    validate,
};

/// Give tasks to people, in turn.
///
/// The first task goes to the first of the people, the next to the second, and so on; who may not have one is passed over for it. With `force` and a reason
/// the rules of the step are not asked.
#[utoipa::path(
    tag = "work",
    operation_id = "assignTasks",
    params(("project_id" = ProjectId, Path)),
    request_body = AssignTasks,
    responses((status = 200, description = "What became of each task, in the order in which they were named", body = TasksAssigned)),
    extensions(("x-action" = json!(Action::TaskSteer.name()))),
)]
#[post("/projects/{project_id}/tasks/assign")]
pub async fn assign_tasks(mut call: Call) -> Result<Json<TasksAssigned>, Refusal> {
    let project = call.path::<ProjectId>()?;
    let body = call.body().await?;
    let mut tx = call.begin().await?;
    access::project(&mut tx, &call.identity, project, Action::TaskSteer).await?;
    let wanted = body.parse::<AssignTasks>()?;
    validate::assign_tasks(&wanted)?;
    // All at once and in one order, so that two who do this to the same tasks, or people, wait for one another instead of for ever.
    if let Some(index) = tasks::lock_all(&mut tx, project, &wanted.task_ids).await? {
        return Err(Refusal::field(&format!("task_ids[{index}]"), "exists", "names no task of this project"));
    }
    let mut people = wanted.user_ids.clone();
    people.sort_unstable();
    for user in people {
        leases::take_turn(&mut tx, project, user).await?;
    }
    let (items, given, news) = share_out(&mut tx, &call, project, &wanted).await?;
    if !given.is_empty() {
        let facts = json!({ "assigned": given, "step": wanted.step, "force": wanted.force, "reason": wanted.reason });
        audit::record(&mut tx, project, Action::TaskSteer, ("project", project), facts).await?;
    }
    tx.commit().await?;
    news.into_iter().for_each(|news| news.publish(&call));
    Ok(Json(TasksAssigned { items }))
}

async fn share_out(
    tx: &mut TenantTx,
    call: &Call,
    project: ProjectId,
    wanted: &AssignTasks,
) -> Result<(Vec<TaskAssigned>, Vec<Value>, Vec<News>), Refusal> {
    let (mut items, mut facts, mut news, mut next) = (Vec::with_capacity(wanted.task_ids.len()), Vec::new(), Vec::new(), 0);
    for task in &wanted.task_ids {
        let mut refused = Vec::new();
        // What one of them has already stays theirs.
        let mut given = leases::active_of_task(tx, *task)
            .await?
            .into_iter()
            .find(|lease| wanted.user_ids.contains(&lease.user_id) && wanted.step.as_ref().is_none_or(|step| *step == lease.step));
        let asked = if given.is_some() { 0 } else { wanted.user_ids.len() };
        for turn in 0..asked {
            let at = (next + turn) % wanted.user_ids.len();
            match attempt(tx, call, (project, *task), wanted, wanted.user_ids[at]).await? {
                Ok(lease) => {
                    facts.push(json!({ "task_id": task, "to": lease.user_id }));
                    news.push(News::of(tx, LeaseEvent::Given, &lease).await?);
                    given = Some(lease);
                    next = at + 1;
                    break;
                }
                Err(reason) => refused.push(NotGiven { user_id: wanted.user_ids[at], reason }),
            }
        }
        if given.is_some() {
            refused.clear();
        }
        items.push(TaskAssigned { task_id: *task, assignment: given, refused });
    }
    Ok((items, facts, news))
}

/// The inner error is why this person does not get it; the outer one ends the whole call.
async fn attempt(
    tx: &mut TenantTx,
    call: &Call,
    at: (ProjectId, TaskId),
    wanted: &AssignTasks,
    user_id: UserId,
) -> Result<Result<Assignment, Reason>, Refusal> {
    let request = AssignTask { user_id, step: wanted.step.clone(), force: wanted.force, reason: wanted.reason.clone() };
    match lend(tx, call, at, &request).await {
        Ok(lease) => Ok(Ok(lease)),
        Err(refusal) if refusal.kind() == Kind::NotFound => {
            let text = "Nobody is waited for there now, or they are not in the project.".to_owned();
            Ok(Err(Reason { code: "not_waiting".to_owned(), text }))
        }
        Err(refusal) if matches!(refusal.kind(), Kind::NotEligible | Kind::LeaseStale) => {
            Ok(Err(Reason { code: refusal.kind().code().to_owned(), text: refusal.detail().to_owned() }))
        }
        Err(refusal) => Err(refusal),
    }
}
