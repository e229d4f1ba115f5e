//! Jobs on a real Postgres and a real S3 server, by one node and by two: done once, whoever dies, is cut off or panics.

#[path = "jobs/datasets.rs"]
#[allow(dead_code, reason = "the other tests of jobs use the rest")]
mod datasets;

use std::{
    collections::BTreeMap,
    io::{Cursor, Write as _},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use image::ImageFormat;
use serde_json::{Value, json};
use sqlx::Executor as _;
use tandem_actors::{
    config::{JobsConfig, RestartPolicy},
    jobs::{Done, Failure, JobHouse, JobPorts, Jobs, Kind, Work, exporting::Exporting, importing::Importing},
    supervision::Place,
};
use tandem_protocol::{
    JobFileId, JobId, NodeId,
    rest::{ExportInput, ImportInput, Job, JobState},
};
use tandem_store::{
    Store,
    export::page,
    job_files::{self, NewJobFile},
    jobs::{self, NewJob},
    objects::{ObjectError, Objects},
    testing::{Database, objects},
};
use tokio::sync::watch;

use datasets::{boxed, image, picture};

const PATIENCE: Duration = Duration::from_secs(60);

fn quick() -> JobsConfig {
    JobsConfig {
        tick: Duration::from_millis(50),
        beat: Duration::from_millis(30),
        sign_every: Duration::from_millis(100),
        first_pause: Duration::from_millis(20),
        longest_pause: Duration::from_millis(20),
        ..JobsConfig::default()
    }
}

struct World {
    database: Database,
    objects: Objects,
    _s3: tempfile::TempDir,
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self { database: Database::fresh().await, objects: objects(folder.path()).await, _s3: folder }
    }

    /// A node with connections of its own.
    async fn node(&self, config: JobsConfig, kinds: Vec<Arc<dyn Kind>>) -> Jobs {
        self.node_that_is_open_while(config, kinds, || true).await
    }

    async fn node_that_is_open_while(
        &self,
        config: JobsConfig,
        kinds: Vec<Arc<dyn Kind>>,
        is_open: impl Fn() -> bool + Send + Sync + 'static,
    ) -> Jobs {
        let ports = JobPorts { store: self.store().await, objects: self.objects.clone(), kinds, node: NodeId::new() };
        Jobs::start(
            Place::here(),
            RestartPolicy::default(),
            config,
            ports,
            JobHouse { announce: Box::new(|_| {}), is_open: Box::new(is_open) },
        )
        .expect("threads")
    }

    async fn store(&self) -> Store {
        Store::connect(&self.database.config).await.expect("connects")
    }

    async fn importing(&self) -> Arc<dyn Kind> {
        Arc::new(Importing::new(self.store().await, self.objects.clone()))
    }

    async fn make(&self, kind: &str, input: Value) -> JobId {
        let a = &self.database.a;
        let mut tx = a.as_user(a.admin).begin(&self.database.store).await.expect("begin");
        let job = jobs::create(&mut tx, NewJob { project: a.project, kind, input: &input, subject: None }).await.expect("create");
        tx.commit().await.expect("commit");
        job
    }

    async fn find(&self, job: JobId) -> Job {
        let mut tx = self.database.a.tenant().begin(&self.database.store).await.expect("begin");
        jobs::get(&mut tx, job).await.expect("get").expect("there")
    }

    async fn until(&self, job: JobId, holds: impl Fn(&Job) -> bool) -> Job {
        let waiting = async {
            loop {
                let now = self.find(job).await;
                if holds(&now) {
                    return now;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        match tokio::time::timeout(PATIENCE, waiting).await {
            Ok(job) => job,
            Err(_) => panic!("still {:?}", self.find(job).await),
        }
    }

    async fn ended(&self, job: JobId) -> Job {
        self.until(job, |job| !job.state.is_open()).await
    }

    /// Whoever works on jobs has said nothing for long.
    async fn take_workers_for_dead(&self) {
        let sql = "UPDATE jobs SET due = now() - interval '1 second' WHERE state = 'running'";
        self.database.owner().await.execute(sql).await.expect("time passes");
    }

    async fn cancel(&self, job: JobId) {
        let mut tx = self.database.a.tenant().begin(&self.database.store).await.expect("begin");
        jobs::cancel(&mut tx, job).await.expect("cancel");
        tx.commit().await.expect("commit");
    }

    async fn upload(&self, bytes: Vec<u8>) -> JobFileId {
        let a = &self.database.a;
        let mut tx = a.as_user(a.admin).begin(&self.database.store).await.expect("begin");
        let new = NewJobFile {
            project: a.project,
            job: None,
            filename: "street.zip".into(),
            content_type: "application/zip".into(),
            size: i64::try_from(bytes.len()).expect("small"),
            keep: Duration::from_secs(3600),
        };
        let stored = job_files::create(&mut tx, &new).await.expect("create");
        tx.commit().await.expect("commit");
        self.objects.put(&stored.object_key, bytes.into(), "application/zip").await.expect("put");
        stored.file.id
    }

    async fn make_import(&self, bytes: Vec<u8>) -> JobId {
        let file = self.upload(bytes).await;
        self.make(ImportInput::KIND, json!({ "format": "coco", "file_id": file })).await
    }

    /// The names of the project's tasks that came by imports, sorted.
    async fn imported(&self) -> Vec<String> {
        let mut tx = self.database.a.tenant().begin_snapshot(&self.database.store).await.expect("begin");
        let rows = page(&mut tx, self.database.a.project, None, None, 10_000).await.expect("a page");
        let mut names: Vec<String> =
            rows.into_iter().filter_map(|row| row.external_id).filter(|name| name.starts_with("street/")).collect();
        names.sort();
        names
    }
}

/// A COCO dataset of so many pictures, each with a box.
fn dataset(pictures: i64) -> Vec<u8> {
    let bytes = picture(32, 24, ImageFormat::Png);
    let name = |n: i64| format!("street/{n:04}.png");
    let file = json!({
        "images": (1..=pictures).map(|n| image(n, &name(n), 32, 24)).collect::<Vec<_>>(),
        "annotations": (1..=pictures).map(|n| boxed(n, n, 1, [1.0, 2.0, 10.0, 10.0])).collect::<Vec<_>>(),
        "categories": [{ "id": 1, "name": "cat" }],
    });
    let mut entries = vec![("annotations.json".to_owned(), file.to_string().into_bytes())];
    entries.extend((1..=pictures).map(|n| (name(n), bytes.clone())));
    archive(&entries)
}

fn archive(entries: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        zip.start_file(name.as_str(), zip::write::SimpleFileOptions::default()).expect("an entry");
        zip.write_all(bytes).expect("written");
    }
    zip.finish().expect("an archive").into_inner()
}

/// Notes each time a job is done.
#[derive(Default)]
struct Counting(Arc<Mutex<BTreeMap<JobId, usize>>>);

#[async_trait]
impl Kind for Counting {
    fn name(&self) -> &'static str {
        "count"
    }

    async fn run(&self, work: &Work) -> Result<Done, Failure> {
        *self.0.lock().expect("no panic").entry(work.claim.job).or_default() += 1;
        tokio::time::sleep(Duration::from_millis(10)).await;
        Ok(Done::Result(json!({ "counted": work.claim.input["to"] })))
    }
}

/// Goes on until it is told to stop.
struct Walking;

#[async_trait]
impl Kind for Walking {
    fn name(&self) -> &'static str {
        "walk"
    }

    async fn run(&self, work: &Work) -> Result<Done, Failure> {
        for step in 1.. {
            work.go_on()?;
            work.progress("walking", step, 0);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(Done::Result(Value::Null))
    }
}

struct Poison(Arc<AtomicUsize>);

#[async_trait]
impl Kind for Poison {
    fn name(&self) -> &'static str {
        "poison"
    }

    async fn run(&self, _: &Work) -> Result<Done, Failure> {
        self.0.fetch_add(1, Ordering::SeqCst);
        panic!("of a test");
    }
}

/// Begins only when it is let go.
struct Held {
    kind: Arc<dyn Kind>,
    go: watch::Receiver<bool>,
}

#[async_trait]
impl Kind for Held {
    fn name(&self) -> &'static str {
        self.kind.name()
    }

    async fn run(&self, work: &Work) -> Result<Done, Failure> {
        self.go.clone().wait_for(|go| *go).await.expect("the test lives");
        self.kind.run(work).await
    }
}

#[actix::test]
async fn of_two_nodes_each_job_is_done_by_one_once() {
    let world = World::new().await;
    let counts: Arc<Mutex<BTreeMap<JobId, usize>>> = Arc::default();
    let mut made = Vec::new();
    for n in 0..30 {
        made.push(world.make("count", json!({ "to": n })).await);
    }
    let one = world.node(quick(), vec![Arc::new(Counting(Arc::clone(&counts)))]).await;
    let other = world.node(quick(), vec![Arc::new(Counting(Arc::clone(&counts)))]).await;
    for (n, job) in made.iter().enumerate() {
        let ended = world.ended(*job).await;
        assert_eq!((ended.state, ended.result, ended.attempt), (JobState::Succeeded, Some(json!({ "counted": n })), 1));
    }
    assert_eq!(*counts.lock().expect("no panic"), made.into_iter().map(|job| (job, 1)).collect());
    one.close().await;
    other.close().await;
}

#[actix::test]
async fn a_job_that_panics_each_time_has_failed_after_three_attempts_and_the_node_goes_on() {
    let world = World::new().await;
    let begun = Arc::new(AtomicUsize::new(0));
    let config = JobsConfig { workers: 1, ..quick() };
    let kinds: Vec<Arc<dyn Kind>> = vec![Arc::new(Poison(Arc::clone(&begun))), Arc::new(Counting::default())];
    let poison = world.make("poison", json!({})).await;
    let node = world.node(config, kinds).await;
    let ended = world.ended(poison).await;
    assert_eq!((ended.state, ended.attempt, begun.load(Ordering::SeqCst)), (JobState::Failed, 3, 3));
    assert!(ended.error.expect("an error").contains(&poison.to_string()));
    let next = world.make("count", json!({ "to": 1 })).await;
    assert_eq!(world.ended(next).await.state, JobState::Succeeded);
    assert_eq!(begun.load(Ordering::SeqCst), 3, "it is not begun again");
    node.close().await;
}

#[actix::test]
async fn a_job_that_is_cancelled_stops_and_its_place_is_free() {
    let world = World::new().await;
    let node = world.node(JobsConfig { workers: 1, ..quick() }, vec![Arc::new(Walking), Arc::new(Counting::default())]).await;
    let walk = world.make("walk", json!({})).await;
    world.until(walk, |job| job.phase.as_deref() == Some("walking") && job.done > 3).await;
    let waiting = world.make("count", json!({ "to": 1 })).await;
    assert_eq!(node.at_work(world.database.a.workspace).len(), 1);
    assert!(node.at_work(world.database.b.workspace).is_empty());
    world.cancel(walk).await;
    assert_eq!(world.ended(walk).await.state, JobState::Cancelled);
    assert_eq!(world.ended(waiting).await.state, JobState::Succeeded);
    node.close().await;
}

#[actix::test]
async fn a_node_that_stops_gives_its_jobs_to_others_and_no_attempt_is_lost() {
    let world = World::new().await;
    let one = world.node(quick(), vec![Arc::new(Walking)]).await;
    let walk = world.make("walk", json!({})).await;
    world.until(walk, |job| job.state == JobState::Running && job.done > 0).await;
    one.close().await;
    let given_back = world.find(walk).await;
    assert_eq!((given_back.state, given_back.attempt), (JobState::Queued, 0));
    let other = world.node(quick(), vec![Arc::new(Walking)]).await;
    world.until(walk, |job| job.state == JobState::Running && job.attempt == 1).await;
    world.cancel(walk).await;
    world.ended(walk).await;
    other.close().await;
}

#[actix::test]
async fn a_node_that_is_drained_takes_no_more_jobs_and_ends_those_it_is_at() {
    let world = World::new().await;
    let open = Arc::new(AtomicBool::new(true));
    let (is_open, (let_go, go)) = (Arc::clone(&open), watch::channel(false));
    let held = Held { kind: Arc::new(Counting::default()), go };
    let config = JobsConfig { workers: 2, ..quick() };
    let drained = world.node_that_is_open_while(config, vec![Arc::new(held)], move || is_open.load(Ordering::SeqCst)).await;
    let begun = world.make("count", json!({ "to": 1 })).await;
    world.until(begun, |job| job.state == JobState::Running).await;
    open.store(false, Ordering::SeqCst);
    let next = world.make("count", json!({ "to": 2 })).await;
    // A place is free, and the node looked at what is due several times.
    drained.look();
    tokio::time::sleep(10 * quick().tick).await;
    let_go.send(true).expect("it waits");
    assert_eq!(world.ended(begun).await.state, JobState::Succeeded, "what it was at goes on");
    assert_eq!(world.find(next).await.state, JobState::Queued);
    open.store(true, Ordering::SeqCst);
    assert_eq!(world.ended(next).await.state, JobState::Succeeded, "it is to stay after all");
    drained.close().await;
}

#[actix::test]
async fn an_archive_is_imported_and_a_second_time_nothing_is_new() {
    let world = World::new().await;
    let node = world.node(quick(), vec![world.importing().await]).await;
    let bytes = dataset(12);
    let first = world.ended(world.make_import(bytes.clone()).await).await;
    assert_eq!((first.state, first.error), (JobState::Succeeded, None));
    let report = first.result.expect("a report");
    assert_eq!((&report["imported"]["images"], &report["imported"]["annotations"]), (&json!(12), &json!(12)));
    assert_eq!(world.imported().await.len(), 12);
    let second = world.ended(world.make_import(bytes).await).await;
    assert_eq!(second.result.expect("a report")["skipped"]["images"], json!(12));
    assert_eq!(world.imported().await.len(), 12);
    node.close().await;
}

#[actix::test]
async fn a_worker_that_was_taken_for_dead_and_goes_on_imports_nothing() {
    let world = World::new().await;
    let (go, held) = watch::channel(false);
    // It gives no sign of life, and hears nothing: as if it had been frozen.
    let silent = JobsConfig { beat: Duration::from_secs(3600), ..quick() };
    let frozen = world.node(silent, vec![Arc::new(Held { kind: world.importing().await, go: held.clone() })]).await;
    let job = world.make_import(dataset(6)).await;
    world.until(job, |job| job.state == JobState::Running).await;
    world.take_workers_for_dead().await;
    // The next one is cancelled before it has done anything.
    let living = world.node(quick(), vec![Arc::new(Walks::as_import())]).await;
    world.until(job, |job| job.attempt == 2).await;
    world.cancel(job).await;
    assert_eq!(world.ended(job).await.state, JobState::Cancelled);
    go.send(true).expect("held");
    while !frozen.at_work(world.database.a.workspace).is_empty() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(world.imported().await.is_empty(), "the frozen worker's tasks are nowhere");
    assert_eq!(world.find(job).await.state, JobState::Cancelled);
    living.close().await;
    frozen.close().await;
}

#[actix::test]
async fn what_a_dead_node_began_another_finishes_and_no_task_is_there_twice() {
    let world = World::new().await;
    let (go, held) = watch::channel(false);
    let silent = JobsConfig { beat: Duration::from_secs(3600), ..quick() };
    let dead = world.node(silent, vec![Arc::new(Held { kind: world.importing().await, go: held })]).await;
    let job = world.make_import(dataset(8)).await;
    world.until(job, |job| job.state == JobState::Running).await;
    world.take_workers_for_dead().await;
    let living = world.node(quick(), vec![world.importing().await]).await;
    // Both at once, from here on.
    go.send(true).expect("held");
    let ended = world.ended(job).await;
    assert_eq!((ended.state, ended.attempt), (JobState::Succeeded, 2), "{:?}", ended.error);
    while !dead.at_work(world.database.a.workspace).is_empty() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let names = world.imported().await;
    assert_eq!(names, (1..=8).map(|n| format!("street/{n:04}.png")).collect::<Vec<_>>());
    assert_eq!(world.find(job).await.result, ended.result);
    living.close().await;
    dead.close().await;
}

/// A walk under the name of an import.
struct Walks(&'static str);

impl Walks {
    fn as_import() -> Self {
        Self(ImportInput::KIND)
    }
}

#[async_trait]
impl Kind for Walks {
    fn name(&self) -> &'static str {
        self.0
    }

    async fn run(&self, work: &Work) -> Result<Done, Failure> {
        Walking.run(work).await
    }
}

#[actix::test]
async fn what_cannot_be_imported_fails_at_once_and_says_why_without_our_folders() {
    let world = World::new().await;
    let node = world.node(quick(), vec![world.importing().await]).await;
    let two = archive(&[("a.json".into(), b"{}".to_vec()), ("b.json".into(), b"{}".to_vec())]);
    let broken = archive(&[("a.json".into(), b"{\"images\": [".to_vec())]);
    for (bytes, says) in [(b"no archive".to_vec(), "no ZIP archive"), (two, "`annotations`"), (broken, "a.json")] {
        let ended = world.ended(world.make_import(bytes).await).await;
        assert_eq!((ended.state, ended.attempt), (JobState::Failed, 1));
        let error = ended.error.expect("an error");
        assert!(error.contains(says) && !error.contains(&*std::env::temp_dir().to_string_lossy()), "{error}");
    }
    let absent = world.make(ImportInput::KIND, json!({ "format": "coco", "file_id": JobFileId::new() })).await;
    assert!(world.ended(absent).await.error.expect("an error").contains("upload it again"));
    node.close().await;
}

#[actix::test]
async fn an_export_is_a_file_that_is_kept_for_a_while() {
    let world = World::new().await;
    let exporting: Arc<dyn Kind> = Arc::new(Exporting::new(world.store().await, world.objects.clone()));
    let node = world.node(quick(), vec![world.importing().await, exporting]).await;
    world.ended(world.make_import(dataset(5)).await).await;
    let ended = world.ended(world.make(ExportInput::KIND, json!({ "format": "coco" })).await).await;
    assert_eq!(ended.state, JobState::Succeeded, "{:?}", ended.error);
    let file = ended.file.expect("a file");
    assert!(file.filename.ends_with(".coco.json"), "{}", file.filename);
    let mut tx = world.database.a.tenant().begin(&world.database.store).await.expect("begin");
    let stored = job_files::get(&mut tx, file.id).await.expect("get").expect("there");
    drop(tx);
    let bytes = world.objects.get(&stored.object_key).await.expect("stored");
    assert_eq!(i64::try_from(bytes.len()).ok(), Some(file.size));
    let whole: Value = serde_json::from_slice(&bytes).expect("JSON");
    assert_eq!(whole["annotations"].as_array().map(Vec::len), Some(5));

    node.clear_out().await.expect("clears");
    world.objects.head(&stored.object_key).await.expect("still kept");
    world.database.owner().await.execute("UPDATE job_files SET expires_at = now() - interval '1 second'").await.expect("a week passes");
    node.clear_out().await.expect("clears");
    assert!(matches!(world.objects.head(&stored.object_key).await, Err(ObjectError::NotFound { .. })));
    assert_eq!(world.find(ended.id).await.file, None);
    node.close().await;
}
