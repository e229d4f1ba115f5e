//! The seam for components of a workspace's own (seed 003, 5.3): registered with JSON Schemas, used like any other. What they do runs elsewhere.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    common::{field, value},
    schema::{Component, Event, Group, Kind, Produces, Property},
};

/// As it is registered. The element's name is the last part of the id: `acme/medical-code-selector` is `<MedicalCodeSelector>`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CustomComponent {
    pub id: String,
    pub name: String,
    pub version: String,
    /// Its properties are bound one-way: `bind:text`.
    #[serde(default)]
    pub input_schema: Value,
    /// What `bind:value` keeps; null: it keeps nothing.
    #[serde(default)]
    pub output_schema: Value,
    /// Written, computed or bound.
    #[serde(default)]
    pub props_schema: Value,
    #[serde(default)]
    pub events: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegisterError {
    #[error("id {0:?} must be a namespace and a name of small letters, digits and hyphens, like acme/code-selector")]
    Id(String),
    #[error("there is a component {0} already")]
    Taken(String),
    #[error("{schema}: {name:?} is no name of a property: letters, digits, \"_\" and \"-\"")]
    PropertyName { schema: &'static str, name: String },
    #[error("{schema}: the property {name:?} is there twice, or every component has it")]
    PropertyTwice { schema: &'static str, name: String },
    #[error("{schema} must be a JSON Schema of an object")]
    Schema { schema: &'static str },
    #[error("an event is written in small letters, digits and hyphens, not {0:?}")]
    Event(String),
}

impl CustomComponent {
    /// # Errors
    /// What the language cannot use.
    pub(super) fn component(&self) -> Result<Component, RegisterError> {
        let Some((namespace, name)) = self.id.split_once('/').filter(|(namespace, name)| is_word(namespace) && is_word(name)) else {
            return Err(RegisterError::Id(self.id.clone()));
        };
        let summary = format!("{} ({namespace}, version {})", self.name, self.version);
        let mut component = Component::new(&pascal(name), Group::Custom, &summary).with(field());
        if !self.output_schema.is_null() {
            component = component.with([value("Where its value is kept")]).produces(Produces::Schema(self.output_schema.clone()));
        }
        self.add(&mut component, "inputSchema", &self.input_schema, |property| property.data())?;
        self.add(&mut component, "propsSchema", &self.props_schema, Property::one_way)?;
        for event in &self.events {
            if !is_word(event) {
                return Err(RegisterError::Event(event.clone()));
            }
            component.events.push(Event { name: event.clone(), summary: String::new() });
        }
        Ok(component)
    }

    fn add(&self, to: &mut Component, of: &'static str, schema: &Value, form: fn(Property) -> Property) -> Result<(), RegisterError> {
        if schema.is_null() {
            return Ok(());
        }
        let properties = schema.get("properties").map_or_else(|| Some(serde_json::Map::new()), |entries| entries.as_object().cloned());
        let properties = properties.filter(|_| schema.get("type").is_none_or(|kind| kind == "object"));
        let Some(properties) = properties else { return Err(RegisterError::Schema { schema: of }) };
        let required: Vec<&str> =
            schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        for (key, schema) in &properties {
            let name = key.replace('_', "-");
            if !name.starts_with(|c: char| c.is_ascii_alphabetic()) || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
                return Err(RegisterError::PropertyName { schema: of, name: key.clone() });
            }
            if to.property(&name).is_some() {
                return Err(RegisterError::PropertyTwice { schema: of, name: key.clone() });
            }
            let summary = schema.get("description").and_then(Value::as_str).unwrap_or_default();
            let mut property = form(Property::new(&name, kind(schema), summary));
            property.required = required.contains(&key.as_str());
            property.default = schema.get("default").cloned();
            property.literal &= property.kind != Kind::Data;
            to.properties.push(property);
        }
        Ok(())
    }
}

/// As far as the language has a kind for it; the rest is data.
fn kind(schema: &Value) -> Kind {
    let choices: Option<Vec<String>> = (schema.get("enum").and_then(Value::as_array))
        .and_then(|values| values.iter().map(|value| value.as_str().map(str::to_owned)).collect());
    let bound = |name: &str| schema.get(name).and_then(Value::as_f64);
    let whole = |name: &str| schema.get(name).and_then(Value::as_i64);
    match (schema.get("type").and_then(Value::as_str), choices) {
        (_, Some(values)) => Kind::Choice { values },
        (Some("string"), None) => Kind::Text,
        (Some("boolean"), None) => Kind::Flag,
        (Some("integer"), None) => Kind::Integer { minimum: whole("minimum"), maximum: whole("maximum") },
        (Some("number"), None) => Kind::Number { minimum: bound("minimum"), maximum: bound("maximum") },
        (Some("array"), None) if schema.pointer("/items/type").is_some_and(|kind| kind == "string") => {
            Kind::TextList { values: Vec::new() }
        }
        _ => Kind::Data,
    }
}

fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase()) && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

fn pascal(name: &str) -> String {
    name.split('-').flat_map(|word| word.chars().enumerate().map(|(at, c)| if at == 0 { c.to_ascii_uppercase() } else { c })).collect()
}
