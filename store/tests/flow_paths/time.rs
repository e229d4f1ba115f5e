//! Steps that wait: holds and timeouts.

use serde_json::json;
use tandem_store::{
    pg::flow::{self, Because},
    testing::Database,
};

use crate::{
    flow_world::{self, answer, held, next, on_workflow, open, status, step_state, time_passes},
    one,
};

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
