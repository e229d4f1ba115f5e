//! Once a second every connection of the thread is looked at, in place of several timers each.

use std::time::Duration;

use actix::Message;
use tokio::time::Instant;

use super::seats::Seats;

pub const PULSE: Duration = Duration::from_secs(1);

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
    pub fn pulse(&mut self) {
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
