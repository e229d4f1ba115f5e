//! Compactions by rooms: how many at once, and what comes after one that failed.

mod common;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use common::{House, Worker, content};
use tandem_actors::LiveConfig;
use tandem_protocol::{DocumentId, WorkspaceId};
use tandem_store::documents::{Compaction, DocumentKey, DocumentLog, LogError, MemoryLog, Merge, NewUpdate, StoredDocument};
use tokio::time::sleep;

/// A log whose compactions take a while, may fail, and are counted.
struct Watched {
    log: MemoryLog,
    failing: AtomicBool,
    tried: AtomicUsize,
    running: AtomicUsize,
    most: AtomicUsize,
}

#[async_trait]
impl DocumentLog for Watched {
    async fn open(&self, key: &DocumentKey) -> Result<StoredDocument, LogError> {
        self.log.open(key).await
    }

    async fn append(&self, updates: &[NewUpdate]) -> Result<(), LogError> {
        self.log.append(updates).await
    }

    async fn compact(&self, workspace: WorkspaceId, document: DocumentId, merge: Merge) -> Result<Compaction, LogError> {
        self.tried.fetch_add(1, Ordering::Relaxed);
        let running = self.running.fetch_add(1, Ordering::Relaxed) + 1;
        self.most.fetch_max(running, Ordering::Relaxed);
        sleep(Duration::from_millis(10)).await;
        self.running.fetch_sub(1, Ordering::Relaxed);
        if self.failing.load(Ordering::Relaxed) {
            return Err(LogError::Merge("arranged by the test".into()));
        }
        self.log.compact(workspace, document, merge).await
    }
}

fn house(configure: impl FnOnce(&mut LiveConfig)) -> (House, Arc<Watched>) {
    tokio::time::pause();
    let log = MemoryLog::new();
    let count = AtomicUsize::default;
    let watched = Watched { log: log.clone(), failing: AtomicBool::new(false), tried: count(), running: count(), most: count() };
    let watched = Arc::new(watched);
    (House::over(watched.clone(), log, configure), watched)
}

#[actix::test]
async fn rooms_that_fall_asleep_together_are_compacted_two_at_a_time() {
    let (house, log) = house(|_| {});
    let (mut workers, mut documents) = (Vec::new(), Vec::new());
    for _ in 0..10 {
        let task = house.task();
        let mut ann = Worker::join(house.connect("ann").await, task).await;
        for n in 0..30 {
            ann.put(&format!("k{n}"), 1.0);
        }
        ann.until_acked().await;
        documents.push(house.log.open(&house.key(task)).await.unwrap().id);
        workers.push(ann);
    }
    drop(workers);
    sleep(Duration::from_secs(60)).await;
    assert_eq!(log.tried.load(Ordering::Relaxed), 10);
    assert_eq!(log.most.load(Ordering::Relaxed), 2);
    assert!(documents.into_iter().all(|document| house.log.tail_len(document) == 0));
}

#[actix::test]
async fn a_compaction_that_fails_is_not_tried_again_with_every_edit() {
    let (house, log) = house(|config| config.room.compact_after = 10);
    let task = house.task();
    let document = house.log.open(&house.key(task)).await.unwrap().id;
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    log.failing.store(true, Ordering::Relaxed);
    for n in 0..100 {
        ann.put(&format!("k{n}"), 1.0);
        ann.until_acked().await;
        sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(log.tried.load(Ordering::Relaxed), 1);
    log.failing.store(false, Ordering::Relaxed);
    let pause = ann.until(|_| false);
    tokio::time::timeout(Duration::from_secs(11), pause).await.unwrap_err();
    ann.put("last", 1.0);
    ann.until_acked().await;
    sleep(Duration::from_secs(1)).await;
    assert_eq!((log.tried.load(Ordering::Relaxed), house.log.tail_len(document)), (2, 0));
    assert_eq!(content(&house.stored(task).await), ann.content());
}
