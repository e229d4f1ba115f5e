//! What a variable looks like, as far as it is known: so that a path can be found wrong before anything runs.

use std::{collections::BTreeMap, fmt};

use serde_json::Value;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Nothing is known; everything is right.
    Any,
    Null,
    Bool,
    Number,
    Text,
    List(Box<Shape>),
    /// Open: it may have fields that are not listed.
    Object {
        fields: BTreeMap<String, Shape>,
        open: bool,
    },
}

impl Shape {
    pub fn object<'k>(fields: impl IntoIterator<Item = (&'k str, Self)>) -> Self {
        Self::Object { fields: fields.into_iter().map(|(name, shape)| (name.to_owned(), shape)).collect(), open: false }
    }

    #[must_use]
    pub fn list(items: Self) -> Self {
        Self::List(Box::new(items))
    }

    /// As a JSON Schema says it: `type`, `properties`, `items`, `additionalProperties`. What else a schema may say (references, choices) is
    /// taken as "anything", so that a valid path is never refused.
    #[must_use]
    pub fn from_json_schema(schema: &Value) -> Self {
        let choices = ["$ref", "anyOf", "oneOf", "allOf", "if"].iter().any(|word| schema.get(word).is_some());
        let kind = schema.get("type").and_then(Value::as_str);
        match kind {
            _ if choices => Self::Any,
            Some("null") => Self::Null,
            Some("boolean") => Self::Bool,
            Some("number" | "integer") => Self::Number,
            Some("string") => Self::Text,
            Some("array") => Self::list(schema.get("items").map_or(Self::Any, Self::from_json_schema)),
            Some("object") => Self::from_object_schema(schema),
            None if schema.get("properties").is_some() => Self::from_object_schema(schema),
            _ => Self::Any,
        }
    }

    /// JSON Schema allows other properties unless told; but a schema that lists its properties means them, and a typo is likelier than an
    /// unlisted field, so only an explicit `additionalProperties` (or no list at all) leaves it open.
    fn from_object_schema(schema: &Value) -> Self {
        let fields: BTreeMap<String, Self> = schema
            .get("properties")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
            .map(|(name, schema)| (name.clone(), Self::from_json_schema(schema)))
            .collect();
        let open = match schema.get("additionalProperties") {
            Some(additional) => additional != &Value::Bool(false),
            None => fields.is_empty() || schema.get("patternProperties").is_some(),
        };
        Self::Object { fields, open }
    }

    /// Two values of these shapes may be put in order or be equal.
    pub(crate) fn may_meet(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Any, _) | (_, Self::Any) | (Self::Null, _) | (_, Self::Null) => true,
            (Self::List(_), Self::List(_)) | (Self::Object { .. }, Self::Object { .. }) => true,
            _ => self == other,
        }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Any => "anything",
            Self::Null => "null",
            Self::Bool => "true or false",
            Self::Number => "a number",
            Self::Text => "a text",
            Self::List(_) => "a list",
            Self::Object { .. } => "an object",
        })
    }
}
