//! Projects.

use actix_web::{HttpResponse, get, patch, post, web::Json};
use serde_json::json;
use tandem_domain::{permission::Action, relabel::keep_former};
use tandem_protocol::{
    ProjectId,
    rest::{CreateProject, LabelSchema, Page, Project, UpdateProject},
};
use tandem_store::{
    TenantTx,
    pg::{projects, relabel},
};

use super::{IDEMPOTENCY, access, audit, call::Call, idempotency::once, notify, problem::Refusal, validate};

/// The projects I am in; a workspace admin sees all.
#[utoipa::path(
    tag = "projects",
    operation_id = "listProjects",
    responses((status = 200, description = "All of them, newest first", body = Page<Project>)),
    extensions(("x-action" = json!(null))),
)]
#[get("/projects")]
pub async fn list_projects(call: Call) -> Result<Json<Page<Project>>, Refusal> {
    let mut tx = call.begin().await?;
    let items = projects::list(&mut tx, call.viewer()).await?;
    Ok(Json(Page { items, next_cursor: None }))
}

/// Create a project.
#[utoipa::path(
    tag = "projects",
    operation_id = "createProject",
    params(("Idempotency-Key" = Option<String>, Header, description = IDEMPOTENCY)),
    request_body = CreateProject,
    responses((status = 201, description = "Created", body = Project)),
    extensions(("x-action" = json!(Action::ProjectCreate.name()))),
)]
#[post("/projects")]
pub async fn create_project(mut call: Call) -> Result<HttpResponse, Refusal> {
    access::in_workspace(&call.identity, Action::ProjectCreate)?;
    let body = call.body().await?;
    let mut wanted = body.parse::<CreateProject>()?;
    validate::create_project(&wanted)?;
    keep_former(&LabelSchema::default(), &mut wanted.label_schema).map_err(|error| Refusal::invalid(vec![error]))?;
    let mut tx = call.begin().await?;
    let made = once(&call, &body, &mut tx, async |tx| {
        let id = projects::create(tx, &wanted).await?;
        audit::record(tx, id, Action::ProjectCreate, ("project", id), json!({ "name": wanted.name })).await?;
        read(tx, &call, id).await
    })
    .await?;
    tx.commit().await?;
    Ok(made.created())
}

/// One project.
#[utoipa::path(
    tag = "projects",
    operation_id = "getProject",
    params(("project_id" = ProjectId, Path)),
    responses((status = 200, description = "The project", body = Project)),
    extensions(("x-action" = json!(Action::ProjectRead.name()))),
)]
#[get("/projects/{project_id}")]
pub async fn get_project(call: Call) -> Result<Json<Project>, Refusal> {
    let project = call.path::<ProjectId>()?;
    let mut tx = call.begin().await?;
    access::project(&mut tx, &call.identity, project, Action::ProjectRead).await?;
    read(&mut tx, &call, project).await.map(Json)
}

/// Change a project; only the fields present.
#[utoipa::path(
    tag = "projects",
    operation_id = "updateProject",
    params(("project_id" = ProjectId, Path)),
    request_body = UpdateProject,
    responses((status = 200, description = "The project as it is now", body = Project)),
    extensions(("x-action" = json!(Action::ProjectUpdate.name()))),
)]
#[patch("/projects/{project_id}")]
pub async fn update_project(mut call: Call) -> Result<Json<Project>, Refusal> {
    let project = call.path::<ProjectId>()?;
    let body = call.body().await?;
    let mut tx = call.begin().await?;
    access::project(&mut tx, &call.identity, project, Action::ProjectUpdate).await?;
    let mut change = body.parse::<UpdateProject>()?;
    validate::update_project(&change)?;
    if let Some(wanted) = &mut change.label_schema {
        let before = relabel::labels_for_change(&mut tx, project).await?;
        keep_former(&before, wanted).map_err(|error| Refusal::invalid(vec![error]))?;
    }
    projects::update(&mut tx, project, &change).await?;
    let changes = serde_json::to_value(&change).map_err(Refusal::internal)?;
    audit::record(&mut tx, project, Action::ProjectUpdate, ("project", project), changes).await?;
    let now = read(&mut tx, &call, project).await?;
    tx.commit().await?;
    notify::rights_changed(&call, project, None);
    Ok(Json(now))
}

pub(super) async fn read(tx: &mut TenantTx, call: &Call, project: ProjectId) -> Result<Project, Refusal> {
    projects::get(tx, project, call.viewer()).await?.ok_or_else(|| Refusal::not_found("project", project))
}
