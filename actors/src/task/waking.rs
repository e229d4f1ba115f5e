//! A room whose document is here as bytes and not built yet: people come in, point and draw; what needs the document waits.

use std::time::Duration;

use super::{
    Phase, TaskActor,
    arrivals::Until,
    loading::{LoadFailure, build},
};
use crate::document::LiveDoc;
use actix::{ActorFutureExt, AsyncContext, Context, WrapFuture};
use bytes::Bytes;

/// Building takes a processor and fresh memory from those to whom the bytes are on their way: it may wait, unless somebody waits for it.
const CALM: Duration = Duration::from_millis(250);

#[derive(Default)]
pub(super) struct Waking {
    /// What it will be built of; none: it is being built.
    parts: Vec<Bytes>,
}

impl TaskActor {
    /// The document will be built of its bytes: when something needs it, or in a moment.
    pub(super) fn wake(&mut self, parts: Vec<Bytes>, ctx: &mut Context<Self>) {
        self.waking = Some(Waking { parts });
        if self.waiters.is_empty() && self.amendments.is_empty() && self.early.is_empty() {
            ctx.run_later(CALM, Self::build_now);
        } else {
            self.build_now(ctx);
        }
    }

    /// Something needs it.
    pub(super) fn build_now(&mut self, ctx: &mut Context<Self>) {
        let parts = self.waking.as_mut().map(|waking| std::mem::take(&mut waking.parts)).unwrap_or_default();
        if !parts.is_empty() {
            let building = build(parts, self.deps.config.limits);
            ctx.spawn(building.into_actor(self).map(|built, task, ctx| task.woken(built, ctx)));
        }
    }

    fn woken(&mut self, built: Result<LiveDoc, LoadFailure>, ctx: &mut Context<Self>) {
        let Phase::Live(room) = &mut self.phase else { return };
        match built {
            Ok(doc) => room.build(doc),
            Err(LoadFailure::Unreadable(why) | LoadFailure::Away(why)) => return self.fail(&why, Vec::new(), ctx),
        }
        if self.waking.take().is_some() {
            self.go_on(ctx);
        }
    }

    /// The document is here: what waited for it goes on.
    pub(super) fn go_on(&mut self, ctx: &mut Context<Self>) {
        self.take_early(ctx);
        let compared = self.arrivals.ready(|until| until == Until::Built);
        self.let_all_in(compared, ctx);
        self.plan_answers(ctx);
        self.document_is_here(ctx);
    }
}
