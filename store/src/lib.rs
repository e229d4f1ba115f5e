//! The only crate that talks to Postgres and object storage.
//!
//! Everything of a workspace goes through a [`TenantTx`], which [`Tenant::begin`] opens with a proof the database checks itself
//! (docs/decisions/0002-tenant-proof.md); there is no other way to a connection for it. The functions of [`pg`] are plain queries
//! over such a transaction: the caller decides what belongs together and commits. [`system`] holds the few things done for all
//! workspaces at once, under a role that can do nothing else.

pub mod bus;
mod config;
pub mod documents;
mod error;
mod key;
mod migrate;
pub mod nodes;
pub mod objects;
pub mod pg;
pub mod quota;
mod rehearsal;
mod roles;
mod store;
pub mod system;
mod tenant;
#[cfg(feature = "test-support")]
pub mod testing;

pub use config::{PoolSizes, StoreConfig};
pub use error::StoreError;
pub use migrate::{MigrationReport, migrate};
pub use pg::{
    annotations, assets, audit, batches, customers, export, idempotency, import, job_files, jobs, leases, members, models, notifications,
    outbox, projects, regions, tasks, users, workflows, workspaces,
};
pub use store::Store;
pub use tenant::{Tenant, TenantTx};
