//! What a room costs from the frame that comes in to the frames that went out: sessions, Desk, room, journal and outboxes are the real
//! ones; only sockets, which take everything at once, and the disk are in memory. `cargo bench -p tandem-actors --bench room`.
//!
//! The clock of the runtime is paused: the tick a room gathers for passes at once, and what is measured is work alone. Hours pass in it
//! within seconds, so nothing may be due in them.

#[path = "../tests/common/mod.rs"]
mod common;

use std::{
    cell::{Cell, RefCell},
    future::poll_fn,
    hint::black_box,
    io,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use actix::System;
use actix_http::ws::{Codec, Message};
use actix_web::error::PayloadError;
use bytes::{Bytes, BytesMut};
use common::{CHANNEL, House, new_doc};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use tandem_actors::session::{Connection, pipe, tandem};
use tandem_protocol::{
    TaskId,
    ws::{ClientControl, ClientFrame, ClientHot, Encoded, Hello, Subprotocol, Subscribe, Topic, TopicKind},
};
use tokio::{
    io::AsyncWrite,
    sync::mpsc::{UnboundedSender, unbounded_channel},
    time::sleep,
};
use tokio_stream::wrappers::UnboundedReceiverStream;
use tokio_util::codec::Encoder;
use yrs::{Doc, Map, Transact};

const SIZES: [usize; 3] = [20, 200, 1_000];
const SUBPROTOCOL: Subprotocol = Subprotocol::Bincode;
/// People who edit, each by turns one of its own values.
const EDITORS: usize = 10;
const NEVER: Duration = Duration::from_secs(300 * 86_400);

/// Who was told something in this round.
#[derive(Default)]
struct Round {
    number: Cell<u64>,
    told: Cell<usize>,
    waiting: RefCell<Option<Waker>>,
}

impl Round {
    fn begin(&self) {
        self.number.set(self.number.get() + 1);
        self.told.set(0);
    }

    async fn all_told(&self, people: usize) {
        poll_fn(|cx| {
            if self.told.get() >= people {
                return Poll::Ready(());
            }
            self.waiting.replace(Some(cx.waker().clone()));
            Poll::Pending
        })
        .await;
    }
}

/// A socket that takes everything.
struct Sink {
    round: Rc<Round>,
    seen: u64,
}

impl AsyncWrite for Sink {
    fn poll_write(mut self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let number = self.round.number.get();
        if std::mem::replace(&mut self.seen, number) != number {
            self.round.told.set(self.round.told.get() + 1);
            if let Some(waker) = self.round.waiting.take() {
                waker.wake();
            }
        }
        Poll::Ready(Ok(black_box(bytes).len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

struct Person(UnboundedSender<Result<Bytes, PayloadError>>);

impl Person {
    fn send(&self, frame: Bytes) {
        self.0.send(Ok(frame)).unwrap();
    }
}

/// As the frame comes from a client's socket.
fn frame(message: impl Into<ClientFrame>) -> Bytes {
    let message = match message.into().encode(SUBPROTOCOL) {
        Encoded::Text(text) => Message::Text(text.into()),
        Encoded::Binary(bytes) => Message::Binary(bytes),
    };
    let mut out = BytesMut::new();
    Codec::new().client_mode().encode(message, &mut out).unwrap();
    out.freeze()
}

fn control(message: impl Into<ClientControl>) -> Bytes {
    frame(ClientFrame::Control(message.into()))
}

struct Full {
    house: House,
    task: TaskId,
    people: Vec<Person>,
    round: Rc<Round>,
}

impl Full {
    async fn of(size: usize) -> Self {
        let house = House::with(|config| {
            // Nothing but what is measured: no signs of life, no compaction, no bound met.
            config.session.heartbeat = NEVER;
            config.session.hello_deadline = NEVER;
            config.session.frames = (u32::MAX, u32::MAX);
            config.session.bytes = (u32::MAX, u32::MAX);
            config.room.compact_after = usize::MAX;
        });
        let mut full = Self { task: house.task(), house, people: Vec::new(), round: Rc::default() };
        for number in 0..size {
            full.enter(number);
        }
        while full.house.live.task_stats(full.task).await.is_none_or(|room| room.members < size) {
            sleep(Duration::from_millis(50)).await;
        }
        sleep(Duration::from_secs(1)).await;
        full
    }

    fn enter(&mut self, number: usize) {
        let (to_server, bytes) = unbounded_channel();
        let (reader, ..) = pipe(UnboundedReceiverStream::new(bytes));
        let sink = Sink { round: Rc::clone(&self.round), seen: 0 };
        tandem::open(&self.house.live, SUBPROTOCOL, Connection::new(reader, sink));
        let person = Person(to_server);
        let token = self.house.person_until(&format!("person {number}"), chrono::Utc::now() + NEVER);
        person.send(control(Hello { token, client: "bench/1".into(), resume: None }));
        let topic = Topic { kind: TopicKind::Task, id: self.task.into() };
        person.send(control(Subscribe { channel: CHANNEL, topic, lineage: None, state_vector: None }));
        self.people.push(person);
    }

    /// These come in; the time until everybody was told.
    async fn round(&self, frames: Vec<(usize, Bytes)>) -> Duration {
        // What is left of the round before goes out first.
        sleep(Duration::from_millis(40)).await;
        self.round.begin();
        let began = Instant::now();
        for (person, frame) in frames {
            self.people[person].send(frame);
        }
        self.round.all_told(self.people.len()).await;
        began.elapsed()
    }
}

/// The time of so many rounds, each with frames made beforehand.
async fn rounds(full: &Full, count: u64, mut frames: impl FnMut() -> Vec<(usize, Bytes)>) -> Duration {
    let mut took = Duration::ZERO;
    for _ in 0..count {
        took += full.round(frames()).await;
    }
    took
}

/// A tenth of the people moved since the last tick.
fn cursors(c: &mut Criterion) {
    let mut group = c.benchmark_group("room: a tenth points");
    for size in SIZES {
        let system = System::new();
        let full = system.block_on(Full::of(size));
        let senders = size / 10;
        let mut at = 0;
        group.throughput(Throughput::Elements((senders * (size - 1)) as u64));
        group.bench_function(BenchmarkId::from_parameter(size), |b| {
            b.iter_custom(|count| {
                system.block_on(rounds(&full, count, || {
                    at = (at + 1) % 8_000;
                    (0..senders).map(|person| (person, frame(ClientHot::Cursor { channel: CHANNEL, x4: at, y4: 9_000 }))).collect()
                }))
            });
        });
    }
    group.finish();
}

struct Editor {
    doc: Doc,
    seq: u64,
}

impl Editor {
    fn edit(&mut self) -> Bytes {
        self.seq += 1;
        let map = self.doc.get_or_insert_map("regions");
        let mut txn = self.doc.transact_mut();
        map.insert(&mut txn, format!("{}-{}", self.doc.client_id(), self.seq % 20), self.seq as f64);
        txn.commit();
        frame(ClientHot::Update { channel: CHANNEL, seq: self.seq, bytes: txn.encode_update_v1().into() })
    }
}

/// Ten edits since the last tick, which go to everybody as one and to the journal.
fn edits(c: &mut Criterion) {
    let mut group = c.benchmark_group("room: ten edit");
    for size in SIZES {
        let system = System::new();
        let full = system.block_on(Full::of(size));
        let mut editors: Vec<Editor> = (0..EDITORS).map(|number| Editor { doc: new_doc(number as u64 + 1), seq: 0 }).collect();
        group.throughput(Throughput::Elements((EDITORS * (size - 1)) as u64));
        group.bench_function(BenchmarkId::from_parameter(size), |b| {
            b.iter_custom(|count| {
                system.block_on(rounds(&full, count, || {
                    editors.iter_mut().enumerate().map(|(person, editor)| (person, editor.edit())).collect()
                }))
            });
        });
    }
    group.finish();
}

fn quick() -> Criterion {
    Criterion::default().sample_size(20).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(2))
}

criterion_group! { name = benches; config = quick(); targets = cursors, edits }
criterion_main!(benches);
