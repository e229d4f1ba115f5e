//! How long a task is kept for somebody: as its step says, whichever way it came to them.

#![allow(clippy::unwrap_used)]

mod support;

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sqlx::Executor as _;
use support::{Api, socket::Socket};
use tandem_protocol::{
    WorkspaceRole,
    ws::{LeaseEvent, ServerControl, ServerFrame, Subprotocol, Subscribe, Topic, TopicKind},
};
use tandem_store::pg::flow::{self, Pushed};

async fn post(person: support::Person<'_>, path: String, body: Value) -> (u16, Value) {
    let answer = person.send("POST", &format!("/api/v1{path}"), Some(body), &[]).await;
    (answer.status, answer.json())
}

/// The project's tasks begin on a workflow whose one step says how long.
async fn on_step(api: &Api, assignment: Value) {
    let project = api.a().project;
    let form = json!({"id": "w", "steps": [{"id": "label", "type": "annotation", "assignment": assignment}]});
    let (status, made) = post(api.admin(), format!("/projects/{project}/workflows"), json!({"form": form})).await;
    assert_eq!(status, 201, "{made}");
    let id = made["id"].as_str().unwrap();
    assert_eq!(post(api.admin(), format!("/workflows/{id}/activate"), json!({})).await.0, 200);
    assert_eq!(post(api.admin(), format!("/workflows/{id}/migrate"), json!({})).await.0, 200);
    while flow::begin(&api.db().store, api.a().workspace, project, 100).await.unwrap() > 0 {}
}

/// Whether it ends in `minutes`, as good as.
fn lasts(lease: &Value, minutes: i64) -> bool {
    let until: DateTime<Utc> = lease["expires_at"].as_str().unwrap().parse().unwrap();
    let left = (until - Utc::now()).num_seconds();
    (minutes * 60 - 30..=minutes * 60).contains(&left)
}

#[actix_web::test]
async fn a_step_says_how_long_a_task_is_kept_however_it_comes() {
    let api = Api::start().await;
    let (project, other) = (api.a().project, api.a().other_labeler);
    on_step(&api, json!({"lease": "PT45M"})).await;

    let (_, taken) = post(api.labeler(), format!("/projects/{project}/next"), json!({})).await;
    let lease = &taken["work"]["assignment"];
    assert!(lasts(lease, 45), "taken: {taken}");
    let (id, token, task) = (lease["id"].as_str().unwrap(), &lease["fencing_token"], lease["task_id"].as_str().unwrap());
    let (_, renewed) = post(api.labeler(), format!("/assignments/{id}/renew"), json!({"fencing_token": token})).await;
    assert!(lasts(&renewed, 45), "renewed: {renewed}");
    let (_, again) = post(api.labeler(), format!("/projects/{project}/next"), json!({})).await;
    assert!(lasts(&again["work"]["assignment"], 45), "asked for what is held already: {again}");

    let (status, given) =
        post(api.labeler(), format!("/assignments/{id}/hand-over"), json!({"fencing_token": token, "user_id": other})).await;
    assert!(status == 200 && lasts(&given, 45), "handed over: {given}");
    let back = json!({"reason": "away", "then": {"to": "person", "user_id": api.a().labeler}});
    let (status, _) = post(api.admin(), format!("/assignments/{}/evict", given["id"].as_str().unwrap()), back).await;
    assert_eq!(status, 200);
    let (_, mine) = post(api.labeler(), format!("/tasks/{task}/claim"), json!({})).await;
    assert!(lasts(&mine["assignment"], 45), "given by an admin who took it from another: {mine}");

    let tasks = api.a().tasks;
    let free = tasks.iter().find(|known| known.to_string() != task).unwrap();
    let forced = json!({"user_id": other, "force": true, "reason": "they know it"});
    let (_, forced) = post(api.admin(), format!("/tasks/{free}/assign"), forced).await;
    assert!(lasts(&forced["assignment"], 45), "forced: {forced}");
}

#[actix_web::test]
async fn pushed_work_is_kept_as_its_step_says_and_without_a_word_as_the_project_does() {
    for (assignment, minutes) in [(json!({"mode": "auto", "lease": "PT2M"}), 2), (json!({"mode": "auto"}), 30)] {
        let api = Api::start().await;
        on_step(&api, assignment).await;
        let here = HashSet::from([api.a().labeler]);
        let (pushed, _) = flow::push(&api.db().store, api.a().workspace, api.a().project, &here, 1, None).await.unwrap();
        let Some(Pushed::Given(lease)) = pushed.into_iter().next() else { panic!("nothing was given") };
        assert!(lasts(&json!({"expires_at": lease.expires_at}), minutes), "{lease:?}");
    }
}

#[actix_web::test]
async fn a_lease_that_is_none_is_refused_with_its_place_and_reason() {
    let api = Api::start().await;
    let project = api.a().project;
    let form = json!({"id": "w", "steps": [{"id": "label", "type": "annotation", "assignment": {"lease": "PT1S"}}]});
    let (status, refused) = post(api.admin(), format!("/projects/{project}/workflows"), json!({"form": form})).await;
    assert_eq!((status, &refused["code"]), (422, &json!("workflow_invalid")), "{refused}");
    let error = &refused["errors"][0];
    assert_eq!(error["field"], json!("/steps/0/assignment/lease"), "{refused}");
    assert!(refused.to_string().contains("PT30S to P1D"), "{refused}");
}

/// The lease was taken over REST from one node; the person has the task open on another, which renews it.
#[actix_web::test]
async fn the_node_where_somebody_has_the_task_open_renews_and_tells_them() {
    let api = Api::start().await;
    let node = api.another_node().await;
    let (workspace, user) = (api.a().workspace, api.a().labeler);
    let (_, taken) = post(api.labeler(), format!("/projects/{}/next", api.a().project), json!({})).await;
    let lease = &taken["work"]["assignment"];
    let token = || api.token(workspace, user, WorkspaceRole::Member);
    let mut tab = Socket::hello(&node, token(), Subprotocol::Json).await;
    tab.join(lease["task_id"].as_str().unwrap().parse().unwrap()).await;
    tab.control(Subscribe { channel: 2, topic: Topic { kind: TopicKind::User, id: user.into() }, lineage: None, state_vector: None }).await;
    api.db().owner().await.execute("UPDATE assignments SET expires_at = now() + interval '5 minutes'").await.unwrap();
    let told = tab
        .wait(|frame| match frame {
            ServerFrame::Control(ServerControl::LeaseChanged(changed)) => Some(changed.clone()),
            _ => None,
        })
        .await;
    assert_eq!(told.event, LeaseEvent::Renewed);
    let facts = json!({"expires_at": told.lease.expires_at});
    assert!(lasts(&facts, 30), "{told:?}");
    assert_eq!(Some(told.lease.fencing_token), lease["fencing_token"].as_i64(), "the same lease");
    node.stop().await;
    api.stop().await;
}

#[actix_web::test]
async fn whose_work_an_admin_ends_hears_of_it_in_every_tab() {
    let api = Api::start().await;
    on_step(&api, json!({})).await;
    let user = api.a().labeler;
    let (_, taken) = post(api.labeler(), format!("/projects/{}/next", api.a().project), json!({})).await;
    let lease = &taken["work"]["assignment"];
    let mut tab = Socket::hello(api.server(), api.token(api.a().workspace, user, WorkspaceRole::Member), Subprotocol::Json).await;
    tab.control(Subscribe { channel: 2, topic: Topic { kind: TopicKind::User, id: user.into() }, lineage: None, state_vector: None }).await;
    tab.ping().await;
    let steer = format!("/tasks/{}/steer", lease["task_id"].as_str().unwrap());
    assert_eq!(post(api.admin(), steer, json!({"action": "complete", "reason": "good as it is"})).await.0, 200);
    let told = tab
        .wait(|frame| match frame {
            ServerFrame::Control(ServerControl::LeaseChanged(changed)) => Some(changed.clone()),
            _ => None,
        })
        .await;
    assert_eq!((told.event, json!(told.lease.assignment_id)), (LeaseEvent::Reassigned, lease["id"].clone()));
    api.stop().await;
}

/// Each in a task of its own, so nothing but the person's turn stands between them.
#[actix_web::test]
async fn who_may_hold_one_task_gets_one_of_several_that_they_claim_at_once() {
    let api = Api::start().await;
    let labeler = api.a().labeler;
    let profile = json!({"skills": [], "teams": [], "availability": null, "max_concurrent": 1});
    api.admin().put(&format!("/api/v1/users/{labeler}/profile"), profile).await.expect(204);
    let claims = api.a().tasks.map(|task| {
        let person = api.labeler();
        async move { person.call(&format!("/api/v1/tasks/{task}/claim")).await.status }
    });
    let mut answers = futures_util::future::join_all(claims).await;
    answers.sort_unstable();
    assert_eq!(answers, [200, 403, 403]);
    api.stop().await;
}

#[actix_web::test]
async fn whoever_works_on_a_task_that_is_held_because_of_skips_is_told() {
    let api = Api::start().await;
    let project = api.a().project;
    sqlx::query("UPDATE projects SET max_skips = 1").execute(&mut api.db().owner().await).await.unwrap();
    let form = json!({"id": "w", "steps": [{"id": "label", "type": "annotation", "completion": {"count": 2}}]});
    let made = api.admin().post(&format!("/api/v1/projects/{project}/workflows"), json!({"form": form})).await.expect(201);
    let id = made["id"].as_str().unwrap();
    api.admin().call(&format!("/api/v1/workflows/{id}/activate")).await.expect(200);
    api.admin().post(&format!("/api/v1/workflows/{id}/migrate"), json!({})).await.expect(200);
    while flow::begin(&api.db().store, api.a().workspace, project, 100).await.unwrap() > 0 {}
    let other = api.person(&api.a(), api.a().other_labeler);
    let (mine, theirs) = (api.labeler().next().await, other.next().await);
    assert_eq!(mine["task"]["id"], theirs["task"]["id"]);
    let user = api.a().other_labeler;
    let mut socket = Socket::hello(api.server(), api.token(api.a().workspace, user, WorkspaceRole::Member), Subprotocol::Json).await;
    socket
        .control(Subscribe { channel: 2, topic: Topic { kind: TopicKind::User, id: user.into() }, lineage: None, state_vector: None })
        .await;
    socket.ping().await;
    let skip = format!("/api/v1/assignments/{}/skip", mine["assignment"]["id"].as_str().unwrap());
    api.labeler().post(&skip, support::proof(&mine["assignment"])).await.expect(200);
    let told = socket
        .wait(|frame| match frame {
            ServerFrame::Control(ServerControl::LeaseChanged(changed)) => Some(changed.event),
            _ => None,
        })
        .await;
    assert_eq!(told, LeaseEvent::Reassigned);
    api.stop().await;
}
