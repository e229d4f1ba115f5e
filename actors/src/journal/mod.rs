//! The Journal: brings edits of all rooms to the disk, many in one commit, and says when they are there.
//!
//! [`JournalHandle`] is what rooms hold; the actor behind it is `actor.rs`, what waits and what goes into the next commit is
//! `waiting.rs`, the bound on bytes is `budget.rs`.

mod actor;
mod budget;
mod handle;
mod largest;
mod waiting;

use std::sync::Arc;

use actix::Message;
use bytes::Bytes;
use tandem_protocol::{DocumentId, UserId};
use tandem_store::documents::DocumentKey;

pub use budget::Reserved;
pub use handle::JournalHandle;

/// Whether edits reach the disk, and which Journal it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JournalStatus {
    pub durable: bool,
    /// The disk has been away for so long that rooms take no further edits.
    pub refusing: bool,
    /// Grows with every restart. What was appended under an older generation and not settled must be appended again.
    pub generation: u64,
}

/// The number a room gives an edit; grows by one within a room.
pub type Ticket = u64;

/// What the Journal tells a room.
#[derive(Clone, Debug, Message)]
#[rtype(result = "()")]
pub enum JournalNews {
    /// All edits of this room up to and including this one are on disk.
    Durable { upto: Ticket },
    /// This edit will not be kept, nor what comes after it.
    Refused { ticket: Ticket, why: GivenUp },
}

/// Why an edit is not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GivenUp {
    /// The store refused it for good.
    Store(String),
    /// Alone it took longer than a commit may, again and again.
    TooSlow { bytes: usize },
}

/// The Journal cannot take more before the store comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many edits wait for the disk")]
pub struct JournalFull;

/// An edit, or a barrier (no payload): settled when everything before it is.
#[derive(Clone)]
pub struct Edit {
    pub key: Arc<DocumentKey>,
    pub document: DocumentId,
    pub author: Option<UserId>,
    pub payload: Option<Bytes>,
    pub reserved: Arc<Reserved>,
    pub ticket: Ticket,
}
