//! The JSON Schema of the value that one component keeps.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::layout::{
    registry::{Component, Produces},
    tree::{Part, Property},
};

/// Options, classes and the like that data adds to: then any text is one.
struct Given<'g> {
    properties: &'g BTreeMap<String, Property>,
    parts: &'g [Part],
}

pub(in crate::layout) fn schema(
    component: &Component,
    produces: &Produces,
    properties: &BTreeMap<String, Property>,
    parts: &[Part],
) -> Value {
    let given = Given { properties, parts };
    match produces {
        Produces::Text => given.text(),
        Produces::Number if component.name == "Rating" => given.rating(),
        Produces::Number => {
            let kind = if given.flag("integer") { "integer" } else { "number" };
            given.with(json!({ "type": kind }), &[("min", "minimum"), ("max", "maximum")])
        }
        Produces::Flag => json!({ "type": "boolean" }),
        Produces::Date => given.with(json!({ "type": "string", "format": "date" }), &[("min", "x-minimum"), ("max", "x-maximum")]),
        Produces::Option => given.options(),
        Produces::Category => given.categories(),
        Produces::Order => given.order(),
        Produces::Preference => {
            let choices: &[&str] = if given.flag("allow_tie") { &["left", "right", "tie"] } else { &["left", "right"] };
            json!({ "type": "string", "enum": choices })
        }
        Produces::Spans => given.spans(),
        Produces::Regions => given.regions(),
        Produces::Schema(schema) => schema.clone(),
    }
}

impl Given<'_> {
    fn literal(&self, key: &str) -> Option<&Value> {
        literal(self.properties, key)
    }

    fn flag(&self, key: &str) -> bool {
        self.literal(key) == Some(&Value::Bool(true))
    }

    /// Properties under the names that JSON Schema has for them.
    fn with(&self, schema: Value, names: &[(&str, &str)]) -> Value {
        with(schema, self.properties, names)
    }

    fn named(&self, part: &str) -> Vec<&str> {
        self.parts.iter().filter(|known| known.part == part).map(name).collect()
    }

    fn text(&self) -> Value {
        let mut schema = self.with(
            json!({ "type": "string" }),
            &[("min_length", "minLength"), ("max_length", "maxLength"), ("pattern_message", "x-message")],
        );
        pattern(&mut schema, self.properties);
        schema
    }

    fn rating(&self) -> Value {
        let most = self.literal("max").cloned().unwrap_or_else(|| 5.into());
        match self.flag("half") {
            true => json!({ "type": "number", "minimum": 0.5, "maximum": most, "multipleOf": 0.5 }),
            false => json!({ "type": "integer", "minimum": 1, "maximum": most }),
        }
    }

    fn options(&self) -> Value {
        let one = self.one_of("Option", "options");
        match self.flag("multiple") {
            true => self.with(json!({ "type": "array", "items": one, "uniqueItems": true }), &COUNTS),
            false => one,
        }
    }

    /// A part's name, or any text where data adds others.
    fn one_of(&self, part: &str, data: &str) -> Value {
        match self.properties.contains_key(data) {
            true => json!({ "type": "string" }),
            false => json!({ "type": "string", "enum": self.named(part) }),
        }
    }

    fn categories(&self) -> Value {
        let names = || json!({ "type": "string", "enum": self.named("Category") });
        match self.literal("mode").and_then(Value::as_str) {
            Some("multi") => self.with(json!({ "type": "array", "items": names(), "uniqueItems": true }), &COUNTS),
            Some("hierarchical") => {
                let mut ways = Vec::new();
                for category in self.parts {
                    walk(category, &mut Vec::new(), self.flag("inner"), &mut ways);
                }
                json!({ "type": "array", "items": { "type": "string" }, "enum": ways })
            }
            _ => names(),
        }
    }

    fn order(&self) -> Value {
        let mut schema = json!({ "type": "array", "items": self.one_of("Item", "items"), "uniqueItems": true });
        if !self.properties.contains_key("items") {
            let count = self.named("Item").len();
            let top = self.literal("top").and_then(Value::as_u64).and_then(|top| usize::try_from(top).ok());
            schema["minItems"] = top.unwrap_or(count).min(count).into();
            schema["maxItems"] = count.into();
        }
        schema
    }

    fn spans(&self) -> Value {
        let labels = self.named("EntityType");
        let label = if labels.is_empty() { json!({ "type": "string" }) } else { json!({ "type": "string", "enum": labels }) };
        let mut item = json!({
            "type": "object",
            "required": ["start", "end", "label"],
            "properties": {
                "id": { "type": "string" },
                "start": { "type": "integer", "minimum": 0 },
                "end": { "type": "integer", "minimum": 1 },
                "label": label,
                "text": { "type": "string" },
            },
        });
        let rules: Vec<Value> = self.parts.iter().filter(|part| part.part == "EntityType").filter_map(entity_rule).collect();
        if !rules.is_empty() {
            item["allOf"] = rules.into();
        }
        let mut schema = self.with(
            json!({ "type": "array", "items": item }),
            &[
                ("min_entities", "minItems"),
                ("max_entities", "maxItems"),
                ("min_span_length", "x-min-span"),
                ("max_span_length", "x-max-span"),
            ],
        );
        if self.literal("allow_overlapping") == Some(&false.into()) {
            schema["x-no-overlap"] = true.into();
        }
        schema
    }

    fn regions(&self) -> Value {
        let labels: Vec<&Part> = self.parts.iter().filter(|part| part.part == "Label").collect();
        let mut geometry = json!({ "type": "object", "required": ["kind"] });
        if let Some(tools) = self.literal("tools") {
            geometry["properties"] = json!({ "kind": { "enum": tools } });
        }
        let mut label = json!({ "type": "string" });
        if !labels.is_empty() {
            label["enum"] = labels.iter().map(|part| name(part)).collect();
        }
        let mut item = json!({
            "type": "object",
            "required": ["id", "label", "geometry"],
            "properties": { "id": { "type": "string" }, "label": label, "geometry": geometry },
        });
        let everywhere = attributes(self.parts);
        if let Some(attributes) = everywhere {
            item["properties"]["attributes"] = attributes["properties"]["attributes"].clone();
            if attributes.get("required").is_some() {
                item["required"] = json!(["id", "label", "geometry", "attributes"]);
            }
        }
        let rules: Vec<Value> = labels.iter().filter_map(|label| label_rule(label)).collect();
        if !rules.is_empty() {
            item["allOf"] = rules.into();
        }
        let relations: Vec<&Part> = self.parts.iter().filter(|part| part.part == "RelationType").collect();
        if !relations.is_empty() {
            item["properties"]["relations"] = relations_schema(&relations);
        }
        let mut schema = self.with(json!({ "type": "array", "items": item }), &[("min_regions", "minItems"), ("max_regions", "maxItems")]);
        let ends: Map<String, Value> = relations.iter().filter_map(|part| Some((name(part).to_owned(), ends_of(part)?))).collect();
        if !ends.is_empty() {
            schema["x-relation-ends"] = ends.into();
        }
        let counts: Vec<Value> = labels.iter().filter_map(|label| label_count(label)).collect();
        if !counts.is_empty() {
            schema["allOf"] = counts.into();
        }
        schema
    }
}

const COUNTS: [(&str, &str); 2] = [("min_items", "minItems"), ("max_items", "maxItems")];

fn literal<'p>(properties: &'p BTreeMap<String, Property>, key: &str) -> Option<&'p Value> {
    match properties.get(key) {
        Some(Property::Literal { value }) => Some(value),
        _ => None,
    }
}

fn with(mut schema: Value, properties: &BTreeMap<String, Property>, names: &[(&str, &str)]) -> Value {
    for (key, keyword) in names {
        if let Some(value) = literal(properties, key) {
            schema[*keyword] = value.clone();
        }
    }
    schema
}

/// All of the text must fit, where JSON Schema asks for a part of it.
fn pattern(schema: &mut Value, properties: &BTreeMap<String, Property>) {
    if let Some(pattern) = literal(properties, "pattern").and_then(Value::as_str) {
        schema["pattern"] = format!("^(?:{pattern})$").into();
    }
}

fn name(part: &Part) -> &str {
    if part.properties.contains_key("value") { part.word("value") } else { part.word("name") }
}

/// The ways down from a class, to its leaves or to all of it.
fn walk<'p>(category: &'p Part, way: &mut Vec<&'p str>, inner: bool, ways: &mut Vec<Value>) {
    way.push(name(category));
    let below: Vec<&Part> = category.parts.iter().filter(|part| part.part == "Category").collect();
    if below.is_empty() || inner {
        ways.push(json!(way));
    }
    for category in below {
        walk(category, way, inner, ways);
    }
    way.pop();
}

/// What a type of entity asks of its text.
fn entity_rule(part: &Part) -> Option<Value> {
    let mut text = with(json!({}), &part.properties, &[("min_length", "minLength"), ("max_length", "maxLength")]);
    pattern(&mut text, &part.properties);
    let is_open = text.as_object().is_some_and(Map::is_empty);
    (!is_open).then(|| rule_for(name(part), json!({ "required": ["text"], "properties": { "text": text } })))
}

fn rule_for(label: &str, then: Value) -> Value {
    json!({ "if": { "required": ["label"], "properties": { "label": { "const": label } } }, "then": then })
}

/// Which relations a region may have, and which of them go one way.
fn relations_schema(types: &[&Part]) -> Value {
    let names: Vec<&str> = types.iter().map(|part| name(part)).collect();
    let ways = types.iter().map(|part| {
        let directed = part.literal("directed") != Some(&false.into());
        rule_for(name(part), json!({ "properties": { "directed": { "const": directed } } }))
    });
    let item = json!({
        "type": "object",
        "required": ["to", "label"],
        "properties": { "to": { "type": "string" }, "label": { "type": "string", "enum": names }, "directed": { "type": "boolean" } },
        "allOf": ways.collect::<Vec<_>>(),
    });
    json!({ "type": "array", "items": item, "uniqueItems": true })
}

/// Labels that a relation goes from and to, where that is said. One that goes both ways may begin at either end. JSON Schema cannot compare
/// two regions, so this stands beside it.
fn ends_of(part: &Part) -> Option<Value> {
    let (from, to) = (part.literal("from"), part.literal("to"));
    if from.is_none() && to.is_none() {
        return None;
    }
    let either = part.literal("directed") == Some(&false.into());
    Some(json!({ "from": from, "to": to, "either": either }))
}

/// The shapes a label may have, and its attributes.
fn label_rule(label: &Part) -> Option<Value> {
    let mut then = attributes(&label.parts).unwrap_or_else(|| json!({}));
    if let Some(tools) = label.literal("tools") {
        then["properties"]["geometry"] = json!({ "properties": { "kind": { "enum": tools } } });
    }
    let is_open = then.as_object().is_some_and(Map::is_empty);
    (!is_open).then(|| rule_for(name(label), then))
}

fn label_count(label: &Part) -> Option<Value> {
    let (least, most) = (label.literal("min"), label.literal("max"));
    if least.is_none() && most.is_none() {
        return None;
    }
    let contains = json!({ "type": "object", "required": ["label"], "properties": { "label": { "const": name(label) } } });
    let mut rule = json!({ "contains": contains, "minContains": least.cloned().unwrap_or_else(|| 0.into()) });
    if let Some(most) = most {
        rule["maxContains"] = most.clone();
    }
    Some(rule)
}

/// `attributes` of a region, as the `Attribute`s among `parts` say.
fn attributes(parts: &[Part]) -> Option<Value> {
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for part in parts.iter().filter(|part| part.part == "Attribute") {
        let schema = attribute(part);
        let is_required = part.literal("required") == Some(&true.into());
        if is_required {
            required.push(name(part).to_owned());
        }
        let schema = if is_required { super::schema::filled(schema) } else { super::schema::optional(schema) };
        properties.insert(name(part).to_owned(), schema);
    }
    if properties.is_empty() {
        return None;
    }
    let mut schema = json!({ "properties": { "attributes": { "type": "object", "properties": properties } } });
    if !required.is_empty() {
        schema["properties"]["attributes"]["required"] = required.into();
        schema["required"] = json!(["attributes"]);
    }
    Some(schema)
}

fn attribute(part: &Part) -> Value {
    let options: Vec<&str> = part.parts.iter().filter(|part| part.part == "Option").map(name).collect();
    match part.word("type") {
        "number" => {
            let kind = if part.literal("integer") == Some(&true.into()) { "integer" } else { "number" };
            with(json!({ "type": kind }), &part.properties, &[("min", "minimum"), ("max", "maximum")])
        }
        // A tick that must be given is one that says yes or no.
        "boolean" => json!({ "enum": [true, false] }),
        "select" => json!({ "type": "string", "enum": options }),
        "multi-select" => json!({ "type": "array", "items": { "type": "string", "enum": options }, "uniqueItems": true }),
        _ => {
            let mut schema = with(json!({ "type": "string" }), &part.properties, &[("max_length", "maxLength")]);
            pattern(&mut schema, &part.properties);
            schema
        }
    }
}
