//! The one place where messages become frames, for both subprotocols. bincode 2 is no longer maintained
//! (docs/decisions says why we keep it): it is used in this file and nowhere else.

use bytes::Bytes;
use serde::{
    Deserialize, Serialize,
    de::{
        DeserializeOwned,
        value::{Error as ValueError, StrDeserializer},
    },
};

use super::{ClientControl, ClientControlJson, ClientHot, ServerControl, ServerControlJson, ServerHot, TopicKind};

/// How a connection speaks, chosen by `Sec-WebSocket-Protocol`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subprotocol {
    Json,
    Bincode,
}

impl Subprotocol {
    pub const ALL: [Self; 2] = [Self::Json, Self::Bincode];

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "tandem.v1.json",
            Self::Bincode => "tandem.v1.bincode",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.name() == name)
    }
}

/// Anything a client may send.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ClientFrame {
    Control(ClientControl),
    Hot(ClientHot),
}

/// Anything the server may send.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ServerFrame {
    Control(ServerControl),
    Hot(ServerHot),
}

/// A WebSocket message's content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Encoded {
    Text(String),
    Binary(Bytes),
}

impl Encoded {
    /// Bytes of payload.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Binary(bytes) => bytes.len(),
        }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    #[error("the frame ends in the middle of a field")]
    Truncated,
    #[error("a number is too big for its field")]
    NumberTooBig,
    #[error("unknown frame kind {0}")]
    UnknownKind(u8),
    #[error("a text is not UTF-8")]
    NotUtf8,
    #[error("a document's name may have 1 to {max} bytes, this one has {size}")]
    DocumentName { size: usize, max: usize },
    /// A message that is well formed and says something this release has no word for: its sender may be newer.
    #[error("unknown {field} \"{word}\"")]
    UnknownWord { channel: Option<u32>, field: &'static str, word: String },
    #[error("{0}")]
    Json(String),
    #[error("{0}")]
    Bincode(String),
    #[error("text frames are not part of tandem.v1.bincode")]
    UnexpectedText,
}

/// Bound on what bincode may allocate while decoding; the connection's own frame limit is lower.
const BINCODE_LIMIT: usize = 64 * 1024 * 1024;

/// So much of an unknown word is repeated.
const MAX_WORD: usize = 40;

/// What a hot message has before its payload, at most.
const HEAD: usize = 32;

fn bincode_config() -> impl bincode::config::Config {
    bincode::config::standard().with_limit::<BINCODE_LIMIT>()
}

/// `payload`: what it carries as it is. A whole document in a Vec that grows would be copied several times, each time into fresh memory.
fn to_bincode<T: Serialize>(value: &T, payload: usize) -> Encoded {
    let mut out = Vec::with_capacity(payload + HEAD);
    write_body(value, &mut out);
    Encoded::Binary(out.into())
}

fn from_bincode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, DecodeError> {
    let (value, read) = bincode::serde::decode_from_slice(bytes, bincode_config()).map_err(|e| DecodeError::Bincode(e.to_string()))?;
    if read == bytes.len() { Ok(value) } else { Err(DecodeError::Bincode(format!("{} bytes after the message", bytes.len() - read))) }
}

/// A message, after whatever is in `out`.
pub(crate) fn write_body<T: Serialize>(value: &T, out: &mut Vec<u8>) {
    // Our types hold nothing bincode cannot write (no maps without length, no untagged enums), and a Vec takes it: this cannot fail.
    let _ = bincode::serde::encode_into_std_write(value, out, bincode_config());
}

/// Reads a body and lets whatever comes after it be: a newer node may have more to say.
pub(crate) fn read_body<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, DecodeError> {
    bincode::serde::decode_from_slice(bytes, bincode_config()).map(|(value, _)| value).map_err(|e| DecodeError::Bincode(e.to_string()))
}

fn to_json<T: Serialize>(value: &T) -> Encoded {
    Encoded::Text(serde_json::to_string(value).unwrap_or_default())
}

/// `knows`: whether there is a message of this `type`.
fn from_json<T: DeserializeOwned>(text: &str, knows: fn(&str) -> bool) -> Result<T, DecodeError> {
    serde_json::from_str(text).map_err(|e| unknown_word(text, knows).unwrap_or_else(|| DecodeError::Json(e.to_string())))
}

/// Of a message that could not be read: the word that a newer release might know.
fn unknown_word(text: &str, knows: fn(&str) -> bool) -> Option<DecodeError> {
    #[derive(Deserialize)]
    struct Outline {
        r#type: String,
        channel: Option<u32>,
        topic: Option<Subject>,
    }
    #[derive(Deserialize)]
    struct Subject {
        kind: String,
    }
    let Outline { r#type, channel, topic } = serde_json::from_str(text).ok()?;
    let known_topic = |kind: &str| TopicKind::deserialize(StrDeserializer::<ValueError>::new(kind)).is_ok();
    let (field, mut word) = match topic {
        _ if !knows(&r#type) => ("type", r#type),
        Some(topic) if !known_topic(&topic.kind) => ("topic.kind", topic.kind),
        _ => return None,
    };
    word.truncate(word.floor_char_boundary(MAX_WORD));
    Some(DecodeError::UnknownWord { channel, field, word })
}

macro_rules! codec {
    ($frame:ident, $json:ident, $hot:ident) => {
        impl $frame {
            /// Bytes it carries as they are.
            fn payload(&self) -> usize {
                match self {
                    Self::Hot(message) => message.payload(),
                    Self::Control(_) => 0,
                }
            }

            #[must_use]
            pub fn encode(&self, subprotocol: Subprotocol) -> Encoded {
                match (subprotocol, self) {
                    (Subprotocol::Bincode, frame) => to_bincode(frame, frame.payload()),
                    (Subprotocol::Json, Self::Control(message)) => to_json(&$json::from(message.clone())),
                    (Subprotocol::Json, Self::Hot(message)) => Encoded::Binary(message.encode().into()),
                }
            }

            pub fn decode_text(subprotocol: Subprotocol, text: &str) -> Result<Self, DecodeError> {
                match subprotocol {
                    Subprotocol::Bincode => Err(DecodeError::UnexpectedText),
                    Subprotocol::Json => from_json::<$json>(text, $json::knows).map(|message| Self::Control(message.into())),
                }
            }

            pub fn decode_binary(subprotocol: Subprotocol, bytes: &Bytes) -> Result<Self, DecodeError> {
                match subprotocol {
                    Subprotocol::Bincode => from_bincode(bytes),
                    Subprotocol::Json => $hot::decode(bytes).map(Self::Hot),
                }
            }
        }
    };
}

/// Where [`ServerFrame`] has its hot messages.
const HOT: u32 = 1;

impl ServerHot {
    /// What stands before the document's bytes in a message that carries them, and these: put together they are what
    /// [`ServerFrame::encode`] makes, without a copy of the bytes. None: it carries none.
    #[must_use]
    pub fn parts(&self, subprotocol: Subprotocol) -> Option<(Vec<u8>, &Bytes)> {
        // The number: which variant it is.
        let (number, channel, epoch, bytes) = match self {
            Self::Sync { channel, bytes } => (0u32, channel, None, bytes),
            Self::Update { channel, bytes } => (1, channel, None, bytes),
            Self::Ghost { channel, epoch, bytes } => (3, channel, Some(epoch), bytes),
            Self::Ack { .. } | Self::Cursors { .. } => return None,
        };
        if subprotocol == Subprotocol::Json {
            return Some((self.head(0), bytes));
        }
        let mut head = Vec::with_capacity(HEAD);
        write_body(&(HOT, number, channel), &mut head);
        if let Some(epoch) = epoch {
            write_body(epoch, &mut head);
        }
        write_body(&(bytes.len() as u64), &mut head);
        Some((head, bytes))
    }
}

codec!(ClientFrame, ClientControlJson, ClientHot);
codec!(ServerFrame, ServerControlJson, ServerHot);

macro_rules! into_frame {
    ($($from:ident => $frame:ident :: $variant:ident),+ $(,)?) => {$(
        impl From<$from> for $frame {
            fn from(message: $from) -> Self {
                Self::$variant(message)
            }
        }
    )+};
}

into_frame!(
    ClientControl => ClientFrame::Control,
    ClientHot => ClientFrame::Hot,
    ServerControl => ServerFrame::Control,
    ServerHot => ServerFrame::Hot,
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ws::{Base64, ErrorMessage, Hello, Subscribe, Topic, TopicKind};

    fn round_trip(frame: &ClientFrame) {
        for subprotocol in Subprotocol::ALL {
            let back = match frame.encode(subprotocol) {
                Encoded::Text(text) => ClientFrame::decode_text(subprotocol, &text),
                Encoded::Binary(bytes) => ClientFrame::decode_binary(subprotocol, &bytes),
            };
            assert_eq!(back.as_ref(), Ok(frame), "{subprotocol:?}");
        }
    }

    #[test]
    fn client_frames_come_back_in_both_subprotocols() {
        round_trip(&ClientFrame::Control(Hello { token: "t".into(), client: "c".into(), resume: None }.into()));
        round_trip(&ClientFrame::Control(
            Subscribe {
                channel: 3,
                topic: Topic { kind: TopicKind::Task, id: uuid::Uuid::now_v7() },
                lineage: Some(crate::LineageId::new()),
                state_vector: Some(Base64(vec![0, 1, 255])),
            }
            .into(),
        ));
        round_trip(&ClientFrame::Hot(ClientHot::Update { channel: 3, seq: 1, bytes: Bytes::from_static(b"xyz") }));
    }

    #[test]
    fn an_error_looks_like_this_in_json() {
        let frame = ServerFrame::Control(ServerControl::Error(ErrorMessage {
            channel: Some(1),
            seq: None,
            code: "forbidden".into(),
            message: "no".into(),
            retryable: false,
            field: None,
            rule: None,
        }));
        let Encoded::Text(text) = frame.encode(Subprotocol::Json) else { panic!("control messages are text") };
        assert!(text.starts_with(r#"{"type":"error","channel":1"#), "{text}");
    }

    #[test]
    fn optional_fields_may_be_left_out_in_json() {
        let text = r#"{"type":"subscribe","channel":1,"topic":{"kind":"project","id":"0192f0c1-0000-7000-8000-000000000000"}}"#;
        assert!(ClientFrame::decode_text(Subprotocol::Json, text).is_ok());
    }

    #[test]
    fn a_document_sent_in_parts_is_the_same_message() {
        for bytes in [Bytes::new(), Bytes::from(vec![7; 250]), Bytes::from(vec![9; 70_000])] {
            for channel in [0, 200, 300, 70_000, u32::MAX] {
                let of = |hot: ServerHot| {
                    for subprotocol in Subprotocol::ALL {
                        let Encoded::Binary(whole) = ServerFrame::Hot(hot.clone()).encode(subprotocol) else { panic!("{hot:?}") };
                        let (head, carried) = hot.parts(subprotocol).unwrap();
                        assert_eq!([&head, &carried[..]].concat(), whole, "{subprotocol:?} {hot:?}");
                    }
                };
                of(ServerHot::Sync { channel, bytes: bytes.clone() });
                of(ServerHot::Update { channel, bytes: bytes.clone() });
                of(ServerHot::Ghost { channel, epoch: channel, bytes: bytes.clone() });
            }
        }
    }

    #[test]
    fn a_word_of_a_newer_release_is_told_apart_from_garbage() {
        let read = |text: &str| ClientFrame::decode_text(Subprotocol::Json, text).unwrap_err();
        let unknown = |channel, field, word: &str| DecodeError::UnknownWord { channel, field, word: word.into() };
        assert_eq!(read(r#"{"type":"applaud","channel":7,"loud":true}"#), unknown(Some(7), "type", "applaud"));
        let topic = r#"{"type":"subscribe","channel":1,"topic":{"kind":"weather","id":"0192f0c1-0000-7000-8000-000000000000"}}"#;
        assert_eq!(read(topic), unknown(Some(1), "topic.kind", "weather"));
        assert_eq!(read(&format!(r#"{{"type":"{}"}}"#, "ü".repeat(100))), unknown(None, "type", &"ü".repeat(MAX_WORD / 2)));
        for garbage in ["", "{}", r#"{"type":1}"#, r#"{"type":"ping"}"#, r#"{"type":"subscribe","channel":"x"}"#, "[1,2]"] {
            assert!(matches!(read(garbage), DecodeError::Json(_)), "{garbage}");
        }
    }

    #[test]
    fn trailing_bytes_are_refused() {
        let Encoded::Binary(bytes) = ClientFrame::Hot(ClientHot::CursorGone { channel: 1 }).encode(Subprotocol::Bincode) else { panic!() };
        let mut longer = bytes.to_vec();
        longer.push(0);
        assert!(ClientFrame::decode_binary(Subprotocol::Bincode, &longer.into()).is_err());
    }

    proptest::proptest! {
        #[test]
        fn garbage_never_panics(bytes: Vec<u8>) {
            let bytes = Bytes::from(bytes);
            for subprotocol in Subprotocol::ALL {
                let _ = ClientFrame::decode_binary(subprotocol, &bytes);
                let _ = ServerFrame::decode_binary(subprotocol, &bytes);
            }
        }
    }
}
