use async_trait::async_trait;
use tokio::time::{advance, sleep};

use super::*;

fn quotas(limits: Limits) -> Quotas {
    Quotas::new(limits)
}

fn few() -> Limits {
    Limits {
        person_calls: Rate { per_second: 2, burst: 4 },
        workspace_calls: Rate { per_second: 1_000, burst: 1_000 },
        person_connections: 2,
        ..Limits::default()
    }
}

/// Where the nodes of a test meet: exact, and away when the test says so.
#[derive(Default)]
struct Hall {
    away: std::sync::atomic::AtomicBool,
    left: Mutex<HashMap<Key, Bucket>>,
    held: Mutex<HashMap<(Key, usize), u32>>,
}

/// A node's way to it.
struct Way(Arc<Hall>, usize);

#[async_trait]
impl Exchange for Way {
    async fn exchange(&self, reports: &[Report]) -> Result<Vec<f64>, ExchangeError> {
        if self.0.away.load(std::sync::atomic::Ordering::Relaxed) {
            return Err(ExchangeError("away".into()));
        }
        let now = Instant::now();
        let answer = |report: &Report| match *report {
            Report::Took { key, rate, cost } => {
                let mut left = self.0.left.lock().unwrap();
                left.entry(key).or_insert_with(|| Bucket::full(rate, now)).owe(cost, now)
            }
            Report::Holds { key, here } => {
                let mut held = self.0.held.lock().unwrap();
                held.insert((key, self.1), here);
                held.iter().filter(|((of, node), _)| *of == key && *node != self.1).map(|(_, here)| f64::from(*here)).sum()
            }
        };
        Ok(reports.iter().map(answer).collect())
    }
}

fn town(nodes: usize, limits: &Limits) -> (Arc<Hall>, Vec<Quotas>) {
    let hall = Arc::new(Hall::default());
    let all: Vec<Quotas> = (0..nodes).map(|_| quotas(limits.clone())).collect();
    for (number, node) in all.iter().enumerate() {
        let (node, way) = (node.clone(), Arc::new(Way(Arc::clone(&hall), number)));
        tokio::spawn(exchange_for_ever(node, way));
    }
    (hall, all)
}

async fn an_exchange() {
    sleep(Duration::from_millis(300)).await;
}

#[tokio::test(start_paused = true)]
async fn a_burst_passes_and_then_the_rate_counts() {
    let (quotas, person, workspace) = (quotas(few()), UserId::new(), WorkspaceId::new());
    for _ in 0..4 {
        quotas.call(person, workspace).unwrap();
    }
    let over = quotas.call(person, workspace).unwrap_err();
    assert_eq!((over.limit, over.wait), (Limit::PersonCalls, Duration::from_millis(500)));
    assert_eq!(over.to_string(), "you ask too often (person_calls_per_second)");
    assert!(quotas.call(UserId::new(), workspace).is_ok(), "one caller does not use up another's");
    advance(Duration::from_millis(500)).await;
    assert!(quotas.call(person, workspace).is_ok());
    assert!(quotas.call(person, workspace).is_err());
}

#[tokio::test(start_paused = true)]
async fn who_has_their_burst_again_is_forgotten() {
    let quotas = quotas(few());
    for _ in 0..REMEMBERED {
        quotas.call_of_stranger(IpAddr::from(rand::random::<[u8; 16]>())).unwrap();
    }
    advance(Duration::from_secs(2)).await;
    quotas.call_of_stranger(IpAddr::from([10, 0, 0, 1])).unwrap();
    assert_eq!(quotas.0.buckets().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn so_many_are_held_at_once_until_one_is_let_go() {
    let (quotas, me) = (quotas(few()), Whose::Person(UserId::new()));
    let held = [quotas.hold(Limit::PersonConnections, me).unwrap(), quotas.hold(Limit::PersonConnections, me).unwrap()];
    let over = quotas.hold(Limit::PersonConnections, me).unwrap_err();
    assert_eq!(over.to_string(), "you have as many connections as you may (person_connections)");
    drop(held);
    assert!(quotas.hold(Limit::PersonConnections, me).is_ok());
}

/// The story: a client that runs away is sent from node to node by the load balancer, and has each node's burst and rate for itself.
#[tokio::test(start_paused = true)]
async fn in_the_long_run_a_caller_has_one_rate_on_all_nodes_together() {
    let (_, nodes) = town(3, &few());
    let (person, workspace) = (UserId::new(), WorkspaceId::new());
    let mut passed = 0;
    for _ in 0..400 {
        passed += nodes.iter().filter(|node| node.call(person, workspace).is_ok()).count();
        sleep(Duration::from_millis(50)).await;
    }
    // 20 seconds at 2 a second, and the burst once a node before the first exchange.
    assert!((40..=40 + 3 * 4 + 2).contains(&passed), "{passed}");
}

#[tokio::test(start_paused = true)]
async fn connections_of_all_nodes_count_together_and_a_node_that_lets_go_makes_room() {
    let (_, nodes) = town(2, &few());
    let me = Whose::Person(UserId::new());
    let hold = |node: usize| nodes[node].hold(Limit::PersonConnections, me);
    let (one, two) = (hold(0).unwrap(), hold(1).unwrap());
    an_exchange().await;
    an_exchange().await;
    assert!(hold(0).is_err() || hold(1).is_err(), "one of them knows of the other");
    sleep(Duration::from_secs(6)).await;
    assert!(hold(0).is_err() && hold(1).is_err());
    drop(one);
    an_exchange().await;
    // The refusal asks; the answer is there a moment later.
    if hold(1).is_err() {
        an_exchange().await;
        assert!(hold(1).is_ok());
    }
    drop(two);
}

#[tokio::test(start_paused = true)]
async fn while_the_exchange_is_away_each_node_holds_to_the_limit_by_itself() {
    let (hall, nodes) = town(2, &few());
    let me = Whose::Person(UserId::new());
    let there = [nodes[1].hold(Limit::PersonConnections, me).unwrap(), nodes[1].hold(Limit::PersonConnections, me).unwrap()];
    an_exchange().await;
    let _ = nodes[0].hold(Limit::PersonConnections, me).map(drop);
    an_exchange().await;
    assert!(nodes[0].hold(Limit::PersonConnections, me).is_err(), "the other node has both");
    hall.away.store(true, std::sync::atomic::Ordering::Relaxed);
    sleep(BELIEVED + Duration::from_secs(1)).await;
    let here = [nodes[0].hold(Limit::PersonConnections, me).unwrap(), nodes[0].hold(Limit::PersonConnections, me).unwrap()];
    assert!(nodes[0].hold(Limit::PersonConnections, me).is_err());
    hall.away.store(false, std::sync::atomic::Ordering::Relaxed);
    sleep(Duration::from_secs(6)).await;
    drop(here);
    assert!(nodes[0].hold(Limit::PersonConnections, me).is_err(), "they count together again");
    drop(there);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_remembered_of_who_holds_and_takes_nothing() {
    let (_, nodes) = town(1, &few());
    let person = UserId::new();
    drop(nodes[0].hold(Limit::PersonConnections, Whose::Person(person)).unwrap());
    nodes[0].call(person, WorkspaceId::new()).unwrap();
    sleep(Duration::from_secs(10)).await;
    assert_eq!((nodes[0].0.counts().len(), nodes[0].0.buckets().len()), (0, 0));
}

/// Somebody's connections, on one node or another.
fn connection(node: &Quotas, person: UserId) -> Ticket {
    node.hold(Limit::PersonConnections, Whose::Person(person)).unwrap()
}

fn frames(frames: u32) -> Traffic {
    Traffic { frames, bytes: 0 }
}

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn who_sends_more_than_an_equal_share_of_too_much_is_told_and_who_works_beside_it_is_not() {
    let limits = Limits { person_frames: Rate { per_second: 100, burst: 200 }, ..Limits::default() };
    let (quotas, person) = (quotas(limits), UserId::new());
    let (script, tab) = (connection(&quotas, person), connection(&quotas, person));
    // Within the burst.
    assert_eq!(script.charge(frames(200), SECOND), Ok(()));
    let over = script.charge(frames(200), SECOND).unwrap_err();
    assert_eq!(over.to_string(), "your connections send too many messages (person_frames_per_second)");
    assert_eq!(over.wait, Duration::from_secs(2));
    assert_eq!(tab.charge(frames(50), SECOND), Ok(()), "half of the limit is its share");
    assert!(tab.charge(frames(51), SECOND).is_err());
    let other = connection(&quotas, UserId::new());
    assert_eq!(other.charge(frames(200), SECOND), Ok(()), "one person does not use up another's");
    advance(Duration::from_secs(60)).await;
    assert_eq!(script.charge(frames(200), SECOND), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn bytes_count_too_and_each_for_whom_the_connection_is() {
    let limits = Limits { workspace_bytes: Rate { per_second: 10, burst: 10 }, ..Limits::default() };
    let (quotas, workspace) = (quotas(limits), Whose::Workspace(WorkspaceId::new()));
    let ticket = quotas.hold(Limit::WorkspaceConnections, workspace).unwrap();
    let over = ticket.charge(Traffic { frames: 1, bytes: 11 }, SECOND).unwrap_err();
    assert_eq!(over.limit, Limit::WorkspaceBytes);
    let person = connection(&quotas, UserId::new());
    assert_eq!(person.charge(Traffic { frames: 1, bytes: 11 }, SECOND), Ok(()));
}

/// The story: a script opens a connection on each node and stays below what one may send; its sum is three times that.
#[tokio::test(start_paused = true)]
async fn what_connections_of_one_person_send_to_all_nodes_counts_together() {
    let limits = Limits { person_frames: Rate { per_second: 100, burst: 200 }, ..Limits::default() };
    let (_, nodes) = town(3, &limits);
    let person = UserId::new();
    let all: Vec<Ticket> = nodes.iter().map(|node| connection(node, person)).collect();
    let mut refused = 0;
    for _ in 0..10 {
        sleep(SECOND).await;
        refused += all.iter().filter(|ticket| ticket.charge(frames(90), SECOND).is_err()).count();
    }
    assert!(refused >= 15, "{refused} of 30");
    // Alone it is within the limit.
    let alone = connection(&nodes[0], UserId::new());
    for _ in 0..10 {
        sleep(SECOND).await;
        assert_eq!(alone.charge(frames(90), SECOND), Ok(()));
    }
}

#[tokio::test(start_paused = true)]
async fn few_messages_are_told_together_and_forgotten_with_their_bucket() {
    let limits = Limits { person_frames: Rate { per_second: 1_000, burst: 6_400 }, ..Limits::default() };
    let (hall, nodes) = town(1, &limits);
    let person = UserId::new();
    let ticket = connection(&nodes[0], person);
    let key = Key { limit: Limit::PersonFrames, whose: Whose::Person(person) };
    let told = || hall.left.lock().unwrap().contains_key(&key);
    for _ in 0..4 {
        // Not at the moment of an exchange.
        sleep(SECOND + Duration::from_millis(100)).await;
        ticket.charge(frames(24), SECOND).unwrap();
    }
    an_exchange().await;
    assert!(!told(), "96 of 6,400 are no news");
    ticket.charge(frames(24), SECOND).unwrap();
    an_exchange().await;
    assert!(told());
    sleep(Duration::from_secs(10)).await;
    assert!(nodes[0].0.buckets().is_empty());
}
