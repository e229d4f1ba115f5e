//! REST under `/api/v1`, a file per aggregate. Each route declares itself to the OpenAPI document, the action it needs included.

pub mod annotations;
pub mod assets;
pub mod assignments;
pub mod auth;
pub mod batches;
pub mod export;
pub mod me;
pub mod members;
mod openapi;
pub mod projects;
pub mod regions;
pub mod tasks;

pub use openapi::{document, document_json};

use actix_web::web::ServiceConfig;
use serde::Deserialize;
use utoipa::IntoParams;

/// Adds the REST routes. Handlers take `web::Data<AppState>` and `auth::Caller`.
pub fn configure(_routes: &mut ServiceConfig) {}

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
