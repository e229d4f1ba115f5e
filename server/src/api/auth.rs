//! Signing in and staying so.

use tandem_protocol::rest::{AuthSession, RefreshSession, SignIn};

/// Exchange the token of a sign-in link for a session.
#[utoipa::path(
    post, path = "/api/v1/auth/sign-in", tag = "session", operation_id = "signIn",
    request_body = SignIn,
    responses((status = 200, description = "Signed in", body = AuthSession)),
    security(()),
    extensions(("x-action" = json!(null))),
)]
pub fn sign_in() {}

/// Exchange a refresh token for a new session.
#[utoipa::path(
    post, path = "/api/v1/auth/refresh", tag = "session", operation_id = "refreshSession",
    request_body = RefreshSession,
    responses((status = 200, description = "A new session", body = AuthSession)),
    security(()),
    extensions(("x-action" = json!(null))),
)]
pub fn refresh_session() {}
