//! Every route says in the OpenAPI document which action it needs, and asks the one table for it: all routes, as everybody.

#![allow(clippy::unwrap_used)]

mod support;

use std::collections::BTreeMap;

use serde_json::{Value, json};
use server::api::document_json;
use support::{Api, Person};
use tandem_actors::TaskRef;
use tandem_domain::permission::{Action, Scope, permits, permits_workspace};
use tandem_protocol::{
    LayoutId, ModelId, ProjectRole, RegionId, UserId, WorkspaceRole,
    rest::{CheckpointReason, Region},
};
use tandem_store::pg::{
    annotations::{self, Submission},
    jobs, leases, projects, workflows,
};

struct Route {
    id: String,
    method: String,
    path: String,
    /// None: any signed-in person. The outer one: not declared.
    action: Option<Option<Action>>,
    needs_token: bool,
    takes_body: bool,
}

fn routes() -> Vec<Route> {
    let document: Value = serde_json::from_str(&document_json().unwrap()).unwrap();
    let mut routes = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let declared = operation.get("x-action");
            let action = declared.map(|word| word.as_str().map(|word| named(word).unwrap_or_else(|| panic!("{path}: no action {word}"))));
            routes.push(Route {
                id: operation["operationId"].as_str().unwrap().to_owned(),
                method: method.to_uppercase(),
                path: path.clone(),
                action,
                needs_token: operation.get("security").is_none(),
                takes_body: operation.get("requestBody").is_some(),
            });
        }
    }
    routes
}

fn named(word: &str) -> Option<Action> {
    Action::ALL.iter().copied().find(|action| action.name() == word)
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Who {
    Project(ProjectRole),
    WorkspaceAdmin,
    /// In the workspace, not in the project.
    Outsider,
    /// Admin of another workspace.
    Stranger,
}

/// The status a role gets that may not; none where it may.
fn refusal(route: &Route, who: Who) -> Option<u16> {
    let action = route.action.flatten()?;
    let (workspace, project) = match who {
        Who::Project(role) => (WorkspaceRole::Member, Some(role)),
        Who::WorkspaceAdmin => (WorkspaceRole::Admin, Some(ProjectRole::Admin)),
        Who::Outsider => (WorkspaceRole::Member, None),
        Who::Stranger => (WorkspaceRole::Admin, None),
    };
    match (action.scope(), project) {
        // The admin of another workspace may do such things, but to nobody there.
        (Scope::Workspace, _) if who == Who::Stranger && ["{user_id}", "{model_id}"].iter().any(|id| route.path.contains(id)) => Some(404),
        (Scope::Workspace, _) => (!permits_workspace(workspace, action)).then_some(403),
        (Scope::Project, None) => Some(404),
        (Scope::Project, Some(role)) => (!permits(role, action)).then_some(403),
    }
}

struct Fixture {
    ids: BTreeMap<&'static str, String>,
    victim: UserId,
    /// A draft.
    layout: LayoutId,
    model: ModelId,
}

/// Something of every kind in workspace `a`'s project, so that no route answers 404 for want of it.
async fn fixture(api: &Api) -> Fixture {
    let a = api.a();
    let mut tx = a.tenant().begin(&api.db().store).await.unwrap();
    let lease = leases::claim_task(
        &mut tx,
        a.project,
        a.tasks[0],
        a.labeler,
        &[leases::Offer::plain()],
        &leases::Terms::new(1800, leases::Method::Claimed),
    )
    .await
    .unwrap();
    let region = Region {
        id: RegionId::new(),
        label: "cat".to_owned(),
        geometry: serde_json::from_value(json!({ "kind": "box", "x": 1, "y": 2, "width": 30, "height": 40 })).unwrap(),
        attributes: serde_json::Map::new(),
        author: None,
        z: 0,
        relations: Vec::new(),
    };
    let submission = Submission {
        assignment: lease.id,
        user: a.labeler,
        fencing_token: lease.fencing_token,
        answer: vec![region].into(),
        time_spent_ms: None,
    };
    let annotation = annotations::submit(&mut tx, &submission).await.unwrap();
    let form = r#"{"id":"w","steps":[{"id":"a","type":"annotation"}]}"#;
    let workflow = workflows::create(&mut tx, a.project, workflows::NewWorkflow { key: "w", name: "w", form }).await.unwrap();
    let job =
        jobs::create(&mut tx, jobs::NewJob { project: a.project, kind: "export", input: &json!({ "format": "jsonl" }), subject: None })
            .await
            .unwrap();
    tx.commit().await.unwrap();
    let key = TaskRef { workspace: a.workspace, project: a.project, task: a.tasks[1], step: "annotate".to_owned() };
    let checkpoint = api.state().live.checkpoint(&key, CheckpointReason::Manual, a.labeler).await.unwrap();
    let victim = api.newcomer("victim", Some(ProjectRole::Labeler)).await;
    let layout = LayoutId::new();
    let model = ModelId::new();
    let ids = BTreeMap::from([
        ("project_id", a.project.to_string()),
        ("user_id", victim.to_string()),
        ("asset_id", a.assets[1].to_string()),
        ("task_id", a.tasks[1].to_string()),
        ("assignment_id", lease.id.to_string()),
        ("annotation_id", annotation.id.to_string()),
        ("batch_id", api.a().batch.to_string()),
        ("workflow_id", workflow.to_string()),
        ("layout_id", layout.to_string()),
        ("model_id", model.to_string()),
        ("step", "annotate".to_owned()),
        ("checkpoint_id", checkpoint.to_string()),
        ("job_id", job.to_string()),
    ]);
    let fixture = Fixture { ids, victim, layout, model };
    fixture.restore(api).await;
    fixture
}

impl Fixture {
    fn path(&self, route: &Route) -> String {
        let mut path = route.path.clone();
        for (name, id) in &self.ids {
            path = path.replace(&format!("{{{name}}}"), id);
        }
        assert!(!path.contains('{'), "{} has a parameter this test does not know: {path}", route.id);
        if route.id == "exportProject" { format!("{path}?format=jsonl") } else { path }
    }

    /// Whoever and whatever was removed by the call before is there again.
    async fn restore(&self, api: &Api) {
        sqlx::query("INSERT INTO layouts (id, workspace_id, project_id, series, version, name, source) VALUES ($1, $2, $3, $1, 1, 'l', '<Layout') ON CONFLICT DO NOTHING")
            .bind(self.layout.0)
            .bind(api.a().workspace.0)
            .bind(api.a().project.0)
            .execute(&mut api.db().owner().await)
            .await
            .unwrap();
        sqlx::query(
            "INSERT INTO models (id, workspace_id, name, encoder_size, decoder_size) VALUES ($1, $2, 'm', 1, 1) ON CONFLICT DO NOTHING",
        )
        .bind(self.model.0)
        .bind(api.a().workspace.0)
        .execute(&mut api.db().owner().await)
        .await
        .unwrap();
        let mut tx = api.a().tenant().begin(&api.db().store).await.unwrap();
        projects::put_member(&mut tx, api.a().project, self.victim, ProjectRole::Labeler).await.unwrap();
        tx.commit().await.unwrap();
    }
}

#[actix_web::test]
async fn every_route_declares_its_action() {
    for route in routes() {
        assert!(route.action.is_some(), "{} does not say which action it needs (extensions: x-action)", route.id);
        if let Some(Some(_)) = route.action {
            assert!(route.needs_token, "{} has an action and takes no token", route.id);
        }
    }
}

#[actix_web::test]
async fn every_route_lets_in_whom_the_table_lets_in_and_nobody_else() {
    let api = Api::start().await;
    let fixture = fixture(&api).await;
    let project_admin = api.newcomer("project-admin", Some(ProjectRole::Admin)).await;
    let outsider = api.newcomer("outsider", None).await;
    let (a, b) = (api.db().a, api.db().b);
    let everybody: Vec<(Who, Person<'_>)> = vec![
        (Who::Project(ProjectRole::Labeler), api.labeler()),
        (Who::Project(ProjectRole::Reviewer), api.reviewer()),
        (Who::Project(ProjectRole::Admin), api.person(&a, project_admin)),
        (Who::WorkspaceAdmin, api.admin()),
        (Who::Outsider, api.person(&a, outsider)),
        (Who::Stranger, api.person(&b, b.admin)),
    ];
    for route in routes() {
        let action = route.action.unwrap_or_default();
        let path = fixture.path(&route);
        let body = || route.takes_body.then(|| json!({}));
        if route.needs_token {
            api.anonymous().send(&route.method, &path, body(), &[]).await.problem(401, "token_missing");
        }
        for (who, person) in &everybody {
            fixture.restore(&api).await;
            let answer = person.send(&route.method, &path, body(), &[]).await;
            let told = format!("{} as {who:?}: {} {}", route.id, answer.status, answer.text());
            match refusal(&route, *who) {
                Some(404) => assert_eq!(answer.problem(404, "not_found")["details"], Value::Null, "{told}"),
                Some(403) => {
                    let problem = answer.problem(403, "forbidden");
                    assert_eq!(problem["details"]["action"].as_str(), action.map(Action::name), "{told}");
                }
                Some(other) => panic!("{told}: the table says {other}"),
                None => assert!(![401, 403, 404, 405, 500].contains(&answer.status), "{told}"),
            }
        }
    }
}

/// "Not there" and "not yours" must be told word for word alike, or the difference tells what is there.
#[actix_web::test]
async fn what_belongs_to_others_looks_like_what_is_not_there() {
    let api = Api::start().await;
    let fixture = fixture(&api).await;
    let b = api.db().b;
    let stranger = api.person(&b, b.admin);
    for route in routes().into_iter().filter(|route| matches!(route.action, Some(Some(action)) if action.scope() == Scope::Project)) {
        let path = fixture.path(&route);
        let mut nowhere = path.clone();
        let nothing = uuid::Uuid::now_v7().to_string();
        for (name, id) in &fixture.ids {
            if route.path.contains(&format!("{{{name}}}")) && *name != "user_id" {
                nowhere = nowhere.replace(id, &nothing);
            }
        }
        let body = || route.takes_body.then(|| json!({}));
        let theirs = stranger.send(&route.method, &path, body(), &[]).await.problem(404, "not_found");
        let none = stranger.send(&route.method, &nowhere, body(), &[]).await.problem(404, "not_found");
        let told = |problem: &Value| {
            let detail = problem["detail"].as_str().unwrap().to_owned();
            fixture.ids.values().chain([&nothing]).fold(detail, |text, id| text.replace(id, "ID"))
        };
        assert_eq!(told(&theirs), told(&none), "{}", route.id);
    }
}
