//! What becomes of drafts and of what was skipped.

use serde_json::json;
use tandem_domain::workflow::Told;
use tandem_protocol::rest::Assignment;
use tandem_store::{
    pg::{
        flow,
        leases::{self, Method, Terms},
    },
    testing::Database,
};

use crate::{
    assigned, at,
    flow_world::{self, crowd, next, status, tell},
    give_back, one,
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
