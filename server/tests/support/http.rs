//! A lean HTTP client.

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{HeaderMap, Request};
use hyper_util::{
    client::legacy::{Client as Hyper, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::Value;

pub struct Client {
    hyper: Hyper<HttpConnector, Full<Bytes>>,
    base: String,
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub bytes: Bytes,
    /// What was asked, for messages.
    asked: String,
}

impl Client {
    pub fn new(base: &str) -> Self {
        Self { hyper: Hyper::builder(TokioExecutor::new()).build_http(), base: base.to_owned() }
    }

    pub async fn send(&self, method: &str, path: &str, headers: &[(String, String)], body: Vec<u8>) -> Answer {
        perform(&self.hyper, method, &format!("{}{path}", self.base), headers, body).await
    }

    /// JSON as a person with this token. None: the server is not there, or went away half-way; whether it did what was asked nobody knows.
    pub async fn try_as(&self, token: &str, method: &str, path: &str, body: &Value) -> Option<Answer> {
        let headers = [("authorization", format!("Bearer {token}")), ("content-type", "application/json".to_owned())];
        let headers: Vec<(String, String)> = headers.map(|(name, value)| (name.to_owned(), value)).to_vec();
        attempt(&self.hyper, method, &format!("{}{path}", self.base), &headers, body.to_string().into_bytes()).await.ok()
    }
}

/// One request to anywhere.
pub async fn raw(method: &str, url: &str, headers: &[(String, String)], body: Vec<u8>) -> Answer {
    perform(&Hyper::builder(TokioExecutor::new()).build_http(), method, url, headers, body).await
}

async fn perform(
    hyper: &Hyper<HttpConnector, Full<Bytes>>,
    method: &str,
    url: &str,
    headers: &[(String, String)],
    body: Vec<u8>,
) -> Answer {
    attempt(hyper, method, url, headers, body).await.unwrap_or_else(|error| panic!("{method} {url}: {error:?}"))
}

async fn attempt(
    hyper: &Hyper<HttpConnector, Full<Bytes>>,
    method: &str,
    url: &str,
    headers: &[(String, String)],
    body: Vec<u8>,
) -> Result<Answer, Box<dyn std::error::Error>> {
    let mut request = Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let request = request.body(Full::new(Bytes::from(body))).unwrap();
    let (head, body) = hyper.request(request).await?.into_parts();
    let bytes = body.collect().await?.to_bytes();
    Ok(Answer { status: head.status.as_u16(), headers: head.headers, bytes, asked: format!("{method} {url}") })
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|_| panic!("{} answered {} {}", self.asked, self.status, self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The body, if the status is this one.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{} answered {}", self.asked, self.text());
        if self.bytes.is_empty() { Value::Null } else { self.json() }
    }

    /// The problem, if it is this one; also checks what every problem has.
    #[track_caller]
    pub fn problem(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.status, status, "{} answered {}", self.asked, self.text());
        let problem = self.json();
        assert_eq!(problem["code"], code, "{} answered {}", self.asked, self.text());
        assert_eq!(problem["status"], status);
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        assert_eq!(problem["type"], format!("/problems/{}", code.replace('_', "-")));
        assert_eq!(problem["request_id"].as_str(), self.header("x-request-id"), "{problem}");
        problem
    }

    /// `field: rule` of each broken rule.
    #[track_caller]
    pub fn broken(&self) -> Vec<String> {
        let problem = self.problem(422, "invalid");
        let errors = problem["errors"].as_array().unwrap();
        errors.iter().map(|e| format!("{}: {}", e["field"].as_str().unwrap(), e["rule"].as_str().unwrap())).collect()
    }
}
