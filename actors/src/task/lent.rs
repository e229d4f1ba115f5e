//! Edits so large that taking them would keep everybody on this thread waiting: the document goes to a thread of its own with each, and what needs it
//! waits, as it does while the document is being built.

use std::sync::Arc;

use actix::{ActorFutureExt, AsyncContext, Context, WrapFuture};

use super::{Phase, TaskActor, early::Arrived, waking::Waking};
use crate::{
    document::{ApplyError, aside},
    journal::Reserved,
    room::Edited,
};

impl TaskActor {
    pub(super) fn edit_aside(&mut self, edit: Arrived, reserved: Arc<Reserved>, ctx: &mut Context<Self>) {
        let Phase::Live(room) = &mut self.phase else { return };
        let Some(mut doc) = room.lend() else { return };
        self.waking = Some(Waking::default());
        let bytes = edit.bytes.clone();
        let by = edit.by;
        let taking = aside(move || {
            let judged = by.edits(&mut doc, &bytes);
            (doc, judged)
        });
        ctx.spawn(taking.into_actor(self).map(move |taken, task, ctx| {
            let Arrived { seat, seq, bytes, by, .. } = edit;
            let Phase::Live(room) = &mut task.phase else { return };
            let edited = match taken {
                Ok((doc, judged)) => room.give_back(doc, seat, by, &bytes, judged),
                Err(why) => Edited::Broken(ApplyError::Broken(why.to_owned()).to_string()),
            };
            task.waking = None;
            task.edited(seat, seq, &bytes, reserved, edited, ctx);
            task.go_on(ctx);
        }));
    }
}
