//! The object store against a real S3 server (s3s over a folder) in this process.

use std::{collections::BTreeMap, time::Duration};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use tandem_protocol::rest::PresignedRequest;
use tandem_store::{
    objects::{ObjectError, ObjectInfo, Objects, ObjectsConfig, Upload},
    testing::objects,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// A server on a free port over a folder that goes when the test ends.
struct S3 {
    objects: Objects,
    _folder: tempfile::TempDir,
}

async fn s3() -> S3 {
    let folder = tempfile::tempdir().expect("a folder");
    S3 { objects: objects(folder.path()).await, _folder: folder }
}

fn now() -> DateTime<Utc> {
    Utc::now()
}

/// Do what a presigned request says, as a browser would; returns status and body.
async fn perform(request: &PresignedRequest, body: &[u8]) -> (u16, Vec<u8>) {
    let (authority, path) = request.url.strip_prefix("http://").and_then(|rest| rest.split_once('/')).expect("an http URL");
    let mut socket = TcpStream::connect(authority).await.expect("a connection");
    let mut head =
        format!("{} /{path} HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\ncontent-length: {}\r\n", request.method, body.len());
    for (name, value) in request.headers.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("host")) {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    socket.write_all(format!("{head}\r\n").as_bytes()).await.expect("written");
    socket.write_all(body).await.expect("written");
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).await.expect("an answer");
    let end = answer.windows(4).position(|w| w == b"\r\n\r\n").expect("a head");
    let status = std::str::from_utf8(&answer[9..12]).expect("text").parse().expect("a status");
    (status, answer[end + 4..].to_vec())
}

#[tokio::test]
async fn what_was_put_comes_back() {
    let s3 = s3().await;
    s3.objects.put("a/b.txt", Bytes::from_static(b"hello world"), "text/plain").await.expect("put");
    assert_eq!(s3.objects.head("a/b.txt").await, Ok(ObjectInfo { size: 11, content_type: Some("text/plain".to_owned()) }));
    assert_eq!(s3.objects.get("a/b.txt").await, Ok(Bytes::from_static(b"hello world")));
    assert_eq!(s3.objects.get_range("a/b.txt", 6..100).await, Ok(Bytes::from_static(b"world")));
    assert_eq!(s3.objects.get_range("a/b.txt", 100..200).await, Ok(Bytes::new()));
    s3.objects.delete("a/b.txt").await.expect("deleted");
    s3.objects.delete("a/b.txt").await.expect("deleting twice is fine");
    assert_eq!(s3.objects.head("a/b.txt").await, Err(ObjectError::NotFound { key: "a/b.txt".to_owned() }));
}

#[tokio::test]
async fn a_file_is_streamed() {
    let s3 = s3().await;
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), vec![7u8; 3_000_000]).expect("written");
    s3.objects.put_file("big", file.path(), "application/octet-stream").await.expect("put");
    assert_eq!(s3.objects.head("big").await.expect("there").size, 3_000_000);
}

#[tokio::test]
async fn making_the_bucket_twice_is_fine() {
    let s3 = s3().await;
    s3.objects.ensure_bucket().await.expect("already there");
}

#[tokio::test]
async fn a_presigned_put_takes_just_what_was_signed() {
    let s3 = s3().await;
    let upload = Upload { content_type: "image/png", size: 5 };
    let put = s3.objects.presign_put("up", upload, now(), Duration::from_secs(60), None).await.expect("signed");
    assert_eq!(put.headers, BTreeMap::from([("content-type".to_owned(), "image/png".to_owned())]));
    assert_eq!(perform(&put, b"12345").await.0, 200);
    assert_eq!(s3.objects.head("up").await, Ok(ObjectInfo { size: 5, content_type: Some("image/png".to_owned()) }));

    let put = s3.objects.presign_put("other", upload, now(), Duration::from_secs(60), None).await.expect("signed");
    assert_eq!(perform(&put, b"123456").await.0, 403, "a longer body than was signed");
    let mut typed = put.clone();
    typed.headers.insert("content-type".to_owned(), "text/html".to_owned());
    assert_eq!(perform(&typed, b"12345").await.0, 403, "another type than was signed");
    assert!(matches!(s3.objects.head("other").await, Err(ObjectError::NotFound { .. })));
}

#[tokio::test]
async fn a_presigned_get_expires_and_cannot_be_turned_to_another_object() {
    let s3 = s3().await;
    s3.objects.put("mine", Bytes::from_static(b"mine"), "text/plain").await.expect("put");
    s3.objects.put("other", Bytes::from_static(b"other"), "text/plain").await.expect("put");
    let get = s3.objects.presign_get("mine", now(), Duration::from_secs(60), None).await.expect("signed");
    assert_eq!(perform(&get, b"").await, (200, b"mine".to_vec()));
    let turned = PresignedRequest { url: get.url.replace("/files/mine", "/files/other"), ..get };
    assert_eq!(perform(&turned, b"").await.0, 403);
    let old = s3.objects.presign_get("mine", now() - Duration::from_secs(600), Duration::from_secs(60), None).await.expect("signed");
    assert_eq!(perform(&old, b"").await.0, 403);
}

#[tokio::test]
async fn a_store_that_is_away_says_so() {
    let port = TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("an address").port();
    let objects = Objects::new(&ObjectsConfig {
        endpoint: format!("http://127.0.0.1:{port}"),
        public_endpoint: None,
        region: "us-east-1".to_owned(),
        bucket: "files".to_owned(),
        access_key: "key".to_owned(),
        secret_key: "secret".into(),
    });
    assert!(matches!(objects.head("x").await, Err(ObjectError::Unreachable { .. })));
}
