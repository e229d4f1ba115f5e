//! Workflows of a project over the API: drafts, versions, the active one, and what is wrong with one.

#![allow(clippy::unwrap_used)]

mod support;

use serde_json::{Value, json};
use support::{Api, http::Answer};

fn workflows(api: &Api) -> String {
    format!("/api/v1/projects/{}/workflows", api.a().project)
}

fn at(workflow: &Value) -> String {
    format!("/api/v1/workflows/{}", workflow["id"].as_str().unwrap())
}

/// `steps` and `transitions` as a form.
fn form(steps: Value, transitions: Value) -> Value {
    json!({ "id": "w", "name": "W", "steps": steps, "transitions": transitions })
}

fn sound() -> Value {
    form(json!([{ "id": "label", "type": "annotation" }]), json!([{ "from": "label", "to": "completed" }]))
}

/// Field, rule and reason of each error of a 422.
fn wrong(answer: &Answer) -> Vec<(String, String, String)> {
    let problem = answer.problem(422, "workflow_invalid");
    let text = |error: &Value, key: &str| error[key].as_str().unwrap().to_owned();
    problem["errors"].as_array().unwrap().iter().map(|e| (text(e, "field"), text(e, "rule"), text(e, "message"))).collect()
}

#[actix_web::test]
async fn a_workflow_is_drafted_changed_and_activated_and_its_form_stays_letter_by_letter() {
    let api = Api::start().await;
    let admin = api.admin();
    let text = r#"{"form": {"name": "Mine",   "id": "w", "steps": [{"type": "annotation", "id": "label"}]}}"#;
    let made = admin.post_text(&workflows(&api), text).await;
    assert!(made.text().contains(r#""form":{"name": "Mine",   "id": "w""#), "{}", made.text());
    let made = made.expect(201);
    assert_eq!((&made["key"], &made["version"], &made["status"], &made["name"]), (&json!("w"), &json!(1), &json!("draft"), &json!("Mine")));
    assert_eq!(made["activated_at"], Value::Null);

    let changed = admin.put(&at(&made), json!({ "form": sound(), "seen": made["updated_at"] })).await.expect(200);
    assert_eq!((&changed["name"], &changed["version"]), (&json!("W"), &json!(1)));
    let late = admin.put(&at(&made), json!({ "form": sound(), "seen": made["updated_at"] })).await.problem(409, "workflow_changed");
    assert_eq!(late["details"]["updated_at"], changed["updated_at"]);

    let active = admin.call(&format!("{}/activate", at(&made))).await.expect(200);
    assert_eq!(active["status"], "active");
    assert_eq!(api.labeler().get(&at(&made)).await.expect(200), active, "members read");
    let listed = api.labeler().get(&workflows(&api)).await.expect(200);
    assert_eq!(listed["items"], json!([active]));
}

#[actix_web::test]
async fn a_version_in_use_does_not_change_and_the_next_one_takes_its_place() {
    let api = Api::start().await;
    let admin = api.admin();
    let first = admin.post(&workflows(&api), json!({ "predefined": { "type": "single" } })).await.expect(201);
    admin.call(&format!("{}/activate", at(&first))).await.expect(200);
    let mut changed = first["form"].clone();
    changed["name"] = json!("Other");
    let refused = admin.put(&at(&first), json!({ "form": changed })).await.problem(409, "workflow_in_use");
    assert!(refused["detail"].as_str().unwrap().contains("Make the next version"), "{refused}");
    assert_eq!(refused["details"], json!({ "key": "single", "version": 1, "status": "active" }));

    let second = admin.post(&workflows(&api), json!({ "form": changed })).await.expect(201);
    assert_eq!((&second["key"], &second["version"]), (&json!("single"), &json!(2)));
    admin.call(&format!("{}/activate", at(&second))).await.expect(200);
    assert_eq!(admin.get(&at(&first)).await.expect(200)["status"], "retired");
    admin.put(&at(&first), json!({ "form": changed })).await.problem(409, "workflow_in_use");

    let tasks = json!({ "tasks": [{ "asset_id": api.a().assets[0], "external_id": "new" }] });
    admin.post(&format!("/api/v1/projects/{}/tasks", api.a().project), tasks).await.expect(201);
    assert_eq!(admin.get(&at(&second)).await.expect(200)["tasks"], 1, "new tasks begin on the active version");
}

#[actix_web::test]
async fn a_draft_keeps_its_id() {
    let api = Api::start().await;
    let admin = api.admin();
    let made = admin.post(&workflows(&api), json!({ "form": sound() })).await.expect(201);
    let mut other = sound();
    other["id"] = json!("x");
    let told = wrong(&admin.put(&at(&made), json!({ "form": other })).await);
    assert_eq!((told[0].0.as_str(), told[0].1.as_str()), ("/id", "same"));
}

#[actix_web::test]
async fn a_workflow_is_said_once_as_json_xml_or_by_name() {
    let api = Api::start().await;
    let admin = api.admin();
    let xml = r#"<Workflow id="x"><Steps><Step id="label" type="annotation"/></Steps></Workflow>"#;
    let made = admin.post(&workflows(&api), json!({ "xml": xml })).await.expect(201);
    assert_eq!((&made["key"], &made["form"]["steps"][0]["id"]), (&json!("x"), &json!("label")));
    for predefined in [
        json!({ "type": "multi_vote", "annotators": 3, "metric": "agreement:iou", "threshold": 0.8 }),
        json!({ "type": "multi_adjudication", "annotators": 2, "metric": "agreement:iou", "threshold": 0.8 }),
        json!({ "type": "sampled_review", "rate": 0.1 }),
        json!({ "type": "review_with_rework", "max_rounds": 2 }),
    ] {
        admin.post(&workflows(&api), json!({ "predefined": predefined })).await.expect(201);
    }
    assert_eq!(admin.post(&workflows(&api), json!({})).await.broken(), ["form: one_of"]);
    assert_eq!(admin.post(&workflows(&api), json!({ "form": sound(), "xml": xml })).await.broken(), ["form: one_of"]);
    let told = wrong(&admin.post(&workflows(&api), json!({ "xml": "<Workflow" })).await);
    assert_eq!((told[0].0.as_str(), told[0].1.as_str()), ("/", "xml"));
}

#[actix_web::test]
async fn a_key_repeats_a_creation_without_making_another_version() {
    let api = Api::start().await;
    let key = [("Idempotency-Key", "one")];
    let body = json!({ "form": sound() });
    let first = api.admin().send("POST", &workflows(&api), Some(body.clone()), &key).await.expect(201);
    let again = api.admin().send("POST", &workflows(&api), Some(body), &key).await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(again.expect(201), first);
}

/// Saved nowhere: not by a creation, not by a change; `check` tells the same as an answer.
async fn is_refused(form: Value, place: &str, rule: &str, reason: &str) {
    let api = Api::start().await;
    let admin = api.admin();
    let told = wrong(&admin.post(&workflows(&api), json!({ "form": form })).await);
    let found = told.iter().find(|(field, ..)| field == place).unwrap_or_else(|| panic!("nothing at {place}: {told:?}"));
    assert_eq!(found.1, rule, "{told:?}");
    assert!(found.2.contains(reason), "{told:?}");
    let draft = admin.post(&workflows(&api), json!({ "form": sound() })).await.expect(201);
    assert_eq!(wrong(&admin.put(&at(&draft), json!({ "form": form })).await), told);
    assert_eq!(admin.get(&at(&draft)).await.expect(200), draft);
    let checked = api.labeler().post("/api/v1/workflows/check", json!({ "form": form })).await.expect(200);
    let problems: Vec<_> = checked["problems"].as_array().unwrap().iter().map(|p| (p["path"].as_str(), p["rule"].as_str())).collect();
    let expected: Vec<_> = told.iter().map(|(field, rule, _)| (Some(field.as_str()), Some(rule.as_str()))).collect();
    assert_eq!(problems, expected);
    assert!(!checked["graph"]["nodes"].as_array().unwrap().is_empty(), "it is drawn all the same: {checked}");
}

#[actix_web::test]
async fn a_circle_in_which_nobody_works_is_refused() {
    let steps = json!([{ "id": "a", "type": "conditional" }, { "id": "b", "type": "conditional" }]);
    let never = json!({ "type": "expression", "expression": "$.input.x == 1" });
    let transitions = json!([
        { "from": "a", "to": "b" },
        { "from": "b", "to": "completed", "condition": never },
        { "from": "b", "to": "a" },
    ]);
    is_refused(form(steps, transitions), "/steps/0", "endless_always", "circle").await;
}

#[actix_web::test]
async fn a_transition_to_nowhere_is_refused() {
    let steps = json!([{ "id": "a", "type": "annotation" }]);
    let transitions = json!([{ "from": "a", "to": "reviewing" }]);
    is_refused(form(steps, transitions), "/transitions/0/to", "unknown_target", "there is no step \"reviewing\"").await;
}

#[actix_web::test]
async fn a_guard_that_can_only_throw_is_refused() {
    let steps = json!([{ "id": "a", "type": "annotation" }]);
    let throws = json!({ "type": "expression", "expression": "$.step_output.count > 'many'" });
    let transitions = json!([{ "from": "a", "to": "archived", "condition": throws }, { "from": "a", "to": "completed" }]);
    is_refused(form(steps, transitions), "/transitions/0/condition/expression", "bad_expression", "").await;
}

#[actix_web::test]
async fn a_path_that_leads_nowhere_is_refused() {
    let steps = json!([{ "id": "a", "type": "annotation" }]);
    let wrong = json!({ "type": "expression", "expression": "$.step_output.agreement_scor >= 0.9" });
    let transitions = json!([{ "from": "a", "to": "archived", "condition": wrong }, { "from": "a", "to": "completed" }]);
    is_refused(form(steps, transitions), "/transitions/0/condition/expression", "bad_expression", "agreement_scor").await;
}

#[actix_web::test]
async fn a_negative_timeout_is_refused() {
    let steps = json!([{ "id": "a", "type": "annotation", "timeout": "-PT1H", "completion": { "timeout_action": "escalate" } }]);
    is_refused(form(steps, json!([])), "/steps/0/timeout", "negative_delay", "-PT1H").await;
}

#[actix_web::test]
async fn what_is_no_form_names_the_place_that_is_not() {
    let api = Api::start().await;
    let form = json!({ "id": "w", "steps": [{ "id": "a", "type": "annotate" }] });
    let told = wrong(&api.admin().post(&workflows(&api), json!({ "form": form })).await);
    assert_eq!((told[0].0.as_str(), told[0].1.as_str()), ("/steps/0/type", "form"));
    let long = json!({ "id": "w", "name": "n".repeat(201), "steps": [{ "id": "a", "type": "annotation" }] });
    let told = wrong(&api.admin().post(&workflows(&api), json!({ "form": long })).await);
    assert_eq!((told[0].0.as_str(), told[0].1.as_str()), ("/name", "max_length"));
}

#[actix_web::test]
async fn a_check_answers_with_boxes_and_arrows_and_keeps_nothing() {
    let api = Api::start().await;
    let xml = r#"<Workflow id="x"><Steps><Step id="label" type="annotation"/><Step id="look" type="review"/></Steps></Workflow>"#;
    let checked = api.labeler().post("/api/v1/workflows/check", json!({ "xml": xml })).await.expect(200);
    assert_eq!(checked["problems"], json!([]));
    let nodes: Vec<_> = checked["graph"]["nodes"].as_array().unwrap().iter().map(|n| (n["id"].clone(), n["needed"].clone())).collect();
    assert_eq!(nodes, [(json!("label"), json!(1)), (json!("look"), json!(1)), (json!("completed"), json!(0))]);
    assert_eq!(checked["graph"]["edges"][0], json!({ "from": "label", "to": "look", "condition": "" }));
    assert_eq!(checked["form"]["steps"][1]["type"], "review", "what was XML can be edited as JSON");
    assert_eq!(api.admin().get(&workflows(&api)).await.expect(200)["items"], json!([]));
    api.anonymous().post("/api/v1/workflows/check", json!({ "xml": xml })).await.problem(401, "token_missing");
}
