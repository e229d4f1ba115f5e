//! What models found, brought in over the API: whom it reaches, what becomes of it, and what is refused.

#![allow(clippy::unwrap_used)]

mod support;

use serde_json::{Value, json};
use sqlx::Executor as _;
use support::{Answer, Api, Person, socket::Socket};
use tandem_protocol::{
    TaskId,
    ws::{Base64, ServerFrame, ServerHot, Subprotocol},
};
use tandem_store::pg::flow;
use yrs::{
    Any, Doc, In, Map, MapPrelim, Out, ReadTxn, Transact, Update,
    types::ToJson,
    updates::{decoder::Decode, encoder::Encode},
};

fn route(api: &Api) -> String {
    format!("/api/v1/projects/{}/predictions", api.a().project)
}

fn found(label: &str, x: i32, score: Option<f64>) -> Value {
    json!({ "label": label, "geometry": { "kind": "box", "x": x, "y": 1, "width": 5, "height": 4 }, "score": score })
}

fn of(task: &str, source: &str, regions: &[Value]) -> Value {
    json!({ "task_id": task, "source": source, "regions": regions })
}

async fn suggest(api: &Api, predictions: &[Value]) -> Value {
    api.admin().post(&route(api), json!({ "predictions": predictions })).await.expect(201)["items"].take()
}

/// Somebody in a task, with a copy of its document.
struct Tab {
    socket: Socket,
    doc: Doc,
    seq: u64,
}

impl Tab {
    async fn open(api: &Api, person: &Person<'_>, task: &str) -> Self {
        let mut socket = Socket::hello(api.server(), person.token.clone().unwrap(), Subprotocol::Bincode).await;
        socket.join(task.parse::<TaskId>().unwrap()).await;
        let mut tab = Self { socket, doc: Doc::new(), seq: 0 };
        tab.hear().await;
        tab
    }

    /// One more edit.
    async fn hear(&mut self) {
        loop {
            if let ServerFrame::Hot(ServerHot::Sync { bytes, .. } | ServerHot::Update { bytes, .. }) =
                self.socket.next().await.expect("closed")
            {
                self.doc.transact_mut().apply_update(Update::decode_v1(&bytes).unwrap()).unwrap();
                return;
            }
        }
    }

    /// Label, score and source of what is suggested, those of the left first.
    fn suggested(&self) -> Vec<(String, Value, String)> {
        let root = self.doc.get_or_insert_map("suggestions");
        let json = serde_json::to_value(root.to_json(&self.doc.transact())).unwrap();
        let mut all: Vec<Value> = json.as_object().unwrap().values().cloned().collect();
        all.sort_by_key(|one| one["geometry"]["x"].as_f64().unwrap() as i64);
        all.iter()
            .map(|one| (one["label"].as_str().unwrap().to_owned(), one["score"].clone(), one["source"].as_str().unwrap().to_owned()))
            .collect()
    }

    async fn until(&mut self, labels: &[&str]) {
        while self.suggested().iter().map(|(label, ..)| label.as_str()).collect::<Vec<_>>() != labels {
            self.hear().await;
        }
    }

    async fn edit(&mut self, change: impl FnOnce(&Doc)) {
        let before = self.doc.transact().state_vector();
        change(&self.doc);
        let update = self.doc.transact().encode_diff_v1(&before);
        self.seq += 1;
        self.socket.update(self.seq, update).await;
        self.socket.acked(self.seq).await;
    }

    /// As the workbench does: a region of the suggestion's id, and the verdict.
    async fn accept(&mut self, id: &str) {
        self.edit(|doc| {
            let (suggestions, regions, verdicts) =
                (doc.get_or_insert_map("suggestions"), doc.get_or_insert_map("regions"), doc.get_or_insert_map("verdicts"));
            let mut txn = doc.transact_mut();
            let Some(Out::Any(Any::Map(one))) = suggestions.get(&txn, id) else { panic!("no suggestion {id}") };
            let entries = [
                ("label", In::Any(one["label"].clone())),
                ("geometry", In::Any(one["geometry"].clone())),
                ("attributes", In::Map(MapPrelim::default())),
                ("z", In::Any(Any::from_json("0").unwrap())),
                ("created_at", In::Any(Any::from_json("0").unwrap())),
            ];
            regions.insert(&mut txn, id, entries.into_iter().collect::<MapPrelim>());
            verdicts.insert(&mut txn, id, "accepted");
        })
        .await;
    }

    async fn reject(&mut self, id: &str) {
        self.edit(|doc| {
            let verdicts = doc.get_or_insert_map("verdicts");
            verdicts.insert(&mut doc.transact_mut(), id, "rejected");
        })
        .await;
    }

    async fn submit(&self, person: &Person<'_>, work: &Value) -> Value {
        let vector = Base64(self.doc.transact().state_vector().encode_v1());
        let body = json!({ "fencing_token": work["assignment"]["fencing_token"], "state_vector": vector });
        person.post(&format!("/api/v1/assignments/{}/submit", work["assignment"]["id"].as_str().unwrap()), body).await.expect(200)
    }
}

fn task_of(work: &Value) -> &str {
    work["task"]["id"].as_str().unwrap()
}

/// Leased and accepted: what a step of a workflow shows is for whoever has.
async fn begin(person: &Person<'_>) {
    let lease = person.next().await["assignment"].take();
    let accept = format!("/api/v1/assignments/{}/accept", lease["id"].as_str().unwrap());
    person.post(&accept, support::proof(&lease)).await.expect(200);
}

fn ids(item: &Value) -> Vec<&str> {
    item["suggestions"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect()
}

#[actix_web::test]
async fn who_has_the_task_open_sees_suggestions_come_and_submits_only_what_was_accepted() {
    let api = Api::start().await;
    let (ann, bob) = (api.labeler(), api.reviewer());
    let work = ann.next().await;
    let (mut mine, mut theirs) = (Tab::open(&api, &ann, task_of(&work)).await, Tab::open(&api, &bob, task_of(&work)).await);
    let items =
        suggest(&api, &[of(task_of(&work), "yolo 8", &[found("cat", 1, Some(0.9)), found("dog", 20, Some(0.4)), found("dog", 40, None)])])
            .await;
    assert_eq!((&items[0]["outcome"], &items[0]["task_id"]), (&json!("suggested"), &work["task"]["id"]));
    for tab in [&mut mine, &mut theirs] {
        tab.until(&["cat", "dog", "dog"]).await;
        assert_eq!(tab.suggested()[0], ("cat".to_owned(), json!(0.9), "yolo 8".to_owned()));
        assert_eq!(tab.suggested()[2].1, Value::Null);
    }
    let [cat, dog, _] = ids(&items[0])[..] else { panic!("{items}") };
    mine.accept(cat).await;
    mine.reject(dog).await;
    let answer = mine.submit(&ann, &work).await;
    let regions = answer["annotation"]["regions"].as_array().unwrap();
    assert_eq!((regions.len(), &regions[0]["id"], &regions[0]["label"]), (1, &json!(cat), &json!("cat")), "{answer}");
    api.stop().await;
}

#[actix_web::test]
async fn a_task_that_nobody_has_opened_begins_with_its_suggestions() {
    let api = Api::start().await;
    let task = api.a().tasks[0].to_string();
    suggest(&api, &[of(&task, "a", &[found("cat", 1, None)]), of(&task, "b", &[found("dog", 9, Some(1.0))])]).await;
    let ann = api.labeler();
    let work = ann.next().await;
    assert_eq!(task_of(&work), task);
    assert_eq!(Tab::open(&api, &ann, &task).await.suggested().len(), 2);
    api.stop().await;
}

#[actix_web::test]
async fn all_who_answer_without_seeing_one_another_get_them_whenever_they_begin() {
    let api = Api::start().await;
    let (project, task) = (api.a().project, api.a().tasks[0].to_string());
    let mut owner = api.db().owner().await;
    let others = format!("UPDATE tasks SET status = 'cancelled' WHERE project_id = '{project}' AND id <> '{task}'");
    owner.execute(sqlx::AssertSqlSafe(others)).await.unwrap();
    owner.execute("DELETE FROM task_steps s USING tasks t WHERE t.id = s.task_id AND t.status = 'cancelled'").await.unwrap();
    let form = json!({ "id": "two", "steps": [{ "id": "label", "type": "annotation", "completion": { "count": 2 } }] });
    let made = api.admin().post(&format!("/api/v1/projects/{project}/workflows"), json!({ "form": form })).await.expect(201);
    let id = made["id"].as_str().unwrap();
    api.admin().call(&format!("/api/v1/workflows/{id}/activate")).await.expect(200);
    api.admin().post(&format!("/api/v1/workflows/{id}/migrate"), json!({})).await.expect(200);
    // Before the task has begun.
    suggest(&api, &[of(&task, "early", &[found("cat", 1, None)])]).await;
    while flow::begin(&api.db().store, api.a().workspace, project, 100).await.unwrap() > 0 {}
    let other = api.person(&api.a(), api.a().other_labeler);
    begin(&api.labeler()).await;
    let mut mine = Tab::open(&api, &api.labeler(), &task).await;
    mine.until(&["cat"]).await;
    // One has begun, the other has not.
    suggest(&api, &[of(&task, "late", &[found("dog", 9, None)])]).await;
    mine.until(&["cat", "dog"]).await;
    begin(&other).await;
    Tab::open(&api, &other, &task).await.until(&["cat", "dog"]).await;
    api.stop().await;
}

#[actix_web::test]
async fn a_new_set_of_a_source_replaces_what_nobody_has_decided() {
    let api = Api::start().await;
    let ann = api.labeler();
    let work = ann.next().await;
    let task = task_of(&work);
    let mut tab = Tab::open(&api, &ann, task).await;
    let items = suggest(&api, &[of(task, "a", &[found("cat", 1, None), found("cat", 5, None), found("cat", 9, None)])]).await;
    suggest(&api, &[of(task, "b", &[found("dog", 20, None)])]).await;
    tab.until(&["cat", "cat", "cat", "dog"]).await;
    tab.accept(ids(&items[0])[0]).await;
    tab.reject(ids(&items[0])[1]).await;
    suggest(&api, &[of(task, "a", &[found("dog", 30, None)])]).await;
    tab.until(&["cat", "cat", "dog", "dog"]).await;
    suggest(&api, &[of(task, "a", &[])]).await;
    tab.until(&["cat", "cat", "dog"]).await;
    api.stop().await;
}

#[actix_web::test]
async fn a_request_with_the_same_key_suggests_once() {
    let api = Api::start().await;
    let task = api.a().tasks[0].to_string();
    let ask = async |body: &Value| api.admin().send("POST", &route(&api), Some(body.clone()), &[("idempotency-key", "k")]).await;
    let body = json!({ "predictions": [of(&task, "a", &[found("cat", 1, None)])] });
    let (first, second): (Answer, Answer) = (ask(&body).await, ask(&body).await);
    assert_eq!(first.expect(201), second.expect(201));
    assert_eq!(second.header("idempotency-replayed"), Some("true"));
    ask(&json!({ "predictions": [of(&task, "b", &[])] })).await.problem(409, "idempotency_mismatch");
    assert_eq!(Tab::open(&api, &api.reviewer(), &task).await.suggested().len(), 1);
    api.stop().await;
}

#[actix_web::test]
async fn tasks_are_found_by_what_the_integrator_calls_them() {
    let api = Api::start().await;
    let mut owner = api.db().owner().await;
    let [first, second, third] = api.a().tasks;
    let name = format!("UPDATE tasks SET external_id = 'mine-1' WHERE id = '{first}'");
    owner.execute(sqlx::AssertSqlSafe(name)).await.unwrap();
    let done = format!("UPDATE tasks SET status = 'completed' WHERE id = '{third}'");
    owner.execute(sqlx::AssertSqlSafe(done)).await.unwrap();
    let file = api.admin().get(&format!("/api/v1/tasks/{second}")).await.expect(200)["asset"]["filename"].take();
    let items = suggest(
        &api,
        &[
            json!({ "external_id": "mine-1", "source": "a", "regions": [] }),
            json!({ "filename": file, "source": "a", "regions": [] }),
            of(&third.to_string(), "a", &[found("cat", 1, None)]),
        ],
    )
    .await;
    let told: Vec<(&Value, &Value)> = items.as_array().unwrap().iter().map(|item| (&item["task_id"], &item["outcome"])).collect();
    let [a, b, c] = [json!(first), json!(second), json!(third)];
    assert_eq!(told, [(&a, &json!("suggested")), (&b, &json!("suggested")), (&c, &json!("task_done"))]);
    api.stop().await;
}

#[actix_web::test]
async fn every_broken_rule_is_named_and_nothing_is_suggested() {
    let api = Api::start().await;
    let task = api.a().tasks[0].to_string();
    let ask = async |predictions: Value| api.admin().post(&route(&api), json!({ "predictions": predictions })).await.broken();
    let score = json!([of(&task, " ", &[found("cat", 1, Some(1.5))]), { "source": "a", "regions": [] }, { "task_id": task, "filename": "x", "source": "a", "regions": [] }]);
    assert_eq!(
        ask(score).await,
        ["predictions[0].source: min_length", "predictions[0].regions[0].score: range", "predictions[1]: one_of", "predictions[2]: one_of"]
    );
    let wrong = json!([
        of(&task, "a", &[found("cat", 1, None), found("unicorn", 1, None), found("cat", 639, None)]),
        of(&task, "a", &[]),
        of(&uuid::Uuid::now_v7().to_string(), "a", &[]),
        { "external_id": "nobody's", "source": "a", "regions": [] },
        { "filename": "nothing.jpg", "source": "a", "regions": [] },
    ]);
    assert_eq!(
        ask(wrong).await,
        [
            "predictions[0].regions[1].label: unknown_label",
            "predictions[0].regions[2].geometry: inside_image",
            "predictions[1].source: unique",
            "predictions[2].task_id: unknown_task",
            "predictions[3].external_id: unknown_task",
            "predictions[4].filename: unknown_task",
        ]
    );
    assert_eq!(ask(json!([])).await, ["predictions: items"]);
    assert_eq!(Tab::open(&api, &api.reviewer(), &task).await.suggested().len(), 0);
    api.stop().await;
}
