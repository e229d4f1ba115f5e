//! StockActor: one WebSocket of a stock `y-websocket` client, unmodified.
//!
//! In: y-protocols frames (sync, awareness); `RoomEvent`. Out: the same frames; `Join`, `Input`, `Leave`.
//! Timers: a sign of life (the provider hangs up after 30 silent seconds, and does not see pings); the end of the token.
//! Starts: with an upgrade whose token was good. Restarts: never. Stops: with its connection.
//!
//! The provider reads one message per frame, comes back after every close except codes 4400 to 4499, and has no
//! acknowledgements: whoever needs to know what is on disk takes our own protocol.

use std::{collections::VecDeque, rc::Rc, sync::Arc, time::Duration};

use actix::{Actor, ActorContext, ActorFutureExt, Addr, AsyncContext, Context, Handler, StreamHandler, WrapFuture, dev::SendError};
use actix_web::error::PayloadError;
use bytes::Bytes;
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
use tokio::{io::AsyncRead, time::Instant};

use super::{Body, Connection, Framer, Incoming, Outbox, Share, Speaker, is_overfull, pipe, run};
use crate::{
    config::SessionConfig,
    desk::{self, Alarm},
    live::{Live, SessionCommand},
    ports::DirectoryError,
    project::{Gone, Here, ProjectActor, ProjectEvent},
    room::{Dialect, Newcomer, Refused, RoomEvent, RoomNews, Seat, read_only},
    task::{Input, Leave, RoomInput, TaskActor},
};

const MAILBOX: usize = 2_048;
const AGAIN: Duration = Duration::from_millis(5);

const SYNC: u8 = 0;
const AWARENESS: u8 = 1;
const AUTH: u8 = 2;
const QUERY_AWARENESS: u8 = 3;
const STEP_1: u8 = 0;
const STEP_2: u8 = 1;
const UPDATE: u8 = 2;

type Ctx = Context<StockActor>;

// --- state ---

pub struct StockActor {
    live: Live,
    config: Arc<SessionConfig>,
    id: SessionId,
    who: Box<Identity>,
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
}

/// Start a session over a connection whose handshake is done and whose token was checked.
pub fn open<R: AsyncRead + Unpin + 'static>(live: &Live, who: Identity, task: TaskId, connection: Connection<R>) {
    let (id, config) = (SessionId::new(), Arc::clone(&live.inner().session));
    run(id, &config, connection, |outbox| StockActor {
        live: live.clone(),
        config: Arc::clone(&config),
        id,
        who: Box::new(who),
        task,
        outbox,
        subscription: 0,
        room: None,
        joined: false,
        project: None,
        backlog: VecDeque::new(),
        again_planned: false,
    });
}

/// Start a session over a connection in memory. Returns what it writes.
pub fn start<S>(live: &Live, who: Identity, task: TaskId, bytes: S) -> Body
where
    S: Stream<Item = Result<Bytes, PayloadError>> + Unpin + 'static,
{
    let (reader, writer, body) = pipe(bytes);
    open(live, who, task, Connection::new(reader, writer));
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
        self.outbox.admit();
        let left = (self.who.expires_at - Utc::now()).to_std().unwrap_or_default();
        self.outbox.set_deadline(Instant::now().checked_add(left));
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
        desk::release(self.seat());
        self.subscription += 1;
        let (seat, who, task, live) = (self.seat(), Identity::clone(&self.who), self.task, self.live.clone());
        desk::reserve(seat, Rc::new(Voice));
        let desk = desk::here();
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
                desk,
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

impl StreamHandler<Incoming> for StockActor {
    fn handle(&mut self, incoming: Incoming, ctx: &mut Ctx) {
        match incoming {
            Incoming::Binary(bytes) => self.frame(&bytes, ctx),
            Incoming::Text(_) => self.close(CloseCode::BadFrame, "text frames are not part of this protocol", ctx),
            Incoming::Closed => self.close(CloseCode::Normal, "", ctx),
            Incoming::Broken(code, reason) => self.close(code, &reason, ctx),
        }
    }

    fn finished(&mut self, ctx: &mut Ctx) {
        ctx.stop();
    }
}

impl StockActor {
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

/// How y-websocket says what happens in a room.
struct Voice;

impl Speaker for Voice {
    fn share(&self) -> Share {
        Share::Yjs
    }

    fn speak(&self, news: &RoomNews, out: &mut Framer) {
        match news {
            RoomNews::Joined(joined) => {
                say(&[SYNC, STEP_1], &joined.task.state_vector.0, out);
                if !joined.sync.is_empty() {
                    say(&[SYNC, UPDATE], &joined.sync, out);
                }
                for states in &joined.awareness {
                    say(&[AWARENESS], states, out);
                }
                if let Some(reason) = &joined.task.read_only {
                    say(&[AUTH, 0], Refused::read_only(reason).message.as_bytes(), out);
                }
            }
            RoomNews::Update(bytes) => say(&[SYNC, UPDATE], bytes, out),
            RoomNews::Diff { bytes, .. } => say(&[SYNC, STEP_2], bytes, out),
            RoomNews::Lacks(vector) => say(&[SYNC, STEP_1], vector, out),
            RoomNews::AskAwareness => out.binary(&[&[QUERY_AWARENESS]]),
            RoomNews::Rights { read_only: Some(reason), .. } => say(&[AUTH, 0], Refused::read_only(reason).message.as_bytes(), out),
            RoomNews::Awareness(bytes) => say(&[AWARENESS], bytes, out),
            // `permission denied` of y-protocols' auth: the provider logs it.
            RoomNews::Refused { why, .. } => say(&[AUTH, 0], why.message.as_bytes(), out),
            // The session says what follows from these.
            RoomNews::Lost | RoomNews::Out { .. } => {}
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

/// One message, one frame: the provider reads no second one.
fn say(head: &[u8], bytes: &[u8], out: &mut Framer) {
    let mut length = Vec::with_capacity(9);
    write_uint(&mut length, bytes.len() as u64);
    out.binary(&[head, &length, bytes]);
}

impl Handler<RoomEvent> for StockActor {
    type Result = ();

    fn handle(&mut self, event: RoomEvent, ctx: &mut Ctx) {
        if event.subscription != self.subscription {
            return;
        }
        match event.news {
            RoomNews::Joined(_) => {
                self.joined = true;
                self.drain(ctx);
            }
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
            _ => {}
        }
    }
}

impl Handler<Alarm> for StockActor {
    type Result = ();

    fn handle(&mut self, alarm: Alarm, ctx: &mut Ctx) {
        match alarm {
            Alarm::Deadline => self.close(CloseCode::TokenExpired, "the token ran out", ctx),
            // An awareness update about nobody: the provider hangs up after 30 silent seconds, and does not see pings.
            Alarm::Silent => {
                let mut framer = Framer::default();
                say(&[AWARENESS], &[0], &mut framer);
                self.outbox.put(framer.finish());
            }
            // It has nothing to say unless somebody works; TCP_USER_TIMEOUT ends what is dead.
            Alarm::Unheard => {}
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
    fn close(&self, code: CloseCode, reason: &str, ctx: &mut Ctx) {
        self.outbox.close(code, reason);
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
