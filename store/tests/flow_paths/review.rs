//! Reviews, whose rework it is, and the record of it.

use serde_json::json;
use sqlx::Executor;
use tandem_domain::workflow::Decision;
use tandem_store::{
    pg::{
        annotations::{self, Submission},
        flow,
    },
    testing::Database,
};

use crate::{
    assigned,
    flow_world::{self, answer, crowd, more_tasks, next, on_workflow, review, stands, status, step_state},
    give_back, near, one, reviewed, spread,
};

#[tokio::test]
async fn rework_of_the_same_person_is_nobody_elses_for_good() {
    let (db, task) = one(reviewed("same_person")).await;
    answer(&db, db.a.labeler, "cat").await;
    review(&db, db.a.reviewer, Decision::RequestChanges).await;
    let kept: Option<chrono::DateTime<chrono::Utc>> = sqlx::query_scalar("SELECT reserved_until FROM task_steps WHERE task_id = $1")
        .bind(task.0)
        .fetch_one(&mut db.owner().await)
        .await
        .expect("open");
    assert_eq!(kept, None);
    assert!(next(&db.store, &db.a, db.a.other_labeler).await.is_none());
    let again = answer(&db, db.a.labeler, "dog").await;
    assert_eq!(again.round, 2);
    review(&db, db.a.reviewer, Decision::Approve).await;
    assert_eq!(stands(&db, task).await, [(db.a.labeler, "dog".to_owned())]);
}

#[tokio::test]
async fn rework_kept_for_somebody_first_is_everybodys_after_a_day() {
    let (db, task) = one(reviewed("same_person_first")).await;
    answer(&db, db.a.labeler, "cat").await;
    review(&db, db.a.reviewer, Decision::RequestChanges).await;
    assert!(next(&db.store, &db.a, db.a.other_labeler).await.is_none());
    db.owner().await.execute("UPDATE task_steps SET reserved_until = now() - interval '1 second'").await.expect("a day");
    assert_eq!(next(&db.store, &db.a, db.a.other_labeler).await.expect("the task").task_id, task);
}

#[tokio::test]
async fn rework_by_another_person_is_never_its_authors() {
    let (db, task) = one(reviewed("another_person")).await;
    answer(&db, db.a.labeler, "cat").await;
    review(&db, db.a.reviewer, Decision::RequestChanges).await;
    assert!(next(&db.store, &db.a, db.a.labeler).await.is_none());
    let other = next(&db.store, &db.a, db.a.other_labeler).await.expect("the task");
    assert_eq!((other.task_id, other.round, other.scope.as_str()), (task, 2, "label"), "with what was drawn");
}

#[tokio::test]
async fn rework_that_anyone_may_do_is_kept_for_nobody() {
    let (db, task) = one(reviewed("anyone")).await;
    answer(&db, db.a.labeler, "cat").await;
    review(&db, db.a.reviewer, Decision::RequestChanges).await;
    assert_eq!(next(&db.store, &db.a, db.a.other_labeler).await.expect("the task").task_id, task);
}

#[tokio::test]
async fn rework_of_several_people_is_only_theirs_where_it_must_be_the_same() {
    let form = json!({"id": "w", "steps": [
    {"id": "label", "type": "annotation", "completion": {"count": 2}, "assignment": {"rework": "same_person"}}, {"id": "check", "type": "review"}],
    "transitions": [
        {"from": "label", "to": "check"},
        {"from": "check", "to": "label", "condition": {"type": "on_decision", "decision": "request_changes"}},
        {"from": "check", "to": "completed"},
    ]});
    let (db, task) = one(form).await;
    let [stranger] = crowd(&db, 1).await[..] else { panic!("one more") };
    answer(&db, db.a.labeler, "cat").await;
    answer(&db, db.a.other_labeler, "cat").await;
    review(&db, db.a.reviewer, Decision::RequestChanges).await;
    assert!(next(&db.store, &db.a, stranger).await.is_none(), "both authors are there to do it");
    answer(&db, db.a.labeler, "dog").await;
    answer(&db, db.a.other_labeler, "dog").await;
    assert_eq!(status(&db, task).await, "review");
}

#[tokio::test]
async fn a_sampled_review_sees_its_share_and_the_others_pass() {
    let form = json!({"id": "w", "steps": [{"id": "label", "type": "annotation"}, {"id": "check", "type": "review", "sample_rate": 0.4}]});
    let db = Database::fresh().await;
    let count = more_tasks(&db, 117).await;
    on_workflow(&db, &form).await;
    let people = crowd(&db, 4).await;
    for number in 0..count {
        answer(&db, people[number % people.len()], "cat").await;
    }
    let found = spread(&db).await;
    assert!(near(found["check"], count, 0.4), "{found:?}");
    assert_eq!(found["check"] + found["completed"], count, "{found:?}");
}

#[tokio::test]
async fn rework_goes_on_in_the_document_of_the_answer_also_where_drafts_are_discarded() {
    let mut form = reviewed("anyone");
    form["steps"][0]["assignment"]["drafts"] = json!("discard");
    let (db, _) = one(form).await;
    let first = next(&db.store, &db.a, db.a.labeler).await.expect("the task");
    give_back(&db, &first).await;
    let second = answer(&db, db.a.other_labeler, "cat").await;
    assert_eq!(second.scope, "label~1");
    let looked_at = review(&db, db.a.reviewer, Decision::RequestChanges).await;
    assert_eq!(looked_at.scope, second.scope);
    let third = crowd(&db, 1).await[0];
    let again = next(&db.store, &db.a, third).await.expect("the task");
    assert_eq!((again.round, again.scope), (2, second.scope));
}

/// Found by killing servers: a transaction that had waited for the task was recorded as if it had come before the one it waited for, and a task was then
/// rolled back to where it had never been.
#[tokio::test]
async fn history_is_in_the_order_in_which_it_happened_not_in_which_it_was_begun() {
    let (db, task) = one(assigned(3, &json!({}))).await;
    let first = next(&db.store, &db.a, db.a.labeler).await.expect("a place");
    let second = next(&db.store, &db.a, db.a.other_labeler).await.expect("a place");
    let mut early = db.a.as_user(db.a.labeler).begin(&db.store).await.expect("begin");
    sqlx::query("SELECT 1").execute(&mut *early).await.expect("its time is taken");
    flow_world::submit(&db.store, &db.a, &second, "cat").await.expect("submitted");
    let work = Submission {
        assignment: first.id,
        user: first.user_id,
        fencing_token: first.fencing_token,
        answer: flow_world::shape("dog").into(),
        time_spent_ms: None,
    };
    annotations::submit(&mut early, &work).await.expect("submitted");
    early.commit().await.expect("commit");

    let mut tx = db.a.as_user(db.a.admin).begin(&db.store).await.expect("begin");
    let actors: Vec<_> = flow::history(&mut tx, task, 10).await.expect("history").iter().map(|row| row.actor).collect();
    assert_eq!(actors, [Some(db.a.labeler), Some(db.a.other_labeler), None], "the newest first");
    flow::undo(&mut tx, db.a.project, task, "one too many").await.expect("undone");
    tx.commit().await.expect("commit");
    assert_eq!(step_state(&db, task, "label").await["count"], json!(1));
}
