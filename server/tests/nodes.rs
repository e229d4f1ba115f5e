//! Two real servers on one Postgres and one Redis: people on one task, on different nodes.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::collections::BTreeSet;

use server::testing::TestServer;
use support::socket::Socket;
use tandem_protocol::ws::{ClientHot, ServerControl, ServerFrame, ServerHot, Subprotocol};
use tandem_store::testing::redis::RedisServer;
use yrs::{Doc, Map, ReadTxn, Transact, Update, updates::decoder::Decode};

/// Somebody on a task, with a copy of its document.
struct Person {
    socket: Socket,
    doc: Doc,
    seq: u64,
    people: BTreeSet<u32>,
    linked: bool,
}

impl Person {
    async fn join(server: &TestServer, user: tandem_protocol::UserId) -> Self {
        let people = server.database.a;
        let mut socket = Socket::hello(server, server.token(&people, user).await, Subprotocol::Bincode).await;
        let joined = socket.join(people.tasks[0]).await.task.unwrap();
        Self { socket, doc: Doc::new(), seq: 0, people: joined.peers.iter().map(|peer| peer.peer).collect(), linked: joined.linked }
    }

    async fn put(&mut self, key: &str) {
        let before = self.doc.transact().state_vector();
        let map = self.doc.get_or_insert_map("regions");
        map.insert(&mut self.doc.transact_mut(), key, 1.0);
        let update = self.doc.transact().encode_diff_v1(&before);
        self.seq += 1;
        self.socket.update(self.seq, update).await;
    }

    fn has(&self, key: &str) -> bool {
        let map = self.doc.get_or_insert_map("regions");
        map.contains_key(&self.doc.transact(), key)
    }

    async fn until(&mut self, mut holds: impl FnMut(&Self) -> bool) {
        while !holds(self) {
            match self.socket.next().await.expect("closed") {
                ServerFrame::Hot(ServerHot::Sync { bytes, .. } | ServerHot::Update { bytes, .. }) => {
                    self.doc.transact_mut().apply_update(Update::decode_v1(&bytes).unwrap()).unwrap();
                }
                ServerFrame::Control(ServerControl::PresenceDiff(diff)) => {
                    self.people.extend(diff.joined.iter().map(|peer| peer.peer));
                    self.people.retain(|peer| !diff.left.contains(peer));
                }
                ServerFrame::Control(ServerControl::LinkChanged(changed)) => self.linked = changed.linked,
                _ => {}
            }
        }
    }

    /// Returns when the other one has seen it.
    async fn points_to(&mut self, other: &mut Self) {
        self.socket.send(ClientHot::Cursor { channel: 1, x4: 40, y4: 44 }.into()).await;
        let seen = |frame: &ServerFrame| match frame {
            ServerFrame::Hot(ServerHot::Cursors { cursors, .. }) => cursors.iter().any(|c| c.at == Some((40, 44))).then_some(()),
            _ => None,
        };
        other.socket.wait(seen).await;
    }
}

async fn two_nodes(redis: &RedisServer) -> (TestServer, TestServer) {
    let url = redis.url();
    let one = TestServer::with(&[("redis_url", &url)]).await;
    let other = one.beside_with(&[("redis_url", &url)]).await;
    (one, other)
}

#[actix_web::test]
async fn people_on_two_nodes_see_each_others_people_pointers_and_edits() {
    let redis = RedisServer::start();
    let (one, other) = two_nodes(&redis).await;
    let people = one.database.a;
    let mut ann = Person::join(&one, people.labeler).await;
    let mut bob = Person::join(&other, people.other_labeler).await;
    ann.until(|ann| ann.people.len() == 2).await;
    bob.until(|bob| bob.people.len() == 2).await;
    ann.put("from one").await;
    bob.until(|bob| bob.has("from one")).await;
    bob.put("from the other").await;
    ann.until(|ann| ann.has("from the other")).await;
    ann.points_to(&mut bob).await;
    drop(ann);
    bob.until(|bob| bob.people.len() == 1).await;
    one.stop().await;
    other.stop().await;
}

#[actix_web::test]
async fn without_redis_people_are_told_work_goes_on_and_comes_together_over_postgres() {
    let mut redis = RedisServer::start();
    let (one, other) = two_nodes(&redis).await;
    let people = one.database.a;
    let mut ann = Person::join(&one, people.labeler).await;
    let mut bob = Person::join(&other, people.other_labeler).await;
    ann.until(|ann| ann.people.len() == 2).await;
    bob.until(|bob| bob.people.len() == 2).await;

    redis.kill();
    ann.until(|ann| !ann.linked).await;
    bob.until(|bob| !bob.linked && bob.people.len() == 1).await;
    ann.put("while redis is away").await;
    bob.until(|bob| bob.has("while redis is away")).await;

    redis.resume();
    ann.until(|ann| ann.linked).await;
    bob.until(|bob| bob.linked && bob.people.len() == 2).await;
    bob.put("after its return").await;
    ann.until(|ann| ann.has("after its return")).await;

    // It forgets everything; nobody loses anything.
    redis.cli(&["FLUSHALL"]);
    ann.put("after it forgot").await;
    bob.until(|bob| bob.has("after it forgot")).await;
    one.stop().await;
    other.stop().await;
}

#[actix_web::test]
async fn a_server_starts_and_serves_while_redis_is_away() {
    let mut redis = RedisServer::start();
    redis.kill();
    let (one, other) = two_nodes(&redis).await;
    let people = one.database.a;
    let mut ann = Person::join(&one, people.labeler).await;
    assert!(!ann.linked);
    ann.put("alone").await;
    ann.socket.acked(1).await;
    redis.resume();
    ann.until(|ann| ann.linked).await;
    one.stop().await;
    other.stop().await;
}
