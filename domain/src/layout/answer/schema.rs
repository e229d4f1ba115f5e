//! The JSON Schema (draft 2020-12) of a layout's answers. It describes an answer without the fields that are not to be seen (`shown`). A field that is
//! required on a condition over the answer itself becomes `if` and `then`; on a condition over anything else it is named in `x-required-when`, which
//! says for people what `check` does.

use serde_json::{Value, json};

use super::{
    condition::translate,
    place::{Place, Step, steps},
};
use crate::layout::{
    compile::fits,
    expression::Expr,
    tree::{Node, Output},
};

/// A field with what must hold for it to be there.
struct Field<'l> {
    output: &'l Output,
    steps: Vec<Step>,
    conditions: Vec<Expr>,
    /// The text of the conditions, for people.
    told: Vec<String>,
}

pub(in crate::layout) fn schema(root: &[Node]) -> Value {
    let mut fields = Vec::new();
    gather(root, &mut Walk::default(), &mut fields);
    let always = |field: &Field<'_>| field.output.required && field.conditions.is_empty();
    let place = Place::all(fields.iter().map(|field| (field.steps.clone(), &field.output.schema, always(field))));
    let mut schema = place.schema();
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    let (mut rules, mut told) = (Vec::new(), Vec::new());
    for field in fields.iter().filter(|field| !always(field)) {
        let mut conditions = field.conditions.clone();
        let mut words = field.told.clone();
        if !field.output.required {
            let Some(when) = &field.output.required_when else { continue };
            conditions.push(when.expression.clone());
            words.push(when.text.clone());
        }
        let translated: Option<Vec<Value>> = conditions.iter().map(translate).collect();
        match (translated, required_at(&field.steps, &field.output.schema)) {
            (Some(mut conditions), Some(then)) => {
                let condition = if conditions.len() == 1 { conditions.remove(0) } else { json!({ "allOf": conditions }) };
                rules.push(json!({ "if": condition, "then": then }));
            }
            _ => told.push(json!({ "field": field.output.path.text, "when": words.join(" && ") })),
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
    conditions: Vec<Expr>,
    told: Vec<String>,
    keys: Vec<&'l str>,
}

impl<'l> Walk<'l> {
    fn under(&self, condition: Expr, told: String) -> Self {
        let mut walk = self.clone();
        walk.conditions.push(condition);
        walk.told.push(told);
        walk
    }
}

fn gather<'l>(nodes: &'l [Node], walk: &mut Walk<'l>, fields: &mut Vec<Field<'l>>) {
    for node in nodes {
        match node {
            Node::Text { .. } => {}
            Node::Component(component) => {
                if let Some(output) = &component.output {
                    let mut here = walk.clone();
                    if let Some(visible) = &output.visible {
                        here = here.under(visible.expression.clone(), visible.text.clone());
                    }
                    let steps = steps(&output.path.expression, &here.keys);
                    fields.push(Field { output, steps, conditions: here.conditions, told: here.told });
                }
                let mut below = match component.properties.get("visible") {
                    Some(crate::layout::tree::Property::Expression(visible)) => {
                        walk.under(visible.expression.clone(), visible.text.clone())
                    }
                    _ => walk.clone(),
                };
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
                let mut otherwise = walk.clone();
                for case in cases {
                    let condition = fits(on, case);
                    gather(&case.children, &mut otherwise.under(condition.clone(), format!("{} == {}", on.text, case.values[0])), fields);
                    otherwise = otherwise.under(condition.negated(), format!("{} != {}", on.text, case.values[0]));
                }
                gather(default, &mut otherwise, fields);
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
