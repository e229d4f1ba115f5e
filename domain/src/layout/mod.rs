//! Layouts: what people see of a task and enter about it, written in a markup language (seed 003, section 5; docs/layouts.md is its page for authors).
//!
//! ```text
//! text ──► syntax tree ──► with what it inherits ──► checked and compiled ──► Layout       JSON, for browsers
//!   syntax           inherit                   compile                          │
//!                                                                               ├── output_schema      JSON Schema of its answers
//!                                                                               ├── check(answer)      whether an answer is right
//!                                                                               └── assemble(fields)   the answer in a live document: what submit asks
//! ```
//!
//! Components and what they take are one table, [`registry`]. Expressions are in [`expression`]; they come to the same here and in browsers.

pub mod answer;
mod compile;
pub mod expression;
mod inherit;
mod instance;
mod labels;
mod problem;
pub mod registry;
mod span;
pub mod syntax;
pub mod tree;
mod value;

pub use answer::{Data, assemble, check, shown};
pub use compile::{Environment, compile};
pub use inherit::{Library, copy};
pub use labels::{label_warnings, names_in};
pub use problem::{Problem, Rule};
pub use registry::Registry;
pub use span::{Position, Span};
pub use tree::Layout;

/// The id by which others extend a layout, as far as its text can be read: mistakes elsewhere in it do not matter.
#[must_use]
pub fn key_of(text: &str) -> Option<String> {
    let (nodes, _) = parse(text);
    let root = nodes.iter().find_map(|node| match node {
        syntax::Node::Element(element) if element.name.text == "Layout" => Some(element),
        _ => None,
    })?;
    let id = root.attribute("id").and_then(syntax::Attribute::text)?.trim();
    (!id.is_empty()).then(|| id.to_owned())
}

/// The syntax tree of a text, and what could not be read: for editors and tools.
#[must_use]
pub fn parse(text: &str) -> (Vec<syntax::Node>, Vec<Problem>) {
    let (mut sources, mut problems) = (problem::Sources::default(), problem::Problems::default());
    sources.add("", text);
    let nodes = syntax::parse(text, 0, &mut problems);
    (nodes, problems.report(&sources))
}
