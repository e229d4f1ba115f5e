//! Our documents beside yjs itself, in a Node process: the same edits lead to the same content, the same state vectors, and bytes that
//! the other side reads, also after compaction. Needs Node and the repository's packages (`make setup`).

mod node;
mod programs;
mod traces;

use serde_json::Value;
use yrs::{Any, Doc, OffsetKind, Options, Transact, Update, types::ToJson, updates::decoder::Decode};

fn new_doc(client: u64) -> Doc {
    Doc::with_options(Options { offset_kind: OffsetKind::Utf16, ..Options::with_client_id(yrs::ClientID::new(client)) })
}

fn apply(doc: &Doc, update: &[u8]) {
    doc.transact_mut().apply_update(Update::decode_v1(update).unwrap()).unwrap();
}

fn json(doc: &Doc) -> Value {
    let root = doc.get_or_insert_map("regions");
    to_value(&root.to_json(&doc.transact()))
}

fn to_value(any: &Any) -> Value {
    let mut text = String::new();
    any.to_json(&mut text);
    serde_json::from_str(&text).unwrap()
}

/// Numbers count by value: 1 and 1.0 are the same to JavaScript.
fn same(left: &Value, right: &Value, what: &str) {
    assert_eq!(plain(left), plain(right), "{what}");
}

fn plain(value: &Value) -> Value {
    match value {
        Value::Number(number) => Value::from(number.as_f64().unwrap()),
        Value::Array(values) => values.iter().map(plain).collect(),
        Value::Object(entries) => entries.iter().map(|(key, value)| (key.clone(), plain(value))).collect(),
        other => other.clone(),
    }
}
