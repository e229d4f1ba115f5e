//! Leases of people at work are renewed, those of people who went are given back: one statement for all of a node's people.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{AssertSqlSafe, Executor};
use tandem_protocol::{
    UserId,
    rest::{Assignment, AssignmentStatus},
};
use tandem_store::{
    leases,
    system::{self, AtWork, Attendance, KeptLease},
    testing::{self, Database, Seeded},
};

const GRACE: Duration = Duration::from_secs(300);
const ACTIVE_FOR: Duration = Duration::from_secs(300);
const WARN: Duration = Duration::from_secs(60);
const LEASE: u32 = 600;

async fn claim(db: &Database, seeded: &Seeded, who: UserId) -> Assignment {
    let mut tx = seeded.as_user(who).begin(&db.store).await.expect("begin");
    let lease = testing::claim(&mut tx, seeded.project, who, LEASE).await.expect("a task");
    tx.commit().await.expect("commit");
    lease
}

fn at_work(seeded: &Seeded, lease: &Assignment, idle: u64) -> AtWork {
    AtWork { workspace: seeded.workspace, user: lease.user_id, task: lease.task_id, idle: Duration::from_secs(idle) }
}

async fn keep(db: &Database, people: Attendance) -> Vec<KeptLease> {
    system::keep_leases(&db.store, &people, ACTIVE_FOR, WARN).await.expect("keep")
}

async fn keep_at_work(db: &Database, at_work: Vec<AtWork>) -> Vec<KeptLease> {
    keep(db, Attendance { at_work, ..Attendance::default() }).await
}

/// Every active lease has so many seconds left.
async fn leave_seconds(db: &Database, seconds: i32) {
    let sql = format!("UPDATE assignments SET expires_at = now() + interval '{seconds} seconds' WHERE ended_at IS NULL");
    db.owner().await.execute(AssertSqlSafe(sql)).await.expect("time passes");
}

async fn away_for(db: &Database, minutes: i32) {
    let sql = format!("UPDATE assignments SET away_since = away_since - interval '{minutes} minutes'");
    db.owner().await.execute(AssertSqlSafe(sql)).await.expect("time passes");
}

async fn stored(db: &Database, seeded: &Seeded, lease: &Assignment) -> Assignment {
    let mut tx = seeded.tenant().begin(&db.store).await.expect("begin");
    leases::get(&mut tx, lease.id).await.expect("the lease")
}

fn left(until: DateTime<Utc>) -> TimeDelta {
    until - Utc::now()
}

#[tokio::test]
async fn people_of_all_workspaces_are_renewed_in_one_statement() {
    let db = Database::fresh().await;
    let (of_a, of_b) = (claim(&db, &db.a, db.a.labeler).await, claim(&db, &db.b, db.b.labeler).await);
    leave_seconds(&db, 100).await;
    let kept = keep_at_work(&db, vec![at_work(&db.a, &of_a, 3), at_work(&db.b, &of_b, 200)]).await;
    assert_eq!(kept.len(), 2);
    for (seeded, lease) in [(&db.a, &of_a), (&db.b, &of_b)] {
        let news = kept.iter().find(|kept| kept.lease.assignment_id == lease.id).expect("its news");
        assert!(news.is_renewed && news.workspace == seeded.workspace && news.user == lease.user_id);
        let now = stored(&db, seeded, lease).await;
        assert_eq!((now.expires_at, now.fencing_token), (news.lease.expires_at, lease.fencing_token));
        assert!(left(now.expires_at) > TimeDelta::seconds(i64::from(LEASE) - 30), "as long as it was given for");
    }
}

#[tokio::test]
async fn a_lease_is_written_only_once_a_third_of_it_is_over() {
    let db = Database::fresh().await;
    let lease = claim(&db, &db.a, db.a.labeler).await;
    leave_seconds(&db, 410).await;
    assert_eq!(keep_at_work(&db, vec![at_work(&db.a, &lease, 0)]).await, []);
    leave_seconds(&db, 390).await;
    assert_eq!(keep_at_work(&db, vec![at_work(&db.a, &lease, 0)]).await.len(), 1);
}

#[tokio::test]
async fn nobody_renews_the_lease_of_another_person_task_or_workspace() {
    let db = Database::fresh().await;
    let lease = claim(&db, &db.a, db.a.labeler).await;
    let other = claim(&db, &db.a, db.a.reviewer).await;
    leave_seconds(&db, 100).await;
    let mine = at_work(&db.a, &lease, 0);
    let wrong =
        vec![AtWork { user: db.a.reviewer, ..mine }, AtWork { task: other.task_id, ..mine }, AtWork { workspace: db.b.workspace, ..mine }];
    assert_eq!(keep_at_work(&db, wrong).await, []);
    assert!(left(stored(&db, &db.a, &lease).await.expires_at) < TimeDelta::seconds(101));
}

#[tokio::test]
async fn what_ran_out_or_ended_is_never_brought_back() {
    let db = Database::fresh().await;
    let lease = claim(&db, &db.a, db.a.labeler).await;
    leave_seconds(&db, -1).await;
    assert_eq!(keep_at_work(&db, vec![at_work(&db.a, &lease, 0)]).await, []);
    let mut tx = db.a.tenant().begin(&db.store).await.expect("begin");
    leases::expire(&mut tx, lease.id, GRACE).await.expect("expire").expect("due");
    tx.commit().await.expect("commit");
    // The same task is another's now: the old holder, still sitting before it, keeps nothing.
    let new = claim(&db, &db.a, db.a.reviewer).await;
    assert_eq!(new.task_id, lease.task_id);
    leave_seconds(&db, 100).await;
    assert_eq!(keep_at_work(&db, vec![at_work(&db.a, &lease, 0)]).await, []);
    assert_eq!(stored(&db, &db.a, &lease).await.status, AssignmentStatus::Expired);
}

#[tokio::test]
async fn who_does_nothing_is_not_renewed_but_warned_shortly_before_the_end() {
    let db = Database::fresh().await;
    let lease = claim(&db, &db.a, db.a.labeler).await;
    let idle = vec![at_work(&db.a, &lease, 301)];
    leave_seconds(&db, 100).await;
    assert_eq!(keep_at_work(&db, idle.clone()).await, [], "not yet");
    leave_seconds(&db, 55).await;
    let told = keep_at_work(&db, idle.clone()).await;
    assert_eq!(told.iter().map(|kept| (kept.lease.assignment_id, kept.is_renewed)).collect::<Vec<_>>(), [(lease.id, false)]);
    assert!(left(stored(&db, &db.a, &lease).await.expires_at) < TimeDelta::seconds(56));
    // Another tab of the same person, where they work: one holder.
    let both = [idle, vec![at_work(&db.a, &lease, 2)]].concat();
    assert!(keep_at_work(&db, both).await[0].is_renewed);
}

#[tokio::test]
async fn a_lease_that_a_transaction_holds_is_passed_over_not_waited_for() {
    let db = Database::fresh().await;
    let lease = claim(&db, &db.a, db.a.labeler).await;
    leave_seconds(&db, 100).await;
    let mut tx = db.a.tenant().begin(&db.store).await.expect("begin");
    leases::lock(&mut tx, lease.id, lease.user_id, lease.fencing_token).await.expect("lock");
    assert_eq!(keep_at_work(&db, vec![at_work(&db.a, &lease, 0)]).await, []);
    drop(tx);
    assert_eq!(keep_at_work(&db, vec![at_work(&db.a, &lease, 0)]).await.len(), 1);
}

#[tokio::test]
async fn who_went_keeps_the_task_for_the_grace_and_no_longer() {
    let db = Database::fresh().await;
    let lease = claim(&db, &db.a, db.a.labeler).await;
    keep(&db, Attendance { gone: vec![db.a.labeler], ..Attendance::default() }).await;
    away_for(&db, 4).await;
    assert_eq!(system::due_leases(&db.store, GRACE, 10).await.expect("due"), []);
    away_for(&db, 2).await;
    let due = system::due_leases(&db.store, GRACE, 10).await.expect("due");
    assert_eq!(due.iter().map(|due| due.assignment).collect::<Vec<_>>(), [lease.id]);
    let mut tx = due[0].tenant().begin(&db.store).await.expect("begin");
    let ended = leases::expire(&mut tx, lease.id, GRACE).await.expect("expire").expect("due");
    tx.commit().await.expect("commit");
    assert_eq!(ended.status, AssignmentStatus::Released);
    let why: String = sqlx::query_scalar("SELECT changes->>'reason' FROM audit_log WHERE action = 'task.released' AND entity_id = $1")
        .bind(lease.id.0)
        .fetch_one(&mut db.owner().await)
        .await
        .expect("the audit");
    assert!(why.contains("grace period"), "{why}");
    assert_eq!(claim(&db, &db.a, db.a.reviewer).await.task_id, lease.task_id, "back in the queue");
}

#[tokio::test]
async fn who_comes_back_or_is_connected_to_another_node_keeps_the_task() {
    let db = Database::fresh().await;
    let lease = claim(&db, &db.a, db.a.labeler).await;
    let (here, gone) = (vec![db.a.labeler], vec![db.a.labeler]);
    keep(&db, Attendance { gone: gone.clone(), ..Attendance::default() }).await;
    away_for(&db, 4).await;
    keep(&db, Attendance { here, ..Attendance::default() }).await;
    away_for(&db, 10).await;
    assert_eq!(system::due_leases(&db.store, GRACE, 10).await.expect("due"), []);
    // Over REST too.
    keep(&db, Attendance { gone, ..Attendance::default() }).await;
    let mut tx = db.a.tenant().begin(&db.store).await.expect("begin");
    leases::renew(&mut tx, lease.id, lease.user_id, lease.fencing_token, LEASE).await.expect("renew");
    tx.commit().await.expect("commit");
    away_for(&db, 10).await;
    assert_eq!(system::due_leases(&db.store, GRACE, 10).await.expect("due"), []);
}
