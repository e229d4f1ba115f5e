//! Edits and their way to the disk.

use std::sync::Arc;

use actix::{ActorFutureExt, AsyncContext, Context, WrapFuture};
use bytes::Bytes;
use tandem_protocol::{rest::CheckpointReason, ws::CloseCode};
use tandem_store::documents::history::Wanted;
use tokio::{sync::oneshot, time::Instant};

use super::{FIRST_COMPACT_RETRY, GIVE_AGAIN, MAX_COMPACT_RETRY, Phase, TaskActor, early::Arrived, loading::turn_away};
use crate::{
    desk::Mail,
    document,
    journal::{Edit, GivenUp, Reserved},
    measures,
    mutant::mutant,
    room::{Edited, Refused, RoomNews, Seat, Settled},
    supervision::backoff,
    trace,
};

impl TaskActor {
    pub(super) fn edit(&mut self, edit: Arrived, ctx: &mut Context<Self>) {
        fail::fail_point!("task-edit");
        let Phase::Live(room) = &mut self.phase else { return };
        let Arrived { seat, seq, bytes, by, left } = edit;
        trace::in_room(seat, seq);
        if self.deps.poison.knows(&self.key, &bytes) {
            trace::refused(seat, seq);
            room.refused += 1;
            return room.send(seat, RoomNews::Refused { seq, why: unsound() });
        }
        // Before it is applied: what is in the document must be able to reach the disk.
        let reserved = match self.deps.journal.reserve(bytes.len()) {
            Ok(reserved) if !self.journal.refusing => reserved,
            _ if left => self.deps.journal.reserve_anyway(bytes.len()),
            taken => {
                trace::refused(seat, seq);
                return room.send(seat, RoomNews::Refused { seq, why: waiting_for_disk(taken.is_err()) });
            }
        };
        if bytes.len() >= self.deps.config.edit_aside {
            return self.edit_aside(Arrived { seat, seq, bytes, by, left }, reserved, ctx);
        }
        let edited = room.edit(seat, by, &bytes);
        self.edited(seat, seq, &bytes, reserved, edited, ctx);
    }

    /// An edit met the document.
    pub(super) fn edited(
        &mut self,
        seat: Seat,
        seq: Option<u64>,
        bytes: &Bytes,
        reserved: Arc<Reserved>,
        edited: Edited,
        ctx: &mut Context<Self>,
    ) {
        let Phase::Live(room) = &mut self.phase else { return };
        let mut origin = seq.map(|seq| (seat, seq));
        if mutant("ack-before-commit")
            && let Some((seat, seq)) = origin.take()
        {
            room.send(seat, RoomNews::Ack(seq));
        }
        match edited {
            Edited::Keep(payload, author) => {
                self.edits += 1;
                self.tail += 1;
                let ticket = self.inflight.push(Some(payload), reserved, Some(author), origin);
                trace::taken(seat, seq, self.key.task, ticket);
            }
            Edited::Repeat(author) => {
                // Nothing of it will be written: what waits for the disk has its place again.
                self.inflight.push(None, self.deps.journal.reserve_anyway(0), Some(author), origin);
            }
            Edited::Refused(why) => {
                trace::refused(seat, seq);
                return room.send(seat, RoomNews::Refused { seq, why });
            }
            Edited::Broken(why) => {
                self.deps.poison.note(&self.key, bytes);
                return self.broken(seat, seq, &why, ctx);
            }
        }
        self.give(ctx);
        self.touched(ctx);
        self.check_waiters();
    }

    /// Give the Journal what it does not have yet, in order.
    pub(super) fn give(&mut self, ctx: &mut Context<Self>) {
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

    pub(super) fn plan_giving(&mut self, ctx: &mut Context<Self>) {
        if !std::mem::replace(&mut self.give_again, true) {
            ctx.run_later(GIVE_AGAIN, |task, ctx| {
                task.give_again = false;
                task.give(ctx);
            });
        }
    }

    pub(super) fn durable(&mut self, upto: u64, ctx: &mut Context<Self>) {
        let Settled { acks, edits } = self.inflight.settle(upto);
        self.say_edits(edits);
        if let Phase::Live(room) = &mut self.phase {
            for (seat, seq) in acks {
                trace::acknowledged(seat, seq);
                room.send(seat, RoomNews::Ack(seq));
                if mutant("ack-twice") {
                    room.send(seat, RoomNews::Ack(seq));
                }
            }
        }
        // A ghost that became one of these edits has waited for it.
        if matches!(&self.phase, Phase::Live(room) if room.owes_ghosts() && self.inflight.is_empty()) {
            self.flush();
        }
        self.check_waiters();
        self.tell_settled();
        let calm = self.compact_again.is_none_or(|at| at <= Instant::now());
        if self.tail >= self.deps.config.compact_after && calm {
            self.compact(ctx);
        }
        self.sleep_if_idle(ctx);
    }

    /// An edit that looked right broke the document in memory. Nothing of it went anywhere; everything accepted before
    /// is on disk or with the Journal. So: close the door to its sender, and let a new actor load what is true.
    pub(super) fn broken(&mut self, seat: Seat, seq: Option<u64>, why: &str, ctx: &mut Context<Self>) {
        tracing::error!(task = %self.key.task, session = %seat.session, why, "an edit broke the document, loading it anew");
        let refused = unsound();
        if let Phase::Live(room) = &mut self.phase {
            room.send(seat, RoomNews::Refused { seq, why: refused.clone() });
            room.send(seat, RoomNews::Out { close: Some(CloseCode::BadFrame), why: refused });
            room.leave(seat);
        }
        self.say_lost();
        self.retire(ctx);
    }

    /// Of what cannot be kept because it is too large, everybody has a copy by now: they come again, and who sends it is refused at the door.
    pub(super) fn document_gone(&mut self, reason: &GivenUp, ctx: &mut Context<Self>) {
        tracing::error!(task = %self.key.task, ?reason, "edits of this document are not kept");
        if let Phase::Live(room) = &mut self.phase {
            let why = match reason {
                GivenUp::Store(_) => Refused::new("document_gone", "this document is no longer kept"),
                GivenUp::TooSlow { bytes } => {
                    let what = format!("an edit of {bytes} bytes could not be written in time (commit_timeout), nor what came after it");
                    Refused::new("edit_too_slow", what).retryable()
                }
            };
            room.send_everybody(RoomNews::Out { close: None, why: why.clone() });
            for newcomer in self.arrivals.all() {
                turn_away(&newcomer.desk, newcomer.seat, why.clone());
            }
        }
        self.retire(ctx);
    }

    /// Too large for the disk, as it was a short while ago; unless nothing of it would have to be written.
    pub(super) fn is_too_large(&self, bytes: &[u8]) -> bool {
        let known = || matches!(&self.phase, Phase::Live(room) if room.kept().doc().is_some_and(|doc| doc.has(bytes)));
        !self.deps.journal.takes(bytes.len()) && !known()
    }

    pub(super) fn refuse(&mut self, seat: Seat, seq: Option<u64>, why: Refused) {
        trace::refused(seat, seq);
        if let Phase::Live(room) = &mut self.phase {
            room.refused += 1;
            room.send(seat, RoomNews::Refused { seq, why });
        }
    }

    pub(super) fn say_lost(&mut self) {
        self.waking = None;
        self.early.clear();
        for newcomer in self.arrivals.all() {
            newcomer.desk.post(Mail::To(newcomer.seat, RoomNews::Lost));
        }
        match &mut self.phase {
            Phase::Live(room) => room.send_everybody(RoomNews::Lost),
            Phase::Loading(waiting) => {
                for newcomer in waiting.drain(..) {
                    newcomer.desk.post(Mail::To(newcomer.seat, RoomNews::Lost));
                }
            }
            Phase::Failed(_) | Phase::Retired => {}
        }
    }

    pub(super) fn compact(&mut self, ctx: &mut Context<Self>) {
        let Some(document) = self.document else { return };
        if std::mem::replace(&mut self.compacting, true) {
            return;
        }
        let covered = self.tail;
        let wanted = Wanted { reason: CheckpointReason::Compaction, by: None, unless_within: Some(self.deps.config.checkpoint_after) };
        let (tell, done) = oneshot::channel();
        let (log, workspace, task) = (Arc::clone(&self.deps.log), self.key.workspace, self.key.task);
        let turn = Arc::clone(&self.deps.compactions);
        self.deps.background.spawn(async move {
            let _turn = turn.acquire().await;
            let compacted = log.checkpoint(workspace, document, wanted, Arc::new(document::merge), Arc::new(document::compare)).await;
            if let Err(error) = &compacted {
                tracing::warn!(%task, %error, "compaction failed; the log stays as it is");
            }
            // The actor may have gone to sleep.
            // Another node may be at it, or have been: then it is done all the same.
            let _ = tell.send(compacted.is_ok());
        });
        ctx.spawn(done.into_actor(self).map(move |done, task, _| {
            task.compacting = false;
            if done == Ok(true) {
                task.tail = task.tail.saturating_sub(covered);
                (task.compactions_failed, task.compact_again) = (0, None);
            } else {
                let pause = backoff(FIRST_COMPACT_RETRY, MAX_COMPACT_RETRY, task.compactions_failed);
                task.compactions_failed += 1;
                task.compact_again = Some(Instant::now() + pause);
            }
        }));
    }
}

fn unsound() -> Refused {
    Refused::new("update_refused", "the edit is not sound").field("update", "malformed")
}

fn waiting_for_disk(full: bool) -> Refused {
    let (what, limit) = match full {
        true => ("too many edits wait for the disk", "max_waiting_for_disk"),
        false => ("the disk has been away for too long", "read_only_after"),
    };
    measures::limit(limit);
    Refused::new("waiting_for_disk", format!("{what}; come back in a while ({limit})")).field("update", limit).retryable()
}
