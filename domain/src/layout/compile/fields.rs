//! What a component keeps of the answer, and whether two would keep different things in one place.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Compiler, Given, hotkeys::exclusive, parts::PartAt};
use crate::layout::{
    answer::{Step, steps, value_schema},
    problem::Rule,
    registry::{Component, Produces},
    span::Span,
    syntax::Element,
    tree::{KeptAs, Output, Property},
};

/// A field, as long as the layout is checked.
pub(super) struct Kept {
    steps: Vec<Step>,
    schema: Value,
    text: String,
    span: Span,
    branches: Vec<(usize, usize)>,
}

/// Several choices are a set. The order of a ranking, the way down a tree of classes, and what a custom component keeps are one value: half of one
/// person's and half of another's would be neither's.
fn kept_as(produces: &Produces, schema: &Value) -> KeptAs {
    match produces {
        Produces::Text => KeptAs::Text,
        Produces::Spans => KeptAs::Items,
        Produces::Regions => KeptAs::Regions,
        Produces::Option | Produces::Category if schema.get("uniqueItems").is_some() => KeptAs::Set,
        _ => KeptAs::Value,
    }
}

impl Compiler<'_> {
    pub(super) fn output(&mut self, element: &Element, component: &Component, given: &Given, parts: &[PartAt], id: &str) -> Option<Output> {
        let key = component.two_way()?.key();
        let Property::TwoWay(path) = given.properties.get(&key)? else { return None };
        let produces = component.produces.as_ref().unwrap_or(&Produces::Text);
        let tree_parts: Vec<_> = parts.iter().map(|part| part.part.clone()).collect();
        let schema = value_schema(component, produces, &given.properties, &tree_parts);
        let keys: Vec<&str> = self.loops.iter().filter_map(|a_loop| a_loop.key.as_deref()).collect();
        self.kept.push(Kept {
            steps: steps(&path.expression, &keys),
            schema: schema.clone(),
            text: path.text.clone(),
            span: given.span(&key),
            branches: self.branches.clone(),
        });
        let text = Some(element.text()).filter(|text| component.text && !text.is_empty());
        let label = given.word("label").or(text).unwrap_or_else(|| id.to_owned());
        let required = given.literal("required") == Some(&true.into()) || given.literal("required_when") == Some(&true.into());
        Some(Output {
            property: key,
            path: path.clone(),
            label,
            kept_as: kept_as(produces, &schema),
            schema,
            required,
            required_when: given.reactive("required_when").cloned(),
            visible: given.reactive("visible").cloned(),
        })
    }

    pub(super) fn conflicts(&mut self) {
        let kept = std::mem::take(&mut self.kept);
        // In the order of their places whatever is within one follows it.
        let mut order: Vec<usize> = (0..kept.len()).collect();
        order.sort_by_key(|index| &kept[*index].steps);
        let mut clashes: BTreeMap<usize, usize> = BTreeMap::new();
        for (at, short) in order.iter().enumerate() {
            for long in order[at + 1..].iter().take_while(|long| kept[**long].steps.starts_with(&kept[*short].steps)) {
                let (earlier, later) = (*short.min(long), *short.max(long));
                let same = kept[earlier].steps.len() == kept[later].steps.len() && kept[earlier].schema == kept[later].schema;
                if !same && !exclusive(&kept[earlier].branches, &kept[later].branches) {
                    clashes.entry(later).and_modify(|known| *known = earlier.min(*known)).or_insert(earlier);
                }
            }
        }
        for (later, earlier) in clashes {
            let (later, earlier) = (&kept[later], &kept[earlier]);
            let place = self.sources.position(earlier.span);
            let message = match earlier.steps.len() == later.steps.len() {
                true => format!("{} has other values already, from {}:{}; give each its own place", later.text, place.line, place.column),
                false => format!(
                    "{} and {}, at {}:{}, are one within the other; give each its own place",
                    later.text, earlier.text, place.line, place.column
                ),
            };
            self.problems.add(later.span, Rule::OutputConflict, message);
        }
    }
}
