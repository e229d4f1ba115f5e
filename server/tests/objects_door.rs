//! Presigned URLs through the main port, as browsers use them: exactly what was signed passes, nothing else.
#![allow(clippy::unwrap_used)]

use std::{path::Path, time::Duration};

use bytes::Bytes;
use chrono::Utc;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use server::testing::TestServer;
use tandem_protocol::rest::PresignedRequest;
use tandem_store::objects::Upload;

const HOUR: Duration = Duration::from_secs(3600);

fn client() -> Client<HttpConnector, Full<Bytes>> {
    Client::builder(TokioExecutor::new()).build_http()
}

async fn send(method: Method, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Response<Bytes> {
    let mut request = Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = client().request(request.body(Full::new(Bytes::copy_from_slice(body))).unwrap()).await.unwrap();
    let (head, body) = response.into_parts();
    Response::from_parts(head, body.collect().await.unwrap().to_bytes())
}

async fn get(url: &str, headers: &[(&str, &str)]) -> Response<Bytes> {
    send(Method::GET, url, headers, b"").await
}

async fn presigned_put(server: &TestServer, key: &str, kind: &str, size: usize) -> PresignedRequest {
    let upload = Upload { content_type: kind, size: size as u64 };
    server.state.objects.presign_put(key, upload, Utc::now(), HOUR, None).await.unwrap()
}

async fn presigned_get(server: &TestServer, key: &str) -> String {
    server.state.objects.presign_get(key, Utc::now(), HOUR, None).await.unwrap().url
}

async fn put(request: &PresignedRequest, body: &[u8]) -> StatusCode {
    let headers: Vec<_> = request.headers.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    send(Method::PUT, &request.url, &headers, body).await.status()
}

fn header<'a>(response: &'a Response<Bytes>, name: &str) -> &'a str {
    response.headers().get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
}

/// Larger than any buffer on the way.
fn photo() -> Vec<u8> {
    (0..3_000_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect()
}

#[actix_web::test]
async fn an_upload_comes_back_whole_and_in_parts() {
    let server = TestServer::start().await;
    let photo = photo();
    let request = presigned_put(&server, "a/street 1.jpg", "image/jpeg", photo.len()).await;
    assert!(request.url.starts_with(&server.url("/tandem/a/street%201.jpg?")), "same origin as the app: {}", request.url);
    assert_eq!(put(&request, &photo).await, StatusCode::OK);

    let url = presigned_get(&server, "a/street 1.jpg").await;
    let whole = get(&url, &[]).await;
    assert_eq!((whole.status(), header(&whole, "content-type")), (StatusCode::OK, "image/jpeg"));
    assert_eq!(header(&whole, "content-length"), photo.len().to_string());
    assert_eq!(header(&whole, "access-control-allow-origin"), "*");
    assert!(whole.body() == &photo, "the bytes differ");

    let part = get(&url, &[("range", "bytes=1000-1999")]).await;
    assert_eq!((part.status(), header(&part, "content-range")), (StatusCode::PARTIAL_CONTENT, "bytes 1000-1999/3000000"));
    assert!(part.body()[..] == photo[1000..2000], "the bytes differ");
    let end = get(&url, &[("range", "bytes=-10")]).await;
    assert!(end.body()[..] == photo[photo.len() - 10..], "the bytes differ");
    assert_eq!(get(&url, &[("range", "bytes=4000000-")]).await.status(), StatusCode::RANGE_NOT_SATISFIABLE);

    // Our own client sees the same object through its own door.
    assert_eq!(server.state.objects.head("a/street 1.jpg").await.unwrap().size, 3_000_000);
    server.stop().await;
}

#[actix_web::test]
async fn nothing_but_what_was_signed_is_answered() {
    let server = TestServer::start().await;
    assert_eq!(put(&presigned_put(&server, "mine.txt", "text/plain", 5).await, b"hello").await, StatusCode::OK);
    assert_eq!(put(&presigned_put(&server, "other.txt", "text/plain", 6).await, b"secret").await, StatusCode::OK);
    let url = presigned_get(&server, "mine.txt").await;
    assert_eq!(get(&url, &[]).await.body(), "hello");

    let refused = |response: Response<Bytes>| {
        assert!(matches!(response.status(), StatusCode::FORBIDDEN | StatusCode::BAD_REQUEST), "{}", response.status());
        assert!(!response.body().windows(6).any(|w| w == b"secret"));
    };
    let unsigned = url.split('?').next().unwrap();
    refused(get(unsigned, &[]).await);
    refused(get(&server.url("/tandem/"), &[]).await);
    refused(get(&url.replace("mine.txt", "other.txt"), &[]).await);
    refused(get(&tampered(&url), &[]).await);
    refused(get(&url.replace("X-Amz-Expires=3600", "X-Amz-Expires=7200"), &[]).await);
    refused(get(&url, &[("host", "elsewhere.example.org")]).await);
    refused(send(Method::PUT, &url, &[], b"changed").await);
    refused(send(Method::DELETE, &url, &[], b"").await);
    let forged = [("authorization", "AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=00")];
    refused(get(unsigned, &forged).await);

    let old = Utc::now() - chrono::TimeDelta::hours(2);
    let expired = server.state.objects.presign_get("mine.txt", old, HOUR, None).await.unwrap().url;
    refused(get(&expired, &[]).await);
    assert_eq!(get(&presigned_get(&server, "none.txt").await, &[]).await.status(), StatusCode::NOT_FOUND);
    server.stop().await;
}

fn tampered(url: &str) -> String {
    let (head, signature) = url.split_once("X-Amz-Signature=").unwrap();
    let first = if signature.starts_with('0') { '1' } else { '0' };
    format!("{head}X-Amz-Signature={first}{}", &signature[1..])
}

#[actix_web::test]
async fn an_upload_of_another_size_or_type_is_refused() {
    let server = TestServer::start().await;
    let request = presigned_put(&server, "x.png", "image/png", 5).await;
    assert_eq!(put(&request, b"much more than five").await, StatusCode::FORBIDDEN);
    let mut other = request.clone();
    other.headers.insert("content-type".into(), "text/html".into());
    assert_eq!(put(&other, b"hello").await, StatusCode::FORBIDDEN);
    assert_eq!(put(&request, b"hello").await, StatusCode::OK);
    server.stop().await;
}

/// Signed by somebody who has the keys, which is the worst case: even then nothing outside the folder of objects is reached.
#[actix_web::test]
async fn no_key_reaches_out_of_the_folder() {
    let server = TestServer::start().await;
    let secrets = server.state.config.data_dir.join("secrets.toml");
    assert!(secrets.exists());
    let content = std::fs::read_to_string(&secrets).unwrap();
    for key in ["../../secrets.toml", "../../../etc/passwd", "a/../../../secrets.toml", "a/./b"] {
        if let Ok(signed) = server.state.objects.presign_get(key, Utc::now(), HOUR, None).await {
            let answer = get(&signed.url, &[]).await;
            let text = String::from_utf8_lossy(answer.body());
            assert_ne!(answer.status(), StatusCode::OK, "{key} as {}: {text}", signed.url);
        }
        let upload = Upload { content_type: "text/plain", size: 5 };
        if let Ok(signed) = server.state.objects.presign_put(key, upload, Utc::now(), HOUR, None).await {
            assert_ne!(put(&signed, b"owned").await, StatusCode::OK, "{key}");
        }
    }
    assert_eq!(std::fs::read_to_string(&secrets).unwrap(), content);
    assert!(!Path::new("/etc/passwd").metadata().unwrap().len().eq(&5));
    // Raw, past what a client library would tidy up.
    for path in ["/tandem/../secrets.toml", "/tandem/..%2f..%2fsecrets.toml", "/tandem/%2e%2e/%2e%2e/secrets.toml"] {
        assert_ne!(get(&server.url(path), &[]).await.status(), StatusCode::OK, "{path}");
    }
    server.stop().await;
}

#[actix_web::test]
async fn a_page_under_another_name_of_this_machine_may_upload() {
    let server = TestServer::start().await;
    let url = server.url("/tandem/x.png");
    let asks = [("origin", "http://localhost:8080"), ("access-control-request-method", "PUT")];
    let answer = send(Method::OPTIONS, &url, &asks, b"").await;
    assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    assert_eq!((header(&answer, "access-control-allow-origin"), header(&answer, "access-control-allow-headers")), ("*", "*"));
    assert!(header(&answer, "access-control-allow-methods").contains("PUT"));
    server.stop().await;
}

#[actix_web::test]
async fn health_and_readiness_are_told() {
    let server = TestServer::start().await;
    assert_eq!(get(&server.url("/healthz"), &[]).await.body(), "ok\n");
    let ready = get(&server.url("/readyz"), &[]).await;
    let body: serde_json::Value = serde_json::from_slice(ready.body()).unwrap();
    assert_eq!((ready.status(), &body["ready"], &body["database"]), (StatusCode::OK, &true.into(), &true.into()), "{body}");
    server.state.store.close().await;
    let away = get(&server.url("/readyz"), &[]).await;
    let body: serde_json::Value = serde_json::from_slice(away.body()).unwrap();
    assert_eq!((away.status(), &body["database"], &body["objects"]), (StatusCode::SERVICE_UNAVAILABLE, &false.into(), &true.into()));
    server.stop().await;
}
