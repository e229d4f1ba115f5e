//! A document as a client holds it: a real Yjs document, with the shapes of ours (other servers do not care what is in it).

use std::{
    collections::hash_map::DefaultHasher,
    hash::{Hash, Hasher},
};

use anyhow::Context;
use tandem_protocol::RegionId;
use yrs::{
    Any, ClientID, Doc, Map, MapPrelim, MapRef, Out, ReadTxn, StateVector, Transact, Update,
    types::ToJson,
    updates::{decoder::Decode, encoder::Encode},
};

/// The one label of the fixture's project.
pub const LABEL: &str = "thing";

pub struct Paper {
    doc: Doc,
    regions: MapRef,
}

impl Default for Paper {
    fn default() -> Self {
        let doc = Doc::new();
        let regions = doc.get_or_insert_map("regions");
        Self { doc, regions }
    }
}

impl Paper {
    pub fn id(&self) -> ClientID {
        self.doc.client_id()
    }

    pub fn apply(&self, update: &[u8]) -> anyhow::Result<()> {
        let update = Update::decode_v1(update).context("unreadable update")?;
        Ok(self.doc.transact_mut().apply_update(update)?)
    }

    pub fn vector(&self) -> Vec<u8> {
        self.doc.transact().state_vector().encode_v1()
    }

    /// How much of client `id`'s work is in here.
    pub fn clock(&self, id: &ClientID) -> u32 {
        self.doc.transact().state_vector().get(id)
    }

    pub fn state_vector(&self) -> StateVector {
        self.doc.transact().state_vector()
    }

    /// What a copy with this state vector lacks; deletions are always among it.
    pub fn lacking(&self, vector: &[u8]) -> anyhow::Result<Vec<u8>> {
        let vector = if vector.is_empty() { StateVector::default() } else { StateVector::decode_v1(vector)? };
        Ok(self.doc.transact().encode_diff_v1(&vector))
    }

    /// Returns the update that adds `count` boxes, and their ids.
    pub fn draw(&self, count: usize) -> (Vec<u8>, Vec<String>) {
        let mut ids = Vec::with_capacity(count);
        let mut txn = self.doc.transact_mut();
        for number in 0..count {
            let id = RegionId::new().to_string();
            let region: MapPrelim = [
                ("label".to_owned(), Any::from(LABEL)),
                ("geometry".to_owned(), place(number as u32)),
                ("z".to_owned(), Any::from(number as f64)),
                ("created_at".to_owned(), Any::from(1_700_000_000_000.0 + number as f64)),
            ]
            .into_iter()
            .collect();
            let region = self.regions.insert(&mut txn, id.as_str(), region);
            region.insert(&mut txn, "attributes", MapPrelim::default());
            ids.push(id);
        }
        (txn.encode_update_v1(), ids)
    }

    /// Move a shape; none if somebody deleted it.
    pub fn shift(&self, id: &str, number: u32) -> Option<Vec<u8>> {
        let mut txn = self.doc.transact_mut();
        let Some(Out::YMap(region)) = self.regions.get(&txn, id) else { return None };
        region.insert(&mut txn, "geometry", place(number));
        Some(txn.encode_update_v1())
    }

    /// Delete a shape; none if somebody did.
    pub fn delete(&self, id: &str) -> Option<Vec<u8>> {
        let mut txn = self.doc.transact_mut();
        self.regions.remove(&mut txn, id)?;
        Some(txn.encode_update_v1())
    }

    /// Put something small under a name beside the shapes.
    pub fn note(&self, key: &str, value: f64) -> Vec<u8> {
        self.put(key, value)
    }

    pub fn write(&self, key: &str, text: &str) -> Vec<u8> {
        self.put(key, text)
    }

    fn put(&self, key: &str, value: impl Into<Any>) -> Vec<u8> {
        let fields = self.doc.get_or_insert_map("fields");
        let mut txn = self.doc.transact_mut();
        fields.insert(&mut txn, key, value.into());
        txn.encode_update_v1()
    }

    pub fn shapes(&self) -> Vec<String> {
        let txn = self.doc.transact();
        let mut ids: Vec<String> = self.regions.keys(&txn).map(str::to_owned).collect();
        ids.sort_unstable();
        ids
    }

    pub fn has(&self, id: &str) -> bool {
        self.regions.contains_key(&self.doc.transact(), id)
    }

    /// Equal for documents of equal content.
    pub fn digest(&self) -> u64 {
        let content = self.regions.to_json(&self.doc.transact());
        let mut hasher = DefaultHasher::new();
        hash(&content, &mut hasher);
        hasher.finish()
    }
}

fn place(number: u32) -> Any {
    let (x, y) = (f64::from(number % 1200), f64::from(number / 1200 % 800));
    let fields =
        [("kind", Any::from("box")), ("x", Any::from(x)), ("y", Any::from(y)), ("width", Any::from(40.0)), ("height", Any::from(30.0))];
    Any::Map(std::sync::Arc::new(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()))
}

/// Maps in the order of their keys.
fn hash(value: &Any, hasher: &mut DefaultHasher) {
    match value {
        Any::Map(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort_unstable();
            for key in keys {
                key.hash(hasher);
                if let Some(value) = map.get(key) {
                    hash(value, hasher);
                }
            }
        }
        Any::Array(items) => items.iter().for_each(|item| hash(item, hasher)),
        Any::Number(number) => number.to_string().hash(hasher),
        Any::String(text) => text.hash(hasher),
        Any::Bool(yes) => yes.hash(hasher),
        Any::Buffer(bytes) => bytes.hash(hasher),
        Any::Null | Any::Undefined => 0u8.hash(hasher),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_of_equal_content_have_equal_digests() {
        let (one, other) = (Paper::default(), Paper::default());
        let (update, ids) = one.draw(20);
        other.apply(&update).unwrap();
        assert_eq!(one.digest(), other.digest());
        assert_eq!(other.shapes().len(), 20);
        let moved = other.shift(&ids[3], 77).unwrap();
        assert_ne!(one.digest(), other.digest());
        one.apply(&moved).unwrap();
        assert_eq!(one.digest(), other.digest());
        assert_eq!(one.clock(&other.id()), other.clock(&other.id()));
        one.apply(&other.delete(&ids[0]).unwrap()).unwrap();
        assert!(!one.has(&ids[0]) && one.has(&ids[1]));
    }

    #[test]
    fn what_a_copy_lacks_includes_deletions_its_state_vector_does_not_show() {
        let (one, other) = (Paper::default(), Paper::default());
        let (update, ids) = one.draw(2);
        other.apply(&update).unwrap();
        one.delete(&ids[0]).unwrap();
        assert_eq!(one.vector(), other.vector());
        other.apply(&one.lacking(&other.vector()).unwrap()).unwrap();
        assert_eq!(other.shapes(), [ids[1].clone()]);
    }
}
