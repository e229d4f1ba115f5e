//! What the nodes of one installation say to one another, over a bus.
//!
//! A node is one run of one server process. Nothing here is the only copy of anything: what must not be lost is in Postgres, and a node
//! that missed something asks again. Peers in these frames carry the number their own node gave them; whoever hears of them gives them
//! a number of its own, because two nodes count independently.

mod frame;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use crate::NodeId;
use crate::{
    DocumentId, ProjectId, SessionId, TaskId, UserId, WorkspaceId,
    rest::{Assignment, LeaseView, Notification, TaskStatus, UserSummary},
    ws::{CursorAt, LeaseEvent, MyLease, Peer, PeerState},
};
use bytes::Bytes;

pub use frame::{Envelope, FrameError, MAX_NODE_FRAME, NODE_VERSION};

/// Whom a frame is for: the nodes that listen to this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Topic {
    /// A task's document and the people on it: nodes with people there.
    Task(TaskId),
    /// Nodes where somebody watches the project or works in it.
    Project(ProjectId),
    /// Nodes where this person is signed in.
    User(UserId),
    /// Every node.
    Nodes,
}

/// What becomes of a frame nobody could be told at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// Every listener gets it, in the order of its sender, or is told that there is a gap.
    Kept,
    /// The next one makes up for it.
    Fleeting,
}

/// Kept edits and what people see of one another; events; signs of life.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum NodeFrame {
    // --- of a task ---
    /// Edits that are on disk, one by one as they lie there.
    Edits {
        document: DocumentId,
        updates: Vec<Bytes>,
    },
    /// Everybody the sender has on this task, whole: whom it does not name is not there. `answer`: say the same of yours.
    People {
        people: Vec<Person>,
        answer: bool,
    },
    /// People came, changed, left.
    Presence {
        joined: Vec<Person>,
        changed: Vec<PeerState>,
        left: Vec<u32>,
    },
    Cursors(Vec<CursorAt>),
    Ghosts(Vec<Ghost>),
    /// y-protocols awareness of stock clients: by peer, all that this one shows.
    Awareness(Vec<(u32, Bytes)>),
    /// This session goes on with the sender: its old seat is free.
    Resumed {
        session: SessionId,
        user: UserId,
    },
    /// Nobody of the sender's is on this task any more; it listens no longer.
    Left,
    // --- of a project ---
    /// Everybody the sender has in this project, whole.
    InProject {
        people: Vec<InProject>,
        answer: bool,
    },
    // --- events ---
    Happened(Event),
    // --- of the nodes ---
    /// Said every second.
    Alive(Load),
    /// The sender stops: its people are gone.
    Leaving,
}

impl NodeFrame {
    #[must_use]
    pub fn delivery(&self) -> Delivery {
        match self {
            Self::Edits { .. } | Self::Happened(_) => Delivery::Kept,
            _ => Delivery::Fleeting,
        }
    }
}

/// Somebody on a task, with all that is seen of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Person {
    pub peer: Peer,
    /// Speaks y-protocols awareness: shown to others of that kind as it shows itself.
    pub stock: bool,
    /// Where it points, in quarter image pixels.
    pub at: Option<(i32, i32)>,
    /// What it draws, as JSON text.
    pub ghost: Option<String>,
    /// Of a stock client: all that it shows.
    pub awareness: Option<Bytes>,
}

/// What somebody draws right now; none: nothing any more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ghost {
    pub peer: u32,
    /// JSON text.
    pub shape: Option<String>,
}

/// Somebody in a project: in how many tabs does not matter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InProject {
    pub user: UserSummary,
    pub task: Option<TaskId>,
}

/// What a node carries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Load {
    pub connections: u32,
    pub rooms: u32,
    /// Sends new sessions elsewhere.
    pub draining: bool,
    /// Edits reach the disk.
    pub durable: bool,
}

/// Something that happened and was committed, for those who watch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// A task's status or lease changed.
    TaskChanged { workspace: WorkspaceId, project: ProjectId, task: TaskId, status: TaskStatus, lease: Option<LeaseView> },
    /// One of a person's leases changed.
    LeaseChanged { workspace: WorkspaceId, user: UserId, event: LeaseEvent, lease: MyLease },
    /// A person is told of something.
    Notified { workspace: WorkspaceId, user: UserId, notification: Notification },
    /// A job of a project came, went on or ended.
    JobChanged { workspace: WorkspaceId, project: ProjectId },
    /// Tasks of a project moved.
    ProgressChanged { workspace: WorkspaceId, project: ProjectId },
    /// A person's role in a project, or the project's status, changed: whoever is connected is checked anew.
    /// No user: everybody there.
    RightsChanged { workspace: WorkspaceId, project: ProjectId, user: Option<UserId> },
    /// A person's tokens in a workspace made until now are void.
    TokensRevoked { workspace: WorkspaceId, user: UserId },
}

impl Event {
    /// To the holder: what became of a lease.
    #[must_use]
    pub fn of_lease(workspace: WorkspaceId, event: LeaseEvent, lease: &Assignment) -> Self {
        Self::LeaseChanged { workspace, user: lease.user_id, event, lease: lease.into() }
    }
}
