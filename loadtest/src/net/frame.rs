//! RFC 6455 frames of a client: masked ones out, unmasked ones in.

use anyhow::bail;

pub const CONTINUATION: u8 = 0;
pub const TEXT: u8 = 1;
pub const BINARY: u8 = 2;
pub const CLOSE: u8 = 8;
pub const PING: u8 = 9;
pub const PONG: u8 = 10;

/// Larger messages than any server here may send.
const MAX_PAYLOAD: u64 = 256 << 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    pub last: bool,
    pub kind: u8,
    /// Bytes before the payload.
    pub head: usize,
    pub payload: usize,
}

/// None: more bytes are needed.
pub fn header(bytes: &[u8]) -> anyhow::Result<Option<Header>> {
    let [first, second, ..] = bytes else { return Ok(None) };
    if second & 0x80 != 0 {
        bail!("the server masks its frames");
    }
    let (head, payload) = match second & 0x7f {
        126 => match bytes.get(2..4) {
            Some(two) => (4, two.iter().fold(0, |n, b| n << 8 | u64::from(*b))),
            None => return Ok(None),
        },
        127 => match bytes.get(2..10) {
            Some(eight) => (10, eight.iter().fold(0, |n, b| n << 8 | u64::from(*b))),
            None => return Ok(None),
        },
        short => (2, u64::from(short)),
    };
    if payload > MAX_PAYLOAD {
        bail!("a frame of {payload} bytes");
    }
    Ok(Some(Header { last: first & 0x80 != 0, kind: first & 0x0f, head, payload: usize::try_from(payload)? }))
}

/// Append a whole message. The mask is zero: it protects proxies from browsers, and there are none here.
pub fn write(out: &mut Vec<u8>, kind: u8, payload: &[u8]) {
    out.push(0x80 | kind);
    match payload.len() {
        short @ ..=125 => out.push(0x80 | short as u8),
        middle @ ..=0xffff => {
            out.push(0x80 | 126);
            out.extend_from_slice(&(middle as u16).to_be_bytes());
        }
        long => {
            out.push(0x80 | 127);
            out.extend_from_slice(&(long as u64).to_be_bytes());
        }
    }
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(payload);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_read_when_all_of_it_is_there() {
        for (payload, head) in [(0usize, 2), (125, 2), (126, 4), (65_535, 4), (65_536, 10)] {
            let mut out = Vec::new();
            write(&mut out, BINARY, &vec![0; payload]);
            // What a server sends is the same without the mask.
            out[1] &= 0x7f;
            assert_eq!(header(&out[..head - 1]).unwrap(), None);
            assert_eq!(header(&out).unwrap(), Some(Header { last: true, kind: BINARY, head, payload }));
            assert_eq!(out.len(), head + 4 + payload);
        }
    }

    #[test]
    fn masked_and_endless_frames_are_refused() {
        assert!(header(&[0x82, 0x81]).is_err());
        assert!(header(&[0x82, 127, 0, 1, 0, 0, 0, 0, 0, 0]).is_err());
    }
}
