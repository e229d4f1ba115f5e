//! What a document holds, apart from how it came to be: to compare two states of it, and to bring an older one back as an edit.
//!
//! Bringing back never rebuilds a document. The live one gets the changes that make its content that of the older state; they travel and
//! are kept like anybody's edit, and whoever edits at the same moment is merged with.

use std::collections::BTreeMap;

use bytes::Bytes;
use tandem_store::documents::history::Counts;
use yrs::{Any, Array, ArrayPrelim, Doc, GetString, In, Map, MapPrelim, MapRef, Out, ReadTxn, TextPrelim, Transact, TransactionMut};

use super::{Limits, LiveDoc, LoadError, ROOTS, suggestions::SUGGESTIONS};

/// What people made of a document. What models suggest comes and goes by itself: an older state has no say in it.
fn peoples() -> impl Iterator<Item = &'static str> {
    ROOTS.into_iter().filter(|root| *root != SUGGESTIONS)
}

/// A value of a document.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    Plain(Any),
    Map(BTreeMap<String, Node>),
    Array(Vec<Node>),
    Text(String),
    /// Something no client of ours makes (XML): left as it is, compared by its text.
    Other(String),
}

/// All roots of a document that people write.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Content(BTreeMap<&'static str, BTreeMap<String, Node>>);

impl Content {
    #[must_use]
    pub fn of(doc: &Doc) -> Self {
        let txn = doc.transact();
        let roots = peoples().filter_map(|root| Some((root, entries(&txn, &txn.get_map(root)?))));
        Self(roots.collect())
    }

    /// Of a document as it is stored.
    pub fn of_stored(payload: &[u8]) -> Result<Self, LoadError> {
        let document = LiveDoc::load(&[Bytes::copy_from_slice(payload)], Limits::default())?;
        Ok(Self::of(document.doc()))
    }

    fn root(&self, name: &str) -> Option<&BTreeMap<String, Node>> {
        self.0.get(name)
    }

    /// How the regions differ from an older state's.
    #[must_use]
    pub fn since(&self, before: &Self) -> Counts {
        let none = BTreeMap::new();
        let (old, new) = (before.root("regions").unwrap_or(&none), self.root("regions").unwrap_or(&none));
        Counts {
            regions: new.len(),
            added: new.keys().filter(|id| !old.contains_key(*id)).count(),
            changed: new.iter().filter(|(id, region)| old.get(*id).is_some_and(|was| was != *region)).count(),
            removed: old.keys().filter(|id| !new.contains_key(*id)).count(),
        }
    }
}

/// [`Content::since`] over stored documents, for the store.
pub fn compare(before: Option<&[u8]>, after: &[u8]) -> Result<Counts, String> {
    let content = |payload: &[u8]| Content::of_stored(payload).map_err(|e| e.to_string());
    let before = before.map(content).transpose()?.unwrap_or_default();
    Ok(content(after)?.since(&before))
}

/// Make a document's content that of an older state; the changes as one update, empty if there are none.
pub fn bring_back(doc: &Doc, wanted: &Content) -> Vec<u8> {
    let roots: Vec<_> = peoples().map(|root| (root, doc.get_or_insert_map(root))).collect();
    let none = BTreeMap::new();
    let mut txn = doc.transact_mut();
    for (name, root) in roots {
        make(&mut txn, &root, wanted.root(name).unwrap_or(&none));
    }
    txn.commit();
    txn.encode_update_v1()
}

/// As little as possible: what is as it should be is not written again, so that what others do to it meanwhile stays.
fn make(txn: &mut TransactionMut<'_>, map: &MapRef, wanted: &BTreeMap<String, Node>) {
    let current = entries(txn, map);
    for key in current.keys().filter(|key| !wanted.contains_key(*key)) {
        map.remove(txn, key);
    }
    for (key, node) in wanted {
        match (current.get(key), node) {
            (Some(is), node) if is == node => {}
            (Some(Node::Map(_)), Node::Map(inner)) => {
                if let Some(Out::YMap(nested)) = map.get(txn, key) {
                    make(txn, &nested, inner);
                }
            }
            (_, node) => {
                if let Some(value) = node.to_in() {
                    map.insert(txn, key.as_str(), value);
                }
            }
        }
    }
}

impl Node {
    fn read<T: ReadTxn>(txn: &T, value: &Out) -> Self {
        match value {
            Out::Any(any) => Self::Plain(any.clone()),
            Out::YMap(map) => Self::Map(entries(txn, map)),
            Out::YArray(array) => Self::Array(array.iter(txn).map(|value| Self::read(txn, &value)).collect()),
            Out::YText(text) => Self::Text(text.get_string(txn)),
            Out::YXmlElement(xml) => Self::Other(xml.get_string(txn)),
            Out::YXmlFragment(xml) => Self::Other(xml.get_string(txn)),
            Out::YXmlText(xml) => Self::Other(xml.get_string(txn)),
            _ => Self::Other(String::new()),
        }
    }

    fn to_in(&self) -> Option<In> {
        Some(match self {
            Self::Plain(any) => In::Any(any.clone()),
            Self::Map(entries) => {
                let entries = entries.iter().filter_map(|(key, node)| Some((key.as_str(), node.to_in()?)));
                entries.collect::<MapPrelim>().into()
            }
            Self::Array(items) => items.iter().filter_map(Self::to_in).collect::<ArrayPrelim>().into(),
            Self::Text(text) => In::Text(TextPrelim::new(text.as_str()).into()),
            Self::Other(_) => return None,
        })
    }
}

fn entries<T: ReadTxn>(txn: &T, map: &MapRef) -> BTreeMap<String, Node> {
    map.iter(txn).map(|(key, value)| (key.to_owned(), Node::read(txn, &value))).collect()
}

#[cfg(test)]
mod tests {
    use yrs::StateVector;

    use super::*;

    fn region(doc: &Doc, id: &str, x: f64) {
        let root = doc.get_or_insert_map("regions");
        let attributes: MapPrelim = [("occluded", In::from(true))].into_iter().collect();
        let geometry = Any::from_json(&format!(r#"{{"kind":"box","x":{x},"y":0,"width":1,"height":1}}"#)).unwrap();
        let region: MapPrelim =
            [("label", In::from("car")), ("geometry", In::Any(geometry)), ("attributes", attributes.into())].into_iter().collect();
        root.insert(&mut doc.transact_mut(), id, region);
    }

    fn stored(doc: &Doc) -> Vec<u8> {
        doc.transact().encode_state_as_update_v1(&StateVector::default())
    }

    /// A document and what it was before three things were done to it.
    fn changed() -> (Doc, Content) {
        let doc = Doc::with_client_id(1);
        for id in ["kept", "moved", "removed"] {
            region(&doc, id, 1.0);
        }
        let before = Content::of_stored(&stored(&doc)).unwrap();
        let root = doc.get_or_insert_map("regions");
        {
            let mut txn = doc.transact_mut();
            let moved: MapRef = root.get(&txn, "moved").unwrap().cast().unwrap();
            moved.insert(&mut txn, "geometry", Any::from_json(r#"{"kind":"point","x":5,"y":5}"#).unwrap());
            root.remove(&mut txn, "removed");
        }
        region(&doc, "added", 2.0);
        (doc, before)
    }

    #[test]
    fn states_are_compared_by_region() {
        let (doc, before) = changed();
        let counts = Content::of(&doc).since(&before);
        assert_eq!(counts, Counts { regions: 3, added: 1, changed: 1, removed: 1 });
        assert_eq!(compare(None, &stored(&doc)).unwrap(), Counts { regions: 3, added: 3, changed: 0, removed: 0 });
    }

    #[test]
    fn an_older_state_is_brought_back_by_an_edit_that_every_copy_can_take() {
        let (doc, before) = changed();
        let copy = LiveDoc::load(&[stored(&doc).into()], Limits::default()).unwrap();
        let update = bring_back(&doc, &before);
        assert_eq!(Content::of(&doc), before);
        let mut copy = copy;
        copy.apply(&update).unwrap();
        assert_eq!(Content::of(copy.doc()), before);
    }

    #[test]
    fn what_is_as_it_should_be_is_not_written_again() {
        let (doc, before) = changed();
        bring_back(&doc, &before);
        assert_eq!(bring_back(&doc, &before), crate::document::EMPTY_UPDATE);
    }

    #[test]
    fn what_others_do_at_the_same_moment_to_what_is_not_touched_stays() {
        let (doc, before) = changed();
        let other = LiveDoc::load(&[stored(&doc).into()], Limits::default()).unwrap();
        let had = other.doc().transact().state_vector();
        let root = other.doc().get_or_insert_map("regions");
        {
            let mut txn = other.doc().transact_mut();
            let kept: MapRef = root.get(&txn, "kept").unwrap().cast().unwrap();
            kept.insert(&mut txn, "label", "bus");
        }
        let theirs = other.diff(&had);
        let mine = bring_back(&doc, &before);
        let (mut one, mut two) = (LiveDoc::load(&[stored(&doc).into()], Limits::default()).unwrap(), other);
        one.apply(&theirs).unwrap();
        two.apply(&mine).unwrap();
        assert_eq!(Content::of(one.doc()), Content::of(two.doc()));
        let Some(Node::Map(kept)) = Content::of(one.doc()).root("regions").unwrap().get("kept").cloned() else { panic!("kept") };
        assert_eq!(kept["label"], Node::Plain("bus".into()));
    }
}
