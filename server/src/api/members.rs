//! People of a project.

use tandem_domain::permission::Action;
use tandem_protocol::{
    ProjectId, UserId,
    rest::{Page, ProjectMember, PutProjectMember},
};

use super::PageQuery;

/// Who is in a project.
#[utoipa::path(
    get, path = "/api/v1/projects/{project_id}/members", tag = "projects", operation_id = "listProjectMembers",
    params(("project_id" = ProjectId, Path), PageQuery),
    responses((status = 200, description = "People, by name", body = Page<ProjectMember>)),
    extensions(("x-action" = json!(Action::MembersRead.name()))),
)]
pub fn list_project_members() {}

/// Add a person to a project, or change their role.
#[utoipa::path(
    put, path = "/api/v1/projects/{project_id}/members/{user_id}", tag = "projects", operation_id = "putProjectMember",
    params(("project_id" = ProjectId, Path), ("user_id" = UserId, Path)),
    request_body = PutProjectMember,
    responses((status = 200, description = "The person as they are in the project now", body = ProjectMember)),
    extensions(("x-action" = json!(Action::MembersWrite.name()))),
)]
pub fn put_project_member() {}

/// Take a person out of a project.
#[utoipa::path(
    delete, path = "/api/v1/projects/{project_id}/members/{user_id}", tag = "projects", operation_id = "deleteProjectMember",
    params(("project_id" = ProjectId, Path), ("user_id" = UserId, Path)),
    responses((status = 204, description = "No longer in the project")),
    extensions(("x-action" = json!(Action::MembersWrite.name()))),
)]
pub fn delete_project_member() {}
