//! Everything together: servers, Postgres and Redis, each in its namespace.

use std::{
    fs::{self, Permissions},
    net::SocketAddr,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context, bail};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Instant, sleep, timeout},
};

use super::{
    machine::Machine,
    network::{End, Network},
    postgres::Postgres,
    redis::Redis,
};
use crate::{dialect::Protocol, fixture::Fixture, target::Target};

const PORT: u16 = 8080;
const READY_WITHIN: Duration = Duration::from_secs(90);
/// Places are made in this order; the servers follow.
pub const POSTGRES: End = End::Place(0);
pub const REDIS: End = End::Place(1);

pub struct Site {
    pub nodes: Vec<Machine>,
    pub postgres: Postgres,
    pub redis: Redis,
    /// After the machines: its end ends whatever is left in it.
    pub network: Network,
    folder: Folder,
    tandem: PathBuf,
    secrets: (String, String),
    /// Makes a program believe in another time.
    faketime: Option<PathBuf>,
    heartbeat: Duration,
}

/// Data and logs; goes with the run unless it is to be kept.
struct Folder {
    path: PathBuf,
    keep: bool,
}

pub fn node(number: usize) -> End {
    End::Place(2 + number)
}

impl Site {
    /// `heartbeat`: how soon servers and people take silence for an end.
    pub async fn build(tandem: Option<&Path>, nodes: usize, heartbeat: Duration, keep: bool) -> anyhow::Result<Self> {
        let beside = std::env::current_exe()?.with_file_name("tandem");
        let tandem = tandem.unwrap_or(&beside);
        let tandem = tandem.canonicalize().with_context(|| format!("{} is not there: build tandem-server", tandem.display()))?;
        let path = std::env::temp_dir().join(format!("tandem-cluster-{}", uuid::Uuid::now_v7().simple()));
        fs::create_dir_all(&path)?;
        let folder = Folder { path, keep };
        // Postgres runs as another user.
        fs::set_permissions(&folder.path, Permissions::from_mode(0o755))?;
        let mut network = Network::make()?;
        let postgres = Postgres::make(network.place("postgres")?, &folder.path, &tandem).await?;
        let redis = Redis::make(network.place("redis")?, &folder.path).await?;
        let mut machines = Vec::new();
        for number in 1..=nodes {
            machines.push(Machine::new(network.place(&format!("node{number}"))?, &folder.path));
        }
        let secret = || format!("{}{}", uuid::Uuid::new_v4().simple(), uuid::Uuid::new_v4().simple());
        let secrets = (secret(), secret());
        let mut site = Self { nodes: machines, postgres, redis, network, folder, tandem, secrets, faketime: faketime(), heartbeat };
        site.run(&["migrate"])?;
        for number in 0..nodes {
            site.serve(number, 0)?;
        }
        for number in 0..nodes {
            site.ready(number).await?;
        }
        Ok(site)
    }

    pub fn address(&self, number: usize) -> SocketAddr {
        SocketAddr::new(self.nodes[number].place.address.into(), PORT)
    }

    pub fn addresses(&self) -> Vec<SocketAddr> {
        (0..self.nodes.len()).map(|number| self.address(number)).collect()
    }

    /// A node's command, with a clock so many seconds off.
    fn command(&self, number: usize, folder: &str, skew: i64) -> anyhow::Result<Command> {
        let machine = &self.nodes[number];
        let mut command = machine.command(Path::new("env"), None);
        if skew != 0 {
            let library = self.faketime.as_ref().context("libfaketime is missing (Debian: apt-get install faketime)")?;
            command.arg(format!("LD_PRELOAD={}", library.display())).arg(format!("FAKETIME={skew:+}s"));
            // Only what time it is may be wrong, never how much of it went by.
            command.arg("FAKETIME_DONT_FAKE_MONOTONIC=1");
        }
        command.arg(&self.tandem);
        command
            .env("TANDEM_BIND", self.address(number).to_string())
            .env("TANDEM_DATA_DIR", self.folder.path.join(folder))
            .env("DATABASE_URL", self.postgres.url())
            .env("TANDEM_REDIS_URL", self.redis.url())
            .env("TANDEM_JWT_SECRET", &self.secrets.0)
            .env("TANDEM_TENANT_KEY", &self.secrets.1)
            .env("TANDEM_DEMO", "false")
            .env("TANDEM_LOG", "warn,tandem=info,tandem_actors=info,tandem_store=info,server=info")
            .env("TANDEM_LIMITS_HEARTBEAT", format!("{}s", self.heartbeat.as_secs()))
            .env("RUST_BACKTRACE", "1");
        Ok(command)
    }

    pub fn serve(&mut self, number: usize, skew: i64) -> anyhow::Result<()> {
        let mut command = self.command(number, &format!("node-{number}"), skew)?;
        command.arg("serve");
        self.nodes[number].start(command)
    }

    pub async fn ready(&mut self, number: usize) -> anyhow::Result<()> {
        let until = Instant::now() + READY_WITHIN;
        while !is_ready(self.address(number)).await {
            self.nodes[number].must_run()?;
            if Instant::now() > until {
                bail!("node {} is not ready: {}", number + 1, self.nodes[number].last_words());
            }
            sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    /// Another command of `tandem`, beside the first node.
    fn run(&self, words: &[&str]) -> anyhow::Result<Vec<u8>> {
        let made = self.command(0, "operator", 0)?.args(words).output()?;
        if !made.status.success() {
            bail!("tandem {}: {}", words.join(" "), String::from_utf8_lossy(&made.stderr).trim());
        }
        Ok(made.stdout)
    }

    pub fn fixture(&self, people: usize, documents: usize, more: usize) -> anyhow::Result<Fixture> {
        let (people, tasks, named) = (people.to_string(), (documents + more).to_string(), documents.to_string());
        let made = self.run(&["dev", "fixture", "--people", &people, "--tasks", &tasks, "--named", &named])?;
        Fixture::of_own(&made, format!("http://{}", self.address(0)))
    }

    /// All nodes, or some of them.
    pub fn target(&self, fixture: &Fixture, nodes: &[usize], first: usize) -> anyhow::Result<Target> {
        let mut target = Target::ours(fixture.clone(), Protocol::Tandem, first)?;
        target.nodes = nodes.iter().map(|node| self.address(*node)).collect();
        Ok(target)
    }

    /// What the servers wrote that no run should make them write.
    pub fn panics(&self) -> Vec<String> {
        let all = self.nodes.iter().map(|node| (&node.place.name, node.said()));
        all.flat_map(|(name, log)| {
            log.lines().filter(|line| line.contains("panicked at")).map(|line| format!("{name}: {line}")).collect::<Vec<_>>()
        })
        .collect()
    }

    pub fn folder(&self) -> &Path {
        &self.folder.path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.keep {
            return eprintln!("  kept: {}", self.path.display());
        }
        let _ = fs::remove_dir_all(&self.path);
    }
}

async fn is_ready(address: SocketAddr) -> bool {
    let ask = async {
        let mut stream = TcpStream::connect(address).await?;
        stream.write_all(format!("GET /readyz HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n").as_bytes()).await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        anyhow::Ok(answer.starts_with(b"HTTP/1.1 200"))
    };
    matches!(timeout(Duration::from_secs(2), ask).await, Ok(Ok(true)))
}

fn faketime() -> Option<PathBuf> {
    let folders = fs::read_dir("/usr/lib").ok()?.flatten().map(|entry| entry.path().join("faketime/libfaketimeMT.so.1"));
    folders.into_iter().find(|library| library.exists())
}
