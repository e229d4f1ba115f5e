//! Realtime: `/ws`, our own protocol (docs/protocol.md), `/yjs/{document}` for stock `y-websocket` clients and `/hocuspocus` for
//! Hocuspocus providers.

mod origin;

use std::{any::Any, os::fd::AsFd, time::Duration};

use actix_web::{
    HttpRequest, HttpResponse,
    dev::Extensions,
    http::{StatusCode, header},
    rt::net::TcpStream,
    web::{self, Data, Payload, ServiceConfig},
};
use actix_web_actors::ws::{handshake, handshake_with_protocols};
use async_trait::async_trait;
use serde::Deserialize;
use tandem_actors::{
    AuthError as LiveAuthError, Authenticator,
    session::{Body, Connection, hocuspocus, pipe, refuse, stock, tandem},
};
use tandem_domain::identity::Identity;
use tandem_protocol::{
    TaskId,
    ws::{CloseCode, Subprotocol},
};

use crate::{
    app::AppState,
    auth::{Auth, AuthError},
};

/// How long the kernel keeps trying to bring bytes to a peer that does not take them. Sessions are cut earlier; this frees
/// what the kernel holds for them.
const PEER_TIMEOUT: Duration = Duration::from_secs(20);

/// Adds the WebSocket routes. Handlers take `web::Data<AppState>`.
pub fn configure(routes: &mut ServiceConfig) {
    routes
        .route("/ws", web::get().to(open_tandem))
        .route("/yjs/{document:.*}", web::get().to(open_stock))
        .route("/hocuspocus", web::get().to(open_hocuspocus));
}

/// For `HttpServer::on_connect`: a connection whose peer takes nothing ends by itself.
pub fn on_connect(connection: &dyn Any, _: &mut Extensions) {
    let Some(stream) = connection.downcast_ref::<TcpStream>() else { return };
    let timeout = u32::try_from(PEER_TIMEOUT.as_millis()).unwrap_or(u32::MAX);
    if let Err(error) = rustix::net::sockopt::set_tcp_user_timeout(stream.as_fd(), timeout) {
        tracing::debug!(%error, "TCP_USER_TIMEOUT");
    }
    // Small frames must not wait for each other's acknowledgements.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY");
    }
}

async fn open_tandem(request: HttpRequest, payload: Payload, state: Data<AppState>) -> Result<HttpResponse, actix_web::Error> {
    if let Some(refused) = refuse_origin(&request, &state) {
        return Ok(refused);
    }
    let names = Subprotocol::ALL.map(Subprotocol::name);
    let mut response = handshake_with_protocols(&request, &names)?;
    let body = tandem::start(&state.live, chosen(&request), payload);
    Ok(answer(&mut response, body))
}

/// The first the client offers that we speak; the same rule as the handshake's. None offered, or none known: JSON.
fn chosen(request: &HttpRequest) -> Subprotocol {
    let offered = request.headers().get(header::SEC_WEBSOCKET_PROTOCOL).and_then(|value| value.to_str().ok()).unwrap_or_default();
    offered.split(',').find_map(|name| Subprotocol::from_name(name.trim())).unwrap_or(Subprotocol::Json)
}

#[derive(Deserialize)]
struct StockQuery {
    #[serde(default)]
    token: String,
}

/// What is refused here is refused after the upgrade: a browser cannot see why an upgrade failed, and the provider would come
/// back for ever. Codes 4400 to 4499 tell it not to.
async fn open_stock(request: HttpRequest, payload: Payload, state: Data<AppState>) -> Result<HttpResponse, actix_web::Error> {
    if let Some(refused) = refuse_origin(&request, &state) {
        return Ok(refused);
    }
    let mut response = handshake(&request)?;
    let body = match admit(&request, &state).await {
        Ok((who, task)) => stock::start(&state.live, who, task, payload),
        Err((code, reason)) => {
            let (reader, writer, body) = pipe(payload);
            refuse(Connection::new(reader, writer), code, reason);
            body
        }
    };
    Ok(answer(&mut response, body))
}

/// Tokens come in band, one for each document.
async fn open_hocuspocus(request: HttpRequest, payload: Payload, state: Data<AppState>) -> Result<HttpResponse, actix_web::Error> {
    if let Some(refused) = refuse_origin(&request, &state) {
        return Ok(refused);
    }
    let mut response = handshake(&request)?;
    let body = hocuspocus::start(&state.live, payload);
    Ok(answer(&mut response, body))
}

async fn admit(request: &HttpRequest, state: &AppState) -> Result<(Identity, TaskId), (CloseCode, &'static str)> {
    let query = web::Query::<StockQuery>::from_query(request.query_string()).map_err(|_| (CloseCode::Unauthorized, "a token is needed"))?;
    let who = state.auth.authenticate(&query.token).await.map_err(|error| match error {
        // It may be there again in a moment.
        AuthError::Unavailable => (CloseCode::TryLater, "tokens cannot be checked at the moment"),
        _ => (CloseCode::Unauthorized, "the token is no good"),
    })?;
    let document = request.match_info().get("document").unwrap_or_default();
    let task = document.parse().map_err(|_| (CloseCode::NotFound, "a document is named by its task's id"))?;
    Ok((who, task))
}

fn refuse_origin(request: &HttpRequest, state: &AppState) -> Option<HttpResponse> {
    if origin::is_allowed(request, &state.config.public_url) {
        return None;
    }
    let problem = tandem_protocol::Problem::new(
        403,
        "origin_not_allowed",
        "Origin not allowed",
        "This page's origin may not open connections here. The server allows its own host and its public_url.",
    );
    Some(HttpResponse::build(StatusCode::FORBIDDEN).content_type("application/problem+json").json(problem))
}

fn answer(response: &mut actix_web::HttpResponseBuilder, body: Body) -> HttpResponse {
    response.streaming(body)
}

#[async_trait]
impl Authenticator for Auth {
    async fn authenticate(&self, token: &str) -> Result<Identity, LiveAuthError> {
        Self::authenticate(self, token).await.map_err(|error| match error {
            AuthError::Expired => LiveAuthError::Expired,
            AuthError::Unavailable => LiveAuthError::Unavailable,
            other => LiveAuthError::Invalid(other.to_string()),
        })
    }

    fn is_void(&self, who: &Identity) -> bool {
        Self::is_void(self, who)
    }
}
