//! `cluster-chaos`: people edit and draw on shared tasks of three servers, others take and give back leases, and round by round something
//! breaks: a server, Redis, Postgres, a link, a clock. After each round everything has to be as if nothing had been.

use std::{cell::RefCell, collections::BTreeMap, path::Path, rc::Rc, time::Duration};

use anyhow::Context;
use hdrhistogram::Histogram;
use tokio::{
    sync::watch,
    task::{JoinSet, LocalSet},
    time::{Instant, sleep},
};

use super::{
    audit, fault,
    plan::{self, Fault, Round},
    settle::settle,
    site::Site,
    taker::{Book, Taker},
    until_told,
};
use crate::{
    chaos::person::{Doors, Person, Phase, Sight},
    docs,
    report::{Report, histogram, record, say},
    target::Target,
};

#[derive(clap::Args)]
pub struct Options {
    /// At most a day.
    #[arg(long, default_value_t = 20.0)]
    minutes: f64,
    /// Decides what goes wrong; said in the report.
    #[arg(long)]
    seed: Option<u64>,
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(2..=8))]
    nodes: u32,
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(2..=1_000))]
    people: u32,
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=500))]
    documents: u32,
    /// Edits a second and person.
    #[arg(long, default_value_t = 0.5)]
    hz: f64,
    /// Keep the data folder and all logs.
    #[arg(long)]
    keep: bool,
    /// Only faults whose name has this in it.
    #[arg(long)]
    only: Option<String>,
}

const TAKERS: usize = 12;
const CONTENDED: usize = 4;
/// The shortest there is: many run out in a run.
const LEASE_SECONDS: u32 = 30;
/// Of the servers, and what people go by: twice this of silence is an end.
const HEARTBEAT: Duration = Duration::from_secs(3);
/// What is promised.
const HEALED_WITHIN: Duration = Duration::from_secs(10);
const ELSEWHERE_WITHIN: Duration = Duration::from_secs(2);
/// After that a round that does not settle is given up, and the run.
const PATIENCE: Duration = Duration::from_secs(90);
/// A round that needs no repair at all takes this long, so a run of so many minutes has at most so many rounds.
const SHORTEST: f64 = 4.5;

pub async fn run(options: &Options, tandem: Option<&Path>) -> anyhow::Result<Report> {
    LocalSet::new().run_until(until_told(storm(options, tandem))).await
}

/// What the coordinator finds out.
struct Tally {
    faults: BTreeMap<&'static str, u64>,
    rounds: u64,
    /// From the end of a fault until everything is as it should be.
    healed: Histogram<u64>,
    /// The longest of these by what was wrong.
    longest: BTreeMap<&'static str, Duration>,
    /// From the kill of a server until each of its people was live elsewhere, where nothing else was wrong.
    elsewhere: Histogram<u64>,
    broken: Vec<String>,
}

struct Storm {
    site: Site,
    target: Target,
    sights: Rc<RefCell<Vec<Sight>>>,
    phase: watch::Sender<Phase>,
    documents: usize,
    tally: Tally,
}

async fn storm(options: &Options, tandem: Option<&Path>) -> anyhow::Result<Report> {
    let seed = options.seed.unwrap_or_else(rand::random);
    let length = Duration::from_secs_f64(options.minutes.clamp(0.1, 24.0 * 60.0) * 60.0);
    let (nodes, people, documents) = (options.nodes as usize, options.people as usize, options.documents as usize);
    let mut plan = plan::draw(seed, 18 + (length.as_secs_f64() / SHORTEST) as usize, people, nodes);
    if let Some(only) = &options.only {
        plan.retain(|round| round.faults.iter().all(|fault| fault.name().contains(only.as_str())));
    }
    say(format!("seed {seed}; {nodes} nodes, {people} people on {documents} documents, {:.1} min", length.as_secs_f64() / 60.0));
    let site = Site::build(tandem, nodes, HEARTBEAT, options.keep).await?;
    let fixture = site.fixture(people + TAKERS, documents + CONTENDED, 0)?;
    site.postgres.sql("tandem", &format!("UPDATE projects SET lease_seconds = {LEASE_SECONDS}"))?;
    let target = site.target(&fixture, &(0..nodes).collect::<Vec<_>>(), 0)?;

    let sights = Rc::new(RefCell::new(vec![Sight::default(); people]));
    let (phase, phases) = watch::channel(Phase::Settling);
    let period = Duration::from_secs_f64(1.0 / options.hz.clamp(0.01, 100.0));
    let doors = Doors {
        addresses: site.addresses(),
        dialing: Duration::from_millis(800),
        entering: Duration::from_secs(5),
        silence: HEARTBEAT * 2,
        pause: Duration::from_millis(500),
        ping: HEARTBEAT / 2,
    };
    let mut lives = JoinSet::new();
    for number in 0..people {
        let door = home(number, documents, nodes);
        let whom = (number, number % documents);
        let person = Person::new(&target, (doors.clone(), door), whom, seed, period, Rc::clone(&sights), phases.clone())?;
        lives.spawn_local(person.live());
    }
    let book = Rc::<RefCell<Book>>::default();
    let mut takers = JoinSet::new();
    for number in 0..TAKERS {
        let taker = Taker {
            number,
            token: fixture.tokens.get(people + number).context("too few tokens")?.clone(),
            tasks: fixture.task_ids[documents..documents + CONTENDED].to_vec(),
            fixture: fixture.clone(),
            nodes: site.addresses(),
            book: Rc::clone(&book),
            phase: phases.clone(),
        };
        takers.spawn_local(taker.live(seed));
    }
    let tally = Tally {
        faults: BTreeMap::new(),
        rounds: 0,
        healed: histogram()?,
        longest: BTreeMap::new(),
        elsewhere: histogram()?,
        broken: Vec::new(),
    };
    let mut storm = Storm { site, target, sights, phase, documents, tally };
    if let Err(missing) = settle(&storm.sights, |number| number % documents, PATIENCE).await {
        anyhow::bail!("they never came together to begin with: {missing}");
    }
    let until = Instant::now() + length;
    for round in plan {
        if Instant::now() >= until || !storm.round(&round, nodes).await.with_context(|| format!("seed {seed}: {:?}", round.faults))? {
            break;
        }
    }
    // Those who were away the last time are back now, too.
    storm.phase.send_replace(Phase::Settling);
    if let Err(missing) = settle(&storm.sights, |number| number % documents, PATIENCE).await {
        storm.tally.broken.push(format!("in the end {missing}"));
    }
    storm.phase.send_replace(Phase::Over);
    let mut persons = Vec::new();
    while let Some(person) = lives.join_next().await {
        persons.push(person?);
    }
    while takers.join_next().await.is_some() {}
    storm.check_disk(&mut persons, nodes).await?;
    storm.check_leases(&book.borrow())?;
    Ok(verdict(options, seed, storm, &persons, &book.borrow()))
}

/// People of one document are spread over all nodes.
fn home(number: usize, documents: usize, nodes: usize) -> usize {
    (number / documents) % nodes
}

impl Storm {
    /// Returns whether it makes sense to go on.
    async fn round(&mut self, round: &Round, nodes: usize) -> anyhow::Result<bool> {
        self.phase.send_replace(Phase::Editing);
        self.send_home(nodes);
        sleep(round.calm).await;
        for number in &round.away {
            self.sights.borrow_mut()[*number].away = true;
        }
        let what = round.faults.iter().map(Fault::to_string).collect::<Vec<_>>().join(" and ");
        let mut homeless = Vec::new();
        let begun = Instant::now();
        for fault in &round.faults {
            if let (Fault::KillServer { node, .. }, 1) = (fault, round.faults.len()) {
                homeless = self.count_on(*node);
            }
            fault::begin(&mut self.site, *fault).await?;
            *self.tally.faults.entry(fault.name()).or_default() += 1;
        }
        sleep(round.hold).await;
        let mut ends = round.faults.clone();
        ends.sort_by_key(|fault| fault::is_last(*fault));
        for fault in ends {
            fault::end(&mut self.site, fault).await?;
        }
        self.arrivals(&homeless, begun, &what)?;
        self.phase.send_replace(Phase::Settling);
        let documents = self.documents;
        let settled = settle(&self.sights, |number| number % documents, HEALED_WITHIN).await;
        let took = match settled {
            Ok(took) => Some(took),
            Err(missing) => {
                self.tally.broken.push(format!(
                    "round {} ({what}): {} s after it healed {missing}",
                    self.tally.rounds + 1,
                    HEALED_WITHIN.as_secs()
                ));
                let later = settle(&self.sights, |number| number % documents, PATIENCE - HEALED_WITHIN).await.ok();
                later.map(|(took, last)| (took + HEALED_WITHIN, last))
            }
        };
        self.tally.rounds += 1;
        let within = took.as_ref().map_or("never".to_owned(), |(took, last)| format!("{:.1} s ({last})", took.as_secs_f64()));
        say(format!("{:4}  {what}, for {:.1} s; healed in {within}", self.tally.rounds, round.hold.as_secs_f64()));
        let Some((took, _)) = took else { return Ok(false) };
        record(&mut self.tally.healed, took);
        let longest = self.tally.longest.entry(round.faults[0].name()).or_default();
        *longest = took.max(*longest);
        for sight in self.sights.borrow_mut().iter_mut() {
            sight.away = false;
        }
        Ok(true)
    }

    /// Those whom trouble drove elsewhere come back, as newcomers would fill a node up again.
    fn send_home(&self, nodes: usize) {
        for (number, sight) in self.sights.borrow_mut().iter_mut().enumerate() {
            let home = home(number, self.documents, nodes);
            if sight.connected && sight.door != home {
                sight.hop = Some(home);
            }
        }
    }

    /// Who is there; from now on their coming back is noted.
    fn count_on(&self, node: usize) -> Vec<usize> {
        let mut sights = self.sights.borrow_mut();
        let there = sights.iter_mut().enumerate().filter(|(_, sight)| sight.connected && !sight.away && sight.door == node);
        there
            .map(|(number, sight)| {
                sight.back = None;
                number
            })
            .collect()
    }

    fn arrivals(&mut self, homeless: &[usize], begun: Instant, what: &str) -> anyhow::Result<()> {
        let sights = self.sights.borrow();
        let late: Vec<usize> = homeless
            .iter()
            .copied()
            .filter(|number| {
                let gap = sights[*number].back.map_or(PATIENCE, |back| back.saturating_duration_since(begun));
                record(&mut self.tally.elsewhere, gap);
                gap > ELSEWHERE_WITHIN
            })
            .collect();
        if let Some(first) = late.first() {
            let round = self.tally.rounds + 1;
            self.tally.broken.push(format!(
                "round {round} ({what}): {} of {} were not live elsewhere within {} s, e.g. person {first}",
                late.len(),
                homeless.len(),
                ELSEWHERE_WITHIN.as_secs()
            ));
        }
        Ok(())
    }

    /// All servers end at once. What a newcomer gets from each of them then is what the disk has.
    async fn check_disk(&mut self, persons: &mut [Person], nodes: usize) -> anyhow::Result<()> {
        for node in 0..nodes {
            self.site.nodes[node].kill()?;
        }
        for node in 0..nodes {
            self.site.serve(node, 0)?;
        }
        for node in 0..nodes {
            self.site.ready(node).await?;
        }
        for document in 0..self.documents {
            let mut digests = Vec::new();
            for node in 0..nodes {
                let target = self.target.at(self.site.address(node));
                let disk = docs::fresh(&target, document, 0).await.with_context(|| format!("document {document} of node {}", node + 1))?;
                digests.push(disk.digest());
                for person in persons.iter_mut().filter(|person| node == 0 && person.document == document) {
                    person.ledger.check_disk(&disk);
                    // Whoever could not come back has been counted, and lacks what others did since.
                    let there = self.sights.borrow()[person.number].connected && person.ledger.pending() == 0;
                    if there && person.ledger.paper.digest() != disk.digest() {
                        person.ledger.broken.push("this copy and the disk differ in the end".to_owned());
                    }
                }
            }
            if digests.windows(2).any(|two| two[0] != two[1]) {
                self.tally.broken.push(format!("newcomers of different nodes get different documents {document}"));
            }
        }
        Ok(())
    }

    fn check_leases(&mut self, book: &Book) -> anyhow::Result<()> {
        self.tally.broken.extend(audit::check(&book.told));
        let double = self.site.postgres.sql("tandem", audit::DOUBLE)?;
        if double != "0" {
            self.tally.broken.push(format!("the database has {double} pairs of leases on one task at one time"));
        }
        Ok(())
    }
}

fn verdict(options: &Options, seed: u64, mut storm: Storm, persons: &[Person], book: &Book) -> Report {
    let tally = &mut storm.tally;
    let mut report = Report::new(format!(
        "cluster-chaos: {} people on {} documents over {} nodes, {} min, seed {seed}",
        options.people, options.documents, options.nodes, options.minutes
    ));
    for (name, count) in &tally.faults {
        report.figure(name, *count as f64, "times");
    }
    report.figure("rounds", tally.rounds as f64, "");
    let sum = |of: fn(&Person) -> usize| persons.iter().map(of).sum::<usize>();
    report.figure("edits", sum(|person| person.ledger.deeds()) as f64, "");
    report.figure("acknowledged", sum(|person| person.ledger.acknowledged()) as f64, "");
    report.figure("connections that ended", storm.sights.borrow().iter().map(|sight| sight.returns).sum::<u64>() as f64, "");
    report.times("all equal, and nobody seen who is gone, after healing", &tally.healed);
    for (name, longest) in &tally.longest {
        report.figure(&format!("longest after: {name}"), longest.as_secs_f64(), "s");
    }
    report.times("live elsewhere after the kill of one's server", &tally.elsewhere);
    for (name, count) in &book.counts {
        report.figure(&format!("leases, {name}"), *count as f64, "");
    }
    let of_people = persons.iter().flat_map(|person| person.ledger.broken.iter().map(|why| format!("person {}: {why}", person.number)));
    let lost: Vec<String> = of_people.collect();
    report.figure("edits lost or promises to people broken", lost.len() as f64, "");
    report.figure("other promises broken", tally.broken.len() as f64, "");
    for (number, broken) in tally.broken.iter().take(20).enumerate() {
        report.fact(&format!("broken {}", number + 1), broken.as_str());
    }
    let panics = storm.site.panics();
    report.figure("panics", panics.len() as f64, "");
    if let Some(wrong) = lost.first().or(tally.broken.first()).or(panics.first()) {
        let folder = if options.keep { format!(" (see {})", storm.site.folder().display()) } else { String::new() };
        report.fail(format!("seed {seed}: {wrong}{folder}"));
    }
    report
}
