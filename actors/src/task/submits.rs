//! Submits wait until the document has what the submitter sees, on disk.

use actix::Context;

use super::{Phase, TaskActor, WorkError};
use crate::{document::Work, measures};

impl TaskActor {
    pub(super) fn check_waiters(&mut self) {
        let Phase::Live(room) = &self.phase else { return };
        let Some(doc) = room.kept().doc() else { return };
        let mut waiting = Vec::new();
        for mut waiter in std::mem::take(&mut self.waiters) {
            if waiter.since.is_none() && waiter.wanted.is_in(doc) {
                waiter.since = Some(self.inflight.last());
            }
            match waiter.since {
                Some(ticket) if self.inflight.is_settled(ticket) => {
                    // The submitter may have hung up.
                    let _ = waiter.reply.send(Work::of(doc.doc()).map_err(WorkError::from));
                }
                _ => waiting.push(waiter),
            }
        }
        self.waiters = waiting;
    }

    pub(super) fn give_up_waiting(&mut self, id: u64, ctx: &mut Context<Self>) {
        if let Some(index) = self.waiters.iter().position(|waiter| waiter.id == id) {
            let error = match self.phase {
                Phase::Live(_) => WorkError::Behind,
                Phase::Loading(_) | Phase::Failed(_) | Phase::Retired => WorkError::Unavailable,
            };
            measures::limit("submit_wait");
            let _ = self.waiters.swap_remove(index).reply.send(Err(error));
        }
        self.sleep_if_idle(ctx);
    }
}
