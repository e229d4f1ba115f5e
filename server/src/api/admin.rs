//! The running server as its administrators see it.

use actix_web::{get, web::Json};
use tandem_domain::permission::Action;
use tandem_protocol::rest::{ActorTree, NodeView, Nodes};
use tandem_store::nodes::{self, NodeRow};

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

/// The nodes of the installation and what they carry: numbers of everybody, and whose they are is not said. Nobody drains a node from
/// here: it serves other workspaces too (docs/decisions/0033).
#[utoipa::path(
    tag = "admin",
    operation_id = "getNodes",
    responses((status = 200, description = "Nodes that take people first", body = Nodes)),
    extensions(("x-action" = json!(Action::NodesRead.name()))),
)]
#[get("/admin/nodes")]
pub async fn get_nodes(call: Call) -> Result<Json<Nodes>, Refusal> {
    access::in_workspace(&call.identity, Action::NodesRead)?;
    let rows = nodes::list(&call.state.store).await?;
    Ok(Json(Nodes { me: call.state.live.bus().me(), nodes: rows.into_iter().map(view).collect() }))
}

/// Where a node listens is for its operators.
fn view(row: NodeRow) -> NodeView {
    let NodeRow { card, started_at, state, connections, rooms, durable, drain_requested, silent, .. } = row;
    NodeView {
        id: card.id,
        host: card.host,
        version: card.version,
        state,
        drain_requested,
        started_at,
        silent_ms: u64::try_from(silent.as_millis()).unwrap_or(u64::MAX),
        connections,
        rooms,
        durable,
    }
}
