//! Connections: one actor each. [`tandem`] speaks our protocol, [`stock`] that of y-websocket.
//!
//! A session is an actor over four things that every dialect shares: [`Messages`] come in, frames go out through the [`Outbox`],
//! a [`Speaker`] per seat tells the Desk how its dialect says what happens in a room, and [`Alarm`]s of the Desk stand in for timers.

mod door;
mod frame;
mod gate;
mod held;
pub mod hocuspocus;
mod incoming;
mod outbox;
mod pipe;
mod speaker;
pub mod stock;
pub mod tandem;

use std::{cell::RefCell, collections::VecDeque, future::poll_fn, rc::Rc, sync::Arc, time::Duration};

use actix::{Actor, AsyncContext, Context, Handler, StreamHandler};
use bytes::BytesMut;
use tandem_domain::identity::Identity;
use tandem_protocol::{SessionId, ws::CloseCode};
use tandem_store::quota::{Limit, Over, Quotas, Whose};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::timeout,
};

pub use door::{Door, Full, Guest};
pub use frame::{Framer, Frames, close_frame, shorten};
pub use incoming::Incoming;
pub use outbox::{Outbox, Socket};
pub use pipe::{Body, pipe};
pub use speaker::{Share, Speaker};

use crate::{
    config::SessionConfig,
    desk::{self, Alarm},
    measures,
    room::RoomEvent,
    task::RoomInput,
};
use incoming::Messages;

/// After the close frame: how long the peer may take to read what is left, and then to hang up.
const FAREWELL: Duration = Duration::from_secs(10);
const HANG_UP: Duration = Duration::from_secs(2);

/// Whether more waits for a busy room than may.
fn is_overfull(backlog: &VecDeque<RoomInput>, config: &SessionConfig) -> bool {
    let overfull = backlog.len() > config.max_backlog || backlog.iter().map(RoomInput::size).sum::<usize>() > config.max_frame * 2;
    if overfull {
        measures::limit("max_backlog");
    }
    overfull
}

/// The two directions of a connection whose handshake is done.
pub struct Connection<R> {
    pub reader: R,
    pub writer: Socket,
    /// What was read beyond the handshake.
    pub begun: BytesMut,
    /// Its place among the connections; none: it is not counted.
    pub guest: Option<Guest>,
}

impl<R> Connection<R> {
    pub fn new(reader: R, writer: impl AsyncWrite + 'static) -> Self {
        Self { reader, writer: Box::pin(writer), begun: BytesMut::new(), guest: None }
    }
}

/// Runs a session over a connection until it ends: the actor first, then what it left to be written.
fn run<A, R>(id: SessionId, config: &Arc<SessionConfig>, connection: Connection<R>, session: impl FnOnce(Outbox) -> A)
where
    A: Actor<Context = Context<A>> + StreamHandler<Incoming> + Handler<RoomEvent> + Handler<Alarm>,
    R: AsyncRead + Unpin + 'static,
{
    let outbox = Outbox::new(connection.writer, config).of(connection.guest);
    outbox.is_session(id);
    let reader = Rc::new(RefCell::new(connection.reader));
    let messages = Messages::new(Rc::clone(&reader), outbox.clone(), Arc::clone(config)).begin_with(connection.begun);
    let mut context = Context::new();
    context.add_stream(messages);
    let address = context.address();
    let line = desk::open(id, outbox.clone(), address.clone().recipient(), address.recipient(), Arc::clone(config));
    let actor = context.into_future(session(outbox.clone()));
    actix::spawn(async move {
        actor.await;
        drop(line);
        Box::pin(farewell(&outbox, &reader)).await;
    });
}

/// Whoever it is was let in: bounds for strangers no longer apply, those of a person and of their workspace do.
fn admit(outbox: &Outbox, quotas: &Quotas, who: &Identity) -> Result<(), Over> {
    let of_person = quotas.hold(Limit::PersonConnections, Whose::Person(who.user_id()))?;
    let of_workspace = quotas.hold(Limit::WorkspaceConnections, Whose::Workspace(who.workspace_id))?;
    outbox.keep([of_person, of_workspace]);
    outbox.is_of(who);
    outbox.admit();
    Ok(())
}

/// Only closes: for what is refused after the upgrade, because a browser cannot read the answer to a refused one.
pub fn refuse<R: AsyncRead + Unpin + 'static>(connection: Connection<R>, code: CloseCode, reason: &str) {
    let outbox = Outbox::new(connection.writer, &SessionConfig::default()).of(connection.guest);
    outbox.close(code, reason);
    let reader = RefCell::new(connection.reader);
    actix::spawn(async move { farewell(&outbox, &reader).await });
}

/// The close handshake (RFC 6455, 7.1.1): what is left is written, then nothing more, then the peer hangs up. A socket closed
/// while something unread lies in it would throw away what is on its way to the peer.
async fn farewell<R: AsyncRead + Unpin>(outbox: &Outbox, reader: &RefCell<R>) {
    outbox.end();
    // Who does not read in time does not learn why it was closed.
    let written = timeout(FAREWELL, poll_fn(|cx| outbox.poll_write(cx))).await;
    outbox.depart();
    if written.is_err() {
        return;
    }
    let hung_up = async {
        poll_fn(|cx| outbox.poll_shutdown(cx)).await;
        poll_fn(|cx| incoming::poll_discard(reader, cx)).await;
    };
    let _ = timeout(HANG_UP, hung_up).await;
}
