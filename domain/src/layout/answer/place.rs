//! Where in an answer fields keep their values, all fields together as a tree.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::schema::{filled, optional};
use crate::layout::expression::{Expr, Segment};

/// One step down from `$.output`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::layout) enum Step {
    Field(String),
    /// Of a list.
    Item,
    /// Of an object whose names come from data.
    Entry,
}

/// `keys`: variables that are places in a list.
pub(in crate::layout) fn steps(path: &Expr, keys: &[&str]) -> Vec<Step> {
    let Expr::Path { segments, .. } = path else { return Vec::new() };
    let step = |segment: &Segment| match segment {
        Segment::Name(name) => Step::Field(name.clone()),
        Segment::Index(_) => Step::Item,
        Segment::Computed(expr) => match &**expr {
            Expr::Local { name, segments } if segments.is_empty() && keys.contains(&name.as_str()) => Step::Item,
            _ => Step::Entry,
        },
    };
    segments.iter().map(step).collect()
}

#[derive(Debug)]
pub(super) enum Place {
    /// The schemas of fields of different cases that keep their value here, and whether one must always be there.
    Leaf(Vec<Value>, bool),
    Object(BTreeMap<String, Place>, BTreeSet<String>),
    List(Box<Place>),
    Map(Box<Place>),
    /// Different cases keep things of different kinds here.
    Any,
}

impl Place {
    fn empty() -> Self {
        Self::Object(BTreeMap::new(), BTreeSet::new())
    }

    fn of(steps: &[Step], schema: &Value, required: bool) -> Self {
        let Some((first, rest)) = steps.split_first() else { return Self::Leaf(vec![schema.clone()], required) };
        let below = Self::of(rest, schema, required);
        match first {
            Step::Field(name) => {
                let needed = required.then(|| name.clone()).into_iter().collect();
                Self::Object([(name.clone(), below)].into(), needed)
            }
            Step::Item => Self::List(below.into()),
            Step::Entry => Self::Map(below.into()),
        }
    }

    fn merge(&mut self, other: Self) {
        match (self, other) {
            (Self::Leaf(known, required), Self::Leaf(new, also)) => {
                *required |= also;
                for schema in new {
                    if !known.contains(&schema) {
                        known.push(schema);
                    }
                }
            }
            (Self::Object(fields, required), Self::Object(new, also)) => {
                required.extend(also);
                for (name, place) in new {
                    match fields.get_mut(&name) {
                        Some(known) => known.merge(place),
                        None => drop(fields.insert(name, place)),
                    }
                }
            }
            (Self::List(item), Self::List(new)) | (Self::Map(item), Self::Map(new)) => item.merge(*new),
            (this, _) => *this = Self::Any,
        }
    }

    /// All fields. `required`: always, not on a condition.
    pub fn all<'f>(fields: impl Iterator<Item = (Vec<Step>, &'f Value, bool)>) -> Self {
        let mut all = Self::empty();
        for (steps, schema, required) in fields {
            // What is in a list or under a computed name is there as often as the data says.
            let required = required && steps.iter().all(|step| matches!(step, Step::Field(_)));
            all.merge(Self::of(&steps, schema, required));
        }
        all
    }

    pub fn schema(&self) -> Value {
        match self {
            Self::Any => json!({}),
            Self::Leaf(schemas, required) => {
                let schema = if let [one] = &schemas[..] { one.clone() } else { json!({ "anyOf": schemas }) };
                if *required { filled(schema) } else { optional(schema) }
            }
            Self::List(item) => json!({ "type": "array", "items": { "anyOf": [item.schema(), { "type": "null" }] } }),
            Self::Map(entry) => json!({ "type": "object", "additionalProperties": entry.schema() }),
            Self::Object(fields, required) => {
                let properties: serde_json::Map<_, _> = fields.iter().map(|(name, place)| (name.clone(), place.schema())).collect();
                let mut schema = json!({ "type": "object", "properties": properties, "additionalProperties": false });
                if !required.is_empty() {
                    schema["required"] = required.iter().cloned().collect();
                }
                schema
            }
        }
    }
}
