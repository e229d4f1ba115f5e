//! Checkpoints of live documents, the way back to one, and what else the house changes in them.

use std::{sync::Arc, time::Duration};

use tandem_domain::relabel::Renames;
use tandem_protocol::{CheckpointId, UserId, rest::CheckpointReason};
use tandem_store::documents::{
    DocumentKey, LogError,
    history::{Counts, Folded, Wanted},
};
use tokio::time::timeout;

use crate::{
    Live,
    document::{self, Amendment, Content, Suggested},
    live::JOIN_ATTEMPTS,
    task::{Amend, TaskActor},
};

/// How long a checkpoint waits for edits on their way to the disk.
const SETTLE: Duration = Duration::from_secs(2);

/// Why a checkpoint could not be made or brought back.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    #[error("the document cannot be reached at the moment")]
    Unavailable,
    /// Nothing was changed.
    #[error("the edits of this document do not reach the disk at the moment")]
    WaitingForDisk,
    #[error("the checkpoint cannot be read: {0}")]
    Unreadable(String),
    #[error("the document would hold more than it may")]
    Full,
}

impl From<LogError> for HistoryError {
    fn from(error: LogError) -> Self {
        match error {
            LogError::Merge(why) => Self::Unreadable(why),
            LogError::Unavailable(_) | LogError::Failed(_) | LogError::Refused(_) | LogError::NotFound => {
                tracing::warn!(%error, "a checkpoint could not be made");
                Self::Unavailable
            }
        }
    }
}

/// What bringing a checkpoint back did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BroughtBack {
    /// How the document was before.
    pub before: CheckpointId,
    pub counts: Counts,
}

impl Live {
    /// Keep the document as it is now, on disk.
    pub async fn checkpoint(&self, key: &DocumentKey, reason: CheckpointReason, by: UserId) -> Result<CheckpointId, HistoryError> {
        let inner = self.inner();
        // What was accepted before is part of it.
        timeout(SETTLE, inner.journal.flush()).await.map_err(|_| HistoryError::WaitingForDisk)?;
        let log = inner.log();
        let document = log.open(key).await?.id;
        let wanted = Wanted { reason, by: Some(by), unless_within: None };
        // Each has a document several times over in memory.
        let _turn = inner.compactions().acquire().await;
        let folded: Folded =
            log.checkpoint(key.workspace, document, wanted, Arc::new(document::merge), Arc::new(document::compare)).await?;
        folded.checkpoint.ok_or(HistoryError::Unavailable)
    }

    /// [`Self::checkpoint`], for which nobody waits. Without it nothing but a line of history is missing.
    pub fn checkpoint_later(&self, key: DocumentKey, reason: CheckpointReason, by: UserId) {
        let live = self.clone();
        self.inner().background().spawn(async move {
            if let Err(error) = live.checkpoint(&key, reason, by).await {
                tracing::warn!(task = %key.task, %error, "no checkpoint was made");
            }
        });
    }

    /// Give the live document the content of a checkpoint, by an edit of `by` that everybody sees at once. Returns when it is on disk.
    pub async fn restore(&self, key: &DocumentKey, payload: bytes::Bytes, by: UserId) -> Result<BroughtBack, HistoryError> {
        let size = payload.len();
        let content = tokio::task::spawn_blocking(move || Content::of_stored(&payload))
            .await
            .map_err(|e| HistoryError::Unreadable(e.to_string()))?
            .map_err(|e| HistoryError::Unreadable(e.to_string()))?;
        let with = Amendment::BringBack(Arc::new(content));
        let before = self.checkpoint(key, CheckpointReason::Restore, by).await?;
        let counts = self.amend(key, &with, size, Some(by)).await?;
        Ok(BroughtBack { before, counts })
    }

    /// Give the regions of the live document the present names of their labels; how many had another. Returns when it is on disk.
    ///
    /// # Errors
    /// [`HistoryError::Full`] of a document that holds more than it may already; the others as long as it cannot be reached.
    pub async fn relabel(&self, key: &DocumentKey, renames: &Arc<Renames>, by: Option<UserId>) -> Result<usize, HistoryError> {
        // Names are as long as before, more or less.
        Ok(self.amend(key, &Amendment::Relabel(Arc::clone(renames)), 0, by).await?.changed)
    }

    /// Have people see in the live document what a model suggests. Returns when it is on disk.
    ///
    /// # Errors
    /// [`HistoryError::Full`] of a document that has no space for it; the others as long as it cannot be reached.
    pub async fn suggest(&self, key: &DocumentKey, suggested: &Arc<Suggested>, by: Option<UserId>) -> Result<(), HistoryError> {
        self.amend(key, &Amendment::Suggest(Arc::clone(suggested)), suggested.size(), by).await.map(|_| ())
    }

    /// Done twice it does nothing the second time, so a room that ended under our hands is asked again.
    async fn amend(&self, key: &DocumentKey, with: &Amendment, size: usize, by: Option<UserId>) -> Result<Counts, HistoryError> {
        for _ in 0..JOIN_ATTEMPTS {
            let room = self.inner().room(key).map_err(|_| HistoryError::Unavailable)?;
            let Ok(addr) = room.addr().await else { continue };
            let addr: actix::Addr<TaskActor> = addr;
            match addr.send(Amend { with: with.clone(), size, by }).await {
                Ok(answer) => return answer,
                Err(_) => tokio::task::yield_now().await,
            }
        }
        Err(HistoryError::Unavailable)
    }
}
