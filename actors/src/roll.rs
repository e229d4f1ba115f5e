//! Who has which task open on this node, and when they last did something there: what decides whose leases are renewed.
//!
//! A member of a room holds a [`Present`] and counts as long as it does, so that one whose room crashed counts no more either. Several tabs
//! of one person on one task are one entry, and what is done in one of them is done in all. Doing something is what the server sees:
//! an edit, a ghost, a pointer or a selection that moves. That a connection is alive, or came back by itself, is not.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use dashmap::DashMap;
use tandem_protocol::{TaskId, UserId, WorkspaceId};
use tandem_store::system::AtWork;
use tokio::time::Instant;

type Key = (WorkspaceId, UserId, TaskId);

/// Of somebody who has not done anything yet.
const NEVER: u64 = 0;

pub struct Roll {
    people: DashMap<Key, Entry>,
    /// Times are counted from here.
    began: Instant,
}

struct Entry {
    tabs: usize,
    /// Milliseconds after `began`, one more than that.
    last: Arc<AtomicU64>,
}

/// Somebody's place on the roll, until this is dropped.
pub struct Present {
    of: Arc<Roll>,
    key: Key,
    last: Arc<AtomicU64>,
}

impl Default for Roll {
    fn default() -> Self {
        Self { people: DashMap::new(), began: Instant::now() }
    }
}

impl Roll {
    /// Somebody opened a task; `is_active`: by their own doing.
    #[must_use]
    pub fn enter(self: &Arc<Self>, workspace: WorkspaceId, user: UserId, task: TaskId, is_active: bool) -> Present {
        let key = (workspace, user, task);
        let last = {
            let mut entry = self.people.entry(key).or_insert_with(|| Entry { tabs: 0, last: Arc::new(AtomicU64::new(NEVER)) });
            entry.tabs += 1;
            Arc::clone(&entry.last)
        };
        let present = Present { of: Arc::clone(self), key, last };
        if is_active {
            present.touch();
        }
        present
    }

    /// All of them, with how long ago each did something.
    #[must_use]
    pub fn call(&self) -> Vec<AtWork> {
        let now = self.now();
        let idle = |last: u64| if last == NEVER { Duration::MAX } else { Duration::from_millis(now.saturating_sub(last)) };
        let people = self.people.iter().map(|entry| {
            let (workspace, user, task) = *entry.key();
            AtWork { workspace, user, task, idle: idle(entry.last.load(Ordering::Relaxed)) }
        });
        people.collect()
    }

    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX - 1) + 1
    }
}

impl Present {
    /// They did something.
    pub fn touch(&self) {
        self.last.store(self.of.now(), Ordering::Relaxed);
    }
}

impl Drop for Present {
    fn drop(&mut self) {
        self.of.people.remove_if_mut(&self.key, |_, entry| {
            entry.tabs -= 1;
            entry.tabs == 0
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn idle(roll: &Roll) -> Vec<u64> {
        roll.call().iter().map(|at| at.idle.as_secs()).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_done_in_one_tab_is_done_in_all() {
        let (roll, workspace, user, task) = (Arc::new(Roll::default()), WorkspaceId::new(), UserId::new(), TaskId::new());
        let first = roll.enter(workspace, user, task, true);
        tokio::time::advance(Duration::from_secs(100)).await;
        let second = roll.enter(workspace, user, task, false);
        assert_eq!(idle(&roll), [100], "coming back by itself is not doing something");
        first.touch();
        drop(first);
        tokio::time::advance(Duration::from_secs(7)).await;
        assert_eq!(idle(&roll), [7], "the other tab is still there");
        drop(second);
        assert!(idle(&roll).is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn who_has_done_nothing_yet_is_idle_from_the_beginning() {
        let roll = Arc::new(Roll::default());
        let _present = roll.enter(WorkspaceId::new(), UserId::new(), TaskId::new(), false);
        assert_eq!(roll.call()[0].idle, Duration::MAX);
    }
}
