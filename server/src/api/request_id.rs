//! Every request has an id: the client's `x-request-id` if it is fit for a log line, else one of ours. It is in the answer's header, in
//! every problem and in every log line about the request.

use std::time::Instant;

use actix_web::{
    Error,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method,
        header::{HeaderName, HeaderValue},
    },
    middleware::Next,
};
use tracing::Instrument as _;
use uuid::Uuid;

use crate::telemetry::REQUEST;

pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");

tokio::task_local! {
    static CURRENT: String;
}

/// The id of the request being answered, within its handling.
#[must_use]
pub fn current() -> Option<String> {
    CURRENT.try_with(Clone::clone).ok()
}

/// Middleware (`actix_web::middleware::from_fn`).
pub async fn layer<B: MessageBody + 'static>(request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, Error> {
    let id = request.headers().get(HEADER).and_then(accept).unwrap_or_else(|| Uuid::now_v7().to_string());
    let span = tracing::info_span!(target: REQUEST, "request", request_id = %id, method = %request.method(), path = %request.path());
    let header = HeaderValue::from_str(&id);
    let (begun, method) = (Instant::now(), known(request.method()));
    let mut response = CURRENT.scope(id, next.call(request)).instrument(span.clone()).await?;
    let route = response.request().match_pattern().unwrap_or_else(|| "none".to_owned());
    let labels = [("method", method), ("route", route), ("status", response.status().as_str().to_owned())];
    metrics::histogram!("tandem_http_request_seconds", &labels).record(begun.elapsed());
    span.in_scope(|| tracing::info!(status = response.status().as_u16(), ms = begun.elapsed().as_millis(), "answered"));
    if let Ok(value) = header {
        response.headers_mut().insert(HEADER, value);
    }
    Ok(response)
}

/// Any word is a method; only those there are become labels.
fn known(method: &Method) -> String {
    const KNOWN: [Method; 7] = [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS];
    if KNOWN.contains(method) { method.to_string() } else { "other".to_owned() }
}

/// Longer ids, or ids with anything but plain characters, could forge log lines.
fn accept(value: &HeaderValue) -> Option<String> {
    let text = value.to_str().ok()?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.:".contains(c);
    ((1..=128).contains(&text.len()) && text.chars().all(plain)).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ids_fit_for_a_log_line_are_taken_over() {
        let taken = |text: &str| accept(&HeaderValue::from_str(text).unwrap());
        assert_eq!(taken("job-17.3:a_b").as_deref(), Some("job-17.3:a_b"));
        assert_eq!(taken("a b"), None);
        assert_eq!(taken("x\tlevel=error"), None);
        assert_eq!(taken(&"a".repeat(129)), None);
    }
}
