//! What is wrong with who works on a step. Words and types are the reader's; here is what must fit together.

use std::ops::RangeInclusive;

use super::Check;
use crate::{
    duration,
    statechart::Rule,
    workflow::{
        Drafts, Mode, StartsFrom, Step, StepKind, Weights,
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
        if assignment.starts_from == Some(StartsFrom::LastAnswer) {
            self.starts_from_answer(step, format!("{at}/starts_from"));
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

    /// It goes on in the document of an answer, so there is one before it, and one person at it.
    fn starts_from_answer(&mut self, step: &'w Step, at: String) {
        if step.kind != StepKind::Annotation {
            self.add(at, Rule::UnknownKey, "only an annotation begins with something");
        } else if step.completion.count.unwrap_or(1) != 1 {
            self.add(
                at,
                Rule::WrongType,
                "answers that are given side by side cannot go on in one document: one person is needed (count 1)",
            );
        } else if step.consensus.is_some() {
            self.add(
                at,
                Rule::WrongType,
                "what goes on in the answer before is no answer of its own that could be brought together with others",
            );
        } else if step.assignment.drafts == Some(Drafts::Discard) {
            self.add(at, Rule::WrongType, "to discard a draft would be to discard the answer it began with");
        } else if !self.workflow.answered_before(&step.id).iter().any(|other| *other != step.id) {
            self.add(at, Rule::UnknownTarget, "no other step around this one has answers");
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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::{
        agreement::Standard,
        expression::Shape,
        statechart::Rule,
        workflow::{Flow, StartsFrom, Workflow, WorkflowError},
    };

    /// What is wrong with a second step that starts from the answer of the first; None: nothing.
    fn problem(first: &str, second: &Value) -> Option<(String, Rule)> {
        let mut step = json!({"id": "refine", "type": "annotation", "assignment": {"starts_from": "last_answer"}});
        for (key, value) in second.as_object().expect("an object") {
            step[key] = value.clone();
        }
        let form = json!({"id": "w", "steps": [{"id": "draw", "type": first, "sample_rate": (first == "sampling").then_some(0.5)}, step]});
        let workflow = Workflow::from_json(&form.to_string()).unwrap_or_else(|error| panic!("{error}"));
        match Flow::compile(workflow, &Shape::Any, &Standard) {
            Err(WorkflowError::Problems(problems)) => problems.into_iter().next().map(|problem| (problem.path, problem.rule)),
            other => other.map(|_| None).unwrap_or_else(|error| panic!("{error}")),
        }
    }

    #[test]
    fn a_step_that_starts_from_an_answer_is_for_one_person_and_has_an_answer_before_it() {
        let at = |rule| Some(("/steps/1/assignment/starts_from".to_owned(), rule));
        assert_eq!(problem("annotation", &json!({})), None);
        assert_eq!(problem("adjudication", &json!({"completion": {"count": 1}})), None);
        assert_eq!(problem("annotation", &json!({"completion": {"count": 2}})), at(Rule::WrongType));
        let consensus =
            json!({"metric": "agreement:exact_match", "threshold": 0.8, "on_disagreement": {"strategy": "additional_annotators"}});
        assert_eq!(problem("annotation", &json!({"consensus": consensus})), at(Rule::WrongType));
        let discards = json!({"assignment": {"starts_from": "last_answer", "drafts": "discard"}});
        assert_eq!(problem("annotation", &discards), at(Rule::WrongType));
        assert_eq!(problem("annotation", &json!({"type": "review"})), at(Rule::UnknownKey));
        assert_eq!(problem("sampling", &json!({})), at(Rule::UnknownTarget));
    }

    #[test]
    fn what_a_step_starts_from_is_written_in_xml_too() {
        let xml = r#"<Workflow id="w"><Steps><Step id="draw" type="annotation"/><Step id="refine" type="annotation">
            <Assignment><StartsFrom>last_answer</StartsFrom></Assignment></Step></Steps></Workflow>"#;
        let workflow = Workflow::from_xml(xml).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(workflow.steps[1].assignment.starts_from, Some(StartsFrom::LastAnswer));
    }
}
