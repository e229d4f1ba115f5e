//! The actor that commits.
//!
//! In: `Append` (edits and barriers of rooms), `GetPending` (a room that loads its document), `Flush` (a stop).
//! Out: `JournalNews` to rooms; [`JournalStatus`] to everybody who watches.
//! Timers: the window in which a batch gathers; retry after a failed commit; a watch on slow commits; how long the disk may be
//! away before rooms refuse edits.
//! Starts: once. Restarts: after a panic with an empty queue and a new generation; rooms then send again what was not
//! settled, so nothing depends on this memory.
//!
//! One commit is under way at a time and the next batch fills meanwhile: with a fast disk an edit waits for nothing, with
//! a slow one thousands share a commit. Edits of one document keep their order, so "settled up to this ticket" means all before it.
//! While the store is away nothing is acknowledged, and the queue is bounded by bytes; then rooms refuse further edits.
//!
//! A commit that takes too long is tried again in halves, down to single edits, and grows again while it is quick. A large edit that takes too
//! long alone waits aside, and is given up after some tries.
//!
//! A commit whose outcome is unknown (the connection broke, no answer in time) is tried again and may be kept twice, the late copy
//! even after a compaction. Edits are idempotent and commute, so that costs bytes and changes nothing (docs/decisions/0014).

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use actix::{Actor, ActorFutureExt, AsyncContext, Context, Handler, Message, MessageResult, Recipient, SpawnHandle, WrapFuture};
use bytes::Bytes;
use tandem_protocol::DocumentId;
use tandem_store::documents::{DocumentKey, DocumentLog, LogError, NewUpdate};
use tokio::{
    sync::{oneshot, watch},
    time::{Instant, timeout},
};

use super::{Edit, GivenUp, JournalNews, JournalStatus, largest::Largest, waiting::Waiting};
use crate::{
    config::JournalConfig,
    measures,
    supervision::{ExitGuard, backoff},
    trace,
    watchdog::handling,
};

/// Failures in a row with an answer from the store after which it counts as away, whatever it says.
const PATIENCE: usize = 4;
/// One edit of so many bytes that takes too long alone may be what takes so long: it waits aside while smaller ones are tried.
const LARGE: usize = 1 << 20;

pub(super) struct Journal {
    _exit: ExitGuard,
    config: JournalConfig,
    log: Arc<dyn DocumentLog>,
    /// What was too large for the disk.
    largest: Arc<Largest>,
    status: watch::Sender<JournalStatus>,
    generation: u64,
    /// Not being committed yet.
    waiting: Waiting,
    /// Of a document of which an edit was refused for good: the room that had it. What else comes from there builds on it.
    refused: HashMap<DocumentId, Recipient<JournalNews>>,
    /// Being committed.
    committing: Vec<Append>,
    /// When the newest commit began, and how many rows it had: what the next window is made of.
    began: Instant,
    rows: usize,
    /// Rows and bytes of a commit, as the disk takes them at the moment.
    batch: (usize, usize),
    /// Since the newest success.
    failures: usize,
    /// Set while the next commit is planned.
    planned: bool,
    /// Parked edits will be tried again.
    unparking: bool,
    slow: Option<SpawnHandle>,
    /// Runs while the disk is away.
    away: Option<SpawnHandle>,
    /// Of the newest append, counted from the start.
    arrived: u64,
    /// Who waits until everything up to this append is settled.
    flushers: Vec<(u64, oneshot::Sender<()>)>,
}

impl Journal {
    /// Nothing is known about the disk yet. What waits is given again; if that was nothing, no commit would ever say that the
    /// disk is back.
    pub fn new(
        exit: ExitGuard,
        config: JournalConfig,
        log: Arc<dyn DocumentLog>,
        status: watch::Sender<JournalStatus>,
        largest: Arc<Largest>,
    ) -> Self {
        let generation = status.borrow().generation + 1;
        status.send_replace(JournalStatus { durable: true, refusing: false, generation });
        Self {
            _exit: exit,
            batch: (config.max_batch, config.max_batch_bytes),
            config,
            log,
            largest,
            status,
            generation,
            waiting: Waiting::default(),
            refused: HashMap::new(),
            committing: Vec::new(),
            began: Instant::now(),
            rows: 0,
            failures: 0,
            planned: false,
            unparking: false,
            slow: None,
            away: None,
            arrived: 0,
            flushers: Vec::new(),
        }
    }
}

// --- messages ---

#[derive(Message)]
#[rtype(result = "()")]
pub(super) struct Append {
    pub edit: Edit,
    generation: u64,
    room: Recipient<JournalNews>,
    /// To be committed alone.
    pub suspect: bool,
    /// How often it took too long alone.
    late: usize,
    pub number: u64,
}

impl Append {
    pub fn new(edit: Edit, generation: u64, room: Recipient<JournalNews>) -> Self {
        Self { edit, generation, room, suspect: false, late: 0, number: 0 }
    }
}

#[derive(Message)]
#[rtype(result = "Vec<Bytes>")]
pub(super) struct GetPending(pub Arc<DocumentKey>);

#[derive(Message)]
#[rtype(result = "()")]
pub(super) struct Flush;

/// Start the next commit, if there is something to commit. A message rather than a call, so that what else is in the mailbox
/// now shares the commit.
#[derive(Message)]
#[rtype(result = "()")]
struct Commit;

#[cfg(feature = "fault-injection")]
#[derive(Message)]
#[rtype(result = "()")]
pub(super) struct Crash;

impl Actor for Journal {
    type Context = Context<Self>;
}

impl Handler<Append> for Journal {
    type Result = ();

    fn handle(&mut self, mut append: Append, ctx: &mut Self::Context) {
        let _handling = handling!("journal", "Append");
        if append.generation != self.generation {
            // Its room has not heard of the restart yet, and will send this again after what was lost before it.
            return;
        }
        self.arrived += 1;
        append.number = self.arrived;
        match self.refused.get(&append.edit.document) {
            Some(room) if *room == append.room => return tell_refused(&append, GivenUp::Store("one before it was refused".into())),
            // The document was loaded anew, without what was refused.
            Some(_) => drop(self.refused.remove(&append.edit.document)),
            None => {}
        }
        self.waiting.push(append);
        self.plan(ctx);
    }
}

impl Handler<GetPending> for Journal {
    type Result = MessageResult<GetPending>;

    fn handle(&mut self, GetPending(key): GetPending, _: &mut Self::Context) -> Self::Result {
        let _handling = handling!("journal", "GetPending");
        let committing = self.committing.iter().filter(|append| append.edit.key == key);
        let waiting = committing.chain(self.waiting.of(&key));
        MessageResult(waiting.filter_map(|append| append.edit.payload.clone()).collect())
    }
}

impl Handler<Flush> for Journal {
    type Result = actix::ResponseFuture<()>;

    fn handle(&mut self, _: Flush, _: &mut Self::Context) -> Self::Result {
        let _handling = handling!("journal", "Flush");
        let (tell, flushed) = oneshot::channel();
        self.flushers.push((self.arrived, tell));
        self.tell_flushers();
        Box::pin(async move {
            let _ = flushed.await;
        })
    }
}

impl Handler<Commit> for Journal {
    type Result = ();

    fn handle(&mut self, _: Commit, ctx: &mut Self::Context) {
        let _handling = handling!("journal", "Commit");
        self.planned = false;
        self.commit(ctx);
    }
}

#[cfg(feature = "fault-injection")]
impl Handler<Crash> for Journal {
    type Result = ();

    fn handle(&mut self, _: Crash, _: &mut Self::Context) {
        panic!("injected into the journal");
    }
}

// --- committing ---

impl Journal {
    /// The next commit, as soon as it makes sense: at once when it is quiet, after a short window when many are at work, so that
    /// the disk and Postgres are asked less often for more.
    fn plan(&mut self, ctx: &mut Context<Self>) {
        if !self.committing.is_empty() || self.planned || self.waiting.is_empty() {
            return;
        }
        self.planned = true;
        let left = self.window().saturating_sub(self.began.elapsed());
        if left.is_zero() {
            ctx.notify(Commit);
        } else {
            ctx.notify_later(Commit, left);
        }
    }

    /// How far apart two commits begin at least.
    fn window(&self) -> Duration {
        let full = self.waiting.len() >= self.batch.0;
        if self.rows < self.config.busy_rows || full { Duration::ZERO } else { self.config.max_window }
    }

    fn commit(&mut self, ctx: &mut Context<Self>) {
        self.committing = self.waiting.next_batch(self.batch.0, self.batch.1);
        if self.committing.is_empty() {
            self.tell_flushers();
            return;
        }
        let mut rows: Vec<NewUpdate> = self.committing.iter().filter_map(|append| row(&append.edit)).collect();
        if crate::mutant::mutant("lose-rows") {
            rows.clear();
        }
        (self.began, self.rows) = (Instant::now(), rows.len());
        trace::committing(self.committing.iter().map(|append| (append.edit.key.task, append.edit.ticket)));
        metrics::histogram!("tandem_journal_batch_rows").record(rows.len() as f64);
        let (log, limit) = (Arc::clone(&self.log), self.config.commit_timeout);
        let append = async move {
            if rows.is_empty() {
                return Ok(());
            }
            match timeout(limit, log.append(&rows)).await {
                Ok(kept) => kept,
                Err(_) => {
                    measures::limit("commit_timeout");
                    Err(LogError::Unavailable(format!("no commit within {limit:?}")))
                }
            }
        };
        self.slow = Some(ctx.run_later(self.config.slow_commit, |journal, ctx| {
            measures::limit("slow_commit");
            journal.set_durable(false, ctx);
        }));
        ctx.spawn(append.into_actor(self).map(|kept, journal, ctx| journal.committed(kept, ctx)));
    }

    fn committed(&mut self, kept: Result<(), LogError>, ctx: &mut Context<Self>) {
        if let Some(slow) = self.slow.take() {
            ctx.cancel_future(slow);
        }
        metrics::histogram!("tandem_journal_commit_seconds").record(self.began.elapsed().as_secs_f64());
        match kept {
            Ok(()) => self.settle(ctx),
            Err(error) => self.failed(&error, ctx),
        }
        if self.waiting.is_done() {
            // Nobody waits for the disk. Where the last edit was refused or given up, no commit would ever say that it is back; the next one asks it anew.
            self.failures = 0;
            self.set_durable(true, ctx);
        }
        self.plan(ctx);
        self.tell_flushers();
    }

    fn settle(&mut self, ctx: &mut Context<Self>) {
        self.enlarge();
        let settled = std::mem::take(&mut self.committing);
        trace::committed(settled.iter().map(|append| (append.edit.key.task, append.edit.ticket)));
        if settled.iter().any(|append| append.edit.payload.is_some()) {
            self.failures = 0;
            self.set_durable(true, ctx);
        }
        let mut told = HashSet::new();
        // Newest first: the first ticket of a document met this way is its highest.
        for append in settled.iter().rev() {
            if told.insert(append.edit.document) {
                tell(&append.room, JournalNews::Durable { upto: append.edit.ticket });
            }
        }
    }

    fn failed(&mut self, error: &LogError, ctx: &mut Context<Self>) {
        metrics::counter!("tandem_journal_failures_total").increment(1);
        self.failures += 1;
        let mut batch = std::mem::take(&mut self.committing);
        // Not by the word of the error: the store may have given up a moment before we did.
        let late = self.began.elapsed() >= self.config.commit_timeout / 2;
        if late {
            self.shrink(&batch);
        }
        match error {
            LogError::Unavailable(_) if late && batch.len() == 1 && size(&batch) >= LARGE => {
                batch.pop().into_iter().for_each(|append| self.took_too_long(error, append, ctx));
            }
            LogError::Unavailable(_) => self.retry_later(error, batch, ctx),
            // Something in this batch: who it was shows when each is tried alone.
            _ if batch.len() > 1 => self.waiting.suspect(batch),
            LogError::Failed(_) => batch.pop().into_iter().for_each(|append| self.park(error, append, ctx)),
            LogError::Refused(_) | LogError::NotFound | LogError::Merge(_) => {
                batch.into_iter().for_each(|append| self.refuse(GivenUp::Store(error.to_string()), append));
            }
        }
    }

    /// What took too long as a whole would take too long again, and every try may leave a copy: half of it next.
    fn shrink(&mut self, batch: &[Append]) {
        self.batch = ((batch.len() / 2).max(1), (size(batch) / 2).max(1));
        tracing::warn!(rows = batch.len(), bytes = size(batch), "a commit took too long, the next ones are half of it at most");
    }

    /// Twice as much takes about twice as long, so only while that is far from too long.
    fn enlarge(&mut self) {
        if self.began.elapsed() < self.config.commit_timeout / 8 {
            let (rows, bytes) = self.batch;
            self.batch = (rows.saturating_mul(2).min(self.config.max_batch), bytes.saturating_mul(2).min(self.config.max_batch_bytes));
        }
    }

    fn retry_later(&mut self, error: &LogError, batch: Vec<Append>, ctx: &mut Context<Self>) {
        self.waiting.put_back(batch);
        self.set_durable(false, ctx);
        if (self.failures - 1).is_multiple_of(10) {
            tracing::error!(%error, waiting = self.waiting.len(), "the journal cannot write, retrying");
        }
        self.planned = true;
        ctx.notify_later(Commit, self.pause());
    }

    /// An edit the store answers to with an error we do not know: kept and tried again, out of the others' way.
    fn park(&mut self, error: &LogError, append: Append, ctx: &mut Context<Self>) {
        tracing::error!(%error, document = %append.edit.document, "an edit cannot be kept, its document waits");
        self.waiting.park(append);
        if self.failures >= PATIENCE {
            // Nothing else was kept in between: it may well be the store.
            self.set_durable(false, ctx);
        }
        if !std::mem::replace(&mut self.unparking, true) {
            ctx.run_later(self.pause(), |journal, ctx| {
                journal.unparking = false;
                journal.waiting.unpark();
                journal.plan(ctx);
            });
        }
    }

    /// Each try holds up everybody for as long as a commit may take: after some it is told its room that it will not be kept
    /// (docs/decisions/0055).
    fn took_too_long(&mut self, error: &LogError, mut append: Append, ctx: &mut Context<Self>) {
        append.late += 1;
        if append.late < self.config.commit_tries {
            return self.park(error, append, ctx);
        }
        let bytes = append.edit.payload.as_ref().map_or(0, Bytes::len);
        measures::limit("commit_tries");
        // The same content comes again in other bytes, a few less perhaps.
        self.largest.note(bytes - bytes / 8);
        self.refuse(GivenUp::TooSlow { bytes }, append);
    }

    /// And everything of its document behind it: kept without its cause, it would be in nobody's way until the document is loaded the next time.
    fn refuse(&mut self, why: GivenUp, append: Append) {
        let document = append.edit.document;
        tracing::error!(?why, %document, "an edit is given up");
        let mut refused = vec![append];
        refused.extend(self.waiting.take(document));
        self.refused.retain(|_, room| room.connected());
        self.refused.extend(refused.last().map(|newest| (document, newest.room.clone())));
        refused.iter().for_each(|append| tell_refused(append, why.clone()));
    }

    fn pause(&self) -> Duration {
        backoff(self.config.first_retry, self.config.max_retry, self.failures.saturating_sub(1))
    }

    fn set_durable(&mut self, durable: bool, ctx: &mut Context<Self>) {
        if durable {
            if let Some(away) = self.away.take() {
                ctx.cancel_future(away);
            }
        } else if self.away.is_none() {
            self.away = Some(ctx.run_later(self.config.read_only_after, |journal, _| {
                tracing::error!("the disk is away for too long, rooms refuse edits");
                journal.status.send_modify(|status| status.refusing = true);
            }));
        }
        self.status.send_if_modified(|status| {
            let before = *status;
            status.durable = durable;
            status.refusing &= !durable;
            *status != before
        });
    }

    /// What came after a flush was asked for is not waited for, or it would never end while people work.
    fn tell_flushers(&mut self) {
        if self.flushers.is_empty() {
            return;
        }
        let oldest = self.committing.iter().chain(self.waiting.all()).map(|append| append.number).min().unwrap_or(u64::MAX);
        for (upto, flusher) in std::mem::take(&mut self.flushers) {
            if upto < oldest {
                let _ = flusher.send(());
            } else {
                self.flushers.push((upto, flusher));
            }
        }
    }
}

fn size(batch: &[Append]) -> usize {
    batch.iter().filter_map(|append| append.edit.payload.as_ref()).map(Bytes::len).sum()
}

fn row(edit: &Edit) -> Option<NewUpdate> {
    let payload = edit.payload.clone()?;
    Some(NewUpdate { document: edit.document, workspace: edit.key.workspace, author: edit.author, payload })
}

fn tell_refused(append: &Append, why: GivenUp) {
    tell(&append.room, JournalNews::Refused { ticket: append.edit.ticket, why });
}

/// Beyond the mailbox's capacity if need be: losing an acknowledgement or a refusal is worse, and there is at most one such
/// message for each commit. A room that is gone needs no news.
fn tell(room: &Recipient<JournalNews>, news: JournalNews) {
    room.do_send(news);
}
