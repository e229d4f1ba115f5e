//! Bounds on what comes in: bytes before anybody is known, frames and bytes per second after.

use std::{
    cell::Cell,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
};

use actix_web::error::PayloadError;
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use tokio::time::Instant;

/// Opened once the peer is known.
#[derive(Clone, Default)]
pub struct Latch(Rc<Cell<bool>>);

impl Latch {
    pub fn open(&self) {
        self.0.set(true);
    }

    #[must_use]
    pub fn is_open(&self) -> bool {
        self.0.get()
    }
}

/// The request's bytes; fails when a stranger sends more than `max` of them. Counted here and not by frame: a codec
/// collects a frame of any announced size before it shows it.
pub struct Gate<S> {
    bytes: S,
    latch: Latch,
    seen: usize,
    max: usize,
}

impl<S> Gate<S> {
    #[must_use]
    pub fn new(bytes: S, latch: Latch, max: usize) -> Self {
        Self { bytes, latch, seen: 0, max }
    }
}

impl<S: Stream<Item = Result<Bytes, PayloadError>> + Unpin> Stream for Gate<S> {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let polled = self.bytes.poll_next_unpin(cx);
        if let Poll::Ready(Some(Ok(bytes))) = &polled
            && !self.latch.is_open()
        {
            self.seen += bytes.len();
            if self.seen > self.max {
                return Poll::Ready(Some(Err(PayloadError::Overflow)));
            }
        }
        polled
    }
}

/// A token bucket.
#[derive(Clone, Debug)]
pub struct Bucket {
    per_second: f64,
    burst: f64,
    tokens: f64,
    at: Instant,
}

impl Bucket {
    #[must_use]
    pub fn new((per_second, burst): (u32, u32)) -> Self {
        let (per_second, burst) = (f64::from(per_second), f64::from(burst));
        Self { per_second, burst, tokens: burst, at: Instant::now() }
    }

    /// Whether there was enough.
    pub fn take(&mut self, count: usize) -> bool {
        let now = Instant::now();
        let earned = now.duration_since(self.at).as_secs_f64() * self.per_second;
        self.at = now;
        self.tokens = (self.tokens + earned).min(self.burst) - count as f64;
        self.tokens >= 0.0
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::stream;

    use super::*;

    #[tokio::test]
    async fn a_stranger_may_send_little_and_a_friend_more() {
        let latch = Latch::default();
        let chunk = || stream::iter([Ok(Bytes::from_static(b"0123456789"))]);
        assert!(Gate::new(chunk(), latch.clone(), 9).next().await.unwrap().is_err());
        assert!(Gate::new(chunk(), latch.clone(), 10).next().await.unwrap().is_ok());
        latch.open();
        assert!(Gate::new(chunk(), latch, 1).next().await.unwrap().is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_bucket_refills_with_time() {
        let mut bucket = Bucket::new((10, 20));
        assert!(bucket.take(20));
        tokio::time::advance(Duration::from_millis(500)).await;
        assert!(bucket.take(5));
        assert!(!bucket.take(1));
    }
}
