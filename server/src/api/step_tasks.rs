//! The task table of a step, and which of its tasks go first.

use actix_web::{get, post, web::Json};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::json;
use tandem_domain::permission::Action;
use tandem_protocol::{
    ProjectId, UserId,
    rest::{PrioritySet, SetPriority, StepTaskState, StepTasks},
};
use tandem_store::pg::{
    flow::{self, After, AtStep},
    priority,
};
use utoipa::IntoParams;

use super::{access, audit, call::Call, problem::Refusal, read, validate};

/// Which tasks of the step.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListStepTasks {
    pub state: StepTaskState,
    /// Beginning of the external id or of the file name; 1 to 255 characters, case matters.
    #[serde(default)]
    pub q: Option<String>,
    /// Of the waiting: kept for this person. Of those in work and done: theirs. Of the held: they worked on it.
    #[serde(default)]
    pub user_id: Option<UserId>,
    /// Only those that came into the step at this time or later: the waiting when it was opened for them, those in work and done when they were given to
    /// somebody, the held when they were.
    #[serde(default)]
    pub since: Option<DateTime<Utc>>,
    /// Only those that came into it before this time; after `since`.
    #[serde(default)]
    pub until: Option<DateTime<Utc>>,
    /// `next_cursor` of the page before; none for the first page.
    #[serde(default)]
    pub cursor: Option<String>,
    /// 1 to 200 items; default 50.
    #[serde(default)]
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
}

/// Tasks in a step.
///
/// The waiting in the order in which they are given out: the highest priority first, then the oldest. The others, oldest first. Steps in which programs run
/// have tasks in work and held ones, a hold has held ones.
#[utoipa::path(
    tag = "projects",
    operation_id = "listStepTasks",
    params(("project_id" = ProjectId, Path), ("step" = String, Path), ListStepTasks),
    responses((status = 200, description = "The tasks; none where no task was ever in such a step", body = StepTasks)),
    extensions(("x-action" = json!(Action::TaskSteer.name()))),
)]
#[get("/projects/{project_id}/steps/{step}/tasks")]
pub async fn list_step_tasks(call: Call) -> Result<Json<StepTasks>, Refusal> {
    let (project, step) = call.path::<(ProjectId, String)>()?;
    let mut tx = call.begin().await?;
    access::project(&mut tx, &call.identity, project, Action::TaskSteer).await?;
    let query = call.query::<ListStepTasks>()?;
    validate::search(query.q.as_deref())?;
    validate::span(query.since, query.until)?;
    let after = |cursor: String| After::parse(&cursor).ok_or_else(read::bad_cursor);
    let wanted = AtStep {
        project,
        step,
        state: query.state,
        prefix: query.q,
        user: query.user_id,
        since: query.since,
        until: query.until,
        after: query.cursor.map(after).transpose()?,
        limit: validate::page_limit(query.limit)?,
    };
    Ok(Json(flow::at_step(&mut tx, &wanted).await?))
}

/// Let tasks go first, or last.
///
/// Who works on one goes on. The answer says what the priorities were.
#[utoipa::path(
    tag = "projects",
    operation_id = "setPriority",
    params(("project_id" = ProjectId, Path)),
    request_body = SetPriority,
    responses((status = 200, description = "What was changed", body = PrioritySet)),
    extensions(("x-action" = json!(Action::TaskSteer.name()))),
)]
#[post("/projects/{project_id}/tasks/priority")]
pub async fn set_priority(mut call: Call) -> Result<Json<PrioritySet>, Refusal> {
    let project = call.path::<ProjectId>()?;
    let body = call.body().await?;
    let mut tx = call.begin().await?;
    access::project(&mut tx, &call.identity, project, Action::TaskSteer).await?;
    let wanted = body.parse::<SetPriority>()?;
    validate::set_priority(&wanted)?;
    let changed = priority::set(&mut tx, project, &wanted.task_ids, wanted.priority).await?;
    if !changed.is_empty() {
        let facts = json!({ "priority": wanted.priority, "changed": changed, "reason": wanted.reason });
        audit::record(&mut tx, project, Action::TaskSteer, ("project", project), facts).await?;
    }
    tx.commit().await?;
    Ok(Json(PrioritySet { changed }))
}
