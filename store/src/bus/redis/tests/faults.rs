//! Redis may do anything: what nodes hear of it is a gap, and afterwards everything is as before.

use std::time::{Duration, Instant};

use tandem_protocol::node::{Envelope, NodeId};

use super::{bus, config, eventually, names, pair, speaks};
use crate::{
    bus::{
        Bus, Link,
        contract::{Probe, edit, fresh, link, wave},
        redis::{RedisBus, RedisConfig},
    },
    testing::redis::RedisServer,
};

#[tokio::test]
async fn after_a_restart_everybody_is_told_of_a_gap_and_hears_again() {
    let mut server = RedisServer::start();
    let (one, two) = pair(&server.url()).await;
    let topics: Vec<_> = (0..250).map(|_| fresh()).collect();
    let mut probes = Vec::new();
    for topic in &topics {
        probes.push(Probe::begun(&two, *topic).await);
    }
    server.kill();
    link(&one, Link::Down).await;
    link(&two, Link::Down).await;
    for topic in &topics {
        one.say(*topic, edit("lost"));
    }
    server.resume();
    link(&one, Link::Up).await;
    link(&two, Link::Up).await;
    for (topic, probe) in topics.iter().zip(&mut probes) {
        probe.expect_gap().await;
        one.say(*topic, edit("after"));
        // One more gap at the most: the sender says that it lost something, too.
        let (frames, gaps) = probe.until(&edit("after")).await;
        assert!(frames.is_empty() && gaps <= 1, "{frames:?}, {gaps} gaps");
    }
}

#[tokio::test]
async fn a_server_that_comes_later_is_found() {
    let mut server = RedisServer::start();
    server.kill();
    let (one, two) = (bus(&server.url()), bus(&server.url()));
    let topic = fresh();
    let mut probe = Probe::new(&two, topic);
    one.say(topic, edit("lost"));
    assert_eq!(*one.link().borrow(), Link::Down);
    server.resume();
    link(&one, Link::Up).await;
    probe.expect_gap().await;
    speaks(&one, &mut probe, topic).await;
}

#[tokio::test]
async fn flushall_is_a_gap() {
    let server = RedisServer::start();
    let (one, two) = pair(&server.url()).await;
    let topic = fresh();
    let mut probe = Probe::begun(&two, topic).await;
    speaks(&one, &mut probe, topic).await;
    server.cli(&["flushall"]);
    one.say(topic, edit("after"));
    probe.expect_gap().await;
    assert_eq!(probe.said().await.1, edit("after"));
    one.say(topic, edit("and on"));
    assert_eq!(probe.said().await.1, edit("and on"));
}

#[tokio::test]
async fn a_forgotten_script_is_loaded_again() {
    let server = RedisServer::start();
    let (one, two) = pair(&server.url()).await;
    let topic = fresh();
    let mut probe = Probe::begun(&two, topic).await;
    for n in 0..5_u8 {
        server.cli(&["script", "flush"]);
        one.say(topic, edit([n]));
        assert_eq!(probe.said().await.1, edit([n]));
    }
}

#[tokio::test]
async fn a_pause_takes_the_link_down_and_holds_up_nobody() {
    let server = RedisServer::start();
    let (one, two) = pair(&server.url()).await;
    let topic = fresh();
    let mut probe = Probe::begun(&two, topic).await;
    let paused = Instant::now();
    server.cli(&["client", "pause", "5000"]);
    one.say(topic, edit("lost"));
    link(&one, Link::Down).await;
    link(&two, Link::Down).await;
    assert!(paused.elapsed() < Duration::from_secs(5), "noticed only when it was over");
    link(&one, Link::Up).await;
    link(&two, Link::Up).await;
    probe.expect_gap().await;
    speaks(&one, &mut probe, topic).await;
}

#[tokio::test]
async fn a_server_that_stands_still_is_noticed_and_one_that_goes_on_found() {
    let server = RedisServer::start();
    let (one, two) = pair(&server.url()).await;
    let topic = fresh();
    let mut probe = Probe::begun(&two, topic).await;
    server.freeze();
    link(&one, Link::Down).await;
    link(&two, Link::Down).await;
    server.thaw();
    link(&one, Link::Up).await;
    probe.expect_gap().await;
    speaks(&one, &mut probe, topic).await;
}

#[tokio::test]
async fn a_listening_connection_that_is_cut_is_a_gap() {
    let server = RedisServer::start();
    let (one, two) = pair(&server.url()).await;
    let topic = fresh();
    let mut probe = Probe::begun(&two, topic).await;
    server.cli(&["client", "kill", "type", "pubsub"]);
    probe.expect_gap().await;
    link(&one, Link::Up).await;
    speaks(&one, &mut probe, topic).await;
}

#[tokio::test]
async fn without_room_frames_are_passed_on_and_not_kept() {
    let server = RedisServer::start();
    let (one, two) = pair(&server.url()).await;
    let topic = fresh();
    let mut probe = Probe::begun(&two, topic).await;
    speaks(&one, &mut probe, topic).await;
    server.cli(&["config", "set", "maxmemory", "1"]);
    for n in 0..5_u8 {
        one.say(topic, edit([n]));
        assert_eq!(probe.said().await.1, edit([n]));
    }
    assert_eq!(server.cli(&["xlen", &names().stream(topic)]), "1");
    server.cli(&["config", "set", "maxmemory", "0"]);
    one.say(topic, edit("kept"));
    assert_eq!(probe.said().await.1, edit("kept"));
    assert_eq!(server.cli(&["xlen", &names().stream(topic)]), "2");
}

#[tokio::test]
async fn keys_that_vanish_or_are_something_else_stop_nobody() {
    let server = RedisServer::start();
    let (one, two) = pair(&server.url()).await;
    let topic = fresh();
    let (stream, counter) = (names().stream(topic), names().counter(topic));
    let mut probe = Probe::begun(&two, topic).await;
    speaks(&one, &mut probe, topic).await;
    // Evicted: nothing is missing for those who listen.
    server.cli(&["del", &stream]);
    one.say(topic, edit("a"));
    assert_eq!(probe.said().await.1, edit("a"));
    server.cli(&["set", &stream, "poison"]);
    one.say(topic, edit("b"));
    assert_eq!(probe.said().await.1, edit("b"));
    // The places begin anew: that looks like FLUSHALL.
    for poison in [&["del", &counter][..], &["set", &counter, "poison"]] {
        server.cli(poison);
        one.say(topic, edit("c"));
        probe.expect_gap().await;
        assert_eq!(probe.said().await.1, edit("c"));
    }
    one.say(topic, edit("d"));
    assert_eq!(probe.said().await.1, edit("d"));
}

#[tokio::test]
async fn poison_is_skipped() {
    let server = RedisServer::start();
    let (one, two) = pair(&server.url()).await;
    let topic = fresh();
    let (channel, stream, counter) = (names().channel(topic), names().stream(topic), names().counter(topic));
    let mut probe = Probe::begun(&two, topic).await;
    speaks(&one, &mut probe, topic).await;
    let envelope = "\u{1}0123456789abcdef01234567";
    let unknown = format!("{envelope}\u{7f}");
    let newer = envelope.replacen('\u{1}', "\u{9}", 1);
    let poison =
        ["", "x", "k", "k:", "k1", "kx:y", "l", "l123", "\u{1}", envelope, &unknown, &newer, "k0:", "k0:poison", &format!("k0:{unknown}")];
    for poison in poison {
        server.cli(&["spublish", &channel, poison]);
    }
    one.say(topic, wave("after the channel's"));
    assert_eq!(probe.said().await.1, wave("after the channel's"));
    // In the stream, where a gap is filled from.
    for fields in [["e", "poison"], ["e", &unknown], ["other", "field"]] {
        let place = server.cli(&["incr", &counter]);
        server.cli(&["xadd", &stream, &format!("{place}-1"), fields[0], fields[1]]);
    }
    one.say(topic, edit("after the stream's"));
    assert_eq!(probe.said().await.1, edit("after the stream's"));
    assert_eq!((*one.link().borrow(), *two.link().borrow()), (Link::Up, Link::Up));
}

#[tokio::test]
async fn numbers_beyond_all_bounds_stop_nobody() {
    let server = RedisServer::start();
    let (one, two) = pair(&server.url()).await;
    let topic = fresh();
    let mut probe = Probe::begun(&two, topic).await;
    speaks(&one, &mut probe, topic).await;
    let mut client = ::redis::Client::open(server.url()).unwrap().get_connection().unwrap();
    let stranger = Envelope { from: NodeId::new(), number: u64::MAX, frame: edit("strange") }.encode();
    for _ in 0..2 {
        let payload = [b"k18446744073709551615:", &stranger[..]].concat();
        ::redis::cmd("SPUBLISH").arg(names().channel(topic)).arg(payload).exec(&mut client).unwrap();
        probe.until(&edit("strange")).await;
    }
    speaks(&one, &mut probe, topic).await;
    one.say(topic, edit("on"));
    assert_eq!(probe.said().await.1, edit("on"));
}

/// A sender's connection that was given up may be read after the next one. Cursors would jump back, and people who left be there again.
#[tokio::test]
async fn a_fleeting_frame_that_comes_after_a_newer_one_is_dropped() {
    let server = RedisServer::start();
    let (one, two) = pair(&server.url()).await;
    let topic = fresh();
    let mut probe = Probe::begun(&two, topic).await;
    let mut client = ::redis::Client::open(server.url()).unwrap().get_connection().unwrap();
    let mut come = |payload: Vec<u8>| ::redis::cmd("SPUBLISH").arg(names().channel(topic)).arg(payload).exec(&mut client).unwrap();
    let fleeting = |from, number, text| Envelope { from, number, frame: wave(text) }.encode();
    let (ann, ben) = (NodeId::new(), NodeId::new());
    // The first that is heard of a sender is whatever it is; some may be missing.
    for (from, number, text) in [(ann, 5, "5"), (ann, 7, "7"), (ann, 6, "late"), (ann, 7, "twice"), (ben, 2, "ben's"), (ann, 8, "8")] {
        come(fleeting(from, number, text));
    }
    // Kept frames are counted apart, and each of them matters.
    come([b"k0:", &Envelope { from: ann, number: 3, frame: edit("kept") }.encode()[..]].concat());
    // A sender that begins anew, and goes on from there.
    for (number, text) in [(1, "anew"), (2, "on"), (1, "anew again"), (2, "on again"), (2, "late")] {
        come(fleeting(ann, number, text));
    }
    for (from, text) in [(ann, "5"), (ann, "7"), (ben, "ben's"), (ann, "8")] {
        assert_eq!(probe.said().await, (from, wave(text)));
    }
    assert_eq!(probe.said().await, (ann, edit("kept")));
    for text in ["anew", "on", "anew again", "on again"] {
        assert_eq!(probe.said().await, (ann, wave(text)));
    }
    speaks(&one, &mut probe, topic).await;
    // Whoever begins to listen again knows nothing of what was before.
    server.cli(&["client", "kill", "type", "pubsub"]);
    probe.expect_gap().await;
    come(fleeting(ann, 2, "first of all"));
    assert_eq!(probe.said().await, (ann, wave("first of all")));
}

#[tokio::test]
async fn a_master_that_was_demoted_is_left() {
    let (server, other) = (RedisServer::start(), RedisServer::start());
    let (one, two) = pair(&server.url()).await;
    let topic = fresh();
    let mut probe = Probe::begun(&two, topic).await;
    server.cli(&["replicaof", "127.0.0.1", &other.port().to_string()]);
    link(&one, Link::Down).await;
    link(&two, Link::Down).await;
    server.cli(&["replicaof", "no", "one"]);
    link(&one, Link::Up).await;
    link(&two, Link::Up).await;
    probe.until_gap().await;
    speaks(&one, &mut probe, topic).await;
}

#[tokio::test]
async fn topics_come_back_at_their_pace_and_new_ones_need_not_wait() {
    let mut server = RedisServer::start();
    let slow = RedisConfig { again_at_once: 1, again_pace: Duration::from_secs(3_600), ..config(&server.url()) };
    let two = RedisBus::connect(slow).unwrap();
    let one = bus(&server.url());
    link(&two, Link::Up).await;
    let mut probes = Vec::new();
    for _ in 0..5 {
        probes.push(Probe::begun(&two, fresh()).await);
    }
    server.kill();
    link(&two, Link::Down).await;
    link(&one, Link::Down).await;
    server.resume();
    link(&two, Link::Up).await;
    link(&one, Link::Up).await;
    let topic = fresh();
    let mut new = Probe::begun(&two, topic).await;
    speaks(&one, &mut new, topic).await;
    // The first at once, the second only in an hour.
    eventually("the first is back", || server.cli(&["pubsub", "shardchannels"]).lines().count() == 2).await;
}
