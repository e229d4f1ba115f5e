//! A frame's envelope: a version byte, who says it, a running number, a byte for its kind, and its body.
//!
//! ```text
//! version 1 | from 16 | number 8, big end first | kind 1 | body: the fields of the kind, in bincode
//! ```
//!
//! Nodes of neighbouring versions understand each other (docs/decisions/0024): a kind's number is never used for anything else, a kind whose
//! shape must change is a new kind, and a body may only grow at its end.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Event, NodeFrame, NodeId};
use crate::ws::codec::{read_body, write_body};

/// The version this program writes. It reads this one, the one before and, as far as it knows the kinds, the one after.
pub const NODE_VERSION: u8 = 1;
/// Bytes of an encoded frame. An edit has at most a few MiB; those of one commit may have more.
pub const MAX_NODE_FRAME: usize = 32 * 1024 * 1024;

const NUMBER: std::ops::Range<usize> = 17..25;
const KIND: usize = 25;
const BODY: usize = 26;

/// A frame under way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Envelope {
    pub from: NodeId,
    /// Counts the sender's frames of one topic and delivery, from 1.
    pub number: u64,
    pub frame: NodeFrame,
}

/// Why an envelope is skipped. None of these is ever fatal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    #[error("version {0} is not one of ours")]
    Version(u8),
    #[error("frame kind {0} is unknown here")]
    UnknownKind(u8),
    #[error("a frame of {size} bytes; at most {MAX_NODE_FRAME} are read")]
    TooBig { size: usize },
    #[error("{0}")]
    Malformed(String),
}

impl FrameError {
    /// For counting: one of few words.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Version(_) => "version",
            Self::UnknownKind(_) => "unknown_kind",
            Self::TooBig { .. } => "too_big",
            Self::Malformed(_) => "malformed",
        }
    }
}

impl Envelope {
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(BODY + 64);
        out.push(NODE_VERSION);
        out.extend_from_slice(Uuid::from(self.from).as_bytes());
        out.extend_from_slice(&self.number.to_be_bytes());
        write(&self.frame, &mut out);
        out
    }

    /// Gives an encoded envelope another number. Frames are counted where they are put in their order, which must not wait for a big
    /// one to be encoded.
    pub fn renumber(encoded: &mut [u8], number: u64) {
        if let Some(place) = encoded.get_mut(NUMBER) {
            place.copy_from_slice(&number.to_be_bytes());
        }
    }

    pub fn decode(bytes: &[u8]) -> Result<Self, FrameError> {
        if bytes.len() > MAX_NODE_FRAME {
            return Err(FrameError::TooBig { size: bytes.len() });
        }
        let (from, number) = Self::sender(bytes)?;
        let (Some(kind), Some(body)) = (bytes.get(KIND), bytes.get(BODY..)) else { return Err(too_short()) };
        Ok(Self { from, number, frame: read(*kind, body)? })
    }

    /// Who says it and the how manieth it is, also of a kind that is unknown here.
    pub fn sender(bytes: &[u8]) -> Result<(NodeId, u64), FrameError> {
        let version = *bytes.first().ok_or_else(too_short)?;
        // There never was a version 0.
        if !(NODE_VERSION.saturating_sub(1).max(1)..=NODE_VERSION + 1).contains(&version) {
            return Err(FrameError::Version(version));
        }
        let from = bytes.get(1..NUMBER.start).and_then(|id| Uuid::from_slice(id).ok()).ok_or_else(too_short)?;
        let number = bytes.get(NUMBER).and_then(|number| number.try_into().ok()).ok_or_else(too_short)?;
        Ok((from.into(), u64::from_be_bytes(number)))
    }
}

fn too_short() -> FrameError {
    FrameError::Malformed("the envelope ends too soon".into())
}

/// The table of kinds: number, the fields in their order on the wire, and the frame they make.
macro_rules! kinds {
    ($($kind:literal ($($field:ident),*) { $($frame:tt)* })+) => {
        fn write(frame: &NodeFrame, out: &mut Vec<u8>) {
            match frame {
                $($($frame)* => {
                    out.push($kind);
                    write_body(&($($field,)*), out);
                })+
            }
        }

        fn read(kind: u8, body: &[u8]) -> Result<NodeFrame, FrameError> {
            match kind {
                $($kind => {
                    let ($($field,)*) = read_body(body).map_err(|error| FrameError::Malformed(error.to_string()))?;
                    Ok($($frame)*)
                })+
                other => Err(FrameError::UnknownKind(other)),
            }
        }

        #[cfg(test)]
        pub(super) const KINDS: &[u8] = &[$($kind),+];
    };
}

kinds! {
    1 (document, updates) { NodeFrame::Edits { document, updates } }
    4 (people, answer) { NodeFrame::People { people, answer } }
    5 (joined, changed, left) { NodeFrame::Presence { joined, changed, left } }
    6 (cursors) { NodeFrame::Cursors(cursors) }
    7 (ghosts) { NodeFrame::Ghosts(ghosts) }
    8 (states) { NodeFrame::Awareness(states) }
    9 (session, user) { NodeFrame::Resumed { session, user } }
    10 () { NodeFrame::Left }
    32 (people, answer) { NodeFrame::InProject { people, answer } }
    64 (workspace, project, task, status, lease) {
        NodeFrame::Happened(Event::TaskChanged { workspace, project, task, status, lease })
    }
    65 (workspace, user, event, lease) { NodeFrame::Happened(Event::LeaseChanged { workspace, user, event, lease }) }
    66 (workspace, project) { NodeFrame::Happened(Event::ProgressChanged { workspace, project }) }
    67 (workspace, project, user) { NodeFrame::Happened(Event::RightsChanged { workspace, project, user }) }
    68 (workspace, user) { NodeFrame::Happened(Event::TokensRevoked { workspace, user }) }
    69 (workspace, project) { NodeFrame::Happened(Event::JobChanged { workspace, project }) }
    70 (workspace, user, notification) { NodeFrame::Happened(Event::Notified { workspace, user, notification }) }
    128 (load) { NodeFrame::Alive(load) }
    129 () { NodeFrame::Leaving }
}
