//! The edge: configuration, identity, REST, WebSockets, the web app, and the embedded Postgres and S3 of `make up`.
//!
//! Everything that knows HTTP is here; nothing to the left of this crate does. The environment is read in `config` only.

pub mod api;
pub mod app;
pub mod auth;
mod callouts;
pub mod cli;
pub mod config;
pub mod embedded;
pub mod fixture;
pub mod generate;
pub mod health;
pub mod platform;
mod predictions;
pub mod proxies;
pub mod start;
mod suggesting;
pub mod telemetry;
#[cfg(feature = "test-support")]
pub mod testing;
pub mod web_files;
pub mod ws;
