//! One line of the audit log a change.

use serde_json::Value;
use tandem_domain::permission::Action;
use tandem_protocol::ProjectId;
use tandem_store::{
    TenantTx,
    pg::audit::{self, Entry},
};
use uuid::Uuid;

use super::problem::Refusal;

/// Writes down that the caller did `action` to an entity of a project.
pub async fn record(
    tx: &mut TenantTx,
    project: ProjectId,
    action: Action,
    (entity_type, entity_id): (&'static str, impl Into<Uuid>),
    changes: Value,
) -> Result<(), Refusal> {
    let entry = Entry { project: Some(project), action: action.name(), entity_type, entity_id: Some(entity_id.into()), changes };
    Ok(audit::record(tx, &entry).await?)
}

/// The same for something that concerns the workspace.
pub async fn record_in_workspace(
    tx: &mut TenantTx,
    action: Action,
    (entity_type, entity_id): (&'static str, impl Into<Uuid>),
    changes: Value,
) -> Result<(), Refusal> {
    let entry = Entry { project: None, action: action.name(), entity_type, entity_id: Some(entity_id.into()), changes };
    Ok(audit::record(tx, &entry).await?)
}
