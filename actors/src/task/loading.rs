//! The document on its way from the store, and who waits for it.

use std::sync::Arc;

use actix::{ActorFutureExt, AsyncContext, Context, WrapFuture};
use bytes::Bytes;
use tandem_protocol::node::NodeFrame;
use tandem_store::documents::{DocumentKey, LogError, StoredDocument};

use super::{FIRST_RETRY, MAX_RETRY, PATIENCE, Phase, RoomDeps, TaskActor, WorkError, arrivals::Until};
use crate::{
    desk::{Desk, Mail},
    document::{self, Kept, Limits, LiveDoc},
    room::{Newcomer, Refused, Room, RoomNews, Seat},
    supervision::backoff,
};

/// What a load brings.
pub(super) type Loaded = Result<Opened, LoadFailure>;

pub(super) struct Opened {
    stored: StoredDocument,
    /// Given to the Journal by an actor that was here before.
    pending: Vec<Bytes>,
    kept: Kept,
    /// What the document is to be built of, if it is not.
    parts: Vec<Bytes>,
}

pub(super) enum LoadFailure {
    Away(String),
    Unreadable(String),
}

pub(super) async fn load(deps: Arc<RoomDeps>, key: Arc<DocumentKey>) -> Loaded {
    // The Journal first: what it settles between the two questions is then in the log's answer.
    let Some(pending) = deps.journal.pending(Arc::clone(&key)).await else {
        return Err(LoadFailure::Away("the journal is restarting".into()));
    };
    let mut stored = deps.log.open(&key).await.map_err(|error| match error {
        LogError::Unavailable(why) | LogError::Failed(why) => LoadFailure::Away(why),
        LogError::Refused(_) | LogError::NotFound | LogError::Merge(_) => LoadFailure::Unreadable(error.to_string()),
    })?;
    let mut tail = std::mem::take(&mut stored.updates);
    if crate::mutant::mutant("forget-tail") {
        tail.clear();
    }
    let parts = stored.snapshot.iter().cloned().chain(tail.iter().cloned()).chain(pending.iter().cloned()).collect();
    stored.updates = tail;
    let edits: Vec<Bytes> = stored.updates.iter().chain(&pending).cloned().collect();
    let (stored, unbuilt) = if Kept::may_wait(&stored) {
        let judged = tokio::task::spawn_blocking(move || {
            let unbuilt = Kept::unbuilt(&stored, &edits);
            (stored, unbuilt)
        });
        judged.await.map_err(|e| LoadFailure::Away(e.to_string()))?
    } else {
        (stored, None)
    };
    if let Some(kept) = unbuilt {
        return Ok(Opened { stored, pending, kept, parts });
    }
    let kept = Kept::built(build(parts, deps.config.limits).await?);
    Ok(Opened { stored, pending, kept, parts: Vec::new() })
}

pub(super) async fn build(parts: Vec<Bytes>, limits: Limits) -> Result<LiveDoc, LoadFailure> {
    document::load(parts, limits).await.map_err(|e| LoadFailure::Unreadable(e.to_string()))
}

impl TaskActor {
    pub(super) fn load(&mut self, ctx: &mut Context<Self>) {
        let loading = load(Arc::clone(&self.deps), Arc::clone(&self.key));
        ctx.spawn(loading.into_actor(self).map(|loaded, task, ctx| task.loaded(loaded, ctx)));
    }

    pub(super) fn loaded(&mut self, loaded: Loaded, ctx: &mut Context<Self>) {
        let Phase::Loading(waiting) = &mut self.phase else { return };
        let waiting = std::mem::take(waiting);
        match loaded {
            Ok(opened) => self.open(opened, waiting, ctx),
            Err(LoadFailure::Away(why)) => self.load_later(&why, waiting, ctx),
            Err(LoadFailure::Unreadable(why)) => self.fail(&why, waiting, ctx),
        }
    }

    pub(super) fn open(&mut self, opened: Opened, waiting: Vec<Newcomer>, ctx: &mut Context<Self>) {
        let Opened { stored, pending, kept, parts } = opened;
        self.document = Some(stored.id);
        self.tail = stored.updates.len();
        self.replica.seen = stored.seen;
        self.load_failures = 0;
        let mut room = Room::new(self.deps.config.clone(), stored.lineage, kept, self.status, self.lease.clone(), self.journal.durable);
        room.set_exit(ctx.address().recipient());
        if let Some(linked) = self.is_linked() {
            room.open_borders(linked);
        }
        self.phase = Phase::Live(Box::new(room));
        // Should the Journal crash now, only we still have them; and if
        // one were left out, somebody who sends it again would be told that it is on disk.
        for payload in pending {
            let reserved = self.deps.journal.reserve_anyway(payload.len());
            self.inflight.push(Some(payload), reserved, None, None);
        }
        self.give(ctx);
        if !parts.is_empty() {
            self.wake(parts, ctx);
        }
        self.let_all_in(waiting, ctx);
        if self.waking.is_none() {
            self.take_early(ctx);
        }
        if self.is_linked().is_some() {
            self.say_people(true);
        }
        self.document_is_here(ctx);
    }

    pub(super) fn let_all_in(&mut self, waiting: Vec<Newcomer>, ctx: &mut Context<Self>) {
        self.each_of(waiting, Self::let_in, ctx);
    }

    /// Those that were waited for.
    pub(super) fn admit_all(&mut self, waited: Vec<Newcomer>, ctx: &mut Context<Self>) {
        self.each_of(waited, Self::admit, ctx);
    }

    fn each_of(
        &mut self,
        newcomers: Vec<Newcomer>,
        enter: fn(&mut Self, Newcomer, &mut Context<Self>) -> Result<(), Refused>,
        ctx: &mut Context<Self>,
    ) {
        for newcomer in newcomers {
            let (seat, desk) = (newcomer.seat, newcomer.desk.clone());
            if let Err(why) = enter(self, newcomer, ctx) {
                turn_away(&desk, seat, why);
            }
        }
    }

    /// Do what waited for it.
    pub(super) fn document_is_here(&mut self, ctx: &mut Context<Self>) {
        if self.waking.is_none() {
            if matches!(&self.phase, Phase::Live(room) if room.kept().doc().is_some_and(LiveDoc::is_incomplete)) {
                tracing::error!(task = %self.key.task, "stored edits lack what they build on; the document is opened without them, the log keeps them");
            }
            self.check_waiters();
            self.amend_waiting(ctx);
            self.ask_disk_if_stale(ctx);
        }
        self.sleep_if_idle(ctx);
    }

    pub(super) fn load_later(&mut self, why: &str, waiting: Vec<Newcomer>, ctx: &mut Context<Self>) {
        tracing::warn!(task = %self.key.task, why, "the document cannot be loaded yet");
        self.load_failures += 1;
        if self.load_failures < PATIENCE {
            self.phase = Phase::Loading(waiting);
        } else {
            for newcomer in waiting {
                turn_away(&newcomer.desk, newcomer.seat, Refused::unavailable());
            }
        }
        ctx.run_later(backoff(FIRST_RETRY, MAX_RETRY, self.load_failures - 1), Self::load);
        self.sleep_if_idle(ctx);
    }

    /// Who comes is told so until this actor goes to sleep; the next one tries again.
    pub(super) fn fail(&mut self, why: &str, waiting: Vec<Newcomer>, ctx: &mut Context<Self>) {
        tracing::error!(task = %self.key.task, why, "the stored document cannot be read");
        let refused =
            Refused::new("document_unreadable", "the stored document cannot be read; nothing of it is lost, tell your administrator");
        self.waking = None;
        self.early.clear();
        for newcomer in waiting.into_iter().chain(self.arrivals.all()) {
            turn_away(&newcomer.desk, newcomer.seat, refused.clone());
        }
        if let Phase::Live(room) = &mut self.phase {
            room.send_everybody(RoomNews::Out { close: None, why: refused.clone() });
        }
        self.phase = Phase::Failed(refused);
        for waiter in self.waiters.drain(..) {
            let _ = waiter.reply.send(Err(WorkError::Unavailable));
        }
        // Dropped, they are answered.
        self.amendments.clear();
        self.sleep_if_idle(ctx);
    }

    pub(super) fn let_in(&mut self, newcomer: Newcomer, ctx: &mut Context<Self>) -> Result<(), Refused> {
        let Phase::Live(room) = &self.phase else { return Err(Refused::unavailable()) };
        if self.waking.is_some() && room.needs_document(&newcomer) {
            return self.wait_for_document(newcomer, ctx);
        }
        if self.is_linked().is_some() && room.is_behind(&newcomer) {
            return self.catch_up_with(newcomer, ctx);
        }
        self.admit(newcomer, ctx)
    }

    fn wait_for_document(&mut self, newcomer: Newcomer, ctx: &mut Context<Self>) -> Result<(), Refused> {
        // Also for those who are turned away: they come again.
        self.build_now(ctx);
        self.arrivals.hold(Until::Built, newcomer)
    }

    fn admit(&mut self, newcomer: Newcomer, ctx: &mut Context<Self>) -> Result<(), Refused> {
        // It was lent while they waited for the disk.
        if self.waking.is_some() && matches!(&self.phase, Phase::Live(room) if room.needs_document(&newcomer)) {
            return self.wait_for_document(newcomer, ctx);
        }
        if let Some(idle) = self.idle.take() {
            ctx.cancel_future(idle);
        }
        // What was gathered so far is part of what the newcomer is about to get.
        self.flush();
        let Phase::Live(room) = &mut self.phase else { return Err(Refused::unavailable()) };
        room.task_changed(self.status, self.lease.clone());
        let (resumes, user) = (newcomer.resume, newcomer.user.id);
        let elsewhere = resumes.filter(|session| !room.has_session(*session));
        room.join(newcomer)?;
        if let (Some(session), true) = (elsewhere, room.has_company()) {
            self.say(NodeFrame::Resumed { session, user });
        }
        self.touched(ctx);
        Ok(())
    }
}

pub(super) fn turn_away(desk: &Desk, seat: Seat, why: Refused) {
    desk.post(Mail::To(seat, RoomNews::Out { close: None, why }));
}
