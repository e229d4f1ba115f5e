//! The ports over the store.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI64, AtomicU32, Ordering},
    },
};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use tandem_domain::identity::Identity;
use tandem_protocol::{
    ProjectId, TaskId, UserId, WorkspaceId, WorkspaceRole,
    rest::{AssignmentStatus, Progress},
    ws::{JobProgress, LeaseEvent, MyLease},
};
use tandem_store::{
    Store, StoreError, Tenant, TenantTx,
    documents::DocumentKey,
    nodes::{self, Card, Orders, Sign},
    pg::{
        flow::{self, FlowError, Place, Pushed, WorkNow},
        jobs, leases, notifications, projects, tasks,
    },
    system::{self, Attendance},
};

use crate::{
    config::LeaseConfig,
    ports::{ChoreError, Chores, Directory, DirectoryError, DomainEvent, Nodes, ProjectRecord, TaskRecord},
    revocations::Revocations,
};

/// How much due work one round takes on.
const LEASES: u32 = 200;
const EVENTS: u32 = 500;
const TIMERS: u32 = 200;
/// Tasks begun in one transaction, and transactions in one round.
const BEGINNERS: u32 = 200;
const BATCHES: u32 = 20;
/// Of a project in one round, and projects in one round.
const PUSHED: u32 = 50;
const PROJECTS: u32 = 50;
/// Batches followed in one round, and how many rounds lie between two: they are looked for among all batches.
const FOLLOWED: u32 = 100;
const ROUNDS_BETWEEN: u32 = 5;
/// No transaction that revokes lasts longer than this.
const LONGEST_REVOCATION: TimeDelta = TimeDelta::minutes(10);
const NOTHING_READ: i64 = i64::MIN;

/// Projects, tasks and leases, read from the database when asked.
pub struct StoreDirectory {
    store: Store,
}

impl StoreDirectory {
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self { store }
    }

    async fn begin(&self, who: &Identity) -> Result<TenantTx, DirectoryError> {
        Ok(Tenant { workspace: who.workspace_id, user: Some(who.user_id()) }.begin_point(&self.store).await?)
    }
}

impl From<StoreError> for DirectoryError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound { .. } => Self::NotFound,
            other => {
                tracing::warn!(error = %other, "the directory could not be read");
                Self::Unavailable
            }
        }
    }
}

#[async_trait]
impl Directory for StoreDirectory {
    async fn task(&self, who: &Identity, task: TaskId) -> Result<TaskRecord, DirectoryError> {
        let mut tx = self.begin(who).await?;
        let visit = tasks::visit(&mut tx, task, who.user_id()).await?.ok_or(DirectoryError::NotFound)?;
        if visit.is_blind && who.workspace_role != WorkspaceRole::Admin {
            return Err(DirectoryError::NotFound);
        }
        if visit.is_withheld && who.workspace_role != WorkspaceRole::Admin {
            return Err(DirectoryError::NotAccepted);
        }
        let key = DocumentKey { workspace: who.workspace_id, project: visit.project, task, step: visit.scope };
        let tasks::Visit { status, project_status, lease, is_apart, membership, .. } = visit;
        Ok(TaskRecord { key, status, project_status, lease, is_apart, membership })
    }

    async fn project(&self, who: &Identity, project: ProjectId) -> Result<ProjectRecord, DirectoryError> {
        let mut tx = self.begin(who).await?;
        let membership = projects::membership(&mut tx, project, who.user_id()).await?;
        let there = match who.workspace_role {
            WorkspaceRole::Admin => projects::exists(&mut tx, project).await?,
            WorkspaceRole::Member => membership.is_some(),
        };
        if there { Ok(ProjectRecord { membership }) } else { Err(DirectoryError::NotFound) }
    }

    async fn progress(&self, workspace: WorkspaceId, project: ProjectId) -> Result<Progress, DirectoryError> {
        let mut tx = Tenant { workspace, user: None }.begin(&self.store).await?;
        Ok(projects::get_progress(&mut tx, project).await?)
    }

    async fn work(&self, workspace: WorkspaceId, project: ProjectId) -> Result<WorkNow, DirectoryError> {
        let mut tx = Tenant { workspace, user: None }.begin(&self.store).await?;
        Ok(flow::progress(&mut tx, project).await?)
    }

    async fn jobs(&self, workspace: WorkspaceId, project: ProjectId) -> Result<Vec<JobProgress>, DirectoryError> {
        let mut tx = Tenant { workspace, user: None }.begin(&self.store).await?;
        Ok(jobs::news(&mut tx, project).await?)
    }

    async fn leases(&self, who: &Identity) -> Result<Vec<MyLease>, DirectoryError> {
        let mut tx = self.begin(who).await?;
        let mine = leases::active_of_user(&mut tx, who.user_id()).await?;
        Ok(mine.iter().map(MyLease::from).collect())
    }
}

/// Due work, found in the database.
pub struct StoreChores {
    store: Store,
    revocations: Revocations,
    leases: LeaseConfig,
    /// The newest revocation read, by the database's clock, in microseconds.
    revoked: AtomicI64,
    rounds: AtomicU32,
    looked: Mutex<Looked>,
}

/// Where the search for work to give out goes on, so that what nobody may have now keeps nothing from its turn.
#[derive(Default)]
struct Looked {
    project: Option<ProjectId>,
    places: HashMap<ProjectId, Place>,
}

impl StoreChores {
    /// What is revoked is noted in `revocations`.
    #[must_use]
    pub fn new(store: Store, revocations: Revocations, leases: LeaseConfig) -> Self {
        Self { store, revocations, leases, revoked: AtomicI64::new(NOTHING_READ), rounds: AtomicU32::new(0), looked: Mutex::default() }
    }

    /// End one lease; nothing if it was renewed or ended a moment ago.
    async fn expire(&self, due: system::DueLease) -> Result<Vec<DomainEvent>, StoreError> {
        let mut tx = due.tenant().begin(&self.store).await?;
        let Some(ended) = leases::expire(&mut tx, due.assignment, self.leases.grace).await? else { return Ok(Vec::new()) };
        let (workspace, project) = (due.workspace, due.project);
        let (status, lease) = tasks::shown(&mut tx, project, due.task).await?.ok_or(StoreError::NotFound { entity: "task" })?;
        tx.commit().await?;
        let (event, outcome) =
            if ended.status == AssignmentStatus::Expired { (LeaseEvent::Expired, "expired") } else { (LeaseEvent::Released, "graced") };
        metrics::counter!("tandem_leases_total", "outcome" => outcome).increment(1);
        Ok(vec![
            DomainEvent::TaskChanged { workspace, project, task: due.task, status, lease },
            DomainEvent::of_lease(workspace, event, &ended),
        ])
    }
}

/// Work that workflows have due. One task, or one project, that cannot go on must not keep the others from it.
impl StoreChores {
    async fn move_on(&self, online: &HashSet<UserId>, events: &mut Vec<DomainEvent>) -> Result<(), ChoreError> {
        self.begin_tasks(events).await?;
        self.fire_timers(events).await?;
        self.push_work(online, events).await?;
        self.follow_batches().await
    }

    async fn begin_tasks(&self, events: &mut Vec<DomainEvent>) -> Result<(), ChoreError> {
        for (workspace, project) in flow::waiting_to_begin(&self.store).await? {
            for _ in 0..BATCHES {
                let begun = match flow::begin(&self.store, workspace, project, BEGINNERS).await {
                    Ok(begun) => begun,
                    Err(error) if error.is_retryable() => return Err(error.into()),
                    Err(error) => {
                        tracing::error!(%error, %project, "tasks do not begin");
                        break;
                    }
                };
                if begun > 0 {
                    events.push(DomainEvent::ProgressChanged { workspace, project });
                }
                if begun < BEGINNERS as usize {
                    break;
                }
            }
        }
        Ok(())
    }

    async fn fire_timers(&self, events: &mut Vec<DomainEvent>) -> Result<(), ChoreError> {
        for due in flow::due_timers(&self.store, TIMERS).await? {
            match flow::fire(&self.store, due).await {
                Ok(Some(ended)) => {
                    events.extend(ended.iter().map(|lease| DomainEvent::of_lease(due.workspace, LeaseEvent::Reassigned, lease)));
                    events.extend(self.task_changed(due.workspace, due.project, due.task).await?);
                }
                Ok(None) => {}
                Err(error) if error.is_retryable() => return Err(error.into()),
                Err(error) => tracing::error!(%error, task = %due.task, "a timer could not be fired"),
            }
        }
        Ok(())
    }

    async fn push_work(&self, online: &HashSet<UserId>, events: &mut Vec<DomainEvent>) -> Result<(), ChoreError> {
        for (workspace, project) in self.waiting_for_somebody().await? {
            let after = self.looked().places.remove(&project);
            let pushed = match flow::push(&self.store, workspace, project, online, PUSHED, after.as_ref()).await {
                Ok((pushed, next)) => {
                    self.looked().places.extend(next.map(|next| (project, next)));
                    pushed
                }
                Err(FlowError::Store(error)) if error.is_retryable() => return Err(error.into()),
                Err(error) => {
                    tracing::error!(%error, %project, "work could not be given out");
                    continue;
                }
            };
            for given in pushed {
                let Pushed::Given(lease) = given else {
                    // Whoever it is offered to is given it when they ask; that there is something to ask for shows in the project.
                    events.push(DomainEvent::ProgressChanged { workspace, project });
                    continue;
                };
                events.push(DomainEvent::of_lease(workspace, LeaseEvent::Given, &lease));
                events.extend(self.task_changed(workspace, project, lease.task_id).await?);
            }
        }
        Ok(())
    }

    /// Some of the projects, the others in the rounds after.
    async fn waiting_for_somebody(&self) -> Result<Vec<(WorkspaceId, ProjectId)>, StoreError> {
        let after = self.looked().project.take();
        let mut projects = flow::waiting_for_somebody(&self.store, after, PROJECTS).await?;
        if projects.is_empty() && after.is_some() {
            projects = flow::waiting_for_somebody(&self.store, None, PROJECTS).await?;
        }
        if projects.len() == PROJECTS as usize {
            self.looked().project = projects.last().map(|(_, project)| *project);
        }
        Ok(projects)
    }

    fn looked(&self) -> MutexGuard<'_, Looked> {
        self.looked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn follow_batches(&self) -> Result<(), ChoreError> {
        if !self.rounds.fetch_add(1, Ordering::Relaxed).is_multiple_of(ROUNDS_BETWEEN) {
            return Ok(());
        }
        for (workspace, project, batch) in flow::moved_batches(&self.store, FOLLOWED).await? {
            match flow::follow_batch(&self.store, workspace, project, batch).await {
                Ok(_) => {}
                Err(error) if error.is_retryable() => return Err(error.into()),
                Err(error) => tracing::error!(%error, %batch, "a batch does not follow its tasks"),
            }
        }
        Ok(())
    }

    async fn task_changed(&self, workspace: WorkspaceId, project: ProjectId, task: TaskId) -> Result<Option<DomainEvent>, StoreError> {
        let mut tx = Tenant { workspace, user: None }.begin(&self.store).await?;
        let found = tasks::get(&mut tx, task).await?;
        Ok(found.map(|found| DomainEvent::TaskChanged { workspace, project, task, status: found.task.status, lease: found.task.lease }))
    }
}

/// What somebody is told, from the outbox.
fn notified(event: &system::OutboxEvent) -> Option<DomainEvent> {
    if event.topic != notifications::TOPIC {
        return None;
    }
    let user = serde_json::from_value(event.payload["user"].clone()).ok()?;
    let notification = serde_json::from_value(event.payload["notification"].clone()).ok()?;
    Some(DomainEvent::Notified { workspace: event.workspace, user, notification })
}

/// What is committed is told, whatever came after it: nobody finds it again. What is left is due in the next round still, which says so if the database is away.
fn told(events: Vec<DomainEvent>, ended: Result<(), ChoreError>) -> Result<Vec<DomainEvent>, ChoreError> {
    match ended {
        Err(error) if events.is_empty() => Err(error),
        _ => Ok(events),
    }
}

impl From<StoreError> for ChoreError {
    fn from(error: StoreError) -> Self {
        Self(error.to_string())
    }
}

#[async_trait]
impl Chores for StoreChores {
    /// The holders are told until when, or that they had better do something, in all their tabs. The latter is said each time until they do:
    /// a tab that was opened meanwhile has to hear it too.
    async fn keep_leases(&self, people: &Attendance) -> Result<Vec<DomainEvent>, ChoreError> {
        let kept = system::keep_leases(&self.store, people, self.leases.active_for, self.leases.warn).await?;
        let news = kept.into_iter().map(|kept| {
            let (event, outcome) = if kept.is_renewed { (LeaseEvent::Renewed, "renewed") } else { (LeaseEvent::Expiring, "warned") };
            metrics::counter!("tandem_leases_total", "outcome" => outcome).increment(1);
            DomainEvent::LeaseChanged { workspace: kept.workspace, user: kept.user, event, lease: kept.lease }
        });
        Ok(news.collect())
    }

    async fn expire_leases(&self) -> Result<Vec<DomainEvent>, ChoreError> {
        let mut events = Vec::new();
        for due in system::due_leases(&self.store, self.leases.grace, LEASES).await? {
            match self.expire(due).await {
                Ok(ended) => events.extend(ended),
                Err(error) if error.is_retryable() => return told(events, Err(error.into())),
                // One lease that cannot be ended must not keep the others from it.
                Err(error) => tracing::error!(%error, assignment = %due.assignment, "a lease that ran out could not be ended"),
            }
        }
        Ok(events)
    }

    /// Whoever changed something on this node has told already; from the outbox the others learn that numbers moved.
    async fn relay_outbox(&self) -> Result<Vec<DomainEvent>, ChoreError> {
        let mut moved: Vec<(WorkspaceId, ProjectId)> = Vec::new();
        let mut told = Vec::new();
        let deliver = |events: Vec<system::OutboxEvent>| {
            told.extend(events.iter().filter_map(notified));
            moved.extend(events.into_iter().filter_map(|event| Some((event.workspace, event.project?))));
            std::future::ready(Ok::<(), std::convert::Infallible>(()))
        };
        system::relay_outbox(&self.store, EVENTS, deliver).await.map_err(|e| ChoreError(e.to_string()))?;
        moved.sort_unstable();
        moved.dedup();
        told.extend(moved.into_iter().map(|(workspace, project)| DomainEvent::ProgressChanged { workspace, project }));
        Ok(told)
    }

    async fn read_revocations(&self) -> Result<Vec<DomainEvent>, ChoreError> {
        let newest = Some(self.revoked.load(Ordering::Relaxed)).filter(|micros| *micros != NOTHING_READ);
        let since = newest.and_then(DateTime::<Utc>::from_timestamp_micros).map(|at| at - LONGEST_REVOCATION);
        let found = system::revocations(&self.store, since).await?;
        if let Some(last) = found.last() {
            self.revoked.fetch_max(last.revoked_at.timestamp_micros(), Ordering::Relaxed);
        }
        let news = found.into_iter().filter(|r| self.revocations.note(r.workspace, r.user, r.valid_after));
        Ok(news.map(|r| DomainEvent::TokensRevoked { workspace: r.workspace, user: r.user }).collect())
    }

    async fn move_tasks(&self, online: &HashSet<UserId>) -> Result<Vec<DomainEvent>, ChoreError> {
        let mut events = Vec::new();
        let ended = self.move_on(online, &mut events).await;
        told(events, ended)
    }

    async fn ensure_partitions(&self) -> Result<(), ChoreError> {
        system::ensure_partitions(&self.store).await?;
        system::forget_idempotency_keys(&self.store).await?;
        nodes::forget_gone(&self.store).await?;
        Ok(())
    }
}

/// This node's row among those of the others.
pub struct StoreNodes {
    store: Store,
    me: Card,
}

impl StoreNodes {
    #[must_use]
    pub fn new(store: Store, me: Card) -> Self {
        Self { store, me }
    }
}

#[async_trait]
impl Nodes for StoreNodes {
    async fn beat(&self, sign: Sign) -> Result<Orders, ChoreError> {
        Ok(nodes::beat(&self.store, &self.me, sign).await?)
    }

    async fn leave(&self) -> Result<(), ChoreError> {
        Ok(nodes::leave(&self.store, self.me.id).await?)
    }
}
