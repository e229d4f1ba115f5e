//! Submitting what a layout asks: fields are filled in together in the live document, and the server puts the answer together, checks and keeps it.

#![allow(clippy::unwrap_used)]

mod support;

use serde_json::{Value, json};
use support::{Api, Person, socket::Socket};
use tandem_protocol::{
    TaskId,
    ws::{Base64, ServerFrame, ServerHot, Subprotocol},
};
use yrs::{
    Any, Doc, GetString, In, Map, MapPrelim, MapRef, Out, ReadTxn, StateVector, Text, TextPrelim, Transact, Update,
    updates::{decoder::Decode, encoder::Encode},
};

const TICKET: &str = r#"<Layout id="ticket">
  <TextArea bind:value="$.output.notes" label="Notes" required="true" max-length="40" />
  <Select bind:value="$.output.tags" label="Tags" multiple><Option value="urgent" /><Option value="billing" /></Select>
  <NERTagger bind:source="$.input.text" bind:value="$.output.entities" label="Entities" :allow-overlapping="false">
    <EntityType name="Person" />
  </NERTagger>
  <Show when="$.input.kind" equals="invoice"><Number bind:value="$.output.total" label="Total" required="true" min="0" /></Show>
</Layout>"#;

/// The project has this layout, and its tasks this input.
async fn with_layout(api: &Api, source: &str, input: Value) {
    let layouts = format!("/api/v1/projects/{}/layouts", api.a().project);
    let made = api.admin().post(&layouts, json!({ "name": "L", "source": source })).await.expect(201);
    api.admin().call(&format!("{layouts}/{}/activate", made["id"].as_str().unwrap())).await.expect(200);
    sqlx::query("UPDATE tasks SET input = $1").bind(input).execute(&mut api.db().owner().await).await.unwrap();
}

fn submit(work: &Value) -> String {
    format!("/api/v1/assignments/{}/submit", work["assignment"]["id"].as_str().unwrap())
}

/// Somebody in the task, with a copy of its document.
struct Tab {
    socket: Socket,
    doc: Doc,
    fields: MapRef,
    seq: u64,
}

impl Tab {
    async fn open(api: &Api, person: &Person<'_>, task: &Value) -> Self {
        let mut socket = Socket::hello(api.server(), person.token.clone().unwrap(), Subprotocol::Bincode).await;
        socket.join(task["id"].as_str().unwrap().parse::<TaskId>().unwrap()).await;
        let doc = Doc::new();
        let fields = doc.get_or_insert_map("fields");
        Self { socket, doc, fields, seq: 0 }
    }

    /// A change, sent and on disk.
    async fn change(&mut self, change: impl FnOnce(&Doc, &MapRef)) {
        let before: StateVector = self.doc.transact().state_vector();
        change(&self.doc, &self.fields);
        let update = self.doc.transact().encode_diff_v1(&before);
        self.seq += 1;
        self.socket.update(self.seq, update).await;
        self.socket.acked(self.seq).await;
    }

    async fn put(&mut self, key: &str, value: impl Into<In>) {
        let value = value.into();
        self.change(|doc, fields| drop(fields.insert(&mut doc.transact_mut(), key, value))).await;
    }

    async fn type_at_end(&mut self, key: &str, words: &str) {
        self.change(|doc, fields| {
            let Some(Out::YText(text)) = fields.get(&doc.transact(), key) else { panic!("no text at {key}") };
            text.push(&mut doc.transact_mut(), words);
        })
        .await;
    }

    fn text(&self, key: &str) -> Option<String> {
        let txn = self.doc.transact();
        match self.fields.get(&txn, key) {
            Some(Out::YText(text)) => Some(text.get_string(&txn)),
            _ => None,
        }
    }

    async fn until_text(&mut self, key: &str, wanted: &str) {
        while self.text(key).as_deref() != Some(wanted) {
            if let ServerFrame::Hot(ServerHot::Sync { bytes, .. } | ServerHot::Update { bytes, .. }) =
                self.socket.next().await.expect("closed")
            {
                self.doc.transact_mut().apply_update(Update::decode_v1(&bytes).unwrap()).unwrap();
            }
        }
    }

    fn seen(&self, work: &Value) -> Value {
        let vector = Base64(self.doc.transact().state_vector().encode_v1());
        json!({ "fencing_token": work["assignment"]["fencing_token"], "state_vector": vector })
    }
}

fn text(words: &str) -> In {
    In::Text(TextPrelim::new(words).into())
}

fn map(entries: &[(&str, &str)]) -> In {
    let entries = entries.iter().map(|(key, json)| (*key, In::Any(Any::from_json(json).unwrap())));
    In::Map(entries.collect::<MapPrelim>())
}

/// Field and rule of each error.
fn told(problem: &Value) -> Vec<(&str, &str)> {
    problem["errors"].as_array().unwrap().iter().map(|e| (e["field"].as_str().unwrap(), e["rule"].as_str().unwrap())).collect()
}

#[actix_web::test]
async fn two_people_type_into_one_field_and_what_both_wrote_is_submitted() {
    let api = Api::start().await;
    with_layout(&api, TICKET, json!({})).await;
    let (ann, bob) = (api.labeler(), api.reviewer());
    let work = ann.next().await;
    let (mut one, mut two) = (Tab::open(&api, &ann, &work["task"]).await, Tab::open(&api, &bob, &work["task"]).await);
    one.put("notes", text("by ann")).await;
    two.until_text("notes", "by ann").await;
    two.type_at_end("notes", " and bob").await;
    one.until_text("notes", "by ann and bob").await;
    let answer = ann.post(&submit(&work), one.seen(&work)).await.expect(200);
    assert_eq!(answer["annotation"]["output"], json!({ "notes": "by ann and bob" }));
    assert_eq!(answer["annotation"]["regions"], json!([]));
}

#[actix_web::test]
async fn a_required_field_that_is_empty_refuses_the_submit_and_the_lease_stays() {
    let api = Api::start().await;
    with_layout(&api, TICKET, json!({})).await;
    let labeler = api.labeler();
    let work = labeler.next().await;
    let mut tab = Tab::open(&api, &labeler, &work["task"]).await;
    tab.put("notes", text("  ")).await;
    let refused = labeler.post(&submit(&work), tab.seen(&work)).await.problem(422, "invalid_answer");
    assert_eq!(refused["errors"], json!([{ "field": "notes", "rule": "required", "message": "Notes must be filled in" }]));
    let task = labeler.get(&format!("/api/v1/tasks/{}", work["task"]["id"].as_str().unwrap())).await.expect(200);
    assert_eq!((&task["status"], &task["lease"]["user_id"]), (&json!("assigned"), &json!(api.a().labeler)));
    let annotations = format!("/api/v1/tasks/{}/annotations", work["task"]["id"].as_str().unwrap());
    assert_eq!(labeler.get(&annotations).await.expect(200)["items"], json!([]), "nothing is kept");

    tab.type_at_end("notes", "done").await;
    let answer = labeler.post(&submit(&work), tab.seen(&work)).await.expect(200);
    assert_eq!(answer["annotation"]["output"], json!({ "notes": "  done" }));
    let again = labeler.post(&submit(&work), tab.seen(&work)).await.expect(200);
    assert_eq!(again["annotation"], answer["annotation"], "asked again after a lost answer");
}

#[actix_web::test]
async fn an_answer_is_in_the_order_of_options_and_of_the_text_and_is_exported() {
    let api = Api::start().await;
    with_layout(&api, TICKET, json!({ "text": "Ann and Bob", "kind": "invoice" })).await;
    let labeler = api.labeler();
    let work = labeler.next().await;
    let mut tab = Tab::open(&api, &labeler, &work["task"]).await;
    tab.put("notes", text("n")).await;
    tab.put("tags", map(&[("billing", "true"), ("urgent", "true")])).await;
    tab.put("entities", map(&[("2", r#"{"start":8,"end":11,"label":"Person"}"#), ("9", r#"{"start":0,"end":3,"label":"Person"}"#)])).await;
    tab.put("total", 12.5).await;
    let answer = labeler.post(&submit(&work), tab.seen(&work)).await.expect(200);
    let output = json!({
        "notes": "n",
        "tags": ["urgent", "billing"],
        "entities": [{ "id": "9", "start": 0, "end": 3, "label": "Person" }, { "id": "2", "start": 8, "end": 11, "label": "Person" }],
        "total": 12.5,
    });
    assert_eq!(answer["annotation"]["output"], output);
    let annotation = format!("/api/v1/annotations/{}", answer["annotation"]["id"].as_str().unwrap());
    assert_eq!(labeler.get(&annotation).await.expect(200)["output"], output);
    assert_eq!(labeler.get(&format!("{annotation}/history")).await.expect(200)["items"][0]["output"], output);
    let export = api.reviewer().get(&format!("/api/v1/projects/{}/export?format=jsonl", api.a().project)).await.text();
    let lines: Vec<Value> = export.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.iter().filter(|line| line["output"] == output).count(), 1, "{export}");
    assert_eq!(lines.iter().filter(|line| line.get("output").is_none()).count(), lines.len() - 1, "{export}");
}

#[actix_web::test]
async fn everything_wrong_with_an_answer_is_named_by_its_place() {
    let api = Api::start().await;
    with_layout(&api, TICKET, json!({ "kind": "invoice" })).await;
    let labeler = api.labeler();
    let work = labeler.next().await;
    let mut tab = Tab::open(&api, &labeler, &work["task"]).await;
    tab.put("notes", "a plain value").await;
    tab.put("surprise", 1.0).await;
    let refused = labeler.post(&submit(&work), tab.seen(&work)).await.problem(422, "invalid_answer");
    assert_eq!(told(&refused), [("surprise", "unknown_field"), ("notes", "kind")]);

    tab.change(|doc, fields| drop(fields.remove(&mut doc.transact_mut(), "surprise"))).await;
    tab.put("notes", text("x")).await;
    tab.put("tags", map(&[("other", "true")])).await;
    tab.put("entities", map(&[("1", r#"{"start":0,"end":4,"label":"Person"}"#), ("2", r#"{"start":3,"end":5,"label":"Car"}"#)])).await;
    tab.put("total", -1.0).await;
    let refused = labeler.post(&submit(&work), tab.seen(&work)).await.problem(422, "invalid_answer");
    assert_eq!(told(&refused), [("tags[0]", "one_of"), ("entities[1].label", "one_of"), ("entities[1]", "overlap"), ("total", "range")]);
}

#[actix_web::test]
async fn without_a_layout_an_answer_is_regions_alone() {
    let api = Api::start().await;
    let labeler = api.labeler();
    let work = labeler.next().await;
    let mut tab = Tab::open(&api, &labeler, &work["task"]).await;
    tab.put("notes", text("nobody asked")).await;
    let answer = labeler.post(&submit(&work), tab.seen(&work)).await.expect(200);
    assert_eq!(answer["annotation"]["output"], Value::Null);
}
