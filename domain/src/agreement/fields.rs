//! Agreement on form answers: objects compared field by field.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::mean_of_pairs;

/// The share of pairs whose answers are the same to the last field. Null is no answer.
#[must_use]
pub fn exact_match(answers: &[&Value]) -> f64 {
    let flat: Vec<BTreeMap<String, String>> = answers.iter().map(|answer| leaves(answer)).collect();
    mean_of_pairs(&flat, |left, right| f64::from(u8::from(left == right)))
}

/// For each field the share of pairs that agree on it; the mean over all fields that anybody filled.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "a count of fields")]
pub fn percentage(answers: &[&Value]) -> f64 {
    let flat = filled(answers);
    let fields: BTreeSet<&String> = flat.iter().flat_map(BTreeMap::keys).collect();
    if fields.is_empty() {
        return 1.0;
    }
    let total: f64 = fields.iter().map(|field| mean_of_pairs(&flat, |l, r| f64::from(u8::from(l.get(*field) == r.get(*field))))).sum();
    total / fields.len() as f64
}

/// Each field is a unit, rated by whoever filled it.
pub(super) fn units(answers: &[&Value]) -> Vec<Vec<String>> {
    let flat = filled(answers);
    let fields: BTreeSet<&String> = flat.iter().flat_map(BTreeMap::keys).collect();
    fields.into_iter().map(|field| flat.iter().filter_map(|answer| answer.get(field).cloned()).collect()).collect()
}

/// The fields of each. Every answer has a list of regions; where nobody drew any, that is no field they agree on.
fn filled(answers: &[&Value]) -> Vec<BTreeMap<String, String>> {
    let mut flat: Vec<BTreeMap<String, String>> = answers.iter().map(|answer| leaves(answer)).collect();
    if flat.iter().all(|answer| answer.get(REGIONS).is_none_or(|regions| regions == "[]")) {
        flat.iter_mut().for_each(|answer| {
            answer.remove(REGIONS);
        });
    }
    flat
}

const REGIONS: &str = "/regions";

/// Fields by their path; a list is one value, and null is no answer.
fn leaves(answer: &Value) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    collect(answer, String::new(), &mut found);
    found
}

fn collect(value: &Value, path: String, found: &mut BTreeMap<String, String>) {
    match value {
        Value::Null => {}
        Value::Object(entries) => {
            entries.iter().for_each(|(key, inner)| collect(inner, format!("{path}/{}", key.replace('~', "~0").replace('/', "~1")), found))
        }
        other => {
            found.insert(path, canonical(other));
        }
    }
}

/// Equal values, equal text: numbers by value, and keys are sorted anyway.
fn canonical(value: &Value) -> String {
    match value {
        Value::Number(number) => number.as_f64().map_or_else(|| number.to_string(), |number| number.to_string()),
        Value::Array(items) => format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(",")),
        Value::Object(entries) => {
            format!("{{{}}}", entries.iter().map(|(key, inner)| format!("{key:?}:{}", canonical(inner))).collect::<Vec<_>>().join(","))
        }
        other => other.to_string(),
    }
}
