//! Tokens made void before their end.
//!
//! A session is renewed in a transaction that holds the member's row FOR SHARE, a revocation holds it FOR UPDATE, and both take the time
//! only then. So a new token is either made before the revocation (and void) or by somebody whose old token was checked after it.

use chrono::{DateTime, Utc};
use tandem_protocol::{UserId, WorkspaceRole};

use super::row::word;
use crate::{StoreError, TenantTx};

/// A member's role, kept as it is until the transaction ends: to renew a session by.
pub async fn hold_member(tx: &mut TenantTx, user: UserId) -> Result<Option<WorkspaceRole>, StoreError> {
    let role = sqlx::query_scalar!("SELECT role FROM members WHERE user_id = $1 FOR SHARE", user.0).fetch_optional(&mut **tx).await?;
    role.map(|role| word("workspace role", &role)).transpose()
}

/// Waits until nobody is renewing a session of this member; says whether there is such a member.
pub async fn stop_renewals(tx: &mut TenantTx, user: UserId) -> Result<bool, StoreError> {
    let found = sqlx::query_scalar!("SELECT 1 AS \"one!\" FROM members WHERE user_id = $1 FOR UPDATE", user.0);
    Ok(found.fetch_optional(&mut **tx).await?.is_some())
}

/// Makes a person's tokens of before `valid_after` void.
pub async fn put(tx: &mut TenantTx, user: UserId, valid_after: DateTime<Utc>) -> Result<(), StoreError> {
    let workspace = tx.workspace().0;
    sqlx::query!(
        "INSERT INTO session_revocations (workspace_id, user_id, valid_after) VALUES ($1, $2, $3)
         ON CONFLICT (workspace_id, user_id) DO UPDATE
             SET valid_after = greatest(session_revocations.valid_after, $3), revoked_at = now()",
        workspace,
        user.0,
        valid_after
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// From when on a person's tokens are good; none: all are.
pub async fn get(tx: &mut TenantTx, user: UserId) -> Result<Option<DateTime<Utc>>, StoreError> {
    let row = sqlx::query_scalar!("SELECT valid_after FROM session_revocations WHERE user_id = $1", user.0);
    Ok(row.fetch_optional(&mut **tx).await?)
}
