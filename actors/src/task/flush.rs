//! When the room sends what it has gathered.

use actix::{AsyncContext, Context};
use tandem_protocol::ws::CloseCode;
use tokio::time::Instant;

use super::{Phase, TaskActor};
use crate::room::{Missed, Refused, RoomEvent, RoomNews};

impl TaskActor {
    /// Something changed: send it now if it was quiet, or with everything else of this tick.
    pub(super) fn touched(&mut self, ctx: &mut Context<Self>) {
        let Phase::Live(room) = &mut self.phase else { return };
        if self.flush_planned || !room.is_dirty() {
            return self.throw_out_who_missed_something(ctx);
        }
        let config = &self.deps.config;
        let people = u32::try_from(room.len()).unwrap_or(u32::MAX);
        let tick = config.tick_per_member.saturating_mul(people).clamp(config.min_tick, config.max_tick);
        let quiet = self.last_flush.elapsed();
        if quiet >= tick {
            self.flush(ctx);
        } else {
            self.flush_planned = true;
            ctx.run_later(tick - quiet, |task, ctx| {
                task.flush_planned = false;
                task.flush(ctx);
            });
        }
    }

    pub(super) fn flush(&mut self, ctx: &mut Context<Self>) {
        if let Phase::Live(room) = &mut self.phase {
            room.flush();
            self.last_flush = Instant::now();
        }
        self.throw_out_who_missed_something(ctx);
    }

    pub(super) fn throw_out_who_missed_something(&mut self, ctx: &mut Context<Self>) {
        let Phase::Live(room) = &mut self.phase else { return };
        let behind = room.take_behind();
        if behind.is_empty() {
            return;
        }
        for (seat, missed, outlet) in behind {
            if missed == Missed::Full {
                let why = Refused::new("too_slow", "this connection did not keep up").retryable();
                let news = RoomNews::Out { close: Some(CloseCode::TryLater), why };
                // Beyond the mailbox's capacity, once: it is how the session learns that it is out.
                outlet.do_send(RoomEvent { subscription: seat.subscription, news });
            }
            room.leave(seat);
        }
        self.touched(ctx);
    }
}
