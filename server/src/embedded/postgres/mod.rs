//! A Postgres of our own, in the data folder.
//!
//! Found or started by [`Postgres::start`], watched while tandem runs (a server that dies is started again on the same port) and
//! stopped when the value is dropped. All of it blocks: call it from a thread that may.

mod account;
mod binaries;
mod cluster;
mod error;
mod place;
mod postmaster;
mod watch;

use std::{
    fs,
    path::{Path, PathBuf},
};

use account::Account;
pub use binaries::Places;
pub use cluster::{DATABASE, OWNER, Passwords, SUPERUSER};
pub use error::PostgresError;
use error::at;
use place::State;
use postmaster::Plan;
use secrecy::{ExposeSecret as _, SecretString};
use watch::Watched;

/// A running Postgres. Dropping it stops the server.
pub struct Postgres {
    server: Watched,
    port: u16,
    passwords: Passwords,
}

/// How to start one.
#[derive(Clone, Debug)]
pub struct Options {
    /// Must exist, and be ours alone (see `embedded::Lock`).
    pub data_dir: PathBuf,
    pub places: Places,
    pub passwords: Passwords,
    /// For tests: faster, and worth nothing after a power cut.
    pub throwaway: bool,
}

impl Postgres {
    pub fn start(options: &Options) -> Result<Self, PostgresError> {
        let data_dir = &options.data_dir;
        let before = State::read(data_dir)?;
        let (cluster, account) = locate(data_dir, before.as_ref())?;
        let made_by = cluster::version(&cluster)?;
        let binaries = binaries::find(&options.places, made_by)?;
        if let Some(found) = made_by.filter(|version| *version != binaries.major) {
            return Err(PostgresError::Version { cluster, found, bin: binaries.bin, binaries: binaries.major });
        }
        let binaries = binaries::reachable(binaries, &account)?;
        let fingerprint = options.passwords.fingerprint();
        if made_by.is_none() {
            cluster::make(&cluster, &binaries, &account, &options.passwords, !options.throwaway)?;
        } else if before.as_ref().is_none_or(|state| state.passwords != fingerprint) {
            if let Some(running) = postmaster::running(&cluster) {
                running.stop();
            }
            cluster::set_passwords(&cluster, &binaries, &account, &options.passwords, false)?;
        }
        let port = postmaster::free_port(before.as_ref().map(|state| state.port))?;
        let log = data_dir.join("postgres.log");
        let plan = Plan { cluster: cluster.clone(), log, account, binaries, port, settings: settings(options.throwaway) };
        let server = plan.adopt_or_start()?;
        let port = server.port;
        State { cluster, port, passwords: fingerprint }.write(data_dir)?;
        Ok(Self { server: Watched::new(Plan { port, ..plan }, server), port, passwords: options.passwords.clone() })
    }

    /// As the owner of the database: what migrations need.
    #[must_use]
    pub fn owner_url(&self) -> SecretString {
        url(OWNER, &self.passwords.owner, self.port, DATABASE)
    }

    /// As the superuser, for tests that make databases.
    #[must_use]
    pub fn superuser_url(&self) -> SecretString {
        url(SUPERUSER, &self.passwords.superuser, self.port, "postgres")
    }

    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The server's process, for tests that kill it.
    #[must_use]
    pub fn pid(&self) -> Option<i32> {
        self.server.pid()
    }

    /// Stops the server and returns when it is gone.
    pub fn stop(self) {
        drop(self);
    }

    /// Forgets the server without stopping it, as `kill -9` of tandem would.
    #[cfg(any(test, feature = "test-support"))]
    pub fn abandon(self) {
        self.server.abandon();
    }
}

/// Where another tandem's Postgres on this data folder answers, if it runs.
pub fn owner_url_of_running(data_dir: &Path, passwords: &Passwords) -> Result<Option<SecretString>, PostgresError> {
    let Some(state) = State::read(data_dir)? else { return Ok(None) };
    Ok(postmaster::running(&state.cluster).map(|server| url(OWNER, &passwords.owner, server.port, DATABASE)))
}

/// Stops a server that a killed tandem left on this data folder.
pub fn stop_leftover(data_dir: &Path) -> Result<(), PostgresError> {
    if let Some(server) = State::read(data_dir)?.and_then(|state| postmaster::running(&state.cluster)) {
        server.stop();
    }
    Ok(())
}

/// Passwords are made of URL-safe characters.
fn url(user: &str, password: &SecretString, port: u16, database: &str) -> SecretString {
    SecretString::from(format!("postgres://{user}:{}@127.0.0.1:{port}/{database}", password.expose_secret()))
}

/// The cluster's folder and its user: as remembered, as found, or for a new one.
fn locate(data_dir: &Path, before: Option<&State>) -> Result<(PathBuf, Account), PostgresError> {
    fs::create_dir_all(data_dir).map_err(at(data_dir, "made"))?;
    let own = data_dir.canonicalize().map_err(at(data_dir, "read"))?.join("postgres");
    // A data folder that was moved takes its cluster along.
    let known = before.map(|state| state.cluster.clone()).filter(|cluster| cluster.exists());
    let found = if own.exists() { Some(own) } else { known };
    match found {
        Some(cluster) if cluster::version(&cluster)?.is_some() => {
            let account = Account::of(&cluster)?;
            Ok((cluster, account))
        }
        _ => {
            let account = Account::for_new()?;
            Ok((place::for_new(data_dir, &account)?, account))
        }
    }
}

/// fsync stays on wherever data counts.
fn settings(throwaway: bool) -> Vec<String> {
    let common = ["log_min_messages=warning", "log_line_prefix=%m [%p] %u@%d "];
    let fast = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=300", "max_locks_per_transaction=256"];
    let chosen: &[&str] = if throwaway { &fast } else { &[] };
    common.iter().chain(chosen).map(|setting| (*setting).to_owned()).collect()
}
