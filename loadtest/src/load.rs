//! `load`: how long until a newcomer has all of a large document. `--fill` makes it; then restart the server and run again without:
//! the first open is the one from disk. With a server of its own (`--tandem`) one run does all of it.

use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use tokio::{
    task::LocalSet,
    time::{sleep, timeout},
};

use crate::{
    client, docs,
    paper::Paper,
    plant::Plant,
    process::Process,
    report::{Report, histogram, record},
    target::Target,
};

#[derive(clap::Args)]
pub struct Options {
    #[arg(long, default_value_t = 5_000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    shapes: u32,
    /// Only put the shapes there, and wait until the server has had time to store them.
    #[arg(long)]
    fill: bool,
    /// Seconds to wait after that, for servers that store later.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u64).range(0..=60))]
    settle: u64,
    /// Opens after the first.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    opens: u32,
}

const OPEN: Duration = Duration::from_secs(60);
/// Between two opens.
const PAUSE: Duration = Duration::from_millis(50);

pub async fn run(target: &Target, options: &Options, server: Option<&Process>) -> anyhow::Result<Report> {
    LocalSet::new().run_until(measure(target, options, server)).await
}

/// On a server started for this run.
pub async fn from_nothing(target: &Target, options: &Options, plant: &mut Plant) -> anyhow::Result<Report> {
    LocalSet::new().run_until(docs::fill(target, 0, options.shapes as usize)).await?;
    plant.restart().await?;
    run(target, options, Some(&plant.process()?)).await
}

async fn measure(target: &Target, options: &Options, server: Option<&Process>) -> anyhow::Result<Report> {
    let shapes = options.shapes as usize;
    if options.fill {
        docs::fill(target, 0, shapes).await?;
        sleep(Duration::from_secs(options.settle)).await;
        let mut report = Report::new(format!("load: {shapes} shapes put there"));
        report.figure("shapes", shapes as f64, "");
        return Ok(report);
    }
    let (first, bytes) = open(target, shapes).await.context("the first open")?;
    let mut times = histogram()?;
    for _ in 0..options.opens {
        sleep(PAUSE).await;
        record(&mut times, open(target, shapes).await?.0);
    }
    let mut report = Report::new(format!("load: {shapes} shapes, first open and {} more", options.opens));
    report.figure("first open", first.as_secs_f64() * 1000.0, "ms");
    report.figure("median of the others", times.value_at_quantile(0.5) as f64 / 1000.0, "ms");
    report.times("the others", &times);
    report.figure("document", bytes as f64 / 1024.0, "KiB");
    if let Some(server) = server {
        report.figure("server memory", server.resident_kib()? as f64 / 1024.0, "MiB RSS");
    }
    Ok(report)
}

/// From before connecting until all of the document is here; that it is all is looked at afterwards.
pub async fn open(target: &Target, shapes: usize) -> anyhow::Result<(Duration, usize)> {
    let from = Instant::now();
    let (client, entered) = timeout(OPEN, client::enter(target, 0, 0)).await.context("opening took too long")??;
    let took = from.elapsed();
    client.leave().await;
    let paper = Paper::default();
    let mut bytes = 0;
    for update in entered.updates.iter().chain([&entered.sync]).filter(|update| !update.is_empty()) {
        bytes += update.len();
        paper.apply(update)?;
    }
    let there = paper.shapes().len();
    if there < shapes {
        bail!("{there} of {shapes} shapes came: run it with --fill first");
    }
    Ok((took, bytes))
}
