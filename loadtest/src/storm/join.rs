//! `join-storm`: many clients enter a document that does not exist yet, at the same moment, and each writes at once. It must be one
//! document: everybody has everything in the end, and so does a newcomer.

use std::{rc::Rc, time::Duration};

use anyhow::Context;
use hdrhistogram::Histogram;
use tokio::{
    sync::{Barrier, watch},
    task::{JoinSet, LocalSet},
    time::{Instant, timeout_at},
};

use crate::{
    client::{self, Client},
    dialect::News,
    docs,
    net::Message,
    paper::Paper,
    process::Process,
    report::{Report, histogram, record, say},
    target::Target,
};

#[derive(clap::Args)]
pub struct Options {
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(2..=1_000))]
    people: u32,
    /// New documents, one after the other.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=50))]
    rounds: u32,
    /// Seconds until everybody must have everything.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=120))]
    patience: u64,
}

/// What one of them saw.
struct Outcome {
    entered: Duration,
    /// When everything was there.
    complete: Option<Duration>,
    has: usize,
    why: Option<String>,
}

pub async fn run(target: &Target, options: &Options, server: Option<&Process>) -> anyhow::Result<Report> {
    LocalSet::new().run_until(measure(target, options, server)).await
}

async fn measure(target: &Target, options: &Options, server: Option<&Process>) -> anyhow::Result<Report> {
    let people = options.people as usize;
    let (mut entered, mut complete) = (histogram()?, histogram()?);
    let (mut arrived, mut whole, mut why) = (0usize, 0u32, None);
    let cpu = server.map(Process::cpu_seconds).transpose()?;
    for round in 0..options.rounds as usize {
        let outcomes = storm(target, round, people, Duration::from_secs(options.patience)).await?;
        for outcome in &outcomes {
            record(&mut entered, outcome.entered);
            if let Some(took) = outcome.complete {
                record(&mut complete, took);
            }
        }
        let all: usize = outcomes.iter().map(|outcome| outcome.has).sum();
        let newcomer = docs::fresh(target, round, people).await.map(|paper| paper.shapes().len()).unwrap_or_default();
        let one = newcomer == people && all == people * people;
        say(format!("document {}: {:.1} % arrived, a newcomer has {newcomer} of {people}", round + 1, percent(all, people * people)));
        arrived += all;
        whole += u32::from(one);
        why = why.or_else(|| outcomes.into_iter().find_map(|outcome| outcome.why));
    }
    let cpu = server.map(Process::cpu_seconds).transpose()?.zip(cpu).map(|(after, before)| after - before);
    Ok(report(options, &entered, &complete, arrived, whole, why, cpu))
}

fn report(
    options: &Options,
    entered: &Histogram<u64>,
    complete: &Histogram<u64>,
    arrived: usize,
    whole: u32,
    why: Option<String>,
    cpu: Option<f64>,
) -> Report {
    let (people, rounds) = (options.people as usize, options.rounds as usize);
    let mut report = Report::new(format!("join-storm: {people} people enter a new document together and write, {rounds} times"));
    report.fact("one document each time", whole == options.rounds);
    report.figure("documents that were one", f64::from(whole), "");
    report.figure("arrived", percent(arrived, people * people * rounds), "%");
    report.times("until one is in", entered);
    report.times("until one has everything", complete);
    if let Some(cpu) = cpu {
        report.figure("server CPU", cpu, "s");
    }
    if let Some(why) = why {
        report.fact("the first trouble", why);
    }
    if whole != options.rounds {
        report.fail(format!("people who entered together did not meet in one document in {} of {rounds} rounds", options.rounds - whole));
    }
    report
}

fn percent(part: usize, whole: usize) -> f64 {
    100.0 * part as f64 / whole.max(1) as f64
}

async fn storm(target: &Target, document: usize, people: usize, patience: Duration) -> anyhow::Result<Vec<Outcome>> {
    let start = Rc::new(Barrier::new(people));
    let complete = Rc::new(watch::Sender::new(0));
    let mut storm = JoinSet::new();
    for number in 0..people {
        let (target, start, complete) = (target.clone(), Rc::clone(&start), Rc::clone(&complete));
        storm.spawn_local(async move {
            start.wait().await;
            one(&target, (document, number), people, patience, &complete).await
        });
    }
    let mut outcomes = Vec::with_capacity(people);
    while let Some(outcome) = storm.join_next().await {
        outcomes.push(outcome?);
    }
    Ok(outcomes)
}

async fn one(
    target: &Target,
    (document, number): (usize, usize),
    people: usize,
    patience: Duration,
    complete: &watch::Sender<usize>,
) -> Outcome {
    let from = Instant::now();
    let paper = Paper::default();
    let mut outcome = Outcome { entered: patience, complete: None, has: 0, why: None };
    let done = timeout_at(from + patience, async {
        let (mut client, entered) = client::enter(target, document, number).await?;
        outcome.entered = from.elapsed();
        for update in entered.updates.iter().chain([&entered.sync]).filter(|update| !update.is_empty()) {
            paper.apply(update)?;
        }
        client.line.send(&client.speech.update(1, &paper.draw(1).0))?;
        while paper.shapes().len() < people {
            hear(&mut client, &paper).await.context("reading on")?;
        }
        outcome.complete = Some(from.elapsed());
        complete.send_modify(|count| *count += 1);
        // Stay until everybody has everything.
        let mut others = complete.subscribe();
        loop {
            tokio::select! {
                heard = hear(&mut client, &paper) => heard?,
                waited = others.wait_for(|count| *count == people) => {
                    waited?;
                    return anyhow::Ok(());
                }
            }
        }
    })
    .await;
    outcome.why = match done {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(format!("{error:#}")),
        Err(_) => Some(format!("not everything in {} s", patience.as_secs())),
    };
    outcome.has = paper.shapes().len();
    outcome
}

async fn hear(client: &mut Client, paper: &Paper) -> anyhow::Result<()> {
    let (speech, line) = (Rc::clone(&client.speech), Rc::clone(&client.line));
    client
        .ear
        .hear(&mut |message| {
            let Message::Binary(payload) = message else { return Ok(()) };
            match speech.read(payload)? {
                News::Update(update) | News::Sync(update) => paper.apply(update)?,
                News::Asked(vector) => line.send(&speech.lacking(&paper.lacking(vector)?))?,
                _ => {}
            }
            Ok(())
        })
        .await
}
