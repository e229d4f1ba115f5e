//! Models that run in people's browsers. The bytes of both files are in object storage; the row comes first and goes last, so that no bytes are ever there
//! that nobody knows of.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tandem_protocol::{
    ModelId, WorkspaceId,
    rest::{Model, ModelFile, ModelStatus, UserSummary},
};

use super::row::word;
use crate::{StoreError, TenantTx};

/// One thing for each of a model's two files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Files<T> {
    pub encoder: T,
    pub decoder: T,
}

/// Where the bytes of a model live in object storage, beside the workspace's projects.
#[must_use]
pub fn object_keys(workspace: WorkspaceId, model: ModelId) -> Files<String> {
    let key = |file| format!("{workspace}/models/{model}/{file}");
    Files { encoder: key("encoder"), decoder: key("decoder") }
}

/// An upload that was asked for. Its files are `pending` until [`complete`].
///
/// # Errors
/// Those of the database.
pub async fn create(tx: &mut TenantTx, id: ModelId, name: &str, sizes: &Files<i64>) -> Result<(), StoreError> {
    let (workspace, by) = (tx.workspace(), tx.user().map(|u| u.0));
    sqlx::query!(
        "INSERT INTO models (id, workspace_id, name, encoder_size, decoder_size, created_by) VALUES ($1, $2, $3, $4, $5, $6)",
        id.0,
        workspace.0,
        name,
        sizes.encoder,
        sizes.decoder,
        by
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Whether a ready model has this name.
///
/// # Errors
/// Those of the database.
pub async fn is_named(tx: &mut TenantTx, name: &str) -> Result<bool, StoreError> {
    let found = sqlx::query_scalar!(r#"SELECT EXISTS (SELECT FROM models WHERE name = $1 AND status = 'ready') AS "found!""#, name);
    Ok(found.fetch_one(&mut **tx).await?)
}

/// A model that is uploaded or being uploaded.
///
/// # Errors
/// Those of the database.
pub async fn get(tx: &mut TenantTx, id: ModelId) -> Result<Option<Model>, StoreError> {
    let row = sqlx::query_as!(
        ModelRow,
        r#"SELECT m.id, m.name, m.status, m.encoder_size, m.decoder_size, m.encoder_sha256, m.decoder_sha256, m.created_at,
                  u.id AS "user_id?", u.display_name AS "user_name?", u.email AS "user_email?", u.color AS "user_color?"
           FROM models m LEFT JOIN users u ON u.id = m.created_by WHERE m.id = $1 AND m.status <> 'deleted'"#,
        id.0
    )
    .fetch_optional(&mut **tx)
    .await?;
    row.map(ModelRow::into_model).transpose()
}

/// Those that can be used, by name.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &mut TenantTx) -> Result<Vec<Model>, StoreError> {
    let rows = sqlx::query_as!(
        ModelRow,
        r#"SELECT m.id, m.name, m.status, m.encoder_size, m.decoder_size, m.encoder_sha256, m.decoder_sha256, m.created_at,
                  u.id AS "user_id?", u.display_name AS "user_name?", u.email AS "user_email?", u.color AS "user_color?"
           FROM models m LEFT JOIN users u ON u.id = m.created_by WHERE m.status = 'ready' ORDER BY m.name"#
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter().map(ModelRow::into_model).collect()
}

/// Both files are there and look like what they should be. A model that is ready already stays as it is.
///
/// # Errors
/// [`StoreError::Duplicate`] if another got the name meanwhile.
pub async fn complete(tx: &mut TenantTx, id: ModelId, sha256: &Files<String>) -> Result<Option<Model>, StoreError> {
    sqlx::query!(
        "UPDATE models SET status = 'ready', encoder_sha256 = $2, decoder_sha256 = $3 WHERE id = $1 AND status = 'pending'",
        id.0,
        sha256.encoder,
        sha256.decoder
    )
    .execute(&mut **tx)
    .await?;
    get(tx, id).await
}

/// Nobody sees it from now on; its bytes may go.
///
/// # Errors
/// Those of the database.
pub async fn delete(tx: &mut TenantTx, id: ModelId) -> Result<(), StoreError> {
    sqlx::query!("UPDATE models SET status = 'deleted' WHERE id = $1", id.0).execute(&mut **tx).await?;
    Ok(())
}

/// What is only in the way: deleted models whose bytes may still be there, and uploads given up so long ago.
///
/// # Errors
/// Those of the database.
pub async fn leftovers(tx: &mut TenantTx, given_up: Duration) -> Result<Vec<ModelId>, StoreError> {
    let ids = sqlx::query_scalar!(
        "SELECT id FROM models
         WHERE status = 'deleted' OR (status = 'pending' AND created_at < now() - make_interval(secs => $1)) ORDER BY id LIMIT 100",
        given_up.as_secs_f64()
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(ids.into_iter().map(ModelId::from).collect())
}

/// The bytes are gone: so is the row.
///
/// # Errors
/// Those of the database.
pub async fn forget(tx: &mut TenantTx, id: ModelId) -> Result<(), StoreError> {
    sqlx::query!("DELETE FROM models WHERE id = $1 AND status <> 'ready'", id.0).execute(&mut **tx).await?;
    Ok(())
}

struct ModelRow {
    id: uuid::Uuid,
    name: String,
    status: String,
    encoder_size: i64,
    decoder_size: i64,
    encoder_sha256: Option<String>,
    decoder_sha256: Option<String>,
    created_at: DateTime<Utc>,
    user_id: Option<uuid::Uuid>,
    user_name: Option<String>,
    user_email: Option<String>,
    user_color: Option<String>,
}

impl ModelRow {
    fn into_model(self) -> Result<Model, StoreError> {
        let by = self.user_id.zip(self.user_name).zip(self.user_email.zip(self.user_color));
        Ok(Model {
            id: self.id.into(),
            name: self.name,
            status: word::<ModelStatus>("model status", &self.status)?,
            encoder: ModelFile { size: self.encoder_size, sha256: self.encoder_sha256, url: None },
            decoder: ModelFile { size: self.decoder_size, sha256: self.decoder_sha256, url: None },
            created_by: by.map(|((id, name), (email, color))| UserSummary { id: id.into(), name, email, color }),
            created_at: self.created_at,
        })
    }
}
