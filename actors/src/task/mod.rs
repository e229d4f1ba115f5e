//! TaskActor: the live document of one task, the people on it, their cursors and ghosts.
//!
//! In: `Join`, `LeftBehind`, `Leave`, `Input`, `LookIn` of sessions; `TaskNews` (status, lease); `JournalNews`; `GetWork` (a submit);
//! `GoToSleep` when too many rooms are empty.
//! Out: `Mail` to the Desks of the threads where people are; `Edit` to the Journal.
//! Timers: flush (4 to 24 ms, by the number of people; a quarter of it with an edit), idle, renewal of bridged awareness, a load that is tried again.
//! Starts: with the first visitor, through the registry, in a state of loading. Restarts: after a panic, loading anew; those who
//! were in are told `Lost` and join again. Stops: when nobody was here for a while, or others need its place, and all edits are on disk.
//!
//! What it promises: an edit is acknowledged only after the Journal says that it is on disk; what the document holds and the log
//! does not have yet is always in `inflight`.

mod arrivals;
mod early;
mod edits;
mod entrance;
mod flush;
mod history;
mod intake;
mod lent;
mod loading;
mod messages;
mod poison;
mod replica;
mod sleep;
mod submits;
mod waking;

pub use entrance::{Entrance, NotTaken};
pub use history::Amend;
#[cfg(feature = "fault-injection")]
pub use messages::Crash;
pub use messages::{ChangeRights, GetTaskStats, GetWork, Join, JoinError, Leave, LeftBehind, RoomInput, TaskNews, WorkError};

use std::{sync::Arc, time::Duration};

use actix::{ArbiterHandle, SpawnHandle};
use tandem_protocol::{
    DocumentId, LineageId,
    rest::{LeaseView, TaskStatus},
};
use tandem_store::{
    bus::Bus,
    documents::{DocumentKey, DocumentLog, history::Counts},
};
use tokio::{
    sync::{Semaphore, oneshot},
    time::Instant,
};

use arrivals::Arrivals;
use early::Early;
use flush::Planned;
use intake::{Found, Intake};
pub use poison::Poison;
pub use replica::NodeNews;
use replica::Replica;
use waking::Waking;

use crate::{
    config::RoomConfig,
    document::{Seen, Work},
    history::HistoryError,
    idle::{IdleRooms, Rest},
    journal::{JournalHandle, JournalStatus},
    neighbours::Neighbours,
    room::{InFlight, Newcomer, Refused, Room},
    supervision::ExitGuard,
};

/// Stock clients forget who is silent for 30 seconds.
const RENEW_BRIDGES: Duration = Duration::from_secs(12);
const FIRST_RETRY: Duration = Duration::from_millis(100);
const MAX_RETRY: Duration = Duration::from_secs(3);
/// Loads that failed after which those who wait are told to come back later.
const PATIENCE: usize = 4;
/// Fewer edits than this are not worth a compaction when the room goes to sleep.
const WORTH_COMPACTING: usize = 20;
/// Between a compaction that failed and the next try: each reads and merges the whole log.
const FIRST_COMPACT_RETRY: Duration = Duration::from_secs(10);
const MAX_COMPACT_RETRY: Duration = Duration::from_secs(600);
/// Waiting for space in the Journal's mailbox.
const GIVE_AGAIN: Duration = Duration::from_millis(20);

/// What a TaskActor works with, the same for all.
pub struct RoomDeps {
    pub config: RoomConfig,
    pub regions_wait: Duration,
    pub log: Arc<dyn DocumentLog>,
    pub journal: JournalHandle,
    pub idle: Arc<IdleRooms>,
    /// Where compactions run, and how many at once: each has a document several times over in memory, and rooms fall asleep by the thousand.
    pub background: ArbiterHandle,
    pub compactions: Arc<Semaphore>,
    /// Edits that are not to be tried again.
    pub poison: Poison,
    /// How the rooms of other nodes are reached.
    pub bus: Arc<dyn Bus>,
    /// Which other nodes are alive.
    pub neighbours: Neighbours,
    /// Takes the actor out of the registry, so that the next visitor starts a new one.
    pub retire: Box<dyn Fn(&DocumentKey, u64) + Send + Sync>,
}

pub struct TaskActor {
    /// Dropped last of all it has, also in a panic: the supervisor's signal.
    _exit: ExitGuard,
    deps: Arc<RoomDeps>,
    key: Arc<DocumentKey>,
    /// Which entry of the registry this is.
    instance: u64,
    phase: Phase,
    document: Option<DocumentId>,
    /// What the newest visitor's directory entry said.
    status: TaskStatus,
    lease: Option<LeaseView>,
    inflight: InFlight,
    /// The Journal these entries were given to.
    journal: JournalStatus,
    give_again: bool,
    last_flush: Instant,
    planned: Option<Planned>,
    /// Where people point and what they show, until this actor looks.
    intake: Arc<Intake>,
    /// What it takes from there; empty between two looks.
    found: Found,
    idle: Option<SpawnHandle>,
    /// Its place among the rooms nobody is in.
    rest: Option<Rest>,
    waiters: Vec<Waiter>,
    next_waiter: u64,
    /// A document whose bytes are here already.
    waking: Option<Waking>,
    /// What waits for the document.
    early: Early,
    /// Who waits to be let in.
    arrivals: Arrivals,
    /// Asked for while the document was on its way.
    amendments: Vec<(Amend, Answer)>,
    /// Amendments that are on their way to the disk.
    when_settled: Vec<Waiting>,
    load_failures: usize,
    /// What this room has of other nodes.
    replica: Replica,
    /// Edits in the log that are not part of its snapshot.
    tail: usize,
    compacting: bool,
    /// Compactions that failed in a row, and when the next is tried.
    compactions_failed: usize,
    compact_again: Option<Instant>,
    /// Somebody is told later what they lack.
    answering: bool,
    edits: u64,
}

enum Phase {
    /// The document is on its way; who came meanwhile waits.
    Loading(Vec<Newcomer>),
    Live(Box<Room>),
    /// The stored document cannot be read. Never an empty one in its place.
    Failed(Refused),
    /// Out of the registry, about to stop.
    Retired,
}

/// A submit that waits until the document has what the submitter sees, and the disk has it too.
struct Waiter {
    id: u64,
    wanted: Seen,
    reply: oneshot::Sender<Result<Work, WorkError>>,
    /// The document has it since this ticket.
    since: Option<u64>,
}

type Answer = oneshot::Sender<Result<Counts, HistoryError>>;

/// An amendment, done here and not on disk yet.
struct Waiting {
    ticket: u64,
    counts: Counts,
    reply: Answer,
}

/// What tests and administrators see of a TaskActor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskStats {
    pub live: bool,
    pub members: usize,
    pub edits: u64,
    pub refused: u64,
    pub not_on_disk: bool,
    pub drawers: Vec<String>,
    pub document_bytes: usize,
    pub lineage: Option<LineageId>,
}

impl TaskActor {
    #[must_use]
    pub fn new(exit: ExitGuard, deps: Arc<RoomDeps>, key: Arc<DocumentKey>, instance: u64) -> Self {
        let journal = deps.journal.status();
        let (early, arrivals) = (Early::new(&deps.config), Arrivals::new(&deps.config));
        let intake = Arc::new(Intake::new(deps.config.mailbox));
        Self {
            _exit: exit,
            deps,
            key,
            instance,
            phase: Phase::Loading(Vec::new()),
            document: None,
            status: TaskStatus::Pending,
            lease: None,
            inflight: InFlight::default(),
            journal,
            give_again: false,
            last_flush: Instant::now(),
            planned: None,
            intake,
            found: Found::default(),
            idle: None,
            rest: None,
            waiters: Vec::new(),
            next_waiter: 0,
            waking: None,
            early,
            arrivals,
            amendments: Vec::new(),
            when_settled: Vec::new(),
            load_failures: 0,
            replica: Replica::default(),
            tail: 0,
            compacting: false,
            compactions_failed: 0,
            compact_again: None,
            answering: false,
            edits: 0,
        }
    }
}
