//! What the client sends: decoded and handed on.

use actix::{ActorContext, StreamHandler};
use tandem_domain::permission::Action;
use tandem_protocol::ws::{ClientControl, ClientFrame, ClientHot, CloseCode, DecodeError};

use super::{Ctx, SessionActor, voice::pong};
use crate::{room::Refused, session::Incoming, task::RoomInput, watchdog::handling};

impl StreamHandler<Incoming> for SessionActor {
    fn handle(&mut self, incoming: Incoming, ctx: &mut Ctx) {
        let _handling = handling!("session", "Incoming");
        match incoming {
            Incoming::Text(text) => self.decoded(ClientFrame::decode_text(self.subprotocol, &text), ctx),
            Incoming::Binary(bytes) => self.decoded(ClientFrame::decode_binary(self.subprotocol, &bytes), ctx),
            Incoming::Closed => self.close(CloseCode::Normal, "", ctx),
            Incoming::Broken(code, reason) => self.close(code, &reason, ctx),
        }
    }

    fn finished(&mut self, ctx: &mut Ctx) {
        ctx.stop();
    }
}

impl SessionActor {
    pub(super) fn decoded(&mut self, frame: Result<ClientFrame, DecodeError>, ctx: &mut Ctx) {
        match frame {
            Ok(ClientFrame::Control(ClientControl::Hello(hello))) => self.hello(hello, ctx),
            Ok(_) if self.who.is_none() => self.close(CloseCode::BadFrame, "the first message must be hello", ctx),
            Ok(ClientFrame::Control(control)) => self.control(control, ctx),
            Ok(ClientFrame::Hot(hot)) => self.hot(hot, ctx),
            // A page may be newer than this node while nodes are replaced: it does without what only newer nodes can do.
            Err(error @ DecodeError::UnknownWord { channel, field, .. }) if self.who.is_some() => {
                self.error(channel, None, Refused::new("unknown_word", error.to_string()).field(field, "unknown_word"));
            }
            Err(error) => {
                let message = error.to_string();
                self.error(None, None, Refused::new("bad_frame", message.clone()).field("frame", "malformed"));
                self.close(CloseCode::BadFrame, &message, ctx);
            }
        }
    }

    pub(super) fn control(&mut self, control: ClientControl, ctx: &mut Ctx) {
        match control {
            // Handled before.
            ClientControl::Hello(_) => {}
            ClientControl::Refresh(refresh) => self.refresh(refresh, ctx),
            ClientControl::Subscribe(subscribe) => self.subscribe(subscribe, ctx),
            ClientControl::Unsubscribe(unsubscribe) => self.unsubscribe(unsubscribe.channel),
            ClientControl::SetPresence(set) => self.set_presence(set.channel, set.state, ctx),
            ClientControl::Ping(ping) => self.send(&pong(ping.t)),
        }
    }

    pub(super) fn hot(&mut self, hot: ClientHot, ctx: &mut Ctx) {
        match hot {
            ClientHot::Update { channel, seq, bytes } => {
                self.input(channel, Some(seq), Action::DocumentWrite, RoomInput::Update { seq: Some(seq), bytes }, ctx);
            }
            ClientHot::Ghost { channel, epoch, bytes } => {
                self.input(channel, None, Action::DocumentWrite, RoomInput::Ghost { epoch, bytes }, ctx);
            }
            ClientHot::Cursor { channel, x4, y4 } => {
                self.point(channel, Some((x4, y4)));
            }
            ClientHot::CursorGone { channel } => self.point(channel, None),
        }
    }
}
