//! `Show`, `ForEach`, `Switch`.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Compiler, Loop};
use crate::{
    expression::{Shape, same},
    layout::{
        expression::{Expr, Sign},
        problem::Rule,
        registry::Component,
        syntax::{self, Attribute, Element},
        tree::{self, Case, Node, Reactive},
    },
};

/// What the grammar of expressions reads as something else.
const WORDS: [&str; 7] = ["true", "false", "null", "and", "or", "not", "in"];

impl<'c> Compiler<'c> {
    pub(super) fn show(&mut self, element: &Element, component: &'c Component) -> Option<Node> {
        // What is there and what is there otherwise are never there together.
        self.switches += 1;
        let show = self.switches;
        self.branches.push((show, 1));
        let mut given = self.attributes(element, component);
        self.branches.pop();
        self.branches.push((show, 0));
        let children = self.children(element, component);
        self.branches.pop();
        let fallback = given.markup.remove("fallback").unwrap_or_default();
        let mut when = given.reactive("when").cloned()?;
        if let Some(equals) = given.word("equals") {
            let shape = self.shape_of(element, "when");
            let values = comparable(&equals, &shape);
            when.text = format!("{} == '{equals}'", when.text);
            when.expression = one_of(when.expression, values);
        }
        Some(Node::Show { when, children, fallback })
    }

    pub(super) fn for_each(&mut self, element: &Element, component: &'c Component) -> Option<Node> {
        let given = self.attributes(element, component);
        let shape = self.shape_of(element, "items");
        let item_shape = match shape {
            Shape::List(items) => *items,
            Shape::Any => Shape::Any,
            other => {
                self.problems.add(given.span("items"), Rule::WrongValue, format!("this is {other}, expected a list"));
                Shape::Any
            }
        };
        let (item, key) = (given.word("as"), given.word("key"));
        for (name, word) in [("as", &item), ("key", &key)] {
            let Some(word) = word else { continue };
            let span = given.span(name);
            if WORDS.contains(&word.as_str()) || word.contains(['-', '.']) {
                self.problems.add(span, Rule::Variable, format!("{word} cannot be a variable: expressions read it as something else"));
            } else if let Some(outer) = self.loops.iter().find(|outer| outer.item == *word || outer.key.as_ref() == Some(word)) {
                let place = self.sources.position(outer.span);
                let message =
                    format!("{word} is the variable of the ForEach around this, at {}:{}; choose another name", place.line, place.column);
                self.problems.add(span, Rule::Variable, message);
            } else if name == "key" && item.as_ref() == Some(word) {
                self.problems.add(span, Rule::Variable, format!("{word} is the item already; the key is its place in the list"));
            }
        }
        let items = given.reactive("items").cloned();
        let depends = items.iter().flat_map(|items| items.depends.iter().cloned()).collect::<BTreeSet<_>>();
        let name = item.clone().unwrap_or_default();
        self.push_loop(item_shape, Loop { item: name, key: key.clone(), span: element.span, depends });
        let children = self.children(element, component);
        self.pop_loop();
        Some(Node::ForEach { items: items?, item: item?, key, children })
    }

    pub(super) fn switch(&mut self, element: &Element, component: &'c Component) -> Option<Node> {
        let given = self.attributes(element, component);
        let shape = self.shape_of(element, "on");
        self.switches += 1;
        let (switch, mut cases, mut default) = (self.switches, Vec::<Case>::new(), None);
        for (index, node) in element.children.iter().enumerate() {
            let child = match node {
                syntax::Node::Element(child) => child,
                syntax::Node::Text(word) => {
                    self.stray_text(component, word);
                    continue;
                }
                syntax::Node::Comment(_) => continue,
            };
            let Some(known) = self.allowed(child, component) else { continue };
            let given = self.attributes(child, known);
            self.branches.push((switch, index));
            let children = self.children(child, known);
            self.branches.pop();
            if known.name == "Default" {
                if default.is_some() {
                    self.problems.add(child.name.span, Rule::DuplicateName, "a Switch has one Default");
                }
                default = Some(children);
                continue;
            }
            let Some(value) = given.word("value") else { continue };
            let values = comparable(&value, &shape);
            if cases.iter().flat_map(|case| &case.values).any(|known| values.iter().any(|value| same(known, value))) {
                self.problems.add(given.span("value"), Rule::DuplicateName, format!("an earlier Case has the value {value:?}"));
            }
            cases.push(Case { values, children });
        }
        if cases.is_empty() {
            self.problems.add(element.name.span, Rule::MissingChild, "a Switch needs at least one Case");
        }
        Some(Node::Switch { on: given.reactive("on").cloned()?, cases, default: default.unwrap_or_default() })
    }

    /// Of an expression that has been checked: its mistakes are known.
    fn shape_of(&mut self, element: &Element, name: &str) -> Shape {
        let text = element.attribute(name).or_else(|| element.attribute(&format!(":{name}"))).and_then(Attribute::text);
        let parsed = text.and_then(|text| crate::layout::expression::Expression::parse(text).ok());
        parsed.map_or(Shape::Any, |expression| expression.check(&self.variables, &mut Vec::new()))
    }
}

/// The values that a text in the markup stands for.
fn comparable(text: &str, shape: &Shape) -> Vec<Value> {
    let other = serde_json::from_str::<Value>(text).ok().filter(|value| value.is_number() || value.is_boolean());
    match (other, shape) {
        (Some(value), Shape::Number | Shape::Bool) => vec![value],
        (Some(value), Shape::Any) => vec![text.into(), value],
        _ => vec![text.into()],
    }
}

/// `on` equals one of these.
fn one_of(on: Expr, mut values: Vec<Value>) -> Expr {
    match values.len() {
        1 => on.equals(values.remove(0)),
        _ => Expr::Compare { sign: Sign::In, left: on.into(), right: Expr::Literal { value: values.into() }.into() },
    }
}

/// That a case fits, as a condition. No two cases of a switch do at once.
pub(in crate::layout) fn fits(on: &Reactive, case: &tree::Case) -> Expr {
    one_of(on.expression.clone(), case.values.clone())
}

/// That none of them does.
pub(in crate::layout) fn fits_none(on: &Reactive, cases: &[tree::Case]) -> Expr {
    let values = cases.iter().flat_map(|case| case.values.iter().cloned()).collect();
    one_of(on.expression.clone(), values).negated()
}
