//! What is wrong with a workflow: everything at once, each with its place in the JSON form.

mod assignment;
mod letters;
mod routes;
mod unused;

use std::collections::{BTreeMap, BTreeSet};

use super::{
    CompletionKind, Join, Step, StepKind, Strategy, TimeoutAction, Transition, Workflow,
    shapes::{self, is_immediate},
};
use crate::{
    agreement::Measure,
    duration,
    expression::{Expression, Shape, listing},
    ordered::Json,
    statechart::{Place, Problem, Rule},
};

pub(super) use routes::routes;
pub use unused::unused;

/// Where a task ends, without a step of that name.
pub(super) const ENDS: [&str; 2] = ["completed", "archived"];
/// As many as nobody draws; each becomes several states.
const MAX_STEPS: usize = 200;
/// Letters of a step's id: what is kept of a task at a step names it.
const STEP_ID: usize = 100;
/// Answers to one step: the places that the queue has.
const MAX_ANSWERS: u32 = 100;
/// Names of states beside the steps.
const RESERVED: [&str; 5] = ["completed", "archived", "work", "held", "last"];

pub(super) fn check(workflow: &Workflow, task: &Shape, measure: &dyn Measure) -> Vec<Problem> {
    let mut check = Check { workflow, task, measure, problems: Vec::new(), seen: BTreeSet::new() };
    if workflow.id.is_empty() {
        check.add("/id".to_owned(), Rule::Missing, "a workflow has an id");
    }
    let count = shapes::all_steps(workflow).len();
    if count > MAX_STEPS {
        check.add(
            "/steps".to_owned(),
            Rule::TooLarge,
            format!("a workflow has at most {MAX_STEPS} steps, with those of its branches; not {count}"),
        );
        return check.problems;
    }
    check.part(&workflow.steps, &workflow.transitions, "");
    check.letters();
    check.problems
}

struct Check<'w> {
    workflow: &'w Workflow,
    task: &'w Shape,
    measure: &'w dyn Measure,
    problems: Vec<Problem>,
    /// Step ids so far, in the whole workflow.
    seen: BTreeSet<&'w str>,
}

impl<'w> Check<'w> {
    fn add(&mut self, path: String, rule: Rule, reason: impl Into<String>) {
        self.problems.push(Problem { path, rule, reason: reason.into() });
    }

    /// The workflow itself, or a branch, which is one in small.
    fn part(&mut self, steps: &'w [Step], transitions: &'w [Transition], at: &str) {
        if steps.is_empty() {
            return self.add(format!("{at}/steps"), Rule::Missing, "there is no step");
        }
        for (index, step) in steps.iter().enumerate() {
            self.step(step, &format!("{at}/steps/{index}"));
        }
        let known: BTreeMap<&str, usize> = steps.iter().enumerate().rev().map(|(index, step)| (step.id.as_str(), index)).collect();
        for (index, transition) in transitions.iter().enumerate() {
            let path = format!("{at}/transitions/{index}");
            let is_end = ENDS.contains(&transition.to.as_str()) && !known.contains_key(transition.to.as_str());
            if !at.is_empty() && is_end && transition.to == "archived" {
                self.add(format!("{path}/to"), Rule::UnknownTarget, "a branch ends with \"completed\"; only the whole task is archived");
            } else if !is_end && !known.contains_key(transition.to.as_str()) {
                self.unknown_step(format!("{path}/to"), &transition.to, &known);
            }
            match known.get(transition.from.as_str()) {
                Some(from) => self.condition(&steps[*from], &transition.condition, &format!("{path}/condition")),
                None => self.unknown_step(format!("{path}/from"), &transition.from, &known),
            }
        }
        self.routes(steps, transitions, at);
        self.reachable(steps, transitions, &known, at);
        self.circles(steps, transitions, &known, at);
    }

    fn unknown_step(&mut self, path: String, id: &str, known: &BTreeMap<&str, usize>) {
        let known: Vec<&str> = known.keys().copied().collect();
        self.add(path, Rule::UnknownTarget, format!("there is no step {id:?}; {}", listing(&known)));
    }

    fn step(&mut self, step: &'w Step, at: &str) {
        let id = step.id.as_str();
        if id.is_empty() || !id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-') {
            self.add(format!("{at}/id"), Rule::WrongType, format!("{id:?}: an id is made of letters, digits, \"_\" and \"-\""));
        } else if id.len() > STEP_ID {
            self.add(format!("{at}/id"), Rule::TooLarge, format!("an id has at most {STEP_ID} letters; not {}", id.len()));
        } else if RESERVED.contains(&id) {
            self.add(format!("{at}/id"), Rule::DuplicateId, format!("{id:?} is the name of something that every workflow has"));
        } else if !self.seen.insert(id) {
            self.add(format!("{at}/id"), Rule::DuplicateId, format!("{id:?} is the id of an earlier step"));
        }
        self.completion(step, at);
        self.assignment(step, at);
        self.automatic(step, at);
        self.consensus(step, at);
        self.times(step, at);
        self.mappings(step, at);
        if let Some(rate) = step.sample_rate {
            self.share(rate, format!("{at}/sample_rate"));
            if !matches!(step.kind, StepKind::Review | StepKind::Sampling) {
                self.add(format!("{at}/sample_rate"), Rule::UnknownKey, "only reviews and sampling steps see a share of the tasks");
            }
        } else if step.kind == StepKind::Sampling {
            self.add(format!("{at}/sample_rate"), Rule::Missing, "a sampling step says its share");
        }
        self.branches(step, at);
    }

    fn completion(&mut self, step: &Step, at: &str) {
        let completion = &step.completion;
        let at = format!("{at}/completion");
        let fits = match (completion.kind, step.kind) {
            (None, _) => true,
            (Some(CompletionKind::AnnotationCount), kind) => matches!(kind, StepKind::Annotation | StepKind::Adjudication),
            (Some(CompletionKind::ReviewDecision), kind) => kind == StepKind::Review,
            (Some(CompletionKind::Auto), kind) => {
                !matches!(kind, StepKind::Annotation | StepKind::Review | StepKind::Adjudication | StepKind::Hold)
            }
            (Some(CompletionKind::Manual), kind) => matches!(kind, StepKind::Annotation | StepKind::Adjudication | StepKind::Hold),
        };
        if !fits {
            self.add(format!("{at}/type"), Rule::WrongType, "a step of this type is not over by that");
        }
        let count = completion.count.unwrap_or(1);
        if completion.count == Some(0) {
            self.add(format!("{at}/count"), Rule::WrongType, "at least one answer");
        } else if count > MAX_ANSWERS {
            self.add(format!("{at}/count"), Rule::TooLarge, format!("at most {MAX_ANSWERS} answers; not {count}"));
        }
        if let Some(minimum) = completion.min_required.filter(|minimum| *minimum == 0 || *minimum > count) {
            self.add(format!("{at}/min_required"), Rule::WrongType, format!("{minimum} of {count} answers"));
        }
        if completion.timeout_action.is_some() && step.timeout.is_none() {
            self.add(format!("{at}/timeout_action"), Rule::UnknownKey, "the step has no timeout");
        }
        let goes_on = matches!(step.kind, StepKind::Annotation | StepKind::Adjudication | StepKind::Hold);
        if completion.timeout_action == Some(TimeoutAction::Proceed) && !goes_on {
            self.add(
                format!("{at}/timeout_action"),
                Rule::WrongType,
                "only a hold, or a step that gathers answers, can go on when its time is over",
            );
        }
    }

    fn automatic(&mut self, step: &Step, at: &str) {
        let runs = matches!(step.kind, StepKind::AutoProcess | StepKind::Webhook | StepKind::Model | StepKind::ExternalAgent);
        match &step.handler {
            None if runs => self.add(format!("{at}/handler"), Rule::Missing, "what it runs"),
            Some(_) if !runs => self.add(format!("{at}/handler"), Rule::UnknownKey, "a step of this type runs nothing"),
            Some(handler) if handler.starts_with("@core/") && handler != shapes::AGREEMENT => {
                self.add(format!("{at}/handler"), Rule::UnknownActor, format!("there is no {handler:?}; there is {}", shapes::AGREEMENT));
            }
            Some(handler) if handler == shapes::AGREEMENT => match step.config.get("metric").and_then(serde_json::Value::as_str) {
                Some(metric) => self.metric(metric, format!("{at}/config/metric")),
                None => self.add(format!("{at}/config/metric"), Rule::Missing, "which agreement"),
            },
            _ => {}
        }
        if step.retry.is_some() && !runs {
            self.add(format!("{at}/retry"), Rule::UnknownKey, "a step of this type is not tried again");
        }
    }

    fn metric(&mut self, metric: &str, at: String) {
        let name = if metric.contains(':') { metric.to_owned() } else { format!("agreement:{metric}") };
        if !self.measure.metrics().contains(&name.as_str()) {
            let known = self.measure.metrics().join(", ");
            self.add(at, Rule::UnknownGuard, format!("there is no metric {metric:?}; there is {known}"));
        }
    }

    fn consensus(&mut self, step: &Step, at: &str) {
        let Some(consensus) = &step.consensus else {
            if step.kind == StepKind::Consensus {
                self.add(format!("{at}/consensus"), Rule::Missing, "how answers are brought together");
            }
            return;
        };
        let at = format!("{at}/consensus");
        self.metric(&consensus.metric, format!("{at}/metric"));
        if !(-1.0..=1.0).contains(&consensus.threshold) {
            self.add(format!("{at}/threshold"), Rule::WrongType, format!("{}: agreement lies between -1 and 1", consensus.threshold));
        }
        let count = step.completion.count.unwrap_or(1);
        match step.kind {
            StepKind::Annotation if count < 2 => self.add(at.clone(), Rule::WrongType, "one answer has nothing to agree with"),
            StepKind::Annotation | StepKind::Consensus => {}
            _ => self.add(at.clone(), Rule::UnknownKey, "only annotation and consensus steps bring answers together"),
        }
        if consensus.on_agreement.action.as_deref().is_some_and(|action| action != "complete") {
            self.add(format!("{at}/on_agreement/action"), Rule::WrongType, "there is \"complete\"");
        }
        let disagreement = &consensus.on_disagreement;
        let more = [Some(disagreement.strategy), disagreement.fallback].contains(&Some(Strategy::AdditionalAnnotators));
        match disagreement.max_annotators {
            None if more => self.add(format!("{at}/on_disagreement/max_annotators"), Rule::Missing, "additional annotators end somewhere"),
            Some(maximum) if more && maximum > MAX_ANSWERS => {
                self.add(
                    format!("{at}/on_disagreement/max_annotators"),
                    Rule::TooLarge,
                    format!("at most {MAX_ANSWERS} answers; not {maximum}"),
                );
            }
            Some(maximum) if more && maximum <= count => {
                self.add(
                    format!("{at}/on_disagreement/max_annotators"),
                    Rule::WrongType,
                    format!("{maximum} is no more than the {count} that begin"),
                );
            }
            Some(_) if !more => {
                self.add(format!("{at}/on_disagreement/max_annotators"), Rule::UnknownKey, "no additional annotators are asked for")
            }
            _ => {}
        }
        if more && step.kind == StepKind::Consensus {
            self.add(format!("{at}/on_disagreement/strategy"), Rule::WrongType, "only the step that gathers the answers can ask for more");
        }
    }

    fn times(&mut self, step: &Step, at: &str) {
        if let Some(timeout) = &step.timeout {
            self.time(timeout, format!("{at}/timeout"));
            if is_immediate(step) || matches!(step.kind, StepKind::Parallel | StepKind::Complete | StepKind::Archive) {
                self.add(format!("{at}/timeout"), Rule::UnknownKey, "a step of this type does not wait");
            }
        }
        if let Some(retry) = &step.retry {
            if retry.max_attempts == 0 {
                self.add(format!("{at}/retry/max_attempts"), Rule::WrongType, "at least one attempt");
            }
            if let Some(delay) = &retry.delay {
                self.time(delay, format!("{at}/retry/delay"));
            }
        }
    }

    fn time(&mut self, text: &str, at: String) {
        match duration::parse(text) {
            Ok(_) => {}
            Err(error @ duration::DurationError::Negative(_)) => self.add(at, Rule::NegativeDelay, error.to_string()),
            Err(error) => self.add(at, Rule::BadDelay, error.to_string()),
        }
    }

    fn mappings(&mut self, step: &'w Step, at: &str) {
        let merge = match &step.merge {
            Some(super::Merge::Output(output)) => Some(output),
            _ => None,
        };
        for (mapping, place) in [(&step.input_mapping, "input_mapping"), (&step.output_mapping, "output_mapping")] {
            if let Some(mapping) = mapping {
                self.mapping(step, mapping, format!("{at}/{place}"));
            }
        }
        if let Some(output) = merge {
            self.mapping(step, output, format!("{at}/merge/output"));
        }
    }

    fn mapping(&mut self, step: &'w Step, json: &Json, at: String) {
        match json {
            Json::Object(entries) => {
                if let [(key, Json::String(text))] = entries.as_slice()
                    && key == "$expr"
                {
                    // What the step before left is not known here: any step may have been.
                    let variables = match shapes::variables(self.workflow, self.task, step) {
                        Shape::Object { mut fields, open } => {
                            fields.insert("step_output".to_owned(), Shape::Any);
                            Shape::Object { fields, open }
                        }
                        other => other,
                    };
                    return self.expression(text, &variables, false, format!("{at}/$expr"));
                }
                entries.iter().for_each(|(key, value)| self.mapping(step, value, Place::at(&at).key(key).as_str().to_owned()));
            }
            Json::Array(items) => items.iter().enumerate().for_each(|(index, item)| self.mapping(step, item, format!("{at}/{index}"))),
            _ => {}
        }
    }

    fn expression(&mut self, text: &str, variables: &Shape, condition: bool, at: String) {
        match Expression::parse(text) {
            Err(fault) => self.add(at, Rule::BadExpression, fault.to_string()),
            Ok(expression) => {
                let faults = if condition { expression.check_condition(variables) } else { expression.check(variables) };
                faults.into_iter().for_each(|fault| self.add(at.clone(), Rule::BadExpression, fault.to_string()));
            }
        }
    }

    fn share(&mut self, rate: f64, at: String) {
        if !(0.0..=1.0).contains(&rate) {
            self.add(at, Rule::WrongType, format!("{rate}: a share lies between 0 and 1"));
        }
    }

    fn branches(&mut self, step: &'w Step, at: &str) {
        if step.kind != StepKind::Parallel {
            if !step.branches.is_empty() || step.merge.is_some() {
                self.add(format!("{at}/branches"), Rule::UnknownKey, "only a parallel step has branches");
            }
            return;
        }
        if step.branches.len() < 2 {
            self.add(format!("{at}/branches"), Rule::Missing, "at least two branches run side by side");
        }
        if let Join::AtLeast(count) = step.join
            && (count == 0 || count as usize > step.branches.len())
        {
            self.add(format!("{at}/join"), Rule::WrongType, format!("at least {count} of {} branches", step.branches.len()));
        }
        for (index, branch) in step.branches.iter().enumerate() {
            let at = format!("{at}/branches/{index}");
            let valid = !branch.id.is_empty() && branch.id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
            if !valid || step.branches[..index].iter().any(|other| other.id == branch.id) {
                self.add(format!("{at}/id"), Rule::DuplicateId, "a branch has an id of its own, of letters, digits, \"_\" and \"-\"");
            }
            self.part(&branch.steps, &branch.transitions, &at);
        }
    }
}
