//! When the room sends what it has gathered.

use std::time::Duration;

use actix::{AsyncContext, Context, SpawnHandle};
use tokio::time::Instant;

use super::{Phase, TaskActor, intake::Bell, messages::LookIn};
use crate::{
    config::RoomConfig,
    room::{Room, RoomNews},
};

/// People wait for one another's edits; pointers are many and only pass by. So an edit goes out, with all that was gathered, after this
/// part of a tick.
const EDITS: u32 = 4;
/// Where nearly everybody has moved again there is nothing to wait for but to be able to: after this part of the shortest tick. Only a room
/// whose people move a hundred times a second is full so soon.
const FULL: u32 = 2;

/// A flush to come.
pub(super) struct Planned {
    at: Instant,
    timer: SpawnHandle,
}

impl TaskActor {
    /// Something changed: send it now if it was quiet, or with everything else of this tick.
    pub(super) fn touched(&mut self, ctx: &mut Context<Self>) {
        let Phase::Live(room) = &mut self.phase else { return };
        if !room.is_dirty() {
            return;
        }
        let (now, due) = (Instant::now(), self.last_flush + wait(&self.deps.config, room));
        if due <= now && !room.is_congested() {
            return self.flush_now(ctx);
        }
        // A timer of no time would run before what else is in the mailbox.
        let at = due.max(now + self.deps.config.min_tick / EDITS);
        if self.planned.as_ref().is_none_or(|planned| at < planned.at) {
            self.plan_flush(at, ctx);
        }
    }

    fn plan_flush(&mut self, at: Instant, ctx: &mut Context<Self>) {
        self.cancel_flush(ctx);
        let timer = ctx.run_later(at - Instant::now(), |task, ctx| {
            task.planned = None;
            match &task.phase {
                // A thread is behind: what happens meanwhile goes out together, once it has read what it was told before.
                Phase::Live(room) if room.is_congested() => task.plan_flush(Instant::now() + task.deps.config.min_tick, ctx),
                _ => task.flush_as_planned(ctx),
            }
        });
        self.planned = Some(Planned { at, timer });
        self.mind_the_intake(ctx);
    }

    /// While people go on, the next flush is planned without waiting to be told that somebody did.
    fn flush_as_planned(&mut self, ctx: &mut Context<Self>) {
        self.look_in();
        let Phase::Live(room) = &mut self.phase else { return self.mind_the_intake(ctx) };
        if !room.is_dirty() {
            return self.mind_the_intake(ctx);
        }
        let next = tick(&self.deps.config, room.len(), false);
        self.flush();
        self.plan_flush(self.last_flush + next, ctx);
    }

    fn cancel_flush(&mut self, ctx: &mut Context<Self>) {
        if let Some(planned) = self.planned.take() {
            ctx.cancel_future(planned.timer);
        }
    }

    fn flush_now(&mut self, ctx: &mut Context<Self>) {
        self.cancel_flush(ctx);
        self.flush();
        self.mind_the_intake(ctx);
    }

    /// Send all that was gathered, here and in the intake.
    pub(super) fn flush(&mut self) {
        self.look_in();
        let Phase::Live(room) = &mut self.phase else { return };
        let abroad = room.flush(!self.inflight.is_empty());
        self.last_flush = Instant::now();
        abroad.into_iter().for_each(|frame| self.say(frame));
    }

    /// What people have pointed at and shown since the last look.
    pub(super) fn look_in(&mut self) {
        self.intake.take(&mut self.found);
        let (pointers, awareness) = (self.found.pointers.drain(), self.found.awareness.drain(..));
        let Phase::Live(room) = &mut self.phase else { return };
        for (seat, at) in pointers {
            room.point(seat, at);
        }
        for (seat, state) in awareness {
            if let Some(why) = room.aware(seat, &state) {
                room.send(seat, RoomNews::Refused { seq: None, why });
            }
        }
    }

    /// Have the intake ring where this actor would not look by itself in time.
    pub(super) fn mind_the_intake(&self, ctx: &mut Context<Self>) {
        let count = match (&self.phase, &self.planned) {
            (Phase::Live(room), Some(_)) => room.until_full(),
            _ => 1,
        };
        if self.intake.ring_at(count) == Bell::Rings {
            ctx.notify(LookIn);
        }
    }
}

/// How long a room gathers what it has now.
fn wait(config: &RoomConfig, room: &Room) -> Duration {
    let tick = tick(config, room.len(), room.has_edits());
    if room.is_full() { tick.min(config.min_tick / FULL) } else { tick }
}

/// How long a room gathers while only some move: a flush costs one system call a person, so the share of time spent on them would grow
/// with the number of people; with the root of it, half of the growth is paid in time and half in work.
fn tick(config: &RoomConfig, people: usize, edits: bool) -> Duration {
    let root = (people as f64).sqrt();
    let tick = config.tick_per_root.mul_f64(root).min(config.max_tick).max(config.min_tick);
    if edits { tick / EDITS } else { tick }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_more_people_the_longer_a_room_gathers_within_bounds_and_edits_wait_a_quarter_of_it() {
        let config = RoomConfig::default();
        let ticks = |edits| [1, 100, 500, 1_000, 2_000].map(|people| tick(&config, people, edits).as_micros() / 100);
        assert_eq!(ticks(false), [40, 145, 240, 240, 240]);
        assert_eq!(ticks(true), [10, 36, 60, 60, 60]);
    }
}
