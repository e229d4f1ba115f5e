//! What a connection to the database needed for something large, it does not keep.
#![cfg(target_os = "linux")]

use std::time::{Duration, Instant};

use tandem_store::{PoolSizes, Store, testing::Database};

/// Larger than anything the allocator keeps when it is freed: its limit goes up to 32 MiB.
const LARGE: usize = 33 << 20;
const CONNECTIONS: u32 = 4;

/// Bytes of memory that this process has of its own.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).expect("its memory");
    let kib: usize = line.trim().trim_end_matches(" kB").parse().expect("a number");
    kib << 10
}

async fn given_back(store: &Store) {
    let begun = Instant::now();
    while store.connections().iter().any(|(_, open, idle)| open != idle) {
        assert!(begun.elapsed() < Duration::from_secs(20), "not given back");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn connections_do_not_keep_the_space_of_the_largest_document() {
    let db = Database::fresh().await;
    let mut config = db.config.clone();
    config.pools = PoolSizes { server: CONNECTIONS, journal: 1, system: 1 };
    let store = Store::connect(&config).await.expect("a store");
    let mut all = Vec::new();
    for _ in 0..CONNECTIONS {
        all.push(db.a.tenant().begin(&store).await.expect("a connection"));
    }
    let before = resident();
    for transaction in &mut all {
        let there_and_back = sqlx::query_scalar::<_, Vec<u8>>("SELECT $1::bytea").bind(vec![7_u8; LARGE]);
        assert_eq!(there_and_back.fetch_one(&mut **transaction).await.expect("an answer").len(), LARGE);
    }
    for transaction in all {
        transaction.commit().await.expect("committed");
    }
    given_back(&store).await;
    let kept = resident().saturating_sub(before);
    assert!(kept < LARGE, "{} MiB", kept >> 20);
}
