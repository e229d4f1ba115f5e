//! A statechart as people and tools write it, and what can be wrong with it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::ordered::Json;

/// The document. It keeps the order of its keys: store it as text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Definition(pub Json);

impl Definition {
    /// # Errors
    /// Not JSON, or a key twice in one object.
    pub fn parse(text: &str) -> serde_json::Result<Self> {
        serde_json::from_str(text)
    }
}

/// Which rule a definition breaks: a stable word for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// A value of another type than the place takes, or a word it does not know.
    WrongType,
    /// A key this place does not have.
    UnknownKey,
    /// Something must be here.
    Missing,
    DuplicateId,
    UnknownTarget,
    /// Targets that can never be active together.
    ConflictingTargets,
    UnknownGuard,
    UnknownAction,
    UnknownActor,
    UnknownDelay,
    BadDelay,
    NegativeDelay,
    BadExpression,
    /// Nothing leads to this state.
    Unreachable,
    /// It is not final and nothing leads out of it.
    NoWayOut,
    /// Transitions without events that lead round in a circle, whatever the guards say.
    EndlessAlways,
    /// A named guard or action that is made of itself.
    Circular,
    TooLarge,
}

/// One thing wrong with a definition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// A JSON Pointer (RFC 6901) into the document.
    pub path: String,
    pub rule: Rule,
    /// For people.
    pub reason: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", if self.path.is_empty() { "/" } else { &self.path }, self.reason)
    }
}

/// A place in the document.
#[derive(Clone, Debug, Default)]
pub(crate) struct Place(String);

impl Place {
    pub fn key(&self, key: &str) -> Self {
        Self(format!("{}/{}", self.0, key.replace('~', "~0").replace('/', "~1")))
    }

    pub fn index(&self, index: usize) -> Self {
        Self(format!("{}/{index}", self.0))
    }

    pub fn at(pointer: &str) -> Self {
        Self(pointer.to_owned())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// All that was found.
#[derive(Debug, Default)]
pub(crate) struct Problems(pub Vec<Problem>);

impl Problems {
    pub fn has(&self, rule: Rule) -> bool {
        self.0.iter().any(|problem| problem.rule == rule)
    }

    pub fn add(&mut self, place: &Place, rule: Rule, reason: impl Into<String>) {
        self.0.push(Problem { path: place.0.clone(), rule, reason: reason.into() });
    }
}
