//! How people have set the product up for themselves.

use serde_json::{Map, Value};
use tandem_protocol::{UserId, rest::Preferences};

use super::row::from_json;
use crate::{StoreError, TenantTx};

/// # Errors
/// Those of the database.
pub async fn get(tx: &mut TenantTx, user: UserId) -> Result<Preferences, StoreError> {
    let workspace = tx.workspace().0;
    let found = sqlx::query_scalar!("SELECT values FROM preferences WHERE workspace_id = $1 AND user_id = $2", workspace, user.0)
        .fetch_optional(&mut **tx)
        .await?;
    Ok(Preferences { values: found.map(|values| from_json("preferences", values)).transpose()?.unwrap_or_default() })
}

/// Puts in what is named, and takes away what is null; all there is then.
///
/// # Errors
/// Those of the database.
pub async fn change(tx: &mut TenantTx, user: UserId, values: &Map<String, Value>) -> Result<Preferences, StoreError> {
    let (kept, gone): (Map<String, Value>, Map<String, Value>) = values.clone().into_iter().partition(|(_, value)| !value.is_null());
    let gone: Vec<String> = gone.into_iter().map(|(name, _)| name).collect();
    let workspace = tx.workspace().0;
    let now = sqlx::query_scalar!(
        "INSERT INTO preferences AS p (workspace_id, user_id, values) VALUES ($1, $2, $3)
         ON CONFLICT (workspace_id, user_id) DO UPDATE SET values = (p.values || $3) - $4::text[], updated_at = now()
         RETURNING values",
        workspace,
        user.0,
        Value::Object(kept),
        &gone
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(Preferences { values: from_json("preferences", now)? })
}
