//! A Redis of its own for a test: a real server on a free port, in a folder that goes with it.

use std::{
    fs,
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// What a started server takes at most, on a machine with much else to do.
const DEADLINE: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(10);

/// Stopped when dropped.
#[derive(Debug)]
pub struct RedisServer {
    port: u16,
    folder: tempfile::TempDir,
    settings: Vec<String>,
    kind: Kind,
    process: Option<Child>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Server,
    Sentinel,
}

impl RedisServer {
    #[must_use]
    pub fn start() -> Self {
        Self::with(&[])
    }

    /// With settings as `redis.conf` has them, such as `requirepass secret`.
    #[must_use]
    pub fn with(settings: &[&str]) -> Self {
        Self::run(Kind::Server, settings)
    }

    /// A sentinel; its settings name the master.
    #[must_use]
    pub fn sentinel(settings: &[&str]) -> Self {
        Self::run(Kind::Sentinel, settings)
    }

    fn run(kind: Kind, settings: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let settings = settings.iter().map(|line| (*line).to_owned()).collect();
        let mut server = Self { port: free_port(), folder, settings, kind, process: None };
        // Somebody else may take a port between our asking for a free one and using it.
        while let Err(why) = server.try_start() {
            assert!(why.contains("in use"), "redis-server does not start: {why}");
            server.port = free_port();
        }
        server
    }

    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// `kill -9`: everything in it is lost.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    /// Starts it again, on the same port.
    pub fn resume(&mut self) {
        let begun = Instant::now();
        while let Err(why) = self.try_start() {
            assert!(begun.elapsed() < DEADLINE, "redis-server does not start again: {why}");
        }
    }

    fn try_start(&mut self) -> Result<(), String> {
        let log = self.folder.path().join("log");
        let conf = self.folder.path().join("redis.conf");
        let mut text =
            format!("bind 127.0.0.1\nport {}\ndir {}\nlogfile {}\ndaemonize no\n", self.port, self.folder.path().display(), log.display());
        if self.kind == Kind::Server {
            text += "save \"\"\nappendonly no\n";
        }
        for line in &self.settings {
            text += line;
            text += "\n";
        }
        fs::write(&conf, text).map_err(|error| error.to_string())?;
        let mut command = Command::new("redis-server");
        command.arg(&conf).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        if self.kind == Kind::Sentinel {
            command.arg("--sentinel");
        }
        let mut process = command.spawn().unwrap_or_else(|error| {
            panic!("this test needs a real Redis, and redis-server does not start ({error}): run scripts/setup --tests")
        });
        let begun = Instant::now();
        // It listens before it is ready, on the plain port or, with `port 0` among the settings, on the TLS port; a ready server says so.
        loop {
            let said = fs::read_to_string(&log).unwrap_or_default();
            let ready = said.contains("Ready to accept connections") || (self.kind == Kind::Sentinel && said.contains("+monitor"));
            if ready {
                self.process = Some(process);
                // The next start must not read this line.
                let _ = fs::rename(&log, self.folder.path().join("log.before"));
                return Ok(());
            }
            let ended = process.try_wait().map_err(|error| error.to_string())?;
            if ended.is_some() || begun.elapsed() > DEADLINE {
                let _ = process.kill();
                let _ = process.wait();
                return Err(said);
            }
            std::thread::sleep(PAUSE);
        }
    }

    /// Runs `redis-cli` against it and answers what it prints.
    pub fn cli(&self, arguments: &[&str]) -> String {
        let port = self.port.to_string();
        let mut all = vec!["-h", "127.0.0.1", "-p", &port];
        all.extend_from_slice(arguments);
        let output = Command::new("redis-cli").args(&all).output().expect("redis-cli runs");
        let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        assert!(output.status.success(), "redis-cli {arguments:?}: {text}");
        text
    }

    /// Stops the process without ending it (SIGSTOP): connections stay, nobody answers.
    pub fn freeze(&self) {
        self.signal("STOP");
    }

    pub fn thaw(&self) {
        self.signal("CONT");
    }

    fn signal(&self, signal: &str) {
        let process = self.process.as_ref().expect("it runs").id().to_string();
        let sent = Command::new("kill").args([&format!("-{signal}"), &process]).status().expect("kill runs");
        assert!(sent.success());
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A port nobody has now. A cluster's servers use this one and that 10000 above, so it is below 55535.
fn free_port() -> u16 {
    loop {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        if port < 55_000 && TcpListener::bind(("127.0.0.1", port + 10_000)).is_ok() {
            return port;
        }
    }
}

/// Three servers that are one cluster.
#[must_use]
pub fn cluster() -> Vec<RedisServer> {
    let settings = ["cluster-enabled yes", "cluster-config-file nodes.conf", "cluster-node-timeout 2000"];
    let servers: Vec<RedisServer> = (0..3).map(|_| RedisServer::with(&settings)).collect();
    let addresses: Vec<String> = servers.iter().map(|server| format!("127.0.0.1:{}", server.port())).collect();
    let mut arguments = vec!["--cluster", "create"];
    arguments.extend(addresses.iter().map(String::as_str));
    arguments.extend(["--cluster-yes", "--cluster-replicas", "0"]);
    servers[0].cli(&arguments);
    let begun = Instant::now();
    while !servers.iter().all(|server| server.cli(&["cluster", "info"]).contains("cluster_state:ok")) {
        assert!(begun.elapsed() < DEADLINE, "the cluster does not form");
        std::thread::sleep(PAUSE);
    }
    servers
}
