//! What the client sends.

use std::sync::Arc;

use actix::AsyncContext;
use bytes::Bytes;
use serde::Deserialize;
use tandem_protocol::{
    hocuspocus::{Address, ClientFrame, ClientMessage, PONG, ServerMessage},
    ws::CloseCode,
    yjs::Message,
};
use tokio::time::Instant;

use super::{
    AGAIN, Ctx, HocuspocusActor,
    documents::{Document, Queued},
};
use crate::{
    measures,
    session::{
        Framer,
        stock::{place::Backlog, voice::durability},
    },
    task::RoomInput,
};

/// Bytes of a stateless message that may be one for us.
const LONGEST_QUESTION: usize = 256;

impl HocuspocusActor {
    pub(super) fn frame(&mut self, frame: &Bytes, ctx: &mut Ctx) {
        match ClientFrame::decode(frame) {
            Ok(ClientFrame::About(address, message)) => self.about(&address, message, ctx),
            // Only who pings gets pongs: older providers take them for a broken name. We have no need to ping.
            Ok(ClientFrame::Ping) => {
                let mut framer = Framer::default();
                framer.binary(&[&[PONG]]);
                self.outbox.put(framer.finish());
            }
            Ok(ClientFrame::Pong) => {}
            Err(error) => self.close(CloseCode::BadFrame, &format!("not a Hocuspocus message: {error}"), ctx),
        }
    }

    fn about(&mut self, address: &Address, message: ClientMessage, ctx: &mut Ctx) {
        match message {
            ClientMessage::Close => {
                // Not answered: by then the client may have opened it again under the same name.
                if let Some(mut document) = self.documents.remove(address) {
                    document.deny();
                }
                return self.plan_deadline();
            }
            ClientMessage::BroadcastStateless => {
                return self.close(CloseCode::BadFrame, "only servers broadcast stateless messages", ctx);
            }
            ClientMessage::Stateless(payload) => return self.stateless(address, &payload),
            ClientMessage::Token { .. } | ClientMessage::Yjs(_) => {}
        }
        if self.documents.get(address).is_none() && !self.admit(address, ctx) {
            return;
        }
        match message {
            ClientMessage::Token { token, version } => self.check_token(address, token, version.as_deref(), ctx),
            ClientMessage::Yjs(message) => self.message(address, message, ctx),
            ClientMessage::Close | ClientMessage::BroadcastStateless | ClientMessage::Stateless(_) => {}
        }
    }

    /// One question is answered; whatever else is for listeners that are not here.
    fn stateless(&mut self, address: &Address, payload: &str) {
        let is_in = self.documents.get(address).and_then(Document::place).is_some_and(|place| place.is_joined());
        if is_in && asks_for_durability(payload) {
            let durable = self.live.inner().journal.status().durable;
            self.say(address, &ServerMessage::Stateless(durability(durable).to_owned()));
        }
    }

    /// A name not heard before.
    fn admit(&mut self, address: &Address, ctx: &mut Ctx) -> bool {
        if self.documents.len() >= self.config.max_channels {
            self.documents.forget_denied();
        }
        if self.documents.len() >= self.config.max_channels {
            measures::limit("max_channels");
            self.close(CloseCode::TryLater, "too many documents on one connection (max_channels)", ctx);
            return false;
        }
        if self.documents.strangers() >= self.config.max_strangers {
            measures::limit("max_strangers");
            self.close(CloseCode::TryLater, "too many documents wait for a good token (max_strangers)", ctx);
            return false;
        }
        self.documents.insert(address, Instant::now() + self.config.hello_deadline);
        self.plan_deadline();
        true
    }

    fn message(&mut self, address: &Address, message: Message, ctx: &mut Ctx) {
        let Some(document) = self.documents.get(address) else { return };
        if document.place().is_some() {
            return self.input(address, message, ctx);
        }
        if let Queued::TooMuch(limit) = document.queue(message, &self.config) {
            measures::limit(limit);
            self.close(CloseCode::BadFrame, &format!("too much was sent before the token was checked ({limit})"), ctx);
        }
    }

    /// From somebody who may be here.
    pub(super) fn input(&mut self, address: &Address, message: Message, ctx: &mut Ctx) {
        let Some(document) = self.documents.get(address) else { return };
        let Some(what) = understood(document, message) else { return };
        let config = Arc::clone(&self.config);
        let backlog = self.documents.get(address).and_then(Document::place).map(|place| place.give(what, &config));
        self.after(backlog.unwrap_or(Backlog::Fine), ctx);
    }

    pub(super) fn after(&mut self, backlog: Backlog, ctx: &mut Ctx) {
        match backlog {
            Backlog::Fine => {}
            Backlog::Busy if std::mem::replace(&mut self.again_planned, true) => {}
            Backlog::Busy => {
                ctx.run_later(AGAIN, |session, ctx| {
                    session.again_planned = false;
                    for address in session.documents.addresses() {
                        session.hand_over(&address, ctx);
                    }
                });
            }
            Backlog::Overfull => self.close(CloseCode::TryLater, "the room is overloaded (max_backlog)", ctx),
        }
    }

    pub(super) fn hand_over(&mut self, address: &Address, ctx: &mut Ctx) {
        let backlog = self.documents.get(address).and_then(Document::place).map(|place| place.hand_over());
        self.after(backlog.unwrap_or(Backlog::Fine), ctx);
    }
}

/// `{"type":"durability"}`.
fn asks_for_durability(payload: &str) -> bool {
    #[derive(Deserialize)]
    struct Question {
        #[serde(rename = "type")]
        kind: String,
    }
    payload.len() <= LONGEST_QUESTION && serde_json::from_str(payload).is_ok_and(|Question { kind }| kind == "durability")
}

/// Edits are numbered, so that each gets its one status.
fn understood(document: &mut Document, message: Message) -> Option<RoomInput> {
    Some(match message {
        Message::Step1(vector) => RoomInput::Step1(vector),
        Message::Step2(bytes) => RoomInput::Update { seq: Some(document.acks.step2()), bytes },
        Message::Update(bytes) => RoomInput::Update { seq: Some(document.acks.update()), bytes },
        Message::Awareness(bytes) => RoomInput::Awareness(bytes),
        Message::QueryAwareness => RoomInput::QueryAwareness,
        // Kinds of servers among themselves, and of later versions.
        Message::Denied(_) | Message::Unknown(_) => return None,
    })
}
