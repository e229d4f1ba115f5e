//! Signing somebody out everywhere.

use actix_web::{post, web::Json};
use chrono::Utc;
use serde_json::json;
use tandem_actors::{DomainEvent, revocations::valid_after};
use tandem_domain::permission::Action;
use tandem_protocol::{UserId, rest::SessionsRevoked};
use tandem_store::pg::revocations;

use super::{access, audit, call::Call, problem::Refusal};

/// Sign a person out everywhere: all their tokens made until now are void, and open connections end at once. One may always
/// do so to oneself.
#[utoipa::path(
    tag = "session",
    operation_id = "revokeSessions",
    params(("user_id" = UserId, Path)),
    responses((status = 200, description = "Their tokens are void", body = SessionsRevoked)),
    extensions(("x-action" = json!(Action::SessionsRevoke.name()))),
)]
#[post("/users/{user_id}/revoke-sessions")]
pub async fn revoke_sessions(call: Call) -> Result<Json<SessionsRevoked>, Refusal> {
    let user = call.path::<UserId>()?;
    if user != call.user() {
        access::in_workspace(&call.identity, Action::SessionsRevoke)?;
    }
    let mut tx = call.begin().await?;
    if !revocations::stop_renewals(&mut tx, user).await? {
        return Err(Refusal::not_found("user", user));
    }
    let valid_after = valid_after(Utc::now());
    revocations::put(&mut tx, user, valid_after).await?;
    audit::record_in_workspace(&mut tx, Action::SessionsRevoke, ("user", user), json!({ "valid_after": valid_after })).await?;
    tx.commit().await?;
    let workspace = call.identity.workspace_id;
    call.state.auth.revocations().note(workspace, user, valid_after);
    call.state.live.publish(DomainEvent::TokensRevoked { workspace, user });
    Ok(Json(SessionsRevoked { valid_after }))
}
