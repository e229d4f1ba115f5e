//! A node that sends its people to the others, on a paused clock.
#![allow(clippy::unwrap_used)]

mod common;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use common::{Client, House};
use tandem_actors::{Nodes, ports::ChoreError};
use tandem_protocol::{
    rest::NodeState,
    ws::{Bye, ServerControl, ServerFrame, Subprotocol},
};
use tandem_store::nodes::{Orders, Sign};
use tokio::time::{Instant, sleep};

/// The other nodes, as their operator and the test say.
#[derive(Default)]
struct Others {
    orders: Mutex<Orders>,
    away: Mutex<bool>,
    heard: Mutex<Vec<Sign>>,
    left: Mutex<bool>,
}

#[async_trait]
impl Nodes for Others {
    async fn beat(&self, sign: Sign) -> Result<Orders, ChoreError> {
        if *self.away.lock().unwrap() {
            return Err(ChoreError("away".into()));
        }
        self.heard.lock().unwrap().push(sign);
        Ok(*self.orders.lock().unwrap())
    }

    async fn leave(&self) -> Result<(), ChoreError> {
        *self.left.lock().unwrap() = true;
        Ok(())
    }
}

impl Others {
    fn want(&self, drain: bool, others: u32) {
        *self.orders.lock().unwrap() = Orders { drain, others };
    }

    fn last(&self) -> Sign {
        *self.heard.lock().unwrap().last().unwrap()
    }
}

async fn among(house: &House, others: u32) -> Arc<Others> {
    let nodes = Arc::new(Others::default());
    nodes.want(false, others);
    house.live.join(nodes.clone());
    sleep(Duration::from_millis(10)).await;
    nodes
}

async fn bye(client: &mut Client) -> Bye {
    client
        .wait(|frame| match frame {
            ServerFrame::Control(ServerControl::Bye(bye)) => Some(bye.clone()),
            _ => None,
        })
        .await
}

#[actix::test]
async fn a_node_tells_what_it_carries_every_other_second_and_at_once_when_it_drains() {
    let house = House::new();
    let nodes = among(&house, 1).await;
    let _ann = house.connect("ann").await;
    sleep(Duration::from_secs(10)).await;
    assert_eq!(nodes.heard.lock().unwrap().len(), 6);
    assert_eq!((nodes.last().state, nodes.last().connections, nodes.last().up.as_secs()), (NodeState::Ready, 1, 10));
    nodes.want(true, 1);
    sleep(Duration::from_millis(2_100)).await;
    assert_eq!(nodes.last().state, NodeState::Draining, "not with the next tick");
    assert!(nodes.heard.lock().unwrap().len() > 7);
}

#[actix::test]
async fn people_work_on_until_load_balancers_have_noticed_and_leave_a_few_at_a_time() {
    const CROWD: usize = 100;
    let house = House::with(|config| {
        config.session.comebacks = 50;
        config.drain_notice = Duration::from_secs(3);
    });
    let nodes = among(&house, 1).await;
    let mut crowd = Vec::new();
    for n in 0..CROWD {
        crowd.push(house.connect(&format!("p{n}")).await);
    }
    nodes.want(true, 1);
    sleep(Duration::from_secs(2)).await;
    assert!(house.live.turns_away() && !house.live.ready().is_ready());
    assert!(house.live.ready().why_not()[0].contains("drained"));
    let noticed = Instant::now();

    let mut left = Vec::new();
    for client in &mut crowd {
        let bye = bye(client).await;
        assert_eq!((bye.code, bye.reconnect_after_ms), (1012, Some(100)));
    }
    for client in &mut crowd {
        assert_eq!(client.close_code().await, 1012);
        left.push(noticed.elapsed());
    }
    let took = noticed.elapsed();
    assert!((Duration::from_millis(4_500)..Duration::from_millis(6_500)).contains(&took), "a hundred at fifty a second: {took:?}");
    sleep(Duration::from_secs(2)).await;
    assert_eq!((nodes.last().state, nodes.last().connections), (NodeState::Draining, 0));
    assert_eq!(Client::open(&house.live, Subprotocol::Json).close_code().await, 1012, "who comes all the same is sent on");
    assert!(!*nodes.left.lock().unwrap(), "it serves on");
}

#[actix::test]
async fn however_many_there_are_all_have_left_in_time() {
    let house = House::with(|config| {
        config.session.comebacks = 1;
        config.drain_notice = Duration::ZERO;
        config.drain_longest = Duration::from_secs(2);
    });
    let nodes = among(&house, 1).await;
    let mut crowd = Vec::new();
    for n in 0..200 {
        crowd.push(house.connect(&format!("p{n}")).await);
    }
    nodes.want(true, 1);
    let asked = Instant::now();
    for client in &mut crowd {
        client.close_code().await;
    }
    assert!(asked.elapsed() < Duration::from_millis(4_500), "{:?}", asked.elapsed());
}

#[actix::test]
async fn a_node_asked_back_keeps_who_is_still_there_and_takes_people_again() {
    let house = House::new();
    let nodes = among(&house, 1).await;
    let mut ann = house.connect("ann").await;
    nodes.want(true, 1);
    sleep(Duration::from_secs(3)).await;
    assert!(house.live.turns_away());
    nodes.want(false, 1);
    sleep(Duration::from_secs(3)).await;
    assert!(!house.live.turns_away() && house.live.ready().is_ready());
    ann.control(tandem_protocol::ws::Ping { t: 1 });
    ann.wait(|frame| matches!(frame, ServerFrame::Control(ServerControl::Pong(_))).then_some(())).await;
    house.connect("bob").await;
}

#[actix::test]
async fn what_was_asked_holds_while_the_database_is_away() {
    let house = House::new();
    let nodes = among(&house, 1).await;
    nodes.want(true, 1);
    sleep(Duration::from_secs(3)).await;
    *nodes.away.lock().unwrap() = true;
    sleep(Duration::from_secs(60)).await;
    assert!(house.live.turns_away());
    *nodes.away.lock().unwrap() = false;
    nodes.want(false, 1);
    sleep(Duration::from_secs(3)).await;
    assert!(!house.live.turns_away());
}

#[actix::test]
async fn a_stop_is_a_drain_that_somebody_in_a_hurry_may_hasten() {
    let house = House::with(|config| config.drain_notice = Duration::from_secs(300));
    let nodes = among(&house, 1).await;
    let mut ann = house.connect("ann").await;
    let live = house.live.clone();
    let stop = actix::spawn(async move { live.shutdown().await });
    // Shorter than a silent client is kept.
    sleep(Duration::from_secs(20)).await;
    assert!(!stop.is_finished() && house.live.turns_away());
    let hurried = Instant::now();
    house.live.hurry();
    assert_eq!(ann.close_code().await, 1012);
    stop.await.unwrap();
    assert!(hurried.elapsed() < Duration::from_secs(1), "{:?}", hurried.elapsed());
    assert!(*nodes.left.lock().unwrap());
}

/// The story: one node, stopped for an upgrade; nobody gains from waiting.
#[actix::test]
async fn without_others_nobody_waits_for_load_balancers() {
    let house = House::with(|config| config.drain_notice = Duration::from_secs(300));
    among(&house, 0).await;
    let mut ann = house.connect("ann").await;
    let began = Instant::now();
    let live = house.live.clone();
    let stop = actix::spawn(async move { live.shutdown().await });
    let bye = bye(&mut ann).await;
    assert!(bye.reconnect_after_ms.unwrap() >= 500, "there is nobody to go to yet");
    ann.close_code().await;
    stop.await.unwrap();
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
}
