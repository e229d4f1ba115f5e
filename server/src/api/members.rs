//! People of a project.

use actix_web::{HttpResponse, delete, get, put, web::Json};
use serde_json::json;
use tandem_domain::permission::Action;
use tandem_protocol::{
    ProjectId, UserId,
    rest::{Page, ProjectMember, PutProjectMember},
};
use tandem_store::pg::projects;

use super::{access, audit, call::Call, notify, problem::Refusal};

/// Who is in a project.
#[utoipa::path(
    tag = "projects",
    operation_id = "listProjectMembers",
    params(("project_id" = ProjectId, Path)),
    responses((status = 200, description = "All of them, by name", body = Page<ProjectMember>)),
    extensions(("x-action" = json!(Action::MembersRead.name()))),
)]
#[get("/projects/{project_id}/members")]
pub async fn list_project_members(call: Call) -> Result<Json<Page<ProjectMember>>, Refusal> {
    let project = call.path::<ProjectId>()?;
    let mut tx = call.begin().await?;
    let role = access::project(&mut tx, &call.identity, project, Action::MembersRead).await?;
    let mut items = projects::list_members(&mut tx, project).await?;
    // Why somebody is away is not for their colleagues.
    if !call.identity.may(Action::MembersWrite, Some(role)) {
        items.iter_mut().filter(|member| member.user.id != call.user()).for_each(|member| member.paused = None);
    }
    Ok(Json(Page { items, next_cursor: None }))
}

/// Add a person to a project, or change their role.
#[utoipa::path(
    tag = "projects",
    operation_id = "putProjectMember",
    params(("project_id" = ProjectId, Path), ("user_id" = UserId, Path)),
    request_body = PutProjectMember,
    responses((status = 200, description = "The person as they are in the project now", body = ProjectMember)),
    extensions(("x-action" = json!(Action::MembersWrite.name()))),
)]
#[put("/projects/{project_id}/members/{user_id}")]
pub async fn put_project_member(mut call: Call) -> Result<Json<ProjectMember>, Refusal> {
    let (project, user) = call.path::<(ProjectId, UserId)>()?;
    let body = call.body().await?;
    let mut tx = call.begin().await?;
    access::project(&mut tx, &call.identity, project, Action::MembersWrite).await?;
    let role = body.parse::<PutProjectMember>()?.role;
    projects::put_member(&mut tx, project, user, role).await?;
    audit::record(&mut tx, project, Action::MembersWrite, ("user", user), json!({ "role": role })).await?;
    let member = projects::list_members(&mut tx, project).await?.into_iter().find(|member| member.user.id == user);
    tx.commit().await?;
    notify::rights_changed(&call, project, Some(user));
    member.map(Json).ok_or_else(|| Refusal::internal("a member just put is not in the list"))
}

/// Take a person out of a project.
#[utoipa::path(
    tag = "projects",
    operation_id = "deleteProjectMember",
    params(("project_id" = ProjectId, Path), ("user_id" = UserId, Path)),
    responses((status = 204, description = "No longer in the project")),
    extensions(("x-action" = json!(Action::MembersWrite.name()))),
)]
#[delete("/projects/{project_id}/members/{user_id}")]
pub async fn delete_project_member(call: Call) -> Result<HttpResponse, Refusal> {
    let (project, user) = call.path::<(ProjectId, UserId)>()?;
    let mut tx = call.begin().await?;
    access::project(&mut tx, &call.identity, project, Action::MembersWrite).await?;
    if !projects::remove_member(&mut tx, project, user).await? {
        return Err(Refusal::not_found("member", user));
    }
    audit::record(&mut tx, project, Action::MembersWrite, ("user", user), json!({ "role": null })).await?;
    tx.commit().await?;
    notify::rights_changed(&call, project, Some(user));
    Ok(HttpResponse::NoContent().finish())
}
