//! Documents that were opened and left leave nothing behind. Bounded: some hundred documents; ten thousand are the harness's.

mod common;

use std::time::Duration;

use common::{House, Worker, regions};
use tandem_actors::document;

fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap();
    pages.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() * 4096
}

/// Open so many documents, one after the other, edit each, and let them fall asleep.
async fn visit(house: &House, content: &bytes::Bytes, count: usize) {
    for _ in 0..count {
        let task = house.task();
        house.log.create_with_snapshot(&house.key(task), content.clone());
        let mut ann = Worker::join(house.connect("ann").await, task).await;
        ann.put("one more", 1.0);
        ann.until_acked().await;
    }
    tokio::time::sleep(Duration::from_secs(120)).await;
    assert_eq!(house.live.ready().rooms, 0);
}

/// Sixty at a time: what the allocator keeps of that peak is not a leak, growth from peak to peak is.
#[actix::test]
async fn documents_opened_in_turn_and_left_give_their_memory_back() {
    let house = House::new();
    let content = bytes::Bytes::from(document::build(&regions(300), 0));
    visit(&house, &content, 60).await;
    visit(&house, &content, 60).await;
    let before = resident();
    for _ in 0..5 {
        visit(&house, &content, 60).await;
    }
    let grown = resident().saturating_sub(before);
    // A document of this size takes some 700 KiB here; 300 of them were opened.
    assert!(grown < 20 << 20, "300 documents left {} KiB", grown >> 10);
}
