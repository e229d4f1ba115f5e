//! The Hocuspocus provider's protocol, versions 2 to 4: y-protocols with a document's name before each message, so that several
//! documents share a socket, and with authentication in band and acknowledgements.
//!
//! What is told apart by version: 4 names its version behind the token; 4 and later may put `\0` and a session's id behind the
//! document's name; 2 throws in its message handler when it sees `CLOSE`; 2 and 3 take the bare `PING` for a broken name.

use std::fmt;

use bytes::Bytes;

use crate::{
    ws::{DecodeError, varint::Reader},
    yjs::{self, Message, write},
};

pub const AUTH: u8 = 2;
/// Between servers; a client's is not answered.
pub const SYNC_REPLY: u8 = 4;
pub const STATELESS: u8 = 5;
pub const BROADCAST_STATELESS: u8 = 6;
pub const CLOSE: u8 = 7;
pub const SYNC_STATUS: u8 = 8;
pub const PING: u8 = 9;
pub const PONG: u8 = 10;

const TOKEN: u8 = 0;
const DENIED: u8 = 1;
const AUTHENTICATED: u8 = 2;

/// Ours are named by a UUID and at most a short session id. A name is kept for every document of every connection.
pub const MAX_ADDRESS: usize = 256;

/// How a client names a document on its connection. Everything about it must be sent under exactly this name.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address(Bytes);

impl Address {
    fn read(r: &mut Reader<'_>, frame: &Bytes) -> Result<Self, DecodeError> {
        let name = r.var_str()?;
        if name.is_empty() || name.len() > MAX_ADDRESS {
            return Err(DecodeError::DocumentName { size: name.len(), max: MAX_ADDRESS });
        }
        Ok(Self(frame.slice_ref(name.as_bytes())))
    }

    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The document, without what the provider's `sessionAwareness` puts behind it.
    #[must_use]
    pub fn document(&self) -> &str {
        let name = std::str::from_utf8(&self.0).unwrap_or_default();
        name.split_once('\0').map_or(name, |(document, _)| document)
    }

    /// A copy that does not keep the frame it came in.
    #[must_use]
    pub fn detached(&self) -> Self {
        Self(Bytes::copy_from_slice(&self.0))
    }

    /// The name as it stands before every message.
    pub fn encode(&self, out: &mut Vec<u8>) {
        write(out, &[], &self.0);
    }
}

impl From<&str> for Address {
    fn from(name: &str) -> Self {
        Self(Bytes::copy_from_slice(name.as_bytes()))
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&String::from_utf8_lossy(&self.0), f)
    }
}

/// A frame from a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientFrame {
    /// Bare: about the connection.
    Ping,
    Pong,
    About(Address, ClientMessage),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientMessage {
    /// Step 1 and 2, updates, awareness, the question for it, and kinds nobody knows.
    Yjs(Message),
    /// `version`: of the provider, from 4 on.
    Token {
        token: String,
        version: Option<String>,
    },
    Stateless(String),
    /// Only servers may.
    BroadcastStateless,
    Close,
}

impl ClientFrame {
    /// Read a frame. What it holds stays where it is.
    pub fn decode(frame: &Bytes) -> Result<Self, DecodeError> {
        match frame.as_ref() {
            [PING] => return Ok(Self::Ping),
            [PONG] => return Ok(Self::Pong),
            _ => {}
        }
        let mut r = Reader::new(frame);
        let address = Address::read(&mut r, frame)?;
        let kind = r.uint()?;
        let message = match u8::try_from(kind) {
            Ok(AUTH) => Self::auth(&mut r)?,
            Ok(STATELESS) => ClientMessage::Stateless(r.var_str()?.to_owned()),
            Ok(BROADCAST_STATELESS) => ClientMessage::BroadcastStateless,
            Ok(CLOSE) => ClientMessage::Close,
            _ => ClientMessage::Yjs(Message::decode_kind(kind, &mut r, frame)?),
        };
        Ok(Self::About(address, message))
    }

    fn auth(r: &mut Reader<'_>) -> Result<ClientMessage, DecodeError> {
        match u8::try_from(r.uint()?) {
            Ok(TOKEN) => {}
            other => return Err(DecodeError::UnknownKind(other.unwrap_or(u8::MAX))),
        }
        let token = r.var_str()?.to_owned();
        let version = if r.is_empty() { None } else { Some(r.var_str()?.to_owned()) };
        Ok(ClientMessage::Token { token, version })
    }

    /// Append the frame: what a client sends.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let (address, message) = match self {
            Self::Ping => return out.push(PING),
            Self::Pong => return out.push(PONG),
            Self::About(address, message) => (address, message),
        };
        address.encode(out);
        match message {
            ClientMessage::Yjs(message) => message.encode(out),
            ClientMessage::Token { token, version } => {
                write(out, &[AUTH, TOKEN], token.as_bytes());
                if let Some(version) = version {
                    write(out, &[], version.as_bytes());
                }
            }
            ClientMessage::Stateless(payload) => write(out, &[STATELESS], payload.as_bytes()),
            ClientMessage::BroadcastStateless => write(out, &[BROADCAST_STATELESS], &[]),
            ClientMessage::Close => out.push(CLOSE),
        }
    }
}

/// What the server says about a document, behind its address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServerMessage {
    Yjs(Message),
    Authenticated {
        read_only: bool,
    },
    Denied(String),
    /// Send your token again.
    TokenWanted,
    Stateless(String),
    /// Not to version 2, which throws.
    Close(String),
    /// Whether a step 2 or an update was taken: exactly one for each, and when it was, not before it is on disk.
    SyncStatus(bool),
}

impl ServerMessage {
    /// Append the message without its address.
    pub fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Self::Yjs(message) => message.encode(out),
            Self::Authenticated { read_only } => {
                let scope: &[u8] = if *read_only { b"readonly" } else { b"read-write" };
                write(out, &[AUTH, AUTHENTICATED], scope);
            }
            Self::Denied(reason) => write(out, &[AUTH, DENIED], reason.as_bytes()),
            Self::TokenWanted => out.extend_from_slice(&[AUTH, TOKEN]),
            Self::Stateless(payload) => write(out, &[STATELESS], payload.as_bytes()),
            Self::Close(reason) => write(out, &[CLOSE], reason.as_bytes()),
            Self::SyncStatus(taken) => out.extend_from_slice(&[SYNC_STATUS, u8::from(*taken)]),
        }
    }

    /// The whole frame.
    #[must_use]
    pub fn to_frame(&self, address: &Address) -> Bytes {
        let mut out = Vec::with_capacity(address.as_bytes().len() + 16 + self.payload());
        address.encode(&mut out);
        self.encode(&mut out);
        out.into()
    }

    fn payload(&self) -> usize {
        match self {
            Self::Yjs(message) => message.payload(),
            Self::Denied(text) | Self::Stateless(text) | Self::Close(text) => text.len(),
            Self::Authenticated { .. } | Self::TokenWanted | Self::SyncStatus(_) => 0,
        }
    }

    /// Read a frame as a provider does: for harnesses and tests. None: one that is about the connection.
    pub fn decode(frame: &Bytes) -> Result<Option<(Address, Self)>, DecodeError> {
        if matches!(frame.as_ref(), [PING | PONG]) {
            return Ok(None);
        }
        let mut r = Reader::new(frame);
        let address = Address::read(&mut r, frame)?;
        let kind = r.uint()?;
        let message = match u8::try_from(kind) {
            Ok(AUTH) => match u8::try_from(r.uint()?) {
                Ok(TOKEN) => Self::TokenWanted,
                Ok(DENIED) => Self::Denied(r.var_str()?.to_owned()),
                Ok(AUTHENTICATED) => Self::Authenticated { read_only: r.var_str()? == "readonly" },
                other => return Err(DecodeError::UnknownKind(other.unwrap_or(u8::MAX))),
            },
            Ok(STATELESS) => Self::Stateless(r.var_str()?.to_owned()),
            Ok(CLOSE) => Self::Close(r.var_str()?.to_owned()),
            // A signed number there; its first two values look the same.
            Ok(SYNC_STATUS) => Self::SyncStatus(r.uint()? == 1),
            _ => Self::Yjs(Message::decode_kind(kind, &mut r, frame)?),
        };
        Ok(Some((address, message)))
    }
}

/// The provider's major version, as far as it says.
#[must_use]
pub fn major(version: Option<&str>) -> Option<u32> {
    version?.split('.').next()?.parse().ok()
}

/// Append a message's kind and bytes that were encoded once for many addresses.
pub fn encode_shared(address: &Address, body: &[u8]) -> Bytes {
    let mut out = Vec::with_capacity(address.as_bytes().len() + 4 + body.len());
    address.encode(&mut out);
    out.extend_from_slice(body);
    out.into()
}

/// The kinds that y-protocols and this protocol share have the same numbers.
const _: () = assert!(yjs::AUTH == AUTH && yjs::QUERY_AWARENESS < SYNC_REPLY);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decode(bytes: &[u8]) -> Result<ClientFrame, DecodeError> {
        ClientFrame::decode(&Bytes::copy_from_slice(bytes))
    }

    fn about(message: ClientMessage) -> Result<ClientFrame, DecodeError> {
        Ok(ClientFrame::About("d".into(), message))
    }

    #[test]
    fn messages_look_as_the_provider_writes_them() {
        assert_eq!(decode(b"\x01d\x02\x00\x01t"), about(ClientMessage::Token { token: "t".into(), version: None }));
        let version = Some("4.8.0".to_owned());
        assert_eq!(decode(b"\x01d\x02\x00\x01t\x054.8.0"), about(ClientMessage::Token { token: "t".into(), version }));
        assert_eq!(decode(b"\x01d\x00\x00\x01\x00"), about(ClientMessage::Yjs(Message::Step1(Bytes::from_static(&[0])))));
        assert_eq!(decode(b"\x01d\x05\x02hi"), about(ClientMessage::Stateless("hi".into())));
        assert_eq!(decode(b"\x01d\x06\x02hi"), about(ClientMessage::BroadcastStateless));
        assert_eq!(decode(b"\x01d\x07"), about(ClientMessage::Close));
        assert_eq!(decode(b"\x01d\x63"), about(ClientMessage::Yjs(Message::Unknown(99))));
    }

    #[test]
    fn pings_are_bare_and_a_name_of_nine_bytes_is_none() {
        assert_eq!(decode(&[9]), Ok(ClientFrame::Ping));
        assert_eq!(decode(&[10]), Ok(ClientFrame::Pong));
        assert!(matches!(decode(b"\x09ninebytes\x03"), Ok(ClientFrame::About(..))));
    }

    #[test]
    fn a_document_needs_a_name_and_not_a_long_one() {
        assert_eq!(decode(&[0, 3]), Err(DecodeError::DocumentName { size: 0, max: MAX_ADDRESS }));
        let mut long = vec![0x81, 0x02];
        long.extend([b'a'; 257]);
        long.push(3);
        assert_eq!(decode(&long), Err(DecodeError::DocumentName { size: 257, max: MAX_ADDRESS }));
        assert_eq!(decode(b"\x02\xff\xff\x03"), Err(DecodeError::NotUtf8));
    }

    #[test]
    fn a_session_behind_the_name_is_part_of_the_address_and_not_of_the_document() {
        let Ok(ClientFrame::About(address, _)) = decode(b"\x05doc\x00s\x03") else { panic!("a message") };
        assert_eq!(address.document(), "doc");
        let frame = ServerMessage::SyncStatus(true).to_frame(&address);
        assert_eq!(frame.as_ref(), b"\x05doc\x00s\x08\x01");
    }

    #[test]
    fn the_server_writes_what_the_provider_reads() {
        let frame = |message: ServerMessage| message.to_frame(&"d".into());
        assert_eq!(frame(ServerMessage::Authenticated { read_only: true }).as_ref(), b"\x01d\x02\x02\x08readonly");
        assert_eq!(frame(ServerMessage::Authenticated { read_only: false }).as_ref(), b"\x01d\x02\x02\x0aread-write");
        assert_eq!(frame(ServerMessage::Denied("no".into())).as_ref(), b"\x01d\x02\x01\x02no");
        assert_eq!(frame(ServerMessage::TokenWanted).as_ref(), b"\x01d\x02\x00");
        assert_eq!(frame(ServerMessage::SyncStatus(false)).as_ref(), b"\x01d\x08\x00");
        assert_eq!(frame(ServerMessage::Close("bye".into())).as_ref(), b"\x01d\x07\x03bye");
    }

    #[test]
    fn versions_are_told_by_their_first_number() {
        assert_eq!(major(Some("4.8.0")), Some(4));
        assert_eq!(major(Some("x")), None);
        assert_eq!(major(None), None);
    }

    fn any_address() -> impl Strategy<Value = Address> {
        "[a-z0-9-]{1,36}(\\x00[a-z0-9]{1,12})?".prop_map(|name| Address::from(name.as_str()))
    }

    proptest! {
        #[test]
        fn frames_come_back(address in any_address(), bytes: Vec<u8>, text: String, pick in 0..7u8) {
            let message = match pick {
                0 => ClientMessage::Yjs(Message::Update(bytes.into())),
                1 => ClientMessage::Yjs(Message::Awareness(bytes.into())),
                2 => ClientMessage::Token { token: text, version: None },
                3 => ClientMessage::Token { token: text, version: Some("4.0.0".into()) },
                4 => ClientMessage::Stateless(text),
                5 => ClientMessage::BroadcastStateless,
                _ => ClientMessage::Close,
            };
            let frame = ClientFrame::About(address, message);
            let mut out = Vec::new();
            frame.encode(&mut out);
            prop_assert_eq!(ClientFrame::decode(&out.into()), Ok(frame));
        }

        #[test]
        fn the_servers_come_back(address in any_address(), bytes: Vec<u8>, text: String, flag: bool, pick in 0..7u8) {
            let message = match pick {
                0 => ServerMessage::Yjs(Message::Step2(bytes.into())),
                1 => ServerMessage::Authenticated { read_only: flag },
                2 => ServerMessage::Denied(text),
                3 => ServerMessage::TokenWanted,
                4 => ServerMessage::Stateless(text),
                5 => ServerMessage::Close(text),
                _ => ServerMessage::SyncStatus(flag),
            };
            let frame = message.to_frame(&address);
            prop_assert_eq!(ServerMessage::decode(&frame), Ok(Some((address, message))));
        }

        #[test]
        fn garbage_never_panics(bytes: Vec<u8>) {
            let bytes = Bytes::from(bytes);
            let _ = ClientFrame::decode(&bytes);
            let _ = ServerMessage::decode(&bytes);
        }
    }
}
