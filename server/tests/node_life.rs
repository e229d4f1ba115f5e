//! The life of a node among others: seen, drained, brought back, stopped; and limits that hold.
#![allow(clippy::unwrap_used)]

mod support;

use std::time::Duration;

use serde_json::Value;
use server::testing::TestServer;
use support::{
    Api,
    http::{self, Answer},
    socket::Socket,
};
use tandem_protocol::ws::{Ping, ServerControl, ServerFrame, Subprotocol};
use tandem_store::nodes;
use tokio::time::timeout;

/// Longer than anything here takes, on a busy machine too.
const PATIENCE: Duration = Duration::from_secs(30);

async fn get(server: &TestServer, path: &str) -> Answer {
    http::raw("GET", &server.url(path), &[], Vec::new()).await
}

/// An upgrade, asked for as by a client, and whatever is answered.
async fn upgrade(server: &TestServer) -> Answer {
    let headers = [
        ("connection", "Upgrade"),
        ("upgrade", "websocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];
    let headers: Vec<_> = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    http::raw("GET", &server.url("/ws"), &headers, Vec::new()).await
}

/// Asks again until it is so.
async fn until<F: Future<Output = bool>>(what: &str, mut is_so: impl FnMut() -> F) {
    let waiting = async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(PATIENCE, waiting).await.unwrap_or_else(|_| panic!("not within {PATIENCE:?}: {what}"));
}

async fn sees(api: &Api, node: &TestServer) -> Option<Value> {
    let answer = api.admin().get("/api/v1/admin/nodes").await.expect(200);
    let id = node.state.live.bus().me().to_string();
    answer["nodes"].as_array().unwrap().iter().find(|row| row["id"] == *id).cloned()
}

async fn ann(server: &TestServer) -> Socket {
    let a = server.database.a;
    Socket::hello(server, server.token(&a, a.labeler).await, Subprotocol::Json).await
}

#[actix_web::test]
async fn admins_see_every_node_with_its_load_and_nobody_else_does() {
    let api = Api::start().await;
    let other = api.another_node().await;
    let mut ann = ann(&other).await;
    ann.join(other.database.a.tasks[0]).await;
    until("the other node with one connection and one document", || async {
        sees(&api, &other).await.is_some_and(|row| row["connections"] == 1 && row["rooms"] == 1 && row["state"] == "ready")
    })
    .await;
    let answer = api.admin().get("/api/v1/admin/nodes").await.expect(200);
    assert_eq!(answer["me"], api.state().live.bus().me().to_string());
    assert_eq!(answer["nodes"].as_array().unwrap().len(), 2);
    assert!(!answer.to_string().contains(&other.address().to_string()), "where a node listens is for its operators");
    api.labeler().get("/api/v1/admin/nodes").await.problem(403, "forbidden");
    other.stop().await;
    assert_eq!(sees(&api, api.server()).await.unwrap()["state"], "ready");
    api.stop().await;
}

#[actix_web::test]
async fn a_drained_node_sends_its_people_elsewhere_serves_on_and_takes_people_again_when_asked() {
    let api = Api::start().await;
    let node = api.server().beside_with(&[("drain.notice", "1s")]).await;
    let store = &api.state().store;
    let mut ann = ann(&node).await;
    until("both know of each other", || async { sees(&api, &node).await.is_some() && sees(&api, api.server()).await.is_some() }).await;
    // A beat later it knows that there is an elsewhere.
    assert!(nodes::ask_to_drain(store, node.state.live.bus().me(), true).await.unwrap());
    until("it is not ready", || async { get(&node, "/readyz").await.status == 503 }).await;

    let readyz = get(&node, "/readyz").await.json();
    assert_eq!((readyz["draining"].as_bool(), readyz["stopping"].as_bool()), (Some(true), Some(false)));
    assert!(readyz["why"][0].as_str().unwrap().contains("being drained"), "{readyz}");
    let refused = upgrade(&node).await;
    assert_eq!((refused.status, refused.header("retry-after")), (503, Some("1")));
    assert_eq!(refused.json()["code"], "node_draining");

    let bye = ann.wait(|frame| match frame {
        ServerFrame::Control(ServerControl::Bye(bye)) => Some(bye.clone()),
        _ => None,
    });
    let bye = bye.await;
    assert_eq!((bye.code, bye.reconnect_after_ms), (1012, Some(100)), "at once: it was spread already");
    until("it has nobody", || async { sees(&api, &node).await.is_some_and(|row| row["state"] == "draining" && row["connections"] == 0) })
        .await;
    assert_eq!(get(&node, "/api/openapi.json").await.status, 200, "it serves on");

    assert!(nodes::ask_to_drain(store, node.state.live.bus().me(), false).await.unwrap());
    until("it is ready again", || async { get(&node, "/readyz").await.status == 200 }).await;
    let mut back = self::ann(&node).await;
    back.ping().await;
    node.stop().await;
    until("it left", || async { sees(&api, api.server()).await.is_some() }).await;
    api.stop().await;
}

#[actix_web::test]
async fn a_node_asked_back_while_its_people_still_work_leaves_them_alone() {
    let api = Api::start().await;
    let node = api.server().beside_with(&[("drain.notice", "10m")]).await;
    let mut ann = ann(&node).await;
    until("it knows of the other", || async { sees(&api, &node).await.is_some() }).await;
    until("the other takes people", || async { sees(&api, api.server()).await.is_some() }).await;
    let store = &api.state().store;
    nodes::ask_to_drain(store, node.state.live.bus().me(), true).await.unwrap();
    until("it is not ready", || async { get(&node, "/readyz").await.status == 503 }).await;
    ann.ping().await;
    nodes::ask_to_drain(store, node.state.live.bus().me(), false).await.unwrap();
    until("it is ready again", || async { get(&node, "/readyz").await.status == 200 }).await;
    ann.ping().await;
    node.state.live.hurry();
    node.stop().await;
    api.stop().await;
}

/// The story: a node of hundreds is stopped by its scheduler, and an impatient operator stops it a second time.
#[actix_web::test]
async fn a_stop_waits_for_load_balancers_unless_it_is_hastened() {
    let api = Api::start().await;
    let node = api.server().beside_with(&[("drain.notice", "10m")]).await;
    let mut ann = ann(&node).await;
    ann.join(node.database.a.tasks[0]).await;
    let heard = || async { sees(&api, &node).await.is_some_and(|row| row["connections"] == 1) };
    until("it told of itself, and heard of the other", heard).await;
    let live = node.state.live.clone();
    let stopping = actix_web::rt::spawn(async move { live.shutdown().await });
    until("it is not ready", || async { get(&node, "/readyz").await.status == 503 }).await;
    ann.ping().await;
    assert!(!stopping.is_finished(), "ann works on");
    node.state.live.hurry();
    timeout(PATIENCE, stopping).await.unwrap().unwrap();
    assert_eq!(ann.close_code().await, 1012);
    assert_eq!(sees(&api, &node).await.unwrap()["state"], "left");
    api.stop().await;
}

#[actix_web::test]
async fn who_calls_too_often_is_told_the_rule_and_when_to_come_back() {
    let api = Api::with(&[("limits.person_calls_per_second", "1"), ("limits.person_calls_at_once", "3")]).await;
    for _ in 0..3 {
        api.labeler().get("/api/v1/me").await.expect(200);
    }
    let refused = api.labeler().get("/api/v1/me").await;
    let problem = refused.problem(429, "too_many_requests");
    assert_eq!(problem["details"]["rule"], "person_calls_per_second");
    assert!((1..=2).contains(&refused.header("retry-after").unwrap().parse::<u32>().unwrap()));
    api.reviewer().get("/api/v1/me").await.expect(200);
    api.stop().await;
}

#[actix_web::test]
async fn a_workspace_has_a_limit_of_its_own_and_others_do_not_feel_it() {
    let api = Api::with(&[("limits.workspace_calls_per_second", "1"), ("limits.workspace_calls_at_once", "2")]).await;
    api.labeler().get("/api/v1/me").await.expect(200);
    api.reviewer().get("/api/v1/me").await.expect(200);
    let problem = api.admin().get("/api/v1/me").await.problem(429, "too_many_requests");
    assert_eq!(problem["details"]["rule"], "workspace_calls_per_second");
    let b = api.db().b;
    api.person(&b, b.admin).get("/api/v1/me").await.expect(200);
    api.stop().await;
}

#[actix_web::test]
async fn a_person_has_so_many_connections_and_a_closed_one_makes_room() {
    let server = TestServer::with(&[("limits.person_connections", "2")]).await;
    let a = server.database.a;
    let (one, two) = (ann(&server).await, ann(&server).await);
    let mut third = Socket::stranger(&server, server.token(&a, a.labeler).await).await;
    let bye = third.wait(|frame| match frame {
        ServerFrame::Control(ServerControl::Bye(bye)) => Some(bye.clone()),
        _ => None,
    });
    let bye = bye.await;
    assert_eq!((bye.code, bye.reason.as_str()), (1013, "you have as many connections as you may (person_connections)"));
    assert!(bye.reconnect_after_ms.is_some());
    let mut other = Socket::hello(&server, server.token(&a, a.reviewer).await, Subprotocol::Json).await;
    other.ping().await;
    drop(one);
    until("there is room again", || async {
        let mut again = Socket::stranger(&server, server.token(&a, a.labeler).await).await;
        matches!(again.next().await, Some(ServerFrame::Control(ServerControl::Welcome(_))))
    })
    .await;
    drop(two);
    server.stop().await;
}

#[actix_web::test]
async fn an_address_has_so_many_connections_whoever_they_are_of() {
    let server = TestServer::with(&[("limits.address_connections", "1")]).await;
    let a = server.database.a;
    let mut one = ann(&server).await;
    let mut two = Socket::stranger(&server, server.token(&a, a.reviewer).await).await;
    assert_eq!(two.close_code().await, 1013);
    one.ping().await;
    server.stop().await;
}

#[actix_web::test]
async fn who_sends_most_of_too_much_is_ended_with_the_limits_name_and_their_other_window_goes_on() {
    let server = TestServer::with(&[("limits.person_frames_per_second", "20"), ("limits.person_frames_at_once", "40")]).await;
    let (mut script, mut window) = (ann(&server).await, ann(&server).await);
    for t in 0..200 {
        script.control(Ping { t }).await;
    }
    let reason = "your connections send too many messages (person_frames_per_second)";
    assert_eq!(script.closed().await, (1013, reason.to_owned()));
    window.ping().await;
    server.stop().await;
}

#[actix_web::test]
async fn a_workspace_has_so_many_tasks_open_and_who_opens_one_more_is_told_why() {
    let server = TestServer::with(&[("limits.workspace_rooms", "1")]).await;
    let a = server.database.a;
    let (mut one, mut two) = (ann(&server).await, ann(&server).await);
    one.join(a.tasks[0]).await;
    two.join(a.tasks[0]).await;
    let refused = two.refused(2, a.tasks[1]).await;
    assert_eq!((refused.code.as_str(), refused.retryable), ("quota", true));
    assert!(refused.message.ends_with("(workspace_rooms)"), "{}", refused.message);
    let b = server.database.b;
    let mut other = Socket::hello(&server, server.token(&b, b.labeler).await, Subprotocol::Json).await;
    other.join(b.tasks[0]).await;
    server.stop().await;
}
