//! What is wrong with an expression before anything runs: paths that lead nowhere, orders between things that have none.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Function, LayoutPaths, Path, Step};
use crate::{
    expression::{Comparison, Kind, Node, Shape, listing},
    layout::problem::Rule,
    suggest,
};

/// What an expression may name.
#[derive(Clone, Debug)]
pub(crate) struct Variables {
    /// An object with `input`, `output`, ...
    pub shape: Shape,
    /// Of the loops around, the innermost last.
    pub locals: Vec<Local>,
    /// The texts a field can hold, by its path: `$.output.confidence`.
    pub choices: BTreeMap<String, Vec<String>>,
}

#[derive(Clone, Debug)]
pub(crate) struct Local {
    pub name: String,
    pub shape: Shape,
}

/// `start` and `end`: bytes of the expression.
#[derive(Clone, Debug)]
pub(crate) struct Mistake {
    pub start: usize,
    pub end: usize,
    pub rule: Rule,
    pub message: String,
    pub suggestion: Option<String>,
}

pub(super) fn infer(node: &Node<LayoutPaths>, text: &str, variables: &Variables, mistakes: &mut Vec<Mistake>) -> Shape {
    Check { text, variables, mistakes }.infer(node)
}

struct Check<'c> {
    text: &'c str,
    variables: &'c Variables,
    mistakes: &'c mut Vec<Mistake>,
}

impl<'c> Check<'c> {
    /// From `at` to the end of the word there.
    fn wrong(&mut self, at: usize, message: impl Into<String>) {
        let rest = &self.text[at.min(self.text.len())..];
        let length = rest.find(|c: char| c.is_whitespace() || matches!(c, ')' | ',')).unwrap_or(rest.len()).max(1);
        let end = (at + length).min(self.text.len());
        self.mistakes.push(Mistake { start: at, end, rule: Rule::Expression, message: message.into(), suggestion: None });
    }

    fn unknown(&mut self, (start, end): (usize, usize), message: String, suggestion: Option<&str>) {
        let message = message + &suggest::hint(suggestion);
        self.mistakes.push(Mistake { start, end, rule: Rule::UnknownPath, message, suggestion: suggestion.map(str::to_owned) });
    }

    fn infer(&mut self, node: &Node<LayoutPaths>) -> Shape {
        match &node.kind {
            Kind::Literal(value) => of_value(value),
            Kind::Path(path) => self.path(path),
            Kind::List(items) => {
                let shapes: Vec<Shape> = items.iter().map(|item| self.infer(item)).collect();
                let first = shapes.first().cloned().unwrap_or(Shape::Any);
                Shape::list(if shapes.iter().all(|shape| *shape == first) { first } else { Shape::Any })
            }
            Kind::Not(of) => {
                self.infer(of);
                Shape::Bool
            }
            Kind::Both(left, right) | Kind::Either(left, right) => {
                self.infer(left);
                self.infer(right);
                Shape::Bool
            }
            Kind::Compare(comparison, left, right) => {
                let shapes = (self.infer(left), self.infer(right));
                self.compare(*comparison, node.at, (left, &shapes.0), (right, &shapes.1));
                Shape::Bool
            }
            Kind::Arithmetic(_, left, right) => {
                self.number(left);
                self.number(right);
                Shape::Number
            }
            Kind::Negate(of) => {
                self.number(of);
                Shape::Number
            }
            Kind::Call(function, arguments) => self.call(*function, arguments),
        }
    }

    fn number(&mut self, node: &Node<LayoutPaths>) {
        let shape = self.infer(node);
        if !matches!(shape, Shape::Number | Shape::Any) {
            self.wrong(node.at, format!("this is {shape}, not a number"));
        }
    }

    fn compare(&mut self, comparison: Comparison, at: usize, left: (&Node<LayoutPaths>, &Shape), right: (&Node<LayoutPaths>, &Shape)) {
        match comparison {
            Comparison::Equal | Comparison::Unequal if !left.1.may_meet(right.1) => {
                self.wrong(at, format!("{} never equals {}", left.1, right.1));
            }
            Comparison::Equal | Comparison::Unequal => {
                self.choice(left.0, right.0);
                self.choice(right.0, left.0);
            }
            Comparison::In => {
                if !matches!(right.1, Shape::List(_) | Shape::Text | Shape::Any) {
                    return self.wrong(right.0.at, format!("this is {}, neither a list nor a text", right.1));
                }
                if let Kind::List(items) = &right.0.kind {
                    items.iter().for_each(|item| self.choice(left.0, item));
                }
            }
            _ => {
                for (node, shape) in [left, right] {
                    if !matches!(shape, Shape::Number | Shape::Text | Shape::Any) {
                        return self.wrong(node.at, format!("this is {shape}; only numbers and texts have an order"));
                    }
                }
                if !left.1.may_meet(right.1) {
                    self.wrong(at, format!("{} has no order with {}", left.1, right.1));
                }
            }
        }
    }

    /// A field of options is compared with a text that is none of them.
    fn choice(&mut self, field: &Node<LayoutPaths>, text: &Node<LayoutPaths>) {
        let (Kind::Path(path), Kind::Literal(Value::String(literal))) = (&field.kind, &text.kind) else { return };
        let super::Expr::Path { from, segments } = path.lower() else { return };
        let field = super::path::fixed_text(&from, &segments);
        let Some(choices) = self.variables.choices.get(&field) else { return };
        if literal.is_empty() || choices.contains(literal) {
            return;
        }
        let known: Vec<&str> = choices.iter().map(String::as_str).collect();
        let suggestion = suggest::nearest(literal, known.iter().copied());
        let (start, end) = (text.at, text.at + literal.len() + 2);
        let message = format!("{field} is never '{literal}'; {}", listing(&known)) + &suggest::hint(suggestion);
        self.mistakes.push(Mistake { start, end, rule: Rule::Expression, message, suggestion: suggestion.map(str::to_owned) });
    }

    fn path(&mut self, path: &Path) -> Shape {
        let Some(mut shape) = self.root(path) else { return Shape::Any };
        let mut so_far = path.at.1;
        for (index, (at, step)) in path.steps.iter().enumerate() {
            if let Step::Computed(node) = step {
                self.infer(node);
            }
            let is_last = index + 1 == path.steps.len();
            let name_at = (at.0 + usize::from(self.text[at.0..].starts_with('.')), at.1);
            let whole = self.text[path.at.0..so_far].to_owned();
            shape = match (step, shape) {
                (_, Shape::Any) => &Shape::Any,
                (Step::Name(name), Shape::Object { fields, open }) => match fields.get(name) {
                    Some(shape) => shape,
                    None if *open => &Shape::Any,
                    None => {
                        let known: Vec<&str> = fields.keys().map(String::as_str).collect();
                        let suggestion = suggest::nearest(name, known.iter().copied());
                        let message = match whole.as_str() {
                            "$.output" => format!("nothing in this layout keeps $.output.{name}; {}", listing(&known)),
                            _ => format!("{whole} has no {name:?}; {}", listing(&known)),
                        };
                        self.unknown(name_at, message, suggestion);
                        return Shape::Any;
                    }
                },
                (Step::Name(name), Shape::List(_) | Shape::Text) if name == "length" && is_last => &Shape::Number,
                (Step::Index(_) | Step::Computed(_), Shape::List(items)) => items,
                (Step::Computed(_), Shape::Object { .. }) => &Shape::Any,
                (Step::Name(name), other) => {
                    let hint = if matches!(other, Shape::List(_)) { "; a ForEach goes through a list" } else { "" };
                    self.unknown(name_at, format!("{whole} is {other}, which has no {name:?}{hint}"), None);
                    return Shape::Any;
                }
                (Step::Index(_) | Step::Computed(_), other) => {
                    self.unknown(*at, format!("{whole} is {other}, not a list"), None);
                    return Shape::Any;
                }
            };
            so_far = at.1;
        }
        shape.clone()
    }

    fn root(&mut self, path: &Path) -> Option<&'c Shape> {
        let variables = self.variables;
        let Shape::Object { fields, .. } = &variables.shape else { return Some(&Shape::Any) };
        let known: Vec<&str> = fields.keys().map(String::as_str).collect();
        let locals: Vec<&str> = variables.locals.iter().map(|local| local.name.as_str()).collect();
        let name = path.root.as_str();
        if path.is_local {
            if let Some(local) = variables.locals.iter().rev().find(|local| local.name == name) {
                return Some(&local.shape);
            }
            let message = match (known.contains(&name), locals.is_empty()) {
                (true, _) => format!("{name} is written with a $: $.{name}"),
                (false, true) => {
                    format!("{name} is no variable: no ForEach around this names one; a text is written '{name}', a path begins with $")
                }
                (false, false) => format!("no ForEach around this has the variable {name}; {}", listing(&locals)),
            };
            self.unknown(path.at, message, suggest::nearest(name, locals.iter().copied()));
            return None;
        }
        if let Some(shape) = fields.get(name) {
            return Some(shape);
        }
        let message = match locals.contains(&name) {
            true => format!("{name} is a ForEach's variable, written without a $"),
            false => format!("there is no variable $.{name}; {}", listing(&known)),
        };
        self.unknown(path.at, message, suggest::nearest(name, known.iter().copied()).map(|name| format!("$.{name}")).as_deref());
        None
    }

    fn call(&mut self, function: Function, arguments: &[Node<LayoutPaths>]) -> Shape {
        let shapes: Vec<Shape> = arguments.iter().map(|argument| self.infer(argument)).collect();
        let mut expect = |at: usize, what: &str, fits: fn(&Shape) -> bool| {
            if !(fits(&shapes[at]) || matches!(shapes[at], Shape::Any | Shape::Null)) {
                self.wrong(arguments[at].at, format!("this is {}, not {what}", shapes[at]));
            }
        };
        match function {
            Function::Length => {
                expect(0, "a text or a list", |shape| matches!(shape, Shape::Text | Shape::List(_) | Shape::Object { .. }));
                Shape::Number
            }
            Function::Exists | Function::Empty => Shape::Bool,
            Function::Default if shapes[0] == shapes[1] => shapes[0].clone(),
            Function::If if shapes[1] == shapes[2] => shapes[1].clone(),
            Function::Default | Function::If => Shape::Any,
            Function::Contains => {
                expect(0, "a list or a text", |shape| matches!(shape, Shape::Text | Shape::List(_)));
                Shape::Bool
            }
            Function::StartsWith | Function::EndsWith => {
                expect(0, "a text", |shape| *shape == Shape::Text);
                expect(1, "a text", |shape| *shape == Shape::Text);
                Shape::Bool
            }
            Function::Lower | Function::Upper | Function::Trim => {
                expect(0, "a text", |shape| *shape == Shape::Text);
                Shape::Text
            }
            Function::Concat => Shape::Text,
            Function::Join => {
                expect(0, "a list", |shape| matches!(shape, Shape::List(_)));
                Shape::Text
            }
            Function::Sum => {
                expect(0, "a list", |shape| matches!(shape, Shape::List(_)));
                Shape::Number
            }
            Function::Min | Function::Max => {
                let list = arguments.len() == 1;
                for at in 0..arguments.len() {
                    match list {
                        true => expect(at, "a list of numbers", |shape| matches!(shape, Shape::List(_))),
                        false => expect(at, "a number", |shape| *shape == Shape::Number),
                    }
                }
                Shape::Number
            }
            Function::Round | Function::Abs => {
                expect(0, "a number", |shape| *shape == Shape::Number);
                Shape::Number
            }
        }
    }
}

pub(super) fn of_value(value: &Value) -> Shape {
    match value {
        Value::Null => Shape::Null,
        Value::Bool(_) => Shape::Bool,
        Value::Number(_) => Shape::Number,
        Value::String(_) => Shape::Text,
        Value::Array(_) => Shape::list(Shape::Any),
        Value::Object(_) => Shape::Object { fields: BTreeMap::new(), open: true },
    }
}
