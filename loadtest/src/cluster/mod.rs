//! `cluster` and `cluster-chaos`: several real servers on one Postgres and one Redis, each in a network namespace of its own, so that
//! every link between them can be cut and every one of them killed without the others noticing but by silence.
//!
//! Linux and root only. Everything is bounded in time; what is left of a run that was killed is swept away by the next.

mod audit;
pub mod chaos;
mod fault;
mod machine;
pub mod measure;
mod network;
mod plan;
mod postgres;
mod redis;
mod settle;
mod site;
mod taker;

use tokio::signal::unix::{SignalKind, signal};

use crate::report::Report;

/// A run that is told to stop ends as one that fails does: by putting everything away.
pub async fn until_told(run: impl Future<Output = anyhow::Result<Report>>) -> anyhow::Result<Report> {
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    tokio::select! {
        report = run => report,
        _ = interrupt.recv() => anyhow::bail!("interrupted"),
        _ = terminate.recv() => anyhow::bail!("told to stop"),
    }
}
