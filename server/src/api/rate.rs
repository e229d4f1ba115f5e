//! How often one caller may ask. Generous: it stops loops that run away and guessing of tokens, not people or importers at work.

use std::{
    collections::HashMap,
    hash::Hash,
    net::IpAddr,
    sync::{LazyLock, Mutex, PoisonError},
    time::{Duration, Instant},
};

use actix_web::{HttpRequest, http::header};
use tandem_protocol::UserId;

use super::problem::{Kind, Refusal};

/// Requests a second in the long run, and at once.
#[derive(Clone, Copy)]
struct Rate {
    per_second: f64,
    burst: f64,
}

/// A page of thumbnails or an importer with a few dozen connections stays below it.
const PERSON: Rate = Rate { per_second: 500.0, burst: 2_000.0 };
/// Signing in and refreshing. An office, or everybody behind one proxy, has one address.
const ADDRESS: Rate = Rate { per_second: 50.0, burst: 500.0 };
/// Callers remembered; beyond it those who have their full burst again are forgotten.
const REMEMBERED: usize = 10_000;

static PEOPLE: LazyLock<Limiter<UserId>> = LazyLock::new(|| Limiter::new(PERSON));
static ADDRESSES: LazyLock<Limiter<IpAddr>> = LazyLock::new(|| Limiter::new(ADDRESS));

pub fn person(user: UserId) -> Result<(), Refusal> {
    PEOPLE.take(user, Instant::now()).map_err(refusal)
}

/// For requests without a token: by the address they come from.
pub fn stranger(request: &HttpRequest) -> Result<(), Refusal> {
    match request.peer_addr() {
        Some(peer) => ADDRESSES.take(peer.ip(), Instant::now()).map_err(refusal),
        None => Ok(()),
    }
}

fn refusal(wait: Duration) -> Refusal {
    let seconds = wait.as_secs() + 1;
    let refusal = Refusal::new(Kind::TooManyRequests, format!("Too many requests; come back in {seconds} s."));
    refusal.with_header(header::RETRY_AFTER, header::HeaderValue::from(seconds))
}

/// A token bucket for each caller.
struct Limiter<K> {
    rate: Rate,
    buckets: Mutex<HashMap<K, Bucket>>,
}

#[derive(Clone, Copy)]
struct Bucket {
    tokens: f64,
    at: Instant,
}

impl<K: Eq + Hash> Limiter<K> {
    fn new(rate: Rate) -> Self {
        Self { rate, buckets: Mutex::new(HashMap::new()) }
    }

    /// Takes one token, or says how long until there is one.
    fn take(&self, caller: K, now: Instant) -> Result<(), Duration> {
        // A panic elsewhere leaves at worst one bucket a token short.
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= REMEMBERED {
            buckets.retain(|_, bucket| self.refilled(*bucket, now) < self.rate.burst);
        }
        let bucket = buckets.entry(caller).or_insert(Bucket { tokens: self.rate.burst, at: now });
        let tokens = self.refilled(*bucket, now);
        let enough = tokens >= 1.0;
        *bucket = Bucket { tokens: if enough { tokens - 1.0 } else { tokens }, at: now };
        if enough { Ok(()) } else { Err(Duration::from_secs_f64((1.0 - tokens) / self.rate.per_second)) }
    }

    fn refilled(&self, bucket: Bucket, now: Instant) -> f64 {
        let passed = now.saturating_duration_since(bucket.at).as_secs_f64();
        (bucket.tokens + passed * self.rate.per_second).min(self.rate.burst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limiter() -> Limiter<u8> {
        Limiter::new(Rate { per_second: 2.0, burst: 3.0 })
    }

    #[test]
    fn a_burst_passes_and_then_the_rate_counts() {
        let (limiter, start) = (limiter(), Instant::now());
        assert!((0..3).all(|_| limiter.take(1, start).is_ok()));
        assert_eq!(limiter.take(1, start), Err(Duration::from_millis(500)));
        assert!(limiter.take(1, start + Duration::from_millis(500)).is_ok());
        assert!(limiter.take(1, start + Duration::from_millis(500)).is_err());
    }

    #[test]
    fn one_caller_does_not_use_up_anothers() {
        let (limiter, start) = (limiter(), Instant::now());
        while limiter.take(1, start).is_ok() {}
        assert!(limiter.take(2, start).is_ok());
    }

    #[test]
    fn who_has_their_burst_again_is_forgotten() {
        let limiter = Limiter::new(Rate { per_second: 2.0, burst: 3.0 });
        let start = Instant::now();
        for caller in 0..REMEMBERED {
            assert!(limiter.take(caller, start).is_ok());
        }
        assert!(limiter.take(REMEMBERED, start + Duration::from_secs(2)).is_ok());
        assert_eq!(limiter.buckets.lock().unwrap().len(), 1);
    }
}
