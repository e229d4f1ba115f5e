//! WebSocket frames as a server writes them (RFC 6455, 5.2): never masked, never in pieces. So a frame is a short header and
//! the payload, the same for every recipient.

use bytes::{BufMut, Bytes, BytesMut};
use tandem_protocol::ws::{CloseCode, Encoded};

/// A reason has at most this many bytes (RFC 6455, 5.5).
const MAX_REASON: usize = 123;
/// The longest header of an unmasked frame.
const MAX_HEADER: usize = 10;

const TEXT: u8 = 0x81;
const BINARY: u8 = 0x82;
const CLOSE: u8 = 0x88;
const PONG: u8 = 0x8a;

/// Gathers whole frames.
#[derive(Default)]
pub struct Framer {
    out: BytesMut,
}

impl Framer {
    /// One frame of our own protocol.
    pub fn encoded(&mut self, message: &Encoded) {
        match message {
            Encoded::Text(text) => self.frame(TEXT, &[text.as_bytes()]),
            Encoded::Binary(bytes) => self.frame(BINARY, &[bytes]),
        }
    }

    /// One binary frame whose payload is these parts, one after the other.
    pub fn binary(&mut self, parts: &[&[u8]]) {
        self.frame(BINARY, parts);
    }

    pub fn pong(&mut self, payload: &[u8]) {
        self.frame(PONG, &[payload]);
    }

    pub fn close(&mut self, code: CloseCode, reason: &str) {
        self.frame(CLOSE, &[&code.code().to_be_bytes(), shorten(reason).as_bytes()]);
    }

    fn frame(&mut self, head: u8, parts: &[&[u8]]) {
        let length = parts.iter().map(|part| part.len()).sum::<usize>();
        self.out.reserve(MAX_HEADER + length);
        self.out.put_u8(head);
        match (u8::try_from(length), u16::try_from(length)) {
            (Ok(short @ ..=125), _) => self.out.put_u8(short),
            (_, Ok(medium)) => {
                self.out.put_u8(126);
                self.out.put_u16(medium);
            }
            _ => {
                self.out.put_u8(127);
                self.out.put_u64(length as u64);
            }
        }
        for part in parts {
            self.out.put_slice(part);
        }
    }

    #[must_use]
    pub fn finish(self) -> Bytes {
        self.out.freeze()
    }
}

#[must_use]
pub fn close_frame(code: CloseCode, reason: &str) -> Bytes {
    let mut framer = Framer::default();
    framer.close(code, reason);
    framer.finish()
}

/// As much of a reason as a close frame holds.
#[must_use]
pub fn shorten(reason: &str) -> &str {
    let mut end = reason.len().min(MAX_REASON);
    while !reason.is_char_boundary(end) {
        end -= 1;
    }
    &reason[..end]
}

#[cfg(test)]
mod tests {
    use actix_http::ws::{Codec, Frame};
    use tokio_util::codec::Decoder;

    use super::*;

    /// As another implementation reads it.
    fn read(mut bytes: BytesMut) -> Vec<Frame> {
        let mut codec = Codec::new().client_mode().max_size(1 << 20);
        std::iter::from_fn(|| codec.decode(&mut bytes).unwrap()).collect()
    }

    #[test]
    fn every_length_is_understood() {
        for length in [0, 1, 125, 126, 127, 65_535, 65_536, 70_000] {
            let payload = vec![7; length];
            let mut framer = Framer::default();
            framer.binary(&[&payload[..length / 2], &payload[length / 2..]]);
            framer.encoded(&Encoded::Text("next".into()));
            assert_eq!(read(framer.out), [Frame::Binary(payload.into()), Frame::Text("next".into())], "{length}");
        }
    }

    #[test]
    fn a_close_frame_names_its_code_and_reason() {
        assert_eq!(&close_frame(CloseCode::TryLater, "too slow")[..], b"\x88\x0a\x03\xf5too slow");
    }

    #[test]
    fn reasons_fit_their_frame() {
        assert_eq!(shorten(&"ü".repeat(100)).len(), 122);
        assert_eq!(shorten("short"), "short");
    }
}
