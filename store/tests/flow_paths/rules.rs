//! What becomes of drafts and of what was skipped.

use serde_json::{Value, json};
use tandem_domain::workflow::{Decision, Told};
use tandem_protocol::{
    AssetId, ProjectId, TaskId, UserId,
    rest::{Assignment, NewTask},
};
use tandem_store::{
    pg::{
        flow,
        leases::{self, Method, Offer, Terms},
    },
    testing::Database,
};

use crate::{
    assigned, at,
    flow_world::{self, crowd, next, status, tell},
    give_back, one, reviewed,
};

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

#[tokio::test]
async fn what_everybody_skipped_who_could_have_it_waits_for_an_admin_and_not_for_ever() {
    let (db, task) = one(json!({
        "id": "w",
        "steps": [{"id": "label", "type": "annotation"}, {"id": "check", "type": "review"}],
        "transitions": [{"from": "label", "to": "check"}, {"from": "check", "to": "completed"}],
    }))
    .await;
    flow_world::answer(&db, db.a.labeler, "cat").await;
    let admin_leaves = "DELETE FROM project_members WHERE role = 'admin'";
    sqlx::query(admin_leaves).execute(&mut db.owner().await).await.expect("left");
    let review = next(&db.store, &db.a, db.a.reviewer).await.expect("a review");
    skip(&db, &review).await;
    assert_eq!(flow_world::held(&db, task).await.as_deref(), Some("skipped"), "labelers review nothing, and the one reviewer will not");
}

/// It was kept for them as its author, and it is an admin's since they skipped it, also after it was opened anew.
#[tokio::test]
async fn what_is_kept_for_somebody_who_skipped_it_to_an_admin_does_not_come_back_to_them() {
    let rules = json!({"rework": "same_person", "skip": {"next": "admin"}, "cool_off": "PT1S"});
    let (db, task) = one(json!({
        "id": "w",
        "steps": [
            {"id": "label", "type": "annotation", "completion": {"count": 1}, "assignment": rules},
            {"id": "check", "type": "review"},
        ],
        "transitions": [
            {"from": "label", "to": "check"},
            {"from": "check", "to": "completed", "condition": {"type": "expression", "expression": "$.step_output.decision == 'approve'"}},
            {"from": "check", "to": "label"},
        ],
    }))
    .await;
    flow_world::answer(&db, db.a.labeler, "cat").await;
    flow_world::review(&db, db.a.reviewer, Decision::Reject).await;
    an_hour_passes(&db).await;
    let kept = next(&db.store, &db.a, db.a.labeler).await.expect("their own work, to be done again");
    skip(&db, &kept).await;
    tell(&db, task, Told::Hold { reason: "unclear".to_owned() }).await.expect("held");
    tell(&db, task, Told::Resume).await.expect("resumed");
    an_hour_passes(&db).await;
    assert_eq!(kept_for(&db, task).await, [None]);
    assert!(next(&db.store, &db.a, db.a.labeler).await.is_none(), "an admin gives it to somebody");
}

/// Nobody cools off any more.
async fn an_hour_passes(db: &Database) {
    let sql = "UPDATE assignments SET assigned_at = assigned_at - interval '1 hour', ended_at = ended_at - interval '1 hour'";
    sqlx::query(sql).execute(&mut db.owner().await).await.expect("time passes");
}

async fn kept_for(db: &Database, task: TaskId) -> Vec<Option<uuid::Uuid>> {
    let sql = "SELECT reserved_for FROM task_steps WHERE task_id = $1";
    sqlx::query_scalar(sql).bind(task.0).fetch_all(&mut db.owner().await).await.expect("the steps")
}

fn repeated(assignment: &Value) -> Value {
    let completion = json!({"count": 2, "unique_annotators": false});
    json!({"id": "w", "steps": [{"id": "label", "type": "annotation", "completion": completion, "assignment": assignment}]})
}

#[tokio::test]
async fn where_annotators_need_not_be_unique_one_person_may_give_every_answer_one_after_the_other() {
    let (db, task) = one(repeated(&json!({}))).await;
    let first = next(&db.store, &db.a, db.a.labeler).await.expect("the first place");
    let again = next(&db.store, &db.a, db.a.labeler).await.expect("what they hold");
    assert_eq!(again.id, first.id, "not both places at once");
    flow_world::submit(&db.store, &db.a, &first, "cat").await.expect("submitted");
    let second = next(&db.store, &db.a, db.a.labeler).await.expect("the second place");
    assert_eq!((second.task_id, first.slot, second.slot), (task, 0, 1));
    assert_ne!(second.scope, first.scope, "each answer has a document of its own");
    flow_world::submit(&db.store, &db.a, &second, "dog").await.expect("submitted");
    assert_eq!(status(&db, task).await, "completed");
}

#[tokio::test]
async fn who_repeats_a_step_that_discards_drafts_does_not_go_on_in_their_answer() {
    let (db, _) = one(repeated(&json!({"drafts": "discard"}))).await;
    let first = next(&db.store, &db.a, db.a.labeler).await.expect("the first place");
    flow_world::submit(&db.store, &db.a, &first, "cat").await.expect("submitted");
    let other = next(&db.store, &db.a, db.a.other_labeler).await.expect("the second place");
    give_back(&db, &other).await;
    let second = next(&db.store, &db.a, db.a.labeler).await.expect("the second place");
    assert_eq!([first.scope.as_str(), other.scope.as_str(), second.scope.as_str()], ["label#0", "label#1", "label#1~1"]);
}

#[tokio::test]
async fn where_annotators_must_be_unique_nobody_answers_twice() {
    let (db, _) = one(assigned(2, &json!({}))).await;
    flow_world::answer(&db, db.a.labeler, "cat").await;
    assert!(next(&db.store, &db.a, db.a.labeler).await.is_none());
}

#[tokio::test]
async fn what_is_kept_for_somebody_who_skips_it_is_everybodys() {
    for rework in ["same_person_first", "same_person"] {
        let (db, task) = one(reviewed(rework)).await;
        flow_world::answer(&db, db.a.labeler, "cat").await;
        flow_world::review(&db, db.a.reviewer, Decision::RequestChanges).await;
        let kept = next(&db.store, &db.a, db.a.labeler).await.expect("their own work, to be done again");
        skip(&db, &kept).await;
        assert!(next(&db.store, &db.a, db.a.labeler).await.is_none(), "they do not want it");
        let mut tx = db.a.as_user(db.a.other_labeler).begin(&db.store).await.expect("begin");
        let why = flow::eligibility(&mut tx, db.a.project, task, db.a.other_labeler, flow::Way::Taken).await.expect("why");
        assert!(why[0].1.is_empty(), "{rework}: {why:?}");
        drop(tx);
        tell(&db, task, Told::Hold { reason: "unclear".to_owned() }).await.expect("held");
        tell(&db, task, Told::Resume).await.expect("resumed");
        assert_eq!(next(&db.store, &db.a, db.a.other_labeler).await.expect("the task").task_id, task, "{rework}");
    }
}

#[tokio::test]
async fn of_several_authors_one_who_skips_frees_it_for_others() {
    let mut form = reviewed("same_person");
    form["steps"][0]["completion"] = json!({"count": 2});
    let (db, task) = one(form).await;
    let stranger = crowd(&db, 1).await[0];
    flow_world::answer(&db, db.a.labeler, "cat").await;
    flow_world::answer(&db, db.a.other_labeler, "cat").await;
    flow_world::review(&db, db.a.reviewer, Decision::RequestChanges).await;
    assert!(next(&db.store, &db.a, stranger).await.is_none());
    let kept = next(&db.store, &db.a, db.a.labeler).await.expect("their own work, to be done again");
    skip(&db, &kept).await;
    flow_world::answer(&db, stranger, "dog").await;
    flow_world::answer(&db, db.a.other_labeler, "dog").await;
    assert_eq!(status(&db, task).await, "review");
}

#[tokio::test]
async fn who_skipped_a_task_finds_it_again_when_it_comes_back_as_their_rework() {
    let (db, task) = one(reviewed("same_person_first")).await;
    let lease = next(&db.store, &db.a, db.a.labeler).await.expect("the task");
    skip(&db, &lease).await;
    let given = at(&db, task, "label", "annotation", db.a.labeler).await;
    flow_world::submit(&db.store, &db.a, &given, "cat").await.expect("submitted");
    flow_world::review(&db, db.a.reviewer, Decision::RequestChanges).await;
    let again = next(&db.store, &db.a, db.a.labeler).await.expect("their own work, to be done again");
    assert_eq!((again.task_id, again.round), (task, 2));
}

#[tokio::test]
async fn a_task_that_was_held_because_of_skips_is_held_again_after_as_many() {
    let (db, task) = one(assigned(1, &json!({}))).await;
    let people = crowd(&db, 6).await;
    for (number, person) in people.iter().enumerate() {
        let lease = next(&db.store, &db.a, *person).await.expect("the task");
        skip(&db, &lease).await;
        let is_held = flow_world::held(&db, task).await.as_deref() == Some("skipped");
        assert_eq!(is_held, number == 2 || number == 5, "after {} skips", number + 1);
        if number == 2 {
            tell(&db, task, Told::Resume).await.expect("resumed");
        }
    }
}

async fn evict(db: &Database, lease: &Assignment) {
    let mut tx = db.a.as_user(db.a.admin).begin(&db.store).await.expect("begin");
    leases::revoke(&mut tx, lease.id, Some("too slow")).await.expect("revoked");
    tx.commit().await.expect("commit");
}

#[tokio::test]
async fn whom_an_admin_took_a_task_from_gets_it_back_only_by_an_admins_hand() {
    let (db, task) = one(reviewed("same_person_first")).await;
    let lease = next(&db.store, &db.a, db.a.labeler).await.expect("the task");
    evict(&db, &lease).await;
    assert!(next(&db.store, &db.a, db.a.labeler).await.is_none());
    let mut tx = db.a.as_user(db.a.labeler).begin(&db.store).await.expect("begin");
    let mine = |found: &[(String, Vec<flow::Said>)]| found[0].1.iter().map(|said| said.reason.code()).collect::<Vec<_>>();
    let taken = flow::eligibility(&mut tx, db.a.project, task, db.a.labeler, flow::Way::Taken).await.expect("why");
    assert_eq!(mine(&taken), ["excluded"]);
    let given = flow::eligibility(&mut tx, db.a.project, task, db.a.labeler, flow::Way::ByHand).await.expect("why");
    assert_eq!(mine(&given), [""; 0], "the admin has seen that");
    drop(tx);
    let given = at(&db, task, "label", "annotation", db.a.labeler).await;
    flow_world::submit(&db.store, &db.a, &given, "cat").await.expect("submitted");
    flow_world::review(&db, db.a.reviewer, Decision::RequestChanges).await;
    assert_eq!(next(&db.store, &db.a, db.a.labeler).await.expect("their rework").round, 2);
}

#[tokio::test]
async fn a_step_that_closes_or_is_handed_over_excludes_nobody() {
    let (db, task) = one(assigned(1, &json!({}))).await;
    next(&db.store, &db.a, db.a.labeler).await.expect("the task");
    tell(&db, task, Told::Hold { reason: "unclear".to_owned() }).await.expect("held");
    tell(&db, task, Told::Resume).await.expect("resumed");
    let lease = next(&db.store, &db.a, db.a.labeler).await.expect("the task");
    let mut tx = db.a.as_user(db.a.labeler).begin(&db.store).await.expect("begin");
    let terms = Terms::new(600, Method::HandedOver);
    let (_, theirs) = leases::hand_over(&mut tx, &lease, db.a.other_labeler, &terms, None).await.expect("handed over");
    tx.commit().await.expect("commit");
    give_back(&db, &theirs).await;
    assert_eq!(next(&db.store, &db.a, db.a.labeler).await.expect("the task").task_id, task);
}

#[tokio::test]
async fn who_did_others_of_a_batch_is_nearer_to_its_tasks() {
    let db = Database::fresh().await;
    let rules = json!({"mode": "auto", "load_balancing": "quality_weighted", "weights": {"affinity": 1.0}});
    flow_world::on_workflow(&db, &assigned(1, &rules)).await;
    let [first, ..] = db.a.tasks;
    let done = at(&db, first, "label", "annotation", db.a.other_labeler).await;
    flow_world::submit(&db.store, &db.a, &done, "cat").await.expect("submitted");
    let here = std::collections::HashSet::from([db.a.labeler, db.a.other_labeler]);
    let (pushed, _) = flow::push(&db.store, db.a.workspace, db.a.project, &here, 1, None).await.expect("push");
    let [flow::Pushed::Given(lease)] = &pushed[..] else { panic!("{pushed:?}") };
    assert_eq!(lease.user_id, db.a.other_labeler);
}

/// Another project of the workspace, and a task there in this person's hands.
async fn held_elsewhere(db: &Database, user: UserId) {
    let (project, asset) = (ProjectId::new(), AssetId::new());
    let mut owner = db.owner().await;
    let copies = [
        "INSERT INTO projects SELECT (jsonb_populate_record(p, jsonb_build_object('id', $1::text, 'name', 'other'))).* FROM projects p WHERE id = $3 AND $2::text <> ''",
        "INSERT INTO assets SELECT (jsonb_populate_record(a, jsonb_build_object('id', $2::text, 'project_id', $1::text))).* FROM assets a
         WHERE id = (SELECT id FROM assets WHERE project_id = $3 LIMIT 1)",
    ];
    for sql in copies {
        let copy = sqlx::query(sql).bind(project.to_string()).bind(asset.to_string()).bind(db.a.project.0);
        copy.execute(&mut owner).await.expect("a copy");
    }
    let new = NewTask { asset_id: asset, batch_id: None, external_id: None, priority: None, input: None };
    let mut tx = db.a.as_user(user).begin(&db.store).await.expect("begin");
    let made = tandem_store::pg::tasks::create(&mut tx, project, &[new]).await.expect("a task");
    let terms = Terms::new(600, Method::Manual);
    leases::claim_task(&mut tx, project, made[0].id, user, &[Offer::plain()], &terms).await.expect("a lease");
    tx.commit().await.expect("commit");
}

#[tokio::test]
async fn how_much_somebody_may_hold_is_counted_over_all_projects() {
    let (db, _) = one(assigned(1, &json!({}))).await;
    held_elsewhere(&db, db.a.labeler).await;
    sqlx::query("UPDATE members SET max_concurrent = 1").execute(&mut db.owner().await).await.expect("limits");
    assert!(next(&db.store, &db.a, db.a.labeler).await.is_none());
    assert!(next(&db.store, &db.a, db.a.other_labeler).await.is_some());
}
