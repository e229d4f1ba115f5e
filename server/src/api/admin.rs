//! The running server as its administrators see it.

use actix_web::{get, web::Json};
use tandem_domain::permission::Action;
use tandem_protocol::rest::ActorTree;

use super::{access, call::Call, problem::Refusal};

/// What lives in the server right now: counts of the whole, and the tasks of my own workspace.
#[utoipa::path(
    tag = "admin",
    operation_id = "getActors",
    responses((status = 200, description = "The live tree", body = ActorTree)),
    extensions(("x-action" = json!(Action::ActorsRead.name()))),
)]
#[get("/admin/actors")]
pub async fn get_actors(call: Call) -> Result<Json<ActorTree>, Refusal> {
    access::in_workspace(&call.identity, Action::ActorsRead)?;
    Ok(Json(call.state.live.tree(call.identity.workspace_id).await))
}
