//! Every message, with any content, in both subprotocols: it comes back as it was; cut short or damaged, it is an error or
//! another message, never a panic.

mod make;

use bytes::Bytes;
use proptest::{prelude::*, sample::Index};
use tandem_protocol::ws::{ClientFrame, ClientHot, DecodeError, Encoded, ServerFrame, ServerHot, Subprotocol};

/// Both directions have the same functions under different types.
trait Frame: Clone + std::fmt::Debug + PartialEq {
    fn encode(&self, subprotocol: Subprotocol) -> Encoded;
    fn text(subprotocol: Subprotocol, text: &str) -> Result<Self, DecodeError>;
    fn binary(subprotocol: Subprotocol, bytes: &Bytes) -> Result<Self, DecodeError>;
}

macro_rules! frame {
    ($($frame:ident),+) => {$(
        impl Frame for $frame {
            fn encode(&self, subprotocol: Subprotocol) -> Encoded {
                $frame::encode(self, subprotocol)
            }
            fn text(subprotocol: Subprotocol, text: &str) -> Result<Self, DecodeError> {
                $frame::decode_text(subprotocol, text)
            }
            fn binary(subprotocol: Subprotocol, bytes: &Bytes) -> Result<Self, DecodeError> {
                $frame::decode_binary(subprotocol, bytes)
            }
        }
    )+};
}

frame!(ClientFrame, ServerFrame);

fn decode<F: Frame>(subprotocol: Subprotocol, encoded: &Encoded) -> Result<F, DecodeError> {
    match encoded {
        Encoded::Text(text) => F::text(subprotocol, text),
        Encoded::Binary(bytes) => F::binary(subprotocol, bytes),
    }
}

fn comes_back<F: Frame>(frame: &F) -> Result<(), TestCaseError> {
    for subprotocol in Subprotocol::ALL {
        let encoded = frame.encode(subprotocol);
        let back = decode::<F>(subprotocol, &encoded);
        prop_assert_eq!(back.as_ref(), Ok(frame), "{:?}", subprotocol);
        prop_assert!(!encoded.is_empty());
    }
    Ok(())
}

/// What is read of a damaged frame, if anything, must itself be a frame that comes back.
fn survives_damage<F: Frame>(frame: &F, at: Index, byte: u8) -> Result<(), TestCaseError> {
    for subprotocol in Subprotocol::ALL {
        let whole = match frame.encode(subprotocol) {
            Encoded::Text(text) => text.into_bytes(),
            Encoded::Binary(bytes) => bytes.to_vec(),
        };
        let at = at.index(whole.len());
        let mut changed = whole.clone();
        changed[at] = byte;
        for damaged in [&changed, &whole[..at].to_vec()] {
            let bytes = Bytes::copy_from_slice(damaged);
            if let Ok(read) = F::binary(subprotocol, &bytes) {
                comes_back_binary(subprotocol, &read)?;
            }
            if let Ok(read) = std::str::from_utf8(damaged).map_err(|_| ()).and_then(|text| F::text(subprotocol, text).map_err(|_| ())) {
                // Not compared: a number that overflowed to infinity becomes null.
                let _ = read.encode(subprotocol);
            }
        }
    }
    Ok(())
}

fn comes_back_binary<F: Frame>(subprotocol: Subprotocol, frame: &F) -> Result<(), TestCaseError> {
    let encoded = frame.encode(subprotocol);
    // NaN differs from itself, so what is compared is what is written.
    let again = decode::<F>(subprotocol, &encoded).map(|frame| frame.encode(subprotocol));
    prop_assert_eq!(again.as_ref(), Ok(&encoded));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_a_client_says_comes_back(frame in make::client()) {
        comes_back(&frame)?;
    }

    #[test]
    fn what_the_server_says_comes_back(frame in make::server()) {
        comes_back(&frame)?;
    }

    #[test]
    fn a_damaged_frame_of_a_client_is_refused_or_understood(frame in make::client(), at: Index, byte: u8) {
        survives_damage(&frame, at, byte)?;
    }

    #[test]
    fn a_damaged_frame_of_the_server_is_refused_or_understood(frame in make::server(), at: Index, byte: u8) {
        survives_damage(&frame, at, byte)?;
    }

    /// Nothing is reserved or reread because a length says so: decoding takes no more memory than the frame has bytes.
    #[test]
    fn hot_frames_are_views_of_their_bytes(channel: u32, seq in 0u64..1 << 53, payload in prop::collection::vec(any::<u8>(), 0..4_000)) {
        let frame = Bytes::from(ClientHot::Update { channel, seq, bytes: payload.into() }.encode());
        let Ok(ClientHot::Update { bytes, .. }) = ClientHot::decode(&frame) else { panic!("an update") };
        let (frame, bytes) = (frame.as_ptr_range(), bytes.as_ptr_range());
        prop_assert!(bytes.start == bytes.end || (frame.start <= bytes.start && bytes.end <= frame.end));
    }

    #[test]
    fn cursors_cost_at_most_ten_bytes_each(peers in prop::collection::vec((1u32..4_000, -80_000i32..80_000, -80_000i32..80_000), 1..50)) {
        use tandem_protocol::ws::CursorAt;
        let cursors: Vec<_> = peers.iter().map(|(peer, x4, y4)| CursorAt { peer: *peer, at: Some((*x4, *y4)) }).collect();
        let length = ServerHot::Cursors { channel: 1, cursors }.encode().len();
        prop_assert!(length <= 2 + 10 * peers.len());
    }
}
