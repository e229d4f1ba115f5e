//! The S3 service on the main port: actix's requests and responses turned into those of the `http` crate and back, bodies streaming.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder,
    body::{BodySize, MessageBody},
    http::{Method, StatusCode},
    web,
};
use bytes::Bytes;
use futures_util::{Stream as _, StreamExt as _};
use http_body_util::StreamBody;
use s3s::{Body, service::S3Service};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use crate::app::AppState;

/// Chunks of an upload on their way from the connection's thread.
const CHUNKS: usize = 4;

/// The service for one bucket.
#[derive(Clone)]
pub struct Door {
    service: S3Service,
    bucket: Arc<str>,
}

impl Door {
    pub(super) fn new(service: S3Service, bucket: &str) -> Self {
        Self { service, bucket: bucket.into() }
    }
}

/// Adds `/{bucket}/...`.
pub fn mount(routes: &mut web::ServiceConfig, door: &Door) {
    routes.service(web::resource(format!("/{}/{{key:.*}}", door.bucket)).route(web::to(object)));
}

async fn object(request: HttpRequest, payload: web::Payload, state: web::Data<AppState>) -> HttpResponse {
    let Some(door) = &state.s3 else { return HttpResponse::NotFound().finish() };
    let mut response = if *request.method() == Method::OPTIONS { preflight() } else { answer(door, &request, payload).await };
    // The page may have been opened under another name of this machine (localhost, 127.0.0.1) than the one in the URL. The
    // signature is all that opens an object, no cookie does: so any page may show it.
    let headers = response.headers_mut();
    let text = http::HeaderValue::from_static;
    for (name, value) in [("access-control-allow-origin", "*"), ("access-control-expose-headers", "ETag, Content-Range")] {
        headers.insert(actix_web::http::header::HeaderName::from_static(name), header_value(&text(value)));
    }
    response
}

fn preflight() -> HttpResponse {
    HttpResponse::NoContent()
        .insert_header(("access-control-allow-methods", "GET, HEAD, PUT"))
        .insert_header(("access-control-allow-headers", "*"))
        .insert_header(("access-control-max-age", "86400"))
        .finish()
}

async fn answer(door: &Door, request: &HttpRequest, payload: web::Payload) -> HttpResponse {
    if wanders(request.uri().path()) {
        return HttpResponse::BadRequest().finish();
    }
    let Ok(request) = converted(request, payload) else { return HttpResponse::BadRequest().finish() };
    match door.service.call(request).await {
        Ok(response) => outgoing(response),
        Err(error) => {
            tracing::error!(?error, "the embedded S3 failed");
            HttpResponse::InternalServerError().finish()
        }
    }
}

/// Whether a path has `.` or `..` in it. The service stays inside its folder with them, but not inside the bucket.
fn wanders(path: &str) -> bool {
    let plain = path.to_ascii_lowercase().replace("%2e", ".").replace("%2f", "/").replace("%5c", "/").replace('\\', "/");
    plain.split('/').any(|part| part == "." || part == "..")
}

fn converted(request: &HttpRequest, payload: web::Payload) -> Result<http::Request<Body>, http::Error> {
    let mut builder = http::Request::builder().method(request.method().as_str()).uri(request.uri().to_string());
    for (name, value) in request.headers() {
        builder = builder.header(name.as_str(), value.as_bytes());
    }
    builder.body(incoming(payload))
}

/// actix's payload stays on its thread; the service wants a body that may move.
fn incoming(mut payload: web::Payload) -> Body {
    let (sender, receiver) = mpsc::channel(CHUNKS);
    actix_web::rt::spawn(async move {
        while let Some(chunk) = payload.next().await {
            let frame = chunk.map(http_body::Frame::data).map_err(|error| std::io::Error::other(error.to_string()));
            let failed = frame.is_err();
            // The service stopped reading: it has refused the request.
            if sender.send(frame).await.is_err() || failed {
                return;
            }
        }
    });
    Body::http_body_unsync(StreamBody::new(ReceiverStream::new(receiver)))
}

fn outgoing(response: http::Response<Body>) -> HttpResponse {
    let (head, body) = response.into_parts();
    let status = StatusCode::from_u16(head.status.as_u16()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut builder: HttpResponseBuilder = HttpResponse::build(status);
    let mut length = None;
    for (name, value) in &head.headers {
        if name == http::header::CONTENT_LENGTH {
            length = value.to_str().ok().and_then(|text| text.parse().ok());
        } else {
            builder.append_header((name.as_str(), header_value(value)));
        }
    }
    builder.body(Outgoing { body, length })
}

fn header_value(value: &http::HeaderValue) -> actix_web::http::header::HeaderValue {
    // Both crates accept the same bytes.
    actix_web::http::header::HeaderValue::from_bytes(value.as_bytes()).unwrap_or(actix_web::http::header::HeaderValue::from_static(""))
}

/// A body of known length is sent with it, so that browsers can show progress and ask for ranges.
struct Outgoing {
    body: Body,
    length: Option<u64>,
}

impl MessageBody for Outgoing {
    type Error = Box<dyn std::error::Error>;

    fn size(&self) -> BodySize {
        self.length.map_or(BodySize::Stream, BodySize::Sized)
    }

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.body).poll_next(context).map_err(|error| error as Self::Error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_that_lead_elsewhere_are_seen_however_they_are_written() {
        for path in ["/b/../x", "/b/%2e%2E/x", "/b/..%2fx", "/b/a%5C..%5Cx", "/b/./x", "/b/.."] {
            assert!(wanders(path), "{path}");
        }
        for path in ["/b/a..b", "/b/.hidden", "/b/...", "/b/photo.jpg"] {
            assert!(!wanders(path), "{path}");
        }
    }
}
