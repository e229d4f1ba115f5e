//! `room`: people in one task, all moving. A cursor's x carries a running number, so that a receiver can tell when it was sent.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::Context;
use hdrhistogram::Histogram;
use tandem_protocol::ws::{ClientFrame, ClientHot, ServerFrame, ServerHot};
use tokio::{
    task::JoinSet,
    time::{MissedTickBehavior, interval, timeout},
};

use crate::{
    fixture::Fixture,
    report::{Report, histogram, record},
    socket::{self, Reader, Writer},
};

#[derive(clap::Args)]
pub struct Options {
    /// Connected people.
    #[arg(long, default_value_t = 20)]
    people: usize,
    /// How many of them move.
    #[arg(long)]
    senders: Option<usize>,
    /// Moves a second and sender.
    #[arg(long, default_value_t = 20)]
    hz: u32,
    /// Seconds that count, after two of warm-up; at most 600.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
}

const CHANNEL: u32 = 1;
const WARM_UP: Duration = Duration::from_secs(2);

/// When each sender sent each number, in microseconds since the start.
struct Clock {
    start: Instant,
    sent: Mutex<HashMap<(u32, i32), u64>>,
    superseded: AtomicU64,
}

impl Clock {
    fn now(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_micros()).unwrap_or(u64::MAX)
    }
}

pub async fn run(fixture: &Fixture, options: &Options) -> anyhow::Result<Report> {
    let task = *fixture.task_ids.first().context("the fixture has no task")?;
    let tokens: Vec<&String> = fixture.tokens.iter().cycle().take(options.people).collect();
    let clock = Arc::new(Clock { start: Instant::now(), sent: Mutex::default(), superseded: AtomicU64::new(0) });
    let senders = options.senders.unwrap_or(options.people).min(options.people);
    let (mut readers, mut writers) = (JoinSet::new(), JoinSet::new());
    for (index, token) in tokens.into_iter().enumerate() {
        let (mut writer, mut reader, _) = socket::connect(fixture, token).await?;
        let (joined, _) = socket::join_task(&mut writer, &mut reader, CHANNEL, task).await?;
        readers.spawn(listen(reader, joined.peer, Arc::clone(&clock), Duration::from_secs(options.seconds)));
        if index < senders {
            writers.spawn(move_about(writer, joined.peer, Arc::clone(&clock), options.hz, options.seconds));
        } else {
            writers.spawn(stay(writer, options.seconds));
        }
    }
    let mut sent = 0;
    while let Some(done) = writers.join_next().await {
        sent += done??;
    }
    let mut times = histogram()?;
    while let Some(done) = readers.join_next().await {
        times.add(done??)?;
    }
    let title = format!("room: {} people in one task, {senders} moving at {} Hz, {} s", options.people, options.hz, options.seconds);
    let mut report = Report::new(title);
    report.times("cursor to another client", &times);
    report.figure("cursors sent", sent as f64, "");
    report.figure("deliveries", times.len() as f64, "");
    report.figure("superseded by a newer one", clock.superseded.load(Ordering::Relaxed) as f64, "");
    Ok(report)
}

/// Move at a steady pace; returns how many moves were sent.
async fn move_about(mut writer: Writer, peer: u32, clock: Arc<Clock>, hz: u32, seconds: u64) -> anyhow::Result<u64> {
    let mut ticks = interval(Duration::from_secs(1) / hz.max(1));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let until = Instant::now() + WARM_UP + Duration::from_secs(seconds);
    let mut number = 0i32;
    while Instant::now() < until {
        ticks.tick().await;
        number += 1;
        if let Ok(mut sent) = clock.sent.lock() {
            sent.insert((peer, number), clock.now());
        }
        writer.frame(&ClientFrame::Hot(ClientHot::Cursor { channel: CHANNEL, x4: number, y4: 400 })).await?;
    }
    // Stay connected until everybody has heard the last move.
    tokio::time::sleep(Duration::from_secs(1)).await;
    Ok(number.unsigned_abs().into())
}

async fn stay(writer: Writer, seconds: u64) -> anyhow::Result<u64> {
    tokio::time::sleep(WARM_UP + Duration::from_secs(seconds + 1)).await;
    drop(writer);
    Ok(0)
}

/// Take down when each cursor of the others arrives.
async fn listen(mut reader: Reader, me: u32, clock: Arc<Clock>, counted: Duration) -> anyhow::Result<Histogram<u64>> {
    let mut times = histogram()?;
    let mut newest: HashMap<u32, i32> = HashMap::new();
    let from = Instant::now() + WARM_UP;
    while from.elapsed() < counted {
        let Ok(frame) = timeout(Duration::from_millis(500), reader.next()).await else { continue };
        let ServerFrame::Hot(ServerHot::Cursors { cursors, .. }) = frame? else { continue };
        let now = clock.now();
        for cursor in cursors.iter().filter(|c| c.peer != me) {
            let Some((number, _)) = cursor.at else { continue };
            let last = newest.insert(cursor.peer, number).unwrap_or(number - 1);
            let skipped = u64::try_from(number - last - 1).unwrap_or(0);
            clock.superseded.fetch_add(skipped, Ordering::Relaxed);
            let sent = clock.sent.lock().ok().and_then(|sent| sent.get(&(cursor.peer, number)).copied());
            if let Some(sent) = sent.filter(|_| Instant::now() > from) {
                record(&mut times, Duration::from_micros(now.saturating_sub(sent)));
            }
        }
    }
    Ok(times)
}
