//! A client's connection: made, lost, and made again after a pause, as the SDK and the y-websocket provider do it.

use actix_http::ws::Message;
use bytes::Bytes;

use crate::{
    net::{Incoming, Pipe},
    rng::Rng,
};

/// A connection that lived this long was a good one.
const GOOD: u64 = 5_000;

pub struct Line {
    pipe: Option<Pipe>,
    /// Given up by the client; the house does not know.
    half_open: Vec<Pipe>,
    retry_at: u64,
    attempt: u32,
    opened_at: u64,
    heard: u64,
    offline_until: u64,
    deaf_until: u64,
    /// Since when the client reads without a break: before it, nobody knows when something was written.
    reads_since: u64,
    pub lag: u64,
    /// The house said: do not come back.
    pub refused: Option<u16>,
    code: Option<u16>,
    /// Nothing heard for this long: the client hangs up and comes again.
    silence: u64,
    rng: Rng,
}

/// What comes over a line.
pub enum Event {
    /// With the time at which the house wrote it, if known.
    Frame(Bytes, Option<u64>),
    /// The connection is lost; the client waits before it comes again.
    Lost,
}

impl Line {
    pub fn new(silence: u64, rng: Rng) -> Self {
        Self {
            pipe: None,
            half_open: Vec::new(),
            retry_at: 0,
            attempt: 0,
            opened_at: 0,
            heard: 0,
            offline_until: 0,
            deaf_until: 0,
            reads_since: 0,
            lag: 1,
            refused: None,
            code: None,
            silence,
            rng,
        }
    }

    pub fn is_up(&self) -> bool {
        self.pipe.is_some()
    }

    pub fn wants_to_dial(&self, now: u64) -> bool {
        self.pipe.is_none() && self.refused.is_none() && now >= self.retry_at && now >= self.offline_until
    }

    pub fn dialled(&mut self, pipe: Pipe, now: u64) {
        self.pipe = Some(pipe);
        (self.opened_at, self.heard, self.reads_since, self.code) = (now, now, now, None);
    }

    pub fn send(&mut self, message: Message, now: u64) {
        if let Some(pipe) = &mut self.pipe {
            pipe.lag = self.lag;
            pipe.send(message, now);
        }
    }

    /// Carry bytes, and return the next thing that arrived.
    pub fn next(&mut self, now: u64) -> Option<Event> {
        let reading = now >= self.deaf_until;
        let pipe = self.pipe.as_mut()?;
        pipe.lag = self.lag;
        pipe.carry(now, reading);
        if !reading {
            return None;
        }
        match pipe.receive(now) {
            Some(Incoming::Frame(bytes)) => {
                self.heard = now;
                let since = self.reads_since + 2 * self.lag + 10;
                Some(Event::Frame(bytes, (now > since).then(|| now.saturating_sub(self.lag))))
            }
            Some(Incoming::Closed(reason)) => {
                self.code = Some(reason.map_or(1005, |reason| reason.code.into()));
                Some(self.lost(now))
            }
            Some(Incoming::Ended) => Some(self.lost(now)),
            None if now > self.heard + self.silence => {
                self.half_open(now);
                Some(Event::Lost)
            }
            None => None,
        }
    }

    fn lost(&mut self, now: u64) -> Event {
        self.pipe = None;
        match self.code.take() {
            Some(code) if (4400..=4499).contains(&code) => self.refused = Some(code),
            _ => self.plan_retry(now),
        }
        Event::Lost
    }

    /// As `backoff.ts`.
    fn plan_retry(&mut self, now: u64) {
        if now - self.opened_at >= GOOD {
            self.attempt = 0;
        }
        let full = 200.0 * f64::from(1u32 << self.attempt.min(4));
        self.retry_at = now + (full.min(2_500.0) * (0.5 + self.rng.fraction() / 2.0)) as u64;
        self.attempt += 1;
    }

    // --- what the plan does to it ---

    /// Both ends notice.
    pub fn break_off(&mut self, now: u64) -> bool {
        let Some(pipe) = self.pipe.take() else { return false };
        let deliver = self.rng.chance(50);
        pipe.break_off(deliver);
        self.plan_retry(now);
        true
    }

    /// Only the client notices.
    pub fn half_open(&mut self, now: u64) -> bool {
        let Some(pipe) = self.pipe.take() else { return false };
        self.half_open.push(pipe);
        self.plan_retry(now);
        true
    }

    pub fn stay_offline(&mut self, until: u64) {
        self.offline_until = until;
    }

    pub fn stop_reading(&mut self, until: u64) {
        self.deaf_until = until;
        self.reads_since = until;
    }

    /// The house is gone, and its ends of all connections with it.
    pub fn house_died(&mut self, now: u64) -> bool {
        self.half_open.clear();
        let had = self.pipe.take().is_some();
        if had {
            self.plan_retry(now);
        }
        had
    }

    /// The network is well again.
    pub fn heal(&mut self, now: u64) {
        (self.lag, self.refused) = (1, None);
        self.offline_until = self.offline_until.min(now);
        if self.deaf_until > now {
            self.stop_reading(now);
        }
    }
}
