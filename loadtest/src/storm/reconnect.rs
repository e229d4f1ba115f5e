//! `reconnect-storm`: everybody in a room loses the connection at once, as when a proxy restarts, and comes back with the copy in hand.

use std::{rc::Rc, time::Duration};

use anyhow::Context;
use hdrhistogram::Histogram;
use tokio::{
    sync::Barrier,
    task::{JoinSet, LocalSet},
    time::{Instant, sleep, timeout},
};

use crate::{
    client::{self, Client, Entered, Have},
    dialect::{Protocol, Speech},
    docs,
    net::Message,
    paper::Paper,
    process::Process,
    report::{Report, histogram, record, say},
    target::Target,
};

#[derive(clap::Args)]
pub struct Options {
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(2..=5_000))]
    people: u32,
    /// Shapes in the document they hold.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=20_000))]
    shapes: u32,
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=20))]
    rounds: u32,
    /// Milliseconds over which they come back. 0: all at once, which no client of ours does.
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u64).range(0..=60_000))]
    over_ms: u64,
}

/// Coming back takes no longer.
const PATIENCE: Duration = Duration::from_secs(60);
const STAY: Duration = Duration::from_secs(1);
/// Joining for the first time, at once.
const AT_ONCE: usize = 50;

pub async fn run(target: &Target, options: &Options, server: Option<&Process>) -> anyhow::Result<Report> {
    LocalSet::new().run_until(measure(target, options, server)).await
}

async fn measure(target: &Target, options: &Options, server: Option<&Process>) -> anyhow::Result<Report> {
    docs::fill(target, 0, options.shapes as usize).await?;
    let have = copy(target).await?;
    let people = options.people as usize;
    let before = server.map(Process::resident_kib).transpose()?;
    let watch = server.map(Process::watch);
    let cpu = server.map(Process::cpu_seconds).transpose()?;
    let (mut times, mut slowest, mut failed) = (histogram()?, Duration::ZERO, 0u64);
    for round in 0..=options.rounds {
        // The first time they only come, gently: nothing is counted.
        let over =
            if round == 0 { Duration::from_millis(people as u64 * 10 / AT_ONCE as u64) } else { Duration::from_millis(options.over_ms) };
        let (came, took, lost) = come(target, people, over, &have).await?;
        if round > 0 {
            say(format!("round {round}: all back after {:.2} s", took.as_secs_f64()));
            times.add(came)?;
            slowest = slowest.max(took);
            failed += lost;
        }
    }
    let mut report = Report::new(format!(
        "reconnect-storm: {people} people come back to {} shapes within {} ms, {} times",
        options.shapes, options.over_ms, options.rounds
    ));
    report.times("from connecting until the copy is whole", &times);
    report.figure("all back after, at most", slowest.as_secs_f64(), "s");
    report.figure("did not come back", failed as f64, "");
    if failed > 0 {
        report.fail(format!("{failed} did not come back"));
    }
    if let Some((after, before)) = server.map(Process::cpu_seconds).transpose()?.zip(cpu) {
        report.figure("server CPU a return", (after - before) * 1e6 / people as f64 / f64::from(options.rounds + 1), "us");
    }
    if let (Some(before), Some(watch), Some(server)) = (before, watch, server) {
        report.figure("server memory before", before as f64 / 1024.0, "MiB RSS");
        report.figure("server memory at most", watch.peak_kib() as f64 / 1024.0, "MiB RSS");
        report.figure("server memory after", server.resident_kib()? as f64 / 1024.0, "MiB RSS");
    }
    Ok(report)
}

/// What somebody who was there before holds.
async fn copy(target: &Target) -> anyhow::Result<Have> {
    let (client, entered) = client::enter(target, 0, 0).await?;
    client.leave().await;
    let paper = Paper::default();
    paper.apply(&entered.sync)?;
    let lineage = entered.joined.map_or_else(tandem_protocol::LineageId::new, |joined| joined.lineage);
    Ok(Some((lineage, paper.vector())))
}

/// Everybody comes, stays a moment and is cut off. Returns the times, when the last was in, and how many were not.
async fn come(target: &Target, people: usize, over: Duration, have: &Have) -> anyhow::Result<(Histogram<u64>, Duration, u64)> {
    let start = Rc::new(Barrier::new(people));
    let mut storm = JoinSet::new();
    let from = Instant::now();
    for number in 0..people {
        let (target, have, start) = (target.clone(), have.clone(), Rc::clone(&start));
        let wait = over.mul_f64(number as f64 / people as f64);
        storm.spawn_local(async move {
            start.wait().await;
            sleep(wait).await;
            let began = Instant::now();
            let (client, _) = timeout(PATIENCE, back(&target, number, have)).await.context("not back in time")??;
            let (took, at) = (began.elapsed(), from.elapsed());
            stay(client).await;
            anyhow::Ok((took, at))
        });
    }
    let (mut times, mut last, mut lost) = (histogram()?, Duration::ZERO, 0);
    while let Some(came) = storm.join_next().await {
        match came? {
            Ok((took, at)) => {
                record(&mut times, took);
                last = last.max(at);
            }
            Err(error) => {
                if lost == 0 {
                    say(format!("lost: {error:#}"));
                }
                lost += 1;
            }
        }
    }
    Ok((times, last, lost))
}

async fn back(target: &Target, number: usize, have: Have) -> anyhow::Result<(Client, Entered)> {
    let speech = Rc::new(Speech::new(target, 0, number)?);
    let mut client = client::dial(target, speech, number).await?;
    let entered = client.join(target.protocol, have).await?;
    if target.protocol != Protocol::Tandem {
        client.line.send(&client.speech.lacking(client::NOTHING))?;
    }
    Ok((client, entered))
}

/// Read for a moment; then the connection is dropped without a word, as networks do.
async fn stay(mut client: Client) {
    let ignore = &mut |_: Message<'_>| Ok(());
    // Until the time is over; it may be cut earlier.
    let _ = timeout(STAY, async { while client.ear.hear(ignore).await.is_ok() {} }).await;
}
