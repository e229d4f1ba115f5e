//! How y-websocket says what happens in a room: one message, one frame, because the provider reads no second one.

use bytes::Bytes;
use tandem_protocol::{ws::varint::write_uint, yjs};

use crate::{
    room::{Refused, RoomNews},
    session::{Framer, Share, Speaker},
};

pub struct Voice;

impl Speaker for Voice {
    fn share(&self) -> Share {
        Share::Yjs
    }

    fn speak(&self, news: &RoomNews, out: &mut Framer) {
        match news {
            RoomNews::Joined(joined) => {
                say(out, &[], &[yjs::SYNC, yjs::STEP_1], &joined.task.state_vector.0);
                if !joined.sync.is_empty() {
                    say_edits(out, &[], &[yjs::SYNC, yjs::STEP_2], &joined.sync);
                }
                for states in &joined.awareness {
                    say(out, &[], &[yjs::AWARENESS], states);
                }
                if let Some(reason) = &joined.task.read_only {
                    deny(out, &Refused::read_only(reason).message);
                }
                if !joined.task.durable {
                    tell_durability(out, false);
                }
            }
            RoomNews::Durability(durable) => tell_durability(out, *durable),
            RoomNews::Rights { read_only: Some(reason), .. } => deny(out, &Refused::read_only(reason).message),
            RoomNews::Refused { why, .. } => deny(out, &why.message),
            RoomNews::Diff { bytes, .. } => say_edits(out, &[], &[yjs::SYNC, yjs::STEP_2], bytes),
            other => say_shared(out, &[], other),
        }
    }

    fn concerns_session(&self, news: &RoomNews) -> bool {
        matches!(news, RoomNews::Joined(_) | RoomNews::Lost | RoomNews::Out { .. }) || is_resync_due(news)
    }
}

/// An edit was refused that may be taken later: its sender keeps none, so it must be asked for all it has.
pub fn is_resync_due(news: &RoomNews) -> bool {
    matches!(news, RoomNews::Refused { seq: Some(_), why } if why.retryable)
}

/// What both stock dialects say in the same words, behind an address or none.
pub fn say_shared(out: &mut Framer, address: &[u8], news: &RoomNews) {
    match news {
        RoomNews::Update(bytes) => say_edits(out, address, &[yjs::SYNC, yjs::UPDATE], bytes),
        RoomNews::Lacks(vector) => say(out, address, &[yjs::SYNC, yjs::STEP_1], vector),
        RoomNews::Awareness(bytes) => say(out, address, &[yjs::AWARENESS], bytes),
        RoomNews::AskAwareness => out.binary(&[address, &[yjs::QUERY_AWARENESS]]),
        // Said by each in its own way, or by the session itself, or part of our own protocol.
        RoomNews::Joined(_)
        | RoomNews::Diff { .. }
        | RoomNews::Refused { .. }
        | RoomNews::Rights { .. }
        | RoomNews::Lost
        | RoomNews::Out { .. }
        | RoomNews::Ack(_)
        | RoomNews::Ghost { .. }
        | RoomNews::GhostsReset(_)
        | RoomNews::Cursors(_)
        | RoomNews::Presence(_)
        | RoomNews::Task { .. }
        | RoomNews::Durability(_)
        | RoomNews::Linked(_) => {}
    }
}

/// What stock clients are told when edits do not reach the disk any more, and when they do again.
#[must_use]
pub fn durability(durable: bool) -> &'static str {
    if durable { r#"{"type":"durability","durable":true}"# } else { r#"{"type":"durability","durable":false}"# }
}

/// Providers read over it; whoever wants to know takes the place of their handler of `AUTH`.
fn tell_durability(out: &mut Framer, durable: bool) {
    say(out, &[], &[yjs::AUTH, yjs::TOLD], durability(durable).as_bytes());
}

/// `permission denied` of y-protocols' auth: the provider logs it.
fn deny(out: &mut Framer, reason: &str) {
    say(out, &[], &[yjs::AUTH, 0], reason.as_bytes());
}

pub fn say(out: &mut Framer, address: &[u8], head: &[u8], bytes: &[u8]) {
    out.binary(&[address, head, &length(bytes), bytes]);
}

/// The same, of what may be large.
pub fn say_edits(out: &mut Framer, address: &[u8], head: &[u8], bytes: &Bytes) {
    out.carrying(&[address, head, &length(bytes)], bytes);
}

fn length(bytes: &[u8]) -> Vec<u8> {
    let mut length = Vec::with_capacity(9);
    write_uint(&mut length, bytes.len() as u64);
    length
}
