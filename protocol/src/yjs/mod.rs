//! y-protocols as stock Yjs clients speak it: one message a WebSocket frame, a kind, then its fields.
//!
//! `y-websocket` sends these bare; the Hocuspocus provider puts a document's name before them ([`crate::hocuspocus`]). A provider reads
//! the first message of a frame and ignores what follows, so nobody may ever put two into one.

pub mod awareness;
pub mod json;

use bytes::Bytes;

use crate::ws::{
    DecodeError,
    varint::{Reader, write_uint},
};

pub const SYNC: u8 = 0;
pub const AWARENESS: u8 = 1;
pub const AUTH: u8 = 2;
pub const QUERY_AWARENESS: u8 = 3;
pub const STEP_1: u8 = 0;
pub const STEP_2: u8 = 1;
pub const UPDATE: u8 = 2;
/// A message of `AUTH` that every provider of y-websocket reads over in silence, as it does all of `AUTH` but `DENIED`; of a kind it does not know at all it
/// prints an error. A JSON text follows.
pub const TOLD: u8 = 100;
/// The only message of `AUTH` a provider of y-websocket knows.
const DENIED: u8 = 0;

/// A frame, either way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// The sender's state vector: what does it lack?
    Step1(Bytes),
    /// The answer to it: a Yjs update.
    Step2(Bytes),
    Update(Bytes),
    /// See [`awareness`].
    Awareness(Bytes),
    QueryAwareness,
    /// From the server; the provider logs it.
    Denied(String),
    /// A kind this version does not know: to be ignored.
    Unknown(u64),
}

impl Message {
    /// Read a frame. What it holds stays where it is.
    pub fn decode(frame: &Bytes) -> Result<Self, DecodeError> {
        let mut r = Reader::new(frame);
        let kind = r.uint()?;
        Self::decode_kind(kind, &mut r, frame)
    }

    /// The rest of a message whose kind was read. Kinds above 3 are another protocol's.
    pub(crate) fn decode_kind(kind: u64, r: &mut Reader<'_>, frame: &Bytes) -> Result<Self, DecodeError> {
        match u8::try_from(kind) {
            Ok(SYNC) => {
                let step = r.uint()?;
                let bytes = frame.slice_ref(r.var_bytes()?);
                match u8::try_from(step) {
                    Ok(STEP_1) => Ok(Self::Step1(bytes)),
                    Ok(STEP_2) => Ok(Self::Step2(bytes)),
                    Ok(UPDATE) => Ok(Self::Update(bytes)),
                    _ => Err(DecodeError::UnknownKind(u8::try_from(step).unwrap_or(u8::MAX))),
                }
            }
            Ok(AWARENESS) => Ok(Self::Awareness(frame.slice_ref(r.var_bytes()?))),
            Ok(QUERY_AWARENESS) => Ok(Self::QueryAwareness),
            Ok(AUTH) if r.uint()? == u64::from(DENIED) => Ok(Self::Denied(r.var_str()?.to_owned())),
            _ => Ok(Self::Unknown(kind)),
        }
    }

    /// Append the frame.
    pub fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Self::Step1(bytes) => write(out, &[SYNC, STEP_1], bytes),
            Self::Step2(bytes) => write(out, &[SYNC, STEP_2], bytes),
            Self::Update(bytes) => write(out, &[SYNC, UPDATE], bytes),
            Self::Awareness(bytes) => write(out, &[AWARENESS], bytes),
            Self::QueryAwareness => out.push(QUERY_AWARENESS),
            Self::Denied(reason) => write(out, &[AUTH, DENIED], reason.as_bytes()),
            Self::Unknown(kind) => write_uint(out, *kind),
        }
    }

    #[must_use]
    pub fn to_bytes(&self) -> Bytes {
        let mut out = Vec::with_capacity(self.payload() + 12);
        self.encode(&mut out);
        out.into()
    }

    /// About how many bytes its frame has.
    #[must_use]
    pub fn payload(&self) -> usize {
        match self {
            Self::Step1(bytes) | Self::Step2(bytes) | Self::Update(bytes) | Self::Awareness(bytes) => bytes.len(),
            Self::Denied(reason) => reason.len(),
            Self::QueryAwareness | Self::Unknown(_) => 0,
        }
    }
}

/// A head, then bytes with their length.
pub(crate) fn write(out: &mut Vec<u8>, head: &[u8], bytes: &[u8]) {
    out.extend_from_slice(head);
    write_uint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decode(bytes: &'static [u8]) -> Result<Message, DecodeError> {
        Message::decode(&Bytes::from_static(bytes))
    }

    #[test]
    fn messages_look_as_y_protocols_writes_them() {
        assert_eq!(decode(&[0, 0, 1, 0]), Ok(Message::Step1(Bytes::from_static(&[0]))));
        assert_eq!(decode(&[0, 1, 2, 0, 0]), Ok(Message::Step2(Bytes::from_static(&[0, 0]))));
        assert_eq!(decode(&[0, 2, 2, 0, 0]), Ok(Message::Update(Bytes::from_static(&[0, 0]))));
        assert_eq!(decode(&[1, 1, 0]), Ok(Message::Awareness(Bytes::from_static(&[0]))));
        assert_eq!(decode(&[2, 0, 2, b'n', b'o']), Ok(Message::Denied("no".into())));
        assert_eq!(decode(&[3]), Ok(Message::QueryAwareness));
        assert_eq!(decode(&[2, TOLD, 2, b'{', b'}']), Ok(Message::Unknown(AUTH.into())));
    }

    #[test]
    fn unknown_kinds_are_let_pass_and_broken_ones_are_not() {
        assert_eq!(decode(&[77, 1, 2]), Ok(Message::Unknown(77)));
        assert!(decode(&[0, 0, 5, 0]).is_err());
        assert!(decode(&[0, 9, 1, 0]).is_err());
        assert!(decode(&[]).is_err());
    }

    fn any_message() -> impl Strategy<Value = Message> {
        let bytes = || proptest::collection::vec(any::<u8>(), 0..300).prop_map(Bytes::from);
        prop_oneof![
            bytes().prop_map(Message::Step1),
            bytes().prop_map(Message::Step2),
            bytes().prop_map(Message::Update),
            bytes().prop_map(Message::Awareness),
            Just(Message::QueryAwareness),
            any::<String>().prop_map(Message::Denied),
        ]
    }

    proptest! {
        #[test]
        fn messages_come_back(message in any_message()) {
            prop_assert_eq!(Message::decode(&message.to_bytes()), Ok(message));
        }

        #[test]
        fn garbage_never_panics(bytes: Vec<u8>) {
            let _ = Message::decode(&bytes.into());
        }

        #[test]
        fn a_cut_message_is_refused(message in any_message(), cut in 1usize..8) {
            let whole = message.to_bytes();
            prop_assume!(cut < whole.len());
            prop_assert!(Message::decode(&whole.slice(..whole.len() - cut)).is_err());
        }
    }
}
