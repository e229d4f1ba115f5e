//! Makes a cluster: `initdb`, then roles and database in single-user mode, so that no server ever listens without passwords.

use std::{
    fs,
    io::Write as _,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Command, Stdio},
};

use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

use super::{PostgresError, account::Account, binaries::Binaries, error::at};

pub const SUPERUSER: &str = "postgres";
/// Owns the database and its schema; no superuser, as at a hosting provider.
pub const OWNER: &str = "tandem_owner";
pub const DATABASE: &str = "tandem";

/// Only over loopback TCP (there is no Unix socket), only with a password.
const HBA: &str = "# Written by Tandem.\nhost all all 127.0.0.1/32 scram-sha-256\nhost replication all 127.0.0.1/32 reject\n";

#[derive(Clone, Debug)]
pub struct Passwords {
    pub superuser: SecretString,
    pub owner: SecretString,
}

impl Passwords {
    pub(super) fn fingerprint(&self) -> String {
        let digest =
            Sha256::new().chain_update(self.superuser.expose_secret()).chain_update(b"\0").chain_update(self.owner.expose_secret());
        digest.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The major version that made the cluster; `None` where there is none yet.
pub(super) fn version(cluster: &Path) -> Result<Option<u32>, PostgresError> {
    let empty = match fs::read_dir(cluster) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => true,
        Err(error) => return Err(at(cluster, "read")(error)),
    };
    if empty {
        return Ok(None);
    }
    let text = fs::read_to_string(cluster.join("PG_VERSION")).unwrap_or_default();
    text.trim().parse().map(Some).map_err(|_| PostgresError::NotACluster { cluster: cluster.to_owned() })
}

/// Makes the cluster whole or not at all: a half-made one (power cut, Ctrl-C) is begun anew.
pub(super) fn make(cluster: &Path, binaries: &Binaries, account: &Account, passwords: &Passwords, sync: bool) -> Result<(), PostgresError> {
    let part = cluster.with_extension("part");
    if part.exists() {
        fs::remove_dir_all(&part).map_err(at(&part, "removed"))?;
    }
    fs::create_dir_all(&part).map_err(at(&part, "made"))?;
    fs::set_permissions(&part, fs::Permissions::from_mode(0o700)).map_err(at(&part, "closed to others"))?;
    account.own(&part)?;
    initdb(&part, binaries, account, sync)?;
    let hba = part.join("pg_hba.conf");
    fs::write(&hba, HBA).map_err(at(&hba, "written"))?;
    set_passwords(&part, binaries, account, passwords, true)?;
    fs::rename(&part, cluster).map_err(at(cluster, "made"))
}

fn initdb(cluster: &Path, binaries: &Binaries, account: &Account, sync: bool) -> Result<(), PostgresError> {
    let mut command = Command::new(binaries.initdb());
    account.dress(&mut command);
    command.arg("-D").arg(cluster).args(["-U", SUPERUSER, "--encoding=UTF8", "--auth=trust"]);
    // The built-in locale knows Unicode's letters on every machine alike; before 17 there is only the C locale to rely on.
    if binaries.major >= 17 {
        command.args(["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]);
    } else {
        command.arg("--locale=C");
    }
    if !sync {
        command.arg("--no-sync");
    }
    let output = command.stdin(Stdio::null()).output().map_err(|source| PostgresError::RunAs { user: account.name(), source })?;
    if output.status.success() { Ok(()) } else { Err(PostgresError::Step { what: "initdb", message: last_line(&output.stderr) }) }
}

/// Sets the passwords of a stopped cluster; with `new` makes the owner and the database too.
pub(super) fn set_passwords(
    cluster: &Path,
    binaries: &Binaries,
    account: &Account,
    passwords: &Passwords,
    new: bool,
) -> Result<(), PostgresError> {
    let (superuser, owner) = (passwords.superuser.expose_secret(), passwords.owner.expose_secret());
    let mut sql = format!("ALTER ROLE {SUPERUSER} PASSWORD '{}'\n", quoted(superuser));
    let verb = if new { "CREATE" } else { "ALTER" };
    // `migrate` makes the server's own roles, hence CREATEROLE.
    sql.push_str(&format!("{verb} ROLE {OWNER} LOGIN CREATEROLE PASSWORD '{}'\n", quoted(owner)));
    if new {
        sql.push_str(&format!("CREATE DATABASE {DATABASE} OWNER {OWNER}\n"));
    }
    single_user(cluster, binaries, account, &sql)
}

fn quoted(text: &str) -> String {
    text.replace('\'', "''").replace(['\n', '\r'], "")
}

/// Runs statements, one a line, in a server without clients.
fn single_user(cluster: &Path, binaries: &Binaries, account: &Account, sql: &str) -> Result<(), PostgresError> {
    let step = |message: String| PostgresError::Step { what: "postgres --single", message };
    let mut command = Command::new(binaries.postgres());
    account.dress(&mut command);
    // The statements hold passwords: they go through a pipe and must not come back in a log.
    command.arg("--single").arg("-D").arg(cluster).args(["-c", "log_min_error_statement=panic", SUPERUSER]);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|source| PostgresError::RunAs { user: account.name(), source })?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(sql.as_bytes()).map_err(|error| step(error.to_string()))?;
    }
    let output = child.wait_with_output().map_err(|error| step(error.to_string()))?;
    let said = String::from_utf8_lossy(&output.stderr);
    // It ends with success after an error, too.
    match said.lines().find(|line| ["ERROR:", "FATAL:", "PANIC:"].iter().any(|word| line.contains(word))) {
        Some(line) => Err(step(line.to_owned())),
        None if output.status.success() => Ok(()),
        None => Err(step(last_line(&output.stderr))),
    }
}

fn last_line(output: &[u8]) -> String {
    let text = String::from_utf8_lossy(output);
    text.lines().rev().map(str::trim).find(|line| !line.is_empty()).unwrap_or("it said nothing").to_owned()
}
