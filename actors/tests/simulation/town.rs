//! Who there is, what belongs to whom, and the house that serves them. The town outlives the house.
//!
//! | task | workspace | who is in its project |
//! |---|---|---|
//! | 0 | 0 | ann, bob, cyd, stu, whose client is that of y-websocket, and hal, whose is that of Hocuspocus |
//! | 1 | 0 | dan |
//! | 2 | 1 | zoe |
//! | 3 | 0 | eve; the project is archived, so nobody may write |

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use chrono::{TimeDelta, Utc};
use tandem_actors::{AuthError, Authenticator, Directory, DirectoryError, DomainEvent, Live, LiveConfig, Ports, ProjectRecord, TaskRecord};
use tandem_domain::identity::Identity;
use tandem_protocol::{
    ProjectId, ProjectRole, TaskId, UserId, WorkspaceId, WorkspaceRole,
    rest::{Progress, ProjectStatus, TaskStatus, UserSummary},
    ws::{JobProgress, MyLease},
};
use tandem_store::{bus::LocalBus, documents::DocumentKey, pg::flow::WorkNow};

use crate::disk::{Cable, Disk};

pub const NAMES: [&str; 8] = ["ann", "bob", "cyd", "dan", "zoe", "eve", "stu", "hal"];
/// The task each of them works on.
pub const HOMES: [usize; 8] = [0, 0, 0, 1, 2, 3, 0, 0];
/// Whose clients are stock ones.
pub const Y_WEBSOCKET: usize = 6;
pub const HOCUSPOCUS: usize = 7;
/// Her project is archived from first to last.
pub const ALWAYS_READ_ONLY: usize = 5;
pub const TASKS: usize = 4;

pub struct Town {
    pub people: Vec<Identity>,
    pub keys: Vec<DocumentKey>,
    members: Mutex<HashSet<(UserId, ProjectId)>>,
    archived: Mutex<HashSet<ProjectId>>,
}

/// In everything that is said about a task. Nobody else may ever be sent it.
pub fn mark(task: usize) -> String {
    format!("#T{task}#")
}

impl Town {
    pub fn new() -> Arc<Self> {
        let workspaces = [WorkspaceId::new(), WorkspaceId::new()];
        let keys: Vec<DocumentKey> = (0..TASKS)
            .map(|task| DocumentKey {
                workspace: workspaces[usize::from(task == 2)],
                project: ProjectId::new(),
                task: TaskId::new(),
                step: "annotate".into(),
            })
            .collect();
        let person = |index: usize| {
            let name = format!("{} {}", NAMES[index], mark(HOMES[index]));
            let user = UserSummary { id: UserId::new(), email: format!("{name}@example.com"), name, color: "#112233".into() };
            let workspace_id = keys[HOMES[index]].workspace;
            {
                let (issued_at, expires_at) = (Utc::now(), Utc::now() + TimeDelta::days(1));
                Identity { user, workspace_id, workspace_role: WorkspaceRole::Member, issued_at, expires_at }
            }
        };
        let people: Vec<Identity> = (0..NAMES.len()).map(person).collect();
        let members = people.iter().zip(HOMES).map(|(who, home)| (who.user_id(), keys[home].project)).collect();
        let archived = HashSet::from([keys[3].project]);
        Arc::new(Self { people, keys, members: Mutex::new(members), archived: Mutex::new(archived) })
    }

    pub fn is_member(&self, who: usize) -> bool {
        self.members.lock().unwrap().contains(&(self.people[who].user_id(), self.keys[HOMES[who]].project))
    }

    pub fn set_member(&self, who: usize, member: bool) -> DomainEvent {
        let (user, key) = (self.people[who].user_id(), &self.keys[HOMES[who]]);
        let mut members = self.members.lock().unwrap();
        if member {
            members.insert((user, key.project))
        } else {
            members.remove(&(user, key.project))
        };
        DomainEvent::RightsChanged { workspace: key.workspace, project: key.project, user: Some(user) }
    }

    /// The first project.
    pub fn set_archived(&self, archived: bool) -> DomainEvent {
        let key = &self.keys[0];
        let mut all = self.archived.lock().unwrap();
        if archived {
            all.insert(key.project)
        } else {
            all.remove(&key.project)
        };
        DomainEvent::RightsChanged { workspace: key.workspace, project: key.project, user: None }
    }

    fn role(&self, who: &Identity, project: ProjectId) -> Option<ProjectRole> {
        self.members.lock().unwrap().contains(&(who.user_id(), project)).then_some(ProjectRole::Labeler)
    }
}

#[async_trait]
impl Authenticator for Town {
    async fn authenticate(&self, token: &str) -> Result<Identity, AuthError> {
        let index = NAMES.iter().position(|name| *name == token).ok_or_else(|| AuthError::Invalid("unknown".into()))?;
        Ok(self.people[index].clone())
    }

    fn is_void(&self, _: &Identity) -> bool {
        false
    }
}

#[async_trait]
impl Directory for Town {
    async fn task(&self, who: &Identity, task: TaskId) -> Result<TaskRecord, DirectoryError> {
        let key = self.keys.iter().find(|key| key.task == task && key.workspace == who.workspace_id).ok_or(DirectoryError::NotFound)?;
        let archived = self.archived.lock().unwrap().contains(&key.project);
        Ok(TaskRecord {
            key: key.clone(),
            status: TaskStatus::InProgress,
            project_status: if archived { ProjectStatus::Archived } else { ProjectStatus::Active },
            lease: None,
            is_apart: false,
            membership: self.role(who, key.project),
        })
    }

    async fn project(&self, who: &Identity, project: ProjectId) -> Result<ProjectRecord, DirectoryError> {
        Ok(ProjectRecord { membership: self.role(who, project) })
    }

    async fn progress(&self, _: WorkspaceId, _: ProjectId) -> Result<Progress, DirectoryError> {
        Ok(Progress::default())
    }

    async fn work(&self, _: WorkspaceId, _: ProjectId) -> Result<WorkNow, DirectoryError> {
        Ok(WorkNow::default())
    }

    async fn jobs(&self, _: WorkspaceId, _: ProjectId) -> Result<Vec<JobProgress>, DirectoryError> {
        Ok(Vec::new())
    }

    async fn leases(&self, _: &Identity) -> Result<Vec<MyLease>, DirectoryError> {
        Ok(Vec::new())
    }
}

/// One life of the server.
pub struct House {
    pub live: Live,
    pub cable: Cable,
}

impl House {
    /// Inside an actix system of its own: dropping that is what a kill does to memory.
    pub fn start(town: &Arc<Town>, disk: &Arc<Disk>) -> Self {
        tokio::time::pause();
        let cable = Cable::new(disk);
        let ports = Ports {
            authenticator: town.clone(),
            directory: town.clone(),
            log: Arc::new(cable.clone()),
            bus: Arc::new(LocalBus::alone()),
            chores: None,
        };
        Self { live: Live::start(config(), ports).unwrap(), cable }
    }
}

/// Everything takes less time and space than in earnest, so that limits and timeouts are reached.
fn config() -> LiveConfig {
    let mut config = LiveConfig { room_threads: 0, ..LiveConfig::default() };
    config.restart.max_restarts = 1_000;
    config.restart.max_delay = Duration::from_millis(300);
    config.room.compact_after = 12;
    config.room.idle = Duration::from_millis(700);
    config.room.max_ghosts = 4_000;
    config.session.heartbeat = HEARTBEAT;
    config.session.stall = Duration::from_secs(2);
    config.session.soft_outbox = 4 << 10;
    config.journal.max_batch = 8;
    config.journal.commit_timeout = Duration::from_secs(2);
    config.shutdown_wait = Duration::from_secs(2);
    config
}

pub const HEARTBEAT: Duration = Duration::from_secs(2);
