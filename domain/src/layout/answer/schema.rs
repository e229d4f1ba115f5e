//! The JSON Schema (draft 2020-12) of a layout's answers. It describes an answer without the fields that are not to be seen (`shown`). A field that is
//! required on a condition over the answer itself becomes `if` and `then`; on a condition over anything else it is named in `x-required-when`, which
//! says for people what `check` does.

use std::rc::Rc;

use serde_json::{Value, json};

use super::{
    condition::translate,
    place::{Place, Step, steps},
};
use crate::layout::{
    compile::{fits, fits_none},
    expression::{Expr, is_something},
    tree::{Node, Output, Property},
};

/// A field with what must hold for it to be there.
struct Field<'l> {
    output: &'l Output,
    steps: Vec<Step>,
    conditions: Vec<Condition>,
}

#[derive(Clone)]
struct Condition {
    expression: Rc<Expr>,
    /// For people.
    told: Rc<str>,
    /// Operations and paths in it.
    size: usize,
}

impl Condition {
    fn new(expression: Expr, told: impl Into<Rc<str>>) -> Self {
        Self { size: expression.size(), expression: expression.into(), told: told.into() }
    }
}

/// Steps of conditions that are translated, in all: a condition around many fields is said for each of them, and a schema that nobody can read helps
/// nobody.
const MAX_TRANSLATED: usize = 5_000;
/// Letters of a condition told to people.
const MAX_TOLD: usize = 300;

pub(in crate::layout) fn schema(root: &[Node]) -> Value {
    let mut fields = Vec::new();
    gather(root, &mut Walk::default(), &mut fields);
    let always = |field: &Field<'_>| field.output.required && field.conditions.is_empty();
    let place = Place::all(fields.iter().map(|field| (field.steps.clone(), &field.output.schema, always(field))));
    let mut schema = place.schema();
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    let (mut rules, mut told, mut left) = (Vec::new(), Vec::new(), MAX_TRANSLATED);
    for field in fields.iter().filter(|field| !always(field)) {
        let mut conditions = field.conditions.clone();
        if !field.output.required {
            let Some(when) = &field.output.required_when else { continue };
            conditions.push(Condition::new(when.expression.clone(), when.text.as_str()));
        }
        left = left.saturating_sub(conditions.iter().map(|condition| condition.size).sum());
        let translated: Option<Vec<Value>> = match left {
            0 => None,
            _ => conditions.iter().map(|condition| translate(&condition.expression)).collect(),
        };
        match (translated, required_at(&field.steps, &field.output.schema)) {
            (Some(mut conditions), Some(then)) => {
                let condition = if conditions.len() == 1 { conditions.remove(0) } else { json!({ "allOf": conditions }) };
                rules.push(json!({ "if": condition, "then": then }));
            }
            _ => {
                let words: Vec<&str> = conditions.iter().take(MAX_TOLD).map(|condition| &*condition.told).collect();
                let when: String = words.join(" && ").chars().take(MAX_TOLD).collect();
                told.push(json!({ "field": field.output.path.text, "when": when }));
            }
        }
    }
    for (key, list) in [("allOf", rules), ("x-required-when", told)] {
        if !list.is_empty() {
            schema[key] = list.into();
        }
    }
    schema
}

#[derive(Clone, Default)]
struct Walk<'l> {
    conditions: Vec<Condition>,
    keys: Vec<&'l str>,
}

impl<'l> Walk<'l> {
    fn under(&self, condition: Expr, told: String) -> Self {
        let mut walk = self.clone();
        walk.conditions.push(Condition::new(condition, told));
        walk
    }
}

fn gather<'l>(nodes: &'l [Node], walk: &mut Walk<'l>, fields: &mut Vec<Field<'l>>) {
    for node in nodes {
        match node {
            Node::Text { .. } => {}
            Node::Component(component) => {
                let mut below = match component.properties.get("visible") {
                    Some(Property::Expression(visible)) => walk.under(visible.expression.clone(), visible.text.clone()),
                    Some(Property::Literal { value }) if !is_something(value) => {
                        walk.under(Expr::Literal { value: value.clone() }, "never".to_owned())
                    }
                    _ => walk.clone(),
                };
                if let Some(output) = &component.output {
                    let steps = steps(&output.path.expression, &below.keys);
                    fields.push(Field { output, steps, conditions: below.conditions.clone() });
                }
                gather(&component.children, &mut below, fields);
            }
            Node::Show { when, children, fallback } => {
                gather(children, &mut walk.under(when.expression.clone(), when.text.clone()), fields);
                gather(fallback, &mut walk.under(when.expression.clone().negated(), format!("!({})", when.text)), fields);
            }
            Node::ForEach { items, key, children, .. } => {
                let mut below = walk.under(items.expression.clone(), format!("for each of {}", items.text));
                below.keys.extend(key.as_deref());
                gather(children, &mut below, fields);
            }
            Node::Switch { on, cases, default } => {
                for case in cases {
                    let told = format!("{} == {}", on.text, case.values[0]);
                    gather(&case.children, &mut walk.under(fits(on, case), told), fields);
                }
                gather(default, &mut walk.under(fits_none(on, cases), format!("no case of {}", on.text)), fields);
            }
        }
    }
}

/// The field is there and filled; none where data decides how often it is.
fn required_at(steps: &[Step], schema: &Value) -> Option<Value> {
    let Some((first, rest)) = steps.split_first() else { return Some(filled(schema.clone())) };
    let Step::Field(name) = first else { return None };
    Some(json!({ "required": [name], "properties": { name: required_at(rest, schema)? } }))
}

/// Of a value that must be filled in.
pub(super) fn filled(mut schema: Value) -> Value {
    if let Some(choices) = schema.get_mut("anyOf").and_then(Value::as_array_mut) {
        for choice in choices {
            *choice = filled(choice.take());
        }
        return schema;
    }
    let at_least_one = |schema: &mut Value, key: &str| {
        if schema.get(key).and_then(Value::as_u64).is_none_or(|known| known == 0) {
            schema[key] = 1.into();
        }
    };
    match schema.get("type").and_then(Value::as_str) {
        // More than spaces.
        Some("string") if schema.get("enum").is_none() && schema.get("pattern").is_none() => {
            at_least_one(&mut schema, "minLength");
            schema["pattern"] = r"\S".into();
        }
        Some("string") => at_least_one(&mut schema, "minLength"),
        Some("array") => at_least_one(&mut schema, "minItems"),
        // A box that must be ticked.
        Some("boolean") => schema["const"] = true.into(),
        _ => {}
    }
    schema
}

/// Of a value that may be left out.
pub(super) fn optional(schema: Value) -> Value {
    if schema.as_object().is_some_and(serde_json::Map::is_empty) {
        return schema;
    }
    json!({ "anyOf": [schema, { "enum": [null, "", []] }] })
}
