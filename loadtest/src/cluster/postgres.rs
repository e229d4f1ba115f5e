//! The one Postgres: the program that the server itself would use, with a cluster of its own that listens on its namespace's address.

use std::{
    fs::{self, Permissions},
    os::unix::fs::{PermissionsExt, chown},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context, bail};
use tokio::time::{Instant, sleep};

use super::{machine::Machine, network::Place};

pub const PORT: u16 = 5432;
const READY_WITHIN: Duration = Duration::from_secs(60);
/// Inside `tandem dev postgres`: where is the program beside us?
const WHERE: &str = r#"for pid in $(cat /proc/$PPID/task/*/children); do readlink "/proc/$pid/exe"; done | grep '/postgres$' | head -n 1"#;

pub struct Postgres {
    pub machine: Machine,
    program: PathBuf,
    cluster: PathBuf,
    user: (u32, u32),
}

impl Postgres {
    pub async fn make(place: Place, folder: &Path, tandem: &Path) -> anyhow::Result<Self> {
        let user = account()?;
        let found = Command::new(tandem).args(["dev", "postgres", "--", "sh", "-c", WHERE]).stdin(Stdio::null()).output()?;
        let program = PathBuf::from(String::from_utf8_lossy(&found.stdout).trim());
        if !program.is_file() {
            bail!("no Postgres: {}", String::from_utf8_lossy(&found.stderr).trim());
        }
        let cluster = folder.join("postgres");
        fs::create_dir_all(&cluster)?;
        fs::set_permissions(&cluster, Permissions::from_mode(0o700))?;
        chown(&cluster, Some(user.0), Some(user.1))?;
        let mut postgres = Self { machine: Machine::new(place, folder), program, cluster, user };
        postgres.init()?;
        postgres.start().await?;
        postgres.create_database()?;
        Ok(postgres)
    }

    fn init(&self) -> anyhow::Result<()> {
        let mut command = self.machine.command(&self.program.with_file_name("initdb"), Some(self.user));
        // Nobody but this run reaches the network it listens on.
        command.arg("-D").arg(&self.cluster).args(["-U", "postgres", "--encoding=UTF8", "--locale=C", "--auth=trust"]);
        let made = command.output()?;
        if !made.status.success() {
            bail!("initdb: {}", String::from_utf8_lossy(&made.stderr).trim());
        }
        fs::write(self.cluster.join("pg_hba.conf"), "host all all 0.0.0.0/0 trust\n")?;
        Ok(())
    }

    pub async fn start(&mut self) -> anyhow::Result<()> {
        let mut command = self.machine.command(&self.program, Some(self.user));
        command.arg("-D").arg(&self.cluster);
        let settings = [
            format!("listen_addresses={}", self.machine.place.address),
            format!("port={PORT}"),
            "unix_socket_directories=".to_owned(),
            // What nodes that were cut off left open is there for a while beside what they open anew.
            "max_connections=300".to_owned(),
            "timezone=UTC".to_owned(),
        ];
        for setting in settings {
            command.args(["-c", &setting]);
        }
        self.machine.start(command)?;
        let until = Instant::now() + READY_WITHIN;
        while !self.is_ready() {
            self.machine.must_run()?;
            if Instant::now() > until {
                bail!("Postgres is not ready: {}", self.machine.last_words());
            }
            sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    /// The file of the one before lies there until this one begins.
    fn is_ready(&self) -> bool {
        let text = fs::read_to_string(self.cluster.join("postmaster.pid")).unwrap_or_default();
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        let mine = self.machine.pid().is_ok_and(|pid| lines.first() == Some(&pid.as_raw_nonzero().to_string().as_str()));
        mine && lines.get(7) == Some(&"ready")
    }

    fn create_database(&self) -> anyhow::Result<()> {
        self.sql("postgres", "CREATE DATABASE tandem").map(drop)
    }

    pub fn url(&self) -> String {
        self.url_of("tandem")
    }

    fn url_of(&self, database: &str) -> String {
        format!("postgres://postgres:none@{}:{PORT}/{database}", self.machine.place.address)
    }

    /// A statement as the superuser, from where it runs; its answer as psql prints it, unaligned.
    pub fn sql(&self, database: &str, statement: &str) -> anyhow::Result<String> {
        let mut command = self.machine.command(Path::new("psql"), None);
        let output = command.args([&self.url_of(database), "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", statement]).output()?;
        if !output.status.success() {
            bail!("psql: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }
}

/// Postgres refuses to be root.
fn account() -> anyhow::Result<(u32, u32)> {
    let users = fs::read_to_string("/etc/passwd")?;
    let line = users.lines().find(|line| line.starts_with("nobody:")).context("there is no user `nobody` for Postgres")?;
    let fields: Vec<&str> = line.split(':').collect();
    let number = |index: usize| fields.get(index).and_then(|field| field.parse().ok()).context("unreadable /etc/passwd");
    Ok((number(2)?, number(3)?))
}
