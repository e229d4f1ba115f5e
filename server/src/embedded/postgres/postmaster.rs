//! The running server: starting it, waiting until it is ready, finding one that a killed tandem left running, stopping it.

use std::{
    fs,
    io::{Read as _, Seek as _, SeekFrom},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};

use super::{PostgresError, account::Account, binaries::Binaries, error::at};

const POLL: Duration = Duration::from_millis(20);
/// Long, because a start after a crash may have much to replay.
const READY_WITHIN: Duration = Duration::from_secs(120);
/// Fast shutdown writes a checkpoint; then immediate shutdown, which the next start recovers from.
const STOP_WITHIN: Duration = Duration::from_secs(30);
const LOG_KEPT: u64 = 8 * 1024 * 1024;

/// How the server runs.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) cluster: PathBuf,
    pub(super) log: PathBuf,
    pub(super) account: Account,
    pub(super) binaries: Binaries,
    pub(super) port: u16,
    /// `-c` settings beside the usual ones.
    pub(super) settings: Vec<String>,
}

/// A server process: our child, or one we found.
#[derive(Debug)]
pub(super) struct Postmaster {
    pub(super) pid: Pid,
    pub(super) port: u16,
    child: Option<Child>,
}

/// `postmaster.pid`, which Postgres keeps up to date (see its `miscadmin.h`).
#[derive(Debug, PartialEq, Eq)]
struct PidFile {
    pid: i32,
    port: u16,
    status: String,
}

impl PidFile {
    fn read(cluster: &Path) -> Option<Self> {
        Self::parse(&fs::read_to_string(cluster.join("postmaster.pid")).ok()?)
    }

    fn parse(text: &str) -> Option<Self> {
        let line = |n: usize| text.lines().nth(n).map(str::trim);
        Some(Self { pid: line(0)?.parse().ok()?, port: line(3)?.parse().ok()?, status: line(7).unwrap_or_default().to_owned() })
    }
}

impl Plan {
    /// Adopts a server that already runs on this cluster, or starts one.
    pub(super) fn adopt_or_start(&self) -> Result<Postmaster, PostgresError> {
        if let Some(found) = self.adopt()? {
            return Ok(found);
        }
        let deadline = Instant::now() + Duration::from_secs(15);
        loop {
            match self.start() {
                // After `kill -9` of the server its last children may still hold the shared memory for a moment.
                Err(PostgresError::Start { message, .. }) if message.contains("shared memory") && Instant::now() < deadline => {
                    sleep(Duration::from_millis(200));
                }
                other => return other,
            }
        }
    }

    fn adopt(&self) -> Result<Option<Postmaster>, PostgresError> {
        let path = self.cluster.join("postmaster.pid");
        let deadline = Instant::now() + READY_WITHIN;
        while let Some(file) = PidFile::read(&self.cluster) {
            let Some(pid) = Pid::from_raw(file.pid).filter(|pid| serves(*pid, &self.cluster)) else {
                // Stale. Postgres removes it itself, unless the number now belongs to another process of the same user.
                fs::remove_file(&path).map_err(at(&path, "removed"))?;
                return Ok(None);
            };
            if file.status == "ready" {
                tracing::info!(pid = file.pid, port = file.port, "found Postgres running since before; using it");
                return Ok(Some(Postmaster { pid, port: file.port, child: None }));
            }
            if Instant::now() > deadline {
                return Err(self.slow());
            }
            sleep(POLL);
        }
        Ok(None)
    }

    fn start(&self) -> Result<Postmaster, PostgresError> {
        let log_from = fs::metadata(&self.log).map_or(0, |m| m.len());
        let truncate = log_from > LOG_KEPT;
        let log = fs::OpenOptions::new().create(true).append(!truncate).write(true).truncate(truncate).open(&self.log);
        let log = log.map_err(at(&self.log, "written"))?;
        let mut command = Command::new(self.binaries.postgres());
        self.account.dress(&mut command);
        command.arg("-D").arg(&self.cluster).arg("-c").arg(format!("port={}", self.port));
        // No Unix socket: its path would have to be short, and loopback TCP with a password is enough. Statistics follow what is
        // created over the API within seconds: plans are made from them. An ask for work locks eighty tables, indexes and partitions: as many as
        // this limit says are locked without touching what all sessions share.
        for setting in [
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "timezone=UTC",
            "log_timezone=UTC",
            "autovacuum_naptime=10s",
            "max_locks_per_transaction=128",
        ] {
            command.args(["-c", setting]);
        }
        for setting in &self.settings {
            command.arg("-c").arg(setting);
        }
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn();
        let child = child.map_err(|source| PostgresError::RunAs { user: self.account.name(), source })?;
        self.await_ready(child, if truncate { 0 } else { log_from })
    }

    fn await_ready(&self, mut child: Child, log_from: u64) -> Result<Postmaster, PostgresError> {
        let deadline = Instant::now() + READY_WITHIN;
        let pid = Pid::from_child(&child);
        loop {
            if PidFile::read(&self.cluster).is_some_and(|file| file.pid == pid.as_raw_pid() && file.status == "ready") {
                return Ok(Postmaster { pid, port: self.port, child: Some(child) });
            }
            if let Ok(Some(status)) = child.try_wait() {
                let message = failure(&self.log, log_from).unwrap_or_else(|| format!("it ended with {status}"));
                return Err(PostgresError::Start { message, log: self.log.clone() });
            }
            if Instant::now() > deadline {
                Postmaster { pid, port: self.port, child: Some(child) }.stop();
                return Err(self.slow());
            }
            sleep(POLL);
        }
    }

    fn slow(&self) -> PostgresError {
        PostgresError::Slow { seconds: READY_WITHIN.as_secs(), log: self.log.clone() }
    }
}

impl Postmaster {
    /// Whether the process still exists. Reaps it when it is our child.
    pub(super) fn runs(&mut self) -> bool {
        match &mut self.child {
            Some(child) => matches!(child.try_wait(), Ok(None)),
            None => alive(self.pid),
        }
    }

    /// Fast shutdown: clients are cut, everything committed is on disk.
    pub(super) fn stop(mut self) {
        for (signal, patience) in
            [(Signal::INT, STOP_WITHIN), (Signal::QUIT, Duration::from_secs(10)), (Signal::KILL, Duration::from_secs(5))]
        {
            if !self.runs() {
                return;
            }
            if let Err(error) = kill_process(self.pid, signal) {
                tracing::warn!(%error, "Postgres cannot be told to stop");
                return;
            }
            let deadline = Instant::now() + patience;
            while self.runs() && Instant::now() < deadline {
                sleep(POLL);
            }
        }
    }
}

/// The server that runs on this cluster, if one does.
pub(super) fn running(cluster: &Path) -> Option<Postmaster> {
    let file = PidFile::read(cluster)?;
    let pid = Pid::from_raw(file.pid).filter(|pid| serves(*pid, cluster))?;
    (file.status == "ready").then_some(Postmaster { pid, port: file.port, child: None })
}

/// A process that ended but was not waited for yet still has its number; it no longer has a working folder.
fn alive(pid: Pid) -> bool {
    let known = test_kill_process(pid).is_ok();
    known && (!cfg!(target_os = "linux") || fs::read_link(format!("/proc/{}/cwd", pid.as_raw_pid())).is_ok())
}

/// Whether the process is a Postgres on this cluster: it works in its data folder.
fn serves(pid: Pid, cluster: &Path) -> bool {
    if !alive(pid) {
        return false;
    }
    if cfg!(target_os = "linux") {
        let cwd = fs::read_link(format!("/proc/{}/cwd", pid.as_raw_pid()));
        return cwd.is_ok_and(|cwd| Some(cwd) == cluster.canonicalize().ok());
    }
    let command = Command::new("ps").args(["-o", "command=", "-p", &pid.as_raw_pid().to_string()]).output();
    command.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains(&*cluster.to_string_lossy()))
}

/// A free port on loopback: the one of last time if it still is.
pub(super) fn free_port(last: Option<u16>) -> Result<u16, PostgresError> {
    if let Some(port) = last.filter(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok()) {
        return Ok(port);
    }
    let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(PostgresError::Port)?;
    Ok(listener.local_addr().map_err(PostgresError::Port)?.port())
}

/// What the log says went wrong since `from`.
fn failure(log: &Path, from: u64) -> Option<String> {
    let mut file = fs::File::open(log).ok()?;
    file.seek(SeekFrom::Start(from)).ok()?;
    let mut text = String::new();
    file.take(64 * 1024).read_to_string(&mut text).ok()?;
    let line = text.lines().find(|line| line.contains("FATAL:") || line.contains("PANIC:")).or_else(|| text.lines().last())?;
    Some(line.split_once("FATAL:").map_or(line, |(_, rest)| rest).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pid_file_is_read_as_postgres_writes_it() {
        let text = "13582\n/var/devpg/data\n1795125301\n54329\n/tmp\n127.0.0.1\n   262163         6\nready   \n";
        assert_eq!(PidFile::parse(text), Some(PidFile { pid: 13582, port: 54329, status: "ready".into() }));
        let early = PidFile::parse("13582\n/var/devpg/data\n1795125301\n54329\n");
        assert_eq!(early.map(|file| file.status), Some(String::new()), "the status comes last");
        assert_eq!(PidFile::parse("13582\n"), None);
    }

    #[test]
    fn a_port_that_is_taken_is_not_chosen_again() {
        let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        assert_ne!(free_port(Some(port)).unwrap(), port);
    }
}
