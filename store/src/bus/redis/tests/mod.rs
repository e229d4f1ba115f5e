//! The bus over real servers, which each test starts for itself.

mod faults;
mod forms;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tandem_protocol::node::{NodeFrame, Topic};

use super::{RedisAddress, RedisBus, RedisConfig, names::Names};
use crate::{
    bus::{
        Bus, Link,
        contract::{self, Ground, Probe, edit, fresh, link, wave},
    },
    testing::redis::RedisServer,
};

pub(super) fn config(url: &str) -> RedisConfig {
    RedisConfig::new(RedisAddress::parse(url).unwrap())
}

pub(super) fn bus(url: &str) -> RedisBus {
    RedisBus::connect(config(url)).unwrap()
}

/// Two nodes that hear each other.
pub(super) async fn pair(url: &str) -> (RedisBus, RedisBus) {
    let (one, two) = (bus(url), bus(url));
    link(&one, Link::Up).await;
    link(&two, Link::Up).await;
    (one, two)
}

pub(super) fn names() -> Names {
    Names::new("tandem:", 0)
}

/// Until something is so that nobody tells us of.
pub(super) async fn eventually(what: &str, is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(20), "never: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Frames pass from one to the other, and after this nothing else is under way.
pub(super) async fn speaks(one: &dyn Bus, two: &mut Probe, topic: Topic) {
    let last = edit(uuid::Uuid::now_v7().as_bytes());
    one.say(topic, last.clone());
    two.until(&last).await;
}

pub(super) struct Real<'a> {
    pub url: String,
    pub servers: &'a [RedisServer],
}

impl Ground for Real<'_> {
    async fn join(&self) -> Arc<dyn Bus> {
        Arc::new(bus(&self.url))
    }

    /// A place is taken in the stream, and nobody hears of it.
    async fn lose(&self, _: &dyn Bus, topic: Topic) {
        // In a cluster the right server is found by trying; the others answer MOVED.
        let answers: Vec<String> = self.servers.iter().map(|server| server.cli(&["incr", &names().counter(topic)])).collect();
        assert!(answers.iter().any(|answer| answer.parse::<u64>().is_ok()), "{answers:?}");
    }
}

#[tokio::test]
async fn redis_keeps_the_contract_of_the_bus() {
    let servers = [RedisServer::start()];
    contract::check(&Real { url: servers[0].url(), servers: &servers }).await;
}

#[tokio::test]
async fn what_was_missed_and_kept_is_filled_in_without_a_gap() {
    let server = RedisServer::start();
    let (one, two) = pair(&server.url()).await;
    let topic = fresh();
    let mut probe = Probe::begun(&two, topic).await;
    speaks(&one, &mut probe, topic).await;
    // A third node's frame is kept, and its publication does not arrive.
    let stranger = tandem_protocol::node::NodeId::new();
    let missed = tandem_protocol::node::Envelope { from: stranger, number: 1, frame: edit("missed") }.encode();
    let place = server.cli(&["incr", &names().counter(topic)]);
    let mut client = ::redis::Client::open(server.url()).unwrap().get_connection().unwrap();
    ::redis::cmd("XADD").arg(names().stream(topic)).arg(format!("{place}-1")).arg("e").arg(missed).exec(&mut client).unwrap();
    one.say(topic, edit("next"));
    assert_eq!(probe.said().await, (stranger, edit("missed")));
    assert_eq!(probe.said().await, (one.me(), edit("next")));
}

#[tokio::test]
async fn nobody_is_subscribed_to_what_nobody_listens_to() {
    let server = RedisServer::start();
    let (one, two) = pair(&server.url()).await;
    let topic = fresh();
    let subscribers = || server.cli(&["pubsub", "shardnumsub", &names().channel(topic)]).lines().last().map(str::to_owned);
    one.say(topic, edit("unheard"));
    let (mut first, second) = (Probe::begun(&two, topic).await, Probe::begun(&two, topic).await);
    assert_eq!(subscribers().as_deref(), Some("1"));
    drop(second);
    speaks(&one, &mut first, topic).await;
    assert_eq!(subscribers().as_deref(), Some("1"));
    drop(first);
    eventually("unsubscribed", || subscribers().as_deref() == Some("0")).await;
}

#[tokio::test]
async fn streams_stay_short_and_go_when_they_are_idle() {
    let server = RedisServer::start();
    let quick = RedisConfig { kept: 100, stream_life: Duration::from_millis(300), ..config(&server.url()) };
    let (one, two) = (RedisBus::connect(quick).unwrap(), bus(&server.url()));
    link(&one, Link::Up).await;
    link(&two, Link::Up).await;
    let topic = fresh();
    let mut probe = Probe::begun(&two, topic).await;
    for n in 0..1_000_u32 {
        one.say(topic, edit(n.to_be_bytes()));
    }
    speaks(&one, &mut probe, topic).await;
    let length: usize = server.cli(&["xlen", &names().stream(topic)]).parse().unwrap();
    assert!(length <= 200, "{length}");
    eventually("expired", || server.cli(&["exists", &names().stream(topic)]) == "0").await;
    assert_ne!(server.cli(&["pttl", &names().counter(topic)]), "-1");
    // That it went is no loss.
    one.say(topic, edit("after"));
    assert_eq!(probe.said().await.1, edit("after"));
}

#[tokio::test]
async fn installations_with_other_prefixes_or_databases_do_not_hear_each_other() {
    let server = RedisServer::start();
    let (one, two) = pair(&server.url()).await;
    let topic = fresh();
    let mut probe = Probe::begun(&two, topic).await;
    for config in [RedisConfig { prefix: "other:".into(), ..config(&server.url()) }, config(&format!("{}/3", server.url()))] {
        let strangers = [RedisBus::connect(config.clone()).unwrap(), RedisBus::connect(config).unwrap()];
        link(&strangers[0], Link::Up).await;
        let mut witness = Probe::begun(&strangers[1], topic).await;
        strangers[0].say(topic, edit("of a stranger"));
        assert_eq!(witness.said().await.1, edit("of a stranger"));
        one.say(topic, edit("ours"));
        assert_eq!(probe.said().await.1, edit("ours"));
    }
}

#[tokio::test]
async fn what_a_full_outbox_drops_is_a_gap_at_the_others() {
    let server = RedisServer::start();
    let small = RedisConfig { outbox: 10_000, ..config(&server.url()) };
    let (one, two) = (RedisBus::connect(small).unwrap(), bus(&server.url()));
    link(&one, Link::Up).await;
    link(&two, Link::Up).await;
    let topic = fresh();
    let mut probe = Probe::begun(&two, topic).await;
    // Too much for the outbox in any case: a frame larger than all of it.
    one.say(topic, edit([0; 20_000]));
    probe.expect_gap().await;
    one.say(topic, edit("after"));
    assert_eq!(probe.said().await.1, edit("after"));
    // A fleeting one is dropped without a word.
    one.say(topic, wave([0; 20_000]));
    one.say(topic, edit("after that"));
    assert_eq!(probe.said().await.1, edit("after that"));
}

#[tokio::test]
async fn the_last_words_of_a_node_are_heard() {
    let server = RedisServer::start();
    let (one, two) = pair(&server.url()).await;
    let mut probe = Probe::begun(&two, Topic::Nodes).await;
    one.say(Topic::Nodes, NodeFrame::Leaving);
    drop(one);
    assert_eq!(probe.said().await.1, NodeFrame::Leaving);
}
