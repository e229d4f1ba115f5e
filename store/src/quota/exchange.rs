//! Nodes tell each other what was taken.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use async_trait::async_trait;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};

use super::{BELIEVED, Inner, Key, Quotas, Rate};

/// How often. What all nodes may take beyond a limit is what they take in this time.
const TICK: Duration = Duration::from_millis(250);
/// What is held is told again so often although it did not change: whoever keeps the counts may have lost them.
const REMIND: Duration = Duration::from_secs(5);
/// A full bucket that nothing was taken of for so long is forgotten, and with it the little that was not told.
const FORGOTTEN: Duration = Duration::from_secs(5);
/// An exchange that takes longer has failed.
const PATIENCE: Duration = Duration::from_secs(2);
/// Reports of one exchange; the rest is told with the next.
const AT_ONCE: usize = 5_000;

/// What one node tells of one key.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Report {
    /// So much was taken of a bucket since the last report.
    Took { key: Key, rate: Rate, cost: f64 },
    /// So many are held on this node now.
    Holds { key: Key, here: u32 },
}

/// Where nodes meet to compare.
#[async_trait]
pub trait Exchange: Send + Sync + 'static {
    /// Answers each report, in their order: what is left in the bucket for all; how many the other nodes hold.
    async fn exchange(&self, reports: &[Report]) -> Result<Vec<f64>, ExchangeError>;
}

#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct ExchangeError(pub String);

/// Compares with the other nodes for as long as there are quotas. When that fails nothing but this node counts, until it works again.
pub async fn exchange_for_ever(quotas: Quotas, exchange: Arc<dyn Exchange>) {
    let house = Arc::downgrade(&quotas.0);
    quotas.0.exchanging.store(true, Ordering::Relaxed);
    drop(quotas);
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut reminded, mut failures) = (Instant::now(), 0_u32);
    loop {
        ticks.tick().await;
        let Some(inner) = house.upgrade() else { return };
        let remind = reminded.elapsed() >= REMIND;
        if remind {
            reminded = Instant::now();
        }
        let reports = inner.reports(remind);
        drop(inner);
        if reports.is_empty() {
            continue;
        }
        let answers =
            timeout(PATIENCE, exchange.exchange(&reports)).await.unwrap_or_else(|_| Err(ExchangeError("no answer in time".into())));
        let Some(inner) = house.upgrade() else { return };
        match answers {
            Ok(answers) => {
                failures = 0;
                inner.learn(&reports, &answers);
            }
            Err(error) => {
                failures += 1;
                metrics::counter!("tandem_quota_failures_total").increment(1);
                inner.tell_again(&reports);
                if failures.is_power_of_two() {
                    tracing::warn!(%error, failures, "quotas count on each node by itself");
                }
            }
        }
    }
}

impl Inner {
    fn reports(&self, remind: bool) -> Vec<Report> {
        let now = Instant::now();
        let mut reports = Vec::new();
        self.buckets().retain(|key, bucket| {
            if reports.len() >= AT_ONCE {
                return true;
            }
            if bucket.is_calm(now) {
                // Full and untouched, it is as good as none.
                return bucket.idle(now) < FORGOTTEN;
            }
            // Also of one that nothing was taken of here: the others may have.
            reports.push(Report::Took { key: *key, rate: bucket.rate, cost: bucket.tell() });
            true
        });
        for (key, count) in self.counts().iter_mut().filter(|(_, count)| remind || count.changed) {
            if reports.len() >= 2 * AT_ONCE {
                break;
            }
            count.changed = false;
            reports.push(Report::Holds { key: *key, here: count.here });
        }
        reports
    }

    fn learn(&self, reports: &[Report], answers: &[f64]) {
        let now = Instant::now();
        let (mut buckets, mut counts) = (self.buckets(), self.counts());
        for (report, answer) in reports.iter().zip(answers) {
            match report {
                Report::Took { key, .. } => {
                    if let Some(bucket) = buckets.get_mut(key) {
                        bucket.set(*answer, now);
                    }
                }
                Report::Holds { key, .. } => {
                    let Some(count) = counts.get_mut(key) else { continue };
                    count.elsewhere = answer.max(0.0) as u32;
                    count.heard = now;
                    // Nothing is held anywhere: it need not be remembered.
                    if count.here == 0 && count.elsewhere == 0 && !count.changed {
                        counts.remove(key);
                    }
                }
            }
        }
    }

    /// What is held is told with the next exchange. What was taken is not: it may have been counted, and nobody should pay twice.
    fn tell_again(&self, reports: &[Report]) {
        let mut counts = self.counts();
        for report in reports {
            if let Report::Holds { key, .. } = report
                && let Some(count) = counts.get_mut(key)
            {
                count.changed = true;
            }
        }
        counts.retain(|_, count| count.here > 0 || count.heard.elapsed() < BELIEVED);
    }
}
