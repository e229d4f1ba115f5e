//! What a machine is told.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// A JSON object with a text `type`; its other fields are what guards and actions see as `$.event.field`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "Value")]
pub struct Event {
    name: String,
    value: Value,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an event is an object with a text \"type\" that is not empty")]
pub struct NotAnEvent;

impl Event {
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self::with(name, Map::new())
    }

    /// With further fields.
    #[must_use]
    pub fn with(name: impl Into<String>, mut fields: Map<String, Value>) -> Self {
        let name = name.into();
        fields.insert("type".to_owned(), Value::String(name.clone()));
        Self { name, value: Value::Object(fields) }
    }

    /// An invoked or spawned child has ended.
    #[must_use]
    pub fn done(child: &str, output: Value) -> Self {
        Self::from_json(format!("xstate.done.actor.{child}"), json!({"output": output, "actorId": child}))
    }

    /// An invoked or spawned child has failed.
    #[must_use]
    pub fn failed(child: &str, error: Value) -> Self {
        Self::from_json(format!("xstate.error.actor.{child}"), json!({"error": error, "actorId": child}))
    }

    pub(crate) fn init(input: Option<Value>) -> Self {
        match input {
            Some(input) => Self::from_json("xstate.init".to_owned(), json!({"input": input})),
            None => Self::new("xstate.init"),
        }
    }

    pub(crate) fn state_done(state: &str, output: Option<Value>) -> Self {
        let name = format!("xstate.done.state.{state}");
        match output {
            Some(output) => Self::from_json(name, json!({"output": output})),
            None => Self::new(name),
        }
    }

    fn from_json(name: String, fields: Value) -> Self {
        match fields {
            Value::Object(fields) => Self::with(name, fields),
            _ => Self::new(name),
        }
    }

    /// Its type.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    #[must_use]
    pub fn value(&self) -> &Value {
        &self.value
    }
}

impl TryFrom<Value> for Event {
    type Error = NotAnEvent;

    fn try_from(value: Value) -> Result<Self, NotAnEvent> {
        match value.get("type").and_then(Value::as_str) {
            Some(name) if !name.is_empty() && value.is_object() => Ok(Self { name: name.to_owned(), value }),
            _ => Err(NotAnEvent),
        }
    }
}

impl From<Event> for Value {
    fn from(event: Event) -> Self {
        event.value
    }
}
