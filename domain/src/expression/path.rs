//! A JSONPath whose first name is a variable. What follows it is handed to `serde_json_path`; its steps are kept too, so that a path can be
//! compared with what the variables look like.

use std::borrow::Cow;

use serde_json::Value;
use serde_json_path::JsonPath;

use super::{
    Fault, Scope, Shape, listing,
    token::{bracket_length, name_length},
};

#[derive(Clone, Debug)]
pub(super) struct Path {
    pub text: String,
    variable: String,
    /// Each with its offset in the path.
    steps: Vec<(usize, Step)>,
    query: Query,
}

#[derive(Clone, Debug, PartialEq)]
enum Step {
    Name(String),
    Index,
    /// `*`, a slice or a filter: elements.
    Elements,
    /// `..`, or several selectors at once: anything below.
    Anything,
}

#[derive(Clone, Debug)]
enum Query {
    /// The variable itself.
    Variable,
    /// From the variable on.
    Below(JsonPath),
    /// A filter names `$` again, which is all variables.
    Whole(JsonPath),
}

/// Filters in filters and parentheses, before a parser that goes as deep as it is led.
pub(crate) const MAX_NESTING: usize = 16;

impl Path {
    pub fn parse(text: String, at: usize) -> Result<Self, Fault> {
        if let Some(place) = too_deep(&text) {
            return Err(Fault::new(at + place, format!("nested deeper than {MAX_NESTING}")));
        }
        // The whole path first: its own messages are better than ours.
        let whole = JsonPath::parse(&text).map_err(|error| {
            let reason = format!("{text} is not a JSONPath: {}", error.message());
            Fault::new(at + error.position().saturating_sub(1), reason)
        })?;
        let mut steps = steps(&text);
        if steps.is_empty() || !matches!(steps[0].1, Step::Name(_)) {
            return Err(Fault::new(at, format!("{text} must start with the name of a variable, like $.input")));
        }
        let start = steps.get(1).map_or(text.len(), |(at, _)| *at);
        let (_, Step::Name(variable)) = steps.remove(0) else {
            return Err(Fault::new(at, format!("{text} must start with the name of a variable")));
        };
        let below = format!("${}", &text[start..]);
        let query = if steps.is_empty() {
            Query::Variable
        } else if names_root_again(&text) {
            Query::Whole(whole)
        } else {
            Query::Below(JsonPath::parse(&below).map_err(|error| Fault::new(at + start, error.message().to_owned()))?)
        };
        Ok(Self { text, variable, steps, query })
    }

    /// It points at one place at most.
    pub fn is_singular(&self) -> bool {
        self.steps.iter().all(|(_, step)| matches!(step, Step::Name(_) | Step::Index))
    }

    /// A singular path's value, if it points at something; the others' nodes as a list.
    pub fn find<'s>(&self, scope: &'s dyn Scope) -> Option<Cow<'s, Value>> {
        let nodes = match &self.query {
            Query::Variable => return scope.variable(&self.variable).map(Cow::Borrowed),
            Query::Below(path) => match scope.variable(&self.variable) {
                Some(value) => path.query(value).all(),
                None => Vec::new(),
            },
            Query::Whole(path) => {
                let whole = scope.whole();
                let nodes = path.query(&whole).all();
                return Some(Cow::Owned(nodes.into_iter().cloned().collect()));
            }
        };
        if self.is_singular() {
            return nodes.first().map(|value| Cow::Borrowed(*value));
        }
        Some(Cow::Owned(nodes.into_iter().cloned().collect()))
    }

    /// What it leads to; a name that is not there is a fault, at its place.
    pub fn shape(&self, variables: &Shape, at: usize, faults: &mut Vec<Fault>) -> Shape {
        let Some(mut shape) = field(variables, &self.variable, "there is no variable", at, faults) else { return Shape::Any };
        for (offset, step) in &self.steps {
            let place = at + offset;
            shape = match (step, shape) {
                (Step::Anything, _) | (_, Shape::Any) => return Shape::Any,
                (Step::Name(name), shape @ Shape::Object { .. }) => match field(&shape, name, "there is no", place, faults) {
                    Some(shape) => shape,
                    None => return Shape::Any,
                },
                (Step::Index | Step::Elements, Shape::List(items)) => *items,
                (Step::Elements, Shape::Object { .. }) => Shape::Any,
                (Step::Name(name), Shape::List(_) | Shape::Text) if name == "length" => {
                    faults.push(Fault::new(place, format!("write length({}) for how long it is", &self.text[..*offset])));
                    return Shape::Any;
                }
                (Step::Name(name), other) => {
                    faults.push(Fault::new(place, format!("{} is {other}, which has no {name:?}", &self.text[..*offset])));
                    return Shape::Any;
                }
                (Step::Index | Step::Elements, other) => {
                    faults.push(Fault::new(place, format!("{} is {other}, not a list", &self.text[..*offset])));
                    return Shape::Any;
                }
            };
        }
        if self.is_singular() { shape } else { Shape::List(Box::new(shape)) }
    }
}

fn field(shape: &Shape, name: &str, missing: &str, at: usize, faults: &mut Vec<Fault>) -> Option<Shape> {
    match shape {
        Shape::Object { fields, open } => match fields.get(name) {
            Some(shape) => Some(shape.clone()),
            None if *open => Some(Shape::Any),
            None => {
                let known: Vec<&str> = fields.keys().map(String::as_str).collect();
                faults.push(Fault::new(at, format!("{missing} {name:?}; {}", listing(&known))));
                None
            }
        },
        _ => Some(Shape::Any),
    }
}

/// The path is known to be well formed.
fn steps(text: &str) -> Vec<(usize, Step)> {
    let mut steps = Vec::new();
    let mut at = 1;
    while at < text.len() {
        let tail = &text[at..];
        if tail.starts_with('[') {
            let length = bracket_length(tail).unwrap_or(tail.len());
            steps.push((at, bracket(tail[1..length - 1].trim())));
            at += length;
        } else if tail.starts_with("..") {
            steps.push((at, Step::Anything));
            return steps;
        } else {
            let name = &tail[1..];
            let length = if name.starts_with('*') { 1 } else { name_length(name) };
            steps.push((at, if name.starts_with('*') { Step::Elements } else { Step::Name(name[..length].to_owned()) }));
            // White space may stand between segments.
            at += 1 + length;
        }
    }
    steps
}

fn bracket(inner: &str) -> Step {
    if inner.parse::<i64>().is_ok() {
        return Step::Index;
    }
    let quote = inner.chars().next().filter(|c| matches!(c, '\'' | '"'));
    match quote {
        // One quoted name, without escapes: what is left is "anything", which is never wrong.
        Some(quote) if inner.len() > 1 && inner.ends_with(quote) && !inner[1..inner.len() - 1].contains([quote, '\\']) => {
            Step::Name(inner[1..inner.len() - 1].to_owned())
        }
        None if !inner.contains(',') || inner.starts_with('?') => Step::Elements,
        _ => Step::Anything,
    }
}

/// What stands outside quotes, with its place.
fn unquoted(text: &str) -> impl Iterator<Item = (usize, char)> + '_ {
    let mut quote = None;
    let mut escaped = false;
    text.char_indices().filter(move |(_, c)| {
        match (quote, *c) {
            _ if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), c) if c == open => quote = None,
            (None, c @ ('\'' | '"')) => quote = Some(c),
            (None, _) => return true,
            _ => {}
        }
        false
    })
}

fn names_root_again(text: &str) -> bool {
    unquoted(text).skip(1).any(|(_, c)| c == '$')
}

/// Where brackets and parentheses stand in one another deeper than a parser should follow.
pub(crate) fn too_deep(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    unquoted(text).find_map(|(at, c)| {
        match c {
            '[' | '(' => depth += 1,
            ']' | ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        (depth > MAX_NESTING).then_some(at)
    })
}
