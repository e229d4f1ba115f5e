//! `idle`: connections that say who they are and then nothing: how fast they come, what each keeps of the server's memory.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::{Duration, Instant},
};

use anyhow::Context;
use futures_util::{StreamExt, stream};
use tokio::{
    sync::oneshot,
    task::{LocalSet, spawn_local},
    time::sleep,
};

use crate::{
    client::{self, Client},
    dialect::{News, Protocol, Speech, heartbeat},
    net::{Line, Message},
    process::Process,
    report::{Report, histogram, record, say},
    target::Target,
};

#[derive(clap::Args)]
pub struct Options {
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=50_000))]
    connections: u32,
    /// Also join documents, so many (other servers: always, 100 if not said). 0: say hello only.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=10_000))]
    documents: u32,
    /// Connections under way at once.
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    at_once: u32,
    /// Seconds they stay.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
}

/// From the last connection until memory is read.
const SETTLE: Duration = Duration::from_secs(3);

pub async fn run(target: &Target, options: &Options, server: Option<&Process>) -> anyhow::Result<Report> {
    let documents = if target.protocol == Protocol::Tandem { options.documents } else { options.documents.max(100) } as usize;
    let wanted = options.connections as usize;
    // Those before the first warm the server up.
    let before = server.map(Process::resident_kib).transpose()?;
    let cpu_before = server.map(Process::cpu_seconds).transpose()?;
    let lost = Rc::new(Cell::new(0u64));
    let lines: Rc<RefCell<Vec<Rc<Line>>>> = Rc::default();
    let mut times = histogram()?;
    let report = LocalSet::new()
        .run_until(async {
            let (stop, stopped) = oneshot::channel::<()>();
            let beats = keep_alive(target.protocol, Rc::clone(&lines), stopped);
            let began = Instant::now();
            let mut coming = stream::iter(0..wanted)
                .map(|number| async move {
                    let from = Instant::now();
                    let client = come(target, documents, number).await.with_context(|| format!("connection {number}"))?;
                    anyhow::Ok((client, from.elapsed()))
                })
                .buffer_unordered(options.at_once as usize);
            while let Some(came) = coming.next().await {
                let (client, took) = came?;
                record(&mut times, took);
                lines.borrow_mut().push(Rc::clone(&client.line));
                let lost = Rc::clone(&lost);
                spawn_local(async move {
                    stay(client).await;
                    lost.set(lost.get() + 1);
                });
                if times.len().is_multiple_of(2_000) {
                    say(format!("{} connected", times.len()));
                }
            }
            let took = began.elapsed();
            let cpu = server.map(Process::cpu_seconds).transpose()?.zip(cpu_before).map(|(after, before)| after - before);
            sleep(SETTLE).await;
            let after = server.map(Process::resident_kib).transpose()?;
            let resting = server.map(Process::cpu_seconds).transpose()?;
            sleep(Duration::from_secs(options.seconds)).await;
            let rested = server.map(Process::cpu_seconds).transpose()?;
            let later = server.map(Process::resident_kib).transpose()?;
            let mut report = Report::new(format!("idle: {wanted} connections, {} s", options.seconds));
            report.figure("connections a second", wanted as f64 / took.as_secs_f64(), "");
            report.times("until the welcome", &times);
            let each = |kib: u64, from: u64| (kib as f64 - from as f64) / wanted as f64;
            if let (Some(before), Some(after), Some(later)) = (before, after, later) {
                report.figure("memory of a connection", each(after, before), "KiB RSS");
                report.figure("memory of a connection at the end", each(later, before), "KiB RSS");
                report.figure("server memory before", before as f64 / 1024.0, "MiB RSS");
                report.figure("server memory with all", after as f64 / 1024.0, "MiB RSS");
            }
            if let Some(cpu) = cpu {
                report.figure("server CPU of connecting", cpu * 1e6 / wanted as f64, "us a connection");
            }
            if let (Some(from), Some(to)) = (resting, rested) {
                let seconds = options.seconds as f64;
                report.figure("server CPU while idle", (to - from) * 1e6 / wanted as f64 / seconds, "us a connection and second");
            }
            report.figure("generator memory", Process::own().resident_kib()? as f64 / 1024.0, "MiB RSS");
            report.figure("connections lost", lost.get() as f64, "");
            // The task may have ended by itself.
            let _ = stop.send(());
            let _ = beats.await;
            anyhow::Ok(report)
        })
        .await?;
    for line in lines.take() {
        line.close().await;
    }
    Ok(report)
}

async fn come(target: &Target, documents: usize, number: usize) -> anyhow::Result<Client> {
    if documents > 0 {
        return Ok(client::enter(target, number % documents, number).await?.0);
    }
    let speech = Rc::new(Speech::new(target, 0, number)?);
    let mut client = client::dial(target, speech, number).await?;
    client.wait(|news| Ok(matches!(news, News::Welcome).then_some(()))).await?;
    Ok(client)
}

/// Take in what comes, until the connection ends.
async fn stay(mut client: Client) {
    let ignore = &mut |_: Message<'_>| Ok(());
    while client.ear.hear(ignore).await.is_ok() {}
}

fn keep_alive(protocol: Protocol, lines: Rc<RefCell<Vec<Rc<Line>>>>, stopped: oneshot::Receiver<()>) -> tokio::task::JoinHandle<()> {
    spawn_local(async move {
        let Some(beat) = heartbeat(protocol) else { return };
        let beats = async {
            let mut next = 0;
            loop {
                // Everybody in ten seconds.
                sleep(Duration::from_millis(100)).await;
                let lines = lines.borrow();
                for _ in 0..lines.len().div_ceil(100) {
                    next = (next + 1) % lines.len();
                    // Its reader notices that the connection is gone.
                    let _ = lines[next].send(&beat);
                }
            }
        };
        tokio::select! {
            () = beats => {}
            _ = stopped => {}
        }
    })
}
