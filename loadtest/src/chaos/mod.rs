//! `chaos`: a server with its own Postgres under people who edit, both killed and paused again and again, readers that stop reading.
//! Afterwards every acknowledged edit is on disk and all copies are equal, or the run fails.

mod ledger;
mod memory;
pub mod person;
mod plan;
mod view;

use std::{cell::RefCell, collections::BTreeMap, ops::Range, path::Path, rc::Rc, time::Duration};

use anyhow::Context;
use rustix::process::Signal;
use tokio::{
    sync::watch,
    task::{JoinSet, LocalSet, spawn_local},
    time::{Instant, sleep, sleep_until},
};

use crate::{
    dialect::Protocol,
    docs,
    plant::Plant,
    report::{Report, say},
    target::Target,
};
use memory::Memory;
use person::{Doors, Person, Phase, Sight};
use plan::Act;

#[derive(clap::Args)]
pub struct Options {
    /// At most a day.
    #[arg(long, default_value_t = 30.0)]
    minutes: f64,
    /// Decides what goes wrong when; said in the report.
    #[arg(long)]
    seed: Option<u64>,
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=2_000))]
    people: u32,
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    documents: u32,
    /// Edits a second and person.
    #[arg(long, default_value_t = 0.5)]
    hz: f64,
    /// Seconds between two kills or pauses: least and most (20 to 60; below five minutes 6 to 14).
    #[arg(long, num_args = 2, value_names = ["LEAST", "MOST"])]
    every: Option<Vec<f64>>,
    /// Keep the data folder and the server's log.
    #[arg(long)]
    keep: bool,
}

/// How long until everything is acknowledged and equal once nothing goes wrong any more.
const SETTLING: Duration = Duration::from_secs(90);

/// What the coordinator counts.
#[derive(Default)]
struct Tally {
    acts: BTreeMap<&'static str, u64>,
    memory: Rc<RefCell<Memory>>,
}

pub async fn run(options: &Options, tandem: Option<&Path>) -> anyhow::Result<Report> {
    LocalSet::new().run_until(storm(options, tandem)).await
}

async fn storm(options: &Options, tandem: Option<&Path>) -> anyhow::Result<Report> {
    let seed = options.seed.unwrap_or_else(rand::random);
    let length = Duration::from_secs_f64(options.minutes.clamp(0.05, 24.0 * 60.0) * 60.0);
    let every = match options.every.as_deref() {
        Some([least, most]) => (least.max(1.0), most.max(least.max(1.0))),
        _ if length < Duration::from_secs(300) => (6.0, 14.0),
        _ => (20.0, 60.0),
    };
    let (people, documents) = (options.people as usize, options.documents as usize);
    let plan = plan::draw(seed, length, people, every);
    say(format!("seed {seed}: {} acts in {:.1} min", plan.len(), length.as_secs_f64() / 60.0));
    let mut plant = Plant::start(tandem, options.keep).await?;
    // As many again, which nobody opens before the end.
    let target = Target::ours(plant.fixture(people.min(200), 2 * documents)?, Protocol::Tandem, 0)?;
    // The process that set everything up is heavier than those after it; the first life is to be as the last one.
    plant.kill_server()?;
    plant.serve().await?;

    let sights = Rc::new(RefCell::new(vec![Sight::default(); people]));
    let period = Duration::from_secs_f64(1.0 / options.hz.clamp(0.01, 100.0));
    let (phase, mut lives) = crowd(&target, seed, period, &sights, 0..documents)?;
    let began = Instant::now();
    let mut tally = Tally::default();
    tally.memory.borrow_mut().born(plant.process()?);
    let reading = spawn_local(memory::read_on(Rc::clone(&tally.memory)));
    for (at, act) in plan {
        sleep_until(began + at).await;
        perform(&mut plant, act, &sights, &mut tally).await.with_context(|| format!("{act:?}, seed {seed}"))?;
    }
    sleep_until(began + length).await;
    phase.send_replace(Phase::Settling);
    for sight in sights.borrow_mut().iter_mut() {
        sight.deaf_until = None;
    }
    let settled = settle(&sights, documents).await;
    phase.send_replace(Phase::Over);
    let mut persons = Vec::new();
    while let Some(person) = lives.join_next().await {
        persons.push(person?);
    }
    // Nobody is there to give anything back: what a newcomer gets now is what the disk has.
    plant.kill_server()?;
    plant.serve().await?;
    let weight = check(&target, &mut persons, documents).await?;
    let judged = verdict(options, seed, (settled, weight), persons, &sights.borrow(), &tally, &plant);
    let last = afterwards(&mut plant, &target, (seed, people, period), documents..2 * documents, &tally).await?;
    reading.abort();
    Ok(weigh(judged, seed, &tally.memory.borrow(), last))
}

/// People on these documents, who edit until they are told otherwise.
fn crowd(
    target: &Target,
    seed: u64,
    period: Duration,
    sights: &Rc<RefCell<Vec<Sight>>>,
    documents: Range<usize>,
) -> anyhow::Result<(watch::Sender<Phase>, JoinSet<Person>)> {
    let (phase, phases) = watch::channel(Phase::Editing);
    let mut lives = JoinSet::new();
    for number in 0..sights.borrow().len() {
        let (doors, document) = (Doors::one(target.address), documents.start + number % documents.len());
        let person = Person::new(target, (doors, 0), (number, document), seed, period, Rc::clone(sights), phases.clone())?;
        lives.spawn_local(person.live());
    }
    Ok((phase, lives))
}

/// One life more, in which nothing goes wrong: as the first one was, of a server that has all of this behind it. KiB; none: the first one was too
/// short to be compared with.
async fn afterwards(
    plant: &mut Plant,
    target: &Target,
    (seed, people, period): (u64, usize, Duration),
    documents: Range<usize>,
    tally: &Tally,
) -> anyhow::Result<Option<f64>> {
    if tally.memory.borrow().first().is_none() {
        return Ok(None);
    }
    say("one life more, on new documents");
    plant.kill_server()?;
    plant.serve().await?;
    tally.memory.borrow_mut().born(plant.process()?);
    let sights = Rc::new(RefCell::new(vec![Sight::default(); people]));
    let (_phase, _lives) = crowd(target, seed, period, &sights, documents)?;
    sleep(memory::COMPARABLE).await;
    Ok(tally.memory.borrow_mut().take_newest())
}

async fn perform(plant: &mut Plant, act: Act, sights: &RefCell<Vec<Sight>>, tally: &mut Tally) -> anyhow::Result<()> {
    let name = match act {
        Act::KillServer { down } => {
            tally.memory.borrow_mut().died();
            plant.kill_server()?;
            sleep(down).await;
            plant.serve().await?;
            tally.memory.borrow_mut().born(plant.process()?);
            "server killed"
        }
        Act::KillPostgres => {
            plant.kill_postgres()?;
            "Postgres killed"
        }
        Act::PauseServer { pause } => {
            plant.signal_server(Signal::STOP)?;
            sleep(pause).await;
            plant.signal_server(Signal::CONT)?;
            "server paused"
        }
        Act::PausePostgres { pause } => {
            plant.signal_postgres(Signal::STOP);
            sleep(pause).await;
            plant.signal_postgres(Signal::CONT);
            "Postgres paused"
        }
        Act::Deafen { person, time } => {
            if let Some(sight) = sights.borrow_mut().get_mut(person) {
                sight.deaf_until = Some(Instant::now() + time);
            }
            "readers stopped"
        }
    };
    *tally.acts.entry(name).or_default() += 1;
    if name != "readers stopped" {
        let sights = sights.borrow();
        let (here, pending) = (sights.iter().filter(|s| s.connected).count(), sights.iter().map(|s| s.pending).sum::<usize>());
        say(format!("{name}; {here} connected, {pending} edits not acknowledged"));
    }
    Ok(())
}

/// Until everybody is there, has everything acknowledged, and all of a document hold the same. Returns how long it took.
async fn settle(sights: &RefCell<Vec<Sight>>, documents: usize) -> Option<Duration> {
    let began = Instant::now();
    while began.elapsed() < SETTLING {
        sleep(Duration::from_millis(200)).await;
        let sights = sights.borrow();
        let done = sights.iter().all(|sight| sight.connected && sight.pending == 0);
        let equal =
            (0..sights.len()).all(|number| sights[number].digest != 0 && sights[number].digest == sights[number % documents].digest);
        if done && equal {
            return Some(began.elapsed());
        }
    }
    None
}

/// Returns the bytes of all documents.
async fn check(target: &Target, persons: &mut [Person], documents: usize) -> anyhow::Result<usize> {
    let mut weight = 0;
    for document in 0..documents {
        let disk = docs::fresh(target, document, 0).await.with_context(|| format!("document {document} from disk"))?;
        weight += disk.lacking(&[])?.len();
        for person in persons.iter_mut().filter(|person| person.document == document) {
            person.ledger.check_disk(&disk);
            if person.ledger.paper.digest() != disk.digest() {
                person.ledger.broken.push("this copy and the disk differ in the end".to_owned());
            }
        }
    }
    Ok(weight)
}

fn verdict(
    options: &Options,
    seed: u64,
    (settled, weight): (Option<Duration>, usize),
    persons: Vec<Person>,
    sights: &[Sight],
    tally: &Tally,
    plant: &Plant,
) -> Report {
    let mut report =
        Report::new(format!("chaos: {} people on {} documents, {} min, seed {seed}", options.people, options.documents, options.minutes));
    for (name, count) in &tally.acts {
        report.figure(name, *count as f64, "times");
    }
    let sum = |of: fn(&Person) -> usize| persons.iter().map(of).sum::<usize>();
    report.figure("edits", sum(|person| person.ledger.deeds()) as f64, "");
    report.figure("acknowledged", sum(|person| person.ledger.acknowledged()) as f64, "");
    report.figure("connections that ended", sights.iter().map(|sight| sight.returns).sum::<u64>() as f64, "");
    report.figure("closed with 1013", sights.iter().map(|sight| sight.cut).sum::<u64>() as f64, "");
    let broken: Vec<String> =
        persons.iter().flat_map(|p| p.ledger.broken.iter().map(|why| format!("person {}: {why}", p.number))).collect();
    report.figure("broken promises", broken.len() as f64, "");
    match settled {
        Some(took) => report.figure("all acknowledged and equal after", took.as_secs_f64(), "s"),
        None => report.fact("all acknowledged and equal", false),
    }
    report.figure("documents in the end", weight as f64 / 1024.0, "KiB encoded");
    let panics = plant.panics();
    let unequal = || {
        let pending: usize = sights.iter().map(|sight| sight.pending).sum();
        settled.is_none().then(|| format!("not all acknowledged and equal after {} s ({pending} pending)", SETTLING.as_secs()))
    };
    let panicked = || panics.first().map(|line| format!("the server panicked: {line}"));
    let wrong = broken.first().cloned().or_else(panicked).or_else(unequal);
    if let Some(wrong) = wrong {
        let folder = if options.keep { format!(" (see {})", plant.folder().display()) } else { String::new() };
        report.fail(format!("seed {seed}: {wrong}{folder}"));
    }
    report
}

/// Adds what memory did to the report of what was promised. `last`: KiB of the life after all others.
fn weigh(mut report: Report, seed: u64, memory: &Memory, last: Option<f64>) -> Report {
    report.figure("server memory, most", memory.most() as f64 / 1024.0, "MiB RSS");
    let across = last.zip(memory.first()).map(|(last, first)| last / first);
    let growths = [
        ("memory on new documents afterwards, to the first life", across, memory::MOST_ACROSS),
        ("memory at the end of a life, to its beginning", memory.within(), memory::MOST_WITHIN),
    ];
    for (what, growth, most) in growths {
        let Some(growth) = growth else { continue };
        report.figure(what, growth, "");
        if growth > most && report.failure().is_none() {
            report.fail(format!("seed {seed}: the server's memory grew: {what} {growth:.2}"));
        }
    }
    if let Some(growth) = memory.across() {
        report.figure("memory of the last third of lives to the first, their documents growing", growth, "");
    }
    report
}
