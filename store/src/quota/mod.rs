//! Quotas: how much a workspace, a person or an address may take of the whole installation.
//!
//! It is decided here and at once, from what this node knows; no request and no connection ever waits for another node. A few times a
//! second nodes exchange what was taken ([`exchange_for_ever`]), and each goes on from the common balance. So what is held to on the long
//! run is the limit of the installation, and what all nodes may take beyond it in one exchange's time is bounded. While the exchange is
//! away each node holds to the limit by itself (docs/decisions/0034).

mod bucket;
mod exchange;
mod redis;
#[cfg(test)]
mod tests;
mod traffic;

use std::{
    collections::HashMap,
    fmt,
    net::IpAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tandem_protocol::{UserId, WorkspaceId};
use tokio::time::Instant;

use bucket::Bucket;
pub use bucket::Rate;
pub use exchange::{Exchange, ExchangeError, Report, exchange_for_ever};
pub use redis::RedisExchange;
pub use traffic::Traffic;

/// Callers remembered; beyond it those who have their full burst again are forgotten.
const REMEMBERED: usize = 10_000;
/// What other nodes hold counts for so long after they were last heard of.
pub const BELIEVED: Duration = Duration::from_secs(15);

/// What is bounded, by its name among the settings in `limits.`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Limit {
    PersonCalls,
    WorkspaceCalls,
    AddressCalls,
    PersonConnections,
    WorkspaceConnections,
    AddressConnections,
    WorkspaceRooms,
    PersonFrames,
    WorkspaceFrames,
    AddressFrames,
    PersonBytes,
    WorkspaceBytes,
    AddressBytes,
}

impl Limit {
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::PersonCalls => "person_calls_per_second",
            Self::WorkspaceCalls => "workspace_calls_per_second",
            Self::AddressCalls => "address_calls_per_second",
            Self::PersonConnections => "person_connections",
            Self::WorkspaceConnections => "workspace_connections",
            Self::AddressConnections => "address_connections",
            Self::WorkspaceRooms => "workspace_rooms",
            Self::PersonFrames => "person_frames_per_second",
            Self::WorkspaceFrames => "workspace_frames_per_second",
            Self::AddressFrames => "address_frames_per_second",
            Self::PersonBytes => "person_bytes_per_second",
            Self::WorkspaceBytes => "workspace_bytes_per_second",
            Self::AddressBytes => "address_bytes_per_second",
        }
    }

    /// What was met, in words for whoever met it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::PersonCalls => "you ask too often",
            Self::WorkspaceCalls => "your workspace asks too often",
            Self::AddressCalls => "your address asks too often",
            Self::PersonConnections => "you have as many connections as you may",
            Self::WorkspaceConnections => "your workspace has as many connections as it may",
            Self::AddressConnections => "your address has as many connections as it may",
            Self::WorkspaceRooms => "your workspace has as many tasks open as it may",
            Self::PersonFrames => "your connections send too many messages",
            Self::WorkspaceFrames => "the connections of your workspace send too many messages",
            Self::AddressFrames => "the connections of your address send too many messages",
            Self::PersonBytes => "your connections send too much",
            Self::WorkspaceBytes => "the connections of your workspace send too much",
            Self::AddressBytes => "the connections of your address send too much",
        }
    }
}

/// Who takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Whose {
    Person(UserId),
    Workspace(WorkspaceId),
    Address(IpAddr),
}

impl fmt::Display for Whose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person(id) => id.fmt(f),
            Self::Workspace(id) => id.fmt(f),
            Self::Address(ip) => ip.fmt(f),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    pub limit: Limit,
    pub whose: Whose,
}

/// A limit was met.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("{} ({})", limit.words(), limit.name())]
pub struct Over {
    pub limit: Limit,
    /// When it is worth trying again.
    pub wait: Duration,
}

/// How much of each.
#[derive(Clone, Debug)]
pub struct Limits {
    pub person_calls: Rate,
    pub workspace_calls: Rate,
    pub address_calls: Rate,
    pub person_connections: u32,
    pub workspace_connections: u32,
    pub address_connections: u32,
    pub workspace_rooms: u32,
    /// What connections send.
    pub person_frames: Rate,
    pub workspace_frames: Rate,
    pub address_frames: Rate,
    pub person_bytes: Rate,
    pub workspace_bytes: Rate,
    pub address_bytes: Rate,
}

impl Default for Limits {
    /// Generous: they stop what runs away, not people and importers at work. An office, or everybody behind one proxy, has one address.
    fn default() -> Self {
        Self {
            person_calls: Rate { per_second: 500, burst: 2_000 },
            workspace_calls: Rate { per_second: 5_000, burst: 20_000 },
            address_calls: Rate { per_second: 50, burst: 500 },
            person_connections: 1_000,
            workspace_connections: 100_000,
            address_connections: 100_000,
            workspace_rooms: 50_000,
            person_frames: Rate { per_second: 5_000, burst: 20_000 },
            workspace_frames: Rate { per_second: 500_000, burst: 2_000_000 },
            address_frames: Rate { per_second: 500_000, burst: 2_000_000 },
            person_bytes: Rate { per_second: 32 << 20, burst: 128 << 20 },
            workspace_bytes: Rate { per_second: 1 << 30, burst: 2 << 30 },
            address_bytes: Rate { per_second: 1 << 30, burst: 2 << 30 },
        }
    }
}

/// This node's part in the quotas. Cheap to clone.
#[derive(Clone)]
pub struct Quotas(Arc<Inner>);

struct Inner {
    limits: Limits,
    buckets: Mutex<HashMap<Key, Bucket>>,
    counts: Mutex<HashMap<Key, Count>>,
    /// Others are told of what is held, and therefore of what is held no more.
    exchanging: AtomicBool,
}

impl Inner {
    // A panic elsewhere leaves at worst one bucket a token short, or one too many counted.
    fn buckets(&self) -> MutexGuard<'_, HashMap<Key, Bucket>> {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<Key, Count>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is held of something.
#[derive(Clone, Copy, Debug)]
struct Count {
    here: u32,
    /// On other nodes, as of `heard`.
    elsewhere: u32,
    heard: Instant,
    /// The others do not know of `here` as it is.
    changed: bool,
}

impl Count {
    fn elsewhere(&self, now: Instant) -> u32 {
        if now.duration_since(self.heard) < BELIEVED { self.elsewhere } else { 0 }
    }
}

/// One of those there may be so many of, until it is dropped.
#[derive(Debug)]
pub struct Ticket {
    quotas: Quotas,
    key: Key,
}

impl Quotas {
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self(Arc::new(Inner { limits, buckets: Mutex::default(), counts: Mutex::default(), exchanging: AtomicBool::new(false) }))
    }

    /// A request of this person in this workspace.
    pub fn call(&self, person: UserId, workspace: WorkspaceId) -> Result<(), Over> {
        self.take(Limit::PersonCalls, Whose::Person(person))?;
        self.take(Limit::WorkspaceCalls, Whose::Workspace(workspace))
    }

    /// A request of somebody unknown.
    pub fn call_of_stranger(&self, address: IpAddr) -> Result<(), Over> {
        self.take(Limit::AddressCalls, Whose::Address(address))
    }

    fn take(&self, limit: Limit, whose: Whose) -> Result<(), Over> {
        let now = Instant::now();
        self.bucket(limit, whose, now, |bucket| bucket.take(1.0, now)).map_err(|wait| over(limit, wait))
    }

    fn bucket<T>(&self, limit: Limit, whose: Whose, now: Instant, with: impl FnOnce(&mut Bucket) -> T) -> T {
        let mut buckets = self.0.buckets();
        if buckets.len() >= REMEMBERED {
            buckets.retain(|_, bucket| !bucket.is_full(now));
        }
        with(buckets.entry(Key { limit, whose }).or_insert_with(|| Bucket::full(self.rate(limit), now)))
    }

    /// One more of something there may be so many of.
    pub fn hold(&self, limit: Limit, whose: Whose) -> Result<Ticket, Over> {
        let (key, max, now) = (Key { limit, whose }, self.max(limit), Instant::now());
        let mut counts = self.0.counts();
        let count = counts.entry(key).or_insert(Count { here: 0, elsewhere: 0, heard: now, changed: true });
        // Also if it is refused: the others may have let go since, and are asked.
        count.changed = true;
        if count.here.saturating_add(count.elsewhere(now)) >= max {
            drop(counts);
            return Err(over(limit, AGAIN));
        }
        count.here += 1;
        drop(counts);
        Ok(Ticket { quotas: self.clone(), key })
    }

    /// How many are held, on all nodes as far as is known; one at least.
    fn held(&self, key: Key, now: Instant) -> u32 {
        self.0.counts().get(&key).map_or(1, |count| count.here.saturating_add(count.elsewhere(now)).max(1))
    }

    fn rate(&self, limit: Limit) -> Rate {
        let limits = &self.0.limits;
        match limit {
            Limit::PersonCalls => limits.person_calls,
            Limit::WorkspaceCalls => limits.workspace_calls,
            Limit::PersonFrames => limits.person_frames,
            Limit::WorkspaceFrames => limits.workspace_frames,
            Limit::AddressFrames => limits.address_frames,
            Limit::PersonBytes => limits.person_bytes,
            Limit::WorkspaceBytes => limits.workspace_bytes,
            Limit::AddressBytes => limits.address_bytes,
            _ => limits.address_calls,
        }
    }

    fn max(&self, limit: Limit) -> u32 {
        let limits = &self.0.limits;
        match limit {
            Limit::WorkspaceConnections => limits.workspace_connections,
            Limit::AddressConnections => limits.address_connections,
            Limit::WorkspaceRooms => limits.workspace_rooms,
            _ => limits.person_connections,
        }
    }
}

/// Something held is let go of at any time.
const AGAIN: Duration = Duration::from_secs(2);

fn over(limit: Limit, wait: Duration) -> Over {
    metrics::counter!("tandem_limits_total", "limit" => limit.name()).increment(1);
    Over { limit, wait }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut counts = self.quotas.0.counts();
        let Some(count) = counts.get_mut(&self.key) else { return };
        count.here = count.here.saturating_sub(1);
        count.changed = true;
        if count.here == 0 && !self.quotas.0.exchanging.load(Ordering::Relaxed) {
            counts.remove(&self.key);
        }
    }
}

impl fmt::Debug for Quotas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Quotas").finish_non_exhaustive()
    }
}
