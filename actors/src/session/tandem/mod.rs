//! SessionActor: one WebSocket of our own protocol.
//!
//! In: frames of the client; `RoomEvent`, `ProjectEvent`, `UserEvent`; `SessionCommand` (a stop of the house).
//! Out: frames to the client; `Join`, `Input`, `Leave` to rooms; `Watch`, `Here`, `Gone` to projects; `Attach` to its person.
//! Timers: the deadline of `hello`, heartbeat, the end of the token, release of what is held back, retries to a busy room.
//! Starts: with an upgrade. Restarts: never; a client whose session crashes reconnects. Stops: with its connection.
//!
//! Before `hello` a stranger has little of everything: time, bytes, and no rights. After it every frame is checked against what
//! the token and the project's membership allow.

mod identity;
mod inbound;
mod outbound;
mod projects;
mod rights;
mod subscriptions;
mod tasks;

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    time::Duration,
};

use actix::{Actor, Addr, AsyncContext, Running, SpawnHandle};
use actix_web::error::PayloadError;
use actix_web_actors::ws::WebsocketContext;
use bytes::{Bytes, BytesMut};
use futures_util::Stream;
use tandem_domain::identity::Identity;
use tandem_protocol::{
    LineageId, ProjectId, ProjectRole, SessionId, TaskId,
    ws::{CloseCode, PresenceState, Subprotocol},
};
use tokio::time::Instant;

use super::{Body, Latch, Outbox, gate::Bucket, held::Held, run};
use crate::{
    config::SessionConfig,
    live::Live,
    ports::TaskRecord,
    project::ProjectActor,
    task::{RoomInput, TaskActor},
    user::{Detach, UserActor},
};

/// Events of rooms and others that may wait while this actor's thread is busy.
const MAILBOX: usize = 2_048;
/// How often the socket's state and the heartbeat are looked at.
const PULSE: Duration = Duration::from_secs(1);
/// While something is held back because the socket is busy.
const RELEASE: Duration = Duration::from_millis(5);
/// While a room's mailbox is full.
const AGAIN: Duration = Duration::from_millis(5);
/// How long a client shall stay away when the server restarts, before its own jitter.
const COME_BACK: Duration = Duration::from_millis(500);
const MAX_CHANNEL: u32 = i32::MAX as u32;

type Ctx = WebsocketContext<SessionActor>;

pub struct SessionActor {
    live: Live,
    config: SessionConfig,
    id: SessionId,
    subprotocol: Subprotocol,
    outbox: Outbox,
    latch: Latch,
    /// None: nobody said hello yet.
    who: Option<Identity>,
    /// The session this one continues, until its channels are joined.
    resume: Option<SessionId>,
    channels: BTreeMap<u32, Channel>,
    /// The channel of each subscription. A subscription's number is never used twice, so news of one that ended find nothing.
    subscriptions: HashMap<u64, u32>,
    last_subscription: u64,
    person: Option<Addr<UserActor>>,
    /// A message that comes in pieces.
    partial: Option<(bool, BytesMut)>,
    held: Held,
    release_planned: bool,
    again_planned: bool,
    frames: Bucket,
    bytes: Bucket,
    heard: Instant,
    said: Instant,
    expiry: Option<SpawnHandle>,
    closing: bool,
}

enum Channel {
    Task(Box<TaskChannel>),
    Project { subscription: u64, id: ProjectId, actor: Option<Addr<ProjectActor>> },
    User { subscription: u64 },
}

struct TaskChannel {
    subscription: u64,
    id: TaskId,
    lineage: Option<LineageId>,
    state_vector: Option<Bytes>,
    record: Option<TaskRecord>,
    /// As the room let this person in; what they send is checked against it.
    role: Option<ProjectRole>,
    /// Grows with every question about this person's rights here: an answer overtaken by a newer question counts for nothing.
    rights_asked: u64,
    /// Rights changed while the room was being joined with those of before.
    rights_stale: bool,
    /// None while joining, for the first time or again.
    room: Option<Addr<TaskActor>>,
    /// The client has its `subscribed` and sends on it.
    joined: bool,
    project: Option<Addr<ProjectActor>>,
    /// What a busy room could not take yet, in order.
    backlog: VecDeque<RoomInput>,
    /// Shown again after a room crashed.
    presence: Option<PresenceState>,
}

impl Channel {
    fn subscription(&self) -> u64 {
        match self {
            Self::Task(task) => task.subscription,
            Self::Project { subscription, .. } | Self::User { subscription } => *subscription,
        }
    }
}

/// Start a session over the bytes of an upgraded request. Returns the response's body.
pub fn start<S>(live: &Live, subprotocol: Subprotocol, bytes: S) -> Body
where
    S: Stream<Item = Result<Bytes, PayloadError>> + Unpin + 'static,
{
    let (outbox, latch) = (Outbox::default(), Latch::default());
    let config = live.inner().config.session.clone();
    let limits = (config.max_frame, config.max_unauthenticated);
    let session = SessionActor::new(live.clone(), config, subprotocol, outbox.clone(), latch.clone());
    run(session, bytes, limits, latch, &outbox)
}

impl SessionActor {
    fn new(live: Live, config: SessionConfig, subprotocol: Subprotocol, outbox: Outbox, latch: Latch) -> Self {
        let now = Instant::now();
        Self {
            frames: Bucket::new(config.frames),
            bytes: Bucket::new(config.bytes),
            live,
            config,
            id: SessionId::new(),
            subprotocol,
            outbox,
            latch,
            who: None,
            resume: None,
            channels: BTreeMap::new(),
            subscriptions: HashMap::new(),
            last_subscription: 0,
            person: None,
            partial: None,
            held: Held::default(),
            release_planned: false,
            again_planned: false,
            heard: now,
            said: now,
            expiry: None,
            closing: false,
        }
    }
}

impl Actor for SessionActor {
    type Context = Ctx;

    fn started(&mut self, ctx: &mut Ctx) {
        ctx.set_mailbox_capacity(MAILBOX);
        self.live.inner().sessions.insert(self.id, ctx.address().recipient());
        if self.live.inner().is_closing() {
            return self.goodbye(ctx);
        }
        ctx.run_later(self.config.hello_deadline, |session, ctx| {
            if session.who.is_none() {
                session.close(CloseCode::HelloTimeout, "no hello in time", ctx);
            }
        });
        ctx.run_interval(PULSE, |session, ctx| session.pulse(ctx));
    }

    fn stopping(&mut self, _: &mut Ctx) -> Running {
        Running::Stop
    }

    /// Also in a panic, and when the connection is gone.
    fn stopped(&mut self, _: &mut Ctx) {
        self.live.inner().sessions.remove(&self.id);
        for channel in std::mem::take(&mut self.channels).into_values() {
            self.leave(channel);
        }
        if let Some(person) = self.person.take() {
            // Must not be lost, so beyond the mailbox's capacity if need be; so are the goodbyes in `leave`.
            person.recipient().do_send(Detach(self.id));
        }
    }
}
