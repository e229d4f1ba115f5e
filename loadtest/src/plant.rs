//! A server of our own for one run, with a data folder and a Postgres of its own, which may be killed and paused.

use std::{
    fs::{self, File, Permissions},
    net::{SocketAddr, TcpListener},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{Context, bail};
use rustix::process::{Pid, Signal, kill_process};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Instant, sleep, timeout},
};

use crate::{
    fixture::Fixture,
    process::{Process, children_of},
};

/// A start after a crash may have much to replay.
const READY_WITHIN: Duration = Duration::from_secs(60);
const STOP_WITHIN: Duration = Duration::from_secs(30);

pub struct Plant {
    binary: PathBuf,
    folder: PathBuf,
    address: SocketAddr,
    server: Option<Child>,
    keep: bool,
}

impl Plant {
    /// The `tandem` beside this program if none is named.
    pub async fn start(binary: Option<&Path>, keep: bool) -> anyhow::Result<Self> {
        let beside = std::env::current_exe()?.with_file_name("tandem");
        let binary = binary.unwrap_or(&beside);
        let binary = binary.canonicalize().with_context(|| format!("{} is not there: build tandem-server", binary.display()))?;
        let folder = std::env::temp_dir().join(format!("tandem-chaos-{}", uuid::Uuid::now_v7().simple()));
        fs::create_dir_all(&folder)?;
        // Postgres runs as another user if we are root.
        fs::set_permissions(&folder, Permissions::from_mode(0o755))?;
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let mut plant = Self { binary, folder, address, server: None, keep };
        plant.serve().await?;
        Ok(plant)
    }

    fn command(&self) -> anyhow::Result<Command> {
        let mut command = Command::new(&self.binary);
        let log = File::options().create(true).append(true).open(self.folder.join("log"))?;
        command
            .env("TANDEM_BIND", self.address.to_string())
            .env("TANDEM_DATA_DIR", self.folder.join("data"))
            .env("TANDEM_DEMO", "false")
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stderr(log);
        Ok(command)
    }

    /// Start the server and wait until it is ready.
    pub async fn serve(&mut self) -> anyhow::Result<()> {
        let log = File::options().create(true).append(true).open(self.folder.join("log"))?;
        let child = self.command()?.arg("serve").stdout(log).spawn().with_context(|| format!("{} cannot be run", self.binary.display()))?;
        self.server = Some(child);
        let until = Instant::now() + READY_WITHIN;
        while !self.is_ready().await {
            if let Some(status) = self.server.as_mut().map(Child::try_wait).transpose()?.flatten() {
                bail!("the server ended at once ({status}): {}", self.last_words());
            }
            if Instant::now() > until {
                bail!("the server is not ready after {} s: {}", READY_WITHIN.as_secs(), self.last_words());
            }
            sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    async fn is_ready(&self) -> bool {
        let ask = async {
            let mut stream = TcpStream::connect(self.address).await?;
            let request = format!("GET /readyz HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", self.address);
            stream.write_all(request.as_bytes()).await?;
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer).await?;
            anyhow::Ok(answer.starts_with(b"HTTP/1.1 200"))
        };
        matches!(timeout(Duration::from_secs(2), ask).await, Ok(Ok(true)))
    }

    pub fn fixture(&self, people: usize, documents: usize) -> anyhow::Result<Fixture> {
        let (people, tasks) = (people.to_string(), documents.to_string());
        let arguments = ["dev", "fixture", "--people", &people, "--tasks", &tasks, "--named", &tasks];
        let made = self.command()?.args(arguments).output()?;
        if !made.status.success() {
            bail!("no fixture: {}", self.last_words());
        }
        let path = self.folder.join("fixture.json");
        fs::write(&path, made.stdout)?;
        Fixture::load(&path)
    }

    pub fn process(&self) -> anyhow::Result<Process> {
        Process::of(self.server_pid()?.as_raw_nonzero().get().unsigned_abs())
    }

    fn server_pid(&self) -> anyhow::Result<Pid> {
        let id = self.server.as_ref().context("the server does not run")?.id();
        Pid::from_raw(i32::try_from(id)?).context("no process id")
    }

    /// kill -9.
    pub fn kill_server(&mut self) -> anyhow::Result<()> {
        if let Some(mut child) = self.server.take() {
            child.kill()?;
            child.wait()?;
        }
        Ok(())
    }

    /// Stopped in order and started again: nothing is in its memory then.
    pub async fn restart(&mut self) -> anyhow::Result<()> {
        self.stop();
        self.serve().await
    }

    pub fn signal_server(&self, signal: Signal) -> anyhow::Result<()> {
        Ok(kill_process(self.server_pid()?, signal)?)
    }

    pub fn kill_postgres(&self) -> anyhow::Result<()> {
        match self.postmaster() {
            // It may be starting from the last time.
            None => Ok(()),
            Some(pid) => Ok(kill_process(pid, Signal::KILL)?),
        }
    }

    /// The postmaster and everything it started: a paused postmaster alone would be noticed by nobody.
    pub fn signal_postgres(&self, signal: Signal) {
        let Some(postmaster) = self.postmaster() else { return };
        for pid in children_of(postmaster).into_iter().chain([postmaster]) {
            // Backends come and go.
            let _ = kill_process(pid, signal);
        }
    }

    fn postmaster(&self) -> Option<Pid> {
        let text = fs::read_to_string(self.cluster()?.join("postmaster.pid")).ok()?;
        Pid::from_raw(text.lines().next()?.trim().parse().ok()?)
    }

    /// Not always inside the data folder: see the server's `embedded::postgres::place`.
    fn cluster(&self) -> Option<PathBuf> {
        let state = fs::read_to_string(self.folder.join("data/postgres.json")).ok()?;
        let state: serde_json::Value = serde_json::from_str(&state).ok()?;
        state["cluster"].as_str().map(PathBuf::from)
    }

    fn last_words(&self) -> String {
        let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().rev().take(5).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }

    /// What the server wrote that no run should make it write.
    pub fn panics(&self) -> Vec<String> {
        let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        log.lines().filter(|line| line.contains("panicked at")).map(str::to_owned).collect()
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// In order, so that Postgres ends, too.
    fn stop(&mut self) {
        self.signal_postgres(Signal::CONT);
        let Some(mut child) = self.server.take() else { return };
        if let Some(pid) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
            // It may have ended by itself.
            let _ = kill_process(pid, Signal::CONT);
            let _ = kill_process(pid, Signal::TERM);
        }
        let until = std::time::Instant::now() + STOP_WITHIN;
        while matches!(child.try_wait(), Ok(None)) && std::time::Instant::now() < until {
            std::thread::sleep(Duration::from_millis(50));
        }
        let _ = child.kill();
        let _ = child.wait();
    }
}

impl Drop for Plant {
    fn drop(&mut self) {
        self.stop();
        // A server that was killed and not started again left its Postgres behind.
        let cluster = self.cluster();
        if let Some(postmaster) = self.postmaster() {
            let _ = kill_process(postmaster, Signal::INT);
            std::thread::sleep(Duration::from_secs(1));
        }
        if self.keep {
            return eprintln!("  kept: {}", self.folder.display());
        }
        if let Some(parent) = cluster.as_deref().and_then(Path::parent).filter(|parent| !parent.starts_with(&self.folder)) {
            // Made for this data folder and for no other.
            let _ = fs::remove_dir_all(parent);
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}
