//! Hot messages: edits, ghosts, cursors, acknowledgements. In `tandem.v1.json` each is one binary frame:
//! a kind byte, the channel as varuint, then the fields below in order; bytes run to the end of the frame.
//!
//! | kind | from | name | fields |
//! |---|---|---|---|
//! | 1 | client | update | seq varuint, Yjs update v1 |
//! | 2 | client | ghost | epoch varuint, Yjs update v1 |
//! | 3 | client | cursor | x4 varint, y4 varint |
//! | 4 | client | cursor_gone | |
//! | 16 | server | sync | Yjs update v1 |
//! | 17 | server | update | Yjs update v1 |
//! | 18 | server | ack | seq varuint |
//! | 19 | server | ghost | epoch varuint, Yjs update v1 |
//! | 20 | server | cursors | per cursor: peer*2+visible varuint, then x4, y4 varint if visible |

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::{
    codec::DecodeError,
    varint::{Reader, write_int, write_uint},
};

/// Hot messages of a client. `x4`, `y4` are quarter image pixels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClientHot {
    /// An edit of the kept document. `seq` grows by one per update on this channel of this connection; the acknowledgement names it.
    Update {
        channel: u32,
        seq: u64,
        bytes: Bytes,
    },
    /// An edit of the ghost document: never kept, never acknowledged.
    Ghost {
        channel: u32,
        epoch: u32,
        bytes: Bytes,
    },
    Cursor {
        channel: u32,
        x4: i32,
        y4: i32,
    },
    /// The pointer left the image.
    CursorGone {
        channel: u32,
    },
}

/// Hot messages of the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ServerHot {
    /// What the client's copy lacked when it subscribed. Sent exactly once per subscription, also when empty.
    Sync {
        channel: u32,
        bytes: Bytes,
    },
    /// Edits of others.
    Update {
        channel: u32,
        bytes: Bytes,
    },
    /// Every update of this channel up to and including `seq` that was not refused is on disk.
    Ack {
        channel: u32,
        seq: u64,
    },
    Ghost {
        channel: u32,
        epoch: u32,
        bytes: Bytes,
    },
    /// The newest position of each cursor that moved.
    Cursors {
        channel: u32,
        cursors: Vec<CursorAt>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CursorAt {
    pub peer: u32,
    /// Quarter image pixels; none: the pointer left the image.
    pub at: Option<(i32, i32)>,
}

const UPDATE: u8 = 1;
const GHOST: u8 = 2;
const CURSOR: u8 = 3;
const CURSOR_GONE: u8 = 4;
const SERVER_SYNC: u8 = 16;
const SERVER_UPDATE: u8 = 17;
const SERVER_ACK: u8 = 18;
const SERVER_GHOST: u8 = 19;
const SERVER_CURSORS: u8 = 20;

fn frame(kind: u8, channel: u32, payload: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(payload + 16);
    out.push(kind);
    write_uint(&mut out, channel.into());
    out
}

impl ClientHot {
    /// Bytes of the document it carries.
    pub(super) fn payload(&self) -> usize {
        match self {
            Self::Update { bytes, .. } | Self::Ghost { bytes, .. } => bytes.len(),
            _ => 0,
        }
    }

    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Update { channel, seq, bytes } => {
                let mut out = frame(UPDATE, *channel, bytes.len());
                write_uint(&mut out, *seq);
                out.extend_from_slice(bytes);
                out
            }
            Self::Ghost { channel, epoch, bytes } => {
                let mut out = frame(GHOST, *channel, bytes.len());
                write_uint(&mut out, (*epoch).into());
                out.extend_from_slice(bytes);
                out
            }
            Self::Cursor { channel, x4, y4 } => {
                let mut out = frame(CURSOR, *channel, 0);
                write_int(&mut out, *x4);
                write_int(&mut out, *y4);
                out
            }
            Self::CursorGone { channel } => frame(CURSOR_GONE, *channel, 0),
        }
    }

    pub fn decode(frame: &Bytes) -> Result<Self, DecodeError> {
        let mut r = Reader::new(frame);
        let kind = r.byte()?;
        let channel = r.uint32()?;
        match kind {
            UPDATE => Ok(Self::Update { channel, seq: r.uint()?, bytes: frame.slice_ref(r.rest()) }),
            GHOST => Ok(Self::Ghost { channel, epoch: r.uint32()?, bytes: frame.slice_ref(r.rest()) }),
            CURSOR => Ok(Self::Cursor { channel, x4: r.int()?, y4: r.int()? }),
            CURSOR_GONE => Ok(Self::CursorGone { channel }),
            other => Err(DecodeError::UnknownKind(other)),
        }
    }
}

impl ServerHot {
    /// Bytes of the document it carries.
    pub(super) fn payload(&self) -> usize {
        match self {
            Self::Sync { bytes, .. } | Self::Update { bytes, .. } | Self::Ghost { bytes, .. } => bytes.len(),
            _ => 0,
        }
    }

    /// Its kind and what comes before its content, with room for so many bytes more.
    pub(super) fn head(&self, room: usize) -> Vec<u8> {
        let (kind, channel) = match self {
            Self::Sync { channel, .. } => (SERVER_SYNC, *channel),
            Self::Update { channel, .. } => (SERVER_UPDATE, *channel),
            Self::Ack { channel, .. } => (SERVER_ACK, *channel),
            Self::Ghost { channel, .. } => (SERVER_GHOST, *channel),
            Self::Cursors { channel, .. } => (SERVER_CURSORS, *channel),
        };
        let mut head = frame(kind, channel, room);
        if let Self::Ghost { epoch, .. } = self {
            write_uint(&mut head, (*epoch).into());
        }
        head
    }

    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Sync { bytes, .. } | Self::Update { bytes, .. } | Self::Ghost { bytes, .. } => {
                let mut out = self.head(bytes.len());
                out.extend_from_slice(bytes);
                out
            }
            Self::Ack { seq, .. } => {
                let mut out = self.head(0);
                write_uint(&mut out, *seq);
                out
            }
            Self::Cursors { cursors, .. } => {
                let mut out = self.head(cursors.len() * 8);
                for cursor in cursors {
                    write_uint(&mut out, u64::from(cursor.peer) << 1 | u64::from(cursor.at.is_some()));
                    if let Some((x4, y4)) = cursor.at {
                        write_int(&mut out, x4);
                        write_int(&mut out, y4);
                    }
                }
                out
            }
        }
    }

    pub fn decode(frame: &Bytes) -> Result<Self, DecodeError> {
        let mut r = Reader::new(frame);
        let kind = r.byte()?;
        let channel = r.uint32()?;
        match kind {
            SERVER_SYNC => Ok(Self::Sync { channel, bytes: frame.slice_ref(r.rest()) }),
            SERVER_UPDATE => Ok(Self::Update { channel, bytes: frame.slice_ref(r.rest()) }),
            SERVER_ACK => Ok(Self::Ack { channel, seq: r.uint()? }),
            SERVER_GHOST => Ok(Self::Ghost { channel, epoch: r.uint32()?, bytes: frame.slice_ref(r.rest()) }),
            SERVER_CURSORS => {
                let mut cursors = Vec::new();
                while !r.is_empty() {
                    let head = r.uint()?;
                    let peer = u32::try_from(head >> 1).map_err(|_| DecodeError::NumberTooBig)?;
                    let at = if head & 1 == 1 { Some((r.int()?, r.int()?)) } else { None };
                    cursors.push(CursorAt { peer, at });
                }
                Ok(Self::Cursors { channel, cursors })
            }
            other => Err(DecodeError::UnknownKind(other)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_costs_at_most_ten_bytes() {
        let one = |cursors| ServerHot::Cursors { channel: 1, cursors }.encode().len();
        let far = CursorAt { peer: 1000, at: Some((4 * 16_000, 4 * 16_000)) };
        assert!(one(vec![far; 2]) - one(vec![far]) <= 10);
    }

    #[test]
    fn server_frames_come_back() {
        for message in [
            ServerHot::Sync { channel: 300, bytes: Bytes::new() },
            ServerHot::Update { channel: 1, bytes: Bytes::from_static(b"abc") },
            ServerHot::Ack { channel: 2, seq: 1 << 40 },
            ServerHot::Ghost { channel: 7, epoch: 9, bytes: Bytes::from_static(b"\0") },
            ServerHot::Cursors { channel: 1, cursors: vec![CursorAt { peer: 3, at: None }, CursorAt { peer: 4, at: Some((-1, 70_000)) }] },
        ] {
            assert_eq!(ServerHot::decode(&message.encode().into()), Ok(message));
        }
    }

    #[test]
    fn client_frames_come_back() {
        for message in [
            ClientHot::Update { channel: 1, seq: 5, bytes: Bytes::from_static(b"abc") },
            ClientHot::Ghost { channel: 7, epoch: 9, bytes: Bytes::from_static(b"\0") },
            ClientHot::Cursor { channel: 1, x4: -5, y4: 9_000 },
            ClientHot::CursorGone { channel: 4_000_000_000 },
        ] {
            assert_eq!(ClientHot::decode(&message.encode().into()), Ok(message));
        }
    }

    proptest::proptest! {
        #[test]
        fn garbage_never_panics(bytes: Vec<u8>) {
            let bytes = Bytes::from(bytes);
            let _ = ClientHot::decode(&bytes);
            let _ = ServerHot::decode(&bytes);
        }
    }
}
