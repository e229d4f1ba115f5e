//! ProjectActor: how far a project is, how its work stands step by step (`work.rs`), how far its jobs are (`jobs.rs`), and who is here.
//!
//! In: `Watch` (sessions that subscribed to the project or to its workflow), `Here` (sessions on one of its tasks), `Gone` (both),
//! `ProgressMoved`, `JobsMoved`; `FromNodes` (people and events of other nodes), `NodeGone`.
//! Out: `ProjectEvent` to the watchers: the state once, then diffs.
//! Timers: of each kind one diff per tick at most (4 a second), which also bounds how often the database is asked; idle.
//! Starts: with its first visitor. Restarts: empty; sessions are told `Lost` and come again. Stops: when nobody is here.

mod jobs;
mod work;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use actix::{Actor, ActorContext, ActorFutureExt, AsyncContext, Context, Handler, Message, Recipient, WrapFuture};
use tandem_protocol::{
    ProjectId, SessionId, TaskId, UserId, WorkspaceId,
    node::{Event, InProject, NodeFrame, NodeId, Topic},
    rest::{Progress, UserSummary},
    ws::{JobProgress, PersonHere, ProjectLive},
};

use tandem_store::{
    bus::{Bus, Ear, Heard, Link},
    pg::flow::WorkNow,
};
use tokio::time::Instant;

use crate::{
    ports::{Directory, DirectoryError},
    room::Seat,
    supervision::ExitGuard,
    watchdog::handling,
};

use jobs::Jobs;
pub use jobs::JobsMoved;
use work::Work;
pub use work::WorkChange;

const MAILBOX: usize = 4_096;
const IDLE: Duration = Duration::from_secs(30);
/// How often other nodes are told who is here, if that changed; and in any case.
const SAY_PEOPLE: Duration = Duration::from_millis(500);
const REFRESH: Duration = Duration::from_secs(10);
const SILENT: Duration = Duration::from_secs(35);

pub struct ProjectDeps {
    pub directory: Arc<dyn Directory>,
    pub tick: Duration,
    pub bus: Arc<dyn Bus>,
    /// What happened on another node is told on this one.
    pub announce: Box<dyn Fn(Event) + Send + Sync>,
    pub retire: Box<dyn Fn(ProjectId, u64) + Send + Sync>,
}

// --- state ---

pub struct ProjectActor {
    _exit: ExitGuard,
    deps: Arc<ProjectDeps>,
    workspace: WorkspaceId,
    project: ProjectId,
    instance: u64,
    /// None until the database answered for the first time.
    progress: Option<Progress>,
    /// Seats that are told of changes.
    watchers: BTreeSet<(SessionId, u64)>,
    /// Who waits for the first answer.
    newcomers: Vec<Seat>,
    /// Every seat anywhere in the project.
    seats: BTreeMap<(SessionId, u64), Present>,
    ear: Option<Ear>,
    /// People of other nodes.
    abroad: BTreeMap<NodeId, Abroad>,
    /// Other nodes were told of these.
    told_abroad: Vec<InProject>,
    /// What the watchers were told about each person.
    told: BTreeMap<UserId, PersonHere>,
    told_progress: Option<Progress>,
    stale: bool,
    asking: bool,
    tick_planned: bool,
    jobs: Jobs,
    work: Work,
}

struct Present {
    user: UserSummary,
    task: Option<TaskId>,
    outlet: Recipient<ProjectEvent>,
}

/// People of another node, and when it last said so.
struct Abroad {
    people: Vec<InProject>,
    at: Instant,
}

impl ProjectActor {
    #[must_use]
    pub fn new(exit: ExitGuard, deps: Arc<ProjectDeps>, workspace: WorkspaceId, project: ProjectId, instance: u64) -> Self {
        Self {
            _exit: exit,
            deps,
            workspace,
            project,
            instance,
            progress: None,
            watchers: BTreeSet::new(),
            newcomers: Vec::new(),
            seats: BTreeMap::new(),
            ear: None,
            abroad: BTreeMap::new(),
            told_abroad: Vec::new(),
            told: BTreeMap::new(),
            told_progress: None,
            stale: true,
            asking: false,
            tick_planned: false,
            jobs: Jobs::default(),
            work: Work::default(),
        }
    }
}

// --- messages ---

#[derive(Message)]
#[rtype(result = "()")]
pub struct Watch {
    pub what: Watched,
    pub seat: Seat,
    pub user: UserSummary,
    pub outlet: Recipient<ProjectEvent>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watched {
    /// Its progress, its jobs, and who is here.
    Project,
    /// Its work, step by step.
    Work,
}

/// Somebody opened a task of this project.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Here {
    pub seat: Seat,
    pub user: UserSummary,
    pub task: TaskId,
    /// Told only if this actor crashes.
    pub outlet: Recipient<ProjectEvent>,
}

/// A seat, of a watcher or on a task, is free again.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Gone(pub Seat);

/// Tasks moved; the numbers in the database are newer than ours.
#[derive(Message)]
#[rtype(result = "()")]
pub struct ProgressMoved;

#[derive(Clone, Debug, Message)]
#[rtype(result = "()")]
pub struct ProjectEvent {
    pub subscription: u64,
    pub news: ProjectNews,
}

#[derive(Clone, Debug)]
pub enum ProjectNews {
    State(Arc<ProjectLive>),
    Diff(Arc<ProjectChange>),
    Jobs(Arc<Vec<JobProgress>>),
    Work(Arc<WorkNow>),
    WorkDiff(Arc<WorkChange>),
    /// The database could not be asked: subscribe again later.
    Unavailable,
    /// The actor crashed: subscribe again.
    Lost,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProjectChange {
    pub progress: Option<Progress>,
    pub here: Vec<PersonHere>,
    pub left: Vec<UserId>,
}

impl Actor for ProjectActor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(MAILBOX);
        let me = ctx.address();
        self.ear = Some(self.deps.bus.listen(Topic::Project(self.project), Box::new(move |heard| me.try_send(FromNodes(heard)).is_ok())));
        if *self.deps.bus.link().borrow() != Link::Alone {
            ctx.run_interval(SAY_PEOPLE, |project, _| project.say_people_if_changed());
            ctx.run_interval(REFRESH, Self::refresh_people);
        }
        ctx.run_interval(IDLE, |project, ctx| {
            // Sessions that ended before their coming was known here never say goodbye.
            project.seats.retain(|_, present| present.outlet.connected());
            let seats = &project.seats;
            project.watchers.retain(|seat| seats.contains_key(seat));
            project.work.keep(|seat| seats.contains_key(seat));
            // What nobody announced shows by now.
            project.jobs_moved(ctx);
            project.work_moved(ctx);
            if project.seats.is_empty() && !project.asking {
                (project.deps.retire)(project.project, project.instance);
                ctx.stop();
            }
        });
    }

    fn stopped(&mut self, _: &mut Self::Context) {
        if std::thread::panicking() {
            for (seat, present) in &self.seats {
                // Full: its session hears of it by what it misses.
                let _ = present.outlet.try_send(ProjectEvent { subscription: seat.1, news: ProjectNews::Lost });
            }
        }
    }
}

impl Handler<Watch> for ProjectActor {
    type Result = ();

    fn handle(&mut self, watch: Watch, ctx: &mut Self::Context) {
        let _handling = handling!("project", "Watch");
        let key = key(watch.seat);
        self.seats.insert(key, Present { user: watch.user, task: None, outlet: watch.outlet });
        if watch.what == Watched::Work {
            self.watch_work(watch.seat, ctx);
            return self.plan_tick(ctx);
        }
        self.watchers.insert(key);
        self.newcomers.push(watch.seat);
        if self.progress.is_some() {
            self.tell_diff();
            self.welcome();
            // What moved while nobody watched.
            self.plan_tick(ctx);
        } else {
            self.ask(ctx);
        }
    }
}

impl Handler<Here> for ProjectActor {
    type Result = ();

    fn handle(&mut self, here: Here, ctx: &mut Self::Context) {
        let _handling = handling!("project", "Here");
        self.seats.insert(key(here.seat), Present { user: here.user, task: Some(here.task), outlet: here.outlet });
        self.plan_tick(ctx);
    }
}

impl Handler<Gone> for ProjectActor {
    type Result = ();

    fn handle(&mut self, Gone(seat): Gone, ctx: &mut Self::Context) {
        let _handling = handling!("project", "Gone");
        self.watchers.remove(&key(seat));
        self.work.forget(key(seat));
        self.seats.remove(&key(seat));
        self.plan_tick(ctx);
    }
}

impl Handler<ProgressMoved> for ProjectActor {
    type Result = ();

    fn handle(&mut self, _: ProgressMoved, ctx: &mut Self::Context) {
        let _handling = handling!("project", "ProgressMoved");
        self.progress_moved(ctx);
    }
}

/// What the bus says of this project.
#[derive(Debug, Message)]
#[rtype(result = "()")]
struct FromNodes(Heard);

impl Handler<FromNodes> for ProjectActor {
    type Result = ();

    fn handle(&mut self, FromNodes(heard): FromNodes, ctx: &mut Self::Context) {
        let _handling = handling!("project", "FromNodes");
        match heard {
            Heard::Said { from, frame } => match &*frame {
                NodeFrame::InProject { people, answer } => {
                    if *answer {
                        self.say_people(false);
                    }
                    self.abroad.insert(from, Abroad { people: people.clone(), at: Instant::now() });
                    self.plan_tick(ctx);
                }
                NodeFrame::Happened(event @ Event::RightsChanged { .. }) => (self.deps.announce)(event.clone()),
                NodeFrame::Happened(Event::JobChanged { .. }) => self.jobs_moved(ctx),
                NodeFrame::Happened(_) => self.progress_moved(ctx),
                _ => {}
            },
            Heard::Gap => {
                // It may have been archived.
                (self.deps.announce)(Event::RightsChanged { workspace: self.workspace, project: self.project, user: None });
                self.say_people(true);
                self.jobs_moved(ctx);
                self.progress_moved(ctx);
            }
        }
    }
}

/// A node has died or stopped.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "()")]
pub struct NodeGone(pub NodeId);

impl Handler<NodeGone> for ProjectActor {
    type Result = ();

    fn handle(&mut self, NodeGone(node): NodeGone, ctx: &mut Self::Context) {
        let _handling = handling!("project", "NodeGone");
        if self.abroad.remove(&node).is_some() {
            self.plan_tick(ctx);
        }
    }
}

impl ProjectActor {
    fn progress_moved(&mut self, ctx: &mut Context<Self>) {
        self.stale = true;
        self.plan_tick(ctx);
        self.work_moved(ctx);
    }

    fn say_people(&mut self, answer: bool) {
        let people =
            self.people_here().into_values().map(|person| InProject { user: person.user, task: person.task_id }).collect::<Vec<_>>();
        self.told_abroad.clone_from(&people);
        self.deps.bus.say(Topic::Project(self.project), NodeFrame::InProject { people, answer });
    }

    fn say_people_if_changed(&mut self) {
        let now = self.people_here();
        let told = |p: &InProject| now.get(&p.user.id).is_some_and(|person| person.user == p.user && person.task_id == p.task);
        if self.told_abroad.len() != now.len() || !self.told_abroad.iter().all(told) {
            self.say_people(false);
        }
    }

    /// Said again, whole; and who did not say so for long is not there.
    fn refresh_people(&mut self, ctx: &mut Context<Self>) {
        let before = self.abroad.len();
        self.abroad.retain(|_, abroad| abroad.at.elapsed() < SILENT);
        if self.abroad.len() != before {
            self.plan_tick(ctx);
        }
        self.say_people(false);
    }
}

fn key(seat: Seat) -> (SessionId, u64) {
    (seat.session, seat.subscription)
}

// --- ticks ---

impl ProjectActor {
    fn plan_tick(&mut self, ctx: &mut Context<Self>) {
        if !self.watchers.is_empty() && !std::mem::replace(&mut self.tick_planned, true) {
            ctx.run_later(self.deps.tick, |project, ctx| {
                project.tick_planned = false;
                if project.stale || project.jobs.stale {
                    project.ask(ctx);
                } else {
                    project.tell_diff();
                    project.welcome();
                }
            });
        }
    }

    fn ask(&mut self, ctx: &mut Context<Self>) {
        if std::mem::replace(&mut self.asking, true) {
            return;
        }
        let (of_progress, of_jobs) = (std::mem::take(&mut self.stale), std::mem::take(&mut self.jobs.stale));
        let (directory, workspace, project) = (Arc::clone(&self.deps.directory), self.workspace, self.project);
        let asking = async move {
            let progress = if of_progress { Some(directory.progress(workspace, project).await) } else { None };
            let jobs = if of_jobs { Some(directory.jobs(workspace, project).await) } else { None };
            (progress, jobs)
        };
        ctx.spawn(asking.into_actor(self).map(|(progress, jobs), project, ctx| {
            // Jobs first: who comes is told both as they are now.
            if let Some(jobs) = jobs {
                project.jobs_read(jobs);
            }
            project.answered(progress, ctx);
        }));
    }

    fn answered(&mut self, answer: Option<Result<Progress, DirectoryError>>, ctx: &mut Context<Self>) {
        self.asking = false;
        match answer {
            None => {}
            Some(Ok(progress)) => self.progress = Some(progress),
            Some(Err(error)) => {
                tracing::warn!(project = %self.project, %error, "progress could not be read");
                self.stale = true;
                self.turn_newcomers_away();
            }
        }
        self.tell_diff();
        self.welcome();
        if self.stale || self.jobs.stale {
            self.plan_tick(ctx);
        }
    }

    fn turn_newcomers_away(&mut self) {
        if self.progress.is_some() {
            return;
        }
        for seat in std::mem::take(&mut self.newcomers) {
            self.tell(seat, ProjectNews::Unavailable);
            self.watchers.remove(&key(seat));
            self.seats.remove(&key(seat));
        }
    }

    /// The state as it is now, for those who came. The others were just told the same, so one diff serves all from here on.
    fn welcome(&mut self) {
        let Some(progress) = self.progress else { return };
        if self.newcomers.is_empty() {
            return;
        }
        let people = self.people().into_values().collect();
        let state = Arc::new(ProjectLive { progress, people });
        for seat in std::mem::take(&mut self.newcomers) {
            if !self.tell(seat, ProjectNews::State(Arc::clone(&state))) || !self.show_jobs(seat) {
                self.restart_watcher(seat);
            }
        }
    }

    fn tell_diff(&mut self) {
        let people = self.people();
        let change = ProjectChange {
            progress: self.progress.filter(|_| self.progress != self.told_progress),
            here: people.iter().filter(|(id, person)| self.told.get(id) != Some(person)).map(|(_, person)| person.clone()).collect(),
            left: self.told.keys().filter(|id| !people.contains_key(id)).copied().collect(),
        };
        self.told = people;
        self.told_progress = self.progress;
        if change != ProjectChange::default() {
            self.tell_all(&ProjectNews::Diff(Arc::new(change)));
        }
    }

    /// One entry a person, wherever they are.
    fn people(&self) -> BTreeMap<UserId, PersonHere> {
        let mut people = self.people_here();
        for InProject { user, task } in self.abroad.values().flat_map(|abroad| &abroad.people) {
            let person = people.entry(user.id).or_insert_with(|| PersonHere { user: user.clone(), task_id: None });
            person.task_id = person.task_id.or(*task);
        }
        people
    }

    /// Of this node: with the task they opened last, if any.
    fn people_here(&self) -> BTreeMap<UserId, PersonHere> {
        let mut people = BTreeMap::new();
        for Present { user, task, .. } in self.seats.values() {
            let person = people.entry(user.id).or_insert_with(|| PersonHere { user: user.clone(), task_id: None });
            person.task_id = task.or(person.task_id);
        }
        people
    }

    /// False: this session is behind and did not take it.
    fn tell(&mut self, seat: Seat, news: ProjectNews) -> bool {
        let Some(present) = self.seats.get(&key(seat)) else { return true };
        let told = present.outlet.try_send(ProjectEvent { subscription: seat.subscription, news });
        let behind = matches!(told, Err(actix::dev::SendError::Full(_)));
        if behind {
            metrics::counter!("tandem_refused_total", "queue" => "session").increment(1);
        }
        !behind
    }

    fn tell_all(&mut self, news: &ProjectNews) {
        let seats: Vec<Seat> =
            self.watchers.iter().map(|(session, subscription)| Seat { session: *session, subscription: *subscription }).collect();
        for seat in seats.into_iter().filter(|seat| !self.newcomers.contains(seat)).collect::<Vec<_>>() {
            if !self.tell(seat, news.clone()) {
                self.restart_watcher(seat);
            }
        }
    }

    /// A watcher that missed a diff gets the state again when it can take it.
    fn restart_watcher(&mut self, seat: Seat) {
        if !self.newcomers.contains(&seat) {
            self.newcomers.push(seat);
        }
    }
}
