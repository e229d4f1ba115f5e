//! `/healthz` (the process answers) and `/readyz` (it can do its work).

use actix_web::{
    HttpResponse,
    web::{self, Data},
};
use serde_json::json;

use crate::app::AppState;

pub fn configure(routes: &mut web::ServiceConfig) {
    routes.route("/healthz", web::get().to(alive)).route("/readyz", web::get().to(ready));
}

async fn alive() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ok\n")
}

/// 503 while edits cannot reach the disk or the server is stopping: a load balancer sends new people elsewhere, those who are here
/// go on working.
async fn ready(state: Data<AppState>) -> HttpResponse {
    let live = state.live.ready();
    let database = state.store.ping().await.is_ok();
    let objects = state.objects.ensure_bucket().await.is_ok();
    let ready = live.is_ready() && database && objects;
    let body = json!({
        "ready": ready,
        "database": database,
        "objects": objects,
        "journal": { "durable": live.durable, "waiting_bytes": live.waiting_bytes },
        "stopping": live.closing,
        "sessions": live.sessions,
        "documents": live.rooms,
    });
    if ready { HttpResponse::Ok().json(body) } else { HttpResponse::ServiceUnavailable().json(body) }
}
