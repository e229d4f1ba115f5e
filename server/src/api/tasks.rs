//! Tasks: bulk creation and lists.

use actix_web::{HttpResponse, get, post, web::Json};
use serde::Deserialize;
use serde_json::json;
use tandem_domain::permission::Action;
use tandem_protocol::{
    BatchId, ProjectId, ProjectRole, TaskId,
    rest::{CreateTasks, CreatedTasks, Page, Task, TaskStatus},
};
use tandem_store::pg::tasks::{self, TaskFilter};
use utoipa::IntoParams;

use super::{IDEMPOTENCY, access, audit, call::Call, idempotency::once, notify, problem::Refusal, read, signed, validate};

/// Filters of the task list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListTasks {
    #[serde(default)]
    pub status: Option<TaskStatus>,
    #[serde(default)]
    pub batch_id: Option<BatchId>,
    /// Beginning of the external id or of the file name; 1 to 255 characters, case matters.
    #[serde(default)]
    pub q: Option<String>,
    /// `next_cursor` of the page before; none for the first page.
    #[serde(default)]
    pub cursor: Option<String>,
    /// 1 to 200 items; default 50.
    #[serde(default)]
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
}

/// Tasks of a project.
#[utoipa::path(
    tag = "tasks",
    operation_id = "listTasks",
    params(("project_id" = ProjectId, Path), ListTasks),
    responses((status = 200, description = "Tasks, oldest first; assets without `url`", body = Page<Task>)),
    extensions(("x-action" = json!(Action::TaskRead.name()))),
)]
#[get("/projects/{project_id}/tasks")]
pub async fn list_tasks(call: Call) -> Result<Json<Page<Task>>, Refusal> {
    let project = call.path::<ProjectId>()?;
    let mut tx = call.begin().await?;
    let role = access::project(&mut tx, &call.identity, project, Action::TaskRead).await?;
    let query = call.query::<ListTasks>()?;
    validate::search(query.q.as_deref())?;
    let filter = TaskFilter {
        project,
        status: query.status,
        batch: query.batch_id,
        prefix: query.q,
        after: query.cursor.as_deref().map(read::cursor).transpose()?,
        limit: validate::page_limit(query.limit)?,
    };
    let mut page = tasks::list(&mut tx, &filter).await?;
    if role == ProjectRole::Labeler {
        let ids: Vec<TaskId> = page.items.iter().map(|task| task.id).collect();
        let withheld = tasks::withheld(&mut tx, project, &ids, call.user()).await?;
        page.items = page.items.into_iter().map(|task| if withheld.contains(&task.id) { task.withheld() } else { task }).collect();
    }
    Ok(Json(page))
}

/// Create tasks: all of them or none.
#[utoipa::path(
    tag = "tasks",
    operation_id = "createTasks",
    params(("project_id" = ProjectId, Path), ("Idempotency-Key" = Option<String>, Header, description = IDEMPOTENCY)),
    request_body = CreateTasks,
    responses((status = 201, description = "Created, in the order asked", body = CreatedTasks)),
    extensions(("x-action" = json!(Action::TaskCreate.name()))),
)]
#[post("/projects/{project_id}/tasks")]
pub async fn create_tasks(mut call: Call) -> Result<HttpResponse, Refusal> {
    let project = call.path::<ProjectId>()?;
    let body = call.body().await?;
    let mut tx = call.begin().await?;
    access::project(&mut tx, &call.identity, project, Action::TaskCreate).await?;
    let wanted = body.parse::<CreateTasks>()?;
    validate::create_tasks(&wanted)?;
    let made = once(&call, &body, &mut tx, async |tx| {
        let tasks = tasks::create(tx, project, &wanted.tasks).await?;
        audit::record(tx, project, Action::TaskCreate, ("project", project), json!({ "count": tasks.len() })).await?;
        Ok(CreatedTasks { tasks })
    })
    .await?;
    tx.commit().await?;
    notify::progress_moved(&call, project);
    Ok(made.created())
}

/// One task.
#[utoipa::path(
    tag = "tasks",
    operation_id = "getTask",
    params(("task_id" = TaskId, Path)),
    responses((status = 200, description = "The task", body = Task)),
    extensions(("x-action" = json!(Action::TaskRead.name()))),
)]
#[get("/tasks/{task_id}")]
pub async fn get_task(call: Call) -> Result<Json<Task>, Refusal> {
    let id = call.path::<TaskId>()?;
    let hidden = || Refusal::not_found("task", id);
    let mut tx = call.begin().await?;
    let project = tasks::project_of(&mut tx, id).await?.ok_or_else(hidden)?;
    let role = access::below(&mut tx, &call.identity, project, Action::TaskRead, hidden).await?;
    let stored = tasks::get_as(&mut tx, project, id, access::labeler(&call.identity, role)).await?.ok_or_else(hidden)?;
    Ok(Json(signed::task(&call, stored).await?))
}
