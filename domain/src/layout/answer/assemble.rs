//! The answer that a live document holds: its fields put together, in the order and the shapes that their schemas describe, and checked.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tandem_protocol::FieldError;

use super::{
    Step,
    check::{Data, MAX_SHOWN, check, gather, shown_where, visible_fields},
    key::{Key, read, spelled, target},
};
use crate::layout::tree::{KeptAs, Layout, Output};

/// What a live document has for one field.
#[derive(Clone, Debug, PartialEq)]
pub enum Kept {
    /// A shared text.
    Text(String),
    /// A shared map.
    Map(BTreeMap<String, Value>),
    /// A plain value.
    Value(Value),
    /// Something that is no JSON.
    Other,
}

/// The answer besides its regions, as it is stored. `fields`: those of the live document, by their keys (`spelled_key`); `regions`: its regions as JSON,
/// which rules and conditions are asked about too.
///
/// # Errors
/// Every rule that the answer breaks, as [`check`] says them; a key that is no field of the layout; a field that is to be seen and is kept as something
/// else than it should be.
pub fn assemble(layout: &Layout, fields: &BTreeMap<String, Kept>, regions: &Value, data: &Data) -> Result<Value, Vec<FieldError>> {
    let mut known = Vec::new();
    gather(&layout.root, &mut Vec::new(), &mut known);
    let (mut answer, mut errors) = (json!({}), Vec::new());
    for path in known.iter().filter(|(_, output)| output.kept_as == KeptAs::Regions).filter_map(|(steps, _)| fixed(steps)) {
        *target(&mut answer, &path) = regions.clone();
    }
    let (mut entries, mut room) = (BTreeMap::new(), MAX_SHOWN);
    for (key, kept) in fields {
        let path = read(key).filter(|path| known.iter().any(|(steps, _)| fits(steps, path)) && is_near(path, &mut room));
        let Some(path) = path else {
            errors.push(FieldError { field: key.clone(), rule: "unknown_field".into(), message: format!("the layout has no field {key}") });
            continue;
        };
        // Several cases may share a place: whichever of them this is from, conditions ask about what is there.
        let candidates = known.iter().filter(|(steps, _)| fits(steps, &path));
        if let Some(value) = candidates.into_iter().find_map(|(_, output)| value_of(output, kept)) {
            *target(&mut answer, &path) = value;
        }
        entries.insert(path, kept);
    }
    let seen = visible_fields(layout, &answer, data).list;
    for field in &seen {
        let value = match (field.output.kept_as, entries.get(&field.path)) {
            (KeptAs::Regions, None) => Some(regions.clone()),
            (_, None) => continue,
            (_, Some(kept)) => value_of(field.output, kept),
        };
        match value {
            Some(value) => *target(&mut answer, &field.path) = value,
            None => errors.push(wrong_kind(&field.path, field.output)),
        }
    }
    if errors.is_empty() {
        errors = check(layout, &answer, data);
    }
    if errors.is_empty() { Ok(shown_where(layout, &answer, data, |output| output.kept_as != KeptAs::Regions)) } else { Err(errors) }
}

/// The place, if it is not computed.
fn fixed(steps: &[Step]) -> Option<Vec<Key>> {
    steps.iter().map(|step| if let Step::Field(name) = step { Some(Key::Name(name.clone())) } else { None }).collect()
}

/// Whether a field with these steps may keep its value there.
fn fits(steps: &[Step], path: &[Key]) -> bool {
    let one = |(step, key): (&Step, &Key)| match (step, key) {
        (Step::Field(name), Key::Name(key)) => name == key,
        (Step::Entry, Key::Name(_)) | (Step::Item, Key::Index(_)) => true,
        _ => false,
    };
    steps.len() == path.len() && steps.iter().zip(path).all(one)
}

/// Whether there is room for its indices: lists are as long as their last place, and a stranger says which that is.
fn is_near(path: &[Key], room: &mut usize) -> bool {
    let wanted = path.iter().fold(0_usize, |sum, key| sum.saturating_add(if let Key::Index(index) = key { *index } else { 0 }));
    let left = room.checked_sub(wanted);
    *room = left.unwrap_or(*room);
    left.is_some()
}

/// What was emptied is nothing, as whatever kind it was: a place that several cases share keeps what the last of them left.
fn is_emptied(kept: &Kept) -> bool {
    match kept {
        Kept::Text(text) => text.is_empty(),
        Kept::Map(entries) => entries.is_empty(),
        Kept::Value(value) => value.is_null(),
        Kept::Other => false,
    }
}

/// None: it is not kept as such a field is.
fn value_of(output: &Output, kept: &Kept) -> Option<Value> {
    if is_emptied(kept) {
        return Some(Value::Null);
    }
    Some(match (output.kept_as, kept) {
        (KeptAs::Text, Kept::Text(text)) => text.as_str().into(),
        (KeptAs::Set, Kept::Map(chosen)) if chosen.values().all(|value| *value == Value::Bool(true)) => choices(output, chosen),
        (KeptAs::Items, Kept::Map(items)) if items.values().all(Value::is_object) => sorted(items),
        (KeptAs::Value, Kept::Value(value)) => value.clone(),
        _ => return None,
    })
}

/// In the order of the options; those that data adds, and what is no option, after them.
fn choices(output: &Output, chosen: &BTreeMap<String, Value>) -> Value {
    let options: Vec<&str> =
        output.schema.pointer("/items/enum").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let place = |name: &String| options.iter().position(|option| option == name).unwrap_or(options.len());
    let mut names: Vec<&String> = chosen.keys().collect();
    names.sort_by_key(|name| place(name));
    names.into_iter().map(String::as_str).collect::<Vec<_>>().into()
}

/// By where they begin and end, each with its id.
fn sorted(items: &BTreeMap<String, Value>) -> Value {
    let number = |item: &Value, name: &str| item.get(name).and_then(Value::as_f64).unwrap_or(f64::INFINITY);
    let mut items: Vec<Value> = items
        .iter()
        .map(|(id, item)| {
            let mut item = item.clone();
            item["id"] = id.as_str().into();
            item
        })
        .collect();
    // They come in the order of their ids, and the sort is stable.
    items.sort_by(|a, b| number(a, "start").total_cmp(&number(b, "start")).then(number(a, "end").total_cmp(&number(b, "end"))));
    items.into()
}

fn wrong_kind(path: &[Key], output: &Output) -> FieldError {
    let kind = match output.kept_as {
        KeptAs::Text => "must be a shared text (Y.Text)",
        KeptAs::Set => "must be a shared map (Y.Map) of the chosen values, each true,",
        KeptAs::Items => "must be a shared map (Y.Map) of objects by their ids",
        KeptAs::Value => "must be a plain JSON value",
        KeptAs::Regions => "is no field but the regions",
    };
    let message = format!("{} {kind} in the live document", output.label);
    FieldError { field: spelled(path), rule: "kind".to_owned(), message }
}
