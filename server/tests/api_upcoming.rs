//! What a look ahead in the queue promises: the order in which tasks are given out, to this person, and nothing kept for them.

#![allow(clippy::unwrap_used)]

mod support;

use serde_json::{Value, json};
use support::{Api, Person, proof};

async fn ahead(api: &Api, person: &Person<'_>, limit: usize) -> Vec<String> {
    let path = format!("/api/v1/projects/{}/next?limit={limit}", api.a().project);
    let answer = person.get(&path).await.expect(200);
    answer["tasks"].as_array().unwrap().iter().map(|task| task["id"].as_str().unwrap().to_owned()).collect()
}

fn id(work: &Value) -> String {
    work["task"]["id"].as_str().unwrap().to_owned()
}

async fn submit(person: &Person<'_>, work: &Value) {
    let path = format!("/api/v1/assignments/{}/submit", work["assignment"]["id"].as_str().unwrap());
    person.post(&path, proof(&work["assignment"])).await.expect(200);
}

#[actix_web::test]
async fn it_shows_the_tasks_in_the_order_in_which_they_are_given_out() {
    let api = Api::start().await;
    // The last one is the most urgent.
    let [first, second, last] = api.a().tasks.map(|task| task.to_string());
    let urgent = json!({"task_ids": [last], "priority": 9, "reason": "the customer waits"});
    api.admin().post(&format!("/api/v1/projects/{}/tasks/priority", api.a().project), urgent).await.expect(200);
    let me = api.labeler();
    assert_eq!(ahead(&api, &me, 3).await, [last.clone(), first.clone(), second.clone()]);

    let work = me.next().await;
    assert_eq!(id(&work), last);
    assert_eq!(ahead(&api, &me, 10).await, [first.clone(), second.clone()], "what I hold is not ahead of me, and holding it hides nothing");
    assert_eq!(ahead(&api, &me, 1).await, std::slice::from_ref(&first));
    submit(&me, &work).await;
    assert_eq!(id(&me.next().await), first);
}

#[actix_web::test]
async fn it_keeps_nothing_from_anybody() {
    let api = Api::start().await;
    let (me, other) = (api.labeler(), api.person(&api.a(), api.a().other_labeler));
    let seen = ahead(&api, &me, 2).await;
    assert_eq!(seen, ahead(&api, &other, 2).await);
    let work = other.next().await;
    assert_eq!(id(&work), seen[0]);
    assert_eq!(ahead(&api, &me, 1).await, [seen[1].clone()], "taken by somebody else, it is ahead of me no more");
}

#[actix_web::test]
async fn where_several_answer_it_shows_the_second_what_the_first_has_answered() {
    let api = Api::start().await;
    let twice = json!({"id": "label", "type": "annotation", "completion": {"count": 2}, "assignment": {"content_after_accepting": false}});
    api.on_workflow(json!({"form": {"id": "w", "steps": [twice]}})).await;
    let (me, other) = (api.labeler(), api.person(&api.a(), api.a().other_labeler));
    let work = me.next().await;
    submit(&me, &work).await;
    let mine = ahead(&api, &me, 3).await;
    assert!(!mine.contains(&id(&work)) && mine.len() == 2, "I have answered it: {mine:?}");
    assert_eq!(ahead(&api, &other, 1).await, [id(&work)]);
}

#[actix_web::test]
async fn reviewers_see_the_work_that_waits_for_a_review() {
    let api = Api::start().await;
    api.on_workflow(json!({"predefined": {"type": "sampled_review", "rate": 1.0}})).await;
    let work = api.labeler().next().await;
    submit(&api.labeler(), &work).await;
    assert_eq!(ahead(&api, &api.reviewer(), 1).await, [id(&work)], "reviews come before more labeling");
    assert!(!ahead(&api, &api.labeler(), 3).await.contains(&id(&work)));
}

#[actix_web::test]
async fn what_is_withheld_until_it_is_accepted_is_left_out() {
    let api = Api::start().await;
    api.on_workflow(json!({"form": {"id": "w", "steps": [{"id": "label", "type": "annotation"}]}})).await;
    assert_eq!(ahead(&api, &api.labeler(), 3).await, Vec::<String>::new());
}

#[actix_web::test]
async fn nonsense_is_refused_by_field_and_rule() {
    let api = Api::start().await;
    let path = format!("/api/v1/projects/{}/next", api.a().project);
    for limit in ["0", "11"] {
        let broken = api.labeler().get(&format!("{path}?limit={limit}")).await.broken();
        assert!(broken.iter().any(|rule| rule.contains("limit") && rule.contains("range")), "{broken:?}");
    }
    let stranger = api.newcomer("stranger", None).await;
    api.person(&api.a(), stranger).get(&path).await.problem(404, "not_found");
}
