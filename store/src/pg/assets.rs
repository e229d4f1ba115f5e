//! Uploaded files. The bytes are in object storage under `object_key`; a row says what is known of them.

use chrono::{DateTime, Utc};
use tandem_protocol::{
    AssetId, ProjectId, WorkspaceId,
    rest::{Asset, AssetStatus, Page},
};
use uuid::Uuid;

use super::row::word;
use crate::{StoreError, TenantTx};

/// An upload that was asked for.
#[derive(Clone, Debug)]
pub struct NewAsset {
    pub id: AssetId,
    pub project: ProjectId,
    pub filename: String,
    /// What the sender says it is.
    pub content_type: String,
    pub size: i64,
}

/// What the bytes turned out to be.
#[derive(Clone, Debug)]
pub struct Inspected {
    pub content_type: String,
    pub size: i64,
    /// Pixels after EXIF orientation.
    pub width: i32,
    pub height: i32,
    pub orientation: i16,
}

/// An asset and where its bytes are. `asset.url` is empty: whoever can presign fills it in.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredAsset {
    pub asset: Asset,
    pub object_key: String,
}

/// Where an asset's bytes live in object storage. The workspace comes first, so that one tenant's objects are one prefix.
#[must_use]
pub fn object_key(workspace: WorkspaceId, project: ProjectId, asset: AssetId) -> String {
    format!("{workspace}/{project}/{asset}")
}

pub async fn create(tx: &mut TenantTx, asset: &NewAsset) -> Result<StoredAsset, StoreError> {
    let (workspace, by) = (tx.workspace(), tx.user().map(|u| u.0));
    let row = sqlx::query_as!(
        AssetRow,
        "INSERT INTO assets (id, workspace_id, project_id, filename, object_key, content_type, size, created_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         RETURNING id, project_id, filename, object_key, status, reason, content_type, size, width, height, orientation, created_at",
        asset.id.0,
        workspace.0,
        asset.project.0,
        asset.filename,
        object_key(workspace, asset.project, asset.id),
        asset.content_type,
        asset.size,
        by
    )
    .fetch_one(&mut **tx)
    .await?;
    row.into_stored()
}

pub async fn get(tx: &mut TenantTx, asset: AssetId) -> Result<Option<StoredAsset>, StoreError> {
    let row = sqlx::query_as!(
        AssetRow,
        "SELECT id, project_id, filename, object_key, status, reason, content_type, size, width, height, orientation, created_at
         FROM assets WHERE id = $1",
        asset.0
    )
    .fetch_optional(&mut **tx)
    .await?;
    row.map(AssetRow::into_stored).transpose()
}

/// Marks a pending asset ready with what its bytes say. An asset already ready is left as it is and returned.
pub async fn complete(tx: &mut TenantTx, asset: AssetId, found: &Inspected) -> Result<Option<StoredAsset>, StoreError> {
    sqlx::query!(
        "UPDATE assets SET status = 'ready', reason = NULL, content_type = $2, size = $3, width = $4, height = $5, orientation = $6,
                updated_at = now()
         WHERE id = $1 AND status = 'pending'",
        asset.0,
        found.content_type,
        found.size,
        found.width,
        found.height,
        found.orientation
    )
    .execute(&mut **tx)
    .await?;
    get(tx, asset).await
}

/// Marks a pending asset as no image, with the reason people are shown.
pub async fn reject(tx: &mut TenantTx, asset: AssetId, reason: &str) -> Result<Option<StoredAsset>, StoreError> {
    sqlx::query!(
        "UPDATE assets SET status = 'rejected', reason = $2, updated_at = now() WHERE id = $1 AND status = 'pending'",
        asset.0,
        reason
    )
    .execute(&mut **tx)
    .await?;
    get(tx, asset).await
}

/// The project's assets in the order they came, from behind `after`. The next cursor is the last id.
pub async fn list(
    tx: &mut TenantTx,
    project: ProjectId,
    status: Option<AssetStatus>,
    after: Option<AssetId>,
    limit: u32,
) -> Result<Page<Asset>, StoreError> {
    let rows = sqlx::query_as!(
        AssetRow,
        "SELECT id, project_id, filename, object_key, status, reason, content_type, size, width, height, orientation, created_at
         FROM assets
         WHERE project_id = $1 AND ($2::text IS NULL OR status = $2) AND ($3::uuid IS NULL OR id > $3)
         ORDER BY id LIMIT $4",
        project.0,
        status.map(|s| s.as_str()),
        after.map(|a| a.0),
        i64::from(limit) + 1
    )
    .fetch_all(&mut **tx)
    .await?;
    let mut items = rows.into_iter().map(|r| Ok(r.into_stored()?.asset)).collect::<Result<Vec<_>, StoreError>>()?;
    let more = items.len() > limit as usize;
    items.truncate(limit as usize);
    let next_cursor = if more { items.last().map(|a| a.id.to_string()) } else { None };
    Ok(Page { items, next_cursor })
}

pub(super) struct AssetRow {
    pub id: Uuid,
    pub project_id: Uuid,
    pub filename: String,
    pub object_key: String,
    pub status: String,
    pub reason: Option<String>,
    pub content_type: String,
    pub size: i64,
    pub width: Option<i32>,
    pub height: Option<i32>,
    pub orientation: i16,
    pub created_at: DateTime<Utc>,
}

impl AssetRow {
    pub fn into_stored(self) -> Result<StoredAsset, StoreError> {
        let asset = Asset {
            id: self.id.into(),
            project_id: self.project_id.into(),
            filename: self.filename,
            status: word("asset status", &self.status)?,
            reason: self.reason,
            content_type: self.content_type,
            size: self.size,
            width: self.width,
            height: self.height,
            orientation: self.orientation,
            url: None,
            created_at: self.created_at,
        };
        Ok(StoredAsset { asset, object_key: self.object_key })
    }
}
