//! WebSocket frames as a server writes them (RFC 6455, 5.2): never masked, never in pieces. So a frame is a short header and
//! the payload, the same for every recipient.

use std::rc::Rc;

use bytes::{BufMut, Bytes, BytesMut};
use tandem_protocol::ws::{CloseCode, Encoded};

/// A payload of this size is sent from where it lies: a document of megabytes would else be copied for everybody who opens it.
const WORTH_SHARING: usize = 16 << 10;

/// A reason has at most this many bytes (RFC 6455, 5.5).
const MAX_REASON: usize = 123;
/// The longest header of an unmasked frame.
const MAX_HEADER: usize = 10;

const TEXT: u8 = 0x81;
const BINARY: u8 = 0x82;
const CLOSE: u8 = 0x88;
const PONG: u8 = 0x8a;

/// Whole frames, in more than one piece if they share a large payload. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Frames {
    first: Bytes,
    more: Option<Rc<[Bytes]>>,
}

impl Frames {
    #[must_use]
    pub fn len(&self) -> usize {
        self.pieces().map(Bytes::len).sum()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.first.is_empty()
    }

    pub fn pieces(&self) -> impl Iterator<Item = &Bytes> {
        std::iter::once(&self.first).chain(self.more.iter().flat_map(|more| more.iter()))
    }

    #[cfg(test)]
    pub fn whole(&self) -> Vec<u8> {
        self.pieces().flatten().copied().collect()
    }
}

impl From<Bytes> for Frames {
    fn from(first: Bytes) -> Self {
        Self { first, more: None }
    }
}

/// Gathers whole frames.
#[derive(Default)]
pub struct Framer {
    /// What is complete up to the last shared payload.
    pieces: Vec<Bytes>,
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

    /// One binary frame: these parts and then a payload, which is not copied if it is large.
    pub fn carrying(&mut self, parts: &[&[u8]], payload: &Bytes) {
        let length = parts.iter().map(|part| part.len()).sum::<usize>() + payload.len();
        let copied = if payload.len() < WORTH_SHARING { payload.len() } else { 0 };
        self.header(BINARY, length, length - payload.len() + copied);
        parts.iter().for_each(|part| self.out.put_slice(part));
        if copied == payload.len() {
            self.out.put_slice(payload);
        } else {
            self.pieces.extend([self.out.split().freeze(), payload.clone()]);
        }
    }

    pub fn pong(&mut self, payload: &[u8]) {
        self.frame(PONG, &[payload]);
    }

    pub fn close(&mut self, code: CloseCode, reason: &str) {
        self.frame(CLOSE, &[&code.code().to_be_bytes(), shorten(reason).as_bytes()]);
    }

    fn frame(&mut self, head: u8, parts: &[&[u8]]) {
        let length = parts.iter().map(|part| part.len()).sum::<usize>();
        self.header(head, length, length);
        parts.iter().for_each(|part| self.out.put_slice(part));
    }

    /// `follows`: so many bytes will be put behind it.
    fn header(&mut self, head: u8, length: usize, follows: usize) {
        self.out.reserve(MAX_HEADER + follows);
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
    }

    #[must_use]
    pub fn finish(mut self) -> Frames {
        if self.pieces.is_empty() {
            return self.out.freeze().into();
        }
        if !self.out.is_empty() {
            self.pieces.push(self.out.freeze());
        }
        let mut pieces = self.pieces.into_iter();
        Frames { first: pieces.next().unwrap_or_default(), more: Some(pieces.collect()) }
    }
}

#[must_use]
pub fn close_frame(code: CloseCode, reason: &str) -> Frames {
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
    fn read(frames: &Frames) -> Vec<Frame> {
        let mut bytes: BytesMut = frames.whole()[..].into();
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
            assert_eq!(read(&framer.finish()), [Frame::Binary(payload.into()), Frame::Text("next".into())], "{length}");
        }
    }

    #[test]
    fn a_large_payload_is_sent_from_where_it_lies_and_a_small_one_beside_its_header() {
        for length in [0, WORTH_SHARING - 1, WORTH_SHARING, 70_000] {
            let payload = Bytes::from(vec![7; length]);
            let mut framer = Framer::default();
            framer.encoded(&Encoded::Text("before".into()));
            framer.carrying(&[b"a", b"b"], &payload);
            framer.encoded(&Encoded::Text("after".into()));
            let frames = framer.finish();
            let whole = [b"ab".as_slice(), &payload].concat();
            assert_eq!(read(&frames), [Frame::Text("before".into()), Frame::Binary(whole.into()), Frame::Text("after".into())], "{length}");
            let shared = frames.pieces().any(|piece| length > 0 && piece.as_ptr() == payload.as_ptr());
            assert_eq!((shared, frames.pieces().count()), if length < WORTH_SHARING { (false, 1) } else { (true, 3) }, "{length}");
        }
    }

    #[test]
    fn a_close_frame_names_its_code_and_reason() {
        assert_eq!(close_frame(CloseCode::TryLater, "too slow").whole(), b"\x88\x0a\x03\xf5too slow");
    }

    #[test]
    fn reasons_fit_their_frame() {
        assert_eq!(shorten(&"ü".repeat(100)).len(), 122);
        assert_eq!(shorten("short"), "short");
    }
}
