//! What those who run a project see and do: which work there is, whose it is and why, notes, giving out many tasks at once.

#![allow(clippy::unwrap_used)]

mod support;

use serde_json::{Value, json};
use support::{Api, Person, socket::Socket};
use tandem_protocol::{
    WorkspaceRole,
    rest::NotificationKind,
    ws::{ServerControl, ServerFrame, Subprotocol, Subscribe, Topic, TopicKind},
};
use tandem_store::pg::flow;

async fn next(person: &Person<'_>, api: &Api, step: &str) -> Value {
    person.post(&format!("/api/v1/projects/{}/next", api.a().project), json!({ "step": step })).await.expect(200)
}

async fn submit(person: &Person<'_>, assignment: &Value) {
    let path = format!("/api/v1/assignments/{}/submit", assignment["id"].as_str().unwrap());
    person.post(&path, support::proof(assignment)).await.expect(200);
}

fn two_steps() -> Value {
    json!({"form": {"id": "w", "steps": [
        {"id": "label", "type": "annotation", "name": "Label"},
        {"id": "check", "type": "review", "assignment": {"required_roles": ["labeler"]}}
    ]}})
}

#[actix_web::test]
async fn who_asks_for_a_steps_work_gets_that_steps_work_or_is_told_why_there_is_none() {
    let api = Api::start().await;
    api.on_workflow(two_steps()).await;
    let (labeler, other) = (api.labeler(), api.person(&api.a(), api.a().other_labeler));
    let path = format!("/api/v1/projects/{}/next", api.a().project);
    assert_eq!(labeler.post(&path, json!({"step": "nowhere"})).await.broken(), ["step: exists"]);
    assert_eq!(labeler.post(&path, json!({"stage": "label"})).await.broken(), ["stage: unknown_field"]);

    let none = next(&labeler, &api, "check").await;
    assert_eq!((&none["work"], &none["nothing"]["waiting"]), (&Value::Null, &json!(0)), "{none}");
    assert_eq!(none["nothing"]["text"], "No task waits in this step.");
    let mine = next(&labeler, &api, "label").await["work"]["assignment"].clone();
    assert_eq!(next(&labeler, &api, "label").await["work"]["assignment"]["id"], mine["id"], "what one holds is given again");
    submit(&labeler, &mine).await;

    let own = next(&labeler, &api, "check").await;
    let nothing = &own["nothing"];
    assert_eq!(
        (&nothing["waiting"], &nothing["kept_from"], &nothing["commonest"]["code"]),
        (&json!(1), &json!(1), &json!("worked_in_step"))
    );
    assert!(nothing["text"].as_str().unwrap().starts_with("1 task waits in this step; none of them is for you"), "{own}");
    let begun = next(&labeler, &api, "label").await["work"]["assignment"].clone();
    let theirs = next(&other, &api, "check").await["work"]["assignment"].clone();
    assert_eq!((&theirs["task_id"], &theirs["step"]), (&mine["task_id"], &json!("check")));
    let all = next(&labeler, &api, "check").await;
    assert_eq!((&all["work"], &all["nothing"]["in_work"]), (&Value::Null, &json!(1)), "what they hold elsewhere is not it: {all}");
    let any = labeler.call(&path).await.expect(200);
    assert_eq!(
        (&any["work"]["assignment"]["id"], &any["nothing"]),
        (&begun["id"], &Value::Null),
        "without a step, whatever they hold: {any}"
    );
}

#[actix_web::test]
async fn a_lease_says_why_its_holder_has_it_to_them_and_to_those_who_steer() {
    let api = Api::start().await;
    let form = json!({"id": "w", "steps": [{"id": "code", "type": "annotation",
        "assignment": {"required_skills": [{"name": "latin", "min_proficiency": "novice"}]}}]});
    api.on_workflow(json!({ "form": form })).await;
    let labeler = api.a().labeler;
    let profile = json!({"skills": [{"name": "latin", "level": "expert"}], "teams": [], "availability": null, "max_concurrent": null});
    api.admin().put(&format!("/api/v1/users/{labeler}/profile"), profile).await.expect(204);
    let mine = next(&api.labeler(), &api, "code").await["work"]["assignment"].clone();
    let path = format!("/api/v1/assignments/{}", mine["id"].as_str().unwrap());
    let why = api.labeler().get(&path).await.expect(200)["assignment_metadata"].clone();
    assert_eq!((&why["because"]["rule"], &why["mode"], &why["task"]["priority"]), (&json!("queue"), &json!("pool"), &json!(5)), "{why}");
    assert_eq!(why["skills"], json!([{"name": "latin", "level": "expert", "asked": "novice", "required": true}]));
    assert!(why["task"]["waiting_since"].is_string(), "{why}");
    assert_eq!(api.reviewer().get(&path).await.expect(200)["assignment_metadata"], Value::Null, "others have no business with it");
    let list = format!("/api/v1/projects/{}/steps/code/tasks?state=working", api.a().project);
    let row = api.admin().get(&list).await.expect(200)["items"][0].clone();
    assert_eq!(row["people"][0]["assignment_metadata"], why, "{row}");

    let given = json!({"user_id": api.a().other_labeler, "force": true, "reason": "to learn"});
    let waiting = api.a().tasks.into_iter().find(|task| json!(task) != mine["task_id"]).unwrap();
    let given = api.admin().post(&format!("/api/v1/tasks/{waiting}/assign"), given).await.expect(200);
    let path = format!("/api/v1/assignments/{}", given["assignment"]["id"].as_str().unwrap());
    let why = api.admin().get(&path).await.expect(200)["assignment_metadata"].clone();
    let told = (&why["because"]["rule"], &why["force"], &why["reason"], &why["by"]);
    assert_eq!(told, (&json!("by_hand"), &json!(true), &json!("to learn"), &json!(api.a().admin)), "{why}");
}

#[actix_web::test]
async fn a_note_on_a_task_is_kept_for_those_who_steer_and_for_nobody_else() {
    let api = Api::start().await;
    let path = format!("/api/v1/tasks/{}/notes", api.a().tasks[0]);
    api.labeler().get(&path).await.problem(403, "forbidden");
    api.reviewer().post(&path, json!({"text": "x"})).await.problem(403, "forbidden");
    assert_eq!(api.admin().post(&path, json!({"text": " "})).await.broken(), ["text: min_length"]);
    assert_eq!(api.admin().post(&path, json!({"text": "x".repeat(4_001)})).await.broken(), ["text: max_length"]);
    for text in ["The scanner was new that week.", "Ask the clinic.", "Asked."] {
        let made = api.admin().post(&path, json!({ "text": text })).await.expect(201);
        assert_eq!((&made["text"], &made["author"]["id"]), (&json!(text), &json!(api.a().admin)), "{made}");
    }
    let first = api.admin().get(&format!("{path}?limit=2")).await.expect(200);
    let rest = api.admin().get(&format!("{path}?cursor={}", first["next_cursor"].as_str().unwrap())).await.expect(200);
    let texts = |page: &Value| page["items"].as_array().unwrap().iter().map(|note| note["text"].clone()).collect::<Vec<_>>();
    assert_eq!(texts(&first), ["Asked.", "Ask the clinic."], "newest first");
    assert_eq!((texts(&rest), &rest["next_cursor"]), (vec![json!("The scanner was new that week.")], &Value::Null));
    let b = api.db().b;
    api.person(&b, b.admin).get(&path).await.problem(404, "not_found");
    let audited: Vec<Value> = sqlx::query_scalar(
        "SELECT changes->'note' FROM audit_log WHERE action = 'task.steer' AND entity_type = 'task' ORDER BY occurred_at",
    )
    .fetch_all(&mut api.db().owner().await)
    .await
    .unwrap();
    assert_eq!(audited.last(), Some(&json!("Asked.")));
}

#[actix_web::test]
async fn a_steps_table_says_how_the_work_goes_and_which_tasks_came_when() {
    let api = Api::start().await;
    api.on_workflow(two_steps()).await;
    let list = |query: &str| format!("/api/v1/projects/{}/steps/label/tasks?{query}", api.a().project);
    let before = api.admin().get(&list("state=waiting")).await.expect(200);
    assert_eq!(before["summary"], json!({"active_annotators": 0, "average_ms": null}));
    let mine = next(&api.labeler(), &api, "label").await["work"]["assignment"].clone();
    let path = format!("/api/v1/assignments/{}/submit", mine["id"].as_str().unwrap());
    api.labeler().post(&path, json!({"fencing_token": mine["fencing_token"], "time_spent_ms": 4_200})).await.expect(200);
    let held = next(&api.labeler(), &api, "label").await["work"]["assignment"].clone();
    let working = api.admin().get(&list("state=working")).await.expect(200);
    assert_eq!(working["summary"], json!({"active_annotators": 1, "average_ms": 4_200}), "{working}");
    assert_eq!(working["items"][0]["started_at"], held["assigned_at"], "{working}");
    let done = api.admin().get(&list("state=done")).await.expect(200);
    assert_eq!(done["items"][0]["people"][0]["time_spent_ms"], json!(4_200));

    for state in ["waiting", "working", "done"] {
        let count = async |span: &str| {
            api.admin().get(&list(&format!("state={state}&{span}"))).await.expect(200)["items"].as_array().unwrap().len()
        };
        let seen = (
            count("since=2020-01-01T00:00:00Z").await,
            count("since=2100-01-01T00:00:00Z").await,
            count("until=2020-01-01T00:00:00Z").await,
        );
        assert_eq!(seen, (1, 0, 0), "{state}");
    }
    let twisted = api.admin().get(&list("state=done&since=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z")).await;
    assert_eq!(twisted.broken(), ["until: range"]);
}

#[actix_web::test]
async fn some_tasks_are_exported_alone() {
    let api = Api::start().await;
    let tasks = api.a().tasks;
    let path = format!("/api/v1/projects/{}/export", api.a().project);
    let body = |ids: Value| json!({"format": "jsonl", "task_ids": ids});
    let lines = api.reviewer().post(&path, body(json!([tasks[2], tasks[0]]))).await;
    assert_eq!((lines.status, lines.text().lines().count()), (200, 2), "{}", lines.text());
    let coco = api.reviewer().post(&path, json!({"format": "coco", "task_ids": [tasks[1]]})).await.expect(200);
    assert_eq!(coco["images"].as_array().unwrap().len(), 1);
    assert_eq!(api.admin().post(&path, body(json!([]))).await.broken(), ["task_ids: items"]);
    let theirs = api.db().b.tasks[0];
    assert_eq!(api.admin().post(&path, body(json!([tasks[0], theirs]))).await.broken(), ["task_ids[1]: exists"]);
    api.labeler().post(&path, body(json!([tasks[0]]))).await.problem(403, "forbidden");
}

#[actix_web::test]
async fn tasks_are_given_to_several_people_in_turn_and_each_says_what_became_of_it() {
    let api = Api::start().await;
    api.on_workflow(two_steps()).await;
    let (tasks, a) = (api.a().tasks, api.a());
    let path = format!("/api/v1/projects/{}/tasks/assign", a.project);
    let wanted = json!({"task_ids": tasks, "user_ids": [a.other_labeler, a.labeler]});
    api.reviewer().post(&path, wanted.clone()).await.problem(403, "forbidden");
    let given = api.admin().post(&path, wanted).await.expect(200);
    let to =
        |given: &Value| given["items"].as_array().unwrap().iter().map(|item| item["assignment"]["user_id"].clone()).collect::<Vec<_>>();
    assert_eq!(to(&given), [json!(a.other_labeler), json!(a.labeler), json!(a.other_labeler)], "{given}");
    let audited: Vec<Value> =
        sqlx::query_scalar("SELECT changes->'assigned' FROM audit_log WHERE action = 'task.steer' AND entity_type = 'project'")
            .fetch_all(&mut api.db().owner().await)
            .await
            .unwrap();
    assert_eq!((audited.len(), audited[0].as_array().unwrap().len()), (1, 3));

    let again =
        api.admin().post(&path, json!({"task_ids": [tasks[0], tasks[1]], "user_ids": [a.labeler], "step": "label"})).await.expect(200);
    assert_eq!(to(&again), [Value::Null, json!(a.labeler)], "one's own is one's own still: {again}");
    assert_eq!(again["items"][0]["refused"][0]["reason"]["code"], "lease_stale", "{again}");
    let paused = format!("/api/v1/projects/{}/members/{}/pause", a.project, a.labeler);
    api.admin().put(&paused, json!({"reason": "training"})).await.expect(204);
    let lease = given["items"][2]["assignment"]["id"].as_str().unwrap();
    api.admin().post(&format!("/api/v1/assignments/{lease}/evict"), json!({"reason": "away"})).await.expect(200);
    let refused = api.admin().post(&path, json!({"task_ids": [tasks[2]], "user_ids": [a.labeler]})).await.expect(200);
    assert!(refused["items"][0]["refused"][0]["reason"]["text"].as_str().unwrap().contains("training"), "{refused}");
    let passed = api.admin().post(&path, json!({"task_ids": [tasks[2]], "user_ids": [a.labeler, a.other_labeler]})).await.expect(200);
    assert_eq!(to(&passed), [json!(a.other_labeler)], "the other one may: {passed}");

    let broken = async |body: Value| api.admin().post(&path, body).await.broken();
    assert_eq!(broken(json!({"task_ids": [], "user_ids": []})).await, ["task_ids: items", "user_ids: items"]);
    assert_eq!(broken(json!({"task_ids": [tasks[0], tasks[0]], "user_ids": [a.labeler]})).await, ["task_ids[1]: unique"]);
    assert_eq!(broken(json!({"task_ids": [api.db().b.tasks[0]], "user_ids": [a.labeler]})).await, ["task_ids[0]: exists"]);
    assert_eq!(broken(json!({"task_ids": [tasks[0]], "user_ids": [a.labeler], "force": true})).await, ["reason: required"]);
}

async fn steer(api: &Api, task: &str, wanted: Value) -> Value {
    api.admin().post(&format!("/api/v1/tasks/{task}/steer"), wanted).await.expect(200)
}

/// The tasks of a step, as the table has them.
async fn listed(api: &Api, step: &str, state: &str) -> Vec<Value> {
    let path = format!("/api/v1/projects/{}/steps/{step}/tasks?state={state}", api.a().project);
    api.admin().get(&path).await.expect(200)["items"].as_array().unwrap().iter().map(|task| task["id"].clone()).collect()
}

#[actix_web::test]
async fn every_step_lists_its_tasks_and_each_verb_moves_them_on() {
    let api = Api::start().await;
    let form = json!({"id": "w", "steps": [
        {"id": "label", "type": "annotation", "completion": {"type": "manual"}}, {"id": "agent", "type": "external_agent", "handler": "outside"},
        {"id": "pause", "type": "hold"}, {"id": "check", "type": "review"}
    ]});
    api.on_workflow(json!({ "form": form })).await;
    let task = api.a().tasks[0].to_string();
    let mine = vec![json!(task)];
    let fails = async || {
        let path = format!("/api/v1/tasks/{task}/steps/agent/result");
        api.admin().post(&path, json!({"error": "no idea"})).await.expect(204);
        assert_eq!(listed(&api, "agent", "held").await, mine);
    };
    let open = |standing: &Value| standing["open"].as_array().unwrap().iter().map(|open| open["step"].clone()).collect::<Vec<_>>();

    let refused = api.admin().post(&format!("/api/v1/tasks/{task}/steer"), json!({"action": "resume", "reason": "x"})).await;
    refused.problem(409, "not_now");
    steer(&api, &task, json!({"action": "finish", "step": "label", "reason": "enough"})).await;
    assert_eq!(listed(&api, "agent", "working").await, mine, "a program has it");
    let progress = api.admin().get(&format!("/api/v1/projects/{}/workflow-progress", api.a().project)).await.expect(200);
    let of = |id: &str| progress["steps"].as_array().unwrap().iter().find(|step| step["step"] == id).cloned().unwrap_or_default();
    assert_eq!(of("agent")["working"], json!(1), "{progress}");

    fails().await;
    let told = api.admin().get("/api/v1/me/notifications").await.expect(200);
    assert_eq!((&told["items"][0]["kind"], &told["items"][0]["task_id"]), (&json!("held"), &json!(task)), "{told}");
    assert!(told["items"][0]["excerpt"].as_str().unwrap().contains("step \"agent\": a program failed"), "{told}");
    assert_eq!(told["items"][0]["from"]["name"], "Tandem");
    let resumed = steer(&api, &task, json!({"action": "resume", "reason": "once more"})).await;
    assert_eq!((&resumed["held"], listed(&api, "agent", "working").await), (&Value::Null, mine.clone()), "{resumed}");
    fails().await;
    let told = api.admin().get("/api/v1/me/notifications").await.expect(200);
    assert_eq!(told["unread"], json!(1), "one piece of news: {told}");
    steer(&api, &task, json!({"action": "reopen", "step": "agent", "reason": "once more"})).await;
    fails().await;
    let held = steer(&api, &task, json!({"action": "resolve", "step": "agent", "output": {"label": "cat"}, "reason": "I know"})).await;
    assert_eq!((&held["held"], listed(&api, "pause", "held").await), (&json!("hold"), mine.clone()), "{held}");
    assert_eq!(held["context"]["steps"]["agent"]["output"], json!({"label": "cat"}), "{held}");

    let freed = steer(&api, &task, json!({"action": "finish", "step": "pause", "reason": "go"})).await;
    assert_eq!(open(&freed), [json!("check")]);
    let back = steer(&api, &task, json!({"action": "undo", "reason": "too early"})).await;
    assert_eq!((open(&back), listed(&api, "pause", "held").await), (vec![], mine.clone()), "{back}");
    let freed = steer(&api, &task, json!({"action": "resume", "reason": "now"})).await;
    assert_eq!((open(&freed), listed(&api, "pause", "held").await), (vec![json!("check")], vec![]));
    let gone = steer(&api, &task, json!({"action": "archive", "reason": "a duplicate"})).await;
    assert_eq!((&gone["is_done"], listed(&api, "check", "waiting").await), (&json!(true), vec![]), "{gone}");
    let status = api.admin().get(&format!("/api/v1/tasks/{task}")).await.expect(200)["status"].clone();
    assert_eq!(status, "cancelled");
}

#[actix_web::test]
async fn a_step_of_a_branch_is_reset_and_the_other_branch_goes_on() {
    let api = Api::start().await;
    let form = json!({"id": "w", "steps": [{"id": "both", "type": "parallel", "branches": [
        {"id": "x", "steps": [{"id": "draw", "type": "annotation"}, {"id": "look", "type": "review"}]},
        {"id": "y", "steps": [{"id": "write", "type": "annotation"}]}
    ]}]});
    api.on_workflow(json!({ "form": form })).await;
    let drawn = next(&api.labeler(), &api, "draw").await["work"]["assignment"].clone();
    let task = drawn["task_id"].as_str().unwrap();
    submit(&api.labeler(), &drawn).await;
    assert_eq!(listed(&api, "look", "waiting").await, [json!(task)]);
    steer(&api, task, json!({"action": "reset", "step": "draw", "reason": "the wrong picture"})).await;
    assert_eq!((listed(&api, "look", "waiting").await.len(), listed(&api, "draw", "waiting").await.len()), (0, 3));
    assert_eq!(listed(&api, "write", "waiting").await.len(), 3, "nothing happened there");
}

#[actix_web::test]
async fn who_is_given_work_without_asking_is_told_and_who_asked_is_not() {
    let api = Api::start().await;
    api.on_workflow(two_steps()).await;
    let (a, tasks) = (api.a(), api.a().tasks);
    let token = api.token(a.workspace, a.labeler, WorkspaceRole::Member);
    let mut socket = Socket::hello(api.server(), token, Subprotocol::Json).await;
    let topic = Topic { kind: TopicKind::User, id: a.labeler.into() };
    socket.control(Subscribe { channel: 2, topic, lineage: None, state_vector: None }).await;
    socket.ping().await;
    let body = json!({"user_id": a.labeler, "reason": "you know this clinic"});
    api.admin().post(&format!("/api/v1/tasks/{}/assign", tasks[0]), body).await.expect(200);
    let live = socket
        .wait(|frame| match frame {
            ServerFrame::Control(ServerControl::Notified(told)) => Some(told.notification.clone()),
            _ => None,
        })
        .await;
    assert_eq!((live.kind, live.task_id), (NotificationKind::Given, tasks[0]));
    let told = api.labeler().get("/api/v1/me/notifications").await.expect(200);
    let first = &told["items"][0];
    assert_eq!((&first["kind"], &first["task_id"], &first["from"]["id"]), (&json!("given"), &json!(tasks[0]), &json!(a.admin)), "{told}");
    assert_eq!(
        (&first["excerpt"], &first["thread"]),
        (&json!("A task of step \"label\" was given to you: you know this clinic"), &json!(""))
    );
    api.labeler().post("/api/v1/me/notifications/read", json!({})).await.expect(200);
    api.admin().post(&format!("/api/v1/tasks/{}/assign", tasks[1]), json!({"user_id": a.labeler})).await.expect(200);
    let told = api.labeler().get("/api/v1/me/notifications").await.expect(200);
    assert_eq!((told["unread"].as_u64(), told["items"].as_array().unwrap().len()), (Some(1), 2), "what was read is told anew: {told}");
    let other = api.person(&a, a.other_labeler);
    next(&other, &api, "label").await;
    assert_eq!(other.get("/api/v1/me/notifications").await.expect(200)["unread"], json!(0), "they asked");
}

#[actix_web::test]
async fn a_late_answer_of_an_agent_is_not_taken_for_that_of_the_next_attempt() {
    let api = Api::start().await;
    let form = json!({"id": "w", "steps": [{"id": "agent", "type": "external_agent", "handler": "outside"}, {"id": "look", "type": "annotation"}]});
    api.on_workflow(json!({ "form": form })).await;
    let task = api.a().tasks[0];
    let standing = format!("/api/v1/tasks/{task}/standing");
    let first = api.admin().get(&standing).await.expect(200)["waits_for"][0].clone();
    assert_eq!((&first["step"], &first["kind"]), (&json!("agent"), &json!("external_agent")));
    steer(&api, &task.to_string(), json!({"action": "reset", "step": "agent", "reason": "ask again"})).await;
    let path = format!("/api/v1/tasks/{task}/steps/agent/result");
    api.admin().post(&path, json!({"output": {"a": 1}, "since": first["since"]})).await.problem(409, "not_now");
    let second = api.admin().get(&standing).await.expect(200)["waits_for"][0].clone();
    api.admin().post(&path, json!({"output": {"a": 2}, "since": second["since"]})).await.expect(204);
    let now = api.admin().get(&standing).await.expect(200);
    assert_eq!((&now["context"]["steps"]["agent"]["output"], &now["waits_for"]), (&json!({"a": 2}), &json!([])), "{now}");
    let history = api.admin().get(&format!("/api/v1/tasks/{task}/transitions")).await.expect(200);
    assert_eq!(history["items"][0]["payload"], json!({"output": {"a": 2}}), "{history}");
    assert!(history["items"][0]["request_id"].is_string(), "{history}");
}

#[actix_web::test]
async fn a_reviewer_who_answers_blind_is_not_told_the_others_answers() {
    let api = Api::start().await;
    let form = json!({"id": "w", "steps": [{"id": "label", "type": "annotation", "completion": {"count": 2}}]});
    api.on_workflow(json!({ "form": form })).await;
    let theirs = next(&api.labeler(), &api, "label").await["work"]["assignment"].clone();
    submit(&api.labeler(), &theirs).await;
    let task = theirs["task_id"].as_str().unwrap();
    let seen = async || {
        let candidates = api.reviewer().get(&format!("/api/v1/tasks/{task}/candidates")).await.expect(200);
        let annotations = api.reviewer().get(&format!("/api/v1/tasks/{task}/annotations")).await.expect(200);
        let context = api.reviewer().get(&format!("/api/v1/tasks/{task}/standing")).await.expect(200)["context"].is_object();
        (candidates["items"].as_array().unwrap().len(), annotations["items"].as_array().unwrap().len(), context)
    };
    assert_eq!(seen().await, (1, 1, true), "as long as they only look on");
    let mine = api.reviewer().call(&format!("/api/v1/tasks/{task}/claim")).await.expect(200)["assignment"].clone();
    assert_eq!(seen().await, (0, 0, false));
    submit(&api.reviewer(), &mine).await;
    assert_eq!(seen().await, (2, 2, true), "they have answered");
}

#[actix_web::test]
async fn who_looks_at_tasks_and_gives_them_back_has_skipped_them() {
    let api = Api::start().await;
    api.on_workflow(two_steps()).await;
    for round in 0..4 {
        let asked = next(&api.labeler(), &api, "label").await;
        if round == 3 {
            assert_eq!(asked["closed"][0]["reasons"][0]["code"], "skipped_too_often", "{asked}");
            break;
        }
        let lease = asked["work"]["assignment"].clone();
        for verb in ["accept", "release"] {
            api.labeler()
                .post(&format!("/api/v1/assignments/{}/{verb}", lease["id"].as_str().unwrap()), support::proof(&lease))
                .await
                .expect(200);
        }
    }
    let lease = next(&api.person(&api.a(), api.a().other_labeler), &api, "label").await["work"]["assignment"].clone();
    assert!(lease.is_object(), "others may");
}

#[actix_web::test]
async fn a_workflow_that_says_what_nothing_would_do_is_refused_with_the_place() {
    let api = Api::start().await;
    let form = json!({"id": "w", "steps": [{"id": "label", "type": "annotation", "assignment": {"priority_rules": [{"field": "age"}]}}]});
    let path = format!("/api/v1/projects/{}/workflows", api.a().project);
    let refused = api.admin().post(&path, json!({ "form": form })).await.problem(422, "workflow_invalid");
    assert_eq!(refused["errors"][0]["field"], "/steps/0/assignment/priority_rules", "{refused}");
}

#[actix_web::test]
async fn a_task_is_given_out_by_the_rules_of_the_version_it_is_on() {
    let api = Api::start().await;
    let project = api.a().project;
    let form = |rules: Value| json!({"form": {"id": "w", "steps": [{"id": "label", "type": "annotation", "assignment": rules}]}});
    api.on_workflow(form(json!({"required_skills": [{"name": "latin"}]}))).await;
    let second = api
        .admin()
        .post(&format!("/api/v1/projects/{project}/workflows"), form(json!({"deny_users": [api.a().other_labeler]})))
        .await
        .expect(201);
    api.admin().call(&format!("/api/v1/workflows/{}/activate", second["id"].as_str().unwrap())).await.expect(200);
    let new = json!({"tasks": [{"asset_id": api.a().assets[0], "external_id": "new"}]});
    let made = api.admin().post(&format!("/api/v1/projects/{project}/tasks"), new).await.expect(201);
    let made = made["tasks"][0]["id"].clone();
    while flow::begin(&api.db().store, api.a().workspace, project, 100).await.unwrap() > 0 {}

    let new = next(&api.labeler(), &api, "label").await["work"]["assignment"].clone();
    assert_eq!(new["task_id"], made, "the one that asks for no skill, though it is the last");
    submit(&api.labeler(), &new).await;
    let none = next(&api.labeler(), &api, "label").await;
    assert_eq!(none["work"], Value::Null, "{none}");
    let old = format!("/api/v1/tasks/{}/claim", api.a().tasks[0]);
    api.labeler().call(&old).await.problem(403, "not_eligible");
    let other = api.person(&api.a(), api.a().other_labeler);
    let profile = json!({"skills": [{"name": "latin", "level": "expert"}], "teams": [], "availability": null, "max_concurrent": null});
    api.admin().put(&format!("/api/v1/users/{}/profile", api.a().other_labeler), profile).await.expect(204);
    other.call(&old).await.expect(200);
}
