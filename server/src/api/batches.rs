//! Batches of a project.

use actix_web::{HttpResponse, get, post, web::Json};
use serde_json::json;
use tandem_domain::permission::Action;
use tandem_protocol::{
    BatchId, ProjectId,
    rest::{Batch, BatchInstance, CreateBatch, Page, StateTransition},
};
use tandem_store::{
    TenantTx,
    pg::{batches, flow},
};

use super::{IDEMPOTENCY, access, audit, call::Call, idempotency::once, problem::Refusal, steering, validate};

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

/// How many steps of a batch are told.
const TRANSITIONS: u32 = 500;

/// How far a batch is.
///
/// Its machine is the parent of its tasks': it is begun with the first of them and complete with the last, and opens again when more come.
#[utoipa::path(
    tag = "projects",
    operation_id = "getBatchInstance",
    params(("batch_id" = BatchId, Path)),
    responses((status = 200, description = "Where it stands; null: it has had no task yet", body = Option<BatchInstance>)),
    extensions(("x-action" = json!(Action::ProjectRead.name()))),
)]
#[get("/batches/{batch_id}/instance")]
pub async fn get_batch_instance(call: Call) -> Result<Json<Option<BatchInstance>>, Refusal> {
    let batch = call.path::<BatchId>()?;
    let mut tx = call.begin().await?;
    let project = reach(&mut tx, &call, batch).await?;
    let found = flow::batch_instance(&mut tx, project, batch).await?;
    tx.commit().await?;
    Ok(Json(found.map(|found| BatchInstance {
        id: found.id,
        batch_id: found.batch,
        workflow_id: found.workflow,
        value: found.value.as_str().unwrap_or_default().to_owned(),
        total: found.children.total,
        begun: found.children.begun,
        done: found.children.done,
        started_at: found.started_at,
        completed_at: found.completed_at,
    })))
}

/// How a batch came to where it is.
#[utoipa::path(
    tag = "projects",
    operation_id = "listBatchTransitions",
    params(("batch_id" = BatchId, Path)),
    responses((status = 200, description = "The newest first, at most 500", body = Page<StateTransition>)),
    extensions(("x-action" = json!(Action::ProjectRead.name()))),
)]
#[get("/batches/{batch_id}/transitions")]
pub async fn list_batch_transitions(call: Call) -> Result<Json<Page<StateTransition>>, Refusal> {
    let batch = call.path::<BatchId>()?;
    let mut tx = call.begin().await?;
    reach(&mut tx, &call, batch).await?;
    let rows = flow::batch_history(&mut tx, batch, TRANSITIONS).await?;
    Ok(Json(Page { items: rows.into_iter().map(steering::transition).collect(), next_cursor: None }))
}

async fn reach(tx: &mut TenantTx, call: &Call, batch: BatchId) -> Result<ProjectId, Refusal> {
    let hidden = || Refusal::not_found("batch", batch);
    let project = batches::project_of(tx, batch).await?.ok_or_else(hidden)?;
    access::below(tx, &call.identity, project, Action::ProjectRead, hidden).await?;
    Ok(project)
}
