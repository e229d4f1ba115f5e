//! A job has one worker at a time, ends once, and never goes on for ever.

use std::time::Duration;

use serde_json::json;
use sqlx::Executor;
use tandem_protocol::{JobId, NodeId, WorkspaceId, rest::Job, rest::JobState};
use tandem_store::{
    PoolSizes,
    job_files::{self, NewJobFile},
    jobs::{self, Claim, Claimed, JobError, NewJob, Outcome, Pulse, Step},
    testing::Database,
};

const KEEP: Duration = Duration::from_secs(30);
const AT_ONCE: Duration = Duration::ZERO;

async fn make(db: &Database, workspace: &tandem_store::testing::Seeded) -> JobId {
    let mut tx = workspace.as_user(workspace.admin).begin(&db.store).await.expect("begin");
    let job =
        jobs::create(&mut tx, NewJob { project: workspace.project, kind: "count", input: &json!({ "to": 10 }), subject: Some("ten") })
            .await
            .expect("create");
    tx.commit().await.expect("commit");
    job
}

async fn find(db: &Database, job: JobId) -> Job {
    let mut tx = db.a.tenant().begin(&db.store).await.expect("begin");
    jobs::get(&mut tx, job).await.expect("get").expect("there")
}

async fn take(db: &Database, job: JobId) -> Claimed {
    jobs::claim(&db.store, db.a.workspace, job, NodeId::new(), KEEP).await.expect("claim")
}

async fn taken(db: &Database, job: JobId) -> Claim {
    match take(db, job).await {
        Claimed::Taken(claim) => claim,
        other => panic!("{other:?}"),
    }
}

async fn due(db: &Database) -> Vec<JobId> {
    let found = jobs::due(&db.store, &["count".to_owned()], 100).await.expect("due");
    found.into_iter().map(|(_, job)| job).collect()
}

/// Whoever works on jobs has said nothing for long; whatever waits has waited long enough.
async fn let_time_pass(db: &Database) {
    db.owner().await.execute("UPDATE jobs SET due = now() - interval '1 second' WHERE due IS NOT NULL").await.expect("time passes");
}

async fn succeed(db: &Database, claim: &Claim) -> Result<(), JobError> {
    let mut tx = claim.tenant().begin(&db.store).await.expect("begin");
    jobs::succeed(&mut tx, claim, &json!({ "counted": 10 })).await?;
    Ok(tx.commit().await?)
}

fn failed(why: &str) -> Outcome {
    Outcome::Failed { why: why.to_owned(), again_after: AT_ONCE }
}

#[tokio::test]
async fn of_many_who_want_a_job_one_has_it() {
    let db = Database::with_pools(PoolSizes { server: 12, journal: 1, system: 1 }).await;
    let job = make(&db, &db.a).await;
    let asked = (0..10).map(|_| take(&db, job));
    let answers = futures_util::future::join_all(asked).await;
    assert_eq!(answers.iter().filter(|answer| matches!(answer, Claimed::Taken(_))).count(), 1);
    assert_eq!(answers.iter().filter(|answer| **answer == Claimed::Gone).count(), 9);
    assert!(due(&db).await.is_empty());
}

#[tokio::test]
async fn a_job_that_ends_well_has_its_result_and_no_more_is_written_to_it() {
    let db = Database::fresh().await;
    let job = make(&db, &db.a).await;
    let claim = taken(&db, job).await;
    assert_eq!((claim.attempt, claim.user, claim.kind.as_str()), (1, Some(db.a.admin), "count"));
    let step = Step { phase: Some("counting".into()), done: 4, total: 10 };
    assert_eq!(jobs::pulse(&db.store, &claim, &step, KEEP).await.expect("pulse"), Pulse::GoOn);
    let seen = find(&db, job).await;
    assert_eq!((seen.state, seen.phase.as_deref(), seen.done, seen.total), (JobState::Running, Some("counting"), 4, 10));
    succeed(&db, &claim).await.expect("ends");
    let ended = find(&db, job).await;
    assert_eq!((ended.state, ended.result, ended.done), (JobState::Succeeded, Some(json!({ "counted": 10 })), 10));
    assert!(ended.ended_at.is_some());
    assert!(matches!(succeed(&db, &claim).await, Err(JobError::Lost)));
    assert_eq!(jobs::pulse(&db.store, &claim, &step, KEEP).await.expect("pulse"), Pulse::Lost);
}

#[tokio::test]
async fn whoever_was_taken_for_dead_writes_nothing_any_more() {
    let db = Database::fresh().await;
    let job = make(&db, &db.a).await;
    let dead = taken(&db, job).await;
    let_time_pass(&db).await;
    assert_eq!(due(&db).await, [job]);
    let living = taken(&db, job).await;
    assert_eq!((living.attempt, living.token), (2, dead.token + 1));
    let step = Step { phase: Some("counting".into()), done: 9, total: 10 };
    assert_eq!(jobs::pulse(&db.store, &dead, &step, KEEP).await.expect("pulse"), Pulse::Lost);
    assert!(matches!(succeed(&db, &dead).await, Err(JobError::Lost)));
    for outcome in [failed("late"), Outcome::Cancelled, Outcome::GivenBack, Outcome::Refused("late".into())] {
        assert!(matches!(jobs::give_up(&db.store, &dead, &outcome).await, Err(JobError::Lost)), "{outcome:?}");
    }
    let seen = find(&db, job).await;
    assert_eq!((seen.state, seen.done, seen.error), (JobState::Running, 0, None));
    succeed(&db, &living).await.expect("ends");
}

#[tokio::test]
async fn a_sign_of_life_keeps_a_job() {
    let db = Database::fresh().await;
    let job = make(&db, &db.a).await;
    let claim = taken(&db, job).await;
    let_time_pass(&db).await;
    assert_eq!(jobs::pulse(&db.store, &claim, &Step::default(), KEEP).await.expect("pulse"), Pulse::GoOn);
    assert_eq!(take(&db, job).await, Claimed::Gone);
}

#[tokio::test]
async fn after_three_attempts_that_failed_a_job_has_failed_with_its_error() {
    let db = Database::fresh().await;
    let job = make(&db, &db.a).await;
    for attempt in 1..=3 {
        let claim = taken(&db, job).await;
        assert_eq!(claim.attempt, attempt);
        let state = jobs::give_up(&db.store, &claim, &failed(&format!("attempt {attempt} broke"))).await.expect("gives up");
        assert_eq!(state, if attempt < 3 { JobState::Queued } else { JobState::Failed });
    }
    let ended = find(&db, job).await;
    assert_eq!((ended.state, ended.error.as_deref(), ended.attempt), (JobState::Failed, Some("attempt 3 broke"), 3));
    assert!(due(&db).await.is_empty());
}

#[tokio::test]
async fn a_job_that_kills_whoever_works_on_it_has_failed_after_three() {
    let db = Database::fresh().await;
    let job = make(&db, &db.a).await;
    for _ in 0..3 {
        taken(&db, job).await;
        let_time_pass(&db).await;
    }
    assert!(matches!(take(&db, job).await, Claimed::Ended { state: JobState::Failed, .. }));
    let ended = find(&db, job).await;
    assert_eq!(ended.state, JobState::Failed);
    assert!(ended.error.expect("an error").contains("begun 3 times"));
}

#[tokio::test]
async fn what_another_attempt_cannot_mend_fails_at_once() {
    let db = Database::fresh().await;
    let job = make(&db, &db.a).await;
    let claim = taken(&db, job).await;
    let outcome = Outcome::Refused("no such file".into());
    assert_eq!(jobs::give_up(&db.store, &claim, &outcome).await.expect("gives up"), JobState::Failed);
    assert_eq!(find(&db, job).await.error.as_deref(), Some("no such file"));
}

#[tokio::test]
async fn a_pause_lies_between_attempts() {
    let db = Database::fresh().await;
    let job = make(&db, &db.a).await;
    let claim = taken(&db, job).await;
    let outcome = Outcome::Failed { why: "away".into(), again_after: Duration::from_secs(60) };
    jobs::give_up(&db.store, &claim, &outcome).await.expect("gives up");
    assert!(due(&db).await.is_empty());
    let waiting = find(&db, job).await;
    assert_eq!((waiting.state, waiting.error.as_deref()), (JobState::Queued, Some("away")));
}

#[tokio::test]
async fn a_job_that_is_given_back_has_lost_no_attempt() {
    let db = Database::fresh().await;
    let job = make(&db, &db.a).await;
    for _ in 0..5 {
        let claim = taken(&db, job).await;
        assert_eq!(claim.attempt, 1);
        assert_eq!(jobs::give_up(&db.store, &claim, &Outcome::GivenBack).await.expect("gives back"), JobState::Queued);
    }
}

async fn cancel(db: &Database, job: JobId) -> bool {
    let mut tx = db.a.tenant().begin(&db.store).await.expect("begin");
    let was_open = jobs::cancel(&mut tx, job).await.expect("cancel");
    tx.commit().await.expect("commit");
    was_open
}

#[tokio::test]
async fn a_job_that_waits_is_cancelled_at_once_and_one_that_runs_at_its_next_step() {
    let db = Database::fresh().await;
    let (waiting, running) = (make(&db, &db.a).await, make(&db, &db.a).await);
    let claim = taken(&db, running).await;
    assert!(cancel(&db, waiting).await && cancel(&db, running).await);
    assert_eq!(find(&db, waiting).await.state, JobState::Cancelled);
    assert_eq!(take(&db, waiting).await, Claimed::Gone);
    let seen = find(&db, running).await;
    assert_eq!((seen.state, seen.is_cancelling), (JobState::Running, true));
    assert_eq!(jobs::pulse(&db.store, &claim, &Step::default(), KEEP).await.expect("pulse"), Pulse::Cancelled);
    assert_eq!(jobs::give_up(&db.store, &claim, &Outcome::Cancelled).await.expect("ends"), JobState::Cancelled);
    assert!(!cancel(&db, running).await, "what has ended cannot be cancelled");
}

#[tokio::test]
async fn a_job_to_be_cancelled_whose_worker_died_or_failed_is_not_begun_again() {
    let db = Database::fresh().await;
    let (dead, broken) = (make(&db, &db.a).await, make(&db, &db.a).await);
    taken(&db, dead).await;
    let claim = taken(&db, broken).await;
    assert!(cancel(&db, dead).await && cancel(&db, broken).await);
    assert_eq!(jobs::give_up(&db.store, &claim, &failed("broke")).await.expect("ends"), JobState::Cancelled);
    let_time_pass(&db).await;
    assert!(matches!(take(&db, dead).await, Claimed::Ended { state: JobState::Cancelled, .. }));
}

#[tokio::test]
async fn only_kinds_that_a_node_knows_are_given_to_it() {
    let db = Database::fresh().await;
    make(&db, &db.a).await;
    assert!(jobs::due(&db.store, &["train".to_owned()], 10).await.expect("due").is_empty());
    assert_eq!(due(&db).await.len(), 1);
}

#[tokio::test]
async fn a_workspace_with_many_jobs_does_not_keep_others_waiting() {
    let db = Database::fresh().await;
    for _ in 0..5 {
        make(&db, &db.a).await;
    }
    let first = due(&db).await[0];
    taken(&db, first).await;
    let late = make(&db, &db.b).await;
    let next = jobs::due(&db.store, &["count".to_owned()], 1).await.expect("due");
    assert_eq!(next, [(WorkspaceId(db.b.workspace.0), late)]);
}

#[tokio::test]
async fn a_page_of_jobs_begins_behind_the_one_before() {
    let db = Database::fresh().await;
    let mut made = Vec::new();
    for _ in 0..5 {
        made.push(make(&db, &db.a).await);
    }
    made.reverse();
    let mut tx = db.a.tenant().begin(&db.store).await.expect("begin");
    let first = jobs::list(&mut tx, db.a.project, None, 3).await.expect("list");
    let before = first.next_cursor.as_deref().map(|id| id.parse().expect("an id"));
    let second = jobs::list(&mut tx, db.a.project, before, 3).await.expect("list");
    let ids: Vec<JobId> = first.items.iter().chain(&second.items).map(|job| job.id).collect();
    assert_eq!((ids, second.next_cursor), (made, None));
    assert_eq!(first.items[0].subject.as_deref(), Some("ten"));
    assert_eq!(first.items[0].created_by.as_ref().map(|user| user.id), Some(db.a.admin));
}

#[tokio::test]
async fn what_ended_long_ago_is_forgotten_with_the_next_job_but_for_its_file() {
    let db = Database::fresh().await;
    let mut ended = Vec::new();
    for _ in 0..3 {
        let job = make(&db, &db.a).await;
        succeed(&db, &taken(&db, job).await).await.expect("it ends");
        ended.push(job);
    }
    let [old, old_with_file, recent] = ended[..] else { panic!("three") };
    let open = make(&db, &db.a).await;
    let mut tx = db.a.as_user(db.a.admin).begin(&db.store).await.expect("begin");
    let (filename, content_type) = ("made.zip".to_owned(), "application/zip".to_owned());
    let file = NewJobFile { project: db.a.project, job: Some(old_with_file), filename, content_type, size: 1, keep: KEEP };
    job_files::create(&mut tx, &file).await.expect("a file");
    tx.commit().await.expect("commit");
    let time = sqlx::query("UPDATE jobs SET ended_at = now() - interval '91 days' WHERE id = ANY($1)").bind(vec![old.0, old_with_file.0]);
    db.owner().await.execute(time).await.expect("time passes");

    let next = make(&db, &db.a).await;
    let mut tx = db.a.tenant().begin(&db.store).await.expect("begin");
    let left: Vec<JobId> = jobs::list(&mut tx, db.a.project, None, 10).await.expect("list").items.iter().map(|job| job.id).collect();
    assert_eq!(left, [next, open, recent, old_with_file]);
    assert_eq!(jobs::open(&mut tx).await.expect("open"), 2);
}
