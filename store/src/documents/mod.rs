//! The log of live documents: every acknowledged edit, in order, and snapshots that stand for the oldest of them.
//!
//! One trait, two implementations under one contract suite ([`contract`]): [`PgLog`] is the product, [`MemoryLog`] is what
//! actors are tested over.

#[cfg(test)]
mod contract;
pub mod history;
mod memory;
mod pg;

use sha2::{Digest, Sha256};
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use tandem_protocol::{DocumentId, LineageId, ProjectId, TaskId, UserId, WorkspaceId};

pub use memory::MemoryLog;
pub(crate) use pg::rehearse;
pub use pg::{PgLog, create_with_snapshot};

use history::{Compare, Folded, Wanted};

/// Which document. `step` is its scope: a step that everybody on it shares, one of a step's answers where people do not see one another
/// (`label#1`), a decision (`label#decision`).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DocumentKey {
    pub workspace: WorkspaceId,
    pub project: ProjectId,
    pub task: TaskId,
    pub step: String,
}

/// The scope of tasks whose project has no workflow.
const PLAIN_SCOPE: &str = "annotate";

impl DocumentKey {
    /// What the document's room is called, in this process and among nodes: the task for the plain scope, else an id of its own that every node
    /// makes alike.
    #[must_use]
    pub fn room(&self) -> TaskId {
        if self.step == PLAIN_SCOPE {
            return self.task;
        }
        let hash = Sha256::new().chain_update(self.task.0.as_bytes()).chain_update(self.step.as_bytes()).finalize();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash[..16]);
        TaskId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }
}

/// A document as the log holds it. Applying `snapshot`, then `updates`, in any order gives its content.
#[derive(Clone, Debug)]
pub struct StoredDocument {
    pub id: DocumentId,
    pub lineage: LineageId,
    pub snapshot: Option<Bytes>,
    /// What the snapshot holds, as whoever merged it says; none: it was not said.
    pub state_vector: Option<Bytes>,
    pub updates: Vec<Bytes>,
    /// The newest update's number; 0 if there never was one.
    pub last_seq: i64,
    /// What of it this is, to ask for what came later.
    pub seen: Seen,
}

/// What of a document's log somebody has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Which writing of the snapshot.
    pub snapshot: Option<i64>,
    /// Rows that were not part of it.
    pub rows: Vec<i64>,
}

/// What somebody does not have.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// With it, this is seen.
    pub seen: Seen,
    /// If it was written anew.
    pub snapshot: Option<Bytes>,
    pub updates: Vec<Bytes>,
}

/// One edit to be kept.
#[derive(Clone, Debug)]
pub struct NewUpdate {
    pub document: DocumentId,
    pub workspace: WorkspaceId,
    pub author: Option<UserId>,
    pub payload: Bytes,
}

/// One update of many.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Merged {
    pub update: Vec<u8>,
    /// What it holds: a Yjs state vector. It spares whoever opens the document building it only to learn that.
    pub state_vector: Vec<u8>,
}

/// Makes one update of a snapshot and the updates after it. CPU work: called off the async threads.
pub type Merge = Arc<dyn Fn(&[Bytes]) -> Result<Merged, String> + Send + Sync>;

/// What a compaction did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compaction {
    /// `updates` rows became part of the snapshot.
    Done { updates: usize, bytes: usize },
    /// Nothing to merge.
    Nothing,
    /// Another node is at it.
    Busy,
}

#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The store cannot be reached, or cannot answer now. Trying again later is right.
    #[error("the document store is away: {0}")]
    Unavailable(String),
    /// The store answers, but with an error that may be about this very content. Trying again may help; what else there is to
    /// keep should not wait for it.
    #[error("the document store failed: {0}")]
    Failed(String),
    /// The store refuses this content for good, e.g. because its document was deleted. Trying again is pointless.
    #[error("the document store refused the edit: {0}")]
    Refused(String),
    #[error("there is no such document")]
    NotFound,
    /// Stored content could not be merged. Nothing was changed.
    #[error("stored edits could not be merged: {0}")]
    Merge(String),
}

impl LogError {
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Failed(_))
    }
}

/// Where edits are kept. Every method is all or nothing.
#[async_trait]
pub trait DocumentLog: Send + Sync + 'static {
    /// The document with all that was ever acknowledged; made empty, with a new lineage, if it does not exist yet.
    async fn open(&self, key: &DocumentKey) -> Result<StoredDocument, LogError>;

    /// What the log holds that is not among what was seen. Saying too much is harmless.
    async fn changes(&self, key: &DocumentKey, _seen: &Seen) -> Result<Changes, LogError> {
        let StoredDocument { seen, snapshot, updates, .. } = self.open(key).await?;
        Ok(Changes { seen, snapshot, updates })
    }

    /// Keep edits of any number of documents of any number of tenants. When this returns they are on disk, all of them;
    /// on an error the caller must assume that none is. Keeping an edit twice is harmless.
    async fn append(&self, updates: &[NewUpdate]) -> Result<(), LogError>;

    /// Replace a document's snapshot and updates by one snapshot. May be killed at any point, and run beside appends.
    async fn compact(&self, workspace: WorkspaceId, document: DocumentId, merge: Merge) -> Result<Compaction, LogError>;

    /// Compact it and, in the same stroke, keep the document as it is then. A log without history only compacts.
    async fn checkpoint(
        &self,
        workspace: WorkspaceId,
        document: DocumentId,
        _wanted: Wanted,
        merge: Merge,
        _compare: Compare,
    ) -> Result<Folded, LogError> {
        Ok(Folded { compaction: self.compact(workspace, document, merge).await?, checkpoint: None })
    }
}
