//! Signing in and staying so. The token's person must still be a member; their role is the one they have now.

use actix_web::{
    HttpRequest, post,
    web::{Data, Json, Payload},
};
use chrono::Utc;
use tandem_domain::identity::Identity;
use tandem_protocol::{
    WorkspaceRole,
    rest::{AuthSession, RefreshSession, SignIn},
};
use tandem_store::{
    Tenant,
    pg::{projects::Viewer, revocations, users},
};

use super::{me, problem::Refusal, rate, read};
use crate::{
    app::AppState,
    auth::{ACCESS_TTL, AuthError, Purpose, REFRESH_TTL, Subject},
};

/// Exchange the token of a sign-in link for a session.
#[utoipa::path(
    tag = "session",
    operation_id = "signIn",
    request_body = SignIn,
    responses((status = 200, description = "Signed in", body = AuthSession)),
    security(()),
    extensions(("x-action" = json!(null))),
)]
#[post("/auth/sign-in")]
pub async fn sign_in(state: Data<AppState>, request: HttpRequest, payload: Payload) -> Result<Json<AuthSession>, Refusal> {
    rate::stranger(&state, &request)?;
    let body = read::body(&request, &mut payload.into_inner()).await?.parse::<SignIn>()?;
    session(&state, &body.token, Purpose::SignIn).await.map(Json)
}

/// Exchange a refresh token for a new session.
#[utoipa::path(
    tag = "session",
    operation_id = "refreshSession",
    request_body = RefreshSession,
    responses((status = 200, description = "A new session", body = AuthSession)),
    security(()),
    extensions(("x-action" = json!(null))),
)]
#[post("/auth/refresh")]
pub async fn refresh_session(state: Data<AppState>, request: HttpRequest, payload: Payload) -> Result<Json<AuthSession>, Refusal> {
    rate::stranger(&state, &request)?;
    let body = read::body(&request, &mut payload.into_inner()).await?.parse::<RefreshSession>()?;
    session(&state, &body.refresh_token, Purpose::Refresh).await.map(Json)
}

async fn session(state: &AppState, token: &str, purpose: Purpose) -> Result<AuthSession, Refusal> {
    let claimed = state.auth.verify(token, purpose).await?.into_identity();
    let mut tx = Tenant { workspace: claimed.workspace_id, user: Some(claimed.user_id()) }.begin(&state.store).await?;
    let role = revocations::hold_member(&mut tx, claimed.user_id()).await?.ok_or(AuthError::NotAMember)?;
    // Another node may have revoked it a moment ago. From here on a revocation waits for this transaction, and then voids what is
    // made now.
    let now = Utc::now();
    if revocations::get(&mut tx, claimed.user_id()).await?.is_some_and(|after| claimed.issued_at < after) {
        return Err(AuthError::Revoked.into());
    }
    let user = users::get(&mut tx, claimed.user_id()).await?.ok_or(AuthError::NotAMember)?;
    let subject = Subject { user, workspace_id: claimed.workspace_id, workspace_role: role };
    let access = state.auth.mint_as_of(&subject, Purpose::Access, ACCESS_TTL, now)?;
    let refresh = state.auth.mint_as_of(&subject, Purpose::Refresh, REFRESH_TTL, now)?;
    if purpose == Purpose::SignIn {
        users::signed_in(&mut tx).await?;
    }
    let viewer = Viewer { user: subject.user.id, workspace_admin: role == WorkspaceRole::Admin };
    let identity = Identity {
        user: subject.user,
        workspace_id: subject.workspace_id,
        workspace_role: role,
        issued_at: now,
        expires_at: access.expires_at,
    };
    let me = me::of(&mut tx, &identity, viewer).await?;
    tx.commit().await?;
    Ok(AuthSession {
        access_token: access.token,
        access_expires_at: access.expires_at,
        refresh_token: refresh.token,
        refresh_expires_at: refresh.expires_at,
        me,
    })
}
