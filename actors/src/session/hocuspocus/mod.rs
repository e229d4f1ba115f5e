//! HocuspocusActor: one WebSocket of a Hocuspocus provider, versions 2 to 4, unmodified. Several documents share it, each with a token
//! of its own, sent in band.
//!
//! In: Hocuspocus frames; `RoomEvent`, `UserEvent`; [`Alarm`]s of the Desk. Out: the same frames; `Join`, `Input`, `Leave`, `ChangeRights` to
//! rooms.
//! Timers: deadlines of strangers, ends of tokens and the question for newer ones before; a sign of life.
//! Starts: with an upgrade. Restarts: never. Stops: with its connection.
//!
//! A document that is refused is told so and the connection stays. `SyncStatus(1)` is sent once for each update and each step 2,
//! after the Journal says that it is on disk (`acks`).

mod acks;
mod auth;
mod documents;
mod inbound;
mod rooms;
mod voice;

use std::{sync::Arc, time::Duration};

use actix::{Actor, ActorContext, AsyncContext, Context, Handler, StreamHandler};
use actix_web::error::PayloadError;
use bytes::Bytes;
use futures_util::Stream;
use tandem_protocol::{
    SessionId,
    hocuspocus::{Address, ServerMessage},
    ws::CloseCode,
};
use tokio::{io::AsyncRead, time::Instant};

use super::{Body, Connection, Framer, Incoming, Outbox, pipe, run};
use crate::{
    config::SessionConfig,
    desk::Alarm,
    live::{Live, SessionCommand},
    project::ProjectEvent,
    session::stock::persons::Persons,
    watchdog::handling,
};
use documents::Documents;

const MAILBOX: usize = 2_048;
/// Until busy rooms are tried again.
const AGAIN: Duration = Duration::from_millis(5);
/// An awareness update about nobody, under a name no document has: providers of every version pass over it, and their watchdogs do not.
const SIGN_OF_LIFE: [u8; 4] = [0, 1, 1, 0];

type Ctx = Context<HocuspocusActor>;

pub struct HocuspocusActor {
    live: Live,
    config: Arc<SessionConfig>,
    id: SessionId,
    outbox: Outbox,
    opened: Instant,
    documents: Documents,
    persons: Persons,
    attempts: u64,
    again_planned: bool,
}

/// Start a session over a connection whose handshake is done.
pub fn open<R: AsyncRead + Unpin + 'static>(live: &Live, connection: Connection<R>) {
    let (id, config) = (SessionId::new(), Arc::clone(&live.inner().stock));
    run(id, &config, connection, |outbox| HocuspocusActor {
        live: live.clone(),
        config: Arc::clone(&config),
        id,
        outbox,
        opened: Instant::now(),
        documents: Documents::default(),
        persons: Persons::new(live, id),
        attempts: 0,
        again_planned: false,
    });
}

/// Start a session over a connection in memory. Returns what it writes.
pub fn start<S>(live: &Live, bytes: S) -> Body
where
    S: Stream<Item = Result<Bytes, PayloadError>> + Unpin + 'static,
{
    let (reader, writer, body) = pipe(bytes);
    open(live, Connection::new(reader, writer));
    body
}

impl Actor for HocuspocusActor {
    type Context = Ctx;

    fn started(&mut self, ctx: &mut Ctx) {
        ctx.set_mailbox_capacity(MAILBOX);
        self.live.inner().session_opened(self.id, ctx.address().recipient());
        if self.live.inner().is_turning_away() {
            return self.close(CloseCode::Restart, "the server restarts", ctx);
        }
        self.plan_deadline();
    }

    /// The rooms learn of it when the places are dropped.
    fn stopped(&mut self, _: &mut Ctx) {
        self.live.inner().sessions.remove(&self.id);
    }
}

impl StreamHandler<Incoming> for HocuspocusActor {
    fn handle(&mut self, incoming: Incoming, ctx: &mut Ctx) {
        let _handling = handling!("hocuspocus", "Incoming");
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

impl Handler<Alarm> for HocuspocusActor {
    type Result = ();

    fn handle(&mut self, alarm: Alarm, ctx: &mut Ctx) {
        let _handling = handling!("hocuspocus", "Alarm");
        match alarm {
            Alarm::Deadline => self.on_deadline(ctx),
            Alarm::Silent => {
                let mut framer = Framer::default();
                framer.binary(&[&SIGN_OF_LIFE]);
                self.outbox.put(framer.finish());
            }
            // It has nothing to say unless somebody works; TCP_USER_TIMEOUT ends what is dead.
            Alarm::Unheard => {}
        }
    }
}

impl Handler<ProjectEvent> for HocuspocusActor {
    type Result = ();

    /// Who is on which task is for our own protocol; a crash of the project's actor only makes this person invisible there.
    fn handle(&mut self, _: ProjectEvent, _: &mut Ctx) {}
}

impl Handler<SessionCommand> for HocuspocusActor {
    type Result = ();

    fn handle(&mut self, command: SessionCommand, ctx: &mut Ctx) {
        let _handling = handling!("hocuspocus", "SessionCommand");
        match command {
            SessionCommand::Goodbye => self.close(CloseCode::Restart, "the server restarts", ctx),
            SessionCommand::Probe => {}
        }
    }
}

impl HocuspocusActor {
    fn say(&self, address: &Address, message: &ServerMessage) {
        let mut framer = Framer::default();
        framer.binary(&[&message.to_frame(address)]);
        self.outbox.put(framer.finish());
    }

    fn close(&self, code: CloseCode, reason: &str, ctx: &mut Ctx) {
        self.outbox.close(code, reason);
        ctx.stop();
    }
}
