//! Tasks in bulk, lists by keyset, creations that happen once.

#![allow(clippy::unwrap_used)]

mod support;

use std::collections::BTreeSet;

use futures_util::future::join_all;
use serde_json::{Value, json};
use support::Api;

fn path(api: &Api) -> String {
    format!("/api/v1/projects/{}/tasks", api.a().project)
}

fn task(api: &Api, external_id: &str) -> Value {
    json!({ "asset_id": api.a().assets[0], "external_id": external_id })
}

async fn count(api: &Api) -> usize {
    api.labeler().get(&format!("{}?limit=200", path(api))).await.expect(200)["items"].as_array().unwrap().len()
}

#[actix_web::test]
async fn tasks_are_created_in_the_order_asked() {
    let api = Api::start().await;
    let a = api.a();
    let wanted = json!({ "tasks": [
        { "asset_id": a.assets[2], "external_id": "z", "priority": 9, "input": { "note": "look left" } },
        { "asset_id": a.assets[0], "external_id": "y", "batch_id": a.batch },
    ] });
    let made = api.admin().post(&path(&api), wanted).await.expect(201);
    let tasks = made["tasks"].as_array().unwrap();
    assert_eq!(tasks.iter().map(|t| t["external_id"].as_str().unwrap()).collect::<Vec<_>>(), ["z", "y"]);
    assert_eq!(
        (&tasks[0]["priority"], &tasks[0]["status"], &tasks[0]["input"]["note"]),
        (&json!(9), &json!("pending"), &json!("look left"))
    );
    assert_eq!((&tasks[1]["batch_id"], &tasks[1]["priority"]), (&json!(a.batch), &json!(5)));
    let one = api.labeler().get(&format!("/api/v1/tasks/{}", tasks[0]["id"].as_str().unwrap())).await.expect(200);
    assert!(one["asset"]["url"].is_string(), "a single task's image has its address");
}

#[actix_web::test]
async fn one_bad_task_keeps_all_of_them_out_and_is_named() {
    let api = Api::start().await;
    let admin = api.admin();
    let post = async |third: Value| {
        let tasks = json!({ "tasks": [task(&api, "one"), task(&api, "two"), third] });
        admin.post(&path(&api), tasks).await
    };
    let nowhere = uuid::Uuid::now_v7();
    assert_eq!(post(json!({ "asset_id": nowhere })).await.broken(), ["tasks[2].asset_id: exists"]);
    assert_eq!(post(json!({ "asset_id": api.db().b.assets[0] })).await.broken(), ["tasks[2].asset_id: exists"], "another tenant's");
    assert_eq!(post(json!({ "asset_id": "x" })).await.broken(), ["tasks[2].asset_id: format"]);
    assert_eq!(post(json!({ "asset_id": api.a().assets[0], "batch_id": nowhere })).await.broken(), ["tasks[2].batch_id: exists"]);
    assert_eq!(post(json!({ "asset_id": api.a().assets[0], "priority": 0 })).await.broken(), ["tasks[2].priority: range"]);
    assert_eq!(post(task(&api, "one")).await.broken(), ["tasks[2].external_id: unique"]);
    let taken = post(task(&api, "a-0")).await.problem(409, "already_exists");
    assert_eq!(taken["errors"][0]["field"], "tasks[2].external_id");
    assert_eq!(count(&api).await, 3, "nothing was created");
}

#[actix_web::test]
async fn an_image_that_is_not_ready_makes_no_task() {
    let api = Api::start().await;
    let admin = api.admin();
    let ask = json!({ "filename": "a.png", "content_type": "image/png", "size": 10 });
    let asked = admin.post(&format!("/api/v1/projects/{}/assets", api.a().project), ask).await.expect(201);
    let answer = admin.post(&path(&api), json!({ "tasks": [{ "asset_id": asked["asset"]["id"] }] })).await;
    assert_eq!(answer.broken(), ["tasks[0].asset_id: ready"]);
}

#[actix_web::test]
async fn pages_hold_every_task_once_also_while_others_are_created() {
    let api = Api::start().await;
    let admin = api.admin();
    let many: Vec<Value> = (0..7).map(|i| task(&api, &format!("m-{i}"))).collect();
    admin.post(&path(&api), json!({ "tasks": many })).await.expect(201);
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    for page in 0.. {
        let answer = api.labeler().get(&format!("{}?limit=4{cursor}", path(&api))).await.expect(200);
        seen.extend(answer["items"].as_array().unwrap().iter().map(|t| t["id"].as_str().unwrap().to_owned()));
        if page == 0 {
            admin.post(&path(&api), json!({ "tasks": [task(&api, "later")] })).await.expect(201);
        }
        match answer["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen.len(), 11);
    assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), 11, "no task twice");
}

#[actix_web::test]
async fn lists_are_filtered() {
    let api = Api::start().await;
    let admin = api.admin();
    admin.post(&path(&api), json!({ "tasks": [task(&api, "x-1"), task(&api, "x-2")] })).await.expect(201);
    api.labeler().next().await;
    let found =
        async |query: &str| api.labeler().get(&format!("{}?{query}", path(&api))).await.expect(200)["items"].as_array().unwrap().len();
    assert_eq!(found("q=x-").await, 2);
    assert_eq!(found("q=image-1").await, 1, "file names too");
    assert_eq!(found("q=nothing").await, 0);
    assert_eq!(found("status=assigned").await, 1);
    assert_eq!(found("status=pending").await, 4);
    assert_eq!(found(&format!("batch_id={}", api.a().batch)).await, 3);
    assert_eq!(found(&format!("batch_id={}&status=pending", api.a().batch)).await, 2);
}

#[actix_web::test]
async fn the_same_key_and_body_do_the_work_once() {
    let api = Api::start().await;
    let admin = api.admin();
    let body = json!({ "tasks": [task(&api, "once")] });
    let key = [("idempotency-key", "import-17")];
    let first = admin.send("POST", &path(&api), Some(body.clone()), &key).await;
    let second = admin.send("POST", &path(&api), Some(body.clone()), &key).await;
    assert_eq!(first.expect(201), second.expect(201));
    assert_eq!((first.header("idempotency-replayed"), second.header("idempotency-replayed")), (None, Some("true")));
    assert_eq!(count(&api).await, 4);

    let other = json!({ "tasks": [task(&api, "other")] });
    admin.send("POST", &path(&api), Some(other.clone()), &key).await.problem(409, "idempotency_mismatch");
    let batches = format!("/api/v1/projects/{}/batches", api.a().project);
    admin.send("POST", &batches, Some(json!({ "name": "B" })), &key).await.problem(409, "idempotency_mismatch");
    admin.send("POST", &path(&api), Some(other), &[("idempotency-key", "with space")]).await.problem(422, "invalid");
}

#[actix_web::test]
async fn two_people_may_use_the_same_key() {
    let api = Api::start().await;
    let project = api.newcomer("second-admin", Some(tandem_protocol::ProjectRole::Admin)).await;
    let key = [("idempotency-key", "mine")];
    let people = [api.admin(), api.person(&api.db().a, project)];
    for (person, name) in people.iter().zip(["p-1", "p-2"]) {
        let body = json!({ "tasks": [task(&api, name)] });
        person.send("POST", &path(&api), Some(body), &key).await.expect(201);
    }
    assert_eq!(count(&api).await, 5);
}

#[actix_web::test]
async fn a_refused_creation_leaves_its_key_free() {
    let api = Api::start().await;
    let admin = api.admin();
    let body = json!({ "tasks": [task(&api, "a-0")] });
    let key = [("idempotency-key", "again")];
    admin.send("POST", &path(&api), Some(body), &key).await.problem(409, "already_exists");
    let good = json!({ "tasks": [task(&api, "fresh")] });
    admin.send("POST", &path(&api), Some(good), &key).await.expect(201);
}

/// The story: the client's connection breaks, it asks again while the first request still runs. Both used to create.
#[actix_web::test]
async fn requests_at_once_with_one_key_have_one_effect() {
    let api = Api::start().await;
    let admin = api.admin();
    let body = json!({ "name": "Raced" });
    let key = [("idempotency-key", "race")];
    let answers = join_all((0..8).map(|_| admin.send("POST", "/api/v1/projects", Some(body.clone()), &key))).await;
    let ids: BTreeSet<String> = answers.iter().map(|answer| answer.expect(201)["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ids.len(), 1);
    assert_eq!(answers.iter().filter(|answer| answer.header("idempotency-replayed").is_none()).count(), 1);
    assert_eq!(admin.get("/api/v1/projects").await.expect(200)["items"].as_array().unwrap().len(), 2);
}

#[actix_web::test]
async fn an_upload_asked_for_twice_is_one_asset_with_a_fresh_signature() {
    let api = Api::start().await;
    let admin = api.admin();
    let body = json!({ "filename": "a.png", "content_type": "image/png", "size": 10 });
    let assets = format!("/api/v1/projects/{}/assets", api.a().project);
    let key = [("idempotency-key", "upload")];
    let first = admin.send("POST", &assets, Some(body.clone()), &key).await.expect(201);
    let second = admin.send("POST", &assets, Some(body), &key).await.expect(201);
    assert_eq!(first["asset"], second["asset"]);
    assert!(second["upload"]["url"].is_string());
}
