//! Submitted work and its history.

use actix_web::{get, web::Json};
use tandem_domain::permission::Action;
use tandem_protocol::{
    AnnotationId, ProjectId, ProjectRole, TaskId,
    rest::{Annotation, AnnotationEvent, Page},
};
use tandem_store::{
    StoreError, TenantTx,
    pg::{annotations, tasks},
};

use super::{access, call::Call, problem::Refusal};

/// Submitted versions of a task.
#[utoipa::path(
    tag = "annotations",
    operation_id = "listAnnotations",
    params(("task_id" = TaskId, Path)),
    responses((status = 200, description = "All versions, newest first", body = Page<Annotation>)),
    extensions(("x-action" = json!(Action::AnnotationRead.name()))),
)]
#[get("/tasks/{task_id}/annotations")]
pub async fn list_annotations(call: Call) -> Result<Json<Page<Annotation>>, Refusal> {
    let task = call.path::<TaskId>()?;
    let hidden = || Refusal::not_found("task", task);
    let mut tx = call.begin().await?;
    let project = tasks::project_of(&mut tx, task).await?.ok_or_else(hidden)?;
    let role = access::below(&mut tx, &call.identity, project, Action::AnnotationRead, hidden).await?;
    access::content(&mut tx, &call.identity, role, project, task).await?;
    let mut items = annotations::of_task(&mut tx, project, task).await?;
    if is_blind(&mut tx, &call, role, project, task).await? {
        items.retain(|annotation| annotation.user_id == Some(call.user()));
    }
    Ok(Json(Page { items, next_cursor: None }))
}

/// One submitted version.
#[utoipa::path(
    tag = "annotations",
    operation_id = "getAnnotation",
    params(("annotation_id" = AnnotationId, Path)),
    responses((status = 200, description = "The annotation", body = Annotation)),
    extensions(("x-action" = json!(Action::AnnotationRead.name()))),
)]
#[get("/annotations/{annotation_id}")]
pub async fn get_annotation(call: Call) -> Result<Json<Annotation>, Refusal> {
    let id = call.path::<AnnotationId>()?;
    let mut tx = call.begin().await?;
    readable(&mut tx, &call, id).await.map(Json)
}

/// What happened to an annotation, the versions before and after it included.
#[utoipa::path(
    tag = "annotations",
    operation_id = "listAnnotationEvents",
    params(("annotation_id" = AnnotationId, Path)),
    responses((status = 200, description = "The newest thousand events, oldest first", body = Page<AnnotationEvent>)),
    extensions(("x-action" = json!(Action::AnnotationRead.name()))),
)]
#[get("/annotations/{annotation_id}/history")]
pub async fn list_annotation_events(call: Call) -> Result<Json<Page<AnnotationEvent>>, Refusal> {
    let id = call.path::<AnnotationId>()?;
    let mut tx = call.begin().await?;
    readable(&mut tx, &call, id).await?;
    let items = annotations::history(&mut tx, id).await?;
    Ok(Json(Page { items, next_cursor: None }))
}

/// Whether others' answers are hidden from the caller: from a labeler until the last has answered, from anybody else while they are one of those who answer.
async fn is_blind(tx: &mut TenantTx, call: &Call, role: ProjectRole, project: ProjectId, task: TaskId) -> Result<bool, Refusal> {
    Ok(match role {
        ProjectRole::Labeler => tasks::is_blind(tx, project, task).await?,
        ProjectRole::Reviewer | ProjectRole::Admin => tasks::answers_blind(tx, project, task, call.user()).await?,
    })
}

async fn readable(tx: &mut TenantTx, call: &Call, id: AnnotationId) -> Result<Annotation, Refusal> {
    let hidden = || Refusal::not_found("annotation", id);
    let annotation = match annotations::get(tx, id).await {
        Ok(annotation) => annotation,
        // As the stranger is told, word by word.
        Err(StoreError::NotFound { .. }) => return Err(hidden()),
        Err(error) => return Err(error.into()),
    };
    let role = access::below(tx, &call.identity, annotation.project_id, Action::AnnotationRead, hidden).await?;
    let is_mine = annotation.user_id == Some(call.user());
    if !is_mine && is_blind(tx, call, role, annotation.project_id, annotation.task_id).await? {
        return Err(hidden());
    }
    Ok(annotation)
}
