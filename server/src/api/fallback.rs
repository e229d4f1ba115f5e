//! What is under `/api` and no route: another method's path (405, saying which methods there are) or nothing at all (404).

use std::sync::LazyLock;

use actix_web::{
    HttpRequest, HttpResponse,
    dev::ResourceDef,
    http::header::{self, HeaderValue},
};
use utoipa::openapi::PathItem;

use super::{
    openapi::document,
    problem::{Kind, Refusal},
};

/// Every path of the document with its methods. Made once: the document says all there is to route.
static PATHS: LazyLock<Vec<(ResourceDef, String)>> =
    LazyLock::new(|| document().paths.paths.iter().map(|(path, item)| (ResourceDef::new(path.as_str()), methods(item))).collect());

fn methods(item: &PathItem) -> String {
    let there = [("GET", &item.get), ("PUT", &item.put), ("POST", &item.post), ("DELETE", &item.delete), ("PATCH", &item.patch)];
    there.iter().filter(|(_, operation)| operation.is_some()).map(|(method, _)| *method).collect::<Vec<_>>().join(", ")
}

pub async fn no_such_route(request: HttpRequest) -> Result<HttpResponse, Refusal> {
    let (method, path) = (request.method(), request.path());
    let Some((_, allowed)) = PATHS.iter().find(|(pattern, _)| pattern.is_match(path)) else {
        let shown: String = path.chars().take(200).collect();
        return Err(Refusal::new(Kind::NoSuchRoute, format!("There is no {shown}; /api/docs lists what there is.")));
    };
    let refusal = Refusal::new(Kind::MethodNotAllowed, format!("This path takes {allowed}, not {method}."));
    Err(match HeaderValue::from_str(allowed) {
        Ok(value) => refusal.with_header(header::ALLOW, value),
        Err(_) => refusal,
    })
}
