//! StockActor: one WebSocket of a stock `y-websocket` client, unmodified.
//!
//! In: y-protocols frames (sync, awareness); `RoomEvent`. Out: the same frames; `Join`, `Input`, `Leave`.
//! Timers: a sign of life (the provider hangs up after 30 silent seconds, and does not see pings); the end of the token.
//! Starts: with an upgrade whose token was good. Restarts: never. Stops: with its connection.
//!
//! The provider reads one message per frame, comes back after every close except codes 4400 to 4499, and has no
//! acknowledgements: whoever needs to know what is on disk takes our own protocol.

use std::{collections::VecDeque, time::Duration};

use actix::{Actor, ActorContext, ActorFutureExt, Addr, AsyncContext, Handler, StreamHandler, WrapFuture, dev::SendError};
use actix_http::ws::{CloseReason, Item, Message, ProtocolError};
use actix_web::error::PayloadError;
use actix_web_actors::ws::WebsocketContext;
use bytes::{Bytes, BytesMut};
use chrono::Utc;
use futures_util::Stream;
use tandem_domain::{identity::Identity, permission::Action};
use tandem_protocol::{
    ProjectId, SessionId, TaskId,
    ws::{
        CloseCode,
        varint::{Reader, write_uint},
    },
};
use tokio::time::Instant;

use super::{Body, Latch, Outbox, gate::Bucket, is_overfull, outbox::shorten, run};
use crate::{
    config::SessionConfig,
    live::{Live, SessionCommand},
    ports::DirectoryError,
    project::{Gone, Here, ProjectActor, ProjectEvent},
    room::{Dialect, Newcomer, Refused, RoomEvent, RoomNews, Seat, read_only},
    task::{Input, Leave, RoomInput, TaskActor},
};

const MAILBOX: usize = 2_048;
const PULSE: Duration = Duration::from_secs(1);
/// Well under the provider's 30 seconds.
const SIGN_OF_LIFE: Duration = Duration::from_secs(12);
const AGAIN: Duration = Duration::from_millis(5);

const SYNC: u8 = 0;
const AWARENESS: u8 = 1;
const AUTH: u8 = 2;
const QUERY_AWARENESS: u8 = 3;
const STEP_1: u8 = 0;
const STEP_2: u8 = 1;
const UPDATE: u8 = 2;

type Ctx = WebsocketContext<StockActor>;

// --- state ---

pub struct StockActor {
    live: Live,
    config: SessionConfig,
    id: SessionId,
    who: Identity,
    task: TaskId,
    outbox: Outbox,
    /// Grows with every join, so that late news of a room that crashed find nobody.
    subscription: u64,
    room: Option<Addr<TaskActor>>,
    /// The room has let this one in; before that it would drop what it is sent.
    joined: bool,
    project: Option<Addr<ProjectActor>>,
    backlog: VecDeque<RoomInput>,
    again_planned: bool,
    partial: Option<BytesMut>,
    frames: Bucket,
    bytes: Bucket,
    said: Instant,
    closing: bool,
}

/// Start a session over the bytes of an upgraded request whose token was checked.
pub fn start<S>(live: &Live, who: Identity, task: TaskId, bytes: S) -> Body
where
    S: Stream<Item = Result<Bytes, PayloadError>> + Unpin + 'static,
{
    let (outbox, latch) = (Outbox::default(), Latch::default());
    latch.open();
    let config = live.inner().config.session.clone();
    let limits = (config.max_frame, config.max_unauthenticated);
    let session = StockActor {
        frames: Bucket::new(config.frames),
        bytes: Bucket::new(config.bytes),
        live: live.clone(),
        config,
        id: SessionId::new(),
        who,
        task,
        outbox: outbox.clone(),
        subscription: 0,
        room: None,
        joined: false,
        project: None,
        backlog: VecDeque::new(),
        again_planned: false,
        partial: None,
        said: Instant::now(),
        closing: false,
    };
    run(session, bytes, limits, latch, &outbox)
}

/// A body that only closes: for what is refused after the upgrade, because a browser cannot read the answer to a refused one.
#[must_use]
pub fn refuse(code: CloseCode, reason: &str) -> Body {
    let outbox = Outbox::default();
    let body = outbox.body();
    outbox.cut(code, reason);
    body
}

impl Actor for StockActor {
    type Context = Ctx;

    fn started(&mut self, ctx: &mut Ctx) {
        ctx.set_mailbox_capacity(MAILBOX);
        self.live.inner().sessions.insert(self.id, ctx.address().recipient());
        if self.live.inner().is_closing() {
            return self.close(CloseCode::Restart, "the server restarts", ctx);
        }
        let left = (self.who.expires_at - Utc::now()).to_std().unwrap_or_default();
        ctx.run_later(left, |session, ctx| session.close(CloseCode::TokenExpired, "the token ran out", ctx));
        ctx.run_interval(PULSE, |session, ctx| session.pulse(ctx));
        self.join(ctx);
    }

    fn stopped(&mut self, _: &mut Ctx) {
        self.live.inner().sessions.remove(&self.id);
        let seat = self.seat();
        if let Some(room) = self.room.take() {
            // Must not be lost, so beyond the mailbox's capacity if need be.
            room.recipient().do_send(Leave(seat));
        }
        if let Some(project) = self.project.take() {
            project.recipient().do_send(Gone(seat));
        }
    }
}

impl StockActor {
    fn seat(&self) -> Seat {
        Seat { session: self.id, subscription: self.subscription }
    }

    fn join(&mut self, ctx: &mut Ctx) {
        self.subscription += 1;
        let (seat, who, task, outlet, live) = (self.seat(), self.who.clone(), self.task, ctx.address().recipient(), self.live.clone());
        let join = async move {
            let record = live.inner().directory.task(&who, task).await.map_err(|error| match error {
                DirectoryError::NotFound => Refused::not_found("document"),
                DirectoryError::Unavailable => Refused::unavailable(),
            })?;
            let role = who.effective_role(record.membership).filter(|_| who.may(Action::DocumentRead, record.membership));
            let Some(role) = role else { return Err(Refused::not_found("document")) };
            let newcomer = Newcomer {
                seat,
                read_only: read_only(&who, record.membership, record.project_status),
                user: who.user,
                role,
                dialect: Dialect::Stock,
                again: seat.subscription > 1,
                outlet,
                resume: None,
                lineage: None,
                state_vector: None,
            };
            let room = live.inner().enter(&record, newcomer).await?;
            Ok((record.key.project, room))
        };
        ctx.spawn(join.into_actor(self).map(move |entered, session, ctx| match entered {
            Ok((project, room)) => session.entered(project, room, ctx),
            Err(why) if why.code == "not_found" => session.close(CloseCode::NotFound, &why.message, ctx),
            Err(why) => session.close(CloseCode::TryLater, &why.message, ctx),
        }));
    }

    fn entered(&mut self, project: ProjectId, room: Addr<TaskActor>, ctx: &mut Ctx) {
        self.room = Some(room);
        self.drain(ctx);
        let (live, workspace, seat) = (self.live.clone(), self.who.workspace_id, self.seat());
        let (user, task, outlet) = (self.who.user.clone(), self.task, ctx.address().recipient());
        let tell = async move {
            let actor = live.inner().project(workspace, project).await?;
            actor.send(Here { seat, user, task, outlet }).await.ok().map(|()| actor)
        };
        ctx.spawn(tell.into_actor(self).map(|actor, session, _| session.project = actor));
    }
}

// --- what the client sends ---

impl StreamHandler<Result<Message, ProtocolError>> for StockActor {
    fn handle(&mut self, message: Result<Message, ProtocolError>, ctx: &mut Ctx) {
        if self.closing {
            return;
        }
        match message {
            Ok(message) => self.message(message, ctx),
            Err(ProtocolError::Overflow) => self.close(CloseCode::TooBig, "the frame is too big", ctx),
            Err(error) => self.close(CloseCode::BadFrame, &error.to_string(), ctx),
        }
    }

    fn finished(&mut self, ctx: &mut Ctx) {
        ctx.stop();
    }
}

impl StockActor {
    fn message(&mut self, message: Message, ctx: &mut Ctx) {
        let size = match &message {
            Message::Binary(bytes) | Message::Continuation(Item::FirstBinary(bytes) | Item::Continue(bytes) | Item::Last(bytes)) => {
                bytes.len()
            }
            _ => 0,
        };
        if !self.frames.take(1) || !self.bytes.take(size) {
            metrics::counter!("tandem_refused_total", "queue" => "inbound").increment(1);
            return self.close(CloseCode::TryLater, "too many frames or bytes a second", ctx);
        }
        match message {
            Message::Binary(bytes) => self.frame(&bytes, ctx),
            Message::Ping(bytes) => ctx.pong(&bytes),
            Message::Continuation(item) => self.piece(item, ctx),
            Message::Close(_) => self.close(CloseCode::Normal, "", ctx),
            Message::Text(_) => self.close(CloseCode::BadFrame, "text frames are not part of this protocol", ctx),
            Message::Pong(_) | Message::Nop => {}
        }
    }

    fn piece(&mut self, item: Item, ctx: &mut Ctx) {
        let (piece, last) = match (item, &self.partial) {
            (Item::FirstBinary(bytes), None) => (bytes, false),
            (Item::Continue(bytes), Some(_)) => (bytes, false),
            (Item::Last(bytes), Some(_)) => (bytes, true),
            _ => return self.close(CloseCode::BadFrame, "a message's pieces are out of order", ctx),
        };
        let gathered = self.partial.get_or_insert_default();
        gathered.extend_from_slice(&piece);
        if gathered.len() > self.config.max_frame {
            return self.close(CloseCode::TooBig, "the message is too big", ctx);
        }
        if last && let Some(whole) = self.partial.take() {
            self.frame(&whole.freeze(), ctx);
        }
    }

    fn frame(&mut self, frame: &Bytes, ctx: &mut Ctx) {
        match parse(frame) {
            Ok(Some(input)) => {
                self.backlog.push_back(input);
                if is_overfull(&self.backlog, &self.config) {
                    return self.close(CloseCode::TryLater, "the room is overloaded", ctx);
                }
                self.drain(ctx);
            }
            // Kinds of a later version.
            Ok(None) => {}
            Err(reason) => self.close(CloseCode::BadFrame, reason, ctx),
        }
    }

    fn drain(&mut self, ctx: &mut Ctx) {
        let seat = self.seat();
        let Some(room) = self.room.as_ref().filter(|_| self.joined) else { return };
        while let Some(what) = self.backlog.pop_front() {
            match room.try_send(Input { seat, what }) {
                Ok(()) => {}
                Err(SendError::Closed(_)) => return,
                Err(SendError::Full(input)) => {
                    metrics::counter!("tandem_refused_total", "queue" => "room").increment(1);
                    self.backlog.push_front(input.what);
                    if !std::mem::replace(&mut self.again_planned, true) {
                        ctx.run_later(AGAIN, |session, ctx| {
                            session.again_planned = false;
                            session.drain(ctx);
                        });
                    }
                    return;
                }
            }
        }
    }
}

/// One message of y-protocols. None: a kind this version does not know.
fn parse(frame: &Bytes) -> Result<Option<RoomInput>, &'static str> {
    const BAD: &str = "not a y-protocols message";
    let mut r = Reader::new(frame);
    let kind = r.uint().map_err(|_| BAD)?;
    match u8::try_from(kind) {
        Ok(SYNC) => {
            let step = r.uint().map_err(|_| BAD)?;
            let bytes = frame.slice_ref(var_bytes(r).ok_or(BAD)?);
            match u8::try_from(step) {
                Ok(STEP_1) => Ok(Some(RoomInput::Step1(bytes))),
                Ok(STEP_2 | UPDATE) => Ok(Some(RoomInput::Update { seq: None, bytes })),
                _ => Err(BAD),
            }
        }
        Ok(AWARENESS) => Ok(Some(RoomInput::Awareness(frame.slice_ref(var_bytes(r).ok_or(BAD)?)))),
        Ok(QUERY_AWARENESS) => Ok(Some(RoomInput::QueryAwareness)),
        _ => Ok(None),
    }
}

fn var_bytes(mut r: Reader<'_>) -> Option<&[u8]> {
    let length = usize::try_from(r.uint().ok()?).ok()?;
    r.rest().get(..length)
}

// --- what the client gets ---

impl Handler<RoomEvent> for StockActor {
    type Result = ();

    fn handle(&mut self, event: RoomEvent, ctx: &mut Ctx) {
        if event.subscription != self.subscription || self.closing {
            return;
        }
        match event.news {
            RoomNews::Joined(joined) => {
                self.joined = true;
                self.send(&[SYNC, STEP_1], &joined.task.state_vector.0, ctx);
                if !joined.sync.is_empty() {
                    self.send(&[SYNC, UPDATE], &joined.sync, ctx);
                }
                for states in &joined.awareness {
                    self.send(&[AWARENESS], states, ctx);
                }
                if let Some(reason) = &joined.task.read_only {
                    self.deny(&Refused::read_only(reason).message, ctx);
                }
                self.drain(ctx);
            }
            RoomNews::Update(bytes) => self.send(&[SYNC, UPDATE], &bytes, ctx),
            RoomNews::Diff { bytes, .. } => self.send(&[SYNC, STEP_2], &bytes, ctx),
            RoomNews::Lacks(vector) => self.send(&[SYNC, STEP_1], &vector, ctx),
            RoomNews::Awareness(bytes) => self.send(&[AWARENESS], &bytes, ctx),
            RoomNews::AskAwareness => ctx.binary(Bytes::from_static(&[QUERY_AWARENESS])),
            RoomNews::Refused { why, .. } => self.deny(&why.message, ctx),
            RoomNews::Lost => {
                self.room = None;
                self.joined = false;
                self.backlog.clear();
                self.join(ctx);
            }
            RoomNews::Out { close, why } => {
                self.room = None;
                self.close(close.unwrap_or(CloseCode::TryLater), &why.message, ctx);
            }
            RoomNews::Rights { read_only: Some(reason), .. } => self.deny(&Refused::read_only(reason).message, ctx),
            // Of our own protocol.
            RoomNews::Rights { read_only: None, .. }
            | RoomNews::Ack(_)
            | RoomNews::Ghost { .. }
            | RoomNews::GhostsReset(_)
            | RoomNews::Cursors(_)
            | RoomNews::Presence(_)
            | RoomNews::Task { .. }
            | RoomNews::Durability(_) => {}
        }
    }
}

impl Handler<ProjectEvent> for StockActor {
    type Result = ();

    /// Who is on which task is for our own protocol; a crash of the project's actor only makes this person invisible there.
    fn handle(&mut self, _: ProjectEvent, _: &mut Ctx) {}
}

impl Handler<SessionCommand> for StockActor {
    type Result = ();

    fn handle(&mut self, command: SessionCommand, ctx: &mut Ctx) {
        match command {
            SessionCommand::Goodbye => self.close(CloseCode::Restart, "the server restarts", ctx),
        }
    }
}

impl StockActor {
    /// One message, one frame: the provider reads no second one.
    fn send(&mut self, head: &[u8], bytes: &[u8], ctx: &mut Ctx) {
        if self.outbox.waiting() > self.config.max_outbox {
            return self.cut("more waits for this connection than may", ctx);
        }
        let mut frame = Vec::with_capacity(head.len() + bytes.len() + 9);
        frame.extend_from_slice(head);
        write_uint(&mut frame, bytes.len() as u64);
        frame.extend_from_slice(bytes);
        self.said = Instant::now();
        ctx.binary(frame);
    }

    /// `permission denied` of y-protocols' auth: the provider logs it.
    fn deny(&mut self, reason: &str, ctx: &mut Ctx) {
        self.send(&[AUTH, 0], reason.as_bytes(), ctx);
    }

    fn pulse(&mut self, ctx: &mut Ctx) {
        if self.closing {
            return;
        }
        if self.outbox.stalled() >= self.config.stall {
            return self.cut("nothing was read for too long", ctx);
        }
        if self.said.elapsed() >= SIGN_OF_LIFE {
            // An awareness update about nobody.
            self.send(&[AWARENESS], &[0], ctx);
        }
    }

    fn close(&mut self, code: CloseCode, reason: &str, ctx: &mut Ctx) {
        if std::mem::replace(&mut self.closing, true) {
            return;
        }
        metrics::counter!("tandem_closed_total", "code" => code.code().to_string()).increment(1);
        ctx.close(Some(CloseReason { code: code.code().into(), description: Some(shorten(reason).to_owned()) }));
        ctx.stop();
    }

    fn cut(&mut self, reason: &str, ctx: &mut Ctx) {
        tracing::info!(session = %self.id, reason, waiting = self.outbox.waiting(), "a slow reader is cut");
        metrics::counter!("tandem_closed_total", "code" => "1013").increment(1);
        self.closing = true;
        self.outbox.cut(CloseCode::TryLater, reason);
        ctx.stop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_told_apart_and_unknown_kinds_are_let_pass() {
        let parse = |bytes: &'static [u8]| parse(&Bytes::from_static(bytes));
        assert!(matches!(parse(&[0, 0, 1, 0]), Ok(Some(RoomInput::Step1(_)))));
        assert!(matches!(parse(&[0, 1, 2, 0, 0]), Ok(Some(RoomInput::Update { seq: None, .. }))));
        assert!(matches!(parse(&[0, 2, 2, 0, 0]), Ok(Some(RoomInput::Update { .. }))));
        assert!(matches!(parse(&[1, 1, 0]), Ok(Some(RoomInput::Awareness(_)))));
        assert!(matches!(parse(&[3]), Ok(Some(RoomInput::QueryAwareness))));
        assert!(matches!(parse(&[9, 1, 2]), Ok(None)));
        assert!(parse(&[0, 0, 5, 0]).is_err());
        assert!(parse(&[]).is_err());
    }
}
