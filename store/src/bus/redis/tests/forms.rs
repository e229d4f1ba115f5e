//! Every form in which Redis comes: with a password, over TLS, watched by Sentinel, as a cluster.

use std::fs;

use rcgen::{CertificateParams, CertifiedIssuer, KeyPair};

use super::{Real, bus, config, pair, speaks};
use crate::{
    bus::{
        Bus, Heard, Link,
        contract::{self, Probe, edit, fresh, link},
        redis::{RedisBus, RedisConfig},
    },
    testing::redis::{RedisServer, cluster},
};

#[tokio::test]
async fn a_password_and_a_user_are_needed_and_given() {
    let server = RedisServer::with(&["requirepass sec/ret", "user ann on >p@ss ~tandem:* &tandem:* +@all"]);
    let at = |who: &str| format!("redis://{who}@127.0.0.1:{}", server.port());
    let (one, two) = (bus(&at(":sec%2Fret")), bus(&at("ann:p%40ss")));
    let refused = bus(&at(":wrong"));
    link(&one, Link::Up).await;
    link(&two, Link::Up).await;
    let topic = fresh();
    let mut probe = Probe::begun(&two, topic).await;
    speaks(&one, &mut probe, topic).await;
    assert_eq!(*refused.link().borrow(), Link::Down);
}

/// Files as `redis.conf` wants them, and the authority's certificate.
fn certificates(folder: &std::path::Path) -> (Vec<String>, String) {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let server = CertificateParams::new(vec!["localhost".into(), "127.0.0.1".into()]).unwrap().signed_by(&key, &authority).unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let settings = vec![
        format!("tls-cert-file {}", file("server.pem", &server.pem())),
        format!("tls-key-file {}", file("server.key", &key.serialize_pem())),
        format!("tls-ca-cert-file {}", file("ca.pem", &authority.pem())),
        "tls-auth-clients no".to_owned(),
    ];
    (settings, authority.pem())
}

#[tokio::test]
async fn tls_is_spoken_with_whom_the_authority_signed_and_with_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    let (mut settings, ca) = certificates(folder.path());
    let plain = RedisServer::start();
    // The plain port stays, for the test's own questions; TLS is on one of its own.
    let port = plain.port() + 10_000;
    settings.push(format!("tls-port {port}"));
    let settings: Vec<&str> = settings.iter().map(String::as_str).collect();
    let _server = RedisServer::with(&settings);
    let with = |ca: Option<String>| RedisConfig { ca, ..config(&format!("rediss://127.0.0.1:{port}")) };
    let (one, two) = (RedisBus::connect(with(Some(ca.clone()))).unwrap(), RedisBus::connect(with(Some(ca))).unwrap());
    link(&one, Link::Up).await;
    link(&two, Link::Up).await;
    let topic = fresh();
    let mut probe = Probe::begun(&two, topic).await;
    speaks(&one, &mut probe, topic).await;
    let other = tempfile::tempdir().unwrap();
    for ca in [None, Some(certificates(other.path()).1)] {
        let away = super::super::connect::connect(&with(ca)).await.err().expect("nobody we trust");
        assert!(away.to_string().contains("certificate"), "{away}");
    }
}

#[tokio::test]
async fn a_cluster_keeps_the_contract_of_the_bus() {
    let servers = cluster();
    let url = format!("redis+cluster://127.0.0.1:{},127.0.0.1:{}", servers[1].port(), servers[0].port());
    contract::check(&Real { url: url.clone(), servers: &servers }).await;
}

#[tokio::test]
async fn a_slot_that_moves_is_followed() {
    let servers = cluster();
    let url = format!("redis+cluster://127.0.0.1:{}", servers[0].port());
    let (one, two) = pair(&url).await;
    let topic = fresh();
    let mut probe = Probe::begun(&two, topic).await;
    speaks(&one, &mut probe, topic).await;
    let slot = super::super::names::slot(topic).to_string();
    let id = |server: &RedisServer| server.cli(&["cluster", "myid"]);
    let owner = servers.iter().position(|server| !server.cli(&["cluster", "countkeysinslot", &slot]).starts_with('0')).unwrap();
    let (from, to) = (&servers[owner], &servers[(owner + 1) % 3]);
    to.cli(&["cluster", "setslot", &slot, "importing", &id(from)]);
    from.cli(&["cluster", "setslot", &slot, "migrating", &id(to)]);
    for key in from.cli(&["cluster", "getkeysinslot", &slot, "10"]).lines() {
        assert_eq!(from.cli(&["migrate", "127.0.0.1", &to.port().to_string(), key, "0", "5000"]), "OK");
    }
    for server in [to, from, &servers[(owner + 2) % 3]] {
        assert_eq!(server.cli(&["cluster", "setslot", &slot, "node", &id(to)]), "OK");
    }
    // Ended by the server, begun again at the other one.
    probe.until_gap().await;
    // Whoever only speaks learns of it from the first refusal: what was said until then is lost, and a gap.
    loop {
        one.say(topic, edit("moved"));
        if let Heard::Said { from, frame } = probe.next().await {
            assert_eq!((from, &*frame), (one.me(), &edit("moved")));
            break;
        }
    }
}

#[tokio::test]
async fn sentinel_leads_to_the_master_and_to_the_next_one() {
    let mut master = RedisServer::start();
    let replica = RedisServer::with(&[&format!("replicaof 127.0.0.1 {}", master.port())]);
    super::eventually("replicating", || replica.cli(&["info", "replication"]).contains("master_link_status:up")).await;
    let sentinel = RedisServer::sentinel(&[
        &format!("sentinel monitor main 127.0.0.1 {} 1", master.port()),
        "sentinel down-after-milliseconds main 500",
        "sentinel failover-timeout main 2000",
    ]);
    super::eventually("the replica is known", || sentinel.cli(&["sentinel", "replicas", "main"]).contains(&replica.port().to_string()))
        .await;
    let url = format!("redis+sentinel://127.0.0.1:{}/main", sentinel.port());
    let (one, two) = pair(&url).await;
    let topic = fresh();
    let mut probe = Probe::begun(&two, topic).await;
    speaks(&one, &mut probe, topic).await;
    master.kill();
    link(&one, Link::Down).await;
    link(&two, Link::Down).await;
    link(&one, Link::Up).await;
    link(&two, Link::Up).await;
    probe.until_gap().await;
    speaks(&one, &mut probe, topic).await;
    assert!(replica.cli(&["role"]).starts_with("master"));
}
