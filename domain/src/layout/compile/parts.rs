//! Options, labels and the like: elements that say something about the one they are in.

use std::collections::{BTreeMap, BTreeSet};

use super::Compiler;
use crate::layout::{
    problem::Rule,
    registry::Component,
    span::Span,
    syntax::{self, Element},
    tree,
};

/// A part with its place, as long as it is checked.
pub(super) struct PartAt {
    pub part: tree::Part,
    /// Of its name.
    pub span: Span,
    pub spans: BTreeMap<String, Span>,
    pub below: Vec<PartAt>,
}

impl PartAt {
    pub fn is(&self, name: &str) -> bool {
        self.part.part == name
    }

    /// What it is called among its siblings.
    pub fn name(&self) -> Option<&str> {
        ["value", "name"].into_iter().find_map(|key| self.part.literal(key)?.as_str())
    }

    pub fn span_of(&self, key: &str) -> Span {
        self.spans.get(key).copied().unwrap_or(self.span)
    }
}

impl<'c> Compiler<'c> {
    pub(super) fn parts(&mut self, element: &Element, parent: &'c Component) -> Vec<PartAt> {
        let mut parts: Vec<PartAt> = Vec::new();
        let mut names = BTreeSet::new();
        for node in &element.children {
            let child = match node {
                syntax::Node::Element(child) => child,
                syntax::Node::Text(word) if !parent.text => {
                    self.stray_text(parent, word);
                    continue;
                }
                _ => continue,
            };
            let Some(component) = self.allowed(child, parent) else { continue };
            let part = self.part(child, component);
            if let Some(name) = part.name()
                && !names.insert((part.part.part.clone(), name.to_owned()))
            {
                let key = if part.spans.contains_key("value") { "value" } else { "name" };
                self.problems.add(part.span_of(key), Rule::DuplicateName, format!("an earlier {} has the {key} {name:?}", component.name));
            }
            parts.push(part);
        }
        parts
    }

    fn part(&mut self, element: &Element, component: &'c Component) -> PartAt {
        let given = self.attributes(element, component);
        let below = self.parts(element, component);
        let part = tree::Part {
            part: component.name.clone(),
            properties: given.properties,
            events: given.events,
            text: element.text(),
            parts: below.iter().map(|part| part.part.clone()).collect(),
        };
        PartAt { part, span: element.name.span, spans: given.spans, below }
    }
}
