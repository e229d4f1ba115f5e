//! `claim`: people ask for the next task of a long queue. First as people do, each about once a second; then without a pause, each
//! person once, for what the server can give out at most. Every ask is answered with a lease: nobody asks who holds one.

use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use hdrhistogram::Histogram;
use serde_json::json;
use tandem_protocol::{
    TaskId,
    rest::{Assignment, LeaseAction, NextTask},
};
use tokio::task::JoinSet;

use crate::{
    fixture::Fixture,
    http::Http,
    process::Process,
    report::{Report, histogram, record, say},
};

#[derive(clap::Args)]
pub struct Options {
    /// People who ask about once a second each.
    #[arg(long, default_value_t = 150)]
    people: usize,
    /// How long they do.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// Seconds before that of which nothing is counted: each of the server's connections to Postgres plans its statements once.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(0..=60))]
    warm_up: u64,
    /// Milliseconds from one ask of a person to the next; each time a little more or less.
    #[arg(long, default_value_t = 1000)]
    think_ms: u64,
    /// Requests under way at once when nobody thinks. All other people of the fixture ask once each.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=500))]
    workers: u16,
}

pub async fn run(fixture: &Fixture, options: &Options, server: Option<&Process>) -> anyhow::Result<Report> {
    let mut report =
        Report::new(format!("claim: {} people, each every {} ms, then {} workers", options.people, options.think_ms, options.workers));
    let askers = fixture.people(options.people)?;
    let (asks, releases) = as_people_do(fixture, askers, options).await?;
    report.times("ask for the next task", &asks);
    report.times("release", &releases);
    let others = fixture.tokens[options.people..].to_vec();
    if others.is_empty() {
        return Ok(report);
    }
    say(format!("{} people ask once each ...", others.len()));
    let before = server.map(Process::cpu_seconds).transpose()?;
    let start = Instant::now();
    let given = without_a_pause(fixture, others, usize::from(options.workers)).await?;
    let took = start.elapsed().as_secs_f64();
    let claims = given.tasks.len() as f64;
    report.times("ask, without a pause", &given.asks);
    report.figure("claims a second, without a pause", claims / took, "");
    if let (Some(server), Some(before)) = (server, before) {
        report.figure("server CPU a claim", (server.cpu_seconds()? - before) / claims * 1000.0, "ms");
    }
    let different: HashSet<&TaskId> = given.tasks.iter().collect();
    report.fact("nobody was given what somebody else holds", different.len() == given.tasks.len());
    if different.len() != given.tasks.len() {
        report.fail(format!("{} leases on {} tasks that one person works on", given.tasks.len(), different.len()));
    }
    Ok(report)
}

/// Ask, look, give back, look away, ask again. Times of the asks and of giving back.
async fn as_people_do(fixture: &Fixture, tokens: &[String], options: &Options) -> anyhow::Result<(Histogram<u64>, Histogram<u64>)> {
    let counted = Instant::now() + Duration::from_secs(options.warm_up);
    let until = counted + Duration::from_secs(options.seconds);
    let mut people = JoinSet::new();
    for token in tokens {
        let (fixture, token, think) = (fixture.clone(), token.clone(), options.think_ms);
        people.spawn(async move {
            let (mut asks, mut releases) = (histogram()?, histogram()?);
            let mut is_warm = false;
            let mut http = Http::connect(&fixture, &token).await?;
            // People do not press Enter in step.
            tokio::time::sleep(Duration::from_millis(rand::random_range(0..=think))).await;
            while Instant::now() < until {
                if !is_warm && Instant::now() >= counted {
                    (asks, releases, is_warm) = (histogram()?, histogram()?, true);
                }
                let lease = ask(&mut http, &fixture, &mut asks).await?;
                tokio::time::sleep(jittered(think / 2)).await;
                give_back(&mut http, &lease, &mut releases).await?;
                tokio::time::sleep(jittered(think / 2)).await;
            }
            anyhow::Ok((asks, releases))
        });
    }
    let (mut asks, mut releases) = (histogram()?, histogram()?);
    while let Some(done) = people.join_next().await {
        let (asked, released) = done??;
        asks.add(asked)?;
        releases.add(released)?;
    }
    Ok((asks, releases))
}

struct Given {
    asks: Histogram<u64>,
    tasks: Vec<TaskId>,
}

/// Each of these people asks once, so many at a time, and keeps what they got.
async fn without_a_pause(fixture: &Fixture, tokens: Vec<String>, workers: usize) -> anyhow::Result<Given> {
    let (tokens, next) = (Arc::new(tokens), Arc::new(AtomicUsize::new(0)));
    let mut all = JoinSet::new();
    for _ in 0..workers {
        let (fixture, tokens, next) = (fixture.clone(), Arc::clone(&tokens), Arc::clone(&next));
        all.spawn(async move {
            let mut asks = histogram()?;
            let mut tasks = Vec::new();
            let mut http = Http::connect(&fixture, "").await?;
            while let Some(token) = tokens.get(next.fetch_add(1, Ordering::Relaxed)) {
                http.speak_for(token);
                tasks.push(ask(&mut http, &fixture, &mut asks).await?.task_id);
            }
            anyhow::Ok((asks, tasks))
        });
    }
    let mut given = Given { asks: histogram()?, tasks: Vec::new() };
    while let Some(done) = all.join_next().await {
        let (asks, tasks) = done??;
        given.asks.add(asks)?;
        given.tasks.extend(tasks);
    }
    Ok(given)
}

async fn ask(http: &mut Http, fixture: &Fixture, times: &mut Histogram<u64>) -> anyhow::Result<Assignment> {
    let asked = Instant::now();
    let next: NextTask = http.post(&format!("/projects/{}/next", fixture.project_id), &json!({})).await?;
    record(times, asked.elapsed());
    Ok(next.work.context("the queue ran dry: make the fixture with more tasks")?.assignment)
}

async fn give_back(http: &mut Http, lease: &Assignment, times: &mut Histogram<u64>) -> anyhow::Result<()> {
    let asked = Instant::now();
    let ended: Assignment =
        http.post(&format!("/assignments/{}/release", lease.id), &LeaseAction { fencing_token: lease.fencing_token }).await?;
    record(times, asked.elapsed());
    if ended.status.is_active() {
        bail!("a lease that was given back is {}", ended.status);
    }
    Ok(())
}

/// Half to one and a half of it.
fn jittered(milliseconds: u64) -> Duration {
    Duration::from_millis(rand::random_range(milliseconds / 2..=milliseconds + milliseconds / 2))
}
