//! What a rejoin costs: the difference by state vector against a replay of the updates that were missed (docs/decisions/0019).
//! Run it with `cargo run --release -p tandem-actors --example rejoin_cost`.

use std::time::{Duration, Instant};

use bytes::Bytes;
use tandem_actors::document::{self, Limits};
use yrs::{Any, Doc, In, Map, MapPrelim, OffsetKind, Options, ReadTxn, StateVector, Transact, updates::encoder::Encode};

/// People who edited, each through a handful of connections: every connection is a client id of its own.
const CLIENTS: u64 = 40;

fn of_client(client: u64) -> Doc {
    Doc::with_options(Options { offset_kind: OffsetKind::Utf16, ..Options::with_client_id(yrs::ClientID::new(client)) })
}

fn geometry(n: u32) -> Any {
    Any::from_json(&format!(r#"{{"kind":"box","x":{n},"y":{n},"width":30.5,"height":40.25}}"#)).unwrap()
}

/// `shapes` shapes, each moved three times by its author and a tenth of them deleted again, as updates.
fn history(shapes: u32) -> Vec<Vec<u8>> {
    let mut updates = Vec::new();
    for client in 1..=CLIENTS {
        let doc = of_client(client);
        let regions = doc.get_or_insert_map("regions");
        for n in (0..shapes).filter(|n| u64::from(*n) % CLIENTS + 1 == client) {
            let key = format!("0192f0c1-0000-7000-8000-{n:012}");
            let mut step = |change: &dyn Fn(&mut yrs::TransactionMut)| {
                let before = doc.transact().state_vector();
                change(&mut doc.transact_mut());
                updates.push(doc.transact().encode_state_as_update_v1(&before));
            };
            step(&|txn| {
                let region: MapPrelim = [("label", In::from("cat")), ("geometry", In::from(geometry(n)))].into_iter().collect();
                regions.insert(txn, key.clone(), region);
            });
            for moved in 1..=3 {
                step(&|txn| {
                    let Some(yrs::Out::YMap(region)) = regions.get(txn, &key) else { panic!("a region") };
                    region.insert(txn, "geometry", geometry(n + moved));
                });
            }
            if n % 10 == 9 {
                step(&|txn| {
                    regions.remove(txn, &key);
                });
            }
        }
    }
    updates
}

fn median(mut run: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..21)
        .map(|_| {
            let begun = Instant::now();
            run();
            begun.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[10]
}

#[actix::main]
async fn main() {
    println!("| shapes | missed updates | difference: µs, bytes | replay: µs, bytes |\n|---|---|---|---|");
    for shapes in [100, 1_000, 5_000, 20_000] {
        let updates = history(shapes);
        for missed in [1, 20, 200] {
            let (seen, unseen) = updates.split_at(updates.len() - missed);
            let parts = |updates: &[Vec<u8>]| updates.iter().map(|update| Bytes::from(update.clone())).collect();
            let copy = document::load(parts(seen), Limits::default()).await.unwrap();
            let vector = document::decode_state_vector(&copy.state_vector()).unwrap_or_else(|_| StateVector::default());
            let server = document::load(parts(&updates), Limits::default()).await.unwrap();
            let difference = server.diff(&vector);
            let diff_time = median(|| drop(server.diff(&vector)));
            let ring: Vec<&[u8]> = unseen.iter().map(Vec::as_slice).collect();
            let replay = document::join_updates(&ring).unwrap();
            let replay_time = median(|| drop(document::join_updates(&ring)));
            println!(
                "| {shapes} | {missed} | {}, {} | {}, {} |",
                diff_time.as_micros(),
                difference.len(),
                replay_time.as_micros(),
                replay.len()
            );
            assert!(!vector.encode_v1().is_empty());
        }
    }
}
