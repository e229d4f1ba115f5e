//! `soak`: many rooms with people who move, for long. Is the last minute as good as the first, and the memory as small?

use std::time::Duration;

use crate::{
    field::{self, Plan},
    process::Process,
    report::{Report, histogram, say},
    target::Target,
};

#[derive(clap::Args)]
pub struct Options {
    /// At most a day.
    #[arg(long, default_value_t = 30.0)]
    minutes: f64,
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    rooms: u32,
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(2..=500))]
    people: u32,
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=500))]
    senders: u32,
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=100))]
    hz: u32,
    /// Everybody leaves and comes back so often, in minutes.
    #[arg(long, default_value_t = 5.0)]
    shift: f64,
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=16))]
    threads: u32,
}

const DAY: f64 = 24.0 * 60.0;
const WARM_UP: Duration = Duration::from_secs(3);
/// Windows of the first minutes in which caches fill.
const SETTLED: usize = 1;

pub async fn run(target: &Target, options: &Options, server: Option<&Process>) -> anyhow::Result<Report> {
    let minutes = options.minutes.clamp(0.1, DAY);
    let windows = (minutes / options.shift.clamp(0.05, minutes)).ceil() as usize;
    let seconds = Duration::from_secs_f64(minutes * 60.0 / windows as f64);
    let plan = Plan {
        rooms: options.rooms as usize,
        clients: options.people as usize,
        senders: options.senders.clamp(1, options.people) as usize,
        threads: options.threads as usize,
    };
    let (mut all, mut p99, mut memory, mut lost, mut served) = (histogram()?, Vec::new(), Vec::new(), 0, f64::MAX);
    for window in 0..windows {
        let field = field::gather(target, plan).await?;
        let figures = field.window(options.hz.into(), WARM_UP, seconds, server).await?;
        field.dismiss().await;
        say(format!(
            "{} of {windows}: p99 {:.1} ms, {:.2} % served, server {} MiB",
            window + 1,
            figures.p99_ms(),
            figures.served_percent(),
            figures.server_kib.unwrap_or_default() / 1024
        ));
        p99.push(figures.p99_ms());
        memory.extend(figures.server_kib);
        lost += figures.lost;
        served = figures.served_percent().min(served);
        all.add(&figures.times)?;
    }
    let mut report = Report::new(format!("soak: {} rooms of {}, {minutes} min", options.rooms, options.people));
    report.times("cursor to another client", &all);
    report.figure("arrived, or a newer one instead, at least", served, "%");
    report.figure("p99 of the first shift", p99.first().copied().unwrap_or_default(), "ms");
    report.figure("p99 of the last shift", p99.last().copied().unwrap_or_default(), "ms");
    report.figure("connections lost", lost as f64, "");
    let settled = memory.get(SETTLED.min(memory.len().saturating_sub(1)));
    if let (Some(first), Some(last)) = (settled, memory.last()) {
        report.figure("server memory, settled", *first as f64 / 1024.0, "MiB RSS");
        report.figure("server memory, at the end", *last as f64 / 1024.0, "MiB RSS");
        report.figure("memory at the end, to settled", *last as f64 / *first as f64, "");
    }
    Ok(report)
}
