//! The house itself: how it is put together, and what its own parts ask of it.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use actix::{Addr, ArbiterHandle, Recipient, System};
use dashmap::DashMap;
use rand::Rng as _;
use tandem_protocol::{ProjectId, SessionId, UserId, WorkspaceId, node::Load};
use tandem_store::{
    documents::{DocumentKey, DocumentLog},
    quota::{Limit, Over, Quotas, Ticket, Whose},
};
use tokio::{sync::Semaphore, time::timeout};

use super::{COME_BACK, COMPACTIONS, ELSEWHERE, Inner, JOIN_ATTEMPTS, LONGEST_SPREAD, Ports, SIGN_OFF, SessionCommand, tireless};
use crate::{
    announce::{Announcer, tell_nodes},
    config::{LiveConfig, Restart, RestartPolicy},
    desk::{self, Desk},
    idle::IdleRooms,
    journal::JournalHandle,
    neighbours::{Neighbours, NeighboursActor},
    node::{self, Exit, Phase},
    ports::{DomainEvent, TaskRecord},
    project::{ProjectActor, ProjectDeps},
    registry::{Owner, Registry},
    roll::Roll,
    room::{Newcomer, Refused},
    scopes::Scopes,
    session::Door,
    supervision::{Down, Place, Supervised},
    task::{Entrance, GetTaskStats, Join, JoinError, Poison, RoomDeps, TaskActor},
    timer::{self, TimerActor},
    user::{RecheckRights, UserActor, UserDeps},
};

impl Inner {
    pub(super) fn new(
        config: LiveConfig,
        ports: Ports,
        threads: &Arc<[ArbiterHandle]>,
        root: &ArbiterHandle,
        systems: Vec<System>,
    ) -> Self {
        let Ports { authenticator, directory, log, bus, chores } = ports;
        let policy = config.restart.clone();
        let place = || Place::on(root);
        let permanent = RestartPolicy { restart: Restart::Permanent, ..policy.clone() };
        let journal = JournalHandle::start(place(), permanent, config.journal.clone(), Arc::clone(&log));
        let tasks = Arc::new(Registry::new("task", policy.clone(), Arc::clone(threads), root.clone()).near_who_asks(desk::nearby));
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
    pub(super) async fn sign_off(&self) {
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

    pub(super) fn load(&self) -> Load {
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Load {
            connections: count(self.sessions.len()),
            rooms: count(self.tasks.count()),
            draining: self.exit.phase() != Phase::Open,
            durable: self.journal.status().durable,
        }
    }

    pub(super) fn publish(&self, event: DomainEvent) {
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
    pub(super) fn ticket(&self, key: &DocumentKey) -> Result<Option<Ticket>, Over> {
        match self.tasks.get(&key.room()) {
            Some(_) => Ok(None),
            None => self.quotas.hold(Limit::WorkspaceRooms, Whose::Workspace(key.workspace)).map(Some),
        }
    }

    pub(super) fn room_with(&self, key: &DocumentKey, ticket: Option<Ticket>) -> Result<Supervised<TaskActor>, Down> {
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
    pub async fn enter(&self, record: &TaskRecord, mut newcomer: Newcomer) -> Result<Entrance, Refused> {
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
                Ok(Ok(intake)) => return Ok(Entrance::new(addr, intake)),
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
