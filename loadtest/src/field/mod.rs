//! People in rooms who move their cursors: what `room`, `rooms`, `saturate`, `slow-reader` and `soak` measure.
//!
//! A few threads, each with an event loop of its own, hold the connections; the scenario opens *windows* on them: moves sent
//! while a window is open are the ones that count, wherever and whenever they arrive.

mod board;
mod listener;
mod pacer;
mod worker;

use std::{sync::Arc, time::Duration};

use anyhow::{Context, bail};
use hdrhistogram::Histogram;
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, sleep},
};

use board::Board;
use worker::{Counts, Order, Worker};

use crate::{
    process::Process,
    report::{Report, histogram, say},
    target::Target,
};

/// How long moves of a window may be under way after it closed.
const DRAIN: Duration = Duration::from_secs(5);
/// Connecting everybody takes no longer.
const GATHERING: Duration = Duration::from_secs(240);

/// Who is where.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub rooms: usize,
    /// In each room.
    pub clients: usize,
    /// Of these, those who move.
    pub senders: usize,
    pub threads: usize,
}

impl Plan {
    fn senders(&self) -> usize {
        self.rooms * self.senders
    }
}

pub struct Field {
    plan: Plan,
    board: Arc<Board>,
    workers: Vec<(mpsc::UnboundedSender<Order>, std::thread::JoinHandle<()>)>,
    pub connected_in: Duration,
}

/// What happened to the moves of one window.
pub struct Figures {
    /// From before the sender's write to after the receiver's read.
    pub times: Histogram<u64>,
    /// The same across nodes; those above are then within one.
    pub abroad: Histogram<u64>,
    /// How late moves were sent: the generator's own trouble.
    pub lag: Histogram<u64>,
    pub seconds: f64,
    pub sent: u64,
    /// Moves times those who should hear of them.
    pub expected: u64,
    pub arrived: u64,
    /// A newer one arrived instead.
    pub superseded: u64,
    /// Moves not made because the server did not take the one before.
    pub blocked: u64,
    pub frames: u64,
    pub bytes: u64,
    pub lost: u64,
    pub why_lost: Option<String>,
    pub own_cpu: f64,
    pub server_cpu: Option<f64>,
    pub server_kib: Option<u64>,
}

impl Field {
    /// Connect everybody.
    pub async fn gather(target: &Target, mut plan: Plan) -> anyhow::Result<Self> {
        plan.threads = plan.threads.clamp(1, 16);
        if plan.senders > plan.clients || plan.senders() > 1 << 13 {
            bail!("at most {} senders, and no more than clients", 1 << 13);
        }
        let board = Arc::new(Board::new(plan.senders()));
        let mut workers = Vec::new();
        let mut ready = Vec::new();
        let began = Instant::now();
        for index in 0..plan.threads {
            let (orders, inbox) = mpsc::unbounded_channel();
            let (tell, told) = oneshot::channel();
            let worker = Worker { index, plan, target: target.clone(), board: Arc::clone(&board) };
            let thread = std::thread::Builder::new().name(format!("load-{index}")).spawn(move || worker.run(tell, inbox))?;
            workers.push((orders, thread));
            ready.push(told);
        }
        for told in ready {
            tokio::time::timeout(GATHERING, told).await.context("connecting took too long")?.context("a thread ended early")??;
        }
        Ok(Self { plan, board, workers, connected_in: began.elapsed() })
    }

    /// Move at `hz` (a second and sender), and count for `seconds` after a warm-up.
    pub async fn window(&self, hz: f64, warm_up: Duration, seconds: Duration, server: Option<&Process>) -> anyhow::Result<Figures> {
        self.board.set_rate(hz);
        sleep(warm_up).await;
        let cpu = || -> anyhow::Result<_> { Ok((Process::own().cpu_seconds()?, server.map(Process::cpu_seconds).transpose()?)) };
        let (own, theirs) = cpu()?;
        self.board.open();
        let opened = Instant::now();
        sleep(seconds).await;
        self.board.close();
        let elapsed = opened.elapsed().as_secs_f64();
        let (own_after, theirs_after) = cpu()?;
        let server_kib = server.map(Process::resident_kib).transpose()?;
        let expected = self.board.sent() * (self.plan.clients as u64 - 1);
        let until = Instant::now() + DRAIN;
        while self.board.served() < expected && Instant::now() < until {
            sleep(Duration::from_millis(20)).await;
        }
        let counts = self.collect().await?;
        let sent = self.board.reset();
        Ok(Figures {
            times: counts.times,
            abroad: counts.abroad,
            lag: counts.lag,
            seconds: elapsed,
            sent,
            expected,
            arrived: counts.arrived,
            superseded: counts.superseded,
            blocked: counts.blocked,
            frames: counts.frames,
            bytes: counts.bytes,
            lost: self.board.lost(),
            why_lost: self.board.why_lost(),
            own_cpu: own_after - own,
            server_cpu: theirs_after.zip(theirs).map(|(after, before)| after - before),
            server_kib,
        })
    }

    async fn collect(&self) -> anyhow::Result<Counts> {
        let mut all = Counts::new()?;
        for (orders, _) in &self.workers {
            let (reply, counts) = oneshot::channel();
            orders.send(Order::Collect(reply)).ok().context("a thread is gone")?;
            all.add(counts.await.context("a thread is gone")?)?;
        }
        Ok(all)
    }

    /// Stop moving.
    pub fn rest(&self) {
        self.board.set_rate(0.0);
    }

    pub async fn dismiss(self) {
        self.rest();
        for (orders, thread) in self.workers {
            drop(orders);
            // It ends by itself, and what it has to say it has said.
            let _ = tokio::task::spawn_blocking(move || thread.join()).await;
        }
    }
}

impl Figures {
    /// Percent of what should have arrived, a newer one instead included.
    pub fn served_percent(&self) -> f64 {
        100.0 * (self.arrived + self.superseded) as f64 / (self.expected.max(1)) as f64
    }

    pub fn p99_ms(&self) -> f64 {
        self.times.value_at_quantile(0.99) as f64 / 1000.0
    }

    pub fn arrived_a_second(&self) -> f64 {
        self.arrived as f64 / self.seconds
    }

    pub fn report(&self, report: &mut Report) {
        report.times("cursor to another client", &self.times);
        report.figure("arrived, or a newer one instead", self.served_percent(), "%");
        report.figure("deliveries", self.arrived as f64, "");
        report.figure("superseded by a newer one", self.superseded as f64, "");
        report.figure("deliveries a second", self.arrived_a_second(), "");
        report.figure("moves sent", self.sent as f64, "");
        if self.blocked > 0 {
            report.figure("moves not made, server not reading", self.blocked as f64, "");
        }
        report.figure("bytes received a delivery", self.bytes as f64 / self.arrived.max(1) as f64, "");
        report.figure("frames received", self.frames as f64, "");
        if let Some(cpu) = self.server_cpu {
            report.figure("server CPU", cpu, "s");
            report.figure("server CPU share", 100.0 * cpu / self.seconds, "% of a core");
            report.figure("server CPU per million deliveries", cpu * 1e6 / self.arrived.max(1) as f64, "s");
        }
        if let Some(kib) = self.server_kib {
            report.figure("server memory", kib as f64 / 1024.0, "MiB RSS");
        }
        report.figure("generator CPU share", 100.0 * self.own_cpu / self.seconds, "% of a core");
        report.times("generator: moves sent late by", &self.lag);
        if self.lost > 0 {
            report.figure("connections lost", self.lost as f64, "");
            report.fact("the first because", self.why_lost.clone().unwrap_or_default());
        }
    }
}

/// Connect, and say how long it took.
pub async fn gather(target: &Target, plan: Plan) -> anyhow::Result<Field> {
    let field = Field::gather(target, plan).await?;
    say(format!("{} clients in {} rooms, connected in {:.1} s", plan.rooms * plan.clients, plan.rooms, field.connected_in.as_secs_f64()));
    Ok(field)
}

fn empty() -> anyhow::Result<Histogram<u64>> {
    histogram()
}
