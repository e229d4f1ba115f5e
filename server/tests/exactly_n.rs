//! Exactly N answers by N people, over HTTP: two servers on one database, two hundred clients that crash, skip, lose their leases, are slow, ask twice and
//! break off in the middle of a request. `TANDEM_EXACTLY_N_TASKS` makes it larger than the tasks that fit into every test run, `TANDEM_EXACTLY_N_SEED`
//! another one.

#![allow(clippy::unwrap_used)]

mod support;

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use serde_json::{Value, json};
use sqlx::Executor as _;
use support::{Api, http::Client, proof};
use tandem_protocol::{ProjectId, UserId, WorkspaceRole, rest::NewTask};
use tandem_store::{
    pg::{flow, tasks},
    testing::Database,
};
use tokio::{io::AsyncWriteExt as _, net::TcpStream};

const PEOPLE: usize = 200;
const OVERLAP: i64 = 3;
/// How often somebody asks before they go home, in the part in which things go wrong.
const TURNS: usize = 6;

fn size(name: &str, usual: u64) -> u64 {
    // A test's size, not the program's configuration.
    #[expect(clippy::disallowed_methods, reason = "tests are sized by the environment")]
    std::env::var(name).ok().map_or(usual, |text| text.parse().unwrap())
}

async fn crowd(db: &Database) -> Vec<UserId> {
    let workspace = db.a.workspace;
    let sql = format!(
        "WITH made AS (INSERT INTO users (id, email, display_name, color)
                       SELECT gen_random_uuid(), 'p' || n || '@example.org', 'P' || n, '#112233' FROM generate_series(1, {PEOPLE}) n RETURNING id),
              m AS (INSERT INTO members (workspace_id, user_id, role) SELECT '{workspace}', id, 'member' FROM made RETURNING user_id),
              p AS (INSERT INTO project_members (workspace_id, project_id, user_id, role)
                    SELECT '{workspace}', '{project}', user_id, 'labeler' FROM m RETURNING user_id)
         SELECT user_id FROM p",
        project = db.a.project
    );
    let ids: Vec<uuid::Uuid> = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_all(&mut db.owner().await).await.unwrap();
    ids.into_iter().map(Into::into).collect()
}

/// The project's tasks, this many more, all on a workflow that asks three people.
async fn prepare(api: &Api, more: usize) -> i64 {
    let (project, db) = (api.a().project, api.db());
    let new = NewTask { asset_id: db.a.assets[0], batch_id: None, external_id: None, priority: None, input: None };
    let mut tx = db.a.as_user(db.a.admin).begin(&db.store).await.unwrap();
    tasks::create(&mut tx, project, &vec![new; more]).await.unwrap();
    tx.commit().await.unwrap();
    db.owner().await.execute("UPDATE projects SET max_skips = 100").await.unwrap();
    let form = json!({"id": "three", "steps": [{"id": "label", "type": "annotation", "completion": {"count": OVERLAP},
        "assignment": {"skip": {"limit": 1000}}}]});
    let made = api.admin().post(&format!("/api/v1/projects/{project}/workflows"), json!({"form": form})).await.expect(201);
    let id = made["id"].as_str().unwrap();
    api.admin().call(&format!("/api/v1/workflows/{id}/activate")).await.expect(200);
    api.admin().post(&format!("/api/v1/workflows/{id}/migrate"), json!({})).await.expect(200);
    while flow::begin(&db.store, db.a.workspace, project, 100).await.unwrap() > 0 {}
    sqlx::query_scalar("SELECT count(*) FROM tasks WHERE project_id = $1").bind(project.0).fetch_one(&mut db.owner().await).await.unwrap()
}

/// Somebody at one of the servers.
struct Worker {
    client: Client,
    address: SocketAddr,
    token: String,
    project: ProjectId,
    db: Arc<Database>,
    rng: StdRng,
    /// Leases whose answer the server said it has.
    acknowledged: Vec<String>,
    /// Leases whose answer was sent and is not known to be there: it may come at any moment.
    under_way: BTreeSet<String>,
}

impl Worker {
    /// Asked again where the server says that it has too much to do (nothing was done then), and where a connection that was kept had just been closed
    /// (who knows).
    async fn post(&self, path: &str, body: &Value) -> support::http::Answer {
        loop {
            match self.client.try_as(&self.token, "POST", &format!("/api/v1{path}"), body).await {
                Some(answer) if answer.status == 503 => assert_eq!(answer.json()["retryable"], json!(true), "{}", answer.text()),
                Some(answer) => return answer,
                None => {}
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    async fn next(&self) -> Option<Value> {
        let answer = self.post(&format!("/projects/{}/next", self.project), &json!({})).await.expect(200);
        Some(answer["work"]["assignment"].clone()).filter(|lease| !lease.is_null())
    }

    /// An answer, or that the lease is not theirs any more. Nothing else is one.
    async fn submit(&mut self, lease: &Value) -> bool {
        let id = lease["id"].as_str().unwrap();
        let answer = self.post(&format!("/assignments/{id}/submit"), &proof(lease)).await;
        match answer.status {
            200 => self.acknowledged.push(id.to_owned()),
            409 => assert!(answer.json()["code"].as_str().unwrap().starts_with("lease_"), "{}", answer.text()),
            _ => panic!("{} {}", answer.status, answer.text()),
        }
        answer.status == 200
    }

    /// A submit that breaks off after this share of it is sent; whether the server did it nobody hears.
    async fn break_off(&mut self, lease: &Value, share: f64) {
        self.under_way.insert(lease["id"].as_str().unwrap().to_owned());
        let body = proof(lease).to_string();
        let request = format!(
            "POST /api/v1/assignments/{}/submit HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            lease["id"].as_str().unwrap(),
            self.address,
            self.token,
            body.len()
        );
        #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of some bytes")]
        let sent = (request.len() as f64 * share) as usize;
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(&request.as_bytes()[..sent.min(request.len())]).await.unwrap();
        stream.flush().await.unwrap();
    }

    /// The lease's time is over, as if its holder had been away for long.
    async fn run_out(&self, lease: &Value) {
        sqlx::query("UPDATE assignments SET expires_at = now() - interval '1 second' WHERE id = $1::uuid AND ended_at IS NULL")
            .bind(lease["id"].as_str().unwrap())
            .execute(&mut self.db.owner().await)
            .await
            .unwrap();
    }

    /// Work in which everything goes wrong.
    async fn toil(mut self) -> Self {
        for _ in 0..TURNS {
            let Some(lease) = self.next().await else { continue };
            let is_under_way = self.under_way.contains(lease["id"].as_str().unwrap());
            match self.rng.random_range(0..10) {
                0 => self.run_out(&lease).await,
                1 => {
                    self.run_out(&lease).await;
                    assert!(!self.submit(&lease).await || is_under_way, "a late answer");
                }
                2 => {
                    let mut body = proof(&lease);
                    body["reason"] = json!("blurred");
                    let skipped = self.post(&format!("/assignments/{}/skip", lease["id"].as_str().unwrap()), &body).await;
                    // It may have been skipped, or submitted, by what was asked before.
                    assert!(matches!(skipped.status, 200 | 409), "{}", skipped.text());
                }
                // The whole request, and gone before the answer.
                3 => self.break_off(&lease, 1.0).await,
                4 => {
                    let share = self.rng.random_range(0.1..0.99);
                    self.break_off(&lease, share).await;
                    self.run_out(&lease).await;
                }
                5 => {
                    tokio::time::sleep(Duration::from_millis(self.rng.random_range(1..200))).await;
                    if self.submit(&lease).await {
                        assert!(self.submit(&lease).await, "the same answer again");
                    }
                }
                // Twice at once.
                6 => {
                    let path = format!("/assignments/{}/submit", lease["id"].as_str().unwrap());
                    let body = proof(&lease);
                    let both = futures_util::future::join(self.post(&path, &body), self.post(&path, &body)).await;
                    let ids = [both.0.expect(200), both.1.expect(200)].map(|answer| answer["annotation"]["id"].clone());
                    assert_eq!(ids[0], ids[1], "one answer");
                    self.acknowledged.push(lease["id"].as_str().unwrap().to_owned());
                }
                _ => {
                    self.submit(&lease).await;
                }
            }
        }
        self
    }

    /// Work in which nothing goes wrong, until there is none.
    async fn finish(mut self) -> Self {
        while let Some(lease) = self.next().await {
            self.submit(&lease).await;
        }
        self
    }
}

async fn all(work: impl Iterator<Item = impl Future<Output = Worker> + 'static>) -> Vec<Worker> {
    let tasks: Vec<_> = work.map(actix_web::rt::spawn).collect();
    let mut done = Vec::with_capacity(tasks.len());
    for task in tasks {
        done.push(task.await.unwrap());
    }
    done
}

#[actix_web::test]
async fn every_task_ends_with_exactly_three_answers_by_three_people() {
    let api = Api::start().await;
    let second = api.another_node().await;
    let people = crowd(api.db()).await;
    let more = usize::try_from(size("TANDEM_EXACTLY_N_TASKS", 57)).unwrap();
    let seed = size("TANDEM_EXACTLY_N_SEED", 1);
    let tasks = prepare(&api, more).await;
    let (project, db) = (api.a().project, Arc::clone(&api.server().database));
    let workers = people.into_iter().enumerate().map(|(number, user)| {
        let server = if number % 2 == 0 { api.server() } else { &second };
        Worker {
            client: Client::new(&server.url("")),
            address: server.address(),
            token: api.token(api.a().workspace, user, WorkspaceRole::Member),
            project,
            db: Arc::clone(&db),
            rng: StdRng::seed_from_u64(seed * 1_000 + number as u64),
            acknowledged: Vec::new(),
            under_way: BTreeSet::new(),
        }
    });
    let mut workers = all(workers.map(Worker::toil)).await;

    let begun = Instant::now();
    loop {
        let left: i64 = sqlx::query_scalar("SELECT count(*) FROM tasks WHERE project_id = $1 AND status <> 'completed'")
            .bind(project.0)
            .fetch_one(&mut db.owner().await)
            .await
            .unwrap();
        if left == 0 {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(60 + 2 * tasks.unsigned_abs()), "{left} of {tasks} tasks are not done");
        workers = all(workers.into_iter().map(Worker::finish)).await;
    }

    let rows: Vec<(uuid::Uuid, i64, i64, i64)> = sqlx::query_as(
        "SELECT t.id, count(a.id), count(DISTINCT a.user_id), count(n.id) FROM tasks t
         LEFT JOIN assignments a ON a.task_id = t.id AND a.status = 'submitted'
         LEFT JOIN annotations n ON n.assignment_id = a.id
         WHERE t.project_id = $1 GROUP BY t.id",
    )
    .bind(project.0)
    .fetch_all(&mut db.owner().await)
    .await
    .unwrap();
    assert_eq!(i64::try_from(rows.len()).unwrap(), tasks);
    for (task, answers, by, kept) in rows {
        assert_eq!((answers, by, kept), (OVERLAP, OVERLAP, OVERLAP), "task {task}, seed {seed}");
    }
    let stray: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM annotations n JOIN assignments a ON a.id = n.assignment_id WHERE n.project_id = $1 AND a.status <> 'submitted'",
    )
    .bind(project.0)
    .fetch_one(&mut db.owner().await)
    .await
    .unwrap();
    assert_eq!(stray, 0, "no answer without its lease");

    // What was acknowledged is there, and who says the most has said it often: the chaos was one.
    let acknowledged: BTreeSet<String> = workers.iter().flat_map(|worker| worker.acknowledged.iter().cloned()).collect();
    let submitted: Vec<String> = sqlx::query_scalar("SELECT id::text FROM assignments WHERE project_id = $1 AND status = 'submitted'")
        .bind(project.0)
        .fetch_all(&mut db.owner().await)
        .await
        .unwrap();
    let submitted: BTreeSet<String> = submitted.into_iter().collect();
    let lost: Vec<&String> = acknowledged.difference(&submitted).collect();
    assert!(lost.is_empty(), "acknowledged and not there: {lost:?}");
    let ends: BTreeMap<String, i64> =
        sqlx::query_as::<_, (String, i64)>("SELECT status, count(*) FROM assignments WHERE project_id = $1 GROUP BY status")
            .bind(project.0)
            .fetch_all(&mut db.owner().await)
            .await
            .unwrap()
            .into_iter()
            .collect();
    assert!(ends["expired"] > 0 && ends["skipped"] > 0, "{ends:?}");
    second.stop().await;
    api.stop().await;
}
