//! Projects, people, assets, tasks and their counters.

use rand::{Rng, SeedableRng, rngs::StdRng};
use sqlx::{Executor, Row};
use tandem_protocol::{
    AssetId, ProjectRole, TaskId, UserId, WorkspaceId, WorkspaceRole,
    rest::{AssetStatus, CreateBatch, CreateProject, NewTask, Progress, ProjectStatus, TaskStatus, UpdateProject},
};
use tandem_store::{
    PoolSizes, Store, StoreError, Tenant,
    annotations::{self, Answer, Submission},
    assets::{self, Inspected, NewAsset},
    batches, customers, idempotency, leases, members,
    projects::{self, Viewer},
    tasks::{self, CreateTasksError, TaskFilter},
    testing::{self, Database, Seeded},
    users::{self, NewUser},
    workspaces,
};

fn viewer(user: UserId, workspace_admin: bool) -> Viewer {
    Viewer { user, workspace_admin }
}

fn new_project(name: &str) -> CreateProject {
    CreateProject {
        name: name.to_owned(),
        description: String::new(),
        customer_id: None,
        label_schema: Default::default(),
        lease_seconds: None,
    }
}

fn new_batch(name: &str) -> CreateBatch {
    CreateBatch { name: name.to_owned(), description: String::new(), priority: None, due_date: None }
}

fn new_task(asset: AssetId, external_id: Option<&str>) -> NewTask {
    NewTask { asset_id: asset, external_id: external_id.map(str::to_owned), batch_id: None, priority: None, input: None }
}

fn all_tasks(seeded: &Seeded) -> TaskFilter {
    TaskFilter { project: seeded.project, status: None, batch: None, prefix: None, after: None, limit: 200 }
}

#[tokio::test]
async fn a_workspace_is_made_from_nothing() {
    let db = Database::fresh().await;
    let tenant = Tenant { workspace: WorkspaceId::new(), user: None };
    let mut tx = tenant.begin(&db.store).await.expect("begin");
    assert_eq!(workspaces::get(&mut tx).await.expect("get"), None);
    workspaces::put(&mut tx, "New one").await.expect("put");
    let ana = NewUser { id: UserId::new(), email: "Ana@Example.org".to_owned(), name: "Ana".to_owned(), color: "#AABBCC".to_owned() };
    let id = users::ensure(&mut tx, &ana).await.expect("ensure");
    assert_eq!(id, ana.id);
    members::put(&mut tx, id, WorkspaceRole::Admin).await.expect("member");
    let list = members::list(&mut tx).await.expect("list");
    assert_eq!(list.len(), 1);
    assert_eq!((list[0].0.email.as_str(), list[0].0.color.as_str(), list[0].1), ("ana@example.org", "#aabbcc", WorkspaceRole::Admin));
    tx.commit().await.expect("commit");
    // Once more, as each start of the server does.
    let mut tx = tenant.begin(&db.store).await.expect("begin");
    workspaces::put(&mut tx, "Renamed").await.expect("put");
    assert_eq!(users::ensure(&mut tx, &ana).await.expect("ensure"), ana.id);
    assert_eq!(workspaces::get(&mut tx).await.expect("get").expect("there").name, "Renamed");
}

#[tokio::test]
async fn projects_are_seen_by_their_people_and_by_workspace_admins() {
    let db = Database::fresh().await;
    let mut tx = db.a.as_user(db.a.admin).begin(&db.store).await.expect("begin");
    let made = projects::create(&mut tx, &new_project("Second")).await.expect("create");
    let names = |list: Vec<tandem_protocol::rest::Project>| list.into_iter().map(|p| (p.name, p.my_role)).collect::<Vec<_>>();
    let admins = names(projects::list(&mut tx, viewer(db.a.admin, true)).await.expect("list"));
    assert_eq!(admins, [("Second".to_owned(), ProjectRole::Admin), ("Project a".to_owned(), ProjectRole::Admin)]);
    let labelers = names(projects::list(&mut tx, viewer(db.a.labeler, false)).await.expect("list"));
    assert_eq!(labelers, [("Project a".to_owned(), ProjectRole::Labeler)]);
    assert_eq!(projects::get(&mut tx, made, viewer(db.a.labeler, false)).await.expect("get"), None);

    projects::put_member(&mut tx, made, db.a.labeler, ProjectRole::Reviewer).await.expect("put");
    projects::put_member(&mut tx, made, db.a.labeler, ProjectRole::Labeler).await.expect("put again");
    assert_eq!(projects::membership(&mut tx, made, db.a.labeler).await.expect("membership"), Some(ProjectRole::Labeler));
    assert_eq!(projects::list_members(&mut tx, made).await.expect("list").len(), 1);
    assert!(projects::remove_member(&mut tx, made, db.a.labeler).await.expect("remove"));
    assert!(!projects::remove_member(&mut tx, made, db.a.labeler).await.expect("remove"));
}

#[tokio::test]
async fn a_project_changes_only_in_the_fields_given() {
    let db = Database::fresh().await;
    let mut tx = db.a.as_user(db.a.admin).begin(&db.store).await.expect("begin");
    let change = UpdateProject { status: Some(ProjectStatus::Paused), lease_seconds: Some(60), ..UpdateProject::default() };
    assert!(projects::update(&mut tx, db.a.project, &change).await.expect("update"));
    let project = projects::get(&mut tx, db.a.project, viewer(db.a.admin, true)).await.expect("get").expect("there");
    assert_eq!((project.name.as_str(), project.status, project.lease_seconds), ("Project a", ProjectStatus::Paused, 60));
    assert_eq!(project.label_schema.labels.len(), 2);
    let none = testing::claim(&mut tx, db.a.project, db.a.labeler, 60).await;
    assert_eq!(none, None, "a paused project gives out no work");
    assert!(!projects::update(&mut tx, db.b.project, &change).await.expect("update"), "another workspace's project is not there");
}

#[tokio::test]
async fn a_name_taken_is_said_to_be_taken() {
    let db = Database::fresh().await;
    let mut tx = db.a.tenant().begin(&db.store).await.expect("begin");
    let error = projects::create(&mut tx, &new_project("Project a")).await.expect_err("taken");
    assert!(matches!(error, StoreError::Duplicate { entity: "project", field: "name" }), "{error:?}");
    let mut tx = db.a.tenant().begin(&db.store).await.expect("begin");
    projects::create(&mut tx, &new_project("Project b")).await.expect("names are a workspace's own");
    let error = batches::create(&mut tx, db.a.project, &new_batch("Batch a")).await.expect_err("taken");
    assert!(matches!(error, StoreError::Duplicate { entity: "batch", field: "name" }), "{error:?}");
    let mut tx = db.a.tenant().begin(&db.store).await.expect("begin");
    customers::create(&mut tx, "Acme", Some("a@acme.test")).await.expect("customer");
    let error = customers::create(&mut tx, "Acme", None).await.expect_err("taken");
    assert!(matches!(error, StoreError::Duplicate { entity: "customer", field: "name" }), "{error:?}");
}

#[tokio::test]
async fn leaving_the_workspace_is_leaving_its_projects() {
    let db = Database::fresh().await;
    let mut tx = db.a.as_user(db.a.admin).begin(&db.store).await.expect("begin");
    assert!(members::remove(&mut tx, db.a.labeler).await.expect("remove"));
    assert_eq!(projects::membership(&mut tx, db.a.project, db.a.labeler).await.expect("membership"), None);
    let error = projects::put_member(&mut tx, db.a.project, db.a.labeler, ProjectRole::Labeler).await.expect_err("no member any more");
    assert!(matches!(error, StoreError::Missing { entity: "member", field: "user_id" }), "{error:?}");
}

#[tokio::test]
async fn an_asset_is_pending_then_ready_or_rejected_and_stays_so() {
    let db = Database::fresh().await;
    let mut tx = db.a.tenant().begin(&db.store).await.expect("begin");
    let mut upload = NewAsset {
        id: AssetId::new(),
        project: db.a.project,
        filename: "photo.jpg".to_owned(),
        content_type: "image/jpeg".to_owned(),
        size: 10,
    };
    let made = assets::create(&mut tx, &upload).await.expect("create");
    assert_eq!(made.asset.status, AssetStatus::Pending);
    assert_eq!(made.object_key, format!("{}/{}/{}", db.a.workspace, db.a.project, upload.id));
    let found = Inspected { content_type: "image/png".to_owned(), size: 12, width: 3, height: 4, orientation: 6 };
    let ready = assets::complete(&mut tx, upload.id, &found).await.expect("complete").expect("there");
    assert_eq!((ready.asset.status, ready.asset.width, ready.asset.orientation), (AssetStatus::Ready, Some(3), 6));
    let still = assets::reject(&mut tx, upload.id, "no").await.expect("reject").expect("there");
    assert_eq!(still, ready);
    upload.id = AssetId::new();
    assets::create(&mut tx, &upload).await.expect("create");
    let rejected = assets::reject(&mut tx, upload.id, "is no image").await.expect("reject").expect("there");
    assert_eq!(rejected.asset.reason.as_deref(), Some("is no image"));
    let error = tasks::create(&mut tx, db.a.project, &[new_task(db.a.assets[0], None), new_task(upload.id, None)]).await;
    assert!(matches!(error, Err(CreateTasksError::AssetNotReady { index: 1 })), "{error:?}");
    let ready = assets::list(&mut tx, db.a.project, Some(AssetStatus::Ready), None, 2).await.expect("list");
    assert_eq!(ready.items.len(), 2);
    let after = ready.next_cursor.expect("more").parse().expect("an id");
    assert_eq!(assets::list(&mut tx, db.a.project, Some(AssetStatus::Ready), Some(after), 2).await.expect("list").items.len(), 2);
}

#[tokio::test]
async fn tasks_are_made_all_or_none_and_the_wrong_one_is_named() {
    let db = Database::fresh().await;
    let mut tx = db.a.tenant().begin(&db.store).await.expect("begin");
    let [asset, ..] = db.a.assets;
    let before = projects::get_progress(&mut tx, db.a.project).await.expect("progress");
    let bad = [
        (vec![new_task(asset, None), new_task(AssetId::new(), None)], "tasks[1].asset_id"),
        (vec![new_task(asset, Some("x")), new_task(asset, Some("y")), new_task(asset, Some("x"))], "tasks[2].external_id"),
        (vec![new_task(asset, Some("a-0"))], "tasks[0].external_id"),
        (vec![NewTask { batch_id: Some(db.b.batch), ..new_task(asset, None) }], "tasks[0].batch_id"),
    ];
    for (tasks, field) in bad {
        let error = tasks::create(&mut tx, db.a.project, &tasks).await.expect_err(field);
        assert!(error.to_string().starts_with(field), "{error}");
    }
    assert_eq!(projects::get_progress(&mut tx, db.a.project).await.expect("progress"), before);

    let tasks =
        [new_task(asset, Some("x")), NewTask { priority: Some(10), input: Some(serde_json::json!({"k": 1})), ..new_task(asset, None) }];
    let made = tasks::create(&mut tx, db.a.project, &tasks).await.expect("create");
    assert_eq!(made[0].external_id.as_deref(), Some("x"));
    assert_eq!((made[0].priority, made[1].priority), (5, 10));
    assert_eq!(made[1].input, serde_json::json!({"k": 1}));
    assert_eq!(made[0].asset.width, Some(640));
    let next = testing::claim(&mut tx, db.a.project, db.a.labeler, 60).await.expect("work");
    assert_eq!(next.task_id, made[1].id, "the highest priority first");
    let seen = tasks::get(&mut tx, made[1].id).await.expect("get").expect("there").task;
    assert_eq!(seen.lease.expect("leased").user_name, "Labeler A");
}

#[tokio::test]
async fn a_priority_out_of_range_is_refused_by_the_database_too() {
    let db = Database::fresh().await;
    let mut tx = db.a.tenant().begin(&db.store).await.expect("begin");
    let task = NewTask { priority: Some(11), ..new_task(db.a.assets[0], None) };
    let error = tasks::create(&mut tx, db.a.project, &[task]).await.expect_err("refused");
    assert!(matches!(&error, CreateTasksError::Store(StoreError::Invalid { rule }) if rule.contains("priority")), "{error:?}");
}

#[tokio::test]
async fn pages_of_tasks_are_complete_and_without_repetition_while_tasks_change() {
    let db = Database::fresh().await;
    let mut tx = db.a.tenant().begin(&db.store).await.expect("begin");
    let many: Vec<NewTask> = (0..95).map(|n| new_task(db.a.assets[n % 3], Some(&format!("n{n:03}")))).collect();
    tasks::create(&mut tx, db.a.project, &many).await.expect("create");
    let mut filter = TaskFilter { limit: 10, ..all_tasks(&db.a) };
    let mut seen: Vec<TaskId> = Vec::new();
    loop {
        let page = tasks::list(&mut tx, &filter).await.expect("page");
        seen.extend(page.items.iter().map(|t| t.id));
        // Work goes on between the pages.
        testing::claim(&mut tx, db.a.project, db.a.other_labeler, 60).await;
        match page.next_cursor {
            Some(cursor) => filter.after = Some(cursor.parse().expect("an id")),
            None => break,
        }
    }
    assert_eq!(seen.len(), 98);
    assert!(seen.is_sorted_by(|a, b| a < b), "in order, none twice");
}

#[tokio::test]
async fn tasks_are_filtered_by_status_batch_and_the_beginning_of_their_name() {
    let db = Database::fresh().await;
    let mut tx = db.a.tenant().begin(&db.store).await.expect("begin");
    let [asset, ..] = db.a.assets;
    let names = ["img_1", "img%", "img-2", "im", "Ünï"];
    let made = tasks::create(&mut tx, db.a.project, &names.map(|n| new_task(asset, Some(n)))).await.expect("create");
    leases::claim_task(
        &mut tx,
        db.a.project,
        made[3].id,
        db.a.labeler,
        &[leases::Offer::plain()],
        &leases::Terms::new(60, leases::Method::Claimed),
    )
    .await
    .expect("claim");
    let count = async |tx: &mut _, filter: TaskFilter| tasks::list(tx, &filter).await.expect("list").items.len();
    // File names count too: all eight tasks show an image-N.png.
    for (prefix, expected) in [("img", 3), ("img%", 1), ("img_", 1), ("im", 8), ("image-", 8), ("Ü", 1), ("zz", 0), ("a-", 3)] {
        let found = count(&mut tx, TaskFilter { prefix: Some(prefix.to_owned()), ..all_tasks(&db.a) }).await;
        assert_eq!(found, expected, "{prefix}");
    }
    assert_eq!(count(&mut tx, TaskFilter { status: Some(TaskStatus::Assigned), ..all_tasks(&db.a) }).await, 1);
    assert_eq!(count(&mut tx, TaskFilter { batch: Some(db.a.batch), ..all_tasks(&db.a) }).await, 3);
    let both = TaskFilter { batch: Some(db.a.batch), status: Some(TaskStatus::Assigned), ..all_tasks(&db.a) };
    assert_eq!(count(&mut tx, both).await, 0);
}

#[tokio::test]
async fn a_creation_repeated_gives_the_first_answer() {
    let db = Database::fresh().await;
    let answer = serde_json::json!({ "id": 1 });
    let mut first = db.a.tenant().begin(&db.store).await.expect("begin");
    assert_eq!(idempotency::begin(&mut first, db.a.labeler, "k", b"h").await.expect("begin"), idempotency::Seen::New);
    // The second comes while the first is still at it: it waits, then hears the first one's answer.
    let (store, seeded) = (db.store.clone(), db.a);
    let second = tokio::spawn(async move {
        let mut tx = seeded.tenant().begin(&store).await.expect("begin");
        idempotency::begin(&mut tx, seeded.labeler, "k", b"h").await.expect("begin")
    });
    idempotency::remember(&mut first, db.a.labeler, "k", 201, &answer).await.expect("remember");
    first.commit().await.expect("commit");
    assert_eq!(second.await.expect("join"), idempotency::Seen::Answered { status: 201, response: answer });

    let mut tx = db.a.tenant().begin(&db.store).await.expect("begin");
    assert_eq!(idempotency::begin(&mut tx, db.a.labeler, "k", b"other").await.expect("begin"), idempotency::Seen::Mismatch);
    assert_eq!(
        idempotency::begin(&mut tx, db.a.admin, "k", b"other").await.expect("begin"),
        idempotency::Seen::New,
        "keys are a person's own"
    );
}

/// What the counters say and what counting says, for the project and its batch.
async fn counted_and_counters(db: &Database) -> Vec<(Progress, Progress)> {
    let mut owner = db.owner().await;
    let mut pairs = Vec::new();
    for (column, id) in [("project_id", db.a.project.0), ("batch_id", db.a.batch.0)] {
        let sql = format!(
            "SELECT count(*) FILTER (WHERE status = 'pending'), count(*) FILTER (WHERE status IN ('assigned', 'in_progress', 'review', 'adjudication')),
                    count(*) FILTER (WHERE status IN ('completed', 'rejected')),
                    count(*) FILTER (WHERE status = 'skipped')
             FROM tasks WHERE {column} = $1"
        );
        let truth = progress(&sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id).fetch_one(&mut owner).await.expect("count"));
        let sql = "SELECT sum(pending)::int8, sum(in_progress)::int8, sum(completed)::int8, sum(skipped)::int8
                   FROM task_counters WHERE scope_id = $1";
        pairs.push((truth, progress(&sqlx::query(sql).bind(id).fetch_one(&mut owner).await.expect("sum"))));
    }
    pairs
}

fn progress(row: &sqlx::postgres::PgRow) -> Progress {
    let (pending, in_progress, completed, skipped) = (row.get(0), row.get(1), row.get(2), row.get(3));
    Progress { total: pending + in_progress + completed + skipped, pending, in_progress, completed, skipped }
}

/// One random thing a person may do, committed or, now and then, undone.
async fn something(store: &Store, seeded: Seeded, user: UserId, rng: &mut StdRng) {
    let mut tx = seeded.as_user(user).begin(store).await.expect("begin");
    if rng.random_ratio(1, 5) {
        let batch = rng.random_bool(0.5).then_some(seeded.batch);
        let task = NewTask { batch_id: batch, ..new_task(seeded.assets[rng.random_range(0..3)], None) };
        tasks::create(&mut tx, seeded.project, &vec![task; rng.random_range(1..5)]).await.expect("create");
    } else if let Some(lease) = testing::claim(&mut tx, seeded.project, user, 60).await {
        let (id, token) = (lease.id, lease.fencing_token);
        match rng.random_range(0..5) {
            0 => drop(leases::accept(&mut tx, id, user, token).await.expect("accept")),
            1 => drop(leases::skip(&mut tx, id, user, token, Some("blurred")).await.expect("skip")),
            2 => drop(leases::release(&mut tx, id, user, token).await.expect("release")),
            _ => {
                let work = Submission { assignment: id, user, fencing_token: token, answer: Answer::default(), time_spent_ms: None };
                annotations::submit(&mut tx, &work).await.expect("submit");
            }
        }
    }
    if rng.random_ratio(1, 6) {
        tx.rollback().await.expect("rollback");
    } else {
        tx.commit().await.expect("commit");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn counters_are_what_counting_gives_after_anything_in_any_order() {
    let db = Database::with_pools(PoolSizes { server: 6, journal: 1, system: 1 }).await;
    let people = [db.a.labeler, db.a.other_labeler, db.a.reviewer, db.a.admin];
    let work = people.into_iter().enumerate().map(|(seed, user)| {
        let (store, seeded) = (db.store.clone(), db.a);
        tokio::spawn(async move {
            let mut rng = StdRng::seed_from_u64(seed as u64);
            for _ in 0..40 {
                something(&store, seeded, user, &mut rng).await;
            }
        })
    });
    for person in work.collect::<Vec<_>>() {
        person.await.expect("nobody deadlocks");
    }
    for (counted, counters) in counted_and_counters(&db).await {
        assert_eq!(counters, counted);
        assert!(counted.total > 3, "something happened: {counted:?}");
    }
    let mut tx = db.a.tenant().begin(&db.store).await.expect("begin");
    let project = projects::get_progress(&mut tx, db.a.project).await.expect("progress");
    assert_eq!(project, counted_and_counters(&db).await[0].0);
    assert_eq!(batches::list(&mut tx, db.a.project).await.expect("list")[0].progress, counted_and_counters(&db).await[1].0);
    let rows: i64 = sqlx::query_scalar("SELECT count(*) FROM task_counters WHERE scope_id = $1")
        .bind(db.a.project.0)
        .fetch_one(&mut db.owner().await)
        .await
        .expect("rows");
    assert!(rows <= 6, "as many counter rows as writers at once, not {rows}");
}

#[tokio::test]
async fn a_writer_never_waits_for_anothers_counters() {
    let db = Database::fresh().await;
    let mut import = db.a.tenant().begin(&db.store).await.expect("begin");
    tasks::create(&mut import, db.a.project, &[new_task(db.a.assets[0], None)]).await.expect("create");
    // The import's transaction is still open while this one begins and ends.
    let mut tx = db.a.tenant().begin(&db.store).await.expect("begin");
    tx.execute("SET LOCAL lock_timeout = '1s'").await.expect("set");
    testing::claim(&mut tx, db.a.project, db.a.labeler, 60).await.expect("work");
    tx.commit().await.expect("commit");
    import.commit().await.expect("commit");
    for (counted, counters) in counted_and_counters(&db).await {
        assert_eq!(counters, counted);
    }
}
