//! Places in an answer, and how one is spelled: `topic`, `translations[3]`, `answers.s1`, `answers["odd name"]`. Each place has one spelling; it names
//! the field in errors and is its key in the live document, so browsers spell alike (`domain/tests/layout/places.json`).

use std::fmt::Write as _;

use serde_json::{Map, Value};

use crate::expression::token::name_length;

/// A step down into an answer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    Name(String),
    /// Of a list, from 0.
    Index(usize),
}

/// A name as the grammar of expressions has it.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && name_length(name) == name.len() && !name.starts_with(|c: char| c.is_ascii_digit())
}

#[must_use]
pub fn spelled(path: &[Key]) -> String {
    let mut text = String::new();
    for key in path {
        push(&mut text, key);
    }
    text
}

/// The spelling of the place `name` in the place that is spelled `above`.
pub(super) fn spelled_below(above: &str, name: &str) -> String {
    let mut text = above.to_owned();
    push(&mut text, &Key::Name(name.to_owned()));
    text
}

fn push(text: &mut String, key: &Key) {
    // Writing to a String cannot fail.
    match key {
        Key::Name(name) if is_plain(name) && text.is_empty() => text.push_str(name),
        Key::Name(name) if is_plain(name) => drop(write!(text, ".{name}")),
        Key::Name(name) => drop(write!(text, "[{}]", Value::from(name.as_str()))),
        Key::Index(index) => drop(write!(text, "[{index}]")),
    }
}

/// The place that is spelled so; none if it is no place, or spelled in another way than [`spelled`] does.
#[must_use]
pub fn read(text: &str) -> Option<Vec<Key>> {
    let (mut path, mut rest) = (Vec::new(), text);
    while !rest.is_empty() {
        if let Some(inner) = rest.strip_prefix('[') {
            let mut values = serde_json::Deserializer::from_str(inner).into_iter::<Value>();
            let key = match values.next()?.ok()? {
                Value::String(name) => Key::Name(name),
                number => Key::Index(usize::try_from(number.as_u64()?).ok()?),
            };
            path.push(key);
            rest = inner[values.byte_offset()..].strip_prefix(']')?;
        } else {
            let name = if path.is_empty() { rest } else { rest.strip_prefix('.')? };
            let length = name_length(name);
            if length == 0 {
                return None;
            }
            path.push(Key::Name(name[..length].to_owned()));
            rest = &name[length..];
        }
    }
    (!path.is_empty() && spelled(&path) == text).then_some(path)
}

/// What is there.
pub(super) fn at<'v>(answer: &'v Value, path: &[Key]) -> Option<&'v Value> {
    path.iter().try_fold(answer, |at, key| match key {
        Key::Name(name) => at.get(name),
        Key::Index(index) => at.get(index),
    })
}

/// The place to write to, made if it is not there. Whoever takes indices from strangers bounds them first: a list is as long as its last place.
pub(super) fn target<'v>(answer: &'v mut Value, path: &[Key]) -> &'v mut Value {
    path.iter().fold(answer, |at, key| match key {
        Key::Name(name) => {
            if !at.is_object() {
                *at = Value::Object(Map::new());
            }
            &mut at[name]
        }
        Key::Index(index) => {
            if !at.is_array() {
                *at = Value::Array(Vec::new());
            }
            if let Value::Array(items) = at
                && items.len() <= *index
            {
                items.resize(index + 1, Value::Null);
            }
            &mut at[index]
        }
    })
}
