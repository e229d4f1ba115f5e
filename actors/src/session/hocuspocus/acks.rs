//! Which of the provider's edits it may count as saved.
//!
//! The provider counts up with every update it sends and sets the count to one when it asks with a step 1 (for the step 2 it will
//! answer ours with); every `SyncStatus(1)` counts down. So each update and each step 2 gets exactly one, once it is on disk: one
//! too many and "saved" is said too early (version 2 even counts below zero), one too few and it is never said.
//!
//! When a room crashes, or an edit could not be taken yet, we ask for everything with a step 1 of our own. The step 2 that answers it
//! has what was owed, so it settles that, and nothing for itself.

use std::collections::VecDeque;

#[derive(Debug, Default)]
pub struct Acks {
    last: u64,
    /// Numbers the room knows, or will, and how many each settles.
    waiting: VecDeque<(u64, u32)>,
    /// Of edits that will come again in the answer to a step 1 of ours.
    owed: u32,
    /// The step 1s we sent and that were not answered: whether each was ours, or belongs to the provider's own.
    asked: VecDeque<Asked>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    ByProvider,
    ByUs,
}

impl Acks {
    /// A step 1 goes to the provider.
    pub fn ask(&mut self, by: Asked) {
        self.asked.push_back(by);
    }

    /// An update came; its number.
    pub fn update(&mut self) -> u64 {
        self.wait(1)
    }

    /// A step 2 came, the answer to the oldest step 1.
    pub fn step2(&mut self) -> u64 {
        let settles = match self.asked.pop_front() {
            Some(Asked::ByUs) => std::mem::take(&mut self.owed),
            Some(Asked::ByProvider) | None => 1,
        };
        self.wait(settles)
    }

    fn wait(&mut self, settles: u32) -> u64 {
        self.last += 1;
        self.waiting.push_back((self.last, settles));
        self.last
    }

    /// Everything up to this number that was not refused is on disk: how many to say so of.
    pub fn durable(&mut self, upto: u64) -> u32 {
        let mut settled = 0;
        while self.waiting.front().is_some_and(|(seq, _)| *seq <= upto) {
            settled += self.waiting.pop_front().map_or(0, |(_, settles)| settles);
        }
        settled
    }

    /// This one was not taken: how many will never be.
    pub fn refused(&mut self, seq: u64) -> u32 {
        self.take(seq)
    }

    /// This one was not taken, but its content will come again.
    pub fn refused_for_now(&mut self, seq: u64) {
        self.owed += self.take(seq);
    }

    fn take(&mut self, seq: u64) -> u32 {
        let at = self.waiting.iter().position(|(of, _)| *of == seq);
        at.and_then(|at| self.waiting.remove(at)).map_or(0, |(_, settles)| settles)
    }

    /// The room crashed with everything before the first one that was not handed over yet.
    pub fn lost(&mut self, first_kept: Option<u64>) {
        let kept = first_kept.unwrap_or(u64::MAX);
        self.owed += self.durable(kept.saturating_sub(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_update_and_the_answer_to_a_step_1_are_settled_once_and_in_any_grouping() {
        let mut acks = Acks::default();
        acks.ask(Asked::ByProvider);
        assert_eq!((acks.step2(), acks.update(), acks.update()), (1, 2, 3));
        assert_eq!(acks.durable(2), 2);
        assert_eq!(acks.durable(2), 0);
        assert_eq!(acks.durable(3), 1);
    }

    #[test]
    fn what_was_refused_is_not_settled_by_a_later_one() {
        let mut acks = Acks::default();
        assert_eq!((acks.update(), acks.update(), acks.update()), (1, 2, 3));
        assert_eq!(acks.refused(2), 1);
        assert_eq!(acks.refused(2), 0);
        assert_eq!(acks.durable(3), 2);
    }

    #[test]
    fn what_a_crash_took_is_settled_by_the_answer_to_our_question_and_by_nothing_else() {
        let mut acks = Acks::default();
        for _ in 0..3 {
            acks.update();
        }
        acks.lost(Some(3));
        acks.ask(Asked::ByUs);
        // The third was not handed over before, and is now.
        assert_eq!(acks.durable(3), 1);
        let answer = acks.step2();
        assert_eq!(acks.durable(answer), 2);
        acks.ask(Asked::ByUs);
        let nothing_owed = acks.step2();
        assert_eq!(acks.durable(nothing_owed), 0);
    }

    #[test]
    fn what_could_not_be_taken_yet_is_owed() {
        let mut acks = Acks::default();
        let seq = acks.update();
        acks.refused_for_now(seq);
        acks.ask(Asked::ByUs);
        let answer = acks.step2();
        acks.lost(None);
        acks.ask(Asked::ByUs);
        assert_eq!(acks.durable(answer), 0, "the crash took that answer too");
        let again = acks.step2();
        assert_eq!(acks.durable(again), 1);
    }

    /// The counter of a provider, whatever happens: when nothing is under way any more it is exactly zero.
    #[test]
    fn the_providers_counter_ends_at_zero() {
        use proptest::prelude::*;
        proptest!(|(steps in proptest::collection::vec(0u8..7, 0..60))| {
            let (mut acks, mut counter, mut open) = (Acks::default(), 0i64, Vec::new());
            let mut answers = 0;
            for step in steps {
                match step {
                    0 | 1 => { counter += 1; open.push(acks.update()); }
                    2 => { acks.ask(Asked::ByUs); answers += 1; }
                    3 if answers > 0 => { answers -= 1; open.push(acks.step2()); }
                    4 => if let Some(seq) = open.first().copied() { open.remove(0); counter -= i64::from(acks.durable(seq)); },
                    5 => if let Some(seq) = open.pop() { acks.refused_for_now(seq); acks.ask(Asked::ByUs); answers += 1; },
                    6 => { acks.lost(None); open.clear(); acks.ask(Asked::ByUs); answers += 1; }
                    _ => {}
                }
                prop_assert!(counter >= 0, "said too early");
            }
            for _ in 0..answers { acks.step2(); }
            // Once more, for what a refusal left behind after the last answer.
            acks.ask(Asked::ByUs);
            let last = acks.step2();
            counter -= i64::from(acks.durable(last));
            prop_assert_eq!(counter, 0);
        });
    }
}
