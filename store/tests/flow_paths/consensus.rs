//! Several answers, one result: every strategy of resolution.

use serde_json::{Value, json};
use tandem_domain::workflow::{Decision, Told};
use tandem_protocol::{TaskId, UserId, rest::WorkKind};
use tandem_store::testing::Database;

use crate::{
    flow_world::{self, answer, crowd, held, next, on_workflow, one_task, open, stands, status, step_state, tell},
    one,
};

/// `count` people answer; below full agreement `disagreement` says what follows.
fn voted(count: u32, disagreement: &Value) -> Value {
    json!({"id": "vote", "steps": [{"id": "label", "type": "annotation", "completion": {"count": count},
        "consensus": {"metric": "agreement:exact_match", "threshold": 1.0, "on_disagreement": disagreement}}]})
}

#[tokio::test]
async fn most_votes_win_and_the_winner_stands() {
    let (db, task) = one(voted(3, &json!({"strategy": "majority_vote"}))).await;
    let [third] = crowd(&db, 1).await[..] else { panic!("one more") };
    answer(&db, db.a.labeler, "dog").await;
    answer(&db, db.a.other_labeler, "cat").await;
    assert_eq!(status(&db, task).await, "in_progress", "two of three");
    answer(&db, third, "cat").await;
    assert_eq!(status(&db, task).await, "completed");
    let stands = stands(&db, task).await;
    assert_eq!((stands.len(), stands[0].1.as_str()), (1, "cat"));
    let state = step_state(&db, task, "label").await;
    assert_eq!(state["output"]["agreed"], json!(false));
    assert_eq!(state["output"]["result"]["regions"][0]["label"], json!("cat"));
}

/// A vote, and then a review that sends what it does not approve back.
fn voted_and_reviewed(count: u32) -> Value {
    let mut form = voted(count, &json!({"strategy": "majority_vote"}));
    form["steps"].as_array_mut().expect("steps").push(json!({"id": "check", "type": "review"}));
    form["transitions"] = json!([
        {"from": "label", "to": "check"},
        {"from": "check", "to": "completed", "condition": {"type": "expression", "expression": "$.step_output.decision == 'approve'"}},
        {"from": "check", "to": "label"},
    ]);
    form
}

#[tokio::test]
async fn a_review_after_a_vote_is_about_the_winner_and_the_winner_stands_whoever_answered_last() {
    let (db, task) = one(voted_and_reviewed(3)).await;
    let [third] = crowd(&db, 1).await[..] else { panic!("one more") };
    let first = answer(&db, db.a.labeler, "cat").await;
    let second = answer(&db, db.a.other_labeler, "cat").await;
    answer(&db, third, "dog").await;
    let review = flow_world::review(&db, db.a.reviewer, Decision::Approve).await;
    assert!([&first.scope, &second.scope].contains(&&review.scope), "{} is not the winner's", review.scope);
    assert_eq!(status(&db, task).await, "completed");
    let stands = stands(&db, task).await;
    assert_eq!((stands.len(), stands[0].1.as_str()), (1, "cat"));
    assert_eq!(worth(&db, task).await, [1.0, 1.0, 0.0], "two that are as what stands, and one that is not");
}

#[tokio::test]
async fn what_is_sent_back_and_done_again_is_judged_by_its_own_round() {
    let (db, task) = one(voted_and_reviewed(2)).await;
    for user in [db.a.labeler, db.a.other_labeler] {
        answer(&db, user, "cat").await;
    }
    flow_world::review(&db, db.a.reviewer, Decision::Reject).await;
    for user in [db.a.labeler, db.a.other_labeler] {
        answer(&db, user, "dog").await;
    }
    flow_world::review(&db, db.a.reviewer, Decision::Approve).await;
    assert_eq!(status(&db, task).await, "completed");
    assert_eq!(stands(&db, task).await[0].1, "dog");
    assert_eq!(worth(&db, task).await, [0.0, 0.0, 1.0, 1.0]);
}

/// What people's answers to the task were worth, in the order in which they were given.
async fn worth(db: &Database, task: TaskId) -> Vec<f64> {
    let sql = "SELECT quality_score FROM annotations WHERE task_id = $1 AND quality_score IS NOT NULL ORDER BY submitted_at, version";
    sqlx::query_scalar(sql).bind(task.0).fetch_all(&mut db.owner().await).await.expect("scores")
}

#[tokio::test]
async fn whose_answers_stood_before_weighs_more_in_the_next_vote() {
    let db = Database::fresh().await;
    on_workflow(&db, &voted(3, &json!({"strategy": "weighted_vote"}))).await;
    let [wrong, unknown] = crowd(&db, 2).await[..] else { panic!("two more") };
    for (user, label) in [(db.a.labeler, "cat"), (db.a.other_labeler, "cat"), (wrong, "dog")] {
        answer(&db, user, label).await;
    }
    assert_eq!(worth(&db, db.a.tasks[0]).await, [1.0, 1.0, 0.0]);
    for (user, label) in [(db.a.labeler, "owl"), (wrong, "cow"), (unknown, "cow")] {
        answer(&db, user, label).await;
    }
    let second = db.a.tasks[1];
    assert_eq!(stands(&db, second).await, [(db.a.labeler, "owl".to_owned())], "1 for the owl, nothing and a half for the cow");
    assert_eq!(worth(&db, second).await, [1.0, 0.0, 0.0]);
}

#[tokio::test]
async fn a_tie_falls_back_and_without_a_fallback_waits_for_an_admin() {
    let (db, task) = one(voted(2, &json!({"strategy": "majority_vote"}))).await;
    answer(&db, db.a.labeler, "dog").await;
    answer(&db, db.a.other_labeler, "cat").await;
    assert_eq!(held(&db, task).await.as_deref(), Some("no_agreement"));
    tell(&db, task, Told::Resolved { step: "label".to_owned(), output: json!({"result": {}, "agreed": false}) }).await.expect("resolved");
    assert_eq!((status(&db, task).await.as_str(), held(&db, task).await), ("completed", None));

    let (db, task) = one(voted(2, &json!({"strategy": "majority_vote", "fallback_strategy": "adjudication"}))).await;
    answer(&db, db.a.labeler, "dog").await;
    answer(&db, db.a.other_labeler, "cat").await;
    assert_eq!(status(&db, task).await, "adjudication");
}

/// What these people's answers so far were worth.
async fn trusted(db: &Database, user: UserId, score: f64) {
    sqlx::query("UPDATE annotations SET quality_score = $2 WHERE user_id = $1")
        .bind(user.0)
        .bind(score)
        .execute(&mut db.owner().await)
        .await
        .expect("a score");
}

#[tokio::test]
async fn a_weighted_vote_is_won_by_whose_earlier_answers_were_worth_more() {
    let db = Database::fresh().await;
    on_workflow(&db, &voted(3, &json!({"strategy": "weighted_vote"}))).await;
    let [_, second, third] = db.a.tasks;
    let [unknown, more] = crowd(&db, 2).await[..] else { panic!("two more") };
    let people = [db.a.labeler, db.a.other_labeler, more];
    for user in people {
        answer(&db, user, "cat").await;
    }
    for (user, score) in people.into_iter().zip([0.9, 0.2, 0.3]) {
        trusted(&db, user, score).await;
    }
    for (user, label) in people.into_iter().zip(["dog", "cat", "cat"]) {
        assert_eq!(answer(&db, user, label).await.task_id, second);
    }
    assert_eq!(stands(&db, second).await, [(db.a.labeler, "dog".to_owned())], "0.9 for the dog, 0.5 for the cat");
    for (user, label) in [(db.a.other_labeler, "cat"), (more, "cow"), (unknown, "dog")] {
        assert_eq!(answer(&db, user, label).await.task_id, third);
    }
    assert_eq!(stands(&db, third).await, [(unknown, "dog".to_owned())], "a half for whoever is not known yet");
}

#[tokio::test]
async fn somebody_decides_within_the_step_but_none_of_those_who_answered() {
    let db = Database::fresh().await;
    let task = one_task(&db).await;
    on_workflow(&db, &voted(2, &json!({"strategy": "adjudication"}))).await;
    // A reviewer may answer as others do; then the decision is not theirs.
    let mine = answer(&db, db.a.reviewer, "dog").await;
    answer(&db, db.a.labeler, "cat").await;
    assert_eq!(open(&db, task).await, [("label".to_owned(), 1, 1)]);
    assert!(next(&db.store, &db.a, db.a.reviewer).await.is_none(), "nobody decides between their own answer and another's");
    let decision = next(&db.store, &db.a, db.a.admin).await.expect("the decision");
    assert_eq!((decision.kind, decision.scope.as_str()), (WorkKind::Adjudication, "label#decision"));
    assert_ne!(decision.scope, mine.scope);
    flow_world::submit(&db.store, &db.a, &decision, "cow").await.expect("decided");
    assert_eq!(status(&db, task).await, "completed");
    assert_eq!(stands(&db, task).await, [(db.a.admin, "cow".to_owned())]);
    let state = step_state(&db, task, "label").await;
    assert_eq!((&state["count"], &state["output"]["agreed"]), (&json!(2), &json!(false)), "a decision is no third answer");
}

#[tokio::test]
async fn more_people_are_asked_until_they_agree() {
    let more = json!({"id": "w", "steps": [{"id": "label", "type": "annotation", "completion": {"count": 2},
        "consensus": {"metric": "agreement:exact_match", "threshold": 0.3,
            "on_disagreement": {"strategy": "additional_annotators", "max_annotators": 4}}}]});
    let (db, task) = one(more).await;
    let people = crowd(&db, 1).await;
    answer(&db, db.a.labeler, "dog").await;
    answer(&db, db.a.other_labeler, "cat").await;
    assert_eq!(open(&db, task).await, [("label".to_owned(), 3, 1)], "one more, beside the two");
    assert!(next(&db.store, &db.a, db.a.labeler).await.is_none(), "nobody answers twice");
    let third = answer(&db, people[0], "cat").await;
    assert_eq!((third.slot, third.round, third.scope.as_str()), (2, 1, "label#2"));
    assert_eq!(status(&db, task).await, "completed", "one pair in three agrees, which is enough");
    assert_eq!(step_state(&db, task, "label").await["count"], json!(3));
}

#[tokio::test]
async fn no_more_people_are_asked_than_the_maximum_then_the_fallback() {
    let (db, task) =
        one(voted(2, &json!({"strategy": "additional_annotators", "max_annotators": 4, "fallback_strategy": "majority_vote"}))).await;
    let people = crowd(&db, 4).await;
    for (user, label) in people.iter().zip(["dog", "cat", "cow", "cat"]) {
        assert_ne!(status(&db, task).await, "completed");
        answer(&db, *user, label).await;
    }
    assert_eq!(status(&db, task).await, "completed");
    assert_eq!(stands(&db, task).await[0].1, "cat");
    assert_eq!(step_state(&db, task, "label").await["count"], json!(4));
}

#[tokio::test]
async fn what_is_escalated_is_held_and_goes_on_when_it_is_opened_anew() {
    let (db, task) = one(voted(2, &json!({"strategy": "escalate"}))).await;
    answer(&db, db.a.labeler, "dog").await;
    answer(&db, db.a.other_labeler, "cat").await;
    assert_eq!(held(&db, task).await.as_deref(), Some("no_agreement"));
    assert!(open(&db, task).await.is_empty());
    tell(&db, task, Told::Reopened { step: "label".to_owned() }).await.expect("anew");
    assert_eq!(open(&db, task).await, [("label".to_owned(), 2, 2)], "answers of before do not count");
    answer(&db, db.a.labeler, "cat").await;
    answer(&db, db.a.other_labeler, "cat").await;
    assert_eq!((status(&db, task).await.as_str(), held(&db, task).await), ("completed", None));
}

#[tokio::test]
async fn a_consensus_step_brings_together_what_an_earlier_step_gathered() {
    let form = json!({"id": "w", "steps": [
    {"id": "label", "type": "annotation", "completion": {"count": 2}},
    {"id": "agree", "type": "consensus", "consensus": {"metric": "agreement:iou", "threshold": 0.5, "on_disagreement": {"strategy": "escalate"}}},
    {"id": "decide", "type": "adjudication"}],
    "transitions": [
        {"from": "label", "to": "agree"},
        {"from": "agree", "to": "completed", "condition": {"type": "on_agreement"}},
        {"from": "agree", "to": "decide", "condition": {"type": "on_disagreement"}},
        {"from": "decide", "to": "completed"},
    ]});
    let (db, task) = one(form).await;
    answer(&db, db.a.labeler, "dog").await;
    answer(&db, db.a.other_labeler, "cat").await;
    assert_eq!(open(&db, task).await, [("decide".to_owned(), 1, 1)]);
    answer(&db, db.a.reviewer, "dog").await;
    assert_eq!(stands(&db, task).await, [(db.a.reviewer, "dog".to_owned())]);
}
