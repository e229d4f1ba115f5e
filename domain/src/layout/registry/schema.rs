//! What a component is to the language: its properties, events and children. The editor completes from the same tables (they serialise to JSON).

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An element of the language.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Component {
    /// As it is written: `TextArea`.
    pub name: String,
    pub group: Group,
    /// One sentence.
    pub summary: String,
    pub properties: Vec<Property>,
    pub events: Vec<Event>,
    pub children: Children,
    /// Text may stand in it.
    pub text: bool,
    /// What its two-way property keeps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub produces: Option<Produces>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    Layout,
    Control,
    Content,
    Form,
    Annotation,
    Review,
    Custom,
    /// Stands only in certain others and says something about them: an `Option` of a `Select`.
    Part,
    /// What a layout changes of the one it extends.
    Inheritance,
}

/// What may stand in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Children {
    None,
    /// Whatever shows something or decides about it; no parts.
    Any,
    /// These alone.
    Only(Vec<String>),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// `entity-add`, written `on:entity-add`.
    pub name: String,
    pub summary: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Property {
    /// As it is written, with hyphens; in the compiled tree with underscores.
    pub name: String,
    /// Other words for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    #[serde(rename = "type")]
    pub kind: Kind,
    pub summary: String,
    /// It must be there, in one form or another.
    pub required: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    /// `bind:name`
    pub binding: Binding,
    /// `name="..."`
    pub literal: bool,
    /// `:name="expression"`
    pub computed: bool,
    /// `name:md="..."`
    pub responsive: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Binding {
    None,
    /// It follows what it is bound to.
    OneWay,
    /// What people enter goes there too.
    TwoWay,
}

/// What a property takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "snake_case")]
pub enum Kind {
    Text,
    /// Letters, digits, `_`, `-` and `.`; it begins with a letter.
    Identifier,
    Number {
        minimum: Option<f64>,
        maximum: Option<f64>,
    },
    Integer {
        minimum: Option<i64>,
        maximum: Option<i64>,
    },
    Flag,
    Choice {
        values: Vec<String>,
    },
    /// `#rgb`, `#rrggbb`
    Color,
    /// One key of the keyboard.
    Key,
    /// A date, `2026-11-29`.
    Date,
    /// A regular expression.
    Pattern,
    /// `['a', 'b']`, or words with commas; of `values`, if there are some.
    TextList {
        values: Vec<String>,
    },
    /// An expression, also without a colon before the property's name.
    Expression,
    /// The same, and true or false.
    Condition,
    /// Elements: `{<Text>...</Text>}`
    Markup,
    /// Any JSON; only from a binding or an expression.
    Data,
}

/// What a two-way property keeps, without what the properties and children of one instance say of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Produces {
    Text,
    Number,
    Flag,
    Date,
    /// A text of `Option`s; a list of them where `multiple` is set.
    Option,
    /// A path down a tree of `Category`s, a name, or a list of names; as `mode` says.
    Category,
    /// `Item`s in order.
    Order,
    /// `left`, `right` or `tie`.
    Preference,
    /// Spans of a text: `start`, `end`, `label`.
    Spans,
    /// Regions of an image as `protocol::rest::Region` has them.
    Regions,
    /// As this JSON Schema says.
    Schema(Value),
}

impl Component {
    pub(super) fn new(name: &str, group: Group, summary: &str) -> Self {
        Self {
            name: name.to_owned(),
            group,
            summary: summary.to_owned(),
            properties: Vec::new(),
            events: Vec::new(),
            children: Children::None,
            text: false,
            produces: None,
        }
    }

    pub(super) fn with(mut self, properties: impl IntoIterator<Item = Property>) -> Self {
        self.properties.extend(properties);
        self
    }

    pub(super) fn event(mut self, name: &str, summary: &str) -> Self {
        self.events.push(Event { name: name.to_owned(), summary: summary.to_owned() });
        self
    }

    pub(super) fn any_children(mut self) -> Self {
        self.children = Children::Any;
        self
    }

    pub(super) fn only(mut self, names: &[&str]) -> Self {
        self.children = Children::Only(names.iter().map(|name| (*name).to_owned()).collect());
        self
    }

    pub(super) fn text(mut self) -> Self {
        self.text = true;
        self
    }

    pub(super) fn produces(mut self, what: Produces) -> Self {
        self.produces = Some(what);
        self
    }

    /// By its name or another word for it.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<&Property> {
        self.properties.iter().find(|property| property.name == name || property.aliases.iter().any(|alias| alias == name))
    }

    /// The one whose value people enter.
    #[must_use]
    pub fn two_way(&self) -> Option<&Property> {
        self.properties.iter().find(|property| property.binding == Binding::TwoWay)
    }

    /// It does not show itself, but says something about the element it is in.
    #[must_use]
    pub fn is_part(&self) -> bool {
        self.group == Group::Part
    }
}

impl Property {
    pub(super) fn new(name: &str, kind: Kind, summary: &str) -> Self {
        Self {
            name: name.to_owned(),
            aliases: Vec::new(),
            kind,
            summary: summary.to_owned(),
            required: false,
            default: None,
            binding: Binding::None,
            literal: true,
            computed: true,
            responsive: false,
        }
    }

    pub(super) fn required(mut self) -> Self {
        self.required = true;
        self
    }

    pub(super) fn default(mut self, value: impl Into<Value>) -> Self {
        self.default = Some(value.into());
        self
    }

    pub(super) fn alias(mut self, name: &str) -> Self {
        self.aliases.push(name.to_owned());
        self
    }

    pub(super) fn one_way(mut self) -> Self {
        self.binding = Binding::OneWay;
        self
    }

    /// Only as `bind:`.
    pub(super) fn two_way(mut self) -> Self {
        (self.binding, self.literal, self.computed) = (Binding::TwoWay, false, false);
        self
    }

    /// Data of the task: as `bind:` or computed, never written out.
    pub(super) fn data(mut self) -> Self {
        (self.binding, self.literal) = (Binding::OneWay, false);
        self
    }

    /// Known when the layout is compiled.
    pub(super) fn fixed(mut self) -> Self {
        self.computed = false;
        self
    }

    pub(super) fn responsive(mut self) -> Self {
        self.responsive = true;
        self
    }

    /// In the compiled tree.
    #[must_use]
    pub fn key(&self) -> String {
        self.name.replace('-', "_")
    }
}

impl Kind {
    pub(super) fn choice(values: &[&str]) -> Self {
        Self::Choice { values: values.iter().map(|value| (*value).to_owned()).collect() }
    }

    pub(super) fn list(values: &[&str]) -> Self {
        Self::TextList { values: values.iter().map(|value| (*value).to_owned()).collect() }
    }

    pub(super) fn at_least(minimum: i64) -> Self {
        Self::Integer { minimum: Some(minimum), maximum: None }
    }

    pub(super) fn between(minimum: i64, maximum: i64) -> Self {
        Self::Integer { minimum: Some(minimum), maximum: Some(maximum) }
    }

    pub(in crate::layout) fn number() -> Self {
        Self::Number { minimum: None, maximum: None }
    }

    /// Its words, in a sentence: "a whole number of 1 or more".
    #[must_use]
    pub fn describe(&self) -> String {
        fn range(minimum: Option<impl ToString>, maximum: Option<impl ToString>) -> String {
            match (minimum.map(|n| n.to_string()), maximum.map(|n| n.to_string())) {
                (Some(least), Some(most)) => format!(" from {least} to {most}"),
                (Some(least), None) => format!(" of {least} or more"),
                (None, Some(most)) => format!(" of {most} or less"),
                (None, None) => String::new(),
            }
        }
        match self {
            Self::Text => "a text".to_owned(),
            Self::Identifier => "a name of letters, digits, \"_\", \"-\" and \".\" that begins with a letter".to_owned(),
            Self::Number { minimum, maximum } => format!("a number{}", range(*minimum, *maximum)),
            Self::Integer { minimum, maximum } => format!("a whole number{}", range(*minimum, *maximum)),
            Self::Flag => "true or false".to_owned(),
            Self::Choice { values } => format!("one of {}", values.join(", ")),
            Self::Color => "a color like #ff6b6b".to_owned(),
            Self::Key => "one key, like d or 1".to_owned(),
            Self::Date => "a date like 2026-11-29".to_owned(),
            Self::Pattern => "a regular expression".to_owned(),
            Self::TextList { values } if values.is_empty() => "a list like ['a', 'b']".to_owned(),
            Self::TextList { values } => format!("a list of {}", values.join(", ")),
            Self::Expression => "an expression".to_owned(),
            Self::Condition => "a condition".to_owned(),
            Self::Markup => "elements in braces, like {<Text>none</Text>}".to_owned(),
            Self::Data => "data".to_owned(),
        }
    }
}
