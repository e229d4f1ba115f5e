//! One keep-alive HTTP connection a person, as a browser would hold.

use anyhow::{Context, bail};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Method, Request, client::conn::http1::SendRequest};
use hyper_util::rt::TokioIo;
use serde::{Serialize, de::DeserializeOwned};
use tandem_protocol::Problem;
use tokio::net::TcpStream;

use crate::fixture::Fixture;

pub struct Http {
    sender: SendRequest<Full<Bytes>>,
    authority: String,
    authorization: String,
}

impl Http {
    pub async fn connect(fixture: &Fixture, token: &str) -> anyhow::Result<Self> {
        let tcp = TcpStream::connect(fixture.authority()).await?;
        tcp.set_nodelay(true)?;
        let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(tcp)).await?;
        tokio::spawn(connection);
        Ok(Self { sender, authority: fixture.authority().to_owned(), authorization: format!("Bearer {token}") })
    }

    pub async fn post<T: DeserializeOwned>(&mut self, path: &str, body: &impl Serialize) -> anyhow::Result<T> {
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("/api/v1{path}"))
            .header("host", &self.authority)
            .header("authorization", &self.authorization)
            .header("content-type", "application/json")
            .body(Full::new(Bytes::from(serde_json::to_vec(body)?)))?;
        self.sender.ready().await?;
        let response = self.sender.send_request(request).await?;
        let status = response.status();
        let body = response.into_body().collect().await?.to_bytes();
        if !status.is_success() {
            let problem: Problem = serde_json::from_slice(&body).with_context(|| format!("{status} without a problem body"))?;
            bail!("POST {path}: {} {}: {}", problem.status, problem.code, problem.detail);
        }
        serde_json::from_slice(&body).with_context(|| format!("POST {path}: unexpected answer"))
    }
}
