//! `tandem node`: the nodes of the installation. It works through the database: any machine that reaches that can ask, and a node hears
//! within seconds.

mod table;

use std::{process::ExitCode, time::Duration};

use anyhow::bail;
use clap::{Args, Subcommand};
use tandem_protocol::rest::NodeState;
use tandem_store::{
    Store,
    nodes::{self, NodeRow},
};

use super::{Global, log};
use crate::{
    config::{Config, Environment},
    platform::Platform,
    start,
};

#[derive(Debug, Subcommand)]
pub enum Node {
    /// Show every node with its state and load
    List {
        /// For programs
        #[arg(long)]
        json: bool,
    },
    /// Send a node's people to the others; it serves on, but takes nobody new
    Drain(Drain),
    /// Let a node take people again
    Undrain(Chosen),
}

#[derive(Debug, Args)]
pub struct Drain {
    #[command(flatten)]
    which: Chosen,
    /// Return only when they have nobody any more
    #[arg(long)]
    wait: bool,
    /// Even if no node is left that takes people
    #[arg(long)]
    force: bool,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Chosen {
    /// The node's id, or the beginning of it, or its host if that has one node only
    #[arg(value_name = "ID")]
    id: Option<String>,
    /// The one of this machine that listens on the configured address
    #[arg(long = "self")]
    own: bool,
    /// All but that one
    #[arg(long)]
    all_others: bool,
}

/// A node may take so long to send everybody away.
const PATIENCE: Duration = Duration::from_secs(180);
const LOOK: Duration = Duration::from_millis(500);

pub fn run(global: &Global, env: &Environment, what: &Node) -> anyhow::Result<ExitCode> {
    let config = global.load(env)?.config;
    log::start(&config)?;
    super::block_on(async {
        let platform = Platform::join(&config, env.get("PATH")).await?;
        let done = async {
            let store = Store::connect(&platform.store).await?;
            let done = perform(&store, &config, what).await;
            store.close().await;
            done
        }
        .await;
        platform.stop().await;
        done.map(|()| ExitCode::SUCCESS)
    })
}

async fn perform(store: &Store, config: &Config, what: &Node) -> anyhow::Result<()> {
    let rows = nodes::list(store).await?;
    match what {
        Node::List { json: true } => println!("{}", table::json(&rows)),
        Node::List { json: false } => print!("{}", table::text(&rows)),
        Node::Drain(drain) => {
            let chosen = choose(&rows, &drain.which, config)?;
            refuse_to_leave_nobody(&rows, &chosen, drain.force)?;
            ask(store, &chosen, true).await?;
            if drain.wait {
                wait_until_empty(store, &chosen).await?;
            }
        }
        Node::Undrain(which) => ask(store, &choose(&rows, which, config)?, false).await?,
    }
    Ok(())
}

fn is_there(row: &NodeRow) -> bool {
    matches!(row.state, NodeState::Ready | NodeState::Draining)
}

/// The nodes that are meant, of those that are there.
fn choose<'a>(rows: &'a [NodeRow], which: &Chosen, config: &Config) -> anyhow::Result<Vec<&'a NodeRow>> {
    let there = || rows.iter().filter(|row| is_there(row));
    let (host, address) = (start::host(), config.bind.to_string());
    let is_own = |row: &NodeRow| row.card.host == host && row.card.address == address;
    match &which.id {
        Some(word) => {
            let is_meant = |row: &&NodeRow| row.card.id.to_string().starts_with(word) || row.card.host == *word;
            let found: Vec<_> = there().filter(is_meant).collect();
            match found.len() {
                0 => bail!("There is no node {word}; `tandem node list` shows those there are."),
                1 => Ok(found),
                many => bail!("{many} nodes are meant by {word}; give more of the id."),
            }
        }
        None if which.own => match there().find(|row| is_own(row)) {
            Some(row) => Ok(vec![row]),
            None => bail!("No node of this machine ({host}) listens on {address}."),
        },
        // Without one of our own these would be all there are.
        None if !there().any(is_own) => bail!("No node of this machine ({host}) listens on {address}, so there are no others."),
        None => Ok(there().filter(|row| !is_own(row)).collect()),
    }
}

fn refuse_to_leave_nobody(rows: &[NodeRow], chosen: &[&NodeRow], force: bool) -> anyhow::Result<()> {
    let stays = |row: &&NodeRow| row.state == NodeState::Ready && !row.drain_requested && !chosen.iter().any(|c| c.card.id == row.card.id);
    if force || chosen.is_empty() || rows.iter().any(|row| stays(&row)) {
        return Ok(());
    }
    bail!("Then no node would take people any more. Start another one first, or add --force.")
}

async fn ask(store: &Store, chosen: &[&NodeRow], drain: bool) -> anyhow::Result<()> {
    if chosen.is_empty() {
        println!("There are no others.");
    }
    for row in chosen {
        let (id, host) = (row.card.id, &row.card.host);
        match (nodes::ask_to_drain(store, id, drain).await?, drain) {
            (false, _) => println!("{id} ({host}) has left meanwhile."),
            (true, true) => println!("{id} ({host}) sends its {} people elsewhere.", row.connections),
            (true, false) => println!("{id} ({host}) takes people again."),
        }
    }
    Ok(())
}

async fn wait_until_empty(store: &Store, chosen: &[&NodeRow]) -> anyhow::Result<()> {
    let is_full = |row: &NodeRow| match row.state {
        NodeState::Ready => true,
        NodeState::Draining => row.connections > 0,
        NodeState::Gone | NodeState::Left => false,
    };
    let empty = async {
        loop {
            let rows = nodes::list(store).await?;
            let full = rows.iter().filter(|row| chosen.iter().any(|c| c.card.id == row.card.id) && is_full(row)).count();
            if full == 0 {
                return Ok::<_, anyhow::Error>(());
            }
            tokio::time::sleep(LOOK).await;
        }
    };
    match tokio::time::timeout(PATIENCE, empty).await {
        Ok(done) => done,
        Err(_) => bail!("After {} s there were still people.", PATIENCE.as_secs()),
    }
}

#[cfg(test)]
mod tests;
