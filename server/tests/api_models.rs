//! Models that run in browsers: asked for, sent, completed, refused with their reason, deleted with their bytes, of one workspace only.

#![allow(clippy::unwrap_used)]

mod support;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use support::{Api, http};
use tandem_store::{
    objects::ObjectError,
    pg::models::{Files, object_keys},
};

const PATH: &str = "/api/v1/models";

/// Begins as what PyTorch exports.
fn onnx(length: usize) -> Vec<u8> {
    let mut file = b"\x08\x08\x12\x07pytorch".to_vec();
    file.resize(length.max(file.len()), 7);
    file
}

fn wanted(name: &str, encoder: usize, decoder: usize) -> Value {
    json!({ "name": name, "encoder": { "size": encoder }, "decoder": { "size": decoder } })
}

fn of(model: &Value) -> String {
    format!("{PATH}/{}", model["id"].as_str().unwrap())
}

/// Asks and sends; what was asked for.
async fn send(api: &Api, name: &str, encoder: &[u8], decoder: &[u8]) -> Value {
    let asked = api.admin().post(PATH, wanted(name, encoder.len(), decoder.len())).await.expect(201);
    assert_eq!(api.perform(&asked["encoder"], encoder).await, 200);
    assert_eq!(api.perform(&asked["decoder"], decoder).await, 200);
    asked["model"].clone()
}

fn keys(api: &Api, model: &Value) -> Files<String> {
    object_keys(api.a().workspace, model["id"].as_str().unwrap().parse().unwrap())
}

async fn is_gone(api: &Api, model: &Value) -> bool {
    let Files { encoder, decoder } = keys(api, model);
    let mut gone = true;
    for key in [encoder, decoder] {
        gone &= matches!(api.state().objects.head(&key).await, Err(ObjectError::NotFound { .. }));
    }
    gone
}

#[actix_web::test]
async fn a_model_is_asked_for_sent_completed_and_loaded_by_members() {
    let api = Api::start().await;
    let (encoder, decoder) = (onnx(3_000_000), onnx(5_000));
    let asked = send(&api, "MobileSAM", &encoder, &decoder).await;
    assert_eq!((&asked["status"], &asked["encoder"]["sha256"]), (&json!("pending"), &Value::Null));
    assert_eq!(api.labeler().get(PATH).await.expect(200)["items"], json!([]), "what is not completed is nobody's yet");

    let model = api.admin().call(&format!("{}/complete", of(&asked))).await.expect(200);
    assert_eq!((&model["status"], &model["encoder"]["size"]), (&json!("ready"), &json!(3_000_000)));
    assert_eq!(model["encoder"]["sha256"], json!(format!("{:x}", Sha256::digest(&encoder))));
    assert_eq!(model["decoder"]["sha256"], json!(format!("{:x}", Sha256::digest(&decoder))));
    let again = api.admin().call(&format!("{}/complete", of(&asked))).await.expect(200);
    assert_eq!(again["encoder"]["sha256"], model["encoder"]["sha256"]);

    let listed = api.labeler().get(PATH).await.expect(200);
    assert_eq!((&listed["items"][0]["name"], &listed["items"][0]["encoder"]["url"]), (&json!("MobileSAM"), &Value::Null));
    assert!(listed["items"][0]["created_by"]["name"].is_string(), "{listed}");
    let one = api.labeler().get(&of(&model)).await.expect(200);
    for (part, bytes) in [("encoder", &encoder), ("decoder", &decoder)] {
        let url = one[part]["url"].as_str().unwrap();
        let fetched = http::raw("GET", url, &[], vec![]).await;
        assert_eq!((fetched.status, fetched.bytes.as_ref()), (200, bytes.as_slice()), "{part}");
        assert_eq!(fetched.headers["cache-control"], "private, max-age=31536000, immutable", "{part} never changes");
        assert_eq!(http::raw("GET", url.split('?').next().unwrap(), &[], vec![]).await.status, 403, "without the signature");
    }
}

#[actix_web::test]
async fn what_is_no_model_is_refused_by_file_and_rule_and_leaves_nothing() {
    let api = Api::start().await;
    let model = send(&api, "Broken", b"<!doctype html><html></html>", &onnx(64)).await;
    let problem = api.admin().call(&format!("{}/complete", of(&model))).await.problem(422, "invalid");
    assert_eq!((&problem["errors"][0]["field"], &problem["errors"][0]["rule"]), (&json!("encoder"), &json!("onnx")));
    assert!(problem["detail"].as_str().unwrap().contains("web page"), "{problem}");
    api.admin().get(&of(&model)).await.problem(404, "not_found");
    assert!(is_gone(&api, &model).await);
    // The name is free.
    let model = send(&api, "Broken", &onnx(64), &onnx(64)).await;
    api.admin().call(&format!("{}/complete", of(&model))).await.expect(200);
}

#[actix_web::test]
async fn completing_before_both_are_sent_says_which_is_missing_and_can_be_repeated() {
    let api = Api::start().await;
    let asked = api.admin().post(PATH, wanted("Late", 64, 64)).await.expect(201);
    let complete = format!("{}/complete", of(&asked["model"]));
    assert_eq!(api.perform(&asked["encoder"], &onnx(64)).await, 200);
    let early = api.admin().call(&complete).await.problem(409, "upload_missing");
    assert!(early["detail"].as_str().unwrap().contains("decoder"), "{early}");
    assert_eq!(api.perform(&asked["decoder"], &onnx(64)).await, 200);
    assert_eq!(api.admin().call(&complete).await.expect(200)["status"], "ready");
}

#[actix_web::test]
async fn the_limit_and_the_names_are_checked_before_anything_is_signed() {
    let api = Api::with(&[("models.max_file", "1KiB")]).await;
    let broken = api.admin().post(PATH, wanted(" ", 1025, 0)).await.broken();
    assert_eq!(broken, ["name: min_length", "encoder.size: range", "decoder.size: range"]);
    let model = send(&api, "Tiny", &onnx(1024), &onnx(64)).await;
    api.admin().call(&format!("{}/complete", of(&model))).await.expect(200);
    let taken = api.admin().post(PATH, wanted("Tiny", 64, 64)).await.problem(409, "already_exists");
    assert_eq!(taken["errors"][0]["field"], json!("name"));
}

#[actix_web::test]
async fn of_two_uploads_at_once_the_first_to_be_completed_has_the_name() {
    let api = Api::start().await;
    let first = send(&api, "Same", &onnx(64), &onnx(64)).await;
    let second = send(&api, "Same", &onnx(64), &onnx(64)).await;
    api.admin().call(&format!("{}/complete", of(&second))).await.expect(200);
    api.admin().call(&format!("{}/complete", of(&first))).await.problem(409, "already_exists");
}

#[actix_web::test]
async fn deleting_takes_the_bytes_too_is_audited_and_only_for_admins_of_the_workspace() {
    let api = Api::start().await;
    let model = send(&api, "Old", &onnx(64), &onnx(64)).await;
    api.admin().call(&format!("{}/complete", of(&model))).await.expect(200);
    api.labeler().delete(&of(&model)).await.problem(403, "forbidden");
    let b = api.db().b;
    let stranger = api.person(&b, b.admin);
    stranger.delete(&of(&model)).await.problem(404, "not_found");
    stranger.get(&of(&model)).await.problem(404, "not_found");
    assert_eq!(stranger.get(PATH).await.expect(200)["items"], json!([]));

    assert_eq!(api.admin().delete(&of(&model)).await.status, 204);
    assert_eq!(api.labeler().get(PATH).await.expect(200)["items"], json!([]));
    api.admin().delete(&of(&model)).await.problem(404, "not_found");
    assert!(is_gone(&api, &model).await);
    let told: Vec<Value> =
        sqlx::query_scalar("SELECT changes FROM audit_log WHERE action = 'model.write' AND entity_id = $1 ORDER BY occurred_at")
            .bind(model["id"].as_str().unwrap().parse::<uuid::Uuid>().unwrap())
            .fetch_all(&mut api.db().owner().await)
            .await
            .unwrap();
    assert_eq!(told.len(), 3, "asked for, completed, deleted: {told:?}");
    assert_eq!(told[2], json!({ "name": "Old", "deleted": true }));
}

#[actix_web::test]
async fn uploads_that_were_given_up_go_with_the_next_one() {
    let api = Api::start().await;
    let left = send(&api, "Left", &onnx(64), &onnx(64)).await;
    sqlx::query("UPDATE models SET created_at = now() - interval '25 hours'").execute(&mut api.db().owner().await).await.unwrap();
    api.admin().post(PATH, wanted("Next", 64, 64)).await.expect(201);
    api.admin().get(&of(&left)).await.problem(404, "not_found");
    assert!(is_gone(&api, &left).await);
}
