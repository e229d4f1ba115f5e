//! A condition over the answer as a JSON Schema that holds for the same answers. What schemas cannot say (other variables, arithmetic, functions) is none.

use serde_json::{Value, json};

use crate::layout::expression::{Expr, Segment, Sign};

pub(super) fn translate(condition: &Expr) -> Option<Value> {
    match condition {
        Expr::And { left, right } => Some(json!({ "allOf": [translate(left)?, translate(right)?] })),
        Expr::Or { left, right } => Some(json!({ "anyOf": [translate(left)?, translate(right)?] })),
        Expr::Not { of } => Some(json!({ "not": translate(of)? })),
        // There is something.
        Expr::Path { .. } => at(condition, json!({ "not": { "enum": [null, false, 0, "", [], {}] } })),
        Expr::Compare { sign, left, right } => compare(*sign, left, right),
        _ => None,
    }
}

fn compare(sign: Sign, left: &Expr, right: &Expr) -> Option<Value> {
    let (field, sign, value) = match (left, right) {
        (field, Expr::Literal { value }) => (field, sign, value.clone()),
        (Expr::Literal { value }, field) => (field, mirrored(sign)?, value.clone()),
        (field, Expr::List { items }) => {
            let values: Option<Value> =
                items.iter().map(|item| if let Expr::Literal { value } = item { Some(value.clone()) } else { None }).collect();
            (field, sign, values?)
        }
        _ => return None,
    };
    match (sign, &value) {
        // What is missing equals null; a schema would have to say so in two ways.
        (_, Value::Null) => None,
        (Sign::Equal, value) => at(field, json!({ "const": value })),
        (Sign::Unequal, value) => Some(json!({ "not": at(field, json!({ "const": value }))? })),
        (Sign::In, Value::Array(values)) if !values.contains(&Value::Null) => at(field, json!({ "enum": values })),
        (Sign::Less, Value::Number(number)) => at(field, json!({ "type": "number", "exclusiveMaximum": number })),
        (Sign::LessOrEqual, Value::Number(number)) => at(field, json!({ "type": "number", "maximum": number })),
        (Sign::Greater, Value::Number(number)) => at(field, json!({ "type": "number", "exclusiveMinimum": number })),
        (Sign::GreaterOrEqual, Value::Number(number)) => at(field, json!({ "type": "number", "minimum": number })),
        _ => None,
    }
}

/// The same with its sides changed.
fn mirrored(sign: Sign) -> Option<Sign> {
    Some(match sign {
        Sign::Equal | Sign::Unequal => sign,
        Sign::Less => Sign::Greater,
        Sign::LessOrEqual => Sign::GreaterOrEqual,
        Sign::Greater => Sign::Less,
        Sign::GreaterOrEqual => Sign::LessOrEqual,
        Sign::In => return None,
    })
}

/// `schema` holds for the field of the answer that the path leads to.
fn at(path: &Expr, schema: Value) -> Option<Value> {
    let Expr::Path { from, segments } = path else { return None };
    if from != "output" || segments.is_empty() {
        return None;
    }
    segments.iter().rev().enumerate().try_fold(schema, |below, (index, segment)| match segment {
        Segment::Name(name) if index > 0 || name != "length" => Some(json!({ "required": [name], "properties": { name: below } })),
        _ => None,
    })
}
