//! Hocuspocus providers over the log in memory. What the real ones do with it is tested in client-sdk/test/providers.

mod common;

use std::time::Duration;

use actix_http::ws::{CloseReason, Frame, Message as Ws};
use bytes::Bytes;
use chrono::{TimeDelta, Utc};
use common::{House, Wire, Worker, content, new_doc};
use tandem_actors::{DomainEvent, session::hocuspocus};
use tandem_protocol::{
    TaskId,
    hocuspocus::{Address, ClientFrame, ClientMessage, ServerMessage},
    rest::ProjectStatus,
    yjs::Message,
};
use yrs::{Doc, Map, ReadTxn, StateVector, Transact, Update, updates::decoder::Decode, updates::encoder::Encode};

struct Hocus {
    wire: Wire,
    closed: Option<CloseReason>,
}

impl Hocus {
    fn connect(house: &House) -> Self {
        Self { wire: Wire::open(|bytes| hocuspocus::start(&house.live, bytes)), closed: None }
    }

    fn frame(&mut self, frame: &ClientFrame) {
        let mut out = Vec::new();
        frame.encode(&mut out);
        self.wire.send(Ws::Binary(out.into()));
    }

    fn say(&mut self, address: &Address, message: ClientMessage) {
        self.frame(&ClientFrame::About(address.clone(), message));
    }

    fn token(&mut self, address: &Address, token: &str) {
        self.say(address, ClientMessage::Token { token: token.into(), version: Some("4.8.0".into()) });
    }

    /// The next message about a document. None: closed, and `closed` says why.
    async fn next(&mut self) -> Option<(Address, ServerMessage)> {
        loop {
            match self.wire.next().await? {
                Frame::Binary(frame) if frame.first() == Some(&0) => {}
                Frame::Binary(frame) => {
                    if let Some(about) = ServerMessage::decode(&frame).unwrap() {
                        return Some(about);
                    }
                }
                Frame::Close(reason) => self.closed = reason,
                _ => {}
            }
        }
    }

    async fn until(&mut self, mut holds: impl FnMut(&Address, &ServerMessage) -> bool) -> ServerMessage {
        loop {
            let Some((address, message)) = self.next().await else { panic!("closed: {:?}", self.closed) };
            if holds(&address, &message) {
                return message;
            }
        }
    }

    async fn close_code(mut self) -> u16 {
        while self.next().await.is_some() {}
        self.closed.map_or(0, |reason| u16::from(reason.code))
    }

    async fn denied(&mut self) -> String {
        match self.until(|_, message| matches!(message, ServerMessage::Denied(_))).await {
            ServerMessage::Denied(reason) => reason,
            other => panic!("{other:?}"),
        }
    }
}

/// One document of a connection, with the counter of the real provider.
struct Provider {
    on: Hocus,
    address: Address,
    doc: Doc,
    /// `unsyncedChanges`.
    unsynced: i64,
    synced: bool,
    scope: Option<bool>,
    refused: usize,
}

impl Provider {
    fn open(mut on: Hocus, address: Address, token: &str) -> Self {
        on.token(&address, token);
        let mut provider =
            Self { on, address, doc: new_doc(yrs::ClientID::random().get()), unsynced: 0, synced: false, scope: None, refused: 0 };
        provider.force_sync();
        provider
    }

    fn connect(house: &House, name: &str, task: TaskId) -> Self {
        let token = house.person(name);
        Self::open(Hocus::connect(house), address(task), &token)
    }

    fn force_sync(&mut self) {
        self.unsynced = 1;
        let vector = self.doc.transact().state_vector().encode_v1();
        self.yjs(Message::Step1(vector.into()));
    }

    fn yjs(&mut self, message: Message) {
        let address = self.address.clone();
        self.on.say(&address, ClientMessage::Yjs(message));
    }

    fn put(&mut self, key: &str) {
        let map = self.doc.get_or_insert_map("regions");
        let bytes = {
            let mut txn = self.doc.transact_mut();
            map.insert(&mut txn, key, 1.0);
            txn.commit();
            txn.encode_update_v1()
        };
        self.unsynced += 1;
        self.yjs(Message::Update(bytes.into()));
    }

    /// As the provider handles it.
    fn handle(&mut self, message: &ServerMessage) {
        match message {
            ServerMessage::Yjs(Message::Step1(vector)) => {
                let has = StateVector::decode_v1(vector).unwrap();
                let lacks = self.doc.transact().encode_diff_v1(&has);
                self.yjs(Message::Step2(lacks.into()));
            }
            ServerMessage::Yjs(Message::Step2(bytes) | Message::Update(bytes)) => {
                self.doc.transact_mut().apply_update(Update::decode_v1(bytes).unwrap()).unwrap();
                self.synced |= matches!(message, ServerMessage::Yjs(Message::Step2(_)));
            }
            ServerMessage::SyncStatus(true) => {
                self.unsynced -= 1;
                assert!(self.unsynced >= 0, "said too often");
            }
            ServerMessage::SyncStatus(false) => self.refused += 1,
            ServerMessage::Authenticated { read_only } => self.scope = Some(*read_only),
            _ => {}
        }
    }

    async fn until(&mut self, mut holds: impl FnMut(&Self, &ServerMessage) -> bool) {
        loop {
            let Some((address, message)) = self.on.next().await else { panic!("closed: {:?}", self.on.closed) };
            assert_eq!(address, self.address);
            self.handle(&message);
            if holds(self, &message) {
                return;
            }
        }
    }

    async fn until_saved(&mut self) {
        self.until(|p, _| p.synced && p.unsynced == 0).await;
    }
}

fn address(task: TaskId) -> Address {
    task.to_string().as_str().into()
}

#[actix::test]
async fn providers_and_ours_share_one_document_and_each_edit_is_called_saved_once() {
    let house = House::new();
    let task = house.task();
    let mut ours = Worker::join(house.connect("ann").await, task).await;
    ours.put("ours", 1.0);
    let mut provider = Provider::connect(&house, "bob", task);
    provider.until_saved().await;
    assert_eq!((content(&provider.doc).len(), provider.scope), (1, Some(false)));
    for n in 0..5 {
        provider.put(&format!("{n}"));
    }
    ours.until(|w| w.content().len() == 6).await;
    provider.until_saved().await;
    assert_eq!(content(&house.stored(task).await).len(), 6);
    provider.force_sync();
    provider.until_saved().await;
    provider.put("more");
    provider.until_saved().await;
}

#[actix::test]
async fn nothing_is_called_saved_before_it_is_on_disk() {
    let house = House::new();
    let task = house.task();
    let mut provider = Provider::connect(&house, "bob", task);
    let mut ours = Worker::join(house.connect("ann").await, task).await;
    provider.until_saved().await;
    house.log.hold();
    provider.put("a");
    provider.put("b");
    ours.until(|w| w.content().len() == 2).await;
    house.log.append_waiting().await;
    // A question of its own is answered meanwhile; that answer has to wait for the disk, too.
    provider.yjs(Message::QueryAwareness);
    provider.until(|_, message| matches!(message, ServerMessage::Yjs(Message::Awareness(_)))).await;
    assert_eq!(provider.unsynced, 2);
    house.log.release();
    provider.until_saved().await;
    assert_eq!(content(&house.stored(task).await).len(), 2);
}

/// The disk takes no more for a while: what was refused comes again when it does, without a new connection.
#[actix::test]
async fn edits_that_could_not_be_taken_for_the_moment_are_asked_for_again() {
    let house = House::with(|config| config.journal.max_bytes = 200);
    let task = house.task();
    let mut provider = Provider::connect(&house, "bob", task);
    provider.until_saved().await;
    house.log.hold();
    for n in 0..20 {
        provider.put(&format!("{n}"));
    }
    provider.until(|_, message| matches!(message, ServerMessage::Yjs(Message::Step1(_)))).await;
    assert!(provider.unsynced > 0);
    house.log.release();
    provider.until_saved().await;
    assert_eq!((content(&house.stored(task).await).len(), provider.refused), (20, 0));
}

#[actix::test]
async fn somebody_read_only_is_told_so_and_writes_nothing_by_any_message() {
    let house = House::new();
    let task = house.task();
    let mut writer = Provider::connect(&house, "ann", task);
    writer.put("before");
    writer.until_saved().await;
    house.places.tasks.lock().unwrap().get_mut(&task).unwrap().project_status = ProjectStatus::Archived;
    let mut reader = Provider::connect(&house, "bob", task);
    // A step 2 that says nothing new is fine.
    reader.until_saved().await;
    assert_eq!((reader.scope, reader.refused), (Some(true), 0));
    reader.put("vain");
    reader.until(|p, _| p.refused == 1).await;
    reader.force_sync();
    reader.until(|p, _| p.refused == 2).await;
    assert_eq!(reader.unsynced, 1);
    assert_eq!(content(&house.stored(task).await).len(), 1);

    // Who is there already is, at once.
    let (workspace, project) = (house.workspace, house.project);
    house.live.publish(DomainEvent::RightsChanged { workspace, project, user: None });
    writer.until(|p, _| p.scope == Some(true)).await;
    writer.put("vain");
    writer.until(|p, _| p.refused == 1).await;
    assert_eq!(content(&house.stored(task).await).len(), 1);
}

#[actix::test]
async fn who_is_refused_is_told_why_and_may_try_again_on_the_same_connection() {
    let house = House::new();
    let (task, nowhere) = (house.task(), TaskId::new());
    let token = house.person("bob");
    let mut on = Hocus::connect(&house);
    on.token(&address(task), "no token");
    assert!(on.denied().await.contains("unknown token"));
    on.token(&address(nowhere), &token);
    assert!(on.denied().await.contains("no such document"));
    on.token(&"not a task".into(), &token);
    assert!(on.denied().await.contains("task's id"));
    // What is sent to somebody refused is for nobody.
    on.say(&address(task), ClientMessage::Yjs(Message::Update(Bytes::from_static(&[0xff]))));
    let mut provider = Provider::open(on, address(task), &token);
    provider.until_saved().await;
}

#[actix::test]
async fn two_documents_share_a_connection_and_one_can_be_closed_and_opened_again() {
    let house = House::new();
    let (one, two) = (house.task(), house.task());
    let token = house.person("bob");
    let mut provider = Provider::open(Hocus::connect(&house), address(one), &token);
    provider.until_saved().await;
    let Provider { mut on, .. } = provider;
    on.token(&address(two), &token);
    on.until(|at, message| *at == address(two) && matches!(message, ServerMessage::Authenticated { .. })).await;
    on.say(&address(two), ClientMessage::Yjs(Message::Step1(vec![0].into())));
    on.until(|at, message| *at == address(two) && matches!(message, ServerMessage::Yjs(Message::Step2(_)))).await;
    let mut ours = Worker::join(house.connect("ann").await, two).await;
    on.say(&address(one), ClientMessage::Close);
    ours.put("a", 1.0);
    on.until(|at, message| *at == address(two) && matches!(message, ServerMessage::Yjs(Message::Update(_)))).await;
    assert_eq!(house.live.task_stats(one).await.map_or(0, |stats| stats.members), 0);
    let mut again = Provider::open(on, address(one), &token);
    while !again.synced {
        let (at, message) = again.on.next().await.unwrap();
        if at == address(one) {
            again.handle(&message);
        }
    }
}

#[actix::test]
async fn a_session_behind_the_name_is_echoed_exactly() {
    let house = House::new();
    let task = house.task();
    let token = house.person("bob");
    let named: Address = format!("{task}\0s3ss10n").as_str().into();
    let mut provider = Provider::open(Hocus::connect(&house), named, &token);
    provider.until_saved().await;
    provider.put("a");
    provider.until_saved().await;
}

#[actix::test]
async fn strangers_have_little_time_and_little_room() {
    let house = House::new();
    let task = house.task();
    assert_eq!(Hocus::connect(&house).close_code().await, 4002);

    let mut silent = Hocus::connect(&house);
    silent.say(&address(task), ClientMessage::Yjs(Message::QueryAwareness));
    assert!(silent.denied().await.contains("token"));
    assert_eq!(silent.close_code().await, 4002);

    let mut many = Hocus::connect(&house);
    for _ in 0..40 {
        many.say(&address(TaskId::new()), ClientMessage::Yjs(Message::QueryAwareness));
    }
    assert_eq!(many.close_code().await, 1013);

    let mut much = Hocus::connect(&house);
    for _ in 0..100 {
        much.say(&address(task), ClientMessage::Yjs(Message::QueryAwareness));
    }
    assert_eq!(much.close_code().await, 4400);

    let mut big = Hocus::connect(&house);
    big.say(&address(task), ClientMessage::Yjs(Message::Update(vec![0; 100_000].into())));
    assert_eq!(big.close_code().await, 4400);
}

#[actix::test]
async fn what_is_no_message_of_a_client_ends_the_connection() {
    let house = House::new();
    let task = house.task();
    for frame in [&[0u8, 3][..], &[], &[5, b'a'], b"\x01a\x02\x01\x00", b"\x01a\x00\x07\x00"] {
        let mut on = Hocus::connect(&house);
        on.wire.send(Ws::Binary(frame.to_vec().into()));
        assert_eq!(on.close_code().await, 4400, "{frame:?}");
    }
    let mut on = Hocus::connect(&house);
    on.say(&address(task), ClientMessage::BroadcastStateless);
    assert_eq!(on.close_code().await, 4400);
}

#[actix::test]
async fn pings_are_answered_and_stateless_messages_are_for_nobody() {
    let house = House::new();
    let task = house.task();
    let mut provider = Provider::connect(&house, "bob", task);
    provider.until_saved().await;
    provider.on.frame(&ClientFrame::Ping);
    provider.on.say(&address(task), ClientMessage::Stateless("hello".into()));
    loop {
        match provider.on.wire.next().await.unwrap() {
            Frame::Binary(frame) if frame.as_ref() == [10] => break,
            Frame::Binary(_) => {}
            other => panic!("{other:?}"),
        }
    }
    provider.put("a");
    provider.until_saved().await;
}

#[actix::test]
async fn a_newer_token_is_asked_for_in_time_and_keeps_the_document_open() {
    let house = House::new();
    let task = house.task();
    let short = house.person_until("bob", Utc::now() + TimeDelta::seconds(30));
    let mut provider = Provider::open(Hocus::connect(&house), address(task), &short);
    provider.until_saved().await;
    provider.until(|_, message| *message == ServerMessage::TokenWanted).await;
    let longer = house.person("bob");
    provider.on.token(&address(task), &longer);
    provider.until(|_, message| matches!(message, ServerMessage::Authenticated { .. })).await;
    tokio::time::advance(Duration::from_secs(60)).await;
    provider.put("a");
    provider.until_saved().await;

    // Whoever does not answer is sent away to come back with a newer one.
    let short = house.person_until("bob", Utc::now() + TimeDelta::seconds(30));
    let mut silent = Provider::open(Hocus::connect(&house), address(task), &short);
    silent.until(|_, message| *message == ServerMessage::TokenWanted).await;
    assert_eq!(silent.on.close_code().await, 4001);
}

#[actix::test]
async fn a_token_of_somebody_else_or_a_bad_one_ends_the_document_and_not_the_connection() {
    let house = House::new();
    let task = house.task();
    let mut provider = Provider::connect(&house, "bob", task);
    provider.until_saved().await;
    let other = house.person("ann");
    provider.on.token(&address(task), &other);
    assert!(provider.on.denied().await.contains("somebody else"));
    provider.on.until(|_, message| matches!(message, ServerMessage::Close(_))).await;
    let mut again = Provider::open(provider.on, address(task), &other);
    again.until_saved().await;
    again.on.token(&address(task), "no token");
    again.on.denied().await;
}

#[actix::test]
async fn who_is_removed_from_the_project_is_out_at_once() {
    let house = House::new();
    let task = house.task();
    let mut provider = Provider::connect(&house, "bob", task);
    provider.until_saved().await;
    let bob = house.people.tokens.lock().unwrap().values().find(|who| who.user.name == "bob").unwrap().user_id();
    house.places.roles.lock().unwrap().insert(bob, None);
    let (workspace, project) = (house.workspace, house.project);
    house.live.publish(DomainEvent::RightsChanged { workspace, project, user: Some(bob) });
    assert!(provider.on.denied().await.contains("no longer"));
    assert_eq!(house.live.task_stats(task).await.map_or(0, |stats| stats.members), 0);
}

#[actix::test]
async fn a_revoked_token_ends_the_persons_documents_at_once_and_a_newer_one_opens_them_again() {
    let house = House::new();
    let task = house.task();
    let mut ann = Provider::connect(&house, "ann", task);
    let mut bob = Provider::connect(&house, "bob", task);
    ann.until(|p, _| p.synced).await;
    bob.until(|p, _| p.synced).await;
    let since = tokio::time::Instant::now();
    house.revoke("ann");
    assert!(ann.on.denied().await.contains("revoked"));
    assert!(since.elapsed() < Duration::from_secs(1));
    assert_eq!(house.live.task_stats(task).await.unwrap().members, 1);
    bob.put("others work on");
    bob.until_saved().await;
    // Signed in anew, on the same connection.
    let token = house.person("ann");
    house.people.tokens.lock().unwrap().get_mut(&token).unwrap().issued_at = Utc::now() + TimeDelta::seconds(2);
    let mut ann = Provider::open(ann.on, address(task), &token);
    ann.until(|p, _| p.synced && content(&p.doc).len() == 1).await;
}

/// Its token was good when it was checked; before the session could be told of it, it was not any more.
#[actix::test]
async fn a_token_revoked_while_its_document_opens_opens_nothing() {
    let house = House::new();
    *house.people.unaware.lock().unwrap() = true;
    house.person("ann");
    house.note_revoked("ann");
    let mut ann = Provider::connect(&house, "ann", house.task());
    assert!(ann.on.denied().await.contains("revoked"));
}

#[actix::test]
async fn somebody_alone_hears_something_well_within_the_providers_thirty_seconds() {
    let house = House::new();
    let task = house.task();
    let mut provider = Provider::connect(&house, "bob", task);
    provider.until_saved().await;
    for _ in 0..5 {
        let start = tokio::time::Instant::now();
        provider.on.wire.next().await.unwrap();
        assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    }
}

#[cfg(feature = "fault-injection")]
#[actix::test]
async fn after_a_crash_of_the_room_everything_arrives_and_is_called_saved_exactly_once() {
    let house = House::new();
    let task = house.task();
    let mut provider = Provider::connect(&house, "bob", task);
    let mut ours = Worker::join(house.connect("ann").await, task).await;
    provider.until_saved().await;
    for round in 0..3 {
        house.log.hold();
        provider.put(&format!("before {round}"));
        ours.until(|w| w.content().len() == round * 2 + 1).await;
        house.live.crash_task(task).await;
        provider.put(&format!("meanwhile {round}"));
        house.log.release();
        provider.until_saved().await;
        ours.until(|w| w.content().len() == round * 2 + 2).await;
    }
    provider.put("after");
    provider.until_saved().await;
    assert_eq!(content(&house.stored(task).await).len(), 7);
}

fn stateless(message: &ServerMessage) -> Option<String> {
    if let ServerMessage::Stateless(payload) = message { Some(payload.clone()) } else { None }
}

#[actix::test]
async fn a_provider_is_told_when_edits_do_not_reach_the_disk_and_when_they_do_again_and_whoever_asks_is_answered() {
    let house = House::new();
    let task = house.task();
    let mut provider = Provider::connect(&house, "bob", task);
    provider.until_saved().await;
    let ask = |provider: &mut Provider| {
        let address = provider.address.clone();
        for payload in ["{\"type\":\"other\"}", "no json", "{\"type\":\"durability\"}"] {
            provider.on.say(&address, ClientMessage::Stateless(payload.into()));
        }
    };
    let (yes, no) = ("{\"type\":\"durability\",\"durable\":true}", "{\"type\":\"durability\",\"durable\":false}");
    let mut said = Vec::new();
    ask(&mut provider);
    provider.until(|_, message| stateless(message).map(|payload| said.push(payload)).is_some()).await;
    house.log.set_away(true);
    provider.put("a");
    provider.until(|_, message| stateless(message).map(|payload| said.push(payload)).is_some()).await;
    ask(&mut provider);
    provider.until(|_, message| stateless(message).map(|payload| said.push(payload)).is_some()).await;
    // Who comes meanwhile, and is nobody yet, hears nothing before they are somebody.
    let mut late = Hocus::connect(&house);
    late.say(&address(task), ClientMessage::Stateless("{\"type\":\"durability\"}".into()));
    let token = house.person("eve");
    let mut late = Provider::open(late, address(task), &token);
    late.until(|late, message| stateless(message).inspect(|payload| assert!(payload == no && late.scope.is_some())).is_some()).await;
    house.log.set_away(false);
    provider.until(|_, message| stateless(message).map(|payload| said.push(payload)).is_some()).await;
    assert_eq!(said, [yes, no, no, yes]);
    provider.until_saved().await;
}

/// What the connection was closed with.
async fn farewell(mut on: Hocus) -> (u16, String) {
    while on.next().await.is_some() {}
    let reason = on.closed.expect("a close frame");
    (u16::from(reason.code), reason.description.unwrap_or_default())
}

#[actix::test]
async fn each_bound_of_strangers_is_a_setting_and_named_when_it_bites() {
    let house = House::with(|config| {
        let session = &mut config.session;
        (session.max_strangers, session.max_sent_ahead, session.max_sent_ahead_bytes) = (2, 3, 100);
        session.max_unauthenticated_stock = 2_000;
    });
    let task = house.task();
    let query = || ClientMessage::Yjs(Message::QueryAwareness);
    let mut many = Hocus::connect(&house);
    (0..3).for_each(|_| many.say(&address(TaskId::new()), query()));
    let (code, why) = farewell(many).await;
    assert!(code == 1013 && why.contains("(max_strangers)"), "{code} {why}");

    let mut often = Hocus::connect(&house);
    (0..4).for_each(|_| often.say(&address(task), query()));
    let (code, why) = farewell(often).await;
    assert!(code == 4400 && why.contains("(max_sent_ahead)"), "{code} {why}");

    let mut much = Hocus::connect(&house);
    much.say(&address(task), ClientMessage::Yjs(Message::Update(vec![0; 101].into())));
    let (code, why) = farewell(much).await;
    assert!(code == 4400 && why.contains("(max_sent_ahead_bytes)"), "{code} {why}");

    let mut big = Hocus::connect(&house);
    big.token(&address(task), &"x".repeat(2_001));
    let (code, why) = farewell(big).await;
    assert!(code == 4400 && why.contains("(max_unauthenticated_stock)"), "{code} {why}");
}

#[actix::test]
async fn names_that_were_refused_take_no_place_for_ever() {
    let house = House::with(|config| config.session.max_channels = 3);
    let task = house.task();
    let mut provider = Provider::connect(&house, "bob", task);
    provider.until_saved().await;
    for n in 0..10 {
        let nowhere = Address::from(format!("nowhere {n}").as_str());
        provider.on.token(&nowhere, "no token at all");
        provider.on.until(|about, message| *about == nowhere && matches!(message, ServerMessage::Denied(_))).await;
    }
    provider.put("a");
    provider.until_saved().await;
}

#[actix::test]
async fn too_much_for_a_busy_room_ends_the_connection_by_name() {
    let house = House::with(|config| (config.room.mailbox, config.session.max_backlog) = (1, 5));
    let task = house.task();
    let mut provider = Provider::connect(&house, "bob", task);
    provider.until_saved().await;
    (0..200).for_each(|n| provider.put(&format!("{n}")));
    let (code, why) = farewell(provider.on).await;
    assert!(code == 1013 && why.contains("(max_backlog)"), "{code} {why}");
}
