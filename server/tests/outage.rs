//! The journal over a real Postgres that is killed and stopped under load: what was acknowledged is there, each once told, and what was
//! not arrives afterwards.

#![allow(clippy::unwrap_used)]

use std::{
    collections::BTreeSet,
    fs,
    path::PathBuf,
    process::Command,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use actix::{Actor, Context, Handler};
use bytes::Bytes;
use secrecy::{ExposeSecret as _, SecretString};
use server::embedded::postgres::{Options, Passwords, Places, Postgres, stop_leftover};
use sqlx::{Connection as _, Executor as _};
use tandem_actors::{
    config::{JournalConfig, RestartPolicy},
    journal::{Edit, JournalHandle, JournalNews},
    supervision::Place,
};
use tandem_protocol::{DocumentId, ProjectId, TaskId, WorkspaceId};
use tandem_store::{
    Store, StoreConfig,
    documents::{DocumentKey, PgLog},
    migrate,
};
use tokio::time::sleep;

struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = stop_leftover(&self.0);
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What a room would be told.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<u64>>>);

impl Told {
    fn upto(&self) -> u64 {
        self.0.lock().unwrap().last().copied().unwrap_or(0)
    }
}

impl Actor for Told {
    type Context = Context<Self>;
}

impl Handler<JournalNews> for Told {
    type Result = ();

    fn handle(&mut self, news: JournalNews, _: &mut Self::Context) {
        match news {
            JournalNews::Durable { upto } => self.0.lock().unwrap().push(upto),
            JournalNews::Refused { ticket, why } => panic!("{ticket} was refused: {why:?}"),
        }
    }
}

struct Site {
    postgres: Postgres,
    journal: JournalHandle,
    documents: Vec<(Arc<DocumentKey>, DocumentId, Told, actix::Addr<Told>)>,
    sent: u64,
    _folder: Folder,
}

impl Site {
    async fn new() -> Self {
        let path = std::env::temp_dir().join(format!("tandem-test-outage-{}", uuid::Uuid::now_v7().simple()));
        fs::create_dir_all(&path).unwrap();
        let folder = Folder(path);
        let secret = |text: &str| SecretString::from(text);
        let options = Options {
            data_dir: folder.0.clone(),
            places: Places::of_process(None, Some("/usr/local/bin:/usr/bin:/bin")),
            passwords: Passwords { superuser: secret("super"), owner: secret("owner") },
            // What is killed must keep what it committed.
            throwaway: false,
        };
        let postgres = tokio::task::spawn_blocking(move || Postgres::start(&options).unwrap()).await.unwrap();
        let mut config = StoreConfig::new(postgres.owner_url().expose_secret(), "a tenant key of thirty-two characters");
        config.acquire_timeout = Duration::from_secs(1);
        migrate(&config).await.unwrap();
        let log = Arc::new(PgLog::new(Store::connect(&config).await.unwrap()));
        let place = Place::here();
        let config = JournalConfig { commit_timeout: Duration::from_millis(700), ..JournalConfig::default() };
        let journal = JournalHandle::start(place, RestartPolicy::default(), config, log);
        let mut site = Self { postgres, journal, documents: Vec::new(), sent: 0, _folder: folder };
        for _ in 0..4 {
            site.document().await;
        }
        site
    }

    async fn owner(&self) -> sqlx::PgConnection {
        // Not the database's default: the one the owner works in.
        let url = self.postgres.owner_url().expose_secret().replace("tandem_owner:owner@", "postgres:super@");
        sqlx::PgConnection::connect(&url).await.unwrap()
    }

    /// A document without the task and the project around it.
    async fn document(&mut self) {
        let (key, id) = (
            DocumentKey { workspace: WorkspaceId::new(), project: ProjectId::new(), task: TaskId::new(), step: "annotate".into() },
            DocumentId::new(),
        );
        let mut owner = self.owner().await;
        owner.execute("SET session_replication_role = replica").await.unwrap();
        sqlx::query("INSERT INTO documents (id, workspace_id, project_id, task_id, lineage) VALUES ($1, $2, $3, $4, $1)")
            .bind(id.0)
            .bind(key.workspace.0)
            .bind(key.project.0)
            .bind(key.task.0)
            .execute(&mut owner)
            .await
            .unwrap();
        let told = Told::default();
        self.documents.push((Arc::new(key), id, told.clone(), told.start()));
    }

    /// Load for a while: an edit a millisecond, round the documents.
    async fn work(&mut self, time: Duration) {
        let until = Instant::now() + time;
        while Instant::now() < until {
            let (index, ticket) = (self.sent % 4, self.sent / 4 + 1);
            let (key, document, _, room) = &self.documents[usize::try_from(index).unwrap()];
            let payload = Bytes::copy_from_slice(&ticket.to_be_bytes());
            let reserved = self.journal.reserve(payload.len()).unwrap();
            let edit = Edit { key: key.clone(), document: *document, author: None, payload: Some(payload), reserved, ticket };
            let generation = self.journal.status().generation.max(1);
            self.journal.append(edit, generation, room.clone().recipient()).unwrap();
            self.sent += 1;
            sleep(Duration::from_millis(1)).await;
        }
    }

    fn acknowledged(&self) -> Vec<u64> {
        self.documents.iter().map(|(_, _, told, _)| told.upto()).collect()
    }

    async fn on_disk(&self, index: usize) -> BTreeSet<u64> {
        let mut owner = self.owner().await;
        let rows: Vec<Vec<u8>> = sqlx::query_scalar("SELECT payload FROM document_updates WHERE document_id = $1")
            .bind(self.documents[index].1.0)
            .fetch_all(&mut owner)
            .await
            .unwrap();
        rows.into_iter().map(|payload| u64::from_be_bytes(payload.try_into().unwrap())).collect()
    }

    /// Whoever was told, was told the truth.
    async fn check(&self, acknowledged: &[u64]) {
        for (index, upto) in acknowledged.iter().enumerate() {
            let there = self.on_disk(index).await;
            assert!((1..=*upto).all(|ticket| there.contains(&ticket)), "document {index}: not all up to {upto}");
        }
    }

    async fn is_back(&self) {
        let url = self.postgres.owner_url();
        while sqlx::PgConnection::connect(url.expose_secret()).await.is_err() {
            sleep(Duration::from_millis(50)).await;
        }
    }
}

/// Postgres and every process of its own.
fn signal(postmaster: i32, signal: &str) {
    let children = fs::read_dir("/proc").unwrap().flatten().filter_map(|entry| {
        let pid: i32 = entry.file_name().to_str()?.parse().ok()?;
        let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
        let parent: i32 = stat.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()?;
        (parent == postmaster).then_some(pid)
    });
    for pid in std::iter::once(postmaster).chain(children.collect::<Vec<_>>()) {
        // One that ended meanwhile needs no signal.
        let _ = Command::new("kill").args([signal, &pid.to_string()]).status();
    }
}

#[actix_web::test]
async fn a_postgres_killed_and_stopped_under_load_loses_nothing_acknowledged_and_everything_lands_once_it_is_back() {
    let mut site = Site::new().await;
    while site.acknowledged().contains(&0) {
        site.work(Duration::from_millis(100)).await;
    }
    for _ in 0..2 {
        let pid = site.postgres.pid().unwrap();
        let acknowledged = site.acknowledged();
        signal(pid, "-KILL");
        site.work(Duration::from_millis(400)).await;
        site.is_back().await;
        site.check(&acknowledged).await;
        site.work(Duration::from_millis(400)).await;
    }
    let pid = site.postgres.pid().unwrap();
    signal(pid, "-STOP");
    // Longer than a commit may take: it is given up, tried again, and may be kept twice.
    // What it had said already is on its way.
    site.work(Duration::from_millis(500)).await;
    let before = site.acknowledged();
    site.work(Duration::from_millis(1_700)).await;
    assert!(!site.journal.status().durable);
    assert_eq!(site.acknowledged(), before);
    signal(pid, "-CONT");
    site.work(Duration::from_millis(500)).await;
    site.journal.flush().await;
    // What was told is on its way to the rooms.
    let sent = site.sent / 4;
    while site.acknowledged().iter().any(|upto| *upto < sent) {
        sleep(Duration::from_millis(10)).await;
    }
    site.check(&site.acknowledged()).await;
    assert!(site.journal.status().durable);
    for (_, _, told, _) in &site.documents {
        let told = told.0.lock().unwrap();
        assert!(told.is_sorted_by(|a, b| a < b), "each acknowledgement once, in order");
    }
    site.postgres.stop();
}
