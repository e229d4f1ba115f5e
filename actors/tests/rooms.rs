//! Rooms over the log in memory: what people on one task may rely on.

mod common;

use std::time::Duration;

use common::{CHANNEL, Client, House, Worker, content, new_doc};
use tandem_actors::{DomainEvent, WorkError, document};
use tandem_protocol::{
    LineageId,
    rest::{ProjectStatus, TaskStatus},
    ws::{CursorAt, ServerControl, ServerFrame, ServerHot, TaskChanged},
};
use tandem_store::documents::DocumentLog;
use yrs::{Map, ReadTxn, Transact, updates::encoder::Encode};

#[actix::test]
async fn an_edit_reaches_the_others_before_the_disk_and_is_acknowledged_after_it() {
    let house = House::new();
    let task = house.task();
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    let mut bob = Worker::join(house.connect("bob").await, task).await;
    house.log.hold();
    ann.put("a", 1.0);
    bob.until(|w| !w.content().is_empty()).await;
    house.log.append_waiting().await;
    assert_eq!(ann.acked, 0);
    assert!(content(&house.stored(task).await).is_empty());
    house.log.release();
    ann.until_acked().await;
    assert_eq!(content(&house.stored(task).await), ann.content());
}

#[actix::test]
async fn one_commit_carries_the_edits_of_many_and_each_is_acknowledged() {
    let house = House::new();
    let (first, second) = (house.task(), house.task());
    let mut ann = Worker::join(house.connect("ann").await, first).await;
    let mut bob = Worker::join(house.connect("bob").await, second).await;
    house.log.hold();
    ann.put("start", 0.0);
    house.log.append_waiting().await;
    for n in 0..20 {
        ann.put(&format!("a{n}"), 1.0);
        bob.put(&format!("b{n}"), 1.0);
    }
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    let before = house.log.appends();
    house.log.release();
    ann.until_acked().await;
    bob.until_acked().await;
    assert!(house.log.appends() - before <= 3, "{} commits", house.log.appends() - before);
}

#[actix::test]
async fn who_joins_mid_stream_gets_everything() {
    let house = House::new();
    let task = house.task();
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    for n in 0..30 {
        ann.put(&format!("k{n}"), f64::from(n));
    }
    let mut bob = Worker::join(house.connect("bob").await, task).await;
    for n in 30..40 {
        ann.put(&format!("k{n}"), f64::from(n));
    }
    bob.until(|w| w.content().len() == 40).await;
    assert_eq!(ann.content(), bob.content());
}

#[actix::test]
async fn a_document_is_read_again_by_the_first_who_comes_after_everybody_left() {
    let house = House::new();
    let task = house.task();
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    ann.put("a", 1.0);
    ann.until_acked().await;
    let lineage = ann.joined.as_ref().unwrap().lineage;
    drop(ann);
    tokio::time::sleep(std::time::Duration::from_secs(60)).await;
    assert!(house.live.task_stats(task).await.is_none(), "the room sleeps");
    let bob = Worker::join(house.connect("bob").await, task).await;
    assert_eq!(bob.content().len(), 1);
    assert_eq!(bob.joined.unwrap().lineage, lineage);
}

#[actix::test]
async fn two_first_visitors_find_one_document() {
    let house = House::new();
    let task = house.task();
    let (ann, bob) = (house.connect("ann").await, house.connect("bob").await);
    let (mut ann, mut bob) = (Worker::new(ann, task), Worker::new(bob, task));
    ann.subscribe(None);
    bob.subscribe(None);
    ann.until(|w| w.syncs > 0).await;
    bob.until(|w| w.syncs > 0).await;
    assert_eq!(ann.joined.as_ref().unwrap().lineage, bob.joined.as_ref().unwrap().lineage);
    ann.put("a", 1.0);
    bob.until(|w| w.content().len() == 1).await;
}

#[actix::test]
async fn what_was_drawn_while_the_store_was_away_is_seen_and_not_acknowledged_and_lands_afterwards() {
    let house = House::new();
    let task = house.task();
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    let mut bob = Worker::join(house.connect("bob").await, task).await;
    house.log.set_away(true);
    for n in 0..10 {
        ann.put(&format!("k{n}"), 1.0);
    }
    bob.until(|w| w.content().len() == 10).await;
    bob.until(|w| !w.durable).await;
    assert!(!house.live.ready().is_ready());
    tokio::time::sleep(std::time::Duration::from_secs(5)).await;
    assert_eq!(ann.acked, 0);
    house.log.set_away(false);
    ann.until(|w| w.durable && w.acked == w.seq).await;
    assert!(house.live.ready().is_ready());
    assert_eq!(content(&house.stored(task).await), ann.content());
}

#[actix::test]
async fn a_store_that_hangs_is_told_to_the_room_too() {
    let house = House::new();
    let task = house.task();
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    house.log.hold();
    ann.put("a", 1.0);
    ann.until(|w| !w.durable).await;
    assert_eq!(ann.acked, 0);
    house.log.release();
    ann.until(|w| w.durable && w.acked == w.seq).await;
}

#[actix::test]
async fn when_too_much_waits_for_the_disk_further_edits_are_refused_and_come_back_later() {
    let house = House::with(|config| config.journal.max_bytes = 2_000);
    let task = house.task();
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    house.log.set_away(true);
    for n in 0..100 {
        ann.put(&format!("key-{n}"), 1.0);
    }
    ann.until(|w| !w.errors.is_empty()).await;
    assert_eq!((ann.errors[0].code.as_str(), ann.errors[0].retryable), ("waiting_for_disk", true));
    house.log.set_away(false);
    ann.until(|w| w.durable).await;
    // What the rule for refused edits says: subscribe again, send what the server lacks.
    let mut ann = ann.reconnect(house.connect("ann").await).await;
    ann.until_acked().await;
    assert_eq!(content(&house.stored(task).await).len(), 100);
}

#[actix::test]
async fn an_edit_sent_again_after_a_reconnect_counts_once_and_is_acknowledged() {
    let house = House::new();
    let task = house.task();
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    house.log.hold();
    ann.put("a", 1.0);
    house.log.append_waiting().await;
    // The connection drops before the acknowledgement; the edit is in the document and not on disk.
    let mut ann = ann.reconnect(house.connect("ann").await).await;
    let bytes = ann.doc.transact().encode_diff_v1(&yrs::StateVector::default());
    ann.send_update(bytes);
    house.live.task_stats(task).await.unwrap();
    assert_eq!(ann.acked, 0);
    house.log.release();
    ann.until_acked().await;
    assert_eq!(content(&house.stored(task).await), ann.content());
}

#[actix::test]
async fn a_copy_of_another_lineage_is_answered_with_the_servers_lineage_and_everything() {
    let house = House::new();
    let task = house.task();
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    ann.put("real", 1.0);
    ann.until_acked().await;
    let mut bob = Worker::new(house.connect("bob").await, task);
    bob.doc = ann_copy(&ann);
    bob.subscribe(Some(LineageId::new()));
    let subscribed = bob.client.subscribed().await.task.unwrap();
    assert_eq!(subscribed.lineage, ann.joined.as_ref().unwrap().lineage);
    let sync = bob
        .client
        .wait(|frame| match frame {
            ServerFrame::Hot(ServerHot::Sync { bytes, .. }) => Some(bytes.clone()),
            _ => None,
        })
        .await;
    assert!(sync.len() > 4, "the whole document, although the state vector says that nothing is missing");
}

fn ann_copy(of: &Worker) -> yrs::Doc {
    let doc = new_doc(99);
    let update = of.doc.transact().encode_diff_v1(&yrs::StateVector::default());
    doc.transact_mut().apply_update(yrs::updates::decoder::Decode::decode_v1(&update).unwrap()).unwrap();
    doc
}

#[actix::test]
async fn a_copy_of_this_lineage_gets_only_what_it_lacks() {
    let house = House::new();
    let task = house.task();
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    for n in 0..50 {
        ann.put(&format!("key-{n}"), 1.0);
    }
    ann.until_acked().await;
    let lineage = ann.joined.as_ref().unwrap().lineage;
    ann.client = house.connect("ann").await;
    ann.subscribe(Some(lineage));
    let sync = ann
        .client
        .wait(|frame| match frame {
            ServerFrame::Hot(ServerHot::Sync { bytes, .. }) => Some(bytes.len()),
            _ => None,
        })
        .await;
    assert!(sync < 10, "{sync} bytes");
}

#[actix::test]
async fn a_malformed_edit_is_refused_by_name_and_harms_nobody() {
    let house = House::new();
    let task = house.task();
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    let mut bob = Worker::join(house.connect("bob").await, task).await;
    for garbage in [&b"\xff\xff\xff"[..], b"", b"\x01\x01", b"\x00\x00\x00"] {
        let seq = bob.send_update(garbage.to_vec());
        bob.until(|w| w.errors.iter().any(|e| e.seq == Some(seq))).await;
    }
    let error = &bob.errors[0];
    assert_eq!((error.code.as_str(), error.rule.as_deref(), error.channel), ("update_refused", Some("malformed"), Some(CHANNEL)));
    ann.put("a", 1.0);
    ann.until_acked().await;
    bob.until(|w| w.content().len() == 1).await;
    bob.put("b", 1.0);
    bob.until_acked().await;
    assert_eq!(content(&house.stored(task).await).len(), 2);
}

#[actix::test]
async fn an_edit_without_its_causes_is_refused_and_can_be_sent_again_with_them() {
    let house = House::new();
    let task = house.task();
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    let map = ann.doc.get_or_insert_map("regions");
    // An edit that never reached the server.
    map.insert(&mut ann.doc.transact_mut(), "lost", 1.0);
    ann.put("next", 2.0);
    ann.until(|w| !w.errors.is_empty()).await;
    assert_eq!((ann.errors[0].rule.as_deref(), ann.errors[0].retryable), (Some("missing_causes"), true));
    let mut ann = ann.reconnect(house.connect("ann").await).await;
    ann.until_acked().await;
    assert_eq!(content(&house.stored(task).await).len(), 2);
}

#[actix::test]
async fn an_archived_project_is_read_only_and_says_so() {
    let house = House::new();
    let task = house.task();
    house.places.tasks.lock().unwrap().get_mut(&task).unwrap().project_status = ProjectStatus::Archived;
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    assert_eq!(ann.joined.as_ref().unwrap().read_only.as_deref(), Some("project_archived"));
    let seq = ann.put("a", 1.0);
    ann.until(|w| !w.errors.is_empty()).await;
    assert_eq!((ann.errors[0].code.as_str(), ann.errors[0].seq), ("read_only", Some(seq)));
    assert!(content(&house.stored(task).await).is_empty());
}

#[actix::test]
async fn who_is_no_member_does_not_learn_that_the_task_exists() {
    let house = House::new();
    let task = house.task();
    let mut eve = house.connect("eve").await;
    house.places.roles.lock().unwrap().insert(eve.user.id, None);
    eve.subscribe(1, tandem_protocol::ws::TopicKind::Task, task.into());
    let hidden = eve.error().await;
    eve.subscribe(1, tandem_protocol::ws::TopicKind::Task, tandem_protocol::TaskId::new().into());
    let missing = eve.error().await;
    assert_eq!(hidden, missing);
    assert_eq!(hidden.code, "not_found");
}

#[actix::test]
async fn rights_taken_away_take_effect_on_open_channels() {
    let house = House::new();
    let task = house.task();
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    house.places.roles.lock().unwrap().insert(ann.client.user.id, None);
    let (workspace, project) = (house.workspace, house.project);
    house.live.publish(DomainEvent::RightsChanged { workspace, project, user: Some(ann.client.user.id) });
    ann.until(|w| w.errors.iter().any(|e| e.code == "access_ended")).await;
    let seq = ann.put("a", 1.0);
    ann.until(|w| w.errors.iter().any(|e| e.seq == Some(seq))).await;
    assert!(content(&house.stored(task).await).is_empty());
}

#[actix::test]
async fn a_lease_is_shown_to_everybody_on_the_task() {
    let house = House::new();
    let task = house.task();
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    let lease = Some(common::lease(&ann.client.user));
    let (workspace, project) = (house.workspace, house.project);
    let status = TaskStatus::Assigned;
    house.live.publish(DomainEvent::TaskChanged { workspace, project, task, status, lease: lease.clone() });
    let told = ann
        .client
        .wait(|frame| match frame {
            ServerFrame::Control(ServerControl::TaskChanged(changed)) => Some(changed.clone()),
            _ => None,
        })
        .await;
    assert_eq!(told, TaskChanged { channel: CHANNEL, status, lease });
}

// --- presence, cursors, ghosts ---

#[actix::test]
async fn presence_is_told_once_and_then_as_diffs() {
    let house = House::new();
    let task = house.task();
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    let mut bob = Worker::join(house.connect("bob").await, task).await;
    assert_eq!(bob.joined.as_ref().unwrap().peers.len(), 2);
    let (a, b) = (ann.peer(), bob.peer());
    ann.until(|w| w.peers.contains_key(&b)).await;
    ann.show("box");
    bob.until(|w| w.peers.get(&a).is_some_and(|state| state.tool.as_deref() == Some("box"))).await;
    drop(ann);
    bob.until(|w| !w.peers.contains_key(&a)).await;
}

#[actix::test]
async fn only_the_latest_place_of_a_pointer_goes_round_and_the_first_at_once() {
    let house = House::with(|config| config.room.min_tick = std::time::Duration::from_millis(33));
    let task = house.task();
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    let mut bob = Worker::join(house.connect("bob").await, task).await;
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    let start = tokio::time::Instant::now();
    ann.point(4, 8);
    bob.until(|w| !w.cursors.is_empty()).await;
    assert_eq!(start.elapsed(), std::time::Duration::ZERO, "the first after quiet");
    for n in 0..100 {
        ann.point(n, n);
    }
    bob.until(|w| w.cursors.last().is_some_and(|c| c.at == Some((99, 99)))).await;
    assert_eq!(bob.cursors.len(), 2, "{:?}", bob.cursors);
    assert!(start.elapsed() <= std::time::Duration::from_millis(34));
    let peer = ann.peer();
    ann.client.hot(tandem_protocol::ws::ClientHot::CursorGone { channel: CHANNEL });
    bob.until(|w| w.cursors.last() == Some(&CursorAt { peer, at: None })).await;
}

#[actix::test]
async fn pointers_go_round_early_once_most_have_moved() {
    let (min, tick) = (std::time::Duration::from_millis(4), std::time::Duration::from_millis(500));
    let house = House::with(|config| {
        (config.room.min_tick, config.room.tick_per_root, config.room.max_tick) = (min, tick, tick);
    });
    let task = house.task();
    let mut people = Vec::new();
    for name in ["ann", "bob", "cyd", "dan"] {
        people.push(Worker::join(house.connect(name).await, task).await);
    }
    for (moving, late) in [(2, true), (3, false)] {
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        people[0].point(0, moving);
        people[3].until(|w| w.cursors.last().is_some_and(|c| c.at == Some((0, moving)))).await;
        let start = tokio::time::Instant::now();
        for mover in &mut people[..moving as usize] {
            mover.point(1, moving);
        }
        people[3].until(|w| w.cursors.last().is_some_and(|c| c.at == Some((1, moving)))).await;
        let waited = start.elapsed();
        assert_eq!(waited > min * 2, late, "{moving} of four moved, told after {waited:?}");
    }
}

#[actix::test]
async fn ghosts_are_seen_while_they_are_drawn_and_never_outlive_their_drawer() {
    let house = House::new();
    let task = house.task();
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    let mut bob = Worker::join(house.connect("bob").await, task).await;
    ann.ghost(Some(1.0));
    let drawer = ann.peer().to_string();
    bob.until(|w| w.drawers() == [drawer.clone()]).await;
    // Somebody who comes while it is drawn sees it too.
    let mut cyd = Worker::join(house.connect("cyd").await, task).await;
    cyd.until(|w| w.drawers().len() == 1).await;
    drop(ann);
    bob.until(|w| w.drawers().is_empty()).await;
    cyd.until(|w| w.drawers().is_empty()).await;
    assert!(house.live.task_stats(task).await.unwrap().drawers.is_empty());
    assert!(content(&house.stored(task).await).is_empty(), "ghosts are never kept");
}

#[actix::test]
async fn when_nobody_draws_the_ghost_document_starts_anew() {
    let house = House::new();
    let task = house.task();
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    let mut bob = Worker::join(house.connect("bob").await, task).await;
    let epoch = bob.epoch;
    ann.ghost(Some(1.0));
    ann.ghost(None);
    bob.until(|w| w.epoch > epoch).await;
    ann.until(|w| w.epoch > epoch).await;
    ann.ghost(Some(2.0));
    bob.until(|w| w.drawers().len() == 1).await;
}

#[actix::test]
async fn nobody_draws_in_anothers_name() {
    let house = House::new();
    let task = house.task();
    let ann = Worker::join(house.connect("ann").await, task).await;
    let mut eve = Worker::join(house.connect("eve").await, task).await;
    let map = eve.ghosts.get_or_insert_map("ghosts");
    map.insert(&mut eve.ghosts.transact_mut(), ann.peer().to_string(), 1.0);
    let bytes = eve.ghosts.transact().encode_diff_v1(&yrs::StateVector::default());
    let epoch = eve.epoch;
    eve.client.hot(tandem_protocol::ws::ClientHot::Ghost { channel: CHANNEL, epoch, bytes: bytes.into() });
    eve.until(|w| !w.errors.is_empty()).await;
    assert_eq!(eve.errors[0].rule.as_deref(), Some("own_peer_only"));
    assert!(house.live.task_stats(task).await.unwrap().drawers.is_empty());
}

#[actix::test]
async fn who_goes_on_spoiling_everybodys_drawing_is_put_out() {
    let house = House::new();
    let task = house.task();
    let ann = Worker::join(house.connect("ann").await, task).await;
    let mut eve = Worker::join(house.connect("eve").await, task).await;
    let foreign = || {
        let doc = yrs::Doc::new();
        let map = doc.get_or_insert_map("ghosts");
        map.insert(&mut doc.transact_mut(), ann.peer().to_string(), 1.0);
        doc.transact().encode_diff_v1(&yrs::StateVector::default())
    };
    let epoch = eve.epoch;
    for again in 0..4 {
        eve.client.hot(tandem_protocol::ws::ClientHot::Ghost { channel: CHANNEL, epoch: epoch + again, bytes: foreign().into() });
    }
    assert_eq!(eve.client.close_code().await, 4400);
}

#[actix::test]
async fn a_reconnect_takes_over_its_presence_instead_of_showing_twice() {
    let house = House::new();
    let task = house.task();
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    let mut bob = Worker::join(house.connect("bob").await, task).await;
    ann.show("polygon");
    let peer = ann.peer();
    bob.until(|w| w.peers[&peer].tool.is_some()).await;
    let token = house.person("ann");
    let again = Client::hello(&house.live, &token, Some(ann.client.session)).await;
    // The old connection is still open: half dead, as after a change of network.
    let mut again = Worker::join(again, task).await;
    assert_eq!(again.peer(), peer);
    assert_eq!(again.joined.as_ref().unwrap().peers.len(), 2);
    assert_eq!(ann.client.close_code().await, 1000);
    // The old one's late end does not end the new one.
    drop(ann);
    again.show("box");
    bob.until(|w| w.peers.get(&peer).is_some_and(|state| state.tool.as_deref() == Some("box"))).await;
    assert_eq!(house.live.task_stats(task).await.unwrap().members, 2);
}

// --- submits ---

#[actix::test]
async fn a_submit_waits_for_the_edits_it_is_about_and_for_the_disk() {
    let house = House::new();
    let task = house.task();
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    house.log.hold();
    let wanted = {
        let map = ann.doc.get_or_insert_map("regions");
        let id = tandem_protocol::RegionId::new().to_string();
        let region: yrs::MapPrelim =
            [("label", yrs::In::from("car")), ("geometry", yrs::In::from(yrs::Any::from_json(r#"{"kind":"point","x":1,"y":2}"#).unwrap()))]
                .into_iter()
                .collect();
        let before = ann.doc.transact().state_vector();
        map.insert(&mut ann.doc.transact_mut(), id, region);
        let update = ann.doc.transact().encode_diff_v1(&before);
        let wanted = ann.doc.transact().state_vector().encode_v1();
        let (live, key) = (house.live.clone(), house.key(task));
        let waiting = actix::spawn(async move { live.work(key, Some(wanted)).await });
        house.live.task_stats(task).await.unwrap();
        ann.send_update(update);
        waiting
    };
    house.log.append_waiting().await;
    assert!(!wanted.is_finished());
    house.log.release();
    let regions = wanted.await.unwrap().unwrap().regions;
    assert_eq!((regions.len(), regions[0].label.as_str()), (1, "car"));
}

#[actix::test]
async fn a_submit_whose_edits_do_not_arrive_is_told_so() {
    let house = House::new();
    let task = house.task();
    let mut vector = yrs::StateVector::default();
    vector.set_max(yrs::ClientID::new(5), 10);
    let start = tokio::time::Instant::now();
    let answer = house.live.work(house.key(task), Some(vector.encode_v1())).await;
    assert_eq!(answer, Err(WorkError::Behind));
    assert!(start.elapsed() <= std::time::Duration::from_secs(3));
}

#[actix::test]
async fn a_submit_while_the_store_is_away_is_told_so() {
    let house = House::new();
    let task = house.task();
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    house.log.set_away(true);
    ann.put("a", 1.0);
    let vector = ann.doc.transact().state_vector().encode_v1();
    assert_eq!(house.live.work(house.key(task), Some(vector)).await, Err(WorkError::Behind));
    let other = house.task();
    assert_eq!(house.live.work(house.key(other), None).await, Err(WorkError::Unavailable));
}

#[actix::test]
async fn malformed_regions_are_named_by_their_path() {
    let house = House::new();
    let task = house.task();
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    ann.put("not-an-id", 1.0);
    ann.until_acked().await;
    let Err(WorkError::Malformed(error)) = house.live.work(house.key(task), None).await else { panic!("malformed") };
    assert_eq!(error.path, "regions.not-an-id");
}

#[actix::test]
async fn an_edit_the_store_refuses_for_good_ends_its_room_and_holds_up_nobody_else() {
    let house = House::new();
    let (gone, fine) = (house.task(), house.task());
    let mut ann = Worker::join(house.connect("ann").await, gone).await;
    let mut bob = Worker::join(house.connect("bob").await, fine).await;
    let document = house.log.open(&house.key(gone)).await.unwrap().id;
    house.log.refuse(document);
    house.log.hold();
    bob.put("first", 1.0);
    house.log.append_waiting().await;
    for n in 0..5 {
        ann.put(&format!("a{n}"), 1.0);
        bob.put(&format!("b{n}"), 1.0);
    }
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    house.log.release();
    bob.until_acked().await;
    ann.until(|w| w.errors.iter().any(|e| e.code == "document_gone")).await;
    assert_eq!(ann.acked, 0);
    assert_eq!(content(&house.stored(fine).await).len(), 6);
    assert!(house.live.ready().is_ready());
}

#[actix::test]
async fn the_log_is_compacted_after_so_many_edits_and_loses_nothing() {
    let house = House::with(|config| config.room.compact_after = 10);
    let task = house.task();
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    for n in 0..25 {
        ann.put("same", f64::from(n));
        ann.until_acked().await;
    }
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    let stored = house.log.open(&house.key(task)).await.unwrap();
    assert!(stored.updates.len() < 25, "{} updates left", stored.updates.len());
    assert_eq!(content(&house.stored(task).await), ann.content());
}

#[actix::test]
async fn what_a_busy_room_could_not_take_yet_reaches_it_although_its_author_leaves() {
    let house = House::with(|config| config.room.mailbox = 1);
    let task = house.task();
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    for n in 0..200 {
        ann.put(&format!("k{n}"), f64::from(n));
    }
    let made = ann.content();
    ann.client.hang_up().await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(content(&house.stored(task).await), made);
}

/// An edit that looks right and breaks a document that holds `base`: found by damaging a good one.
fn poison(base: &[u8], good: &[u8]) -> Vec<u8> {
    let breaks = |edit: &[u8]| {
        let mut live = document::LiveDoc::empty(document::Limits::default());
        live.apply(base).unwrap();
        matches!(live.apply(edit), Err(document::ApplyError::Broken(_)))
    };
    for at in 0..good.len() {
        for byte in 0..=u8::MAX {
            let mut edit = good.to_vec();
            edit[at] = byte;
            if breaks(&edit) {
                return edit;
            }
        }
    }
    panic!("no damage breaks it");
}

#[actix::test]
async fn an_edit_that_broke_the_document_is_refused_the_next_time_and_nobody_is_put_out_again() {
    let house = House::new();
    let task = house.task();
    let doc = new_doc(3);
    let map = doc.get_or_insert_map("regions");
    map.insert(&mut doc.transact_mut(), "a", 1.0);
    let base = doc.transact().encode_diff_v1(&yrs::StateVector::default());
    let good = {
        let mut txn = doc.transact_mut();
        let inner = map.insert(&mut txn, "r", yrs::MapPrelim::default());
        inner.insert(&mut txn, "label", "car");
        map.remove(&mut txn, "a");
        txn.commit();
        txn.encode_update_v1()
    };
    let poison = poison(&base, &good);
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    ann.send_update(base);
    ann.until_acked().await;
    for visit in 0..3 {
        let mut mallory = Worker::join(house.connect("mallory").await, task).await;
        let seq = mallory.send_update(poison.clone());
        let error = mallory.client.error().await;
        assert_eq!((error.code.as_str(), error.seq, error.retryable), ("update_refused", Some(seq), false));
        if visit == 0 {
            assert_eq!(mallory.client.close_code().await, 4400);
            ann.until(|w| w.syncs == 2).await;
        }
    }
    ann.put("b", 1.0);
    ann.until_acked().await;
    assert_eq!(ann.syncs, 2);
}

#[actix::test]
async fn a_submit_with_a_snapshot_waits_for_a_deletion_that_its_state_vector_does_not_show() {
    let house = House::new();
    let task = house.task();
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    ann.put("not-an-id", 1.0);
    ann.until_acked().await;
    let map = ann.doc.get_or_insert_map("regions");
    let deletion = {
        let mut txn = ann.doc.transact_mut();
        map.remove(&mut txn, "not-an-id");
        txn.commit();
        txn.encode_update_v1()
    };
    let (vector, snapshot) = (ann.doc.transact().state_vector().encode_v1(), ann.doc.transact().snapshot().encode_v1());
    let at_once = house.live.work(house.key(task), Some(vector.clone())).await;
    assert!(matches!(at_once, Err(WorkError::Malformed(_))), "it reads what is about to be deleted: {at_once:?}");
    let (live, key) = (house.live.clone(), house.key(task));
    let waiting = actix::spawn(async move { live.work_after(key, Some(&vector), Some(&snapshot)).await });
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    assert!(!waiting.is_finished());
    ann.send_update(deletion);
    assert_eq!(waiting.await.unwrap().unwrap().regions, []);
}
