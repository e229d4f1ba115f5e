//! SessionActor: one WebSocket of our own protocol.
//!
//! In: frames of the client; `RoomEvent`, `ProjectEvent`, `UserEvent`; `SessionCommand` (a stop of the house).
//! Out: frames to the client; `Join`, `Input`, `Leave` to rooms; `Watch`, `Here`, `Gone` to projects; `Attach` to its person.
//! Timers: retries to a busy room; `Alarm`s of the Desk for the deadline of `hello`, the heartbeat and the end of the token.
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
mod voice;

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use actix::{Actor, Addr, AsyncContext, Context};
use actix_web::error::PayloadError;
use bytes::Bytes;
use futures_util::Stream;
use tandem_domain::identity::Identity;
use tandem_protocol::{
    LineageId, ProjectId, ProjectRole, SessionId, TaskId,
    ws::{PresenceState, Subprotocol},
};
use tokio::{io::AsyncRead, time::Instant};

use super::{Body, Connection, Outbox, pipe, run};
use crate::{
    config::SessionConfig,
    live::Live,
    ports::TaskRecord,
    project::{ProjectActor, Watched},
    task::{Entrance, RoomInput},
    user::{Detach, UserActor},
};

/// Events of rooms and others that may wait while this actor's thread is busy.
const MAILBOX: usize = 2_048;
/// While a room's mailbox is full.
const AGAIN: Duration = Duration::from_millis(5);
const MAX_CHANNEL: u32 = i32::MAX as u32;

type Ctx = Context<SessionActor>;

pub struct SessionActor {
    live: Live,
    config: Arc<SessionConfig>,
    id: SessionId,
    subprotocol: Subprotocol,
    outbox: Outbox,
    /// None: nobody said hello yet.
    who: Option<Box<Identity>>,
    /// The session this one continues, until its channels are joined.
    resume: Option<SessionId>,
    channels: BTreeMap<u32, Channel>,
    /// A subscription's number is never used twice, so news of one that ended find nothing.
    last_subscription: u64,
    person: Option<Addr<UserActor>>,
    refreshes: Refreshes,
    again_planned: bool,
}

/// Newer tokens by the order in which they were sent: how many, and up to which one they were taken. An answer about an older one comes too late.
#[derive(Default)]
struct Refreshes {
    asked: u64,
    taken: u64,
}

enum Channel {
    Task(Box<TaskChannel>),
    Project { subscription: u64, id: ProjectId, what: Watched, actor: Option<Addr<ProjectActor>> },
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
    room: Option<Entrance>,
    /// The client has its `subscribed` and sends on it.
    joined: bool,
    project: Option<Addr<ProjectActor>>,
    /// Where the pointer went before the room's address came.
    pointer: Option<Option<(i32, i32)>>,
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

/// Start a session over a connection whose handshake is done.
pub fn open<R: AsyncRead + Unpin + 'static>(live: &Live, subprotocol: Subprotocol, connection: Connection<R>) {
    let (id, config) = (SessionId::new(), Arc::clone(&live.inner().session));
    run(id, &config, connection, |outbox| SessionActor {
        live: live.clone(),
        config: Arc::clone(&config),
        id,
        subprotocol,
        outbox,
        who: None,
        resume: None,
        channels: BTreeMap::new(),
        last_subscription: 0,
        person: None,
        refreshes: Refreshes::default(),
        again_planned: false,
    });
}

/// Start a session over a connection in memory. Returns what it writes.
pub fn start<S>(live: &Live, subprotocol: Subprotocol, bytes: S) -> Body
where
    S: Stream<Item = Result<Bytes, PayloadError>> + Unpin + 'static,
{
    let (reader, writer, body) = pipe(bytes);
    open(live, subprotocol, Connection::new(reader, writer));
    body
}

impl Actor for SessionActor {
    type Context = Ctx;

    fn started(&mut self, ctx: &mut Ctx) {
        ctx.set_mailbox_capacity(MAILBOX);
        self.live.inner().session_opened(self.id, ctx.address().recipient());
        if self.live.inner().is_turning_away() {
            return self.goodbye(ctx);
        }
        self.outbox.set_deadline(Some(Instant::now() + self.config.hello_deadline));
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
