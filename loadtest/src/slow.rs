//! `slow-reader`: people work in one room; then one more comes, joins and reads nothing. What do the others notice, what does the
//! server keep for the one, and how does it part with it? Beside the cursors some people edit, because only edits pile up: of cursors the
//! newest is enough.

use std::{rc::Rc, time::Duration};

use anyhow::{Context, bail};
use tokio::{
    task::{JoinHandle, LocalSet, spawn_local},
    time::{Instant, interval, timeout},
};

use crate::{
    client::{self, Client},
    dialect::{Speech, heartbeat},
    field::{self, Figures, Plan},
    net::{self, Line, Message},
    paper::Paper,
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
    /// People who edit, ten times a second each.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(0..=100))]
    editors: u32,
    /// Bytes of an edit.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    edit_bytes: u32,
    /// Seconds with and without: what the kernels hold must be full and the server's patience over before the end.
    #[arg(long, default_value_t = 25, value_parser = clap::value_parser!(u64).range(1..=120))]
    seconds: u64,
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=16))]
    threads: u32,
}

const WARM_UP: Duration = Duration::from_secs(3);
const BETWEEN_EDITS: Duration = Duration::from_millis(100);
const HEARTBEAT: Duration = Duration::from_secs(8);
/// How long what the kernels hold may take to be read.
const LEFTOVERS: Duration = Duration::from_secs(20);

pub async fn run(target: &Target, options: &Options, server: Option<&Process>) -> anyhow::Result<Report> {
    LocalSet::new().run_until(measure(target, options, server)).await
}

async fn measure(target: &Target, options: &Options, server: Option<&Process>) -> anyhow::Result<Report> {
    let people = options.people as usize;
    let senders = (options.senders as usize).clamp(1, people);
    let field = field::gather(target, Plan { rooms: 1, clients: people, senders, threads: options.threads as usize }).await?;
    let mut editors = Vec::new();
    for number in 0..options.editors as usize {
        let (client, _) = client::enter(target, 0, number).await?;
        editors.push(spawn_local(edit(client, target.clone(), options.edit_bytes as usize)));
    }
    let seconds = Duration::from_secs(options.seconds);
    let without = field.window(options.hz.into(), WARM_UP, seconds, server).await?;
    say(format!("without: p99 {:.2} ms; now {} stop(s) reading", without.p99_ms(), options.readers));
    let mut readers = Vec::new();
    for number in 0..options.readers as usize {
        let reader = join(target, people + number).await?;
        let beating = beat(target, Rc::clone(&reader.line));
        readers.push((reader, beating));
    }
    let watch = server.map(Process::watch);
    let with = field.window(options.hz.into(), Duration::ZERO, seconds, server).await?;
    field.rest();
    let mut trouble = 0;
    for editor in editors {
        trouble += u32::from(editor.is_finished());
        editor.abort();
    }
    let mut ends = Vec::new();
    for (reader, beating) in readers {
        ends.push(read_on(reader).await);
        beating.abort();
    }
    field.dismiss().await;
    let mut report = report(options, &without, &with, watch.map(|watch| watch.peak_kib()), &ends);
    if trouble > 0 {
        report.figure("editors lost", trouble.into(), "");
    }
    Ok(report)
}

/// Replace one long text again and again, and read what comes.
async fn edit(mut client: Client, target: Target, bytes: usize) -> anyhow::Result<()> {
    let paper = Paper::default();
    let key = format!("editor {}", paper.id());
    let mut seq = 0;
    let (mut edits, mut beats) = (interval(BETWEEN_EDITS), interval(HEARTBEAT));
    loop {
        let ignore = &mut |_: Message<'_>| Ok(());
        tokio::select! {
            heard = client.ear.hear(ignore) => heard?,
            _ = beats.tick() => if let Some(beat) = heartbeat(target.protocol) { client.line.send(&beat)? },
            _ = edits.tick() => {
                if client.line.is_blocked() {
                    bail!("the server does not read");
                }
                seq += 1;
                let letter = char::from(b'a' + (seq % 26) as u8);
                let text: String = std::iter::repeat_n(letter, bytes).collect();
                client.line.send(&client.speech.update(seq, &paper.write(&key, &text)))?;
            }
        }
    }
}

/// It is there and says so; it only does not read.
fn beat(target: &Target, line: Rc<Line>) -> JoinHandle<()> {
    let beat = heartbeat(target.protocol);
    spawn_local(async move {
        let mut beats = interval(HEARTBEAT);
        while let Some(beat) = &beat {
            beats.tick().await;
            if line.send(beat).is_err() {
                return;
            }
        }
    })
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
