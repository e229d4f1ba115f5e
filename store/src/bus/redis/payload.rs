//! What goes through a channel.
//!
//! ```text
//! envelope                      a fleeting frame: begins with its version, a byte below 32
//! k <place> : envelope          a kept frame and its place in the topic's stream, in decimal; 0: Redis had no room to keep it
//! l <from 16> <number 8>        a sender lost kept frames up to this number before they got here
//! ```

use tandem_protocol::node::NodeId;
use uuid::Uuid;

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Payload<'a> {
    Fleeting(&'a [u8]),
    Kept { place: u64, envelope: &'a [u8] },
    Lost { from: NodeId, number: u64 },
}

impl<'a> Payload<'a> {
    /// None: nothing of ours.
    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        let (first, rest) = bytes.split_first()?;
        match first {
            0..32 => Some(Self::Fleeting(bytes)),
            b'k' => {
                // 20 digits are enough for any place.
                let end = rest.iter().take(21).position(|byte| *byte == b':')?;
                let (digits, envelope) = rest.split_at(end);
                let place = std::str::from_utf8(digits).ok()?.parse().ok()?;
                Some(Self::Kept { place, envelope: envelope.get(1..)? })
            }
            b'l' => {
                let (from, number) = rest.split_at_checked(16)?;
                let from = Uuid::from_slice(from).ok()?.into();
                Some(Self::Lost { from, number: u64::from_be_bytes(number.try_into().ok()?) })
            }
            _ => None,
        }
    }

    pub(super) fn lost(from: NodeId, number: u64) -> Vec<u8> {
        let mut bytes = vec![b'l'];
        bytes.extend_from_slice(Uuid::from(from).as_bytes());
        bytes.extend_from_slice(&number.to_be_bytes());
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_is_read_and_nothing_else() {
        assert_eq!(Payload::read(b"\x01abc"), Some(Payload::Fleeting(b"\x01abc")));
        assert_eq!(Payload::read(b"k12:abc"), Some(Payload::Kept { place: 12, envelope: b"abc" }));
        assert_eq!(Payload::read(b"k0:"), Some(Payload::Kept { place: 0, envelope: b"" }));
        let from = NodeId::new();
        assert_eq!(Payload::read(&Payload::lost(from, 7)), Some(Payload::Lost { from, number: 7 }));
        for stranger in [&b""[..], b"hello", b"k", b"k:abc", b"k12", b"k-1:a", b"k99999999999999999999999:a", b"l", b"l1234567890", b"\xff"]
        {
            assert_eq!(Payload::read(stranger), None, "{stranger:?}");
        }
    }
}
