//! A frame's envelope: a version byte, who says it, a running number, and what is said.

use serde::{Deserialize, Serialize};

use super::{NodeFrame, NodeId};

/// The version this program writes. It reads this one and the one before.
pub const NODE_VERSION: u8 = 1;

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
    #[error("{0}")]
    Malformed(String),
}
