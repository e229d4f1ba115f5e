//! People, as far as this workspace may see them: its members.

use tandem_protocol::{UserId, rest::UserSummary};

use crate::{StoreError, TenantTx};

/// A person to be known here.
#[derive(Clone, Debug)]
pub struct NewUser {
    pub id: UserId,
    pub email: String,
    pub name: String,
    /// `#rrggbb`, lower case.
    pub color: String,
}

/// The person with this id or e-mail address, made if there is none. They are seen here once they are a member
/// ([`super::members::put`]).
pub async fn ensure(tx: &mut TenantTx, user: &NewUser) -> Result<UserId, StoreError> {
    let id = sqlx::query_scalar!(
        r#"SELECT tandem.ensure_user($1, $2, $3, $4) AS "id!""#,
        user.id.0,
        user.email,
        user.name,
        user.color.to_lowercase()
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(id.into())
}

pub async fn get(tx: &mut TenantTx, user: UserId) -> Result<Option<UserSummary>, StoreError> {
    let row = sqlx::query!("SELECT id, display_name, email, color FROM users WHERE id = $1", user.0).fetch_optional(&mut **tx).await?;
    Ok(row.map(|r| UserSummary { id: r.id.into(), name: r.display_name, email: r.email, color: r.color }))
}

/// Notes that the transaction's user signed in.
pub async fn signed_in(tx: &mut TenantTx) -> Result<(), StoreError> {
    let user = tx.user().map(|u| u.0);
    sqlx::query!("UPDATE users SET last_login_at = now() WHERE id = $1", user).execute(&mut **tx).await?;
    Ok(())
}
