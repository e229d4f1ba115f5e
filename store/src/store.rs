//! The way in: one pool of connections for each of the three roles.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use chrono::Utc;
use sqlx::{
    Connection, Executor, PgConnection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tandem_protocol::{UserId, WorkspaceId};

use crate::{
    StoreConfig, StoreError, Tenant,
    key::{Hmac, TenantKey},
    migrate, roles,
};

/// A handle to the database. Cloning it is cheap and shares the pools.
#[derive(Clone, Debug)]
pub struct Store(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    server: PgPool,
    journal: PgPool,
    system: PgPool,
    proof: Hmac,
    answer_timeout: Duration,
    max_history: i64,
    /// Seconds by which the database's clock is ahead of ours.
    ahead: AtomicI64,
}

impl Store {
    /// Signs in as the three roles and checks that the database has the schema and the key this program expects.
    ///
    /// # Errors
    /// [`StoreError::NotMigrated`], [`StoreError::WrongTenantKey`], or why the database cannot be reached.
    pub async fn connect(config: &StoreConfig) -> Result<Self, StoreError> {
        let key = config.key()?;
        let owner = config.owner()?;
        // Milliseconds.
        let append = config.append_timeout.as_millis().max(1).to_string();
        let store = Self(Arc::new(Inner {
            server: warm(pool(config, config.pools.server)).connect_lazy_with(role_options(&owner, roles::SERVER, &key)),
            journal: pool(config, config.pools.journal)
                .connect_lazy_with(role_options(&owner, roles::JOURNAL, &key).options([("statement_timeout", append)])),
            system: pool(config, config.pools.system).connect_lazy_with(role_options(&owner, roles::SYSTEM, &key)),
            proof: key.proof(),
            answer_timeout: config.answer_timeout,
            max_history: i64::try_from(config.max_history).unwrap_or(i64::MAX),
            ahead: AtomicI64::new(0),
        }));
        match store.check_version().await {
            // The roles' passwords derive from the key: with another key they do not let us in, and look like roles nobody made.
            Err(StoreError::NotMigrated { found: 0, .. }) if is_set_up(&owner).await => return Err(StoreError::WrongTenantKey),
            checked => checked?,
        }
        store.ping().await?;
        store.check_key().await?;
        Ok(store)
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let theirs: i64 = sqlx::query_scalar("SELECT extract(epoch FROM now())::bigint").fetch_one(&self.0.server).await?;
        self.0.ahead.store(theirs - Utc::now().timestamp(), Ordering::Relaxed);
        Ok(())
    }

    /// What time it is for the database, in seconds, as of the last [`Store::ping`]. A node minutes off would make proofs that are no good
    /// yet, or no more, and see nothing.
    pub(crate) fn now(&self) -> i64 {
        Utc::now().timestamp() + self.0.ahead.load(Ordering::Relaxed)
    }

    /// Connections by pool: its name, how many are open, how many of them idle.
    #[must_use]
    pub fn connections(&self) -> [(&'static str, usize, usize); 3] {
        let of = |name, pool: &PgPool| (name, pool.size() as usize, pool.num_idle());
        [of("server", &self.0.server), of("journal", &self.0.journal), of("system", &self.0.system)]
    }

    /// Closes the pools after their connections were given back.
    pub async fn close(&self) {
        self.0.server.close().await;
        self.0.journal.close().await;
        self.0.system.close().await;
    }

    pub(crate) fn server(&self) -> &PgPool {
        &self.0.server
    }

    /// Connections that can append to `document_updates`, for every tenant, and nothing else.
    pub(crate) fn journal(&self) -> &PgPool {
        &self.0.journal
    }

    pub(crate) fn system(&self) -> &PgPool {
        &self.0.system
    }

    pub(crate) fn max_history(&self) -> i64 {
        self.0.max_history
    }

    pub(crate) fn answer_timeout(&self) -> Duration {
        self.0.answer_timeout
    }

    pub(crate) fn proof(&self) -> &Hmac {
        &self.0.proof
    }

    async fn check_version(&self) -> Result<(), StoreError> {
        let needed = migrate::known();
        let found = match sqlx::query_scalar::<_, Option<i64>>("SELECT max(version) FROM _sqlx_migrations").fetch_one(&self.0.server).await
        {
            Ok(found) => found.unwrap_or(0),
            // undefined_table, insufficient_privilege: the grant is the last thing the migrations do. Role unknown or without
            // its password: `migrate` makes that too.
            Err(e) if matches!(sql_state(&e).as_deref(), Some("42P01" | "42501" | "28000" | "28P01")) => 0,
            Err(e) => return Err(e.into()),
        };
        if found < needed {
            return Err(StoreError::NotMigrated { found, needed });
        }
        migrate::refuse_incompatible(&self.0.server, found).await
    }

    async fn check_key(&self) -> Result<(), StoreError> {
        let probe = Tenant { workspace: WorkspaceId::new(), user: Some(UserId::new()) };
        let mut tx = probe.begin(self).await?;
        let seen: Option<uuid::Uuid> = sqlx::query_scalar("SELECT tandem.workspace_id()").fetch_one(&mut *tx).await?;
        if seen == Some(probe.workspace.0) { Ok(()) } else { Err(StoreError::WrongTenantKey) }
    }
}

/// Whether the database has this program's schema, as the owner sees it. Asked only to name the reason for not starting.
async fn is_set_up(owner: &PgConnectOptions) -> bool {
    let Ok(mut connection) = PgConnection::connect_with(owner).await else { return false };
    let found = sqlx::query_scalar::<_, Option<i64>>("SELECT max(version) FROM _sqlx_migrations").fetch_one(&mut connection).await;
    matches!(found, Ok(Some(version)) if version >= migrate::known())
}

fn sql_state(error: &sqlx::Error) -> Option<String> {
    error.as_database_error().and_then(|db| db.code()).map(|c| c.into_owned())
}

/// A connection that does not answer within so long is let go.
const ANSWER: Duration = Duration::from_secs(3);
/// One used so recently is taken as it is: asking would be a round trip for every request.
const FRESH: Duration = Duration::from_millis(250);

/// Connections are kept for hours: a new one has the catalogue to read and every statement to plan.
///
/// Whoever gives up on a query gives its connection back, and the pool asks whether it still works, for as long as that takes: of one
/// whose other end fell silent (a partition, a firewall that forgot it) until the kernel gives up, a quarter of an hour later. Two such
/// and the journal would have no connection left, long after Postgres can be reached again. So we ask first, and not for ever.
fn pool(config: &StoreConfig, size: u32) -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(size)
        .acquire_timeout(config.acquire_timeout)
        .idle_timeout(Duration::from_secs(3600))
        .max_lifetime(Duration::from_secs(4 * 3600))
        .after_release(|connection, _| Box::pin(released(connection)))
        .test_before_acquire(false)
        .before_acquire(|connection, now| Box::pin(async move { if now.idle_for < FRESH { Ok(true) } else { answers(connection).await } }))
}

/// An error closes it without a goodbye, which would wait for the same silence.
async fn answers(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    let answered = tokio::time::timeout(ANSWER, connection.ping()).await;
    answered.unwrap_or_else(|_| Err(std::io::Error::from(std::io::ErrorKind::TimedOut).into())).map(|()| true)
}

/// A connection grows to what the largest document needs on its way out and in, and would keep that for its life; and as the pool hands
/// them out in turn, all of them would. What is small stays as it is.
async fn released(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    let answered = answers(connection).await?;
    connection.shrink_buffers();
    Ok(answered)
}

/// A session's first change of a task loads eight partitions, their indexes and the counters' trigger, some 20 ms. It is made when
/// the connection is, on no row, so that nobody's submit waits for it.
fn warm(pool: PgPoolOptions) -> PgPoolOptions {
    pool.after_connect(|connection, _| {
        Box::pin(async move {
            // On a database that is not migrated it fails, and what follows says so better.
            connection.execute("UPDATE tasks SET status = status WHERE false").await.ok();
            Ok(())
        })
    })
}

/// A role's options: nobody waits for a lock or sits on an open transaction for ever, and plans are not compiled to machine code
/// (a query of a millisecond would wait tens for its compiler). A node that vanished without a word keeps its locks for half a minute, not
/// for the two hours after which Linux asks.
fn role_options(owner: &PgConnectOptions, role: &str, key: &TenantKey) -> PgConnectOptions {
    roles::options(owner, role, key).application_name(role).options([
        ("lock_timeout", "10s"),
        ("idle_in_transaction_session_timeout", "300s"),
        ("jit", "off"),
        ("tcp_keepalives_idle", "10"),
        ("tcp_keepalives_interval", "5"),
        ("tcp_keepalives_count", "3"),
        ("tcp_user_timeout", "30s"),
    ])
}
