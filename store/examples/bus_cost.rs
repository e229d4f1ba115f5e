//! What the bus costs: from `say` on one node to the listener on another over one Redis, at rest and under load, and what `say` costs a node
//! that is alone. `cargo run --release -p tandem-store --features test-support --example bus_cost`
#![allow(clippy::unwrap_used, reason = "a tool for developers")]

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use bytes::Bytes;
use tandem_protocol::{
    DocumentId, TaskId,
    node::{NodeFrame, Topic},
};
use tandem_store::{
    bus::{Bus, Heard, Link, LocalBus, RedisAddress, RedisBus, RedisConfig},
    testing::redis::RedisServer,
};
use tokio::sync::mpsc;

const LATENCIES: usize = 5_000;
const BURST: usize = 200_000;
/// Topics a burst is spread over.
const TOPICS: usize = 100;

fn frame(kept: bool, begun: Instant) -> NodeFrame {
    // About the size of a drawn box, with the time at which it was said.
    let mut bytes = vec![7_u8; 120];
    bytes[..16].copy_from_slice(&begun.elapsed().as_nanos().to_be_bytes());
    if kept {
        NodeFrame::Edits { document: DocumentId::new(), updates: vec![bytes.into()] }
    } else {
        NodeFrame::Awareness(vec![(1, bytes.into())])
    }
}

fn said_at(frame: &NodeFrame) -> Duration {
    let bytes = match frame {
        NodeFrame::Edits { updates, .. } => updates.first(),
        NodeFrame::Awareness(shown) => shown.first().map(|(_, bytes)| bytes),
        other => panic!("{other:?}"),
    };
    let nanos: &[u8] = bytes.map(Bytes::as_ref).unwrap_or_default();
    Duration::from_nanos(u128::from_be_bytes(nanos[..16].try_into().unwrap()) as u64)
}

fn main() {
    alone();
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(over_redis());
}

fn alone() {
    let (bus, topic) = (LocalBus::alone(), Topic::Task(TaskId::new()));
    let bus: &dyn Bus = black_box(&bus);
    const SAYS: u32 = 10_000_000;
    let start = Instant::now();
    for _ in 0..SAYS {
        bus.say(black_box(topic), black_box(NodeFrame::Leaving));
    }
    println!("alone, say: {:.1} ns", start.elapsed().as_nanos() as f64 / f64::from(SAYS));
}

async fn over_redis() {
    let server = RedisServer::start();
    let connect = || RedisBus::connect(RedisConfig::new(RedisAddress::parse(&server.url()).unwrap())).unwrap();
    let (one, two) = (connect(), connect());
    for bus in [&one, &two] {
        bus.link().wait_for(|link| *link == Link::Up).await.unwrap();
    }
    let begun = Instant::now();
    let topics: Vec<Topic> = (0..TOPICS).map(|_| Topic::Task(TaskId::new())).collect();
    let (tell, mut heard) = mpsc::unbounded_channel();
    let ears: Vec<_> = topics
        .iter()
        .map(|topic| {
            let tell = tell.clone();
            two.listen(*topic, Box::new(move |heard| tell.send((begun.elapsed(), heard)).is_ok()))
        })
        .collect();
    for _ in &topics {
        assert_eq!(heard.recv().await.unwrap().1, Heard::Gap);
    }
    for kept in [true, false] {
        let class = if kept { "kept" } else { "fleeting" };
        let mut times = Vec::with_capacity(LATENCIES);
        for n in 0..LATENCIES {
            one.say(topics[n % TOPICS], frame(kept, begun));
            let (at, Heard::Said { frame, .. }) = heard.recv().await.unwrap() else { panic!("a gap") };
            times.push(at.saturating_sub(said_at(&frame)));
        }
        report(&format!("{class}, one at a time"), &mut times);
        // No faster than it is heard: a few thousand under way.
        let (mut times, mut said) = (Vec::with_capacity(BURST), 0);
        let start = Instant::now();
        while times.len() < BURST {
            while said < BURST && said - times.len() < 1_000 {
                one.say(topics[said % TOPICS], frame(kept, begun));
                said += 1;
            }
            let (at, Heard::Said { frame, .. }) = heard.recv().await.unwrap() else { panic!("a gap") };
            times.push(at.saturating_sub(said_at(&frame)));
        }
        let rate = BURST as f64 / start.elapsed().as_secs_f64();
        report(&format!("{class}, 1000 under way, {rate:.0} frames/s"), &mut times);
    }
    drop(ears);
}

fn report(what: &str, times: &mut [Duration]) {
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e6;
    println!("{what}: p50 {:.0} us, p99 {:.0} us, max {:.0} us", at(0.5), at(0.99), at(1.0));
}
