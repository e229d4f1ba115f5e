//! Answers: what a layout produces. Its JSON Schema, and whether an answer is right, which also asks what is to be seen just now.

mod assemble;
mod check;
mod condition;
mod instance;
mod key;
mod place;
mod relations;
mod schema;
mod values;

pub use assemble::{Kept, assemble};
pub use check::{Data, check, shown};
pub use key::{Key, read as read_key, spelled as spelled_key};
pub(super) use place::{Step, steps};
pub(super) use schema::schema;
pub(super) use values::schema as value_schema;

use serde_json::Value;

/// Nothing, an empty text or an empty list: as if it had not been filled in.
#[must_use]
pub fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}
