//! Bringing a database to this program's version.

use sqlx::{Connection, PgConnection, PgExecutor, migrate::Migrator};

use crate::{StoreConfig, StoreError, key::Hmac, roles};

/// A newer program may have applied migrations this one does not have: whether that is a hindrance is [`refuse_incompatible`]'s to say.
pub(crate) static MIGRATOR: Migrator = Migrator { ignore_missing: true, ..sqlx::migrate!("../migrations") };

/// Held for the whole of `migrate`, so that of two programs started at once the second finds everything done.
const LOCK: i64 = 0x7461_6e64_656d_0001;
/// Months that tables kept by month are made ahead.
pub(crate) const MONTHS_AHEAD: i32 = 6;

/// What `migrate` did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MigrationReport {
    /// Applied now, oldest first: version and what it does.
    pub applied: Vec<(i64, String)>,
    /// The schema's version now.
    pub version: i64,
    /// The newest this program knows. The schema may be newer, if it still carries this program.
    pub known: i64,
}

/// Makes roles, schema, tenant key and partitions, as the owner. Does nothing where nothing is missing.
///
/// # Errors
/// [`StoreError::DatabaseNewer`] if a newer program migrated it to where this one can no longer work; [`StoreError::WrongTenantKey`] if it knows another key.
pub async fn migrate(config: &StoreConfig) -> Result<MigrationReport, StoreError> {
    let key = config.key()?;
    let options = config.owner()?;
    let mut owner = PgConnection::connect_with(&options).await?;
    check_postgres(&mut owner).await?;
    sqlx::query("SELECT pg_advisory_lock($1)").bind(LOCK).execute(&mut owner).await?;

    let before = applied(&mut owner).await?;
    let found = before.iter().copied().max().unwrap_or(0);
    refuse_incompatible(&mut owner, found).await?;
    roles::ensure(&mut owner, &key).await?;
    MIGRATOR.run_direct(None, &mut owner, false).await.map_err(|e| StoreError::Migration(Box::new(e)))?;
    install_key(&mut owner, &key.proof(), config.replace_tenant_key).await?;
    sqlx::query("SELECT tandem.ensure_partitions($1)").bind(MONTHS_AHEAD).execute(&mut owner).await?;
    roles::ensure_login(&mut owner, &options, &key).await?;

    // Closing the session gives the lock back.
    owner.close().await?;
    let applied =
        MIGRATOR.iter().filter(|m| !before.contains(&m.version)).map(|m| (m.version, m.description.clone().into_owned())).collect();
    Ok(MigrationReport { applied, version: found.max(known()), known: known() })
}

/// The newest version this program knows.
pub(crate) fn known() -> i64 {
    MIGRATOR.iter().map(|m| m.version).max().unwrap_or(0)
}

/// A schema newer than this program carries it, unless one of its migrations said that it needs a newer one: in a rolling upgrade the
/// program of before serves on, and starts anew if it must.
pub(crate) async fn refuse_incompatible<'c>(connection: impl PgExecutor<'c>, found: i64) -> Result<(), StoreError> {
    let known = known();
    if found <= known {
        return Ok(());
    }
    let needs: i64 = sqlx::query_scalar("SELECT needs FROM tandem.compatibility").fetch_one(connection).await?;
    if needs > known { Err(StoreError::DatabaseNewer { found, known, needs }) } else { Ok(()) }
}

async fn check_postgres(owner: &mut PgConnection) -> Result<(), StoreError> {
    let (number, found): (i32, String) =
        sqlx::query_as("SELECT current_setting('server_version_num')::int, current_setting('server_version')").fetch_one(owner).await?;
    if number < 150_000 { Err(StoreError::PostgresTooOld { found }) } else { Ok(()) }
}

async fn applied(owner: &mut PgConnection) -> Result<Vec<i64>, StoreError> {
    let there: bool = sqlx::query_scalar("SELECT to_regclass('_sqlx_migrations') IS NOT NULL").fetch_one(&mut *owner).await?;
    if !there {
        return Ok(Vec::new());
    }
    Ok(sqlx::query_scalar("SELECT version FROM _sqlx_migrations").fetch_all(owner).await?)
}

/// Puts the proof key where the policies find it. Replacing it shuts out every process that still has the old one, so that is
/// done only when asked for.
async fn install_key(owner: &mut PgConnection, proof: &Hmac, replace: bool) -> Result<(), StoreError> {
    let same: Option<bool> =
        sqlx::query_scalar("SELECT inner_pad = $1 FROM tandem.tenant_key").bind(&proof.inner_pad[..]).fetch_optional(&mut *owner).await?;
    if same == Some(true) {
        return Ok(());
    }
    if same == Some(false) && !replace {
        return Err(StoreError::WrongTenantKey);
    }
    sqlx::query(
        "INSERT INTO tandem.tenant_key (inner_pad, outer_pad) VALUES ($1, $2)
         ON CONFLICT (only_row) DO UPDATE SET inner_pad = $1, outer_pad = $2, installed_at = now()",
    )
    .bind(&proof.inner_pad[..])
    .bind(&proof.outer_pad[..])
    .execute(owner)
    .await?;
    Ok(())
}
