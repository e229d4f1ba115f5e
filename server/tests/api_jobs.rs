//! Jobs over the API: started, watched from every node, cancelled, and what came of them.

#![allow(clippy::unwrap_used)]

mod support;

use std::time::Duration;

use serde_json::{Value, json};
use support::{
    Api, Person,
    archive::{coco, import_of, upload},
    http::raw,
    socket::Socket,
};
use tandem_protocol::{
    WorkspaceRole,
    rest::JobState,
    ws::{JobProgress, ServerControl, ServerFrame, Subprotocol, Subscribe, Topic, TopicKind},
};
use tandem_store::testing::redis::RedisServer;

fn jobs(api: &Api) -> String {
    format!("/api/v1/projects/{}/jobs", api.a().project)
}

/// Looks until the job has ended.
async fn ended(person: &Person<'_>, job: &Value) -> Value {
    let path = format!("/api/v1/jobs/{}", job["id"].as_str().unwrap());
    for _ in 0..600 {
        let now = person.get(&path).await.expect(200);
        if !["queued", "running"].contains(&now["state"].as_str().unwrap()) {
            return now;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{path} has not ended");
}

#[actix_web::test]
async fn what_is_imported_from_an_archive_is_exported_as_a_file() {
    let api = Api::start().await;
    let admin = api.admin();
    let file = upload(&api, &admin, &coco(9)).await;
    let made = admin.post(&jobs(&api), import_of(&file)).await.expect(201);
    assert_eq!((&made["state"], &made["kind"], &made["subject"]), (&json!("queued"), &json!("import"), &json!("street.zip")));
    assert_eq!(made["created_by"]["id"], json!(api.a().admin));
    let done = ended(&admin, &made).await;
    assert_eq!((&done["state"], &done["result"]["imported"]["images"]), (&json!("succeeded"), &json!(9)), "{done}");
    assert_eq!(done["file"], Value::Null);

    let reviewer = api.reviewer();
    let made = reviewer.post(&jobs(&api), json!({ "kind": "export", "input": { "format": "jsonl" } })).await.expect(201);
    let done = ended(&reviewer, &made).await;
    assert_eq!(done["state"], "succeeded", "{done}");
    let answer = raw("GET", done["file"]["url"].as_str().unwrap(), &[], Vec::new()).await;
    assert_eq!(answer.status, 200);
    // Three tasks are of the seed.
    assert_eq!(answer.text().lines().count(), 12);
    let listed = reviewer.get(&jobs(&api)).await.expect(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 2);
    assert_eq!((&listed["items"][0]["id"], &listed["items"][0]["file"]["url"]), (&made["id"], &Value::Null));
    api.stop().await;
}

#[actix_web::test]
async fn each_kind_asks_for_the_rights_of_what_it_does() {
    let api = Api::start().await;
    let file = upload(&api, &api.admin(), &coco(1)).await;
    let problem = api.reviewer().post(&jobs(&api), import_of(&file)).await.problem(403, "forbidden");
    assert_eq!(problem["details"]["action"], "task.create");
    api.labeler().get(&jobs(&api)).await.problem(403, "forbidden");
    let made = api.admin().post(&jobs(&api), import_of(&file)).await.expect(201);
    let cancel = format!("/api/v1/jobs/{}/cancel", made["id"].as_str().unwrap());
    assert_eq!(api.reviewer().call(&cancel).await.problem(403, "forbidden")["details"]["action"], "task.create");
    api.stop().await;
}

#[actix_web::test]
async fn what_cannot_be_done_is_refused_by_field_and_rule() {
    let api = Api::start().await;
    let admin = api.admin();
    let missing = import_of("0190a6c0-0000-7000-8000-000000000001");
    assert_eq!(admin.post(&jobs(&api), missing).await.broken(), ["input.file_id: exists"]);
    let files = format!("/api/v1/projects/{}/job-files", api.a().project);
    let refused = admin.post(&files, json!({ "filename": "a/b.tar", "size": 0 })).await;
    assert_eq!(refused.broken(), ["filename: characters", "filename: format", "size: range"]);
    for body in [
        json!({ "kind": "train", "input": {} }),
        json!({ "kind": "export", "input": { "format": "csv" } }),
        json!({ "kind": "export", "input": { "format": "coco", "what": 1 } }),
        json!({ "kind": "export" }),
    ] {
        let answer = admin.post(&jobs(&api), body.clone()).await;
        assert!(!answer.broken().is_empty(), "{body}: {}", answer.text());
    }
    let asked = admin.post(&files, json!({ "filename": "a.zip", "size": 5 })).await.expect(201);
    admin.post(&jobs(&api), import_of(asked["file"]["id"].as_str().unwrap())).await.problem(409, "upload_missing");
    api.stop().await;
}

#[actix_web::test]
async fn a_start_that_is_repeated_starts_one_job() {
    let api = Api::start().await;
    let admin = api.admin();
    let body = json!({ "kind": "export", "input": { "format": "coco" } });
    let key = [("idempotency-key", "once")];
    let first = admin.send("POST", &jobs(&api), Some(body.clone()), &key).await.expect(201);
    let again = admin.send("POST", &jobs(&api), Some(body), &key).await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(again.expect(201)["id"], first["id"]);
    assert_eq!(admin.get(&jobs(&api)).await.expect(200)["items"].as_array().unwrap().len(), 1);
    api.stop().await;
}

#[actix_web::test]
async fn a_job_that_waits_is_cancelled_and_stays_so() {
    let api = Api::with(&[("jobs.workers", "0")]).await;
    let admin = api.admin();
    let made = admin.post(&jobs(&api), json!({ "kind": "export", "input": { "format": "coco" } })).await.expect(201);
    let cancel = format!("/api/v1/jobs/{}/cancel", made["id"].as_str().unwrap());
    assert_eq!(admin.call(&cancel).await.expect(200)["state"], "cancelled");
    assert_eq!(admin.call(&cancel).await.expect(200)["state"], "cancelled");
    api.stop().await;
}

#[actix_web::test]
async fn a_workspace_has_as_many_jobs_open_as_may_and_another_once_one_has_ended() {
    let api = Api::with(&[("jobs.workers", "0"), ("jobs.max_open", "2")]).await;
    let admin = api.admin();
    let export = || json!({ "kind": "export", "input": { "format": "coco" } });
    let first = admin.post(&jobs(&api), export()).await.expect(201);
    admin.post(&jobs(&api), export()).await.expect(201);
    let refused = admin.post(&jobs(&api), export()).await;
    assert_eq!(refused.header("retry-after"), Some("30"));
    let problem = refused.problem(429, "too_many_requests");
    assert_eq!((&problem["details"]["rule"], &problem["details"]["open"]), (&json!("jobs.max_open"), &json!(2)), "{problem}");
    admin.call(&format!("/api/v1/jobs/{}/cancel", first["id"].as_str().unwrap())).await.expect(200);
    admin.post(&jobs(&api), export()).await.expect(201);
    api.stop().await;
}

async fn watch(socket: &mut Socket, api: &Api) {
    let topic = Topic { kind: TopicKind::Project, id: api.a().project.into() };
    socket.control(Subscribe { channel: 1, topic, lineage: None, state_vector: None }).await;
    socket.wait(|frame| matches!(frame, ServerFrame::Control(ServerControl::Subscribed(_))).then_some(())).await;
}

/// Everything that is told of a job until its end.
async fn told(socket: &mut Socket) -> Vec<JobProgress> {
    let mut all = Vec::new();
    loop {
        let jobs = socket
            .wait(|frame| match frame {
                ServerFrame::Control(ServerControl::JobsChanged(changed)) => Some(changed.jobs.clone()),
                _ => None,
            })
            .await;
        all.extend(jobs);
        if all.last().is_some_and(|job| !job.state.is_open()) {
            return all;
        }
    }
}

#[actix_web::test]
async fn watchers_of_every_node_see_an_import_go_on_and_end() {
    let redis = RedisServer::start();
    let url = redis.url();
    let api = Api::with(&[("redis_url", &url)]).await;
    // Its object store is another one, so it does no jobs.
    let other = api.server().beside_with(&[("redis_url", &url), ("jobs.workers", "0")]).await;
    let a = api.a();
    let mut here = Socket::hello(api.server(), api.token(a.workspace, a.labeler, WorkspaceRole::Member), Subprotocol::Json).await;
    let mut there = Socket::hello(&other, api.token(a.workspace, a.reviewer, WorkspaceRole::Member), Subprotocol::Bincode).await;
    watch(&mut here, &api).await;
    watch(&mut there, &api).await;
    let file = upload(&api, &api.admin(), &coco(250)).await;
    let made = api.admin().post(&jobs(&api), import_of(&file)).await.expect(201);
    for socket in [&mut here, &mut there] {
        let steps = told(socket).await;
        assert!(steps.iter().all(|job| job.id.to_string() == made["id"]), "{steps:?}");
        assert_eq!(steps.last().map(|job| job.state), Some(JobState::Succeeded));
        assert!(steps.iter().any(|job| job.state == JobState::Running && job.phase.is_some()), "no progress: {steps:?}");
    }
    // Who comes later is told at once how it ended.
    let mut late = Socket::hello(&other, api.token(a.workspace, a.labeler, WorkspaceRole::Member), Subprotocol::Json).await;
    watch(&mut late, &api).await;
    assert_eq!(told(&mut late).await.len(), 1);
    other.stop().await;
    api.stop().await;
}

#[actix_web::test]
async fn a_job_at_work_is_in_the_live_tree_of_its_workspace() {
    let api = Api::start().await;
    let (a, b) = (api.db().a, api.db().b);
    let file = upload(&api, &api.admin(), &coco(250)).await;
    let made = api.admin().post(&jobs(&api), import_of(&file)).await.expect(201);
    let mut seen = None;
    while seen.is_none() {
        let tree = api.admin().get("/api/v1/admin/actors").await.expect(200);
        assert!(tree["root"].as_array().unwrap().iter().any(|root| root["kind"] == "jobs" && root["state"] == "up"), "{tree}");
        seen = tree["my_jobs"].as_array().unwrap().first().cloned();
        assert!(api.person(&b, b.admin).get("/api/v1/admin/actors").await.expect(200)["my_jobs"].as_array().unwrap().is_empty());
        let now = api.person(&a, a.admin).get(&format!("/api/v1/jobs/{}", made["id"].as_str().unwrap())).await.expect(200);
        assert!(seen.is_some() || now["state"] != "succeeded", "it ended unseen");
    }
    let seen = seen.unwrap();
    assert_eq!((&seen["id"], &seen["kind"]), (&made["id"], &json!("import")));
    ended(&api.admin(), &made).await;
    api.stop().await;
}
