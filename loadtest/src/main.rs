//! `tandem-loadtest`: measures a running server from outside, through the protocol alone.
//!
//! Every run is bounded in time and count, and refuses to aim anywhere but at this machine.

mod fixture;
mod http;
mod process;
mod report;
mod room;
mod socket;
mod submit;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// Measure a Tandem server on this machine.
#[derive(Parser)]
#[command(version)]
struct Args {
    /// What `tandem dev fixture` printed: address, project, tasks and a token per person.
    #[arg(long, value_name = "FILE")]
    fixture: PathBuf,
    /// Process id of the server, to add its CPU time and memory to the report.
    #[arg(long)]
    server_pid: Option<u32>,
    /// Also write the figures as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    #[command(subcommand)]
    scenario: Scenario,
}

#[derive(Subcommand)]
enum Scenario {
    /// People in one task, all moving their cursors: time from one client to all others.
    Room(room::Options),
    /// People working through the queue: lease, draw, submit, next. Time of each submit.
    Submit(submit::Options),
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let fixture = fixture::Fixture::load(&args.fixture)?;
    let server = args.server_pid.map(process::Usage::start).transpose()?;
    let mut report = match args.scenario {
        Scenario::Room(options) => room::run(&fixture, &options).await?,
        Scenario::Submit(options) => submit::run(&fixture, &options).await?,
    };
    if let Some(server) = server {
        server.finish(&mut report)?;
    }
    print!("{}", report.table());
    if let Some(path) = args.json {
        std::fs::write(&path, report.json()?)?;
    }
    Ok(())
}
