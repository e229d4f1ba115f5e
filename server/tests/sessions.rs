//! Revoking sessions, over real sockets and a real Postgres, on one node and on two.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::time::{Duration, Instant};

use chrono::Utc;
use serde_json::json;
use server::auth::Purpose;
use support::{Api, socket::Socket};
use tandem_protocol::{ProjectRole, WorkspaceRole, ws::Subprotocol};

/// Tokens tell their making in whole seconds: wait until one made now is of a later second than everything before.
async fn next_second() {
    let left = 1_000 - u64::from(Utc::now().timestamp_subsec_millis()) + 20;
    tokio::time::sleep(Duration::from_millis(left)).await;
}

#[actix_web::test]
async fn a_person_signed_out_everywhere_is_out_at_once_and_may_sign_in_again() {
    let api = Api::start().await;
    let a = api.a();
    let victim = api.newcomer("victim", Some(ProjectRole::Labeler)).await;
    let (ann, token) = (api.person(&a, victim), api.token(a.workspace, victim, WorkspaceRole::Member));
    let refresh = api.mint(a.workspace, victim, WorkspaceRole::Member, Purpose::Refresh);
    let mut socket = Socket::hello(api.server(), token.clone(), Subprotocol::Json).await;
    let mut bystander = Socket::hello(api.server(), api.token(a.workspace, a.labeler, WorkspaceRole::Member), Subprotocol::Json).await;
    ann.get("/api/v1/me").await.expect(200);

    let begun = Instant::now();
    api.admin().call(&format!("/api/v1/users/{victim}/revoke-sessions")).await.expect(200);
    assert_eq!(socket.close_code().await, 4401);
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    ann.get("/api/v1/me").await.problem(401, "token_revoked");
    api.anonymous().post("/api/v1/auth/refresh", json!({ "refresh_token": refresh })).await.problem(401, "token_revoked");
    assert_eq!(Socket::stranger(api.server(), token).await.close_code().await, 4401);
    bystander.ping().await;

    next_second().await;
    api.person(&a, victim).get("/api/v1/me").await.expect(200);
    api.stop().await;
}

#[actix_web::test]
async fn others_are_revoked_by_workspace_admins_only_and_oneself_by_anybody() {
    let api = Api::start().await;
    let a = api.a();
    let path = format!("/api/v1/users/{}/revoke-sessions", a.reviewer);
    api.labeler().call(&path).await.problem(403, "forbidden");
    let reviewer = api.reviewer();
    reviewer.call(&path).await.expect(200);
    reviewer.get("/api/v1/me").await.problem(401, "token_revoked");
    api.admin().call(&format!("/api/v1/users/{}/revoke-sessions", api.db().b.labeler)).await.problem(404, "not_found");
    api.stop().await;
}

/// Another process on the same database: it learns of the revocation within a second or two, and starts knowing it.
#[actix_web::test]
async fn other_nodes_hear_of_a_revocation_and_new_ones_know_it() {
    let api = Api::start().await;
    let a = api.a();
    let other = api.another_node().await;
    let token = api.token(a.workspace, a.labeler, WorkspaceRole::Member);
    let mut there = Socket::hello(&other, token.clone(), Subprotocol::Json).await;
    api.admin().call(&format!("/api/v1/users/{}/revoke-sessions", a.labeler)).await.expect(200);
    assert_eq!(there.close_code().await, 4401);
    let late = api.another_node().await;
    assert_eq!(Socket::stranger(&late, token).await.close_code().await, 4401);
    late.stop().await;
    other.stop().await;
    api.stop().await;
}

/// What an operator finds in the audit log leads to the request's lines in the server's log.
#[actix_web::test]
async fn the_audit_log_names_the_request() {
    let api = Api::start().await;
    let a = api.a();
    let path = format!("/api/v1/projects/{}/members/{}", a.project, a.labeler);
    let answer = api.admin().send("PUT", &path, Some(json!({ "role": "reviewer" })), &[("x-request-id", "job-17")]).await;
    answer.expect(200);
    let found: Vec<Option<String>> = sqlx::query_scalar("SELECT request_id FROM audit_log WHERE action = 'members.write'")
        .fetch_all(&mut api.db().owner().await)
        .await
        .unwrap();
    assert_eq!(found, [Some("job-17".to_owned())]);
    api.stop().await;
}
