//! What must fit together in one component beyond the kinds of its properties.

use serde_json::Value;

use super::{Compiler, Given, parts::PartAt};
use crate::layout::{
    problem::Rule,
    registry::{Component, Kind},
    span::Span,
    syntax::Element,
};
use crate::suggest::nearest;

impl Compiler<'_> {
    pub(super) fn rules(&mut self, element: &Element, component: &Component, given: &Given, parts: &[PartAt]) {
        self.ordered(component, &|key| given.literal(key), &|key| given.span(key));
        self.enough(element, component, given, parts);
        match component.name.as_str() {
            "Select" if !given.flag("multiple") => self.only_with(given, &["min_items", "max_items"], "multiple"),
            "Classification" => self.classification(given, parts),
            "ImageAnnotator" => self.labels(given, parts),
            _ => {}
        }
        let options = options(parts);
        if let Some(default) = given.literal("default").and_then(Value::as_str)
            && !options.is_empty()
            && !given.spans.contains_key("options")
        {
            self.one_of(default, &options, given.span("default"), "options");
        }
        for part in parts {
            self.part_rules(part);
        }
    }

    fn one_of(&mut self, word: &str, known: &[&str], span: Span, what: &str) {
        if !known.contains(&word) {
            let message = format!("{word:?} is none of the {what}: {}", known.join(", "));
            self.problems.misspelt(span, Rule::WrongValue, message, nearest(word, known.iter().copied()));
        }
    }

    /// The least is not more than the most.
    fn ordered<'v>(&mut self, component: &Component, value: &dyn Fn(&str) -> Option<&'v Value>, span: &dyn Fn(&str) -> Span) {
        for least in component.properties.iter().filter(|property| property.name == "min" || property.name.starts_with("min-")) {
            let most = format!("max{}", &least.name[3..]);
            let most_key = most.replace('-', "_");
            let (Some(low), Some(high)) = (value(&least.key()), value(&most_key)) else { continue };
            let wrong = match (low, high) {
                (Value::String(low), Value::String(high)) => low > high,
                _ => low.as_f64() > high.as_f64(),
            };
            if wrong {
                self.problems.add(span(&most_key), Rule::WrongValue, format!("{most} is {high}, less than {}, which is {low}", least.name));
            }
        }
    }

    fn only_with(&mut self, given: &Given, keys: &[&str], needs: &str) {
        for key in keys.iter().filter(|key| given.spans.contains_key(**key)) {
            let message = format!("{} counts what is chosen of several; it needs {needs}", key.replace('_', "-"));
            self.problems.add(given.span(key), Rule::WrongForm, message);
        }
    }

    /// A component that is about its parts has some, or data that stands for them.
    fn enough(&mut self, element: &Element, component: &Component, given: &Given, parts: &[PartAt]) {
        let (part, data) = match component.name.as_str() {
            "Select" | "RadioGroup" => ("Option", Some("options")),
            "Ranker" => ("Item", Some("items")),
            "Classification" => ("Category", None),
            "NERTagger" => ("EntityType", None),
            "Tabs" if !element.elements().any(|child| child.name.text == "Tab") => ("Tab", None),
            _ => return,
        };
        let has_data = data.is_some_and(|data| given.spans.contains_key(data));
        // A part that is there but wrong has been told already.
        if !has_data
            && !parts.iter().any(|known| known.is(part))
            && !element.elements().any(|child| nearest(&child.name.text, [part]).is_some())
        {
            let or = data.map_or_else(String::new, |data| format!(", or bind:{data}=\"$.input....\""));
            self.problems.add(element.name.span, Rule::MissingChild, format!("{} needs at least one <{part}>{or}", component.name));
        }
    }

    fn classification(&mut self, given: &Given, parts: &[PartAt]) {
        let mode = given.word("mode").unwrap_or_default();
        if mode != "multi" {
            self.only_with(given, &["min_items", "max_items"], "mode=\"multi\"");
        }
        let nested = parts.iter().flat_map(|part| &part.below).find(|part| part.is("Category"));
        if let Some(nested) = nested.filter(|_| mode != "hierarchical") {
            self.problems.add(nested.span, Rule::ChildNotAllowed, "a Category in a Category needs mode=\"hierarchical\"");
        }
    }

    fn labels(&mut self, given: &Given, parts: &[PartAt]) {
        self.relation_types(parts);
        let allowed = words(given.literal("tools"));
        for label in parts.iter().filter(|part| part.is("Label")) {
            let (Some(tools), Some(allowed)) = (words(label.part.literal("tools")), &allowed) else { continue };
            for tool in tools.iter().filter(|tool| !allowed.contains(tool)) {
                let message = format!("{tool} is none of the tools of its ImageAnnotator: {}", allowed.join(", "));
                self.problems.add(label.span_of("tools"), Rule::WrongValue, message);
            }
        }
    }

    fn part_rules(&mut self, part: &PartAt) {
        if let Some(component) = self.registry.get(&part.part.part) {
            self.ordered(component, &|key| part.part.literal(key), &|key| part.span_of(key));
        }
        match part.part.part.as_str() {
            "Attribute" => self.attribute_of_label(part),
            "Label" => self.skeleton(part),
            _ => {}
        }
        for below in &part.below {
            self.part_rules(below);
        }
    }

    fn skeleton(&mut self, label: &PartAt) {
        let points: Vec<&str> = label.below.iter().filter(|part| part.is("Keypoint")).filter_map(PartAt::name).collect();
        for point in label.below.iter().filter(|part| part.is("Keypoint") && part.part.literal("mirror").is_some()) {
            let others: Vec<&str> = points.iter().copied().filter(|name| Some(*name) != point.name()).collect();
            self.one_of(point.part.word("mirror"), &others, point.span_of("mirror"), "label's other keypoints");
        }
        for edge in label.below.iter().filter(|part| part.is("Edge")) {
            for end in ["from", "to"].into_iter().filter(|end| edge.part.literal(end).is_some()) {
                self.one_of(edge.part.word(end), &points, edge.span_of(end), "label's keypoints");
            }
        }
    }

    /// The ends of a `RelationType` are labels that can be drawn here. Those of the project are not known yet: then any word goes.
    fn relation_types(&mut self, parts: &[PartAt]) {
        let labels: Vec<&str> = parts.iter().filter(|part| part.is("Label")).filter_map(PartAt::name).collect();
        if labels.is_empty() {
            return;
        }
        for kind in parts.iter().filter(|part| part.is("RelationType")) {
            for end in ["from", "to"] {
                for word in words(kind.part.literal(end)).unwrap_or_default() {
                    self.one_of(&word, &labels, kind.span_of(end), "annotator's labels");
                }
            }
        }
    }

    /// `Attribute`: what each type takes.
    fn attribute_of_label(&mut self, part: &PartAt) {
        let kind = part.part.word("type").to_owned();
        if kind.is_empty() {
            return;
        }
        let options = options(&part.below);
        let chooses = matches!(kind.as_str(), "select" | "multi-select");
        if chooses && options.is_empty() {
            self.problems.add(part.span, Rule::MissingChild, format!("an Attribute of type {kind} needs at least one <Option>"));
        }
        if let Some(option) = part.below.iter().find(|part| part.is("Option")).filter(|_| !chooses) {
            self.problems.add(
                option.span,
                Rule::ChildNotAllowed,
                format!("an Attribute of type {kind} has no options; select and multi-select have"),
            );
        }
        for (key, of) in OF_TYPES {
            if kind != of && part.spans.contains_key(key) {
                let message = format!("{} is of a {of}; this Attribute is of type {kind}", key.replace('_', "-"));
                self.problems.add(part.span_of(key), Rule::WrongForm, message);
            }
        }
        let Some(default) = part.part.literal("default").and_then(Value::as_str) else { return };
        let span = part.span_of("default");
        match kind.as_str() {
            "select" => self.one_of(default, &options, span, "options"),
            "multi-select" => {
                for word in default.split(',').map(str::trim) {
                    self.one_of(word, &options, span, "options");
                }
            }
            "number" | "boolean" => {
                let kind = if kind == "number" { Kind::number() } else { Kind::Flag };
                if let Err(misread) = kind.read(default) {
                    self.problems.add(span, Rule::WrongValue, misread.message);
                } else if let Ok(number) = default.trim().parse::<f64>() {
                    self.within(part, number, span);
                }
            }
            _ => {}
        }
    }

    /// A default that could not be submitted is no help.
    fn within(&mut self, part: &PartAt, number: f64, span: Span) {
        let bound = |key: &str| part.part.literal(key).and_then(Value::as_f64);
        if let Some(least) = bound("min").filter(|least| number < *least) {
            self.problems.add(span, Rule::WrongValue, format!("{number} is less than the least, {least}"));
        }
        if let Some(most) = bound("max").filter(|most| number > *most) {
            self.problems.add(span, Rule::WrongValue, format!("{number} is more than the most, {most}"));
        }
    }
}

/// What only attributes of one type take.
const OF_TYPES: [(&str, &str); 7] = [
    ("min", "number"),
    ("max", "number"),
    ("integer", "number"),
    ("step", "number"),
    ("unit", "number"),
    ("pattern", "text"),
    ("max_length", "text"),
];

/// Their values, each once.
fn options(parts: &[PartAt]) -> Vec<&str> {
    let mut options: Vec<&str> = parts.iter().filter(|part| part.is("Option")).filter_map(PartAt::name).collect();
    let mut seen = std::collections::BTreeSet::new();
    options.retain(|option| seen.insert(*option));
    options
}

fn words(value: Option<&Value>) -> Option<Vec<String>> {
    let items = value?.as_array()?;
    Some(items.iter().filter_map(Value::as_str).map(str::to_owned).collect())
}
