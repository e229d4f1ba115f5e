//! One holder per task, whatever happens at once.

use chrono::Utc;
use sqlx::Executor;
use tandem_protocol::rest::{Assignment, AssignmentStatus};
use tandem_store::{
    PoolSizes, TenantTx,
    pg::leases::{self, LeaseError},
    testing::{self, Database, Seeded},
};

/// How long whoever disconnects keeps a task.
const GRACE: std::time::Duration = std::time::Duration::from_secs(300);

async fn claim(db: &Database, who: tandem_protocol::UserId) -> Option<Assignment> {
    let mut tx = db.a.as_user(who).begin(&db.store).await.expect("begin");
    let lease = testing::claim(&mut tx, db.a.project, who, 60).await;
    tx.commit().await.expect("commit");
    lease
}

async fn begin(db: &Database, seeded: &Seeded) -> TenantTx {
    seeded.tenant().begin(&db.store).await.expect("begin")
}

/// Makes every active lease run out a minute ago.
async fn let_time_pass(db: &Database) {
    let sql = "UPDATE assignments SET expires_at = now() - interval '1 minute' WHERE ended_at IS NULL";
    db.owner().await.execute(sql).await.expect("time passes");
}

async fn status_of_task(db: &Database, task: tandem_protocol::TaskId) -> String {
    let mut owner = db.owner().await;
    sqlx::query_scalar("SELECT status FROM tasks WHERE id = $1").bind(task.0).fetch_one(&mut owner).await.expect("status")
}

#[tokio::test]
async fn one_task_fifty_at_once_one_lease() {
    let db = Database::with_pools(PoolSizes { server: 24, journal: 1, system: 1 }).await;
    let mut owner = db.owner().await;
    owner
        .execute("UPDATE tasks SET status = 'cancelled' WHERE id NOT IN (SELECT min(id::text)::uuid FROM tasks GROUP BY project_id)")
        .await
        .expect("one task left");
    // Fifty people of the workspace.
    owner
        .execute(sqlx::AssertSqlSafe(format!(
            "WITH made AS (INSERT INTO users (id, email, display_name, color) \
             SELECT gen_random_uuid(), 'p' || n || '@example.org', 'P' || n, '#112233' FROM generate_series(1, 50) n RETURNING id), \
             m AS (INSERT INTO members (workspace_id, user_id, role) SELECT '{w}', id, 'member' FROM made) \
             SELECT 1",
            w = db.a.workspace
        )))
        .await
        .expect("people");
    let people: Vec<uuid::Uuid> =
        sqlx::query_scalar("SELECT id FROM users WHERE email LIKE 'p%@example.org'").fetch_all(&mut owner).await.expect("people");
    assert_eq!(people.len(), 50);
    let claims = people.iter().map(|person| claim(&db, (*person).into()));
    let got: Vec<Assignment> = futures_util::future::join_all(claims).await.into_iter().flatten().collect();
    assert_eq!(got.len(), 1);
    let active: i64 =
        sqlx::query_scalar("SELECT count(*) FROM assignments WHERE ended_at IS NULL").fetch_one(&mut owner).await.expect("count");
    assert_eq!(active, 1);
}

#[tokio::test]
async fn one_person_asking_ten_times_at_once_holds_one_task() {
    let db = Database::with_pools(PoolSizes { server: 10, journal: 1, system: 1 }).await;
    let claims = (0..10).map(|_| claim(&db, db.a.labeler));
    let got: Vec<Assignment> = futures_util::future::join_all(claims).await.into_iter().flatten().collect();
    assert_eq!(got.len(), 10);
    assert!(got.iter().all(|lease| lease.id == got[0].id));
}

#[tokio::test]
async fn tokens_only_grow() {
    let db = Database::fresh().await;
    let first = claim(&db, db.a.labeler).await.expect("a task");
    let second = claim(&db, db.a.reviewer).await.expect("a task");
    assert!(second.fencing_token > first.fencing_token);
    assert_ne!(second.task_id, first.task_id);
}

#[tokio::test]
async fn an_expired_lease_gives_the_task_to_another_and_its_token_is_refused_naming_them() {
    let db = Database::fresh().await;
    let old = claim(&db, db.a.labeler).await.expect("a task");
    let_time_pass(&db).await;
    let mut tx = begin(&db, &db.a).await;
    let expired = leases::expire(&mut tx, old.id, GRACE).await.expect("expire").expect("was due");
    assert_eq!(expired.status, AssignmentStatus::Expired);
    assert!(leases::expire(&mut tx, old.id, GRACE).await.expect("expire").is_none(), "expiring twice is expiring once");
    let error = leases::lock(&mut tx, old.id, db.a.labeler, old.fencing_token).await.expect_err("it ran out");
    assert!(matches!(error, LeaseError::Expired), "{error:?}");
    tx.commit().await.expect("commit");
    let new = claim(&db, db.a.reviewer).await.expect("a task");
    assert_eq!(new.task_id, old.task_id, "the oldest task of the queue");
    let mut tx = begin(&db, &db.a).await;
    match leases::lock(&mut tx, old.id, db.a.labeler, old.fencing_token).await {
        Err(LeaseError::Stale { presented, current, holder: Some(holder) }) => {
            assert_eq!((presented, current), (old.fencing_token, new.fencing_token));
            assert_eq!(holder.user, db.a.reviewer);
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_lease_that_ran_out_is_refused_before_the_timer_has_seen_it() {
    let db = Database::fresh().await;
    let lease = claim(&db, db.a.labeler).await.expect("a task");
    let_time_pass(&db).await;
    let mut tx = begin(&db, &db.a).await;
    let error = leases::renew(&mut tx, lease.id, db.a.labeler, lease.fencing_token, 60).await.expect_err("too late");
    assert!(matches!(error, LeaseError::Expired), "{error:?}");
}

#[tokio::test]
async fn a_lease_is_nobody_elses() {
    let db = Database::fresh().await;
    let lease = claim(&db, db.a.labeler).await.expect("a task");
    let mut tx = db.a.as_user(db.a.other_labeler).begin(&db.store).await.expect("begin");
    let error = leases::release(&mut tx, lease.id, db.a.other_labeler, lease.fencing_token).await.expect_err("not yours");
    assert!(matches!(error, LeaseError::NotYours { .. }), "{error:?}");
    let mut other = begin(&db, &db.b).await;
    let error = leases::release(&mut other, lease.id, db.b.labeler, lease.fencing_token).await.expect_err("another workspace");
    assert!(matches!(error, LeaseError::NotFound), "{error:?}");
}

#[tokio::test]
async fn a_wrong_token_is_refused_with_the_right_one_named() {
    let db = Database::fresh().await;
    let lease = claim(&db, db.a.labeler).await.expect("a task");
    let mut tx = begin(&db, &db.a).await;
    let error = leases::accept(&mut tx, lease.id, db.a.labeler, lease.fencing_token - 1).await.expect_err("stale");
    assert!(matches!(error, LeaseError::Stale { current, .. } if current == lease.fencing_token), "{error:?}");
}

#[tokio::test]
async fn what_somebody_skipped_goes_to_others_and_never_back_to_them() {
    let db = Database::fresh().await;
    let lease = claim(&db, db.a.labeler).await.expect("a task");
    let mut tx = begin(&db, &db.a).await;
    leases::skip(&mut tx, lease.id, db.a.labeler, lease.fencing_token, Some("too dark")).await.expect("skip");
    tx.commit().await.expect("commit");
    for _ in 0..2 {
        let next = claim(&db, db.a.labeler).await.expect("another task");
        assert_ne!(next.task_id, lease.task_id);
        let mut tx = begin(&db, &db.a).await;
        leases::skip(&mut tx, next.id, db.a.labeler, next.fencing_token, None).await.expect("skip");
        tx.commit().await.expect("commit");
    }
    assert!(claim(&db, db.a.labeler).await.is_none(), "all three were skipped");
    assert_eq!(claim(&db, db.a.other_labeler).await.expect("a task").task_id, lease.task_id);
}

#[tokio::test]
async fn a_task_that_enough_people_skipped_leaves_the_queue() {
    let db = Database::fresh().await;
    let mut task = None;
    for person in [db.a.labeler, db.a.other_labeler, db.a.reviewer] {
        let lease = claim(&db, person).await.expect("a task");
        task = Some(lease.task_id);
        let mut tx = db.a.as_user(person).begin(&db.store).await.expect("begin");
        leases::skip(&mut tx, lease.id, person, lease.fencing_token, None).await.expect("skip");
        tx.commit().await.expect("commit");
    }
    assert_eq!(status_of_task(&db, task.expect("a task")).await, "skipped");
}

#[tokio::test]
async fn accepting_starts_renewing_extends_releasing_gives_back() {
    let db = Database::fresh().await;
    let lease = claim(&db, db.a.labeler).await.expect("a task");
    assert_eq!(status_of_task(&db, lease.task_id).await, "assigned");
    let mut tx = begin(&db, &db.a).await;
    let accepted = leases::accept(&mut tx, lease.id, db.a.labeler, lease.fencing_token).await.expect("accept");
    assert_eq!(accepted.status, AssignmentStatus::Accepted);
    let renewed = leases::renew(&mut tx, lease.id, db.a.labeler, lease.fencing_token, 3600).await.expect("renew");
    let left = renewed.expires_at - Utc::now();
    assert!((50..=60).contains(&left.num_seconds()), "as long as it was given for, whatever the project says by now: {left}");
    let again = leases::renew(&mut tx, lease.id, db.a.labeler, lease.fencing_token, 30).await.expect("renew");
    assert!(again.expires_at >= renewed.expires_at, "renewing never shortens");
    tx.commit().await.expect("commit");
    assert_eq!(status_of_task(&db, lease.task_id).await, "in_progress");
    let mut tx = begin(&db, &db.a).await;
    leases::release(&mut tx, lease.id, db.a.labeler, lease.fencing_token).await.expect("release");
    tx.commit().await.expect("commit");
    assert_eq!(status_of_task(&db, lease.task_id).await, "pending");
    let back = begin(&db, &db.a).await;
    let mut back = back;
    let taken = leases::claim_task(
        &mut back,
        db.a.project,
        lease.task_id,
        db.a.labeler,
        &[leases::Offer::plain()],
        &leases::Terms::new(60, leases::Method::Claimed),
    )
    .await
    .expect("taken back");
    assert!(taken.fencing_token > lease.fencing_token);
}

#[tokio::test]
async fn the_same_task_is_taken_once_however_it_is_asked_for() {
    let db = Database::fresh().await;
    let lease = claim(&db, db.a.labeler).await.expect("a task");
    let mut tx = db.a.as_user(db.a.reviewer).begin(&db.store).await.expect("begin");
    match leases::claim_task(
        &mut tx,
        db.a.project,
        lease.task_id,
        db.a.reviewer,
        &[leases::Offer::plain()],
        &leases::Terms::new(60, leases::Method::Claimed),
    )
    .await
    {
        Err(LeaseError::Stale { holder: Some(holder), .. }) => assert_eq!(holder.user, db.a.labeler),
        other => panic!("{other:?}"),
    }
}
