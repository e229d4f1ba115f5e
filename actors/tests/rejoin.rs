//! Coming back: the new connection has the seat, whatever the old one still does; a crowd is spread.

mod common;

use std::time::Duration;

use common::{House, Worker};
use tandem_protocol::ws::{ServerControl, ServerFrame};

/// The network lost ann's first connection; the server learns so only after she is back.
#[actix::test]
async fn an_old_connection_that_ends_late_does_not_end_the_new_session() {
    let house = House::new();
    let task = house.task();
    let token = house.person("ann");
    let mut bob = Worker::join(house.connect("bob").await, task).await;
    let mut old = Worker::join(common::Client::hello(&house.live, &token, None).await, task).await;
    old.show("box");
    old.put("before", 1.0);
    old.until_acked().await;
    let peer = old.peer();

    let mut again = common::Client::hello(&house.live, &token, Some(old.client.session)).await;
    again.subscribe(common::CHANNEL, tandem_protocol::ws::TopicKind::Task, task.into());
    let joined = again.subscribed().await.task.unwrap();
    assert_eq!(joined.peer, peer, "the seat is taken over");
    let shown = joined.peers.iter().find(|one| one.peer == peer).unwrap();
    assert_eq!(shown.state.tool.as_deref(), Some("box"));

    // Only now the old socket's end arrives, in the midst of the new session's life.
    assert_eq!(old.client.close_code().await, 1000);
    drop(old);
    tokio::time::sleep(Duration::from_secs(3)).await;
    let stats = house.live.task_stats(task).await.unwrap();
    assert_eq!(stats.members, 2);
    bob.put("after", 1.0);
    bob.until_acked().await;
    again.wait(|frame| matches!(frame, ServerFrame::Hot(tandem_protocol::ws::ServerHot::Update { .. })).then_some(())).await;
    let hers = bob.client.session;
    assert_ne!(hers, again.session);
}

/// `resume` names whom to replace, and only one's own.
#[actix::test]
async fn nobody_takes_over_the_seat_of_somebody_else() {
    let house = House::new();
    let task = house.task();
    let ann = Worker::join(house.connect("ann").await, task).await;
    let token = house.person("eve");
    let mut eve = common::Client::hello(&house.live, &token, Some(ann.client.session)).await;
    eve.subscribe(common::CHANNEL, tandem_protocol::ws::TopicKind::Task, task.into());
    assert_ne!(eve.subscribed().await.task.unwrap().peer, ann.peer());
    assert_eq!(house.live.task_stats(task).await.unwrap().members, 2);
}

#[actix::test]
async fn the_more_are_sent_away_the_longer_the_time_they_come_back_in() {
    const CROWD: usize = 300;
    let house = House::with(|config| config.session.comebacks = 100);
    let mut crowd = Vec::new();
    for n in 0..CROWD {
        crowd.push(house.connect(&format!("p{n}")).await);
    }
    let live = house.live.clone();
    let stop = actix::spawn(async move { live.shutdown().await });
    let mut hints = Vec::new();
    for client in &mut crowd {
        let bye = client
            .wait(|frame| match frame {
                ServerFrame::Control(ServerControl::Bye(bye)) => Some(bye.clone()),
                _ => None,
            })
            .await;
        assert_eq!(bye.code, 1012);
        hints.push(u64::from(bye.reconnect_after_ms.unwrap()));
    }
    stop.await.unwrap();
    hints.sort_unstable();
    assert!(hints[0] >= 500 && hints[CROWD - 1] <= 3_500, "{hints:?}");
    // 300 people at 100 a second: three seconds, evenly used.
    assert!(hints[CROWD - 1] - hints[0] > 2_000, "{hints:?}");
    let fullest = hints.windows(60).map(|some| some[59] - some[0]).min().unwrap();
    assert!(fullest > 150, "60 of 300 within {fullest} ms");
}
