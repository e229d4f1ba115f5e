//! Rooms over a real Postgres that goes away, hangs and comes back under load.
//!
//! Between the store and Postgres stands a relay of ours that can break or freeze every connection; the clock is the real one.

mod common;

use std::{sync::Arc, time::Duration};

use common::{House, Worker, content};
use tandem_protocol::{ProjectRole, TaskId, rest::ProjectStatus, rest::TaskStatus};
use tandem_store::{
    Store,
    documents::{DocumentKey, DocumentLog, MemoryLog, PgLog},
    testing::Database,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
};
use yrs::{Transact, Update, updates::decoder::Decode};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Road {
    Open,
    /// Every connection breaks, new ones are refused.
    Closed,
    /// Connections stay, nothing gets through: a Postgres that was stopped.
    Frozen,
}

struct Relay {
    road: watch::Sender<Road>,
    port: u16,
}

impl Relay {
    async fn before(target: String) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (road, watch) = watch::channel(Road::Open);
        actix::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.unwrap();
                actix::spawn(relay(client, target.clone(), watch.clone()));
            }
        });
        Self { road, port }
    }

    fn set(&self, road: Road) {
        self.road.send_replace(road);
    }
}

async fn relay(client: TcpStream, target: String, road: watch::Receiver<Road>) {
    if *road.borrow() == Road::Closed {
        return;
    }
    let server = TcpStream::connect(target).await.unwrap();
    let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
    // Whichever ends takes the other with it.
    tokio::select! {
        () = copy(from_client, to_server, road.clone()) => {}
        () = copy(from_server, to_client, road) => {}
    }
}

async fn copy(mut from: impl AsyncReadExt + Unpin, mut to: impl AsyncWriteExt + Unpin, mut road: watch::Receiver<Road>) {
    let mut buffer = vec![0; 64 << 10];
    loop {
        let count = tokio::select! {
            read = from.read(&mut buffer) => read.unwrap_or(0),
            _ = road.wait_for(|road| *road == Road::Closed) => return,
        };
        if count == 0 || road.wait_for(|road| *road != Road::Frozen).await.is_ok_and(|road| *road == Road::Closed) {
            return;
        }
        if to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}

struct Site {
    house: House,
    database: Database,
    relay: Relay,
    task: TaskId,
}

impl Site {
    async fn new() -> Self {
        let database = Database::fresh().await;
        let url = database.url();
        let host = url.split('@').next_back().and_then(|rest| rest.split('/').next()).unwrap().to_owned();
        let relay = Relay::before(host.clone()).await;
        let mut config = database.config.clone();
        config.url = url.replace(&host, &format!("127.0.0.1:{}", relay.port)).into();
        config.acquire_timeout = Duration::from_secs(1);
        let store = Store::connect(&config).await.unwrap();
        let log = Arc::new(PgLog::new(store));
        let mut house = House::over(log, MemoryLog::new(), |config| {
            config.journal.commit_timeout = Duration::from_millis(800);
            config.journal.slow_commit = Duration::from_millis(200);
        });
        let seeded = database.a;
        (house.workspace, house.project) = (seeded.workspace, seeded.project);
        let task = seeded.tasks[0];
        let key = DocumentKey { workspace: seeded.workspace, project: seeded.project, task, step: "annotate".into() };
        let record = tandem_actors::TaskRecord {
            key,
            status: TaskStatus::InProgress,
            project_status: ProjectStatus::Active,
            lease: None,
            is_apart: false,
            membership: Some(ProjectRole::Labeler),
        };
        house.places.tasks.lock().unwrap().insert(task, record);
        Self { house, database, relay, task }
    }

    /// What is in the database, read around the relay.
    async fn on_disk(&self) -> yrs::Doc {
        let stored = PgLog::new(self.database.store.clone()).open(&self.house.key(self.task)).await.unwrap();
        let doc = common::new_doc(1);
        for part in stored.snapshot.iter().chain(&stored.updates) {
            doc.transact_mut().apply_update(Update::decode_v1(part).unwrap()).unwrap();
        }
        doc
    }
}

async fn an_outage_under_load(road: Road) {
    let site = Site::new().await;
    let mut ann = Worker::join(site.house.connect("ann").await, site.task).await;
    let mut bob = Worker::join(site.house.connect("bob").await, site.task).await;
    for n in 0..50 {
        ann.put(&format!("before-{n}"), 1.0);
    }
    ann.until_acked().await;
    site.relay.set(road);
    let acked = ann.acked;
    for n in 0..50 {
        ann.put(&format!("during-{n}"), 1.0);
    }
    // Work goes on, everybody is told, nothing is acknowledged.
    bob.until(|w| w.content().len() == 100).await;
    // A commit that was slow on its way here may have been told as such, and over, before.
    ann.until(|w| !w.durable && !site.house.live.ready().is_ready()).await;
    assert_eq!(ann.acked, acked);
    let disk = content(&site.on_disk().await);
    assert_eq!(disk.len(), 50);
    site.relay.set(Road::Open);
    ann.until(|w| w.durable && w.acked == w.seq).await;
    assert_eq!(content(&site.on_disk().await), ann.content());
    assert!(site.house.live.ready().is_ready());
}

#[actix::test]
async fn a_postgres_that_is_killed_under_load_loses_nothing_acknowledged_and_everything_lands_afterwards() {
    an_outage_under_load(Road::Closed).await;
}

#[actix::test]
async fn a_postgres_that_is_stopped_under_load_loses_nothing_acknowledged_and_everything_lands_afterwards() {
    an_outage_under_load(Road::Frozen).await;
}

#[actix::test]
async fn a_task_opened_while_postgres_is_away_opens_when_it_is_back() {
    let site = Site::new().await;
    let ann = site.house.connect("ann").await;
    site.relay.set(Road::Closed);
    let mut ann = Worker::new(ann, site.task);
    ann.subscribe(None);
    // Waits a little, then says so; the client asks again later.
    ann.until(|w| w.errors.iter().any(|e| e.code == "unavailable" && e.retryable)).await;
    site.relay.set(Road::Open);
    ann.subscribe(None);
    ann.until(|w| w.syncs == 1).await;
}

#[actix::test]
async fn edits_survive_the_compaction_of_a_real_log() {
    let site = Site::new().await;
    let mut ann = Worker::join(site.house.connect("ann").await, site.task).await;
    let key = site.house.key(site.task);
    let log = PgLog::new(site.database.store.clone());
    let document = log.open(&key).await.unwrap().id;
    for round in 0..5 {
        for n in 0..20 {
            ann.put(&format!("key-{n}"), f64::from(round * 100 + n));
        }
        let merge = Arc::new(tandem_actors::document::merge);
        log.compact(key.workspace, document, merge).await.unwrap();
    }
    ann.until_acked().await;
    assert_eq!(content(&site.on_disk().await), ann.content());
}
