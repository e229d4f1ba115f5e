//! An empty room goes to sleep.

use actix::{ActorContext, AsyncContext, Context, Handler};

use super::{Phase, TaskActor, WORTH_COMPACTING};
use crate::{idle::GoToSleep, watchdog::handling};

const LARGE: usize = 64 << 10;

impl TaskActor {
    pub(super) fn is_idle(&self) -> bool {
        let empty = match &self.phase {
            Phase::Live(room) => room.is_empty(),
            // Nobody waits for the document: it need not be asked for again and again while the store is away.
            Phase::Loading(waiting) => waiting.is_empty(),
            Phase::Failed(_) => true,
            Phase::Retired => false,
        };
        empty
            && self.waking.is_none()
            && self.arrivals.is_empty()
            && self.early.is_empty()
            && self.inflight.is_empty()
            && self.waiters.is_empty()
            && self.amendments.is_empty()
    }

    /// A large document is opened from its snapshot alone much faster than from a snapshot and edits.
    fn is_worth_compacting(&self) -> bool {
        let large = matches!(&self.phase, Phase::Live(room) if room.kept().size() >= LARGE);
        self.tail >= if large { 1 } else { WORTH_COMPACTING }
    }

    pub(super) fn sleep_if_idle(&mut self, ctx: &mut Context<Self>) {
        if self.is_idle() && self.idle.is_none() {
            let bytes = match &self.phase {
                Phase::Live(room) => room.kept().size(),
                Phase::Loading(_) | Phase::Failed(_) | Phase::Retired => 0,
            };
            self.rest = Some(self.deps.idle.rest(bytes, ctx.address().recipient()));
            self.idle = Some(ctx.run_later(self.deps.config.idle, |task, ctx| {
                task.idle = None;
                task.fall_asleep(ctx);
            }));
        }
    }

    /// Unless something happened meanwhile: then its end asks again.
    fn fall_asleep(&mut self, ctx: &mut Context<Self>) {
        self.rest = None;
        if self.is_idle() {
            if self.is_worth_compacting() {
                self.compact(ctx);
            }
            self.retire(ctx);
        }
    }

    /// Out of the registry first: who asks from now on starts a new actor, who asked before is told to ask again.
    pub(super) fn retire(&mut self, ctx: &mut Context<Self>) {
        self.say_left();
        (self.deps.retire)(&self.key, self.instance);
        self.phase = Phase::Retired;
        ctx.stop();
    }
}

impl Handler<GoToSleep> for TaskActor {
    type Result = ();

    fn handle(&mut self, _: GoToSleep, ctx: &mut Context<Self>) {
        let _handling = handling!("task", "GoToSleep");
        if let Some(timer) = self.idle.take() {
            ctx.cancel_future(timer);
            self.fall_asleep(ctx);
        }
    }
}
