//! Which labels a relation may go from and to: a rule about two regions at once, which JSON Schema has no words for. `x-relation-ends` says it for each
//! type of relation: `{"from": [...], "to": [...], "either": false}`; null: all labels.

use std::collections::HashMap;

use serde_json::Value;

/// Tells each relation that joins labels it must not: where it is below the list (`[2].relations[0]`), and `must ...`.
pub(super) fn check(ends: &Value, regions: &[Value], mut wrong: impl FnMut(&str, String)) {
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let labels: HashMap<String, String> = regions.iter().filter_map(|region| Some((text(region, "id")?, text(region, "label")?))).collect();
    for (at, region) in regions.iter().enumerate() {
        let Some(from) = text(region, "label") else { continue };
        for (nth, relation) in region.get("relations").and_then(Value::as_array).into_iter().flatten().enumerate() {
            let (Some(to), Some(label)) = (text(relation, "to").and_then(|id| labels.get(&id)), text(relation, "label")) else { continue };
            let Some(of) = ends.get(&label) else { continue };
            let either = of.get("either") == Some(&Value::Bool(true));
            if !(joins(of, &from, to) || either && joins(of, to, &from)) {
                let message = format!("must go from {} to {}; it goes from {from} to {to}", told(of.get("from")), told(of.get("to")));
                wrong(&format!("[{at}].relations[{nth}]"), message);
            }
        }
    }
}

fn joins(ends: &Value, from: &str, to: &str) -> bool {
    let takes = |end: &str, label: &str| match ends.get(end).and_then(Value::as_array) {
        Some(labels) => labels.iter().any(|known| known == label),
        None => true,
    };
    takes("from", from) && takes("to", to)
}

fn told(labels: Option<&Value>) -> String {
    match labels.and_then(Value::as_array) {
        Some(labels) => labels.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or "),
        None => "any region".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn wrong(ends: &Value) -> Vec<String> {
        let regions = json!([
            { "id": "a", "label": "person", "relations": [{ "to": "b", "label": "rides" }, { "to": "gone", "label": "rides" }] },
            { "id": "b", "label": "bicycle", "relations": [{ "to": "a", "label": "rides" }] },
        ]);
        let mut found = Vec::new();
        check(ends, regions.as_array().unwrap(), |path, message| found.push(format!("{path} {message}")));
        found
    }

    #[test]
    fn a_relation_goes_from_and_to_the_labels_that_its_type_says() {
        let ends = json!({ "rides": { "from": ["person"], "to": ["bicycle", "horse"], "either": false } });
        assert_eq!(wrong(&ends), ["[1].relations[0] must go from person to bicycle or horse; it goes from bicycle to person"]);
        assert_eq!(wrong(&json!({ "rides": { "from": null, "to": ["person"], "either": false } })).len(), 1);
    }

    #[test]
    fn one_that_goes_both_ways_may_begin_at_either_end() {
        assert!(wrong(&json!({ "rides": { "from": ["person"], "to": ["bicycle"], "either": true } })).is_empty());
        assert!(wrong(&json!({ "owns": { "from": ["dog"], "to": null, "either": false } })).is_empty(), "a type that is not stated");
    }
}
