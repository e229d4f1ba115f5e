//! Answers remembered for a day, so that a creation repeated after a lost reply creates nothing twice.

use tandem_protocol::UserId;

use crate::{StoreError, TenantTx};

/// What is known of a key.
#[derive(Clone, Debug, PartialEq)]
pub enum Seen {
    /// Never used: go on, then [`remember`] the answer in the same transaction.
    New,
    /// Used for the same request: give this answer again.
    Answered { status: u16, response: serde_json::Value },
    /// Used for another request.
    Mismatch,
}

/// Claims the key for this transaction. A second request with it waits here until the first has committed or failed.
pub async fn begin(tx: &mut TenantTx, user: UserId, key: &str, request_hash: &[u8]) -> Result<Seen, StoreError> {
    let workspace = tx.workspace().0;
    let fresh = sqlx::query!(
        "INSERT INTO idempotency_keys (workspace_id, user_id, key, request_hash) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        workspace,
        user.0,
        key,
        request_hash
    )
    .execute(&mut **tx)
    .await?;
    if fresh.rows_affected() == 1 {
        return Ok(Seen::New);
    }
    let row = sqlx::query!("SELECT request_hash, status, response FROM idempotency_keys WHERE user_id = $1 AND key = $2", user.0, key)
        .fetch_one(&mut **tx)
        .await?;
    match (row.status, row.response) {
        _ if row.request_hash != request_hash => Ok(Seen::Mismatch),
        (Some(status), Some(response)) => Ok(Seen::Answered { status: u16::try_from(status).unwrap_or(200), response }),
        // Claimed in this very transaction, or by one that committed without an answer.
        _ => Ok(Seen::New),
    }
}

/// Stores the answer to the request that claimed the key.
pub async fn remember(tx: &mut TenantTx, user: UserId, key: &str, status: u16, response: &serde_json::Value) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE idempotency_keys SET status = $3, response = $4 WHERE user_id = $1 AND key = $2",
        user.0,
        key,
        i16::try_from(status).unwrap_or(200),
        response
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
