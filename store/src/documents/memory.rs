//! The log in memory, for tests. Its faults can be arranged: appends that wait, appends that fail.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use bytes::Bytes;
use tandem_protocol::{CheckpointId, DocumentId, LineageId, WorkspaceId};
use tokio::sync::{Notify, watch};

use super::{
    Compaction, DocumentKey, DocumentLog, LogError, Merge, NewUpdate, Seen, StoredDocument,
    history::{Compare, Folded, Wanted},
};

/// A log that forgets everything when the last clone is dropped.
#[derive(Clone)]
pub struct MemoryLog {
    inner: Arc<Inner>,
}

struct Inner {
    state: Mutex<State>,
    /// Appends (and opens) wait while this is true.
    held: watch::Sender<bool>,
    away: watch::Sender<bool>,
    arrived: Notify,
}

#[derive(Default)]
struct State {
    by_key: HashMap<DocumentKey, DocumentId>,
    documents: HashMap<DocumentId, Document>,
    refused: HashSet<DocumentId>,
    troubled: HashSet<DocumentId>,
    /// So many appends will be kept, and their callers told that they were not.
    answers_lost: usize,
    checkpoints: HashMap<CheckpointId, Bytes>,
    seq: i64,
    appends: usize,
    waiting: usize,
}

struct Document {
    workspace: WorkspaceId,
    lineage: LineageId,
    snapshot: Option<Bytes>,
    state_vector: Option<Bytes>,
    updates: Vec<(i64, Bytes)>,
    last_seq: i64,
}

impl Default for MemoryLog {
    fn default() -> Self {
        Self::new()
    }
}

impl MemoryLog {
    #[must_use]
    pub fn new() -> Self {
        let inner =
            Inner { state: Mutex::default(), held: watch::Sender::new(false), away: watch::Sender::new(false), arrived: Notify::new() };
        Self { inner: Arc::new(inner) }
    }

    /// From now on an append waits, as if the disk were slow, until [`Self::release`].
    pub fn hold(&self) {
        self.inner.held.send_replace(true);
    }

    pub fn release(&self) {
        self.inner.held.send_replace(false);
    }

    /// From now on every call fails as if the database were down, until it is set back.
    pub fn set_away(&self, away: bool) {
        self.inner.away.send_replace(away);
    }

    /// Appends to this document are refused for good.
    pub fn refuse(&self, document: DocumentId) {
        self.lock().refused.insert(document);
    }

    /// Appends to this document fail with an error nobody knows, until it is set back.
    pub fn trouble(&self, document: DocumentId, troubled: bool) {
        let mut state = self.lock();
        if troubled {
            state.troubled.insert(document)
        } else {
            state.troubled.remove(&document)
        };
    }

    /// The next `count` appends are kept, but the answer is lost on its way.
    pub fn lose_answers(&self, count: usize) {
        self.lock().answers_lost = count;
    }

    /// How many batches were kept so far.
    #[must_use]
    pub fn appends(&self) -> usize {
        self.lock().appends
    }

    /// Returns once an append stands at the held gate.
    pub async fn append_waiting(&self) {
        loop {
            let arrived = self.inner.arrived.notified();
            if self.lock().waiting > 0 {
                return;
            }
            arrived.await;
        }
    }

    /// Rows of a document that are not part of its snapshot.
    #[must_use]
    pub fn tail_len(&self, document: DocumentId) -> usize {
        self.lock().documents.get(&document).map_or(0, |d| d.updates.len())
    }

    /// A checkpoint's document.
    #[must_use]
    pub fn checkpoint_content(&self, id: CheckpointId) -> Option<Bytes> {
        self.lock().checkpoints.get(&id).cloned()
    }

    /// All documents are gone, with what was kept of them.
    pub fn forget(&self) {
        let mut state = self.lock();
        state.by_key.clear();
        state.documents.clear();
        state.checkpoints.clear();
    }

    /// Store a document that exists already, as an importer does.
    pub fn create_with_snapshot(&self, key: &DocumentKey, payload: impl Into<Bytes>) -> DocumentId {
        let mut state = self.lock();
        let id = state.create(key);
        if let Some(document) = state.documents.get_mut(&id) {
            document.snapshot = Some(payload.into());
        }
        id
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn check_away(&self) -> Result<(), LogError> {
        if *self.inner.away.borrow() { Err(LogError::Unavailable("arranged by the test".into())) } else { Ok(()) }
    }

    async fn pass_gate(&self) {
        let mut held = self.inner.held.subscribe();
        if !*held.borrow() {
            return;
        }
        self.lock().waiting += 1;
        self.inner.arrived.notify_waiters();
        // The sender lives in `self`.
        let _ = held.wait_for(|held| !held).await;
        self.lock().waiting -= 1;
    }
}

impl State {
    fn create(&mut self, key: &DocumentKey) -> DocumentId {
        let id = DocumentId::new();
        self.by_key.insert(key.clone(), id);
        let document = Document {
            workspace: key.workspace,
            lineage: LineageId::new(),
            snapshot: None,
            state_vector: None,
            updates: Vec::new(),
            last_seq: 0,
        };
        self.documents.insert(id, document);
        id
    }
}

#[async_trait]
impl DocumentLog for MemoryLog {
    async fn open(&self, key: &DocumentKey) -> Result<StoredDocument, LogError> {
        self.check_away()?;
        let mut state = self.lock();
        let id = match state.by_key.get(key) {
            Some(id) => *id,
            None => state.create(key),
        };
        let document = state.documents.get(&id).ok_or(LogError::NotFound)?;
        Ok(StoredDocument {
            id,
            lineage: document.lineage,
            snapshot: document.snapshot.clone(),
            state_vector: document.state_vector.clone(),
            updates: document.updates.iter().map(|(_, payload)| payload.clone()).collect(),
            last_seq: document.last_seq,
            seen: Seen::default(),
        })
    }

    async fn append(&self, updates: &[NewUpdate]) -> Result<(), LogError> {
        self.pass_gate().await;
        self.check_away()?;
        let mut state = self.lock();
        for update in updates {
            let known = state.documents.get(&update.document).is_some_and(|d| d.workspace == update.workspace);
            if !known || state.refused.contains(&update.document) {
                return Err(LogError::Refused(format!("document {}", update.document)));
            }
            if state.troubled.contains(&update.document) {
                return Err(LogError::Failed("arranged by the test".into()));
            }
        }
        for update in updates {
            state.seq += 1;
            let seq = state.seq;
            if let Some(document) = state.documents.get_mut(&update.document) {
                document.updates.push((seq, update.payload.clone()));
                document.last_seq = seq;
            }
        }
        state.appends += 1;
        if state.answers_lost > 0 {
            state.answers_lost -= 1;
            return Err(LogError::Unavailable("the answer was lost, arranged by the test".into()));
        }
        Ok(())
    }

    async fn compact(&self, workspace: WorkspaceId, document: DocumentId, merge: Merge) -> Result<Compaction, LogError> {
        self.check_away()?;
        let (parts, upto) = {
            let state = self.lock();
            let found = state.documents.get(&document).filter(|d| d.workspace == workspace).ok_or(LogError::NotFound)?;
            if found.updates.is_empty() {
                return Ok(Compaction::Nothing);
            }
            let parts: Vec<Bytes> = found.snapshot.iter().cloned().chain(found.updates.iter().map(|(_, p)| p.clone())).collect();
            (parts, found.last_seq)
        };
        let merged = merge(&parts).map_err(LogError::Merge)?;
        let mut state = self.lock();
        let found = state.documents.get_mut(&document).ok_or(LogError::NotFound)?;
        let before = found.updates.len();
        found.updates.retain(|(seq, _)| *seq > upto);
        let bytes = merged.update.len();
        found.snapshot = Some(merged.update.into());
        found.state_vector = Some(merged.state_vector.into());
        Ok(Compaction::Done { updates: before - found.updates.len(), bytes })
    }

    /// Every time it is asked for by a person; windows and counts are Postgres's business.
    async fn checkpoint(
        &self,
        workspace: WorkspaceId,
        document: DocumentId,
        wanted: Wanted,
        merge: Merge,
        _: Compare,
    ) -> Result<Folded, LogError> {
        let compaction = self.compact(workspace, document, merge.clone()).await?;
        if wanted.unless_within.is_some() {
            return Ok(Folded { compaction, checkpoint: None });
        }
        let mut state = self.lock();
        let snapshot = state.documents.get(&document).and_then(|found| found.snapshot.clone());
        let payload = merge(snapshot.as_slice()).map_err(LogError::Merge)?;
        let id = CheckpointId::new();
        state.checkpoints.insert(id, payload.update.into());
        Ok(Folded { compaction, checkpoint: Some(id) })
    }
}

#[cfg(test)]
mod tests {
    use tandem_protocol::{ProjectId, TaskId};

    use super::*;

    #[tokio::test]
    async fn the_memory_log_keeps_the_contract() {
        let fresh =
            async || DocumentKey { workspace: WorkspaceId::new(), project: ProjectId::new(), task: TaskId::new(), step: "annotate".into() };
        crate::documents::contract::check(&MemoryLog::new(), fresh).await;
    }
}
