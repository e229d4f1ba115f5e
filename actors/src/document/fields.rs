//! Fields of a layout in a Yjs document: `fields: Map<key, value>`, where the key is a place in the answer and the value a Y.Text, a Y.Map or plain JSON
//! (docs/layouts.md, "While people work").

use std::collections::BTreeMap;

use tandem_domain::layout::answer::Kept;
use yrs::{Doc, GetString, Map, Out, ReadTxn, Transact};

use super::{json::from_any, regions::plain};

/// All fields of a document.
pub(super) fn read(doc: &Doc) -> BTreeMap<String, Kept> {
    let txn = doc.transact();
    let Some(root) = txn.get_map("fields") else { return BTreeMap::new() };
    root.iter(&txn).map(|(key, value)| (key.to_owned(), read_one(&txn, &value))).collect()
}

fn read_one<T: ReadTxn>(txn: &T, value: &Out) -> Kept {
    match value {
        Out::YText(text) => Kept::Text(text.get_string(txn)),
        Out::YMap(map) => {
            let entries: Option<_> = map.iter(txn).map(|(key, value)| Some((key.to_owned(), plain(txn, &value)?))).collect();
            entries.map_or(Kept::Other, Kept::Map)
        }
        Out::Any(any) => from_any(any).map_or(Kept::Other, Kept::Value),
        _ => Kept::Other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use yrs::{Any, ArrayPrelim, In, MapPrelim, TextPrelim};

    use super::*;

    fn document(fields: Vec<(&str, In)>) -> Doc {
        let doc = Doc::new();
        let root = doc.get_or_insert_map("fields");
        for (key, value) in fields {
            root.insert(&mut doc.transact_mut(), key, value);
        }
        doc
    }

    #[test]
    fn texts_maps_and_plain_values_are_told_apart() {
        let span = Any::from_json(r#"{"start": 1, "end": 3, "label": "x"}"#).unwrap();
        let doc = document(vec![
            ("notes", In::Text(TextPrelim::new("hello").into())),
            ("spans", In::Map([("1", In::Any(span))].into_iter().collect::<MapPrelim>())),
            ("age", In::Any(Any::from(3.0))),
            ("gone", In::Any(Any::Null)),
        ]);
        let spans = json!({ "1": { "start": 1, "end": 3, "label": "x" } }).as_object().cloned().unwrap();
        let expected = [
            ("age", Kept::Value(json!(3))),
            ("gone", Kept::Value(json!(null))),
            ("notes", Kept::Text("hello".to_owned())),
            ("spans", Kept::Map(spans.into_iter().collect())),
        ];
        assert_eq!(read(&doc), expected.map(|(key, kept)| (key.to_owned(), kept)).into());
        assert_eq!(read(&Doc::new()), BTreeMap::new());
    }

    #[test]
    fn what_is_no_json_is_neither() {
        let bytes = || In::Any(Any::Buffer(vec![1].into()));
        let array = ArrayPrelim::from([1, 2]);
        let doc = document(vec![
            ("bytes", bytes()),
            ("nan", In::Any(Any::from(f64::NAN))),
            ("in_map", In::Map([("1", bytes())].into_iter().collect::<MapPrelim>())),
            ("array", In::from(array)),
        ]);
        assert!(read(&doc).values().all(|kept| *kept == Kept::Other), "{:?}", read(&doc));
        assert_eq!(read(&doc).len(), 4);
    }
}
