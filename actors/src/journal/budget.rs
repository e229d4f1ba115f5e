//! The bound on what waits for the disk: bytes, of all rooms together.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

pub(super) struct Budget {
    used: AtomicUsize,
    limit: usize,
}

impl Budget {
    pub fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self { used: AtomicUsize::new(0), limit })
    }

    pub fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }

    /// None: full.
    pub fn reserve(self: &Arc<Self>, bytes: usize) -> Option<Reserved> {
        // One edit always fits, however small the limit. What does not fit is never counted, so it is in nobody's way for a moment either.
        let after = |used: usize| (used == 0 || used.saturating_add(bytes) <= self.limit).then(|| used.saturating_add(bytes));
        self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, after).ok()?;
        Some(Reserved { budget: Arc::clone(self), bytes })
    }

    pub fn reserve_anyway(self: &Arc<Self>, bytes: usize) -> Reserved {
        self.used.fetch_add(bytes, Ordering::Relaxed);
        Reserved { budget: Arc::clone(self), bytes }
    }
}

/// A share of the budget, given back when the last holder drops it: also by one that panics.
pub struct Reserved {
    budget: Arc<Budget>,
    bytes: usize,
}

impl Drop for Reserved {
    fn drop(&mut self) {
        self.budget.used.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_dropped_makes_room_again_and_one_edit_always_fits() {
        let budget = Budget::new(10);
        let big = budget.reserve(50).unwrap();
        assert!(budget.reserve(1).is_none());
        drop(big);
        assert_eq!(budget.used(), 0);
        let six = budget.reserve(6).unwrap();
        assert!(budget.reserve(5).is_none());
        assert!(budget.reserve(4).is_some());
        drop(six);
        assert_eq!(budget.used(), 0);
    }

    #[test]
    fn what_does_not_fit_is_in_nobody_elses_way() {
        let budget = Budget::new(100);
        let _held = budget.reserve(10).unwrap();
        std::thread::scope(|scope| {
            scope.spawn(|| (0..100_000).for_each(|_| assert!(budget.reserve(99).is_none())));
            (0..100_000).for_each(|_| assert!(budget.reserve(1).is_some()));
        });
    }
}
