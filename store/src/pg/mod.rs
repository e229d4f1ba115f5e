//! Queries, a file per aggregate. Each function takes an open [`crate::TenantTx`]; none commits, so that the caller decides what
//! happens together. All of them fail with [`crate::StoreError`], or an error that can carry one, when the database does.

pub mod annotations;
pub mod assets;
pub mod audit;
pub mod batches;
pub mod customers;
pub mod export;
pub mod flow;
pub mod idempotency;
pub mod import;
pub mod job_files;
pub mod jobs;
pub mod layouts;
pub mod leases;
pub mod members;
pub mod models;
pub mod notes;
pub mod notifications;
pub mod outbox;
pub mod people;
pub mod predictions;
pub mod preferences;
pub mod priority;
pub mod projects;
pub mod regions;
pub mod relabel;
pub mod revocations;
mod row;
mod steps;

pub(crate) use row::word;
pub mod tasks;
pub mod users;
pub mod workflows;
pub mod workspaces;
