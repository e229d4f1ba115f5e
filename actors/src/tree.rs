//! The live tree as an administrator sees it, and how long messages wait in mailboxes.
//!
//! actix does not say how full a mailbox is. What it means can be asked, though: a question that does nothing is sent, and the time until
//! it is answered is how long any message waits.

use std::{
    cmp::Reverse,
    collections::{BTreeSet, VecDeque},
    hash::Hash,
    sync::{Arc, Weak},
    time::{Duration, Instant},
};

use actix::{Actor, Addr, Context, Handler, Message};
use futures_util::future::join_all;
use tandem_protocol::{
    ProjectId, SessionId, TaskId, UserId, WorkspaceId,
    rest::{ActorNode, ActorTree, BusyHandler, DeskNode, SessionNode, TaskNode},
};
use tandem_store::documents::DocumentKey;
use tokio::time::timeout;

use crate::{
    desk::{Desk, DeskReport, LineReport},
    jobs::{JobSupervisor, Work},
    live::{Inner, SessionCommand},
    neighbours::NeighboursActor,
    node::NodeActor,
    project::ProjectActor,
    registry::{Owner, Registry},
    supervision::Supervised,
    task::{GetTaskStats, TaskActor},
    timer::TimerActor,
    user::UserActor,
    watchdog,
};

/// Tasks shown at most; and people.
const SHOWN: usize = 200;
/// Connections shown.
const SLOWEST: usize = 20;
/// An actor that has not answered by now is shown without an answer.
const PATIENCE: Duration = Duration::from_millis(500);
/// Handlers running for less are none of anybody's business.
const BUSY: Duration = Duration::from_millis(100);
const PROBE: Duration = Duration::from_secs(5);
/// Of each kind there are many of: how many are probed in one round. The others have their turn in the next.
const PROBED: usize = 16;

/// Does nothing: how long it waits is how long any message waits.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "()")]
pub struct Probe;

macro_rules! answer_probes {
    ($($actor:ty),*) => {$(
        impl Handler<Probe> for $actor {
            type Result = ();

            fn handle(&mut self, _: Probe, _: &mut Context<Self>) {}
        }
    )*};
}
answer_probes!(TaskActor, ProjectActor, UserActor, NeighboursActor, NodeActor, TimerActor, JobSupervisor);

pub async fn of(inner: &Inner, workspace: WorkspaceId) -> ActorTree {
    let (tasks, task_count) = inner.tasks.of(workspace, SHOWN);
    let (projects, _) = inner.projects.of(workspace, SHOWN);
    let mut root = vec![node("journal", None, inner.journal.standing(), probe_journal(inner).await)];
    root.extend(one("timer", inner.timer.get()).await);
    root.extend(one("jobs", inner.jobs.get().map(|jobs| jobs.supervisor())).await);
    root.extend(one("neighbours", inner.watching()).await);
    root.extend(one("node", inner.node.get().map(|(actor, _)| actor)).await);
    let desks = desks(inner).await;
    let lines: Vec<(LineReport, UserId)> =
        desks.iter().flat_map(|(_, report)| &report.lines).filter_map(|line| of_workspace(line, workspace)).collect();
    let people: BTreeSet<UserId> = lines.iter().map(|(_, user)| *user).collect();
    let shown = people.iter().take(SHOWN).filter_map(|id| Some((*id, inner.users.supervised(id)?)));
    ActorTree {
        sessions: count(inner.sessions.len()),
        tasks: count(inner.tasks.count()),
        projects: count(inner.projects.count()),
        people: count(inner.users.count()),
        durable: inner.journal.status().durable,
        waiting_bytes: inner.journal.waiting_bytes() as u64,
        busy: watchdog::busy(BUSY).into_iter().map(busy).collect(),
        root,
        my_projects: join_all(projects.into_iter().map(|(id, _, actor)| asked("project", id.0, actor))).await,
        my_jobs: inner.jobs.get().map(|jobs| jobs.at_work(workspace).iter().map(job).collect()).unwrap_or_default(),
        my_tasks: join_all(tasks.into_iter().map(task)).await,
        my_task_count: count(task_count),
        my_people: join_all(shown.map(|(id, actor)| asked("user", id.0, actor))).await,
        my_people_count: count(people.len()),
        my_session_count: count(lines.len()),
        my_sessions: slowest(lines),
        desks: desks.into_iter().map(|(desk, _)| desk).collect(),
    }
}

/// The threads, and what each has. One that does not answer is not there.
async fn desks(inner: &Inner) -> Vec<(DeskNode, DeskReport)> {
    let ask = |desk: Desk| async move {
        let asked = Instant::now();
        let report = timeout(PATIENCE, desk.report()).await.ok()??;
        let node = DeskNode {
            number: desk.number(),
            connections: count(report.lines.len()),
            rooms: count(report.rooms),
            seats: count(report.seats),
            waiting_bytes: report.waiting() as u64,
            mailbox_ms: millis(asked.elapsed()),
        };
        Some((node, report))
    };
    join_all(inner.desks().into_iter().map(ask)).await.into_iter().flatten().collect()
}

fn of_workspace(line: &LineReport, workspace: WorkspaceId) -> Option<(LineReport, UserId)> {
    line.who.filter(|(_, of)| *of == workspace).map(|(user, _)| (*line, user))
}

fn slowest(mut lines: Vec<(LineReport, UserId)>) -> Vec<SessionNode> {
    lines.sort_by_key(|(line, _)| Reverse((line.waiting, line.stalled)));
    lines.truncate(SLOWEST);
    let session = |(line, user_id): (LineReport, UserId)| SessionNode {
        id: line.session,
        user_id,
        seats: count(line.seats),
        waiting_bytes: line.waiting as u64,
        stalled_ms: millis(line.stalled),
    };
    lines.into_iter().map(session).collect()
}

/// One of those there is one of, if there is.
async fn one<A>(kind: &str, actor: Option<&Supervised<A>>) -> Option<ActorNode>
where
    A: Actor<Context = Context<A>> + Handler<Probe>,
{
    let actor = actor?;
    Some(node(kind, None, standing(actor), probe(actor.try_addr()).await))
}

async fn asked<A>(kind: &str, id: uuid::Uuid, actor: Supervised<A>) -> ActorNode
where
    A: Actor<Context = Context<A>> + Handler<Probe>,
{
    let waited = probe(actor.try_addr()).await;
    node(kind, Some(id), standing(&actor), waited)
}

/// How long a message waits for it. None: it is not up, or has not answered.
async fn probe<A>(actor: Option<Addr<A>>) -> Option<Duration>
where
    A: Actor<Context = Context<A>> + Handler<Probe>,
{
    let asked = Instant::now();
    timeout(PATIENCE, actor?.send(Probe)).await.ok()?.ok()?;
    Some(asked.elapsed())
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
    let mut turns = Turns::default();
    loop {
        tokio::time::sleep(PROBE).await;
        let Some(inner) = house.upgrade() else { return };
        if let Some(waited) = probe_journal(&inner).await {
            note("journal", waited);
        }
        turns.probe(&inner).await;
    }
}

/// Whose turn it is, of each kind there are many of.
#[derive(Default)]
struct Turns {
    tasks: InTurn<TaskId>,
    projects: InTurn<ProjectId>,
    users: InTurn<UserId>,
    sessions: InTurn<SessionId>,
}

impl Turns {
    async fn probe(&mut self, inner: &Inner) {
        for desk in inner.desks() {
            let asked = Instant::now();
            let _ = timeout(PATIENCE, desk.report()).await;
            note("desk", asked.elapsed());
        }
        measure("neighbours", inner.watching().and_then(Supervised::try_addr)).await;
        measure("timer", inner.timer.get().and_then(Supervised::try_addr)).await;
        measure_all("task", self.tasks.of(&inner.tasks)).await;
        measure_all("project", self.projects.of(&inner.projects)).await;
        measure_all("user", self.users.of(&inner.users)).await;
        let known = || inner.sessions.iter().map(|session| *session.key()).collect();
        let sessions = self.sessions.next(known, |id| Some(inner.sessions.get(id)?.clone()));
        join_all(sessions.into_iter().map(|session| async move {
            let asked = Instant::now();
            let _ = timeout(PATIENCE, session.send(SessionCommand::Probe)).await;
            note("session", asked.elapsed());
        }))
        .await;
    }
}

async fn measure<A>(kind: &'static str, actor: Option<Addr<A>>)
where
    A: Actor<Context = Context<A>> + Handler<Probe>,
{
    if let Some(actor) = actor {
        let asked = Instant::now();
        // One that does not answer counts as the longest there is to count.
        let _ = timeout(PATIENCE, actor.send(Probe)).await;
        note(kind, asked.elapsed());
    }
}

async fn measure_all<A>(kind: &'static str, actors: Vec<Addr<A>>)
where
    A: Actor<Context = Context<A>> + Handler<Probe>,
{
    join_all(actors.into_iter().map(|actor| measure(kind, Some(actor)))).await;
}

fn note(kind: &'static str, waited: Duration) {
    metrics::histogram!("tandem_actor_mailbox_seconds", "actor" => kind).record(waited);
}

/// A few in each round, until all that were there had their turn; then all again.
struct InTurn<K>(VecDeque<K>);

impl<K> Default for InTurn<K> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl<K> InTurn<K> {
    /// Who is gone meanwhile is passed over.
    fn next<T>(&mut self, known: impl FnOnce() -> VecDeque<K>, find: impl Fn(&K) -> Option<T>) -> Vec<T> {
        if self.0.is_empty() {
            self.0 = known();
        }
        let mut found = Vec::new();
        while found.len() < PROBED
            && let Some(id) = self.0.pop_front()
        {
            found.extend(find(&id));
        }
        found
    }
}

impl<K: Copy + Eq + Hash> InTurn<K> {
    fn of<A: Actor<Context = Context<A>>>(&mut self, registry: &Registry<K, A>) -> Vec<Addr<A>> {
        self.next(|| registry.ids().into(), |id| registry.get(id))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn in_a_few_rounds_everybody_is_probed_once_also_when_some_leave_and_others_come() {
        let mut turn = InTurn::default();
        let mut probed = Vec::new();
        for round in 0..4 {
            // Those below 10 leave after the first round; those from 50 on come then.
            let known: VecDeque<usize> = if round == 0 { (0..50).collect() } else { (10..60).collect() };
            probed.extend(turn.next(|| known, |id| (round == 0 || *id >= 10).then_some(*id)));
        }
        assert_eq!(probed, (0..50).collect::<Vec<_>>(), "{} a round", PROBED);
        let next: BTreeSet<usize> = (0..4).flat_map(|_| turn.next(|| (10..60).collect(), |id| Some(*id))).collect();
        assert_eq!(next, (10..60).collect());
    }
}
