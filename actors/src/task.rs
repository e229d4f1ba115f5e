//! TaskActor: the live document of one task, the people on it, their cursors and ghosts.
//!
//! In: `Join`, `Leave`, `Input` of sessions; `TaskNews` (status, lease); `JournalNews`; `GetRegions` (a submit).
//! Out: `RoomEvent` to sessions; `Edit` to the Journal.
//! Timers: flush (4 to 33 ms, by the number of people), idle, renewal of bridged awareness, a load that is tried again.
//! Starts: with the first visitor, through the registry, in a state of loading. Restarts: after a panic, loading anew; those who
//! were in are told `Lost` and join again. Stops: when nobody was here for a while and all edits are on disk.
//!
//! What it promises: an edit is acknowledged only after the Journal says that it is on disk; what the document holds and the log
//! does not have yet is always in `inflight`.

use std::{sync::Arc, time::Duration};

use actix::{
    Actor, ActorContext, ActorFutureExt, ArbiterHandle, AsyncContext, Context, Handler, Message, Recipient, ResponseFuture, SpawnHandle,
    StreamHandler, WrapFuture,
};
use bytes::Bytes;
use futures_util::stream;
use tandem_protocol::{
    DocumentId, LineageId,
    rest::{LeaseView, Region, TaskStatus},
    ws::{CloseCode, PresenceState},
};
use tandem_store::documents::{Compaction, DocumentKey, DocumentLog, LogError, StoredDocument};
use tokio::{sync::oneshot, time::Instant};
use yrs::StateVector;

use crate::{
    config::RoomConfig,
    document::{self, ContentError, LiveDoc},
    journal::{Edit, JournalHandle, JournalNews, JournalStatus},
    room::{Edited, InFlight, Missed, Newcomer, Refused, Room, RoomEvent, RoomNews, Seat},
    supervision::{ExitGuard, backoff},
};

/// Stock clients forget who is silent for 30 seconds.
const RENEW_BRIDGES: Duration = Duration::from_secs(12);
const FIRST_RETRY: Duration = Duration::from_millis(100);
const MAX_RETRY: Duration = Duration::from_secs(3);
/// Loads that failed after which those who wait are told to come back later.
const PATIENCE: usize = 4;
/// Fewer edits than this are not worth a compaction when the room goes to sleep.
const WORTH_COMPACTING: usize = 20;
/// Waiting for space in the Journal's mailbox.
const GIVE_AGAIN: Duration = Duration::from_millis(20);

/// What a TaskActor works with, the same for all.
pub struct RoomDeps {
    pub config: RoomConfig,
    pub regions_wait: Duration,
    pub log: Arc<dyn DocumentLog>,
    pub journal: JournalHandle,
    /// Where compactions run.
    pub background: ArbiterHandle,
    /// Takes the actor out of the registry, so that the next visitor starts a new one.
    pub retire: Box<dyn Fn(&DocumentKey, u64) + Send + Sync>,
}

// --- state ---

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
    flush_planned: bool,
    idle: Option<SpawnHandle>,
    waiters: Vec<Waiter>,
    next_waiter: u64,
    load_failures: usize,
    /// Edits in the log that are not part of its snapshot.
    tail: usize,
    compacting: bool,
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
    wanted: StateVector,
    reply: oneshot::Sender<Result<Vec<Region>, RegionsError>>,
    /// The document has it since this ticket.
    since: Option<u64>,
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
            flush_planned: false,
            idle: None,
            waiters: Vec::new(),
            next_waiter: 0,
            load_failures: 0,
            tail: 0,
            compacting: false,
            edits: 0,
        }
    }
}

// --- messages ---

/// Somebody wants in. The answer says only whether this actor takes them; the room's state comes as an event.
#[derive(Message)]
#[rtype(result = "Result<(), JoinError>")]
pub struct Join {
    pub newcomer: Newcomer,
    pub status: TaskStatus,
    pub lease: Option<LeaseView>,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JoinError {
    /// Ask the registry again.
    #[error("the room is going to sleep")]
    Retired,
    #[error("{}", .0.message)]
    Refused(Refused),
}

#[derive(Message)]
#[rtype(result = "()")]
pub struct Leave(pub Seat);

#[derive(Clone, Debug, Message)]
#[rtype(result = "()")]
pub struct Input {
    pub seat: Seat,
    pub what: RoomInput,
}

/// What a member does.
#[derive(Clone, Debug)]
pub enum RoomInput {
    /// An edit; without a number nobody waits for its acknowledgement.
    Update {
        seq: Option<u64>,
        bytes: Bytes,
    },
    Ghost {
        epoch: u32,
        bytes: Bytes,
    },
    Cursor(Option<(i32, i32)>),
    Presence(PresenceState),
    /// A stock client's state vector: what does it lack?
    Step1(Bytes),
    Awareness(Bytes),
    QueryAwareness,
}

impl RoomInput {
    /// Bytes it holds on to while it waits.
    #[must_use]
    pub fn size(&self) -> usize {
        match self {
            Self::Update { bytes, .. } | Self::Ghost { bytes, .. } | Self::Step1(bytes) | Self::Awareness(bytes) => bytes.len(),
            Self::Cursor(_) | Self::Presence(_) | Self::QueryAwareness => 0,
        }
    }
}

#[derive(Clone, Message)]
#[rtype(result = "()")]
pub struct TaskNews {
    pub status: TaskStatus,
    pub lease: Option<LeaseView>,
}

/// The regions, once the document has everything in `wanted`, on disk.
#[derive(Message)]
#[rtype(result = "Result<Vec<Region>, RegionsError>")]
pub struct GetRegions {
    pub wanted: StateVector,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegionsError {
    /// The edits of the submitter did not arrive, or not reach the disk, in time. Submit again.
    #[error("the server does not have all of your edits yet")]
    Behind,
    #[error("the document cannot be read at the moment")]
    Unavailable,
    /// The document's content is not what regions look like.
    #[error(transparent)]
    Malformed(#[from] ContentError),
}

#[derive(Message)]
#[rtype(result = "TaskStats")]
pub struct GetTaskStats;

/// Panic in the handler. Test builds only.
#[cfg(feature = "fault-injection")]
#[derive(Message)]
#[rtype(result = "()")]
pub struct Crash;

impl Actor for TaskActor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(self.deps.config.mailbox);
        ctx.add_stream(stream::unfold(self.deps.journal.watch(), |mut watch| async move {
            watch.changed().await.ok()?;
            let status = *watch.borrow_and_update();
            Some((status, watch))
        }));
        ctx.run_interval(RENEW_BRIDGES, |task, _| {
            if let Phase::Live(room) = &mut task.phase {
                room.renew_bridges();
            }
        });
        self.load(ctx);
    }

    fn stopped(&mut self, _: &mut Self::Context) {
        // Runs in a panic too. Whoever is in joins again, and meets the next one behind the same entry.
        if std::thread::panicking() {
            self.say_lost();
        }
    }
}

impl Handler<Join> for TaskActor {
    type Result = Result<(), JoinError>;

    fn handle(&mut self, join: Join, ctx: &mut Self::Context) -> Self::Result {
        self.status = join.status;
        self.lease.clone_from(&join.lease);
        match &mut self.phase {
            Phase::Loading(waiting) if waiting.len() < self.deps.config.max_members => {
                waiting.push(join.newcomer);
                Ok(())
            }
            Phase::Loading(_) => Err(JoinError::Refused(Refused::overloaded())),
            Phase::Failed(why) => Err(JoinError::Refused(why.clone())),
            Phase::Retired => Err(JoinError::Retired),
            Phase::Live(_) => self.let_in(join.newcomer, ctx).map_err(JoinError::Refused),
        }
    }
}

impl Handler<Leave> for TaskActor {
    type Result = ();

    fn handle(&mut self, Leave(seat): Leave, ctx: &mut Self::Context) {
        match &mut self.phase {
            Phase::Loading(waiting) => waiting.retain(|newcomer| newcomer.seat != seat),
            Phase::Live(room) => {
                room.leave(seat);
                self.touched(ctx);
            }
            Phase::Failed(_) | Phase::Retired => {}
        }
        self.sleep_if_idle(ctx);
    }
}

impl Handler<Input> for TaskActor {
    type Result = ();

    fn handle(&mut self, Input { seat, what }: Input, ctx: &mut Self::Context) {
        let Phase::Live(room) = &mut self.phase else { return };
        if !room.has(seat) {
            // Was thrown out, and has been told.
            return;
        }
        let refused = match what {
            RoomInput::Update { seq, bytes } => return self.edit(seat, seq, &bytes, ctx),
            RoomInput::Ghost { epoch, bytes } => room.draw(seat, epoch, &bytes),
            RoomInput::Cursor(at) => {
                room.point(seat, at);
                None
            }
            RoomInput::Presence(state) => room.show(seat, state),
            RoomInput::Step1(vector) => room.tell_diff(seat, &vector),
            RoomInput::Awareness(bytes) => room.aware(seat, &bytes),
            RoomInput::QueryAwareness => {
                room.tell_awareness(seat);
                None
            }
        };
        if let Some(why) = refused {
            room.send(seat, RoomNews::Refused { seq: None, why });
        }
        self.touched(ctx);
    }
}

impl Handler<TaskNews> for TaskActor {
    type Result = ();

    fn handle(&mut self, news: TaskNews, _: &mut Self::Context) {
        self.status = news.status;
        self.lease.clone_from(&news.lease);
        if let Phase::Live(room) = &mut self.phase {
            room.task_changed(news.status, news.lease);
        }
    }
}

impl Handler<GetRegions> for TaskActor {
    type Result = ResponseFuture<Result<Vec<Region>, RegionsError>>;

    fn handle(&mut self, GetRegions { wanted }: GetRegions, ctx: &mut Self::Context) -> Self::Result {
        let (reply, answer) = oneshot::channel();
        if matches!(self.phase, Phase::Failed(_) | Phase::Retired) {
            return Box::pin(async { Err(RegionsError::Unavailable) });
        }
        self.next_waiter += 1;
        let id = self.next_waiter;
        self.waiters.push(Waiter { id, wanted, reply, since: None });
        self.check_waiters();
        ctx.run_later(self.deps.regions_wait, move |task, ctx| task.give_up_waiting(id, ctx));
        Box::pin(async move { answer.await.unwrap_or(Err(RegionsError::Unavailable)) })
    }
}

impl Handler<GetTaskStats> for TaskActor {
    type Result = actix::MessageResult<GetTaskStats>;

    fn handle(&mut self, _: GetTaskStats, _: &mut Self::Context) -> Self::Result {
        let room = match &self.phase {
            Phase::Live(room) => Some(room),
            Phase::Loading(_) | Phase::Failed(_) | Phase::Retired => None,
        };
        actix::MessageResult(TaskStats {
            live: room.is_some(),
            members: room.map_or(0, |r| r.len()),
            edits: self.edits,
            refused: room.map_or(0, |r| r.refused),
            not_on_disk: !self.inflight.is_empty(),
            drawers: room.map(|r| r.drawers()).unwrap_or_default(),
            document_bytes: room.map_or(0, |r| r.doc().size()),
            lineage: room.map(|r| r.lineage()),
        })
    }
}

#[cfg(feature = "fault-injection")]
impl Handler<Crash> for TaskActor {
    type Result = ();

    fn handle(&mut self, _: Crash, _: &mut Self::Context) {
        panic!("injected into the room of task {}", self.key.task);
    }
}

impl Handler<JournalNews> for TaskActor {
    type Result = ();

    fn handle(&mut self, news: JournalNews, ctx: &mut Self::Context) {
        match news {
            JournalNews::Durable { upto } => self.durable(upto, ctx),
            JournalNews::Refused { reason, .. } => self.document_gone(&reason, ctx),
        }
    }
}

impl StreamHandler<JournalStatus> for TaskActor {
    fn handle(&mut self, status: JournalStatus, ctx: &mut Self::Context) {
        if status.generation != self.journal.generation {
            self.inflight.give_all_again();
        }
        self.journal = status;
        self.give(ctx);
        if let Phase::Live(room) = &mut self.phase {
            room.durability_changed(status.durable);
        }
    }

    /// The Journal ends with the house; until then this actor goes on.
    fn finished(&mut self, _: &mut Self::Context) {}
}

// --- loading ---

/// What a load brings.
type Loaded = Result<(StoredDocument, Vec<Bytes>, LiveDoc), LoadFailure>;

enum LoadFailure {
    Away(String),
    Unreadable(String),
}

async fn load(deps: Arc<RoomDeps>, key: Arc<DocumentKey>) -> Loaded {
    // The Journal first: what it settles between the two questions is then in the log's answer.
    let Some(pending) = deps.journal.pending(Arc::clone(&key)).await else {
        return Err(LoadFailure::Away("the journal is restarting".into()));
    };
    let mut stored = deps.log.open(&key).await.map_err(|error| match error {
        LogError::Unavailable(why) => LoadFailure::Away(why),
        LogError::Refused(_) | LogError::NotFound | LogError::Merge(_) => LoadFailure::Unreadable(error.to_string()),
    })?;
    let tail = std::mem::take(&mut stored.updates);
    let parts = stored.snapshot.iter().cloned().chain(tail.iter().cloned()).chain(pending.iter().cloned()).collect();
    let doc = document::load(parts, deps.config.limits).await.map_err(|e| LoadFailure::Unreadable(e.to_string()))?;
    stored.updates = tail;
    Ok((stored, pending, doc))
}

impl TaskActor {
    fn load(&mut self, ctx: &mut Context<Self>) {
        let loading = load(Arc::clone(&self.deps), Arc::clone(&self.key));
        ctx.spawn(loading.into_actor(self).map(|loaded, task, ctx| task.loaded(loaded, ctx)));
    }

    fn loaded(&mut self, loaded: Loaded, ctx: &mut Context<Self>) {
        let Phase::Loading(waiting) = &mut self.phase else { return };
        let waiting = std::mem::take(waiting);
        match loaded {
            Ok((stored, pending, doc)) => self.open(&stored, pending, doc, waiting, ctx),
            Err(LoadFailure::Away(why)) => self.load_later(&why, waiting, ctx),
            Err(LoadFailure::Unreadable(why)) => self.fail(&why, waiting, ctx),
        }
    }

    fn open(&mut self, stored: &StoredDocument, pending: Vec<Bytes>, doc: LiveDoc, waiting: Vec<Newcomer>, ctx: &mut Context<Self>) {
        self.document = Some(stored.id);
        self.tail = stored.updates.len();
        self.load_failures = 0;
        let room = Room::new(self.deps.config.clone(), stored.lineage, doc, self.status, self.lease.clone(), self.journal.durable);
        self.phase = Phase::Live(Box::new(room));
        // Given to the Journal by the actor that was here before. Should the Journal crash now, only we still have them.
        for payload in pending {
            if let Ok(reserved) = self.deps.journal.reserve(payload.len()) {
                self.inflight.push(Some(payload), reserved, None, None);
            }
        }
        self.give(ctx);
        for newcomer in waiting {
            let (seat, outlet) = (newcomer.seat, newcomer.outlet.clone());
            if let Err(why) = self.let_in(newcomer, ctx) {
                turn_away(&outlet, seat, why);
            }
        }
        self.check_waiters();
        self.sleep_if_idle(ctx);
    }

    fn load_later(&mut self, why: &str, waiting: Vec<Newcomer>, ctx: &mut Context<Self>) {
        tracing::warn!(task = %self.key.task, why, "the document cannot be loaded yet");
        self.load_failures += 1;
        if self.load_failures < PATIENCE {
            self.phase = Phase::Loading(waiting);
        } else {
            for newcomer in waiting {
                turn_away(&newcomer.outlet, newcomer.seat, Refused::unavailable());
            }
        }
        ctx.run_later(backoff(FIRST_RETRY, MAX_RETRY, self.load_failures - 1), Self::load);
    }

    /// Who comes is told so until this actor goes to sleep; the next one tries again.
    fn fail(&mut self, why: &str, waiting: Vec<Newcomer>, ctx: &mut Context<Self>) {
        tracing::error!(task = %self.key.task, why, "the stored document cannot be read");
        let refused =
            Refused::new("document_unreadable", "the stored document cannot be read; nothing of it is lost, tell your administrator");
        for newcomer in waiting {
            turn_away(&newcomer.outlet, newcomer.seat, refused.clone());
        }
        self.phase = Phase::Failed(refused);
        for waiter in self.waiters.drain(..) {
            let _ = waiter.reply.send(Err(RegionsError::Unavailable));
        }
        self.sleep_if_idle(ctx);
    }

    fn let_in(&mut self, newcomer: Newcomer, ctx: &mut Context<Self>) -> Result<(), Refused> {
        if let Some(idle) = self.idle.take() {
            ctx.cancel_future(idle);
        }
        // What was gathered so far is part of what the newcomer is about to get.
        self.flush(ctx);
        let Phase::Live(room) = &mut self.phase else { return Err(Refused::unavailable()) };
        room.task_changed(self.status, self.lease.clone());
        room.join(newcomer)?;
        self.touched(ctx);
        Ok(())
    }
}

fn turn_away(outlet: &Recipient<RoomEvent>, seat: Seat, why: Refused) {
    // Beyond the mailbox's capacity if need be: once for each who waited.
    outlet.do_send(RoomEvent { subscription: seat.subscription, news: RoomNews::Out { close: None, why } });
}

// --- edits and their way to the disk ---

impl TaskActor {
    fn edit(&mut self, seat: Seat, seq: Option<u64>, bytes: &Bytes, ctx: &mut Context<Self>) {
        fail::fail_point!("task-edit");
        let Phase::Live(room) = &mut self.phase else { return };
        // Before it is applied: what is in the document must be able to reach the disk.
        let Ok(reserved) = self.deps.journal.reserve(bytes.len()) else {
            let why = Refused::new("waiting_for_disk", "too many edits wait for the disk; come back in a while").retryable();
            return room.send(seat, RoomNews::Refused { seq, why });
        };
        let origin = seq.map(|seq| (seat, seq));
        match room.edit(seat, bytes) {
            Edited::Keep(payload, author) => {
                self.edits += 1;
                self.tail += 1;
                self.inflight.push(Some(payload), reserved, Some(author), origin);
            }
            Edited::Repeat(author) => {
                self.inflight.push(None, reserved, Some(author), origin);
            }
            Edited::Refused(why) => return room.send(seat, RoomNews::Refused { seq, why }),
            Edited::Broken(why) => return self.broken(seat, seq, &why, ctx),
        }
        self.give(ctx);
        self.touched(ctx);
        self.check_waiters();
    }

    /// Give the Journal what it does not have yet, in order.
    fn give(&mut self, ctx: &mut Context<Self>) {
        let Some(document) = self.document else { return };
        while let Some(entry) = self.inflight.next_to_give() {
            let edit = Edit {
                key: Arc::clone(&self.key),
                document,
                author: entry.author,
                payload: entry.payload.clone(),
                reserved: Arc::clone(&entry.reserved),
                ticket: entry.ticket,
            };
            if self.deps.journal.append(edit, self.journal.generation, ctx.address().recipient()).is_err() {
                self.plan_giving(ctx);
                return;
            }
            self.inflight.gave();
        }
    }

    fn plan_giving(&mut self, ctx: &mut Context<Self>) {
        if !std::mem::replace(&mut self.give_again, true) {
            ctx.run_later(GIVE_AGAIN, |task, ctx| {
                task.give_again = false;
                task.give(ctx);
            });
        }
    }

    fn durable(&mut self, upto: u64, ctx: &mut Context<Self>) {
        let acks = self.inflight.settle(upto);
        if let Phase::Live(room) = &mut self.phase {
            for (seat, seq) in acks {
                room.send(seat, RoomNews::Ack(seq));
            }
        }
        self.throw_out_who_missed_something(ctx);
        self.check_waiters();
        if self.tail >= self.deps.config.compact_after {
            self.compact(ctx);
        }
        self.sleep_if_idle(ctx);
    }

    /// An edit that looked right broke the document in memory. Nothing of it went anywhere; everything accepted before
    /// is on disk or with the Journal. So: close the door to its sender, and let a new actor load what is true.
    fn broken(&mut self, seat: Seat, seq: Option<u64>, why: &str, ctx: &mut Context<Self>) {
        tracing::error!(task = %self.key.task, session = %seat.session, why, "an edit broke the document, loading it anew");
        let refused = Refused::new("update_refused", "the edit is not sound").field("update", "malformed");
        if let Phase::Live(room) = &mut self.phase {
            room.send(seat, RoomNews::Refused { seq, why: refused.clone() });
            room.send(seat, RoomNews::Out { close: Some(CloseCode::BadFrame), why: refused });
            room.leave(seat);
        }
        self.say_lost();
        self.retire(ctx);
    }

    fn document_gone(&mut self, reason: &str, ctx: &mut Context<Self>) {
        tracing::error!(task = %self.key.task, reason, "the store refuses this document's edits");
        if let Phase::Live(room) = &mut self.phase {
            let why = Refused::new("document_gone", "this document is no longer kept");
            room.send_everybody(&RoomNews::Out { close: None, why });
        }
        self.retire(ctx);
    }

    fn say_lost(&mut self) {
        match &mut self.phase {
            Phase::Live(room) => room.send_everybody(&RoomNews::Lost),
            Phase::Loading(waiting) => {
                for newcomer in waiting.drain(..) {
                    let event = RoomEvent { subscription: newcomer.seat.subscription, news: RoomNews::Lost };
                    // Full or gone: its session ends, one way or the other.
                    let _ = newcomer.outlet.try_send(event);
                }
            }
            Phase::Failed(_) | Phase::Retired => {}
        }
    }

    fn compact(&mut self, ctx: &mut Context<Self>) {
        let Some(document) = self.document else { return };
        if std::mem::replace(&mut self.compacting, true) {
            return;
        }
        let covered = self.tail;
        let (tell, done) = oneshot::channel();
        let (log, workspace, task) = (Arc::clone(&self.deps.log), self.key.workspace, self.key.task);
        self.deps.background.spawn(async move {
            let compacted = log.compact(workspace, document, Arc::new(document::merge)).await;
            if let Err(error) = &compacted {
                tracing::warn!(%task, %error, "compaction failed; the log stays as it is");
            }
            // The actor may have gone to sleep.
            let _ = tell.send(matches!(compacted, Ok(Compaction::Done { .. })));
        });
        ctx.spawn(done.into_actor(self).map(move |done, task, _| {
            task.compacting = false;
            if done == Ok(true) {
                task.tail = task.tail.saturating_sub(covered);
            }
        }));
    }
}

// --- what goes out ---

impl TaskActor {
    /// Something changed: send it now if it was quiet, or with everything else of this tick.
    fn touched(&mut self, ctx: &mut Context<Self>) {
        let Phase::Live(room) = &mut self.phase else { return };
        if self.flush_planned || !room.is_dirty() {
            return self.throw_out_who_missed_something(ctx);
        }
        let config = &self.deps.config;
        let people = u32::try_from(room.len()).unwrap_or(u32::MAX);
        let tick = config.tick_per_member.saturating_mul(people).clamp(config.min_tick, config.max_tick);
        let quiet = self.last_flush.elapsed();
        if quiet >= tick {
            self.flush(ctx);
        } else {
            self.flush_planned = true;
            ctx.run_later(tick - quiet, |task, ctx| {
                task.flush_planned = false;
                task.flush(ctx);
            });
        }
    }

    fn flush(&mut self, ctx: &mut Context<Self>) {
        if let Phase::Live(room) = &mut self.phase {
            room.flush();
            self.last_flush = Instant::now();
        }
        self.throw_out_who_missed_something(ctx);
    }

    fn throw_out_who_missed_something(&mut self, ctx: &mut Context<Self>) {
        let Phase::Live(room) = &mut self.phase else { return };
        let behind = room.take_behind();
        if behind.is_empty() {
            return;
        }
        for (seat, missed, outlet) in behind {
            if missed == Missed::Full {
                let why = Refused::new("too_slow", "this connection did not keep up").retryable();
                let news = RoomNews::Out { close: Some(CloseCode::TryLater), why };
                // Beyond the mailbox's capacity, once: it is how the session learns that it is out.
                outlet.do_send(RoomEvent { subscription: seat.subscription, news });
            }
            room.leave(seat);
        }
        self.touched(ctx);
    }
}

// --- submits ---

impl TaskActor {
    fn check_waiters(&mut self) {
        let Phase::Live(room) = &self.phase else { return };
        let mut waiting = Vec::new();
        for mut waiter in std::mem::take(&mut self.waiters) {
            if waiter.since.is_none() && room.doc().contains(&waiter.wanted) {
                waiter.since = Some(self.inflight.last());
            }
            match waiter.since {
                Some(ticket) if self.inflight.is_settled(ticket) => {
                    // The submitter may have hung up.
                    let _ = waiter.reply.send(document::read(room.doc().doc()).map_err(RegionsError::from));
                }
                _ => waiting.push(waiter),
            }
        }
        self.waiters = waiting;
    }

    fn give_up_waiting(&mut self, id: u64, ctx: &mut Context<Self>) {
        if let Some(index) = self.waiters.iter().position(|waiter| waiter.id == id) {
            let error = match self.phase {
                Phase::Live(_) => RegionsError::Behind,
                Phase::Loading(_) | Phase::Failed(_) | Phase::Retired => RegionsError::Unavailable,
            };
            let _ = self.waiters.swap_remove(index).reply.send(Err(error));
        }
        self.sleep_if_idle(ctx);
    }
}

// --- sleep ---

impl TaskActor {
    fn is_idle(&self) -> bool {
        let empty = match &self.phase {
            Phase::Live(room) => room.is_empty(),
            Phase::Failed(_) => true,
            Phase::Loading(_) | Phase::Retired => false,
        };
        empty && self.inflight.is_empty() && self.waiters.is_empty()
    }

    fn sleep_if_idle(&mut self, ctx: &mut Context<Self>) {
        if self.is_idle() && self.idle.is_none() {
            self.idle = Some(ctx.run_later(self.deps.config.idle, |task, ctx| {
                task.idle = None;
                if task.is_idle() {
                    if task.tail >= WORTH_COMPACTING {
                        task.compact(ctx);
                    }
                    task.retire(ctx);
                }
            }));
        }
    }

    /// Out of the registry first: who asks from now on starts a new actor, who asked before is told to ask again.
    fn retire(&mut self, ctx: &mut Context<Self>) {
        (self.deps.retire)(&self.key, self.instance);
        self.phase = Phase::Retired;
        ctx.stop();
    }
}
