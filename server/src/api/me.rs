//! Who I am, and who else is here.

use actix_web::{get, web::Json};
use tandem_domain::{
    identity::Identity,
    permission::{Action, allowed},
};
use tandem_protocol::rest::{Me, MyProject, Page, UserSummary};
use tandem_store::{
    TenantTx,
    pg::{
        members,
        projects::{self, Viewer},
        workspaces,
    },
};

use super::{access, call::Call, problem::Refusal};
use crate::auth::AuthError;

/// Who the token says I am, and where I may work.
#[utoipa::path(
    tag = "session",
    operation_id = "getMe",
    responses((status = 200, description = "Me", body = Me)),
    extensions(("x-action" = json!(null))),
)]
#[get("/me")]
pub async fn get_me(call: Call) -> Result<Json<Me>, Refusal> {
    let mut tx = call.begin().await?;
    Ok(Json(of(&mut tx, &call.identity, call.viewer()).await?))
}

/// Everybody in the workspace.
#[utoipa::path(
    tag = "session",
    operation_id = "listUsers",
    responses((status = 200, description = "All of them, by name", body = Page<UserSummary>)),
    extensions(("x-action" = json!(Action::WorkspaceUsers.name()))),
)]
#[get("/users")]
pub async fn list_users(call: Call) -> Result<Json<Page<UserSummary>>, Refusal> {
    access::in_workspace(&call.identity, Action::WorkspaceUsers)?;
    let mut tx = call.begin().await?;
    let items = members::list(&mut tx).await?.into_iter().map(|(user, _)| user).collect();
    Ok(Json(Page { items, next_cursor: None }))
}

/// The answer of `me`, also part of every new session.
pub async fn of(tx: &mut TenantTx, identity: &Identity, viewer: Viewer) -> Result<Me, Refusal> {
    let workspace = workspaces::get(tx).await?.ok_or(AuthError::NotAMember)?;
    let mine = projects::list(tx, viewer).await?.into_iter().map(|project| MyProject {
        project_id: project.id,
        role: project.my_role,
        may: allowed(project.my_role).into_iter().map(str::to_owned).collect(),
    });
    Ok(Me {
        user: identity.user.clone(),
        workspace_id: identity.workspace_id,
        workspace_name: workspace.name,
        workspace_role: identity.workspace_role,
        projects: mine.collect(),
    })
}
