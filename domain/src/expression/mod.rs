//! The expressions of workflows: JSONPath (RFC 9535) with comparisons, boolean operators and a little arithmetic, e.g.
//! `$.step_output.agreement_score >= 0.9 && !($.input.kind == "pdf")`.
//!
//! A path starts with a name: a variable of the [`Scope`]. What cannot be answered is a [`Fault`], never a silent "false": an order between things
//! that have none, a condition that is neither true nor false. A path that points at nothing equals `null`; `exists` and `default` ask about it.

mod evaluate;
mod infer;
mod parse;
mod path;
mod shape;
#[cfg(test)]
mod tests;
pub(crate) mod token;

use std::{borrow::Cow, fmt::Debug, ops::RangeInclusive};

use serde_json::Value;

pub(crate) use evaluate::same;
pub(crate) use parse::{number_value, parse};
pub(crate) use path::{MAX_NESTING, too_deep};
pub use shape::Shape;

/// What an expression may ask about.
pub trait Scope {
    /// What `$.name` starts at.
    fn variable(&self, name: &str) -> Option<&Value>;
    /// All variables as one object, for filters that look at `$` themselves.
    fn whole(&self) -> Value;
}

impl Scope for Value {
    fn variable(&self, name: &str) -> Option<&Value> {
        self.get(name)
    }

    fn whole(&self) -> Value {
        self.clone()
    }
}

/// What is wrong, and where in the expression (a byte offset).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at position {}: {reason}", at + 1)]
pub struct Fault {
    pub at: usize,
    pub reason: String,
}

impl Fault {
    pub(crate) fn new(at: usize, reason: impl Into<String>) -> Self {
        Self { at, reason: reason.into() }
    }
}

/// A parsed expression.
#[derive(Clone, Debug)]
pub struct Expression {
    text: String,
    root: Node<JsonPaths>,
}

impl Expression {
    /// # Errors
    /// What does not parse, and where.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        Ok(Self { text: text.to_owned(), root: parse::parse(text)? })
    }

    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its value; `null` if it is a path that points at nothing.
    ///
    /// # Errors
    /// What cannot be answered.
    pub fn value(&self, scope: &dyn Scope) -> Result<Value, Fault> {
        Ok(evaluate::evaluate(&self.root, scope)?.map_or(Value::Null, Cow::into_owned))
    }

    /// Its answer, when it is a condition.
    ///
    /// # Errors
    /// What cannot be answered, e.g. that it is neither true nor false.
    pub fn test(&self, scope: &dyn Scope) -> Result<bool, Fault> {
        evaluate::test(&self.root, scope)
    }

    /// Everything that cannot be right, given what the variables look like.
    #[must_use]
    pub fn check(&self, variables: &Shape) -> Vec<Fault> {
        let mut faults = Vec::new();
        infer::infer(&self.root, variables, &mut faults);
        faults
    }

    /// [`Self::check`], and that it is a condition.
    #[must_use]
    pub fn check_condition(&self, variables: &Shape) -> Vec<Fault> {
        let mut faults = Vec::new();
        infer::condition(&self.root, variables, &mut faults);
        faults
    }

    /// It is the same whatever the variables: its value, else nothing.
    #[must_use]
    pub fn constant(&self) -> Option<Value> {
        self.root.has_no_path().then(|| self.value(&Value::Null).ok()).flatten()
    }
}

/// What the languages of this grammar differ in. Words, precedence and limits are the same for all: whoever has learnt one has learnt the others.
pub(crate) trait Dialect: Clone + Debug {
    type Path: Clone + Debug + 'static;
    type Function: Copy + Debug + 'static;
    /// Each with how many arguments it takes.
    const FUNCTIONS: &'static [(&'static str, Self::Function, RangeInclusive<usize>)];
    /// A name without a `$` is a path too, e.g. `sentence.text`.
    const NAMES_ARE_PATHS: bool;

    /// # Errors
    /// What is no path, and where; `at` is where the path begins.
    fn path(text: String, at: usize) -> Result<Self::Path, Fault>;

    /// # Errors
    /// Arguments that the function cannot have, whatever they come to.
    fn check_call(name: &str, function: Self::Function, arguments: &[Node<Self>]) -> Result<(), Fault>;
}

/// A place in a parsed expression.
#[derive(Clone, Debug)]
pub(crate) struct Node<D: Dialect> {
    pub at: usize,
    pub kind: Kind<D>,
}

#[derive(Clone, Debug)]
pub(crate) enum Kind<D: Dialect> {
    Literal(Value),
    List(Vec<Node<D>>),
    Path(D::Path),
    Not(Box<Node<D>>),
    Both(Box<Node<D>>, Box<Node<D>>),
    Either(Box<Node<D>>, Box<Node<D>>),
    Compare(Comparison, Box<Node<D>>, Box<Node<D>>),
    Arithmetic(Operator, Box<Node<D>>, Box<Node<D>>),
    Negate(Box<Node<D>>),
    Call(D::Function, Vec<Node<D>>),
}

/// Of workflows: JSONPath, and five functions.
#[derive(Clone, Copy, Debug)]
struct JsonPaths;

impl Dialect for JsonPaths {
    type Path = path::Path;
    type Function = Function;
    const FUNCTIONS: &'static [(&'static str, Function, RangeInclusive<usize>)] = &[
        ("length", Function::Length, 1..=1),
        ("count", Function::Count, 1..=1),
        ("exists", Function::Exists, 1..=1),
        ("default", Function::Default, 2..=2),
        ("contains", Function::Contains, 2..=2),
    ];
    const NAMES_ARE_PATHS: bool = false;

    fn path(text: String, at: usize) -> Result<path::Path, Fault> {
        path::Path::parse(text, at)
    }

    fn check_call(name: &str, function: Function, arguments: &[Node<Self>]) -> Result<(), Fault> {
        if matches!(function, Function::Count | Function::Exists) && !matches!(arguments[0].kind, Kind::Path(_)) {
            return Err(Fault::new(arguments[0].at, format!("{name} asks about a path")));
        }
        Ok(())
    }
}

impl<D: Dialect> Node<D> {
    pub fn has_no_path(&self) -> bool {
        match &self.kind {
            Kind::Literal(_) => true,
            Kind::Path(_) => false,
            Kind::List(items) | Kind::Call(_, items) => items.iter().all(Self::has_no_path),
            Kind::Not(inner) | Kind::Negate(inner) => inner.has_no_path(),
            Kind::Both(left, right) | Kind::Either(left, right) | Kind::Compare(_, left, right) | Kind::Arithmetic(_, left, right) => {
                left.has_no_path() && right.has_no_path()
            }
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
}

impl Comparison {
    pub fn sign(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::Unequal => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::In => "in",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

impl Operator {
    pub fn sign(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Remainder => "%",
        }
    }
}

/// `length` and `count` as in RFC 9535; the others ask about what may be missing or inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Function {
    Length,
    Count,
    Exists,
    Default,
    Contains,
}

/// What a value is, in a sentence.
pub(crate) fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// What there is instead; of very many only the first, lest every wrong name repeats the whole document.
pub(crate) fn listing(known: &[&str]) -> String {
    const SHOWN: usize = 20;
    match known.len() {
        0 => "there is none".to_owned(),
        count if count > SHOWN => format!("there is {} and {} more", known[..SHOWN].join(", "), count - SHOWN),
        _ => format!("there is {}", known.join(", ")),
    }
}
