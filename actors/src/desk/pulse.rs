//! Once a second every connection of the thread is looked at, in place of several timers each: an eighth of them at a time, because
//! whoever waits for the thread waits for the whole look (5,000 connections: four milliseconds).

use std::time::Duration;

use actix::Message;
use tokio::time::Instant;

use super::{
    lines::{SLICES, Slice},
    seats::Seats,
};

/// From one look at a connection to the next.
pub const PULSE: Duration = Duration::from_secs(1);
/// From one slice of the connections to the next.
pub(super) const TICK: Duration = Duration::from_millis(PULSE.as_millis() as u64 / SLICES as u64);

/// What a session is told when time passes. It comes again every second while it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Message)]
#[rtype(result = "()")]
pub enum Alarm {
    /// The moment it asked for has come.
    Deadline,
    /// Nothing was heard for more than two heartbeats.
    Unheard,
    /// Nothing was said for almost a heartbeat.
    Silent,
}

impl Seats {
    /// Look at the next slice of the connections.
    pub fn pulse(&mut self) {
        self.lines.next_slice().pulse();
    }
}

impl Slice {
    fn pulse(&mut self) {
        let now = Instant::now();
        let passed = self.pulsed.replace(now).map_or(PULSE, |before| now.duration_since(before).max(PULSE));
        for line in self.lines.values() {
            let (outbox, config) = (&line.outbox, &line.config);
            outbox.charge(passed);
            if outbox.is_over() {
                continue;
            }
            if outbox.stalled() >= config.stall {
                outbox.cut("stall", "nothing was read for too long");
                continue;
            }
            let alarms = [
                (outbox.deadline().is_some_and(|at| at <= now), Alarm::Deadline),
                (outbox.is_known() && now.duration_since(outbox.heard()) >= config.heartbeat * 2 + PULSE, Alarm::Unheard),
                (outbox.is_known() && now.duration_since(outbox.said()) + PULSE >= config.heartbeat, Alarm::Silent),
            ];
            for alarm in alarms.into_iter().filter_map(|(holds, alarm)| holds.then_some(alarm)) {
                // A session whose mailbox is full is told the next time.
                let _ = line.alarm.try_send(alarm);
            }
        }
    }
}
