//! Quotas of several nodes over a real Redis.

use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use tandem_protocol::{NodeId, UserId, WorkspaceId};
use tandem_store::{
    bus::{RedisAddress, RedisConfig},
    quota::{Exchange as _, Key, Limit, Limits, Quotas, Rate, RedisExchange, Report, Whose, exchange_for_ever},
};
use tokio::time::{sleep, timeout};

/// Longer than anything here takes, on a busy machine too.
const PATIENCE: Duration = Duration::from_secs(30);

/// A Redis of one's own, gone with the test.
struct Redis {
    child: Child,
    port: u16,
    _folder: tempfile::TempDir,
}

impl Redis {
    fn start() -> Self {
        let port = TcpListener::bind(("127.0.0.1", 0)).expect("a free port").local_addr().expect("its address").port();
        let folder = tempfile::tempdir().expect("a folder");
        let child = Command::new("redis-server")
            .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir"])
            .arg(folder.path())
            .stdout(Stdio::null())
            .spawn()
            .expect("redis-server runs");
        Self { child, port, _folder: folder }
    }

    fn exchange(&self) -> RedisExchange {
        let address = RedisAddress::parse(&format!("redis://127.0.0.1:{}", self.port)).expect("an address");
        RedisExchange::new(RedisConfig::new(address), NodeId::new())
    }

    /// Answers, or will within a moment.
    async fn ready(&self) {
        let exchange = self.exchange();
        until(async || exchange.exchange(&[]).await.is_ok()).await;
        until(async || exchange.exchange(&[holds(Whose::Person(UserId::new()), 0)]).await.is_ok()).await;
    }

    fn node(&self, limits: &Limits) -> Quotas {
        let (node, exchange) = (Quotas::new(limits.clone()), Arc::new(self.exchange()));
        tokio::spawn(exchange_for_ever(node.clone(), exchange));
        node
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn until(mut is_so: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !is_so().await {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, waiting).await.expect("it never was");
}

fn holds(whose: Whose, here: u32) -> Report {
    Report::Holds { key: Key { limit: Limit::PersonConnections, whose }, here }
}

fn took(whose: Whose, rate: Rate, cost: f64) -> Report {
    Report::Took { key: Key { limit: Limit::PersonCalls, whose }, rate, cost }
}

#[tokio::test]
async fn each_node_hears_what_the_others_hold_and_a_bucket_is_the_same_for_all() {
    let redis = Redis::start();
    redis.ready().await;
    let (a, b) = (redis.exchange(), redis.exchange());
    let me = Whose::Person(UserId::new());
    assert_eq!(a.exchange(&[holds(me, 3)]).await.expect("a"), [0.0]);
    assert_eq!(b.exchange(&[holds(me, 2)]).await.expect("b"), [3.0]);
    assert_eq!(a.exchange(&[holds(me, 0)]).await.expect("a"), [2.0]);
    assert_eq!(b.exchange(&[holds(me, 2)]).await.expect("b"), [0.0]);

    // So slow that the test's own time adds nothing that shows.
    let rate = Rate { per_second: 1, burst: 10_000 };
    let left = a.exchange(&[took(me, rate, 6_000.0)]).await.expect("a")[0];
    assert!((4_000.0..4_100.0).contains(&left), "{left}");
    let left = b.exchange(&[took(me, rate, 6_000.0)]).await.expect("b")[0];
    assert!((-2_000.0..-1_900.0).contains(&left), "what was taken elsewhere is owed: {left}");
    let left = b.exchange(&[took(me, rate, 1e9)]).await.expect("b")[0];
    assert_eq!(left, -100_000.0, "ten bursts at most");
}

#[tokio::test]
async fn many_reports_are_answered_in_their_order() {
    let redis = Redis::start();
    redis.ready().await;
    let (a, b) = (redis.exchange(), redis.exchange());
    let people: Vec<Whose> = (0..1_000).map(|_| Whose::Person(UserId::new())).collect();
    let of_a: Vec<Report> = people.iter().zip(1..).map(|(who, n)| holds(*who, n)).collect();
    a.exchange(&of_a).await.expect("a");
    let of_b: Vec<Report> = people.iter().map(|who| holds(*who, 1)).collect();
    let heard = b.exchange(&of_b).await.expect("b");
    assert!(heard.iter().zip(1_u32..).all(|(heard, n)| *heard == f64::from(n)));
}

#[tokio::test]
async fn nodes_hold_to_one_limit_together_whatever_becomes_of_redis() {
    let mut redis = Redis::start();
    redis.ready().await;
    let limits = Limits { person_connections: 2, ..Limits::default() };
    let (a, b) = (redis.node(&limits), redis.node(&limits));
    let me = Whose::Person(UserId::new());
    let hold = |node: &Quotas| node.hold(Limit::PersonConnections, me);
    let held = [hold(&a).expect("one"), hold(&a).expect("two")];
    until(async || hold(&b).is_err()).await;

    // Everything in it is lost: the nodes tell it again.
    let flush = Command::new("redis-cli").args(["-p", &redis.port.to_string(), "FLUSHALL"]).output().expect("redis-cli");
    assert!(flush.status.success());
    until(async || hold(&b).is_err()).await;

    redis.child.kill().expect("kill");
    assert!(a.call(UserId::new(), WorkspaceId::new()).is_ok(), "nobody waits for Redis");
    until(async || hold(&b).is_ok()).await;
    assert!(hold(&a).is_err(), "its own limit holds");
    drop(held);
}
