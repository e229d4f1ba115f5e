//! What the client sends: frames put together, counted, decoded and handed on.

use actix::{ActorContext, StreamHandler};
use actix_http::ws::{Item, Message, ProtocolError};
use bytes::{Bytes, BytesMut};
use chrono::Utc;
use tandem_domain::permission::Action;
use tandem_protocol::ws::{ClientControl, ClientFrame, ClientHot, CloseCode, Pong};
use tokio::time::Instant;

use super::{Ctx, SessionActor};
use crate::{room::Refused, task::RoomInput};

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
    pub(super) fn message(&mut self, message: Message, ctx: &mut Ctx) {
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

    pub(super) fn piece(&mut self, item: Item, ctx: &mut Ctx) {
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

    pub(super) fn text(&mut self, text: &str, ctx: &mut Ctx) {
        let frame = ClientFrame::decode_text(self.subprotocol, text);
        self.decoded(frame, ctx);
    }

    pub(super) fn binary(&mut self, bytes: &Bytes, ctx: &mut Ctx) {
        let frame = ClientFrame::decode_binary(self.subprotocol, bytes);
        self.decoded(frame, ctx);
    }

    pub(super) fn decoded(&mut self, frame: Result<ClientFrame, tandem_protocol::ws::DecodeError>, ctx: &mut Ctx) {
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

    pub(super) fn control(&mut self, control: ClientControl, ctx: &mut Ctx) {
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

    pub(super) fn hot(&mut self, hot: ClientHot, ctx: &mut Ctx) {
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
