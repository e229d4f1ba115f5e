//! The few things done for all workspaces at once. The role behind them can do these and nothing else.

use tandem_protocol::WorkspaceId;

use crate::{Store, StoreError, migrate::MONTHS_AHEAD};

/// Makes the months ahead of the tables kept by month; says how many partitions were missing.
///
/// # Errors
/// [`StoreError::Unavailable`] if the database is away.
pub async fn ensure_partitions(store: &Store) -> Result<i32, StoreError> {
    let made = sqlx::query_scalar!(r#"SELECT tandem.ensure_partitions($1) AS "made!""#, MONTHS_AHEAD).fetch_one(store.system()).await?;
    Ok(made)
}

/// Every workspace with its name, for commands that are told a name.
///
/// # Errors
/// [`StoreError::Unavailable`] if the database is away.
pub async fn workspaces(store: &Store) -> Result<Vec<(WorkspaceId, String)>, StoreError> {
    let rows = sqlx::query!("SELECT id, name FROM workspaces ORDER BY id").fetch_all(store.system()).await?;
    Ok(rows.into_iter().map(|row| (row.id.into(), row.name)).collect())
}
