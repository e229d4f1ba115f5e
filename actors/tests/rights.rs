//! Rights that change while people are connected: in place, at once, and without an edit that nobody answered.

mod common;

use actix_http::ws::Message;
use chrono::{TimeDelta, Utc};
use common::{CHANNEL, Client, House};
use tandem_actors::{DomainEvent, TaskRecord};
use tandem_protocol::{
    AssignmentId, ProjectRole, TaskId,
    rest::{LeaseView, ProjectStatus, TaskStatus},
    ws::{
        ClientControl, ClientFrame, ClientHot, Hello, LeaseEvent, MyLease, Ping, PresenceState, Refresh, RightsChanged, ServerControl,
        ServerFrame, ServerHot, SetPresence, Subscribe, Topic, TopicKind, Unsubscribe,
    },
};
use yrs::{ReadTxn, Transact};

fn archive(house: &House, task: TaskId, status: ProjectStatus) {
    house.places.tasks.lock().unwrap().get_mut(&task).unwrap().project_status = status;
    house.live.publish(DomainEvent::RightsChanged { workspace: house.workspace, project: house.project, user: None });
}

fn set_role(house: &House, client: &Client, role: Option<ProjectRole>) {
    house.places.roles.lock().unwrap().insert(client.user.id, role);
    let user = Some(client.user.id);
    house.live.publish(DomainEvent::RightsChanged { workspace: house.workspace, project: house.project, user });
}

/// Ann and Bob, on the task.
async fn two_on(house: &House, task: TaskId) -> [Client; 2] {
    let mut people = [house.connect("ann").await, house.connect("bob").await];
    for client in &mut people {
        client.subscribe(CHANNEL, TopicKind::Task, task.into());
        client.subscribed().await;
    }
    people
}

async fn rights(client: &mut Client) -> RightsChanged {
    client
        .wait(|frame| match frame {
            ServerFrame::Control(ServerControl::RightsChanged(rights)) => Some(rights.clone()),
            ServerFrame::Control(ServerControl::Subscribed(_)) => panic!("joined anew"),
            _ => None,
        })
        .await
}

fn update(seq: u64) -> ClientHot {
    let doc = common::new_doc(seq + 100);
    let map = doc.get_or_insert_map("regions");
    yrs::Map::insert(&map, &mut doc.transact_mut(), seq.to_string(), 1.0);
    let bytes = doc.transact().encode_state_as_update_v1(&yrs::StateVector::default());
    ClientHot::Update { channel: CHANNEL, seq, bytes: bytes.into() }
}

/// An edit, acknowledged as if nothing had happened.
async fn is_taken(client: &mut Client, edit: u64) {
    client.hot(update(edit));
    client
        .wait(|frame| match frame {
            ServerFrame::Control(ServerControl::Error(error)) => panic!("{error:?}"),
            frame => matches!(frame, ServerFrame::Hot(ServerHot::Ack { seq, .. }) if *seq == edit).then_some(()),
        })
        .await;
}

#[actix::test]
async fn an_archived_project_is_read_only_in_place_and_a_restored_one_is_not() {
    let house = House::new();
    let task = house.task();
    let mut ann = house.connect("ann").await;
    ann.subscribe(CHANNEL, TopicKind::Task, task.into());
    assert_eq!(ann.subscribed().await.task.unwrap().read_only, None);
    archive(&house, task, ProjectStatus::Archived);
    assert_eq!(rights(&mut ann).await.read_only.as_deref(), Some("project_archived"));
    ann.hot(update(1));
    let error = ann.error().await;
    assert_eq!((error.code.as_str(), error.seq), ("read_only", Some(1)));
    archive(&house, task, ProjectStatus::Active);
    assert_eq!(rights(&mut ann).await.read_only, None);
    ann.hot(update(2));
    ann.wait(|frame| matches!(frame, ServerFrame::Hot(ServerHot::Ack { seq: 2, .. })).then_some(())).await;
}

/// Edits pour in while the rights change: each is acknowledged or refused by its number, none is left without an answer.
#[actix::test]
async fn every_edit_around_a_change_of_rights_gets_its_answer() {
    let house = House::new();
    let task = house.task();
    let mut ann = house.connect("ann").await;
    ann.subscribe(CHANNEL, TopicKind::Task, task.into());
    ann.subscribed().await;
    for seq in 1..=40 {
        if seq == 20 {
            archive(&house, task, ProjectStatus::Archived);
        }
        ann.hot(update(seq));
        tokio::task::yield_now().await;
    }
    let (mut acked, mut refused) = (0, Vec::new());
    while acked + refused.len() as u64 != 40 {
        match ann.next().await.expect("open") {
            ServerFrame::Hot(ServerHot::Ack { seq, .. }) => acked = seq,
            ServerFrame::Control(ServerControl::Error(error)) => {
                assert_eq!(error.code, "read_only");
                refused.push(error.seq.unwrap());
            }
            _ => {}
        }
    }
    assert!(acked >= 19 && !refused.is_empty(), "{acked} {refused:?}");
    assert_eq!(refused, (acked + 1..=40).collect::<Vec<_>>());
    use yrs::Map;
    let stored = house.stored(task).await;
    let kept = stored.get_or_insert_map("regions").len(&stored.transact());
    assert_eq!(u64::from(kept), acked, "what was refused is nowhere, what was acknowledged is on disk");
}

#[actix::test]
async fn a_new_role_is_told_to_its_holder_and_to_the_others() {
    let house = House::new();
    let task = house.task();
    let [mut ann, mut bob] = two_on(&house, task).await;
    set_role(&house, &bob, Some(ProjectRole::Reviewer));
    assert_eq!(rights(&mut bob).await.role, ProjectRole::Reviewer);
    let bobs = bob.user.id;
    ann.wait(|frame| match frame {
        ServerFrame::Control(ServerControl::PresenceDiff(diff)) => {
            diff.joined.iter().any(|peer| peer.user.id == bobs && peer.role == ProjectRole::Reviewer).then_some(())
        }
        _ => None,
    })
    .await;
}

#[actix::test]
async fn who_is_removed_loses_the_subscriptions_with_a_reason_and_keeps_the_connection() {
    let house = House::new();
    let task = house.task();
    let mut ann = house.connect("ann").await;
    ann.subscribe(CHANNEL, TopicKind::Task, task.into());
    ann.subscribed().await;
    ann.subscribe(2, TopicKind::Project, house.project.into());
    ann.subscribed().await;
    ann.subscribe(3, TopicKind::Workflow, house.project.into());
    ann.subscribed().await;
    set_role(&house, &ann, None);
    let mut ended = [ann.error().await, ann.error().await, ann.error().await];
    ended.sort_by_key(|error| error.channel);
    for (error, channel) in ended.iter().zip([CHANNEL, 2, 3]) {
        assert_eq!((error.code.as_str(), error.channel, error.seq), ("access_ended", Some(channel), None));
        assert!(!error.retryable);
    }
    ann.hot(update(9));
    let error = ann.error().await;
    assert_eq!((error.code.as_str(), error.seq), ("unknown_channel", Some(9)));
    ann.control(Ping { t: 1 });
    ann.wait(|frame| matches!(frame, ServerFrame::Control(ServerControl::Pong(pong)) if pong.t == 1).then_some(())).await;
    for kind in [TopicKind::Task, TopicKind::Workflow] {
        let topic = if kind == TopicKind::Task { task.into() } else { house.project.into() };
        ann.subscribe(3, kind, topic);
        assert_eq!(ann.error().await.code, "not_found");
    }
}

/// The directory answered the join before the change, the room lets in after it.
#[actix::test]
async fn a_change_while_the_room_is_being_joined_is_not_missed() {
    let house = House::new();
    let task = house.task();
    let mut ann = house.connect("ann").await;
    // Her person's actor knows this tab from here on.
    ann.subscribe(3, TopicKind::User, ann.user.id.into());
    ann.subscribed().await;
    ann.subscribe(CHANNEL, TopicKind::Task, task.into());
    tokio::task::yield_now().await;
    archive(&house, task, ProjectStatus::Archived);
    let read_only = ann
        .wait(|frame| match frame {
            ServerFrame::Control(ServerControl::RightsChanged(rights)) => Some(rights.read_only.clone()),
            ServerFrame::Control(ServerControl::Subscribed(joined)) => {
                joined.task.as_ref().filter(|task| task.read_only.is_some()).map(|task| task.read_only.clone())
            }
            _ => None,
        })
        .await;
    assert_eq!(read_only.as_deref(), Some("project_archived"));
}

#[actix::test]
async fn a_revoked_token_ends_the_session_at_once_and_is_of_no_use_again() {
    let house = House::new();
    let token = house.person("ann");
    let mut ann = Client::hello(&house.live, &token, None).await;
    let mut bob = house.connect("bob").await;
    ann.control(Ping { t: 1 });
    ann.wait(|frame| matches!(frame, ServerFrame::Control(ServerControl::Pong(_))).then_some(())).await;
    let start = tokio::time::Instant::now();
    let valid_after = Utc::now() + TimeDelta::seconds(1);
    house.people.revocations.note(house.workspace, ann.user.id, valid_after);
    house.live.publish(DomainEvent::TokensRevoked { workspace: house.workspace, user: ann.user.id });
    assert_eq!(ann.close_code().await, 4401);
    assert!(start.elapsed() < std::time::Duration::from_secs(1));
    let mut again = Client::open(&house.live, tandem_protocol::ws::Subprotocol::Json);
    again.say_hello(&token, None);
    assert_eq!(again.close_code().await, 4401);
    bob.control(Ping { t: 2 });
    bob.wait(|frame| matches!(frame, ServerFrame::Control(ServerControl::Pong(pong)) if pong.t == 2).then_some(())).await;
}

/// Checked before the revocation, attached to the person after it.
#[actix::test]
async fn a_token_revoked_between_its_check_and_the_welcome_does_not_live_on() {
    let house = House::new();
    let token = house.person("ann");
    let user = house.people.tokens.lock().unwrap()[&token].user_id();
    *house.people.unaware.lock().unwrap() = true;
    house.people.revocations.note(house.workspace, user, Utc::now() + TimeDelta::seconds(1));
    let mut ann = Client::hello(&house.live, &token, None).await;
    // Nobody is told: the session itself looks once it is known where such news arrive.
    assert_eq!(ann.close_code().await, 4401);
}

/// Every frame a client can send, from somebody who may only look: what could change the document is refused, and nothing did.
#[actix::test]
async fn no_frame_of_a_read_only_client_changes_anything() {
    let house = House::new();
    let task = house.task();
    house.places.tasks.lock().unwrap().get_mut(&task).unwrap().project_status = ProjectStatus::Archived;
    let mut eve = house.connect("eve").await;
    eve.subscribe(CHANNEL, TopicKind::Task, task.into());
    let epoch = eve.subscribed().await.task.unwrap().ghost_epoch;
    let token = house.person("eve");
    let drawing = common::new_doc(9);
    yrs::Map::insert(&drawing.get_or_insert_map("ghosts"), &mut drawing.transact_mut(), "1", 1.0);
    let ghost = drawing.transact().encode_state_as_update_v1(&yrs::StateVector::default());
    let frames: Vec<ClientFrame> = vec![
        ClientFrame::Control(ClientControl::Hello(Hello { token: token.clone(), client: "x".into(), resume: Some(eve.session) })),
        ClientFrame::Control(ClientControl::Refresh(Refresh { token })),
        ClientFrame::Control(ClientControl::Subscribe(Subscribe {
            channel: 2,
            topic: Topic { kind: TopicKind::Task, id: task.into() },
            lineage: None,
            state_vector: None,
        })),
        ClientFrame::Hot(ClientHot::Update { channel: 2, seq: 1, bytes: ghost.clone().into() }),
        ClientFrame::Control(ClientControl::SetPresence(SetPresence { channel: CHANNEL, state: PresenceState::default() })),
        ClientFrame::Control(ClientControl::Ping(Ping { t: 3 })),
        ClientFrame::Hot(update(1)),
        ClientFrame::Hot(ClientHot::Ghost { channel: CHANNEL, epoch, bytes: ghost.into() }),
        ClientFrame::Hot(ClientHot::Cursor { channel: CHANNEL, x4: 1, y4: 1 }),
        ClientFrame::Hot(ClientHot::CursorGone { channel: CHANNEL }),
        ClientFrame::Control(ClientControl::Unsubscribe(Unsubscribe { channel: 2 })),
    ];
    // A new kind of frame does not compile here until somebody decides which it is.
    for frame in &frames {
        match frame {
            ClientFrame::Control(
                ClientControl::Hello(_)
                | ClientControl::Refresh(_)
                | ClientControl::Subscribe(_)
                | ClientControl::Unsubscribe(_)
                | ClientControl::SetPresence(_)
                | ClientControl::Ping(_),
            )
            | ClientFrame::Hot(
                ClientHot::Update { .. } | ClientHot::Ghost { .. } | ClientHot::Cursor { .. } | ClientHot::CursorGone { .. },
            ) => {}
        }
    }
    for frame in frames {
        eve.send(frame);
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    eve.wire.send(Message::Ping(bytes::Bytes::new()));
    eve.hot(update(7));
    let mut refused = Vec::new();
    while refused.last() != Some(&Some(7)) {
        let error = eve.error().await;
        if error.code == "read_only" {
            refused.push(error.seq);
        }
    }
    assert_eq!(refused, [Some(1), Some(1), None, Some(7)], "both updates, the ghost, and the last update");
    let stats = house.live.task_stats(task).await.unwrap();
    assert_eq!((stats.edits, stats.drawers.len()), (0, 0));
    use yrs::Map;
    let stored = house.stored(task).await;
    assert_eq!(stored.get_or_insert_map("regions").len(&stored.transact()), 0);
}

/// Steps of a workflow have documents of their own. One that goes on with the next step of the same task would draw where nobody looks for it.
#[actix::test]
async fn who_is_given_work_in_another_document_of_the_task_enters_that_and_for_others_nothing_has_happened() {
    let house = House::new();
    let task = house.task();
    let [mut ann, mut bob] = two_on(&house, task).await;
    ann.hot(update(1));
    ann.wait(|frame| matches!(frame, ServerFrame::Hot(ServerHot::Ack { seq: 1, .. })).then_some(())).await;

    let first = house.key(task);
    let given = |user| {
        let lease = MyLease {
            assignment_id: AssignmentId::new(),
            project_id: house.project,
            task_id: task,
            fencing_token: 2,
            expires_at: Utc::now() + TimeDelta::hours(1),
        };
        house.live.publish(DomainEvent::LeaseChanged { workspace: house.workspace, user, event: LeaseEvent::Given, lease });
    };
    // The same document: nothing happens.
    house.places.tasks.lock().unwrap().get_mut(&task).unwrap().lease = Some(common::lease(&ann.user));
    given(ann.user.id);
    is_taken(&mut ann, 2).await;

    house.places.tasks.lock().unwrap().get_mut(&task).unwrap().key.step = "refine".into();
    given(ann.user.id);
    let error = ann.error().await;
    assert_eq!((error.code.as_str(), error.channel, error.seq, error.retryable), ("document_moved", Some(CHANNEL), None, true));
    ann.hot(update(3));
    let error = ann.error().await;
    assert_eq!((error.code.as_str(), error.seq), ("unknown_channel", Some(3)));
    ann.subscribe(CHANNEL, TopicKind::Task, task.into());
    ann.subscribed().await;
    ann.hot(update(4));
    ann.wait(|frame| matches!(frame, ServerFrame::Hot(ServerHot::Ack { seq: 4, .. })).then_some(())).await;

    given(bob.user.id);
    bob.hot(update(5));
    bob.wait(|frame| matches!(frame, ServerFrame::Hot(ServerHot::Ack { seq: 5, .. })).then_some(())).await;
    assert_eq!(keys(&house.stored(task).await), ["4"]);
    house.places.tasks.lock().unwrap().get_mut(&task).unwrap().key = first;
    assert_eq!(keys(&house.stored(task).await), ["1", "2", "5"]);
}

fn keys(doc: &yrs::Doc) -> Vec<String> {
    let regions = doc.get_or_insert_map("regions");
    let mut keys: Vec<String> = yrs::Map::keys(&regions, &doc.transact()).map(Into::into).collect();
    keys.sort();
    keys
}

/// The task has gone on to a step with a document of its own: that is where its people work now.
#[actix::test]
async fn who_looks_on_follows_the_task_into_its_next_document_but_into_nobodys_own() {
    let house = House::new();
    let task = house.task();
    let [mut ann, mut bob] = two_on(&house, task).await;
    let change = |change: &dyn Fn(&mut TaskRecord)| change(house.places.tasks.lock().unwrap().get_mut(&task).unwrap());
    let (workspace, project) = (house.workspace, house.project);
    let moved = |status, lease: Option<LeaseView>| house.live.publish(DomainEvent::TaskChanged { workspace, project, task, status, lease });
    let lease = common::lease(&bob.user);

    // Somebody begins, and goes on: still the same document.
    moved(TaskStatus::InProgress, Some(lease.clone()));
    moved(TaskStatus::InProgress, Some(LeaseView { expires_at: lease.expires_at + TimeDelta::hours(1), ..lease.clone() }));
    // Several answer on their own: there is a document for each, and none to look at.
    change(&|record| (record.key.step, record.is_apart) = ("vote#0".into(), true));
    moved(TaskStatus::InProgress, None);
    is_taken(&mut ann, 1).await;
    // While it is theirs alone to answer, what they may not see sends nobody out of what they see.
    let there = house.places.tasks.lock().unwrap().remove(&task).unwrap();
    moved(TaskStatus::Pending, None);
    is_taken(&mut ann, 2).await;
    house.places.tasks.lock().unwrap().insert(task, there);

    change(&|record| (record.key.step, record.is_apart) = ("adjudicate".into(), false));
    moved(TaskStatus::Review, None);
    for one in [&mut ann, &mut bob] {
        let error = one.error().await;
        assert_eq!((error.code.as_str(), error.channel, error.seq, error.retryable), ("document_moved", Some(CHANNEL), None, true));
        one.subscribe(CHANNEL, TopicKind::Task, task.into());
        one.subscribed().await;
    }
    ann.hot(update(3));
    bob.wait(|frame| matches!(frame, ServerFrame::Hot(ServerHot::Update { .. })).then_some(())).await;
    assert_eq!(keys(&house.stored(task).await), ["3"]);
}
