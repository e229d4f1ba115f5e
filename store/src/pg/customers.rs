//! Whom a project is done for.

use tandem_protocol::CustomerId;

use crate::{StoreError, TenantTx};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customer {
    pub id: CustomerId,
    pub name: String,
    pub contact_email: Option<String>,
}

pub async fn create(tx: &mut TenantTx, name: &str, contact_email: Option<&str>) -> Result<CustomerId, StoreError> {
    let (id, workspace) = (CustomerId::new(), tx.workspace().0);
    sqlx::query!(
        "INSERT INTO customers (id, workspace_id, name, contact_email) VALUES ($1, $2, $3, $4)",
        id.0,
        workspace,
        name,
        contact_email
    )
    .execute(&mut **tx)
    .await?;
    Ok(id)
}

/// All of them, by name.
pub async fn list(tx: &mut TenantTx) -> Result<Vec<Customer>, StoreError> {
    let rows = sqlx::query!("SELECT id, name, contact_email FROM customers ORDER BY name").fetch_all(&mut **tx).await?;
    Ok(rows.into_iter().map(|r| Customer { id: r.id.into(), name: r.name, contact_email: r.contact_email }).collect())
}
