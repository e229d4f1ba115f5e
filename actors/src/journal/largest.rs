//! What the disk has shown to be too large for it.
//!
//! An edit that takes longer than a commit may, alone and again and again, is given up. Whoever has it sends it again, in this form or
//! another, and each try would hold up everybody: so for a while edits of its size are refused at the door.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::time::Instant;

/// A disk that was throttled, or whose replica was slow, may be quicker by then.
const REMEMBERED: Duration = Duration::from_secs(600);

pub(super) struct Largest {
    /// Bytes from which on edits are refused. Asked with every edit.
    least: AtomicUsize,
    until: Mutex<Option<Instant>>,
}

impl Default for Largest {
    fn default() -> Self {
        Self { least: AtomicUsize::new(usize::MAX), until: Mutex::default() }
    }
}

impl Largest {
    /// So many bytes were too many.
    pub fn note(&self, bytes: usize) {
        let mut until = self.until.lock().unwrap_or_else(PoisonError::into_inner);
        self.least.fetch_min(bytes, Ordering::Relaxed);
        *until = Instant::now().checked_add(REMEMBERED);
    }

    pub fn takes(&self, bytes: usize) -> bool {
        if bytes < self.least.load(Ordering::Relaxed) {
            return true;
        }
        let mut until = self.until.lock().unwrap_or_else(PoisonError::into_inner);
        if until.is_some_and(|at| at > Instant::now()) {
            return false;
        }
        *until = None;
        self.least.store(usize::MAX, Ordering::Relaxed);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[actix::test]
    async fn what_was_too_large_is_refused_for_a_while_and_what_is_smaller_is_not() {
        tokio::time::pause();
        let largest = Largest::default();
        assert!(largest.takes(usize::MAX - 1));
        largest.note(1_000);
        assert!(largest.takes(999) && !largest.takes(1_000) && !largest.takes(5_000));
        largest.note(2_000);
        assert!(!largest.takes(1_000), "the smallest counts");
        tokio::time::advance(REMEMBERED).await;
        assert!(largest.takes(5_000) && largest.takes(1_000));
    }
}
