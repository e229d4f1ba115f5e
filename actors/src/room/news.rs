//! What a room says to those in it.

use std::sync::Arc;

use actix::Message;
use bytes::Bytes;
use tandem_protocol::{
    ProjectRole, SessionId,
    rest::{LeaseView, TaskStatus},
    ws::{CloseCode, CursorAt, Peer, PeerState, TaskJoined},
};

use crate::{document::Refusal, measures, ports::DirectoryError};

/// A seat in a room: one subscription of one session. A session that subscribes twice sits twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Seat {
    pub session: SessionId,
    pub subscription: u64,
}

impl Seat {
    /// Of what nobody here did.
    #[must_use]
    pub fn nobody() -> Self {
        Self { session: uuid::Uuid::nil().into(), subscription: 0 }
    }
}

/// News that a session must know itself; the Desk of its thread has told the client.
#[derive(Clone, Debug, Message)]
#[rtype(result = "()")]
pub struct RoomEvent {
    pub subscription: u64,
    pub news: RoomNews,
}

#[derive(Clone, Debug)]
pub enum RoomNews {
    Joined(Arc<Joined>),
    Update(Bytes),
    /// Edits of this member up to this number are on disk.
    Ack(u64),
    Ghost {
        epoch: u32,
        bytes: Bytes,
    },
    GhostsReset(u32),
    Cursors(Arc<[CursorAt]>),
    Presence(Arc<PresenceChange>),
    Task {
        status: TaskStatus,
        lease: Option<LeaseView>,
    },
    Durability(bool),
    /// Other nodes can be reached, or not.
    Linked(bool),
    Refused {
        seq: Option<u64>,
        why: Refused,
    },
    /// This member's rights are others than before.
    Rights {
        role: ProjectRole,
        read_only: Option<&'static str>,
    },
    /// y-protocols awareness, for stock clients.
    Awareness(Bytes),
    /// To a stock client: say again who you are.
    AskAwareness,
    /// The answer to a stock client's state vector, and the room's own.
    Diff {
        state_vector: Bytes,
        bytes: Bytes,
    },
    /// The room's state vector, to a stock client that shall send what it lacks.
    Lacks(Bytes),
    /// The room is gone, not on purpose: join again.
    Lost,
    /// You are out.
    Out {
        close: Option<CloseCode>,
        why: Refused,
    },
}

/// The state of a room as its newest member sees it.
#[derive(Clone, Debug)]
pub struct Joined {
    pub task: TaskJoined,
    /// What the member's copy of the document lacks.
    pub sync: Bytes,
    /// The whole ghost document; none: nobody draws.
    pub ghosts: Option<Bytes>,
    /// For stock clients.
    pub awareness: Vec<Bytes>,
}

#[derive(Clone, Debug, Default)]
pub struct PresenceChange {
    pub joined: Vec<Peer>,
    pub changed: Vec<PeerState>,
    pub left: Vec<u32>,
}

impl PresenceChange {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.joined.is_empty() && self.changed.is_empty() && self.left.is_empty()
    }
}

/// A refusal with the facts that go into an error frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    pub code: &'static str,
    pub message: String,
    pub retryable: bool,
    pub field: Option<String>,
    pub rule: Option<&'static str>,
}

impl Refused {
    #[must_use]
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), retryable: false, field: None, rule: None }
    }

    #[must_use]
    pub fn retryable(mut self) -> Self {
        self.retryable = true;
        self
    }

    #[must_use]
    pub fn field(mut self, field: impl Into<String>, rule: &'static str) -> Self {
        self.field = Some(field.into());
        self.rule = Some(rule);
        self
    }

    #[must_use]
    pub fn not_found(what: &str) -> Self {
        Self::new("not_found", format!("there is no such {what} here"))
    }

    /// Comes back once the task is accepted.
    #[must_use]
    pub fn not_accepted() -> Self {
        Self::new("not_accepted", DirectoryError::NotAccepted.to_string()).field("task", "content_after_accepting")
    }

    /// What this person was given to do on the task goes on in another document of it.
    #[must_use]
    pub fn document_moved() -> Self {
        Self::new("document_moved", "what you were given to do on this task is in another document: subscribe again").retryable()
    }

    #[must_use]
    pub fn unavailable() -> Self {
        Self::new("unavailable", "the database cannot be reached at the moment").retryable()
    }

    #[must_use]
    pub fn overloaded() -> Self {
        Self::new("overloaded", "too much is going on here at the moment").retryable()
    }

    /// Overloaded, by a limit that is told by its name, and counted.
    #[must_use]
    pub fn too_much(what: &str, limit: &'static str) -> Self {
        measures::limit(limit);
        Self { rule: Some(limit), ..Self::new("overloaded", format!("{what} ({limit}); come back in a moment")).retryable() }
    }

    #[must_use]
    pub fn read_only(reason: &str) -> Self {
        let why = match reason {
            "project_archived" => "the project is archived",
            _ => "your role may look but not edit here",
        };
        Self { rule: Some("read_only"), ..Self::new("read_only", why) }
    }
}

impl From<&Refusal> for Refused {
    fn from(refusal: &Refusal) -> Self {
        match refusal {
            Refusal::TooBig { .. } => measures::limit("max_update"),
            Refusal::DocumentFull { .. } => measures::limit("max_document"),
            Refusal::TooDeep { .. } => measures::limit("max_depth"),
            _ => {}
        }
        Self {
            code: "update_refused",
            message: refusal.to_string(),
            retryable: refusal.retryable(),
            field: Some("update".into()),
            rule: Some(refusal.rule()),
        }
    }
}
