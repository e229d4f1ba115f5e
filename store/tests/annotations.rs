//! Submitting: one transaction, one version after the other, nothing half-done.

use sqlx::Executor;
use tandem_protocol::{
    Geometry, RegionId, RegionKind,
    rest::{Annotation, AnnotationStatus, Assignment, Region},
};
use tandem_store::{
    pg::{
        annotations::{self, Submission, SubmitError},
        export, import,
        leases::{self, LeaseError},
        regions::{self, RegionFilter},
    },
    testing::{self, Database},
};

/// How long whoever disconnects keeps a task.
const GRACE: std::time::Duration = std::time::Duration::from_secs(300);

fn region(label: &str, x: f64) -> Region {
    Region {
        id: RegionId::new(),
        label: label.to_owned(),
        geometry: Geometry::Box { x, y: 2.0, width: 30.0, height: 40.0 },
        attributes: serde_json::Map::new(),
        author: None,
        z: 0,
        relations: Vec::new(),
    }
}

async fn lease(db: &Database) -> Assignment {
    let mut tx = db.a.tenant().begin(&db.store).await.expect("begin");
    let lease = testing::claim(&mut tx, db.a.project, db.a.labeler, 60).await.expect("a task");
    tx.commit().await.expect("commit");
    lease
}

fn work(db: &Database, lease: &Assignment, regions: Vec<Region>) -> Submission {
    Submission {
        assignment: lease.id,
        user: db.a.labeler,
        fencing_token: lease.fencing_token,
        answer: regions.into(),
        time_spent_ms: Some(1234),
    }
}

async fn submit(db: &Database, submission: &Submission) -> Result<Annotation, SubmitError> {
    let mut tx = db.a.tenant().begin(&db.store).await?;
    let annotation = annotations::submit(&mut tx, submission).await?;
    tx.commit().await?;
    Ok(annotation)
}

async fn count(db: &Database, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&mut db.owner().await).await.expect("count")
}

#[tokio::test]
async fn a_submit_writes_everything_it_should() {
    let db = Database::fresh().await;
    let lease = lease(&db).await;
    let annotation = submit(&db, &work(&db, &lease, vec![region("cat", 1.0), region("dog", 5.0)])).await.expect("submit");
    assert_eq!((annotation.version, annotation.status), (1, AnnotationStatus::Submitted));
    assert_eq!(count(&db, "SELECT count(*) FROM regions").await, 2);
    assert_eq!(count(&db, "SELECT count(*) FROM annotation_events WHERE event_type = 'submitted'").await, 1);
    assert_eq!(count(&db, "SELECT count(*) FROM tasks WHERE status = 'completed' AND region_count = 2").await, 1);
    assert_eq!(count(&db, "SELECT count(*) FROM assignments WHERE status = 'submitted' AND ended_at IS NOT NULL").await, 1);
    assert_eq!(count(&db, "SELECT count(*) FROM outbox WHERE topic = 'annotation.submitted'").await, 1);
    assert_eq!(count(&db, "SELECT count(*) FROM audit_log WHERE action = 'annotation.submit'").await, 1);
    let mut tx = db.a.tenant().begin(&db.store).await.expect("begin");
    assert_eq!(annotations::get(&mut tx, annotation.id).await.expect("get").regions, annotation.regions);
}

#[tokio::test]
async fn asking_again_answers_with_the_same_version() {
    let db = Database::fresh().await;
    let lease = lease(&db).await;
    let submission = work(&db, &lease, vec![region("cat", 1.0)]);
    let first = submit(&db, &submission).await.expect("submit");
    let second = submit(&db, &submission).await.expect("again");
    assert_eq!(first.id, second.id);
    assert_eq!(count(&db, "SELECT count(*) FROM annotations").await, 1);
}

#[tokio::test]
async fn a_stale_token_submits_nothing_and_learns_who_has_the_task() {
    let db = Database::fresh().await;
    let old = lease(&db).await;
    db.owner().await.execute("UPDATE assignments SET expires_at = now() - interval '1 second'").await.expect("time passes");
    let mut tx = db.a.tenant().begin(&db.store).await.expect("begin");
    leases::expire(&mut tx, old.id, GRACE).await.expect("expire").expect("due");
    tx.commit().await.expect("commit");
    let mut tx = db.a.as_user(db.a.reviewer).begin(&db.store).await.expect("begin");
    let new = testing::claim(&mut tx, db.a.project, db.a.reviewer, 60).await.expect("a task");
    tx.commit().await.expect("commit");
    assert_eq!(new.task_id, old.task_id);
    match submit(&db, &work(&db, &old, vec![region("cat", 1.0)])).await {
        Err(SubmitError::Lease(LeaseError::Stale { current, holder: Some(holder), .. })) => {
            assert_eq!((current, holder.user), (new.fencing_token, db.a.reviewer));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(count(&db, "SELECT count(*) FROM annotations").await, 0);
}

#[tokio::test]
async fn a_later_version_supersedes_and_its_history_says_what_changed() {
    let db = Database::fresh().await;
    let first_lease = lease(&db).await;
    let (kept, gone, come) = (region("cat", 1.0), region("dog", 5.0), region("dog", 9.0));
    let first = submit(&db, &work(&db, &first_lease, vec![kept.clone(), gone.clone()])).await.expect("submit");
    // The task is put back for another round.
    let again = "INSERT INTO task_steps (project_id, task_id, step, workspace_id, round)
                 SELECT project_id, id, step, workspace_id, 2 FROM tasks WHERE status = 'completed'";
    let mut owner = db.owner().await;
    owner.execute(again).await.expect("opened again");
    owner.execute("UPDATE tasks SET status = 'pending'").await.expect("again");
    let second_lease = lease(&db).await;
    assert_eq!(second_lease.task_id, first_lease.task_id);
    let second = submit(&db, &work(&db, &second_lease, vec![kept, come.clone()])).await.expect("submit");
    assert_eq!((second.version, second.parent_id), (2, Some(first.id)));
    let mut tx = db.a.tenant().begin(&db.store).await.expect("begin");
    assert_eq!(annotations::get(&mut tx, first.id).await.expect("get").status, AnnotationStatus::Superseded);
    let history = annotations::history(&mut tx, second.id).await.expect("history");
    assert_eq!(history.len(), 2);
    assert_eq!(history[1].changes.added, [come.id]);
    assert_eq!(history[1].changes.removed, [gone.id]);
    let versions = annotations::of_task(&mut tx, db.a.project, first_lease.task_id).await.expect("versions");
    assert_eq!(versions.iter().map(|a| a.version).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(count(&db, "SELECT count(*) FROM regions").await, 2, "only the newest version has query rows");
}

#[tokio::test]
async fn a_submit_that_fails_late_leaves_no_trace() {
    let db = Database::fresh().await;
    let lease = lease(&db).await;
    let sql = "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'injected'; END $$;
               CREATE TRIGGER fail BEFORE INSERT ON audit_log FOR EACH ROW EXECUTE FUNCTION fail()";
    db.owner().await.execute(sql).await.expect("a fault");
    submit(&db, &work(&db, &lease, vec![region("cat", 1.0)])).await.expect_err("the last statement fails");
    for table in ["SELECT count(*) FROM annotations", "SELECT count(*) FROM regions", "SELECT count(*) FROM annotation_events"] {
        assert_eq!(count(&db, table).await, 0, "{table}");
    }
    assert_eq!(count(&db, "SELECT count(*) FROM assignments WHERE ended_at IS NULL").await, 1, "the lease still stands");
}

#[tokio::test]
async fn regions_are_found_by_label_and_kind_page_by_page() {
    let db = Database::fresh().await;
    let lease = lease(&db).await;
    let mut all: Vec<Region> = (0..25).map(|n| region(if n % 5 == 0 { "dog" } else { "cat" }, f64::from(n))).collect();
    all.push(Region { geometry: Geometry::Point { x: 1.0, y: 1.0 }, ..region("dog", 0.0) });
    submit(&db, &work(&db, &lease, all.clone())).await.expect("submit");
    let mut tx = db.a.tenant().begin(&db.store).await.expect("begin");
    let mut filter = RegionFilter { label: Some("cat".to_owned()), limit: 7, ..RegionFilter::default() };
    let mut found = Vec::new();
    loop {
        let page = regions::list(&mut tx, db.a.project, &filter).await.expect("page");
        found.extend(page.items.into_iter().map(|row| row.region.id));
        let Some(cursor) = page.next_cursor else { break };
        filter.cursor = Some(cursor);
    }
    let mut expected: Vec<RegionId> = all.iter().filter(|r| r.label == "cat").map(|r| r.id).collect();
    expected.sort();
    assert_eq!(found, expected);
    let points = RegionFilter { kind: Some(RegionKind::Point), limit: 7, ..RegionFilter::default() };
    assert_eq!(regions::list(&mut tx, db.a.project, &points).await.expect("page").items.len(), 1);
    let bad = RegionFilter { cursor: Some("nonsense".to_owned()), limit: 7, ..RegionFilter::default() };
    regions::list(&mut tx, db.a.project, &bad).await.expect_err("a cursor of ours or none");
    let mut other = db.b.tenant().begin(&db.store).await.expect("begin");
    let none = regions::list(&mut other, db.a.project, &RegionFilter { limit: 7, ..RegionFilter::default() }).await.expect("page");
    assert_eq!(none.items.len(), 0, "another workspace's project is empty");
}

#[tokio::test]
async fn what_was_imported_is_exported() {
    let db = Database::fresh().await;
    let item = |name: &str, regions| import::ImportedTask {
        task: tandem_protocol::TaskId::new(),
        asset: tandem_protocol::AssetId::new(),
        external_id: name.to_owned(),
        filename: name.to_owned(),
        object_key: format!("k/{name}"),
        content_type: "image/png".to_owned(),
        size: 10,
        width: 64,
        height: 48,
        orientation: 1,
        asset_metadata: serde_json::json!({}),
        input: serde_json::json!({}),
        regions,
    };
    let items = [item("a.png", Some(vec![region("cat", 1.0), region("dog", 2.0)])), item("b.png", Some(vec![])), item("c.png", None)];
    let mut tx = db.a.as_user(db.a.admin).begin(&db.store).await.expect("begin");
    import::insert(&mut tx, db.a.project, &items).await.expect("import");
    let names = ["a.png".to_owned(), "z.png".to_owned()];
    assert_eq!(import::known(&mut tx, db.a.project, &names).await.expect("known").into_iter().collect::<Vec<_>>(), ["a.png"]);
    tx.commit().await.expect("commit");

    let mut tx = db.a.tenant().begin_snapshot(&db.store).await.expect("begin");
    let (mut after, mut rows) = (None, Vec::new());
    loop {
        let page = export::page(&mut tx, db.a.project, None, after, 2).await.expect("page");
        after = page.last().map(|row| row.task);
        let end = page.len() < 2;
        rows.extend(page);
        if end {
            break;
        }
    }
    assert_eq!(rows.len(), 6, "three seeded tasks and three imported");
    let regions = |name: &str| {
        let row = rows.iter().find(|row| row.external_id.as_deref() == Some(name)).expect("there");
        row.annotation.as_ref().map(|a| a.regions.clone())
    };
    assert_eq!(regions("a.png"), items[0].regions);
    assert_eq!(regions("b.png"), Some(vec![]), "looked at and found empty");
    assert_eq!(regions("c.png"), None, "not looked at");
    assert_eq!(count(&db, "SELECT count(*) FROM annotation_events WHERE event_type = 'imported'").await, 2);
}
