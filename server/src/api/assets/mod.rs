//! Images: ask, PUT, complete.

mod inspect;

use actix_web::{HttpResponse, get, post, web::Json};
use serde::Deserialize;
use serde_json::json;
use tandem_domain::permission::Action;
use tandem_protocol::{
    AssetId, Problem, ProjectId, ProjectRole,
    rest::{Asset, AssetStatus, AssetUpload, CreateAsset, Page},
};
use tandem_store::{
    TenantTx,
    objects::Upload,
    pg::{
        assets::{self, NewAsset, StoredAsset, object_key},
        tasks,
    },
};
use utoipa::IntoParams;

use self::inspect::Verdict;
use super::{IDEMPOTENCY, access, audit, call::Call, idempotency::once, problem::Refusal, read, signed, validate};

/// Filters of the asset list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListAssets {
    #[serde(default)]
    pub status: Option<AssetStatus>,
    /// `next_cursor` of the page before; none for the first page.
    #[serde(default)]
    pub cursor: Option<String>,
    /// 1 to 200 items; default 50.
    #[serde(default)]
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
}

/// Images of a project.
#[utoipa::path(
    tag = "assets",
    operation_id = "listAssets",
    params(("project_id" = ProjectId, Path), ListAssets),
    responses((status = 200, description = "Images, oldest first; without `url`", body = Page<Asset>)),
    extensions(("x-action" = json!(Action::AssetRead.name()))),
)]
#[get("/projects/{project_id}/assets")]
pub async fn list_assets(call: Call) -> Result<Json<Page<Asset>>, Refusal> {
    let project = call.path::<ProjectId>()?;
    let mut tx = call.begin().await?;
    access::project(&mut tx, &call.identity, project, Action::AssetRead).await?;
    let query = call.query::<ListAssets>()?;
    let after = query.cursor.as_deref().map(read::cursor).transpose()?;
    let limit = validate::page_limit(query.limit)?;
    Ok(Json(assets::list(&mut tx, project, query.status, after, limit).await?))
}

/// Ask for an upload.
///
/// The answer says where and how to PUT the bytes; call complete when they are there.
#[utoipa::path(
    tag = "assets",
    operation_id = "createAsset",
    params(("project_id" = ProjectId, Path), ("Idempotency-Key" = Option<String>, Header, description = IDEMPOTENCY)),
    request_body = CreateAsset,
    responses((status = 201, description = "Where to PUT the bytes", body = AssetUpload)),
    extensions(("x-action" = json!(Action::AssetWrite.name()))),
)]
#[post("/projects/{project_id}/assets")]
pub async fn create_asset(mut call: Call) -> Result<HttpResponse, Refusal> {
    let project = call.path::<ProjectId>()?;
    let body = call.body().await?;
    let mut tx = call.begin().await?;
    access::project(&mut tx, &call.identity, project, Action::AssetWrite).await?;
    let wanted = body.parse::<CreateAsset>()?;
    validate::create_asset(&wanted)?;
    let made = once(&call, &body, &mut tx, async |tx| {
        let stored = assets::create(tx, &new_asset(project, &wanted)?).await?;
        audit::record(tx, project, Action::AssetWrite, ("asset", stored.asset.id), json!({ "filename": wanted.filename })).await?;
        Ok(stored.asset)
    })
    .await?;
    tx.commit().await?;
    // Signed afresh when the answer is given again: the first signature may have run out.
    let key = object_key(call.identity.workspace_id, project, made.value.id);
    let upload = signed::upload(&call, &key, Upload { content_type: &wanted.content_type, size: wanted.size }).await?;
    Ok(made.map(|asset| AssetUpload { asset, upload }).created())
}

fn new_asset(project: ProjectId, wanted: &CreateAsset) -> Result<NewAsset, Refusal> {
    Ok(NewAsset {
        id: AssetId::new(),
        project,
        filename: wanted.filename.clone(),
        content_type: wanted.content_type.clone(),
        size: i64::try_from(wanted.size).map_err(Refusal::internal)?,
    })
}

/// One image, with a presigned URL to fetch it.
#[utoipa::path(
    tag = "assets",
    operation_id = "getAsset",
    params(("asset_id" = AssetId, Path)),
    responses(
        (status = 200, description = "The image", body = Asset),
        (status = 403, description = "`not_accepted`: it is shown only to whoever has accepted its task", body = Problem, content_type = "application/problem+json"),
    ),
    extensions(("x-action" = json!(Action::AssetRead.name()))),
)]
#[get("/assets/{asset_id}")]
pub async fn get_asset(call: Call) -> Result<Json<Asset>, Refusal> {
    let id = call.path::<AssetId>()?;
    let mut tx = call.begin().await?;
    let (stored, role) = accessible(&mut tx, &call, id, Action::AssetRead).await?;
    let project = stored.asset.project_id;
    if role == ProjectRole::Labeler && tasks::is_image_withheld(&mut tx, project, id, call.user()).await? {
        return Err(access::not_accepted());
    }
    signed::asset(&call, stored).await.map(Json)
}

/// Say that the bytes are there.
///
/// Type, size and orientation are read from the bytes. An image that cannot be shown is `rejected` with its reason. Calling again
/// gives the same answer.
#[utoipa::path(
    tag = "assets",
    operation_id = "completeAsset",
    params(("asset_id" = AssetId, Path)),
    responses(
        (status = 200, description = "Ready or rejected", body = Asset),
        (status = 409, description = "The bytes are not there yet (`upload_missing`)", body = Problem, content_type = "application/problem+json"),
    ),
    extensions(("x-action" = json!(Action::AssetWrite.name()))),
)]
#[post("/assets/{asset_id}/complete")]
pub async fn complete_asset(call: Call) -> Result<Json<Asset>, Refusal> {
    let id = call.path::<AssetId>()?;
    let mut tx = call.begin().await?;
    let (stored, _) = accessible(&mut tx, &call, id, Action::AssetWrite).await?;
    if stored.asset.status != AssetStatus::Pending {
        return signed::asset(&call, stored).await.map(Json);
    }
    // No connection of the database is held while the object is read.
    tx.rollback().await?;
    let verdict = inspect::object(&call.state.objects, &stored).await?;
    let mut tx = call.begin().await?;
    let settled = match &verdict {
        Verdict::Image(found) => assets::complete(&mut tx, id, found).await?,
        Verdict::Rejected(reason) => assets::reject(&mut tx, id, reason).await?,
    };
    let settled = settled.ok_or_else(|| Refusal::not_found("asset", id))?;
    let facts = json!({ "status": settled.asset.status, "reason": settled.asset.reason });
    audit::record(&mut tx, settled.asset.project_id, Action::AssetWrite, ("asset", id), facts).await?;
    tx.commit().await?;
    if let Verdict::Rejected(_) = verdict {
        forget(&call, &settled).await;
    }
    signed::asset(&call, settled).await.map(Json)
}

/// What was rejected is never shown: its bytes go. That they could not is no reason to keep the uploader waiting.
async fn forget(call: &Call, rejected: &StoredAsset) {
    if let Err(error) = call.state.objects.delete(&rejected.object_key).await {
        tracing::warn!(asset = %rejected.asset.id, %error, "a rejected file stays in the object storage");
    }
}

async fn accessible(tx: &mut TenantTx, call: &Call, id: AssetId, action: Action) -> Result<(StoredAsset, ProjectRole), Refusal> {
    let hidden = || Refusal::not_found("asset", id);
    let stored = assets::get(tx, id).await?.ok_or_else(hidden)?;
    let role = access::below(tx, &call.identity, stored.asset.project_id, action, hidden).await?;
    Ok((stored, role))
}
