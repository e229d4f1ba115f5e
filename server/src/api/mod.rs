//! REST under `/api/v1`, a file per aggregate. Each route declares itself to the OpenAPI document, the action it needs included.

pub mod annotations;
pub mod assets;
pub mod assignments;
pub mod auth;
pub mod batches;
mod docs_page;
pub mod export;
mod fallback;
pub mod me;
pub mod members;
mod openapi;
pub mod problem;
pub mod projects;
mod read;
pub mod regions;
mod request_id;
pub mod tasks;
mod validate;

pub use openapi::{document, document_json};

use actix_web::{
    middleware::from_fn,
    web::{self, ServiceConfig},
};
use serde::Deserialize;
use utoipa::IntoParams;

/// Adds everything under `/api`.
pub fn configure(routes: &mut ServiceConfig) {
    let api = web::scope("/api")
        .wrap(from_fn(request_id::layer))
        .route("/openapi.json", web::get().to(docs_page::openapi_json))
        .route("/docs", web::get().to(docs_page::explorer))
        .default_service(web::to(fallback::no_such_route));
    routes.service(api);
}

/// Which page of a list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct PageQuery {
    /// `next_cursor` of the page before; none for the first page.
    #[serde(default)]
    pub cursor: Option<String>,
    /// 1 to 200 items; default 50.
    #[serde(default)]
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
}

const IDEMPOTENCY: &str =
    "1 to 200 characters. The same key with the same body gives the first answer again instead of doing the work twice.";
