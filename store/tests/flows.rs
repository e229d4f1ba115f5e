//! Tasks on their way through a workflow, on a real database.

mod flow_world;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use flow_world::{crowd, decide, more_tasks, next, on_workflow, one_task, open, predefined, shape, status, submit};
use rand::{Rng, SeedableRng, rngs::StdRng};
use serde_json::{Value, json};
use sqlx::{Executor, Row};
use tandem_domain::workflow::{Decision, Predefined, Told};
use tandem_protocol::{
    ProjectId, TaskId, UserId, WorkflowId,
    rest::{AssignmentStatus, WorkKind},
};
use tandem_store::{
    PoolSizes, Store,
    pg::{
        annotations::{self, Submission, SubmitError, Verdict},
        flow::{self, Because},
        leases::{self, LeaseError},
    },
    testing::{Database, Seeded},
};

/// How long whoever disconnects keeps a task.
const GRACE: std::time::Duration = std::time::Duration::from_secs(300);

#[tokio::test]
async fn two_who_disagree_and_one_who_decides() {
    let db = Database::fresh().await;
    let task = one_task(&db).await;
    let shape = Predefined::MultiAdjudication { annotators: 2, metric: "agreement:iou".to_owned(), threshold: 0.8 };
    on_workflow(&db, &predefined(&shape)).await;
    assert_eq!(open(&db, task).await, [("annotate".to_owned(), 2, 2)]);

    let ann = next(&db.store, &db.a, db.a.labeler).await.expect("the first place");
    let bob = next(&db.store, &db.a, db.a.other_labeler).await.expect("the second place");
    assert_eq!((ann.slot, ann.scope.as_str()), (0, "annotate#0"));
    assert_eq!((bob.slot, bob.scope.as_str()), (1, "annotate#1"), "each draws in a document of their own");
    submit(&db.store, &db.a, &ann, "cat").await.expect("ann");
    assert_eq!(status(&db, task).await, "in_progress");
    assert!(next(&db.store, &db.a, db.a.labeler).await.is_none(), "nobody answers twice");
    submit(&db.store, &db.a, &bob, "dog").await.expect("bob");

    assert_eq!(status(&db, task).await, "adjudication");
    assert!(next(&db.store, &db.a, db.a.labeler).await.is_none(), "labelers do not decide");
    let eve = next(&db.store, &db.a, db.a.reviewer).await.expect("the decision");
    assert_eq!(eve.kind, WorkKind::Adjudication);
    let mut tx = db.a.as_user(db.a.reviewer).begin(&db.store).await.expect("begin");
    let given = annotations::given(&mut tx, db.a.project, task).await.expect("candidates");
    let labels: Vec<&str> = given.iter().map(|given| given.annotation.regions[0].label.as_str()).collect();
    assert_eq!(labels, ["cat", "dog"]);
    drop(tx);
    submit(&db.store, &db.a, &eve, "dog").await.expect("eve");
    assert_eq!(status(&db, task).await, "completed");
    assert!(open(&db, task).await.is_empty());
    let finals: Vec<(Option<uuid::Uuid>, bool)> =
        sqlx::query_as("SELECT user_id, is_final FROM annotations WHERE task_id = $1 AND assignment_id IS NOT NULL ORDER BY submitted_at")
            .bind(task.0)
            .fetch_all(&mut db.owner().await)
            .await
            .expect("annotations");
    assert_eq!(finals.iter().map(|(_, is_final)| *is_final).collect::<Vec<_>>(), [false, false, true], "the decision stands");

    let mut tx = db.a.as_user(db.a.admin).begin(&db.store).await.expect("begin");
    let history = flow::history(&mut tx, task, 100).await.expect("history");
    let told: Vec<(&str, Option<UserId>)> = history.iter().rev().map(|row| (row.trigger.as_str(), row.actor)).collect();
    assert_eq!(
        told,
        [("begun", None), ("answer", Some(db.a.labeler)), ("answer", Some(db.a.other_labeler)), ("answer", Some(db.a.reviewer))]
    );
}

#[tokio::test]
async fn two_who_agree_need_nobody_to_decide() {
    let db = Database::fresh().await;
    let task = one_task(&db).await;
    let shape = Predefined::MultiAdjudication { annotators: 2, metric: "agreement:exact_match".to_owned(), threshold: 1.0 };
    on_workflow(&db, &predefined(&shape)).await;
    for user in [db.a.labeler, db.a.other_labeler] {
        let lease = next(&db.store, &db.a, user).await.expect("a place");
        submit(&db.store, &db.a, &lease, "cat").await.expect("submitted");
    }
    assert_eq!(status(&db, task).await, "completed");
}

#[tokio::test]
async fn what_a_reviewer_sends_back_goes_to_its_author_first() {
    let db = Database::fresh().await;
    let task = one_task(&db).await;
    on_workflow(&db, &predefined(&Predefined::ReviewWithRework { max_rounds: 3 })).await;
    let first = next(&db.store, &db.a, db.a.labeler).await.expect("the task");
    submit(&db.store, &db.a, &first, "cat").await.expect("submitted");
    assert_eq!(status(&db, task).await, "review");
    let review = next(&db.store, &db.a, db.a.reviewer).await.expect("the review");
    assert_eq!((review.kind, review.scope.as_str()), (WorkKind::Review, first.scope.as_str()), "the reviewer is in the author's document");
    decide(&db, &review, Decision::RequestChanges, Some("it is a dog")).await;

    assert!(next(&db.store, &db.a, db.a.other_labeler).await.is_none(), "it is kept for its author");
    let again = next(&db.store, &db.a, db.a.labeler).await.expect("it comes back");
    assert_eq!((again.round, again.scope.as_str()), (2, first.scope.as_str()), "with what was drawn");
    submit(&db.store, &db.a, &again, "dog").await.expect("submitted");
    let review = next(&db.store, &db.a, db.a.reviewer).await.expect("the second review");
    decide(&db, &review, Decision::Approve, None).await;
    assert_eq!(status(&db, task).await, "completed");
    let kept: Vec<(String, bool)> =
        sqlx::query_as("SELECT status, is_final FROM annotations WHERE task_id = $1 AND assignment_id IS NOT NULL ORDER BY version")
            .bind(task.0)
            .fetch_all(&mut db.owner().await)
            .await
            .expect("annotations");
    assert_eq!(kept, [("superseded".to_owned(), false), ("approved".to_owned(), true)]);
}

#[tokio::test]
async fn an_approval_keeps_what_the_reviewer_mended_as_a_version_of_its_own() {
    let db = Database::fresh().await;
    let task = one_task(&db).await;
    on_workflow(&db, &predefined(&Predefined::ReviewWithRework { max_rounds: 3 })).await;
    let lease = next(&db.store, &db.a, db.a.labeler).await.expect("the task");
    submit(&db.store, &db.a, &lease, "cat").await.expect("submitted");
    let review = next(&db.store, &db.a, db.a.reviewer).await.expect("the review");
    let verdict = Verdict {
        assignment: review.id,
        user: review.user_id,
        fencing_token: review.fencing_token,
        decision: Decision::Approve,
        reason: None,
        time_spent_ms: None,
        answer: Some(shape("dog").into()),
    };
    let mut tx = db.a.as_user(db.a.reviewer).begin(&db.store).await.expect("begin");
    let (_, about) = annotations::decide(&mut tx, &verdict).await.expect("decide");
    // Said twice, because the answer was lost.
    let (again, same) = annotations::decide(&mut tx, &verdict).await.expect("decide");
    tx.commit().await.expect("commit");
    let about = about.expect("an annotation");
    assert_eq!((about.user_id, about.version, about.regions[0].label.as_str()), (Some(db.a.reviewer), 2, "dog"));
    assert_eq!(again.status, AssignmentStatus::Submitted);
    assert_eq!(same.map(|same| same.id), Some(about.id));
    assert_eq!(status(&db, task).await, "completed");
}

#[tokio::test]
async fn a_timeout_fires_once_however_many_nodes_see_it() {
    let db = Database::fresh().await;
    let task = one_task(&db).await;
    let form = json!({"id": "slow", "steps": [{"id": "label", "type": "annotation", "timeout": "PT1H"}]});
    on_workflow(&db, &form).await;
    let due = || async { flow::due_timers(&db.store, 10).await.expect("due") };
    assert!(due().await.is_empty(), "an hour is not over");
    db.owner().await.execute("UPDATE task_timers SET due = now() - interval '1 second'").await.expect("time passes");
    let found = due().await;
    assert_eq!(found.len(), 1);
    let fired = futures_util::future::join_all((0..8).map(|_| flow::fire(&db.store, found[0]))).await;
    assert_eq!(fired.into_iter().filter(|fired| fired.as_ref().expect("fired").is_some()).count(), 1);
    let held: Option<String> = sqlx::query_scalar("SELECT hold_reason FROM tasks WHERE id = $1")
        .bind(task.0)
        .fetch_one(&mut db.owner().await)
        .await
        .expect("task");
    assert_eq!(held.as_deref(), Some("timeout"));
    assert!(next(&db.store, &db.a, db.a.labeler).await.is_none());
}

#[tokio::test]
async fn an_admin_holds_resumes_and_goes_back() {
    let db = Database::fresh().await;
    let task = one_task(&db).await;
    on_workflow(&db, &predefined(&Predefined::ReviewWithRework { max_rounds: 3 })).await;
    let lease = next(&db.store, &db.a, db.a.labeler).await.expect("the task");
    let admin = || async { db.a.as_user(db.a.admin).begin(&db.store).await.expect("begin") };

    let mut tx = admin().await;
    flow::tell(&mut tx, db.a.project, task, Told::Hold { reason: "unclear".to_owned() }, Because::Admin("unclear")).await.expect("hold");
    tx.commit().await.expect("commit");
    match submit(&db.store, &db.a, &lease, "cat").await {
        Err(SubmitError::Lease(LeaseError::NotActive { status: AssignmentStatus::Reassigned })) => {}
        other => panic!("the lease went with the hold, not {other:?}"),
    }
    assert!(next(&db.store, &db.a, db.a.labeler).await.is_none());

    let mut tx = admin().await;
    flow::tell(&mut tx, db.a.project, task, Told::Resume, Because::Admin("clear now")).await.expect("resume");
    tx.commit().await.expect("commit");
    let lease = next(&db.store, &db.a, db.a.labeler).await.expect("it waits again");
    assert_eq!(lease.round, 1, "the hold was no new beginning");
    submit(&db.store, &db.a, &lease, "cat").await.expect("submitted");
    assert_eq!(status(&db, task).await, "review");

    let mut tx = admin().await;
    flow::undo(&mut tx, db.a.project, task, "submitted by mistake").await.expect("undo");
    tx.commit().await.expect("commit");
    assert_eq!(open(&db, task).await, [("annotate".to_owned(), 1, 1)], "the answer of before fills no place any more");
    let mut tx = admin().await;
    flow::tell(&mut tx, db.a.project, task, Told::Reset { step: "annotate".to_owned() }, Because::Admin("anew")).await.expect("reset");
    tx.commit().await.expect("commit");
    assert_eq!(open(&db, task).await, [("annotate".to_owned(), 1, 1)]);
}

#[tokio::test]
async fn a_dry_run_moves_nothing_and_names_what_does_not_fit() {
    let db = Database::fresh().await;
    on_workflow(&db, &predefined(&Predefined::ReviewWithRework { max_rounds: 3 })).await;
    let lease = next(&db.store, &db.a, db.a.labeler).await.expect("a task");
    submit(&db.store, &db.a, &lease, "cat").await.expect("in review");
    let other = WorkflowId::new();
    let form = json!({"id": "other", "steps": [{"id": "annotate", "type": "annotation"}]});
    sqlx::query(
        "INSERT INTO workflows (id, workspace_id, project_id, key, version, name, status, form, activated_at)
         VALUES ($1, $2, $3, 'other', 1, 'other', 'retired', $4::json, now())",
    )
    .bind(other.0)
    .bind(db.a.workspace.0)
    .bind(db.a.project.0)
    .bind(form.to_string())
    .execute(&mut db.owner().await)
    .await
    .expect("a workflow");
    let mut tx = db.a.as_user(db.a.admin).begin(&db.store).await.expect("begin");
    let dry = flow::migrate(&mut tx, db.a.project, other, None, 100, true).await.expect("dry run");
    assert_eq!((dry.stays, dry.begins_anew), (2, 0));
    let (reason, (count, tasks)) = dry.misfits.iter().next().expect("a misfit");
    assert!(reason.contains("review"), "{reason}");
    assert_eq!((*count, tasks.as_slice()), (1, &[lease.task_id][..]));
    let wet = flow::migrate(&mut tx, db.a.project, other, None, 100, false).await.expect("migrate");
    assert_eq!(wet, dry, "what was said is what is done");
    tx.commit().await.expect("commit");
}

/// Many tasks on a workflow that asks three people, many people who crash, skip, are slow and lose their leases, two servers on one database.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_task_ends_with_exactly_three_answers_by_three_people() {
    let db = Database::with_pools(PoolSizes { server: 12, journal: 1, system: 2 }).await;
    let second = Store::connect(&db.config).await.expect("a second server");
    let people = crowd(&db, 200).await;
    let tasks = more_tasks(&db, 60).await;
    let form = json!({"id": "three", "steps": [
        {"id": "label", "type": "annotation", "completion": {"type": "annotation_count", "count": 3}},
    ]});
    sqlx::query("UPDATE projects SET max_skips = 100").execute(&mut db.owner().await).await.expect("skips");
    on_workflow(&db, &form).await;
    let work = people.iter().enumerate().map(|(number, user)| {
        let (store, of, user) = (if number % 2 == 0 { db.store.clone() } else { second.clone() }, db.a, *user);
        tokio::spawn(async move { toil(&store, &of, user, number as u64).await })
    });
    let work: Vec<_> = work.collect();
    let reaper = {
        let store = second.clone();
        tokio::spawn(async move {
            loop {
                for due in tandem_store::system::due_leases(&store, GRACE, 50).await.expect("due") {
                    let mut tx = due.tenant().begin(&store).await.expect("begin");
                    leases::expire(&mut tx, due.assignment, GRACE).await.expect("expire");
                    tx.commit().await.expect("commit");
                }
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        })
    };
    let mut acknowledged = BTreeMap::new();
    for person in work {
        for task in person.await.expect("toil") {
            *acknowledged.entry(task).or_insert(0) += 1;
        }
    }
    reaper.abort();
    // Whatever is left is finished by people who do not crash.
    finish(&db, &people).await;
    let rows = sqlx::query(
        "SELECT t.id, t.status, count(*), count(DISTINCT a.user_id), count(n.id)
         FROM tasks t
         LEFT JOIN assignments a ON a.task_id = t.id AND a.status = 'submitted'
         LEFT JOIN annotations n ON n.assignment_id = a.id
         WHERE t.project_id = $1 AND t.status <> 'cancelled' GROUP BY t.id, t.status",
    )
    .bind(db.a.project.0)
    .fetch_all(&mut db.owner().await)
    .await
    .expect("tasks");
    assert_eq!(rows.len(), tasks);
    for row in rows {
        let (task, status, answers, by, kept): (uuid::Uuid, String, i64, i64, i64) =
            (row.get(0), row.get(1), row.get(2), row.get(3), row.get(4));
        assert_eq!((status.as_str(), answers, by, kept), ("completed", 3, 3, 3), "task {task}");
        assert!(acknowledged.get(&TaskId(task)).copied().unwrap_or_default() <= 3);
    }
}

/// A person at work; says which answers were acknowledged.
async fn toil(store: &Store, of: &Seeded, user: UserId, seed: u64) -> Vec<TaskId> {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut done = Vec::new();
    for _ in 0..8 {
        let Some(lease) = next(store, of, user).await else { break };
        match rng.random_range(0..10) {
            // Away without a word: the lease runs out, and the late answer must be refused or, if nobody noticed, count once.
            0 | 1 => {
                let mut tx = of.as_user(user).begin(store).await.expect("begin");
                sqlx::query("UPDATE assignments SET expires_at = now() - interval '1 second' WHERE id = $1")
                    .bind(lease.id.0)
                    .execute(&mut *tx)
                    .await
                    .expect("time passes");
                tx.commit().await.expect("commit");
                if rng.random_bool(0.5) {
                    assert!(matches!(submit(store, of, &lease, "cat").await, Err(SubmitError::Lease(_))), "a late answer");
                }
            }
            2 => {
                let mut tx = of.as_user(user).begin(store).await.expect("begin");
                leases::skip(&mut tx, lease.id, user, lease.fencing_token, Some("blurred")).await.expect("skip");
                tx.commit().await.expect("commit");
            }
            // The server dies between writing and committing.
            3 => {
                let work = Submission {
                    assignment: lease.id,
                    user,
                    fencing_token: lease.fencing_token,
                    answer: shape("cat").into(),
                    time_spent_ms: None,
                };
                let mut tx = of.as_user(user).begin(store).await.expect("begin");
                annotations::submit(&mut tx, &work).await.expect("submit");
                drop(tx);
            }
            // Slow, and the answer asked for twice.
            4 => {
                tokio::time::sleep(std::time::Duration::from_millis(rng.random_range(1..30))).await;
                if submit(store, of, &lease, "cat").await.is_ok() {
                    submit(store, of, &lease, "cat").await.expect("the same answer again");
                    done.push(lease.task_id);
                }
            }
            _ => {
                if submit(store, of, &lease, "cat").await.is_ok() {
                    done.push(lease.task_id);
                }
            }
        }
    }
    done
}

async fn finish(db: &Database, people: &[UserId]) {
    db.owner()
        .await
        .execute("UPDATE assignments SET expires_at = now() - interval '1 second' WHERE ended_at IS NULL")
        .await
        .expect("time passes");
    for due in tandem_store::system::due_leases(&db.store, GRACE, 1_000).await.expect("due") {
        let mut tx = due.tenant().begin(&db.store).await.expect("begin");
        leases::expire(&mut tx, due.assignment, GRACE).await.expect("expire");
        tx.commit().await.expect("commit");
    }
    for user in people {
        while let Some(lease) = next(&db.store, &db.a, *user).await {
            submit(&db.store, &db.a, &lease, "dog").await.expect("submitted");
        }
    }
}

#[tokio::test]
async fn work_is_given_to_whoever_is_there_and_may() {
    let db = Database::fresh().await;
    let form = json!({"id": "pushed", "steps": [
        {"id": "label", "type": "annotation", "assignment": {"mode": "auto", "required_skills": [{"name": "medical_coding", "min_proficiency": "expert"}]}},
    ]});
    on_workflow(&db, &form).await;
    assert!(next(&db.store, &db.a, db.a.labeler).await.is_none());
    let mut tx = db.a.as_user(db.a.labeler).begin(&db.store).await.expect("begin");
    let why = flow::eligibility(&mut tx, db.a.project, db.a.tasks[0], db.a.labeler, flow::Way::Taken).await.expect("why");
    assert_eq!(why[0].1[0].message, "Requires skill: Medical Coding (expert)");
    drop(tx);
    sqlx::query("INSERT INTO member_skills (workspace_id, user_id, skill, level) VALUES ($1, $2, 'medical_coding', 'expert')")
        .bind(db.a.workspace.0)
        .bind(db.a.other_labeler.0)
        .execute(&mut db.owner().await)
        .await
        .expect("a skill");
    let projects: Vec<ProjectId> =
        flow::waiting_for_somebody(&db.store, None, 50).await.expect("waiting").into_iter().map(|(_, project)| project).collect();
    assert_eq!(projects, [db.a.project]);
    let nobody = flow::push(&db.store, db.a.workspace, db.a.project, &HashSet::new(), 10, None).await.expect("push");
    assert!(nobody.0.is_empty(), "nobody is there");
    let here = HashSet::from([db.a.labeler, db.a.other_labeler]);
    let (pushed, _) = flow::push(&db.store, db.a.workspace, db.a.project, &here, 10, None).await.expect("push");
    let to: BTreeSet<UserId> = pushed
        .iter()
        .map(|pushed| match pushed {
            flow::Pushed::Given(lease) => lease.user_id,
            flow::Pushed::Offered { to, .. } => *to,
        })
        .collect();
    assert_eq!(to, BTreeSet::from([db.a.other_labeler]));
    let metadata: Value = sqlx::query_scalar("SELECT metadata FROM assignments WHERE user_id = $1 LIMIT 1")
        .bind(db.a.other_labeler.0)
        .fetch_one(&mut db.owner().await)
        .await
        .expect("metadata");
    assert!(metadata["assignment"]["score"]["total"].is_number(), "{metadata}");
}
