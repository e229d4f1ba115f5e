//! What is wrong with where tasks go: conditions, shares, steps that nothing leads to or out of, circles.

use std::collections::{BTreeMap, BTreeSet};

use super::Check;
use crate::{
    statechart::Rule,
    workflow::{
        Condition, ConditionKind, Step, StepKind, Transition,
        shapes::{self, is_for_people, is_immediate, is_router, scores},
    },
};

impl<'w> Check<'w> {
    pub(super) fn condition(&mut self, from: &'w Step, condition: &'w Condition, at: &str) {
        let needs = |check: &mut Self, key: &str, there: bool| {
            if !there {
                check.add(format!("{at}/{key}"), Rule::Missing, "this condition needs it");
            }
        };
        match condition.kind {
            ConditionKind::Always | ConditionKind::OnComplete => {}
            ConditionKind::OnAgreement | ConditionKind::OnDisagreement => {
                if !scores(from) {
                    self.add(format!("{at}/type"), Rule::WrongType, format!("{} does not measure agreement", from.id));
                }
            }
            ConditionKind::Expression => match &condition.expression {
                Some(text) => {
                    let variables = shapes::variables(self.workflow, self.task, from);
                    self.expression(text, &variables, true, format!("{at}/expression"));
                }
                None => needs(self, "expression", false),
            },
            ConditionKind::Sample | ConditionKind::Percentage => match condition.rate {
                Some(rate) => self.share(rate, format!("{at}/rate")),
                None => needs(self, "rate", false),
            },
            ConditionKind::OnDecision => {
                needs(self, "decision", condition.decision.is_some());
                if from.kind != StepKind::Review {
                    self.add(format!("{at}/type"), Rule::WrongType, format!("{} is no review and decides nothing", from.id));
                }
            }
            ConditionKind::WorkedOn => {
                needs(self, "users", !condition.users.is_empty());
                match &condition.step {
                    Some(step) if !shapes::all_steps(self.workflow).iter().any(|known| known.id == *step && is_for_people(known)) => {
                        self.add(format!("{at}/step"), Rule::UnknownTarget, format!("there is no step {step:?} on which people work"));
                    }
                    step => needs(self, "step", step.is_some()),
                }
            }
        }
        if let Some(threshold) = condition.threshold.filter(|threshold| !(-1.0..=1.0).contains(threshold)) {
            self.add(format!("{at}/threshold"), Rule::WrongType, format!("{threshold}: agreement lies between -1 and 1"));
        }
    }

    /// The transitions of each step, together.
    pub(super) fn routes(&mut self, steps: &'w [Step], transitions: &'w [Transition], at: &str) {
        for (index, step) in steps.iter().enumerate() {
            let routes = routes(transitions, &step.id);
            let place = format!("{at}/steps/{index}");
            let ends = matches!(step.kind, StepKind::Complete | StepKind::Archive);
            if ends && !routes.is_empty() {
                self.add(place.clone(), Rule::WrongType, format!("the task ends in {}; nothing leads on", step.id));
            }
            if !ends && !transitions.is_empty() && routes.is_empty() {
                self.add(place.clone(), Rule::NoWayOut, format!("nothing leads out of {}", step.id));
            }
            if is_router(step) && routes.is_empty() && !ends {
                self.add(place.clone(), Rule::NoWayOut, format!("{} only decides where to go, and no transition leads anywhere", step.id));
            }
            let shares: f64 = routes.iter().filter_map(|(_, route)| route.condition.rate).sum();
            if shares > 1.0 + 1e-9 {
                self.add(place, Rule::WrongType, format!("the shares out of {} come to {shares}, more than 1", step.id));
            }
            let certain =
                |(_, route): &(usize, &Transition)| matches!(route.condition.kind, ConditionKind::Always | ConditionKind::OnComplete);
            if let Some(first) = routes.iter().position(certain) {
                for (index, _) in &routes[first + 1..] {
                    let reason = format!("never taken: the transition {} goes first, and always", routes[first].0);
                    self.add(format!("{at}/transitions/{index}"), Rule::Unreachable, reason);
                }
            }
        }
        // One sample, said twice.
        for (index, step) in steps.iter().enumerate() {
            let Some(own) = step.sample_rate.filter(|_| step.kind == StepKind::Review) else { continue };
            for transition in transitions.iter().filter(|t| t.to == step.id && t.condition.kind == ConditionKind::Sample) {
                if transition.condition.rate != Some(own) {
                    let reason = format!("it says {own}, and the transition from {} another share", transition.from);
                    self.add(format!("{at}/steps/{index}/sample_rate"), Rule::WrongType, reason);
                }
            }
        }
    }

    pub(super) fn reachable(&mut self, steps: &[Step], transitions: &[Transition], known: &BTreeMap<&str, usize>, at: &str) {
        if transitions.is_empty() {
            return;
        }
        let mut reached = BTreeSet::from([0]);
        let mut open = vec![0];
        while let Some(step) = open.pop() {
            for transition in transitions.iter().filter(|transition| transition.from == steps[step].id) {
                if let Some(next) = known.get(transition.to.as_str())
                    && reached.insert(*next)
                {
                    open.push(*next);
                }
            }
        }
        for (index, step) in steps.iter().enumerate().filter(|(index, _)| !reached.contains(index)) {
            self.add(format!("{at}/steps/{index}"), Rule::Unreachable, format!("nothing leads to {}", step.id));
        }
    }

    /// Rework goes round through people; a circle of steps that nobody waits for would never end.
    pub(super) fn circles(&mut self, steps: &[Step], transitions: &[Transition], known: &BTreeMap<&str, usize>, at: &str) {
        let next = |step: usize| {
            let from = steps[step].id.as_str();
            let targets = transitions.iter().filter(move |t| t.from == from).filter_map(move |t| known.get(t.to.as_str()).copied());
            targets.filter(move |to| is_immediate(&steps[*to]))
        };
        let mut told = BTreeSet::new();
        for start in (0..steps.len()).filter(|step| is_immediate(&steps[*step])) {
            let (mut seen, mut open) = (BTreeSet::new(), next(start).collect::<Vec<_>>());
            while let Some(step) = open.pop() {
                if seen.insert(step) {
                    open.extend(next(step));
                }
            }
            if seen.contains(&start) && told.is_disjoint(&seen) {
                let names: Vec<&str> = seen.iter().map(|step| steps[*step].id.as_str()).collect();
                let reason = format!("a circle in which nobody works: {}", names.join(", "));
                self.add(format!("{at}/steps/{start}"), Rule::EndlessAlways, reason);
                told.extend(seen);
            }
        }
    }
}

/// The transitions out of a step with their places, the first to be tried first.
pub(in crate::workflow) fn routes<'w>(transitions: &'w [Transition], from: &str) -> Vec<(usize, &'w Transition)> {
    let mut routes: Vec<_> = transitions.iter().enumerate().filter(|(_, transition)| transition.from == from).collect();
    routes.sort_by_key(|(index, transition)| (transition.priority.unwrap_or(0), *index));
    routes
}
