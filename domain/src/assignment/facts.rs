//! What has happened to a task, as far as giving it to somebody is concerned.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tandem_protocol::UserId;

/// Of one task, for one of its open steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskFacts {
    /// Everybody who submitted something for this task, in any step and visit; oldest first.
    #[serde(default)]
    pub worked: Vec<Worked>,
    /// Which time the task is in this step, from 1: `$.steps.<id>.visits`.
    pub visit: u32,
    #[serde(default)]
    pub skipped_by: Vec<Skipped>,
    /// Goes first if they may: who was meant by an admin, an import, a rule.
    #[serde(default)]
    pub preferred: Option<UserId>,
    /// Whom an admin took the task from, or keeps it from.
    #[serde(default)]
    pub excluded: Vec<UserId>,
    /// Somebody has been offered the task.
    #[serde(default)]
    pub offered: Option<Offer>,
    /// 1 to 10; higher is more urgent.
    pub priority: i16,
    pub created_at: DateTime<Utc>,
    /// Since when it waits in this step.
    pub opened_at: DateTime<Utc>,
    /// How many tasks of the same batch somebody has done. Who is not named has done none.
    #[serde(default)]
    pub done_in_batch: BTreeMap<UserId, u32>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Worked {
    pub step: String,
    pub user: UserId,
    /// Which visit of that step, from 1.
    pub visit: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    pub user: UserId,
    pub at: DateTime<Utc>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    pub to: UserId,
    pub until: DateTime<Utc>,
}

impl TaskFacts {
    /// A task nobody has touched.
    #[must_use]
    pub fn fresh(priority: i16, now: DateTime<Utc>) -> Self {
        Self {
            worked: Vec::new(),
            visit: 1,
            skipped_by: Vec::new(),
            preferred: None,
            excluded: Vec::new(),
            offered: None,
            priority,
            created_at: now,
            opened_at: now,
            done_in_batch: BTreeMap::new(),
        }
    }

    /// Who worked on this step when the task was in it before and somebody did, latest first.
    pub(super) fn before<'f>(&'f self, step: &'f str) -> impl Iterator<Item = UserId> + 'f {
        let earlier = move |worked: &&Worked| worked.step == step && worked.visit < self.visit;
        let last = self.worked.iter().filter(earlier).map(|worked| worked.visit).max();
        self.worked.iter().rev().filter(earlier).filter(move |worked| Some(worked.visit) == last).map(|worked| worked.user)
    }
}
