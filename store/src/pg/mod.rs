//! Queries, a file per aggregate. Each function takes an open [`crate::TenantTx`]; none commits.

pub mod annotations;
pub mod audit;
pub mod export;
pub mod import;
pub mod leases;
pub mod outbox;
pub mod regions;
