//! Agreement on spans of text, token by token.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;

/// From `start` up to but not with `end`, in tokens (or letters: the unit is the annotation's).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Span {
    pub start: u64,
    pub end: u64,
    #[serde(default)]
    pub label: String,
}

/// More is no text of one task.
const MAX_TOKENS: u64 = 10_000_000;

/// F1 of two sets: 2a / (2a + b + c), where a are in both and b, c in one of them only. Among annotators it does not matter who is the truth
/// (Hripcsak and Rothschild, "Agreement, the F-Measure, and Reliability in Information Retrieval", 2005).
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts of tokens")]
pub fn f1<T: Ord>(left: &BTreeSet<T>, right: &BTreeSet<T>) -> f64 {
    let total = left.len() + right.len();
    if total == 0 { 1.0 } else { 2.0 * left.intersection(right).count() as f64 / total as f64 }
}

/// F1 over labelled tokens: each token with its label, in as many spans as it is.
#[must_use]
pub fn token_f1(left: &[Span], right: &[Span]) -> f64 {
    f1(&labelled(left), &labelled(right))
}

fn labelled(spans: &[Span]) -> BTreeSet<(u64, &str)> {
    spans.iter().flat_map(|span| (span.start..span.end).map(|token| (token, span.label.as_str()))).collect()
}

/// `entities` or `spans` of an answer, or of what was filled in its layout (`output`) every list of spans, wherever it is. There somebody may have found
/// none at all; a layout has more than one list seldom, and then their labels are told apart by where they are.
pub(super) fn spans(answer: &Value) -> Result<Vec<Span>, String> {
    let named = ["entities", "spans"].iter().find_map(|key| answer.get(key));
    let spans = match (named, answer.get("output")) {
        (Some(list), _) => of(list)?,
        (None, Some(output @ Value::Object(_))) => {
            let mut found = Vec::new();
            gather(output, "", &mut found)?;
            found
        }
        (None, _) if answer.is_array() => of(answer)?,
        _ => return Err("it has no list \"entities\" or \"spans\"".to_owned()),
    };
    match spans.iter().find(|span| span.end < span.start || span.end > MAX_TOKENS) {
        Some(span) => Err(format!("a span from {} to {}", span.start, span.end)),
        None => Ok(spans),
    }
}

fn of(list: &Value) -> Result<Vec<Span>, String> {
    Vec::deserialize(list).map_err(|error: serde_json::Error| error.to_string())
}

fn gather(value: &Value, at: &str, found: &mut Vec<Span>) -> Result<(), String> {
    match value {
        Value::Array(items) if items.iter().any(|item| item.get("start").is_some() && item.get("end").is_some()) => {
            found.extend(of(value)?.into_iter().map(|span| Span { label: format!("{at}/{}", span.label), ..span }));
        }
        Value::Array(items) => {
            for item in items {
                gather(item, at, found)?;
            }
        }
        Value::Object(entries) => {
            for (name, inner) in entries {
                gather(inner, &format!("{at}/{name}"), found)?;
            }
        }
        _ => {}
    }
    Ok(())
}
