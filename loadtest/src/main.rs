//! `tandem-loadtest`: measures a running server from outside, through the protocol alone.
//!
//! Every run is bounded in time and count, and refuses to aim anywhere but at this machine.

mod big_doc;
mod chaos;
mod claim;
mod client;
mod cluster;
mod dialect;
mod docs;
mod field;
mod fixture;
mod http;
mod idle;
mod load;
mod many_docs;
mod net;
mod paper;
mod plant;
mod process;
mod report;
mod room;
mod saturate;
mod slow;
mod soak;
mod socket;
mod storm;
mod submit;
mod target;

use std::path::PathBuf;

use anyhow::Context;
use clap::{Parser, Subcommand};

use crate::{dialect::Protocol, fixture::Fixture, plant::Plant, process::Process, report::Report, target::Target};

/// What a server started for the run gets.
const OWN_PEOPLE: usize = 200;
const OWN_TASKS: usize = 1_100;

/// Measure a Tandem server, or another one that speaks Yjs, on this machine.
#[derive(Parser)]
// Of an option said twice the last one counts: scripts shorten what other scripts say.
#[command(version, args_override_self = true)]
struct Args {
    /// What `tandem dev fixture` printed: address, project, tasks and a token per person.
    #[arg(long, value_name = "FILE")]
    fixture: Option<PathBuf>,
    /// Another server than ours, e.g. ws://127.0.0.1:1234 (with --protocol yjs or hocuspocus).
    #[arg(long, conflicts_with = "fixture")]
    url: Option<String>,
    /// Start this server for the run, in a data folder of its own (chaos and the cluster ones always do; the `tandem` beside this program if not said).
    #[arg(long, global = true, value_name = "FILE")]
    tandem: Option<PathBuf>,
    #[arg(long, value_enum, default_value_t = Protocol::Tandem)]
    protocol: Protocol,
    /// The first document to use: the fixture's tasks are counted from 0.
    #[arg(long, default_value_t = 0, value_name = "NUMBER")]
    first: usize,
    /// How documents of another server are named, before a number.
    #[arg(long, default_value = "load")]
    prefix: String,
    /// Process id of the server, to add its CPU time and memory to the report.
    #[arg(long)]
    server_pid: Option<u32>,
    /// Also write the figures as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    #[command(subcommand)]
    scenario: Scenario,
}

#[derive(Subcommand)]
enum Scenario {
    /// People in one document who move their cursors: time from one client to all others.
    Room(room::Options),
    /// Many documents with a few people each.
    Rooms(room::RoomsOptions),
    /// Faster and faster, until deliveries are late or do not grow any more.
    Saturate(saturate::Options),
    /// Connections that do nothing: how fast they come and what they keep of the server's memory.
    Idle(idle::Options),
    /// One stops reading while others work: what they notice, what the server keeps, how the reader is cut.
    SlowReader(slow::Options),
    /// People edit one document: when an edit reaches the others, when it is on disk, whether all hold the same in the end.
    Docs(docs::Options),
    /// How long until a newcomer has all of a large document.
    Load(load::Options),
    /// Many enter a document that does not exist yet, at once, and write: it must be one document.
    JoinStorm(storm::join::Options),
    /// Everybody loses the connection at once and comes back with the copy in hand.
    ReconnectStorm(storm::reconnect::Options),
    /// A document of a million updates: time to open it, memory after it was put away.
    BigDoc(big_doc::Options),
    /// Thousands of documents opened in turn: memory before and after.
    ManyDocs(many_docs::Options),
    /// For long: is the last minute as good as the first?
    Soak(soak::Options),
    /// A server of its own, killed and paused under people who edit: every acknowledged edit must be there afterwards.
    Chaos(chaos::Options),
    /// Several servers in network namespaces: pointers within and across them, edits, what a node spends on others' tasks. Root, Linux.
    Cluster(cluster::measure::Options),
    /// Several servers, their Postgres and their Redis killed, paused and cut off from one another under people who edit. Root, Linux.
    ClusterChaos(cluster::chaos::Options),
    /// People ask for the next task of a long queue: time of each ask, and how many a second at most.
    Claim(claim::Options),
    /// People working through the queue: lease, draw, submit, next. Time of each submit.
    Submit(submit::Options),
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    net::raise_file_limit()?;
    let report = run(&args).await?;
    print!("{}", report.table());
    if let Some(path) = &args.json {
        std::fs::write(path, report.json()?)?;
    }
    match report.failure() {
        Some(why) => anyhow::bail!("{why}"),
        None => Ok(()),
    }
}

async fn run(args: &Args) -> anyhow::Result<Report> {
    match &args.scenario {
        Scenario::Chaos(options) => return chaos::run(options, args.tandem.as_deref()).await,
        Scenario::Cluster(options) => return cluster::measure::run(options, args.tandem.as_deref()).await,
        Scenario::ClusterChaos(options) => return cluster::chaos::run(options, args.tandem.as_deref()).await,
        _ => {}
    }
    let mut plant = match &args.tandem {
        Some(binary) => Some(Plant::start(Some(binary), false).await?),
        None => None,
    };
    let fixture = match (&plant, &args.fixture) {
        (Some(plant), _) => Some(plant.fixture(OWN_PEOPLE, OWN_TASKS)?),
        (None, path) => path.as_deref().map(Fixture::load).transpose()?,
    };
    let server = match &plant {
        Some(plant) => Some(plant.process()?),
        None => args.server_pid.map(Process::of).transpose()?,
    };
    let server = server.as_ref();
    if let Scenario::Submit(options) = &args.scenario {
        return submit::run(fixture.as_ref().context("submit needs a --fixture")?, options).await;
    }
    if let Scenario::Claim(options) = &args.scenario {
        return claim::run(fixture.as_ref().context("claim needs a --fixture")?, options, server).await;
    }
    let target = match (fixture, &args.url) {
        (Some(fixture), _) => Target::ours(fixture, args.protocol, args.first)?,
        (None, Some(url)) => Target::other(url, args.protocol, args.prefix.clone(), args.first)?,
        (None, None) => anyhow::bail!("--fixture, --tandem or --url is needed"),
    };
    match &args.scenario {
        Scenario::Room(options) => room::room(&target, options, server).await,
        Scenario::Rooms(options) => room::rooms(&target, options, server).await,
        Scenario::Saturate(options) => saturate::run(&target, options, server).await,
        Scenario::Idle(options) => idle::run(&target, options, server).await,
        Scenario::SlowReader(options) => slow::run(&target, options, server).await,
        Scenario::Docs(options) => docs::run(&target, options, server).await,
        Scenario::Load(options) => match &mut plant {
            Some(plant) => load::from_nothing(&target, options, plant).await,
            None => load::run(&target, options, server).await,
        },
        Scenario::JoinStorm(options) => storm::join::run(&target, options, server).await,
        Scenario::ReconnectStorm(options) => storm::reconnect::run(&target, options, server).await,
        Scenario::BigDoc(options) => big_doc::run(&target, options, server).await,
        Scenario::ManyDocs(options) => many_docs::run(&target, options, server).await,
        Scenario::Soak(options) => soak::run(&target, options, server).await,
        Scenario::Claim(_) | Scenario::Submit(_) | Scenario::Chaos(_) | Scenario::Cluster(_) | Scenario::ClusterChaos(_) => {
            anyhow::bail!("handled above")
        }
    }
}
