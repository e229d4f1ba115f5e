//! Asking a real server ([`TestServer`]) as the people of the seed, over a socket.
#![allow(dead_code, clippy::unwrap_used, reason = "each test file uses its part")]

pub mod archive;
pub mod http;
pub mod program;
pub mod socket;

use chrono::TimeDelta;
use serde_json::{Value, json};
use server::{
    app::AppState,
    auth::{Purpose, Subject},
    testing::TestServer,
};
use tandem_protocol::{ProjectRole, UserId, WorkspaceId, WorkspaceRole, rest::UserSummary};
use tandem_store::{
    pg::{flow, members, projects, users},
    testing::{Database, Seeded},
};

pub use self::http::Answer;
use self::http::Client;

pub struct Api {
    server: TestServer,
    pub base: String,
    client: Client,
}

impl Api {
    pub async fn start() -> Self {
        Self::with(&[]).await
    }

    /// With settings of the configuration changed.
    pub async fn with(settings: &[(&'static str, &str)]) -> Self {
        let server = TestServer::with(settings).await;
        let base = server.url("");
        Self { server, client: Client::new(&base), base }
    }

    pub fn server(&self) -> &TestServer {
        &self.server
    }

    /// Another server on the same database.
    pub async fn another_node(&self) -> TestServer {
        self.server.beside().await
    }

    pub async fn stop(self) {
        self.server.stop().await;
    }

    pub fn db(&self) -> &Database {
        &self.server.database
    }

    pub fn state(&self) -> &AppState {
        &self.server.state
    }

    pub fn a(&self) -> Seeded {
        self.db().a
    }

    /// Requests without a token.
    pub fn anonymous(&self) -> Person<'_> {
        Person { api: self, token: None }
    }

    /// Requests with a token of this person, whose workspace role is a member's unless it is the seed's admin.
    pub fn person(&self, workspace: &Seeded, user: UserId) -> Person<'_> {
        let role = if user == workspace.admin { WorkspaceRole::Admin } else { WorkspaceRole::Member };
        Person { api: self, token: Some(self.token(workspace.workspace, user, role)) }
    }

    pub fn admin(&self) -> Person<'_> {
        self.person(&self.db().a, self.db().a.admin)
    }

    pub fn labeler(&self) -> Person<'_> {
        self.person(&self.db().a, self.db().a.labeler)
    }

    pub fn reviewer(&self) -> Person<'_> {
        self.person(&self.db().a, self.db().a.reviewer)
    }

    pub fn token(&self, workspace_id: WorkspaceId, user: UserId, workspace_role: WorkspaceRole) -> String {
        self.mint(workspace_id, user, workspace_role, Purpose::Access)
    }

    pub fn mint(&self, workspace_id: WorkspaceId, user: UserId, workspace_role: WorkspaceRole, purpose: Purpose) -> String {
        let user = UserSummary { id: user, name: "As The Token Says".into(), email: "token@a.test".into(), color: "#2563eb".into() };
        let subject = Subject { user, workspace_id, workspace_role };
        self.state().auth.mint(&subject, purpose, TimeDelta::minutes(5)).unwrap().token
    }

    /// A member of workspace `a` with a role in its project, or with none.
    pub async fn newcomer(&self, name: &str, role: Option<ProjectRole>) -> UserId {
        let mut tx = self.a().as_user(self.a().admin).begin(&self.db().store).await.unwrap();
        let user =
            users::NewUser { id: UserId::new(), email: format!("{name}@a.test"), name: name.to_owned(), color: "#2563eb".to_owned() };
        let id = users::ensure(&mut tx, &user).await.unwrap();
        members::put(&mut tx, id, WorkspaceRole::Member).await.unwrap();
        if let Some(role) = role {
            projects::put_member(&mut tx, self.a().project, id, role).await.unwrap();
        }
        tx.commit().await.unwrap();
        id
    }

    /// The project's tasks are on this workflow, and have begun. Answers with its id.
    pub async fn on_workflow(&self, body: Value) -> String {
        let project = self.a().project;
        let made = self.admin().post(&format!("/api/v1/projects/{project}/workflows"), body).await.expect(201);
        let id = made["id"].as_str().unwrap().to_owned();
        self.admin().call(&format!("/api/v1/workflows/{id}/activate")).await.expect(200);
        let moved = self.admin().post(&format!("/api/v1/workflows/{id}/migrate"), json!({})).await.expect(200);
        assert_eq!(moved["begin_anew"], json!(3), "{moved}");
        while flow::begin(&self.db().store, self.a().workspace, project, 100).await.unwrap() > 0 {}
        id
    }

    /// Whatever a presigned request says, done as a browser would.
    pub async fn perform(&self, upload: &Value, body: &[u8]) -> u16 {
        let url = upload["url"].as_str().unwrap();
        let headers = upload["headers"].as_object().unwrap();
        let mut headers: Vec<(String, String)> =
            headers.iter().map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect();
        // It is signed, and hyper leaves a length of 0 out.
        headers.push(("content-length".to_owned(), body.len().to_string()));
        http::raw(upload["method"].as_str().unwrap(), url, &headers, body.to_vec()).await.status
    }
}

/// Who asks.
#[derive(Clone)]
pub struct Person<'a> {
    api: &'a Api,
    pub token: Option<String>,
}

impl Person<'_> {
    pub async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, None, &[]).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send("POST", path, Some(body), &[]).await
    }

    /// A POST of a route that takes no body.
    pub async fn call(&self, path: &str) -> Answer {
        self.send("POST", path, None, &[]).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send("PATCH", path, Some(body), &[]).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.send("PUT", path, Some(body), &[]).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, None, &[]).await
    }

    /// A POST whose JSON goes out letter by letter.
    pub async fn post_text(&self, path: &str, json: &str) -> Answer {
        self.send_bytes("POST", path, Some(json.as_bytes().to_vec()), &[]).await
    }

    pub async fn send(&self, method: &str, path: &str, body: Option<Value>, headers: &[(&str, &str)]) -> Answer {
        self.send_bytes(method, path, body.map(|body| serde_json::to_vec(&body).unwrap()), headers).await
    }

    async fn send_bytes(&self, method: &str, path: &str, body: Option<Vec<u8>>, headers: &[(&str, &str)]) -> Answer {
        let mut all: Vec<(String, String)> = headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        if let Some(token) = &self.token {
            all.push(("authorization".to_owned(), format!("Bearer {token}")));
        }
        if body.is_some() && !all.iter().any(|(name, _)| name == "content-type") {
            all.push(("content-type".to_owned(), "application/json".to_owned()));
        }
        self.api.client.send(method, path, &all, body.unwrap_or_default()).await
    }

    /// The next task, leased.
    pub async fn next(&self) -> Value {
        let answer = self.call(&format!("/api/v1/projects/{}/next", self.api.a().project)).await;
        answer.expect(200)["work"].clone()
    }
}

/// `{"fencing_token": ...}` of a lease.
pub fn proof(assignment: &Value) -> Value {
    json!({ "fencing_token": assignment["fencing_token"] })
}
