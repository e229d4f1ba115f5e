//! Tasks: bulk creation and lists.

use serde::Deserialize;
use tandem_domain::permission::Action;
use tandem_protocol::{
    BatchId, ProjectId, TaskId,
    rest::{CreateTasks, CreatedTasks, Page, Task, TaskStatus},
};
use utoipa::IntoParams;

use super::IDEMPOTENCY;

/// Filters of the task list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListTasks {
    #[serde(default)]
    pub status: Option<TaskStatus>,
    #[serde(default)]
    pub batch_id: Option<BatchId>,
    /// Beginning of the external id or of the file name; 1 to 255 characters.
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
    get, path = "/api/v1/projects/{project_id}/tasks", tag = "tasks", operation_id = "listTasks",
    params(("project_id" = ProjectId, Path), ListTasks),
    responses((status = 200, description = "Tasks, oldest first; assets without `url`", body = Page<Task>)),
    extensions(("x-action" = json!(Action::TaskRead.name()))),
)]
pub fn list_tasks() {}

/// Create tasks: all of them or none.
#[utoipa::path(
    post, path = "/api/v1/projects/{project_id}/tasks", tag = "tasks", operation_id = "createTasks",
    params(("project_id" = ProjectId, Path), ("Idempotency-Key" = Option<String>, Header, description = IDEMPOTENCY)),
    request_body = CreateTasks,
    responses((status = 201, description = "Created, in the order asked", body = CreatedTasks)),
    extensions(("x-action" = json!(Action::TaskCreate.name()))),
)]
pub fn create_tasks() {}

/// One task.
#[utoipa::path(
    get, path = "/api/v1/tasks/{task_id}", tag = "tasks", operation_id = "getTask",
    params(("task_id" = TaskId, Path)),
    responses((status = 200, description = "The task", body = Task)),
    extensions(("x-action" = json!(Action::TaskRead.name()))),
)]
pub fn get_task() {}
