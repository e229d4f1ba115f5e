//! Layouts of a project over the API: drafts, versions, the active one, what is wrong with one, and the one a task is on.

#![allow(clippy::unwrap_used)]

mod support;

use serde_json::{Value, json};
use support::{Api, proof};

const SOUND: &str = r#"<Layout id="ticket" name="Ticket">
  <TextInput bind:value="$.output.topic" label="Topic" required="true" />
</Layout>"#;

const BROKEN: &str = r#"<Layout id="ticket">
  <TextInptu bind:value="$.output.topic" label="Topic" />
</Layout>"#;

fn layouts(api: &Api) -> String {
    format!("/api/v1/projects/{}/layouts", api.a().project)
}

fn at(api: &Api, layout: &Value) -> String {
    format!("{}/{}", layouts(api), layout["id"].as_str().unwrap())
}

fn named(name: &str, source: &str) -> Value {
    json!({ "name": name, "source": source })
}

/// A draft with this markup, activated.
async fn active(api: &Api, source: &str) -> Value {
    let made = api.admin().post(&layouts(api), named("L", source)).await.expect(201);
    api.admin().call(&format!("{}/activate", at(api, &made))).await.expect(200)
}

#[actix_web::test]
async fn a_layout_is_drafted_changed_and_activated_and_its_markup_stays_letter_by_letter() {
    let api = Api::start().await;
    let admin = api.admin();
    let made = admin.post(&layouts(&api), named(" Ticket ", BROKEN)).await.expect(201);
    assert_eq!(
        (&made["name"], &made["key"], &made["version"], &made["status"]),
        (&json!("Ticket"), &json!("ticket"), &json!(1), &json!("draft"))
    );
    assert_eq!((&made["series"], &made["tree"], &made["activated_at"]), (&made["id"], &Value::Null, &Value::Null));
    assert_eq!(made["problems"][0]["rule"], "unknown_component");

    let changed = admin.put(&at(&api, &made), json!({ "source": SOUND, "seen": made["updated_at"] })).await.expect(200);
    assert_eq!((&changed["source"], &changed["problems"], &changed["name"]), (&json!(SOUND), &json!([]), &json!("Ticket")));
    let late = admin.put(&at(&api, &made), json!({ "source": SOUND, "seen": made["updated_at"] })).await.problem(409, "layout_changed");
    assert_eq!(late["details"]["updated_at"], changed["updated_at"]);

    let active = admin.call(&format!("{}/activate", at(&api, &made))).await.expect(200);
    assert_eq!((&active["status"], &active["source"], &active["tree"]), (&json!("active"), &json!(SOUND), &changed["tree"]));
    assert_eq!(active["tree"]["root"][0]["output"]["kept_as"], "text");
    assert_eq!(api.labeler().get(&at(&api, &made)).await.expect(200), active, "members read");
    let listed = api.labeler().get(&layouts(&api)).await.expect(200);
    assert_eq!((&listed["items"][0]["id"], listed["items"].as_array().unwrap().len()), (&made["id"], 1));
    assert_eq!(listed["items"][0].get("source"), None, "lists are short");
}

#[actix_web::test]
async fn a_check_tells_every_mistake_with_its_place_and_never_refuses() {
    let api = Api::start().await;
    let check = format!("{}/check", layouts(&api));
    let found = api.admin().post(&check, json!({ "source": BROKEN })).await.expect(200);
    assert_eq!((&found["tree"], &found["output_schema"]), (&Value::Null, &Value::Null));
    assert_eq!(
        found["problems"],
        json!([{
            "line": 2, "column": 4, "end_line": 2, "end_column": 13, "severity": "error", "rule": "unknown_component",
            "message": "there is no component TextInptu; did you mean TextInput?", "suggestion": "TextInput", "layout": null,
        }])
    );
    for source in ["", "<", "<Layout>", &"<Layout>".repeat(10_000), &format!("<Layout id=\"a\">{}</Layout>", "x".repeat(256 * 1024))] {
        let found = api.admin().post(&check, json!({ "source": source })).await.expect(200);
        assert!(!found["problems"].as_array().unwrap().is_empty());
    }
    let found = api.admin().post(&check, json!({ "source": SOUND })).await.expect(200);
    assert_eq!(found["problems"], json!([]));
    assert_eq!((&found["tree"]["format"], &found["output_schema"]["required"]), (&json!(1), &json!(["topic"])));
    assert_eq!(api.admin().get(&layouts(&api)).await.expect(200)["items"], json!([]), "nothing is kept");
}

#[actix_web::test]
async fn labels_that_the_project_does_not_have_are_a_warning() {
    let api = Api::start().await;
    let source = r#"<Layout id="a"><ImageAnnotator bind:source="$.input.image_url" bind:value="$.output.regions">
      <Label name="cat" /><Label name="bird" />
    </ImageAnnotator></Layout>"#;
    let made = api.admin().post(&layouts(&api), named("L", source)).await.expect(201);
    let told: Vec<_> = made["problems"].as_array().unwrap().iter().map(|p| (p["severity"].as_str(), p["rule"].as_str())).collect();
    assert_eq!(told, [(Some("warning"), Some("label_mismatch")); 2], "dog is missing, bird is unknown: {made}");
    api.admin().call(&format!("{}/activate", at(&api, &made))).await.expect(200);
}

#[actix_web::test]
async fn a_layout_with_errors_is_not_activated() {
    let api = Api::start().await;
    let made = api.admin().post(&layouts(&api), named("L", BROKEN)).await.expect(201);
    let refused = api.admin().call(&format!("{}/activate", at(&api, &made))).await.problem(422, "layout_invalid");
    assert_eq!((&refused["errors"][0]["field"], &refused["errors"][0]["rule"]), (&json!("2:4"), &json!("unknown_component")));
    assert_eq!(api.admin().get(&at(&api, &made)).await.expect(200), made);
}

#[actix_web::test]
async fn what_was_ever_active_does_not_change_and_the_next_version_takes_its_place() {
    let api = Api::start().await;
    let admin = api.admin();
    let first = active(&api, SOUND).await;
    let other = json!({ "source": SOUND.replace("Topic", "Subject") });
    let refused = admin.put(&at(&api, &first), other.clone()).await.problem(409, "layout_in_use");
    assert_eq!(refused["details"], json!({ "name": "L", "version": 1, "status": "active" }));
    admin.delete(&at(&api, &first)).await.problem(409, "layout_in_use");

    let second = admin.call(&format!("{}/versions", at(&api, &first))).await.expect(201);
    assert_eq!((&second["series"], &second["version"], &second["source"]), (&first["id"], &json!(2), &json!(SOUND)));
    admin.put(&at(&api, &second), other.clone()).await.expect(200);
    admin.call(&format!("{}/activate", at(&api, &second))).await.expect(200);
    assert_eq!(admin.get(&at(&api, &first)).await.expect(200)["status"], "retired");
    admin.put(&at(&api, &first), other).await.problem(409, "layout_in_use");
    let back = admin.call(&format!("{}/activate", at(&api, &first))).await.expect(200);
    assert_eq!((&back["status"], &back["tree"]), (&json!("active"), &first["tree"]), "it comes back as it was");

    let owner = &mut api.db().owner().await;
    for change in
        ["UPDATE layouts SET source = 'x'", "UPDATE layouts SET tree = '{}'", "DELETE FROM layouts", "UPDATE layouts SET name = 'x'"]
    {
        let error = sqlx::query(change).execute(&mut *owner).await.unwrap_err().to_string();
        assert!(error.contains("is in use"), "{change}: {error}");
    }
}

#[actix_web::test]
async fn a_draft_can_be_thrown_away() {
    let api = Api::start().await;
    let made = api.admin().post(&layouts(&api), named("L", SOUND)).await.expect(201);
    api.admin().delete(&at(&api, &made)).await.expect(204);
    api.admin().get(&at(&api, &made)).await.problem(404, "not_found");
    api.admin().delete(&at(&api, &made)).await.problem(404, "not_found");
}

#[actix_web::test]
async fn a_layout_extends_another_of_its_project_and_keeps_what_it_inherited_when_it_was_activated() {
    let api = Api::start().await;
    let admin = api.admin();
    let parent = admin.post(&layouts(&api), named("Parent", SOUND)).await.expect(201);
    let child = r#"<Layout id="short" extends="ticket"><Override of="topic" label="Short" /></Layout>"#;
    let child = active(&api, child).await;
    assert_eq!(child["tree"]["extends"], json!(["ticket"]));
    assert_eq!(child["tree"]["root"][0]["output"]["label"], "Short");

    let broken = SOUND.replace("</Layout>", "<Nope /></Layout>");
    admin.put(&at(&api, &parent), json!({ "source": broken })).await.expect(200);
    assert_eq!(admin.get(&at(&api, &child)).await.expect(200)["tree"], child["tree"]);
    let next = admin.call(&format!("{}/versions", at(&api, &child))).await.expect(201);
    assert_eq!(
        (&next["problems"][0]["layout"], &next["problems"][0]["line"]),
        (&json!("ticket"), &json!(3)),
        "a draft has what its parent has now"
    );
    let refused = admin.call(&format!("{}/activate", at(&api, &next))).await.problem(422, "layout_invalid");
    assert!(refused["errors"][0]["message"].as_str().unwrap().starts_with("in the layout \"ticket\", which it extends: "), "{refused}");
}

#[actix_web::test]
async fn what_cannot_be_kept_is_refused_by_field_and_rule() {
    let api = Api::start().await;
    let admin = api.admin();
    assert_eq!(admin.post(&layouts(&api), named(" ", SOUND)).await.broken(), ["name: min_length"]);
    assert_eq!(admin.post(&layouts(&api), named("L", "a\0b")).await.broken(), ["source: characters"]);
    assert_eq!(admin.post(&layouts(&api), named("L", &"x".repeat(256 * 1024 + 1))).await.broken(), ["source: max_length"]);
    assert_eq!(admin.post(&layouts(&api), json!({ "name": "L" })).await.broken(), ["source: required"]);
}

#[actix_web::test]
async fn a_key_repeats_a_creation_without_making_another_layout() {
    let api = Api::start().await;
    let key = [("Idempotency-Key", "one")];
    let first = api.admin().send("POST", &layouts(&api), Some(named("L", SOUND)), &key).await.expect(201);
    let again = api.admin().send("POST", &layouts(&api), Some(named("L", SOUND)), &key).await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(again.expect(201), first);
}

#[actix_web::test]
async fn a_layout_of_another_workspace_or_project_does_not_exist() {
    let api = Api::start().await;
    let (a, b) = (api.a(), api.db().b);
    let made = active(&api, SOUND).await;
    let eve = api.person(&b, b.admin);
    eve.get(&at(&api, &made)).await.problem(404, "not_found");
    let beside = format!("/api/v1/projects/{}/layouts/{}", b.project, made["id"].as_str().unwrap());
    for (method, path) in [
        ("GET", beside.clone()),
        ("DELETE", beside.clone()),
        ("POST", format!("{beside}/activate")),
        ("POST", format!("{beside}/versions")),
    ] {
        eve.send(method, &path, None, &[]).await.problem(404, "not_found");
    }
    eve.put(&beside, json!({ "source": SOUND })).await.problem(404, "not_found");
    eve.get(&format!("/api/v1/tasks/{}/layout", a.tasks[0])).await.problem(404, "not_found");
    assert_eq!(eve.get(&format!("/api/v1/tasks/{}/layout", b.tasks[0])).await.expect(200)["layout_id"], Value::Null);
}

#[actix_web::test]
async fn a_labeler_reads_layouts_and_does_not_write_them() {
    let api = Api::start().await;
    let made = active(&api, SOUND).await;
    let labeler = api.labeler();
    labeler.post(&layouts(&api), named("L", SOUND)).await.problem(403, "forbidden");
    labeler.put(&at(&api, &made), json!({ "source": SOUND })).await.problem(403, "forbidden");
    labeler.call(&format!("{}/versions", at(&api, &made))).await.problem(403, "forbidden");
    let read = labeler.get(&format!("/api/v1/tasks/{}/layout", api.a().tasks[0])).await.expect(200);
    assert_eq!((&read["layout_id"], &read["name"], &read["version"], &read["tree"]), (&made["id"], &json!("L"), &json!(1), &made["tree"]));
}

#[actix_web::test]
async fn a_task_keeps_the_version_on_which_work_on_it_began() {
    let api = Api::start().await;
    let labeler = api.labeler();
    let layout_of = async |task: &Value| {
        labeler.get(&format!("/api/v1/tasks/{}/layout", task["id"].as_str().unwrap())).await.expect(200)["layout_id"].clone()
    };
    let work = labeler.next().await;
    let first = active(&api, SOUND).await;
    assert_eq!(layout_of(&work["task"]).await, Value::Null, "begun without a layout");
    labeler
        .post(&format!("/api/v1/assignments/{}/skip", work["assignment"]["id"].as_str().unwrap()), proof(&work["assignment"]))
        .await
        .expect(200);

    let work = labeler.next().await;
    assert_eq!(layout_of(&work["task"]).await, first["id"]);
    let second = active(&api, SOUND).await;
    assert_eq!(layout_of(&work["task"]).await, first["id"], "work has begun");
    labeler
        .post(&format!("/api/v1/assignments/{}/skip", work["assignment"]["id"].as_str().unwrap()), proof(&work["assignment"]))
        .await
        .expect(200);
    let begun = work["task"].clone();
    let work = labeler.next().await;
    assert_eq!(layout_of(&work["task"]).await, second["id"]);
    assert_eq!(layout_of(&begun).await, first["id"], "whoever takes it next");
}

#[actix_web::test]
async fn the_editor_is_told_every_component() {
    let api = Api::start().await;
    let all = api.labeler().get("/api/v1/layout-components").await.expect(200);
    let input = all["components"].as_array().unwrap().iter().find(|component| component["name"] == "TextInput").unwrap();
    assert!(input["properties"].as_array().unwrap().iter().any(|property| property["name"] == "max-length"), "{input}");
}
