//! Control messages: rare, readable. In JSON each is an object whose `type` names it.
//!
//! bincode is not self-describing, so these types keep to what both codecs carry: no skipped fields, no untagged
//! alternatives, no free JSON.

use chrono::{DateTime, Utc};
use serde::{
    Deserialize, Serialize,
    de::value::{Error as ValueError, StrDeserializer},
};
use utoipa::ToSchema;
use uuid::Uuid;

use super::Base64;
use crate::{
    AssignmentId, JobId, LineageId, ProjectId, ProjectRole, SessionId, TaskId, UserId, WorkflowId, WorkspaceId,
    rest::{Assignment, JobState, LeaseView, Notification, Progress, TaskStatus, UserSummary},
};

/// The first message on every connection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Hello {
    /// An access token.
    pub token: String,
    /// Name and version of the client, for the server's log, e.g. `tandem-client/0.1.0`.
    pub client: String,
    /// The session this connection replaces, if it is a reconnect: its presence is taken over instead of shown twice.
    #[serde(default)]
    pub resume: Option<SessionId>,
}

/// A fresh access token on a live connection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Refresh {
    pub token: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TopicKind {
    /// The live document of a task, its people, its lease.
    Task,
    /// Progress of a project and who is here.
    Project,
    /// The signed-in person's own leases and notices; `id` is the user's id.
    User,
    /// How the work of a project stands, step by step; `id` is the project's id.
    Workflow,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub struct Topic {
    pub kind: TopicKind,
    pub id: Uuid,
}

/// Join a topic on a channel number the client chooses; all frames about it carry that number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Subscribe {
    /// Unused on this connection; 1 to 2^31-1.
    pub channel: u32,
    pub topic: Topic,
    /// The lineage of the document copy the client holds. None: it holds nothing.
    #[serde(default)]
    pub lineage: Option<LineageId>,
    /// The Yjs state vector of that copy. The server sends only what it lacks.
    #[serde(default)]
    pub state_vector: Option<Base64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Unsubscribe {
    pub channel: u32,
}

/// What I have in hand and selected. State, not an event: the last one stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SetPresence {
    pub channel: u32,
    pub state: PresenceState,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PresenceState {
    /// e.g. `select`, `box`; at most 32 characters.
    #[serde(default)]
    pub tool: Option<String>,
    /// The label in hand; at most 100 characters.
    #[serde(default)]
    pub label: Option<String>,
    /// Ids of selected regions; at most 256.
    #[serde(default)]
    pub selection: Vec<String>,
    /// The region being edited right now.
    #[serde(default)]
    pub editing: Option<String>,
    /// What this person sees: `[x, y, width, height]` in image pixels.
    #[serde(default)]
    #[schema(value_type = Option<Vec<f32>>)]
    pub viewport: Option<[f32; 4]>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Ping {
    /// Any number; comes back in the pong.
    pub t: u64,
}

/// The answer to a good `hello`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Welcome {
    pub session_id: SessionId,
    pub user: UserSummary,
    pub workspace_id: WorkspaceId,
    pub server_time: DateTime<Utc>,
    pub token_expires_at: DateTime<Utc>,
    /// Send something at least this often; the server does too.
    pub heartbeat_ms: u32,
    pub limits: Limits,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Limits {
    /// Bytes of one frame.
    pub max_frame: u32,
    pub max_channels: u32,
}

/// A fresh token was taken over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Refreshed {
    pub token_expires_at: DateTime<Utc>,
}

/// The topic is joined. For a task a `sync` frame follows at once with what the client's copy lacks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Subscribed {
    pub channel: u32,
    pub topic: Topic,
    pub task: Option<TaskJoined>,
    pub project: Option<ProjectLive>,
    pub user: Option<UserLive>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TaskJoined {
    /// A client holding a copy of another lineage must set it aside (keep, not merge) and start from the `sync` frame.
    pub lineage: LineageId,
    /// What the server has: the client sends back, as `update`, what this lacks.
    pub state_vector: Base64,
    /// This session's number in cursors and presence of this task.
    pub peer: u32,
    /// Everybody here, this session included.
    pub peers: Vec<Peer>,
    /// Number of the ghost document; ghosts of another epoch are void.
    pub ghost_epoch: u32,
    pub role: ProjectRole,
    /// Why edits are refused here, if they are.
    pub read_only: Option<String>,
    pub status: TaskStatus,
    pub lease: Option<LeaseView>,
    /// Whether edits reach the disk at the moment.
    pub durable: bool,
    /// Whether people on other servers are seen live at the moment. True where there is one server only.
    pub linked: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Peer {
    pub peer: u32,
    pub user: UserSummary,
    pub role: ProjectRole,
    pub state: PresenceState,
}

/// People of a task came, changed or left.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PresenceDiff {
    pub channel: u32,
    pub joined: Vec<Peer>,
    pub changed: Vec<PeerState>,
    pub left: Vec<u32>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PeerState {
    pub peer: u32,
    pub state: PresenceState,
}

/// Nobody draws any more: forget the ghost document, the next one has this epoch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct GhostsReset {
    pub channel: u32,
    pub epoch: u32,
}

/// Status or lease of the task changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TaskChanged {
    pub channel: u32,
    pub status: TaskStatus,
    pub lease: Option<LeaseView>,
}

/// The document's edits reach (or no longer reach) the disk. Work goes on either way; acknowledgements wait.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DurabilityChanged {
    pub channel: u32,
    pub durable: bool,
}

/// People on other servers are (or are no longer) seen live. Work goes on either way and comes together through the database.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LinkChanged {
    pub channel: u32,
    pub linked: bool,
}

/// My rights on a task changed while I am on it. Everything else about the subscription stays as it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RightsChanged {
    pub channel: u32,
    pub role: ProjectRole,
    /// Why edits are refused from now on, if they are. Those refused get their `error` each.
    pub read_only: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ProjectLive {
    pub progress: Progress,
    pub people: Vec<PersonHere>,
}

/// A person with at least one open connection on a project or one of its tasks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PersonHere {
    pub user: UserSummary,
    /// The task they have open, if any.
    pub task_id: Option<TaskId>,
}

/// Only what changed since the last state or diff.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ProjectDiff {
    pub channel: u32,
    pub progress: Option<Progress>,
    /// Came or moved to another task.
    pub here: Vec<PersonHere>,
    pub left: Vec<UserId>,
}

/// Jobs of a project: right after `subscribed` those that are open or ended a moment ago, if there are any; then each that changed, whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct JobsChanged {
    pub channel: u32,
    pub jobs: Vec<JobProgress>,
}

/// How far a job is. Everything else about it is read from the REST API by whoever may.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JobProgress {
    pub id: JobId,
    pub kind: String,
    pub state: JobState,
    pub phase: Option<String>,
    pub done: i64,
    /// 0: not known yet.
    pub total: i64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct UserLive {
    /// Active leases, oldest first.
    pub leases: Vec<MyLease>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MyLease {
    pub assignment_id: AssignmentId,
    pub project_id: ProjectId,
    pub task_id: TaskId,
    pub fencing_token: i64,
    pub expires_at: DateTime<Utc>,
}

impl From<&Assignment> for MyLease {
    fn from(lease: &Assignment) -> Self {
        Self {
            assignment_id: lease.id,
            project_id: lease.project_id,
            task_id: lease.task_id,
            fencing_token: lease.fencing_token,
            expires_at: lease.expires_at,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LeaseEvent {
    Given,
    Accepted,
    Renewed,
    Submitted,
    Skipped,
    Released,
    Expired,
    Reassigned,
    /// Still mine, and runs out soon, because I do nothing on the task. Said again every few seconds until I do, or it is over.
    Expiring,
}

/// One of my leases changed, in this tab or another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LeaseChanged {
    pub channel: u32,
    pub event: LeaseEvent,
    pub lease: MyLease,
}

/// A comment names or answers me, in whatever task it is. Said in every tab.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Notified {
    pub channel: u32,
    pub notification: Notification,
}

/// Something was refused. The connection lives on unless a close follows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ErrorMessage {
    /// The channel it concerns, if one.
    pub channel: Option<u32>,
    /// For a refused `update`: its sequence number. It will never be acknowledged.
    pub seq: Option<u64>,
    pub code: String,
    pub message: String,
    pub retryable: bool,
    /// The offending field, if one.
    pub field: Option<String>,
    /// The rule it broke, if one.
    pub rule: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Pong {
    pub t: u64,
    pub server_time: DateTime<Utc>,
}

/// The server is about to close this connection on purpose.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Bye {
    pub code: u16,
    pub reason: String,
    /// Come back after a pause of this length plus up to as much again at random. None: do not come back.
    pub reconnect_after_ms: Option<u32>,
}

/// How many tasks of a project are where in one step. A step without work is all zeros, or not told at all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StepCounts {
    pub step: String,
    /// Tasks with a place that nobody has.
    pub waiting: i64,
    /// Tasks that somebody works on.
    pub working: i64,
    /// Answers and decisions given.
    pub done: i64,
    /// Tasks that wait for an admin.
    pub held: i64,
}

/// Somebody at work on a task in a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StepWorker {
    pub assignment_id: AssignmentId,
    pub step: String,
    pub task_id: TaskId,
    pub user: UserSummary,
}

/// How the work of a project stands. Follows the `subscribed` of a `workflow` topic, each time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WorkflowState {
    pub channel: u32,
    /// The active version.
    pub workflow_id: Option<WorkflowId>,
    pub steps: Vec<StepCounts>,
    /// At most 500, those longest at it.
    pub workers: Vec<StepWorker>,
}

/// Only what changed since the last state or diff.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WorkflowDiff {
    pub channel: u32,
    /// The active version, changed or not.
    pub workflow_id: Option<WorkflowId>,
    /// Each with all its numbers.
    pub steps: Vec<StepCounts>,
    /// Began.
    pub workers: Vec<StepWorker>,
    /// Assignments that are no longer worked on.
    pub left: Vec<AssignmentId>,
}

/// Two enums from one list: `$json` is internally tagged (`{"type": ...}`) for people and browsers, `$plain` is what the code
/// matches on and what bincode carries.
macro_rules! control {
    ($(#[$doc:meta])* $plain:ident / $json:ident { $($variant:ident),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        pub enum $plain { $($variant($variant)),+ }

        #[doc = concat!("[`", stringify!($plain), "`] as it looks in JSON.")]
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
        #[serde(tag = "type", rename_all = "snake_case")]
        pub enum $json { $($variant($variant)),+ }

        impl $json {
            /// Whether there is a message of this `type`.
            pub(super) fn knows(word: &str) -> bool {
                #[derive(Deserialize)]
                #[serde(rename_all = "snake_case")]
                enum Type { $($variant),+ }
                Type::deserialize(StrDeserializer::<ValueError>::new(word)).is_ok()
            }
        }

        impl From<$plain> for $json {
            fn from(message: $plain) -> Self {
                match message { $($plain::$variant(body) => Self::$variant(body)),+ }
            }
        }

        impl From<$json> for $plain {
            fn from(message: $json) -> Self {
                match message { $($json::$variant(body) => Self::$variant(body)),+ }
            }
        }

        $(impl From<$variant> for $plain {
            fn from(body: $variant) -> Self {
                Self::$variant(body)
            }
        })+
    };
}

control! {
    /// What a client may say.
    ClientControl / ClientControlJson { Hello, Refresh, Subscribe, Unsubscribe, SetPresence, Ping }
}

/// On the wire an error's `type` is `error`.
pub type Error = ErrorMessage;

control! {
    /// What the server may say.
    ServerControl / ServerControlJson {
        Welcome, Refreshed, Subscribed, PresenceDiff, GhostsReset, TaskChanged, DurabilityChanged, ProjectDiff,
        LeaseChanged, Error, Pong, Bye, RightsChanged, LinkChanged, WorkflowState, WorkflowDiff,
        JobsChanged, Notified,
    }
}
