//! `/healthz` (the process answers) and `/readyz` (it can do its work).

use std::time::Duration;

use actix_web::{
    HttpResponse,
    web::{self, Data},
};
use serde_json::json;

use crate::app::AppState;

/// Whoever asks has little patience, and a part that takes longer than this is not ready.
const PATIENCE: Duration = Duration::from_secs(2);

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
    let (database, objects) = tokio::join!(in_time("database", state.store.ping()), in_time("objects", state.objects.ensure_bucket()));
    let mut why = live.why_not();
    why.extend((!database).then(|| "the database does not answer".to_owned()));
    why.extend((!objects).then(|| "the object storage does not answer".to_owned()));
    let ready = why.is_empty();
    let body = json!({
        "ready": ready,
        "why": why,
        "database": database,
        "objects": objects,
        "journal": { "durable": live.durable, "waiting_bytes": live.waiting_bytes },
        "stopping": live.closing,
        "draining": live.draining,
        "sessions": live.sessions,
        "documents": live.rooms,
    });
    if ready { HttpResponse::Ok().json(body) } else { HttpResponse::ServiceUnavailable().json(body) }
}

/// Whether a part answers. Why it does not is for the log, not for whoever asks.
async fn in_time<E: std::fmt::Display>(part: &str, answer: impl Future<Output = Result<(), E>>) -> bool {
    match tokio::time::timeout(PATIENCE, answer).await {
        Ok(Ok(())) => true,
        Ok(Err(error)) => {
            tracing::warn!(part, %error, "not ready");
            false
        }
        Err(_) => {
            tracing::warn!(part, "not ready: no answer in time");
            false
        }
    }
}
