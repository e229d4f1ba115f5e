//! `big-doc`: a document made of a million small updates, compacted by the server. How long does it take to open, and is the memory
//! back where it was after everybody left?

use std::{
    rc::Rc,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use tokio::{
    task::{JoinSet, LocalSet},
    time::{sleep, timeout},
};

use crate::{
    client,
    dialect::{News, Protocol, heartbeat},
    net::Message,
    paper::Paper,
    process::Process,
    report::{Report, histogram, record, say},
    target::Target,
};

#[derive(clap::Args)]
pub struct Options {
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(1_000..=5_000_000))]
    updates: u32,
    /// Writers, each below what one connection may send.
    #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..=200))]
    writers: u32,
    /// Updates a second and writer.
    #[arg(long, default_value_t = 900, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    hz: u32,
    /// Opens to take the median of.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=100))]
    opens: u32,
    /// Seconds after which the server has forgotten a document nobody has open.
    #[arg(long, default_value_t = 45, value_parser = clap::value_parser!(u64).range(1..=600))]
    idle: u64,
    /// The document is there from the last time.
    #[arg(long)]
    keep: bool,
}

/// Writing takes no longer.
const WRITING: Duration = Duration::from_secs(600);
const OPEN: Duration = Duration::from_secs(120);
/// Names a writer uses in turn: most of what it writes replaces what it wrote.
const NAMES: u32 = 100;
/// Not acknowledged yet, of all writers together: below what a room's mailbox holds, so that a busy machine makes the writing slow and
/// not the writers cut (`max_backlog`).
const UNDER_WAY: u32 = 3_000;

pub async fn run(target: &Target, options: &Options, server: Option<&Process>) -> anyhow::Result<Report> {
    LocalSet::new().run_until(measure(target, options, server)).await
}

async fn measure(target: &Target, options: &Options, server: Option<&Process>) -> anyhow::Result<Report> {
    if target.protocol != Protocol::Tandem {
        bail!("big-doc needs acknowledgements: --protocol tandem");
    }
    let memory = || server.map(Process::resident_kib).transpose();
    let before = memory()?;
    let mut report = Report::new(format!("big-doc: a document of {} updates", options.updates));
    let watch = server.map(Process::watch);
    if !options.keep {
        let took = write_all(target, options).await?;
        report.figure("written durably", took.as_secs_f64(), "s");
        report.figure("updates a second, durable", f64::from(options.updates) / took.as_secs_f64(), "");
    }
    if let Some(watch) = watch {
        report.figure("server memory while writing, at most", watch.peak_kib() as f64 / 1024.0, "MiB RSS");
    }
    say(format!("waiting {} s for the server to put it away", options.idle));
    sleep(Duration::from_secs(options.idle)).await;
    let idle = memory()?;
    touch_memory();
    let (first, bytes) = open(target).await.context("the first open")?;
    report.figure("first open, from disk", first.as_secs_f64() * 1000.0, "ms");
    let mut times = histogram()?;
    for _ in 0..options.opens {
        record(&mut times, open(target).await?.0);
    }
    report.times("the others", &times);
    report.figure("what is sent on opening", bytes as f64 / 1024.0, "KiB");
    let opened = memory()?;
    say(format!("waiting {} s for the server to forget it", options.idle));
    sleep(Duration::from_secs(options.idle)).await;
    if let (Some(before), Some(idle), Some(opened), Some(after)) = (before, idle, opened, memory()?) {
        for (name, kib) in [
            ("server memory before all", before),
            ("server memory after writing, idle", idle),
            ("server memory with it open", opened),
            ("server memory idle again", after),
        ] {
            report.figure(name, kib as f64 / 1024.0, "MiB RSS");
        }
    }
    Ok(report)
}

/// Room for a large document and its copy, touched before anything is timed and kept by the allocator: where a page is slow to come for the
/// first time, this program's own would be counted as the server's.
fn touch_memory() {
    // A large piece that was freed makes the allocator keep pieces of that size from then on.
    for piece in [20 << 20, 14 << 20] {
        drop(std::hint::black_box([vec![1u8; piece], vec![1u8; piece]]));
    }
}

async fn write_all(target: &Target, options: &Options) -> anyhow::Result<Duration> {
    let began = Instant::now();
    let mut writers = JoinSet::new();
    let share = options.updates.div_ceil(options.writers);
    for number in 0..options.writers {
        let count = share.min(options.updates.saturating_sub(number * share));
        let (target, pace) = (target.clone(), Pace { hz: options.hz, under_way: (UNDER_WAY / options.writers).max(1) });
        writers.spawn_local(async move {
            timeout(WRITING, write(&target, number, count, pace))
                .await
                .context("writing takes too long")?
                .with_context(|| format!("writer {number}"))
        });
    }
    while let Some(done) = writers.join_next().await {
        done??;
    }
    Ok(began.elapsed())
}

/// How fast one writer may write.
struct Pace {
    hz: u32,
    under_way: u32,
}

/// Write `count` updates; returns when all are acknowledged.
async fn write(target: &Target, number: u32, count: u32, pace: Pace) -> anyhow::Result<()> {
    let (mut client, _) = client::enter(target, 0, number as usize).await?;
    let paper = Paper::default();
    let (speech, line) = (Rc::clone(&client.speech), Rc::clone(&client.line));
    let (began, mut sent, mut acknowledged) = (Instant::now(), 0u64, 0u64);
    let mut beats = tokio::time::interval(Duration::from_secs(8));
    let mut ticks = tokio::time::interval(Duration::from_millis(5));
    while acknowledged < u64::from(count) {
        let mut on = |message: Message<'_>| {
            let Message::Binary(payload) = message else { return Ok(()) };
            match speech.read(payload)? {
                News::Ack(seq) => acknowledged = seq,
                News::Refused { why, .. } => bail!("refused: {why}"),
                _ => {}
            }
            Ok(())
        };
        tokio::select! {
            heard = client.ear.hear(&mut on) => heard?,
            _ = beats.tick() => if let Some(beat) = heartbeat(target.protocol) { line.send(&beat)? },
            _ = ticks.tick() => {
                let due = (began.elapsed().as_secs_f64() * f64::from(pace.hz)) as u64;
                while sent < due.min(count.into()).min(acknowledged + u64::from(pace.under_way)) && !line.is_blocked() {
                    sent += 1;
                    let name = format!("{number}-{}", sent as u32 % NAMES);
                    line.send(&speech.update(sent, &paper.note(&name, sent as f64)))?;
                }
            }
        }
    }
    client.leave().await;
    Ok(())
}

async fn open(target: &Target) -> anyhow::Result<(Duration, usize)> {
    let from = Instant::now();
    let (client, entered) = timeout(OPEN, client::enter(target, 0, 0)).await.context("opening took too long")??;
    let took = from.elapsed();
    client.leave().await;
    Ok((took, entered.sync.len()))
}
