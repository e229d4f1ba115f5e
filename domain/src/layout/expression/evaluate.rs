//! What an expression comes to. Every operation answers for all values, and the same in browsers (web evaluates the same trees):
//!
//! - A path that leads nowhere is `null`. `length` as the last name counts a text's letters (Unicode code points), a list's items; of nothing it is 0.
//! - There is *something* unless it is `null`, `false`, 0, an empty text, list or object. `and`, `or`, `not` and conditions ask for that and come to
//!   true or false.
//! - Numbers are equal by value, lists and objects by all they hold. Only two numbers or two texts have an order (texts by code points); between
//!   others every order is false.
//! - Arithmetic with what is no number, or without a finite result, is `null`; so is a function of texts of what is no text.

use std::{borrow::Cow, cmp::Ordering};

use serde_json::Value;

use super::{ArithmeticSign, Expr, Function, Segment, Sign};
use crate::expression::{number_value, same};

/// What paths lead into.
#[derive(Clone, Debug, Default)]
pub struct Scope<'v> {
    /// `input`, `output`, `context`, ... as one object.
    pub variables: Cow<'v, Value>,
    /// Variables of the loops around, the innermost last.
    pub locals: Vec<(&'v str, Value)>,
}

impl<'v> Scope<'v> {
    #[must_use]
    pub fn of(variables: &'v Value) -> Self {
        Self { variables: Cow::Borrowed(variables), locals: Vec::new() }
    }

    fn local(&self, name: &str) -> Option<&Value> {
        self.locals.iter().rev().find(|(known, _)| *known == name).map(|(_, value)| value)
    }
}

/// Not `null`, `false`, 0, or an empty text, list or object.
#[must_use]
pub fn is_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(entries) => !entries.is_empty(),
    }
}

impl Expr {
    #[must_use]
    pub fn value(&self, scope: &Scope<'_>) -> Value {
        self.find(scope).into_owned()
    }

    /// Whether it comes to something.
    #[must_use]
    pub fn holds(&self, scope: &Scope<'_>) -> bool {
        is_something(&self.find(scope))
    }

    fn find<'s>(&'s self, scope: &'s Scope<'_>) -> Cow<'s, Value> {
        let owned = Cow::Owned;
        match self {
            Self::Literal { value } => Cow::Borrowed(value),
            Self::List { items } => owned(items.iter().map(|item| item.value(scope)).collect()),
            Self::Path { from, segments } => follow(scope.variables.get(from), segments, scope),
            Self::Local { name, segments } => follow(scope.local(name), segments, scope),
            Self::Not { of } => owned((!of.holds(scope)).into()),
            Self::And { left, right } => owned((left.holds(scope) && right.holds(scope)).into()),
            Self::Or { left, right } => owned((left.holds(scope) || right.holds(scope)).into()),
            Self::Compare { sign, left, right } => owned(compare(*sign, &left.find(scope), &right.find(scope)).into()),
            Self::Arithmetic { sign, left, right } => owned(arithmetic(*sign, &left.find(scope), &right.find(scope))),
            Self::Negate { of } => owned(number(of.find(scope).as_f64().map(|number| -number))),
            Self::Call { function, arguments } => call(*function, arguments, scope),
        }
    }
}

const NULL: &Value = &Value::Null;

fn follow<'s>(start: Option<&'s Value>, segments: &'s [Segment], scope: &'s Scope<'_>) -> Cow<'s, Value> {
    let mut at = start.unwrap_or(NULL);
    for (place, segment) in segments.iter().enumerate() {
        let step = match segment {
            Segment::Computed(expr) => match expr.value(scope) {
                Value::String(name) => Segment::Name(name),
                Value::Number(number) => number.as_i64().map_or_else(|| Segment::Name(number.to_string()), Segment::Index),
                _ => return Cow::Borrowed(NULL),
            },
            fixed => fixed.clone(),
        };
        at = match (&step, at) {
            (Segment::Name(name), Value::Object(entries)) => entries.get(name).unwrap_or(NULL),
            (Segment::Name(name), at) if name == "length" && place + 1 == segments.len() => return Cow::Owned(length(at)),
            (Segment::Index(index), Value::Array(items)) => {
                let place = if *index < 0 {
                    usize::try_from(-index).ok().and_then(|back| items.len().checked_sub(back))
                } else {
                    usize::try_from(*index).ok()
                };
                place.and_then(|place| items.get(place)).unwrap_or(NULL)
            }
            // `answers[sentence.id]` where the id is a number.
            (Segment::Index(index), Value::Object(entries)) => entries.get(&index.to_string()).unwrap_or(NULL),
            _ => NULL,
        };
    }
    Cow::Borrowed(at)
}

fn length(value: &Value) -> Value {
    match value {
        Value::String(text) => text.chars().count().into(),
        Value::Array(items) => items.len().into(),
        Value::Object(entries) => entries.len().into(),
        Value::Null => 0.into(),
        _ => Value::Null,
    }
}

fn compare(sign: Sign, left: &Value, right: &Value) -> bool {
    let order = || match (left, right) {
        (Value::Number(l), Value::Number(r)) => l.as_f64().zip(r.as_f64()).and_then(|(l, r)| l.partial_cmp(&r)),
        (Value::String(l), Value::String(r)) => Some(l.cmp(r)),
        _ => None,
    };
    match sign {
        Sign::Equal => same(left, right),
        Sign::Unequal => !same(left, right),
        Sign::In => contains(right, left),
        Sign::Less => order() == Some(Ordering::Less),
        Sign::LessOrEqual => order().is_some_and(Ordering::is_le),
        Sign::Greater => order() == Some(Ordering::Greater),
        Sign::GreaterOrEqual => order().is_some_and(Ordering::is_ge),
    }
}

fn contains(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Array(items), part) => items.iter().any(|item| same(item, part)),
        (Value::String(text), Value::String(part)) => text.contains(part.as_str()),
        _ => false,
    }
}

/// Null: there is none, or none that is finite.
fn number(number: Option<f64>) -> Value {
    number.filter(|number| number.is_finite()).map_or(Value::Null, number_value)
}

fn arithmetic(sign: ArithmeticSign, left: &Value, right: &Value) -> Value {
    number(left.as_f64().zip(right.as_f64()).map(|(left, right)| match sign {
        ArithmeticSign::Add => left + right,
        ArithmeticSign::Subtract => left - right,
        ArithmeticSign::Multiply => left * right,
        ArithmeticSign::Divide => left / right,
        ArithmeticSign::Remainder => left % right,
    }))
}

fn call<'s>(function: Function, arguments: &'s [Expr], scope: &'s Scope<'_>) -> Cow<'s, Value> {
    let first = arguments.first().map_or(Cow::Borrowed(NULL), |argument| argument.find(scope));
    let other = |at: usize| arguments.get(at).map_or(Cow::Borrowed(NULL), |argument| argument.find(scope));
    let text = |change: fn(&str) -> String| first.as_str().map_or(Value::Null, |text| change(text).into());
    let pair = |holds: fn(&str, &str) -> bool| first.as_str().zip(other(1).as_str()).is_some_and(|(text, part)| holds(text, part)).into();
    Cow::Owned(match function {
        Function::Length => length(&first),
        Function::Exists => (!first.is_null()).into(),
        Function::Empty => (!is_something(&first)).into(),
        Function::Default if first.is_null() => return other(1),
        Function::Default => return first,
        Function::If => return other(if is_something(&first) { 1 } else { 2 }),
        Function::Contains => contains(&first, &other(1)).into(),
        Function::StartsWith => pair(|text, part| text.starts_with(part)),
        Function::EndsWith => pair(|text, part| text.ends_with(part)),
        Function::Lower => text(str::to_lowercase),
        Function::Upper => text(str::to_uppercase),
        Function::Trim => text(|text| text.trim().to_owned()),
        Function::Concat => arguments.iter().map(|argument| written(&argument.find(scope))).collect::<String>().into(),
        Function::Join => match &*first {
            Value::Array(items) => items.iter().map(written).collect::<Vec<_>>().join(&written(&other(1))).into(),
            _ => Value::Null,
        },
        Function::Sum => match &*first {
            Value::Array(items) => number(Some(items.iter().filter_map(Value::as_f64).sum())),
            _ => Value::Null,
        },
        Function::Min => number(numbers(&first, arguments, scope).into_iter().reduce(f64::min)),
        Function::Max => number(numbers(&first, arguments, scope).into_iter().reduce(f64::max)),
        // A half goes up, as JavaScript rounds.
        Function::Round => number(first.as_f64().map(|number| (number + 0.5).floor())),
        Function::Abs => number(first.as_f64().map(f64::abs)),
    })
}

/// Of a list, or of all arguments.
fn numbers(first: &Value, arguments: &[Expr], scope: &Scope<'_>) -> Vec<f64> {
    match first {
        Value::Array(items) if arguments.len() == 1 => items.iter().filter_map(Value::as_f64).collect(),
        _ => arguments.iter().filter_map(|argument| argument.find(scope).as_f64()).collect(),
    }
}

/// As people read it; nothing is an empty text.
fn written(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
