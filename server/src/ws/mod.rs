//! Realtime: `/ws`, our own protocol (docs/protocol.md), `/yjs/{document}` for stock `y-websocket` clients and `/hocuspocus` for
//! Hocuspocus providers.
//!
//! A connection that asks to be a WebSocket leaves HTTP for good ([`upgrade`]): its session owns the socket, and nothing of the HTTP
//! dispatcher stays.

mod handshake;
mod origin;
mod upgrade;

use actix_web::{HttpResponse, http::StatusCode, web};
use async_trait::async_trait;
use tandem_actors::{AuthError as LiveAuthError, Authenticator};
use tandem_domain::identity::Identity;
use tandem_protocol::Problem;

use crate::auth::{Auth, AuthError};

pub use upgrade::{on_connect, upgrade};

/// What somebody gets who asks for these without an upgrade. Whatever has one never comes here.
pub fn configure(routes: &mut web::ServiceConfig) {
    for path in ["/ws", "/yjs/{document:.*}", "/hocuspocus"] {
        routes.route(path, web::route().to(not_a_websocket));
    }
}

async fn not_a_websocket() -> HttpResponse {
    let problem = Problem::new(426, "upgrade_required", "Upgrade required", "Only WebSocket connections are served here.");
    HttpResponse::build(StatusCode::UPGRADE_REQUIRED)
        .insert_header(("upgrade", "websocket"))
        .content_type("application/problem+json")
        .json(problem)
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
