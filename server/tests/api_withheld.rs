//! What a task shows is for whoever accepts it (`content_after_accepting`): every door asks.

#![allow(clippy::unwrap_used)]

mod support;

use serde_json::{Value, json};
use support::{Api, Person, proof, socket::Socket};
use tandem_protocol::ws::Subprotocol;
use tandem_store::pg::flow;
use tokio_tungstenite::{connect_async, tungstenite::Message};

/// The project's tasks are on one step with these words about who works on it.
async fn on_step(api: &Api, assignment: Value) {
    let project = api.a().project;
    let form = json!({"id": "w", "steps": [{"id": "label", "type": "annotation", "assignment": assignment}]});
    let made = api.admin().post(&format!("/api/v1/projects/{project}/workflows"), json!({"form": form})).await.expect(201);
    let id = made["id"].as_str().unwrap();
    api.admin().call(&format!("/api/v1/workflows/{id}/activate")).await.expect(200);
    api.admin().post(&format!("/api/v1/workflows/{id}/migrate"), json!({})).await.expect(200);
    while flow::begin(&api.db().store, api.a().workspace, project, 100).await.unwrap() > 0 {}
}

/// The close code of a stock Yjs client, and why.
async fn stock(api: &Api, person: &Person<'_>) -> (u16, String) {
    let base = api.base.replace("http://", "ws://");
    let url = format!("{base}/yjs/{}?token={}", api.a().tasks[0], person.token.clone().unwrap());
    let (mut stream, _) = connect_async(url).await.unwrap();
    loop {
        match futures_util::StreamExt::next(&mut stream).await.unwrap().unwrap() {
            Message::Close(Some(frame)) => return (frame.code.into(), frame.reason.to_string()),
            Message::Binary(_) => return (0, String::new()),
            _ => {}
        }
    }
}

#[actix_web::test]
async fn what_a_task_shows_is_for_whoever_accepts_it() {
    let api = Api::start().await;
    on_step(&api, json!({})).await;
    let (project, task, asset) = (api.a().project, api.a().tasks[0], api.a().assets[0]);
    let labeler = api.labeler();

    let listed = labeler.get(&format!("/api/v1/projects/{project}/tasks")).await.expect(200);
    for task in listed["items"].as_array().unwrap() {
        assert_eq!((&task["is_withheld"], &task["input"]), (&json!(true), &json!({})), "{task}");
    }
    let read = labeler.get(&format!("/api/v1/tasks/{task}")).await.expect(200);
    assert_eq!((&read["is_withheld"], &read["asset"]["url"]), (&json!(true), &Value::Null), "{read}");
    for door in [format!("/api/v1/assets/{asset}"), format!("/api/v1/tasks/{task}/annotations"), format!("/api/v1/tasks/{task}/history")] {
        let refused = labeler.get(&door).await.problem(403, "not_accepted");
        assert_eq!(refused["details"]["rule"], json!("content_after_accepting"), "{door}: {refused}");
    }
    let token = labeler.token.clone().unwrap();
    let mut socket = Socket::hello(api.server(), token.clone(), Subprotocol::Json).await;
    let refused = socket.refused(1, task).await;
    assert_eq!((refused.code.as_str(), refused.rule.as_deref()), ("not_accepted", Some("content_after_accepting")), "{refused:?}");
    let (code, why) = stock(&api, &labeler).await;
    assert_eq!(code, 1013, "it may come back");
    assert!(why.contains("content_after_accepting"), "{why}");

    let reviewer = api.reviewer().get(&format!("/api/v1/tasks/{task}")).await.expect(200);
    assert_eq!(reviewer["is_withheld"], json!(false), "who checks work sees all of it");

    // Given is not accepted.
    let work = labeler.next().await;
    assert_eq!((&work["task"]["id"], &work["task"]["is_withheld"]), (&json!(task), &json!(true)), "{work}");
    labeler.get(&format!("/api/v1/assets/{asset}")).await.problem(403, "not_accepted");
    let accept = format!("/api/v1/assignments/{}/accept", work["assignment"]["id"].as_str().unwrap());
    labeler.post(&accept, proof(&work["assignment"])).await.expect(200);

    let read = labeler.get(&format!("/api/v1/tasks/{task}")).await.expect(200);
    assert_eq!(read["is_withheld"], json!(false));
    labeler.get(&format!("/api/v1/assets/{asset}")).await.expect(200);
    labeler.get(&format!("/api/v1/tasks/{task}/annotations")).await.expect(200);
    labeler.get(&format!("/api/v1/tasks/{task}/history")).await.expect(200);
    let mut socket = Socket::hello(api.server(), token, Subprotocol::Json).await;
    socket.join(task).await;
    assert_eq!(stock(&api, &labeler).await.0, 0);

    let other = api.person(&api.a(), api.a().other_labeler);
    let read = other.get(&format!("/api/v1/tasks/{task}")).await.expect(200);
    assert_eq!(read["is_withheld"], json!(true), "one person's accepting opens it for nobody else");
    let submit = format!("/api/v1/assignments/{}/submit", work["assignment"]["id"].as_str().unwrap());
    labeler.post(&submit, proof(&work["assignment"])).await.expect(200);
    let read = other.get(&format!("/api/v1/tasks/{task}")).await.expect(200);
    assert_eq!(read["is_withheld"], json!(false), "there is nothing to pick in what is done");
}

#[actix_web::test]
async fn a_task_between_two_steps_is_withheld_as_its_workflow_says() {
    let api = Api::start().await;
    on_step(&api, json!({})).await;
    let task = api.a().tasks[0];
    api.admin().post(&format!("/api/v1/tasks/{task}/steer"), json!({"action": "hold", "reason": "unclear"})).await.expect(200);
    let read = api.labeler().get(&format!("/api/v1/tasks/{task}")).await.expect(200);
    assert_eq!(read["is_withheld"], json!(true), "{read}");
}

#[actix_web::test]
async fn a_step_may_show_its_tasks_to_everybody() {
    let api = Api::start().await;
    on_step(&api, json!({"content_after_accepting": false})).await;
    let task = api.a().tasks[0];
    let read = api.labeler().get(&format!("/api/v1/tasks/{task}")).await.expect(200);
    assert_eq!(read["is_withheld"], json!(false), "{read}");
    let mut socket = Socket::hello(api.server(), api.labeler().token.unwrap(), Subprotocol::Json).await;
    socket.join(task).await;
}

#[actix_web::test]
async fn nobody_claims_from_the_list_what_the_queue_would_not_give_them() {
    let api = Api::start().await;
    on_step(&api, json!({"skip": {"next": "admin"}})).await;
    let work = api.labeler().next().await;
    let task = work["task"]["id"].as_str().unwrap().to_owned();
    let skip = format!("/api/v1/assignments/{}/skip", work["assignment"]["id"].as_str().unwrap());
    let mut body = proof(&work["assignment"]);
    body["reason"] = json!("blurred");
    api.labeler().post(&skip, body).await.expect(200);
    let other = api.person(&api.a(), api.a().other_labeler);
    let refused = other.call(&format!("/api/v1/tasks/{task}/claim")).await.problem(403, "not_eligible");
    assert_eq!(refused["details"]["reasons"][0]["code"], json!("waits_for_admin"), "{refused}");
    let given = json!({"user_id": api.a().other_labeler});
    api.admin().post(&format!("/api/v1/tasks/{task}/assign"), given).await.expect(200);
}
