//! A compiled layout: what browsers render and the server checks answers against. JSON in snake case; this is a contract, so a change of what is
//! there raises [`FORMAT`].

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{expression::Expr, registry::Group, span::Position};

/// Of the compiled form, not of a layout.
pub const FORMAT: u32 = 1;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Layout {
    pub format: u32,
    pub id: String,
    #[serde(default)]
    pub name: String,
    /// The author's own count, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    /// The layouts it extends, the nearest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extends: Vec<String>,
    pub root: Vec<Node>,
    /// Components that whoever renders it must have.
    pub components: Vec<String>,
    /// Names of handlers that hooks must provide.
    pub handlers: Vec<String>,
    /// Keys of labels, options and buttons.
    pub hotkeys: Vec<Hotkey>,
    /// Every binding of it, in the order of the text.
    pub bindings: Vec<Bound>,
    /// JSON Schema (draft 2020-12) of an answer.
    pub output_schema: Value,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Node {
    Component(Component),
    Text {
        text: String,
    },
    Show {
        when: Reactive,
        children: Vec<Node>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        fallback: Vec<Node>,
    },
    ForEach {
        items: Reactive,
        /// The variable that is the item.
        #[serde(rename = "as")]
        item: String,
        /// The variable that is its place, from 0.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<String>,
        children: Vec<Node>,
    },
    Switch {
        on: Reactive,
        cases: Vec<Case>,
        /// There if no case fits.
        default: Vec<Node>,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// It fits if `on` equals one of these: `value="3"` is the number and the text where it is not known which `on` is.
    pub values: Vec<Value>,
    pub children: Vec<Node>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Component {
    pub component: String,
    pub group: Group,
    /// Unique in the layout. From `id`, else from where its value is kept, else its name and a number.
    pub instance_id: String,
    /// By name, in snake case. With defaults; what has neither value nor default is not there.
    pub properties: BTreeMap<String, Property>,
    /// Property, breakpoint, value.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub responsive: BTreeMap<String, BTreeMap<String, Value>>,
    /// Event, handler.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub events: BTreeMap<String, String>,
    /// Options, labels and the like, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<Node>,
    /// What it keeps of an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<Output>,
    /// Where it stands in the author's text; in an inherited layout, in that.
    pub at: Position,
    /// The inherited layout that it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
}

/// Something said about a component by an element in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Part {
    pub part: String,
    pub properties: BTreeMap<String, Property>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub events: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Property {
    Literal { value: Value },
    Expression(Reactive),
    OneWay(Reactive),
    TwoWay(Reactive),
}

/// An expression with what it follows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reactive {
    /// As the author wrote it.
    pub text: String,
    pub expression: Expr,
    /// Paths such as `$.input.pages`: when what is at or below one of them changes, so may this.
    pub depends: Vec<String>,
}

/// What a component keeps of an answer, and what of it must be right.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Output {
    /// The two-way property, in snake case.
    pub property: String,
    /// From `$.output`.
    pub path: Reactive,
    /// What people call it.
    pub label: String,
    /// JSON Schema of the value.
    pub schema: Value,
    pub kept_as: KeptAs,
    pub required: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required_when: Option<Reactive>,
    /// It is not there to be filled in while this does not hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visible: Option<Reactive>,
}

/// What a field is in the live document while people work: of whatever kind lets two of them change it at once without loss (docs/layouts.md, "While
/// people work").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeptAs {
    /// A shared text.
    Text,
    /// A shared map in which the chosen values are the keys.
    Set,
    /// A shared map of items by id.
    Items,
    /// One value; of two who write, the last.
    Value,
    /// The document's regions, which are kept apart from the fields.
    Regions,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hotkey {
    pub key: String,
    pub instance_id: String,
    /// The label, option or class it chooses; none: the component itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bound {
    pub instance_id: String,
    pub property: String,
    /// As written.
    pub path: String,
    pub two_way: bool,
}

impl Component {
    /// A property that is known before anything runs.
    #[must_use]
    pub fn literal(&self, name: &str) -> Option<&Value> {
        literal(&self.properties, name)
    }
}

impl Part {
    #[must_use]
    pub fn literal(&self, name: &str) -> Option<&Value> {
        literal(&self.properties, name)
    }

    /// The text of a property that is known before anything runs.
    #[must_use]
    pub fn word(&self, name: &str) -> &str {
        self.literal(name).and_then(Value::as_str).unwrap_or_default()
    }
}

fn literal<'p>(properties: &'p BTreeMap<String, Property>, name: &str) -> Option<&'p Value> {
    match properties.get(name) {
        Some(Property::Literal { value }) => Some(value),
        _ => None,
    }
}
