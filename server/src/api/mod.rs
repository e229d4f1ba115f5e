//! REST under `/api/v1`, a file per aggregate. Each route declares itself to the OpenAPI document, the action it needs included.

mod access;
mod admin;
mod annotations;
mod answer;
mod assets;
mod assignments;
mod audit;
mod auth;
mod batches;
mod call;
mod docs_page;
mod export;
mod fallback;
mod flows;
mod giving;
mod history;
mod idempotency;
mod jobs;
mod layouts;
mod me;
mod members;
mod models;
mod notes;
mod nothing;
mod notifications;
mod notify;
mod object_reader;
mod openapi;
mod predictions;
mod preferences;
pub mod problem;
mod profile;
mod projects;
mod rate;
mod read;
mod regions;
mod relabel;
mod request_id;
mod review;
mod sessions;
mod sharing_out;
mod signed;
mod simulate;
mod steering;
mod step_tasks;
mod submit;
mod tasks;
mod upcoming;
mod validate;
mod workflows;

pub use openapi::{document, document_json};

use actix_web::{
    middleware::from_fn,
    web::{self, ServiceConfig},
};

/// Adds everything under `/api`.
pub fn configure(routes: &mut ServiceConfig) {
    // A scope without a default of its own has the app's, not the one around it.
    let v1 = web::scope("/v1")
        .configure(|config| openapi::routes(&mut utoipa_actix_web::service_config::ServiceConfig::new(config)))
        .default_service(web::to(fallback::no_such_route));
    let api = web::scope("/api")
        .wrap(from_fn(request_id::layer))
        .route("/openapi.json", web::get().to(docs_page::openapi_json))
        .route("/docs", web::get().to(docs_page::explorer))
        .service(v1)
        .default_service(web::to(fallback::no_such_route));
    routes.service(api);
}

const IDEMPOTENCY: &str =
    "1 to 200 characters. The same key with the same body gives the first answer again instead of doing the work twice.";
