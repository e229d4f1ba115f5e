//! The live tree as an administrator sees it, and how long messages wait in mailboxes.
//!
//! actix does not say how full a mailbox is. What it means can be asked, though: a question that does nothing is sent, and the time until
//! it is answered is how long any message waits.

use std::{
    sync::{Arc, Weak},
    time::{Duration, Instant},
};

use actix::Actor;
use futures_util::future::join_all;
use tandem_protocol::{
    ProjectId, TaskId, WorkspaceId,
    rest::{ActorNode, ActorTree, BusyHandler, TaskNode},
};
use tandem_store::documents::DocumentKey;
use tokio::time::timeout;

use crate::{
    jobs::Work,
    live::Inner,
    registry::Owner,
    supervision::Supervised,
    task::{GetTaskStats, TaskActor},
    watchdog,
};

/// Tasks shown at most.
const SHOWN: usize = 200;
/// An actor that has not answered by now is shown without an answer.
const PATIENCE: Duration = Duration::from_millis(500);
/// Handlers running for less are none of anybody's business.
const BUSY: Duration = Duration::from_millis(100);
const PROBE: Duration = Duration::from_secs(5);
/// Rooms probed in one round.
const PROBED: usize = 16;

pub async fn of(inner: &Inner, workspace: WorkspaceId) -> ActorTree {
    let (tasks, task_count) = inner.tasks.of(workspace, SHOWN);
    let (projects, _) = inner.projects.of(workspace, SHOWN);
    let projects = projects.into_iter().map(|(id, _, actor)| node("project", Some(id.0), standing(&actor), None)).collect();
    let mut root = vec![node("journal", None, inner.journal.standing(), probe_journal(inner).await)];
    root.extend(inner.timer.get().map(|timer| node("timer", None, standing(timer), None)));
    root.extend(inner.jobs.get().map(|jobs| node("jobs", None, standing(jobs.supervisor()), None)));
    root.extend(inner.node.get().map(|(actor, _)| node("node", None, standing(actor), None)));
    ActorTree {
        sessions: count(inner.sessions.len()),
        tasks: count(inner.tasks.count()),
        projects: count(inner.projects.count()),
        people: count(inner.users.count()),
        durable: inner.journal.status().durable,
        waiting_bytes: inner.journal.waiting_bytes() as u64,
        busy: watchdog::busy(BUSY).into_iter().map(busy).collect(),
        root,
        my_projects: projects,
        my_jobs: inner.jobs.get().map(|jobs| jobs.at_work(workspace).iter().map(job).collect()).unwrap_or_default(),
        my_tasks: join_all(tasks.into_iter().map(task)).await,
        my_task_count: count(task_count),
    }
}

/// Not an actor, but a child of one: its attempts are its restarts.
fn job(work: &Work) -> ActorNode {
    let phase = work.step().phase.unwrap_or_else(|| "starting".to_owned());
    let restarts = u32::try_from(work.claim.attempt - 1).unwrap_or(0);
    node(&work.claim.kind, Some(work.claim.job.0), (&phase, restarts), None)
}

fn standing<A: Actor>(actor: &Supervised<A>) -> (&'static str, u32) {
    (actor.state(), actor.restarts())
}

fn node(kind: &str, id: Option<uuid::Uuid>, (state, restarts): (&str, u32), mailbox: Option<Duration>) -> ActorNode {
    ActorNode { kind: kind.to_owned(), id, state: state.to_owned(), restarts, mailbox_ms: mailbox.map(millis) }
}

async fn task((id, owner, actor): (TaskId, Owner, Supervised<TaskActor>)) -> TaskNode {
    let asked = Instant::now();
    let stats = match actor.try_addr() {
        Some(addr) => timeout(PATIENCE, addr.send(GetTaskStats)).await.ok().and_then(Result::ok),
        None => None,
    };
    let answered = stats.is_some().then(|| asked.elapsed());
    let ProjectId(project_id) = owner.project;
    TaskNode {
        node: node("task", Some(id.0), standing(&actor), answered),
        project_id: project_id.into(),
        loaded: stats.as_ref().is_some_and(|stats| stats.live),
        members: stats.as_ref().map_or(0, |stats| count(stats.members)),
        edits: stats.as_ref().map_or(0, |stats| stats.edits),
        refused: stats.as_ref().map_or(0, |stats| stats.refused),
        not_on_disk: stats.as_ref().is_some_and(|stats| stats.not_on_disk),
        document_bytes: stats.as_ref().map_or(0, |stats| stats.document_bytes as u64),
    }
}

fn busy(watchdog::Busy { thread, actor, message, lasting }: watchdog::Busy) -> BusyHandler {
    BusyHandler { thread, actor: actor.to_owned(), message: message.to_owned(), ms: millis(lasting) }
}

fn millis(time: Duration) -> f64 {
    (time.as_secs_f64() * 1_000_000.0).round() / 1_000.0
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Asks the Journal for what it holds of a document that is not there.
async fn probe_journal(inner: &Inner) -> Option<Duration> {
    let nowhere = DocumentKey { workspace: WorkspaceId::new(), project: ProjectId::new(), task: TaskId::new(), step: String::new() };
    let asked = Instant::now();
    timeout(PATIENCE, inner.journal.pending(Arc::new(nowhere))).await.ok()??;
    Some(asked.elapsed())
}

/// Until the house is gone.
pub async fn probe_for_ever(house: Weak<Inner>) {
    loop {
        tokio::time::sleep(PROBE).await;
        let Some(inner) = house.upgrade() else { return };
        if let Some(waited) = probe_journal(&inner).await {
            metrics::histogram!("tandem_actor_mailbox_seconds", "actor" => "journal").record(waited);
        }
        for room in inner.tasks.all().into_iter().take(PROBED) {
            let asked = Instant::now();
            // One that does not answer counts as the longest there is to count.
            let _ = timeout(PATIENCE, room.send(GetTaskStats)).await;
            metrics::histogram!("tandem_actor_mailbox_seconds", "actor" => "task").record(asked.elapsed());
        }
    }
}
