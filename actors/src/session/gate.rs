//! How much may come in a second.

use tokio::time::Instant;

/// A token bucket.
#[derive(Clone, Debug)]
pub struct Bucket {
    per_second: f32,
    burst: f32,
    tokens: f32,
    at: Instant,
}

impl Bucket {
    #[must_use]
    pub fn new((per_second, burst): (u32, u32)) -> Self {
        let (per_second, burst) = (per_second as f32, burst as f32);
        Self { per_second, burst, tokens: burst, at: Instant::now() }
    }

    /// Whether there was enough.
    pub fn take(&mut self, now: Instant, count: usize) -> bool {
        let earned = now.duration_since(self.at).as_secs_f32() * self.per_second;
        self.at = now;
        self.tokens = (self.tokens + earned).min(self.burst) - count as f32;
        self.tokens >= 0.0
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_bucket_refills_with_time() {
        let mut bucket = Bucket::new((10, 20));
        let start = bucket.at;
        assert!(bucket.take(start, 20));
        let later = start + Duration::from_millis(500);
        assert!(bucket.take(later, 5));
        assert!(!bucket.take(later, 1));
    }
}
