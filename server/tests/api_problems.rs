//! How refusals look, whatever refuses.

#![allow(clippy::unwrap_used)]

mod support;

use serde_json::{Value, json};
use support::{Api, http};

#[actix_web::test]
async fn an_unknown_route_and_a_wrong_method_are_told_apart() {
    let api = Api::start().await;
    let admin = api.admin();
    admin.get("/api/v1/nothing").await.problem(404, "no_such_route");
    admin.get("/api/nothing/at/all").await.problem(404, "no_such_route");
    let wrong = admin.delete("/api/v1/projects").await;
    wrong.problem(405, "method_not_allowed");
    assert_eq!(wrong.header("allow"), Some("GET, POST"));
}

#[actix_web::test]
async fn a_request_keeps_its_id_and_gets_one_if_it_has_none() {
    let api = Api::start().await;
    let mine = api.anonymous().send("GET", "/api/v1/me", None, &[("x-request-id", "job-17.3")]).await;
    assert_eq!(mine.problem(401, "token_missing")["request_id"], "job-17.3");
    let forged = api.anonymous().send("GET", "/api/v1/me", None, &[("x-request-id", "a b\"c")]).await;
    assert_ne!(forged.problem(401, "token_missing")["request_id"], "a b\"c");
    let good = api.admin().get("/api/v1/me").await;
    assert!(good.header("x-request-id").is_some_and(|id| id.len() == 36));
}

#[actix_web::test]
async fn tokens_are_refused_by_kind() {
    let api = Api::start().await;
    let with = async |token: &str| {
        let mut person = api.anonymous();
        person.token = Some(token.to_owned());
        person.get("/api/v1/me").await
    };
    let missing = api.anonymous().get("/api/v1/me").await;
    missing.problem(401, "token_missing");
    assert_eq!(missing.header("www-authenticate"), Some("Bearer"));
    with("no.token.atall").await.problem(401, "token_invalid");
    let good = api.admin().token.unwrap();
    with(&format!("{}x", &good[..good.len() - 2])).await.problem(401, "token_invalid");
}

#[actix_web::test]
async fn a_body_that_cannot_be_read_says_where_and_why() {
    let api = Api::start().await;
    let url = format!("{}/api/v1/projects", api.base);
    let token = format!("Bearer {}", api.admin().token.unwrap());
    let post = async |content_type: &str, body: Vec<u8>| {
        let headers = [("authorization".to_owned(), token.clone()), ("content-type".to_owned(), content_type.to_owned())];
        http::raw("POST", &url, &headers, body).await
    };
    post("application/json", b"{\"name\": \"a\"".to_vec()).await.problem(400, "malformed_json");
    post("application/json", b"{\"name\": \"a\"} trailing".to_vec()).await.problem(400, "malformed_json");
    post("text/plain", b"{\"name\": \"a\"}".to_vec()).await.problem(415, "unsupported_media_type");
    let large = post("application/json", vec![b' '; 2 * 1024 * 1024 + 1]).await;
    assert_eq!(large.problem(413, "payload_too_large")["details"]["limit"], 2 * 1024 * 1024);
    assert_eq!(post("application/json; charset=utf-8", b"{\"nam\": 1}".to_vec()).await.broken(), ["nam: unknown_field"]);
    assert_eq!(post("application/json", b"{}".to_vec()).await.broken(), ["name: required"]);
}

#[actix_web::test]
async fn paths_and_queries_name_the_parameter() {
    let api = Api::start().await;
    let (admin, project) = (api.admin(), api.a().project);
    assert_eq!(admin.get("/api/v1/projects/one").await.broken(), ["project_id: format"]);
    assert_eq!(admin.delete(&format!("/api/v1/projects/{project}/members/me")).await.broken(), ["user_id: format"]);
    let tasks = format!("/api/v1/projects/{project}/tasks");
    assert_eq!(admin.get(&format!("{tasks}?limit=0")).await.broken(), ["limit: range"]);
    assert_eq!(admin.get(&format!("{tasks}?limit=201")).await.broken(), ["limit: range"]);
    assert_eq!(admin.get(&format!("{tasks}?limit=many")).await.broken(), ["limit: format"]);
    assert_eq!(admin.get(&format!("{tasks}?status=ready")).await.broken(), ["status: one_of"]);
    assert_eq!(admin.get(&format!("{tasks}?offset=20")).await.broken(), ["offset: unknown_field"]);
    assert_eq!(admin.get(&format!("{tasks}?cursor=x")).await.broken(), ["cursor: format"]);
    assert_eq!(admin.get(&format!("/api/v1/projects/{project}/regions?cursor=x")).await.broken(), ["cursor: format"]);
}

#[actix_web::test]
async fn the_document_is_served_as_it_is_committed() {
    let api = Api::start().await;
    let served = api.anonymous().get("/api/openapi.json").await;
    assert_eq!(served.expect(200)["openapi"], "3.1.0");
    assert_eq!(served.text(), server::api::document_json().unwrap());
}

#[actix_web::test]
async fn the_explorer_is_the_one_of_the_web_build() {
    let web = tempfile::tempdir().unwrap();
    let api = Api::with(&[("web_dir", web.path().to_str().unwrap())]).await;
    let missing = api.anonymous().get("/api/docs").await.problem(404, "not_found");
    assert!(missing["detail"].as_str().unwrap().contains("make web"));
    std::fs::create_dir(web.path().join("api-docs")).unwrap();
    std::fs::write(web.path().join("api-docs/index.html"), "<!doctype html>").unwrap();
    let page = api.anonymous().get("/api/docs").await;
    assert_eq!((page.status, page.text().as_str()), (200, "<!doctype html>"));
    assert!(page.header("content-security-policy").is_some_and(|policy| policy.starts_with("default-src 'self'")));
}

#[actix_web::test]
async fn every_reference_of_the_document_leads_somewhere() {
    fn refs(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                found.extend(fields.get("$ref").and_then(Value::as_str).map(str::to_owned));
                fields.values().for_each(|field| refs(field, found));
            }
            Value::Array(items) => items.iter().for_each(|item| refs(item, found)),
            _ => {}
        }
    }
    let document: Value = serde_json::from_str(&server::api::document_json().unwrap()).unwrap();
    let mut found = Vec::new();
    refs(&document, &mut found);
    for target in found {
        let pointer = target.strip_prefix('#').unwrap();
        assert_ne!(document.pointer(pointer).unwrap_or(&json!(null)), &json!(null), "{target} leads nowhere");
    }
}
