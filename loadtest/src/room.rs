//! `room` and `rooms`: people who move their cursors; time from one client to all others of its room.

use std::time::Duration;

use crate::{
    dialect::Protocol,
    field::{self, Plan},
    process::Process,
    report::Report,
    target::Target,
};

#[derive(clap::Args)]
pub struct Options {
    /// Connected people.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(2..=10_000))]
    people: u32,
    /// How many of them move.
    #[arg(long)]
    senders: Option<u32>,
    #[command(flatten)]
    pace: Pace,
}

#[derive(clap::Args)]
pub struct RoomsOptions {
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=5_000))]
    rooms: u32,
    /// People in each room.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(2..=1_000))]
    people: u32,
    /// Of these, how many move.
    #[arg(long, default_value_t = 1)]
    senders: u32,
    #[command(flatten)]
    pace: Pace,
}

#[derive(clap::Args)]
pub struct Pace {
    /// Moves a second and sender (`room`: 20, `rooms`: 2).
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    hz: Option<u32>,
    /// Seconds that count; at most 600.
    #[arg(long, default_value_t = 15, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// Seconds before them.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(0..=60))]
    warm_up: u64,
    /// Threads of the generator.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=16))]
    threads: u32,
}

pub async fn room(target: &Target, options: &Options, server: Option<&Process>) -> anyhow::Result<Report> {
    let senders = options.senders.unwrap_or(options.people).clamp(1, options.people);
    let hz = options.pace.hz.unwrap_or(20);
    let title = format!("room: {} people in one document, {senders} moving at {hz} Hz, {} s", options.people, options.pace.seconds);
    let plan = Plan { rooms: 1, clients: options.people as usize, senders: senders as usize, threads: options.pace.threads as usize };
    run(target, title, plan, hz, &options.pace, server).await
}

pub async fn rooms(target: &Target, options: &RoomsOptions, server: Option<&Process>) -> anyhow::Result<Report> {
    let senders = options.senders.clamp(1, options.people);
    let hz = options.pace.hz.unwrap_or(2);
    let title = format!(
        "rooms: {} documents with {} people each, {senders} of them moving at {hz} Hz, {} s",
        options.rooms, options.people, options.pace.seconds
    );
    let plan = Plan {
        rooms: options.rooms as usize,
        clients: options.people as usize,
        senders: senders as usize,
        threads: options.pace.threads as usize,
    };
    run(target, title, plan, hz, &options.pace, server).await
}

async fn run(target: &Target, title: String, plan: Plan, hz: u32, pace: &Pace, server: Option<&Process>) -> anyhow::Result<Report> {
    let field = field::gather(target, plan).await?;
    let figures = field.window(hz.into(), Duration::from_secs(pace.warm_up), Duration::from_secs(pace.seconds), server).await?;
    let mut report = Report::new(title);
    figures.report(&mut report);
    if target.protocol == Protocol::Tandem {
        report.figure("bytes a cursor on the wire", figures.bytes as f64 / figures.arrived.max(1) as f64, "");
    }
    report.figure("connected and joined in", field.connected_in.as_secs_f64(), "s");
    field.dismiss().await;
    Ok(report)
}
