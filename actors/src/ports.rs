//! What the live core needs from outside, so that actors are tested in memory.

use std::collections::HashSet;

use async_trait::async_trait;
use tandem_domain::identity::Identity;
use tandem_protocol::{
    ProjectId, ProjectRole, TaskId, UserId, WorkspaceId,
    rest::{LeaseView, Progress, ProjectStatus, TaskStatus},
    ws::{JobProgress, MyLease},
};
use tandem_store::{
    documents::DocumentKey,
    nodes::{Orders, Sign},
    pg::flow::WorkNow,
    system::Attendance,
};

/// Turns an access token into a person.
#[async_trait]
pub trait Authenticator: Send + Sync + 'static {
    async fn authenticate(&self, token: &str) -> Result<Identity, AuthError>;

    /// Whether a token that was good is void by now, other than by its end. Asked from actors, so it must not wait for anything.
    fn is_void(&self, who: &Identity) -> bool;
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    /// The token is no good and will never be.
    #[error("{0}")]
    Invalid(String),
    #[error("the token ran out")]
    Expired,
    /// Nothing is known about the token: whoever checks it cannot be reached.
    #[error("tokens cannot be checked at the moment")]
    Unavailable,
}

/// Knows projects, tasks, members, leases.
#[async_trait]
pub trait Directory: Send + Sync + 'static {
    /// A task of the caller's workspace, with the caller's role in its project.
    async fn task(&self, who: &Identity, task: TaskId) -> Result<TaskRecord, DirectoryError>;
    async fn project(&self, who: &Identity, project: ProjectId) -> Result<ProjectRecord, DirectoryError>;
    async fn progress(&self, workspace: WorkspaceId, project: ProjectId) -> Result<Progress, DirectoryError>;
    /// How the work stands, step by step. May take long where there are very many tasks.
    async fn work(&self, workspace: WorkspaceId, project: ProjectId) -> Result<WorkNow, DirectoryError>;
    /// Jobs that are open or ended a moment ago, oldest first.
    async fn jobs(&self, workspace: WorkspaceId, project: ProjectId) -> Result<Vec<JobProgress>, DirectoryError>;
    /// The caller's active leases, oldest first.
    async fn leases(&self, who: &Identity) -> Result<Vec<MyLease>, DirectoryError>;
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DirectoryError {
    #[error("there is no such thing here")]
    NotFound,
    /// A task whose content is for whoever accepts it.
    #[error("accept the task first: its step shows what is in it only then (content_after_accepting)")]
    NotAccepted,
    #[error("the database cannot be reached")]
    Unavailable,
}

#[derive(Clone, Debug)]
pub struct TaskRecord {
    pub key: DocumentKey,
    pub status: TaskStatus,
    pub project_status: ProjectStatus,
    pub lease: Option<LeaseView>,
    /// Several people answer it now, each in a document of their own: none of them is the one to look at.
    pub is_apart: bool,
    /// The caller's role in the project; none: not a member.
    pub membership: Option<ProjectRole>,
}

#[derive(Clone, Debug)]
pub struct ProjectRecord {
    pub membership: Option<ProjectRole>,
}

/// Work that falls due with time: looked for in the database, never kept in memory alone.
#[async_trait]
pub trait Chores: Send + Sync + 'static {
    /// Renew the leases of those who work, all in one statement; note who went and who came back.
    async fn keep_leases(&self, people: &Attendance) -> Result<Vec<DomainEvent>, ChoreError>;
    /// End leases that ran out, and those of people who have been away for too long. Returns what happened.
    async fn expire_leases(&self) -> Result<Vec<DomainEvent>, ChoreError>;
    /// Events of transactions that committed, on any node, and were not announced yet.
    async fn relay_outbox(&self) -> Result<Vec<DomainEvent>, ChoreError>;
    /// Tokens revoked on any node since the last round. What is returned is told; [`Authenticator::is_void`] knows it already.
    async fn read_revocations(&self) -> Result<Vec<DomainEvent>, ChoreError>;
    /// What workflows have due: tasks that have not begun, timers that are over, work to be given to one of those who are connected.
    async fn move_tasks(&self, online: &HashSet<UserId>) -> Result<Vec<DomainEvent>, ChoreError>;
    /// Make the partitions of the months to come.
    async fn ensure_partitions(&self) -> Result<(), ChoreError>;
}

/// The nodes of the installation, this one among them.
#[async_trait]
pub trait Nodes: Send + Sync + 'static {
    /// Say that this node is alive and what it carries; hear what is wanted of it.
    async fn beat(&self, sign: Sign) -> Result<Orders, ChoreError>;
    /// Say that it stops.
    async fn leave(&self) -> Result<(), ChoreError>;
}

#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct ChoreError(pub String);

/// Something that happened and was committed, for those who watch, on whatever node.
pub use tandem_protocol::node::Event as DomainEvent;
