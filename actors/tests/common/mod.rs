//! A house in memory and clients that speak real WebSocket frames to it, on a paused clock.

#![allow(dead_code, reason = "every test file uses a part of it")]

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use actix_http::ws::{CloseReason, Codec, Frame, Message};
use actix_web::error::PayloadError;
use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::StreamExt;
use tandem_actors::{
    AuthError, Authenticator, Chores, Directory, DirectoryError, DomainEvent, Live, LiveConfig, Ports, ProjectRecord, TaskRecord,
    session::{Body, tandem},
};
use tandem_domain::identity::Identity;
use tandem_protocol::{
    Geometry, LineageId, NodeId, NotificationId, ProjectId, ProjectRole, RegionId, SessionId, TaskId, UserId, WorkspaceId, WorkspaceRole,
    rest::{LeaseView, Notification, NotificationKind, Progress, ProjectStatus, Region, TaskStatus, UserSummary},
    ws::{
        Base64, ClientControl, ClientFrame, ClientHot, Encoded, ErrorMessage, Hello, JobProgress, MyLease, Ping, PresenceState,
        ServerControl, ServerFrame, ServerHot, SetPresence, Subprotocol, Subscribe, Subscribed, TaskJoined, Topic, TopicKind, Welcome,
    },
};
use tandem_store::{
    bus::{Bus as _, Hub, LocalBus},
    documents::{DocumentKey, DocumentLog, MemoryLog},
    pg::flow::WorkNow,
};
use tokio::time::{Instant, timeout};
use tokio_util::codec::{Decoder, Encoder};
use yrs::{Doc, Map, OffsetKind, Options, ReadTxn, StateVector, Transact, Update, updates::decoder::Decode, updates::encoder::Encode};

/// On the paused clock: as good as never.
const PATIENCE: Duration = Duration::from_secs(600);
/// A sign of life: well before a server takes a client for gone.
const HEARTBEAT: Duration = Duration::from_secs(10);
pub const CHANNEL: u32 = 1;

// --- the house ---

pub struct House {
    pub live: Live,
    pub log: MemoryLog,
    pub people: Arc<People>,
    pub places: Arc<Places>,
    pub workspace: WorkspaceId,
    pub project: ProjectId,
}

impl House {
    /// On a paused clock.
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    pub fn with(configure: impl FnOnce(&mut LiveConfig)) -> Self {
        tokio::time::pause();
        let log = MemoryLog::new();
        Self::over(Arc::new(log.clone()), log, configure)
    }

    /// One where work falls due.
    pub fn with_chores(chores: Arc<dyn Chores>) -> Self {
        tokio::time::pause();
        let log = MemoryLog::new();
        Self::of(Arc::new(log.clone()), log, Some(chores), |_| {})
    }

    /// Over another log than the one in memory.
    pub fn over(log: Arc<dyn DocumentLog>, memory: MemoryLog, configure: impl FnOnce(&mut LiveConfig)) -> Self {
        Self::of(log, memory, None, configure)
    }

    fn of(log: Arc<dyn DocumentLog>, memory: MemoryLog, chores: Option<Arc<dyn Chores>>, configure: impl FnOnce(&mut LiveConfig)) -> Self {
        let mut config = LiveConfig { room_threads: 0, ..LiveConfig::default() };
        configure(&mut config);
        let (people, places) = (Arc::new(People::default()), Arc::new(Places::default()));
        let ports = Ports { authenticator: people.clone(), directory: places.clone(), log, bus: Arc::new(LocalBus::alone()), chores };
        let live = Live::start(config, ports).unwrap();
        Self { live, log: memory, people, places, workspace: WorkspaceId::new(), project: ProjectId::new() }
    }

    /// Several nodes of one installation: one log, one set of people, a bus between them.
    pub fn nodes(hub: &Hub, count: usize) -> Vec<(Self, NodeId)> {
        Self::nodes_with(hub, vec![None; count])
    }

    /// The same, each with its own chores.
    pub fn nodes_with(hub: &Hub, chores: Vec<Option<Arc<dyn Chores>>>) -> Vec<(Self, NodeId)> {
        tokio::time::pause();
        let log = MemoryLog::new();
        let (people, places) = (Arc::new(People::default()), Arc::new(Places::default()));
        let (workspace, project) = (WorkspaceId::new(), ProjectId::new());
        let node = |chores| {
            let bus = hub.join();
            let me = bus.me();
            let config = LiveConfig { room_threads: 0, ..LiveConfig::default() };
            let ports =
                Ports { authenticator: people.clone(), directory: places.clone(), log: Arc::new(log.clone()), bus: Arc::new(bus), chores };
            let live = Live::start(config, ports).unwrap();
            (Self { live, log: log.clone(), people: people.clone(), places: places.clone(), workspace, project }, me)
        };
        chores.into_iter().map(node).collect()
    }

    /// A person with a token of the same name.
    pub fn person(&self, name: &str) -> String {
        self.person_until(name, Utc::now() + TimeDelta::hours(1))
    }

    pub fn person_until(&self, name: &str, expires_at: DateTime<Utc>) -> String {
        let mut tokens = self.people.tokens.lock().unwrap();
        let id = tokens.values().find(|who| who.user.name == name).map_or_else(UserId::new, Identity::user_id);
        let user = UserSummary { id, name: name.into(), email: format!("{name}@example.com"), color: "#112233".into() };
        let (workspace_id, workspace_role) = (self.workspace, WorkspaceRole::Member);
        let who = Identity { user, workspace_id, workspace_role, issued_at: Utc::now(), expires_at };
        let token = format!("{name}-{}", tokens.len());
        tokens.insert(token.clone(), who);
        token
    }

    /// A person's tokens are void from now on.
    pub fn revoke(&self, name: &str) {
        let user = self.note_revoked(name);
        self.live.publish(DomainEvent::TokensRevoked { workspace: self.workspace, user });
    }

    /// The same, and none of their connections is told.
    pub fn note_revoked(&self, name: &str) -> UserId {
        let user = self.people.tokens.lock().unwrap().values().find(|who| who.user.name == name).unwrap().user_id();
        self.people.revocations.note(self.workspace, user, Utc::now() + TimeDelta::seconds(1));
        user
    }

    pub fn task(&self) -> TaskId {
        let task = TaskId::new();
        let key = DocumentKey { workspace: self.workspace, project: self.project, task, step: "annotate".into() };
        let record = TaskRecord {
            key,
            status: TaskStatus::InProgress,
            project_status: ProjectStatus::Active,
            lease: None,
            is_apart: false,
            membership: Some(ProjectRole::Labeler),
        };
        self.places.tasks.lock().unwrap().insert(task, record);
        task
    }

    pub fn key(&self, task: TaskId) -> DocumentKey {
        self.places.tasks.lock().unwrap()[&task].key.clone()
    }

    pub async fn connect(&self, name: &str) -> Client {
        let token = self.person(name);
        Client::hello(&self.live, &token, None).await
    }

    /// No person, task or document has ever been here; the live part is left as it is.
    pub fn forget(&self) {
        self.people.tokens.lock().unwrap().clear();
        self.places.tasks.lock().unwrap().clear();
        self.log.forget();
    }

    /// What is on disk, as a document.
    pub async fn stored(&self, task: TaskId) -> Doc {
        let stored = self.log.open(&self.key(task)).await.unwrap();
        let doc = new_doc(0xd15c);
        for part in stored.snapshot.iter().chain(&stored.updates) {
            doc.transact_mut().apply_update(Update::decode_v1(part).unwrap()).unwrap();
        }
        doc
    }
}

#[derive(Default)]
pub struct People {
    pub tokens: Mutex<HashMap<String, Identity>>,
    pub away: Mutex<bool>,
    pub revocations: tandem_actors::revocations::Revocations,
    /// How long the check of a token takes.
    pub takes: Mutex<HashMap<String, Duration>>,
    /// Tokens are checked as if nothing had been revoked yet.
    pub unaware: Mutex<bool>,
}

#[async_trait]
impl Authenticator for People {
    async fn authenticate(&self, token: &str) -> Result<Identity, AuthError> {
        if *self.away.lock().unwrap() {
            return Err(AuthError::Unavailable);
        }
        let takes = self.takes.lock().unwrap().get(token).copied();
        if let Some(takes) = takes {
            tokio::time::sleep(takes).await;
        }
        let who = self.tokens.lock().unwrap().get(token).cloned();
        let unaware = *self.unaware.lock().unwrap();
        who.filter(|who| unaware || !self.is_void(who)).ok_or_else(|| AuthError::Invalid("unknown token".into()))
    }

    fn is_void(&self, who: &Identity) -> bool {
        self.revocations.is_void(who)
    }
}

#[derive(Default)]
pub struct Places {
    pub tasks: Mutex<HashMap<TaskId, TaskRecord>>,
    pub progress: Mutex<Progress>,
    pub leases: Mutex<Vec<MyLease>>,
    /// Roles that differ from the record's.
    pub roles: Mutex<HashMap<UserId, Option<ProjectRole>>>,
    pub questions: Mutex<usize>,
    /// How long it takes to find a task.
    pub task_takes: Mutex<Duration>,
    pub jobs: Mutex<Vec<JobProgress>>,
    pub work: Mutex<WorkNow>,
    /// How often the work was asked for, and how long each answer takes.
    pub work_questions: Mutex<usize>,
    pub work_takes: Mutex<Duration>,
}

#[async_trait]
impl Directory for Places {
    async fn task(&self, who: &Identity, task: TaskId) -> Result<TaskRecord, DirectoryError> {
        let takes = *self.task_takes.lock().unwrap();
        if !takes.is_zero() {
            tokio::time::sleep(takes).await;
        }
        let mut record = self.tasks.lock().unwrap().get(&task).cloned().ok_or(DirectoryError::NotFound)?;
        if record.key.workspace != who.workspace_id {
            return Err(DirectoryError::NotFound);
        }
        if let Some(role) = self.roles.lock().unwrap().get(&who.user_id()) {
            record.membership = *role;
        }
        Ok(record)
    }

    async fn project(&self, who: &Identity, _: ProjectId) -> Result<ProjectRecord, DirectoryError> {
        let role = self.roles.lock().unwrap().get(&who.user_id()).copied().unwrap_or(Some(ProjectRole::Labeler));
        Ok(ProjectRecord { membership: role })
    }

    async fn progress(&self, _: WorkspaceId, _: ProjectId) -> Result<Progress, DirectoryError> {
        *self.questions.lock().unwrap() += 1;
        Ok(*self.progress.lock().unwrap())
    }

    async fn work(&self, _: WorkspaceId, _: ProjectId) -> Result<WorkNow, DirectoryError> {
        *self.work_questions.lock().unwrap() += 1;
        let (now, takes) = (self.work.lock().unwrap().clone(), *self.work_takes.lock().unwrap());
        tokio::time::sleep(takes).await;
        Ok(now)
    }

    async fn jobs(&self, _: WorkspaceId, _: ProjectId) -> Result<Vec<JobProgress>, DirectoryError> {
        Ok(self.jobs.lock().unwrap().clone())
    }

    async fn leases(&self, _: &Identity) -> Result<Vec<MyLease>, DirectoryError> {
        Ok(self.leases.lock().unwrap().clone())
    }
}

// --- the wire ---

/// One WebSocket connection, in memory.
pub struct Wire {
    to_server: tokio::sync::mpsc::UnboundedSender<Result<Bytes, PayloadError>>,
    body: Body,
    codec: Codec,
    buffer: BytesMut,
}

impl Wire {
    pub fn open(start: impl FnOnce(tokio_stream::wrappers::UnboundedReceiverStream<Result<Bytes, PayloadError>>) -> Body) -> Self {
        let (to_server, bytes) = tokio::sync::mpsc::unbounded_channel();
        let body = start(tokio_stream::wrappers::UnboundedReceiverStream::new(bytes));
        Self { to_server, body, codec: Codec::new().client_mode().max_size(64 << 20), buffer: BytesMut::new() }
    }

    pub fn send(&mut self, message: Message) {
        let mut out = BytesMut::new();
        self.codec.encode(message, &mut out).unwrap();
        self.send_raw(out.freeze());
    }

    pub fn send_raw(&mut self, bytes: Bytes) {
        // The server may have closed; then nothing arrives, as on a real socket.
        let _ = self.to_server.send(Ok(bytes));
    }

    /// The next frame; none: the connection is closed.
    pub async fn next(&mut self) -> Option<Frame> {
        loop {
            if let Some(frame) = self.codec.decode(&mut self.buffer).unwrap() {
                return Some(frame);
            }
            let chunk = timeout(PATIENCE, self.body.next()).await.expect("nothing came");
            self.buffer.extend_from_slice(&chunk?.unwrap());
        }
    }
}

// --- a client of our protocol ---

pub struct Client {
    pub wire: Wire,
    pub subprotocol: Subprotocol,
    pub session: SessionId,
    pub user: UserSummary,
    pub closed: Option<CloseReason>,
}

impl Client {
    pub fn open(live: &Live, subprotocol: Subprotocol) -> Self {
        let wire = Wire::open(|bytes| tandem::start(live, subprotocol, bytes));
        let user = UserSummary { id: UserId::new(), name: String::new(), email: String::new(), color: String::new() };
        Self { wire, subprotocol, session: SessionId::new(), user, closed: None }
    }

    pub async fn hello(live: &Live, token: &str, resume: Option<SessionId>) -> Self {
        let mut client = Self::open(live, Subprotocol::Json);
        client.say_hello(token, resume);
        client.welcomed().await;
        client
    }

    pub fn say_hello(&mut self, token: &str, resume: Option<SessionId>) {
        self.control(Hello { token: token.into(), client: "test/1".into(), resume });
    }

    pub async fn welcomed(&mut self) -> Welcome {
        let ServerFrame::Control(ServerControl::Welcome(welcome)) = self.next().await.expect("welcome") else { panic!("no welcome") };
        self.session = welcome.session_id;
        self.user = welcome.user.clone();
        welcome
    }

    pub fn control(&mut self, control: impl Into<ClientControl>) {
        self.send(ClientFrame::Control(control.into()));
    }

    pub fn hot(&mut self, hot: ClientHot) {
        self.send(ClientFrame::Hot(hot));
    }

    pub fn send(&mut self, frame: ClientFrame) {
        let message = match frame.encode(self.subprotocol) {
            Encoded::Text(text) => Message::Text(text.into()),
            Encoded::Binary(bytes) => Message::Binary(bytes),
        };
        self.wire.send(message);
    }

    /// The next message; none: closed, and `closed` says why.
    pub async fn next(&mut self) -> Option<ServerFrame> {
        loop {
            match self.wire.next().await? {
                Frame::Text(text) => {
                    let text = std::str::from_utf8(&text).unwrap();
                    return Some(ServerFrame::decode_text(self.subprotocol, text).unwrap());
                }
                Frame::Binary(bytes) => return Some(ServerFrame::decode_binary(self.subprotocol, &bytes).unwrap()),
                Frame::Close(reason) => self.closed = reason,
                Frame::Ping(_) | Frame::Pong(_) | Frame::Continuation(_) => {}
            }
        }
    }

    /// Wait for a message that means something to `pick`; others are passed over.
    pub async fn wait<T>(&mut self, mut pick: impl FnMut(&ServerFrame) -> Option<T>) -> T {
        loop {
            let frame = self.next().await.unwrap_or_else(|| panic!("closed: {:?}", self.closed));
            if let Some(found) = pick(&frame) {
                return found;
            }
        }
    }

    pub async fn notified(&mut self) -> Notification {
        self.wait(|frame| match frame {
            ServerFrame::Control(ServerControl::Notified(told)) => Some(told.notification.clone()),
            _ => None,
        })
        .await
    }

    pub async fn error(&mut self) -> ErrorMessage {
        self.wait(|frame| match frame {
            ServerFrame::Control(ServerControl::Error(error)) => Some(error.clone()),
            _ => None,
        })
        .await
    }

    /// Read to the end; the close code.
    pub async fn close_code(&mut self) -> u16 {
        while self.next().await.is_some() {}
        self.closed.clone().map_or(0, |reason| u16::from(reason.code))
    }

    /// Say goodbye, as a tab does that is closed, once all that was sent is read.
    pub async fn hang_up(mut self) {
        self.wire.send(Message::Close(None));
        self.close_code().await;
    }

    pub fn subscribe(&mut self, channel: u32, kind: TopicKind, id: uuid::Uuid) {
        self.control(Subscribe { channel, topic: Topic { kind, id }, lineage: None, state_vector: None });
    }

    pub async fn subscribed(&mut self) -> Subscribed {
        self.wait(|frame| match frame {
            ServerFrame::Control(ServerControl::Subscribed(subscribed)) => Some(subscribed.clone()),
            ServerFrame::Control(ServerControl::Error(error)) => panic!("{error:?}"),
            _ => None,
        })
        .await
    }
}

// --- a person at work ---

/// Boxes, one beside the other.
pub fn regions(count: i32) -> Vec<Region> {
    let region = |z| Region {
        id: RegionId::new(),
        label: "car".into(),
        geometry: Geometry::Box { x: f64::from(z), y: 1.0, width: 2.0, height: 3.0 },
        attributes: serde_json::Map::new(),
        author: None,
        z,
        relations: Vec::new(),
    };
    (0..count).map(region).collect()
}

pub fn new_doc(client: u64) -> Doc {
    Doc::with_options(Options { offset_kind: OffsetKind::Utf16, ..Options::with_client_id(yrs::ClientID::new(client)) })
}

/// A client with a copy of a task's document, as a good client keeps it.
pub struct Worker {
    pub client: Client,
    pub task: TaskId,
    pub doc: Doc,
    pub ghosts: Doc,
    pub epoch: u32,
    pub joined: Option<TaskJoined>,
    pub seq: u64,
    pub acked: u64,
    /// Cursor positions seen, newest last.
    pub cursors: Vec<tandem_protocol::ws::CursorAt>,
    pub errors: Vec<ErrorMessage>,
    pub peers: HashMap<u32, PresenceState>,
    pub durable: bool,
    pub linked: bool,
    pub syncs: usize,
    pub updates: usize,
    unsure: bool,
}

impl Worker {
    pub async fn join(client: Client, task: TaskId) -> Self {
        let mut worker = Self::new(client, task);
        worker.subscribe(None);
        worker.until(|w| w.syncs > 0).await;
        worker
    }

    pub fn new(client: Client, task: TaskId) -> Self {
        Self {
            client,
            task,
            doc: new_doc(rand_id()),
            ghosts: new_doc(rand_id()),
            epoch: 0,
            joined: None,
            seq: 0,
            acked: 0,
            cursors: Vec::new(),
            errors: Vec::new(),
            peers: HashMap::new(),
            durable: true,
            linked: true,
            syncs: 0,
            updates: 0,
            unsure: false,
        }
    }

    /// With what this copy has.
    pub fn subscribe(&mut self, lineage: Option<LineageId>) {
        let state_vector = lineage.map(|_| Base64(self.doc.transact().state_vector().encode_v1()));
        let topic = Topic { kind: TopicKind::Task, id: self.task.into() };
        self.client.control(Subscribe { channel: CHANNEL, topic, lineage, state_vector });
    }

    /// With a state vector of the test's making.
    pub fn subscribe_with(&mut self, state_vector: &[u8]) {
        let topic = Topic { kind: TopicKind::Task, id: self.task.into() };
        let state_vector = Some(Base64(state_vector.to_vec()));
        self.client.control(Subscribe { channel: CHANNEL, topic, lineage: None, state_vector });
    }

    /// The same copy over a new connection.
    pub async fn reconnect(mut self, client: Client) -> Self {
        let lineage = self.joined.as_ref().map(|joined| joined.lineage);
        self.client = client;
        // Deletions do not show in state vectors: who has edits that were not acknowledged sends the difference again.
        self.unsure |= self.seq > self.acked;
        self.seq = 0;
        self.acked = 0;
        let syncs = self.syncs;
        self.subscribe(lineage);
        self.until(|w| w.syncs > syncs).await;
        self
    }

    pub fn peer(&self) -> u32 {
        self.joined.as_ref().unwrap().peer
    }

    /// Put a value under a key of `regions`, and send the edit.
    pub fn put(&mut self, key: &str, value: f64) -> u64 {
        let map = self.doc.get_or_insert_map("regions");
        let bytes = {
            let mut txn = self.doc.transact_mut();
            map.insert(&mut txn, key, value);
            txn.commit();
            txn.encode_update_v1()
        };
        self.send_update(bytes)
    }

    /// The same with a text.
    pub fn write(&mut self, key: &str, text: &str) -> u64 {
        let map = self.doc.get_or_insert_map("regions");
        let bytes = {
            let mut txn = self.doc.transact_mut();
            map.insert(&mut txn, key, text);
            txn.commit();
            txn.encode_update_v1()
        };
        self.send_update(bytes)
    }

    pub fn remove(&mut self, key: &str) -> u64 {
        let map = self.doc.get_or_insert_map("regions");
        let bytes = {
            let mut txn = self.doc.transact_mut();
            map.remove(&mut txn, key);
            txn.commit();
            txn.encode_update_v1()
        };
        self.send_update(bytes)
    }

    pub fn send_update(&mut self, bytes: Vec<u8>) -> u64 {
        self.seq += 1;
        self.client.hot(ClientHot::Update { channel: CHANNEL, seq: self.seq, bytes: bytes.into() });
        self.seq
    }

    /// Draw a ghost, or none.
    pub fn ghost(&mut self, at: Option<f64>) {
        let map = self.ghosts.get_or_insert_map("ghosts");
        let peer = self.peer().to_string();
        let bytes = {
            let mut txn = self.ghosts.transact_mut();
            match at {
                Some(x) => {
                    map.insert(&mut txn, peer, x);
                }
                None => {
                    map.remove(&mut txn, &peer);
                }
            }
            txn.commit();
            txn.encode_update_v1()
        };
        self.client.hot(ClientHot::Ghost { channel: CHANNEL, epoch: self.epoch, bytes: bytes.into() });
    }

    pub fn show(&mut self, tool: &str) {
        let state = PresenceState { tool: Some(tool.into()), ..PresenceState::default() };
        self.client.control(SetPresence { channel: CHANNEL, state });
    }

    pub fn point(&mut self, x4: i32, y4: i32) {
        self.client.hot(ClientHot::Cursor { channel: CHANNEL, x4, y4 });
    }

    /// Handle messages until something holds, with a sign of life now and then, as everybody has to give who waits.
    pub async fn until(&mut self, mut holds: impl FnMut(&Self) -> bool) {
        let begun = Instant::now();
        while !holds(self) {
            match timeout(HEARTBEAT, self.client.next()).await {
                Ok(frame) => {
                    let frame = frame.unwrap_or_else(|| panic!("closed: {:?}", self.client.closed));
                    self.handle(frame);
                }
                Err(_) if begun.elapsed() < PATIENCE => self.client.control(Ping { t: 0 }),
                Err(_) => panic!("did not happen in {PATIENCE:?}"),
            }
        }
    }

    pub async fn until_acked(&mut self) {
        let seq = self.seq;
        self.until(|w| w.acked >= seq).await;
    }

    pub fn handle(&mut self, frame: ServerFrame) {
        match frame {
            ServerFrame::Control(ServerControl::Subscribed(subscribed)) => self.subscribed(subscribed.task.expect("a task")),
            ServerFrame::Control(ServerControl::PresenceDiff(diff)) => {
                for peer in diff.joined {
                    self.peers.insert(peer.peer, peer.state);
                }
                for peer in diff.changed {
                    self.peers.insert(peer.peer, peer.state);
                }
                for peer in diff.left {
                    self.peers.remove(&peer);
                }
            }
            ServerFrame::Control(ServerControl::GhostsReset(reset)) => {
                self.epoch = reset.epoch;
                self.ghosts = new_doc(rand_id());
            }
            ServerFrame::Control(ServerControl::DurabilityChanged(changed)) => self.durable = changed.durable,
            ServerFrame::Control(ServerControl::LinkChanged(changed)) => self.linked = changed.linked,
            ServerFrame::Control(ServerControl::Error(error)) => self.errors.push(error),
            ServerFrame::Hot(ServerHot::Sync { bytes, .. }) => {
                self.apply(&bytes);
                self.syncs += 1;
                self.send_what_the_server_lacks();
            }
            ServerFrame::Hot(ServerHot::Update { bytes, .. }) => {
                self.updates += 1;
                self.apply(&bytes);
            }
            ServerFrame::Hot(ServerHot::Ack { seq, .. }) => {
                assert!(seq > self.acked, "acknowledgements only grow");
                self.acked = seq;
            }
            ServerFrame::Hot(ServerHot::Ghost { epoch, bytes, .. }) if epoch == self.epoch => {
                self.ghosts.transact_mut().apply_update(Update::decode_v1(&bytes).unwrap()).unwrap();
            }
            ServerFrame::Hot(ServerHot::Cursors { cursors, .. }) => self.cursors.extend(cursors),
            ServerFrame::Hot(ServerHot::Ghost { .. }) | ServerFrame::Control(_) => {}
        }
    }

    fn subscribed(&mut self, joined: TaskJoined) {
        self.epoch = joined.ghost_epoch;
        self.ghosts = new_doc(rand_id());
        self.durable = joined.durable;
        self.linked = joined.linked;
        self.peers = joined.peers.iter().map(|peer| (peer.peer, peer.state.clone())).collect();
        if self.joined.as_ref().is_some_and(|before| before.lineage != joined.lineage) {
            // Another document: set the copy aside.
            self.doc = new_doc(rand_id());
        }
        self.joined = Some(joined);
    }

    /// After every `sync`: also when that is nothing, so that what was not acknowledged gets acknowledged.
    fn send_what_the_server_lacks(&mut self) {
        let joined = self.joined.as_ref().expect("subscribed comes before sync");
        let has = StateVector::decode_v1(&joined.state_vector.0).unwrap();
        if std::mem::take(&mut self.unsure) || self.seq > self.acked || self.doc.transact().state_vector() != has {
            let bytes = self.doc.transact().encode_diff_v1(&has);
            self.send_update(bytes);
        }
    }

    fn apply(&self, bytes: &Bytes) {
        let mut txn = self.doc.transact_mut();
        txn.apply_update(Update::decode_v1(bytes).unwrap()).unwrap();
        drop(txn);
        assert!(!self.doc.transact().has_missing_updates(), "the server sent an edit without its causes");
    }

    pub fn content(&self) -> HashMap<String, String> {
        content(&self.doc)
    }

    pub fn drawers(&self) -> Vec<String> {
        let map = self.ghosts.get_or_insert_map("ghosts");
        let txn = self.ghosts.transact();
        let mut keys: Vec<String> = map.keys(&txn).map(str::to_owned).collect();
        keys.sort();
        keys
    }
}

pub fn content(doc: &Doc) -> HashMap<String, String> {
    let map = doc.get_or_insert_map("regions");
    let txn = doc.transact();
    map.iter(&txn).map(|(key, value)| (key.to_owned(), format!("{value:?}"))).collect()
}

fn rand_id() -> u64 {
    yrs::ClientID::random().get()
}

/// A comment of `from` that names somebody.
pub fn mention(project: ProjectId, from: &UserSummary, comment: &str) -> Notification {
    Notification {
        id: NotificationId::new(),
        kind: NotificationKind::Mention,
        project_id: project,
        task_id: TaskId::new(),
        from: from.clone(),
        thread: "thread".into(),
        comment: comment.into(),
        excerpt: "look".into(),
        created_at: DateTime::UNIX_EPOCH,
        read_at: None,
    }
}

pub fn lease(user: &UserSummary) -> LeaseView {
    LeaseView {
        assignment_id: tandem_protocol::AssignmentId::new(),
        user_id: user.id,
        user_name: user.name.clone(),
        status: tandem_protocol::rest::AssignmentStatus::Accepted,
        expires_at: DateTime::UNIX_EPOCH,
    }
}
