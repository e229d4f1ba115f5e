//! The text of a layout as a tree: elements with attributes, as in HTML and JSX, each with its place.
//!
//! Not XML: an attribute may be a bare word (`required`), hold elements (`fallback={<Text>none</Text>}`) and have `<` and `&&` in it. So this is a
//! parser of its own (docs/decisions/0042), which also goes on after a mistake, to tell several at once.

mod parse;
mod print;
mod scan;

pub use parse::MAX_TEXT;
pub(super) use parse::parse;
pub use print::{escape_attribute, print};

use super::span::Span;

/// A text with its place.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Word {
    pub text: String,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    Element(Element),
    /// White space collapsed, entities resolved; never empty.
    Text(Word),
    Comment(Word),
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Element {
    pub name: Word,
    pub attributes: Vec<Attribute>,
    pub children: Vec<Node>,
    /// All of it, from `<` to the last `>`.
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    /// As written, with its prefix: `bind:value`, `:rows`, `on:click`, `direction:md`.
    pub name: Word,
    pub value: Value,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// The name alone, which is how one says "true".
    Bare,
    Text(Quoted),
    /// `{<Text>...</Text>}`
    Markup(Vec<Node>, Span),
}

/// What stands between quotes.
#[derive(Clone, Debug, PartialEq)]
pub struct Quoted {
    pub text: String,
    /// Without the quotes.
    pub span: Span,
    /// Where the text and its source get out of step, because an entity is longer than what it means: offsets in both from there on.
    pub shifts: Vec<(usize, usize)>,
}

impl Quoted {
    /// Where the part of the text from `start` to `end` stands in the source.
    #[must_use]
    pub fn part(&self, start: usize, end: usize) -> Span {
        let place = |offset: usize| {
            let (text, source) = self.shifts.iter().rev().find(|(text, _)| *text <= offset).copied().unwrap_or((0, 0));
            (self.span.start + source + (offset - text)).min(self.span.end)
        };
        Span { source: self.span.source, start: place(start), end: place(end) }
    }
}

impl Attribute {
    /// Name and value.
    #[must_use]
    pub fn span(&self) -> Span {
        self.name.span.to(self.value_span())
    }

    #[must_use]
    pub fn value_span(&self) -> Span {
        match &self.value {
            Value::Bare => self.name.span,
            Value::Text(quoted) => quoted.span,
            Value::Markup(_, span) => *span,
        }
    }

    /// The text between the quotes, if there is one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(quoted) => Some(&quoted.text),
            _ => None,
        }
    }
}

impl Element {
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.name.text == name)
    }

    pub fn elements(&self) -> impl Iterator<Item = &Self> {
        self.children.iter().filter_map(Node::element)
    }

    /// The texts in it, one after the other.
    #[must_use]
    pub fn text(&self) -> String {
        let texts: Vec<&str> = self.children.iter().filter_map(Node::text).collect();
        texts.join(" ")
    }
}

impl Node {
    #[must_use]
    pub fn element(&self) -> Option<&Element> {
        match self {
            Self::Element(element) => Some(element),
            _ => None,
        }
    }

    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(word) => Some(&word.text),
            _ => None,
        }
    }

    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Self::Element(element) => element.span,
            Self::Text(word) | Self::Comment(word) => word.span,
        }
    }
}
