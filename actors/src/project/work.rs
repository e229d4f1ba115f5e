//! How the work of a project stands, step by step, as its watchers are told: the state once, then what changed.
//!
//! The database is asked once for all watchers of this node, only while there are any, at most once a tick, and so that it is busy with the question for
//! a fifth of the time at most: a project of a million tasks is told of less often, never at the cost of the work itself.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use actix::{ActorFutureExt, AsyncContext, Context, WrapFuture};
use tandem_protocol::{
    AssignmentId, SessionId,
    ws::{StepCounts, StepWorker},
};
use tandem_store::pg::flow::WorkNow;
use tokio::time::Instant;

use super::{ProjectActor, ProjectNews, key};
use crate::{ports::DirectoryError, room::Seat};

/// Between two questions, as a multiple of how long the last one took; and at most.
const REST: u32 = 4;
const LONGEST_REST: Duration = Duration::from_secs(10);

#[derive(Default)]
pub(super) struct Work {
    watchers: BTreeSet<(SessionId, u64)>,
    /// Who waits for the state.
    newcomers: Vec<Seat>,
    /// What everybody who watches was told; none until the database answered.
    told: Option<Arc<WorkNow>>,
    /// The database knows more.
    stale: bool,
    asking: bool,
    planned: bool,
    took: Duration,
}

/// Only what changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkChange {
    pub now: Arc<WorkNow>,
    pub steps: Vec<StepCounts>,
    pub began: Vec<StepWorker>,
    pub left: Vec<AssignmentId>,
}

impl Work {
    pub(super) fn forget(&mut self, seat: (SessionId, u64)) {
        self.watchers.remove(&seat);
    }

    pub(super) fn keep(&mut self, there: impl Fn(&(SessionId, u64)) -> bool) {
        self.watchers.retain(there);
    }

    fn turn_away(&mut self) -> Vec<Seat> {
        let turned = std::mem::take(&mut self.newcomers);
        for seat in &turned {
            self.watchers.remove(&key(*seat));
        }
        turned
    }
}

impl ProjectActor {
    pub(super) fn watch_work(&mut self, seat: Seat, ctx: &mut Context<Self>) {
        // While nobody watched nobody asked.
        let known = self.work.told.is_some() && !self.work.watchers.is_empty();
        self.work.watchers.insert(key(seat));
        self.work.newcomers.push(seat);
        if known { self.welcome_to_work() } else { self.ask_work(ctx) }
    }

    pub(super) fn work_moved(&mut self, ctx: &mut Context<Self>) {
        self.work.stale = true;
        self.plan_work(ctx);
    }

    fn plan_work(&mut self, ctx: &mut Context<Self>) {
        if self.work.watchers.is_empty() || self.work.asking || std::mem::replace(&mut self.work.planned, true) {
            return;
        }
        let rest = self.deps.tick.max((self.work.took * REST).min(LONGEST_REST));
        ctx.run_later(rest, |project, ctx| {
            project.work.planned = false;
            if project.work.stale {
                project.ask_work(ctx);
            } else {
                project.welcome_to_work();
            }
        });
    }

    fn ask_work(&mut self, ctx: &mut Context<Self>) {
        if self.work.watchers.is_empty() || std::mem::replace(&mut self.work.asking, true) {
            return;
        }
        self.work.stale = false;
        let (directory, workspace, project, began) = (Arc::clone(&self.deps.directory), self.workspace, self.project, Instant::now());
        let asking = async move { directory.work(workspace, project).await };
        ctx.spawn(asking.into_actor(self).map(move |answer, project, ctx| {
            project.work.asking = false;
            project.work.took = began.elapsed();
            project.work_read(answer, ctx);
        }));
    }

    fn work_read(&mut self, answer: Result<WorkNow, DirectoryError>, ctx: &mut Context<Self>) {
        match answer {
            Ok(now) => self.tell_work(now),
            Err(error) => {
                tracing::warn!(project = %self.project, %error, "the work could not be read");
                self.work.stale = true;
                if self.work.told.is_none() {
                    for seat in self.work.turn_away() {
                        self.tell(seat, ProjectNews::Unavailable);
                        self.seats.remove(&key(seat));
                    }
                }
            }
        }
        self.welcome_to_work();
        if self.work.stale || !self.work.newcomers.is_empty() {
            self.plan_work(ctx);
        }
    }

    fn tell_work(&mut self, now: WorkNow) {
        let now = Arc::new(now);
        let Some(told) = self.work.told.replace(Arc::clone(&now)) else { return };
        if told == now {
            return;
        }
        let news = ProjectNews::WorkDiff(Arc::new(changed(&told, now)));
        let waiting = |seat: &Seat| self.work.newcomers.contains(seat);
        let seats = self.work.watchers.iter().map(|(session, subscription)| Seat { session: *session, subscription: *subscription });
        for seat in seats.filter(|seat| !waiting(seat)).collect::<Vec<_>>() {
            if !self.tell(seat, news.clone()) {
                self.work.newcomers.push(seat);
            }
        }
    }

    /// The state as all others know it, so one diff serves all from here on. Whoever could not take it is tried again at the next look.
    fn welcome_to_work(&mut self) {
        let Some(told) = self.work.told.clone() else { return };
        for seat in std::mem::take(&mut self.work.newcomers) {
            if self.work.watchers.contains(&key(seat)) && !self.tell(seat, ProjectNews::Work(Arc::clone(&told))) {
                self.work.newcomers.push(seat);
            }
        }
    }
}

/// A step that has nothing any more is told with zeros.
fn changed(told: &WorkNow, now: Arc<WorkNow>) -> WorkChange {
    let before: BTreeMap<&str, &StepCounts> = told.steps.iter().map(|counts| (counts.step.as_str(), counts)).collect();
    let there: BTreeSet<&str> = now.steps.iter().map(|counts| counts.step.as_str()).collect();
    let mut steps: Vec<StepCounts> = now.steps.iter().filter(|counts| before.get(counts.step.as_str()) != Some(counts)).cloned().collect();
    let gone = before.keys().filter(|step| !there.contains(*step));
    steps.extend(gone.map(|step| StepCounts { step: (*step).to_owned(), ..StepCounts::default() }));
    let at_work: BTreeMap<AssignmentId, &StepWorker> = told.workers.iter().map(|worker| (worker.assignment_id, worker)).collect();
    let still: BTreeSet<AssignmentId> = now.workers.iter().map(|worker| worker.assignment_id).collect();
    let began = now.workers.iter().filter(|worker| at_work.get(&worker.assignment_id) != Some(worker)).cloned().collect();
    let left = at_work.into_keys().filter(|assignment| !still.contains(assignment)).collect();
    WorkChange { steps, began, left, now }
}

#[cfg(test)]
mod tests {
    use tandem_protocol::{TaskId, UserId, rest::UserSummary};

    use super::*;

    fn counts(step: &str, waiting: i64) -> StepCounts {
        StepCounts { step: step.into(), waiting, ..StepCounts::default() }
    }

    fn worker(step: &str) -> StepWorker {
        let user = UserSummary { id: UserId::new(), name: "ann".into(), email: "ann@example.test".into(), color: "#336699".into() };
        StepWorker { assignment_id: AssignmentId::new(), step: step.into(), task_id: TaskId::new(), user }
    }

    #[test]
    fn a_change_names_what_changed_and_nothing_else() {
        let (stays, leaves, comes) = (worker("annotate"), worker("annotate"), worker("review"));
        let told = WorkNow {
            steps: vec![counts("annotate", 2), counts("check", 1), counts("review", 0)],
            workers: vec![stays.clone(), leaves.clone()],
            ..WorkNow::default()
        };
        let now =
            WorkNow { steps: vec![counts("annotate", 1), counts("review", 0)], workers: vec![stays, comes.clone()], ..WorkNow::default() };
        let change = changed(&told, Arc::new(now));
        assert_eq!(change.steps, [counts("annotate", 1), counts("check", 0)]);
        assert_eq!((change.began, change.left), (vec![comes], vec![leaves.assignment_id]));
    }
}
