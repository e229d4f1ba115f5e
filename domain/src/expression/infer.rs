//! What an expression comes to, before anything runs.

use std::borrow::Cow;

use serde_json::Value;

use super::{Comparison, Fault, Function, JsonPaths, Kind, Operator, Shape, evaluate::evaluate};

type Node = super::Node<JsonPaths>;

pub(super) fn infer(node: &Node, variables: &Shape, faults: &mut Vec<Fault>) -> Shape {
    let known = faults.len();
    let shape = infer_kind(node, variables, faults);
    // What names no variable fails now as it always would.
    if faults.len() == known
        && node.has_no_path()
        && let Err(fault) = evaluate(node, &Value::Null)
    {
        faults.push(fault);
    }
    shape
}

fn infer_kind(node: &Node, variables: &Shape, faults: &mut Vec<Fault>) -> Shape {
    match &node.kind {
        Kind::Literal(value) => of_value(value),
        Kind::Path(path) => path.shape(variables, node.at, faults),
        Kind::List(items) => {
            let mut shapes = items.iter().map(|item| infer(item, variables, faults)).collect::<Vec<_>>();
            let first = shapes.pop().unwrap_or(Shape::Any);
            Shape::list(if shapes.iter().all(|shape| *shape == first) { first } else { Shape::Any })
        }
        Kind::Not(inner) => {
            condition(inner, variables, faults);
            Shape::Bool
        }
        Kind::Both(left, right) | Kind::Either(left, right) => {
            condition(left, variables, faults);
            condition(right, variables, faults);
            Shape::Bool
        }
        Kind::Compare(comparison, left, right) => {
            let (l, r) = (infer(left, variables, faults), infer(right, variables, faults));
            compare(*comparison, node.at, (left, &l), (right, &r), faults);
            Shape::Bool
        }
        Kind::Negate(inner) => {
            number(inner, variables, faults);
            Shape::Number
        }
        Kind::Arithmetic(operator, left, right) => {
            number(left, variables, faults);
            number(right, variables, faults);
            let divides = matches!(operator, Operator::Divide | Operator::Remainder);
            if divides && !left.has_no_path() && constant(right).and_then(|value| value.as_f64()) == Some(0.0) {
                faults.push(Fault::new(node.at, "a division by zero"));
            }
            Shape::Number
        }
        Kind::Call(function, arguments) => call(*function, arguments, variables, faults),
    }
}

fn constant(node: &Node) -> Option<Value> {
    node.has_no_path().then(|| evaluate(node, &Value::Null).ok()).flatten().flatten().map(Cow::into_owned)
}

/// It must be true or false.
pub(super) fn condition(node: &Node, variables: &Shape, faults: &mut Vec<Fault>) {
    let shape = infer(node, variables, faults);
    if !matches!(shape, Shape::Bool | Shape::Any) {
        faults.push(Fault::new(node.at, format!("this is {shape}, which is neither true nor false")));
    }
}

fn number(node: &Node, variables: &Shape, faults: &mut Vec<Fault>) {
    let shape = infer(node, variables, faults);
    if !matches!(shape, Shape::Number | Shape::Any) {
        faults.push(Fault::new(node.at, format!("this is {shape}, not a number")));
    }
}

fn compare(comparison: Comparison, at: usize, left: (&Node, &Shape), right: (&Node, &Shape), faults: &mut Vec<Fault>) {
    match comparison {
        Comparison::Equal | Comparison::Unequal => {
            if !left.1.may_meet(right.1) {
                faults.push(Fault::new(at, format!("{} never equals {}", left.1, right.1)));
            }
        }
        Comparison::In => {
            if !matches!(right.1, Shape::List(_) | Shape::Text | Shape::Any) {
                faults.push(Fault::new(right.0.at, format!("this is {}, neither a list nor a text", right.1)));
            }
        }
        _ => {
            for (node, shape) in [left, right] {
                if !matches!(shape, Shape::Number | Shape::Text | Shape::Any) {
                    faults.push(Fault::new(node.at, format!("this is {shape}; only numbers and texts have an order")));
                    return;
                }
            }
            if !left.1.may_meet(right.1) {
                faults.push(Fault::new(at, format!("{} has no order with {}", left.1, right.1)));
            }
        }
    }
}

fn call(function: Function, arguments: &[Node], variables: &Shape, faults: &mut Vec<Fault>) -> Shape {
    let mut shapes = arguments.iter().map(|argument| infer(argument, variables, faults)).collect::<Vec<_>>().into_iter();
    let first = shapes.next().unwrap_or(Shape::Any);
    match function {
        Function::Length => {
            if matches!(first, Shape::Null | Shape::Bool | Shape::Number) {
                faults.push(Fault::new(arguments[0].at, format!("this is {first}, which has no length")));
            }
            Shape::Number
        }
        Function::Count => Shape::Number,
        Function::Exists => Shape::Bool,
        Function::Default => match shapes.next() {
            Some(second) if second == first => first,
            _ => Shape::Any,
        },
        Function::Contains => {
            if !matches!(first, Shape::List(_) | Shape::Text | Shape::Any) {
                faults.push(Fault::new(arguments[0].at, format!("this is {first}, neither a list nor a text")));
            }
            Shape::Bool
        }
    }
}

fn of_value(value: &Value) -> Shape {
    match value {
        Value::Null => Shape::Null,
        Value::Bool(_) => Shape::Bool,
        Value::Number(_) => Shape::Number,
        Value::String(_) => Shape::Text,
        Value::Array(_) => Shape::list(Shape::Any),
        Value::Object(_) => Shape::Object { fields: std::collections::BTreeMap::new(), open: true },
    }
}
