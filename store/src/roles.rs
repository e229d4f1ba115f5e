//! The three login roles. They belong to the cluster, so several databases of one cluster share them (and with them the key).

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, postgres::PgConnectOptions};

use crate::{StoreError, key::TenantKey};

/// Runs everything a tenant asks for, under row-level security.
pub(crate) const SERVER: &str = "tandem_server";
/// Appends document updates of any tenant, and can do nothing else.
pub(crate) const JOURNAL: &str = "tandem_journal";
/// Sees which leases are due, relays the outbox, makes partitions.
pub(crate) const SYSTEM: &str = "tandem_system";

const ALL: [&str; 3] = [SERVER, JOURNAL, SYSTEM];

/// Makes the roles that are missing and refuses those that could see past row-level security.
pub(crate) async fn ensure(owner: &mut PgConnection, key: &TenantKey) -> Result<(), StoreError> {
    for role in ALL {
        create_if_missing(owner, role, key).await?;
        refuse_powers(owner, role).await?;
    }
    Ok(())
}

/// Signs in as each role; gives it its password again if that is refused. Signing in first means that a second database of the
/// cluster, or a second node starting, changes nothing.
pub(crate) async fn ensure_login(owner: &mut PgConnection, options: &PgConnectOptions, key: &TenantKey) -> Result<(), StoreError> {
    for role in ALL {
        if sign_in(options, role, key).await.is_ok() {
            continue;
        }
        run(owner, format!("ALTER ROLE {role} LOGIN PASSWORD '{}'", key.role_verifier(role))).await?;
        sign_in(options, role, key).await.map_err(|e| StoreError::RoleLogin { role, source: Box::new(e) })?;
    }
    Ok(())
}

/// The owner's options turned into those of a role.
pub(crate) fn options(owner: &PgConnectOptions, role: &str, key: &TenantKey) -> PgConnectOptions {
    owner.clone().username(role).password(&key.role_password(role))
}

async fn sign_in(owner: &PgConnectOptions, role: &str, key: &TenantKey) -> Result<(), sqlx::Error> {
    PgConnection::connect_with(&options(owner, role, key)).await?.close().await
}

async fn create_if_missing(owner: &mut PgConnection, role: &'static str, key: &TenantKey) -> Result<(), StoreError> {
    let there: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)").bind(role).fetch_one(&mut *owner).await?;
    if there {
        return Ok(());
    }
    match run(owner, format!("CREATE ROLE {role} LOGIN NOINHERIT PASSWORD '{}'", key.role_verifier(role))).await {
        // Another database of the cluster is being migrated at this moment and was faster.
        Err(StoreError::Database(e)) if matches!(code(&e).as_deref(), Some("42710" | "23505")) => Ok(()),
        other => other,
    }
}

async fn refuse_powers(owner: &mut PgConnection, role: &'static str) -> Result<(), StoreError> {
    let (sees_all, member): (bool, bool) = sqlx::query_as(
        "SELECT r.rolsuper OR r.rolbypassrls OR r.rolcreaterole OR r.rolreplication,
                EXISTS (SELECT FROM pg_auth_members m WHERE m.member = r.oid)
         FROM pg_roles r WHERE r.rolname = $1",
    )
    .bind(role)
    .fetch_one(owner)
    .await?;
    if sees_all {
        return Err(StoreError::UnsafeRole {
            role,
            problem: "could see past row-level security: take SUPERUSER, BYPASSRLS, CREATEROLE and REPLICATION from it",
        });
    }
    if member {
        return Err(StoreError::UnsafeRole { role, problem: "is a member of another role: revoke that membership" });
    }
    Ok(())
}

/// Role statements take no parameters; `sql` is made of constants and hex or base64 only. Two of them on one role at the same
/// moment (other databases of the cluster) make one fail with "tuple concurrently updated"; it is repeated.
async fn run(owner: &mut PgConnection, sql: String) -> Result<(), StoreError> {
    let mut left = 5;
    loop {
        match owner.execute(AssertSqlSafe(sql.clone())).await {
            Err(e) if left > 0 && code(&e).as_deref() == Some("XX000") => left -= 1,
            other => return other.map(|_| ()).map_err(Into::into),
        }
    }
}

fn code(error: &sqlx::Error) -> Option<String> {
    error.as_database_error().and_then(|db| db.code()).map(|c| c.into_owned())
}
