//! The program killed with -9 in the middle of jobs: an import at its first rows and at its last word, a label's new name between two pieces of stored work.
//! In the end they are done, and everything is there once.

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

/// The state and attempt of the youngest job.
async fn standing(database: &Database) -> (String, i32) {
    sqlx::query_as("SELECT state, attempt FROM jobs ORDER BY id DESC LIMIT 1").fetch_one(&mut database.owner().await).await.unwrap()
}

async fn done(database: &Database) {
    until(database, async || !matches!(standing(database).await.0.as_str(), "queued" | "running")).await;
}

/// Nobody waits out the half minute until a job whose server was killed is taken for dead.
async fn take_for_dead(database: &Database) {
    sqlx::query("UPDATE jobs SET due = now() WHERE state = 'running'").execute(&mut database.owner().await).await.unwrap();
}

/// The program on the database of `api`, which is stopped, and a client of it.
async fn program_of(api: Api) -> (Program, Arc<Database>, Admin) {
    let a = api.a();
    let (token, project) = (api.token(a.workspace, a.admin, WorkspaceRole::Admin), format!("/api/v1/projects/{}", a.project));
    let database = Arc::clone(&api.server().database);
    api.stop().await;
    let program = Program::new(Arc::clone(&database), &[]);
    let client = Client::new(&program.base());
    (program, database, Admin { client, token, project })
}

struct Admin {
    client: Client,
    token: String,
    project: String,
}

impl Admin {
    async fn post(&self, path: &str, body: Value) -> Value {
        self.client.try_as(&self.token, "POST", &format!("{}{path}", self.project), &body).await.unwrap().expect(201)
    }

    /// Uploads a dataset and has it imported.
    async fn import(&self, images: usize) {
        let bytes = coco(images);
        let asked = self.post("/job-files", json!({ "filename": "street.zip", "size": bytes.len() })).await;
        let header = |(name, value): (&String, &Value)| (name.clone(), value.as_str().unwrap().to_owned());
        let mut headers: Vec<(String, String)> = asked["upload"]["headers"].as_object().unwrap().iter().map(header).collect();
        headers.push(("content-length".to_owned(), bytes.len().to_string()));
        assert_eq!(raw("PUT", asked["upload"]["url"].as_str().unwrap(), &headers, bytes).await.status, 200);
        self.post("/jobs", import_of(asked["file"]["id"].as_str().unwrap())).await;
    }
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
    let project = api.a().project;
    let (program, database, admin) = program_of(api).await;
    let mut closed = database.owner().await;
    for barrier in [&IN_THE_TABLES, &BEFORE_THE_END] {
        barrier.close(&mut closed).await;
    }
    let mut program = start(program).await;
    admin.import(IMAGES).await;

    for (attempt, barrier) in [(1, &IN_THE_TABLES), (2, &BEFORE_THE_END)] {
        barrier.reached(&database).await;
        program.kill_9();
        assert_eq!(standing(&database).await, ("running".to_owned(), attempt), "killed in the middle");
        barrier.open(&mut closed).await;
        take_for_dead(&database).await;
        program = start(program).await;
    }
    done(&database).await;
    assert_eq!(standing(&database).await, ("succeeded".to_owned(), 3));
    program.kill_9();
    let (tasks, names): (i64, i64) =
        sqlx::query_as("SELECT count(*), count(DISTINCT external_id) FROM tasks WHERE project_id = $1 AND external_id LIKE 'images/%'")
            .bind(project.0)
            .fetch_one(&mut database.owner().await)
            .await
            .unwrap();
    assert_eq!((tasks, names), (IMAGES as i64, IMAGES as i64));
    let saved: i64 = sqlx::query_scalar("SELECT count(*) FROM annotations WHERE project_id = $1 AND source = 'import'")
        .bind(project.0)
        .fetch_one(&mut database.owner().await)
        .await
        .unwrap();
    assert_eq!(saved, IMAGES as i64);
}

#[actix_web::test]
async fn a_label_whose_server_is_killed_between_two_pieces_has_its_new_name_everywhere_and_is_written_down_once() {
    let api = Api::with(&[("jobs.workers", "0")]).await;
    let (program, database, admin) = program_of(api).await;
    let mut program = start(program).await;
    admin.import(IMAGES).await;
    done(&database).await;

    // The first piece is 200 annotations; a row of the second is held back.
    let mut holder = database.owner().await;
    holder.execute("BEGIN").await.unwrap();
    // Not by the OFFSET itself: what it steps over is locked too.
    let one = "SELECT FROM annotations WHERE id = (SELECT id FROM annotations ORDER BY id OFFSET 250 LIMIT 1) FOR UPDATE";
    holder.execute(one).await.unwrap();
    admin.post("/jobs", json!({ "kind": "relabel", "input": { "from": "cat", "to": "tiger" } })).await;
    let mut asking = database.owner().await;
    let waits = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query ~ 'FOR UPDATE')";
    until(&database, async || sqlx::query_scalar(waits).fetch_one(&mut asking).await.unwrap()).await;
    assert_eq!(counts(&database).await, [("cat".to_owned(), 100), ("tiger".to_owned(), 200)], "killed in the middle");
    program.kill_9();
    holder.execute("ROLLBACK").await.unwrap();
    take_for_dead(&database).await;
    let mut program = start(program).await;
    done(&database).await;
    program.kill_9();

    assert_eq!(standing(&database).await, ("succeeded".to_owned(), 2));
    assert_eq!(counts(&database).await, [("tiger".to_owned(), IMAGES as i64)]);
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM annotations WHERE data::text LIKE '%\"cat\"%'")
        .fetch_one(&mut database.owner().await)
        .await
        .unwrap();
    let (events, of): (i64, i64) =
        sqlx::query_as("SELECT count(*), count(DISTINCT annotation_id) FROM annotation_events WHERE event_type = 'relabelled'")
            .fetch_one(&mut database.owner().await)
            .await
            .unwrap();
    assert_eq!((left, events, of), (0, IMAGES as i64, IMAGES as i64));
}

/// How many stored regions each label has.
async fn counts(database: &Database) -> Vec<(String, i64)> {
    sqlx::query_as("SELECT label, count(*) FROM regions GROUP BY label ORDER BY label")
        .fetch_all(&mut database.owner().await)
        .await
        .unwrap()
}
