//! Regions in a Yjs document: `regions: Map<id, Map>` with `label`, `geometry` (one plain value, replaced whole so that two
//! people moving a shape never mix halves), `attributes: Map`, `author`, `z`, `created_at`. What it has to do with other regions lies flat beside these, a
//! plain value under a key of its own each (`relation:<to>:<label>`): two people who relate a region at once both do, and two who say the same say it once.

use std::collections::HashSet;

use serde_json::{Map as JsonMap, Value, json};
use tandem_domain::relabel::Renames;
use tandem_protocol::{
    RegionId,
    rest::{Region, Relation},
};
use yrs::{Any, Doc, In, Map, MapPrelim, MapRef, Out, ReadTxn, StateVector, Transact};

use super::{
    json::{from_any, to_any},
    suggestions::{self, SUGGESTIONS},
};

/// A live document whose content is not what regions look like. Somebody's client wrote it; nothing was lost.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {message}")]
pub struct ContentError {
    /// e.g. `regions.0192f0c1-0000-7000-8000-000000000000.geometry.width`.
    pub path: String,
    pub message: String,
}

/// A new document's first content, as one update. For importers: called once, when the task is made.
#[must_use]
pub fn build(regions: &[Region], created_at_ms: i64) -> Vec<u8> {
    let doc = Doc::new();
    let root = doc.get_or_insert_map("regions");
    {
        let mut txn = doc.transact_mut();
        for region in regions {
            root.insert(&mut txn, region.id.to_string(), to_map(region, created_at_ms));
        }
    }
    doc.transact().encode_state_as_update_v1(&StateVector::default())
}

fn to_map(region: &Region, created_at_ms: i64) -> MapPrelim {
    // Geometry always becomes JSON: it holds numbers, and a NaN becomes null, which reading then names.
    let geometry = serde_json::to_value(&region.geometry).unwrap_or_default();
    let attributes: MapPrelim = region.attributes.iter().map(|(key, value)| (key.as_str(), to_any(value))).collect();
    let relations: Vec<(String, In)> = region.relations.iter().map(relation_entry).collect();
    let mut entries: Vec<(&str, In)> = vec![
        ("label", Any::from(region.label.as_str()).into()),
        ("geometry", to_any(&geometry).into()),
        ("attributes", attributes.into()),
        ("z", to_any(&Value::from(region.z)).into()),
        ("created_at", to_any(&Value::from(created_at_ms)).into()),
    ];
    if let Some(author) = region.author {
        entries.push(("author", Any::from(author.to_string()).into()));
    }
    entries.extend(relations.iter().map(|(key, value)| (key.as_str(), value.clone())));
    entries.into_iter().collect()
}

/// What keys of relations begin with.
const RELATION: &str = "relation:";

fn relation_entry(relation: &Relation) -> (String, In) {
    let Relation { to, label, directed } = relation;
    let value = json!({ "to": to, "label": label, "directed": directed });
    (format!("{RELATION}{to}:{label}"), to_any(&value).into())
}

/// Gives regions, and what is suggested, the present names of their labels; the changes as one update, empty if there are none.
#[must_use]
pub fn relabel(doc: &Doc, renames: &Renames) -> Vec<u8> {
    let (root, suggested) = (doc.get_or_insert_map("regions"), doc.get_or_insert_map(SUGGESTIONS));
    let mut txn = doc.transact_mut();
    let former: Vec<(MapRef, &str)> = root
        .iter(&txn)
        .filter_map(|(_, region)| {
            let Out::YMap(region) = region else { return None };
            let Some(Out::Any(Any::String(label))) = region.get(&txn, "label") else { return None };
            Some((region, renames.current(&label)?))
        })
        .collect();
    for (region, present) in former {
        region.insert(&mut txn, "label", Any::from(present));
    }
    suggestions::relabel(&mut txn, &suggested, renames);
    txn.commit();
    txn.encode_update_v1()
}

/// All regions of a document, lowest first.
pub fn read(doc: &Doc) -> Result<Vec<Region>, ContentError> {
    let txn = doc.transact();
    let Some(root) = txn.get_map("regions") else { return Ok(Vec::new()) };
    let mut regions = root.iter(&txn).map(|(id, value)| read_one(&txn, id, &value)).collect::<Result<Vec<_>, _>>()?;
    regions.sort_by_key(|region| (region.z, region.id));
    keep_those_between_regions(&mut regions);
    Ok(regions)
}

/// Whoever relates a region while somebody deletes the other leaves a relation to nothing: it is none.
fn keep_those_between_regions(regions: &mut [Region]) {
    if regions.iter().all(|region| region.relations.is_empty()) {
        return;
    }
    let ids: HashSet<RegionId> = regions.iter().map(|region| region.id).collect();
    for region in regions {
        let id = region.id;
        region.relations.retain(|relation| relation.to != id && ids.contains(&relation.to));
        region.relations.sort();
        region.relations.dedup_by(|a, b| (a.to, &a.label) == (b.to, &b.label));
    }
}

/// [`read`] of a document as it is stored.
pub fn read_stored(payload: &[u8]) -> Result<Vec<Region>, ContentError> {
    let unreadable = |error: super::LoadError| ContentError { path: "regions".into(), message: error.to_string() };
    let document = super::LiveDoc::load(&[bytes::Bytes::copy_from_slice(payload)], super::Limits::default()).map_err(unreadable)?;
    read(document.doc())
}

fn read_one<T: ReadTxn>(txn: &T, id: &str, value: &Out) -> Result<Region, ContentError> {
    let at = |path: &str, message: String| {
        let path = if path.is_empty() || path == "." { format!("regions.{id}") } else { format!("regions.{id}.{path}") };
        ContentError { path, message }
    };
    let region_id: RegionId = id.parse().map_err(|_| at("", "a region's key must be a UUID".into()))?;
    let Out::YMap(map) = value else { return Err(at("", "must be a Y.Map".into())) };
    let mut fields = JsonMap::new();
    let mut relations = Vec::new();
    for (key, value) in map.iter(txn) {
        let value = plain(txn, &value).ok_or_else(|| at(key, "must be a JSON value".into()))?;
        if key.starts_with(RELATION) {
            relations.push(value);
        } else {
            fields.insert(key.to_owned(), value);
        }
    }
    fields.insert("relations".into(), Value::Array(relations));
    fields.insert("id".into(), Value::String(region_id.to_string()));
    serde_path_to_error::deserialize(Value::Object(fields)).map_err(|e| at(&e.path().to_string(), e.inner().to_string()))
}

/// A value as JSON; shared maps count as objects.
pub(super) fn plain<T: ReadTxn>(txn: &T, value: &Out) -> Option<Value> {
    match value {
        Out::Any(any) => from_any(any),
        Out::YMap(map) => plain_map(txn, map),
        Out::YArray(array) => from_any(&yrs::types::ToJson::to_json(array, txn)),
        Out::YText(text) => Some(Value::String(yrs::GetString::get_string(text, txn))),
        _ => None,
    }
}

fn plain_map<T: ReadTxn>(txn: &T, map: &MapRef) -> Option<Value> {
    from_any(&yrs::types::ToJson::to_json(map, txn))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use serde_json::json;
    use tandem_protocol::{
        Geometry, UserId,
        geometry::Keypoint,
        rest::{LabelDef, LabelSchema},
    };

    use super::*;
    use crate::document::{Limits, LiveDoc};

    fn region(geometry: Geometry, z: i32) -> Region {
        let attributes = json!({"occluded": true, "count": 3, "note": "x", "none": null, "list": [1, 2.5]});
        Region {
            id: RegionId::new(),
            label: "car".into(),
            geometry,
            attributes: attributes.as_object().cloned().unwrap_or_default(),
            author: Some(UserId::new()),
            z,
            relations: Vec::new(),
        }
    }

    fn merge_of(updates: &[Vec<u8>]) -> Vec<u8> {
        yrs::merge_updates_v1(updates.iter().map(Vec::as_slice)).unwrap()
    }

    fn opened(update: Vec<u8>) -> LiveDoc {
        LiveDoc::load(&[Bytes::from(update)], Limits::default()).unwrap()
    }

    #[test]
    fn regions_come_back() {
        let regions = vec![
            region(Geometry::Box { x: 1.0, y: 2.5, width: 100.0, height: 0.1 }, 0),
            region(Geometry::Polygon { parts: vec![vec![vec![[0.0, 1.0], [2.0, 3.0], [4.5, 5.0]]]] }, 1),
            region(Geometry::Keypoints { points: vec![Keypoint { x: 1.0, y: 2.0, v: 2 }] }, 2),
            region(Geometry::Mask { width: 3_000_000_000, height: 2, counts: vec![0, 4] }, 3),
        ];
        assert_eq!(read(opened(build(&regions, 1_763_676_000_000)).doc()).unwrap(), regions);
    }

    #[test]
    fn regions_get_the_present_names_of_their_labels_and_keep_all_else() {
        let label = LabelDef { name: "vehicle".into(), formerly: vec!["car".into()], ..LabelDef::default() };
        let renames = Renames::of(&LabelSchema { labels: vec![label] });
        let mut before = vec![region(Geometry::Point { x: 1.0, y: 2.0 }, 0), region(Geometry::Point { x: 3.0, y: 2.0 }, 1)];
        before[1].label = "dog".into();
        let stored = build(&before, 0);
        let document = opened(stored.clone());
        let update = relabel(document.doc(), &renames);
        before[0].label = "vehicle".into();
        assert_eq!(read(document.doc()).unwrap(), before);
        assert_eq!(relabel(document.doc(), &renames), crate::document::EMPTY_UPDATE, "once");
        assert_eq!(relabel(LiveDoc::empty(Limits::default()).doc(), &renames), crate::document::EMPTY_UPDATE);
        assert_eq!(read(opened(merge_of(&[stored, update])).doc()).unwrap(), before, "also where the edit arrives");
    }

    #[test]
    fn relations_come_back_and_those_to_nothing_are_none() {
        let relation = |to, label: &str, directed| Relation { to, label: label.into(), directed };
        let (a, mut b) = (region(Geometry::Point { x: 1.0, y: 2.0 }, 0), region(Geometry::Point { x: 3.0, y: 4.0 }, 1));
        b.relations = vec![relation(a.id, "holds", true), relation(a.id, "related: so", false)];
        let document = opened(build(&[a.clone(), b.clone()], 0));
        assert_eq!(read(document.doc()).unwrap(), [a.clone(), b.clone()]);

        let root = document.doc().get_or_insert_map("regions");
        let map: MapRef = root.get(&document.doc().transact(), &b.id.to_string()).unwrap().cast().unwrap();
        let (key, value) = relation_entry(&relation(b.id, "to itself", true));
        map.insert(&mut document.doc().transact_mut(), key, value);
        root.remove(&mut document.doc().transact_mut(), &a.id.to_string());
        assert_eq!(read(document.doc()).unwrap()[0].relations, []);

        map.insert(&mut document.doc().transact_mut(), "relation:x", Any::from(3));
        assert!(read(document.doc()).unwrap_err().path.contains("relations"));
    }

    #[test]
    fn an_empty_document_has_no_regions() {
        assert_eq!(read(LiveDoc::empty(Limits::default()).doc()).unwrap(), []);
    }

    #[test]
    fn a_clients_mistake_is_named_by_its_path() {
        let one = region(Geometry::Point { x: 1.0, y: 2.0 }, 0);
        let document = opened(build(std::slice::from_ref(&one), 0));
        let root = document.doc().get_or_insert_map("regions");
        let map: MapRef = root.get(&document.doc().transact(), &one.id.to_string()).unwrap().cast().unwrap();
        let bad = Any::from_json(r#"{"kind": "box", "x": 1, "y": "two", "width": 1, "height": 1}"#).unwrap();
        map.insert(&mut document.doc().transact_mut(), "geometry", bad);
        let error = read(document.doc()).unwrap_err();
        assert!(error.path.starts_with(&format!("regions.{}.geometry", one.id)), "{error}");

        root.insert(&mut document.doc().transact_mut(), "not-an-id", MapPrelim::default());
        root.remove(&mut document.doc().transact_mut(), &one.id.to_string());
        assert_eq!(read(document.doc()).unwrap_err().path, "regions.not-an-id");
    }
}
