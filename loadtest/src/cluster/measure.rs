//! `cluster`: what a second and a third server cost and bring. Pointers within a node and across, edits that come together everywhere, and
//! what a node spends on tasks that its own people do not have open.

use std::{cell::RefCell, path::Path, rc::Rc, time::Duration};

use anyhow::Context;
use tokio::{
    sync::watch,
    task::{JoinSet, LocalSet},
    time::sleep,
};

use super::{settle::settle, site::Site, until_told};
use crate::{
    chaos::person::{Doors, Person, Phase, Sight},
    docs,
    field::{self, Plan},
    process::Process,
    report::{Report, say},
    target::Target,
};

#[derive(clap::Args)]
pub struct Options {
    /// How many servers; said several times, one run each.
    #[arg(long, default_values_t = [2, 3], value_parser = clap::value_parser!(u32).range(2..=8))]
    nodes: Vec<u32>,
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(2..=2_000))]
    people: u32,
    /// Tasks that these share.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=500))]
    documents: u32,
    /// Moves a second and person.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=100))]
    hz: u32,
    /// Tasks that are busy while one node has nobody.
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..=2_000))]
    busy: u32,
    /// Seconds of each measurement.
    #[arg(long, default_value_t = 15, value_parser = clap::value_parser!(u64).range(1..=120))]
    seconds: u64,
    #[arg(long)]
    keep: bool,
}

/// Across nodes a pointer may take so much longer than within one.
const FURTHER_MS: f64 = 15.0;
const HEARTBEAT: Duration = Duration::from_secs(15);
const CONVERGED_WITHIN: Duration = Duration::from_secs(30);
/// Of a core: below this one node's CPU is noise whatever the others do.
const NOISE: f64 = 0.005;
/// People on each busy task.
const PAIR: usize = 2;
/// Idle and busy in turn, so often.
const TURNS: usize = 2;

pub async fn run(options: &Options, tandem: Option<&Path>) -> anyhow::Result<Report> {
    LocalSet::new().run_until(until_told(all(options, tandem))).await
}

async fn all(options: &Options, tandem: Option<&Path>) -> anyhow::Result<Report> {
    let mut report = Report::new(format!(
        "cluster: {} people on {} shared tasks, {} Hz each; then {} busy tasks beside a node without people",
        options.people, options.documents, options.hz, options.busy
    ));
    let mut wrong = Vec::new();
    for nodes in &options.nodes {
        one(options, *nodes as usize, tandem, &mut report, &mut wrong).await.with_context(|| format!("{nodes} nodes"))?;
    }
    if !wrong.is_empty() {
        report.fail(wrong.join("; "));
    }
    Ok(report)
}

async fn one(options: &Options, nodes: usize, tandem: Option<&Path>, report: &mut Report, wrong: &mut Vec<String>) -> anyhow::Result<()> {
    say(format!("{nodes} nodes"));
    let site = Site::build(tandem, nodes, HEARTBEAT, options.keep).await?;
    let (people, documents, busy) = (options.people as usize, options.documents as usize, options.busy as usize);
    let fixture = site.fixture(people, documents * 2 + busy, 0)?;
    let all: Vec<usize> = (0..nodes).collect();
    let times = Times { options, nodes };
    times.pointers(&site.target(&fixture, &all, 0)?, report, wrong).await?;
    times.edits(&site, &site.target(&fixture, &all, documents)?, report, wrong).await?;
    let elsewhere: Vec<usize> = (0..nodes - 1).collect();
    times.isolation(&site, &site.target(&fixture, &elsewhere, documents * 2)?, report, wrong).await?;
    let panics = site.panics();
    wrong.extend(panics.into_iter().take(1));
    Ok(())
}

struct Times<'a> {
    options: &'a Options,
    nodes: usize,
}

impl Times<'_> {
    fn name(&self, what: &str) -> String {
        format!("{} nodes: {what}", self.nodes)
    }

    async fn pointers(&self, target: &Target, report: &mut Report, wrong: &mut Vec<String>) -> anyhow::Result<()> {
        let clients = (self.options.people / self.options.documents).max(2) as usize;
        let plan = Plan { rooms: self.options.documents as usize, clients, senders: clients, threads: 1 };
        let field = field::gather(target, plan).await?;
        let figures = field.window(self.options.hz.into(), Duration::from_secs(3), Duration::from_secs(self.options.seconds), None).await?;
        field.dismiss().await;
        report.times(&self.name("pointer within a node"), &figures.times);
        report.times(&self.name("pointer across nodes"), &figures.abroad);
        report.figure(&self.name("arrived, or a newer one instead"), figures.served_percent(), "%");
        report.times(&self.name("generator: moves sent late by"), &figures.lag);
        let further = (figures.abroad.value_at_quantile(0.99) as f64 - figures.times.value_at_quantile(0.99) as f64) / 1000.0;
        report.figure(&self.name("p99 across above p99 within"), further, "ms");
        if figures.abroad.is_empty() || further > FURTHER_MS {
            wrong.push(format!("{} nodes: pointers across nodes take {further:.1} ms longer (p99)", self.nodes));
        }
        Ok(())
    }

    async fn edits(&self, site: &Site, target: &Target, report: &mut Report, wrong: &mut Vec<String>) -> anyhow::Result<()> {
        let (people, documents) = (self.options.people as usize, self.options.documents as usize);
        let sights = Rc::new(RefCell::new(vec![Sight::default(); people]));
        let (phase, phases) = watch::channel(Phase::Settling);
        let mut lives = JoinSet::new();
        for number in 0..people {
            let doors = Doors { addresses: site.addresses(), ..Doors::one(target.address) };
            let door = (number / documents) % self.nodes;
            let whom = (number, number % documents);
            let person = Person::new(target, (doors, door), whom, 1, Duration::from_secs(1), Rc::clone(&sights), phases.clone())?;
            lives.spawn_local(person.live());
        }
        let settled = async |what: &str| {
            let settled = settle(&sights, |number| number % documents, CONVERGED_WITHIN).await;
            settled.map_err(|missing| format!("{} nodes, {what}: {missing}", self.nodes))
        };
        let mut came = settled("before any edit").await;
        if came.is_ok() {
            phase.send_replace(Phase::Editing);
            sleep(Duration::from_secs(self.options.seconds)).await;
            phase.send_replace(Phase::Settling);
            came = settled("after the last edit").await;
        }
        phase.send_replace(Phase::Over);
        let mut persons = Vec::new();
        while let Some(person) = lives.join_next().await {
            persons.push(person?);
        }
        report.figure(&self.name("edits"), persons.iter().map(|person| person.ledger.deeds()).sum::<usize>() as f64, "");
        match came {
            Ok((took, _)) => report.figure(&self.name("all equal after the last edit"), took.as_secs_f64(), "s"),
            Err(missing) => wrong.push(missing),
        }
        wrong.extend(persons.iter().flat_map(|person| person.ledger.broken.clone()).take(1));
        let equal = self.newcomers(site, target, &persons).await?;
        report.fact(&self.name("a newcomer of every node has the same"), equal);
        if !equal {
            wrong.push(format!("{} nodes: a newcomer gets another document", self.nodes));
        }
        Ok(())
    }

    async fn newcomers(&self, site: &Site, target: &Target, persons: &[Person]) -> anyhow::Result<bool> {
        let mut equal = true;
        for address in site.addresses() {
            let target = target.at(address);
            for document in 0..self.options.documents as usize {
                let disk = docs::fresh(&target, document, 0).await?;
                equal &= persons.iter().filter(|person| person.document == document).all(|p| p.ledger.paper.digest() == disk.digest());
            }
        }
        Ok(equal)
    }

    /// The last node has nobody; on the others so many tasks are busy. Its CPU, in turn with and without.
    async fn isolation(&self, site: &Site, target: &Target, report: &mut Report, wrong: &mut Vec<String>) -> anyhow::Result<()> {
        let alone = site.nodes[self.nodes - 1].process()?;
        let other = site.nodes[0].process()?;
        // What people before left behind is put away: rooms that nobody has open stay for half a minute.
        say("waiting until rooms of before are put away");
        sleep(Duration::from_secs(45)).await;
        let plan = Plan { rooms: self.options.busy as usize, clients: PAIR, senders: 1, threads: 1 };
        let (mut idle, mut busy, mut others) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..TURNS {
            idle.push(self.share(&alone).await?);
            let field = field::gather(target, plan).await?;
            let before = other.cpu_seconds()?;
            let (share, figures) = tokio::join!(
                async {
                    sleep(Duration::from_secs(3)).await;
                    self.share(&alone).await
                },
                field.window(1.0, Duration::from_secs(2), Duration::from_secs(self.options.seconds + 2), None)
            );
            busy.push(share?);
            others.push((other.cpu_seconds()? - before) / (self.options.seconds as f64 + 4.0));
            report.figure(&self.name("deliveries a second while busy"), figures?.arrived_a_second(), "");
            field.dismiss().await;
            sleep(Duration::from_secs(40)).await;
        }
        idle.push(self.share(&alone).await?);
        let mean = |shares: &[f64]| shares.iter().sum::<f64>() / shares.len() as f64;
        let spread = idle.iter().copied().fold(0.0, f64::max) - idle.iter().copied().fold(f64::MAX, f64::min);
        report.figure(&self.name("CPU of a node without people, all idle"), mean(&idle) * 100.0, "% of a core");
        report.figure(&self.name("its spread"), spread * 100.0, "% of a core");
        report.figure(&self.name("CPU of it, tasks busy elsewhere"), mean(&busy) * 100.0, "% of a core");
        report.figure(&self.name("CPU of a node that has them"), mean(&others) * 100.0, "% of a core");
        if mean(&busy) - mean(&idle) > spread.max(NOISE) {
            wrong.push(format!("{} nodes: a node spends CPU on tasks that its people do not have open", self.nodes));
        }
        Ok(())
    }

    async fn share(&self, process: &Process) -> anyhow::Result<f64> {
        let before = process.cpu_seconds()?;
        sleep(Duration::from_secs(self.options.seconds)).await;
        Ok((process.cpu_seconds()? - before) / self.options.seconds as f64)
    }
}
