//! Documents that were opened and left leave nothing behind. What is alive is counted, so what an allocator keeps of its peak does not
//! hide it. Bounded: some hundred documents; ten thousand, and the memory the system sees, are the load generator's (`many-docs`).

mod common;

use std::{alloc::System, time::Duration};

use bytes::Bytes;
use cap::Cap;
use common::{House, Worker, regions};
use tandem_actors::document;

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, usize::MAX);

/// Open so many documents, one after the other, edit each, let them fall asleep, and let the test's own world forget them.
async fn visit(house: &House, content: &Bytes, count: usize) {
    for _ in 0..count {
        let task = house.task();
        house.log.create_with_snapshot(&house.key(task), content.clone());
        let mut ann = Worker::join(house.connect("ann").await, task).await;
        ann.put("one more", 1.0);
        ann.point(40, 40);
        ann.until_acked().await;
    }
    assert!(house.live.ready().rooms > 0);
    tokio::time::sleep(Duration::from_secs(120)).await;
    assert_eq!(house.live.ready().rooms, 0);
    house.forget();
}

#[actix::test]
async fn of_documents_opened_in_turn_and_left_nothing_stays_alive() {
    const COUNT: usize = 100;
    let house = House::new();
    let content = Bytes::from(document::build(&regions(300), 0));
    // What is made once for all is made by then, and maps are as large as they will be.
    for _ in 0..2 {
        visit(&house, &content, COUNT).await;
    }
    let before = ALLOCATOR.allocated();
    for _ in 0..4 {
        visit(&house, &content, COUNT).await;
    }
    let grown = ALLOCATOR.allocated().saturating_sub(before);
    println!("{grown} bytes of {} documents", 4 * COUNT);
    // A document of this size takes some 700 KiB here.
    assert!(grown < 4 * COUNT * 64, "{} documents left {grown} bytes", 4 * COUNT);
}
