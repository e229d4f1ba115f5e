//! A value against the part of JSON Schema that layouts produce, with messages for people. What a custom component's schema says beyond that is not
//! looked at here.

use std::collections::HashSet;

use serde_json::Value;

use super::relations;
use crate::{expression::same, layout::value::is_date};

/// One rule that a value breaks.
#[derive(Debug)]
pub(super) struct Wrong {
    /// Below the value: `[2].label`.
    pub path: String,
    pub rule: &'static str,
    /// `must ...`
    pub message: String,
}

#[derive(Debug, Default)]
pub(super) struct Report {
    path: String,
    pub wrong: Vec<Wrong>,
}

/// Of one value; a list of thousands with the same mistake is told by its first few.
const MAX_WRONG: usize = 20;

impl Report {
    pub fn of(schema: &Value, value: &Value) -> Vec<Wrong> {
        let mut report = Self::default();
        report.check(schema, value);
        report.wrong
    }

    fn add(&mut self, rule: &'static str, message: String) {
        if self.wrong.len() < MAX_WRONG {
            self.wrong.push(Wrong { path: self.path.clone(), rule, message });
        }
    }

    fn below(&mut self, step: &str, schema: &Value, value: &Value) {
        let length = self.path.len();
        self.path.push_str(step);
        self.check(schema, value);
        self.path.truncate(length);
    }

    fn check(&mut self, schema: &Value, value: &Value) {
        if self.wrong.len() >= MAX_WRONG || !self.of_type(schema, value) {
            return;
        }
        if let Some(choices) = schema.get("enum").and_then(Value::as_array)
            && !choices.iter().any(|choice| same(choice, value))
        {
            let known: Vec<String> = choices.iter().take(20).map(written).collect();
            let more = if choices.len() > 20 { format!(" and {} more", choices.len() - 20) } else { String::new() };
            return self.add("one_of", format!("must be one of {}{more}; it is {}", known.join(", "), written(value)));
        }
        if let Some(wanted) = schema.get("const").filter(|wanted| !same(wanted, value)) {
            return self.add("one_of", format!("must be {}", written(wanted)));
        }
        match value {
            Value::Number(_) => self.number(schema, value),
            Value::String(text) => self.text(schema, text),
            Value::Array(items) => self.list(schema, items),
            Value::Object(entries) => self.object(schema, entries),
            _ => {}
        }
        self.combined(schema, value);
    }

    fn of_type(&mut self, schema: &Value, value: &Value) -> bool {
        let Some(kind) = schema.get("type").and_then(Value::as_str) else { return true };
        let (fits, said) = match kind {
            "string" => (value.is_string(), "a text"),
            "boolean" => (value.is_boolean(), "true or false"),
            "integer" => (value.as_f64().is_some_and(|number| number.fract() == 0.0), "a whole number"),
            "number" => (value.is_number(), "a number"),
            "array" => (value.is_array(), "a list"),
            "object" => (value.is_object(), "an object"),
            _ => (true, ""),
        };
        if !fits {
            self.add("type", format!("must be {said}; it is {}", crate::expression::kind_of(value)));
        }
        fits
    }

    fn number(&mut self, schema: &Value, value: &Value) {
        let bound = |key: &str| schema.get(key).and_then(Value::as_f64);
        let Some(number) = value.as_f64() else { return };
        if let Some(least) = bound("minimum").filter(|least| number < *least) {
            self.add("range", format!("must be {least} or more; it is {number}"));
        }
        if let Some(most) = bound("maximum").filter(|most| number > *most) {
            self.add("range", format!("must be {most} or less; it is {number}"));
        }
        if let Some(step) = bound("multipleOf").filter(|step| (number / step).fract() != 0.0) {
            self.add("step", format!("must be in steps of {step}; it is {number}"));
        }
    }

    fn text(&mut self, schema: &Value, text: &str) {
        let length = text.chars().count();
        if let Some(least) = size(schema, "minLength").filter(|least| length < *least) {
            self.add("min_length", format!("must have at least {least} letters; it has {length}"));
        }
        if let Some(most) = size(schema, "maxLength").filter(|most| length > *most) {
            self.add("max_length", format!("must have at most {most} letters; it has {length}"));
        }
        if let Some(pattern) = schema.get("pattern").and_then(Value::as_str)
            && regex_lite::Regex::new(pattern).is_ok_and(|pattern| !pattern.is_match(text))
        {
            let told = schema.get("x-message").and_then(Value::as_str);
            self.add("pattern", told.map_or_else(|| format!("must fit {pattern}"), str::to_owned));
        }
        if schema.get("format").is_some_and(|format| format == "date") {
            let bound = |key: &str| schema.get(key).and_then(Value::as_str);
            if !is_date(text) {
                self.add("format", "must be a date like 2026-11-29".to_owned());
            } else if let Some(first) = bound("x-minimum").filter(|first| text < *first) {
                self.add("range", format!("must not be before {first}"));
            } else if let Some(last) = bound("x-maximum").filter(|last| text > *last) {
                self.add("range", format!("must not be after {last}"));
            }
        }
    }

    fn list(&mut self, schema: &Value, items: &[Value]) {
        let count = items.len();
        if let Some(least) = size(schema, "minItems").filter(|least| count < *least) {
            self.add("min_items", format!("must have at least {least}; there is {count}"));
        }
        if let Some(most) = size(schema, "maxItems").filter(|most| count > *most) {
            self.add("max_items", format!("must have at most {most}; there is {count}"));
        }
        if schema.get("uniqueItems") == Some(&Value::Bool(true)) {
            let mut seen = HashSet::new();
            if let Some(item) = items.iter().find(|item| !seen.insert(item.to_string())) {
                self.add("unique", format!("must not have {} twice", written(item)));
            }
        }
        if let Some(each) = schema.get("items") {
            for (index, item) in items.iter().enumerate() {
                self.below(&format!("[{index}]"), each, item);
            }
        }
        if let Some(wanted) = schema.get("contains") {
            let count = items.iter().filter(|item| Self::of(wanted, item).is_empty()).count();
            let name = wanted.pointer("/properties/label/const").map_or_else(|| "of them".to_owned(), written);
            if let Some(least) = size(schema, "minContains").filter(|least| count < *least) {
                self.add("min_items", format!("must have at least {least} {name}; there is {count}"));
            }
            if let Some(most) = size(schema, "maxContains").filter(|most| count > *most) {
                self.add("max_items", format!("must have at most {most} {name}; there is {count}"));
            }
        }
        self.spans(schema, items);
        if let Some(ends) = schema.get("x-relation-ends") {
            relations::check(ends, items, |path, message| {
                let before = self.path.len();
                self.path += path;
                self.add("relation_ends", message);
                self.path.truncate(before);
            });
        }
    }

    /// What JSON Schema cannot say about spans of a text.
    fn spans(&mut self, schema: &Value, items: &[Value]) {
        let mut spans: Vec<(u64, u64, usize)> = items
            .iter()
            .enumerate()
            .filter_map(|(index, item)| Some((item.get("start")?.as_u64()?, item.get("end")?.as_u64()?, index)))
            .collect();
        for (start, end, index) in &spans {
            let length = end.saturating_sub(*start);
            let (least, most) = (size(schema, "x-min-span"), size(schema, "x-max-span"));
            let is_span = schema.pointer("/items/properties/start").is_some();
            let message = match usize::try_from(length).unwrap_or(usize::MAX) {
                0 if is_span => Some(("range", format!("must end after its start, {start}; it ends at {end}"))),
                length if least.is_some_and(|least| length < least) => {
                    Some(("min_length", format!("must be at least {} letters long; it is {length}", least.unwrap_or_default())))
                }
                length if most.is_some_and(|most| length > most) => {
                    Some(("max_length", format!("must be at most {} letters long; it is {length}", most.unwrap_or_default())))
                }
                _ => None,
            };
            if let Some((rule, message)) = message {
                let before = self.path.len();
                self.path += &format!("[{index}]");
                self.add(rule, message);
                self.path.truncate(before);
            }
        }
        if schema.get("x-no-overlap") == Some(&Value::Bool(true)) {
            spans.sort_unstable();
            for pair in spans.windows(2).filter(|pair| pair[1].0 < pair[0].1) {
                let before = self.path.len();
                self.path += &format!("[{}]", pair[1].2);
                self.add("overlap", format!("must not overlap the one from {} to {}", pair[0].0, pair[0].1));
                self.path.truncate(before);
            }
        }
    }

    fn object(&mut self, schema: &Value, entries: &serde_json::Map<String, Value>) {
        for name in schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
            if !entries.contains_key(name) {
                self.add("required", format!("must have {name}"));
            }
        }
        let properties = schema.get("properties").and_then(Value::as_object);
        for (name, value) in entries {
            match (properties.and_then(|known| known.get(name)), schema.get("additionalProperties")) {
                (Some(below), _) => self.below(&format!(".{name}"), below, value),
                (None, Some(Value::Bool(false))) => self.add("unknown_field", format!("must not have {name}")),
                (None, Some(below)) => self.below(&format!(".{name}"), below, value),
                (None, None) => {}
            }
        }
    }

    fn combined(&mut self, schema: &Value, value: &Value) {
        for rule in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
            self.check(rule, value);
        }
        if let Some(condition) = schema.get("if") {
            let branch = if Self::of(condition, value).is_empty() { "then" } else { "else" };
            if let Some(rule) = schema.get(branch) {
                self.check(rule, value);
            }
        }
        if let Some(negated) = schema.get("not")
            && Self::of(negated, value).is_empty()
        {
            self.add("not", "must be something else".to_owned());
        }
        if let Some(choices) = schema.get("anyOf").and_then(Value::as_array) {
            // Of those that do not fit the first says why: the others are what an empty field may be.
            let mut reports = choices.iter().map(|choice| {
                let mut report = Self { path: self.path.clone(), wrong: Vec::new() };
                report.check(choice, value);
                report.wrong
            });
            let Some(first) = reports.next() else { return };
            if !first.is_empty() && !reports.any(|report| report.is_empty()) {
                self.wrong.extend(first);
            }
        }
    }
}

fn size(schema: &Value, key: &str) -> Option<usize> {
    schema.get(key).and_then(Value::as_u64).and_then(|size| usize::try_from(size).ok())
}

/// In a message; long ones are cut.
fn written(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    if text.chars().count() > 60 { text.chars().take(60).chain(['…']).collect() } else { text }
}
