//! What is going to happen, by virtual time.

use std::{cmp::Reverse, collections::BinaryHeap};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Happens {
    /// Somebody has finished their work on an opening of a step.
    WorkEnds {
        task: usize,
        activity: usize,
        opening: u32,
    },
    /// A program has run.
    ProgramEnds {
        task: usize,
        activity: usize,
        run: u32,
    },
    Timer {
        task: usize,
        timer: u64,
    },
    Release {
        task: usize,
        activity: usize,
    },
}

/// Of the same moment, what was planned first happens first: so nothing depends on how a heap sorts.
#[derive(Debug, Default)]
pub(super) struct Events {
    heap: BinaryHeap<Reverse<(i64, u64, Happens)>>,
    planned: u64,
}

impl Events {
    /// `at`: milliseconds since the beginning.
    pub fn plan(&mut self, at: i64, event: Happens) {
        self.planned += 1;
        self.heap.push(Reverse((at, self.planned, event)));
    }

    pub fn next(&mut self) -> Option<(i64, Happens)> {
        self.heap.pop().map(|Reverse((at, _, event))| (at, event))
    }
}
