//! The expressions of layouts: the grammar of workflows' expressions (`crate::expression`), but with what a page needs that follows what people do.
//! What is missing is nothing, never an error; a condition asks whether there is something; `$.a.length` and loop variables (`sentence.text`) are there.
//!
//! An expression becomes an [`Expr`], a small tree that is kept with the compiled layout: browsers evaluate it as people type, the server when they
//! submit. Both must come to the same, so every operation has an answer for all values (`evaluate`).

mod check;
mod evaluate;
mod path;
#[cfg(test)]
mod tests;

use std::{collections::BTreeSet, ops::RangeInclusive};

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(super) use check::{Local, Mistake, Variables};
pub use evaluate::{Scope, is_something};
use path::{Path, Step};

use crate::expression::{Comparison, Dialect, Fault, Kind, Node, Operator, parse};

/// More paths are followed by their variables.
const MAX_DEPENDS: usize = 50;

/// An expression as it is evaluated, in the compiled layout.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "snake_case")]
pub enum Expr {
    Literal {
        value: Value,
    },
    List {
        items: Vec<Expr>,
    },
    /// `$.input.pages[0]`: from a variable of the layout.
    Path {
        from: String,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        segments: Vec<Segment>,
    },
    /// `sentence.text`: from a variable of a loop around it.
    Local {
        name: String,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        segments: Vec<Segment>,
    },
    Not {
        of: Box<Expr>,
    },
    And {
        left: Box<Expr>,
        right: Box<Expr>,
    },
    Or {
        left: Box<Expr>,
        right: Box<Expr>,
    },
    /// `sign`: `==`, `!=`, `<`, `<=`, `>`, `>=`, `in`.
    Compare {
        sign: Sign,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    /// `sign`: `+`, `-`, `*`, `/`, `%`.
    Arithmetic {
        sign: ArithmeticSign,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    Negate {
        of: Box<Expr>,
    },
    Call {
        function: Function,
        arguments: Vec<Expr>,
    },
}

/// One step down: a field's name, a place in a list (negative: from its end), or whichever an expression comes to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Segment {
    Index(i64),
    Name(String),
    Computed(Box<Expr>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sign {
    #[serde(rename = "==")]
    Equal,
    #[serde(rename = "!=")]
    Unequal,
    #[serde(rename = "<")]
    Less,
    #[serde(rename = "<=")]
    LessOrEqual,
    #[serde(rename = ">")]
    Greater,
    #[serde(rename = ">=")]
    GreaterOrEqual,
    #[serde(rename = "in")]
    In,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ArithmeticSign {
    #[serde(rename = "+")]
    Add,
    #[serde(rename = "-")]
    Subtract,
    #[serde(rename = "*")]
    Multiply,
    #[serde(rename = "/")]
    Divide,
    #[serde(rename = "%")]
    Remainder,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Function {
    Length,
    Exists,
    Empty,
    Default,
    If,
    Contains,
    StartsWith,
    EndsWith,
    Lower,
    Upper,
    Trim,
    Concat,
    Join,
    Sum,
    Min,
    Max,
    Round,
    Abs,
}

/// A parsed expression that still knows where its parts stand.
#[derive(Clone, Debug)]
pub(super) struct Expression {
    text: String,
    root: Node<LayoutPaths>,
}

/// Paths of names and places, from `$` or from a loop's variable.
#[derive(Clone, Copy, Debug)]
struct LayoutPaths;

impl Dialect for LayoutPaths {
    type Path = Path;
    type Function = Function;
    const FUNCTIONS: &'static [(&'static str, Function, RangeInclusive<usize>)] = &[
        ("length", Function::Length, 1..=1),
        ("exists", Function::Exists, 1..=1),
        ("empty", Function::Empty, 1..=1),
        ("default", Function::Default, 2..=2),
        ("if", Function::If, 3..=3),
        ("contains", Function::Contains, 2..=2),
        ("starts_with", Function::StartsWith, 2..=2),
        ("ends_with", Function::EndsWith, 2..=2),
        ("lower", Function::Lower, 1..=1),
        ("upper", Function::Upper, 1..=1),
        ("trim", Function::Trim, 1..=1),
        ("concat", Function::Concat, 2..=8),
        ("join", Function::Join, 2..=2),
        ("sum", Function::Sum, 1..=1),
        ("min", Function::Min, 1..=8),
        ("max", Function::Max, 1..=8),
        ("round", Function::Round, 1..=1),
        ("abs", Function::Abs, 1..=1),
    ];
    const NAMES_ARE_PATHS: bool = true;

    fn path(text: String, at: usize) -> Result<Path, Fault> {
        Path::parse(&text, at)
    }

    fn check_call(_: &str, _: Function, _: &[Node<Self>]) -> Result<(), Fault> {
        Ok(())
    }
}

impl Expression {
    /// # Errors
    /// What does not parse, and where.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        Ok(Self { text: text.to_owned(), root: parse(text)? })
    }

    /// A path alone, which is what can be bound.
    pub fn is_path(&self) -> bool {
        matches!(self.root.kind, Kind::Path(_))
    }

    pub fn lower(&self) -> Expr {
        Expr::from(&self.root)
    }

    /// Everything that cannot be right, and what it comes to.
    pub fn check(&self, variables: &Variables, mistakes: &mut Vec<Mistake>) -> crate::expression::Shape {
        check::infer(&self.root, &self.text, variables, mistakes)
    }

    /// The same whatever the variables: its value.
    pub fn constant(&self) -> Option<Value> {
        self.root.has_no_path().then(|| self.lower().value(&Scope::default()))
    }
}

impl From<&Node<LayoutPaths>> for Expr {
    fn from(node: &Node<LayoutPaths>) -> Self {
        let below = |node: &Node<LayoutPaths>| Box::new(Self::from(node));
        let all = |nodes: &[Node<LayoutPaths>]| nodes.iter().map(Self::from).collect();
        match &node.kind {
            Kind::Literal(value) => Self::Literal { value: value.clone() },
            Kind::List(items) => Self::List { items: all(items) },
            Kind::Path(path) => path.lower(),
            Kind::Not(of) => Self::Not { of: below(of) },
            Kind::Both(left, right) => Self::And { left: below(left), right: below(right) },
            Kind::Either(left, right) => Self::Or { left: below(left), right: below(right) },
            Kind::Compare(comparison, left, right) => Self::Compare { sign: (*comparison).into(), left: below(left), right: below(right) },
            Kind::Arithmetic(operator, left, right) => {
                Self::Arithmetic { sign: (*operator).into(), left: below(left), right: below(right) }
            }
            Kind::Negate(of) => Self::Negate { of: below(of) },
            Kind::Call(function, arguments) => Self::Call { function: *function, arguments: all(arguments) },
        }
    }
}

impl From<Comparison> for Sign {
    fn from(comparison: Comparison) -> Self {
        match comparison {
            Comparison::Equal => Self::Equal,
            Comparison::Unequal => Self::Unequal,
            Comparison::Less => Self::Less,
            Comparison::LessOrEqual => Self::LessOrEqual,
            Comparison::Greater => Self::Greater,
            Comparison::GreaterOrEqual => Self::GreaterOrEqual,
            Comparison::In => Self::In,
        }
    }
}

impl From<Operator> for ArithmeticSign {
    fn from(operator: Operator) -> Self {
        match operator {
            Operator::Add => Self::Add,
            Operator::Subtract => Self::Subtract,
            Operator::Multiply => Self::Multiply,
            Operator::Divide => Self::Divide,
            Operator::Remainder => Self::Remainder,
        }
    }
}

impl Expr {
    /// Of the same kind as `==` with a literal.
    #[must_use]
    pub fn equals(self, value: impl Into<Value>) -> Self {
        Self::Compare { sign: Sign::Equal, left: self.into(), right: Self::Literal { value: value.into() }.into() }
    }

    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self::And { left: self.into(), right: other.into() }
    }

    #[must_use]
    pub fn negated(self) -> Self {
        Self::Not { of: self.into() }
    }

    /// The paths whose values it follows, e.g. `$.input.pages`, up to where a path is computed; of very many only the variables they begin with. What a
    /// loop's variable follows is in `locals`.
    #[must_use]
    pub fn depends(&self, locals: &[(String, BTreeSet<String>)]) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        self.gather(locals, &mut found);
        if found.len() > MAX_DEPENDS {
            let variable = |path: String| path.split(['.', '[']).take(2).collect::<Vec<_>>().join(".");
            found = found.into_iter().map(variable).collect();
        }
        found
    }

    /// Operations and paths in it.
    pub(super) fn size(&self) -> usize {
        let below = match self {
            Self::Literal { .. } => 0,
            Self::List { items } | Self::Call { arguments: items, .. } => items.iter().map(Self::size).sum(),
            Self::Not { of } | Self::Negate { of } => of.size(),
            Self::And { left, right }
            | Self::Or { left, right }
            | Self::Compare { left, right, .. }
            | Self::Arithmetic { left, right, .. } => left.size() + right.size(),
            Self::Path { segments, .. } | Self::Local { segments, .. } => {
                segments.len() + computed(segments).map(Self::size).sum::<usize>()
            }
        };
        1 + below
    }

    fn gather(&self, locals: &[(String, BTreeSet<String>)], found: &mut BTreeSet<String>) {
        match self {
            Self::Literal { .. } => {}
            Self::List { items } | Self::Call { arguments: items, .. } => items.iter().for_each(|item| item.gather(locals, found)),
            Self::Not { of } | Self::Negate { of } => of.gather(locals, found),
            Self::And { left, right }
            | Self::Or { left, right }
            | Self::Compare { left, right, .. }
            | Self::Arithmetic { left, right, .. } => {
                left.gather(locals, found);
                right.gather(locals, found);
            }
            Self::Path { from, segments } => {
                found.insert(path::fixed_text(from, segments));
                computed(segments).for_each(|expr| expr.gather(locals, found));
            }
            Self::Local { name, segments } => {
                if let Some((_, paths)) = locals.iter().rev().find(|(known, _)| known == name) {
                    found.extend(paths.iter().cloned());
                }
                computed(segments).for_each(|expr| expr.gather(locals, found));
            }
        }
    }
}

fn computed(segments: &[Segment]) -> impl Iterator<Item = &Expr> {
    segments.iter().filter_map(|segment| match segment {
        Segment::Computed(expr) => Some(&**expr),
        _ => None,
    })
}
