//! The program killed with -9 in an import, at its first rows and at its last word: the third time it is done, and each task is there once.

#![allow(clippy::unwrap_used)]

mod support;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Executor as _, PgConnection};
use support::{
    Api,
    archive::{coco, import_of},
    http::{Client, raw},
    program::Program,
};
use tandem_protocol::WorkspaceRole;
use tandem_store::testing::Database;

const IMAGES: usize = 300;
const PATIENCE: Duration = Duration::from_secs(120);

/// A place of the import that it does not get past while the test holds the lock of this number: it is killed there and nowhere else.
struct Barrier {
    number: i64,
    trigger: &'static str,
}

/// All is uploaded, and the first rows are being written.
const IN_THE_TABLES: Barrier = Barrier { number: 1, trigger: "BEFORE INSERT ON assets FOR EACH STATEMENT" };
/// All rows are written; what would commit them is not said yet.
const BEFORE_THE_END: Barrier = Barrier { number: 2, trigger: "BEFORE UPDATE ON jobs FOR EACH ROW WHEN (NEW.state = 'succeeded')" };

impl Barrier {
    async fn close(&self, holder: &mut PgConnection) {
        let Self { number, trigger } = self;
        let sql = format!(
            "CREATE FUNCTION public.wait_{number}() RETURNS trigger LANGUAGE plpgsql AS \
                 'BEGIN PERFORM pg_advisory_xact_lock_shared({number}); RETURN NEW; END';
             CREATE TRIGGER wait_{number} {trigger} EXECUTE FUNCTION public.wait_{number}();
             SELECT pg_advisory_lock({number})"
        );
        holder.execute(AssertSqlSafe(sql)).await.unwrap();
    }

    async fn reached(&self, database: &Database) {
        let mut asking = database.owner().await;
        let waits = "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = $1::bigint::oid
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))";
        until(database, async || sqlx::query_scalar(waits).bind(self.number).fetch_one(&mut asking).await.unwrap()).await;
    }

    async fn open(&self, holder: &mut PgConnection) {
        sqlx::query("SELECT pg_advisory_unlock($1)").bind(self.number).execute(holder).await.unwrap();
    }
}

/// The state and attempt of the only job.
async fn standing(database: &Database) -> (String, i32) {
    sqlx::query_as("SELECT state, attempt FROM jobs").fetch_one(&mut database.owner().await).await.unwrap()
}

async fn until(database: &Database, mut holds: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < PATIENCE, "it did not come to that: {:?}", standing(database).await);
        tokio::time::sleep(Duration::from_millis(20)).await;
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
    let mut closed = database.owner().await;
    for barrier in [&IN_THE_TABLES, &BEFORE_THE_END] {
        barrier.close(&mut closed).await;
    }
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

    for (attempt, barrier) in [(1, &IN_THE_TABLES), (2, &BEFORE_THE_END)] {
        barrier.reached(&database).await;
        program.kill_9();
        assert_eq!(standing(&database).await, ("running".to_owned(), attempt), "killed in the middle");
        barrier.open(&mut closed).await;
        // Nobody waits out the half minute until it is taken for dead.
        sqlx::query("UPDATE jobs SET due = now()").execute(&mut database.owner().await).await.unwrap();
        program = start(program).await;
    }
    until(&database, async || !matches!(standing(&database).await.0.as_str(), "queued" | "running")).await;
    assert_eq!(standing(&database).await, ("succeeded".to_owned(), 3));
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
