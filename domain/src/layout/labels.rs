//! A layout beside the labels of its project: what its author should know, though it is no mistake.

use std::collections::BTreeSet;

use crate::relabel::Renames;

use super::{
    problem::{Problem, Rule},
    tree::{Component, Layout, Node},
};

/// A warning for each label that one of the two has and the other has not. An `ImageAnnotator` without labels has those of the project.
#[must_use]
pub fn label_warnings(layout: &Layout, project: &[&str]) -> Vec<Problem> {
    let mut annotators = Vec::new();
    gather(&layout.root, &mut annotators);
    annotators.into_iter().flat_map(|annotator| differences(annotator, project)).collect()
}

/// From the present names of labels to those this layout has for them: it was written before they were renamed. A label that it has under both names
/// is not among them.
#[must_use]
pub fn names_in(layout: &Layout, renames: &Renames) -> Renames {
    let mut annotators = Vec::new();
    gather(&layout.root, &mut annotators);
    let own: BTreeSet<&str> = annotators.into_iter().flat_map(own).collect();
    renames
        .pairs()
        .filter(|(former, present)| own.contains(former) && !own.contains(present))
        .map(|(former, present)| (present, former))
        .collect()
}

fn own(annotator: &Component) -> impl Iterator<Item = &str> {
    annotator.parts.iter().filter(|part| part.part == "Label").map(|part| part.word("name"))
}

fn differences(annotator: &Component, project: &[&str]) -> Vec<Problem> {
    let own: BTreeSet<&str> = own(annotator).collect();
    if own.is_empty() {
        return Vec::new();
    }
    let warning = |message: String| Problem {
        at: annotator.at,
        end: annotator.at,
        rule: Rule::LabelMismatch,
        message,
        suggestion: None,
        layout: annotator.from.clone(),
    };
    let missing = project.iter().filter(|label| !own.contains(**label));
    let missing = missing.map(|label| warning(format!("the project's label {label:?} cannot be given here; there is no <Label> for it")));
    let unknown = own.iter().filter(|label| !project.contains(*label));
    let unknown = unknown.map(|label| warning(format!("the project has no label {label:?}; regions with it cannot be submitted")));
    missing.chain(unknown).collect()
}

fn gather<'l>(nodes: &'l [Node], annotators: &mut Vec<&'l Component>) {
    for node in nodes {
        match node {
            Node::Text { .. } => {}
            Node::Component(component) => {
                if component.component == "ImageAnnotator" {
                    annotators.push(component);
                }
                gather(&component.children, annotators);
            }
            Node::Show { children, fallback, .. } => {
                gather(children, annotators);
                gather(fallback, annotators);
            }
            Node::Switch { cases, default, .. } => {
                cases.iter().for_each(|case| gather(&case.children, annotators));
                gather(default, annotators);
            }
            Node::ForEach { children, .. } => gather(children, annotators),
        }
    }
}
