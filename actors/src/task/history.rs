//! An older state brought back, as an edit among edits.

use std::sync::Arc;

use actix::{Context, Handler, Message, ResponseFuture};
use tandem_protocol::UserId;
use tandem_store::documents::history::Counts;
use tokio::sync::oneshot;

use super::{Answer, Phase, TaskActor, Waiting};
use crate::{document::Content, history::HistoryError};

/// Give the document this content. Answered when that is on disk.
#[derive(Message)]
#[rtype(result = "Result<Counts, HistoryError>")]
pub struct Restore {
    pub content: Arc<Content>,
    /// About as much is added to the document at most.
    pub size: usize,
    pub by: UserId,
}

impl Handler<Restore> for TaskActor {
    type Result = ResponseFuture<Result<Counts, HistoryError>>;

    fn handle(&mut self, restore: Restore, ctx: &mut Self::Context) -> Self::Result {
        let (reply, answer) = oneshot::channel();
        match &self.phase {
            Phase::Live(_) if self.waking.is_none() => self.restore(&restore, reply, ctx),
            Phase::Live(_) | Phase::Loading(_) => {
                self.restores.push((restore, reply));
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
    pub(super) fn restore_waiting(&mut self, ctx: &mut Context<Self>) {
        for (restore, reply) in std::mem::take(&mut self.restores) {
            self.restore(&restore, reply, ctx);
        }
    }

    fn restore(&mut self, restore: &Restore, reply: Answer, ctx: &mut Context<Self>) {
        let Phase::Live(room) = &mut self.phase else { return };
        let Some(doc) = room.kept().doc() else { return };
        let refused = if self.journal.refusing {
            Some(HistoryError::WaitingForDisk)
        } else if !doc.has_space(restore.size) {
            Some(HistoryError::Full)
        } else {
            None
        };
        if let Some(refused) = refused {
            // Who asked may have hung up.
            let _ = reply.send(Err(refused));
            return;
        }
        let before = Content::of(doc.doc());
        if let Some(update) = room.bring_back(&restore.content) {
            let reserved = self.deps.journal.reserve_anyway(update.len());
            self.edits += 1;
            self.tail += 1;
            self.inflight.push(Some(update), reserved, Some(restore.by), None);
        }
        self.when_settled.push(Waiting { ticket: self.inflight.last(), counts: restore.content.since(&before), reply });
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
