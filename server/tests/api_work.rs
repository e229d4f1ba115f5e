//! Leases and submitting: one holder, a stale one is told who has the task, what counts is the live document.

#![allow(clippy::unwrap_used)]

mod support;

use std::collections::BTreeSet;

use bytes::Bytes;
use futures_util::future::join_all;
use serde_json::{Value, json};
use support::{Api, proof};
use tandem_actors::document;
use tandem_protocol::{
    RegionId, TaskId,
    rest::{CreateProject, LabelSchema, Region, Relation},
    ws::Base64,
};
use tandem_store::{
    documents::{DocumentKey, DocumentLog as _, NewUpdate, PgLog},
    pg::{leases, projects, tasks},
};

/// How long whoever disconnects keeps a task.
const GRACE: std::time::Duration = std::time::Duration::from_secs(300);

fn id(value: &Value) -> &str {
    value["id"].as_str().unwrap()
}

fn on(work: &Value, action: &str) -> String {
    format!("/api/v1/assignments/{}/{action}", id(&work["assignment"]))
}

fn a_box(label: &str, x: f64) -> Region {
    Region {
        id: RegionId::new(),
        label: label.to_owned(),
        geometry: serde_json::from_value(json!({ "kind": "box", "x": x, "y": 20.0, "width": 30.0, "height": 40.0 })).unwrap(),
        attributes: serde_json::Map::new(),
        author: None,
        z: 0,
        relations: Vec::new(),
    }
}

/// Puts regions into a task's live document, as somebody's client would have.
async fn draw(api: &Api, task: &Value, regions: &[Region]) {
    let log = PgLog::new(api.db().store.clone());
    let key = DocumentKey {
        workspace: api.a().workspace,
        project: api.a().project,
        task: task["id"].as_str().unwrap().parse::<TaskId>().unwrap(),
        step: "annotate".to_owned(),
    };
    let opened = log.open(&key).await.unwrap();
    let payload = Bytes::from(document::build(regions, 0));
    log.append(&[NewUpdate { document: opened.id, workspace: key.workspace, author: None, payload }]).await.unwrap();
}

/// The labeler's lease runs out, and somebody else takes the task.
async fn lose(api: &Api, work: &Value) {
    let assignment = id(&work["assignment"]).parse().unwrap();
    let mut owner = api.db().owner().await;
    sqlx::query("UPDATE assignments SET expires_at = now() - interval '1 second' WHERE ended_at IS NULL")
        .execute(&mut owner)
        .await
        .unwrap();
    let mut tx = api.a().tenant().begin(&api.db().store).await.unwrap();
    leases::expire(&mut tx, assignment, GRACE).await.unwrap().unwrap();
    tx.commit().await.unwrap();
}

#[actix_web::test]
async fn fifty_people_asking_for_one_task_get_one_lease() {
    let api = Api::start().await;
    let a = api.a();
    let mut tx = a.as_user(a.admin).begin(&api.db().store).await.unwrap();
    let wanted = CreateProject {
        name: "One task".to_owned(),
        description: String::new(),
        customer_id: None,
        label_schema: LabelSchema::default(),
        lease_seconds: None,
    };
    let project = projects::create(&mut tx, &wanted).await.unwrap();
    tx.commit().await.unwrap();
    sqlx::query("UPDATE tasks SET status = 'cancelled' WHERE workspace_id = $1 AND id <> $2")
        .bind(a.workspace.0)
        .bind(a.tasks[1].0)
        .execute(&mut api.db().owner().await)
        .await
        .unwrap();
    let mut people = Vec::new();
    for n in 0..50 {
        people.push(api.newcomer(&format!("asker-{n}"), Some(tandem_protocol::ProjectRole::Labeler)).await);
    }
    let people: Vec<_> = people.into_iter().map(|user| api.person(&api.db().a, user)).collect();
    let answers = join_all(people.iter().map(|person| person.next())).await;
    let given: Vec<&Value> = answers.iter().filter(|work| !work.is_null()).collect();
    assert_eq!(given.len(), 1, "one lease, and forty-nine told that there is nothing to do");
    assert_eq!(id(&given[0]["task"]), a.tasks[1].to_string());
    let mut tx = a.tenant().begin(&api.db().store).await.unwrap();
    assert!(tasks::get(&mut tx, a.tasks[1]).await.unwrap().unwrap().task.lease.is_some());
    assert!(projects::exists(&mut tx, project).await.unwrap());
}

#[actix_web::test]
async fn one_person_in_two_tabs_holds_one_lease() {
    let api = Api::start().await;
    let labeler = api.labeler();
    let (one, two) = futures_util::join!(labeler.next(), labeler.next());
    assert_eq!(id(&one["assignment"]), id(&two["assignment"]));
    assert!(one["task"]["asset"]["url"].is_string(), "the image can be shown at once");
}

#[actix_web::test]
async fn a_lease_is_accepted_renewed_and_given_back() {
    let api = Api::start().await;
    let labeler = api.labeler();
    let work = labeler.next().await;
    let task = format!("/api/v1/tasks/{}", id(&work["task"]));
    assert_eq!(labeler.post(&on(&work, "accept"), proof(&work["assignment"])).await.expect(200)["status"], "accepted");
    let seen = labeler.get(&task).await.expect(200);
    assert_eq!((&seen["status"], &seen["lease"]["user_name"]), (&json!("in_progress"), &json!("Labeler A")));
    let renewed = labeler.post(&on(&work, "renew"), proof(&work["assignment"])).await.expect(200);
    assert!(renewed["expires_at"].as_str() >= work["assignment"]["expires_at"].as_str());
    assert_eq!(labeler.post(&on(&work, "release"), proof(&work["assignment"])).await.expect(200)["status"], "released");
    let seen = labeler.get(&task).await.expect(200);
    assert_eq!((&seen["status"], &seen["lease"]), (&json!("pending"), &Value::Null));
    let ended = labeler.post(&on(&work, "renew"), proof(&work["assignment"])).await.problem(409, "lease_not_active");
    assert_eq!(ended["details"]["status"], "released");
    assert_eq!(labeler.get(&format!("/api/v1/assignments/{}", id(&work["assignment"]))).await.expect(200)["status"], "released");
}

#[actix_web::test]
async fn a_skipped_task_is_not_offered_again() {
    let api = Api::start().await;
    let labeler = api.labeler();
    let work = labeler.next().await;
    let long = json!({ "fencing_token": work["assignment"]["fencing_token"], "reason": "x".repeat(501) });
    assert_eq!(labeler.post(&on(&work, "skip"), long).await.broken(), ["reason: max_length"]);
    let skip = json!({ "fencing_token": work["assignment"]["fencing_token"], "reason": "too dark" });
    assert_eq!(labeler.post(&on(&work, "skip"), skip).await.expect(200)["status"], "skipped");
    let mut offered = BTreeSet::new();
    while let Value::Object(next) = labeler.next().await {
        let next = Value::Object(next);
        offered.insert(id(&next["task"]).to_owned());
        let skip = proof(&next["assignment"]);
        labeler.post(&on(&next, "skip"), skip).await.expect(200);
    }
    assert_eq!(offered.len(), 2);
    assert!(!offered.contains(id(&work["task"])));
}

#[actix_web::test]
async fn a_stale_holder_is_told_who_has_the_task_now() {
    let api = Api::start().await;
    let (labeler, other) = (api.labeler(), api.person(&api.db().a, api.a().other_labeler));
    let work = labeler.next().await;
    lose(&api, &work).await;
    labeler.post(&on(&work, "submit"), proof(&work["assignment"])).await.problem(409, "lease_expired");
    let theirs = other.call(&format!("/api/v1/tasks/{}/claim", id(&work["task"]))).await.expect(200);
    for action in ["submit", "renew", "accept", "skip", "release"] {
        let stale = labeler.post(&on(&work, action), proof(&work["assignment"])).await.problem(409, "lease_stale");
        assert_eq!(stale["details"]["presented"], work["assignment"]["fencing_token"], "{action}");
        assert_eq!(stale["details"]["current"], theirs["assignment"]["fencing_token"], "{action}");
        assert_eq!(stale["details"]["holder"]["id"], api.a().other_labeler.to_string(), "{action}");
        assert!(stale["detail"].as_str().unwrap().contains("Other Labeler A"), "{action}: {}", stale["detail"]);
    }
    let taken = labeler.call(&format!("/api/v1/tasks/{}/claim", id(&work["task"]))).await.problem(409, "lease_stale");
    assert!(taken["detail"].as_str().unwrap().contains("Other Labeler A"));
}

#[actix_web::test]
async fn a_lease_is_its_holders_and_only_a_reviewer_ends_it_for_them() {
    let api = Api::start().await;
    let (labeler, other) = (api.labeler(), api.person(&api.db().a, api.a().other_labeler));
    let work = labeler.next().await;
    let theirs = other.post(&on(&work, "renew"), proof(&work["assignment"])).await.problem(403, "lease_not_yours");
    assert_eq!(theirs["details"]["holder"]["name"], "Labeler A");
    let refused = other.post(&on(&work, "release"), proof(&work["assignment"])).await.problem(403, "forbidden");
    assert_eq!((&refused["details"]["action"], &refused["details"]["needs"]), (&json!("lease.override"), &json!("reviewer")));
    assert_eq!(api.reviewer().post(&on(&work, "release"), proof(&work["assignment"])).await.expect(200)["status"], "released");
}

#[actix_web::test]
async fn a_project_that_is_paused_gives_out_no_work() {
    let api = Api::start().await;
    let project = format!("/api/v1/projects/{}", api.a().project);
    api.admin().patch(&project, json!({ "status": "paused" })).await.expect(200);
    let refused = api.labeler().call(&format!("{project}/next")).await.problem(409, "project_not_active");
    assert_eq!(refused["details"]["status"], "paused");
}

#[actix_web::test]
async fn what_is_submitted_is_the_live_document() {
    let api = Api::start().await;
    let labeler = api.labeler();
    let work = labeler.next().await;
    let drawn = [a_box("cat", 10.0), a_box("dog", 100.0)];
    draw(&api, &work["task"], &drawn).await;
    let body = json!({ "fencing_token": work["assignment"]["fencing_token"], "time_spent_ms": 5000, "and_next": true });
    let done = labeler.post(&on(&work, "submit"), body.clone()).await.expect(200);
    let annotation = &done["annotation"];
    assert_eq!((&annotation["version"], &annotation["status"]), (&json!(1), &json!("submitted")));
    let ids = |regions: &Value| regions.as_array().unwrap().iter().map(|r| id(r).to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(ids(&annotation["regions"]), drawn.iter().map(|r| r.id.to_string()).collect());
    assert_ne!(id(&done["next"]["task"]), id(&work["task"]), "the next task came in the same call");

    let task = labeler.get(&format!("/api/v1/tasks/{}", id(&work["task"]))).await.expect(200);
    assert_eq!((&task["status"], &task["region_count"], &task["lease"]), (&json!("completed"), &json!(2), &Value::Null));

    let again = labeler.post(&on(&work, "submit"), body).await.expect(200);
    assert_eq!(again["annotation"], *annotation, "the answer that was lost is given again");
    assert_eq!(id(&again["next"]["assignment"]), id(&done["next"]["assignment"]));
}

#[actix_web::test]
async fn submitted_work_can_be_read_searched_and_exported() {
    let api = Api::start().await;
    let (labeler, reviewer) = (api.labeler(), api.reviewer());
    let work = labeler.next().await;
    let (mut cat, dog) = (a_box("cat", 10.0), a_box("dog", 100.0));
    cat.relations = vec![Relation { to: dog.id, label: "fears".into(), directed: true }];
    let fears = serde_json::to_value(&cat.relations).unwrap();
    draw(&api, &work["task"], &[cat, dog]).await;
    let done = labeler.post(&on(&work, "submit"), proof(&work["assignment"])).await.expect(200);
    let annotation = &done["annotation"];
    assert_eq!(done["next"], Value::Null);
    assert_eq!(annotation["regions"][0]["relations"], fears);
    assert_eq!(annotation["regions"][1]["relations"], json!([]));

    let versions = labeler.get(&format!("/api/v1/tasks/{}/annotations", id(&work["task"]))).await.expect(200);
    assert_eq!(versions["items"], json!([annotation]));
    assert_eq!(labeler.get(&format!("/api/v1/annotations/{}", id(annotation))).await.expect(200), *annotation);
    let history = labeler.get(&format!("/api/v1/annotations/{}/history", id(annotation))).await.expect(200);
    assert_eq!(history["items"][0]["event_type"], "submitted");
    assert_eq!(history["items"][0]["changes"]["added"].as_array().unwrap().len(), 2);

    let regions = format!("/api/v1/projects/{}/regions", api.a().project);
    let cats = reviewer.get(&format!("{regions}?label=cat&kind=box")).await.expect(200);
    assert_eq!(cats["items"].as_array().unwrap().len(), 1);
    assert_eq!(cats["items"][0]["relations"], fears);
    assert_eq!((&cats["items"][0]["area"], &cats["items"][0]["bounds"]), (&json!(1200.0), &json!([10.0, 20.0, 30.0, 40.0])));
    assert_eq!(reviewer.get(&format!("{regions}?kind=polygon")).await.expect(200)["items"], json!([]));
    let page = reviewer.get(&format!("{regions}?limit=1")).await.expect(200);
    let rest = reviewer.get(&format!("{regions}?limit=1&cursor={}", page["next_cursor"].as_str().unwrap())).await.expect(200);
    assert_ne!(page["items"], rest["items"]);
    assert_eq!(rest["next_cursor"], Value::Null);

    let export = format!("/api/v1/projects/{}/export", api.a().project);
    let lines = reviewer.get(&format!("{export}?format=jsonl")).await;
    let lines: Vec<Value> = lines.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 3, "a line a task");
    assert!(lines.iter().any(|line| line["regions"][0]["relations"] == fears), "the relation goes along");
    assert_eq!(lines.iter().map(|line| line["regions"].as_array().unwrap().len()).sum::<usize>(), 2);
    let coco = reviewer.get(&format!("{export}?format=coco")).await.expect(200);
    assert_eq!(coco["images"].as_array().unwrap().len(), 3);
    assert_eq!(coco["annotations"].as_array().unwrap().len(), 2);
    assert_eq!(reviewer.get(&format!("{export}?format=xml")).await.broken(), ["format: one_of"]);
    assert_eq!(reviewer.get(&export).await.broken(), ["format: required"]);
}

#[actix_web::test]
async fn regions_that_break_rules_are_not_submitted() {
    let api = Api::start().await;
    let labeler = api.labeler();
    let work = labeler.next().await;
    draw(&api, &work["task"], &[a_box("bird", 10.0)]).await;
    let refused = labeler.post(&on(&work, "submit"), proof(&work["assignment"])).await.problem(422, "regions_invalid");
    assert_eq!((&refused["errors"][0]["field"], &refused["errors"][0]["rule"]), (&json!("regions[0].label"), &json!("unknown_label")));
    let task = labeler.get(&format!("/api/v1/tasks/{}", id(&work["task"]))).await.expect(200);
    assert_eq!((&task["status"], &task["region_count"]), (&json!("assigned"), &json!(0)));
}

#[actix_web::test]
async fn a_submit_never_overtakes_an_edit() {
    let api = Api::start().await;
    let labeler = api.labeler();
    let work = labeler.next().await;
    // One client (number 7) that has made five changes, none of which the server has.
    let ahead = Base64(vec![1, 7, 5]);
    let body = json!({ "fencing_token": work["assignment"]["fencing_token"], "state_vector": ahead });
    let behind = labeler.post(&on(&work, "submit"), body).await.problem(409, "document_behind");
    assert_eq!(behind["retryable"], true);
}
