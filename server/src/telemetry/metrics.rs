//! `/metrics`, for Prometheus. What there is: docs/metrics.md.

use std::{sync::OnceLock, time::Duration};

use actix_web::{
    HttpRequest, HttpResponse,
    http::header,
    web::{self, Data},
};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use secrecy::ExposeSecret as _;
use sha2::{Digest as _, Sha256};
use tandem_actors::measures::{self, AMOUNTS, Kind, MEASURES, SECONDS};

use super::{freed, process};
use crate::app::AppState;

/// Observations are put into their buckets this often, also while nobody asks: until then each is kept.
const UPKEEP: Duration = Duration::from_secs(5);

static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

pub fn configure(routes: &mut web::ServiceConfig) {
    routes.route("/metrics", web::get().to(page));
}

/// Begin to record, once a process: what was counted before is lost.
pub fn start() {
    RECORDER.get_or_init(|| match install() {
        Ok(handle) => handle,
        Err(error) => {
            tracing::error!(%error, "there are no metrics");
            None
        }
    });
}

fn install() -> Result<Option<PrometheusHandle>, BuildError> {
    let amounts = MEASURES.iter().filter(|measure| measure.kind == Kind::Amounts);
    let builder = amounts
        .map(|measure| Matcher::Full(measure.name.to_owned()))
        .try_fold(PrometheusBuilder::new().set_buckets(SECONDS)?, |builder, matcher| builder.set_buckets_for_metric(matcher, AMOUNTS))?;
    let recorder = builder.build_recorder();
    let handle = recorder.handle();
    if metrics::set_global_recorder(recorder).is_err() {
        return Ok(None);
    }
    measures::describe();
    metrics::gauge!("tandem_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    let kept = handle.clone();
    let upkeep = move || loop {
        std::thread::sleep(UPKEEP);
        kept.run_upkeep();
        freed::give_back();
    };
    if let Err(error) = std::thread::Builder::new().name("tandem-metrics".into()).stack_size(256 << 10).spawn(upkeep) {
        tracing::error!(%error, "nobody keeps the metrics small");
    }
    Ok(Some(handle))
}

async fn page(request: HttpRequest, state: Data<AppState>) -> HttpResponse {
    if !may(&request, &state) {
        return HttpResponse::Unauthorized().insert_header((header::WWW_AUTHENTICATE, "Bearer")).finish();
    }
    let Some(handle) = RECORDER.get().and_then(Option::as_ref) else { return HttpResponse::ServiceUnavailable().finish() };
    state.live.measure();
    metrics::gauge!("tandem_ready").set(if state.live.ready().is_ready() { 1.0 } else { 0.0 });
    for (pool, open, idle) in state.store.connections() {
        metrics::gauge!("tandem_database_connections", "pool" => pool, "state" => "idle").set(idle as f64);
        metrics::gauge!("tandem_database_connections", "pool" => pool, "state" => "used").set(open.saturating_sub(idle) as f64);
    }
    process::measure();
    HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(handle.render())
}

/// Without a token of its own the page is open: it names no workspace, person or document.
fn may(request: &HttpRequest, state: &AppState) -> bool {
    let Some(token) = &state.config.metrics_token else { return true };
    let wanted = format!("Bearer {}", token.expose_secret());
    let given = request.headers().get(header::AUTHORIZATION).map(header::HeaderValue::as_bytes).unwrap_or_default();
    // Hashes are compared: how long it takes then tells nothing about the token.
    Sha256::digest(given) == Sha256::digest(wanted)
}
