//! What administrators see of the running server.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{NodeId, ProjectId, SessionId, UserId};

/// The live tree: counts of the whole server, and the actors of the caller's own workspace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ActorTree {
    /// Open connections, of everybody.
    pub sessions: u32,
    /// Documents in memory, of everybody.
    pub tasks: u32,
    pub projects: u32,
    pub people: u32,
    /// Whether edits reach the disk.
    pub durable: bool,
    /// Bytes of edits that wait for it.
    pub waiting_bytes: u64,
    /// Messages being handled for 100 ms or longer.
    pub busy: Vec<BusyHandler>,
    /// Those there is one of: the journal, the timer, what watches other nodes, the node's own.
    pub root: Vec<ActorNode>,
    /// The threads that connections are on, with what they have of everybody.
    pub desks: Vec<DeskNode>,
    /// Projects of this workspace that somebody is in.
    pub my_projects: Vec<ActorNode>,
    /// Jobs of the workspace that this node is at; what each is doing is its `state`.
    pub my_jobs: Vec<ActorNode>,
    /// Tasks of this workspace that somebody has open, at most 200 of them.
    pub my_tasks: Vec<TaskNode>,
    pub my_task_count: u32,
    /// People of this workspace with a connection here, at most 200 of them.
    pub my_people: Vec<ActorNode>,
    pub my_people_count: u32,
    /// Connections of this workspace: those for which most waits, at most 20 of them.
    pub my_sessions: Vec<SessionNode>,
    pub my_session_count: u32,
}

/// A thread that tells its connections what happens in rooms.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DeskNode {
    pub number: u64,
    pub connections: u32,
    /// Rooms that somebody of this thread is in.
    pub rooms: u32,
    /// Places that its connections have in rooms.
    pub seats: u32,
    /// Bytes that wait for sockets.
    pub waiting_bytes: u64,
    /// How long a message waits for it.
    pub mailbox_ms: f64,
}

/// A connection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SessionNode {
    pub id: SessionId,
    pub user_id: UserId,
    /// Places that it has in rooms.
    pub seats: u32,
    /// Bytes that wait for its socket.
    pub waiting_bytes: u64,
    /// How long it has taken none of them.
    pub stalled_ms: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ActorNode {
    /// `journal`, `timer`, `jobs`, `neighbours`, `node`, `project`, `user` or `task`; of a job what it does.
    pub kind: String,
    pub id: Option<Uuid>,
    /// `starting`, `up`, `stopped` or `gave_up`: crashed too often and is left alone for a while.
    pub state: String,
    /// How often it was started again after a crash.
    pub restarts: u32,
    /// How long a message waits for it. None: it did not answer, or was not asked.
    pub mailbox_ms: Option<f64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TaskNode {
    #[serde(flatten)]
    pub node: ActorNode,
    pub project_id: ProjectId,
    /// The document is there.
    pub loaded: bool,
    pub members: u32,
    /// Edits taken since it was opened.
    pub edits: u64,
    pub refused: u64,
    /// Some of them are on their way to the disk.
    pub not_on_disk: bool,
    pub document_bytes: u64,
}

/// A message that is being handled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BusyHandler {
    pub thread: String,
    pub actor: String,
    pub message: String,
    pub ms: f64,
}

/// The nodes of the installation, those that take people first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Nodes {
    /// The node that answers.
    pub me: NodeId,
    pub nodes: Vec<NodeView>,
}

/// One run of one server process. Numbers are of everybody on it; whose they are is not said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct NodeView {
    pub id: NodeId,
    pub host: String,
    pub version: String,
    pub state: NodeState,
    /// It was asked to send its people elsewhere.
    pub drain_requested: bool,
    pub started_at: DateTime<Utc>,
    /// How long ago it was heard of, by the database's clock.
    pub silent_ms: u64,
    /// Open connections.
    pub connections: u32,
    /// Documents in memory.
    pub rooms: u32,
    /// Its edits reach the disk.
    pub durable: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NodeState {
    /// Takes people.
    Ready,
    /// Sends its people elsewhere, and takes no new ones.
    Draining,
    /// Was not heard of for a while.
    Gone,
    /// Stopped in order.
    Left,
}
