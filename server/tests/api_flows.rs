//! Work through a workflow over the API: reviewing, stepping in, and why not.

#![allow(clippy::unwrap_used)]

mod support;

use serde_json::{Value, json};
use support::Api;

async fn on_workflow(api: &Api, body: Value) -> String {
    api.on_workflow(body).await
}

async fn post(person: support::Person<'_>, path: String, body: Value) -> (u16, Value) {
    let answer = person.send("POST", &format!("/api/v1{path}"), Some(body), &[]).await;
    (answer.status, answer.json())
}

async fn get(person: support::Person<'_>, path: String) -> (u16, Value) {
    let answer = person.send("GET", &format!("/api/v1{path}"), None, &[]).await;
    (answer.status, answer.json())
}

#[actix_web::test]
async fn work_is_sent_back_mended_and_approved() {
    let api = Api::start().await;
    let project = api.a().project;
    on_workflow(&api, json!({"predefined": {"type": "review_with_rework", "max_rounds": 3}})).await;
    let next = format!("/projects/{project}/next");
    let (_, work) = post(api.labeler(), next.clone(), json!({})).await;
    let lease = &work["work"]["assignment"];
    let task = lease["task_id"].as_str().unwrap();
    let submit = format!("/assignments/{}/submit", lease["id"].as_str().unwrap());
    let (status, answer) = post(api.labeler(), submit, json!({"fencing_token": lease["fencing_token"]})).await;
    assert_eq!(status, 200, "{answer}");

    let (_, review) = post(api.reviewer(), next.clone(), json!({})).await;
    let lease = &review["work"]["assignment"];
    assert_eq!((lease["kind"].as_str(), lease["task_id"].as_str()), (Some("review"), Some(task)), "what was begun comes first: {review}");
    let decide = format!("/assignments/{}/decide", lease["id"].as_str().unwrap());
    let (status, refused) =
        post(api.reviewer(), decide.clone(), json!({"fencing_token": lease["fencing_token"], "decision": "reject"})).await;
    assert_eq!((status, refused["errors"][0]["field"].as_str()), (422, Some("reason")), "{refused}");
    let submit = format!("/assignments/{}/submit", lease["id"].as_str().unwrap());
    let (status, _) = post(api.reviewer(), submit, json!({"fencing_token": lease["fencing_token"]})).await;
    assert_eq!(status, 403, "a review is decided, not submitted");
    let sent_back = json!({"fencing_token": lease["fencing_token"], "decision": "request_changes", "reason": "it is a dog"});
    let (status, decided) = post(api.reviewer(), decide, sent_back).await;
    assert_eq!((status, decided["annotation"]["status"].as_str()), (200, Some("rejected")), "{decided}");

    let (_, again) = post(api.labeler(), next.clone(), json!({})).await;
    assert_eq!(again["work"]["assignment"]["task_id"].as_str(), Some(task), "it comes back to its author: {again}");
    let (_, candidates) = get(api.reviewer(), format!("/tasks/{task}/candidates")).await;
    assert_eq!(candidates["items"][0]["reason"], json!("it is a dog"), "{candidates}");
    let (status, _) = get(api.labeler(), format!("/tasks/{task}/candidates")).await;
    assert_eq!(status, 403, "others' answers are not for labelers");
    let (_, standing) = get(api.labeler(), format!("/tasks/{task}/standing")).await;
    assert_eq!((&standing["open"][0]["step"], &standing["context"]), (&json!("annotate"), &Value::Null), "{standing}");
}

/// A layout, active for what `used` says: a query.
async fn layout(api: &Api, name: &str, source: &str, used: &str) -> Value {
    let layouts = format!("/projects/{}/layouts", api.a().project);
    let (status, made) = post(api.admin(), layouts.clone(), json!({"name": name, "source": source})).await;
    assert_eq!(status, 201, "{made}");
    let (status, active) = post(api.admin(), format!("{layouts}/{}/activate?{used}", made["id"].as_str().unwrap()), json!({})).await;
    assert_eq!(status, 200, "{active}");
    active
}

#[actix_web::test]
async fn a_step_or_a_kind_of_work_may_have_a_layout_of_its_own() {
    let api = Api::start().await;
    let project = api.a().project;
    on_workflow(&api, json!({"predefined": {"type": "review_with_rework", "max_rounds": 3}})).await;
    let form = |id: &str, field: &str, rule: &str| {
        format!(r#"<Layout id="{id}"><TextInput bind:value="$.output.{field}" label="F" {rule} /></Layout>"#)
    };
    let all = layout(&api, "All", &form("all", "topic", ""), "").await;
    let reviews = layout(&api, "Reviews", &form("reviews", "grade", r#"required="true""#), "kind=review").await;
    assert_eq!(all["uses"], json!([{"step": null, "kind": null}]));
    assert_eq!(reviews["uses"], json!([{"step": null, "kind": "review"}]));
    let (_, listed) = get(api.admin(), format!("/projects/{project}/layouts")).await;
    let active = listed["items"].as_array().unwrap().iter().filter(|layout| layout["status"] == "active").count();
    assert_eq!(active, 2, "one is not in the way of the other: {listed}");

    let next = format!("/projects/{project}/next");
    let (_, work) = post(api.labeler(), next.clone(), json!({})).await;
    let lease = &work["work"]["assignment"];
    let seen_as = format!("/tasks/{}/layout", lease["task_id"].as_str().unwrap());
    assert_eq!(get(api.labeler(), seen_as.clone()).await.1["layout_id"], all["id"]);
    let submit = format!("/assignments/{}/submit", lease["id"].as_str().unwrap());
    let (status, answer) = post(api.labeler(), submit, json!({"fencing_token": lease["fencing_token"]})).await;
    assert_eq!((status, &answer["annotation"]["output"]), (200, &json!({})), "{answer}");

    let (_, review) = post(api.reviewer(), next.clone(), json!({})).await;
    let lease = &review["work"]["assignment"];
    assert_eq!(get(api.reviewer(), seen_as.clone()).await.1["layout_id"], reviews["id"], "who reviews it");
    assert_eq!(get(api.admin(), seen_as.clone()).await.1["layout_id"], all["id"], "whoever looks on");
    let step = layout(&api, "Step", &form("step", "x", ""), "step=review").await;
    assert_eq!(get(api.reviewer(), seen_as).await.1["layout_id"], reviews["id"], "work has begun");
    let decide = format!("/assignments/{}/decide", lease["id"].as_str().unwrap());
    let approve = json!({"fencing_token": lease["fencing_token"], "decision": "approve"});
    let (status, decided) = post(api.reviewer(), decide, approve).await;
    assert_eq!((status, &decided["annotation"]["output"]), (200, &json!({})), "approved is what the author's layout asks for: {decided}");

    let take = async || {
        let (_, work) = post(api.labeler(), next.clone(), json!({})).await;
        let lease = work["work"]["assignment"].clone();
        let submit = format!("/assignments/{}/submit", lease["id"].as_str().unwrap());
        post(api.labeler(), submit, json!({"fencing_token": lease["fencing_token"]})).await;
        let (_, review) = post(api.reviewer(), next.clone(), json!({})).await;
        let task = review["work"]["assignment"]["task_id"].as_str().unwrap().to_owned();
        get(api.reviewer(), format!("/tasks/{task}/layout")).await.1["layout_id"].clone()
    };
    assert_eq!(take().await, step["id"], "a step goes before a kind");
    let retire = format!("/projects/{project}/layouts/{}/retire", step["id"].as_str().unwrap());
    let (status, retired) = post(api.admin(), retire, json!({})).await;
    assert_eq!((status, &retired["status"], &retired["uses"]), (200, &json!("retired"), &json!([])), "{retired}");
    let path = format!("/projects/{project}/layouts/{}/activate", all["id"].as_str().unwrap());
    let (status, refused) = post(api.admin(), format!("{path}?step=nowhere"), json!({})).await;
    assert_eq!((status, &refused["errors"][0]["field"]), (422, &json!("step")), "{refused}");
    let (status, refused) = post(api.admin(), format!("{path}?kind=consensus"), json!({})).await;
    assert_eq!((status, &refused["errors"][0]["field"]), (422, &json!("kind")), "{refused}");
}

#[actix_web::test]
async fn an_admin_steps_in_and_everything_has_its_reason() {
    let api = Api::start().await;
    let project = api.a().project;
    on_workflow(&api, json!({"predefined": {"type": "single"}})).await;
    let (_, work) = post(api.labeler(), format!("/projects/{project}/next"), json!({})).await;
    let lease = &work["work"]["assignment"];
    let (id, task) = (lease["id"].as_str().unwrap(), lease["task_id"].as_str().unwrap());

    let (status, _) = post(api.labeler(), format!("/tasks/{task}/steer"), json!({"action": "hold", "reason": "x"})).await;
    assert_eq!(status, 403);
    let to = json!({"to": "person", "user_id": api.a().other_labeler});
    let (status, ended) = post(api.admin(), format!("/assignments/{id}/evict"), json!({"reason": "away", "then": to})).await;
    assert_eq!((status, ended["status"].as_str()), (200, Some("reassigned")), "{ended}");
    let (_, told) = get(api.labeler(), format!("/assignments/{id}")).await;
    assert_eq!((&told["status"], &told["reason"]), (&json!("reassigned"), &json!("away")), "they learn why: {told}");
    let (_, standing) = get(api.admin(), format!("/tasks/{task}/standing")).await;
    assert_eq!(standing["leases"][0]["user_id"], json!(api.a().other_labeler), "{standing}");
    let (status, stale) = post(api.labeler(), format!("/assignments/{id}/submit"), json!({"fencing_token": lease["fencing_token"]})).await;
    assert_eq!((status, stale["code"].as_str()), (409, Some("lease_stale")), "{stale}");

    let (status, held) = post(api.admin(), format!("/tasks/{task}/steer"), json!({"action": "hold", "reason": "unclear"})).await;
    assert_eq!((status, held["held"].as_str()), (200, Some("unclear")), "{held}");
    let (status, _) = post(api.admin(), format!("/tasks/{task}/steer"), json!({"action": "reset", "step": "nowhere", "reason": "x"})).await;
    assert_eq!(status, 409, "there is no such step");
    let (status, done) = post(api.admin(), format!("/tasks/{task}/steer"), json!({"action": "complete", "reason": "good enough"})).await;
    assert_eq!((status, &done["is_done"]), (200, &json!(true)), "{done}");
    let (_, history) = get(api.admin(), format!("/tasks/{task}/transitions")).await;
    let reasons: Vec<&Value> = history["items"].as_array().unwrap().iter().map(|step| &step["reason"]).collect();
    assert_eq!(reasons, [&json!("good enough"), &json!("unclear"), &Value::Null]);
}

#[actix_web::test]
async fn a_steps_tasks_are_listed_by_where_they_stand_page_by_page() {
    let api = Api::start().await;
    let (project, tasks) = (api.a().project, api.a().tasks);
    on_workflow(&api, json!({"predefined": {"type": "single"}})).await;
    let list = |query: &str| format!("/projects/{project}/steps/annotate/tasks?{query}");
    let ids =
        |page: &Value| page["items"].as_array().unwrap().iter().map(|task| task["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    let (status, _) = get(api.labeler(), list("state=waiting")).await;
    assert_eq!(status, 403);

    let (_, first) = get(api.admin(), list("state=waiting&limit=2")).await;
    let (_, rest) = get(api.admin(), list(&format!("state=waiting&limit=2&cursor={}", first["next_cursor"].as_str().unwrap()))).await;
    let mut all = ids(&first);
    all.extend(ids(&rest));
    assert_eq!((all, &rest["next_cursor"]), (tasks.iter().map(ToString::to_string).collect(), &Value::Null));

    let (_, work) = post(api.labeler(), format!("/projects/{project}/next"), json!({})).await;
    let lease = &work["work"]["assignment"];
    let (_, working) = get(api.admin(), list(&format!("state=working&user_id={}", api.a().labeler))).await;
    assert_eq!(ids(&working), [lease["task_id"].as_str().unwrap()]);
    assert_eq!(working["items"][0]["people"][0]["assignment_id"], lease["id"], "{working}");
    let (_, nobodys) = get(api.admin(), list(&format!("state=working&user_id={}", api.a().other_labeler))).await;
    assert_eq!(ids(&nobodys), [""; 0]);

    let (_, _) = post(api.admin(), format!("/tasks/{}/steer", tasks[2]), json!({"action": "hold", "reason": "blurred"})).await;
    let (_, held) = get(api.admin(), list("state=held")).await;
    assert_eq!((ids(&held), &held["items"][0]["held"]), (vec![tasks[2].to_string()], &json!("blurred")), "{held}");

    let submit = format!("/assignments/{}/submit", lease["id"].as_str().unwrap());
    let (status, _) = post(api.labeler(), submit, json!({"fencing_token": lease["fencing_token"]})).await;
    assert_eq!(status, 200);
    let (_, done) = get(api.admin(), list("state=done")).await;
    assert_eq!(ids(&done), [lease["task_id"].as_str().unwrap()]);
    assert!(done["items"][0]["people"][0]["submitted_at"].is_string(), "{done}");
    let (_, named) = get(api.admin(), list("state=done&q=nothing-is-called-this")).await;
    assert_eq!(ids(&named), [""; 0]);
    for (query, field) in [("state=waiting&cursor=x", "cursor"), ("state=waiting&limit=0", "limit"), ("state=lost", "state")] {
        let (status, refused) = get(api.admin(), list(query)).await;
        assert!([400, 422].contains(&status), "{query}: {refused}");
        assert!(refused.to_string().contains(field), "{query}: {refused}");
    }
}

#[actix_web::test]
async fn a_task_of_higher_priority_is_given_out_first_and_the_change_is_written_down() {
    let api = Api::start().await;
    let (project, tasks) = (api.a().project, api.a().tasks);
    on_workflow(&api, json!({"predefined": {"type": "single"}})).await;
    let path = format!("/projects/{project}/tasks/priority");
    let wanted = json!({"task_ids": [tasks[2], tasks[1]], "priority": 9, "reason": "the customer waits"});
    let (status, _) = post(api.labeler(), path.clone(), wanted.clone()).await;
    assert_eq!(status, 403);
    let (status, set) = post(api.admin(), path.clone(), wanted.clone()).await;
    let was = |task: tandem_protocol::TaskId| json!({"task_id": task, "was": 5});
    assert_eq!((status, &set["changed"]), (200, &json!([was(tasks[1]), was(tasks[2])])), "{set}");
    let (_, again) = post(api.admin(), path.clone(), wanted).await;
    assert_eq!(again["changed"], json!([]), "nothing is changed twice");

    let (_, listed) = get(api.admin(), format!("/projects/{project}/steps/annotate/tasks?state=waiting")).await;
    let order: Vec<&Value> = listed["items"].as_array().unwrap().iter().map(|task| &task["id"]).collect();
    assert_eq!(order, [&json!(tasks[1]), &json!(tasks[2]), &json!(tasks[0])]);
    let (_, work) = post(api.labeler(), format!("/projects/{project}/next"), json!({})).await;
    assert_eq!(work["work"]["assignment"]["task_id"], json!(tasks[1]));

    let unknown = uuid::Uuid::now_v7();
    for (body, field) in [
        (json!({"task_ids": [], "priority": 1}), "task_ids"),
        (json!({"task_ids": [tasks[0]], "priority": 11}), "priority"),
        (json!({"task_ids": [tasks[0], unknown], "priority": 1}), "task_ids[1]"),
    ] {
        let (status, refused) = post(api.admin(), path.clone(), body).await;
        assert_eq!((status, refused["errors"][0]["field"].as_str()), (422, Some(field)), "{refused}");
    }
    let mut owner = api.db().owner().await;
    let facts: Vec<Value> = sqlx::query_scalar("SELECT changes FROM audit_log WHERE action = 'task.steer' AND entity_type = 'project'")
        .fetch_all(&mut owner)
        .await
        .unwrap();
    assert_eq!(facts.len(), 1, "refused and empty changes are not");
    assert_eq!((&facts[0]["priority"], &facts[0]["reason"]), (&json!(9), &json!("the customer waits")));
}

#[actix_web::test]
async fn who_may_not_is_told_why_in_words() {
    let api = Api::start().await;
    let project = api.a().project;
    let form = json!({"id": "coding", "steps": [{"id": "code", "type": "annotation", "name": "Coding",
        "assignment": {"required_skills": [{"name": "medical_coding", "min_proficiency": "expert"}]}}]});
    on_workflow(&api, json!({"form": form})).await;
    let (status, nothing) = post(api.labeler(), format!("/projects/{project}/next"), json!({})).await;
    assert_eq!((status, &nothing["work"]), (200, &Value::Null));
    let closed = nothing["closed"].as_array().unwrap().iter().find(|step| step["step"] == "code").unwrap();
    assert_eq!(closed["reasons"][0]["text"], json!("Requires skill: Medical Coding (expert)"));
    let task = api.a().tasks[0];
    let (status, refused) = post(api.labeler(), format!("/tasks/{task}/claim"), json!({})).await;
    assert_eq!((status, refused["code"].as_str()), (403, Some("not_eligible")), "{refused}");
    let labeler = api.a().labeler;
    let (_, everybody) = get(api.admin(), format!("/tasks/{task}/assignees")).await;
    let (_, alone) = get(api.admin(), format!("/tasks/{task}/eligibility?user={labeler}")).await;
    let of = |user: tandem_protocol::UserId| everybody["items"].as_array().unwrap().iter().find(|one| one["user_id"] == json!(user));
    assert_eq!(of(labeler), Some(&alone), "all at once say what each says alone: {everybody}");
    assert_eq!(alone["steps"][0]["reasons"][0]["text"], json!("Requires skill: Medical Coding (expert)"));
    let (status, refused) = get(api.labeler(), format!("/tasks/{task}/assignees")).await;
    assert_eq!((status, refused["code"].as_str()), (403, Some("forbidden")), "{refused}");
    let profile =
        json!({"skills": [{"name": "medical_coding", "level": "expert"}], "teams": [], "availability": null, "max_concurrent": null});
    let put = api.admin().send("PUT", &format!("/api/v1/users/{labeler}/profile"), Some(profile), &[]).await;
    assert_eq!(put.status, 204, "{}", put.text());
    let (_, eligible) = get(api.labeler(), format!("/tasks/{task}/eligibility")).await;
    assert_eq!(eligible["eligible"], json!(true), "{eligible}");
    let (_, work) = post(api.labeler(), format!("/projects/{project}/next"), json!({})).await;
    assert_eq!(work["work"]["assignment"]["step"], json!("code"), "{work}");
    let path = format!("/api/v1/projects/{project}/members/{labeler}/pause");
    let paused = api.admin().send("PUT", &path, Some(json!({"reason": "training"})), &[]).await;
    assert_eq!(paused.status, 204, "{}", paused.text());
    let (_, progress) = get(api.labeler(), format!("/projects/{project}/workflow-progress")).await;
    let step = progress["steps"].as_array().unwrap().iter().find(|step| step["step"] == "code").unwrap();
    assert_eq!((&step["working"], &step["waiting"]), (&json!(1), &json!(2)), "{progress}");
    assert!(step["closed"][0]["text"].as_str().unwrap().contains("training"), "{progress}");
    // Who changes members sees it in the list, and so does the person; a colleague does not.
    for (who, sees) in [(api.admin(), true), (api.labeler(), true), (api.reviewer(), false)] {
        let (_, members) = get(who, format!("/projects/{project}/members")).await;
        let member = members["items"].as_array().unwrap().iter().find(|one| one["user"]["id"] == json!(labeler)).unwrap();
        assert_eq!(member["paused"]["reason"] == json!("training"), sees, "{members}");
    }
    let over = api.admin().send("PUT", &path, Some(json!({"reason": "training", "until": "2020-01-01T00:00:00Z"})), &[]).await;
    assert_eq!(over.status, 204, "{}", over.text());
    let (_, members) = get(api.admin(), format!("/projects/{project}/members")).await;
    assert!(members["items"].as_array().unwrap().iter().all(|one| one["paused"].is_null()), "a pause ends by itself: {members}");
}

#[actix_web::test]
async fn whoever_asks_before_the_workflow_has_begun_with_its_tasks_is_given_one() {
    let api = Api::start().await;
    let project = api.a().project;
    let path = format!("/projects/{project}/workflows");
    let (_, made) = post(api.admin(), path, json!({"predefined": {"type": "single"}})).await;
    let id = made["id"].as_str().unwrap();
    api.admin().call(&format!("/api/v1/workflows/{id}/activate")).await.expect(200);
    api.admin().post(&format!("/api/v1/workflows/{id}/migrate"), json!({})).await.expect(200);
    // The server may be in the middle of beginning with all three; then they are there at the second ask.
    let mut work = api.labeler().next().await;
    if work.is_null() {
        work = api.labeler().next().await;
    }
    assert_eq!(work["task"]["id"], json!(api.a().tasks[0]), "{work}");
}

#[actix_web::test]
async fn people_say_themselves_when_they_work_and_admins_how_much() {
    let api = Api::start().await;
    let (project, labeler) = (api.a().project, api.a().labeler);
    on_workflow(&api, json!({"form": {"id": "w", "steps": [{"id": "label", "type": "annotation"}]}})).await;
    let skills = json!([{"name": "medical_coding", "level": "expert"}]);
    let profile = json!({"skills": skills, "teams": ["clinical"], "availability": {"time_zone": "Europe/Berlin", "daily_capacity": 40}, "max_concurrent": 3});
    api.admin().put(&format!("/api/v1/users/{labeler}/profile"), profile).await.expect(204);

    // Never now: one minute of a day long gone by, and of the other days none.
    let hours = json!({"time_zone": "Asia/Tokyo", "hours": {"mon": [{"from": "00:00", "to": "00:01"}]}, "days_off": ["2026-12-24"]});
    let mine = api.labeler().put("/api/v1/me/hours", json!({"availability": hours})).await.expect(200);
    assert_eq!(
        (&mine["skills"][0]["name"], &mine["teams"], &mine["max_concurrent"]),
        (&json!("medical_coding"), &json!(["clinical"]), &json!(3))
    );
    assert_eq!((&mine["availability"]["time_zone"], &mine["availability"]["daily_capacity"]), (&json!("Asia/Tokyo"), &json!(40)), "{mine}");
    assert_eq!(api.labeler().get("/api/v1/me/profile").await.expect(200), mine);
    assert_eq!(api.admin().get(&format!("/api/v1/users/{labeler}/profile")).await.expect(200), mine);
    let (_, answer) = post(api.labeler(), format!("/projects/{project}/next"), json!({})).await;
    assert_eq!((&answer["work"], &answer["closed"][0]["reasons"][0]["code"]), (&Value::Null, &json!("outside_hours")), "{answer}");

    let free = api.labeler().put("/api/v1/me/hours", json!({"availability": null})).await.expect(200);
    assert_eq!(free["availability"], json!({"time_zone": "Asia/Tokyo", "daily_capacity": 40}), "the limit is still counted by a clock");
    let more = json!({"availability": {"time_zone": "Asia/Tokyo", "daily_capacity": 400}});
    let broken = api.labeler().put("/api/v1/me/hours", more).await.broken();
    assert!(broken.iter().any(|rule| rule.contains("availability.daily_capacity")), "{broken:?}");
    let nowhere = json!({"availability": {"time_zone": "Nowhere/There"}});
    let broken = api.labeler().put("/api/v1/me/hours", nowhere).await.broken();
    assert!(broken.iter().any(|rule| rule.contains("availability")), "{broken:?}");

    let none = json!({"skills": [], "teams": [], "availability": null, "max_concurrent": null});
    api.admin().put(&format!("/api/v1/users/{labeler}/profile"), none).await.expect(204);
    assert_eq!(api.labeler().put("/api/v1/me/hours", json!({"availability": null})).await.expect(200)["availability"], Value::Null);
}

#[actix_web::test]
async fn a_simulation_says_where_the_time_goes() {
    let api = Api::start().await;
    let id = on_workflow(&api, json!({"predefined": {"type": "sampled_review", "rate": 0.5}})).await;
    let assumptions = json!({"tasks": 200, "seed": 7, "people": {"labelers": 4, "reviewers": 1},
        "steps": {"annotate": {"duration": {"type": "fixed", "seconds": 60}}, "review": {"duration": {"type": "fixed", "seconds": 600}}}});
    let (status, first) = post(api.admin(), format!("/workflows/{id}/simulate"), assumptions.clone()).await;
    assert_eq!((status, &first["bottleneck"]["step"]), (200, &json!("review")), "{first}");
    let (_, second) = post(api.admin(), format!("/workflows/{id}/simulate"), assumptions).await;
    assert_eq!(first, second, "the same seed, the same answer");
    let (status, refused) = post(api.admin(), format!("/workflows/{id}/simulate"), json!({"tasks": 0, "people": {"labelers": 1}})).await;
    assert_eq!(status, 422, "{refused}");
}

#[actix_web::test]
async fn a_batch_says_how_far_its_tasks_are_and_how_it_came_there() {
    let api = Api::start().await;
    on_workflow(&api, json!({"predefined": {"type": "single"}})).await;
    let (project, batch) = (api.a().project, api.a().batch);
    let (status, before) = get(api.labeler(), format!("/batches/{batch}/instance")).await;
    assert_eq!((status, &before["value"], &before["total"]), (200, &json!("created"), &json!(3)), "{before}");
    for _ in 0..3 {
        let (_, work) = post(api.labeler(), format!("/projects/{project}/next"), json!({})).await;
        let lease = &work["work"]["assignment"];
        let submit = format!("/assignments/{}/submit", lease["id"].as_str().unwrap());
        let (status, answer) = post(api.labeler(), submit, json!({"fencing_token": lease["fencing_token"]})).await;
        assert_eq!(status, 200, "{answer}");
    }
    let (_, after) = get(api.labeler(), format!("/batches/{batch}/instance")).await;
    assert_eq!((&after["value"], &after["done"]), (&json!("completed"), &json!(3)), "{after}");
    let (_, steps) = get(api.labeler(), format!("/batches/{batch}/transitions")).await;
    assert_eq!(steps["items"][0]["to"], json!("completed"), "{steps}");
    let empty = api.admin().post(&format!("/api/v1/projects/{project}/batches"), json!({"name": "empty"})).await.expect(201);
    let (status, nothing) = get(api.labeler(), format!("/batches/{}/instance", empty["id"].as_str().unwrap())).await;
    assert_eq!((status, nothing), (200, Value::Null));
}

#[actix_web::test]
async fn tasks_of_a_step_that_only_admins_give_are_given_by_admins_and_taken_by_nobody() {
    let api = Api::start().await;
    let (project, tasks, labeler) = (api.a().project, api.a().tasks, api.a().labeler);
    let form = json!({"id": "w", "steps": [{"id": "label", "type": "annotation", "assignment": {"mode": "manual"}}]});
    on_workflow(&api, json!({"form": form})).await;
    let (_, nothing) = post(api.labeler(), format!("/projects/{project}/next"), json!({})).await;
    assert_eq!((&nothing["work"], &nothing["closed"][0]["reasons"][0]["code"]), (&Value::Null, &json!("given_by_hand")), "{nothing}");
    let (status, refused) = post(api.labeler(), format!("/tasks/{}/claim", tasks[0]), json!({})).await;
    assert_eq!((status, refused["code"].as_str()), (403, Some("not_eligible")), "{refused}");

    let (_, everybody) = get(api.admin(), format!("/tasks/{}/assignees", tasks[0])).await;
    let me = everybody["items"].as_array().unwrap().iter().find(|one| one["user_id"] == json!(labeler)).unwrap();
    assert_eq!(me["eligible"], json!(true), "{everybody}");
    for (task, step) in [(tasks[0], Value::Null), (tasks[1], json!("label"))] {
        let wanted = json!({"user_id": labeler, "step": step, "force": false, "reason": null});
        let (status, given) = post(api.admin(), format!("/tasks/{task}/assign"), wanted).await;
        assert_eq!((status, &given["assignment"]["user_id"]), (200, &json!(labeler)), "{given}");
    }
    let (_, held) = post(api.labeler(), format!("/projects/{project}/next"), json!({})).await;
    let id = held["work"]["assignment"]["id"].as_str().unwrap().to_owned();
    let to = json!({"to": "person", "user_id": api.a().other_labeler});
    let (status, ended) = post(api.admin(), format!("/assignments/{id}/evict"), json!({"reason": "away", "then": to})).await;
    assert_eq!(status, 200, "{ended}");
    let (_, standing) = get(api.admin(), format!("/tasks/{}/standing", tasks[0])).await;
    assert_eq!(standing["leases"][0]["user_id"], json!(api.a().other_labeler), "{standing}");
}
