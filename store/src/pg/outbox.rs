//! Events that must be told if, and only if, the transaction they are written in commits.

use tandem_protocol::ProjectId;

use crate::{StoreError, TenantTx};

/// Adds an event. `topic` is `<entity>.<what happened>`, e.g. `annotation.submitted`.
///
/// # Errors
/// Those of the database.
pub async fn push(tx: &mut TenantTx, project: Option<ProjectId>, topic: &str, payload: serde_json::Value) -> Result<(), StoreError> {
    let workspace = tx.workspace().0;
    sqlx::query!(
        "INSERT INTO outbox (workspace_id, project_id, topic, payload) VALUES ($1, $2, $3, $4)",
        workspace,
        project.map(|p| p.0),
        topic,
        payload,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
