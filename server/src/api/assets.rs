//! Images: ask, PUT, complete.

use tandem_domain::permission::Action;
use tandem_protocol::{
    AssetId, Problem, ProjectId,
    rest::{Asset, AssetUpload, CreateAsset, Page},
};

use super::{IDEMPOTENCY, PageQuery};

/// Images of a project.
#[utoipa::path(
    get, path = "/api/v1/projects/{project_id}/assets", tag = "assets", operation_id = "listAssets",
    params(("project_id" = ProjectId, Path), PageQuery),
    responses((status = 200, description = "Images, newest first; without `url`", body = Page<Asset>)),
    extensions(("x-action" = json!(Action::AssetRead.name()))),
)]
pub fn list_assets() {}

/// Ask for an upload.
///
/// The answer says where and how to PUT the bytes; call complete when they are there.
#[utoipa::path(
    post, path = "/api/v1/projects/{project_id}/assets", tag = "assets", operation_id = "createAsset",
    params(("project_id" = ProjectId, Path), ("Idempotency-Key" = Option<String>, Header, description = IDEMPOTENCY)),
    request_body = CreateAsset,
    responses((status = 201, description = "Where to PUT the bytes", body = AssetUpload)),
    extensions(("x-action" = json!(Action::AssetWrite.name()))),
)]
pub fn create_asset() {}

/// One image, with a presigned URL to fetch it.
#[utoipa::path(
    get, path = "/api/v1/assets/{asset_id}", tag = "assets", operation_id = "getAsset",
    params(("asset_id" = AssetId, Path)),
    responses((status = 200, description = "The image", body = Asset)),
    extensions(("x-action" = json!(Action::AssetRead.name()))),
)]
pub fn get_asset() {}

/// Say that the bytes are there.
///
/// Type, size and orientation are read from the bytes. An image that cannot be shown is `rejected` with its reason. Calling
/// again gives the same answer.
#[utoipa::path(
    post, path = "/api/v1/assets/{asset_id}/complete", tag = "assets", operation_id = "completeAsset",
    params(("asset_id" = AssetId, Path)),
    responses((status = 200, description = "Ready or rejected", body = Asset), (status = 409, description = "The bytes are not there yet (`upload_missing`)", body = Problem, content_type = "application/problem+json")),
    extensions(("x-action" = json!(Action::AssetWrite.name()))),
)]
pub fn complete_asset() {}
