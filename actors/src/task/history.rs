//! What the house does to a document, as an edit among edits: an older state brought back, labels that follow their names.

use actix::{Context, Handler, Message, ResponseFuture};
use tandem_protocol::UserId;
use tandem_store::documents::history::Counts;
use tokio::sync::oneshot;

use super::{Answer, Phase, TaskActor, Waiting};
use crate::{
    document::{Amendment, Content},
    history::HistoryError,
    room::Room,
    watchdog::handling,
};

/// Change the document. Answered when that is on disk.
#[derive(Message)]
#[rtype(result = "Result<Counts, HistoryError>")]
pub struct Amend {
    pub with: Amendment,
    /// About as much is added to the document at most.
    pub size: usize,
    /// At whose wish.
    pub by: Option<UserId>,
}

impl Handler<Amend> for TaskActor {
    type Result = ResponseFuture<Result<Counts, HistoryError>>;

    fn handle(&mut self, amend: Amend, ctx: &mut Self::Context) -> Self::Result {
        let _handling = handling!("task", "Amend");
        let (reply, answer) = oneshot::channel();
        match &self.phase {
            Phase::Live(_) if self.waking.is_none() => self.amend(&amend, reply, ctx),
            Phase::Live(_) | Phase::Loading(_) => {
                self.amendments.push((amend, reply));
                self.build_now(ctx);
            }
            Phase::Failed(_) | Phase::Retired => {}
        }
        // Dropped unanswered: this actor is gone, or cannot.
        Box::pin(async move { answer.await.unwrap_or(Err(HistoryError::Unavailable)) })
    }
}

impl TaskActor {
    /// Those that came while the document was on its way.
    pub(super) fn amend_waiting(&mut self, ctx: &mut Context<Self>) {
        for (amend, reply) in std::mem::take(&mut self.amendments) {
            self.amend(&amend, reply, ctx);
        }
    }

    fn amend(&mut self, amend: &Amend, reply: Answer, ctx: &mut Context<Self>) {
        let Phase::Live(room) = &mut self.phase else { return };
        let Some(has_space) = room.has_space(amend.size) else { return };
        let refused = if self.journal.refusing {
            Some(HistoryError::WaitingForDisk)
        } else if !has_space {
            Some(HistoryError::Full)
        } else {
            None
        };
        if let Some(refused) = refused {
            // Who asked may have hung up.
            let _ = reply.send(Err(refused));
            return;
        }
        let content = |room: &Room| room.kept().doc().map(|doc| Content::of(doc.doc())).unwrap_or_default();
        let before = content(room);
        let update = room.amend(&amend.with);
        let after = content(room);
        if let Some(update) = update {
            let reserved = self.deps.journal.reserve_anyway(update.len());
            self.edits += 1;
            self.tail += 1;
            self.inflight.push(Some(update), reserved, amend.by, None);
        }
        self.when_settled.push(Waiting { ticket: self.inflight.last(), counts: after.since(&before), reply });
        self.give(ctx);
        self.touched(ctx);
        self.tell_settled();
    }

    /// Answer whose edit is on disk.
    pub(super) fn tell_settled(&mut self) {
        for waiting in std::mem::take(&mut self.when_settled) {
            if self.inflight.is_settled(waiting.ticket) {
                let _ = waiting.reply.send(Ok(waiting.counts));
            } else {
                self.when_settled.push(waiting);
            }
        }
    }
}
