//! What the store needs to be told.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use sqlx::postgres::PgConnectOptions;

use crate::{StoreError, key::TenantKey};

/// Where the database is and the key that opens tenants in it.
#[derive(Clone, Debug)]
pub struct StoreConfig {
    /// `postgres://owner:password@host:port/database`. The owner migrates; a serving process uses only host, port and database
    /// of it and signs in as the three roles that `migrate` made.
    pub url: SecretString,
    /// At least 16 bytes, the same for every process of the installation. Tenant proofs and the roles' passwords derive from it.
    pub tenant_key: SecretString,
    pub pools: PoolSizes,
    /// How long a request waits for a connection before it is told to come back.
    pub acquire_timeout: Duration,
    /// How long the reading of a document may take: longer, and the other end of the connection has fallen silent.
    pub answer_timeout: Duration,
    /// How long an append to the log may take: less than the journal waits for it. Given up by Postgres it has not happened; given up by us
    /// alone it may well happen still, and once more with every new try.
    pub append_timeout: Duration,
    /// Bytes of all checkpoints that a document keeps.
    pub max_history: u64,
    /// `migrate` refuses a tenant key other than the one the database knows, unless this says that the change is meant.
    pub replace_tenant_key: bool,
}

/// The most connections this process opens, by role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolSizes {
    pub server: u32,
    pub journal: u32,
    pub system: u32,
}

impl Default for PoolSizes {
    fn default() -> Self {
        Self { server: 20, journal: 2, system: 2 }
    }
}

impl StoreConfig {
    #[must_use]
    pub fn new(url: impl Into<String>, tenant_key: impl Into<String>) -> Self {
        Self {
            url: SecretString::from(url.into()),
            tenant_key: SecretString::from(tenant_key.into()),
            pools: PoolSizes::default(),
            acquire_timeout: Duration::from_secs(10),
            answer_timeout: Duration::from_secs(10),
            append_timeout: Duration::from_secs(12),
            max_history: 256 << 20,
            replace_tenant_key: false,
        }
    }

    /// Options of the owner's connection.
    pub(crate) fn owner(&self) -> Result<PgConnectOptions, StoreError> {
        let options: PgConnectOptions = self
            .url
            .expose_secret()
            .parse()
            .map_err(|e: sqlx::Error| StoreError::Config { field: "database_url", problem: e.to_string() })?;
        Ok(options.application_name("tandem-migrate"))
    }

    pub(crate) fn key(&self) -> Result<TenantKey, StoreError> {
        TenantKey::new(self.tenant_key.expose_secret().as_bytes())
    }
}
