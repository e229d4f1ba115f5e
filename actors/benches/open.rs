//! A document nobody had open, until it can be joined: 5,000 shapes in a snapshot, 200 edits behind it. Building it in memory, alone; and
//! from the question to the log to a document, over Postgres, if `TANDEM_TEST_DATABASE_URL` names one.
//! `tandem dev postgres -- cargo bench -p tandem-actors --bench open`.

use std::{hint::black_box, sync::Arc, time::Duration};

use bytes::Bytes;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use tandem_actors::document::{self, Limits, LiveDoc, ROOTS};
use tandem_protocol::{Geometry, RegionId, UserId, rest::Region};
use tandem_store::{
    documents::{DocumentKey, DocumentLog, NewUpdate, PgLog},
    testing::{Database, URL_VARIABLE},
};
use yrs::{Map, OffsetKind, Options, Transact, Update, updates::decoder::Decode};

const SHAPES: i32 = 5_000;
const TAIL: usize = 200;

fn shapes() -> Vec<Region> {
    let shape = |z| Region {
        id: RegionId::new(),
        label: "car".into(),
        geometry: Geometry::Box { x: f64::from(z), y: 1.5, width: 20.0, height: 30.0 },
        attributes: serde_json::Map::new(),
        author: Some(UserId::new()),
        z,
        relations: Vec::new(),
    };
    (0..SHAPES).map(shape).collect()
}

/// The snapshot, and edits made after it.
fn stored() -> (Bytes, Vec<Bytes>) {
    let snapshot = Bytes::from(document::build(&shapes(), 0));
    let doc = yrs::Doc::with_options(Options { offset_kind: OffsetKind::Utf16, ..Options::default() });
    doc.transact_mut().apply_update(Update::decode_v1(&snapshot).unwrap()).unwrap();
    let map = doc.get_or_insert_map("regions");
    let edit = |number| {
        let mut txn = doc.transact_mut();
        map.insert(&mut txn, format!("later {number}"), number as f64);
        txn.commit();
        Bytes::from(txn.encode_update_v1())
    };
    let tail = (0..TAIL).map(edit).collect();
    (snapshot, tail)
}

fn build(c: &mut Criterion) {
    let (snapshot, tail) = stored();
    let parts: Vec<Bytes> = std::iter::once(snapshot).chain(tail).collect();
    let mut group = c.benchmark_group("open 5,000 shapes");
    group.throughput(Throughput::Bytes(parts.iter().map(Bytes::len).sum::<usize>() as u64));
    group.bench_function("build", |b| b.iter_with_large_drop(|| LiveDoc::load(black_box(&parts), Limits::default()).unwrap()));
    group.bench_function("its bytes checked, not built", |b| {
        b.iter(|| parts.iter().all(|part| document::inspect(black_box(part), &ROOTS).is_ok()))
    });
    let doc = LiveDoc::load(&parts, Limits::default()).unwrap();
    group.bench_function("the whole of it for a newcomer", |b| b.iter(|| black_box(&doc).diff(&yrs::StateVector::default())));
    group.finish();
}

fn cold(c: &mut Criterion) {
    if std::env::var_os(URL_VARIABLE).is_none() {
        return eprintln!("{URL_VARIABLE} is not set: not measured over Postgres");
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let database = runtime.block_on(Database::fresh());
    let seeded = database.a;
    let key = DocumentKey { workspace: seeded.workspace, project: seeded.project, task: seeded.tasks[0], step: "annotate".into() };
    let log = PgLog::new(database.store.clone());
    runtime.block_on(async {
        let (snapshot, tail) = stored();
        let id = log.open(&key).await.unwrap().id;
        let row = |payload| NewUpdate { document: id, workspace: key.workspace, author: None, payload };
        log.append(&[row(snapshot)]).await.unwrap();
        log.compact(key.workspace, id, Arc::new(document::merge)).await.unwrap();
        log.append(&tail.into_iter().map(row).collect::<Vec<_>>()).await.unwrap();
    });
    let mut group = c.benchmark_group("open 5,000 shapes");
    group.bench_function("cold, over Postgres", |b| {
        b.iter(|| {
            runtime.block_on(async {
                let mut stored = log.open(&key).await.unwrap();
                let parts = stored.snapshot.take().into_iter().chain(stored.updates).collect();
                document::load(parts, Limits::default()).await.unwrap()
            })
        });
    });
    group.finish();
    let _inside = runtime.enter();
    drop(database);
}

fn quick() -> Criterion {
    Criterion::default().sample_size(20).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(2))
}

criterion_group! { name = benches; config = quick(); targets = build, cold }
criterion_main!(benches);
