//! Numbers of the live core, each with its reason. All of them are in docs/protocol.md's table of limits.

use std::time::Duration;

use tandem_store::quota;

use crate::document::Limits;

#[derive(Clone, Debug)]
pub struct LiveConfig {
    /// Threads for rooms that no connection asked for, and for projects and people: one for two processors, four at most. 0: they run on the thread that
    /// started [`crate::Live`] (tests with a paused clock need that).
    pub room_threads: usize,
    pub session: SessionConfig,
    pub room: RoomConfig,
    pub journal: JournalConfig,
    pub restart: RestartPolicy,
    pub watch: WatchConfig,
    /// What a person, a workspace, an address may have, on all nodes together.
    pub quota: quota::Limits,
    /// How long `Live::regions` waits for the document to catch up with a submitter.
    pub regions_wait: Duration,
    /// Least time between two progress diffs of a project.
    pub project_tick: Duration,
    /// How often due work is looked for in the database.
    pub timer_tick: Duration,
    pub leases: LeaseConfig,
    pub jobs: JobsConfig,
    /// How long a stop waits for the journal and then for the connections.
    pub shutdown_wait: Duration,
    /// From the moment a node is no longer ready until it sends people away: load balancers ask every few seconds. Nothing without
    /// other nodes.
    pub drain_notice: Duration,
    /// However many there are: all are sent away within this.
    pub drain_longest: Duration,
}

/// Who keeps a task, and how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeaseConfig {
    /// How long whoever has no connection any more keeps it.
    pub grace: Duration,
    /// How long after having done something there one still counts as working, if the lease is not shorter.
    pub active_for: Duration,
    /// How long before the end whoever does nothing is told; a third of the lease at most.
    pub warn: Duration,
    /// How often a node renews: well within the third of the shortest lease (30 s) in which its holder is to be warned.
    pub renew_every: Duration,
}

impl Default for LeaseConfig {
    fn default() -> Self {
        Self {
            grace: Duration::from_secs(300),
            active_for: Duration::from_secs(300),
            warn: Duration::from_secs(60),
            renew_every: Duration::from_secs(5),
        }
    }
}

/// Work that runs by itself: imports, exports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobsConfig {
    /// Jobs done at once by this node. 0: it does none.
    pub workers: usize,
    /// Jobs of one workspace that wait or run. Another is refused: each keeps its upload, and behind a thousand of a mistaken script
    /// nobody's own is done this day.
    pub max_open: u32,
    /// How often due jobs are looked for in the database; one that was made on this node is found at once.
    pub tick: Duration,
    /// How often progress is written, if there is any, and a wish to cancel is heard.
    pub beat: Duration,
    /// How often at least.
    pub sign_every: Duration,
    /// A worker that was not heard of for so long is taken for dead, and its job is another's.
    pub keep: Duration,
    /// Between an attempt that failed and the next: doubled with each, somewhere in its upper half.
    pub first_pause: Duration,
    pub longest_pause: Duration,
    /// How long a stop waits for workers to leave.
    pub stop_wait: Duration,
}

impl Default for JobsConfig {
    fn default() -> Self {
        Self {
            workers: 2,
            max_open: 100,
            tick: Duration::from_secs(2),
            beat: Duration::from_millis(400),
            sign_every: Duration::from_secs(2),
            keep: Duration::from_secs(30),
            first_pause: Duration::from_secs(5),
            longest_pause: Duration::from_secs(60),
            stop_wait: Duration::from_secs(5),
        }
    }
}

/// By which settings a connection is bounded where stock clients have settings of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitNames {
    pub max_unauthenticated: &'static str,
    pub max_frame: &'static str,
}

#[derive(Clone, Debug)]
pub struct SessionConfig {
    pub names: LimitNames,
    /// Connections of the server.
    pub max_connections: usize,
    /// Of these, how many may not have shown yet who they are; and how many of one address.
    pub max_pending: usize,
    pub max_pending_per_address: usize,
    /// How long the kernel tries to bring bytes to a peer that does not take them.
    pub peer_timeout: Duration,
    /// From the upgrade to a `hello` that was accepted.
    pub hello_deadline: Duration,
    /// Bytes a stranger may send before that. A token is a few hundred bytes.
    pub max_unauthenticated: usize,
    /// The same of a Hocuspocus provider, which opens its documents at once: a token, a step 1 and a state for each.
    pub max_unauthenticated_stock: usize,
    /// Documents of a Hocuspocus connection whose token is not good yet, at a time: more is no provider but somebody trying.
    pub max_strangers: usize,
    /// What may be sent ahead for each of these, messages and bytes: a step 1, an awareness state, a few edits.
    pub max_sent_ahead: usize,
    pub max_sent_ahead_bytes: usize,
    pub max_frame: usize,
    /// Of stock clients, which cannot send a document in pieces.
    pub max_frame_stock: usize,
    pub max_channels: usize,
    pub heartbeat: Duration,
    /// Outgoing bytes waiting for the socket at which cursors are replaced and edits merged instead of queued.
    pub soft_outbox: usize,
    /// Outgoing bytes waiting at which the connection is cut.
    pub max_outbox: usize,
    /// Bytes of documents under way to one connection. One is sent whole, however big.
    pub max_documents: usize,
    /// How long the socket may take nothing while something waits: long enough for a slow device that takes many seconds to put a large
    /// document together before it reads on.
    pub stall: Duration,
    /// Frames a second, and at once.
    pub frames: (u32, u32),
    /// Bytes a second, and at once.
    pub bytes: (u32, u32),
    /// Clients that may come back in a second after the server restarted or turned them away.
    pub comebacks: u32,
    /// Frames waiting for a busy room before the connection is cut; two frames of the largest size in bytes.
    pub max_backlog: usize,
}

#[derive(Clone, Debug)]
pub struct RoomConfig {
    pub mailbox: usize,
    pub limits: Limits,
    /// Tick per root of the number of members; the tick of a room lies between the next two.
    pub tick_per_root: Duration,
    pub min_tick: Duration,
    pub max_tick: Duration,
    pub max_members: usize,
    /// How long a room nobody is in stays in memory.
    pub idle: Duration,
    /// Rooms nobody is in, and bytes of their documents, beyond which the longest empty go at once. In memory a document takes several
    /// times its bytes.
    pub max_idle_rooms: usize,
    pub max_idle_bytes: usize,
    /// Edits of so many bytes are taken on a thread of their own: the rest of the room's thread would wait for them.
    pub edit_aside: usize,
    /// What may wait while a document is on its way: edits and questions, their bytes, and people who are compared with it. It is a matter of
    /// seconds, and clients keep what is refused.
    pub max_early: usize,
    pub max_early_bytes: usize,
    pub max_arrivals: usize,
    /// What somebody may say of themselves.
    pub presence: PresenceLimits,
    /// Times that a member may spoil everybody's ghosts.
    pub may_spoil: u8,
    /// Edits after which the log is compacted.
    pub compact_after: usize,
    /// A compaction makes a checkpoint if the newest is older than this.
    pub checkpoint_after: Duration,
    /// Bytes of the ghost document at which it is started anew.
    pub max_ghosts: usize,
    /// Bytes of one stock client's awareness state, and how many ids it may bring.
    pub max_awareness: usize,
    pub max_awareness_ids: usize,
}

/// What somebody may say of themselves: characters of names, bytes of ids, and regions they have selected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PresenceLimits {
    pub tool: usize,
    pub label: usize,
    pub region_id: usize,
    pub selection: usize,
}

impl Default for PresenceLimits {
    fn default() -> Self {
        Self { tool: 32, label: 100, region_id: 64, selection: 256 }
    }
}

#[derive(Clone, Debug)]
pub struct JournalConfig {
    pub mailbox: usize,
    /// Bytes of edits waiting for the disk, of all rooms together, at which further ones are refused.
    pub max_bytes: usize,
    /// Rows and bytes of one commit.
    pub max_batch: usize,
    pub max_batch_bytes: usize,
    /// Rows of a commit from which on the next one waits until so much time went by since this one began.
    pub busy_rows: usize,
    pub max_window: Duration,
    /// A commit that takes longer counts as failed and is tried again.
    pub commit_timeout: Duration,
    /// How often one large edit may take so long alone before it is given up.
    pub commit_tries: usize,
    /// A commit that takes longer makes the rooms say so.
    pub slow_commit: Duration,
    /// How long the disk may be away before rooms take no further edits.
    pub read_only_after: Duration,
    pub first_retry: Duration,
    pub max_retry: Duration,
}

/// When a handler is worth a line in the log.
#[derive(Clone, Debug)]
pub struct WatchConfig {
    /// Took longer than this.
    pub slow: Duration,
    /// Has not returned for this long.
    pub stuck: Duration,
}

/// What is started again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Restart {
    /// What panicked. What stopped by itself had nothing to do any more.
    #[default]
    Transient,
    /// Whatever ended: the house cannot be without it.
    Permanent,
}

/// How a supervisor restarts what crashed.
#[derive(Clone, Debug)]
pub struct RestartPolicy {
    pub restart: Restart,
    pub first_delay: Duration,
    pub max_delay: Duration,
    /// More crashes than this within `window`: give up and tell the parent.
    pub max_restarts: usize,
    pub window: Duration,
}

/// Half the processors: what a room does is a sixth of what its people's connections do, and each thread more is one more to wake and
/// to wait for. Measured with one and two on two processors: docs/performance.md.
fn room_threads() -> usize {
    std::thread::available_parallelism().map_or(1, |processors| processors.get().div_ceil(2).min(4))
}

impl Default for LiveConfig {
    fn default() -> Self {
        Self {
            room_threads: room_threads(),
            session: SessionConfig::default(),
            room: RoomConfig::default(),
            journal: JournalConfig::default(),
            restart: RestartPolicy::default(),
            watch: WatchConfig::default(),
            quota: quota::Limits::default(),
            regions_wait: Duration::from_secs(2),
            project_tick: Duration::from_millis(250),
            timer_tick: Duration::from_secs(1),
            leases: LeaseConfig::default(),
            jobs: JobsConfig::default(),
            shutdown_wait: Duration::from_secs(5),
            drain_notice: Duration::from_secs(3),
            drain_longest: Duration::from_secs(20),
        }
    }
}

impl Default for SessionConfig {
    fn default() -> Self {
        Self {
            names: LimitNames { max_unauthenticated: "max_unauthenticated", max_frame: "max_frame" },
            max_connections: 100_000,
            max_pending: 10_000,
            max_pending_per_address: 2_500,
            peer_timeout: Duration::from_secs(30),
            hello_deadline: Duration::from_secs(5),
            max_unauthenticated: 16 << 10,
            max_unauthenticated_stock: 64 << 10,
            max_strangers: 32,
            max_sent_ahead: 64,
            max_sent_ahead_bytes: 64 << 10,
            max_frame: 4 << 20,
            max_frame_stock: 16 << 20,
            max_channels: 64,
            heartbeat: Duration::from_secs(15),
            soft_outbox: 128 << 10,
            max_outbox: 8 << 20,
            max_documents: 64 << 20,
            stall: Duration::from_secs(20),
            frames: (1_000, 4_000),
            bytes: (8 << 20, 32 << 20),
            comebacks: 500,
            max_backlog: 1_024,
        }
    }
}

impl SessionConfig {
    /// As connections of stock clients have it.
    #[must_use]
    pub fn stock(&self) -> Self {
        let names = LimitNames { max_unauthenticated: "max_unauthenticated_stock", max_frame: "max_frame_stock" };
        Self { names, max_unauthenticated: self.max_unauthenticated_stock, max_frame: self.max_frame_stock, ..self.clone() }
    }
}

impl Default for RoomConfig {
    fn default() -> Self {
        Self {
            mailbox: 4_096,
            limits: Limits::default(),
            tick_per_root: Duration::from_micros(1_450),
            min_tick: Duration::from_millis(4),
            max_tick: Duration::from_millis(24),
            max_members: 2_000,
            idle: Duration::from_secs(30),
            max_idle_rooms: 1_000,
            max_idle_bytes: 32 << 20,
            edit_aside: 256 << 10,
            max_early: 16_384,
            max_early_bytes: 32 << 20,
            max_arrivals: 16_384,
            presence: PresenceLimits::default(),
            may_spoil: 3,
            compact_after: 500,
            checkpoint_after: Duration::from_secs(600),
            max_ghosts: 1 << 20,
            max_awareness: 64 << 10,
            max_awareness_ids: 16,
        }
    }
}

impl Default for JournalConfig {
    fn default() -> Self {
        Self {
            mailbox: 65_536,
            max_bytes: 64 << 20,
            max_batch: 2_000,
            max_batch_bytes: 8 << 20,
            busy_rows: 16,
            max_window: Duration::from_millis(2),
            commit_timeout: Duration::from_secs(15),
            commit_tries: 5,
            slow_commit: Duration::from_secs(1),
            read_only_after: Duration::from_secs(30),
            first_retry: Duration::from_millis(50),
            max_retry: Duration::from_secs(2),
        }
    }
}

impl Default for WatchConfig {
    fn default() -> Self {
        Self { slow: Duration::from_millis(100), stuck: Duration::from_secs(5) }
    }
}

impl Default for RestartPolicy {
    fn default() -> Self {
        Self {
            restart: Restart::Transient,
            first_delay: Duration::from_millis(20),
            max_delay: Duration::from_secs(5),
            max_restarts: 8,
            window: Duration::from_secs(60),
        }
    }
}
