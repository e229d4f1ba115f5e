//! StockActor: one WebSocket of a stock `y-websocket` client, versions 1 to 3, unmodified.
//!
//! In: y-protocols frames (sync, awareness); `RoomEvent`, `UserEvent`; [`Alarm`]s of the Desk. Out: the same frames; `Join`, `Input`,
//! `Leave`, `ChangeRights` to its room.
//! Timers: a sign of life (the provider hangs up after 30 silent seconds, and does not see pings); the end of the token.
//! Starts: with an upgrade whose token was good. Restarts: never. Stops: with its connection.
//!
//! The provider reads one message per frame, comes back after every close except codes 4400 to 4499, and has no
//! acknowledgements: whoever needs to know what is on disk takes our own protocol, or Hocuspocus'.

mod bequest;
pub(super) mod persons;
pub(super) mod place;
pub(super) mod voice;

use std::{rc::Rc, sync::Arc, time::Duration};

use actix::{Actor, ActorContext, ActorFutureExt, AsyncContext, Context, Handler, StreamHandler, WrapFuture};
use actix_web::error::PayloadError;
use bytes::Bytes;
use chrono::Utc;
use futures_util::Stream;
use tandem_domain::identity::Identity;
use tandem_protocol::{
    SessionId, TaskId,
    ws::CloseCode,
    yjs::{self, Message},
};
use tokio::{io::AsyncRead, time::Instant};

use super::{Body, Connection, Framer, Incoming, Outbox, admit, pipe, run};
use crate::{
    config::SessionConfig,
    desk::Alarm,
    live::{Live, SessionCommand},
    project::ProjectEvent,
    room::{Refused, RoomEvent, RoomNews},
    task::RoomInput,
    user::UserEvent,
    watchdog::handling,
};
use persons::Persons;
use place::{Backlog, Place, Standing};
use voice::Voice;

const MAILBOX: usize = 2_048;
/// Until a busy room is tried again.
const AGAIN: Duration = Duration::from_millis(5);
/// Until rights nobody could tell are asked for again.
pub(super) const ASK_AGAIN: Duration = Duration::from_secs(1);
pub(super) const REVOKED: &str = "this session was revoked; sign in again";

type Ctx = Context<StockActor>;

// --- state ---

pub struct StockActor {
    live: Live,
    config: Arc<SessionConfig>,
    id: SessionId,
    outbox: Outbox,
    place: Place,
    persons: Persons,
    subscriptions: u64,
    /// Number of the last edit. Nobody is told of acknowledgements, but refusals name it.
    seq: u64,
    again_planned: bool,
}

/// Start a session over a connection whose handshake is done and whose token was checked.
pub fn open<R: AsyncRead + Unpin + 'static>(live: &Live, who: Identity, task: TaskId, connection: Connection<R>) {
    let (id, config) = (SessionId::new(), Arc::clone(&live.inner().stock));
    run(id, &config, connection, |outbox| StockActor {
        live: live.clone(),
        config: Arc::clone(&config),
        id,
        outbox,
        place: Place::new(live, id, who, task),
        persons: Persons::new(live, id),
        subscriptions: 0,
        seq: 0,
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
        self.live.inner().session_opened(self.id, ctx.address().recipient());
        if self.live.inner().is_turning_away() {
            return self.close(CloseCode::Restart, "the server restarts", ctx);
        }
        if let Err(over) = admit(&self.outbox, self.live.quotas(), &self.place.who) {
            return self.close(CloseCode::TryLater, &over.to_string(), ctx);
        }
        let left = (self.place.who.expires_at - Utc::now()).to_std().unwrap_or_default();
        self.outbox.set_deadline(Instant::now().checked_add(left));
        self.attach(ctx);
        self.join(ctx);
    }

    /// The room learns of it when the place is dropped.
    fn stopped(&mut self, _: &mut Ctx) {
        self.live.inner().sessions.remove(&self.id);
    }
}

impl StockActor {
    fn attach(&mut self, ctx: &mut Ctx) {
        let attach = self.persons.attach(self.place.who.user_id(), ctx.address().recipient());
        ctx.spawn(attach.into_actor(self).map(|(user, actor), session, ctx| {
            session.persons.attached(user, actor);
            // Revoked before this session could be told of it.
            session.check_token(ctx);
        }));
    }

    fn join(&mut self, ctx: &mut Ctx) {
        self.subscriptions += 1;
        let enter = self.place.enter(self.subscriptions, Rc::new(Voice));
        ctx.spawn(enter.into_actor(self).map(|entered, session, ctx| match entered {
            Ok(entered) => {
                if session.place.entered(entered) {
                    session.ask_rights(ctx);
                }
                session.be_here(ctx);
                session.hand_over(ctx);
            }
            Err(why) => session.turned_away(&why, ctx),
        }));
    }

    fn turned_away(&mut self, why: &Refused, ctx: &mut Ctx) {
        let code = if why.code == "not_found" { CloseCode::NotFound } else { CloseCode::TryLater };
        self.close(code, &why.message, ctx);
    }

    fn be_here(&mut self, ctx: &mut Ctx) {
        let here = self.place.be_here(ctx.address().recipient());
        ctx.spawn(here.into_actor(self).map(|here, session, _| {
            if let Some((seat, project)) = here {
                session.place.is_here(seat, project);
            }
        }));
    }
}

// --- what the client sends ---

impl StreamHandler<Incoming> for StockActor {
    fn handle(&mut self, incoming: Incoming, ctx: &mut Ctx) {
        let _handling = handling!("stock", "Incoming");
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
        let what = match Message::decode(frame) {
            Ok(Message::Step1(vector)) => RoomInput::Step1(vector),
            Ok(Message::Step2(bytes) | Message::Update(bytes)) => {
                self.seq += 1;
                RoomInput::Update { seq: Some(self.seq), bytes }
            }
            Ok(Message::Awareness(bytes)) => RoomInput::Awareness(bytes),
            Ok(Message::QueryAwareness) => RoomInput::QueryAwareness,
            // The server's to say, and kinds of a later version.
            Ok(Message::Denied(_) | Message::Unknown(_)) => return,
            Err(error) => return self.close(CloseCode::BadFrame, &format!("not a y-protocols message: {error}"), ctx),
        };
        let backlog = self.place.give(what, &self.config);
        self.after(backlog, ctx);
    }

    fn hand_over(&mut self, ctx: &mut Ctx) {
        let backlog = self.place.hand_over();
        self.after(backlog, ctx);
    }

    fn after(&mut self, backlog: Backlog, ctx: &mut Ctx) {
        match backlog {
            Backlog::Fine => {}
            Backlog::Busy if std::mem::replace(&mut self.again_planned, true) => {}
            Backlog::Busy => {
                ctx.run_later(AGAIN, |session, ctx| {
                    session.again_planned = false;
                    session.hand_over(ctx);
                });
            }
            Backlog::Overfull => self.close(CloseCode::TryLater, "the room is overloaded (max_backlog)", ctx),
        }
    }
}

// --- what happens in the room ---

impl Handler<RoomEvent> for StockActor {
    type Result = ();

    fn handle(&mut self, event: RoomEvent, ctx: &mut Ctx) {
        let _handling = handling!("stock", "RoomEvent");
        if event.subscription != self.place.seat().subscription {
            return;
        }
        match event.news {
            RoomNews::Joined(joined) => {
                self.place.joined(joined.task.read_only.is_some());
                self.hand_over(ctx);
            }
            RoomNews::Lost => {
                self.place.lost();
                self.join(ctx);
            }
            RoomNews::Out { close, why } => self.close(close.unwrap_or(CloseCode::TryLater), &why.message, ctx),
            news if voice::is_resync_due(&news) => self.plan_resync(ctx),
            _ => {}
        }
    }
}

impl StockActor {
    /// The provider keeps no edits of its own account: what was refused would be missing until it connects anew.
    fn plan_resync(&mut self, ctx: &mut Ctx) {
        let Some(wait) = self.place.plan_resync() else { return };
        ctx.run_later(wait, |session, ctx| {
            let backlog = session.place.give(RoomInput::AskStep1, &session.config);
            session.after(backlog, ctx);
        });
    }
}

// --- rights ---

impl Handler<UserEvent> for StockActor {
    type Result = ();

    fn handle(&mut self, event: UserEvent, ctx: &mut Ctx) {
        let _handling = handling!("stock", "UserEvent");
        match event {
            UserEvent::RecheckRights(project) if project.is_none_or(|project| self.place.is_of(project)) => self.ask_rights(ctx),
            UserEvent::CheckToken => self.check_token(ctx),
            UserEvent::Lost => self.attach(ctx),
            UserEvent::RecheckRights(_) | UserEvent::Lease { .. } | UserEvent::Notified(_) => {}
        }
    }
}

impl StockActor {
    fn check_token(&self, ctx: &mut Ctx) {
        if self.place.is_void() {
            self.close(CloseCode::Unauthorized, REVOKED, ctx);
        }
    }

    fn ask_rights(&mut self, ctx: &mut Ctx) {
        let ask = self.place.ask_rights();
        ctx.spawn(ask.into_actor(self).map(|(asked, record), session, ctx| match session.place.apply_rights(asked, record) {
            Standing::Told | Standing::Overtaken => {}
            Standing::Ended => session.close(CloseCode::NotFound, "you may no longer see this document", ctx),
            Standing::Unknown => {
                ctx.run_later(ASK_AGAIN, Self::ask_rights);
            }
        }));
    }
}

impl Handler<Alarm> for StockActor {
    type Result = ();

    fn handle(&mut self, alarm: Alarm, ctx: &mut Ctx) {
        let _handling = handling!("stock", "Alarm");
        match alarm {
            Alarm::Deadline => self.close(CloseCode::TokenExpired, "the token ran out", ctx),
            // An awareness update about nobody: the provider hangs up after 30 silent seconds, and does not see pings.
            Alarm::Silent => {
                let mut framer = Framer::default();
                voice::say(&mut framer, &[], &[yjs::AWARENESS], &[0]);
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
        let _handling = handling!("stock", "SessionCommand");
        match command {
            SessionCommand::Goodbye => self.close(CloseCode::Restart, "the server restarts", ctx),
            SessionCommand::Probe => {}
        }
    }
}

impl StockActor {
    fn close(&self, code: CloseCode, reason: &str, ctx: &mut Ctx) {
        self.outbox.close(code, reason);
        ctx.stop();
    }
}
