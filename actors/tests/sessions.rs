//! Connections of our own protocol: who may, for how long, how much.

mod common;

use std::time::Duration;

use actix_http::ws::{Frame, Item, Message};
use chrono::{TimeDelta, Utc};
use common::{CHANNEL, Client, House, Wire, Worker, mention};
use tandem_actors::DomainEvent;
use tandem_protocol::{
    AssignmentId, TaskId,
    rest::Progress,
    ws::{
        ClientHot, ErrorMessage, LeaseEvent, MyLease, Ping, Refresh, ServerControl, ServerFrame, StepCounts, Subprotocol, TopicKind,
        Unsubscribe, WorkflowDiff, WorkflowState,
    },
};
use tandem_store::pg::flow::WorkNow;

#[actix::test]
async fn a_stranger_has_little_time() {
    let house = House::new();
    let start = tokio::time::Instant::now();
    let mut client = Client::open(&house.live, Subprotocol::Json);
    assert_eq!(client.close_code().await, 4002);
    assert!(start.elapsed() < Duration::from_secs(7));
    tokio::task::yield_now().await;
    assert_eq!(house.live.ready().sessions, 0);
}

#[actix::test]
async fn a_stranger_may_send_few_bytes() {
    let house = House::new();
    let mut client = Client::open(&house.live, Subprotocol::Json);
    // The beginning of a huge frame: a codec would collect all of it first.
    let mut head = vec![0x82, 0xff];
    head.extend_from_slice(&(3u64 << 20).to_be_bytes());
    head.extend_from_slice(&[0, 0, 0, 0]);
    client.wire.send_raw(head.into());
    for _ in 0..5 {
        client.wire.send_raw(vec![0; 4096].into());
    }
    assert_eq!(client.close_code().await, 4400);
}

#[actix::test]
async fn the_first_message_must_be_hello() {
    let house = House::new();
    let mut client = Client::open(&house.live, Subprotocol::Json);
    client.subscribe(1, TopicKind::Task, TaskId::new().into());
    assert_eq!(client.close_code().await, 4400);
}

#[actix::test]
async fn a_bad_token_is_final_and_a_checker_that_is_away_is_not() {
    let house = House::new();
    let mut client = Client::open(&house.live, Subprotocol::Json);
    client.say_hello("nonsense", None);
    assert_eq!(client.close_code().await, 4401);
    *house.people.away.lock().unwrap() = true;
    let mut client = Client::open(&house.live, Subprotocol::Json);
    client.say_hello("nonsense", None);
    assert_eq!(client.close_code().await, 1013);
}

#[actix::test]
async fn what_is_sent_right_after_hello_is_answered_after_it() {
    let house = House::new();
    let (task, token) = (house.task(), house.person("ann"));
    let mut client = Client::open(&house.live, Subprotocol::Json);
    client.say_hello(&token, None);
    client.subscribe(7, TopicKind::Task, task.into());
    client.welcomed().await;
    assert_eq!(client.subscribed().await.channel, 7);
}

#[actix::test]
async fn a_connection_ends_with_its_token_unless_it_is_refreshed() {
    let house = House::new();
    let token = house.person_until("ann", Utc::now() + TimeDelta::seconds(20));
    let mut ann = Client::hello(&house.live, &token, None).await;
    let task = house.task();
    ann.subscribe(1, TopicKind::Task, task.into());
    ann.subscribed().await;
    let fresh = house.person_until("ann", Utc::now() + TimeDelta::seconds(3600));
    ann.control(Refresh { token: fresh });
    ann.wait(|frame| matches!(frame, ServerFrame::Control(ServerControl::Refreshed(_))).then_some(())).await;
    for t in 0..4 {
        tokio::time::sleep(Duration::from_secs(8)).await;
        ann.control(Ping { t });
        ann.wait(|frame| matches!(frame, ServerFrame::Control(ServerControl::Pong(pong)) if pong.t == t).then_some(())).await;
    }
    let last = house.person_until("ann", Utc::now() + TimeDelta::seconds(5));
    ann.control(Refresh { token: last });
    let bye = ann
        .wait(|frame| match frame {
            ServerFrame::Control(ServerControl::Bye(bye)) => Some(bye.clone()),
            _ => None,
        })
        .await;
    assert_eq!(bye.code, 4001);
    assert!(bye.reconnect_after_ms.is_some());
    assert_eq!(ann.close_code().await, 4001);
}

#[actix::test]
async fn a_token_of_somebody_else_does_not_refresh_mine() {
    let house = House::new();
    let mut ann = house.connect("ann").await;
    ann.control(Refresh { token: "nonsense".into() });
    assert_eq!(ann.error().await.code, "token_refused");
    let bobs = house.person("bob");
    ann.control(Refresh { token: bobs });
    assert_eq!(ann.close_code().await, 4401);
}

#[actix::test]
async fn who_says_nothing_is_closed_and_who_pings_is_not() {
    let house = House::new();
    let mut quiet = house.connect("ann").await;
    assert_eq!(quiet.close_code().await, 4003);
    let mut lively = house.connect("bob").await;
    for t in 0..10 {
        tokio::time::sleep(Duration::from_secs(9)).await;
        lively.control(Ping { t });
        lively.wait(|frame| matches!(frame, ServerFrame::Control(ServerControl::Pong(pong)) if pong.t == t).then_some(())).await;
    }
}

#[actix::test]
async fn the_server_says_something_within_each_heartbeat() {
    let house = House::new();
    let mut ann = house.connect("ann").await;
    let start = tokio::time::Instant::now();
    ann.wait(|frame| matches!(frame, ServerFrame::Control(ServerControl::Pong(_))).then_some(())).await;
    assert!(start.elapsed() <= Duration::from_secs(15));
}

#[actix::test]
async fn garbage_is_named_and_ends_the_connection_for_good() {
    let house = House::new();
    for garbage in [Message::Binary(vec![99, 1].into()), Message::Text("{\"type\":\"ping\"}".into()), Message::Binary(vec![1].into())] {
        let mut client = house.connect("ann").await;
        client.wire.send(garbage);
        let error = client.error().await;
        assert_eq!((error.code.as_str(), error.rule.as_deref()), ("bad_frame", Some("malformed")));
        assert_eq!(client.close_code().await, 4400);
    }
}

/// A page that is newer than the node it is on does without what only newer nodes can do.
#[actix::test]
async fn a_word_of_a_newer_release_is_answered_by_an_error_and_the_connection_lives() {
    let house = House::new();
    let mut client = house.connect("ann").await;
    client.wire.send(Message::Text("{\"type\":\"applaud\",\"channel\":7}".into()));
    let error = client.error().await;
    let told = |error: &ErrorMessage| (error.code.clone(), error.channel, error.field.clone(), error.rule.clone());
    let unknown = |channel, field: &str| ("unknown_word".into(), Some(channel), Some(field.into()), Some("unknown_word".into()));
    assert_eq!(told(&error), unknown(7, "type"));
    let topic = format!(r#"{{"type":"subscribe","channel":1,"topic":{{"kind":"weather","id":"{}"}}}}"#, house.task());
    client.wire.send(Message::Text(topic.into()));
    assert_eq!(told(&client.error().await), unknown(1, "topic.kind"));
    // The channel is as free as after any refused `subscribe`.
    let mut ann = Worker::join(client, house.task()).await;
    ann.put("a", 1.0);
    ann.until_acked().await;

    // Before hello there is nobody to talk to.
    let mut stranger = Client::open(&house.live, Subprotocol::Json);
    stranger.wire.send(Message::Text("{\"type\":\"applaud\"}".into()));
    assert_eq!(stranger.close_code().await, 4400);
}

#[actix::test]
async fn a_message_may_come_in_pieces() {
    let house = House::new();
    let mut client = house.connect("ann").await;
    client.wire.send(Message::Continuation(Item::FirstText(r#"{"type":"ping","#.into())));
    client.wire.send(Message::Continuation(Item::Last(r#""t":42}"#.into())));
    client.wait(|frame| matches!(frame, ServerFrame::Control(ServerControl::Pong(pong)) if pong.t == 42).then_some(())).await;
}

#[actix::test]
async fn a_frame_over_the_limit_is_refused() {
    let house = House::with(|config| config.session.max_frame = 1_000);
    let mut client = house.connect("ann").await;
    client.hot(ClientHot::Update { channel: 1, seq: 1, bytes: vec![0; 2_000].into() });
    assert_eq!(client.close_code().await, 1009);
    let mut client = house.connect("ann").await;
    client.wire.send(Message::Continuation(Item::FirstBinary(vec![1; 900].into())));
    client.wire.send(Message::Continuation(Item::Continue(vec![1; 900].into())));
    assert_eq!(client.close_code().await, 1009);
}

#[actix::test]
async fn who_sends_too_much_is_sent_away_for_a_while() {
    let house = House::with(|config| config.session.frames = (10, 50));
    let mut client = house.connect("ann").await;
    for t in 0..100 {
        client.control(Ping { t });
    }
    assert_eq!(client.close_code().await, 1013);
}

#[actix::test]
async fn channels_are_checked() {
    let house = House::with(|config| config.session.max_channels = 2);
    let (task, mut client) = (house.task(), house.connect("ann").await);
    client.subscribe(0, TopicKind::Task, task.into());
    assert_eq!(client.error().await.field.as_deref(), Some("channel"));
    client.subscribe(1, TopicKind::Task, task.into());
    client.subscribed().await;
    client.subscribe(1, TopicKind::Task, task.into());
    assert_eq!(client.error().await.code, "channel_in_use");
    client.hot(ClientHot::Update { channel: 9, seq: 3, bytes: vec![0, 0].into() });
    let error = client.error().await;
    assert_eq!((error.code.as_str(), error.channel, error.seq), ("unknown_channel", Some(9), Some(3)));
    // Twice on one task is two seats.
    client.subscribe(2, TopicKind::Task, task.into());
    client.subscribed().await;
    client.subscribe(3, TopicKind::Task, task.into());
    assert_eq!(client.error().await.code, "too_many_channels");
    client.control(Unsubscribe { channel: 1 });
    client.subscribe(3, TopicKind::Task, task.into());
    assert_eq!(client.subscribed().await.task.unwrap().peers.len(), 2);
}

#[actix::test]
async fn presence_is_checked() {
    let house = House::new();
    let task = house.task();
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    ann.show(&"x".repeat(33));
    ann.until(|w| !w.errors.is_empty()).await;
    assert_eq!((ann.errors[0].field.as_deref(), ann.errors[0].rule.as_deref()), (Some("state.tool"), Some("max_length")));
}

#[actix::test]
async fn rust_clients_may_speak_bincode_beside_others() {
    let house = House::new();
    let (task, token) = (house.task(), house.person("ann"));
    let mut ann = Client::open(&house.live, Subprotocol::Bincode);
    ann.say_hello(&token, None);
    ann.welcomed().await;
    let mut ann = Worker::join(ann, task).await;
    let mut bob = Worker::join(house.connect("bob").await, task).await;
    ann.put("a", 1.0);
    ann.until_acked().await;
    bob.put("b", 1.0);
    ann.until(|w| w.content().len() == 2).await;
    bob.until(|w| w.content().len() == 2).await;
}

// --- a reader that does not read ---

#[actix::test]
async fn a_reader_that_never_reads_is_cut_and_the_others_do_not_notice() {
    let house = House::with(|config| {
        config.session.max_outbox = 200_000;
        config.session.frames = (1_000_000, 1_000_000);
    });
    let task = house.task();
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    let mut bob = Worker::join(house.connect("bob").await, task).await;
    let mut slow = Worker::join(house.connect("slow").await, task).await;
    for n in 0..400 {
        ann.put(&format!("key-{n}-{}", "x".repeat(1_000)), f64::from(n));
        if n % 20 == 0 {
            ann.until_acked().await;
            bob.until(|w| w.content().len() > n as usize).await;
        }
    }
    bob.until(|w| w.content().len() == 400).await;
    ann.until_acked().await;
    assert_eq!(slow.client.close_code().await, 1013);
    assert_eq!(house.live.task_stats(task).await.unwrap().members, 2);
}

#[actix::test]
async fn a_reader_that_stalls_is_cut_after_a_while() {
    let house = House::with(|config| config.session.stall = Duration::from_secs(10));
    let task = house.task();
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    let mut slow = Worker::join(house.connect("slow").await, task).await;
    let mut alive = true;
    for n in 0..40 {
        ann.put(&format!("key-{n}"), 1.0);
        ann.until_acked().await;
        tokio::time::sleep(Duration::from_millis(500)).await;
        // It sends all right, it just does not read.
        slow.client.control(Ping { t: n });
        alive = house.live.task_stats(task).await.unwrap().members == 2;
    }
    assert!(!alive);
    assert_eq!(slow.client.close_code().await, 1013);
}

#[actix::test]
async fn while_a_socket_is_busy_edits_are_merged_and_cursors_replaced() {
    let house = House::with(|config| config.session.soft_outbox = 1_000);
    let task = house.task();
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    let mut slow = Worker::join(house.connect("slow").await, task).await;
    for n in 0..200 {
        ann.put(&format!("key-{n}"), 1.0);
        ann.point(n, n);
        ann.until_acked().await;
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    slow.until(|w| w.content().len() == 200 && w.cursors.last().is_some_and(|c| c.at == Some((199, 199)))).await;
    assert!(slow.updates < 100, "{} frames of edits", slow.updates);
    assert!(slow.cursors.len() < 100, "{} cursors", slow.cursors.len());
}

// --- projects, people ---

#[actix::test]
async fn a_projects_progress_is_told_once_and_then_as_diffs_a_few_times_a_second() {
    let house = House::new();
    let task = house.task();
    let mut boss = house.connect("boss").await;
    boss.subscribe(1, TopicKind::Project, house.project.into());
    let state = boss.subscribed().await.project.unwrap();
    assert_eq!((state.progress, state.people.len()), (Progress::default(), 1));
    let questions = *house.places.questions.lock().unwrap();
    *house.places.progress.lock().unwrap() = Progress { total: 3, pending: 2, ..Progress::default() };
    for _ in 0..100 {
        house.live.publish(DomainEvent::ProgressChanged { workspace: house.workspace, project: house.project });
    }
    let diff = next_diff(&mut boss).await;
    assert_eq!(diff.progress.unwrap().total, 3);
    assert!(*house.places.questions.lock().unwrap() - questions <= 2);
    let ann = Worker::join(house.connect("ann").await, task).await;
    let diff = next_diff(&mut boss).await;
    assert_eq!((diff.progress, diff.here[0].task_id, diff.here[0].user.name.as_str()), (None, Some(task), "ann"));
    let id = ann.client.user.id;
    drop(ann);
    assert_eq!(next_diff(&mut boss).await.left, [id]);
}

async fn next_diff(client: &mut Client) -> tandem_protocol::ws::ProjectDiff {
    client
        .wait(|frame| match frame {
            ServerFrame::Control(ServerControl::ProjectDiff(diff)) => Some(diff.clone()),
            _ => None,
        })
        .await
}

fn work(waiting: i64, done: i64) -> WorkNow {
    let steps = vec![StepCounts { step: "annotate".into(), waiting, done, ..StepCounts::default() }];
    WorkNow { steps, ..WorkNow::default() }
}

async fn next_work_state(client: &mut Client) -> WorkflowState {
    client
        .wait(|frame| match frame {
            ServerFrame::Control(ServerControl::WorkflowState(state)) => Some(state.clone()),
            _ => None,
        })
        .await
}

async fn next_work_diff(client: &mut Client) -> WorkflowDiff {
    client
        .wait(|frame| match frame {
            ServerFrame::Control(ServerControl::WorkflowDiff(diff)) => Some(diff.clone()),
            _ => None,
        })
        .await
}

/// Answers come one each two milliseconds.
async fn five_hundred_answers(house: &House) {
    for done in 1..=500 {
        *house.places.work.lock().unwrap() = work(500 - done, done);
        house.live.publish(DomainEvent::ProgressChanged { workspace: house.workspace, project: house.project });
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Diffs until the last answer is told of.
async fn diffs_until_done(client: &mut Client) -> usize {
    for diffs in 1.. {
        if next_work_diff(client).await.steps[0].done == 500 {
            return diffs;
        }
    }
    unreachable!()
}

#[actix::test]
async fn five_hundred_answers_in_a_second_are_a_handful_of_frames_and_the_last_is_right() {
    let house = House::new();
    *house.places.work.lock().unwrap() = work(500, 0);
    let mut watchers = Vec::new();
    for name in ["boss", "ann", "bob"] {
        let mut client = house.connect(name).await;
        client.subscribe(1, TopicKind::Workflow, house.project.into());
        assert_eq!(next_work_state(&mut client).await.steps, work(500, 0).steps);
        watchers.push(client);
    }
    let asked = *house.places.work_questions.lock().unwrap();
    five_hundred_answers(&house).await;
    for client in &mut watchers {
        let diffs = diffs_until_done(client).await;
        assert!((4..=6).contains(&diffs), "{diffs} diffs");
    }
    // Once for all who watch.
    assert!(*house.places.work_questions.lock().unwrap() - asked <= 6);
}

#[actix::test]
async fn where_counting_takes_long_the_database_is_busy_with_it_for_a_fifth_of_the_time_at_most() {
    let house = House::new();
    *house.places.work_takes.lock().unwrap() = Duration::from_millis(400);
    let mut boss = house.connect("boss").await;
    boss.subscribe(1, TopicKind::Workflow, house.project.into());
    next_work_state(&mut boss).await;
    let asked = *house.places.work_questions.lock().unwrap();
    for _ in 0..6 {
        five_hundred_answers(&house).await;
    }
    diffs_until_done(&mut boss).await;
    // Six seconds and a little: a question each two.
    assert!(*house.places.work_questions.lock().unwrap() - asked <= 5);
}

#[actix::test]
async fn nobody_asks_how_the_work_stands_while_nobody_watches() {
    let house = House::new();
    let mut boss = house.connect("boss").await;
    boss.subscribe(1, TopicKind::Project, house.project.into());
    boss.subscribed().await;
    five_hundred_answers(&house).await;
    assert_eq!(*house.places.work_questions.lock().unwrap(), 0);
    boss.subscribe(2, TopicKind::Workflow, house.project.into());
    assert_eq!(next_work_state(&mut boss).await.steps, work(0, 500).steps);
}

#[actix::test]
async fn who_comes_back_is_given_the_state_anew() {
    let house = House::new();
    *house.places.work.lock().unwrap() = work(2, 0);
    let mut boss = house.connect("boss").await;
    boss.subscribe(1, TopicKind::Workflow, house.project.into());
    next_work_state(&mut boss).await;
    boss.control(Unsubscribe { channel: 1 });
    *house.places.work.lock().unwrap() = work(1, 1);
    boss.subscribe(2, TopicKind::Workflow, house.project.into());
    assert_eq!(next_work_state(&mut boss).await.steps, work(1, 1).steps);
}

#[actix::test]
async fn every_tab_of_a_person_hears_of_a_lease() {
    let house = House::new();
    let lease = MyLease {
        assignment_id: AssignmentId::new(),
        project_id: house.project,
        task_id: TaskId::new(),
        fencing_token: 7,
        expires_at: chrono::DateTime::UNIX_EPOCH,
    };
    house.places.leases.lock().unwrap().push(lease.clone());
    let mut tabs = [house.connect("ann").await, house.connect("ann").await];
    for tab in &mut tabs {
        tab.subscribe(CHANNEL, TopicKind::User, tab.user.id.into());
        assert_eq!(tab.subscribed().await.user.unwrap().leases, std::slice::from_ref(&lease));
    }
    let (workspace, user, event) = (house.workspace, tabs[0].user.id, LeaseEvent::Expired);
    house.live.publish(DomainEvent::LeaseChanged { workspace, user, event, lease: lease.clone() });
    for tab in &mut tabs {
        let told = tab
            .wait(|frame| match frame {
                ServerFrame::Control(ServerControl::LeaseChanged(changed)) => Some(changed.clone()),
                _ => None,
            })
            .await;
        assert_eq!((told.event, &told.lease), (LeaseEvent::Expired, &lease));
    }
}

#[actix::test]
async fn every_tab_of_a_person_is_told_of_a_comment_and_nobody_elses() {
    let house = House::new();
    let mut tabs = [house.connect("ann").await, house.connect("ann").await, house.connect("bob").await];
    for tab in &mut tabs {
        tab.subscribe(CHANNEL, TopicKind::User, tab.user.id.into());
        tab.subscribed().await;
    }
    let (workspace, [ann, bob]) = (house.workspace, [tabs[0].user.id, tabs[2].user.id]);
    // Bob's comes after hers: if he heard of hers, he would have by then.
    for (user, comment) in [(ann, "of ann"), (bob, "of bob")] {
        let notification = mention(house.project, &tabs[2].user, comment);
        house.live.publish(DomainEvent::Notified { workspace, user, notification });
    }
    for (tab, comment) in tabs.iter_mut().zip(["of ann", "of ann", "of bob"]) {
        assert_eq!(tab.notified().await.comment, comment);
    }
}

#[actix::test]
async fn nobody_listens_to_anothers_leases() {
    let house = House::new();
    let (mut ann, bob) = (house.connect("ann").await, house.connect("bob").await);
    ann.subscribe(1, TopicKind::User, bob.user.id.into());
    assert_eq!(ann.error().await.code, "forbidden");
}

// --- a stop ---

#[actix::test]
async fn a_stop_brings_what_was_accepted_to_the_disk_acknowledges_it_and_says_goodbye() {
    let house = House::new();
    let task = house.task();
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    house.log.hold();
    let seq = ann.put("a", 1.0);
    house.log.append_waiting().await;
    let live = house.live.clone();
    let stop = actix::spawn(async move { live.shutdown().await });
    tokio::task::yield_now().await;
    assert!(!house.live.ready().is_ready());
    house.log.release();
    ann.until(|w| w.acked == seq).await;
    assert_eq!(ann.client.close_code().await, 1012);
    stop.await.unwrap();
    let mut late = Client::open(&house.live, Subprotocol::Json);
    assert_eq!(late.close_code().await, 1012);
}

#[actix::test]
async fn a_close_is_answered_with_a_close() {
    let house = House::new();
    let token = house.person("ann");
    let mut wire = Wire::open(|bytes| tandem_actors::session::tandem::start(&house.live, Subprotocol::Json, bytes));
    wire.send(Message::Text(format!(r#"{{"type":"hello","token":"{token}","client":"t"}}"#).into()));
    assert!(matches!(wire.next().await, Some(Frame::Text(_))));
    wire.send(Message::Close(None));
    assert!(matches!(wire.next().await, Some(Frame::Close(Some(reason))) if u16::from(reason.code) == 1000));
    assert!(wire.next().await.is_none());
}

#[actix::test]
async fn of_two_new_tokens_the_one_that_was_sent_later_counts_whichever_is_checked_sooner() {
    let house = House::new();
    let mut ann = Client::hello(&house.live, &house.person_until("ann", Utc::now() + TimeDelta::seconds(60)), None).await;
    let older = house.person_until("ann", Utc::now() + TimeDelta::seconds(90));
    let newer = house.person_until("ann", Utc::now() + TimeDelta::seconds(3_600));
    house.people.takes.lock().unwrap().insert(older.clone(), Duration::from_secs(3));
    ann.control(Refresh { token: older });
    ann.control(Refresh { token: newer });
    let mut ends = Vec::new();
    for _ in 0..2 {
        let refreshed = |frame: &ServerFrame| match frame {
            ServerFrame::Control(ServerControl::Refreshed(refreshed)) => Some(refreshed.token_expires_at),
            _ => None,
        };
        ends.push(ann.wait(refreshed).await);
    }
    assert_eq!(ends[0], ends[1], "each is answered, with the end that counts");
    for t in 0..12 {
        tokio::time::sleep(Duration::from_secs(10)).await;
        ann.control(Ping { t });
        ann.wait(|frame| matches!(frame, ServerFrame::Control(ServerControl::Pong(pong)) if pong.t == t).then_some(())).await;
    }
}

#[actix::test]
async fn a_new_token_that_nobody_checks_in_time_is_told_so() {
    let house = House::new();
    let mut ann = house.connect("ann").await;
    let token = house.person("ann");
    house.people.takes.lock().unwrap().insert(token.clone(), Duration::from_secs(3_600));
    let asked = tokio::time::Instant::now();
    ann.control(Refresh { token });
    let error = ann.error().await;
    assert!(error.code == "unavailable" && error.retryable, "{error:?}");
    assert!(asked.elapsed() < Duration::from_secs(6));
}
