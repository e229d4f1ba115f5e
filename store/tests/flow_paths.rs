//! Every way that a task can go through a workflow in which only people work, on a real database: one test a rule of docs/workflows.md.

mod flow_world;

use std::collections::BTreeMap;

use flow_world::{
    answer, begin_all, crowd, held, more_tasks, next, on_workflow, one_task, open, review, stands, status, step_state, tell, time_passes,
};
use serde_json::{Value, json};
use sqlx::Executor;
use tandem_domain::workflow::{Decision, Told};
use tandem_protocol::{
    TaskId, UserId, WorkflowId,
    rest::{Assignment, WorkKind},
};
use tandem_store::{
    pg::{
        annotations::{self, Submission, SubmitError},
        flow::{self, Because, FlowError},
        import,
        leases::{self, Method, Offer, Terms},
    },
    testing::Database,
};

/// One task on this workflow.
async fn one(form: Value) -> (Database, TaskId) {
    let db = Database::fresh().await;
    let task = one_task(&db).await;
    on_workflow(&db, &form).await;
    (db, task)
}

/// `count` people answer; below full agreement `disagreement` says what follows.
fn voted(count: u32, disagreement: &Value) -> Value {
    json!({"id": "vote", "steps": [{"id": "label", "type": "annotation", "completion": {"count": count},
        "consensus": {"metric": "agreement:exact_match", "threshold": 1.0, "on_disagreement": disagreement}}]})
}

#[tokio::test]
async fn what_is_archived_is_cancelled_and_nobody_gets_it() {
    let form = json!({"id": "w", "steps": [{"id": "label", "type": "annotation"}, {"id": "check", "type": "review"}],
    "transitions": [
        {"from": "label", "to": "check"},
        {"from": "check", "to": "archived", "condition": {"type": "on_decision", "decision": "reject"}},
        {"from": "check", "to": "completed"},
    ]});
    let (db, task) = one(form).await;
    answer(&db, db.a.labeler, "cat").await;
    review(&db, db.a.reviewer, Decision::Reject).await;
    assert_eq!(status(&db, task).await, "cancelled");
    assert!(open(&db, task).await.is_empty());
    assert!(stands(&db, task).await.is_empty(), "what was rejected stands for nothing");
    let over = tell(&db, task, Told::Resume).await;
    assert!(matches!(over, Err(FlowError::Flow(_))), "it is over: {over:?}");
}

#[tokio::test]
async fn an_archive_step_is_as_good_as_the_end() {
    let form = json!({"id": "w", "steps": [{"id": "which", "type": "conditional"}, {"id": "label", "type": "annotation"}, {"id": "away", "type": "archive"}],
    "transitions": [
        {"from": "which", "to": "away", "condition": {"type": "expression", "expression": "default($.input.junk, false)"}},
        {"from": "which", "to": "label"},
        {"from": "label", "to": "completed"},
    ]});
    let db = Database::fresh().await;
    let task = one_task(&db).await;
    sqlx::query("UPDATE tasks SET input = '{\"junk\": true}' WHERE id = $1")
        .bind(task.0)
        .execute(&mut db.owner().await)
        .await
        .expect("junk");
    on_workflow(&db, &form).await;
    assert_eq!(status(&db, task).await, "cancelled");
}

/// Five standard deviations of a share of `count` draws.
fn near(found: usize, count: usize, share: f64) -> bool {
    let (found, count) = (f64::from(u32::try_from(found).expect("few")), f64::from(u32::try_from(count).expect("few")));
    (found - count * share).abs() <= 5.0 * (count * share * (1.0 - share)).sqrt()
}

/// How many tasks of a project are open at which step, and how many are done.
async fn spread(db: &Database) -> BTreeMap<String, usize> {
    let rows: Vec<(String, i64)> = sqlx::query_as(
        "SELECT coalesce(s.step, t.status), count(*) FROM tasks t LEFT JOIN task_steps s ON s.task_id = t.id
         WHERE t.project_id = $1 GROUP BY 1",
    )
    .bind(db.a.project.0)
    .fetch_all(&mut db.owner().await)
    .await
    .expect("tasks");
    rows.into_iter().map(|(step, count)| (step, usize::try_from(count).expect("a count"))).collect()
}

#[tokio::test]
async fn a_percentage_router_gives_each_way_its_share() {
    let form = json!({"id": "w", "steps": [{"id": "draw", "type": "percentage_router"},
        {"id": "a", "type": "annotation"}, {"id": "b", "type": "annotation"}, {"id": "c", "type": "annotation"}],
    "transitions": [
        {"from": "draw", "to": "a", "condition": {"type": "percentage", "rate": 0.2}},
        {"from": "draw", "to": "b", "condition": {"type": "percentage", "rate": 0.5}},
        {"from": "draw", "to": "c"},
        {"from": "a", "to": "completed"}, {"from": "b", "to": "completed"}, {"from": "c", "to": "completed"},
    ]});
    let db = Database::fresh().await;
    let count = more_tasks(&db, 597).await;
    on_workflow(&db, &form).await;
    let found = spread(&db).await;
    for (step, share) in [("a", 0.2), ("b", 0.5), ("c", 0.3)] {
        assert!(near(found[step], count, share), "{step}: {found:?}");
    }
}

#[tokio::test]
async fn a_sampling_step_draws_its_share_and_says_so() {
    let form = json!({"id": "w", "steps": [{"id": "sample", "type": "sampling", "sample_rate": 0.3}, {"id": "label", "type": "annotation"}],
    "transitions": [
        {"from": "sample", "to": "label", "condition": {"type": "expression", "expression": "$.step_output.sampled"}},
        {"from": "sample", "to": "completed"}, {"from": "label", "to": "completed"},
    ]});
    let db = Database::fresh().await;
    let count = more_tasks(&db, 597).await;
    on_workflow(&db, &form).await;
    let found = spread(&db).await;
    assert!(near(found["label"], count, 0.3), "{found:?}");
    assert_eq!(found["label"] + found["completed"], count);
}

#[tokio::test]
async fn a_collaborator_router_asks_who_worked_before() {
    let db = Database::fresh().await;
    let [first, second, _] = db.a.tasks;
    let form = json!({"id": "w", "steps": [{"id": "label", "type": "annotation"}, {"id": "by", "type": "collaborator_router"}, {"id": "check", "type": "review"}],
    "transitions": [
        {"from": "label", "to": "by"},
        {"from": "by", "to": "check", "condition": {"type": "worked_on", "users": [db.a.labeler.to_string()], "step": "label"}},
        {"from": "by", "to": "completed"}, {"from": "check", "to": "completed"},
    ]});
    on_workflow(&db, &form).await;
    assert_eq!(answer(&db, db.a.labeler, "cat").await.task_id, first);
    assert_eq!(answer(&db, db.a.other_labeler, "cat").await.task_id, second);
    assert_eq!(status(&db, first).await, "review", "the new one's work is looked at");
    assert_eq!(status(&db, second).await, "completed");
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

/// How much these people are trusted: what the answers under their leases are worth.
async fn trusted(db: &Database, user: UserId, score: f64) {
    sqlx::query("UPDATE annotations SET quality_score = $2 WHERE user_id = $1")
        .bind(user.0)
        .bind(score)
        .execute(&mut db.owner().await)
        .await
        .expect("a score");
}

#[tokio::test]
async fn a_weighted_vote_is_won_by_whoever_is_trusted_more() {
    let (db, task) = one(voted(3, &json!({"strategy": "weighted_vote"}))).await;
    let [third] = crowd(&db, 1).await[..] else { panic!("one more") };
    answer(&db, db.a.labeler, "dog").await;
    trusted(&db, db.a.labeler, 0.9).await;
    answer(&db, db.a.other_labeler, "cat").await;
    trusted(&db, db.a.other_labeler, 0.2).await;
    // Whose answer was not scored yet counts 1, so make the third one count less before the vote is told anew.
    let lease = next(&db.store, &db.a, third).await.expect("the third place");
    db.owner()
        .await
        .execute("CREATE FUNCTION tandem.little() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.quality_score := 0.3; RETURN NEW; END'")
        .await
        .expect("a function");
    db.owner()
        .await
        .execute("CREATE TRIGGER little BEFORE INSERT ON annotations FOR EACH ROW EXECUTE FUNCTION tandem.little()")
        .await
        .expect("a trigger");
    flow_world::submit(&db.store, &db.a, &lease, "cat").await.expect("submitted");
    assert_eq!(status(&db, task).await, "completed");
    assert_eq!(stands(&db, task).await, [(db.a.labeler, "dog".to_owned())], "0.9 for the dog, 0.5 for the cat");
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

fn reviewed(rework: &str) -> Value {
    json!({"id": "w", "steps": [{"id": "label", "type": "annotation", "assignment": {"rework": rework}}, {"id": "check", "type": "review"}],
    "transitions": [
        {"from": "label", "to": "check"},
        {"from": "check", "to": "label", "condition": {"type": "on_decision", "decision": "request_changes"}},
        {"from": "check", "to": "archived", "condition": {"type": "on_decision", "decision": "reject"}},
        {"from": "check", "to": "completed"},
    ]})
}

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

fn side_by_side(join: &Value, merge: &Value) -> Value {
    json!({"id": "w", "steps": [
        {"id": "both", "type": "parallel", "join": join, "merge": merge, "branches": [
            {"id": "text", "steps": [{"id": "transcribe", "type": "annotation"}, {"id": "proofread", "type": "review"}]},
            {"id": "boxes", "steps": [{"id": "draw", "type": "annotation"}, {"id": "look", "type": "review"}]}]},
        {"id": "after", "type": "annotation"}]})
}

/// The lease on this step of the task, by an admin's hand.
async fn at(db: &Database, task: TaskId, step: &str, kind: &str, user: UserId) -> Assignment {
    let offer = Offer { step: step.to_owned(), kind: kind.to_owned(), ..Offer::default() };
    let mut tx = db.a.as_user(user).begin(&db.store).await.expect("begin");
    let lease = leases::claim_task(&mut tx, db.a.project, task, user, &[offer], &Terms::new(600, Method::Manual)).await.expect("a lease");
    tx.commit().await.expect("commit");
    lease
}

#[tokio::test]
async fn branches_run_side_by_side_each_review_looks_at_its_own_and_the_join_waits_for_all() {
    let merge =
        json!({"output": {"text": {"$expr": "$.steps.transcribe.output.result"}, "boxes": {"$expr": "$.steps.draw.output.result"}}});
    let (db, task) = one(side_by_side(&json!("all"), &merge)).await;
    assert_eq!(open(&db, task).await, [("draw".to_owned(), 1, 1), ("transcribe".to_owned(), 1, 1)]);
    let text = at(&db, task, "transcribe", "annotation", db.a.labeler).await;
    flow_world::submit(&db.store, &db.a, &text, "words").await.expect("text");
    let boxes = at(&db, task, "draw", "annotation", db.a.other_labeler).await;
    flow_world::submit(&db.store, &db.a, &boxes, "cat").await.expect("boxes");
    assert_eq!(open(&db, task).await, [("look".to_owned(), 1, 1), ("proofread".to_owned(), 1, 1)]);
    let proof = at(&db, task, "proofread", "review", db.a.reviewer).await;
    assert_eq!(proof.scope, text.scope, "the text, although the boxes came later");
    flow_world::decide(&db, &proof, Decision::Approve, None).await;
    assert_eq!(open(&db, task).await, [("look".to_owned(), 1, 1)], "the join waits");
    let look = at(&db, task, "look", "review", db.a.reviewer).await;
    assert_eq!(look.scope, boxes.scope);
    flow_world::decide(&db, &look, Decision::Approve, None).await;
    assert_eq!(open(&db, task).await, [("after".to_owned(), 1, 1)]);
    let merged = step_state(&db, task, "both").await["output"].clone();
    assert_eq!(merged["text"]["regions"][0]["label"], json!("words"));
    assert_eq!(merged["boxes"]["regions"][0]["label"], json!("cat"));
}

#[tokio::test]
async fn a_join_of_any_goes_on_with_the_first_and_closes_the_others() {
    let (db, task) = one(side_by_side(&json!("any"), &Value::Null)).await;
    let text = at(&db, task, "transcribe", "annotation", db.a.labeler).await;
    let boxes = at(&db, task, "draw", "annotation", db.a.other_labeler).await;
    flow_world::submit(&db.store, &db.a, &text, "words").await.expect("text");
    let proof = at(&db, task, "proofread", "review", db.a.reviewer).await;
    flow_world::decide(&db, &proof, Decision::Approve, None).await;
    assert_eq!(open(&db, task).await, [("after".to_owned(), 1, 1)]);
    let late = flow_world::submit(&db.store, &db.a, &boxes, "cat").await;
    assert!(matches!(late, Err(SubmitError::Lease(_))), "who was at the other branch is told: {late:?}");
    assert_eq!(step_state(&db, task, "both").await["output"]["draw"], Value::Null);
}

#[tokio::test]
async fn one_branch_that_waits_for_an_admin_does_not_stop_the_other_and_is_not_forgotten() {
    let form = json!({"id": "w", "steps": [{"id": "both", "type": "parallel", "branches": [
            {"id": "text", "steps": [{"id": "pause", "type": "hold"}]},
            {"id": "boxes", "steps": [{"id": "draw", "type": "annotation"}, {"id": "again", "type": "annotation"}]}]}]});
    let (db, task) = one(form).await;
    assert_eq!(held(&db, task).await.as_deref(), Some("hold"));
    answer(&db, db.a.labeler, "cat").await;
    assert_eq!(held(&db, task).await.as_deref(), Some("hold"), "it still waits");
    answer(&db, db.a.other_labeler, "cat").await;
    assert_eq!(status(&db, task).await, "in_progress");
    let mut tx = db.a.as_user(db.a.admin).begin(&db.store).await.expect("begin");
    flow::finish(&mut tx, db.a.project, task, "pause", Because::Admin("enough")).await.expect("let go");
    tx.commit().await.expect("commit");
    assert_eq!((status(&db, task).await.as_str(), held(&db, task).await), ("completed", None));
}

#[tokio::test]
async fn a_hold_waits_for_a_hand() {
    let form = json!({"id": "w", "steps": [{"id": "label", "type": "annotation"}, {"id": "pause", "type": "hold"}, {"id": "after", "type": "annotation"}]});
    let (db, task) = one(form).await;
    answer(&db, db.a.labeler, "cat").await;
    assert_eq!(held(&db, task).await.as_deref(), Some("hold"));
    let mut tx = db.a.as_user(db.a.admin).begin(&db.store).await.expect("begin");
    flow::finish(&mut tx, db.a.project, task, "pause", Because::Admin("enough")).await.expect("let go");
    tx.commit().await.expect("commit");
    assert_eq!(open(&db, task).await, [("after".to_owned(), 1, 1)]);
    assert_eq!(step_state(&db, task, "pause").await["output"]["count"], json!(1), "its output is that of the step before");
}

#[tokio::test]
async fn a_hold_with_a_timer_ends_by_itself() {
    let form = json!({"id": "w", "steps": [{"id": "label", "type": "annotation"},
        {"id": "pause", "type": "hold", "timeout": "PT1H", "completion": {"timeout_action": "proceed"}}, {"id": "after", "type": "annotation"}]});
    let (db, task) = one(form).await;
    answer(&db, db.a.labeler, "cat").await;
    assert_eq!(held(&db, task).await.as_deref(), Some("hold"));
    assert_eq!(time_passes(&db).await, 1);
    assert_eq!((held(&db, task).await, open(&db, task).await), (None, vec![("after".to_owned(), 1, 1)]));
    assert_eq!(step_state(&db, task, "pause").await["output"]["count"], json!(1), "its output is that of the step before");
}

#[tokio::test]
async fn when_time_is_over_a_step_goes_on_with_the_answers_it_needs_at_least() {
    let form = json!({"id": "w", "steps": [{"id": "label", "type": "annotation", "timeout": "PT1H",
        "completion": {"count": 3, "min_required": 1, "timeout_action": "proceed"}}]});
    let db = Database::fresh().await;
    let [first, second, _] = db.a.tasks;
    on_workflow(&db, &form).await;
    assert_eq!(answer(&db, db.a.labeler, "cat").await.task_id, first);
    let slow = next(&db.store, &db.a, db.a.other_labeler).await.expect("the second place");
    assert_eq!(slow.task_id, first);
    assert_eq!(time_passes(&db).await, 3);
    assert_eq!((status(&db, first).await.as_str(), held(&db, first).await), ("completed", None));
    assert_eq!(held(&db, second).await.as_deref(), Some("timeout"), "nobody answered it");
    assert!(flow_world::submit(&db.store, &db.a, &slow, "dog").await.is_err(), "too late");
}

#[tokio::test]
async fn when_time_is_over_a_step_that_tries_again_opens_anew_with_its_answers() {
    let form = json!({"id": "w", "steps": [{"id": "label", "type": "annotation", "timeout": "PT1H",
        "completion": {"count": 2, "timeout_action": "retry"}}]});
    let (db, task) = one(form).await;
    answer(&db, db.a.labeler, "cat").await;
    let away = next(&db.store, &db.a, db.a.other_labeler).await.expect("the second place");
    assert_eq!(time_passes(&db).await, 1);
    assert!(flow_world::submit(&db.store, &db.a, &away, "dog").await.is_err(), "the lease went with the attempt");
    assert_eq!(open(&db, task).await, [("label".to_owned(), 2, 1)]);
    assert_eq!(time_passes(&db).await, 1, "the clock runs anew");
    answer(&db, db.a.other_labeler, "cat").await;
    assert_eq!(status(&db, task).await, "completed");
}

#[tokio::test]
async fn a_task_that_cannot_begin_is_held_with_the_reason_and_has_no_state() {
    let form = json!({"id": "w", "steps": [{"id": "which", "type": "conditional"}, {"id": "label", "type": "annotation"}],
    "transitions": [
        {"from": "which", "to": "label", "condition": {"type": "expression", "expression": "$.input.pages > 3"}},
        {"from": "which", "to": "completed"}, {"from": "label", "to": "completed"},
    ]});
    let (db, task) = one(form).await;
    let (machine, reason): (Option<Value>, Option<String>) = sqlx::query_as("SELECT machine_state, hold_reason FROM tasks WHERE id = $1")
        .bind(task.0)
        .fetch_one(&mut db.owner().await)
        .await
        .expect("a task");
    assert_eq!(machine, None);
    let reason = reason.expect("a reason");
    assert!(reason.starts_with("does not begin: ") && reason.contains("$.input.pages"), "{reason}");
    assert!(flow::waiting_to_begin(&db.store).await.expect("waiting").is_empty(), "it is not tried for ever");
    let steered = tell(&db, task, Told::ForceComplete).await;
    assert!(matches!(steered, Err(FlowError::NotBegun)), "{steered:?}");
    let mended = json!({"id": "w", "steps": [{"id": "label", "type": "annotation"}]});
    retire_all(&db).await;
    on_workflow(&db, &mended).await;
    begin_all(&db).await;
    assert_eq!((held(&db, task).await, open(&db, task).await), (None, vec![("label".to_owned(), 1, 1)]));
}

async fn retire_all(db: &Database) -> Vec<WorkflowId> {
    let ids: Vec<uuid::Uuid> = sqlx::query_scalar("UPDATE workflows SET status = 'retired' WHERE status = 'active' RETURNING id")
        .fetch_all(&mut db.owner().await)
        .await
        .expect("retired");
    ids.into_iter().map(Into::into).collect()
}

/// One step, with these words about who works on it.
fn assigned(count: u32, assignment: &Value) -> Value {
    json!({"id": "w", "steps": [{"id": "label", "type": "annotation", "completion": {"count": count}, "assignment": assignment}]})
}

/// A lease ends without an answer.
async fn give_back(db: &Database, lease: &Assignment) {
    let mut tx = db.a.as_user(lease.user_id).begin(&db.store).await.expect("begin");
    leases::release(&mut tx, lease.id, lease.user_id, lease.fencing_token).await.expect("released");
    tx.commit().await.expect("commit");
}

async fn skip(db: &Database, lease: &Assignment) {
    let mut tx = db.a.as_user(lease.user_id).begin(&db.store).await.expect("begin");
    leases::skip(&mut tx, lease.id, lease.user_id, lease.fencing_token, Some("blurred")).await.expect("skipped");
    tx.commit().await.expect("commit");
}

#[tokio::test]
async fn a_draft_that_is_continued_is_in_the_same_document() {
    let (db, _) = one(assigned(1, &json!({"drafts": "continue"}))).await;
    let first = next(&db.store, &db.a, db.a.labeler).await.expect("the task");
    give_back(&db, &first).await;
    let second = next(&db.store, &db.a, db.a.other_labeler).await.expect("the task");
    assert_eq!((first.scope.as_str(), second.scope.as_str()), ("label", "label"));
}

#[tokio::test]
async fn a_draft_that_is_discarded_stays_where_it_was_and_the_next_holder_begins_with_nothing() {
    let (db, task) = one(assigned(1, &json!({"drafts": "discard"}))).await;
    let third = crowd(&db, 1).await[0];
    let first = next(&db.store, &db.a, db.a.labeler).await.expect("the task");
    give_back(&db, &first).await;
    let second = next(&db.store, &db.a, db.a.other_labeler).await.expect("the task");
    give_back(&db, &second).await;
    let again = next(&db.store, &db.a, db.a.labeler).await.expect("the task");
    assert_eq!(again.scope, first.scope, "whoever takes back what they began finds it");
    give_back(&db, &again).await;
    let last = next(&db.store, &db.a, third).await.expect("the task");
    assert_eq!([first.scope.as_str(), second.scope.as_str(), last.scope.as_str()], ["label", "label~1", "label~2"]);
    flow_world::submit(&db.store, &db.a, &last, "cat").await.expect("submitted");
    assert_eq!(status(&db, task).await, "completed");
}

#[tokio::test]
async fn where_several_answer_drafts_are_discarded_slot_by_slot() {
    let (db, _) = one(assigned(2, &json!({}))).await;
    let third = crowd(&db, 1).await[0];
    let ann = next(&db.store, &db.a, db.a.labeler).await.expect("a place");
    let bob = next(&db.store, &db.a, db.a.other_labeler).await.expect("a place");
    give_back(&db, &bob).await;
    let cy = next(&db.store, &db.a, third).await.expect("a place");
    assert_eq!([ann.scope.as_str(), bob.scope.as_str(), cy.scope.as_str()], ["label#0", "label#1", "label#1~1"]);
}

#[tokio::test]
async fn work_that_is_handed_over_is_no_leftover() {
    let (db, task) = one(assigned(1, &json!({"drafts": "discard"}))).await;
    let first = next(&db.store, &db.a, db.a.labeler).await.expect("the task");
    let mut tx = db.a.as_user(db.a.labeler).begin(&db.store).await.expect("begin");
    let lease = leases::lock(&mut tx, first.id, first.user_id, first.fencing_token).await.expect("mine");
    let terms = Terms::new(60, Method::HandedOver);
    let (_, given) = leases::hand_over(&mut tx, &lease, db.a.other_labeler, &terms, None).await.expect("handed over");
    tx.commit().await.expect("commit");
    assert_eq!(given.scope, first.scope);
    give_back(&db, &given).await;
    let third = crowd(&db, 1).await[0];
    let last = next(&db.store, &db.a, third).await.expect("the task");
    assert_eq!((last.task_id, last.scope.as_str()), (task, "label~1"), "one draft, however many had it in hand");
}

#[tokio::test]
async fn a_task_that_was_held_still_knows_which_drafts_were_discarded() {
    let (db, task) = one(assigned(1, &json!({"drafts": "discard"}))).await;
    next(&db.store, &db.a, db.a.labeler).await.expect("the task");
    tell(&db, task, Told::Hold { reason: "unclear".to_owned() }).await.expect("held");
    tell(&db, task, Told::Resume).await.expect("resumed");
    let second = next(&db.store, &db.a, db.a.other_labeler).await.expect("the task");
    assert_eq!(second.scope, "label~1");
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

#[tokio::test]
async fn what_is_skipped_to_an_admin_nobody_gets_but_by_an_admins_hand() {
    let (db, task) = one(assigned(1, &json!({"skip": {"next": "admin"}}))).await;
    let lease = next(&db.store, &db.a, db.a.labeler).await.expect("the task");
    skip(&db, &lease).await;
    assert!(next(&db.store, &db.a, db.a.other_labeler).await.is_none(), "it is not in the queue");
    tell(&db, task, Told::Hold { reason: "unclear".to_owned() }).await.expect("held");
    tell(&db, task, Told::Resume).await.expect("resumed");
    assert!(next(&db.store, &db.a, db.a.other_labeler).await.is_none(), "nor after it was held");
    let mut tx = db.a.as_user(db.a.other_labeler).begin(&db.store).await.expect("begin");
    let why = flow::eligibility(&mut tx, db.a.project, task, db.a.other_labeler, flow::Way::Taken).await.expect("why");
    assert!(why[0].1.iter().any(|said| said.reason.code() == "waits_for_admin"), "{why:?}");
    drop(tx);
    let given = at(&db, task, "label", "annotation", db.a.other_labeler).await;
    flow_world::submit(&db.store, &db.a, &given, "cat").await.expect("submitted");
    assert_eq!(status(&db, task).await, "completed");
}

#[tokio::test]
async fn what_is_skipped_to_others_waits_for_them() {
    let (db, task) = one(assigned(1, &json!({}))).await;
    let lease = next(&db.store, &db.a, db.a.labeler).await.expect("the task");
    skip(&db, &lease).await;
    assert!(next(&db.store, &db.a, db.a.labeler).await.is_none());
    assert_eq!(next(&db.store, &db.a, db.a.other_labeler).await.expect("the task").task_id, task);
}

/// The content of a task's documents, by their names.
async fn documents(db: &Database, task: TaskId) -> BTreeMap<String, Vec<u8>> {
    let rows: Vec<(String, Vec<u8>)> =
        sqlx::query_as("SELECT d.step, s.payload FROM documents d JOIN document_snapshots s ON s.document_id = d.id WHERE d.task_id = $1")
            .bind(task.0)
            .fetch_all(&mut db.owner().await)
            .await
            .expect("documents");
    rows.into_iter().collect()
}

/// One task that came with regions, on this workflow.
async fn imported(form: Value) -> (Database, TaskId) {
    let db = Database::fresh().await;
    let task = one_task(&db).await;
    let mut tx = db.a.as_user(db.a.admin).begin(&db.store).await.expect("begin");
    import::insert_documents(&mut tx, db.a.project, &[(task, vec![7])]).await.expect("documents");
    tx.commit().await.expect("commit");
    on_workflow(&db, &form).await;
    (db, task)
}

#[tokio::test]
async fn what_was_imported_is_in_the_documents_of_the_first_step_whatever_it_is_called() {
    let (db, task) = imported(assigned(1, &json!({}))).await;
    assert_eq!(documents(&db, task).await["label"], [7]);
    let (db, task) = imported(assigned(2, &json!({}))).await;
    let found = documents(&db, task).await;
    assert_eq!((&found["label#0"], &found["label#1"]), (&vec![7], &vec![7]));
}

#[tokio::test]
async fn whoever_begins_with_nothing_begins_with_what_was_imported() {
    let (db, task) = imported(assigned(1, &json!({"drafts": "discard"}))).await;
    let first = next(&db.store, &db.a, db.a.labeler).await.expect("the task");
    give_back(&db, &first).await;
    let second = next(&db.store, &db.a, db.a.other_labeler).await.expect("the task");
    assert_eq!((second.scope.as_str(), &documents(&db, task).await["label~1"]), ("label~1", &vec![7]));
}

#[tokio::test]
async fn what_people_drew_in_one_step_is_not_what_another_begins_with() {
    let form = json!({"id": "w", "steps": [{"id": "annotate", "type": "annotation"}, {"id": "again", "type": "annotation"}]});
    let (db, task) = imported(form).await;
    answer(&db, db.a.labeler, "cat").await;
    let found = documents(&db, task).await;
    assert_eq!(found.keys().collect::<Vec<_>>(), ["annotate"], "the second step begins with nothing");
}

#[tokio::test]
async fn a_draft_discarded_in_the_plain_document_leaves_what_was_imported() {
    let form = json!({"id": "w", "steps": [{"id": "annotate", "type": "annotation", "assignment": {"drafts": "discard"}}]});
    let (db, task) = imported(form).await;
    let first = next(&db.store, &db.a, db.a.labeler).await.expect("the task");
    assert_eq!(first.scope, "annotate");
    give_back(&db, &first).await;
    next(&db.store, &db.a, db.a.other_labeler).await.expect("the task");
    assert_eq!(documents(&db, task).await["annotate~1"], [7]);
}

/// How a batch came to where it is: event and state, oldest first.
async fn batch_steps(db: &Database) -> Vec<(String, String)> {
    let mut tx = db.a.as_user(db.a.admin).begin(&db.store).await.expect("begin");
    let rows = flow::batch_history(&mut tx, db.a.batch, 100).await.expect("history");
    rows.into_iter().rev().map(|row| (row.event, row.to_state.as_str().unwrap_or_default().to_owned())).collect()
}

/// What any node does soon after tasks moved.
async fn follow_batches(db: &Database) -> usize {
    let moved = flow::moved_batches(&db.store, 100).await.expect("moved");
    let mine: Vec<_> = moved.into_iter().filter(|(workspace, ..)| *workspace == db.a.workspace).collect();
    for (workspace, project, batch) in &mine {
        flow::follow_batch(&db.store, *workspace, *project, *batch).await.expect("followed");
    }
    mine.len()
}

#[tokio::test]
async fn a_batch_follows_its_tasks_from_the_first_to_the_last() {
    let db = Database::fresh().await;
    let workflow = on_workflow(&db, &assigned(1, &json!({}))).await;
    assert_eq!(follow_batches(&db).await, 1);
    assert_eq!(follow_batches(&db).await, 0, "nothing has moved since");
    for done in 1..=3 {
        answer(&db, db.a.labeler, "cat").await;
        // Two nodes see it; it counts once.
        let both =
            futures_util::future::join_all((0..2).map(|_| flow::follow_batch(&db.store, db.a.workspace, db.a.project, db.a.batch))).await;
        assert_eq!(both.into_iter().filter(|moved| *moved.as_ref().expect("followed")).count(), 1, "{done} of 3");
    }
    let mut tx = db.a.as_user(db.a.admin).begin(&db.store).await.expect("begin");
    let found = flow::batch_instance(&mut tx, db.a.project, db.a.batch).await.expect("read").expect("an instance");
    assert_eq!((found.workflow, found.is_complete, found.children.done), (Some(workflow), true, 3));
    drop(tx);
    let told: Vec<String> = batch_steps(&db).await.into_iter().map(|(event, to)| format!("{event} -> {to}")).collect();
    assert_eq!(
        told,
        [
            "xstate.init -> created",
            "children.moved -> created",
            "children.moved -> in_progress",
            "children.moved -> in_progress",
            "children.moved -> completed"
        ]
    );
    let status: String = sqlx::query_scalar("SELECT status FROM batches WHERE id = $1")
        .bind(db.a.batch.0)
        .fetch_one(&mut db.owner().await)
        .await
        .expect("a batch");
    assert_eq!(status, "completed");

    let new = tandem_protocol::rest::NewTask {
        asset_id: db.a.assets[0],
        batch_id: Some(db.a.batch),
        external_id: None,
        priority: None,
        input: None,
    };
    let mut tx = db.a.as_user(db.a.admin).begin(&db.store).await.expect("begin");
    tandem_store::pg::tasks::create(&mut tx, db.a.project, &[new]).await.expect("one more");
    let found = flow::batch_instance(&mut tx, db.a.project, db.a.batch).await.expect("read").expect("an instance");
    assert_eq!((found.is_complete, found.completed_at, found.children.total), (false, None, 4), "it is open again");
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
        regions: flow_world::shape("dog"),
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
