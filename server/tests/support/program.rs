//! The real program as a process of its own, to be killed.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    net::TcpListener,
    process::{Child, Command, Stdio},
    sync::Arc,
};

use secrecy::ExposeSecret as _;
use server::testing::JWT_SECRET;
use tandem_store::testing::Database;

/// `tandem serve` on a database of ours.
pub struct Program {
    database: Arc<Database>,
    folder: tempfile::TempDir,
    port: u16,
    settings: Vec<(&'static str, String)>,
    child: Option<Child>,
}

impl Program {
    /// Not started yet; on the same port and with the same files each time it is.
    pub fn new(database: Arc<Database>, settings: &[(&'static str, String)]) -> Self {
        let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
        Self { database, folder: tempfile::tempdir().unwrap(), port, settings: settings.to_vec(), child: None }
    }

    pub fn base(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Waits until it serves.
    pub fn start(&mut self) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tandem"));
        command
            .arg("serve")
            .current_dir(self.folder.path())
            .env("TANDEM_CONFIG", "/dev/null")
            .env("TANDEM_DATA_DIR", self.folder.path().join("data"))
            .env("DATABASE_URL", self.database.config.url.expose_secret())
            .env("TANDEM_TENANT_KEY", self.database.config.tenant_key.expose_secret())
            .env("TANDEM_JWT_SECRET", JWT_SECRET)
            .env("TANDEM_BIND", format!("127.0.0.1:{}", self.port))
            .envs(self.settings.iter().map(|(name, value)| (name, value)))
            .env("TANDEM_LOG", "warn")
            .env("TANDEM_DEMO", "false");
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let first = BufReader::new(child.stdout.take().unwrap()).lines().next();
        let mut stderr = child.stderr.take().unwrap();
        if first.is_none() {
            let mut text = String::new();
            stderr.read_to_string(&mut text).unwrap();
            panic!("tandem did not start: {text}");
        }
        // Read on, or a full pipe would stop it.
        std::thread::spawn(move || std::io::copy(&mut stderr, &mut std::io::sink()));
        self.child = Some(child);
    }

    /// Nobody says goodbye.
    pub fn kill_9(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.kill_9();
    }
}
