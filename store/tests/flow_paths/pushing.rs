//! Work that the server gives to people, and offers to them.

use std::collections::{BTreeSet, HashSet};

use serde_json::{Value, json};
use sqlx::Executor;
use tandem_domain::workflow::Decision;
use tandem_protocol::{TaskId, UserId};
use tandem_store::{
    Store,
    pg::{
        flow::{self, Place, Pushed},
        leases,
    },
    testing::Database,
};

use crate::{
    assigned, at,
    flow_world::{self, answer, crowd, more_tasks, next, on_workflow, review, status},
    give_back, one,
};

async fn push(db: &Database, here: &[UserId], limit: u32, after: Option<&Place>) -> (Vec<Pushed>, Option<Place>) {
    let here: HashSet<UserId> = here.iter().copied().collect();
    flow::push(&db.store, db.a.workspace, db.a.project, &here, limit, after).await.expect("push")
}

fn given(pushed: &[Pushed]) -> Vec<(TaskId, UserId)> {
    let one = |pushed: &Pushed| match pushed {
        Pushed::Given(lease) => (lease.task_id, lease.user_id),
        Pushed::Offered { task, to, .. } => (*task, *to),
    };
    pushed.iter().map(one).collect()
}

fn offered(count: u32) -> Value {
    assigned(count, &json!({"mode": "hybrid", "offer_for": "PT30M"}))
}

async fn offers_are_over(db: &Database) {
    db.owner().await.execute("UPDATE task_steps SET reserved_until = now() - interval '1 second'").await.expect("time passes");
}

#[tokio::test]
async fn what_is_offered_is_that_persons_until_the_offer_is_over_and_then_everybodys() {
    let (db, task) = one(offered(1)).await;
    let here = [db.a.labeler, db.a.other_labeler];
    let (pushed, _) = push(&db, &here, 10, None).await;
    let [(offered, to)] = given(&pushed)[..] else { panic!("{pushed:?}") };
    let other = if to == db.a.labeler { db.a.other_labeler } else { db.a.labeler };
    assert_eq!(offered, task);
    assert!(next(&db.store, &db.a, other).await.is_none(), "not theirs yet");
    assert_eq!(push(&db, &here, 10, None).await.0, [], "it is offered already");
    offers_are_over(&db).await;
    assert_eq!(push(&db, &here, 10, None).await.0, [], "it is offered once");
    assert_eq!(flow::waiting_for_somebody(&db.store, None, 10).await.expect("waiting"), []);
    assert_eq!(next(&db.store, &db.a, other).await.expect("anybody may have it").task_id, task);
}

#[tokio::test]
async fn whoever_takes_what_they_were_offered_leaves_the_other_places_to_others() {
    let (db, _) = one(offered(2)).await;
    let here = [db.a.labeler, db.a.other_labeler];
    let first = given(&push(&db, &here, 10, None).await.0)[0].1;
    next(&db.store, &db.a, first).await.expect("what they were offered");
    let second = given(&push(&db, &here, 10, None).await.0)[0].1;
    assert_ne!(first, second);
    next(&db.store, &db.a, second).await.expect("what they were offered");
}

#[tokio::test]
async fn who_skips_an_offer_leaves_it_to_the_next() {
    let (db, _) = one(offered(1)).await;
    let here = [db.a.labeler, db.a.other_labeler];
    let first = given(&push(&db, &here, 10, None).await.0)[0].1;
    let lease = next(&db.store, &db.a, first).await.expect("what they were offered");
    let mut tx = db.a.as_user(first).begin(&db.store).await.expect("begin");
    leases::skip(&mut tx, lease.id, first, lease.fencing_token, None).await.expect("skipped");
    tx.commit().await.expect("commit");
    assert_ne!(given(&push(&db, &here, 10, None).await.0)[0].1, first);
}

#[tokio::test]
async fn rework_is_given_to_its_author_at_once_and_to_nobody_else() {
    for rework in ["same_person_first", "same_person"] {
        let mut form = crate::reviewed(rework);
        form["steps"][0]["assignment"]["mode"] = json!("auto");
        let (db, task) = one(form).await;
        answer(&db, db.a.other_labeler, "cat").await;
        review(&db, db.a.reviewer, Decision::RequestChanges).await;
        assert_eq!(push(&db, &[db.a.labeler], 10, None).await.0, [], "the author is not there");
        let (pushed, _) = push(&db, &[db.a.labeler, db.a.other_labeler], 10, None).await;
        assert_eq!(given(&pushed), [(task, db.a.other_labeler)], "{rework}");
    }
}

#[tokio::test]
async fn tasks_that_nobody_here_may_have_do_not_stand_before_the_others() {
    let db = Database::fresh().await;
    on_workflow(&db, &assigned(1, &json!({"mode": "auto"}))).await;
    let [first, second, third] = db.a.tasks;
    for task in [first, second] {
        let lease = at(&db, task, "label", "annotation", db.a.labeler).await;
        let mut tx = db.a.as_user(db.a.labeler).begin(&db.store).await.expect("begin");
        leases::skip(&mut tx, lease.id, db.a.labeler, lease.fencing_token, None).await.expect("skipped");
        tx.commit().await.expect("commit");
    }
    let (pushed, place) = push(&db, &[db.a.labeler], 2, None).await;
    assert_eq!((pushed, place.is_some()), (vec![], true));
    let (pushed, place) = push(&db, &[db.a.labeler], 2, place.as_ref()).await;
    assert_eq!((given(&pushed), place), (vec![(third, db.a.labeler)], None), "and from the front again");
}

#[tokio::test]
async fn projects_have_their_turn_one_after_the_other() {
    let db = Database::fresh().await;
    db.owner().await.execute("UPDATE task_steps SET mode = 'auto'").await.expect("steps of both projects");
    let (first, second) = (db.a.project.min(db.b.project), db.a.project.max(db.b.project));
    let after = async |after| {
        let found = flow::waiting_for_somebody(&db.store, after, 1).await.expect("waiting");
        found.into_iter().map(|(_, project)| project).collect::<Vec<_>>()
    };
    assert_eq!(after(None).await, [first]);
    assert_eq!(after(Some(first)).await, [second]);
    assert_eq!(after(Some(second)).await, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_give_nobody_more_than_they_may_hold() {
    let db = Database::fresh().await;
    more_tasks(&db, 27).await;
    let people = crowd(&db, 3).await;
    on_workflow(&db, &assigned(1, &json!({"mode": "auto", "max_concurrent_per_user": 2}))).await;
    let second = Store::connect(&db.config).await.expect("a second server");
    let here: HashSet<UserId> = people.iter().copied().collect();
    let round = |store: &Store| {
        let (store, workspace, project, here) = (store.clone(), db.a.workspace, db.a.project, here.clone());
        tokio::spawn(async move {
            for _ in 0..5 {
                flow::push(&store, workspace, project, &here, 5, None).await.expect("push");
            }
        })
    };
    let rounds = [round(&db.store), round(&second), round(&db.store), round(&second)];
    for round in rounds {
        round.await.expect("a round");
    }
    let held: Vec<(uuid::Uuid, i64)> =
        sqlx::query_as("SELECT user_id, count(*) FROM assignments WHERE ended_at IS NULL GROUP BY user_id ORDER BY user_id")
            .fetch_all(&mut db.owner().await)
            .await
            .expect("leases");
    let everybody: BTreeSet<(uuid::Uuid, i64)> = people.iter().map(|person| (person.0, 2)).collect();
    assert_eq!(held.into_iter().collect::<BTreeSet<_>>(), everybody);
}

#[tokio::test]
async fn what_is_given_out_in_one_round_counts_in_that_round() {
    let db = Database::fresh().await;
    on_workflow(&db, &assigned(1, &json!({"mode": "auto", "max_concurrent_per_user": 2}))).await;
    let (pushed, _) = push(&db, &[db.a.labeler], 10, None).await;
    assert_eq!(pushed.len(), 2);
    for pushed in pushed {
        let Pushed::Given(lease) = pushed else { panic!("given, not offered") };
        give_back(&db, &lease).await;
        assert_eq!(status(&db, lease.task_id).await, "pending");
    }
    let lease = next(&db.store, &db.a, db.a.other_labeler).await.expect("whoever asks is given one too");
    flow_world::submit(&db.store, &db.a, &lease, "cat").await.expect("submitted");
}
