//! For people changing Tandem. `tandem dev postgres -- CMD`: a throwaway Postgres around a command; `make test` runs the tests in
//! it. `tandem dev fixture`: people and tasks for `tandem-loadtest`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use anyhow::Context as _;
use clap::Subcommand;
use secrecy::{ExposeSecret as _, SecretString};
use tandem_store::Store;
use tokio::signal::unix::{SignalKind, signal};

use super::{Global, log};
use crate::{
    auth::Auth,
    config::Environment,
    embedded::{
        Lock,
        postgres::{Options, Passwords, Places, Postgres, stop_leftover},
    },
    fixture::{self, Wanted},
    platform::Platform,
};

/// The superuser's URL, for the command.
const VARIABLE: &str = "TANDEM_TEST_DATABASE_URL";
const PREFIX: &str = "tandem-dev-postgres-";

#[derive(Debug, Subcommand)]
pub enum Dev {
    /// Run a command with an empty Postgres, whose superuser URL is in TANDEM_TEST_DATABASE_URL
    Postgres {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true, value_name = "COMMAND")]
        command: Vec<String>,
    },
    /// Make people and tasks for tandem-loadtest on the running server, and print who and where as JSON
    Fixture {
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=2000))]
        people: u32,
        #[arg(long, default_value_t = 3000, value_parser = clap::value_parser!(u32).range(1..=2_000_000))]
        tasks: u32,
        /// How many of the tasks are named, for scenarios that open them directly
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=20_000))]
        named: u32,
    },
}

pub fn run(global: &Global, dev: &Dev, env: &Environment) -> anyhow::Result<ExitCode> {
    match dev {
        Dev::Postgres { command } => postgres(command, env),
        Dev::Fixture { people, tasks, named } => {
            fixture(global, env, Wanted { people: *people as usize, tasks: *tasks as usize, named: *named as usize })
        }
    }
}

fn fixture(global: &Global, env: &Environment, wanted: Wanted) -> anyhow::Result<ExitCode> {
    let config = global.load(env)?.config;
    log::start(&config)?;
    super::block_on(async {
        let platform = Platform::join(&config, env.get("PATH")).await?;
        let made = async {
            let auth = Auth::new(&config.jwt, platform.jwt_secret.as_ref())?;
            let store = Store::connect(&platform.store).await?;
            let made = fixture::make(&store, &auth, &config.public_url, wanted).await;
            store.close().await;
            Ok::<_, anyhow::Error>(made?)
        }
        .await;
        platform.stop().await;
        println!("{}", serde_json::to_string(&made?)?);
        Ok(ExitCode::SUCCESS)
    })
}

fn postgres(command: &[String], env: &Environment) -> anyhow::Result<ExitCode> {
    let base = std::env::temp_dir();
    sweep(&base);
    let folder = base.join(format!("{PREFIX}{}", uuid::Uuid::now_v7().simple()));
    let lock = Lock::take(&folder)?;
    let result = within(&folder, command, env);
    drop(lock);
    // Left over, the next run sweeps it away.
    let _ = fs::remove_dir_all(&folder);
    result
}

fn within(folder: &Path, command: &[String], env: &Environment) -> anyhow::Result<ExitCode> {
    let secret = || SecretString::from(uuid::Uuid::new_v4().simple().to_string());
    let options = Options {
        data_dir: folder.to_owned(),
        places: Places::of_process(env.get("TANDEM_POSTGRES_BIN").map(PathBuf::from), env.get("PATH")),
        passwords: Passwords { superuser: secret(), owner: secret() },
        throwaway: true,
    };
    let postgres = Postgres::start(&options)?;
    let code = super::block_on(run_command(command, postgres.superuser_url()));
    postgres.stop();
    code
}

/// Ctrl-C reaches the command by itself, through the terminal; we outlive it, to stop Postgres.
async fn run_command(command: &[String], url: SecretString) -> anyhow::Result<ExitCode> {
    let (program, arguments) = command.split_first().context("a command is needed")?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut child = tokio::process::Command::new(program)
        .args(arguments)
        .env(VARIABLE, url.expose_secret())
        .spawn()
        .with_context(|| format!("{program} cannot be run"))?;
    loop {
        tokio::select! {
            status = child.wait() => {
                let code = status?.code().and_then(|code| u8::try_from(code).ok());
                return Ok(code.map_or(ExitCode::FAILURE, ExitCode::from));
            }
            _ = interrupt.recv() => {}
            _ = terminate.recv() => pass_on(&child),
        }
    }
}

fn pass_on(child: &tokio::process::Child) {
    let pid = child.id().and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw);
    if let Some(pid) = pid {
        // It ended in this moment: then `wait` says so.
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
    }
}

/// Another run may be between making its folder and locking it.
fn settled(folder: &Path) -> bool {
    let age = fs::metadata(folder).and_then(|metadata| metadata.modified()).map(|at| at.elapsed().unwrap_or_default());
    age.is_ok_and(|age| age > Duration::from_secs(60))
}

/// Stops and removes what runs that were killed left behind: folders that nobody holds the lock of.
fn sweep(base: &Path) {
    let Ok(entries) = fs::read_dir(base) else { return };
    for folder in entries.flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with(PREFIX)).map(|entry| entry.path()) {
        let abandoned = settled(&folder) && Lock::take(&folder).is_ok() && stop_leftover(&folder).is_ok();
        if abandoned {
            let _ = fs::remove_dir_all(&folder);
        }
    }
}
