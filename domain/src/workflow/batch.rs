//! A batch follows its tasks: a machine of its own, parent of theirs, run by the same engine. It is told how far they are, all at once, so that being
//! told twice, or late, does no harm.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use serde_json::json;

use crate::statechart::{Catalog, Definition, Event, Machine, Snapshot, Step, StepError, Strictness};

/// How far the tasks of a batch are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Children {
    pub total: u64,
    /// Somebody works on them, or has; those that are done among them.
    pub begun: u64,
    pub done: u64,
}

/// Of the one event that it hears.
pub const CHILDREN: &str = "children.moved";

static MACHINE: LazyLock<Machine> = LazyLock::new(|| {
    let guard = |text: &str| json!({"type": "expression", "expression": text});
    let complete = "$.total > 0 && $.done >= $.total";
    let definition = json!({
        "id": "batch",
        "context": {"total": 0, "begun": 0, "done": 0},
        "initial": "created",
        "on": {CHILDREN: {"actions": {"type": "xstate.assign", "assignment": {
            "total": {"$expr": "$.event.total"}, "begun": {"$expr": "$.event.begun"}, "done": {"$expr": "$.event.done"},
        }}}},
        "states": {
            "created": {"always": [{"guard": guard(complete), "target": "completed"}, {"guard": guard("$.begun > 0"), "target": "in_progress"}]},
            "in_progress": {"always": [{"guard": guard(complete), "target": "completed"}]},
            // More tasks came, or one was opened again.
            "completed": {"tags": ["done"], "always": [{"guard": guard("$.done < $.total"), "target": "in_progress"}]},
        },
    });
    Machine::compile(&Definition(definition.into()), &Catalog::default(), Strictness::Sound)
        .unwrap_or_else(|problems| unreachable!("the batch's machine is checked by a test: {problems:?}"))
});

/// Its machine, for whoever keeps and draws it.
#[must_use]
pub fn machine() -> &'static Machine {
    &MACHINE
}

/// Before any of its tasks.
///
/// # Errors
/// The engine's.
pub fn begin(now: DateTime<Utc>) -> Result<Step, StepError> {
    MACHINE.start(None, now)
}

/// # Errors
/// The engine's.
pub fn follow(snapshot: &Snapshot, children: Children, now: DateTime<Utc>) -> Result<Step, StepError> {
    let fields = [("total", children.total), ("begun", children.begun), ("done", children.done)];
    let fields = fields.map(|(name, count)| (name.to_owned(), json!(count))).into_iter().collect();
    MACHINE.step(snapshot, Event::with(CHILDREN, fields), now)
}

#[must_use]
pub fn is_complete(snapshot: &Snapshot) -> bool {
    snapshot.tags(&MACHINE).contains(&"done")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(all: &[(u64, u64, u64)]) -> Vec<String> {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        let mut snapshot = begin(now).unwrap().snapshot;
        let mut states = Vec::new();
        for (total, begun, done) in all {
            snapshot = follow(&snapshot, Children { total: *total, begun: *begun, done: *done }, now).unwrap().snapshot;
            states.push(snapshot.value(machine()).as_str().unwrap().to_owned());
        }
        states
    }

    #[test]
    fn a_batch_is_begun_with_its_first_task_and_complete_with_its_last() {
        assert_eq!(told(&[(3, 0, 0), (3, 1, 0), (3, 3, 2), (3, 3, 3)]), ["created", "in_progress", "in_progress", "completed"]);
    }

    #[test]
    fn told_late_it_skips_what_it_did_not_see_and_told_twice_it_stays() {
        assert_eq!(told(&[(3, 3, 3), (3, 3, 3)]), ["completed", "completed"]);
        assert_eq!(told(&[(0, 0, 0)]), ["created"], "an empty batch is not complete");
    }

    #[test]
    fn more_tasks_or_one_that_comes_back_open_it_again() {
        assert_eq!(told(&[(2, 2, 2), (3, 2, 2), (3, 3, 3)]), ["completed", "in_progress", "completed"]);
    }
}
