//! A database of its own for every test, with two workspaces in it; and an object store ([`objects`]), and Redis ([`redis`]).
//!
//! The first test of a machine migrates and seeds a template database, named after the migrations' content; each test then gets a
//! copy, which takes the server about a tenth of a second. Copies are dropped with their [`Database`]; those of killed test runs are swept
//! away by later ones.

pub mod redis;
mod s3;

pub use s3::objects;

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use chrono::Utc;
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use tandem_protocol::{AssetId, BatchId, ProjectId, TaskId, UserId, WorkspaceId, rest::Assignment};
use uuid::Uuid;

use crate::{
    PoolSizes, Store, StoreConfig, Tenant, TenantTx,
    key::hex,
    migrate,
    pg::leases::{self, Offer, Turn},
};

/// Names the superuser's database on the cluster for tests.
pub const URL_VARIABLE: &str = "TANDEM_TEST_DATABASE_URL";
const TENANT_KEY: &str = "a tenant key for tests and nothing else";
/// Change it with the seed below, so that templates made before are not used.
const SEED_VERSION: &str = "1";
const SEED: &str = include_str!("testing/seed.sql");
const LOCK: i64 = 0x7461_6e64_656d_0002;
const FORGOTTEN_AFTER: Duration = Duration::from_secs(3600);
static NEXT: AtomicU32 = AtomicU32::new(0);

/// A migrated database with workspaces [`Database::a`] and [`Database::b`]. Keep it alive as long as the test.
#[derive(Debug)]
pub struct Database {
    pub store: Store,
    pub config: StoreConfig,
    pub a: Seeded,
    pub b: Seeded,
    name: String,
    server: String,
}

/// One seeded workspace: an admin, a reviewer, two labelers, one project with labels `cat` and `dog` (kinds open), one batch of
/// three pending tasks on images of 640 x 480.
#[derive(Clone, Copy, Debug)]
pub struct Seeded {
    pub workspace: WorkspaceId,
    pub admin: UserId,
    pub reviewer: UserId,
    pub labeler: UserId,
    pub other_labeler: UserId,
    pub project: ProjectId,
    pub batch: BatchId,
    pub assets: [AssetId; 3],
    pub tasks: [TaskId; 3],
}

/// The next task of a project that has no workflow, leased for so long, whatever the rules say of the person.
///
/// # Panics
/// If the database refuses.
pub async fn claim(tx: &mut TenantTx, project: ProjectId, user: UserId, seconds: u32) -> Option<Assignment> {
    let turn = leases::take_turn(tx, project, user).await.expect("a turn").expect("the project");
    let turn = Turn { lease_seconds: seconds, ..turn };
    leases::claim_next(tx, &turn, &[Offer::plain()], true).await.expect("a claim")
}

impl Seeded {
    /// The workspace as its first labeler.
    #[must_use]
    pub fn tenant(&self) -> Tenant {
        self.as_user(self.labeler)
    }

    #[must_use]
    pub fn as_user(&self, user: UserId) -> Tenant {
        Tenant { workspace: self.workspace, user: Some(user) }
    }

    /// Workspace `n` of the seed; its ids are the same in every copy.
    fn nth(n: u128) -> Self {
        let id = |k: u128| Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 | (n << 32) | k);
        Self {
            workspace: id(0).into(),
            admin: id(1).into(),
            reviewer: id(2).into(),
            labeler: id(3).into(),
            other_labeler: id(4).into(),
            project: id(0x10).into(),
            batch: id(0x20).into(),
            assets: [0x30, 0x31, 0x32].map(|k| id(k).into()),
            tasks: [0x40, 0x41, 0x42].map(|k| id(k).into()),
        }
    }
}

impl Database {
    /// A fresh copy of the seeded template.
    ///
    /// # Panics
    /// Without `TANDEM_TEST_DATABASE_URL`: tests that need Postgres fail rather than pass unseen.
    pub async fn fresh() -> Self {
        Self::with_pools(PoolSizes { server: 8, journal: 2, system: 2 }).await
    }

    /// As [`Database::fresh`], with pools of these sizes.
    ///
    /// # Panics
    /// As [`Database::fresh`].
    pub async fn with_pools(pools: PoolSizes) -> Self {
        let server = server_url();
        let template = template(&server).await;
        let name = fresh_name();
        run(&server, &format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
        let mut config = StoreConfig::new(at(&server, &name), TENANT_KEY);
        config.pools = pools;
        let store = Store::connect(&config).await.expect("a store on a fresh test database");
        Self { store, config, a: Seeded::nth(0xa), b: Seeded::nth(0xb), name, server }
    }

    /// An empty database, for tests of migrating.
    ///
    /// # Panics
    /// As [`Database::fresh`].
    pub async fn empty() -> Empty {
        let server = server_url();
        let name = fresh_name();
        run(&server, &format!("CREATE DATABASE {name}")).await;
        Empty { config: StoreConfig::new(at(&server, &name), TENANT_KEY), name, server }
    }

    /// A connection of the superuser, which sees past row-level security: for looking at what really is in the tables.
    ///
    /// # Panics
    /// If the database does not answer.
    pub async fn owner(&self) -> PgConnection {
        connect(&at(&self.server, &self.name)).await
    }

    /// This database's URL for another user of the cluster.
    #[must_use]
    pub fn url(&self) -> String {
        at(&self.server, &self.name)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        drop_database(&self.server, &self.name);
    }
}

/// A database without tables. Keep it alive as long as the test.
#[derive(Debug)]
pub struct Empty {
    pub config: StoreConfig,
    name: String,
    server: String,
}

impl Empty {
    /// # Panics
    /// If the database does not answer.
    pub async fn owner(&self) -> PgConnection {
        connect(&at(&self.server, &self.name)).await
    }

    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Empty {
    fn drop(&mut self) {
        drop_database(&self.server, &self.name);
    }
}

#[expect(clippy::disallowed_methods, reason = "tests are told by the environment where their server is")]
fn server_url() -> String {
    std::env::var(URL_VARIABLE).unwrap_or_else(|_| panic!("{URL_VARIABLE} is not set: run this test through `make test`"))
}

/// The cluster's URL with another database name.
fn at(server: &str, name: &str) -> String {
    let (base, query) = server.split_once('?').map_or((server, None), |(base, query)| (base, Some(query)));
    let authority = base.find("://").map_or(0, |scheme| scheme + 3);
    let end = base[authority..].find('/').map_or(base.len(), |slash| authority + slash);
    let query = query.map(|q| format!("?{q}")).unwrap_or_default();
    format!("{}/{name}{query}", &base[..end])
}

fn fresh_name() -> String {
    let n = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("tandem_test_{}_{}_{n}", Utc::now().timestamp(), std::process::id())
}

/// The template's name, made first if it is missing. It appears under its name only when complete.
async fn template(server: &str) -> String {
    let mut hash = Sha256::new().chain_update(SEED_VERSION).chain_update(SEED).chain_update(TENANT_KEY);
    migrate::MIGRATOR.iter().for_each(|m| hash.update(&m.checksum));
    let name = format!("tandem_template_{}", &hex(&hash.finalize())[..12]);

    let mut admin = connect(server).await;
    sqlx::query("SELECT pg_advisory_lock($1)").bind(LOCK).execute(&mut admin).await.expect("the template's lock");
    let there: bool = sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)")
        .bind(&name)
        .fetch_one(&mut admin)
        .await
        .expect("the list of databases");
    if !there {
        sweep(&mut admin).await;
        build(&mut admin, server, &name).await;
    }
    admin.close().await.expect("closing");
    name
}

async fn build(admin: &mut PgConnection, server: &str, name: &str) {
    let draft = format!("{name}_draft");
    for sql in [format!("DROP DATABASE IF EXISTS {draft}"), format!("CREATE DATABASE {draft}")] {
        admin.execute(AssertSqlSafe(sql)).await.expect("a draft of the template");
    }
    let config = StoreConfig::new(at(server, &draft), TENANT_KEY);
    migrate::migrate(&config).await.expect("migrations");
    let mut owner = connect(&at(server, &draft)).await;
    owner.execute(SEED).await.expect("seed");
    owner.close().await.expect("closing");
    admin.execute(AssertSqlSafe(format!("ALTER DATABASE {draft} RENAME TO {name}"))).await.expect("the template's name");
}

/// Drops what killed test runs left behind.
async fn sweep(admin: &mut PgConnection) {
    let names: Vec<String> = sqlx::query_scalar("SELECT datname FROM pg_database WHERE datname ~ '^tandem_test_[0-9]+_'")
        .fetch_all(&mut *admin)
        .await
        .unwrap_or_default();
    let oldest = Utc::now().timestamp() - i64::try_from(FORGOTTEN_AFTER.as_secs()).unwrap_or(0);
    for name in names {
        let born = name.split('_').nth(2).and_then(|s| s.parse::<i64>().ok());
        if born.is_some_and(|born| born < oldest) {
            // Somebody else may be sweeping too.
            admin.execute(AssertSqlSafe(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))).await.ok();
        }
    }
}

async fn connect(url: &str) -> PgConnection {
    PgConnection::connect(url).await.unwrap_or_else(|e| panic!("{URL_VARIABLE} does not answer: {e}"))
}

async fn run(server: &str, sql: &str) {
    let mut admin = connect(server).await;
    admin.execute(AssertSqlSafe(sql.to_owned())).await.unwrap_or_else(|e| panic!("{sql}: {e}"));
    admin.close().await.expect("closing");
}

/// Drops a database from wherever a test ends: `Drop` cannot wait on the test's own runtime, so a thread with its own does it.
fn drop_database(server: &str, name: &str) {
    let (server, sql) = (server.to_owned(), format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
    let dropped = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let mut admin = PgConnection::connect(&server).await.map_err(std::io::Error::other)?;
            admin.execute(AssertSqlSafe(sql)).await.map(|_| ()).map_err(std::io::Error::other)
        })
    });
    // A database left over is swept away by a later run.
    dropped.join().ok();
}
