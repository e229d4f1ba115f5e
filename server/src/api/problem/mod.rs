//! Refusals. Whatever goes wrong in a handler becomes a [`Refusal`], and a refusal becomes an RFC 9457 problem, in one place.
//!
//! What people may know goes into the problem; what only we need to know (`cause`) goes to the log, once, with the request's id.

mod kinds;
mod mapping;

use std::fmt;

use actix_web::{
    HttpResponse, ResponseError,
    http::{StatusCode, header},
};
pub use kinds::{Kind, markdown};
use serde_json::Value;
use tandem_protocol::{FieldError, Problem};

use super::request_id;

/// Why a request is refused.
pub struct Refusal(Box<Inner>);

struct Inner {
    kind: Kind,
    detail: String,
    errors: Vec<FieldError>,
    details: Option<Value>,
    headers: Vec<(header::HeaderName, header::HeaderValue)>,
    /// For the log only.
    cause: Option<String>,
}

impl Refusal {
    /// `detail` says what happened here, to what, and what to do next.
    pub fn new(kind: Kind, detail: impl Into<String>) -> Self {
        let inner = Inner { kind, detail: detail.into(), errors: Vec::new(), details: None, headers: Vec::new(), cause: None };
        Self(Box::new(inner))
    }

    /// Something that must not happen happened: the log hears what, the client only that.
    pub fn internal(cause: impl fmt::Display) -> Self {
        Self::new(Kind::Internal, "Something went wrong on our side; it has been logged.").because(cause)
    }

    /// Not there, or not for the caller to know of.
    pub fn not_found(what: &str, id: impl fmt::Display) -> Self {
        Self::new(Kind::NotFound, format!("There is no {what} {id}, or you are not in its project."))
    }

    /// Fields that break rules. The detail says the first in words: often it is all a person needs.
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        Self::fields(Kind::Invalid, errors)
    }

    pub fn fields(kind: Kind, errors: Vec<FieldError>) -> Self {
        let detail = match errors.as_slice() {
            [] => "A rule is broken.".to_owned(),
            [one] => format!("{}: {}.", one.field, one.message),
            [first, rest @ ..] => format!("{}: {} (and {} more).", first.field, first.message, rest.len()),
        };
        let mut refusal = Self::new(kind, detail);
        refusal.0.errors = errors;
        refusal
    }

    pub fn field(field: &str, rule: &str, message: impl Into<String>) -> Self {
        Self::invalid(vec![FieldError { field: field.to_owned(), rule: rule.to_owned(), message: message.into() }])
    }

    #[must_use]
    pub fn with_details(mut self, details: Value) -> Self {
        self.0.details = Some(details);
        self
    }

    #[must_use]
    pub fn with_error(mut self, field: &str, rule: &str, message: impl Into<String>) -> Self {
        self.0.errors.push(FieldError { field: field.to_owned(), rule: rule.to_owned(), message: message.into() });
        self
    }

    #[must_use]
    pub fn with_header(mut self, name: header::HeaderName, value: header::HeaderValue) -> Self {
        self.0.headers.push((name, value));
        self
    }

    /// What the log should know about it.
    #[must_use]
    pub fn because(mut self, cause: impl fmt::Display) -> Self {
        self.0.cause = Some(cause.to_string());
        self
    }

    #[must_use]
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// What happened, in words.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    #[must_use]
    pub fn errors(&self) -> &[FieldError] {
        &self.0.errors
    }

    fn problem(&self) -> Problem {
        let kind = self.0.kind;
        let mut problem = Problem::new(kind.status(), kind.code(), kind.title(), self.0.detail.clone()).retryable(kind.retryable());
        problem.errors.clone_from(&self.0.errors);
        problem.details.clone_from(&self.0.details);
        problem.request_id = request_id::current();
        problem
    }

    fn log(&self) {
        let (code, detail) = (self.0.kind.code(), &self.0.detail);
        match (&self.0.cause, self.0.kind.status()) {
            (Some(cause), 500..) => tracing::error!(code, %cause, "request failed: {detail}"),
            (Some(cause), _) => tracing::warn!(code, %cause, "request refused: {detail}"),
            (None, _) => tracing::debug!(code, "request refused: {detail}"),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.kind.code(), self.0.detail)
    }
}

impl fmt::Debug for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self} ({:?})", self.0.cause)
    }
}

impl ResponseError for Refusal {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.0.kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        self.log();
        let mut response = HttpResponse::build(self.status_code());
        match self.status_code() {
            StatusCode::UNAUTHORIZED => {
                response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
            }
            StatusCode::SERVICE_UNAVAILABLE => {
                response.insert_header((header::RETRY_AFTER, "1"));
            }
            _ => {}
        }
        for (name, value) in &self.0.headers {
            response.insert_header((name.clone(), value.clone()));
        }
        response.insert_header((header::CONTENT_TYPE, "application/problem+json")).json(self.problem())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_kind_has_a_word_of_its_own() {
        let words: BTreeSet<_> = Kind::ALL.iter().map(|kind| kind.code()).collect();
        assert_eq!(words.len(), Kind::ALL.len());
    }

    #[test]
    fn a_cause_stays_in_the_log() {
        let refusal = Refusal::internal("relation \"secret\" does not exist");
        let problem = serde_json::to_string(&refusal.problem()).unwrap();
        assert!(!problem.contains("secret"), "{problem}");
    }

    #[test]
    fn the_detail_of_broken_rules_says_the_first_and_counts_the_rest() {
        let refusal = Refusal::field("name", "required", "must be given").with_error("color", "pattern", "must be #rrggbb");
        assert_eq!(refusal.problem().errors.len(), 2);
        assert_eq!(refusal.problem().detail, "name: must be given.");
    }
}
