//! A tree into a value.

use std::{borrow::Cow, cmp::Ordering};

use serde_json::Value;

use super::{Comparison, Fault, Function, JsonPaths, Kind, Operator, Scope, kind_of, parse::number_value};

type Node = super::Node<JsonPaths>;

/// None: a path that points at nothing.
type Found<'v> = Option<Cow<'v, Value>>;

pub(super) fn evaluate<'v>(node: &'v Node, scope: &'v dyn Scope) -> Result<Found<'v>, Fault> {
    let owned = |value: Value| Ok(Some(Cow::Owned(value)));
    match &node.kind {
        Kind::Literal(value) => Ok(Some(Cow::Borrowed(value))),
        Kind::Path(path) => Ok(path.find(scope)),
        Kind::List(items) => {
            let values =
                items.iter().map(|item| Ok(evaluate(item, scope)?.map_or(Value::Null, Cow::into_owned))).collect::<Result<_, Fault>>()?;
            owned(Value::Array(values))
        }
        Kind::Not(_) | Kind::Both(..) | Kind::Either(..) | Kind::Compare(..) => owned(Value::Bool(test(node, scope)?)),
        Kind::Negate(inner) => owned(number_value(-number(inner, scope)?)),
        Kind::Arithmetic(operator, left, right) => {
            let (left, right) = (number(left, scope)?, number(right, scope)?);
            let result = match operator {
                Operator::Add => left + right,
                Operator::Subtract => left - right,
                Operator::Multiply => left * right,
                Operator::Divide => left / right,
                Operator::Remainder => left % right,
            };
            if !result.is_finite() {
                return Err(Fault::new(node.at, format!("{left} {} {right} is not a finite number", operator.sign())));
            }
            owned(number_value(result))
        }
        Kind::Call(function, arguments) => call(*function, arguments, scope),
    }
}

pub(super) fn test(node: &Node, scope: &dyn Scope) -> Result<bool, Fault> {
    match &node.kind {
        Kind::Not(inner) => Ok(!test(inner, scope)?),
        Kind::Both(left, right) => Ok(test(left, scope)? && test(right, scope)?),
        Kind::Either(left, right) => Ok(test(left, scope)? || test(right, scope)?),
        Kind::Compare(comparison, left, right) => {
            let (found_left, found_right) = (evaluate(left, scope)?, evaluate(right, scope)?);
            match comparison {
                Comparison::Equal => Ok(equal(&found_left, &found_right)),
                Comparison::Unequal => Ok(!equal(&found_left, &found_right)),
                Comparison::In => contains(found_right.as_deref(), found_left.as_deref(), right),
                _ => order(*comparison, node.at, (left, &found_left), (right, &found_right)),
            }
        }
        _ => match evaluate(node, scope)?.as_deref() {
            Some(Value::Bool(answer)) => Ok(*answer),
            found => Err(Fault::new(node.at, format!("{} is neither true nor false", say(node, found)))),
        },
    }
}

fn say(node: &Node, found: Option<&Value>) -> String {
    let what = found.map_or("nothing", kind_of);
    match &node.kind {
        Kind::Path(path) if found.is_none() => format!("{} points at nothing and", path.text),
        Kind::Path(path) => format!("{}, {what},", path.text),
        _ => what.to_owned(),
    }
}

fn number(node: &Node, scope: &dyn Scope) -> Result<f64, Fault> {
    let found = evaluate(node, scope)?;
    found.as_deref().and_then(Value::as_f64).ok_or_else(|| Fault::new(node.at, format!("{} is not a number", say(node, found.as_deref()))))
}

/// Nothing equals null.
fn equal(left: &Found<'_>, right: &Found<'_>) -> bool {
    same(left.as_deref().unwrap_or(&Value::Null), right.as_deref().unwrap_or(&Value::Null))
}

/// Numbers by value: 1 is 1.0.
pub(crate) fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left == right || left.as_f64() == right.as_f64(),
        (Value::Array(left), Value::Array(right)) => left.len() == right.len() && left.iter().zip(right).all(|(l, r)| same(l, r)),
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len() && left.iter().all(|(key, l)| right.get(key).is_some_and(|r| same(l, r)))
        }
        _ => left == right,
    }
}

fn order(comparison: Comparison, at: usize, left: (&Node, &Found<'_>), right: (&Node, &Found<'_>)) -> Result<bool, Fault> {
    let ordering = match (left.1.as_deref(), right.1.as_deref()) {
        (Some(Value::Number(l)), Some(Value::Number(r))) => l.as_f64().zip(r.as_f64()).and_then(|(l, r)| l.partial_cmp(&r)),
        (Some(Value::String(l)), Some(Value::String(r))) => Some(l.cmp(r)),
        _ => None,
    };
    let Some(ordering) = ordering else {
        let (l, r) = (say(left.0, left.1.as_deref()), say(right.0, right.1.as_deref()));
        return Err(Fault::new(at, format!("{l} cannot be compared by {} with {r}", comparison.sign()).replace(", cannot", " cannot")));
    };
    Ok(match comparison {
        Comparison::Less => ordering == Ordering::Less,
        Comparison::LessOrEqual => ordering != Ordering::Greater,
        Comparison::Greater => ordering == Ordering::Greater,
        _ => ordering != Ordering::Less,
    })
}

fn contains(whole: Option<&Value>, part: Option<&Value>, node: &Node) -> Result<bool, Fault> {
    let part = part.unwrap_or(&Value::Null);
    match whole {
        Some(Value::Array(items)) => Ok(items.iter().any(|item| same(item, part))),
        Some(Value::String(text)) => match part {
            Value::String(part) => Ok(text.contains(part.as_str())),
            other => Err(Fault::new(node.at, format!("a text cannot contain {}", kind_of(other)))),
        },
        found => Err(Fault::new(node.at, format!("{} is neither a list nor a text", say(node, found)))),
    }
}

fn call<'v>(function: Function, arguments: &'v [Node], scope: &'v dyn Scope) -> Result<Found<'v>, Fault> {
    let first = &arguments[0];
    let found = evaluate(first, scope)?;
    let count = |length: usize| Ok(Some(Cow::Owned(Value::from(length))));
    let singular = matches!(&first.kind, Kind::Path(path) if path.is_singular());
    match function {
        Function::Length => match found.as_deref() {
            Some(Value::String(text)) => count(text.chars().count()),
            Some(Value::Array(items)) => count(items.len()),
            Some(Value::Object(entries)) => count(entries.len()),
            found => Err(Fault::new(first.at, format!("{} has no length", say(first, found)))),
        },
        Function::Count => match found.as_deref() {
            Some(Value::Array(nodes)) if !singular => count(nodes.len()),
            found => count(found.iter().count()),
        },
        Function::Exists => {
            let some = match found.as_deref() {
                Some(Value::Array(nodes)) if !singular => !nodes.is_empty(),
                found => found.is_some(),
            };
            Ok(Some(Cow::Owned(Value::Bool(some))))
        }
        Function::Default => match found.as_deref() {
            None | Some(Value::Null) => evaluate(&arguments[1], scope),
            Some(_) => Ok(found),
        },
        Function::Contains => {
            let part = evaluate(&arguments[1], scope)?;
            Ok(Some(Cow::Owned(Value::Bool(contains(found.as_deref(), part.as_deref(), first)?))))
        }
    }
}
