//! One task that cannot go on is that task's trouble alone.

use serde_json::json;
use sqlx::{AssertSqlSafe, Executor};
use tandem_protocol::TaskId;
use tandem_store::{pg::flow, testing::Database};

use crate::{
    flow_world::{held, next, on_workflow, open},
    one,
};

/// Whatever is written down of this task's open steps or timers from now on is refused.
async fn refuse(db: &Database, table: &str, when: &str, task: TaskId) {
    let sql = format!(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
         BEGIN IF NEW.task_id = '{task}' THEN RAISE EXCEPTION 'not this one' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $$;
         CREATE TRIGGER refuse BEFORE {when} ON {table} FOR EACH ROW EXECUTE FUNCTION refuse();"
    );
    db.owner().await.execute(AssertSqlSafe(sql)).await.expect("a trigger");
}

#[tokio::test]
async fn a_task_that_cannot_begin_keeps_no_other_from_it() {
    let db = Database::fresh().await;
    let [first, second, _] = db.a.tasks;
    refuse(&db, "task_steps", "INSERT", first).await;
    on_workflow(&db, &json!({"id": "w", "steps": [{"id": "label", "type": "annotation"}]})).await;
    let why = held(&db, first).await.expect("it waits for somebody who looks");
    assert!(why.starts_with("does not begin: "), "{why}");
    assert_eq!(open(&db, second).await, [("label".to_owned(), 1, 1)]);
    assert_eq!(next(&db.store, &db.a, db.a.labeler).await.expect("work").task_id, second);
}

#[tokio::test]
async fn a_timer_that_cannot_be_fired_is_put_off_whatever_refuses_it() {
    let (db, task) = one(json!({"id": "w", "steps": [{"id": "label", "type": "annotation", "timeout": "PT1H"}]})).await;
    let mut owner = db.owner().await;
    owner.execute("UPDATE tasks SET machine_state = '1'").await.expect("a state that nobody can read");
    owner.execute("UPDATE task_timers SET due = now() - interval '1 second', attempts = 2000").await.expect("time passes");
    let due = flow::due_timers(&db.store, 10).await.expect("due");
    assert_eq!(due.iter().map(|timer| timer.task).collect::<Vec<_>>(), [task]);
    assert_eq!(flow::fire(&db.store, due[0]).await.expect("no error of everybody's"), None);
    assert!(flow::due_timers(&db.store, 10).await.expect("due").is_empty(), "it stands before no other");
}
