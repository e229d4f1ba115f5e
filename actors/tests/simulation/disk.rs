//! The disk: what was committed survives everything, what was not is gone. Slow, absent and forgetful of answers on demand.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use tandem_protocol::{DocumentId, WorkspaceId};
use tandem_store::documents::{Compaction, DocumentKey, DocumentLog, LogError, MemoryLog, Merge, NewUpdate, StoredDocument};
use tokio::time::{Duration, sleep};

use crate::rng::Rng;

/// Survives the house.
pub struct Disk {
    pub log: MemoryLog,
    state: Mutex<State>,
}

struct State {
    rng: Rng,
    away: bool,
    slow: u64,
    lose: u64,
    committed: Vec<(DocumentId, Bytes)>,
}

impl Disk {
    pub fn new(seed: u64) -> Arc<Self> {
        let state = State { rng: Rng::new(seed, 2), away: false, slow: 0, lose: 0, committed: Vec::new() };
        Arc::new(Self { log: MemoryLog::new(), state: Mutex::new(state) })
    }

    pub fn set_away(&self, away: bool) {
        self.state.lock().unwrap().away = away;
    }

    pub fn set_slow(&self, ms: u64) {
        self.state.lock().unwrap().slow = ms;
    }

    pub fn set_lose(&self, percent: u64) {
        self.state.lock().unwrap().lose = percent;
    }

    /// What reached the disk since the last call.
    pub fn take_committed(&self) -> Vec<(DocumentId, Bytes)> {
        std::mem::take(&mut self.state.lock().unwrap().committed)
    }

    async fn seek(&self, at_least: u64) -> Result<(), LogError> {
        let (away, pause) = {
            let mut state = self.state.lock().unwrap();
            let usual = match state.rng.below(20) {
                0 => state.rng.below(60),
                _ => state.rng.below(6),
            };
            let slow = state.slow;
            (state.away, at_least + usual + if slow > 0 { state.rng.below(slow) } else { 0 })
        };
        sleep(Duration::from_millis(pause)).await;
        if away || self.state.lock().unwrap().away { Err(LogError::Unavailable("the plan says so".into())) } else { Ok(()) }
    }
}

/// One house's way to the disk. Cut when the house is killed: nothing of it gets there afterwards.
#[derive(Clone)]
pub struct Cable {
    pub disk: Arc<Disk>,
    cut: Arc<std::sync::atomic::AtomicBool>,
}

impl Cable {
    pub fn new(disk: &Arc<Disk>) -> Self {
        Self { disk: Arc::clone(disk), cut: Arc::default() }
    }

    pub fn cut(&self) {
        self.cut.store(true, std::sync::atomic::Ordering::SeqCst);
    }

    async fn reach(&self, at_least: u64) -> Result<(), LogError> {
        let reached = self.disk.seek(at_least).await;
        self.check().await;
        reached
    }

    /// A dead house does not hear answers.
    async fn check(&self) {
        if self.cut.load(std::sync::atomic::Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
    }
}

#[async_trait]
impl DocumentLog for Cable {
    async fn open(&self, key: &DocumentKey) -> Result<StoredDocument, LogError> {
        self.reach(0).await?;
        self.disk.log.open(key).await
    }

    async fn append(&self, updates: &[NewUpdate]) -> Result<(), LogError> {
        self.reach(3).await?;
        self.disk.log.append(updates).await?;
        let (lost, pause) = {
            let mut state = self.disk.state.lock().unwrap();
            state.committed.extend(updates.iter().map(|update| (update.document, update.payload.clone())));
            let lose = state.lose;
            (state.rng.chance(lose), state.rng.below(3))
        };
        sleep(Duration::from_millis(pause)).await;
        self.check().await;
        if lost { Err(LogError::Unavailable("committed, but the answer was lost".into())) } else { Ok(()) }
    }

    async fn compact(&self, workspace: WorkspaceId, document: DocumentId, merge: Merge) -> Result<Compaction, LogError> {
        self.reach(0).await?;
        let done = self.disk.log.compact(workspace, document, merge).await;
        self.reach(0).await?;
        done
    }
}
