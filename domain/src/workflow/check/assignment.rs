//! What is wrong with who works on a step. Words and types are the reader's; here is what must fit together.

use std::ops::RangeInclusive;

use super::Check;
use crate::{
    duration,
    statechart::Rule,
    workflow::{
        Mode, Step, StepKind, Weights,
        shapes::{self, is_for_people},
    },
};

/// Milliseconds that a lease may last.
const LEASE: RangeInclusive<i64> = 30_000..=86_400_000;

impl<'w> Check<'w> {
    pub(super) fn assignment(&mut self, step: &'w Step, at: &str) {
        let (assignment, at) = (&step.assignment, format!("{at}/assignment"));
        if *assignment == crate::workflow::Assignment::default() {
            return;
        }
        if !is_for_people(step) && step.kind != StepKind::Hold {
            return self.add(at, Rule::UnknownKey, "nobody works on a step of this type");
        }
        self.excluded_steps(step, &at);
        for (index, skill) in assignment.required_skills.iter().enumerate() {
            let at = format!("{at}/required_skills/{index}");
            if skill.name.trim().is_empty() {
                self.add(format!("{at}/name"), Rule::Missing, "a skill has a name");
            }
            if skill.weight.is_some_and(|weight| !weight.is_finite() || weight < 0.0) {
                self.add(format!("{at}/weight"), Rule::WrongType, "a weight is 0 or more");
            }
        }
        for (index, user) in assignment.deny_users.iter().enumerate() {
            if assignment.allow_users.contains(user) {
                self.add(format!("{at}/deny_users/{index}"), Rule::WrongType, "the same person is allowed too");
            }
        }
        for (count, place) in [(assignment.max_concurrent_per_user, "max_concurrent_per_user"), (assignment.skip.limit, "skip/limit")] {
            if count == Some(0) {
                self.add(format!("{at}/{place}"), Rule::WrongType, "at least 1");
            }
        }
        let (skip, times) = (&assignment.skip, [(&assignment.cool_off, "cool_off"), (&assignment.offer_for, "offer_for")]);
        for (time, place) in times.into_iter().chain([(&skip.session, "skip/session"), (&skip.cooldown, "skip/cooldown")]) {
            if let Some(time) = time {
                self.time(time, format!("{at}/{place}"));
            }
        }
        if let Some(lease) = &assignment.lease {
            self.lease(lease, step.kind, format!("{at}/lease"));
        }
        if assignment.offer_for.is_some() && assignment.mode != Some(Mode::Hybrid) {
            self.add(format!("{at}/offer_for"), Rule::UnknownKey, "only in the mode \"hybrid\" a task is offered first");
        }
        if let Some(weights) = &assignment.weights {
            self.weights(weights, format!("{at}/weights"));
        }
    }

    /// Shorter, and people lose tasks while they look at them; longer, and what somebody forgot stays away from the others for days.
    fn lease(&mut self, text: &str, kind: StepKind, at: String) {
        if kind == StepKind::Hold {
            return self.add(at, Rule::UnknownKey, "nobody is given a task that is held");
        }
        match duration::parse(text) {
            Ok(millis) if !LEASE.contains(&millis) => self.add(at, Rule::BadDelay, "a lease lasts from PT30S to P1D"),
            _ => self.time(text, at),
        }
    }

    fn excluded_steps(&mut self, step: &'w Step, at: &str) {
        let steps = shapes::all_steps(self.workflow);
        for (index, excluded) in step.assignment.exclude_steps.iter().enumerate() {
            let at = format!("{at}/exclude_steps/{index}");
            match steps.iter().find(|known| known.id == *excluded) {
                None => self.add(at, Rule::UnknownTarget, format!("there is no step {excluded:?}")),
                Some(_) if *excluded == step.id => {
                    self.add(at, Rule::WrongType, "who works on this step again when a task comes back is said by \"rework\"");
                }
                Some(known) if !is_for_people(known) => self.add(at, Rule::WrongType, format!("nobody works on {excluded:?}")),
                Some(_) => {}
            }
        }
    }

    fn weights(&mut self, weights: &Weights, at: String) {
        let all = weights.named();
        for (name, weight) in &all {
            if !weight.is_finite() || *weight < 0.0 {
                self.add(format!("{at}/{name}"), Rule::WrongType, "a weight is 0 or more");
            }
        }
        if all.iter().all(|(_, weight)| *weight == 0.0) {
            self.add(at, Rule::WrongType, "nothing counts");
        }
    }
}
