//! The tenant itself.

use tandem_protocol::WorkspaceId;

use crate::{StoreError, TenantTx};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workspace {
    pub id: WorkspaceId,
    pub name: String,
}

/// Makes the transaction's workspace, or renames it if it is there.
pub async fn put(tx: &mut TenantTx, name: &str) -> Result<(), StoreError> {
    let id = tx.workspace().0;
    sqlx::query!(
        "INSERT INTO workspaces (id, name) VALUES ($1, $2)
         ON CONFLICT (id) DO UPDATE SET name = $2, updated_at = now() WHERE workspaces.name <> $2",
        id,
        name
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The transaction's workspace, if it was made.
pub async fn get(tx: &mut TenantTx) -> Result<Option<Workspace>, StoreError> {
    let row = sqlx::query!("SELECT id, name FROM workspaces").fetch_optional(&mut **tx).await?;
    Ok(row.map(|row| Workspace { id: row.id.into(), name: row.name }))
}
