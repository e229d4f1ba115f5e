//! Labels that are renamed and merged over the API: what is said before, and that all stored work follows: annotations, drafts that people have open,
//! drafts nobody has open, what workflows remember.

#![allow(clippy::unwrap_used)]

mod support;

use std::time::Duration;

use serde_json::{Value, json};
use support::{Api, Person, socket::Socket};
use tandem_protocol::{
    TaskId,
    ws::{Base64, ServerFrame, ServerHot, Subprotocol},
};
use yrs::{
    Any, Doc, In, Map, MapPrelim, Out, ReadTxn, Transact, Update,
    updates::{decoder::Decode, encoder::Encode},
};

fn project(api: &Api) -> String {
    format!("/api/v1/projects/{}", api.a().project)
}

fn jobs(api: &Api) -> String {
    format!("{}/jobs", project(api))
}

fn relabel(from: &str, to: &str) -> Value {
    json!({ "kind": "relabel", "input": { "from": from, "to": to } })
}

/// Labels of the project: boxes and points; polygons alone; boxes alone.
async fn with_labels(api: &Api) {
    let label = |name: &str, kinds: Value| json!({ "name": name, "color": "#112233", "kinds": kinds });
    let labels = json!([label("car", json!([])), label("vehicle", json!(["box", "point"])), label("area", json!(["polygon"]))]);
    api.admin().patch(&project(api), json!({ "label_schema": { "labels": labels } })).await.expect(200);
}

async fn names(api: &Api) -> Vec<(String, Value)> {
    let labels = api.admin().get(&project(api)).await.expect(200)["label_schema"]["labels"].take();
    let pair = |label: &Value| (label["name"].as_str().unwrap().to_owned(), label["formerly"].clone());
    labels.as_array().unwrap().iter().map(pair).collect()
}

async fn preview(api: &Api, from: &str, to: &str) -> Value {
    api.admin().get(&format!("{}/relabel-preview?from={from}&to={to}", project(api))).await.expect(200)
}

/// Starts it and waits until it has ended well; what came of it.
async fn done(api: &Api, from: &str, to: &str) -> Value {
    let made = api.admin().post(&jobs(api), relabel(from, to)).await.expect(201);
    let path = format!("/api/v1/jobs/{}", made["id"].as_str().unwrap());
    for _ in 0..600 {
        let now = api.admin().get(&path).await.expect(200);
        if !["queued", "running"].contains(&now["state"].as_str().unwrap()) {
            assert_eq!(now["state"], "succeeded", "{now}");
            return now["result"].clone();
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{path} has not ended");
}

fn region(label: &str) -> In {
    let geometry = r#"{"kind":"box","x":1,"y":1,"width":5,"height":4}"#;
    let entries: [(&str, In); 5] = [
        ("label", In::Any(Any::from(label))),
        ("geometry", In::Any(Any::from_json(geometry).unwrap())),
        ("attributes", In::Map(MapPrelim::default())),
        ("z", In::Any(Any::from_json("0").unwrap())),
        ("created_at", In::Any(Any::from_json("0").unwrap())),
    ];
    In::Map(entries.into_iter().collect::<MapPrelim>())
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
        Self { socket, doc: Doc::new(), seq: 0 }
    }

    async fn draw(&mut self, label: &str) {
        let before = self.doc.transact().state_vector();
        let regions = self.doc.get_or_insert_map("regions");
        regions.insert(&mut self.doc.transact_mut(), uuid::Uuid::now_v7().to_string(), region(label));
        let update = self.doc.transact().encode_diff_v1(&before);
        self.seq += 1;
        self.socket.update(self.seq, update).await;
        self.socket.acked(self.seq).await;
    }

    fn labels(&self) -> Vec<String> {
        let regions = self.doc.get_or_insert_map("regions");
        let txn = self.doc.transact();
        let label = |(_, region): (&str, Out)| match region {
            Out::YMap(region) => region.get(&txn, "label").map(|label| label.to_string(&txn)).unwrap_or_default(),
            _ => String::new(),
        };
        let mut labels: Vec<String> = regions.iter(&txn).map(label).collect();
        labels.sort();
        labels
    }

    async fn until(&mut self, labels: &[&str]) {
        while self.labels() != labels {
            if let ServerFrame::Hot(ServerHot::Sync { bytes, .. } | ServerHot::Update { bytes, .. }) =
                self.socket.next().await.expect("closed")
            {
                self.doc.transact_mut().apply_update(Update::decode_v1(&bytes).unwrap()).unwrap();
            }
        }
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

fn submitted(answer: &Value) -> Vec<&str> {
    answer["annotation"]["regions"].as_array().unwrap().iter().map(|region| region["label"].as_str().unwrap()).collect()
}

#[actix_web::test]
async fn what_was_submitted_and_what_is_being_drawn_follow_a_label_that_is_renamed() {
    let api = Api::start().await;
    with_labels(&api).await;
    let (ann, bob) = (api.labeler(), api.reviewer());
    let work = ann.next().await;
    let mut tab = Tab::open(&api, &ann, task_of(&work)).await;
    tab.draw("car").await;
    tab.draw("vehicle").await;
    let first = tab.submit(&ann, &work).await;
    let open = ann.next().await;
    let mut mine = Tab::open(&api, &ann, task_of(&open)).await;
    mine.draw("car").await;
    let mut theirs = Tab::open(&api, &bob, task_of(&open)).await;
    theirs.until(&["car"]).await;

    let before = preview(&api, "car", "auto").await;
    assert_eq!(
        (&before["change"], &before["regions"], &before["annotations"], &before["tasks"]),
        (&json!("rename"), &json!(1), &json!(1), &json!(1))
    );
    assert_eq!((&before["kinds"], &before["problems"]), (&json!([{ "kind": "box", "regions": 1, "fits": true }]), &json!([])));
    assert_eq!((&before["open_tasks"], &before["samples"][0]["task_id"]), (&json!(1), &json!(task_of(&work))));

    let result = done(&api, "car", "auto").await;
    assert_eq!((&result["annotations"], &result["regions"], &result["documents"]), (&json!(1), &json!(1), &json!(1)), "{result}");
    mine.until(&["auto"]).await;
    theirs.until(&["auto"]).await;
    let annotation = format!("/api/v1/annotations/{}", first["annotation"]["id"].as_str().unwrap());
    let mut now: Vec<String> = ann.get(&annotation).await.expect(200)["regions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["label"].as_str().unwrap().to_owned())
        .collect();
    now.sort();
    assert_eq!(now, ["auto", "vehicle"]);
    let listed = api.admin().get(&format!("{}/regions?label=auto", project(&api))).await.expect(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    let history = ann.get(&format!("{annotation}/history")).await.expect(200);
    let last = history["items"].as_array().unwrap().iter().find(|event| event["event_type"] == "relabelled").unwrap().clone();
    assert_eq!((&last["changes"]["labels"], &last["actor_id"]), (&json!({ "car": "auto" }), &json!(api.a().admin)));
    assert_eq!(last["changes"]["changed"].as_array().unwrap().len(), 1);

    // Somebody who was offline still says what it was called.
    mine.draw("car").await;
    assert_eq!(submitted(&mine.submit(&ann, &open).await), ["auto", "auto"]);
    assert_eq!(names(&api).await[0], ("auto".to_owned(), json!(["car"])));
    assert_eq!(done(&api, "car", "auto").await["documents"], 0, "asked again it goes over what is left");
    api.stop().await;
}

#[actix_web::test]
async fn a_label_is_merged_only_where_all_its_regions_fit() {
    let api = Api::start().await;
    with_labels(&api).await;
    let ann = api.labeler();
    let work = ann.next().await;
    let mut tab = Tab::open(&api, &ann, task_of(&work)).await;
    tab.draw("car").await;
    tab.submit(&ann, &work).await;

    let refused = preview(&api, "car", "area").await;
    assert_eq!(
        (&refused["change"], &refused["problems"][0]["rule"], &refused["kinds"][0]["fits"]),
        (&Value::Null, &json!("kind_not_allowed"), &json!(false))
    );
    assert_eq!(api.admin().post(&jobs(&api), relabel("car", "area")).await.broken(), ["input.to: kind_not_allowed"]);
    assert_eq!(names(&api).await.len(), 3, "nothing was changed");

    assert_eq!(preview(&api, "car", "vehicle").await["change"], "merge");
    assert_eq!(done(&api, "car", "vehicle").await["regions"], 1);
    assert_eq!(names(&api).await, [("vehicle".to_owned(), json!(["car"])), ("area".to_owned(), json!([]))]);
    let label = json!({ "name": "car", "color": "#445566", "formerly": ["x"] });
    let patch = json!({ "label_schema": { "labels": [{ "name": "vehicle", "color": "#112233" }, label] } });
    assert_eq!(api.admin().patch(&project(&api), patch).await.broken(), ["label_schema.labels[1].name: formerly"]);
    let patch = json!({ "label_schema": { "labels": [{ "name": "vehicle", "color": "#998877" }] } });
    api.admin().patch(&project(&api), patch).await.expect(200);
    assert_eq!(names(&api).await, [("vehicle".to_owned(), json!(["car"]))], "what is sent does not count");
    api.stop().await;
}

#[actix_web::test]
async fn what_cannot_be_changed_is_refused_by_field_and_rule() {
    let api = Api::start().await;
    with_labels(&api).await;
    let admin = api.admin();
    for (from, to, wrong) in
        [("cat", "dog", "input.from: unknown_label"), ("car", "car", "input.to: different"), ("car", " x", "input.to: blank_ends")]
    {
        assert_eq!(admin.post(&jobs(&api), relabel(from, to)).await.broken(), [wrong]);
    }
    assert_eq!(preview(&api, "cat", "dog").await["problems"][0]["field"], "from");
    let refused = api.reviewer().post(&jobs(&api), relabel("car", "auto")).await.problem(403, "forbidden");
    assert_eq!(refused["details"]["action"], "project.update");
    api.labeler().get(&format!("{}/relabel-preview?from=car&to=auto", project(&api))).await.problem(403, "forbidden");
    api.stop().await;
}

#[actix_web::test]
async fn one_label_is_changed_after_the_other() {
    let api = Api::with(&[("jobs.workers", "0")]).await;
    with_labels(&api).await;
    api.admin().post(&jobs(&api), relabel("car", "auto")).await.expect(201);
    api.admin().post(&jobs(&api), relabel("area", "zone")).await.problem(409, "job_open");
    assert_eq!(names(&api).await.last().unwrap().0, "area");
    api.stop().await;
}

#[actix_web::test]
async fn a_layout_of_before_goes_on_asking_for_the_label_it_knows() {
    let api = Api::start().await;
    with_labels(&api).await;
    let source = r#"<Layout id="cars"><ImageAnnotator bind:source="$.input.image" bind:value="$.output.shapes" tools="box">
        <Label name="car" min="1" /></ImageAnnotator></Layout>"#;
    let layouts = format!("{}/layouts", project(&api));
    let made = api.admin().post(&layouts, json!({ "name": "Cars", "source": source })).await.expect(201);
    api.admin().call(&format!("{layouts}/{}/activate", made["id"].as_str().unwrap())).await.expect(200);
    assert_eq!(preview(&api, "car", "auto").await["layouts"][0]["name"], "Cars");
    done(&api, "car", "auto").await;
    let ann = api.labeler();
    let work = ann.next().await;
    let mut tab = Tab::open(&api, &ann, task_of(&work)).await;
    tab.draw("auto").await;
    let answer = tab.submit(&ann, &work).await;
    assert_eq!(submitted(&answer), ["auto"], "one car at least was asked for, and no other label");
    api.stop().await;
}
