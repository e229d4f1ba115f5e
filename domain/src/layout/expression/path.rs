//! Paths: `$.input.pages[0].text`, `sentence.text`, `$.output.answers[sentence.id]`. Unlike workflows' JSONPath they lead to one place at most.

use std::fmt::Write as _;

use super::{Expr, LayoutPaths, Segment};
use crate::expression::{
    Fault, Kind, MAX_NESTING, Node, parse,
    token::{bracket_length, name_length},
    too_deep,
};

#[derive(Clone, Debug)]
pub(super) struct Path {
    /// It begins with a name, not with `$`.
    pub is_local: bool,
    pub root: String,
    /// Where the root's name stands in the expression.
    pub at: (usize, usize),
    /// Each with where it stands.
    pub steps: Vec<((usize, usize), Step)>,
}

#[derive(Clone, Debug)]
pub(super) enum Step {
    Name(String),
    Index(i64),
    Computed(Node<LayoutPaths>),
}

impl Path {
    /// `text` is one word of the tokens: its brackets are closed.
    pub fn parse(text: &str, at: usize) -> Result<Self, Fault> {
        if let Some(place) = too_deep(text) {
            return Err(Fault::new(at + place, format!("nested deeper than {MAX_NESTING}")));
        }
        let is_local = !text.starts_with('$');
        let mut place = if is_local { name_length(text) } else { 1 };
        let mut steps = Vec::new();
        while place < text.len() {
            let (length, step) = step(&text[place..], at + place)?;
            steps.push(((at + place, at + place + length), step));
            place += length;
        }
        if is_local {
            let length = name_length(text);
            return Ok(Self { is_local, root: text[..length].to_owned(), at: (at, at + length), steps });
        }
        if steps.is_empty() || !matches!(steps[0].1, Step::Name(_)) {
            return Err(Fault::new(at, "a path names a variable after the $, like $.input or $.output"));
        }
        let ((_, end), Step::Name(root)) = steps.remove(0) else {
            return Err(Fault::new(at, "a path names a variable after the $, like $.input or $.output"));
        };
        Ok(Self { is_local, root, at: (at, end), steps })
    }

    pub fn lower(&self) -> Expr {
        let segments = self.steps.iter().map(|(_, step)| match step {
            Step::Name(name) => Segment::Name(name.clone()),
            Step::Index(index) => Segment::Index(*index),
            Step::Computed(node) => Segment::Computed(Box::new(node.into())),
        });
        let segments = segments.collect();
        match self.is_local {
            true => Expr::Local { name: self.root.clone(), segments },
            false => Expr::Path { from: self.root.clone(), segments },
        }
    }
}

fn step(rest: &str, at: usize) -> Result<(usize, Step), Fault> {
    if let Some(after) = rest.strip_prefix('.') {
        let length = name_length(after);
        return match length {
            0 => Err(Fault::new(at, "a name is missing after \".\"; a path has names and places, like $.input.pages[0]")),
            _ => Ok((1 + length, Step::Name(after[..length].to_owned()))),
        };
    }
    let Some(length) = bracket_length(rest) else { return Err(Fault::new(at, "the bracket of this path is never closed")) };
    let inner = rest[1..length - 1].trim();
    if let Ok(index) = inner.parse() {
        return Ok((length, Step::Index(index)));
    }
    if inner.is_empty() || inner.starts_with(['*', '?', ':']) {
        return Err(Fault::new(at, format!("[{inner}] leads to several places; a path leads to one, and a ForEach goes through a list")));
    }
    // Its own place in the expression, so that mistakes in it are found there.
    let offset = at + 1 + (rest[1..].len() - rest[1..].trim_start().len());
    let mut node = parse::<LayoutPaths>(inner).map_err(|fault| Fault::new(offset + fault.at, fault.reason))?;
    shift(&mut node, offset);
    match node.kind {
        Kind::Literal(serde_json::Value::String(name)) => Ok((length, Step::Name(name))),
        Kind::Path(_) => Ok((length, Step::Computed(node))),
        _ => Err(Fault::new(offset, "in brackets stands a number, a name in quotes or a path")),
    }
}

/// Only literals and paths come out of brackets.
fn shift(node: &mut Node<LayoutPaths>, by: usize) {
    node.at += by;
    if let Kind::Path(path) = &mut node.kind {
        path.at = (path.at.0 + by, path.at.1 + by);
        for ((start, end), step) in &mut path.steps {
            (*start, *end) = (*start + by, *end + by);
            if let Step::Computed(node) = step {
                shift(node, by);
            }
        }
    }
}

/// The path as text, up to where it is computed and without a last `.length`.
pub(super) fn fixed_text(from: &str, segments: &[Segment]) -> String {
    let mut text = String::from("$");
    push_name(&mut text, from);
    for (at, segment) in segments.iter().enumerate() {
        match segment {
            Segment::Name(name) if name == "length" && at + 1 == segments.len() => break,
            Segment::Name(name) => push_name(&mut text, name),
            // Writing to a String cannot fail.
            Segment::Index(index) => drop(write!(text, "[{index}]")),
            Segment::Computed(_) => break,
        }
    }
    text
}

fn push_name(text: &mut String, name: &str) {
    let is_plain = !name.is_empty() && name_length(name) == name.len() && !name.starts_with(|c: char| c.is_ascii_digit());
    *text += &if is_plain { format!(".{name}") } else { format!("['{}']", name.replace('\\', "\\\\").replace('\'', "\\'")) };
}
