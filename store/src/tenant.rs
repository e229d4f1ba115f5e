//! Transactions on behalf of one workspace: the only way to its rows.

use std::{
    fmt,
    ops::{Deref, DerefMut},
};

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, Postgres, Transaction};
use tandem_protocol::{UserId, WorkspaceId, rest::Assignment};

use crate::{Store, StoreError, key::hex};

/// How long a proof may start transactions. It is made afresh for each; the margin is for what the clocks do since they were compared.
const PROOF_MINUTES: i64 = 10;

/// Whose rows a transaction sees, and who acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tenant {
    pub workspace: WorkspaceId,
    /// None: the system itself acts (a lease that ran out, an import from the command line).
    pub user: Option<UserId>,
}

impl Tenant {
    /// A transaction that sees and changes this workspace's rows only. Dropped without `commit`, it never happened.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if no connection is to be had.
    pub async fn begin(self, store: &Store) -> Result<TenantTx, StoreError> {
        self.prove(store, store.server().begin().await?, Plans::Auto).await
    }

    /// As [`Tenant::begin`], for the same few statements over and over, each finding a few rows by key. Their plans are made once a
    /// connection: on partitioned tables making one takes several times as long as running it. Not for searches, whose optional
    /// conditions want a plan of their own.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if no connection is to be had.
    pub async fn begin_point(self, store: &Store) -> Result<TenantTx, StoreError> {
        self.prove(store, store.server().begin().await?, Plans::Once).await
    }

    /// A transaction that only reads, all of it as of one moment, however long it takes.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if no connection is to be had.
    pub async fn begin_snapshot(self, store: &Store) -> Result<TenantTx, StoreError> {
        let tx = store.server().begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
        self.prove(store, tx, Plans::Auto).await
    }

    async fn prove(self, store: &Store, mut tx: Transaction<'static, Postgres>, plans: Plans) -> Result<TenantTx, StoreError> {
        let proof = self.proof(store);
        // As a parameter: the text of a statement is visible to other sessions of the role, its parameters are not.
        let row = sqlx::query!(
            r#"SELECT set_config('app.tenant', $1, true) AS tenant, set_config('plan_cache_mode', $2, true) AS plans,
                      set_config('enable_seqscan', $3, true) AS scans, now() AS "now!""#,
            proof,
            plans.mode(),
            plans.scans(),
        )
        .fetch_one(&mut *tx)
        .await?;
        Ok(TenantTx { tx, tenant: self, began: row.now, request: None, closed: Vec::new() })
    }

    /// `workspace:user:expires:mac`, as the function `tandem.proven` reads it.
    fn proof(self, store: &Store) -> String {
        let user = self.user.map(|u| u.to_string()).unwrap_or_default();
        let expires = store.now() + PROOF_MINUTES * 60;
        let claims = format!("{}:{user}:{expires}", self.workspace);
        let mac = hex(&store.proof().mac(claims.as_bytes()));
        format!("{claims}:{mac}")
    }
}

/// When the database plans a prepared statement.
#[derive(Clone, Copy)]
enum Plans {
    /// Anew for its parameters, until that proves not to pay.
    Auto,
    /// Once, whatever the parameters.
    Once,
}

impl Plans {
    fn mode(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Once => "force_generic_plan",
        }
    }

    /// Whether a table may be read from end to end. A plan that is kept may have been made over a table that was empty or small then, where
    /// that is cheapest; it must still do when an import has filled it.
    fn scans(self) -> &'static str {
        match self {
            Self::Auto => "on",
            Self::Once => "off",
        }
    }
}

/// An open transaction of one tenant. Derefs to the connection for queries.
pub struct TenantTx {
    tx: Transaction<'static, Postgres>,
    tenant: Tenant,
    began: DateTime<Utc>,
    /// The request this is done for, for the audit log.
    request: Option<String>,
    closed: Vec<Assignment>,
}

impl TenantTx {
    #[must_use]
    pub fn tenant(&self) -> Tenant {
        self.tenant
    }

    #[must_use]
    pub fn workspace(&self) -> WorkspaceId {
        self.tenant.workspace
    }

    #[must_use]
    pub fn user(&self) -> Option<UserId> {
        self.tenant.user
    }

    /// When it began, by the database's clock: what its statements call `now()`.
    #[must_use]
    pub fn began(&self) -> DateTime<Utc> {
        self.began
    }

    /// Names the request that what follows is done for: the audit log's lines carry it.
    #[must_use]
    pub fn on_behalf_of(mut self, request: Option<String>) -> Self {
        self.request = request;
        self
    }

    #[must_use]
    pub fn request(&self) -> Option<&str> {
        self.request.as_deref()
    }

    /// Leases that ended in it because their step was closed, without their holders' doing: for whoever commits, to tell them.
    #[must_use]
    pub fn take_closed(&mut self) -> Vec<Assignment> {
        std::mem::take(&mut self.closed)
    }

    pub(crate) fn note_closed(&mut self, lease: Assignment) {
        self.closed.push(lease);
    }

    /// # Errors
    /// Whatever kept the database from committing; nothing has happened then, unless the connection broke at this very moment.
    pub async fn commit(self) -> Result<(), StoreError> {
        Ok(self.tx.commit().await?)
    }

    /// # Errors
    /// If the connection broke; nothing has happened then either.
    pub async fn rollback(self) -> Result<(), StoreError> {
        Ok(self.tx.rollback().await?)
    }
}

impl Deref for TenantTx {
    type Target = PgConnection;

    fn deref(&self) -> &Self::Target {
        &self.tx
    }
}

impl DerefMut for TenantTx {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.tx
    }
}

impl fmt::Debug for TenantTx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TenantTx").field("tenant", &self.tenant).finish_non_exhaustive()
    }
}
