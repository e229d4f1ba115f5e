//! A label that gets another name, or becomes another one: what the project's labels are then, and how what was drawn before follows.
//!
//! A label keeps the names it had (`formerly`). So whatever still says an older one (a draft that was offline, a layout of last month, a state of
//! a document brought back) is understood at once and for good; what is stored is rewritten at leisure.

use std::collections::BTreeMap;

use serde_json::Value;
use tandem_protocol::{
    FieldError,
    rest::{LabelChange, LabelDef, LabelSchema, Region},
};

use crate::formats::labels::check_name;

/// From the names that labels had to those they have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Renames(BTreeMap<String, String>);

impl Renames {
    #[must_use]
    pub fn of(schema: &LabelSchema) -> Self {
        let former = |label: &LabelDef| label.formerly.iter().map(|was| (was.clone(), label.name.clone())).collect::<Vec<_>>();
        Self(schema.labels.iter().flat_map(former).collect())
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What this is called now, if that is something else.
    #[must_use]
    pub fn current(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Each former name with the present one.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(was, is)| (was.as_str(), is.as_str()))
    }

    /// Gives regions the present names of their labels; how many had another.
    pub fn regions(&self, regions: &mut [Region]) -> usize {
        let mut changed = 0;
        for region in regions {
            if let Some(current) = self.current(&region.label) {
                current.clone_into(&mut region.label);
                changed += 1;
            }
        }
        changed
    }

    /// The same, of regions wherever they are in some JSON: what has a label and a shape. Spans of a text have labels that are not the project's.
    pub fn value(&self, value: &mut Value) -> usize {
        match value {
            Value::Array(items) => items.iter_mut().map(|item| self.value(item)).sum(),
            Value::Object(entries) => {
                let mut changed = 0;
                if entries.get("geometry").is_some_and(Value::is_object)
                    && let Some(Value::String(label)) = entries.get_mut("label")
                    && let Some(current) = self.current(label)
                {
                    current.clone_into(label);
                    changed += 1;
                }
                changed + entries.values_mut().map(|entry| self.value(entry)).sum::<usize>()
            }
            _ => 0,
        }
    }
}

impl<'n> FromIterator<(&'n str, &'n str)> for Renames {
    fn from_iter<I: IntoIterator<Item = (&'n str, &'n str)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(from, to)| (from.to_owned(), to.to_owned())).collect())
    }
}

/// The labels after `from` became `to`.
///
/// # Errors
/// Why that cannot be, of the fields `from` and `to`.
pub fn change(schema: &LabelSchema, from: &str, to: &str) -> Result<(LabelSchema, LabelChange), FieldError> {
    check_name(to).map_err(|reason| error("to", reason.code, reason.text))?;
    if to.trim() != to {
        return Err(error("to", "blank_ends", "a label's name has no blanks at its ends".to_owned()));
    }
    if from == to {
        return Err(error("to", "different", format!("{to:?} is what it is called")));
    }
    let mut after = schema.clone();
    let into = schema.labels.iter().position(|label| label.name == to);
    let Some(at) = schema.labels.iter().position(|label| label.name == from) else {
        return match into {
            Some(into) if schema.labels[into].formerly.iter().any(|was| was == from) => Ok((after, LabelChange::Done)),
            _ => Err(error("from", "unknown_label", format!("the project has no label {from:?}"))),
        };
    };
    if let Some(other) = schema.labels.iter().find(|label| label.name != from && label.formerly.iter().any(|was| was == to)) {
        let message = format!("{:?} was called {to:?} once, and work begun then may still say so; choose another name", other.name);
        return Err(error("to", "formerly", message));
    }
    let mut former = after.labels[at].formerly.clone();
    former.push(from.to_owned());
    match into {
        Some(into) => {
            after.labels[into].formerly.extend(former);
            after.labels.remove(at);
            Ok((after, LabelChange::Merge))
        }
        None => {
            former.retain(|was| was != to);
            let label = &mut after.labels[at];
            to.clone_into(&mut label.name);
            label.formerly = former;
            Ok((after, LabelChange::Rename))
        }
    }
}

/// Labels as somebody wants them, with the names that those of before had: only [`change`] adds to them.
///
/// # Errors
/// If a label is to be called what another was: of the field `label_schema.labels[n].name`.
pub fn keep_former(before: &LabelSchema, wanted: &mut LabelSchema) -> Result<(), FieldError> {
    for label in &mut wanted.labels {
        let known = before.labels.iter().find(|was| was.name == label.name);
        label.formerly = known.map(|was| was.formerly.clone()).unwrap_or_default();
    }
    let renames = Renames::of(wanted);
    for (index, label) in wanted.labels.iter().enumerate() {
        if let Some(other) = renames.current(&label.name) {
            let message = format!("{other:?} was called {:?} once, and work begun then may still say so; choose another name", label.name);
            return Err(error(&format!("label_schema.labels[{index}].name"), "formerly", message));
        }
    }
    Ok(())
}

fn error(field: &str, rule: &str, message: String) -> FieldError {
    FieldError { field: field.to_owned(), rule: rule.to_owned(), message }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn schema(labels: &[(&str, &[&str])]) -> LabelSchema {
        let label = |(name, formerly): &(&str, &[&str])| LabelDef {
            name: (*name).to_owned(),
            formerly: formerly.iter().map(|was| (*was).to_owned()).collect(),
            color: "#112233".into(),
            ..LabelDef::default()
        };
        LabelSchema { labels: labels.iter().map(label).collect() }
    }

    fn changed(before: &LabelSchema, from: &str, to: &str) -> LabelSchema {
        change(before, from, to).unwrap().0
    }

    fn rule(before: &LabelSchema, from: &str, to: &str) -> (String, String) {
        let FieldError { field, rule, .. } = change(before, from, to).unwrap_err();
        (field, rule)
    }

    #[test]
    fn a_label_remembers_what_it_was_called() {
        let renamed = changed(&schema(&[("car", &[]), ("dog", &[])]), "car", "vehicle");
        assert_eq!(renamed, schema(&[("vehicle", &["car"]), ("dog", &[])]));
        let again = changed(&renamed, "vehicle", "automobile");
        assert_eq!(again, schema(&[("automobile", &["car", "vehicle"]), ("dog", &[])]));
        assert_eq!(Renames::of(&again).current("car"), Some("automobile"), "in one step, however many there were");
        assert_eq!(changed(&again, "automobile", "car"), schema(&[("car", &["vehicle", "automobile"]), ("dog", &[])]), "and back");
    }

    #[test]
    fn of_two_that_become_one_that_one_remembers_all_names() {
        let before = schema(&[("auto", &["car"]), ("vehicle", &["wagon"])]);
        let (after, what) = change(&before, "auto", "vehicle").unwrap();
        assert_eq!((after.clone(), what), (schema(&[("vehicle", &["wagon", "car", "auto"])]), LabelChange::Merge));
        assert_eq!(change(&after, "auto", "vehicle").unwrap(), (after, LabelChange::Done), "asked for again, what is stored follows");
    }

    #[test]
    fn what_cannot_be_says_why() {
        let labels = schema(&[("vehicle", &["car"]), ("dog", &[])]);
        assert_eq!(rule(&labels, "cat", "dog"), ("from".into(), "unknown_label".into()));
        assert_eq!(rule(&labels, "dog", "dog"), ("to".into(), "different".into()));
        assert_eq!(rule(&labels, "dog", " pup"), ("to".into(), "blank_ends".into()));
        assert_eq!(rule(&labels, "dog", "a\tb"), ("to".into(), "label_name".into()));
        assert_eq!(rule(&labels, "dog", "car"), ("to".into(), "formerly".into()), "a draft that says car means vehicle");
    }

    #[test]
    fn labels_that_are_saved_keep_their_former_names_whatever_is_sent() {
        let before = schema(&[("vehicle", &["car"]), ("dog", &[])]);
        let mut wanted = schema(&[("dog", &["made up"]), ("vehicle", &[])]);
        keep_former(&before, &mut wanted).unwrap();
        assert_eq!(wanted, schema(&[("dog", &[]), ("vehicle", &["car"])]));
        let mut clash = schema(&[("vehicle", &[]), ("car", &[])]);
        assert_eq!(keep_former(&before, &mut clash).unwrap_err().field, "label_schema.labels[1].name");
        let mut freed = schema(&[("car", &[])]);
        keep_former(&before, &mut freed).unwrap();
        assert_eq!(freed, schema(&[("car", &[])]), "with the label its former names are free");
    }

    #[test]
    fn regions_follow_wherever_they_are_and_nothing_else_does() {
        let renames = Renames::of(&schema(&[("vehicle", &["car"])]));
        let mut data = json!({
            "regions": [{"label": "car", "geometry": {"kind": "point"}, "attributes": {"label": "car"}}, {"label": "dog", "geometry": {}}],
            "output": {"boxes": [{"label": "car", "geometry": {}}], "entities": [{"label": "car", "start": 1, "end": 3}], "car": "car"},
        });
        assert_eq!(renames.value(&mut data), 2);
        assert_eq!(
            data,
            json!({
                "regions": [{"label": "vehicle", "geometry": {"kind": "point"}, "attributes": {"label": "car"}}, {"label": "dog", "geometry": {}}],
                "output": {"boxes": [{"label": "vehicle", "geometry": {}}], "entities": [{"label": "car", "start": 1, "end": 3}], "car": "car"},
            })
        );
        assert_eq!(renames.value(&mut data), 0, "once");
    }
}
