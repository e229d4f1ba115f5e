//! One keep-alive HTTP connection a person, as a browser would hold. A server may end such a connection between two requests, and
//! ours does after answering one whose body it had no reason to read; then, as a browser does, the next request gets a new one.

use std::fmt;

use anyhow::{Context, bail};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Method, Request, Response, body::Incoming, client::conn::http1::SendRequest};
use hyper_util::rt::TokioIo;
use serde::{Serialize, de::DeserializeOwned};
use tandem_protocol::Problem;
use tokio::net::TcpStream;

use crate::fixture::Fixture;

/// Connections in a row that may turn out to be closed.
const RECONNECTS: usize = 3;

/// The server understood and said no.
#[derive(Debug)]
pub struct Refused(pub Problem);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.0.status, self.0.code, self.0.detail)
    }
}

impl std::error::Error for Refused {}

pub struct Http {
    sender: SendRequest<Full<Bytes>>,
    authority: String,
    authorization: String,
}

impl Http {
    pub async fn connect(fixture: &Fixture, token: &str) -> anyhow::Result<Self> {
        let authority = fixture.authority().to_owned();
        Ok(Self { sender: dial(&authority).await?, authority, authorization: format!("Bearer {token}") })
    }

    /// The next requests are another person's.
    pub fn speak_for(&mut self, token: &str) {
        self.authorization = format!("Bearer {token}");
    }

    pub async fn post<T: DeserializeOwned>(&mut self, path: &str, body: &impl Serialize) -> anyhow::Result<T> {
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("/api/v1{path}"))
            .header("host", &self.authority)
            .header("authorization", &self.authorization)
            .header("content-type", "application/json")
            .body(Full::new(Bytes::from(serde_json::to_vec(body)?)))?;
        let response = self.send(request).await.with_context(|| format!("POST {path}"))?;
        let status = response.status();
        let body = response.into_body().collect().await?.to_bytes();
        if !status.is_success() {
            let problem: Problem = serde_json::from_slice(&body).with_context(|| format!("{status} without a problem body"))?;
            return Err(anyhow::Error::new(Refused(problem)).context(format!("POST {path}")));
        }
        serde_json::from_slice(&body).with_context(|| format!("POST {path}: unexpected answer"))
    }

    /// A request that was never written may be sent again; one that was may not.
    async fn send(&mut self, mut request: Request<Full<Bytes>>) -> anyhow::Result<Response<Incoming>> {
        if self.sender.ready().await.is_err() {
            self.sender = dial(&self.authority).await?;
        }
        for _ in 0..RECONNECTS {
            match self.sender.try_send_request(request).await {
                Ok(response) => return Ok(response),
                Err(mut error) => match error.take_message() {
                    Some(unsent) => request = unsent,
                    None => return Err(error.into_error().into()),
                },
            }
            self.sender = dial(&self.authority).await?;
        }
        bail!("the server hangs up before every request")
    }
}

async fn dial(authority: &str) -> anyhow::Result<SendRequest<Full<Bytes>>> {
    let tcp = TcpStream::connect(authority).await?;
    tcp.set_nodelay(true)?;
    let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(tcp)).await?;
    tokio::spawn(connection);
    Ok(sender)
}
