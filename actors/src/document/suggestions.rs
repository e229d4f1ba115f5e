//! What models suggest, in a Yjs document: `suggestions: Map<id, JSON>`, each one plain value that nobody edits, and `verdicts: Map<id, "accepted" |
//! "rejected">`, what people decided. A suggestion that was accepted is a region of the same id; so whoever reads regions reads answers, and
//! nothing here is part of what is submitted (docs/decisions/0050).

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tandem_domain::relabel::Renames;
use tandem_protocol::rest::Region;
use yrs::{Any, Doc, Map, MapRef, Out, ReadTxn, StateVector, Transact, TransactionMut};

use super::json::{from_any, to_any};

pub(super) const SUGGESTIONS: &str = "suggestions";
pub(super) const VERDICTS: &str = "verdicts";

/// A region that somebody may take over.
#[derive(Clone, Debug, PartialEq)]
pub struct Suggestion {
    pub region: Region,
    /// 0 to 1: how sure its source is. None: it does not say.
    pub score: Option<f64>,
}

/// All that one source suggests for a task at a time.
#[derive(Clone, Debug, PartialEq)]
pub struct Suggested {
    /// The model's name and version.
    pub source: String,
    pub suggestions: Vec<Suggestion>,
    pub at_ms: i64,
}

impl Suggested {
    /// As much is added to a document at most, about.
    #[must_use]
    pub fn size(&self) -> usize {
        self.suggestions.iter().map(|suggestion| self.entry(suggestion).to_string().len()).sum()
    }

    fn entry(&self, Suggestion { region, score }: &Suggestion) -> Value {
        let mut entry = json!({
            "label": region.label, "geometry": region.geometry, "attributes": region.attributes, "z": region.z,
            "source": self.source, "created_at": self.at_ms,
        });
        if let Some(score) = score {
            entry["score"] = json!(score);
        }
        entry
    }
}

/// A new document that holds suggestions and nothing else, as one update.
#[must_use]
pub fn build_suggested(suggested: &Suggested) -> Vec<u8> {
    let doc = Doc::new();
    suggest(&doc, suggested);
    doc.transact().encode_state_as_update_v1(&StateVector::default())
}

/// Puts them in the place of what the same source suggested before and nobody has decided about; what was decided stays. The changes as one update,
/// empty if there are none: done twice it does nothing the second time.
pub(super) fn suggest(doc: &Doc, suggested: &Suggested) -> Vec<u8> {
    let [root, verdicts, regions] = [SUGGESTIONS, VERDICTS, "regions"].map(|name| doc.get_or_insert_map(name));
    let mut txn = doc.transact_mut();
    let wanted: Vec<(String, Any)> =
        suggested.suggestions.iter().map(|one| (one.region.id.to_string(), to_any(&suggested.entry(one)))).collect();
    let ids: BTreeSet<&str> = wanted.iter().map(|(id, _)| id.as_str()).collect();
    let outdated: Vec<String> = root
        .iter(&txn)
        .filter(|(id, value)| !ids.contains(id) && source(value).as_deref() == Some(&suggested.source) && !is_decided(&txn, &verdicts, id))
        .map(|(id, _)| id.to_owned())
        .collect();
    for id in &outdated {
        root.remove(&mut txn, id);
    }
    for (id, entry) in wanted {
        // A region of this id is an answer already, whoever made it.
        let is_taken = is_decided(&txn, &verdicts, &id) || regions.contains_key(&txn, &id);
        if !is_taken && !is_same(root.get(&txn, &id).as_ref(), &entry) {
            root.insert(&mut txn, id, entry);
        }
    }
    txn.commit();
    txn.encode_update_v1()
}

fn is_decided<T: ReadTxn>(txn: &T, verdicts: &MapRef, id: &str) -> bool {
    matches!(verdicts.get(txn, id), Some(Out::Any(Any::String(word))) if matches!(&*word, "accepted" | "rejected"))
}

/// Apart from when it was made.
fn is_same(there: Option<&Out>, wanted: &Any) -> bool {
    let bare = |any: &Any| {
        let mut value = from_any(any)?;
        value.as_object_mut()?.remove("created_at");
        Some(value)
    };
    matches!(there, Some(Out::Any(any)) if bare(any).is_some() && bare(any) == bare(wanted))
}

fn source(value: &Out) -> Option<String> {
    match value {
        Out::Any(Any::Map(entries)) => match entries.get("source")? {
            Any::String(source) => Some(source.to_string()),
            _ => None,
        },
        _ => None,
    }
}

/// Gives them the present names of their labels, as regions get them.
pub(super) fn relabel(txn: &mut TransactionMut<'_>, root: &MapRef, renames: &Renames) {
    let former: Vec<(String, Any)> = root
        .iter(txn)
        .filter_map(|(id, value)| {
            let Out::Any(Any::Map(entries)) = value else { return None };
            let Any::String(label) = entries.get("label")? else { return None };
            let mut entries = (*entries).clone();
            entries.insert("label".to_owned(), Any::from(renames.current(label)?));
            Some((id.to_owned(), Any::Map(entries.into())))
        })
        .collect();
    for (id, entry) in former {
        root.insert(txn, id, entry);
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use tandem_protocol::{
        Geometry, RegionId,
        rest::{LabelDef, LabelSchema},
    };

    use super::*;
    use crate::document::{Amendment, Applied, Content, EMPTY_UPDATE, Limits, LiveDoc, Work};

    fn one(label: &str, score: Option<f64>) -> Suggestion {
        let geometry = Geometry::Box { x: 1.0, y: 2.5, width: 100.0, height: 0.5 };
        let attributes = json!({ "occluded": true }).as_object().cloned().unwrap();
        Suggestion {
            region: Region { id: RegionId::new(), label: label.into(), geometry, attributes, author: None, z: 0, relations: Vec::new() },
            score,
        }
    }

    fn of(source: &str, suggestions: &[&Suggestion]) -> Suggested {
        Suggested { source: source.into(), suggestions: suggestions.iter().map(|one| (*one).clone()).collect(), at_ms: 7 }
    }

    fn ids(doc: &LiveDoc) -> BTreeSet<String> {
        let root = doc.doc().get_or_insert_map(SUGGESTIONS);
        root.iter(&doc.doc().transact()).map(|(id, _)| id.to_owned()).collect()
    }

    fn set<const N: usize>(of: [&Suggestion; N]) -> BTreeSet<String> {
        of.iter().map(|one| one.region.id.to_string()).collect()
    }

    fn decide(doc: &LiveDoc, about: &Suggestion, word: &str) {
        let root = doc.doc().get_or_insert_map(VERDICTS);
        root.insert(&mut doc.doc().transact_mut(), about.region.id.to_string(), word);
    }

    fn suggest_to(doc: &mut LiveDoc, suggested: Suggested) -> Option<Vec<u8>> {
        doc.amend(&Amendment::Suggest(suggested.into()))
    }

    #[test]
    fn a_suggestion_is_one_plain_value_and_no_part_of_the_work() {
        let (sure, silent) = (one("car", Some(0.9)), one("dog", None));
        let doc = LiveDoc::load(&[build_suggested(&of("yolo 8", &[&sure, &silent])).into()], Limits::default()).unwrap();
        let root = doc.doc().get_or_insert_map(SUGGESTIONS);
        let read = |one: &Suggestion| match root.get(&doc.doc().transact(), &one.region.id.to_string()) {
            Some(Out::Any(any)) => from_any(&any).unwrap(),
            other => panic!("{other:?}"),
        };
        let geometry = json!({ "kind": "box", "x": 1, "y": 2.5, "width": 100, "height": 0.5 });
        let entry = json!({
            "label": "car", "geometry": geometry, "attributes": { "occluded": true }, "z": 0, "source": "yolo 8", "created_at": 7, "score": 0.9,
        });
        assert_eq!(read(&sure), entry);
        assert_eq!(read(&silent).get("score"), None);
        assert_eq!(Work::of(doc.doc()).unwrap(), Work::default());
        assert_eq!(Content::of(doc.doc()).since(&Content::default()).regions, 0);
    }

    #[test]
    fn a_new_set_replaces_what_its_source_suggested_and_nobody_decided() {
        let (accepted, rejected, open, others, next) =
            (one("car", None), one("car", None), one("car", None), one("car", None), one("car", Some(0.5)));
        let mut doc = LiveDoc::empty(Limits::default());
        suggest_to(&mut doc, of("a", &[&accepted, &rejected, &open])).unwrap();
        suggest_to(&mut doc, of("b", &[&others])).unwrap();
        decide(&doc, &accepted, "accepted");
        decide(&doc, &rejected, "rejected");
        decide(&doc, &open, "maybe");
        suggest_to(&mut doc, of("a", &[&next])).unwrap();
        assert_eq!(ids(&doc), set([&accepted, &rejected, &others, &next]));
        suggest_to(&mut doc, of("a", &[])).unwrap();
        assert_eq!(ids(&doc), set([&accepted, &rejected, &others]));
    }

    #[test]
    fn suggesting_the_same_again_changes_nothing() {
        let (first, second) = (one("car", Some(0.25)), one("car", None));
        let mut doc = LiveDoc::empty(Limits::default());
        suggest_to(&mut doc, of("a", &[&first, &second])).unwrap();
        let later = Suggested { at_ms: 8, ..of("a", &[&first, &second]) };
        assert_eq!(suggest_to(&mut doc, later), None);
        decide(&doc, &first, "rejected");
        let other_label = Suggestion { region: Region { label: "dog".into(), ..first.region.clone() }, ..first.clone() };
        assert_eq!(suggest_to(&mut doc, of("a", &[&other_label, &second])), None, "what was decided stays as it was");
        assert_eq!(suggest(&Doc::new(), &of("a", &[])), EMPTY_UPDATE);
    }

    #[test]
    fn what_is_a_region_already_is_not_suggested() {
        let drawn = one("car", None);
        let mut doc = LiveDoc::load(&[super::super::build(std::slice::from_ref(&drawn.region), 0).into()], Limits::default()).unwrap();
        assert_eq!(suggest_to(&mut doc, of("a", &[&drawn])), None);
    }

    #[test]
    fn the_edit_arrives_at_every_copy() {
        let (old, new) = (one("car", None), one("car", None));
        let mut doc = LiveDoc::empty(Limits::default());
        let mut copy = LiveDoc::empty(Limits::default());
        for suggested in [of("a", &[&old]), of("a", &[&new])] {
            assert_eq!(copy.apply(&suggest_to(&mut doc, suggested).unwrap()).unwrap(), Applied::Changed);
        }
        assert_eq!(ids(&copy), set([&new]));
    }

    #[test]
    fn suggestions_get_the_present_names_of_their_labels() {
        let label = LabelDef { name: "vehicle".into(), formerly: vec!["car".into()], ..LabelDef::default() };
        let renames = std::sync::Arc::new(Renames::of(&LabelSchema { labels: vec![label] }));
        let (car, dog) = (one("car", Some(0.5)), one("dog", None));
        let mut doc = LiveDoc::empty(Limits::default());
        suggest_to(&mut doc, of("a", &[&car, &dog])).unwrap();
        doc.amend(&Amendment::Relabel(renames.clone())).unwrap();
        let renamed = Suggestion { region: Region { label: "vehicle".into(), ..car.region.clone() }, ..car };
        assert_eq!(suggest_to(&mut doc, of("a", &[&renamed, &dog])), None, "all else as it was");
        assert_eq!(doc.amend(&Amendment::Relabel(renames)), None, "once");
    }

    #[test]
    fn an_older_state_brings_back_verdicts_and_leaves_what_was_suggested_since() {
        let (before, since) = (one("car", None), one("car", None));
        let mut doc = LiveDoc::empty(Limits::default());
        suggest_to(&mut doc, of("a", &[&before])).unwrap();
        decide(&doc, &before, "rejected");
        let older = Content::of_stored(&Bytes::from(doc.diff(&StateVector::default()))).unwrap();
        suggest_to(&mut doc, of("b", &[&since])).unwrap();
        decide(&doc, &before, "accepted");
        decide(&doc, &since, "rejected");
        doc.amend(&Amendment::BringBack(older.into())).unwrap();
        assert_eq!(ids(&doc), set([&before, &since]));
        let verdicts = doc.doc().get_or_insert_map(VERDICTS);
        let txn = doc.doc().transact();
        assert_eq!(verdicts.get(&txn, &before.region.id.to_string()), Some(Out::Any(Any::from("rejected"))));
        assert!(!is_decided(&txn, &verdicts, &since.region.id.to_string()));
    }
}
