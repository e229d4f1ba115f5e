//! Bounds of rooms and of connections that are told by their names. Those of the stock dialects are in their files.

mod common;

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use common::{CHANNEL, Client, House, Worker, regions};
use tandem_actors::{config::PresenceLimits, document};
use tandem_protocol::{
    TaskId,
    ws::{PresenceState, ServerControl, ServerFrame, ServerHot, SetPresence, TopicKind},
};
use tandem_store::documents::{DocumentLog, NewUpdate};

#[actix::test]
async fn one_more_than_may_be_in_a_room_is_told_to_come_back_and_gets_in_when_somebody_left() {
    let house = House::with(|config| config.room.max_members = 2);
    let task = house.task();
    let ann = Worker::join(house.connect("ann").await, task).await;
    let _bob = Worker::join(house.connect("bob").await, task).await;
    let mut cyd = Worker::new(house.connect("cyd").await, task);
    cyd.subscribe(None);
    let full = cyd.client.error().await;
    assert!(full.code == "room_full" && full.retryable, "{full:?}");
    assert!(full.rule.as_deref() == Some("max_members") && full.message.contains("(max_members)"), "{full:?}");
    ann.client.hang_up().await;
    cyd.subscribe(None);
    cyd.until(|w| w.syncs > 0).await;
}

#[actix::test]
async fn too_much_for_a_busy_room_ends_the_connection_by_name() {
    let house = House::with(|config| (config.room.mailbox, config.session.max_backlog) = (1, 5));
    let mut ann = Worker::join(house.connect("ann").await, house.task()).await;
    for n in 0..200 {
        ann.put(&format!("{n}"), 1.0);
    }
    assert_eq!(ann.client.close_code().await, 1013);
    let why = ann.client.closed.and_then(|reason| reason.description).unwrap_or_default();
    assert!(why.contains("(max_backlog)"), "{why}");
}

#[actix::test]
async fn ghosts_that_grow_too_large_start_anew_and_drawing_goes_on() {
    let house = House::with(|config| config.room.max_ghosts = 2_000);
    let task = house.task();
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    let mut bob = Worker::join(house.connect("bob").await, task).await;
    let first = ann.epoch;
    for n in 0..200 {
        ann.ghost(Some(f64::from(n)));
    }
    ann.until(|w| w.epoch != first).await;
    bob.until(|w| w.epoch == first + 1).await;
    ann.ghost(Some(1.0));
    bob.until(|w| !w.drawers().is_empty()).await;
    assert!(ann.errors.is_empty(), "{:?}", ann.errors);
}

#[actix::test]
async fn presence_beyond_its_bounds_is_refused_by_the_name_of_the_bound() {
    let house = House::with(|config| config.room.presence = PresenceLimits { tool: 5, label: 4, region_id: 2, selection: 1 });
    let mut ann = Worker::join(house.connect("ann").await, house.task()).await;
    let nothing = PresenceState::default;
    for (state, field, name) in [
        (PresenceState { tool: Some("polygon".into()), ..nothing() }, "state.tool", "max_tool_name"),
        (PresenceState { label: Some("lorry".into()), ..nothing() }, "state.label", "max_label_name"),
        (PresenceState { selection: vec!["a".into(), "b".into()], ..nothing() }, "state.selection", "max_selection"),
        (PresenceState { selection: vec!["abc".into()], ..nothing() }, "state.selection", "max_region_id"),
        (PresenceState { editing: Some("abc".into()), ..nothing() }, "state.editing", "max_region_id"),
    ] {
        ann.client.control(SetPresence { channel: CHANNEL, state });
        let error = ann.client.error().await;
        assert_eq!((error.code.as_str(), error.field.as_deref()), ("presence_refused", Some(field)));
        assert!(error.message.contains(name), "{error:?}");
    }
}

#[actix::test]
async fn an_edit_nested_deeper_than_is_set_is_refused() {
    use yrs::{Any, Map, ReadTxn, Transact};
    let house = House::with(|config| config.room.limits.max_depth = 3);
    let task = house.task();
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    let deep = |levels: usize| (0..levels).fold(Any::Null, |inner, _| Any::from(vec![inner]));
    let edit = |levels: usize| {
        let doc = common::new_doc(levels as u64);
        doc.get_or_insert_map("regions").insert(&mut doc.transact_mut(), levels.to_string(), deep(levels));
        doc.transact().encode_diff_v1(&yrs::StateVector::default())
    };
    ann.send_update(edit(2));
    ann.until_acked().await;
    ann.send_update(edit(5));
    ann.until(|w| !w.errors.is_empty()).await;
    assert_eq!((ann.errors[0].rule.as_deref(), ann.errors[0].message.as_str()), (Some("max_depth"), "values are nested deeper than 3"));
}

/// Stored bytes that are sent before the document is built.
async fn large(house: &House) -> TaskId {
    let (task, log) = (house.task(), &house.log);
    let key = house.key(task);
    let stored = log.open(&key).await.unwrap();
    let payload = Bytes::from(document::build(&regions(1_000), 0));
    log.append(&[NewUpdate { document: stored.id, workspace: key.workspace, author: None, payload }]).await.unwrap();
    log.compact(key.workspace, stored.id, Arc::new(document::merge)).await.unwrap();
    task
}

#[actix::test]
async fn edits_that_wait_for_a_large_document_are_bounded_and_what_is_refused_comes_again() {
    for (limit, bound) in [("max_early", (3, usize::MAX)), ("max_early_bytes", (usize::MAX, 300))] {
        let house = House::with(|config| (config.room.max_early, config.room.max_early_bytes) = bound);
        // Documents are built on threads, for which a paused clock does not wait.
        tokio::time::resume();
        let task = large(&house).await;
        let mut ann = Worker::join(house.connect("ann").await, task).await;
        for n in 0..20 {
            ann.put(&format!("early-{n}"), f64::from(n));
        }
        ann.until(|w| !w.errors.is_empty()).await;
        let error = &ann.errors[0];
        assert_eq!((error.code.as_str(), error.rule.as_deref(), error.retryable), ("overloaded", Some(limit), true));
        let mut ann = ann.reconnect(house.connect("ann").await).await;
        ann.until_acked().await;
        assert_eq!(common::content(&house.stored(task).await), ann.content());
    }
}

#[actix::test]
async fn people_who_wait_to_be_compared_with_a_large_document_are_bounded_and_get_in_once_it_is_built() {
    let house = House::with(|config| config.room.max_arrivals = 0);
    tokio::time::resume();
    let task = large(&house).await;
    let mut bob = Worker::join(house.connect("bob").await, task).await;
    let lineage = bob.joined.as_ref().map(|joined| joined.lineage);
    bob.client = house.connect("bob").await;
    bob.subscribe(lineage);
    let error = bob.client.error().await;
    assert_eq!((error.code.as_str(), error.rule.as_deref(), error.retryable), ("overloaded", Some("max_arrivals"), true));
    // It is built in a moment, whoever asks for it.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let syncs = bob.syncs;
    bob.subscribe(lineage);
    bob.until(|w| w.syncs > syncs).await;
}

#[actix::test]
async fn a_room_nobody_waits_for_does_not_ask_an_absent_store_for_ever() {
    let house = House::new();
    let task = house.task();
    house.log.set_away(true);
    let mut ann = Worker::new(house.connect("ann").await, task);
    ann.subscribe(None);
    assert_eq!(ann.client.error().await.code, "unavailable");
    assert_eq!(house.live.ready().rooms, 1);
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(house.live.ready().rooms, 0);
}

#[actix::test]
async fn a_second_document_over_a_busy_socket_is_not_counted_as_backlog() {
    let house = House::with(|config| (config.session.soft_outbox, config.session.max_outbox) = (1_000, 20_000));
    let (first, second) = (house.task(), house.task());
    for task in [first, second] {
        let mut ann = Worker::join(house.connect("ann").await, task).await;
        ann.write("large", &"x".repeat(100_000));
        ann.until_acked().await;
        ann.client.hang_up().await;
    }
    let mut bob: Client = house.connect("bob").await;
    bob.subscribe(1, TopicKind::Task, first.into());
    // From here on he reads nothing, and news of the first wait already.
    tokio::time::sleep(Duration::from_millis(100)).await;
    let mut ann = Worker::join(house.connect("ann").await, first).await;
    ann.write("news", &"y".repeat(5_000));
    ann.until_acked().await;
    bob.subscribe(2, TopicKind::Task, second.into());
    tokio::time::sleep(Duration::from_millis(100)).await;
    let mut synced = Vec::new();
    while synced.len() < 2 {
        match bob.next().await.unwrap_or_else(|| panic!("{:?}", bob.closed)) {
            ServerFrame::Hot(ServerHot::Sync { channel, bytes }) => synced.push((channel, bytes.len() > 100_000)),
            ServerFrame::Control(ServerControl::Bye(bye)) => panic!("{bye:?}"),
            _ => {}
        }
    }
    assert_eq!(synced, [(1, true), (2, true)]);
}
