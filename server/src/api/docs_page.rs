//! `/api/openapi.json`, and `/api/docs`: the explorer that the web build puts beside the app (`web/scripts/copy-api-docs.mjs`).

use std::{io, sync::LazyLock};

use actix_web::{HttpResponse, http::header, web::Data};
use bytes::Bytes;

use super::{
    openapi::document_json,
    problem::{Kind, Refusal},
};
use crate::{app::AppState, web_files};

/// The explorer styles its parts inline and draws its icons from data URLs; scripts are ours only.
const POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

static DOCUMENT: LazyLock<Result<Bytes, String>> = LazyLock::new(|| document_json().map(Bytes::from).map_err(|error| error.to_string()));

pub async fn openapi_json() -> Result<HttpResponse, Refusal> {
    let document = DOCUMENT.as_ref().map_err(Refusal::internal)?;
    Ok(HttpResponse::Ok().content_type("application/json").insert_header((header::CACHE_CONTROL, "no-cache")).body(document.clone()))
}

pub async fn explorer(state: Data<AppState>) -> Result<HttpResponse, Refusal> {
    let page = web_files::folder(&state.config).join("api-docs").join("index.html");
    match tokio::fs::read(&page).await {
        Ok(html) => Ok(HttpResponse::Ok()
            .content_type("text/html; charset=utf-8")
            .insert_header((header::CACHE_CONTROL, "no-cache"))
            .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
            .body(html)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(not_built()),
        Err(error) => Err(Refusal::internal(format!("{}: {error}", page.display()))),
    }
}

fn not_built() -> Refusal {
    Refusal::new(Kind::NotFound, "The API explorer is not built: run `make web`. The document is at /api/openapi.json.")
}
