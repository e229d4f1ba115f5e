//! Projects.

use tandem_domain::permission::Action;
use tandem_protocol::{
    ProjectId,
    rest::{CreateProject, Page, Project, UpdateProject},
};

use super::{IDEMPOTENCY, PageQuery};

/// The projects I am in; a workspace admin sees all.
#[utoipa::path(
    get, path = "/api/v1/projects", tag = "projects", operation_id = "listProjects",
    params(PageQuery),
    responses((status = 200, description = "Projects, newest first", body = Page<Project>)),
    extensions(("x-action" = json!(null))),
)]
pub fn list_projects() {}

/// Create a project.
#[utoipa::path(
    post, path = "/api/v1/projects", tag = "projects", operation_id = "createProject",
    params(("Idempotency-Key" = Option<String>, Header, description = IDEMPOTENCY)),
    request_body = CreateProject,
    responses((status = 201, description = "Created", body = Project)),
    extensions(("x-action" = json!(Action::ProjectCreate.name()))),
)]
pub fn create_project() {}

/// One project.
#[utoipa::path(
    get, path = "/api/v1/projects/{project_id}", tag = "projects", operation_id = "getProject",
    params(("project_id" = ProjectId, Path)),
    responses((status = 200, description = "The project", body = Project)),
    extensions(("x-action" = json!(Action::ProjectRead.name()))),
)]
pub fn get_project() {}

/// Change a project; only the fields present.
#[utoipa::path(
    patch, path = "/api/v1/projects/{project_id}", tag = "projects", operation_id = "updateProject",
    params(("project_id" = ProjectId, Path)),
    request_body = UpdateProject,
    responses((status = 200, description = "The project as it is now", body = Project)),
    extensions(("x-action" = json!(Action::ProjectUpdate.name()))),
)]
pub fn update_project() {}
