//! The program killed with -9 in the middle of workflows, again and again: during answers, with timers due, while a webhook is called. Every task
//! finishes; each timer and call counts once; no answer is lost or doubled. `TANDEM_KILLS` is how often, `TANDEM_KILLS_SEED` when.

#![allow(clippy::unwrap_used)]

mod support;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use serde_json::{Value, json};
use support::{Api, http::Client, program::Program, proof};
use tandem_protocol::{ProjectId, UserId, WorkspaceRole, rest::NewTask};
use tandem_store::{pg::tasks, testing::Database};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    sync::watch,
};

/// For each kill, so that the last of them finds work.
const TASKS: usize = 8;
/// From the last kill until all is done, at most.
const PATIENCE: Duration = Duration::from_secs(120);

fn size(name: &str, usual: u64) -> u64 {
    #[expect(clippy::disallowed_methods, reason = "tests are sized by the environment")]
    std::env::var(name).ok().map_or(usual, |text| text.parse().unwrap())
}

/// A program that answers each call after a while; what it was called with is kept.
async fn called(keys: Arc<Mutex<Vec<String>>>) -> u16 {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    actix_web::rt::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let keys = Arc::clone(&keys);
            actix_web::rt::spawn(async move {
                let mut bytes = Vec::new();
                let mut chunk = [0; 4096];
                while !bytes.ends_with(b"}") {
                    match stream.read(&mut chunk).await {
                        Ok(count @ 1..) => bytes.extend_from_slice(&chunk[..count]),
                        _ => return,
                    }
                }
                let text = String::from_utf8_lossy(&bytes).into_owned();
                let key = text.lines().find_map(|line| line.strip_prefix("idempotency-key: ")).unwrap_or_default();
                keys.lock().unwrap().push(key.to_owned());
                tokio::time::sleep(Duration::from_millis(150)).await;
                // The caller may be dead by now.
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}").await;
            });
        }
    });
    port
}

/// Two answers, a call, a pause, one more answer.
fn form(port: u16) -> Value {
    json!({"id": "w", "steps": [
        {"id": "label", "type": "annotation", "completion": {"count": 2}},
        {"id": "ask", "type": "webhook", "handler": format!("http://127.0.0.1:{port}/")},
        {"id": "pause", "type": "hold", "timeout": "PT1S", "completion": {"timeout_action": "proceed"}},
        {"id": "check", "type": "annotation"}]})
}

/// The seed's people and four more, on the workflow; their tokens.
async fn prepare(api: &Api, port: u16, count: usize) -> Vec<String> {
    let (project, db) = (api.a().project, api.db());
    let new = NewTask { asset_id: db.a.assets[0], batch_id: None, external_id: None, priority: None, input: None };
    let made = api.admin().post(&format!("/api/v1/projects/{project}/workflows"), json!({"form": form(port)})).await.expect(201);
    api.admin().call(&format!("/api/v1/workflows/{}/activate", made["id"].as_str().unwrap())).await.expect(200);
    let mut tx = db.a.as_user(db.a.admin).begin(&db.store).await.unwrap();
    tasks::create(&mut tx, project, &vec![new; count]).await.unwrap();
    tx.commit().await.unwrap();
    let mut people: Vec<UserId> = vec![api.a().labeler, api.a().other_labeler];
    for number in 0..4 {
        people.push(api.newcomer(&format!("p{number}"), Some(tandem_protocol::ProjectRole::Labeler)).await);
    }
    people.into_iter().map(|user| api.token(api.a().workspace, user, WorkspaceRole::Member)).collect()
}

/// Somebody who works until they are told to go home, whatever becomes of the server. Says which leases' answers were acknowledged.
async fn toil(base: String, token: String, project: ProjectId, home: watch::Receiver<bool>) -> Vec<String> {
    let client = Client::new(&base);
    let mut acknowledged = Vec::new();
    while !*home.borrow() {
        let next = client.try_as(&token, "POST", &format!("/api/v1/projects/{project}/next"), &json!({})).await;
        let lease = match next {
            Some(answer) if answer.status == 200 => answer.json()["work"]["assignment"].clone(),
            _ => Value::Null,
        };
        let Some(id) = lease["id"].as_str() else {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        // Asked until it is known, as a client does.
        loop {
            match client.try_as(&token, "POST", &format!("/api/v1/assignments/{id}/submit"), &proof(&lease)).await {
                Some(answer) if answer.status == 200 => {
                    acknowledged.push(id.to_owned());
                    break;
                }
                Some(answer) if answer.status < 500 => panic!("{} {}", answer.status, answer.text()),
                _ if *home.borrow() => break,
                _ => tokio::time::sleep(Duration::from_millis(30)).await,
            }
        }
    }
    acknowledged
}

#[actix_web::test]
async fn killed_again_and_again_every_task_finishes_and_everything_counts_once() {
    let keys = Arc::new(Mutex::new(Vec::new()));
    let called_at = called(Arc::clone(&keys)).await;
    let api = Api::start().await;
    let kills = size("TANDEM_KILLS", 6);
    let tasks = TASKS * usize::try_from(kills).unwrap();
    let tokens = prepare(&api, called_at, tasks).await;
    let (project, database) = (api.a().project, Arc::clone(&api.server().database));
    // From here on only the program that is killed moves tasks.
    api.stop().await;

    let mut program = Program::new(Arc::clone(&database), &[("TANDEM_CALL_HOSTS", format!("127.0.0.1:{called_at}"))]);
    program.start();
    let (send_home, home) = watch::channel(false);
    let base = program.base();
    let work: Vec<_> = tokens.into_iter().map(|token| actix_web::rt::spawn(toil(base.clone(), token, project, home.clone()))).collect();

    let mut rng = StdRng::seed_from_u64(size("TANDEM_KILLS_SEED", 1));
    let mut in_the_middle = 0;
    for _ in 0..kills {
        tokio::time::sleep(Duration::from_millis(rng.random_range(300..3_000))).await;
        program.kill_9();
        in_the_middle += u64::from(left(&database, project).await > 0);
        // Nobody waits out the minute and a half in which a dead node may still be at a call.
        sqlx::query("UPDATE task_calls SET leased_until = now() WHERE leased_until IS NOT NULL")
            .execute(&mut database.owner().await)
            .await
            .unwrap();
        program = actix_web::rt::task::spawn_blocking(move || {
            program.start();
            program
        })
        .await
        .unwrap();
    }
    assert!(2 * in_the_middle > kills, "{in_the_middle} of {kills} kills were in the middle of the work");
    let begun = Instant::now();
    loop {
        let left = left(&database, project).await;
        if left == 0 {
            break;
        }
        assert!(begun.elapsed() < PATIENCE, "{left} tasks are not done");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    send_home.send(true).unwrap();
    let mut acknowledged = BTreeSet::new();
    for person in work {
        acknowledged.extend(person.await.unwrap());
    }
    program.kill_9();
    everything_counted_once(&database, project, tasks, &acknowledged).await;
    let keys = keys.lock().unwrap();
    let distinct: BTreeSet<&String> = keys.iter().collect();
    assert_eq!(distinct.len(), tasks, "one call a task, made again with the same key where its node died: {keys:?}");
}

/// Tasks that are not done.
async fn left(database: &Database, project: ProjectId) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM tasks WHERE project_id = $1 AND workflow_id IS NOT NULL AND status <> 'completed'")
        .bind(project.0)
        .fetch_one(&mut database.owner().await)
        .await
        .unwrap()
}

async fn everything_counted_once(database: &Database, project: ProjectId, tasks: usize, acknowledged: &BTreeSet<String>) {
    let mut owner = database.owner().await;
    let answers: Vec<(uuid::Uuid, String, i64, i64)> = sqlx::query_as(
        "SELECT a.task_id, a.step, count(DISTINCT a.user_id), count(n.id) FROM assignments a LEFT JOIN annotations n ON n.assignment_id = a.id
         WHERE a.project_id = $1 AND a.status = 'submitted' GROUP BY a.task_id, a.step",
    )
    .bind(project.0)
    .fetch_all(&mut owner)
    .await
    .unwrap();
    let mut by_step: BTreeMap<&str, usize> = BTreeMap::new();
    for (task, step, people, kept) in answers.iter().filter(|(.., step, _, _)| step == "label" || step == "check") {
        let needed = if step == "label" { 2 } else { 1 };
        assert_eq!((*people, *kept), (needed, needed), "{step} of {task}");
        *by_step.entry(step).or_default() += 1;
    }
    assert_eq!(by_step, BTreeMap::from([("check", tasks), ("label", tasks)]));
    let submitted: Vec<String> = sqlx::query_scalar("SELECT id::text FROM assignments WHERE project_id = $1 AND status = 'submitted'")
        .bind(project.0)
        .fetch_all(&mut owner)
        .await
        .unwrap();
    let submitted: BTreeSet<String> = submitted.into_iter().collect();
    assert!(acknowledged.is_subset(&submitted), "acknowledged and lost");

    // How each task came to its end: begun, two answers, the call's end, the timer, an answer, each once, and none out of nowhere.
    let steps: Vec<(uuid::Uuid, String, Option<Value>, Value)> = sqlx::query_as(
        "SELECT task_id, trigger, from_state, to_state FROM state_transitions WHERE project_id = $1 AND task_id IS NOT NULL ORDER BY task_id, occurred_at, id",
    )
    .bind(project.0)
    .fetch_all(&mut owner)
    .await
    .unwrap();
    let mut told: BTreeMap<uuid::Uuid, Vec<(String, Option<Value>, Value)>> = BTreeMap::new();
    for (task, trigger, from, to) in steps {
        told.entry(task).or_default().push((trigger, from, to));
    }
    assert_eq!(told.len(), tasks);
    for (task, steps) in told {
        let triggers: Vec<&str> = steps.iter().map(|(trigger, ..)| trigger.as_str()).collect();
        assert_eq!(triggers, ["begun", "answer", "answer", "program", "timer", "answer"], "{task}");
        for pair in steps.windows(2) {
            assert_eq!(Some(&pair[0].2), pair[1].1.as_ref(), "{task}: each step begins where the one before ended");
        }
    }
    let left: i64 = sqlx::query_scalar("SELECT (SELECT count(*) FROM task_timers) + (SELECT count(*) FROM task_calls)")
        .fetch_one(&mut owner)
        .await
        .unwrap();
    assert_eq!(left, 0, "nothing is due any more");
}
