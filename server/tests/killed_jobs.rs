//! The program killed with -9 in the middle of an import, twice: the third time it is done, and each task is there once.

#![allow(clippy::unwrap_used)]

mod support;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use support::{
    Api,
    archive::{coco, import_of},
    http::{Client, raw},
    program::Program,
};
use tandem_protocol::WorkspaceRole;
use tandem_store::testing::Database;

const IMAGES: usize = 600;
const PATIENCE: Duration = Duration::from_secs(120);

/// The state, phase and attempt of the only job.
async fn standing(database: &Database) -> (String, Option<String>, i32) {
    sqlx::query_as("SELECT state, phase, attempt FROM jobs").fetch_one(&mut database.owner().await).await.unwrap()
}

async fn until(database: &Database, what: &str, holds: impl Fn(&(String, Option<String>, i32)) -> bool) {
    let begun = Instant::now();
    loop {
        let now = standing(database).await;
        if holds(&now) {
            return;
        }
        assert!(begun.elapsed() < PATIENCE && (what == "ended" || now.0 != "succeeded"), "not {what}, but {now:?}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn start(mut program: Program) -> Program {
    actix_web::rt::task::spawn_blocking(move || {
        program.start();
        program
    })
    .await
    .unwrap()
}

#[actix_web::test]
async fn an_import_whose_server_is_killed_is_finished_and_no_task_is_imported_twice() {
    let api = Api::with(&[("jobs.workers", "0")]).await;
    let a = api.a();
    let (token, database) = (api.token(a.workspace, a.admin, WorkspaceRole::Admin), Arc::clone(&api.server().database));
    api.stop().await;
    let mut program = start(Program::new(Arc::clone(&database), &[])).await;
    let client = Client::new(&program.base());
    let post = async |path: String, body: Value| client.try_as(&token, "POST", &path, &body).await.unwrap().expect(201);

    let bytes = coco(IMAGES);
    let asked = post(format!("/api/v1/projects/{}/job-files", a.project), json!({ "filename": "street.zip", "size": bytes.len() })).await;
    let mut headers: Vec<(String, String)> = asked["upload"]["headers"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()))
        .collect();
    headers.push(("content-length".to_owned(), bytes.len().to_string()));
    assert_eq!(raw("PUT", asked["upload"]["url"].as_str().unwrap(), &headers, bytes).await.status, 200);
    post(format!("/api/v1/projects/{}/jobs", a.project), import_of(asked["file"]["id"].as_str().unwrap())).await;

    for attempt in 1..=2 {
        // What is written every now and then is seen late: the kill comes somewhere behind.
        until(&database, "uploading", |(_, phase, now)| *now == attempt && phase.as_deref() == Some("uploading")).await;
        program.kill_9();
        let (state, _, now) = standing(&database).await;
        assert_eq!((state.as_str(), now), ("running", attempt), "killed in the middle");
        // Nobody waits out the half minute until it is taken for dead.
        sqlx::query("UPDATE jobs SET due = now()").execute(&mut database.owner().await).await.unwrap();
        program = start(program).await;
    }
    until(&database, "ended", |(state, ..)| state != "queued" && state != "running").await;
    assert_eq!(standing(&database).await, ("succeeded".to_owned(), Some("saving".to_owned()), 3));
    program.kill_9();
    let (tasks, names): (i64, i64) =
        sqlx::query_as("SELECT count(*), count(DISTINCT external_id) FROM tasks WHERE project_id = $1 AND external_id LIKE 'images/%'")
            .bind(a.project.0)
            .fetch_one(&mut database.owner().await)
            .await
            .unwrap();
    assert_eq!((tasks, names), (IMAGES as i64, IMAGES as i64));
    let saved: i64 = sqlx::query_scalar("SELECT count(*) FROM annotations WHERE project_id = $1 AND source = 'import'")
        .bind(a.project.0)
        .fetch_one(&mut database.owner().await)
        .await
        .unwrap();
    assert_eq!(saved, IMAGES as i64);
}
