//! From an HTTP request to a session that owns its socket.

use std::{net::IpAddr, os::fd::AsFd, time::Duration};

use actix_codec::Framed;
use actix_http::{Request, h1};
use actix_web::{HttpMessage as _, http::Uri, rt::net::TcpStream};
use serde::Deserialize;
use socket2::SockRef;
use tandem_actors::session::{Connection, hocuspocus, refuse, stock, tandem};
use tandem_domain::identity::Identity;
use tandem_protocol::{
    Problem, TaskId,
    ws::{CloseCode, Subprotocol},
};
use tokio::{net::tcp::OwnedReadHalf, time::timeout};

use super::{handshake, origin};
use crate::{app::AppState, auth::AuthError};

/// Bytes the kernel may hold unsent for one connection. What is beyond waits here, where it can be merged and thrown away; the
/// kernel would keep megabytes for a peer that stopped reading.
const UNSENT: u32 = 128 << 10;
/// For the handshake's answer, a few hundred bytes.
const ANSWERED: Duration = Duration::from_secs(5);

type Socket = Connection<OwnedReadHalf>;

/// What is asked for, by path.
enum Route<'a> {
    Tandem,
    Stock(&'a str),
    Hocuspocus,
}

fn route(uri: &Uri) -> Option<Route<'_>> {
    match uri.path() {
        "/ws" => Some(Route::Tandem),
        "/hocuspocus" => Some(Route::Hocuspocus),
        path => path.strip_prefix("/yjs/").map(Route::Stock),
    }
}

/// For the listener: small frames must not wait for each other's acknowledgements.
pub fn on_connect(stream: &TcpStream) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY");
    }
}

/// A request that asks to leave HTTP.
pub async fn upgrade(state: &AppState, request: Request, mut framed: Framed<TcpStream, h1::Codec>) {
    let Some(route) = route(request.uri()) else {
        let problem = Problem::new(404, "not_found", "Not found", "There is no WebSocket here.");
        return handshake::refuse(framed, &problem).await;
    };
    if let Err(problem) = check(state, &request) {
        return handshake::refuse(framed, &problem).await;
    }
    if state.live.turns_away() {
        // Before the upgrade: a proxy may then ask the next node, and the client hears nothing of it.
        let problem = Problem::new(503, "node_draining", "Node draining", "This node takes nobody new; connect again to reach another.");
        return handshake::refuse(framed, &problem.retryable(true)).await;
    }
    let subprotocol = matches!(route, Route::Tandem).then(|| chosen(&request)).flatten();
    let answered = handshake::accept(&request, subprotocol.map(Subprotocol::name), &mut framed);
    if !matches!(tokio::time::timeout(ANSWERED, answered).await, Ok(Ok(()))) {
        return;
    }
    let parts = framed.into_parts();
    tune(&parts.io, state.live.session_config().peer_timeout);
    let (reader, writer) = parts.io.into_split();
    let mut socket = Connection { begun: parts.read_buf, ..Connection::new(reader, writer) };
    // Refused after the upgrade: a browser cannot see why an upgrade failed.
    match state.live.admit(address(state, &request)) {
        Ok(guest) => socket.guest = Some(guest),
        Err(full) => return refuse(socket, CloseCode::TryLater, &full.to_string()),
    }
    match route {
        // None offered, or none known: JSON.
        Route::Tandem => tandem::open(&state.live, subprotocol.unwrap_or(Subprotocol::Json), socket),
        Route::Stock(document) => open_stock(state, &request, document, socket).await,
        // Tokens come in band, one for each document.
        Route::Hocuspocus => hocuspocus::open(&state.live, socket),
    }
}

fn check(state: &AppState, request: &Request) -> Result<(), Box<Problem>> {
    handshake::verify(request)?;
    if origin::is_allowed(request.headers(), &state.config.public_url) {
        return Ok(());
    }
    Err(Box::new(Problem::new(
        403,
        "origin_not_allowed",
        "Origin not allowed",
        "This page's origin may not open connections here. The server allows its own host and its public_url.",
    )))
}

fn address(state: &AppState, request: &Request) -> Option<IpAddr> {
    let peer = request.peer_addr()?.ip();
    Some(state.config.trusted_proxies.address(peer, request.headers()))
}

/// The first the client offers that we speak.
fn chosen(request: &Request) -> Option<Subprotocol> {
    let offered = request.headers().get("sec-websocket-protocol")?.to_str().ok()?;
    offered.split(',').find_map(|name| Subprotocol::from_name(name.trim()))
}

/// A peer that takes nothing any more must cost nothing any more, in the kernel neither.
fn tune(stream: &TcpStream, peer_timeout: Duration) {
    let timeout = u32::try_from(peer_timeout.as_millis()).unwrap_or(u32::MAX);
    if let Err(error) = rustix::net::sockopt::set_tcp_user_timeout(stream.as_fd(), timeout) {
        tracing::debug!(%error, "TCP_USER_TIMEOUT");
    }
    if let Err(error) = SockRef::from(stream).set_tcp_notsent_lowat(UNSENT) {
        tracing::debug!(%error, "TCP_NOTSENT_LOWAT");
    }
}

#[derive(Deserialize)]
struct StockQuery {
    #[serde(default)]
    token: String,
}

/// Codes 4400 to 4499 tell the provider not to come back.
async fn open_stock(state: &AppState, request: &Request, document: &str, socket: Socket) {
    match admit(state, request, document).await {
        Ok((who, task)) => stock::open(&state.live, who, task, socket),
        Err((code, reason)) => refuse(socket, code, reason),
    }
}

async fn admit(state: &AppState, request: &Request, document: &str) -> Result<(Identity, TaskId), (CloseCode, &'static str)> {
    let query: StockQuery = serde_urlencoded::from_str(request.uri().query().unwrap_or_default())
        .map_err(|_| (CloseCode::Unauthorized, "a token is needed"))?;
    let deadline = state.live.session_config().hello_deadline;
    let checked = timeout(deadline, state.auth.authenticate(&query.token)).await.unwrap_or(Err(AuthError::Unavailable));
    let who = checked.map_err(|error| match error {
        // It may be there again in a moment.
        AuthError::Unavailable => (CloseCode::TryLater, "tokens cannot be checked at the moment"),
        _ => (CloseCode::Unauthorized, "the token is no good"),
    })?;
    let task = document.parse().map_err(|_| (CloseCode::NotFound, "a document is named by its task's id"))?;
    Ok((who, task))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[actix_web::test]
    async fn the_kernel_gives_up_a_peer_that_answers_nothing_and_keeps_little_that_is_unsent() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        tune(&stream, Duration::from_secs(30));
        assert_eq!(rustix::net::sockopt::tcp_user_timeout(stream.as_fd()).unwrap(), 30_000);
        assert_eq!(SockRef::from(&stream).tcp_notsent_lowat().unwrap(), UNSENT);
    }
}
