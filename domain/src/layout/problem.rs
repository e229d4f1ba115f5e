//! What is wrong with a layout, said to its author: where, what was found, what was expected.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::span::{Lines, Position, Span};

/// Longer reports help nobody.
const MAX_PROBLEMS: usize = 100;

/// The kind of problem, for programs; people read the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Not the language.
    Syntax,
    TooLarge,
    UnknownComponent,
    UnknownProperty,
    UnknownEvent,
    UnknownBreakpoint,
    /// A value that its property does not take.
    WrongValue,
    /// The property is there but not in this form: not bound, not computed, not by breakpoint.
    WrongForm,
    MissingProperty,
    /// An expression that does not parse or can only fail.
    Expression,
    /// A path that leads nowhere.
    UnknownPath,
    ChildNotAllowed,
    MissingChild,
    DuplicateId,
    /// Two options, labels or attributes of one name.
    DuplicateName,
    HotkeyConflict,
    HotkeyReserved,
    /// A loop's variable that hides another.
    Variable,
    /// Two components keep different things in one place.
    OutputConflict,
    UnknownLayout,
    CyclicInheritance,
    /// An override of what the parent does not have.
    UnknownTarget,
    /// A warning: the layout's labels are not the project's.
    LabelMismatch,
}

impl Rule {
    /// The layout can be used all the same.
    #[must_use]
    pub fn is_warning(self) -> bool {
        self == Self::LabelMismatch
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    #[serde(flatten)]
    pub at: Position,
    pub end: Position,
    pub rule: Rule,
    /// For people; it ends with the suggestion, if there is one.
    pub message: String,
    /// What would stand in its place if a name is only misspelt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<String>,
    /// The inherited layout it is in; none: the author's own text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layout: Option<String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(layout) = &self.layout {
            write!(f, "{layout}:")?;
        }
        write!(f, "{}:{}: {}", self.at.line, self.at.column, self.message)
    }
}

/// All that was found so far.
#[derive(Debug, Default)]
pub(super) struct Problems {
    list: Vec<(Span, Rule, String, Option<String>)>,
}

impl Problems {
    pub fn add(&mut self, span: Span, rule: Rule, message: impl Into<String>) {
        self.list.push((span, rule, message.into(), None));
    }

    /// `message`, and what the name should have been if `suggestion` says so.
    pub fn misspelt(&mut self, span: Span, rule: Rule, message: impl Into<String>, suggestion: Option<&str>) {
        let message = message.into() + &crate::suggest::hint(suggestion);
        self.list.push((span, rule, message, suggestion.map(str::to_owned)));
    }

    pub fn append(&mut self, mut other: Self) {
        self.list.append(&mut other.list);
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// In the order of the text; of very many the first, and how many more there are.
    pub fn report(mut self, sources: &Sources) -> Vec<Problem> {
        self.list.sort_by_key(|problem| problem.0);
        self.list.dedup();
        let more = self.list.len().saturating_sub(MAX_PROBLEMS);
        let place = |span: Span| (sources.position(span), sources.position(Span { start: span.end, ..span }));
        let mut problems: Vec<Problem> = (self.list.into_iter().take(MAX_PROBLEMS))
            .map(|(span, rule, message, suggestion)| {
                let (at, end) = place(span);
                let layout = (span.source > 0).then(|| sources.texts[usize::from(span.source)].0.clone());
                Problem { at, end, rule, message, suggestion, layout }
            })
            .collect();
        if more > 0 {
            let last = problems.last().map_or_else(Position::default, |problem| problem.at);
            let message = format!("and {more} more problems, which are not listed");
            problems.push(Problem { at: last, end: last, rule: Rule::TooLarge, message, suggestion: None, layout: None });
        }
        problems
    }
}

/// The texts that spans point into, each with the name of its layout.
#[derive(Debug, Default)]
pub(super) struct Sources {
    texts: Vec<(String, Lines<String>)>,
}

impl Sources {
    /// The number of the text in [`Span::source`].
    pub fn add(&mut self, name: &str, text: &str) -> u16 {
        self.texts.push((name.to_owned(), Lines::of(text.to_owned())));
        u16::try_from(self.texts.len() - 1).unwrap_or(u16::MAX)
    }

    pub fn name(&self, source: u16) -> &str {
        &self.texts[usize::from(source)].0
    }

    pub fn position(&self, span: Span) -> Position {
        self.texts[usize::from(span.source)].1.position(span.start)
    }
}
