//! Branches side by side, and their join.

use serde_json::{Value, json};
use tandem_domain::workflow::Decision;
use tandem_store::pg::{
    annotations::SubmitError,
    flow::{self, Because},
};

use crate::{
    at,
    flow_world::{self, answer, held, open, status, step_state},
    one,
};

fn side_by_side(join: &Value, merge: &Value) -> Value {
    json!({"id": "w", "steps": [
        {"id": "both", "type": "parallel", "join": join, "merge": merge, "branches": [
            {"id": "text", "steps": [{"id": "transcribe", "type": "annotation"}, {"id": "proofread", "type": "review"}]},
            {"id": "boxes", "steps": [{"id": "draw", "type": "annotation"}, {"id": "look", "type": "review"}]}]},
        {"id": "after", "type": "annotation"}]})
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
