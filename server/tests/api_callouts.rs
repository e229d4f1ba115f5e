//! What workflows run outside: a real server, a real program that it calls, and what becomes of the task.

#![allow(clippy::unwrap_used)]

mod support;

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use sqlx::Executor as _;
use support::{Api, socket::Socket};
use tandem_protocol::ws::{ServerFrame, ServerHot, Subprotocol};
use tandem_store::pg::flow;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};
use yrs::{Transact as _, types::ToJson as _, updates::decoder::Decode as _};

/// Longer than anything here takes, on a busy machine too.
const PATIENCE: Duration = Duration::from_secs(30);

/// How the program answers a call: a status and a body, or not at all.
type Said = Option<(u16, String)>;

/// A program that workflows call. What it was sent is kept; how it answers is given beforehand, and after that it says `{}`.
#[derive(Clone, Default)]
struct Program {
    calls: Arc<Mutex<Vec<(String, Value)>>>,
    answers: Arc<Mutex<VecDeque<Said>>>,
    port: u16,
}

impl Program {
    async fn start(answers: impl IntoIterator<Item = Said>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let answers = Arc::new(Mutex::new(answers.into_iter().collect()));
        let program = Self { answers, port: listener.local_addr().unwrap().port(), ..Self::default() };
        let here = program.clone();
        actix_web::rt::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                actix_web::rt::spawn(here.clone().answer(stream));
            }
        });
        program
    }

    async fn answer(self, mut stream: TcpStream) {
        let mut bytes = Vec::new();
        let (head, body) = loop {
            let mut chunk = [0; 4096];
            let Ok(count @ 1..) = stream.read(&mut chunk).await else { return };
            bytes.extend_from_slice(&chunk[..count]);
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
            if header(head, "content-length").parse::<usize>().unwrap() <= body.len() {
                break (head.to_owned(), body.to_owned());
            }
        };
        self.calls.lock().unwrap().push((header(&head, "idempotency-key"), serde_json::from_str(&body).unwrap()));
        let said = self.answers.lock().unwrap().pop_front().unwrap_or(Some((200, "{}".to_owned())));
        match said {
            Some((status, body)) => {
                let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
            None => tokio::time::sleep(PATIENCE * 10).await,
        }
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}/predict", self.port)
    }

    fn keys(&self) -> Vec<String> {
        self.calls.lock().unwrap().iter().map(|(key, _)| key.clone()).collect()
    }

    async fn server(&self) -> Api {
        let hosts = format!("127.0.0.1:{}", self.port);
        Api::with(&[("call_hosts", &hosts)]).await
    }
}

fn header(head: &str, name: &str) -> String {
    let line = head.lines().find(|line| line.to_lowercase().starts_with(&format!("{name}:")));
    line.map(|line| line.split_once(':').unwrap().1.trim().to_owned()).unwrap_or_default()
}

/// Only the first task, on this workflow.
async fn on_workflow(api: &Api, form: Value) {
    let (project, task) = (api.a().project, api.a().tasks[0]);
    let mut owner = api.db().owner().await;
    let others = format!("UPDATE tasks SET status = 'cancelled' WHERE project_id = '{project}' AND id <> '{task}'");
    owner.execute(sqlx::AssertSqlSafe(others)).await.unwrap();
    owner.execute("DELETE FROM task_steps s USING tasks t WHERE t.id = s.task_id AND t.status = 'cancelled'").await.unwrap();
    let made = api.admin().post(&format!("/api/v1/projects/{project}/workflows"), json!({"form": form})).await.expect(201);
    let id = made["id"].as_str().unwrap();
    api.admin().call(&format!("/api/v1/workflows/{id}/activate")).await.expect(200);
    api.admin().post(&format!("/api/v1/workflows/{id}/migrate"), json!({})).await.expect(200);
    while flow::begin(&api.db().store, api.a().workspace, project, 100).await.unwrap() > 0 {}
}

async fn standing(api: &Api) -> Value {
    api.admin().get(&format!("/api/v1/tasks/{}/standing", api.a().tasks[0])).await.expect(200)
}

/// Where the task stands, once this holds.
async fn until(api: &Api, holds: impl Fn(&Value) -> bool) -> Value {
    let begun = Instant::now();
    loop {
        let now = standing(api).await;
        if holds(&now) {
            return now;
        }
        assert!(begun.elapsed() < PATIENCE, "{now}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Whatever is put off is due now.
async fn hurry(api: &Api) {
    let mut owner = api.db().owner().await;
    owner.execute("UPDATE task_calls SET due = now() WHERE due IS NOT NULL").await.unwrap();
    owner.execute("UPDATE task_timers SET due = now()").await.unwrap();
}

fn calling(kind: &str, url: &str, more: &Value) -> Value {
    let mut step = json!({"id": "ask", "type": kind, "handler": url, "config": {"threshold": 0.5}});
    step.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({"id": "w", "steps": [step, {"id": "label", "type": "annotation"}]})
}

#[actix_web::test]
async fn what_a_webhook_answers_is_its_steps_output() {
    let program = Program::start([Some((200, json!({"kind": "page"}).to_string()))]).await;
    let api = program.server().await;
    on_workflow(&api, calling("webhook", &program.url(), &json!({}))).await;
    let now = until(&api, |now| now["open"][0]["step"] == "label").await;
    assert_eq!(now["context"]["steps"]["ask"]["output"], json!({"kind": "page"}));
    let calls = program.calls.lock().unwrap().clone();
    let [(key, body)] = &calls[..] else { panic!("{calls:?}") };
    assert!(key.starts_with(&format!("{}/ask/", api.a().tasks[0])), "{key}");
    assert_eq!((&body["step"], &body["config"]["threshold"]), (&json!("ask"), &json!(0.5)), "{body}");
    api.stop().await;
}

#[actix_web::test]
async fn what_will_never_be_answered_fails_the_step_at_once() {
    let program = Program::start([Some((400, "no".to_owned()))]).await;
    let api = program.server().await;
    on_workflow(&api, calling("webhook", &program.url(), &json!({}))).await;
    until(&api, |now| now["held"] == "failed").await;
    assert_eq!(program.keys().len(), 1);
    let resolve = json!({"action": "resolve", "step": "ask", "output": {"kind": "page"}, "reason": "asked by hand"});
    api.admin().post(&format!("/api/v1/tasks/{}/steer", api.a().tasks[0]), resolve).await.expect(200);
    assert_eq!(standing(&api).await["open"][0]["step"], json!("label"));
    api.stop().await;
}

#[actix_web::test]
async fn what_is_busy_is_asked_again_with_the_same_key() {
    let program = Program::start([Some((503, String::new())), Some((429, String::new())), Some((200, "1".to_owned()))]).await;
    let api = program.server().await;
    on_workflow(&api, calling("webhook", &program.url(), &json!({}))).await;
    let begun = Instant::now();
    while standing(&api).await["open"][0]["step"] != "label" {
        assert!(begun.elapsed() < PATIENCE);
        hurry(&api).await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let keys = program.keys();
    assert_eq!(keys.len(), 3, "{keys:?}");
    assert!(keys.iter().all(|key| *key == keys[0]), "a repetition can be told: {keys:?}");
    api.stop().await;
}

#[actix_web::test]
async fn a_step_tries_again_as_often_as_it_says_each_time_as_a_new_call() {
    let program = Program::start([Some((400, String::new())), Some((400, String::new())), Some((200, "1".to_owned()))]).await;
    let api = program.server().await;
    on_workflow(&api, calling("webhook", &program.url(), &json!({"retry": {"max_attempts": 3, "delay": "PT1H"}}))).await;
    let begun = Instant::now();
    while standing(&api).await["open"][0]["step"] != "label" {
        assert!(begun.elapsed() < PATIENCE);
        hurry(&api).await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let keys = program.keys();
    assert_eq!(keys.len(), 3, "{keys:?}");
    assert!(keys[0] != keys[1] && keys[1] != keys[2], "the program has refused the calls before: {keys:?}");
    assert_eq!(standing(&api).await["context"]["steps"]["ask"]["attempts"], json!(3));
    api.stop().await;
}

#[actix_web::test]
async fn what_comes_back_after_the_step_gave_up_waiting_is_not_taken_for_its_next_attempt() {
    let program = Program::start([None, Some((200, "\"second\"".to_owned()))]).await;
    let api = program.server().await;
    on_workflow(&api, calling("webhook", &program.url(), &json!({"timeout": "PT1H", "retry": {"max_attempts": 2}}))).await;
    let begun = Instant::now();
    while program.keys().is_empty() {
        assert!(begun.elapsed() < PATIENCE);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // As the node holds it that waits for the first answer.
    let late: (i32, chrono::DateTime<chrono::Utc>) =
        sqlx::query_as("SELECT attempts, created_at FROM task_calls").fetch_one(&mut api.db().owner().await).await.unwrap();
    hurry(&api).await;
    until(&api, |now| now["context"]["steps"]["ask"]["attempts"] == 2).await;
    let call = flow::Call {
        workspace: api.a().workspace,
        project: api.a().project,
        task: api.a().tasks[0],
        step: "ask".to_owned(),
        kind: "webhook".to_owned(),
        input: Value::Null,
        attempts: late.0,
        since: late.1,
    };
    let mut tx = api.a().as_user(api.a().admin).begin(&api.db().store).await.unwrap();
    assert!(!flow::answer_call(&mut tx, &call, Ok(json!("first"))).await.unwrap());
    tx.commit().await.unwrap();
    api.stop().await;
}

/// What is in the live document of a task's open step, as its holder meets it: labels.
async fn drawn(api: &Api) -> Vec<String> {
    let work = api.labeler().next().await;
    let submit = format!("/api/v1/assignments/{}/submit", work["assignment"]["id"].as_str().unwrap());
    let answer = api.labeler().post(&submit, support::proof(&work["assignment"])).await.expect(200);
    let regions = answer["annotation"]["regions"].as_array().unwrap().clone();
    regions.iter().map(|region| region["label"].as_str().unwrap().to_owned()).collect()
}

#[actix_web::test]
async fn what_a_model_found_is_where_people_begin() {
    let found = json!({"regions": [{"label": "cat", "geometry": {"kind": "box", "x": 1.0, "y": 2.0, "width": 30.0, "height": 40.0}}]});
    let program = Program::start([Some((200, found.to_string()))]).await;
    let api = program.server().await;
    on_workflow(&api, calling("model", &program.url(), &json!({}))).await;
    until(&api, |now| now["open"][0]["step"] == "label").await;
    assert_eq!(drawn(&api).await, ["cat"]);
    api.stop().await;
}

#[actix_web::test]
async fn what_a_model_suggests_is_there_to_be_decided_and_no_answer() {
    let found = json!({"regions": [{"label": "cat", "geometry": {"kind": "box", "x": 1.0, "y": 2.0, "width": 30.0, "height": 40.0}, "score": 0.75}]});
    let program = Program::start([Some((200, found.to_string()))]).await;
    let api = program.server().await;
    let config = json!({"config": {"show_suggestions": true, "model": "yolo 8"}});
    on_workflow(&api, calling("model", &program.url(), &config)).await;
    until(&api, |now| now["open"][0]["step"] == "label").await;
    let work = api.labeler().next().await;
    let accept = format!("/api/v1/assignments/{}/accept", work["assignment"]["id"].as_str().unwrap());
    api.labeler().post(&accept, support::proof(&work["assignment"])).await.expect(200);
    let mut socket = Socket::hello(api.server(), api.labeler().token.unwrap(), Subprotocol::Bincode).await;
    socket.join(api.a().tasks[0]).await;
    let doc = yrs::Doc::new();
    let sync = socket
        .wait(|frame| match frame {
            ServerFrame::Hot(ServerHot::Sync { bytes, .. }) => Some(bytes.clone()),
            _ => None,
        })
        .await;
    doc.transact_mut().apply_update(yrs::Update::decode_v1(&sync).unwrap()).unwrap();
    let root = doc.get_or_insert_map("suggestions");
    let suggested = serde_json::to_value(root.to_json(&doc.transact())).unwrap();
    let [one] = suggested.as_object().unwrap().values().collect::<Vec<_>>()[..] else { panic!("{suggested}") };
    assert_eq!((&one["label"], &one["score"], &one["source"]), (&json!("cat"), &json!(0.75), &json!("yolo 8")));
    let submit = format!("/api/v1/assignments/{}/submit", work["assignment"]["id"].as_str().unwrap());
    let answer = api.labeler().post(&submit, support::proof(&work["assignment"])).await.expect(200);
    assert_eq!(answer["annotation"]["regions"], json!([]));
    api.stop().await;
}

#[actix_web::test]
async fn what_a_model_found_must_fit_the_project() {
    let found = json!({"regions": [{"label": "unicorn", "geometry": {"kind": "box", "x": 1.0, "y": 2.0, "width": 30.0, "height": 40.0}}]});
    let program = Program::start([Some((200, found.to_string()))]).await;
    let api = program.server().await;
    on_workflow(&api, calling("model", &program.url(), &json!({}))).await;
    let now = until(&api, |now| now["held"] == "failed").await;
    assert_eq!(now["open"], json!([]), "{now}");
    api.stop().await;
}

#[actix_web::test]
async fn a_host_that_the_operator_did_not_name_is_never_called() {
    let program = Program::start([]).await;
    let api = Api::with(&[("call_hosts", "models.example")]).await;
    on_workflow(&api, calling("webhook", &program.url(), &json!({}))).await;
    until(&api, |now| now["held"] == "failed").await;
    assert!(program.keys().is_empty());
    api.stop().await;
}

#[actix_web::test]
async fn an_external_agent_answers_through_the_api_once() {
    let api = Api::start().await;
    on_workflow(&api, calling("external_agent", "reader", &json!({"retry": {"max_attempts": 2}}))).await;
    let now = standing(&api).await;
    assert_eq!((&now["held"], &now["open"]), (&Value::Null, &json!([])), "{now}");
    let answer = format!("/api/v1/tasks/{}/steps/ask/result", api.a().tasks[0]);
    api.labeler().post(&answer, json!({"output": 1})).await.problem(403, "forbidden");
    api.admin().post(&answer, json!({"error": "out of paper"})).await.expect(204);
    until(&api, |now| now["context"]["steps"]["ask"]["attempts"] == 2).await;
    api.admin().post(&answer, json!({"output": {"text": "words"}})).await.expect(204);
    let now = standing(&api).await;
    assert_eq!((&now["open"][0]["step"], &now["context"]["steps"]["ask"]["output"]), (&json!("label"), &json!({"text": "words"})));
    api.admin().post(&answer, json!({"output": 2})).await.problem(409, "not_now");
    api.stop().await;
}

#[actix_web::test]
async fn what_the_server_asks_itself_nobody_answers_through_the_api() {
    let program = Program::start([None]).await;
    let api = program.server().await;
    on_workflow(&api, calling("webhook", &program.url(), &json!({}))).await;
    let answer = format!("/api/v1/tasks/{}/steps/ask/result", api.a().tasks[0]);
    api.admin().post(&answer, json!({"output": 1})).await.problem(409, "not_now");
    api.stop().await;
}

#[actix_web::test]
async fn a_host_that_is_slow_keeps_no_other_waiting() {
    let slow = Program::start((0..200).map(|_| None)).await;
    let fast = Program::start([]).await;
    let hosts = format!("localhost:{},127.0.0.1:{}", slow.port, fast.port);
    let api = Api::with(&[("call_hosts", &hosts)]).await;
    let url = format!("http://localhost:{}/", slow.port);
    on_workflow(&api, calling("webhook", &fast.url(), &json!({}))).await;
    until(&api, |now| now["open"][0]["step"] == "label").await;
    // As many as there are places, all of them to the slow one and due before.
    let (task, project) = (api.a().tasks[0], api.a().project);
    for number in 0..100 {
        sqlx::query(
            "INSERT INTO task_calls (project_id, task_id, step, workspace_id, kind, input, due)
             VALUES ($1, $2, $3, $4, 'webhook', $5, now() - interval '1 minute')",
        )
        .bind(project.0)
        .bind(task.0)
        .bind(format!("slow{number}"))
        .bind(api.a().workspace.0)
        .bind(json!({"handler": url}))
        .execute(&mut api.db().owner().await)
        .await
        .unwrap();
    }
    let begun = Instant::now();
    while slow.keys().is_empty() {
        assert!(begun.elapsed() < PATIENCE);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let reset = json!({"action": "reset", "step": "ask", "reason": "once more"});
    api.admin().post(&format!("/api/v1/tasks/{task}/steer"), reset).await.expect(200);
    let begun = Instant::now();
    while fast.keys().len() < 2 {
        assert!(begun.elapsed() < Duration::from_secs(20), "the slow one answers after 30 s at the earliest");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(slow.keys().len() <= 16, "not more at once");
    api.stop().await;
}

#[actix_web::test]
async fn an_answer_that_cannot_be_kept_fails_the_step_and_is_asked_for_once() {
    let program = Program::start([Some((200, r#"{"kind": "a\u0000"}"#.to_owned()))]).await;
    let api = program.server().await;
    on_workflow(&api, calling("webhook", &program.url(), &json!({}))).await;
    until(&api, |now| now["held"] == "failed").await;
    assert_eq!(program.keys().len(), 1);
    api.stop().await;
}

/// What is made of the answer cannot be computed from this one.
#[actix_web::test]
async fn an_answer_that_the_workflow_cannot_take_fails_the_step() {
    let program = Program::start([Some((200, r#"{"kind": "page"}"#.to_owned()))]).await;
    let api = program.server().await;
    let mapping = json!({"output_mapping": {"double": {"$expr": "$.event.output.kind * 2"}}});
    on_workflow(&api, calling("webhook", &program.url(), &mapping)).await;
    until(&api, |now| now["held"] == "failed").await;
    assert_eq!(program.keys().len(), 1);
    api.stop().await;
}
