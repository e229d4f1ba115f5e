//! Journal: brings edits of all rooms to the disk, many in one commit, and says when they are there.
//!
//! In: `Append` (edits and barriers of rooms), `GetPending` (a room that loads its document), `Flush` (a stop).
//! Out: `JournalNews` to rooms; [`JournalStatus`] to everybody who watches.
//! Timers: retry after a failed commit; a watch on slow commits.
//! Starts: once. Restarts: after a panic with an empty queue and a new generation; rooms then send again what was not
//! settled, so nothing depends on this memory.
//!
//! One commit is under way at a time and the next batch fills meanwhile: with a fast disk an edit waits for nothing, with
//! a slow one thousands share a commit. Edits of one document keep their order, so "settled up to this ticket" means all before it.
//! While the store is away nothing is acknowledged, and the queue is bounded by bytes; then rooms refuse further edits.

use std::{
    collections::{HashSet, VecDeque},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use actix::{Actor, ActorFutureExt, AsyncContext, Context, Handler, Message, MessageResult, Recipient, SpawnHandle, WrapFuture};
use bytes::Bytes;
use tandem_protocol::{DocumentId, UserId};
use tandem_store::documents::{DocumentKey, DocumentLog, LogError, NewUpdate};
use tokio::{
    sync::{oneshot, watch},
    time::timeout,
};

use crate::{
    config::{JournalConfig, RestartPolicy},
    supervision::{ExitGuard, Place, Supervised, backoff, supervise},
};

/// Whether edits reach the disk, and which Journal it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JournalStatus {
    pub durable: bool,
    /// Grows with every restart. What was appended under an older generation and not settled must be appended again.
    pub generation: u64,
}

/// The number a room gives an edit; grows by one within a room.
pub type Ticket = u64;

/// What the Journal tells a room.
#[derive(Clone, Debug, Message)]
#[rtype(result = "()")]
pub enum JournalNews {
    /// All edits of this room up to and including this one are on disk.
    Durable { upto: Ticket },
    /// The store refused this edit for good.
    Refused { ticket: Ticket, reason: String },
}

/// The Journal cannot take more before the store comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many edits wait for the disk")]
pub struct JournalFull;

/// How rooms reach the Journal.
#[derive(Clone)]
pub struct JournalHandle {
    actor: Supervised<Journal>,
    status: watch::Receiver<JournalStatus>,
    budget: Arc<Budget>,
}

/// An edit, or a barrier (no payload): settled when everything before it is.
#[derive(Clone)]
pub struct Edit {
    pub key: Arc<DocumentKey>,
    pub document: DocumentId,
    pub author: Option<UserId>,
    pub payload: Option<Bytes>,
    pub reserved: Arc<Reserved>,
    pub ticket: Ticket,
}

impl JournalHandle {
    #[must_use]
    pub fn start(place: Place, policy: RestartPolicy, config: JournalConfig, log: Arc<dyn DocumentLog>) -> Self {
        let (status, watching) = watch::channel(JournalStatus { durable: true, generation: 0 });
        let budget = Arc::new(Budget { used: AtomicUsize::new(0), limit: config.max_bytes });
        let lost = status.clone();
        let factory = move |exit, ctx: &mut Context<Journal>| {
            ctx.set_mailbox_capacity(config.mailbox);
            Journal::new(exit, config.clone(), Arc::clone(&log), status.clone())
        };
        let escalate = move || {
            lost.send_modify(|status| status.durable = false);
        };
        Self { actor: supervise("journal", place, policy, factory, escalate), status: watching, budget }
    }

    /// Room for an edit, before it is applied: what is in the document must be able to reach the disk.
    pub fn reserve(&self, bytes: usize) -> Result<Arc<Reserved>, JournalFull> {
        Reserved::new(&self.budget, bytes).map(Arc::new).ok_or(JournalFull)
    }

    /// Queue an edit. `Ok` means that it will be settled, or that the generation will change; otherwise append it again
    /// later, before any other.
    pub fn append(&self, edit: Edit, generation: u64, room: Recipient<JournalNews>) -> Result<(), JournalFull> {
        // A Journal that is restarting takes nothing; the new one asks for everything again by its generation.
        let Some(addr) = self.actor.try_addr() else { return Ok(()) };
        match addr.try_send(Append { edit, generation, room }) {
            Ok(()) | Err(actix::dev::SendError::Closed(_)) => Ok(()),
            Err(actix::dev::SendError::Full(_)) => {
                metrics::counter!("tandem_refused_total", "queue" => "journal").increment(1);
                Err(JournalFull)
            }
        }
    }

    /// Edits of a document that were appended and are not on disk yet.
    ///
    /// Ask before reading the log: what is settled between the two is then in the log's answer.
    pub async fn pending(&self, key: Arc<DocumentKey>) -> Option<Vec<Bytes>> {
        self.actor.addr().await.ok()?.send(GetPending(key)).await.ok()
    }

    /// Returns once everything appended so far is settled.
    pub async fn flush(&self) {
        if let Ok(addr) = self.actor.addr().await {
            // A Journal that crashed has nothing left to flush.
            let _ = addr.send(Flush).await;
        }
    }

    /// Panic in the handler. Test builds only.
    #[cfg(feature = "fault-injection")]
    pub async fn crash(&self) {
        if let Some(addr) = self.actor.try_addr() {
            // It cannot answer.
            let _ = addr.send(Crash).await;
        }
    }

    #[must_use]
    pub fn status(&self) -> JournalStatus {
        *self.status.borrow()
    }

    #[must_use]
    pub fn watch(&self) -> watch::Receiver<JournalStatus> {
        self.status.clone()
    }

    /// Bytes that wait for the disk.
    #[must_use]
    pub fn waiting_bytes(&self) -> usize {
        self.budget.used.load(Ordering::Relaxed)
    }
}

struct Budget {
    used: AtomicUsize,
    limit: usize,
}

/// A share of the budget, given back when the last holder drops it: also by one that panics.
pub struct Reserved {
    budget: Arc<Budget>,
    bytes: usize,
}

impl Reserved {
    fn new(budget: &Arc<Budget>, bytes: usize) -> Option<Self> {
        let before = budget.used.fetch_add(bytes, Ordering::Relaxed);
        let reserved = Self { budget: Arc::clone(budget), bytes };
        // One edit always fits, however small the limit.
        (before == 0 || before + bytes <= budget.limit).then_some(reserved)
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        self.budget.used.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

// --- state ---

pub struct Journal {
    _exit: ExitGuard,
    config: JournalConfig,
    log: Arc<dyn DocumentLog>,
    status: watch::Sender<JournalStatus>,
    generation: u64,
    /// Not being committed yet, oldest first.
    queue: VecDeque<Append>,
    /// Being committed.
    committing: Vec<Append>,
    /// How many of the next appends are committed one by one, to find the one the store refuses.
    one_by_one: usize,
    failures: usize,
    /// Set while waiting to try again.
    paused: bool,
    slow: Option<SpawnHandle>,
    flushers: Vec<oneshot::Sender<()>>,
}

impl Journal {
    fn new(exit: ExitGuard, config: JournalConfig, log: Arc<dyn DocumentLog>, status: watch::Sender<JournalStatus>) -> Self {
        status.send_modify(|status| status.generation += 1);
        let generation = status.borrow().generation;
        Self {
            _exit: exit,
            config,
            log,
            status,
            generation,
            queue: VecDeque::new(),
            committing: Vec::new(),
            one_by_one: 0,
            failures: 0,
            paused: false,
            slow: None,
            flushers: Vec::new(),
        }
    }
}

// --- messages ---

#[derive(Message)]
#[rtype(result = "()")]
struct Append {
    edit: Edit,
    generation: u64,
    room: Recipient<JournalNews>,
}

#[derive(Message)]
#[rtype(result = "Vec<Bytes>")]
struct GetPending(Arc<DocumentKey>);

#[derive(Message)]
#[rtype(result = "()")]
struct Flush;

impl Actor for Journal {
    type Context = Context<Self>;
}

impl Handler<Append> for Journal {
    type Result = ();

    fn handle(&mut self, append: Append, ctx: &mut Self::Context) {
        if append.generation != self.generation {
            // Its room has not heard of the restart yet, and will send this again after what was lost before it.
            return;
        }
        self.queue.push_back(append);
        if self.idle() {
            // Not at once: what else is in the mailbox now shares the commit.
            ctx.notify(Commit);
            self.paused = true;
        }
    }
}

impl Handler<GetPending> for Journal {
    type Result = MessageResult<GetPending>;

    fn handle(&mut self, GetPending(key): GetPending, _: &mut Self::Context) -> Self::Result {
        let of_document = |append: &&Append| append.edit.key == key;
        let waiting = self.committing.iter().chain(&self.queue).filter(of_document);
        MessageResult(waiting.filter_map(|append| append.edit.payload.clone()).collect())
    }
}

impl Handler<Flush> for Journal {
    type Result = actix::ResponseFuture<()>;

    fn handle(&mut self, _: Flush, _: &mut Self::Context) -> Self::Result {
        let (tell, flushed) = oneshot::channel();
        self.flushers.push(tell);
        self.tell_flushers();
        Box::pin(async move {
            let _ = flushed.await;
        })
    }
}

#[cfg(feature = "fault-injection")]
#[derive(Message)]
#[rtype(result = "()")]
struct Crash;

#[cfg(feature = "fault-injection")]
impl Handler<Crash> for Journal {
    type Result = ();

    fn handle(&mut self, _: Crash, _: &mut Self::Context) {
        panic!("injected into the journal");
    }
}

/// Start the next commit, if there is something to commit.
#[derive(Message)]
#[rtype(result = "()")]
struct Commit;

impl Handler<Commit> for Journal {
    type Result = ();

    fn handle(&mut self, _: Commit, ctx: &mut Self::Context) {
        self.paused = false;
        self.commit(ctx);
    }
}

impl Journal {
    fn idle(&self) -> bool {
        self.committing.is_empty() && !self.paused
    }

    fn commit(&mut self, ctx: &mut Context<Self>) {
        if !self.idle() {
            return;
        }
        self.fill_batch();
        if self.committing.is_empty() {
            self.tell_flushers();
            return;
        }
        let rows: Vec<NewUpdate> = self.committing.iter().filter_map(|append| row(&append.edit)).collect();
        metrics::histogram!("tandem_journal_batch_rows").record(rows.len() as f64);
        let (log, limit) = (Arc::clone(&self.log), self.config.commit_timeout);
        let append = async move {
            if rows.is_empty() {
                return Ok(());
            }
            match timeout(limit, log.append(&rows)).await {
                Ok(kept) => kept,
                Err(_) => Err(LogError::Unavailable(format!("no commit within {limit:?}"))),
            }
        };
        self.slow = Some(ctx.run_later(self.config.slow_commit, |journal, _| journal.set_durable(false)));
        ctx.spawn(append.into_actor(self).map(|kept, journal, ctx| journal.committed(kept, ctx)));
    }

    fn fill_batch(&mut self) {
        let rows = if self.one_by_one > 0 { 1 } else { self.config.max_batch };
        let mut bytes = 0;
        while self.committing.len() < rows && bytes < self.config.max_batch_bytes {
            let Some(append) = self.queue.pop_front() else { break };
            bytes += append.edit.payload.as_ref().map_or(0, Bytes::len);
            self.committing.push(append);
        }
        self.one_by_one = self.one_by_one.saturating_sub(self.committing.len());
    }

    fn committed(&mut self, kept: Result<(), LogError>, ctx: &mut Context<Self>) {
        if let Some(slow) = self.slow.take() {
            ctx.cancel_future(slow);
        }
        match kept {
            Ok(()) => self.settle(),
            Err(error) if error.is_retryable() => {
                self.retry_later(&error, ctx);
                return;
            }
            Err(error) => self.refused(&error),
        }
        self.commit(ctx);
    }

    fn settle(&mut self) {
        let settled = std::mem::take(&mut self.committing);
        if settled.iter().any(|append| append.edit.payload.is_some()) {
            self.failures = 0;
            self.set_durable(true);
        }
        let mut told = HashSet::new();
        // Newest first: the first ticket of a document met this way is its highest.
        for append in settled.iter().rev() {
            if told.insert(append.edit.document) {
                tell(&append.room, JournalNews::Durable { upto: append.edit.ticket });
            }
        }
    }

    fn retry_later(&mut self, error: &LogError, ctx: &mut Context<Self>) {
        self.set_durable(false);
        let pause = backoff(self.config.first_retry, self.config.max_retry, self.failures);
        if self.failures.is_multiple_of(10) {
            tracing::error!(%error, waiting = self.queue.len() + self.committing.len(), "the journal cannot write, retrying");
        }
        self.failures += 1;
        // Back to the front, in order.
        for append in std::mem::take(&mut self.committing).into_iter().rev() {
            self.queue.push_front(append);
        }
        self.paused = true;
        ctx.run_later(pause, |journal, ctx| {
            journal.paused = false;
            journal.commit(ctx);
        });
    }

    /// The store refuses something in this batch for good. Alone, it is told so; among others, it is looked for.
    fn refused(&mut self, error: &LogError) {
        let batch = std::mem::take(&mut self.committing);
        if let [append] = batch.as_slice() {
            tracing::error!(%error, document = %append.edit.document, "the store refused an edit");
            tell(&append.room, JournalNews::Refused { ticket: append.edit.ticket, reason: error.to_string() });
            return;
        }
        self.one_by_one = batch.len();
        for append in batch.into_iter().rev() {
            self.queue.push_front(append);
        }
    }

    fn set_durable(&self, durable: bool) {
        self.status.send_if_modified(|status| std::mem::replace(&mut status.durable, durable) != durable);
    }

    fn tell_flushers(&mut self) {
        if self.queue.is_empty() && self.committing.is_empty() {
            for flusher in self.flushers.drain(..) {
                let _ = flusher.send(());
            }
        }
    }
}

fn row(edit: &Edit) -> Option<NewUpdate> {
    let payload = edit.payload.clone()?;
    Some(NewUpdate { document: edit.document, workspace: edit.key.workspace, author: edit.author, payload })
}

/// Beyond the mailbox's capacity if need be: losing an acknowledgement or a refusal is worse, and there is at most one such
/// message for each commit. A room that is gone needs no news.
fn tell(room: &Recipient<JournalNews>, news: JournalNews) {
    room.do_send(news);
}
