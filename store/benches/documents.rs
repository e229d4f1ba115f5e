//! The document log over Postgres: what a commit costs by the number of its edits, and what opening a document costs that has a snapshot
//! of a megabyte and 200 edits behind it. `tandem dev postgres -- cargo bench -p tandem-store --bench documents`.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use tandem_protocol::DocumentId;
use tandem_store::{
    documents::{DocumentKey, DocumentLog, Merge, Merged, NewUpdate, PgLog},
    testing::{Database, URL_VARIABLE},
};
use tokio::runtime::Runtime;

/// What one moved box takes.
const EDIT: &[u8] = &[7; 120];
const SNAPSHOT: usize = 1 << 20;
const TAIL: usize = 200;

struct Site {
    runtime: Runtime,
    log: PgLog,
    key: DocumentKey,
    document: DocumentId,
    database: Option<Database>,
}

impl Site {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let database = runtime.block_on(Database::fresh());
        let seeded = database.a;
        let key = DocumentKey { workspace: seeded.workspace, project: seeded.project, task: seeded.tasks[0], step: "annotate".into() };
        let log = PgLog::new(database.store.clone());
        let document = runtime.block_on(log.open(&key)).unwrap().id;
        Self { runtime, log, key, document, database: Some(database) }
    }

    fn rows(&self, count: usize, payload: &Bytes) -> Vec<NewUpdate> {
        let row = || NewUpdate { document: self.document, workspace: self.key.workspace, author: None, payload: payload.clone() };
        std::iter::repeat_with(row).take(count).collect()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        // Its pools belong to the runtime.
        let _inside = self.runtime.enter();
        self.database.take();
    }
}

fn append(c: &mut Criterion) {
    let site = Site::new();
    let mut group = c.benchmark_group("commit");
    for count in [1, 16, 200, 2_000] {
        let rows = site.rows(count, &Bytes::from_static(EDIT));
        group.throughput(Throughput::Elements(count as u64));
        group.bench_function(BenchmarkId::from_parameter(count), |b| b.iter(|| site.runtime.block_on(site.log.append(&rows)).unwrap()));
    }
    group.finish();
}

fn open(c: &mut Criterion) {
    let site = Site::new();
    let newest: Merge = Arc::new(|parts| Ok(Merged { update: parts[0].to_vec(), state_vector: Vec::new() }));
    site.runtime.block_on(async {
        // As hard to compress as a document.
        let noise: Vec<u8> = (0..SNAPSHOT as u64).map(|n| (n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8).collect();
        site.log.append(&site.rows(1, &noise.into())).await.unwrap();
        site.log.compact(site.key.workspace, site.document, newest).await.unwrap();
        site.log.append(&site.rows(TAIL, &Bytes::from_static(EDIT))).await.unwrap();
    });
    c.bench_function("open 1 MiB and 200 edits", |b| b.iter(|| site.runtime.block_on(site.log.open(&site.key)).unwrap()));
}

fn documents(c: &mut Criterion) {
    if std::env::var_os(URL_VARIABLE).is_none() {
        return eprintln!("{URL_VARIABLE} is not set: nothing to measure over");
    }
    append(c);
    open(c);
}

fn quick() -> Criterion {
    Criterion::default().sample_size(20).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(2))
}

criterion_group! { name = benches; config = quick(); targets = documents }
criterion_main!(benches);
