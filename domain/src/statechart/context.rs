//! What a context looks like when nobody says it: what it begins with, and whatever is assigned.

use crate::{expression::Shape, ordered::Json};

/// Without a schema. Nothing writes to a context but `xstate.assign`, so a path to anything else is a slip of the pen.
pub(super) fn written_context(root: &Json) -> Shape {
    let beginning: &[(String, Json)] = match root.get("context") {
        None => &[],
        Some(Json::Object(entries)) if entries.first().is_none_or(|(key, _)| !key.starts_with('$')) => entries,
        Some(_) => return Shape::Any,
    };
    let mut assigned = Vec::new();
    collect(root, &mut assigned);
    let first = beginning.iter().map(|(key, value)| {
        let stays = !assigned.contains(&key.as_str());
        (key.as_str(), if stays { of(value) } else { Shape::Any })
    });
    Shape::object(assigned.iter().map(|key| (*key, Shape::Any)).chain(first))
}

/// Every field that an assignment names, wherever it stands.
fn collect<'j>(json: &'j Json, found: &mut Vec<&'j str>) {
    match json {
        Json::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Json::Object(entries) => {
            if json.get("type").and_then(Json::as_str) == Some("xstate.assign") {
                let fields = json.get("assignment").and_then(Json::entries).unwrap_or_default();
                found.extend(fields.iter().map(|(field, _)| field.as_str()));
            }
            entries.iter().for_each(|(_, inner)| collect(inner, found));
        }
        _ => {}
    }
}

/// Of a value that is written out and never changes; a computed one may be anything.
fn of(json: &Json) -> Shape {
    match json {
        Json::Null => Shape::Null,
        Json::Bool(_) => Shape::Bool,
        Json::Number(_) => Shape::Number,
        Json::String(_) => Shape::Text,
        Json::Array(_) => Shape::list(Shape::Any),
        Json::Object(entries) if entries.iter().any(|(key, _)| key.starts_with('$')) => Shape::Any,
        Json::Object(entries) => Shape::object(entries.iter().map(|(key, value)| (key.as_str(), of(value)))),
    }
}
