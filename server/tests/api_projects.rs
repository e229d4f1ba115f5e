//! Signing in, projects, people, batches.

#![allow(clippy::unwrap_used)]

mod support;

use serde_json::{Value, json};
use server::auth::Purpose;
use support::Api;
use tandem_protocol::{UserId, WorkspaceRole};
use tandem_store::pg::members;

#[actix_web::test]
async fn a_sign_in_token_becomes_a_session_and_a_refresh_token_a_new_one() {
    let api = Api::start().await;
    let a = api.a();
    let link = api.mint(a.workspace, a.labeler, WorkspaceRole::Member, Purpose::SignIn);
    let session = api.anonymous().post("/api/v1/auth/sign-in", json!({ "token": link })).await.expect(200);
    assert_eq!(session["me"]["user"]["id"], a.labeler.to_string());
    assert_eq!(session["me"]["user"]["name"], "Labeler A", "the name is the database's, not the token's");
    assert_eq!(session["me"]["projects"][0]["role"], "labeler");
    let mut me = api.anonymous();
    me.token = session["access_token"].as_str().map(str::to_owned);
    assert_eq!(me.get("/api/v1/me").await.expect(200)["workspace_name"], "Workspace a");

    let refresh = json!({ "refresh_token": session["refresh_token"] });
    let renewed = api.anonymous().post("/api/v1/auth/refresh", refresh).await.expect(200);
    assert_eq!(renewed["me"], session["me"]);
}

#[actix_web::test]
async fn a_token_made_for_one_thing_does_nothing_else() {
    let api = Api::start().await;
    let a = api.a();
    let access = json!({ "token": api.labeler().token });
    api.anonymous().post("/api/v1/auth/sign-in", access).await.problem(401, "token_not_accepted");
    let link = api.mint(a.workspace, a.labeler, WorkspaceRole::Member, Purpose::SignIn);
    api.anonymous().post("/api/v1/auth/refresh", json!({ "refresh_token": link })).await.problem(401, "token_not_accepted");
    let mut person = api.anonymous();
    person.token = Some(link);
    person.get("/api/v1/me").await.problem(401, "token_not_accepted");
}

#[actix_web::test]
async fn who_left_the_workspace_cannot_come_back_with_an_old_token() {
    let api = Api::start().await;
    let a = api.a();
    let mut tx = a.as_user(a.admin).begin(&api.db().store).await.unwrap();
    members::remove(&mut tx, a.labeler).await.unwrap();
    tx.commit().await.unwrap();
    let refresh = api.mint(a.workspace, a.labeler, WorkspaceRole::Member, Purpose::Refresh);
    api.anonymous().post("/api/v1/auth/refresh", json!({ "refresh_token": refresh })).await.problem(401, "not_a_member");
}

/// A role claimed by an old token is not carried over into a new session.
#[actix_web::test]
async fn a_new_session_has_the_role_of_now() {
    let api = Api::start().await;
    let a = api.a();
    let link = api.mint(a.workspace, a.labeler, WorkspaceRole::Admin, Purpose::SignIn);
    let session = api.anonymous().post("/api/v1/auth/sign-in", json!({ "token": link })).await.expect(200);
    assert_eq!(session["me"]["workspace_role"], "member");
}

#[actix_web::test]
async fn me_says_where_i_may_do_what() {
    let api = Api::start().await;
    let me = api.labeler().get("/api/v1/me").await.expect(200);
    assert_eq!(me["projects"].as_array().unwrap().len(), 1);
    let may = me["projects"][0]["may"].as_array().unwrap();
    assert!(may.contains(&json!("task.claim")) && !may.contains(&json!("export.read")));
    let people = api.admin().get("/api/v1/users").await.expect(200);
    assert_eq!(people["items"].as_array().unwrap().len(), 4, "nobody of the other workspace");
}

#[actix_web::test]
async fn a_project_is_created_read_and_changed() {
    let api = Api::start().await;
    let admin = api.admin();
    let labels = json!({ "labels": [{ "name": "car", "color": "#ff0000", "hotkey": "c", "kinds": ["box"] }] });
    let made = admin.post("/api/v1/projects", json!({ "name": "Cars", "label_schema": labels })).await.expect(201);
    assert_eq!(made["lease_seconds"], 1800);
    assert_eq!(made["my_role"], "admin");
    let path = format!("/api/v1/projects/{}", made["id"].as_str().unwrap());
    assert_eq!(admin.get(&path).await.expect(200), made);

    let changed = admin.patch(&path, json!({ "status": "paused", "lease_seconds": 60 })).await.expect(200);
    assert_eq!((&changed["status"], &changed["lease_seconds"], &changed["name"]), (&json!("paused"), &json!(60), &json!("Cars")));
    assert_eq!(changed["label_schema"], made["label_schema"], "what was not named stays");
    let listed = admin.get("/api/v1/projects").await.expect(200);
    assert_eq!(listed["items"][0]["id"], made["id"], "newest first");
    assert_eq!(api.labeler().get("/api/v1/projects").await.expect(200)["items"].as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn a_project_that_breaks_rules_is_told_all_of_them() {
    let api = Api::start().await;
    let admin = api.admin();
    let labels = json!([{ "name": "car", "color": "red", "hotkey": "ab" }, { "name": "car", "color": "#00ff00" }]);
    let body = json!({ "name": " ", "lease_seconds": 5, "label_schema": { "labels": labels } });
    let expected = [
        "name: min_length",
        "lease_seconds: range",
        "label_schema.labels[0].color: pattern",
        "label_schema.labels[0].hotkey: single_key",
        "label_schema.labels[1].name: unique",
    ];
    assert_eq!(admin.post("/api/v1/projects", body).await.broken(), expected);
    let unknown = json!({ "name": "Cars", "customer_id": uuid::Uuid::now_v7() });
    assert_eq!(admin.post("/api/v1/projects", unknown).await.broken(), ["customer_id: exists"]);
}

#[actix_web::test]
async fn a_name_that_is_taken_is_said_to_be() {
    let api = Api::start().await;
    let taken = api.admin().post("/api/v1/projects", json!({ "name": "Project a" })).await.problem(409, "already_exists");
    assert_eq!(taken["errors"][0]["field"], "name");
    let batches = format!("/api/v1/projects/{}/batches", api.a().project);
    let taken = api.admin().post(&batches, json!({ "name": "Batch a" })).await.problem(409, "already_exists");
    assert_eq!(taken["errors"][0]["field"], "name");
}

#[actix_web::test]
async fn people_join_change_and_leave_a_project() {
    let api = Api::start().await;
    let (admin, newcomer) = (api.admin(), api.newcomer("newcomer", None).await);
    let members = format!("/api/v1/projects/{}/members", api.a().project);
    let path = format!("{members}/{newcomer}");
    let person = api.person(&api.db().a, newcomer);
    person.get(&members).await.problem(404, "not_found");

    assert_eq!(admin.put(&path, json!({ "role": "labeler" })).await.expect(200)["role"], "labeler");
    person.get(&members).await.expect(200);
    assert_eq!(admin.put(&path, json!({ "role": "reviewer" })).await.expect(200)["role"], "reviewer");
    let listed = admin.get(&members).await.expect(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 4);

    assert_eq!(admin.delete(&path).await.expect(204), Value::Null);
    admin.delete(&path).await.problem(404, "not_found");
    person.get(&members).await.problem(404, "not_found");
}

#[actix_web::test]
async fn only_people_of_the_workspace_join_its_projects() {
    let api = Api::start().await;
    let members = format!("/api/v1/projects/{}/members", api.a().project);
    for stranger in [api.db().b.labeler, UserId::new()] {
        let answer = api.admin().put(&format!("{members}/{stranger}"), json!({ "role": "labeler" })).await;
        assert_eq!(answer.broken(), ["user_id: exists"]);
    }
    let unknown = api.admin().put(&format!("{members}/{}", api.a().labeler), json!({ "role": "boss" })).await;
    assert_eq!(unknown.broken(), ["role: one_of"]);
}

#[actix_web::test]
async fn batches_are_created_and_listed_with_their_progress() {
    let api = Api::start().await;
    let batches = format!("/api/v1/projects/{}/batches", api.a().project);
    let made = api.admin().post(&batches, json!({ "name": "Second", "priority": 9 })).await.expect(201);
    assert_eq!(made["priority"], 9);
    let listed = api.labeler().get(&batches).await.expect(200);
    assert_eq!(listed["items"][0]["id"], made["id"]);
    assert_eq!(listed["items"][1]["progress"]["pending"], 3);
    let broken = api.admin().post(&batches, json!({ "name": "Third", "priority": 11 })).await;
    assert_eq!(broken.broken(), ["priority: range"]);
}
