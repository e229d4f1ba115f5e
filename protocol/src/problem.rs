//! RFC 9457 problem details: how every refusal looks, on REST and (as `code`, `message`, `details`) on the WebSocket.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The body of every REST error (`application/problem+json`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// A URI that identifies the kind of problem, e.g. `/problems/lease-stale`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The same for every problem of this kind.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// What happened here, to what, and what to do next.
    pub detail: String,
    /// Stable machine word, e.g. `lease_stale`.
    pub code: String,
    /// Whether the same request may succeed later without being changed.
    pub retryable: bool,
    /// One entry per offending field.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// Facts of this kind of problem, e.g. who holds the lease now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub details: Option<serde_json::Value>,
    /// Quote this when asking for help: the server's log lines carry it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

impl Problem {
    #[must_use]
    pub fn new(status: u16, code: &str, title: &str, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("/problems/{}", code.replace('_', "-")),
            title: title.to_owned(),
            status,
            detail: detail.into(),
            code: code.to_owned(),
            retryable: matches!(status, 429 | 502..=504),
            errors: Vec::new(),
            details: None,
            request_id: None,
        }
    }

    #[must_use]
    pub fn with_field(mut self, field: impl Into<String>, rule: &str, message: impl Into<String>) -> Self {
        self.errors.push(FieldError { field: field.into(), rule: rule.to_owned(), message: message.into() });
        self
    }

    #[must_use]
    pub fn with_details(mut self, details: serde_json::Value) -> Self {
        self.details = Some(details);
        self
    }

    #[must_use]
    pub fn retryable(mut self, retryable: bool) -> Self {
        self.retryable = retryable;
        self
    }
}

/// One field that broke one rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldError {
    /// Path of the field in the request, e.g. `tasks[3].asset_id`.
    pub field: String,
    /// The rule's machine word, e.g. `required`, `max_length`, `unknown_label`.
    pub rule: String,
    /// The rule in words, with its limit.
    pub message: String,
}

/// A word outside a closed vocabulary.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown word \"{word}\"; expected one of: {}", expected.join(", "))]
pub struct UnknownWord {
    pub word: String,
    pub expected: &'static [&'static str],
}
