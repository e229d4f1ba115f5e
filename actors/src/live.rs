//! The live core as the server sees it: one handle, cheap to clone.

use std::{
    io,
    net::IpAddr,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use actix::{Addr, Arbiter, ArbiterHandle, Message, Recipient, System};
use dashmap::DashMap;
use rand::Rng as _;
use tandem_protocol::{
    ProjectId, SessionId, TaskId, UserId, WorkspaceId,
    node::{Load, NodeFrame, Topic},
    rest::ActorTree,
};
use tandem_store::{
    bus::Bus,
    documents::{DocumentKey, DocumentLog},
    quota::{Limit, Over, Quotas, Ticket, Whose},
};
use tokio::{
    sync::Semaphore,
    time::{Instant, timeout},
};

use crate::{
    announce::{Announcer, tell_nodes},
    config::{LiveConfig, Restart, RestartPolicy, SessionConfig},
    desk::{self, Desk},
    document::{Seen, Work},
    idle::IdleRooms,
    jobs::{JobHouse, JobPorts, Jobs},
    journal::JournalHandle,
    neighbours::{self, Neighbour, Neighbours, NeighboursActor},
    node::{self, Exit, NodeActor, Phase},
    ports::{Authenticator, Chores, Directory, DomainEvent, Nodes, TaskRecord},
    project::{NodeGone, ProjectActor, ProjectDeps},
    registry::{Owner, Registry},
    roll::Roll,
    room::{Newcomer, Refused},
    scopes::Scopes,
    session::{Door, Full, Guest},
    supervision::{Down, Place, Supervised},
    task::{GetTaskStats, GetWork, Join, JoinError, NodeNews, Poison, RoomDeps, TaskActor, TaskStats, WorkError},
    timer::{self, TimerActor},
    tree,
    user::{RecheckRights, UserActor, UserDeps},
    watchdog::{self, Busy},
};

/// Room threads have stack for the recursion of yrs, which deletes nested values one inside the other.
const ROOM_STACK: usize = 256 << 20;
/// How long a client stays away at the least, before its own jitter.
const COME_BACK: Duration = Duration::from_millis(500);
/// The same of one that is sent to another node: it is there already, and people are sent there a few at a time.
const ELSEWHERE: Duration = Duration::from_millis(100);
/// However many there are: people wait.
const LONGEST_SPREAD: Duration = Duration::from_secs(60);
/// Compactions at once.
const COMPACTIONS: usize = 2;
/// For the one row that says that this node stops.
const SIGN_OFF: Duration = Duration::from_secs(2);
/// Rooms that went to sleep at just the wrong moment, in a row.
pub(crate) const JOIN_ATTEMPTS: usize = 10;

/// What the live core works with.
pub struct Ports {
    pub authenticator: Arc<dyn Authenticator>,
    pub directory: Arc<dyn Directory>,
    pub log: Arc<dyn DocumentLog>,
    /// How this node hears of the others.
    pub bus: Arc<dyn Bus>,
    /// None: nothing falls due by itself (tests).
    pub chores: Option<Arc<dyn Chores>>,
}

#[derive(Clone)]
pub struct Live {
    inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub config: LiveConfig,
    /// What every session reads, shared.
    pub session: Arc<SessionConfig>,
    pub stock: Arc<SessionConfig>,
    pub authenticator: Arc<dyn Authenticator>,
    pub directory: Arc<dyn Directory>,
    pub bus: Arc<dyn Bus>,
    pub journal: JournalHandle,
    pub tasks: Arc<Registry<TaskId, TaskActor>>,
    scopes: Scopes,
    roll: Arc<Roll>,
    pub projects: Arc<Registry<ProjectId, ProjectActor>>,
    pub users: Arc<Registry<UserId, UserActor>>,
    room_deps: Arc<RoomDeps>,
    project_deps: Arc<ProjectDeps>,
    user_deps: Arc<UserDeps>,
    /// Counts the connections.
    pub door: Arc<Door>,
    pub quotas: Quotas,
    /// Every connection, for a stop.
    pub sessions: DashMap<SessionId, Recipient<SessionCommand>>,
    /// The threads they are on.
    desks: DashMap<u64, Desk>,
    closing: AtomicBool,
    /// How many connections there were when people began to be sent away.
    pub leaving: AtomicUsize,
    pub exit: Exit,
    pub timer: Arc<OnceLock<Supervised<TimerActor>>>,
    /// Other nodes, as last heard.
    neighbours: Neighbours,
    watching: OnceLock<Supervised<NeighboursActor>>,
    /// This node's share of the jobs, where it has one.
    pub jobs: OnceLock<Jobs>,
    /// This node among the others, where there may be others.
    pub node: OnceLock<(Supervised<NodeActor>, Arc<dyn Nodes>)>,
    systems: Vec<System>,
}

/// What the house says to a connection.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "()")]
pub enum SessionCommand {
    /// The server stops: say goodbye.
    Goodbye,
    /// Nothing: how long it waits is how long any message waits.
    Probe,
}

/// Whether this node can do its work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Readiness {
    /// Actors of this kind crash again and again.
    pub failing: Option<&'static str>,
    /// A message that has not ended for seconds: nothing on its thread goes on.
    pub stuck: Option<Busy>,
    /// Edits reach the disk.
    pub durable: bool,
    /// A stop is under way.
    pub closing: bool,
    /// People are sent to other nodes.
    pub draining: bool,
    /// Bytes of edits that wait for the disk.
    pub waiting_bytes: usize,
    pub sessions: usize,
    pub rooms: usize,
}

impl Readiness {
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.why_not().is_empty()
    }

    /// Why not, in words for whoever runs the server.
    #[must_use]
    pub fn why_not(&self) -> Vec<String> {
        let mut why = Vec::new();
        if !self.durable {
            why.push(format!("edits do not reach the disk; {} bytes wait", self.waiting_bytes));
        }
        if self.closing {
            why.push("the server is stopping".to_owned());
        } else if self.draining {
            why.push("this node is being drained: people are sent to other nodes".to_owned());
        }
        if let Some(what) = self.failing {
            why.push(format!("{what} crash again and again"));
        }
        if let Some(Busy { thread, actor, message, lasting }) = &self.stuck {
            why.push(format!("{thread} has been at {message} of a {actor} actor for {} s", lasting.as_secs()));
        }
        why
    }
}

impl Live {
    /// Start it, from inside an actix system.
    pub fn start(config: LiveConfig, ports: Ports) -> io::Result<Self> {
        let systems = (0..config.room_threads).map(room_thread).collect::<io::Result<Vec<_>>>()?;
        let mut threads: Vec<ArbiterHandle> = systems.iter().map(|system| system.arbiter().clone()).collect();
        if threads.is_empty() {
            threads.push(Arbiter::current());
        }
        let threads: Arc<[ArbiterHandle]> = threads.into();
        // Journal, supervisors, timer and compactions: on a thread of their own, if there are any.
        let root = if systems.is_empty() { Arbiter::current() } else { Arbiter::new().handle() };
        watchdog::start(&config.watch);
        let probing = !systems.is_empty();
        let live = Self { inner: Arc::new(Inner::new(config, ports, &threads, &root, systems)) };
        live.watch_neighbours(&root);
        root.spawn(node::obey(Arc::downgrade(&live.inner)));
        // Tests on a paused clock decide themselves what happens when.
        if probing {
            root.spawn(tree::probe_for_ever(Arc::downgrade(&live.inner)));
        }
        Ok(live)
    }

    fn watch_neighbours(&self, root: &ArbiterHandle) {
        let inner = &self.inner;
        let (house, rooms, projects) = (Arc::downgrade(inner), Arc::downgrade(&inner.tasks), Arc::downgrade(&inner.projects));
        let hooks = neighbours::Hooks {
            load: Box::new(move || house.upgrade().map(|inner| inner.load()).unwrap_or_default()),
            // Few, and each matters: beyond a mailbox's capacity if need be.
            tell: Box::new(move |news| {
                for room in rooms.upgrade().iter().flat_map(|rooms| rooms.all()) {
                    room.recipient().do_send(news);
                }
                let NodeNews::Gone(node) = news else { return };
                for project in projects.upgrade().iter().flat_map(|projects| projects.all()) {
                    project.recipient().do_send(NodeGone(node));
                }
            }),
        };
        let place = Place { actor: root.clone(), supervisor: root.clone() };
        let policy = tireless(inner.config.restart.clone());
        if let Some(watching) = neighbours::start(place, policy, Arc::clone(&inner.bus), inner.neighbours.clone(), hooks) {
            // Set once, here.
            let _ = inner.watching.set(watching);
        }
    }

    /// Other nodes, as they last said.
    #[must_use]
    pub fn neighbours(&self) -> Vec<Neighbour> {
        self.inner.neighbours.all()
    }

    /// For what the house holds: it must not hold the house.
    pub(crate) fn inner_arc(&self) -> &Arc<Inner> {
        &self.inner
    }

    pub(crate) fn of(inner: Arc<Inner>) -> Self {
        Self { inner }
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.inner
    }

    /// Be one of several nodes: say so, and hear what their operator wants. Once.
    pub fn join(&self, nodes: Arc<dyn Nodes>) {
        let inner = &self.inner;
        let place = Place { actor: inner.background().clone(), supervisor: inner.background().clone() };
        inner.node.get_or_init(|| {
            let actor = node::start(place, tireless(inner.config.restart.clone()), Arc::downgrade(inner), Arc::clone(&nodes));
            (actor, nodes)
        });
    }

    /// Do jobs here, as many at once as the configuration says. Once.
    ///
    /// # Errors
    /// If the system gives no threads for them.
    pub fn work_on_jobs(&self, ports: JobPorts) -> io::Result<()> {
        let inner = &self.inner;
        let (tells, asks) = (Arc::downgrade(inner), Arc::downgrade(inner));
        let announce = Box::new(move |event| {
            if let Some(inner) = tells.upgrade() {
                inner.publish(event);
            }
        });
        let is_open = Box::new(move || asks.upgrade().is_some_and(|inner| inner.exit.phase() == Phase::Open));
        let place = Place { actor: inner.background().clone(), supervisor: inner.background().clone() };
        let jobs = Jobs::start(place, tireless(inner.config.restart.clone()), inner.config.jobs, ports, JobHouse { announce, is_open })?;
        // Set once, here.
        let _ = inner.jobs.set(jobs);
        Ok(())
    }

    /// Jobs of one workspace that may wait or run.
    #[must_use]
    pub fn max_open_jobs(&self) -> u32 {
        self.inner.config.jobs.max_open
    }

    /// A job was made or cancelled: whoever watches is told, and if there is a place for it here it begins at once.
    pub fn job_changed(&self, workspace: WorkspaceId, project: ProjectId) {
        self.publish(DomainEvent::JobChanged { workspace, project });
        if let Some(jobs) = self.inner.jobs.get() {
            jobs.look();
        }
    }

    /// Whether new connections are to be sent elsewhere, without an answer that costs anything.
    #[must_use]
    pub fn turns_away(&self) -> bool {
        self.inner.exit.phase() != Phase::Open
    }

    /// A place for a connection, before anything is spent on it.
    pub fn admit(&self, address: Option<IpAddr>) -> Result<Guest, Full> {
        let guest = self.inner.door.admit(address)?;
        let ticket = address.map(|address| self.quotas().hold(Limit::AddressConnections, Whose::Address(address))).transpose()?;
        Ok(guest.with(ticket))
    }

    /// What people, workspaces and addresses may take.
    #[must_use]
    pub fn quotas(&self) -> &Quotas {
        &self.inner.quotas
    }

    /// How this node hears of the others.
    #[must_use]
    pub fn bus(&self) -> &Arc<dyn Bus> {
        &self.inner.bus
    }

    /// What all sessions go by.
    #[must_use]
    pub fn session_config(&self) -> &SessionConfig {
        &self.inner.session
    }

    /// Tell whoever watches. Call after the commit.
    pub fn publish(&self, event: DomainEvent) {
        self.inner.publish(event);
    }

    /// What people made of a task: what its live document holds, once it has everything in `state_vector`, on disk.
    pub async fn work(&self, task: DocumentKey, state_vector: Option<Vec<u8>>) -> Result<Work, WorkError> {
        self.work_after(task, state_vector.as_deref(), None).await
    }

    /// The same, once it has everything in `snapshot` besides: deletions are not in state vectors.
    pub async fn work_after(&self, task: DocumentKey, state_vector: Option<&[u8]>, snapshot: Option<&[u8]>) -> Result<Work, WorkError> {
        // What is none can never be reached.
        let wanted = Seen::decode(state_vector, snapshot).map_err(|_| WorkError::Behind)?;
        let deadline = Instant::now() + self.inner.config.regions_wait;
        for _ in 0..JOIN_ATTEMPTS {
            let room = self.inner.room(&task).map_err(|_| WorkError::Unavailable)?;
            let ask = async {
                let addr = room.addr().await.map_err(|_| WorkError::Unavailable)?;
                // The outer error: the actor ended meanwhile, ask again.
                Ok(addr.send(GetWork { wanted: wanted.clone() }).await)
            };
            // The actor itself says `Behind`; here only a restart can take that long.
            match tokio::time::timeout_at(deadline + Duration::from_millis(250), ask).await {
                Ok(Ok(Ok(answer))) => return answer,
                Ok(Ok(Err(_))) => tokio::task::yield_now().await,
                Ok(Err(error)) => return Err(error),
                Err(_) => return Err(WorkError::Unavailable),
            }
        }
        Err(WorkError::Unavailable)
    }

    /// Returns, with its name, when something failed for good that the house cannot be without; else never. What is left to do then
    /// is to stop the process, so that whoever looks after it starts a new one.
    pub async fn failed(&self) -> &'static str {
        self.inner.journal.gave_up().await;
        "journal"
    }

    /// The live tree as a workspace may see it.
    pub async fn tree(&self, workspace: WorkspaceId) -> ActorTree {
        tree::of(&self.inner, workspace).await
    }

    /// Numbers of the house as it is now, for the recorder of metrics.
    pub fn measure(&self) {
        let inner = &self.inner;
        let gauge = |name: &'static str, value: usize| metrics::gauge!(name).set(value as f64);
        gauge("tandem_sessions", inner.sessions.len());
        gauge("tandem_rooms", inner.tasks.count());
        gauge("tandem_idle_rooms", inner.room_deps.idle.count());
        gauge("tandem_projects", inner.projects.count());
        gauge("tandem_people", inner.users.count());
        gauge("tandem_durable", usize::from(inner.journal.status().durable));
        gauge("tandem_journal_waiting_bytes", inner.journal.waiting_bytes());
    }

    #[must_use]
    pub fn ready(&self) -> Readiness {
        Readiness {
            failing: [("rooms", self.inner.tasks.is_failing()), ("projects", self.inner.projects.is_failing())]
                .into_iter()
                .find_map(|(what, failing)| failing.then_some(what)),
            stuck: watchdog::busy(self.inner.config.watch.stuck).into_iter().next(),
            durable: self.inner.journal.status().durable,
            closing: self.inner.closing.load(Ordering::Relaxed),
            draining: self.turns_away(),
            waiting_bytes: self.inner.journal.waiting_bytes(),
            sessions: self.inner.sessions.len(),
            rooms: self.inner.tasks.count(),
        }
    }

    /// What a room looks like from inside; none: nobody is there.
    pub async fn task_stats(&self, task: TaskId) -> Option<TaskStats> {
        self.inner.tasks.get(&task)?.send(GetTaskStats).await.ok()
    }

    /// Stop: what was accepted gets to the disk and is acknowledged, then everybody is sent away, to other nodes if there are any.
    pub async fn shutdown(&self) {
        let inner = &self.inner;
        inner.closing.store(true, Ordering::Relaxed);
        inner.exit.stop();
        let longest = inner.config.drain_notice + inner.config.drain_longest + 4 * inner.config.shutdown_wait;
        if timeout(longest, inner.exit.is_empty()).await.is_err() {
            tracing::error!("people could not be sent away in time");
            for session in &inner.sessions {
                session.do_send(SessionCommand::Goodbye);
            }
        }
        if let Some(timer) = self.inner.timer.get().and_then(Supervised::try_addr) {
            // It ends with this message; that is no error.
            let _ = timer.send(timer::Rest).await;
        }
        if let Some(jobs) = inner.jobs.get() {
            jobs.close().await;
        }
        // What came in while people were sent away, a few at a time.
        inner.settle().await;
        inner.bus.say(Topic::Nodes, NodeFrame::Leaving);
        inner.sign_off().await;
        for system in &inner.systems {
            system.stop();
        }
    }

    /// Whoever waits for [`Live::shutdown`] lost patience: all are sent away at once. What is on its way to the disk still gets there.
    pub fn hurry(&self) {
        self.inner.exit.hurry();
    }

    /// Panic inside the journal. Test builds only.
    #[cfg(feature = "fault-injection")]
    pub async fn crash_journal(&self) {
        self.inner.journal.crash().await;
    }

    /// Panic inside a room. Test builds only.
    #[cfg(feature = "fault-injection")]
    pub async fn crash_task(&self, task: TaskId) {
        if let Some(room) = self.inner.tasks.get(&task) {
            // It cannot answer.
            let _ = room.send(crate::task::Crash).await;
        }
    }
}

/// A thread with its own actix system and a stack of our size, which `Arbiter::new` cannot give.
fn room_thread(index: usize) -> io::Result<System> {
    let (tell, started) = std::sync::mpsc::channel();
    let run = move || {
        let system = System::new();
        // Nobody listens: starting failed elsewhere.
        let _ = tell.send(System::current());
        if let Err(error) = system.run() {
            tracing::error!(%error, "a room thread ended");
        }
    };
    std::thread::Builder::new().name(format!("tandem-room-{index}")).stack_size(ROOM_STACK).spawn(run)?;
    started.recv().map_err(|_| io::Error::other("a room thread did not start"))
}

impl Inner {
    fn new(config: LiveConfig, ports: Ports, threads: &Arc<[ArbiterHandle]>, root: &ArbiterHandle, systems: Vec<System>) -> Self {
        let Ports { authenticator, directory, log, bus, chores } = ports;
        let policy = config.restart.clone();
        let place = || Place { actor: root.clone(), supervisor: root.clone() };
        let permanent = RestartPolicy { restart: Restart::Permanent, ..policy.clone() };
        let journal = JournalHandle::start(place(), permanent, config.journal.clone(), Arc::clone(&log));
        let tasks = Arc::new(Registry::new("task", policy.clone(), Arc::clone(threads), root.clone()));
        let projects = Arc::new(Registry::new("project", policy.clone(), Arc::clone(threads), root.clone()));
        let users = Arc::new(Registry::new("user", policy.clone(), Arc::clone(threads), root.clone()));
        let (scopes, roll) = (Scopes::default(), Arc::new(Roll::default()));
        let rooms_of = scopes.clone();
        let (of_tasks, of_projects, of_users) = (Arc::downgrade(&tasks), Arc::downgrade(&projects), Arc::downgrade(&users));
        let neighbours = Neighbours::default();
        let room_deps = Arc::new(RoomDeps {
            config: config.room.clone(),
            regions_wait: config.regions_wait,
            bus: Arc::clone(&bus),
            neighbours: neighbours.clone(),
            log,
            journal: journal.clone(),
            idle: IdleRooms::new(&config.room),
            background: root.clone(),
            poison: Poison::default(),
            compactions: Arc::new(Semaphore::new(COMPACTIONS)),
            retire: Box::new(move |key, instance| {
                if let Some(tasks) = of_tasks.upgrade() {
                    tasks.retire(&key.room(), instance);
                    rooms_of.forget(key);
                }
            }),
        });
        let announce =
            Announcer { tasks: Arc::clone(&tasks), scopes: scopes.clone(), projects: Arc::clone(&projects), users: Arc::clone(&users) };
        let (announce, here) = (Arc::new(announce), Arc::downgrade(&users));
        let project_deps = Arc::new(ProjectDeps {
            directory: Arc::clone(&directory),
            tick: config.project_tick,
            bus: Arc::clone(&bus),
            announce: Box::new(move |event| {
                // Only people are to be told: tasks and the project itself hear the bus.
                if let (DomainEvent::RightsChanged { project, user: None, .. }, Some(users)) = (event, here.upgrade()) {
                    users.all().into_iter().for_each(|actor| actor.recipient().do_send(RecheckRights(project)));
                }
            }),
            retire: Box::new(move |project, instance| {
                if let Some(projects) = of_projects.upgrade() {
                    projects.retire(&project, instance);
                }
            }),
        });
        let timer: Arc<OnceLock<Supervised<TimerActor>>> = Arc::default();
        let hurried = Arc::downgrade(&timer);
        let user_deps = Arc::new(UserDeps {
            bus: Arc::clone(&bus),
            hurry: Box::new(move || {
                if let Some(timer) = hurried.upgrade().and_then(|timer| timer.get()?.try_addr()) {
                    // Full: it is at it.
                    let _ = timer.try_send(timer::Hurry);
                }
            }),
            retire: Box::new(move |user, instance| {
                if let Some(users) = of_users.upgrade() {
                    users.retire(&user, instance);
                }
            }),
        });
        if let Some(chores) = chores {
            let told = Arc::clone(&bus);
            let announce = move |event: DomainEvent| {
                tell_nodes(&*told, &event);
                announce.publish(event);
            };
            let pace = timer::Pace { tick: config.timer_tick, renew_every: config.leases.renew_every };
            // Set once, here.
            let here = Arc::downgrade(&users);
            let online = move || here.upgrade().map(|users| users.ids().into_iter().collect()).unwrap_or_default();
            let _ = timer.set(timer::start(place(), tireless(policy), pace, chores, Arc::clone(&roll), announce, online));
        }
        Self {
            session: Arc::new(config.session.clone()),
            stock: Arc::new(config.session.stock()),
            door: Arc::new(Door::new(&config.session)),
            quotas: Quotas::new(config.quota.clone()),
            config,
            authenticator,
            directory,
            bus,
            journal,
            tasks,
            scopes,
            roll,
            projects,
            users,
            room_deps,
            project_deps,
            user_deps,
            sessions: DashMap::new(),
            desks: DashMap::new(),
            closing: AtomicBool::new(false),
            leaving: AtomicUsize::new(0),
            exit: Exit::default(),
            timer,
            neighbours,
            watching: OnceLock::new(),
            jobs: OnceLock::new(),
            node: OnceLock::new(),
            systems,
        }
    }

    /// On the thread that calls.
    pub fn session_opened(&self, id: SessionId, session: Recipient<SessionCommand>) {
        let desk = desk::here();
        self.desks.entry(desk.number()).or_insert(desk);
        self.sessions.insert(id, session);
    }

    /// The threads that have, or had, connections of this house.
    pub fn desks(&self) -> Vec<Desk> {
        self.desks.retain(|_, desk| !desk.is_gone());
        let mut desks: Vec<Desk> = self.desks.iter().map(|desk| desk.clone()).collect();
        desks.sort_by_key(Desk::number);
        desks
    }

    /// Who watches the other nodes, where there may be any.
    pub fn watching(&self) -> Option<&Supervised<NeighboursActor>> {
        self.watching.get()
    }

    /// Whoever folds a log takes a turn first.
    pub fn compactions(&self) -> &Semaphore {
        &self.room_deps.compactions
    }

    pub fn log(&self) -> &Arc<dyn DocumentLog> {
        &self.room_deps.log
    }

    /// Where work runs that nobody waits for.
    pub fn background(&self) -> &ArbiterHandle {
        &self.room_deps.background
    }

    /// When a client that is sent away may come back. The more are sent away at once, the longer the time they are spread over; each
    /// client adds as much again by chance.
    pub fn come_back(&self) -> Duration {
        if self.is_turning_away() && self.exit.has_elsewhere() {
            return ELSEWHERE;
        }
        let leaving = if self.is_turning_away() { self.leaving.load(Ordering::Relaxed) } else { self.sessions.len() };
        let spread = leaving as f64 / f64::from(self.config.session.comebacks.max(1));
        COME_BACK + Duration::from_secs_f64((spread * rand::rng().random::<f64>()).min(LONGEST_SPREAD.as_secs_f64()))
    }

    /// Nobody stays who comes now.
    pub fn is_turning_away(&self) -> bool {
        self.exit.phase() >= Phase::SendingAway
    }

    /// What was accepted is on the disk, and acknowledged.
    pub async fn settle(&self) {
        let wait = self.config.shutdown_wait;
        if timeout(wait, self.journal.flush()).await.is_err() {
            tracing::error!("the store is away: what was not acknowledged stays with the clients");
        }
        // What the Journal said is on its way through the rooms; a room that has answered has passed it on.
        let rooms = self.tasks.all();
        let passed_on = futures_util::future::join_all(rooms.iter().map(|room| room.send(GetTaskStats)));
        if timeout(wait, passed_on).await.is_err() {
            tracing::warn!("some rooms were too busy to acknowledge what is on disk");
        }
    }

    /// The last this node says of itself. Without it the others notice a few seconds later.
    async fn sign_off(&self) {
        let Some((actor, nodes)) = self.node.get() else { return };
        if let Some(actor) = actor.try_addr() {
            // It ends with this message; that is no error.
            let _ = actor.send(node::Rest).await;
        }
        match timeout(SIGN_OFF, nodes.leave()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "other nodes could not be told that this one stops"),
            Err(_) => tracing::warn!("other nodes could not be told in time that this one stops"),
        }
    }

    fn load(&self) -> Load {
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Load {
            connections: count(self.sessions.len()),
            rooms: count(self.tasks.count()),
            draining: self.exit.phase() != Phase::Open,
            durable: self.journal.status().durable,
        }
    }

    fn publish(&self, event: DomainEvent) {
        tell_nodes(&*self.bus, &event);
        let announcer = Announcer {
            tasks: Arc::clone(&self.tasks),
            scopes: self.scopes.clone(),
            projects: Arc::clone(&self.projects),
            users: Arc::clone(&self.users),
        };
        announcer.publish(event);
    }

    /// For what is asked of a task's document, which is never refused for want of room.
    pub fn room(&self, key: &DocumentKey) -> Result<Supervised<TaskActor>, Down> {
        self.room_with(key, self.ticket(key).ok().flatten())
    }

    /// A place for the task among those its workspace may have open; none, if it is open.
    fn ticket(&self, key: &DocumentKey) -> Result<Option<Ticket>, Over> {
        match self.tasks.get(&key.room()) {
            Some(_) => Ok(None),
            None => self.quotas.hold(Limit::WorkspaceRooms, Whose::Workspace(key.workspace)).map(Some),
        }
    }

    fn room_with(&self, key: &DocumentKey, ticket: Option<Ticket>) -> Result<Supervised<TaskActor>, Down> {
        self.scopes.note(key);
        self.tasks.get_or_start(key.room(), Some(Owner { workspace: key.workspace, project: key.project }), |instance| {
            let (deps, key) = (Arc::clone(&self.room_deps), Arc::new(key.clone()));
            move |exit, _: &mut actix::Context<TaskActor>| {
                // Held as long as the room may be started anew.
                let _ = &ticket;
                TaskActor::new(exit, Arc::clone(&deps), Arc::clone(&key), instance)
            }
        })
    }

    /// Bring somebody into a task's room. Its state comes to them as an event.
    pub async fn enter(&self, record: &TaskRecord, mut newcomer: Newcomer) -> Result<Addr<TaskActor>, Refused> {
        let is_active = newcomer.resume.is_none() && !newcomer.again;
        let present = self.roll.enter(record.key.workspace, newcomer.user.id, record.key.task, is_active);
        newcomer.present = Some(Arc::new(present));
        for _ in 0..JOIN_ATTEMPTS {
            let ticket = self.ticket(&record.key).map_err(|over| Refused::new("quota", over.to_string()).retryable())?;
            let room = self.room_with(&record.key, ticket).map_err(|_| Refused::overloaded())?;
            let addr = match room.addr().await {
                Ok(addr) => addr,
                Err(Down::GaveUp) => return Err(Refused::overloaded()),
                Err(Down::Stopped) => {
                    tokio::task::yield_now().await;
                    continue;
                }
            };
            let join = Join { newcomer: newcomer.clone(), status: record.status, lease: record.lease.clone() };
            match addr.send(join).await {
                Ok(Ok(())) => return Ok(addr),
                Ok(Err(JoinError::Refused(why))) => return Err(why),
                // It went to sleep, or crashed, under our hands.
                Ok(Err(JoinError::Retired)) | Err(_) => tokio::task::yield_now().await,
            }
        }
        Err(Refused::overloaded())
    }

    pub async fn project(&self, workspace: WorkspaceId, project: ProjectId) -> Option<Addr<ProjectActor>> {
        let actor = self.projects.get_or_start(project, Some(Owner { workspace, project }), |instance| {
            let deps = Arc::clone(&self.project_deps);
            move |exit, _: &mut actix::Context<ProjectActor>| ProjectActor::new(exit, Arc::clone(&deps), workspace, project, instance)
        });
        actor.ok()?.addr().await.ok()
    }

    pub async fn user(&self, user: UserId) -> Option<Addr<UserActor>> {
        let actor = self.users.get_or_start(user, None, |instance| {
            let deps = Arc::clone(&self.user_deps);
            move |exit, _: &mut actix::Context<UserActor>| UserActor::new(exit, Arc::clone(&deps), user, instance)
        });
        actor.ok()?.addr().await.ok()
    }
}

/// For an actor that knows nothing but the database: it is tried for ever, at longer pauses.
fn tireless(policy: RestartPolicy) -> RestartPolicy {
    RestartPolicy { max_restarts: usize::MAX, max_delay: Duration::from_secs(30), ..policy }
}
