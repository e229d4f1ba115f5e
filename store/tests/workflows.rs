//! Versions of workflows: what they say is fixed once in use, one of a project is active, and each stays in its workspace.

use serde_json::json;
use sqlx::Executor as _;
use tandem_protocol::{
    AssetId, TaskId, WorkflowId,
    rest::{NewTask, WorkflowStatus},
};
use tandem_store::{
    TenantTx,
    import::{self, ImportedTask},
    tasks,
    testing::Database,
    workflows::{self, NewWorkflow, WorkflowEditError},
};

/// Keys neither sorted nor of equal spacing: what comes back must be these letters.
const FORM: &str = r#"{"id": "w",  "steps": [{"type": "annotation", "id": "label", "input_mapping": {"z": 1, "a": 2}}]}"#;

fn new(key: &str) -> NewWorkflow<'_> {
    NewWorkflow { key, name: "A workflow", form: FORM }
}

async fn begin(db: &Database) -> TenantTx {
    db.a.as_user(db.a.admin).begin(&db.store).await.expect("begin")
}

async fn statuses(tx: &mut TenantTx, db: &Database) -> Vec<(i32, WorkflowStatus)> {
    workflows::list(tx, db.a.project).await.expect("list").into_iter().map(|w| (w.version, w.status)).collect()
}

#[tokio::test]
async fn versions_of_a_key_count_up_and_the_form_stays_letter_by_letter() {
    let db = Database::fresh().await;
    let mut tx = begin(&db).await;
    let first = workflows::create(&mut tx, db.a.project, new("w")).await.expect("create");
    workflows::create(&mut tx, db.a.project, new("w")).await.expect("create");
    workflows::create(&mut tx, db.a.project, new("other")).await.expect("create");
    let listed: Vec<_> = workflows::list(&mut tx, db.a.project).await.expect("list").into_iter().map(|w| (w.key, w.version)).collect();
    assert_eq!(listed, [("other".to_owned(), 1), ("w".to_owned(), 2), ("w".to_owned(), 1)], "newest first");
    let read = workflows::get(&mut tx, first).await.expect("get").expect("there");
    assert_eq!(read.form.get(), FORM);
    assert_eq!((read.status, read.tasks, read.created_by), (WorkflowStatus::Draft, 0, Some(db.a.admin)));
    assert_eq!(workflows::active_of(&mut tx, db.a.project).await.expect("active"), None);
}

#[tokio::test]
async fn a_draft_changes_but_not_behind_somebodys_back() {
    let db = Database::fresh().await;
    let mut tx = begin(&db).await;
    let id = workflows::create(&mut tx, db.a.project, new("w")).await.expect("create");
    let before = workflows::get(&mut tx, id).await.expect("get").expect("there");
    let change = NewWorkflow { name: "Renamed", ..new("w") };
    workflows::update(&mut tx, id, change, Some(before.updated_at)).await.expect("update");
    assert_eq!(workflows::get(&mut tx, id).await.expect("get").expect("there").name, "Renamed");
    let late = workflows::update(&mut tx, id, change, Some(before.updated_at)).await;
    assert!(matches!(late, Err(WorkflowEditError::Changed { .. })), "{late:?}");
    workflows::update(&mut tx, id, change, None).await.expect("whoever does not ask wins");
    let other = workflows::update(&mut tx, id, new("x"), None).await;
    assert!(matches!(&other, Err(WorkflowEditError::OtherKey { key }) if key == "w"), "{other:?}");
    let nothing = workflows::update(&mut tx, WorkflowId::new(), new("w"), None).await;
    assert!(matches!(nothing, Err(WorkflowEditError::NotFound)), "{nothing:?}");
}

#[tokio::test]
async fn what_is_in_use_does_not_change_even_past_the_program() {
    let db = Database::fresh().await;
    let mut tx = begin(&db).await;
    let id = workflows::create(&mut tx, db.a.project, new("w")).await.expect("create");
    workflows::activate(&mut tx, id).await.expect("activate");
    let refused = workflows::update(&mut tx, id, new("w"), None).await;
    assert!(matches!(&refused, Err(WorkflowEditError::InUse { version: 1, status: WorkflowStatus::Active, .. })), "{refused:?}");
    tx.commit().await.expect("commit");
    for change in ["form = '{}'", "name = 'x'", "key = 'x'", "version = 9", "status = 'draft', activated_at = NULL"] {
        let sql = sqlx::AssertSqlSafe(format!("UPDATE workflows SET {change} WHERE id = '{id}'"));
        let error = db.owner().await.execute(sql).await.expect_err(change);
        assert_eq!(error.as_database_error().and_then(|e| e.code()).as_deref(), Some("55000"), "{change}: {error}");
    }
}

#[tokio::test]
async fn one_version_is_active_and_the_one_before_may_come_back() {
    let db = Database::fresh().await;
    let mut tx = begin(&db).await;
    let first = workflows::create(&mut tx, db.a.project, new("w")).await.expect("create");
    let second = workflows::create(&mut tx, db.a.project, new("w")).await.expect("create");
    assert_eq!(workflows::activate(&mut tx, first).await.expect("activate"), None);
    assert_eq!(workflows::activate(&mut tx, second).await.expect("activate"), Some(first));
    assert_eq!(statuses(&mut tx, &db).await, [(2, WorkflowStatus::Active), (1, WorkflowStatus::Retired)]);
    assert_eq!(workflows::activate(&mut tx, second).await.expect("again"), Some(second), "once more changes nothing");
    assert_eq!(workflows::activate(&mut tx, first).await.expect("back"), Some(second));
    assert_eq!(workflows::active_of(&mut tx, db.a.project).await.expect("active"), Some(first));
    assert_eq!(statuses(&mut tx, &db).await, [(2, WorkflowStatus::Retired), (1, WorkflowStatus::Active)]);
}

/// Both read "nothing is active" before either wrote; the second waits for the project's row instead.
#[tokio::test]
async fn two_who_activate_at_once_leave_one_active() {
    let db = Database::fresh().await;
    let mut tx = begin(&db).await;
    let first = workflows::create(&mut tx, db.a.project, new("w")).await.expect("create");
    let second = workflows::create(&mut tx, db.a.project, new("w")).await.expect("create");
    tx.commit().await.expect("commit");
    let activate = async |id| {
        let mut tx = begin(&db).await;
        workflows::activate(&mut tx, id).await.expect("activate");
        tx.commit().await.expect("commit");
    };
    tokio::join!(activate(first), activate(second));
    let mut tx = begin(&db).await;
    let active = statuses(&mut tx, &db).await.into_iter().filter(|(_, status)| *status == WorkflowStatus::Active).count();
    assert_eq!(active, 1);
}

#[tokio::test]
async fn new_tasks_begin_on_the_active_version_and_stay_on_it() {
    let db = Database::fresh().await;
    let mut tx = begin(&db).await;
    let first = workflows::create(&mut tx, db.a.project, new("w")).await.expect("create");
    let second = workflows::create(&mut tx, db.a.project, new("w")).await.expect("create");
    workflows::activate(&mut tx, first).await.expect("activate");
    let task = NewTask { asset_id: db.a.assets[0], external_id: None, batch_id: None, priority: None, input: None };
    tasks::create(&mut tx, db.a.project, &[task]).await.expect("tasks");
    workflows::activate(&mut tx, second).await.expect("activate");
    let imported = ImportedTask {
        task: TaskId::new(),
        asset: AssetId::new(),
        external_id: "imported".to_owned(),
        filename: "imported.png".to_owned(),
        object_key: "imported".to_owned(),
        content_type: "image/png".to_owned(),
        size: 1,
        width: 1,
        height: 1,
        orientation: 1,
        asset_metadata: json!({}),
        input: json!({}),
        regions: None,
    };
    import::insert(&mut tx, db.a.project, &[imported]).await.expect("import");
    let counts: Vec<_> = workflows::list(&mut tx, db.a.project).await.expect("list").into_iter().map(|w| (w.version, w.tasks)).collect();
    assert_eq!(counts, [(2, 1), (1, 1)], "tasks of before have no workflow, and keep none");
}

#[tokio::test]
async fn workflows_of_another_workspace_are_not_there() {
    let db = Database::fresh().await;
    let mut tx = begin(&db).await;
    let id = workflows::create(&mut tx, db.a.project, new("w")).await.expect("create");
    tx.commit().await.expect("commit");
    let mut tx = db.b.as_user(db.b.admin).begin(&db.store).await.expect("begin");
    assert!(workflows::get(&mut tx, id).await.expect("get").is_none());
    assert!(workflows::list(&mut tx, db.a.project).await.expect("list").is_empty());
    assert!(matches!(workflows::update(&mut tx, id, new("w"), None).await, Err(WorkflowEditError::NotFound)));
    assert!(matches!(workflows::activate(&mut tx, id).await, Err(WorkflowEditError::NotFound)));
    workflows::create(&mut tx, db.a.project, new("w")).await.expect_err("a project of somebody else");
}
