//! The `tandem` command. Each subcommand is a file; each failure is a sentence on stderr and exit code 1.

mod asked;
mod config;
mod generate;

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
    /// Show every setting, its value and where it came from
    Config,
    /// Rewrite the files that are made from code (run in the repository)
    #[command(hide = true)]
    Generate {
        /// Write nothing; fail if one is stale
        #[arg(long)]
        check: bool,
    },
}

/// Runs the process's command.
#[must_use]
pub fn run() -> ExitCode {
    let command = Command::parse();
    let env = Environment::of_process();
    let result = match command.what {
        What::Config => config::run(&command.global, &env),
        What::Generate { check } => generate::run(check),
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            eprintln!("tandem: {error:#}");
            ExitCode::FAILURE
        }
    }
}
