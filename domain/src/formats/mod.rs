//! Annotation files: what other tools write, read into our regions, and our regions written for them.
//!
//! Readers stream: they hold one record at a time. A broken file is a [`FileProblem`] and imports nothing; a bad record is a
//! [`Refusal`] with its place, and the rest goes in.

pub mod coco;
pub mod frame;
pub mod jsonl;
pub mod labelme;
pub mod labels;
pub mod nonfinite;

use serde::{Deserialize, Serialize};

/// One record that did not go in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Where, e.g. `annotations[17] (id 42)` or `photos/a.json: shapes[3]`.
    pub place: String,
    /// Stable machine word, e.g. `unknown_category`.
    pub code: String,
    /// What is wrong, for people.
    pub reason: String,
}

impl Refusal {
    pub fn new(place: impl Into<String>, code: &str, reason: impl Into<String>) -> Self {
        Self { place: place.into(), code: code.to_owned(), reason: reason.into() }
    }
}

/// Why a record was refused, before its place is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    pub code: &'static str,
    pub text: String,
}

impl Reason {
    pub fn new(code: &'static str, text: impl Into<String>) -> Self {
        Self { code, text: text.into() }
    }

    #[must_use]
    pub fn at(self, place: impl Into<String>) -> Refusal {
        Refusal::new(place, self.code, self.text)
    }
}

/// Why a whole file cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum FileProblem {
    #[error("the file is empty")]
    Empty,
    #[error("broken JSON at line {line}, column {column}: {message}")]
    Syntax { line: usize, column: usize, message: String },
    #[error("the file ends in the middle, at line {line}, column {column}: {message}")]
    CutOff { line: usize, column: usize, message: String },
    #[error("line {line}, column {column}: {message}")]
    Structure { line: usize, column: usize, message: String },
    #[error("{0}")]
    NotThisFormat(String),
    #[error("the file cannot be read: {0}")]
    Unreadable(std::io::Error),
}

impl FileProblem {
    /// Sorts a JSON error by what the person can do about it.
    #[must_use]
    pub fn from_json(error: serde_json::Error) -> Self {
        let (line, column) = (error.line(), error.column());
        let message = without_place(&error.to_string());
        match error.classify() {
            serde_json::error::Category::Io => Self::Unreadable(error.into()),
            serde_json::error::Category::Eof if line <= 1 && column == 0 => Self::Empty,
            serde_json::error::Category::Eof => Self::CutOff { line, column, message },
            serde_json::error::Category::Syntax => Self::Syntax { line, column, message },
            serde_json::error::Category::Data => Self::Structure { line, column, message },
        }
    }

    /// Stable machine word.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "file_empty",
            Self::Syntax { .. } => "json_syntax",
            Self::CutOff { .. } => "json_cut_off",
            Self::Structure { .. } => "json_structure",
            Self::NotThisFormat(_) => "not_this_format",
            Self::Unreadable(_) => "file_unreadable",
        }
    }
}

/// serde_json ends its messages with the place, which we say ourselves.
fn without_place(message: &str) -> String {
    match message.rfind(" at line ") {
        Some(at) => message[..at].to_owned(),
        None => message.to_owned(),
    }
}

/// A JSON error inside one record, with the path that leads to it.
#[must_use]
pub fn wrong_type(error: &serde_path_to_error::Error<serde_json::Error>) -> Reason {
    let path = error.path().to_string();
    let message = nonfinite::explain(&without_place(&error.inner().to_string()));
    let code = if message.contains(nonfinite::EXPLANATION) || message.contains("out of range") { "not_finite" } else { "wrong_type" };
    if path == "." { Reason::new(code, message) } else { Reason::new(code, format!("{path}: {message}")) }
}

/// Reads one record's JSON text.
///
/// # Errors
/// The path inside the record and what was expected there.
pub fn record<'de, T: Deserialize<'de>>(text: &'de str) -> Result<T, Reason> {
    let mut json = serde_json::Deserializer::from_str(text);
    serde_path_to_error::deserialize(&mut json).map_err(|e| wrong_type(&e))
}
