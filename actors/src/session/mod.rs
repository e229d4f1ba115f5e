//! Connections: one actor each. [`tandem`] speaks our protocol, [`stock`] that of y-websocket.

mod gate;
mod held;
mod outbox;
pub mod stock;
pub mod tandem;

use std::collections::VecDeque;

use actix::{Actor, StreamHandler};
use actix_http::ws::{Codec, Message, ProtocolError};
use actix_web::error::PayloadError;
use actix_web_actors::ws::WebsocketContext;
use bytes::Bytes;
use futures_util::Stream;

pub use gate::Latch;
pub use outbox::{Body, Outbox};

use crate::{config::SessionConfig, task::RoomInput};
use gate::Gate;

/// Whether more waits for a busy room than may.
fn is_overfull(backlog: &VecDeque<RoomInput>, config: &SessionConfig) -> bool {
    backlog.len() > config.max_backlog || backlog.iter().map(RoomInput::size).sum::<usize>() > config.max_frame * 2
}

/// Runs a session over the bytes of an upgraded request, and returns what to answer.
fn run<A, S>(actor: A, bytes: S, limits: (usize, usize), latch: Latch, outbox: &Outbox) -> Body
where
    A: Actor<Context = WebsocketContext<A>> + StreamHandler<Result<Message, ProtocolError>>,
    S: Stream<Item = Result<Bytes, PayloadError>> + Unpin + 'static,
{
    let (max_frame, max_unauthenticated) = limits;
    let gate = Gate::new(bytes, latch, max_unauthenticated);
    let context = WebsocketContext::with_codec(actor, gate, Codec::new().max_size(max_frame));
    let body = outbox.body();
    actix::spawn(outbox.clone().pump(context));
    body
}
