//! What conditions and mappings may ask about, step by step.

use super::{Step, StepKind, Workflow};
use crate::expression::Shape;

/// The handler that measures agreement between the answers so far.
pub(super) const AGREEMENT: &str = "@core/agreement-calculator";
/// The handler that brings answers together.
pub(super) const CONSENSUS: &str = "@core/consensus";

/// All steps, those of branches too, in the order of the document.
pub(super) fn all_steps(workflow: &Workflow) -> Vec<&Step> {
    fn collect<'w>(steps: &'w [Step], found: &mut Vec<&'w Step>) {
        for step in steps {
            found.push(step);
            step.branches.iter().for_each(|branch| collect(&branch.steps, found));
        }
    }
    let mut found = Vec::new();
    collect(&workflow.steps, &mut found);
    found
}

/// See [`Workflow::answered_before`].
pub(super) fn answered_before<'w>(workflow: &'w Workflow, review: &str) -> Vec<&'w str> {
    fn gathering(steps: &[Step]) -> Vec<&str> {
        steps
            .iter()
            .filter(|step| matches!(step.kind, StepKind::Annotation | StepKind::Adjudication))
            .map(|step| step.id.as_str())
            .collect()
    }
    /// The list that the step is written in.
    fn around<'w>(steps: &'w [Step], id: &str) -> Option<&'w [Step]> {
        if steps.iter().any(|step| step.id == id) {
            return Some(steps);
        }
        steps.iter().flat_map(|step| &step.branches).find_map(|branch| around(&branch.steps, id))
    }
    let is_in_branch = !workflow.steps.iter().any(|step| step.id == review);
    let own = around(&workflow.steps, review).filter(|_| is_in_branch).map(gathering).unwrap_or_default();
    if own.is_empty() {
        return all_steps(workflow)
            .into_iter()
            .filter(|step| matches!(step.kind, StepKind::Annotation | StepKind::Adjudication))
            .map(|step| step.id.as_str())
            .collect();
    }
    own
}

/// Whether its output says how far people agreed.
pub(super) fn scores(step: &Step) -> bool {
    step.consensus.is_some() || step.kind == StepKind::Consensus || step.handler.as_deref() == Some(AGREEMENT)
}

fn answers() -> Shape {
    Shape::list(Shape::object([("by", Shape::Text), ("data", Shape::Any), ("weight", Shape::Number)]))
}

/// `$.step_output` right after a step.
pub(super) fn output(step: &Step) -> Shape {
    if step.output_mapping.is_some() {
        return Shape::Any;
    }
    match step.kind {
        _ if step.handler.as_deref() == Some(AGREEMENT) => {
            Shape::object([("agreement_score", Shape::Number), ("agreed", Shape::Bool), ("count", Shape::Number)])
        }
        StepKind::Annotation | StepKind::Consensus if scores(step) => Shape::object([
            ("agreement_score", Shape::Number),
            ("agreed", Shape::Bool),
            ("next", Shape::Text),
            ("result", Shape::Any),
            ("count", Shape::Number),
        ]),
        StepKind::Annotation | StepKind::Adjudication => {
            Shape::object([("answers", answers()), ("count", Shape::Number), ("result", Shape::Any)])
        }
        StepKind::Review => {
            Shape::object([("decision", Shape::Text), ("by", Shape::Text), ("reason", Shape::Any), ("sampled", Shape::Bool)])
        }
        StepKind::Sampling => Shape::object([("sampled", Shape::Bool)]),
        _ => Shape::Any,
    }
}

/// All variables after a step.
pub(super) fn variables(workflow: &Workflow, task: &Shape, after: &Step) -> Shape {
    let state = |step: &Step| {
        Shape::object([
            ("status", Shape::Text),
            ("visits", Shape::Number),
            ("attempts", Shape::Number),
            ("needed", Shape::Number),
            ("count", Shape::Number),
            ("joined", Shape::Number),
            ("answers", answers()),
            ("output", output(step)),
        ])
    };
    let steps = all_steps(workflow);
    let context = Shape::object([
        ("input", task.clone()),
        ("answers", answers()),
        // Routers have no output of their own: it is that of whichever step was before.
        ("step_output", if is_router(after) { Shape::Any } else { output(after) }),
        ("steps", Shape::object(steps.iter().map(|step| (step.id.as_str(), state(step))))),
        ("chance", Shape::Number),
        ("hold", Shape::Any),
    ]);
    let Shape::Object { mut fields, open } = context.clone() else { return Shape::Any };
    fields.insert("context".to_owned(), context);
    fields.insert("event".to_owned(), Shape::Any);
    Shape::Object { fields, open }
}

/// It only decides where to go.
pub(super) fn is_router(step: &Step) -> bool {
    matches!(step.kind, StepKind::Conditional | StepKind::PercentageRouter | StepKind::CollaboratorRouter)
}

/// People work on it.
pub(super) fn is_for_people(step: &Step) -> bool {
    matches!(step.kind, StepKind::Annotation | StepKind::Review | StepKind::Adjudication)
}

/// It is over without anybody waiting for anything outside.
pub(super) fn is_immediate(step: &Step) -> bool {
    is_router(step)
        || matches!(step.kind, StepKind::Sampling | StepKind::Consensus)
        || step.handler.as_deref().is_some_and(|handler| handler.starts_with("@core/"))
}
