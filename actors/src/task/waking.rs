//! A room whose document is here as bytes and not built yet: people come in, point and draw; what needs the document waits.

use std::{collections::VecDeque, time::Duration};

use super::{
    Phase, TaskActor,
    arrivals::Until,
    loading::{LoadFailure, build},
    messages::{Input, RoomInput},
};
use crate::{
    document::LiveDoc,
    room::{Refused, Seat},
};
use actix::{ActorFutureExt, AsyncContext, Context, Handler, WrapFuture};
use bytes::Bytes;

/// What may wait. It is a matter of seconds at most, and clients keep what is refused.
const MAX_INPUTS: usize = 16_384;
const MAX_BYTES: usize = 32 << 20;

/// Building takes a processor and fresh memory from those to whom the bytes are on their way: it may wait, unless somebody waits for it.
const CALM: Duration = Duration::from_millis(250);

#[derive(Default)]
pub(super) struct Waking {
    /// What it will be built of; none: it is being built.
    parts: Vec<Bytes>,
    inputs: VecDeque<Input>,
    bytes: usize,
}

impl Waking {
    /// Keep what must wait; what need not is given back. Once somebody's edit waits, what they ask about the document waits behind it.
    pub fn hold(&mut self, seat: Seat, what: RoomInput) -> Result<Option<RoomInput>, (Option<u64>, Refused)> {
        let waits = match &what {
            RoomInput::Update { .. } => true,
            // Of somebody who has nothing: the bytes are an answer.
            RoomInput::Step1(vector) => vector.as_ref() != [0],
            RoomInput::AskStep1 => self.inputs.iter().any(|input| input.seat == seat),
            RoomInput::Ghost { .. } | RoomInput::Presence(_) | RoomInput::Awareness(_) | RoomInput::QueryAwareness => false,
        };
        if !waits {
            return Ok(Some(what));
        }
        if self.inputs.len() >= MAX_INPUTS || self.bytes + what.size() > MAX_BYTES {
            let seq = if let RoomInput::Update { seq, .. } = what { seq } else { None };
            return Err((seq, Refused::overloaded()));
        }
        self.bytes += what.size();
        self.inputs.push_back(Input { seat, what });
        Ok(None)
    }
}

impl TaskActor {
    /// The document will be built of its bytes: when something needs it, or in a moment.
    pub(super) fn wake(&mut self, parts: Vec<Bytes>, ctx: &mut Context<Self>) {
        self.waking = Some(Waking { parts, ..Waking::default() });
        if self.waiters.is_empty() && self.amendments.is_empty() {
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
        let Some(Waking { inputs, .. }) = self.waking.take() else { return };
        for input in inputs {
            self.handle(input, ctx);
        }
        let compared = self.arrivals.ready(|until| until == Until::Built);
        self.let_all_in(compared, ctx);
        self.document_is_here(ctx);
    }
}
