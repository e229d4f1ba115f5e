//! SessionActor: one WebSocket of our own protocol.
//!
//! In: frames of the client; `RoomEvent`, `ProjectEvent`, `UserEvent`; `SessionCommand` (a stop of the house).
//! Out: frames to the client; `Join`, `Input`, `Leave` to rooms; `Watch`, `Here`, `Gone` to projects; `Attach` to its person.
//! Timers: the deadline of `hello`, heartbeat, the end of the token, release of what is held back, retries to a busy room.
//! Starts: with an upgrade. Restarts: never; a client whose session crashes reconnects. Stops: with its connection.
//!
//! Before `hello` a stranger has little of everything: time, bytes, and no rights. After it every frame is checked against what
//! the token and the project's membership allow.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    time::Duration,
};

use actix::{
    Actor, ActorContext, ActorFutureExt, Addr, AsyncContext, Handler, Running, SpawnHandle, StreamHandler, WrapFuture, dev::SendError,
};
use actix_http::ws::{CloseReason, Item, Message, ProtocolError};
use actix_web::error::PayloadError;
use actix_web_actors::ws::WebsocketContext;
use bytes::{Bytes, BytesMut};
use chrono::Utc;
use futures_util::Stream;
use tandem_domain::{
    identity::Identity,
    permission::{Action, permits},
};
use tandem_protocol::{
    LineageId, ProjectId, ProjectRole, SessionId, TaskId,
    ws::{
        Bye, ClientControl, ClientFrame, ClientHot, CloseCode, Encoded, ErrorMessage, GhostsReset, Hello, LeaseChanged, Limits, MyLease,
        Pong, PresenceDiff, PresenceState, ProjectDiff, Refresh, Refreshed, ServerControl, ServerFrame, ServerHot, Subprotocol, Subscribe,
        Subscribed, TaskChanged, Topic, TopicKind, UserLive, Welcome,
    },
};
use tokio::time::{Instant, timeout};

use super::{Body, Latch, Outbox, gate::Bucket, held::Held, is_overfull, outbox::shorten, run};
use crate::{
    config::SessionConfig,
    live::{Live, SessionCommand},
    ports::{AuthError, DirectoryError, TaskRecord},
    project::{Gone, Here, ProjectActor, ProjectEvent, ProjectNews, Watch},
    room::{Dialect, Newcomer, Refused, RoomEvent, RoomNews, Seat, read_only},
    task::{Input, Leave, RoomInput, TaskActor},
    user::{Attach, Detach, UserActor, UserEvent},
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

// --- state ---

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

// --- what the client sends ---

impl StreamHandler<Result<Message, ProtocolError>> for SessionActor {
    fn handle(&mut self, message: Result<Message, ProtocolError>, ctx: &mut Ctx) {
        if self.closing {
            return;
        }
        self.heard = Instant::now();
        match message {
            Ok(message) => self.message(message, ctx),
            Err(ProtocolError::Overflow) => {
                let reason = format!("a frame may have {} bytes", self.config.max_frame);
                self.close(CloseCode::TooBig, &reason, ctx);
            }
            Err(_) if !self.latch.is_open() => {
                let reason = format!("at most {} bytes before hello", self.config.max_unauthenticated);
                self.close(CloseCode::BadFrame, &reason, ctx);
            }
            Err(error) => self.close(CloseCode::BadFrame, &error.to_string(), ctx),
        }
    }

    fn finished(&mut self, ctx: &mut Ctx) {
        ctx.stop();
    }
}

impl SessionActor {
    fn message(&mut self, message: Message, ctx: &mut Ctx) {
        let size = match &message {
            Message::Text(text) => text.len(),
            Message::Binary(bytes) | Message::Ping(bytes) | Message::Pong(bytes) => bytes.len(),
            Message::Continuation(Item::FirstText(b) | Item::FirstBinary(b) | Item::Continue(b) | Item::Last(b)) => b.len(),
            Message::Close(_) | Message::Nop => 0,
        };
        if !self.frames.take(1) || !self.bytes.take(size) {
            metrics::counter!("tandem_refused_total", "queue" => "inbound").increment(1);
            return self.close(CloseCode::TryLater, "too many frames or bytes a second", ctx);
        }
        match message {
            Message::Text(text) => self.text(&text, ctx),
            Message::Binary(bytes) => self.binary(&bytes, ctx),
            Message::Ping(bytes) => ctx.pong(&bytes),
            Message::Continuation(item) => self.piece(item, ctx),
            Message::Close(_) => self.close(CloseCode::Normal, "", ctx),
            Message::Pong(_) | Message::Nop => {}
        }
    }

    fn piece(&mut self, item: Item, ctx: &mut Ctx) {
        let (text, piece, last) = match (item, &self.partial) {
            (Item::FirstText(bytes), None) => (true, bytes, false),
            (Item::FirstBinary(bytes), None) => (false, bytes, false),
            (Item::Continue(bytes), Some((text, _))) => (*text, bytes, false),
            (Item::Last(bytes), Some((text, _))) => (*text, bytes, true),
            _ => return self.close(CloseCode::BadFrame, "a message's pieces are out of order", ctx),
        };
        let (_, gathered) = self.partial.get_or_insert_with(|| (text, BytesMut::new()));
        gathered.extend_from_slice(&piece);
        if gathered.len() > self.config.max_frame {
            let reason = format!("a message may have {} bytes", self.config.max_frame);
            return self.close(CloseCode::TooBig, &reason, ctx);
        }
        if !last {
            return;
        }
        let Some((_, whole)) = self.partial.take() else { return };
        match (text, std::str::from_utf8(&whole)) {
            (true, Ok(text)) => self.text(text, ctx),
            (true, Err(_)) => self.close(CloseCode::BadFrame, "text that is not UTF-8", ctx),
            (false, _) => self.binary(&whole.freeze(), ctx),
        }
    }

    fn text(&mut self, text: &str, ctx: &mut Ctx) {
        let frame = ClientFrame::decode_text(self.subprotocol, text);
        self.decoded(frame, ctx);
    }

    fn binary(&mut self, bytes: &Bytes, ctx: &mut Ctx) {
        let frame = ClientFrame::decode_binary(self.subprotocol, bytes);
        self.decoded(frame, ctx);
    }

    fn decoded(&mut self, frame: Result<ClientFrame, tandem_protocol::ws::DecodeError>, ctx: &mut Ctx) {
        match frame {
            Ok(ClientFrame::Control(ClientControl::Hello(hello))) => self.hello(hello, ctx),
            Ok(_) if self.who.is_none() => self.close(CloseCode::BadFrame, "the first message must be hello", ctx),
            Ok(ClientFrame::Control(control)) => self.control(control, ctx),
            Ok(ClientFrame::Hot(hot)) => self.hot(hot, ctx),
            Err(error) => {
                let message = error.to_string();
                self.error(None, None, Refused::new("bad_frame", message.clone()).field("frame", "malformed"), ctx);
                self.close(CloseCode::BadFrame, &message, ctx);
            }
        }
    }

    fn control(&mut self, control: ClientControl, ctx: &mut Ctx) {
        match control {
            // Handled before.
            ClientControl::Hello(_) => {}
            ClientControl::Refresh(refresh) => self.refresh(refresh, ctx),
            ClientControl::Subscribe(subscribe) => self.subscribe(subscribe, ctx),
            ClientControl::Unsubscribe(unsubscribe) => self.unsubscribe(unsubscribe.channel),
            ClientControl::SetPresence(set) => self.set_presence(set.channel, set.state, ctx),
            ClientControl::Ping(ping) => self.send_control(Pong { t: ping.t, server_time: Utc::now() }, ctx),
        }
    }

    fn hot(&mut self, hot: ClientHot, ctx: &mut Ctx) {
        match hot {
            ClientHot::Update { channel, seq, bytes } => {
                self.input(channel, Some(seq), Action::DocumentWrite, RoomInput::Update { seq: Some(seq), bytes }, ctx);
            }
            ClientHot::Ghost { channel, epoch, bytes } => {
                self.input(channel, None, Action::DocumentWrite, RoomInput::Ghost { epoch, bytes }, ctx);
            }
            ClientHot::Cursor { channel, x4, y4 } => {
                self.input(channel, None, Action::PresenceShare, RoomInput::Cursor(Some((x4, y4))), ctx);
            }
            ClientHot::CursorGone { channel } => self.input(channel, None, Action::PresenceShare, RoomInput::Cursor(None), ctx),
        }
    }
}

// --- who it is ---

impl SessionActor {
    fn hello(&mut self, hello: Hello, ctx: &mut Ctx) {
        if self.who.is_some() {
            return self.error(None, None, Refused::new("bad_frame", "hello was said already; send refresh for a new token"), ctx);
        }
        tracing::debug!(session = %self.id, client = %shorten(&hello.client), "hello");
        let (live, deadline) = (self.live.clone(), self.config.hello_deadline);
        let check = async move {
            let checked = timeout(deadline, live.inner().authenticator.authenticate(&hello.token)).await;
            (checked.unwrap_or(Err(AuthError::Unavailable)), hello.resume)
        };
        // What the client sends meanwhile waits.
        ctx.wait(check.into_actor(self).map(|(checked, resume), session, ctx| match checked {
            Ok(who) => session.welcome(who, resume, ctx),
            Err(error) => session.refuse_token(&error, ctx),
        }));
    }

    fn welcome(&mut self, who: Identity, resume: Option<SessionId>, ctx: &mut Ctx) {
        self.latch.open();
        let welcome = Welcome {
            session_id: self.id,
            user: who.user.clone(),
            workspace_id: who.workspace_id,
            server_time: Utc::now(),
            token_expires_at: who.expires_at,
            heartbeat_ms: millis(self.config.heartbeat),
            limits: Limits {
                max_frame: u32::try_from(self.config.max_frame).unwrap_or(u32::MAX),
                max_channels: u32::try_from(self.config.max_channels).unwrap_or(u32::MAX),
            },
        };
        self.resume = resume;
        self.plan_expiry(&who, ctx);
        self.who = Some(who);
        self.attach(ctx);
        self.send_control(welcome, ctx);
    }

    /// Tell the person's actor about this tab.
    fn attach(&mut self, ctx: &mut Ctx) {
        let Some(who) = &self.who else { return };
        let (live, user, session, outlet) = (self.live.clone(), who.user_id(), self.id, ctx.address().recipient());
        let attach = async move {
            // Again if the actor goes to sleep just now.
            for _ in 0..3 {
                let person = live.inner().user(user).await?;
                if person.send(Attach { session, outlet: outlet.clone() }).await.is_ok() {
                    return Some(person);
                }
            }
            None
        };
        ctx.spawn(attach.into_actor(self).map(|person, session, _| session.person = person));
    }

    fn plan_expiry(&mut self, who: &Identity, ctx: &mut Ctx) {
        if let Some(old) = self.expiry.take() {
            ctx.cancel_future(old);
        }
        let left = (who.expires_at - Utc::now()).to_std().unwrap_or_default();
        self.expiry = Some(ctx.run_later(left, |session, ctx| session.close(CloseCode::TokenExpired, "the token ran out", ctx)));
    }

    fn refuse_token(&mut self, error: &AuthError, ctx: &mut Ctx) {
        let code = match error {
            AuthError::Invalid(_) => CloseCode::Unauthorized,
            AuthError::Expired => CloseCode::TokenExpired,
            AuthError::Unavailable => CloseCode::TryLater,
        };
        self.close(code, &error.to_string(), ctx);
    }

    /// A fresh token of the same person; the connection and everything on it stays.
    fn refresh(&mut self, refresh: Refresh, ctx: &mut Ctx) {
        let live = self.live.clone();
        let check = async move { live.inner().authenticator.authenticate(&refresh.token).await };
        ctx.spawn(check.into_actor(self).map(|checked, session, ctx| match checked {
            Ok(who) => session.refreshed(who, ctx),
            // The old token is good for a while yet.
            Err(AuthError::Unavailable) => {
                session.error(None, None, Refused::new("unavailable", "tokens cannot be checked at the moment").retryable(), ctx)
            }
            Err(error) => {
                let why = Refused::new("token_refused", error.to_string()).field("token", "valid");
                session.error(None, None, why, ctx);
            }
        }));
    }

    fn refreshed(&mut self, who: Identity, ctx: &mut Ctx) {
        let Some(before) = &self.who else { return };
        if (before.user_id(), before.workspace_id) != (who.user_id(), who.workspace_id) {
            return self.close(CloseCode::Unauthorized, "the new token belongs to somebody else", ctx);
        }
        let role_changed = before.workspace_role != who.workspace_role;
        let refreshed = Refreshed { token_expires_at: who.expires_at };
        self.plan_expiry(&who, ctx);
        self.who = Some(who);
        self.send_control(refreshed, ctx);
        if role_changed {
            self.rejoin_tasks(None, ctx);
        }
    }
}

// --- subscriptions ---

impl SessionActor {
    fn subscribe(&mut self, subscribe: Subscribe, ctx: &mut Ctx) {
        let channel = subscribe.channel;
        if let Err(why) = self.check_channel(channel) {
            return self.error(Some(channel), None, why, ctx);
        }
        self.last_subscription += 1;
        let subscription = self.last_subscription;
        self.subscriptions.insert(subscription, channel);
        let Topic { kind, id } = subscribe.topic;
        match kind {
            TopicKind::Task => {
                let task = TaskChannel {
                    subscription,
                    id: id.into(),
                    lineage: subscribe.lineage,
                    state_vector: subscribe.state_vector.map(|vector| vector.0.into()),
                    record: None,
                    role: None,
                    room: None,
                    joined: false,
                    project: None,
                    backlog: VecDeque::new(),
                    presence: None,
                };
                self.channels.insert(channel, Channel::Task(Box::new(task)));
                self.join_task(channel, ctx);
            }
            TopicKind::Project => {
                self.channels.insert(channel, Channel::Project { subscription, id: id.into(), actor: None });
                self.watch_project(channel, ctx);
            }
            TopicKind::User => {
                self.channels.insert(channel, Channel::User { subscription });
                self.watch_user(channel, id, ctx);
            }
        }
    }

    fn check_channel(&self, channel: u32) -> Result<(), Refused> {
        if channel == 0 || channel > MAX_CHANNEL {
            let message = format!("a channel is a number from 1 to {MAX_CHANNEL}");
            Err(Refused::new("bad_request", message).field("channel", "range"))
        } else if self.channels.contains_key(&channel) {
            Err(Refused::new("channel_in_use", "this channel is in use on this connection").field("channel", "unused"))
        } else if self.channels.len() >= self.config.max_channels {
            let message = format!("a connection may have {} channels", self.config.max_channels);
            Err(Refused::new("too_many_channels", message).field("channel", "max_channels"))
        } else {
            Ok(())
        }
    }

    fn unsubscribe(&mut self, channel: u32) {
        if let Some(left) = self.drop_channel(channel) {
            self.leave(left);
        }
    }

    fn drop_channel(&mut self, channel: u32) -> Option<Channel> {
        let dropped = self.channels.remove(&channel)?;
        self.subscriptions.remove(&dropped.subscription());
        self.held.forget(channel);
        Some(dropped)
    }

    fn leave(&self, channel: Channel) {
        let seat = Seat { session: self.id, subscription: channel.subscription() };
        match channel {
            Channel::Task(task) => {
                if let Some(room) = task.room {
                    room.recipient().do_send(Leave(seat));
                }
                if let Some(project) = task.project {
                    project.recipient().do_send(Gone(seat));
                }
            }
            Channel::Project { actor: Some(project), .. } => project.recipient().do_send(Gone(seat)),
            Channel::Project { .. } | Channel::User { .. } => {}
        }
    }

    /// An attempt that failed: the channel is free again.
    fn turned_away(&mut self, channel: u32, subscription: u64, why: Refused, ctx: &mut Ctx) {
        if self.is_current(channel, subscription) {
            self.unsubscribe(channel);
            self.error(Some(channel), None, why, ctx);
        }
    }

    fn is_current(&self, channel: u32, subscription: u64) -> bool {
        self.channels.get(&channel).is_some_and(|c| c.subscription() == subscription)
    }

    fn task(&mut self, channel: u32) -> Option<&mut TaskChannel> {
        match self.channels.get_mut(&channel) {
            Some(Channel::Task(task)) => Some(task),
            _ => None,
        }
    }
}

// --- tasks ---

impl SessionActor {
    /// Ask whether this person may, then enter the room. The room answers with an event.
    fn join_task(&mut self, channel: u32, ctx: &mut Ctx) {
        let Some(who) = self.who.clone() else { return };
        let (session, resume, outlet, live) = (self.id, self.resume, ctx.address().recipient(), self.live.clone());
        let Some(task) = self.task(channel) else { return };
        let subscription = task.subscription;
        let (id, lineage, state_vector) = (task.id, task.lineage, task.state_vector.clone());
        let join = async move {
            let record = live.inner().directory.task(&who, id).await.map_err(|e| looked_up(&e, "task"))?;
            if !who.may(Action::DocumentRead, record.membership) {
                // Who is no member sees nothing of a project, not even that it exists.
                return Err(Refused::not_found("task"));
            }
            let Some(role) = who.effective_role(record.membership) else { return Err(Refused::not_found("task")) };
            let newcomer = Newcomer {
                seat: Seat { session, subscription },
                read_only: read_only(&who, record.membership, record.project_status),
                user: who.user,
                role,
                dialect: Dialect::Tandem,
                again: false,
                outlet,
                resume,
                lineage,
                state_vector,
            };
            let room = live.inner().enter(&record, newcomer).await?;
            Ok((record, room))
        };
        ctx.spawn(join.into_actor(self).map(move |entered, session, ctx| match entered {
            Ok((record, room)) => session.entered(channel, subscription, record, room, ctx),
            Err(why) => session.turned_away(channel, subscription, why, ctx),
        }));
    }

    fn entered(&mut self, channel: u32, subscription: u64, record: TaskRecord, room: Addr<TaskActor>, ctx: &mut Ctx) {
        let seat = Seat { session: self.id, subscription };
        if !self.is_current(channel, subscription) {
            // Unsubscribed meanwhile.
            return room.recipient().do_send(Leave(seat));
        }
        let key = record.key.clone();
        let Some(task) = self.task(channel) else { return };
        task.record = Some(record);
        task.room = Some(room);
        self.drain(channel, ctx);
        self.be_here(channel, subscription, key.project, ctx);
    }

    /// Let the project know who is on which of its tasks.
    fn be_here(&mut self, channel: u32, subscription: u64, project: ProjectId, ctx: &mut Ctx) {
        let Some(who) = &self.who else { return };
        let Some(Channel::Task(task)) = self.channels.get(&channel) else { return };
        let (live, workspace, user, task_id) = (self.live.clone(), who.workspace_id, who.user.clone(), task.id);
        let (seat, outlet) = (Seat { session: self.id, subscription }, ctx.address().recipient());
        let tell = async move {
            for _ in 0..3 {
                let actor = live.inner().project(workspace, project).await?;
                let here = Here { seat, user: user.clone(), task: task_id, outlet: outlet.clone() };
                if actor.send(here).await.is_ok() {
                    return Some(actor);
                }
            }
            None
        };
        ctx.spawn(tell.into_actor(self).map(move |actor, session, _| {
            match session.task(channel) {
                Some(task) if task.subscription == subscription => task.project = actor,
                // Left meanwhile.
                _ => {
                    if let Some(actor) = actor {
                        actor.recipient().do_send(Gone(seat));
                    }
                }
            }
        }));
    }

    /// Something for a room, if this person may.
    fn input(&mut self, channel: u32, seq: Option<u64>, action: Action, input: RoomInput, ctx: &mut Ctx) {
        let Some(Channel::Task(task)) = self.channels.get_mut(&channel) else {
            let why = Refused::new("unknown_channel", "no task is subscribed on this channel").field("channel", "subscribed");
            return self.error(Some(channel), seq, why, ctx);
        };
        if !task.joined {
            if task.record.is_some() {
                // The room is being joined anew; what was sent to the old one is sent again after the next `subscribed`.
                return;
            }
            let why = Refused::new("not_subscribed", "wait for subscribed before sending on a channel").field("channel", "subscribed");
            return self.error(Some(channel), seq, why, ctx);
        }
        // The role the room's welcome named: the answer that brings the record may come after it, and taking an unknown
        // membership for none would refuse good edits of a quick client.
        if !task.role.is_some_and(|role| permits(role, action)) {
            return self.error(Some(channel), seq, Refused::read_only("role"), ctx);
        }
        if let RoomInput::Presence(state) = &input {
            task.presence = Some(state.clone());
        }
        match (&input, task.backlog.back_mut()) {
            // Latest wins here too.
            (RoomInput::Cursor(_), Some(last @ RoomInput::Cursor(_))) => *last = input,
            _ => task.backlog.push_back(input),
        }
        if is_overfull(&task.backlog, &self.config) {
            return self.close(CloseCode::TryLater, "the room is overloaded", ctx);
        }
        self.drain(channel, ctx);
    }

    /// Give the room what waits for it, in order, as much as it takes.
    fn drain(&mut self, channel: u32, ctx: &mut Ctx) {
        let session = self.id;
        let Some(task) = self.task(channel) else { return };
        let seat = Seat { session, subscription: task.subscription };
        let Some(room) = &task.room else { return };
        while let Some(what) = task.backlog.pop_front() {
            match room.try_send(Input { seat, what }) {
                Ok(()) => {}
                // It crashed; `Lost` is under way, and the client sends again what was not acknowledged.
                Err(SendError::Closed(_)) => return,
                Err(SendError::Full(input)) => {
                    metrics::counter!("tandem_refused_total", "queue" => "room").increment(1);
                    task.backlog.push_front(input.what);
                    return self.plan_again(ctx);
                }
            }
        }
    }

    fn plan_again(&mut self, ctx: &mut Ctx) {
        if !std::mem::replace(&mut self.again_planned, true) {
            ctx.run_later(AGAIN, |session, ctx| {
                session.again_planned = false;
                let channels: Vec<u32> = session.channels.keys().copied().collect();
                for channel in channels {
                    session.drain(channel, ctx);
                }
            });
        }
    }

    fn set_presence(&mut self, channel: u32, state: PresenceState, ctx: &mut Ctx) {
        self.input(channel, None, Action::PresenceShare, RoomInput::Presence(state), ctx);
    }

    /// Join the rooms of a project's tasks anew, or of all: with the rights of now.
    fn rejoin_tasks(&mut self, project: Option<ProjectId>, ctx: &mut Ctx) {
        let of = |task: &TaskChannel| task.record.as_ref().is_some_and(|record| project.is_none_or(|id| record.key.project == id));
        let channels: Vec<u32> = self
            .channels
            .iter()
            .filter(|(_, channel)| matches!(channel, Channel::Task(task) if of(task)))
            .map(|(number, _)| *number)
            .collect();
        for channel in channels {
            let session = self.id;
            if let Some(task) = self.task(channel)
                && let Some(room) = task.room.take()
            {
                room.recipient().do_send(Leave(Seat { session, subscription: task.subscription }));
            }
            self.rejoin(channel, ctx);
        }
    }

    /// Under a new subscription, so that late news of the old one find nobody.
    fn rejoin(&mut self, channel: u32, ctx: &mut Ctx) {
        self.last_subscription += 1;
        let (session, subscription) = (self.id, self.last_subscription);
        let Some(task) = self.task(channel) else { return };
        let old = std::mem::replace(&mut task.subscription, subscription);
        task.room = None;
        task.joined = false;
        task.backlog.clear();
        if let Some(project) = task.project.take() {
            project.recipient().do_send(Gone(Seat { session, subscription: old }));
        }
        self.subscriptions.remove(&old);
        self.subscriptions.insert(subscription, channel);
        self.held.forget(channel);
        self.join_task(channel, ctx);
    }
}

fn looked_up(error: &DirectoryError, what: &str) -> Refused {
    match error {
        DirectoryError::NotFound => Refused::not_found(what),
        DirectoryError::Unavailable => Refused::unavailable(),
    }
}

impl Handler<RoomEvent> for SessionActor {
    type Result = ();

    fn handle(&mut self, event: RoomEvent, ctx: &mut Ctx) {
        let Some(channel) = self.subscriptions.get(&event.subscription).copied() else { return };
        match event.news {
            RoomNews::Joined(joined) => self.joined(channel, &joined, ctx),
            RoomNews::Update(bytes) => self.send_hot(ServerHot::Update { channel, bytes }, ctx),
            RoomNews::Ack(seq) => self.send_hot(ServerHot::Ack { channel, seq }, ctx),
            RoomNews::Ghost { epoch, bytes } => self.send_hot(ServerHot::Ghost { channel, epoch, bytes }, ctx),
            RoomNews::GhostsReset(epoch) => self.send_control(GhostsReset { channel, epoch }, ctx),
            RoomNews::Cursors(cursors) => self.send_hot(ServerHot::Cursors { channel, cursors: cursors.to_vec() }, ctx),
            RoomNews::Presence(change) => {
                let (joined, changed, left) = (change.joined.clone(), change.changed.clone(), change.left.clone());
                self.send_control(PresenceDiff { channel, joined, changed, left }, ctx);
            }
            RoomNews::Task { status, lease } => self.send_control(TaskChanged { channel, status, lease }, ctx),
            RoomNews::Durability(durable) => self.send_control(tandem_protocol::ws::DurabilityChanged { channel, durable }, ctx),
            RoomNews::Refused { seq, why } => self.error(Some(channel), seq, why, ctx),
            RoomNews::Lost => self.rejoin(channel, ctx),
            RoomNews::Out { close, why } => self.thrown_out(channel, close, why, ctx),
            // For stock clients.
            RoomNews::Awareness(_) | RoomNews::Diff(_) => {}
        }
    }
}

impl SessionActor {
    fn joined(&mut self, channel: u32, joined: &crate::room::Joined, ctx: &mut Ctx) {
        let Some(task) = self.task(channel) else { return };
        task.joined = true;
        task.role = Some(joined.task.role);
        let topic = Topic { kind: TopicKind::Task, id: task.id.into() };
        if let Some(state) = task.presence.clone() {
            task.backlog.push_back(RoomInput::Presence(state));
        }
        self.send_control(Subscribed { channel, topic, task: Some(joined.task.clone()), project: None, user: None }, ctx);
        self.send_hot(ServerHot::Sync { channel, bytes: joined.sync.clone() }, ctx);
        if let Some(bytes) = &joined.ghosts {
            self.send_hot(ServerHot::Ghost { channel, epoch: joined.task.ghost_epoch, bytes: bytes.clone() }, ctx);
        }
        self.drain(channel, ctx);
    }

    fn thrown_out(&mut self, channel: u32, close: Option<CloseCode>, why: Refused, ctx: &mut Ctx) {
        // The room has forgotten this seat already.
        if let Some(Channel::Task(task)) = self.channels.get_mut(&channel) {
            task.room = None;
        }
        self.unsubscribe(channel);
        let message = why.message.clone();
        self.error(Some(channel), None, why, ctx);
        if let Some(code) = close {
            self.close(code, &message, ctx);
        }
    }
}

// --- projects and the person ---

impl SessionActor {
    fn watch_project(&mut self, channel: u32, ctx: &mut Ctx) {
        let Some(who) = self.who.clone() else { return };
        let Some(Channel::Project { subscription, id, .. }) = self.channels.get(&channel) else { return };
        let (subscription, id, live) = (*subscription, *id, self.live.clone());
        let (seat, outlet) = (Seat { session: self.id, subscription }, ctx.address().recipient());
        let watch = async move {
            let record = live.inner().directory.project(&who, id).await.map_err(|e| looked_up(&e, "project"))?;
            if !who.may(Action::ProjectRead, record.membership) {
                return Err(Refused::not_found("project"));
            }
            for _ in 0..3 {
                let Some(actor) = live.inner().project(who.workspace_id, id).await else { break };
                if actor.send(Watch { seat, user: who.user.clone(), outlet: outlet.clone() }).await.is_ok() {
                    return Ok(actor);
                }
            }
            Err(Refused::overloaded())
        };
        ctx.spawn(watch.into_actor(self).map(move |watching, session, ctx| match watching {
            Ok(found) => match session.channels.get_mut(&channel) {
                Some(Channel::Project { subscription: of, actor, .. }) if *of == subscription => *actor = Some(found),
                _ => found.recipient().do_send(Gone(seat)),
            },
            Err(why) => session.turned_away(channel, subscription, why, ctx),
        }));
    }

    fn watch_user(&mut self, channel: u32, id: uuid::Uuid, ctx: &mut Ctx) {
        let Some(who) = self.who.clone() else { return };
        let Some(subscription) = self.channels.get(&channel).map(Channel::subscription) else { return };
        if who.user_id().0 != id {
            return self.turned_away(
                channel,
                subscription,
                Refused::new("forbidden", "only one's own topic").field("topic.id", "own"),
                ctx,
            );
        }
        let live = self.live.clone();
        let leases = async move { live.inner().directory.leases(&who).await };
        ctx.spawn(leases.into_actor(self).map(move |leases, session, ctx| match leases {
            Ok(leases) => session.user_joined(channel, subscription, leases, ctx),
            Err(error) => session.turned_away(channel, subscription, looked_up(&error, "person"), ctx),
        }));
    }

    fn user_joined(&mut self, channel: u32, subscription: u64, leases: Vec<MyLease>, ctx: &mut Ctx) {
        if self.is_current(channel, subscription)
            && let Some(who) = &self.who
        {
            let topic = Topic { kind: TopicKind::User, id: who.user_id().into() };
            self.send_control(Subscribed { channel, topic, task: None, project: None, user: Some(UserLive { leases }) }, ctx);
        }
    }
}

impl Handler<ProjectEvent> for SessionActor {
    type Result = ();

    fn handle(&mut self, event: ProjectEvent, ctx: &mut Ctx) {
        let Some(channel) = self.subscriptions.get(&event.subscription).copied() else { return };
        match event.news {
            ProjectNews::State(state) => {
                let Some(Channel::Project { id, .. }) = self.channels.get(&channel) else { return };
                let topic = Topic { kind: TopicKind::Project, id: (*id).into() };
                self.send_control(Subscribed { channel, topic, task: None, project: Some((*state).clone()), user: None }, ctx);
            }
            ProjectNews::Diff(change) => {
                let (progress, here, left) = (change.progress, change.here.clone(), change.left.clone());
                self.send_control(ProjectDiff { channel, progress, here, left }, ctx);
            }
            ProjectNews::Unavailable => self.turned_away(channel, event.subscription, Refused::unavailable(), ctx),
            ProjectNews::Lost => self.project_lost(channel, event.subscription, ctx),
        }
    }
}

impl SessionActor {
    fn project_lost(&mut self, channel: u32, subscription: u64, ctx: &mut Ctx) {
        match self.channels.get_mut(&channel) {
            Some(Channel::Project { actor, .. }) => {
                *actor = None;
                self.watch_project(channel, ctx);
            }
            Some(Channel::Task(task)) => {
                task.project = None;
                if let Some(project) = task.record.as_ref().map(|record| record.key.project) {
                    self.be_here(channel, subscription, project, ctx);
                }
            }
            Some(Channel::User { .. }) | None => {}
        }
    }
}

impl Handler<UserEvent> for SessionActor {
    type Result = ();

    fn handle(&mut self, event: UserEvent, ctx: &mut Ctx) {
        match event {
            UserEvent::Lease { event, lease } => {
                let users = |(channel, what): (&u32, &Channel)| matches!(what, Channel::User { .. }).then_some(*channel);
                let channels: Vec<u32> = self.channels.iter().filter_map(users).collect();
                for channel in channels {
                    self.send_control(LeaseChanged { channel, event, lease: lease.clone() }, ctx);
                }
            }
            UserEvent::RecheckRights(project) => self.recheck(project, ctx),
            UserEvent::Lost => self.attach(ctx),
        }
    }
}

impl SessionActor {
    /// Whoever may no longer is turned away by the directory's answer; whoever still may gets a new `subscribed` with the
    /// rights of now.
    fn recheck(&mut self, project: ProjectId, ctx: &mut Ctx) {
        self.rejoin_tasks(Some(project), ctx);
        let watching: Vec<(u32, u64)> = self
            .channels
            .iter()
            .filter_map(|(channel, what)| match what {
                Channel::Project { subscription, id, .. } if *id == project => Some((*channel, *subscription)),
                _ => None,
            })
            .collect();
        for (channel, old) in watching {
            self.last_subscription += 1;
            let (session, new) = (self.id, self.last_subscription);
            if let Some(Channel::Project { subscription, actor, .. }) = self.channels.get_mut(&channel) {
                *subscription = new;
                if let Some(actor) = actor.take() {
                    actor.recipient().do_send(Gone(Seat { session, subscription: old }));
                }
            }
            self.subscriptions.remove(&old);
            self.subscriptions.insert(new, channel);
            self.watch_project(channel, ctx);
        }
    }
}

// --- what the client gets ---

impl SessionActor {
    fn send_hot(&mut self, hot: ServerHot, ctx: &mut Ctx) {
        self.send(hot.into(), ctx);
    }

    fn send_control(&mut self, control: impl Into<ServerControl>, ctx: &mut Ctx) {
        self.send(control.into().into(), ctx);
    }

    fn send(&mut self, frame: ServerFrame, ctx: &mut Ctx) {
        if self.closing {
            return;
        }
        let waiting = self.outbox.waiting();
        if self.held.is_empty() && waiting < self.config.soft_outbox {
            return self.write(&frame, ctx);
        }
        // One frame always fits, however big: a document is sent whole.
        if waiting + self.held.bytes() > self.config.max_outbox {
            return self.cut("more waits for this connection than may", ctx);
        }
        self.held.push(frame);
        self.plan_release(ctx);
    }

    fn write(&mut self, frame: &ServerFrame, ctx: &mut Ctx) {
        self.said = Instant::now();
        match frame.encode(self.subprotocol) {
            Encoded::Text(text) => ctx.text(text),
            Encoded::Binary(bytes) => ctx.binary(bytes),
        }
    }

    fn plan_release(&mut self, ctx: &mut Ctx) {
        if !std::mem::replace(&mut self.release_planned, true) {
            ctx.run_later(RELEASE, |session, ctx| {
                session.release_planned = false;
                session.release(ctx);
            });
        }
    }

    fn release(&mut self, ctx: &mut Ctx) {
        let mut room = self.config.soft_outbox.saturating_sub(self.outbox.waiting());
        while room > 0 {
            let Some(frame) = self.held.pop() else { return };
            self.said = Instant::now();
            let encoded = frame.encode(self.subprotocol);
            room = room.saturating_sub(encoded.len());
            match encoded {
                Encoded::Text(text) => ctx.text(text),
                Encoded::Binary(bytes) => ctx.binary(bytes),
            }
        }
        if !self.held.is_empty() {
            self.plan_release(ctx);
        }
    }

    fn error(&mut self, channel: Option<u32>, seq: Option<u64>, why: Refused, ctx: &mut Ctx) {
        let message = ErrorMessage {
            channel,
            seq,
            code: why.code.to_owned(),
            message: why.message,
            retryable: why.retryable,
            field: why.field,
            rule: why.rule.map(str::to_owned),
        };
        self.send_control(ServerControl::Error(message), ctx);
    }

    fn pulse(&mut self, ctx: &mut Ctx) {
        if self.closing {
            return;
        }
        if self.outbox.stalled() >= self.config.stall {
            return self.cut("nothing was read for too long", ctx);
        }
        if self.who.is_some() && self.heard.elapsed() >= self.config.heartbeat * 2 + PULSE {
            return self.close(CloseCode::Idle, "nothing was heard for too long", ctx);
        }
        if self.who.is_some() && self.said.elapsed() + PULSE >= self.config.heartbeat {
            self.send_control(Pong { t: 0, server_time: Utc::now() }, ctx);
        }
    }

    /// Say why, then close. What was sent before still arrives.
    fn close(&mut self, code: CloseCode, reason: &str, ctx: &mut Ctx) {
        if self.closing {
            return;
        }
        let come_back = match code {
            CloseCode::Normal => None,
            code if CloseCode::is_final(code.code()) => None,
            _ => Some(millis(COME_BACK)),
        };
        let bye = Bye { code: code.code(), reason: reason.to_owned(), reconnect_after_ms: come_back };
        while let Some(frame) = self.held.pop() {
            self.write(&frame, ctx);
        }
        if code != CloseCode::Normal {
            self.write(&ServerControl::from(bye).into(), ctx);
        }
        self.closing = true;
        metrics::counter!("tandem_closed_total", "code" => code.code().to_string()).increment(1);
        ctx.close(Some(CloseReason { code: code.code().into(), description: Some(shorten(reason).to_owned()) }));
        ctx.stop();
    }

    /// For a peer that does not read: nothing that waits will be sent.
    fn cut(&mut self, reason: &str, ctx: &mut Ctx) {
        tracing::info!(session = %self.id, reason, waiting = self.outbox.waiting(), "a slow reader is cut");
        metrics::counter!("tandem_closed_total", "code" => "1013").increment(1);
        self.closing = true;
        self.outbox.cut(CloseCode::TryLater, reason);
        ctx.stop();
    }

    fn goodbye(&mut self, ctx: &mut Ctx) {
        self.close(CloseCode::Restart, "the server restarts", ctx);
    }
}

impl Handler<SessionCommand> for SessionActor {
    type Result = ();

    fn handle(&mut self, command: SessionCommand, ctx: &mut Ctx) {
        match command {
            SessionCommand::Goodbye => self.goodbye(ctx),
        }
    }
}

fn millis(duration: Duration) -> u32 {
    u32::try_from(duration.as_millis()).unwrap_or(u32::MAX)
}
