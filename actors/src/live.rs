//! The live core as the server sees it: one handle, cheap to clone.

mod inner;

use std::{
    io,
    net::IpAddr,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use actix::{Arbiter, ArbiterHandle, Message, Recipient, System};
use dashmap::DashMap;
use tandem_protocol::{
    ProjectId, SessionId, TaskId, UserId, WorkspaceId,
    node::{NodeFrame, Topic},
    rest::ActorTree,
};
use tandem_store::{
    bus::Bus,
    documents::{DocumentKey, DocumentLog},
    quota::{Limit, Quotas, Whose},
};
use tokio::time::{Instant, timeout};

use crate::{
    config::{LiveConfig, RestartPolicy, SessionConfig},
    desk::Desk,
    document::{Seen, Work},
    jobs::{JobHouse, JobPorts, Jobs},
    journal::JournalHandle,
    neighbours::{self, Neighbour, Neighbours, NeighboursActor},
    node::{self, Exit, NodeActor, Phase},
    ports::{Authenticator, Chores, Directory, DomainEvent, Nodes},
    project::{NodeGone, ProjectActor, ProjectDeps},
    readiness::Readiness,
    registry::Registry,
    roll::Roll,
    scopes::Scopes,
    session::{Door, Full, Guest},
    supervision::{Place, Supervised},
    task::{GetTaskStats, GetWork, NodeNews, RoomDeps, TaskActor, TaskStats, WorkError},
    timer::{self, TimerActor},
    tree,
    user::{UserActor, UserDeps},
    watchdog,
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
        let place = Place::on(root);
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
        let place = Place::on(inner.background());
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
        let place = Place::on(inner.background());
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

/// For an actor that knows nothing but the database: it is tried for ever, at longer pauses.
fn tireless(policy: RestartPolicy) -> RestartPolicy {
    RestartPolicy { max_restarts: usize::MAX, max_delay: Duration::from_secs(30), ..policy }
}
