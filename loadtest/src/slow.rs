//! `slow-reader`: people work in one room; then one more comes, joins and reads nothing. What do the others notice, what does the
//! server keep for the one, and how does it part with it?

use std::{rc::Rc, time::Duration};

use anyhow::Context;
use tokio::time::{Instant, timeout};

use crate::{
    client::Client,
    dialect::Speech,
    field::{self, Figures, Plan},
    net::{self, Message},
    process::Process,
    report::{Report, say},
    target::Target,
};

#[derive(clap::Args)]
pub struct Options {
    /// People who read.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(2..=2_000))]
    people: u32,
    /// Of these, those who move.
    #[arg(long, default_value_t = 50)]
    senders: u32,
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=200))]
    hz: u32,
    /// How many stop reading.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100))]
    readers: u32,
    /// Seconds with and without: longer than the server's patience.
    #[arg(long, default_value_t = 15, value_parser = clap::value_parser!(u64).range(1..=120))]
    seconds: u64,
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=16))]
    threads: u32,
}

const WARM_UP: Duration = Duration::from_secs(3);
/// How long what the kernels hold may take to be read.
const LEFTOVERS: Duration = Duration::from_secs(20);

pub async fn run(target: &Target, options: &Options, server: Option<&Process>) -> anyhow::Result<Report> {
    let people = options.people as usize;
    let senders = (options.senders as usize).clamp(1, people);
    let field = field::gather(target, Plan { rooms: 1, clients: people, senders, threads: options.threads as usize }).await?;
    let seconds = Duration::from_secs(options.seconds);
    let without = field.window(options.hz.into(), WARM_UP, seconds, server).await?;
    say(format!("without: p99 {:.2} ms; now {} stop(s) reading", without.p99_ms(), options.readers));
    let mut readers = Vec::new();
    for number in 0..options.readers as usize {
        readers.push(join(target, people + number).await?);
    }
    let watch = server.map(Process::watch);
    let with = field.window(options.hz.into(), Duration::ZERO, seconds, server).await?;
    field.rest();
    let mut ends = Vec::new();
    for reader in readers {
        ends.push(read_on(reader).await);
    }
    field.dismiss().await;
    Ok(report(options, &without, &with, watch.map(|watch| watch.peak_kib()), &ends))
}

fn report(options: &Options, without: &Figures, with: &Figures, peak_kib: Option<u64>, ends: &[String]) -> Report {
    let mut report = Report::new(format!(
        "slow-reader: {} people, {} moving at {} Hz, {} s without and with {} who read nothing",
        options.people, options.senders, options.hz, options.seconds, options.readers
    ));
    report.times("cursor to another client, without", &without.times);
    report.times("cursor to another client, with", &with.times);
    report.figure("p99 with, to p99 without", with.p99_ms() / without.p99_ms().max(0.001), "");
    report.figure("arrived, or a newer one instead, with", with.served_percent(), "%");
    report.figure("others lost", with.lost as f64, "");
    if let (Some(before), Some(after), Some(peak)) = (without.server_kib, with.server_kib, peak_kib) {
        report.figure("server memory without", before as f64 / 1024.0, "MiB RSS");
        report.figure("server memory at most", peak as f64 / 1024.0, "MiB RSS");
        report.figure("server memory at the end", after as f64 / 1024.0, "MiB RSS");
    }
    for (number, end) in ends.iter().enumerate() {
        report.fact(&format!("reader {} was", number + 1), end.as_str());
    }
    report
}

/// Join without waiting for any answer: nothing is ever read.
async fn join(target: &Target, number: usize) -> anyhow::Result<Client> {
    let speech = Rc::new(Speech::new(target, 0, number)?);
    let (line, ear) = net::open_narrow(target.address, &speech.path(target), speech.subprotocol()).await?;
    for message in speech.hello().into_iter().chain(speech.join(None)?) {
        line.send(&message)?;
    }
    Ok(Client { line, ear, speech })
}

/// Now read what is left; says how it ended.
async fn read_on(mut client: Client) -> String {
    let before = client.line.received();
    let mut close = None;
    let since = Instant::now();
    let ended = timeout(LEFTOVERS, async {
        loop {
            let heard = client
                .ear
                .hear(&mut |message| {
                    if let Message::Close(code, reason) = message {
                        close = Some(format!("closed with {code} {reason}"));
                    }
                    Ok(())
                })
                .await
                .context("reading on");
            if let Err(error) = heard {
                return error;
            }
        }
    })
    .await;
    let bytes = client.line.received() - before;
    match (close, ended) {
        (Some(close), _) => format!("{close} (after {bytes} bytes more)"),
        (None, Ok(error)) => format!("cut without a close frame: {error:#} (after {bytes} bytes more)"),
        (None, Err(_)) => format!("not cut ({bytes} bytes more in {:.0} s)", since.elapsed().as_secs_f64()),
    }
}
