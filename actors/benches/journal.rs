//! The Journal: how many edits a second it brings to the disk, and how long a single one takes; over a log in memory, which shows its own
//! cost, and over Postgres, if `TANDEM_TEST_DATABASE_URL` names one. `tandem dev postgres -- cargo bench -p tandem-actors --bench journal`.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use actix::{Actor, Context, Handler, Recipient, System};
use bytes::Bytes;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use tandem_actors::{
    config::{JournalConfig, RestartPolicy},
    journal::{Edit, JournalHandle, JournalNews, Ticket},
    supervision::Place,
};
use tandem_protocol::{DocumentId, ProjectId, TaskId, WorkspaceId};
use tandem_store::{
    documents::{DocumentKey, DocumentLog, MemoryLog, PgLog},
    testing::{Database, URL_VARIABLE},
};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// Of each document in a burst.
const EDITS: u64 = 200;
/// What one moved box takes.
const BYTES: usize = 120;

/// A room, as the Journal sees it.
struct Listener(UnboundedSender<Ticket>);

impl Actor for Listener {
    type Context = Context<Self>;
}

impl Handler<JournalNews> for Listener {
    type Result = ();

    fn handle(&mut self, news: JournalNews, _: &mut Context<Self>) {
        match news {
            JournalNews::Durable { upto } => self.0.send(upto).unwrap(),
            JournalNews::Refused { why, .. } => panic!("refused: {why:?}"),
        }
    }
}

struct Document {
    key: Arc<DocumentKey>,
    id: DocumentId,
    room: Recipient<JournalNews>,
    durable: UnboundedReceiver<Ticket>,
    last: Ticket,
}

struct Desk {
    journal: JournalHandle,
    documents: Vec<Document>,
    /// It ends with the benchmark.
    _database: Option<Database>,
}

impl Desk {
    async fn over(log: Arc<dyn DocumentLog>, keys: Vec<DocumentKey>, database: Option<Database>) -> Self {
        let place = Place::here();
        let journal = JournalHandle::start(place, RestartPolicy::default(), JournalConfig::default(), Arc::clone(&log));
        let mut documents = Vec::new();
        for key in keys {
            let (tell, durable) = unbounded_channel();
            let id = log.open(&key).await.unwrap().id;
            documents.push(Document { key: Arc::new(key), id, room: Listener(tell).start().recipient(), durable, last: 0 });
        }
        journal.flush().await;
        Self { journal, documents, _database: database }
    }

    async fn in_memory() -> Self {
        let (workspace, project) = (WorkspaceId::new(), ProjectId::new());
        let key = || DocumentKey { workspace, project, task: TaskId::new(), step: "annotate".into() };
        Self::over(Arc::new(MemoryLog::new()), (0..20).map(|_| key()).collect(), None).await
    }

    async fn in_postgres() -> Self {
        let database = Database::fresh().await;
        let seeded = database.a;
        let key =
            |task, step: usize| DocumentKey { workspace: seeded.workspace, project: seeded.project, task, step: format!("step {step}") };
        // Three tasks are seeded; each of their steps is a document.
        let keys = (0..20).map(|number| key(seeded.tasks[number % 3], number)).collect();
        Self::over(Arc::new(PgLog::new(database.store.clone())), keys, Some(database)).await
    }

    fn append(&mut self, document: usize) {
        let document = &mut self.documents[document];
        document.last += 1;
        let edit = Edit {
            key: Arc::clone(&document.key),
            document: document.id,
            author: None,
            payload: Some(Bytes::from_static(&[7; BYTES])),
            reserved: self.journal.reserve(BYTES).unwrap(),
            ticket: document.last,
        };
        self.journal.append(edit, self.journal.status().generation, document.room.clone()).unwrap();
    }

    async fn settled(&mut self) {
        for document in &mut self.documents {
            while document.last > 0 && document.durable.recv().await.unwrap() < document.last {}
        }
    }

    /// One edit, on disk and told.
    async fn single(&mut self, count: u64) -> Duration {
        let mut took = Duration::ZERO;
        for _ in 0..count {
            let began = Instant::now();
            self.append(0);
            let document = &mut self.documents[0];
            while document.durable.recv().await.unwrap() < document.last {}
            took += began.elapsed();
        }
        took
    }

    /// Many edits of many documents, on disk and told.
    async fn burst(&mut self, count: u64) -> Duration {
        let mut took = Duration::ZERO;
        for _ in 0..count {
            let began = Instant::now();
            for _ in 0..EDITS {
                (0..self.documents.len()).for_each(|document| self.append(document));
                // As rooms and sockets do in between.
                tokio::task::yield_now().await;
            }
            self.settled().await;
            took += began.elapsed();
        }
        took
    }
}

fn measure(c: &mut Criterion, over: &str, desk: impl AsyncFn() -> Desk) {
    let system = System::new();
    let mut desk = system.block_on(desk());
    let mut group = c.benchmark_group(format!("journal over {over}"));
    group.bench_function("one edit", |b| b.iter_custom(|count| system.block_on(desk.single(count))));
    group.sample_size(10).throughput(Throughput::Elements(EDITS * desk.documents.len() as u64));
    // A burst takes a ticket of every document.
    system.block_on(async {
        desk.burst(1).await;
    });
    group.bench_function("edits of 20 documents", |b| b.iter_custom(|count| system.block_on(desk.burst(count))));
    group.finish();
    system.block_on(async { drop(desk) });
}

fn journal(c: &mut Criterion) {
    measure(c, "memory", Desk::in_memory);
    if std::env::var_os(URL_VARIABLE).is_some() {
        measure(c, "Postgres", Desk::in_postgres);
    } else {
        eprintln!("{URL_VARIABLE} is not set: not measured over Postgres");
    }
}

fn quick() -> Criterion {
    Criterion::default().sample_size(20).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(2))
}

criterion_group! { name = benches; config = quick(); targets = journal }
criterion_main!(benches);
