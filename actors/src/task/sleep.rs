//! An empty room goes to sleep.

use actix::{ActorContext, AsyncContext, Context, Handler};

use super::{Phase, TaskActor, WORTH_COMPACTING};
use crate::{idle::GoToSleep, watchdog::handling};

impl TaskActor {
    pub(super) fn is_idle(&self) -> bool {
        let empty = match &self.phase {
            Phase::Live(room) => room.is_empty(),
            Phase::Failed(_) => true,
            Phase::Loading(_) | Phase::Retired => false,
        };
        empty && self.inflight.is_empty() && self.waiters.is_empty() && self.restores.is_empty()
    }

    pub(super) fn sleep_if_idle(&mut self, ctx: &mut Context<Self>) {
        if self.is_idle() && self.idle.is_none() {
            let bytes = match &self.phase {
                Phase::Live(room) => room.doc().size(),
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
            if self.tail >= WORTH_COMPACTING {
                self.compact(ctx);
            }
            self.retire(ctx);
        }
    }

    /// Out of the registry first: who asks from now on starts a new actor, who asked before is told to ask again.
    pub(super) fn retire(&mut self, ctx: &mut Context<Self>) {
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
