//! Whether an answer is right: each field that is to be seen, with the answer and the task's data as they are.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tandem_protocol::FieldError;

use super::{
    instance::Report,
    is_empty,
    key::{Key, at, spelled, spelled_below, target},
    place::{Place, steps},
    schema::filled,
};
use crate::layout::{
    compile::fits,
    expression::{Expr, Scope, Segment},
    tree::{Layout, Node, Output, Property},
};
use crate::suggest::{hint, nearest};

/// A longer report helps nobody.
const MAX_ERRORS: usize = 100;
/// Fields, and turns of loops around them: lists in lists of a task's data would be without end.
pub(super) const MAX_SHOWN: usize = 100_000;

/// What a layout shows besides the answer; `null` where there is none.
#[derive(Clone, Debug, Default)]
pub struct Data {
    pub input: Value,
    pub context: Value,
    pub ui_context: Value,
}

/// Every rule that an answer breaks, with fields like `annotations[2].label`; empty when all is well. What a field keeps that is not to be seen just
/// now is not asked about: it is no part of the answer ([`shown`]).
#[must_use]
pub fn check(layout: &Layout, answer: &Value, data: &Data) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut add = |field: String, rule: &str, message: String| {
        if errors.len() < MAX_ERRORS {
            errors.push(FieldError { field, rule: rule.to_owned(), message });
        }
    };
    if !answer.is_object() {
        add(String::new(), "type", format!("an answer is an object; this is {}", crate::expression::kind_of(answer)));
        return errors;
    }
    let fields = visible_fields(layout, answer, data);
    if fields.is_full {
        add(String::new(), "max_items", format!("the task's data would show more than {MAX_SHOWN} fields"));
    }
    for field in &fields.list {
        let value = at(answer, &field.path).unwrap_or(&Value::Null);
        let (name, label) = (spelled(&field.path), &field.output.label);
        match (is_empty(value), field.required) {
            (true, true) => add(name, "required", format!("{label} must be filled in")),
            (true, false) => {}
            (false, required) => {
                let schema = if required { filled(field.output.schema.clone()) } else { field.output.schema.clone() };
                for wrong in Report::of(&schema, value) {
                    let what = if wrong.message.starts_with("must") { format!("{label} {}", wrong.message) } else { wrong.message };
                    add(format!("{name}{}", wrong.path), wrong.rule, what);
                }
            }
        }
    }
    let mut all = Vec::new();
    gather(&layout.root, &mut Vec::new(), &mut all);
    let place = Place::all(all.iter().map(|(steps, output)| (steps.clone(), &output.schema, false)));
    unknown(&place, answer, "", &mut add);
    errors
}

/// The answer with what is to be seen and filled in, and nothing else: what is kept of it, and what the layout's output schema describes.
#[must_use]
pub fn shown(layout: &Layout, answer: &Value, data: &Data) -> Value {
    shown_where(layout, answer, data, |_| true)
}

/// [`shown`], of some fields.
pub(super) fn shown_where(layout: &Layout, answer: &Value, data: &Data, is_wanted: impl Fn(&Output) -> bool) -> Value {
    let mut kept = json!({});
    for field in visible_fields(layout, answer, data).list.into_iter().filter(|field| is_wanted(field.output)) {
        if let Some(value) = at(answer, &field.path).filter(|value| !is_empty(value)) {
            *target(&mut kept, &field.path) = value.clone();
        }
    }
    kept
}

/// A field that is to be seen, in one turn of each loop around it.
pub(super) struct Field<'l> {
    pub path: Vec<Key>,
    pub output: &'l Output,
    required: bool,
}

pub(super) struct Fields<'l> {
    pub list: Vec<Field<'l>>,
    /// Variables that are places in a list.
    keys: Vec<&'l str>,
    left: usize,
    is_full: bool,
}

pub(super) fn visible_fields<'l>(layout: &'l Layout, answer: &Value, data: &Data) -> Fields<'l> {
    let variables = json!({
        "input": data.input,
        "output": answer,
        "context": data.context,
        "ui_context": data.ui_context,
        "validation": { "isValid": true, "errors": [] },
    });
    let mut fields = Fields { list: Vec::new(), keys: Vec::new(), left: MAX_SHOWN, is_full: false };
    fields.walk(&layout.root, &mut Scope::of(&variables));
    fields
}

impl<'l> Fields<'l> {
    fn walk<'s>(&mut self, nodes: &'l [Node], scope: &mut Scope<'s>)
    where
        'l: 's,
    {
        for node in nodes {
            if self.left == 0 {
                self.is_full = true;
                return;
            }
            self.left -= 1;
            match node {
                Node::Text { .. } => {}
                Node::Component(component) => {
                    if !is_visible(&component.properties, scope) {
                        continue;
                    }
                    if let Some(output) = &component.output {
                        self.field(output, scope);
                    }
                    self.walk(&component.children, scope);
                }
                Node::Show { when, children, fallback } => {
                    self.walk(if when.expression.holds(scope) { children } else { fallback }, scope);
                }
                Node::Switch { on, cases, default } => {
                    let fitting = cases.iter().find(|case| fits(on, case).holds(scope));
                    self.walk(fitting.map_or(default, |case| &case.children), scope);
                }
                Node::ForEach { items, item, key, children } => {
                    let Value::Array(items) = items.expression.value(scope) else { continue };
                    let depth = scope.locals.len();
                    self.keys.extend(key.as_deref());
                    for (index, value) in items.into_iter().enumerate() {
                        scope.locals.push((item.as_str(), value));
                        scope.locals.extend(key.as_deref().map(|key| (key, index.into())));
                        self.walk(children, scope);
                        scope.locals.truncate(depth);
                    }
                    self.keys.truncate(self.keys.len() - usize::from(key.is_some()));
                }
            }
        }
    }

    fn field(&mut self, output: &'l Output, scope: &Scope<'_>) {
        let required = output.required || output.required_when.as_ref().is_some_and(|when| when.expression.holds(scope));
        if let Some(path) = self.path(&output.path.expression, scope) {
            self.list.push(Field { path, output, required });
        }
    }

    /// None: it is computed from something that is not there, so it has no place.
    fn path(&self, path: &Expr, scope: &Scope<'_>) -> Option<Vec<Key>> {
        let Expr::Path { segments, .. } = path else { return None };
        let key = |segment: &Segment| match segment {
            Segment::Name(name) => Some(Key::Name(name.clone())),
            Segment::Index(index) => usize::try_from(*index).ok().map(Key::Index),
            Segment::Computed(expr) => {
                let is_place =
                    matches!(&**expr, Expr::Local { name, segments } if segments.is_empty() && self.keys.contains(&name.as_str()));
                match expr.value(scope) {
                    Value::Number(number) if is_place => number.as_u64().and_then(|place| usize::try_from(place).ok()).map(Key::Index),
                    Value::Number(number) => Some(Key::Name(number.to_string())),
                    Value::String(name) => Some(Key::Name(name)),
                    _ => None,
                }
            }
        };
        segments.iter().map(key).collect()
    }
}

fn is_visible(properties: &BTreeMap<String, Property>, scope: &Scope<'_>) -> bool {
    match properties.get("visible") {
        Some(Property::Literal { value }) => crate::layout::expression::is_something(value),
        Some(Property::Expression(visible)) => visible.expression.holds(scope),
        _ => true,
    }
}

/// All fields, whether they are to be seen or not.
pub(super) fn gather<'l>(nodes: &'l [Node], keys: &mut Vec<&'l str>, all: &mut Vec<(Vec<super::Step>, &'l Output)>) {
    for node in nodes {
        match node {
            Node::Text { .. } => {}
            Node::Component(component) => {
                all.extend(component.output.iter().map(|output| (steps(&output.path.expression, keys), output)));
                gather(&component.children, keys, all);
            }
            Node::Show { children, fallback, .. } => {
                gather(children, keys, all);
                gather(fallback, keys, all);
            }
            Node::Switch { cases, default, .. } => {
                cases.iter().for_each(|case| gather(&case.children, keys, all));
                gather(default, keys, all);
            }
            Node::ForEach { key, children, .. } => {
                keys.extend(key.as_deref());
                gather(children, keys, all);
                keys.truncate(keys.len() - usize::from(key.is_some()));
            }
        }
    }
}

/// Entries of the answer that no field keeps.
fn unknown(place: &Place, value: &Value, path: &str, add: &mut impl FnMut(String, &str, String)) {
    match (place, value) {
        (Place::Object(fields, _), Value::Object(entries)) => {
            for (name, value) in entries {
                let below = spelled_below(path, name);
                match fields.get(name) {
                    Some(place) => unknown(place, value, &below, add),
                    None => {
                        let suggestion = nearest(name, fields.keys().map(String::as_str));
                        add(below.clone(), "unknown_field", format!("the layout has no field {below}{}", hint(suggestion)));
                    }
                }
            }
        }
        (Place::List(item), Value::Array(items)) => {
            for (index, value) in items.iter().enumerate() {
                unknown(item, value, &format!("{path}[{index}]"), add);
            }
        }
        (Place::Map(entry), Value::Object(entries)) => {
            for (name, value) in entries {
                unknown(entry, value, &spelled_below(path, name), add);
            }
        }
        (Place::Leaf(..) | Place::Any, _) | (_, Value::Null) => {}
        (Place::Object(..) | Place::Map(_), _) => add(path.to_owned(), "type", format!("{path} must be an object")),
        (Place::List(_), _) => add(path.to_owned(), "type", format!("{path} must be a list")),
    }
}
