//! The WebSocket protocol, version 1. `docs/protocol.md` is its description for people writing clients.
//!
//! Two subprotocols carry the same messages: `tandem.v1.json` (control messages as JSON text, hot ones as the compact
//! binary of [`hot`]) and `tandem.v1.bincode` (every message as one bincode frame, for Rust clients).

mod base64;
mod close;
pub mod codec;
mod control;
pub mod hot;
pub mod varint;

pub use base64::Base64;
pub use close::CloseCode;
pub use codec::{ClientFrame, DecodeError, Encoded, ServerFrame, Subprotocol};
pub use control::*;
pub use hot::{ClientHot, CursorAt, ServerHot};
