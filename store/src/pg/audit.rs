//! Who did what, when. Written in the transaction of what it tells of; nobody may change or delete a row.

use tandem_protocol::ProjectId;
use uuid::Uuid;

use crate::{StoreError, TenantTx};

/// One thing that was done.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    pub project: Option<ProjectId>,
    /// A name of `docs/permissions.md` where there is one, e.g. `project.update`.
    pub action: &'a str,
    pub entity_type: &'a str,
    pub entity_id: Option<Uuid>,
    /// The facts, e.g. before and after.
    pub changes: serde_json::Value,
}

/// # Errors
/// Those of the database.
pub async fn record(tx: &mut TenantTx, entry: &Entry<'_>) -> Result<(), StoreError> {
    write(tx, entry, None).await
}

/// [`record`] it and tell it to the world as an event of `topic` with the same facts: what happens to a lease or an annotation is
/// always both.
///
/// # Errors
/// Those of the database.
pub async fn record_and_tell(tx: &mut TenantTx, topic: &str, entry: &Entry<'_>) -> Result<(), StoreError> {
    write(tx, entry, Some(topic)).await
}

/// One statement for both: each costs its way to the database and a check of the tenant's proof.
async fn write(tx: &mut TenantTx, entry: &Entry<'_>, topic: Option<&str>) -> Result<(), StoreError> {
    let (workspace, actor) = (tx.workspace().0, tx.user().map(|u| u.0));
    let request = tx.request().map(str::to_owned);
    sqlx::query!(
        r#"
        WITH told AS (
            INSERT INTO outbox (workspace_id, project_id, topic, payload)
            SELECT $2, $3, $9, $8 WHERE $9::text IS NOT NULL
        )
        INSERT INTO audit_log (id, workspace_id, project_id, actor_id, actor_type, action, entity_type, entity_id, changes, request_id)
        VALUES ($1, $2, $3, $4, CASE WHEN $4::uuid IS NULL THEN 'system' ELSE 'user' END, $5, $6, $7, $8, $10)
        "#,
        Uuid::now_v7(),
        workspace,
        entry.project.map(|p| p.0),
        actor,
        entry.action,
        entry.entity_type,
        entry.entity_id,
        entry.changes,
        topic,
        request,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
