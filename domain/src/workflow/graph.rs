//! A workflow as boxes and arrows, for whoever draws it; also one that does not compile.

use std::collections::BTreeSet;

use tandem_protocol::rest::{WorkflowEdge, WorkflowGraph, WorkflowNode};

use super::{
    Condition, ConditionKind, Step, StepKind, Transition, Workflow,
    check::{ENDS, routes},
    shapes::is_for_people,
};

impl Workflow {
    #[must_use]
    pub fn graph(&self) -> WorkflowGraph {
        let mut graph = WorkflowGraph::default();
        add(&mut graph, &self.steps, &self.transitions, None);
        let reached: BTreeSet<&str> = graph.edges.iter().map(|edge| edge.to.as_str()).collect();
        let ends: Vec<WorkflowNode> = ENDS
            .iter()
            .filter(|end| reached.contains(**end) && !graph.nodes.iter().any(|node| node.id == **end))
            .map(|end| node(end, if *end == "completed" { StepKind::Complete } else { StepKind::Archive }, 0))
            .collect();
        graph.nodes.extend(ends);
        graph
    }
}

fn node(id: &str, kind: StepKind, needed: u32) -> WorkflowNode {
    WorkflowNode { id: id.to_owned(), name: String::new(), kind: word(kind), needed, parent: None, branch: None }
}

/// As it is written in the form.
fn word(kind: StepKind) -> String {
    serde_json::to_value(kind).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}

/// `inside`: the parallel step and the branch.
fn add(graph: &mut WorkflowGraph, steps: &[Step], transitions: &[Transition], inside: Option<(&str, &str)>) {
    for step in steps {
        let needed = if is_for_people(step) { step.completion.count.unwrap_or(1) } else { 0 };
        let (parent, branch) = inside.map(|(parent, branch)| (parent.to_owned(), branch.to_owned())).unzip();
        graph.nodes.push(WorkflowNode { name: step.name.clone(), parent, branch, ..node(&step.id, step.kind, needed) });
        for branch in &step.branches {
            add(graph, &branch.steps, &branch.transitions, Some((&step.id, &branch.id)));
        }
    }
    if transitions.is_empty() {
        let next = steps.iter().skip(1).map(|step| step.id.as_str()).chain(["completed"]);
        let follow = steps.iter().zip(next).filter(|(_, to)| inside.is_none() || *to != "completed");
        graph.edges.extend(follow.map(|(from, to)| edge(&from.id, to, String::new())));
        return;
    }
    for step in steps {
        let on = routes(transitions, &step.id);
        // The end of a branch is its parallel step's affair.
        let on = on.into_iter().filter(|(_, route)| inside.is_none() || route.to != "completed");
        graph.edges.extend(on.map(|(_, route)| edge(&step.id, &route.to, words(&route.condition))));
    }
}

fn edge(from: &str, to: &str, condition: String) -> WorkflowEdge {
    WorkflowEdge { from: from.to_owned(), to: to.to_owned(), condition }
}

fn words(condition: &Condition) -> String {
    let share = || condition.rate.map_or_else(|| "a share".to_owned(), |rate| format!("{}%", (rate * 10_000.0).round() / 100.0));
    let limit = |sign: &str| condition.threshold.map_or_else(String::new, |threshold| format!(" ({sign} {threshold})"));
    match condition.kind {
        ConditionKind::Always | ConditionKind::OnComplete => String::new(),
        ConditionKind::OnAgreement => format!("agreement{}", limit("≥")),
        ConditionKind::OnDisagreement => format!("disagreement{}", limit("<")),
        ConditionKind::Expression => condition.expression.clone().unwrap_or_default(),
        ConditionKind::Sample => format!("{} sampled", share()),
        ConditionKind::Percentage => share(),
        ConditionKind::OnDecision => condition.decision.map_or_else(String::new, |decision| decision.as_str().replace('_', " ")),
        ConditionKind::WorkedOn => {
            let step = condition.step.as_deref().unwrap_or("a step");
            format!("{} worked on {step}", condition.users.join(" or "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workflow::Predefined;

    fn arrows(graph: &WorkflowGraph) -> Vec<String> {
        graph.edges.iter().map(|edge| format!("{} -> {} [{}]", edge.from, edge.to, edge.condition)).collect()
    }

    #[test]
    fn arrows_say_their_conditions_and_ends_are_boxes() {
        let graph = Predefined::ReviewWithRework { max_rounds: 2 }.workflow().graph();
        assert_eq!(
            arrows(&graph),
            [
                "annotate -> review []",
                "review -> completed [approve]",
                "review -> annotate [$.step_output.decision != 'approve' && $.steps.annotate.visits <= 2]",
                "review -> stuck []",
                "stuck -> completed []",
            ]
        );
        let nodes: Vec<(&str, &str, u32)> = graph.nodes.iter().map(|n| (n.id.as_str(), n.kind.as_str(), n.needed)).collect();
        assert_eq!(nodes, [("annotate", "annotation", 1), ("review", "review", 1), ("stuck", "hold", 0), ("completed", "complete", 0)]);
    }

    #[test]
    fn steps_without_transitions_follow_one_another_and_branches_know_where_they_run() {
        let text = r#"{"id": "w", "steps": [
            {"id": "a", "type": "annotation", "completion": {"count": 3}},
            {"id": "b", "type": "parallel", "branches": [
                {"id": "x", "steps": [{"id": "x1", "type": "annotation"}, {"id": "x2", "type": "review"}]},
                {"id": "y", "steps": [{"id": "y1", "type": "annotation"}]}]}]}"#;
        let graph = Workflow::from_json(text).unwrap_or_else(|error| panic!("{error}")).graph();
        assert_eq!(arrows(&graph), ["x1 -> x2 []", "a -> b []", "b -> completed []"]);
        let inner: Vec<_> = graph.nodes.iter().filter(|n| n.parent.is_some()).map(|n| (n.id.as_str(), n.branch.as_deref())).collect();
        assert_eq!(inner, [("x1", Some("x")), ("x2", Some("x")), ("y1", Some("y"))]);
    }

    #[test]
    fn what_does_not_compile_is_drawn_all_the_same() {
        let text = r#"{"id": "w", "steps": [{"id": "a", "type": "annotation"}],
            "transitions": [{"from": "a", "to": "nowhere", "condition": {"type": "sample", "rate": 0.125}}]}"#;
        let graph = Workflow::from_json(text).unwrap_or_else(|error| panic!("{error}")).graph();
        assert_eq!(arrows(&graph), ["a -> nowhere [12.5% sampled]"]);
    }
}
