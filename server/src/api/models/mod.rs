//! Models that run in people's browsers: ask, PUT both files, complete.

mod inspect;

use std::time::Duration;

use actix_web::{HttpResponse, delete, get, post, web::Json};
use serde_json::json;
use tandem_domain::permission::Action;
use tandem_protocol::{
    ModelId, Problem,
    rest::{CreateModel, Model, ModelStatus, ModelUpload, Page},
};
use tandem_store::{
    StoreError, TenantTx,
    objects::Upload,
    pg::models::{self, Files, object_keys},
};

use super::{
    IDEMPOTENCY, access, audit,
    call::Call,
    idempotency::once,
    problem::{Kind, Refusal},
    signed, validate,
};

/// What models are stored as.
const ONNX: &str = "application/octet-stream";
/// An upload that was not completed after so long was given up.
const GIVEN_UP: Duration = Duration::from_secs(86_400);

/// Models that run in people's browsers.
#[utoipa::path(
    tag = "models",
    operation_id = "listModels",
    responses((status = 200, description = "Those that are ready, by name; without the `url` of their files", body = Page<Model>)),
    extensions(("x-action" = json!(Action::ModelRead.name()))),
)]
#[get("/models")]
pub async fn list_models(call: Call) -> Result<Json<Page<Model>>, Refusal> {
    access::in_workspace(&call.identity, Action::ModelRead)?;
    let mut tx = call.begin().await?;
    Ok(Json(Page { items: models::list(&mut tx).await?, next_cursor: None }))
}

/// Ask for the upload of a model.
///
/// The answer says where and how to PUT the bytes of both files; call complete when they are there.
#[utoipa::path(
    tag = "models",
    operation_id = "createModel",
    params(("Idempotency-Key" = Option<String>, Header, description = IDEMPOTENCY)),
    request_body = CreateModel,
    responses(
        (status = 201, description = "Where to PUT the bytes", body = ModelUpload),
        (status = 409, description = "Another model has the name (`already_exists`)", body = Problem, content_type = "application/problem+json"),
    ),
    extensions(("x-action" = json!(Action::ModelWrite.name()))),
)]
#[post("/models")]
pub async fn create_model(mut call: Call) -> Result<HttpResponse, Refusal> {
    access::in_workspace(&call.identity, Action::ModelWrite)?;
    let body = call.body().await?;
    let wanted = body.parse::<CreateModel>()?;
    validate::create_model(&wanted, call.state.config.max_model_file)?;
    clear(&call).await?;
    let mut tx = call.begin().await?;
    let made = once(&call, &body, &mut tx, async |tx| {
        if models::is_named(tx, &wanted.name).await? {
            return Err(StoreError::Duplicate { entity: "model", field: "name" }.into());
        }
        let id = ModelId::new();
        models::create(tx, id, &wanted.name, &sizes(&wanted)?).await?;
        let facts = json!({ "name": wanted.name, "encoder": wanted.encoder.size, "decoder": wanted.decoder.size });
        audit::record_in_workspace(tx, Action::ModelWrite, ("model", id), facts).await?;
        found(tx, id).await
    })
    .await?;
    tx.commit().await?;
    // Signed afresh when the answer is given again: the first signature may have run out.
    let keys = object_keys(call.identity.workspace_id, made.value.id);
    let encoder = signed::upload(&call, &keys.encoder, Upload { content_type: ONNX, size: wanted.encoder.size }).await?;
    let decoder = signed::upload(&call, &keys.decoder, Upload { content_type: ONNX, size: wanted.decoder.size }).await?;
    Ok(made.map(|model| ModelUpload { model, encoder, decoder }).created())
}

fn sizes(wanted: &CreateModel) -> Result<Files<i64>, Refusal> {
    let size = |bytes: u64| i64::try_from(bytes).map_err(Refusal::internal);
    Ok(Files { encoder: size(wanted.encoder.size)?, decoder: size(wanted.decoder.size)? })
}

/// One model, with presigned URLs to load its files.
#[utoipa::path(
    tag = "models",
    operation_id = "getModel",
    params(("model_id" = ModelId, Path)),
    responses((status = 200, description = "The model; a `url` has what is ready", body = Model)),
    extensions(("x-action" = json!(Action::ModelRead.name()))),
)]
#[get("/models/{model_id}")]
pub async fn get_model(call: Call) -> Result<Json<Model>, Refusal> {
    let id = call.path::<ModelId>()?;
    access::in_workspace(&call.identity, Action::ModelRead)?;
    let model = found(&mut call.begin().await?, id).await?;
    match model.status {
        ModelStatus::Ready => signed::model(&call, model).await.map(Json),
        ModelStatus::Pending => Ok(Json(model)),
    }
}

/// Say that the bytes of both files are there.
///
/// They are read through once: their SHA-256 is what browsers keep them by. What is no model is refused, and the upload is gone. Calling again gives the
/// same answer.
#[utoipa::path(
    tag = "models",
    operation_id = "completeModel",
    params(("model_id" = ModelId, Path)),
    responses(
        (status = 200, description = "The model, ready", body = Model),
        (status = 409, description = "Bytes are not there yet (`upload_missing`); another model has the name (`already_exists`)", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A file is not what was announced (`size`) or no ONNX model (`onnx`)", body = Problem, content_type = "application/problem+json"),
    ),
    extensions(("x-action" = json!(Action::ModelWrite.name()))),
)]
#[post("/models/{model_id}/complete")]
pub async fn complete_model(call: Call) -> Result<Json<Model>, Refusal> {
    let id = call.path::<ModelId>()?;
    access::in_workspace(&call.identity, Action::ModelWrite)?;
    let mut tx = call.begin().await?;
    let model = found(&mut tx, id).await?;
    // No connection of the database is held while the objects are read.
    tx.rollback().await?;
    if model.status == ModelStatus::Ready {
        return signed::model(&call, model).await.map(Json);
    }
    let keys = object_keys(call.identity.workspace_id, id);
    let sha256 = match inspect::files(&call.state.objects, &model, &keys).await? {
        Ok(sha256) => sha256,
        Err(errors) => {
            remove(&call, id).await;
            return Err(Refusal::invalid(errors));
        }
    };
    let mut tx = call.begin().await?;
    let model = models::complete(&mut tx, id, &sha256).await?.ok_or_else(|| missing(id))?;
    let facts = json!({ "name": model.name, "status": model.status, "encoder": sha256.encoder, "decoder": sha256.decoder });
    audit::record_in_workspace(&mut tx, Action::ModelWrite, ("model", id), facts).await?;
    tx.commit().await?;
    signed::model(&call, model).await.map(Json)
}

/// Delete a model, or an upload that is not completed.
///
/// Browsers that have it loaded go on with it until they ask for the list again.
#[utoipa::path(
    tag = "models",
    operation_id = "deleteModel",
    params(("model_id" = ModelId, Path)),
    responses((status = 204, description = "It is gone")),
    extensions(("x-action" = json!(Action::ModelWrite.name()))),
)]
#[delete("/models/{model_id}")]
pub async fn delete_model(call: Call) -> Result<HttpResponse, Refusal> {
    let id = call.path::<ModelId>()?;
    access::in_workspace(&call.identity, Action::ModelWrite)?;
    let mut tx = call.begin().await?;
    let model = found(&mut tx, id).await?;
    models::delete(&mut tx, id).await?;
    let facts = json!({ "name": model.name, "deleted": true });
    audit::record_in_workspace(&mut tx, Action::ModelWrite, ("model", id), facts).await?;
    tx.commit().await?;
    remove(&call, id).await;
    Ok(HttpResponse::NoContent().finish())
}

async fn found(tx: &mut TenantTx, id: ModelId) -> Result<Model, Refusal> {
    models::get(tx, id).await?.ok_or_else(|| missing(id))
}

fn missing(id: ModelId) -> Refusal {
    Refusal::new(Kind::NotFound, format!("There is no model {id} in this workspace."))
}

/// The bytes first, then the row. What cannot be removed now is when the next model is uploaded: nobody is kept waiting for it.
async fn remove(call: &Call, id: ModelId) {
    if let Err(error) = try_remove(call, id).await {
        tracing::warn!(model = %id, %error, "the files of a model stay in the object storage for now");
    }
}

async fn try_remove(call: &Call, id: ModelId) -> Result<(), Refusal> {
    let keys = object_keys(call.identity.workspace_id, id);
    for key in [&keys.encoder, &keys.decoder] {
        call.state.objects.delete(key).await?;
    }
    let mut tx = call.begin().await?;
    models::forget(&mut tx, id).await?;
    Ok(tx.commit().await?)
}

/// What earlier uploads and deletions left behind.
async fn clear(call: &Call) -> Result<(), Refusal> {
    let mut tx = call.begin().await?;
    let ids = models::leftovers(&mut tx, GIVEN_UP).await?;
    tx.rollback().await?;
    for id in ids {
        remove(call, id).await;
    }
    Ok(())
}
