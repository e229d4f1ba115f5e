//! What most frames cost to write and to read: a tick's cursors, one cursor, one edit, in both subprotocols. `cargo bench -p tandem-protocol`.

use std::{hint::black_box, time::Duration};

use bytes::Bytes;
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use tandem_protocol::ws::{ClientFrame, ClientHot, CursorAt, Encoded, ServerFrame, ServerHot, Subprotocol};

fn cursors(count: u32) -> ServerFrame {
    let place = |peer: u32| (i32::try_from(8_192 + peer * 7).unwrap_or_default(), 9_000);
    let cursors = (1..=count).map(|peer| CursorAt { peer, at: Some(place(peer)) }).collect();
    ServerHot::Cursors { channel: 1, cursors }.into()
}

fn payload(encoded: Encoded) -> Bytes {
    match encoded {
        Encoded::Binary(bytes) => bytes,
        Encoded::Text(text) => text.into(),
    }
}

fn codec(c: &mut Criterion) {
    for subprotocol in Subprotocol::ALL {
        let mut group = c.benchmark_group(subprotocol.name());
        let tick = cursors(50);
        group.bench_function("write 50 cursors", |b| b.iter(|| black_box(&tick).encode(subprotocol)));
        let bytes = payload(tick.encode(subprotocol));
        group.bench_function("read 50 cursors", |b| b.iter(|| ServerFrame::decode_binary(subprotocol, black_box(&bytes))));
        let cursor: ClientFrame = ClientHot::Cursor { channel: 1, x4: 8_200, y4: 9_000 }.into();
        let bytes = payload(cursor.encode(subprotocol));
        group.bench_function("read a cursor", |b| b.iter(|| ClientFrame::decode_binary(subprotocol, black_box(&bytes))));
        let edit: ClientFrame = ClientHot::Update { channel: 1, seq: 70_000, bytes: Bytes::from(vec![7; 200]) }.into();
        group.bench_function("write an edit of 200 bytes", |b| b.iter(|| black_box(&edit).encode(subprotocol)));
        let bytes = payload(edit.encode(subprotocol));
        let read = |bytes: Bytes| ClientFrame::decode_binary(subprotocol, &bytes);
        group.bench_function("read an edit of 200 bytes", |b| b.iter_batched(|| bytes.clone(), read, BatchSize::SmallInput));
        group.finish();
    }
}

/// Seconds, not minutes: these are for comparing before and after.
fn quick() -> Criterion {
    Criterion::default().sample_size(20).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1))
}

criterion_group! { name = benches; config = quick(); targets = codec }
criterion_main!(benches);
