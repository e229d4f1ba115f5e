//! The last words of HTTP on a connection: the opening handshake (RFC 6455, 4.2), or why not.

use actix_codec::Framed;
use actix_http::{Request, Response, body::BodySize, h1, ws};
use actix_web::{
    http::{StatusCode, header},
    rt::net::TcpStream,
};
use bytes::Bytes;
use futures_util::SinkExt as _;
use tandem_protocol::Problem;

type Socket = Framed<TcpStream, h1::Codec>;

pub fn verify(request: &Request) -> Result<(), Box<Problem>> {
    ws::verify_handshake(request.head()).map_err(|error| {
        let status = Response::from(&error).status().as_u16();
        Box::new(Problem::new(status, "bad_upgrade", "Bad upgrade", error.to_string()))
    })
}

/// The request was verified.
pub async fn accept(request: &Request, subprotocol: Option<&str>, socket: &mut Socket) -> std::io::Result<()> {
    let mut response = ws::handshake_response(request.head());
    if let Some(name) = subprotocol {
        response.insert_header((header::SEC_WEBSOCKET_PROTOCOL, name));
    }
    let response = response.message_body(()).map_err(|error| std::io::Error::other(error.to_string()))?;
    socket.send((response, BodySize::None).into()).await
}

pub async fn refuse(mut socket: Socket, problem: &Problem) {
    if let Err(error) = try_refuse(&mut socket, problem).await {
        tracing::debug!(%error, "the answer to an upgrade could not be given");
    }
}

async fn try_refuse(socket: &mut Socket, problem: &Problem) -> std::io::Result<()> {
    let body = Bytes::from(serde_json::to_vec(problem)?);
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::BAD_REQUEST);
    let mut response = Response::build(status);
    response.insert_header((header::CONTENT_TYPE, "application/problem+json")).force_close();
    if problem.retryable {
        response.insert_header((header::RETRY_AFTER, "1"));
    }
    let response = response.message_body(()).map_err(|error| std::io::Error::other(error.to_string()))?;
    socket.feed((response, BodySize::Sized(body.len() as u64)).into()).await?;
    socket.feed(h1::Message::Chunk(Some(body))).await?;
    socket.feed(h1::Message::Chunk(None)).await?;
    socket.flush().await
}
