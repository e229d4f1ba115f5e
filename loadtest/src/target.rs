//! Which server is measured, and who and what there is on it.

use std::net::{SocketAddr, ToSocketAddrs};

use anyhow::{Context, bail};

use crate::{dialect::Protocol, fixture::Fixture};

#[derive(Clone)]
pub struct Target {
    pub address: SocketAddr,
    /// All nodes, if there are several; connections are spread over them.
    pub nodes: Vec<SocketAddr>,
    /// Before a document's name.
    pub path: String,
    pub protocol: Protocol,
    /// See [`crate::dialect::Speech`].
    pub first_id: u64,
    /// Ours; other servers make a document of every name.
    pub fixture: Option<Fixture>,
    /// The first document's number.
    first: usize,
    prefix: String,
}

impl Target {
    pub fn ours(fixture: Fixture, protocol: Protocol, first: usize) -> anyhow::Result<Self> {
        let path = match protocol {
            Protocol::Tandem => "",
            Protocol::Yjs => "/yjs",
            Protocol::Hocuspocus => "/hocuspocus",
        };
        let address = resolve(fixture.authority())?;
        Ok(Self {
            address,
            nodes: Vec::new(),
            path: path.to_owned(),
            protocol,
            first_id: first_id(),
            fixture: Some(fixture),
            first,
            prefix: String::new(),
        })
    }

    /// Another server, e.g. `ws://127.0.0.1:1234`.
    pub fn other(url: &str, protocol: Protocol, prefix: String, first: usize) -> anyhow::Result<Self> {
        if protocol == Protocol::Tandem {
            bail!("a server of ours needs a --fixture");
        }
        let rest = url.strip_prefix("ws://").context("the address of a server begins with ws://")?;
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let address = resolve(authority)?;
        if !address.ip().is_loopback() {
            bail!("{url} is not on this machine: load tests stay on loopback");
        }
        let path = if path.is_empty() { String::new() } else { format!("/{}", path.trim_end_matches('/')) };
        Ok(Self { address, nodes: Vec::new(), path, protocol, first_id: first_id(), fixture: None, first, prefix })
    }

    /// Which node connection `number` goes to.
    pub fn node(&self, number: usize) -> usize {
        number % self.nodes.len().max(1)
    }

    /// The same at one node only.
    pub fn at(&self, address: SocketAddr) -> Self {
        let mut target = self.clone();
        (target.address, target.nodes) = (address, Vec::new());
        target
    }

    pub fn address(&self, number: usize) -> SocketAddr {
        self.nodes.get(self.node(number)).copied().unwrap_or(self.address)
    }

    /// The name of document `number`.
    pub fn document(&self, number: usize) -> anyhow::Result<String> {
        let number = self.first + number;
        let Some(fixture) = &self.fixture else { return Ok(format!("{}-{number}", self.prefix)) };
        let task = fixture.task_ids.get(number).with_context(|| {
            let count = fixture.task_ids.len();
            format!("the fixture names {count} tasks, {} are wanted: make it with `tandem dev fixture --named {}`", number + 1, number + 1)
        })?;
        Ok(task.to_string())
    }

    /// Person `number`'s token; people come round again, in another tab.
    pub fn token(&self, number: usize) -> &str {
        self.fixture.as_ref().and_then(|fixture| fixture.tokens.get(number % fixture.tokens.len().max(1))).map_or("", String::as_str)
    }
}

fn resolve(authority: &str) -> anyhow::Result<SocketAddr> {
    authority.to_socket_addrs()?.next().with_context(|| format!("{authority} is no address"))
}

/// Between 2^24 and 2^31, where client ids of Yjs lie; new for each run.
fn first_id() -> u64 {
    rand::random_range(1 << 24..1 << 31)
}
