//! `many-docs`: thousands of documents opened in turn, written to and left, and then once more. Is the memory back afterwards? The first
//! time an allocator may keep what so many rooms together never needed before; what the second time adds to that is a leak.

use std::{rc::Rc, time::Duration};

use anyhow::Context;
use futures_util::{StreamExt, TryStreamExt, stream};
use hdrhistogram::Histogram;
use tokio::{
    task::LocalSet,
    time::{Instant, sleep, timeout},
};

use crate::{
    client,
    dialect::{News, Protocol},
    paper::Paper,
    process::Process,
    report::{Report, histogram, record, say},
    target::Target,
};

#[derive(clap::Args)]
pub struct Options {
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(10..=20_000))]
    documents: u32,
    /// Opened at once.
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..=200))]
    at_once: u32,
    /// Shapes drawn in each.
    #[arg(long, default_value_t = 5)]
    shapes: u32,
    /// Seconds after which the server has forgotten a document nobody has open.
    #[arg(long, default_value_t = 45, value_parser = clap::value_parser!(u64).range(1..=600))]
    idle: u64,
}

/// Opened beforehand, so that what a server allocates once for all is not counted, and a bounded cache of what nobody has open (ours: of 1,000)
/// was full once.
const WARM_UP: usize = 1_500;
const OPEN: Duration = Duration::from_secs(60);

pub async fn run(target: &Target, options: &Options, server: Option<&Process>) -> anyhow::Result<Report> {
    LocalSet::new().run_until(measure(target, options, server)).await
}

async fn measure(target: &Target, options: &Options, server: Option<&Process>) -> anyhow::Result<Report> {
    let memory = || server.map(Process::resident_kib).transpose();
    let fresh = memory()?;
    let count = options.documents as usize;
    visit(target, 0..WARM_UP.min(count), options).await?;
    say(format!("waiting {} s for the first to be forgotten", options.idle));
    sleep(Duration::from_secs(options.idle)).await;
    let before = memory()?;
    let watch = server.map(Process::watch);
    let (first, took) = round(target, count, options).await?;
    let between = memory()?;
    let (second, again) = round(target, count, options).await?;
    let most = watch.map(|watch| watch.peak_kib());
    let mut report = Report::new(format!("many-docs: {count} documents opened, written to and left, {} at once, twice", options.at_once));
    report.times("open, draw, acknowledged", &first);
    report.times("the same, the second time", &second);
    report.figure("documents a second", count as f64 / took, "");
    report.figure("documents a second, the second time", count as f64 / again, "");
    if let (Some(fresh), Some(before), Some(between), Some(most), Some(after)) = (fresh, before, between, most, memory()?) {
        for (name, kib) in [
            ("server memory at first", fresh),
            ("server memory before", before),
            ("server memory at most", most),
            ("server memory after the first time", between),
            ("server memory after", after),
        ] {
            report.figure(name, kib as f64 / 1024.0, "MiB RSS");
        }
        report.figure("after the first time, to before", between as f64 / before as f64, "");
        report.figure("after the second time, to the first", after as f64 / between as f64, "");
    }
    Ok(report)
}

/// All documents in turn, and until they are forgotten: how long each took, and all of them in seconds.
async fn round(target: &Target, count: usize, options: &Options) -> anyhow::Result<(Histogram<u64>, f64)> {
    let began = Instant::now();
    let times = visit(target, 0..count, options).await?;
    let took = began.elapsed().as_secs_f64();
    say(format!("{count} documents in {took:.1} s; waiting {} s for them to be forgotten", options.idle));
    sleep(Duration::from_secs(options.idle)).await;
    Ok((times, took))
}

async fn visit(target: &Target, documents: std::ops::Range<usize>, options: &Options) -> anyhow::Result<Histogram<u64>> {
    let mut times = histogram()?;
    let mut visits = stream::iter(documents)
        .map(|document| async move {
            let took = timeout(OPEN, one(target, document, options.shapes as usize)).await;
            took.context("took too long").flatten().with_context(|| format!("document {document}"))
        })
        .buffer_unordered(options.at_once as usize);
    while let Some(took) = visits.try_next().await? {
        record(&mut times, took);
        if times.len().is_multiple_of(2_000) {
            say(format!("{} documents", times.len()));
        }
    }
    Ok(times)
}

async fn one(target: &Target, document: usize, shapes: usize) -> anyhow::Result<Duration> {
    let from = Instant::now();
    let (mut client, entered) = client::enter(target, document, document).await?;
    if shapes > 0 {
        let paper = Paper::default();
        paper.apply(if entered.sync.is_empty() { client::NOTHING } else { &entered.sync })?;
        let speech = Rc::clone(&client.speech);
        client.line.send(&speech.update(1, &paper.draw(shapes).0))?;
        client.line.flush().await?;
        if target.protocol != Protocol::Yjs {
            client.wait(|news| Ok(matches!(news, News::Ack(_)).then_some(()))).await?;
        }
    }
    let took = from.elapsed();
    client.leave().await;
    Ok(took)
}
