//! What a workflow says and nothing does. Whoever writes one is told, so that it is not relied on; one that is kept already goes on as it always did.

use crate::{
    statechart::{Problem, Rule},
    workflow::{Merge, Step, StepKind, Workflow},
};

/// Each with its place in the JSON form.
#[must_use]
pub fn unused(workflow: &Workflow) -> Vec<Problem> {
    let mut problems = Vec::new();
    part(&workflow.steps, "", &mut problems);
    problems
}

fn part(steps: &[Step], at: &str, problems: &mut Vec<Problem>) {
    for (index, step) in steps.iter().enumerate() {
        let at = format!("{at}/steps/{index}");
        one(step, &at, problems);
        for (index, branch) in step.branches.iter().enumerate() {
            part(&branch.steps, &format!("{at}/branches/{index}"), problems);
        }
    }
}

fn one(step: &Step, at: &str, problems: &mut Vec<Problem>) {
    let mut add = |place: &str, reason: &str| {
        problems.push(Problem { path: format!("{at}/{place}"), rule: Rule::UnknownKey, reason: reason.to_owned() })
    };
    if !step.assignment.priority_rules.is_empty() {
        add("assignment/priority_rules", "a step's tasks go by their priority and then by their age; set a task's priority instead");
    }
    let asks_people = matches!(step.kind, StepKind::Annotation | StepKind::Review | StepKind::Adjudication | StepKind::Hold);
    if asks_people && step.input_mapping.is_some() {
        add("input_mapping", "people see the task itself; only steps in which a program runs are given something else");
    }
    if let Some(Merge::Handler { .. }) = step.merge {
        add("merge/handler", "this server runs no handlers of its own for merging: say the \"output\" of the merge instead");
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_nothing_would_do_is_told_with_its_place_also_within_branches() {
        let form = json!({"id": "w", "steps": [
            {"id": "a", "type": "annotation", "input_mapping": {"x": 1}, "assignment": {"priority_rules": [{"field": "age"}]}},
            {"id": "call", "type": "webhook", "handler": "https://x.test", "input_mapping": {"x": 1}},
            {"id": "both", "type": "parallel", "merge": {"handler": {"handler": "mine", "config": {}}}, "branches": [
                {"id": "x", "steps": [{"id": "b", "type": "review", "input_mapping": {}}]}, {"id": "y", "steps": [{"id": "c", "type": "annotation"}]}
            ]}
        ]});
        let workflow = Workflow::from_json(&form.to_string()).unwrap_or_else(|error| panic!("{error}"));
        let places: Vec<String> = unused(&workflow).into_iter().map(|problem| problem.path).collect();
        let expected = [
            "/steps/0/assignment/priority_rules",
            "/steps/0/input_mapping",
            "/steps/2/merge/handler",
            "/steps/2/branches/0/steps/0/input_mapping",
        ];
        assert_eq!(places, expected);
    }

    #[test]
    fn the_seeds_examples_say_nothing_in_vain() {
        for text in [
            include_str!("../../../tests/workflows/b1.xml"),
            include_str!("../../../tests/workflows/b2.xml"),
            include_str!("../../../tests/workflows/b3.xml"),
        ] {
            let workflow = Workflow::from_xml(text).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(unused(&workflow), []);
        }
    }
}
