//! Batches of a project.

use actix_web::{HttpResponse, get, post, web::Json};
use serde_json::json;
use tandem_domain::permission::Action;
use tandem_protocol::{
    ProjectId,
    rest::{Batch, CreateBatch, Page},
};
use tandem_store::pg::batches;

use super::{IDEMPOTENCY, access, audit, call::Call, idempotency::once, problem::Refusal, validate};

/// Batches of a project.
#[utoipa::path(
    tag = "projects",
    operation_id = "listBatches",
    params(("project_id" = ProjectId, Path)),
    responses((status = 200, description = "All of them, newest first", body = Page<Batch>)),
    extensions(("x-action" = json!(Action::ProjectRead.name()))),
)]
#[get("/projects/{project_id}/batches")]
pub async fn list_batches(call: Call) -> Result<Json<Page<Batch>>, Refusal> {
    let project = call.path::<ProjectId>()?;
    let mut tx = call.begin().await?;
    access::project(&mut tx, &call.identity, project, Action::ProjectRead).await?;
    let items = batches::list(&mut tx, project).await?;
    Ok(Json(Page { items, next_cursor: None }))
}

/// Create a batch.
#[utoipa::path(
    tag = "projects",
    operation_id = "createBatch",
    params(("project_id" = ProjectId, Path), ("Idempotency-Key" = Option<String>, Header, description = IDEMPOTENCY)),
    request_body = CreateBatch,
    responses((status = 201, description = "Created", body = Batch)),
    extensions(("x-action" = json!(Action::BatchWrite.name()))),
)]
#[post("/projects/{project_id}/batches")]
pub async fn create_batch(mut call: Call) -> Result<HttpResponse, Refusal> {
    let project = call.path::<ProjectId>()?;
    let body = call.body().await?;
    let mut tx = call.begin().await?;
    access::project(&mut tx, &call.identity, project, Action::BatchWrite).await?;
    let wanted = body.parse::<CreateBatch>()?;
    validate::create_batch(&wanted)?;
    let made = once(&call, &body, &mut tx, async |tx| {
        let batch = batches::create(tx, project, &wanted).await?;
        audit::record(tx, project, Action::BatchWrite, ("batch", batch.id), json!({ "name": batch.name })).await?;
        Ok(batch)
    })
    .await?;
    tx.commit().await?;
    Ok(made.created())
}
