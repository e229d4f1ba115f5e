//! The `tandem` command. Each subcommand is a file; each failure is a sentence on stderr and exit code 1.

mod asked;
mod config;
pub mod demo;
mod dev;
mod export;
mod generate;
mod health;
mod import;
mod invite;
mod log;
mod migrate;
mod node;
mod place;
mod serve;
mod token;
pub mod welcome;
mod workflow;

use std::process::ExitCode;

pub use asked::Global;
use clap::{Parser, Subcommand};

use crate::config::Environment;

#[derive(Debug, Parser)]
#[command(name = "tandem", version, about = "Label data together, live.", max_term_width = 100)]
struct Command {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Run the server, with everything it needs
    Serve,
    /// Bring the database to this version's schema
    Migrate,
    /// Print an access token of a person, for scripts
    Token(token::Token),
    /// Make somebody a member of a workspace, and print their sign-in link
    Invite(invite::Invite),
    /// Bring images and annotations of other tools into a project
    #[command(subcommand)]
    Import(import::Import),
    /// Write a project's annotations to a file
    #[command(subcommand)]
    Export(export::Export),
    /// The nodes of the installation: list them, take one out of service and back
    #[command(subcommand)]
    Node(node::Node),
    /// Look at workflows as they are written (docs/workflows.md)
    #[command(subcommand)]
    Workflow(workflow::Asked),
    /// Show every setting, its value and where it came from
    Config,
    /// Ask the server of this machine how it is, for a container's health check
    Health(health::Health),
    /// Rewrite the files that are made from code (run in the repository)
    #[command(hide = true)]
    Generate {
        /// Write nothing; fail if one is stale
        #[arg(long)]
        check: bool,
    },
    /// For people changing Tandem
    #[command(hide = true, subcommand)]
    Dev(dev::Dev),
}

/// Runs the process's command.
#[must_use]
pub fn run() -> ExitCode {
    let Command { global, what } = Command::parse();
    let env = Environment::of_process();
    let result = match &what {
        What::Serve => serve::run(&global, &env),
        What::Migrate => migrate::run(&global, &env),
        What::Token(asked) => token::run(&global, &env, asked),
        What::Invite(asked) => invite::run(&global, &env, asked),
        What::Import(what) => import::run(&global, &env, what),
        What::Export(what) => export::run(&global, &env, what),
        What::Node(what) => node::run(&global, &env, what),
        What::Workflow(asked) => workflow::run(asked),
        What::Config => config::run(&global, &env),
        What::Health(asked) => health::run(&global, &env, asked),
        What::Generate { check } => generate::run(*check),
        What::Dev(dev) => dev::run(&global, dev, &env),
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            eprintln!("tandem: {}", sentence(&error));
            ExitCode::FAILURE
        }
    }
}

/// The error with its causes, each told once: some errors have their cause in their own sentence already.
fn sentence(error: &anyhow::Error) -> String {
    error.chain().fold(String::new(), |told, cause| match cause.to_string() {
        cause if told.is_empty() => cause,
        cause if told.to_lowercase().contains(&cause.to_lowercase()) => told,
        cause => format!("{} ({cause})", told.trim_end_matches('.')),
    })
}

/// Runs a command's work: an actix system, which the actors need, over a runtime of a few threads.
fn block_on<T, E>(work: impl Future<Output = Result<T, E>>) -> Result<T, E>
where
    E: From<std::io::Error>,
{
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(threads()).enable_all().build()?;
    actix::System::with_tokio_rt(move || runtime).block_on(work)
}

fn threads() -> usize {
    std::thread::available_parallelism().map_or(2, std::num::NonZero::get).min(4)
}

#[cfg(test)]
mod tests {
    use anyhow::Context as _;

    use super::*;

    #[test]
    fn a_cause_is_told_once() {
        let inner = || std::io::Error::other("no space left");
        let told = Err::<(), _>(inner()).context("x cannot be written: no space left.").unwrap_err();
        assert_eq!(sentence(&told), "x cannot be written: no space left.");
        let told = Err::<(), _>(inner()).context("x cannot be written.").unwrap_err();
        assert_eq!(sentence(&told), "x cannot be written (no space left)");
    }
}
