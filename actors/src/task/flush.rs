//! When the room sends what it has gathered.

use std::time::Duration;

use actix::{AsyncContext, Context};
use tokio::time::Instant;

use super::{Phase, TaskActor};
use crate::config::RoomConfig;

impl TaskActor {
    /// Something changed: send it now if it was quiet, or with everything else of this tick.
    pub(super) fn touched(&mut self, ctx: &mut Context<Self>) {
        let Phase::Live(room) = &mut self.phase else { return };
        if self.flush_planned || !room.is_dirty() {
            return;
        }
        let (tick, quiet) = (tick(&self.deps.config, room.len()), self.last_flush.elapsed());
        if quiet >= tick && !room.is_congested() {
            self.flush();
        } else {
            self.plan_flush(tick.saturating_sub(quiet), ctx);
        }
    }

    fn plan_flush(&mut self, wait: Duration, ctx: &mut Context<Self>) {
        self.flush_planned = true;
        ctx.run_later(wait.max(self.deps.config.min_tick), |task, ctx| {
            task.flush_planned = false;
            match &task.phase {
                // A thread is behind: what happens meanwhile goes out together, once it has read what it was told before.
                Phase::Live(room) if room.is_congested() => task.plan_flush(task.deps.config.min_tick, ctx),
                _ => task.flush(),
            }
        });
    }

    pub(super) fn flush(&mut self) {
        if let Phase::Live(room) = &mut self.phase {
            room.flush();
            self.last_flush = Instant::now();
        }
    }
}

/// How long a room gathers: a flush costs one system call a person, so the share of time spent on them would grow with the number of
/// people; with the root of it, half of the growth is paid in time and half in work.
fn tick(config: &RoomConfig, people: usize) -> Duration {
    let root = (people as f64).sqrt();
    config.tick_per_root.mul_f64(root).clamp(config.min_tick, config.max_tick)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_more_people_the_longer_a_room_gathers_within_bounds() {
        let config = RoomConfig::default();
        let ticks = [1, 100, 500, 1_000, 2_000].map(|people| tick(&config, people).as_millis());
        assert_eq!(ticks, [4, 10, 22, 31, 33]);
    }
}
