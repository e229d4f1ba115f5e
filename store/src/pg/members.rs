//! Who belongs to the workspace.

use tandem_protocol::{UserId, WorkspaceRole, rest::UserSummary};

use super::row::word;
use crate::{StoreError, TenantTx};

/// Makes a person a member, or gives a member another role.
pub async fn put(tx: &mut TenantTx, user: UserId, role: WorkspaceRole) -> Result<(), StoreError> {
    let workspace = tx.workspace().0;
    sqlx::query!(
        "INSERT INTO members (workspace_id, user_id, role) VALUES ($1, $2, $3)
         ON CONFLICT (workspace_id, user_id) DO UPDATE SET role = $3, updated_at = now() WHERE members.role <> $3",
        workspace,
        user.0,
        role.as_str()
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Takes a person out of the workspace and all its projects. Says whether they were in it.
pub async fn remove(tx: &mut TenantTx, user: UserId) -> Result<bool, StoreError> {
    let done = sqlx::query!("DELETE FROM members WHERE user_id = $1", user.0).execute(&mut **tx).await?;
    Ok(done.rows_affected() > 0)
}

pub async fn get(tx: &mut TenantTx, user: UserId) -> Result<Option<WorkspaceRole>, StoreError> {
    let role = sqlx::query_scalar!("SELECT role FROM members WHERE user_id = $1", user.0).fetch_optional(&mut **tx).await?;
    role.map(|role| word("workspace role", &role)).transpose()
}

/// Everybody, by name.
pub async fn list(tx: &mut TenantTx) -> Result<Vec<(UserSummary, WorkspaceRole)>, StoreError> {
    let rows = sqlx::query!(
        "SELECT u.id, u.display_name, u.email, u.color, m.role
         FROM members m JOIN users u ON u.id = m.user_id ORDER BY u.display_name, u.id"
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter()
        .map(|r| {
            let user = UserSummary { id: r.id.into(), name: r.display_name, email: r.email, color: r.color };
            Ok((user, word("workspace role", &r.role)?))
        })
        .collect()
}
