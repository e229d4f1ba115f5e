//! A token bucket that others may take from, too.

use std::time::Duration;

use tokio::time::Instant;

/// So many a second in the long run, and at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    pub per_second: u32,
    pub burst: u32,
}

/// Bursts that may be owed. Nodes that each let a burst pass before they compared owe it to the long run; forgiven, a caller that goes
/// from node to node would have more than the rate for ever.
pub const DEBT: f64 = 10.0;

#[derive(Clone, Copy, Debug)]
pub struct Bucket {
    pub rate: Rate,
    tokens: f64,
    at: Instant,
    /// Taken here since the others were told last.
    untold: f64,
}

impl Bucket {
    pub fn full(rate: Rate, now: Instant) -> Self {
        Self { rate, tokens: f64::from(rate.burst), at: now, untold: 0.0 }
    }

    /// Takes so many tokens, or says how long until there are as many.
    pub fn take(&mut self, cost: f64, now: Instant) -> Result<(), Duration> {
        self.refill(now);
        if self.tokens < cost {
            return Err(Duration::from_secs_f64((cost - self.tokens) / f64::from(self.rate.per_second.max(1))));
        }
        self.tokens -= cost;
        self.untold += cost;
        Ok(())
    }

    fn refill(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.at).as_secs_f64();
        self.tokens = (self.tokens + passed * f64::from(self.rate.per_second)).min(f64::from(self.rate.burst));
        self.at = now;
    }

    pub fn is_full(&self, now: Instant) -> bool {
        let mut then = *self;
        then.refill(now);
        then.tokens >= f64::from(self.rate.burst)
    }

    /// So little was taken that it need not be told yet: told one by one, everybody's few messages would be most of what nodes say.
    pub fn is_calm(&self, now: Instant) -> bool {
        self.untold < f64::from(self.rate.burst) / 64.0 && self.is_full(now)
    }

    /// How long nothing was taken.
    pub fn idle(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.at)
    }

    /// Takes in any case: what was taken elsewhere cannot be taken back. Says what is left; less than nothing is owed.
    pub fn owe(&mut self, cost: f64, now: Instant) -> f64 {
        self.refill(now);
        self.tokens = (self.tokens - cost).max(-DEBT * f64::from(self.rate.burst));
        self.untold += cost;
        self.tokens
    }

    /// What the others do not know of yet; they are told now.
    pub fn tell(&mut self) -> f64 {
        std::mem::take(&mut self.untold)
    }

    /// What is left for all, when what was told is counted. What was taken since is not.
    pub fn set(&mut self, left: f64, now: Instant) {
        self.tokens = (left - self.untold).min(f64::from(self.rate.burst));
        self.at = now;
    }
}
