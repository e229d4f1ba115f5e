//! `docs`: a few people edit a document of many shapes, each with a real Yjs document. When does an edit reach the others, when is it
//! on disk, and do all hold the same in the end?

mod person;

use std::{cell::RefCell, rc::Rc, time::Duration};

use anyhow::{Context, bail};
use hdrhistogram::Histogram;
use tokio::{
    sync::watch,
    task::{JoinSet, LocalSet},
    time::{Instant, sleep, timeout},
};
use yrs::ClientID;

use crate::{
    client,
    dialect::{News, Protocol},
    paper::Paper,
    process::Process,
    report::{Report, histogram, say},
    target::Target,
};
use person::Person;

#[derive(clap::Args)]
pub struct Options {
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(2..=500))]
    people: u32,
    /// Shapes in the document beforehand.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=50_000))]
    shapes: u32,
    /// Edits a second and person.
    #[arg(long, default_value_t = 10.0)]
    hz: f64,
    /// Seconds that count.
    #[arg(long, default_value_t = 15, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(0..=60))]
    warm_up: u64,
}

/// How long edits may be under way after the last one.
const DRAIN: Duration = Duration::from_secs(15);
const ANSWER: Duration = Duration::from_secs(30);

/// What everybody is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    WarmUp,
    Counted,
    Quiet,
    Over,
}

/// What all see: who edited what when.
struct Desk {
    start: Instant,
    /// Per person: id, and for each counted edit the clock after it and its time in microseconds.
    edits: Vec<(ClientID, Vec<(u32, u64)>)>,
    to_others: Histogram<u64>,
    acknowledged: Histogram<u64>,
    sent: u64,
    arrived: u64,
    unacknowledged: u64,
    refused: Vec<String>,
}

pub async fn run(target: &Target, options: &Options, server: Option<&Process>) -> anyhow::Result<Report> {
    LocalSet::new().run_until(measure(target, options, server)).await
}

async fn measure(target: &Target, options: &Options, server: Option<&Process>) -> anyhow::Result<Report> {
    let shapes = fill(target, 0, options.shapes as usize).await?;
    say(format!("{} shapes are there", shapes.len()));
    let desk = Rc::new(RefCell::new(Desk {
        start: Instant::now(),
        edits: Vec::new(),
        to_others: histogram()?,
        acknowledged: histogram()?,
        sent: 0,
        arrived: 0,
        unacknowledged: 0,
        refused: Vec::new(),
    }));
    let (tell, phase) = watch::channel(Phase::WarmUp);
    let mut people = JoinSet::new();
    let period = Duration::from_secs_f64(1.0 / options.hz.clamp(0.01, 1_000.0));
    let mut joined = Vec::new();
    for number in 0..options.people as usize {
        let person = Person::enter(target, number, shapes.clone(), &desk).await.with_context(|| format!("person {number}"))?;
        joined.push(person);
    }
    for (number, person) in joined.into_iter().enumerate() {
        let offset = period.mul_f64(number as f64 / f64::from(options.people));
        people.spawn_local(person.work(Rc::clone(&desk), phase.clone(), period, offset));
    }
    sleep(Duration::from_secs(options.warm_up)).await;
    let (cpu, own) = (server.map(Process::cpu_seconds).transpose()?, Process::own().cpu_seconds()?);
    tell.send_replace(Phase::Counted);
    sleep(Duration::from_secs(options.seconds)).await;
    tell.send_replace(Phase::Quiet);
    let cpu = server.map(Process::cpu_seconds).transpose()?.zip(cpu).map(|(after, before)| after - before);
    let own = Process::own().cpu_seconds()? - own;
    drain(&desk, options.people, target.protocol).await;
    tell.send_replace(Phase::Over);
    let mut digests = Vec::new();
    let mut lost = 0;
    while let Some(person) = people.join_next().await {
        match person? {
            Ok(digest) => digests.push(digest),
            Err(error) => {
                say(format!("lost: {error:#}"));
                lost += 1;
            }
        }
    }
    digests.push(fresh(target, 0, options.people as usize).await?.digest());
    let desk = desk.borrow();
    Ok(report(target, options, &desk, &digests, lost, cpu, own))
}

async fn drain(desk: &RefCell<Desk>, people: u32, protocol: Protocol) {
    let until = Instant::now() + DRAIN;
    while Instant::now() < until {
        let done = {
            let desk = desk.borrow();
            let acknowledged = protocol == Protocol::Yjs || desk.unacknowledged == 0;
            desk.arrived == desk.sent * u64::from(people - 1) && acknowledged
        };
        if done {
            return;
        }
        sleep(Duration::from_millis(20)).await;
    }
}

fn report(target: &Target, options: &Options, desk: &Desk, digests: &[u64], lost: u64, cpu: Option<f64>, own: f64) -> Report {
    let mut report = Report::new(format!(
        "docs: {} people edit {} shapes at {} Hz each, {} s",
        options.people, options.shapes, options.hz, options.seconds
    ));
    let expected = desk.sent * u64::from(options.people - 1);
    report.times("edit to another client", &desk.to_others);
    report.figure("arrived", 100.0 * desk.arrived as f64 / expected.max(1) as f64, "%");
    report.figure("edits", desk.sent as f64, "");
    report.figure("deliveries", desk.arrived as f64, "");
    match target.protocol {
        Protocol::Tandem => report.times("edit to durable acknowledgement", &desk.acknowledged),
        Protocol::Hocuspocus => report.times("edit to acknowledgement", &desk.acknowledged),
        Protocol::Yjs => report.fact("edit to acknowledgement", "none in this protocol"),
    }
    if target.protocol != Protocol::Yjs {
        report.figure("unacknowledged at the end", desk.unacknowledged as f64, "");
    }
    let equal = digests.windows(2).all(|two| two[0] == two[1]) && lost == 0;
    report.fact("all equal at the end, a newcomer's copy too", equal);
    if !equal {
        report.fail("the copies are not equal at the end".into());
    }
    if let Some(cpu) = cpu {
        report.figure("server CPU", cpu, "s");
        report.figure("server CPU per million deliveries", cpu * 1e6 / desk.arrived.max(1) as f64, "s");
    }
    report.figure("generator CPU share", 100.0 * own / options.seconds as f64, "% of a core");
    if let Some(why) = desk.refused.first() {
        report.figure("refused", desk.refused.len() as f64, "");
        report.fact("the first because", why.as_str());
    }
    if lost > 0 {
        report.figure("connections lost", lost as f64, "");
    }
    report
}

/// Put `count` shapes into a document, unless they are there; returns their ids when they are in the server's hands (ours: on disk).
pub async fn fill(target: &Target, document: usize, count: usize) -> anyhow::Result<Vec<String>> {
    let (mut client, entered) = client::enter(target, document, 0).await?;
    let paper = Paper::default();
    paper.apply(if entered.sync.is_empty() { client::NOTHING } else { &entered.sync })?;
    for update in &entered.updates {
        paper.apply(update)?;
    }
    let there = paper.shapes();
    if there.len() >= count {
        client.leave().await;
        return Ok(there);
    }
    let (mut sent, mut acknowledged) = (0u64, 0u64);
    let mut missing = count - there.len();
    while missing > 0 {
        // As an import would: a few hundred at a time.
        let now = missing.min(500);
        missing -= now;
        sent += 1;
        client.line.send(&client.speech.update(sent, &paper.draw(now).0))?;
        client.line.flush().await?;
    }
    if target.protocol != Protocol::Yjs {
        let protocol = target.protocol;
        let wait = client.wait(|news| {
            match news {
                News::Ack(seq) if protocol == Protocol::Tandem => acknowledged = seq,
                News::Ack(_) => acknowledged += 1,
                News::Refused { why, .. } => bail!("the shapes were refused: {why}"),
                _ => {}
            }
            Ok((acknowledged >= sent).then_some(()))
        });
        timeout(ANSWER, wait).await.context("no acknowledgement of the shapes")??;
    }
    // A second client that has them all shows that the server has.
    let until = Instant::now() + ANSWER;
    while fresh(target, document, 1).await?.shapes().len() < count {
        if Instant::now() > until {
            bail!("the shapes did not reach the server");
        }
        sleep(Duration::from_millis(100)).await;
    }
    client.leave().await;
    Ok(paper.shapes())
}

/// What a newcomer gets.
pub async fn fresh(target: &Target, document: usize, number: usize) -> anyhow::Result<Paper> {
    let (client, entered) = timeout(ANSWER, client::enter(target, document, number)).await.context("no newcomer gets in")??;
    let paper = Paper::default();
    if !entered.sync.is_empty() {
        paper.apply(&entered.sync)?;
    }
    for update in &entered.updates {
        paper.apply(update)?;
    }
    client.leave().await;
    Ok(paper)
}
