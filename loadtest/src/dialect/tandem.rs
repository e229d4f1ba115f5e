//! Our own protocol in its bincode form. Cursors are read by hand, since most of what arrives are cursors; everything else goes
//! through the protocol's own codec.

use anyhow::bail;
use bytes::Bytes;
use tandem_protocol::{
    LineageId, SessionId, TaskId,
    ws::{
        Base64, ClientControl, ClientFrame, ClientHot, Encoded, Hello, ServerControl, ServerFrame, ServerHot, Subprotocol, Subscribe,
        Topic, TopicKind,
    },
};

use super::{
    Cursors, News, Protocol, Seen,
    read::{bincode_uint, write_bincode_uint},
};

/// The one channel of these connections.
pub const CHANNEL: u32 = 1;
/// Bits of a move's number that fit into its x.
pub const NUMBERS: u32 = 8191;
/// What is added to number and sender, so that coordinates have the size they have on a 4,000 pixel image: 3 bytes each.
const FAR: u32 = 8192;

fn encode(frame: &ClientFrame) -> Vec<u8> {
    match frame.encode(Subprotocol::Bincode) {
        Encoded::Binary(bytes) => bytes.into(),
        // Not in this form of the protocol.
        Encoded::Text(text) => text.into_bytes(),
    }
}

pub fn control(message: impl Into<ClientControl>) -> Vec<u8> {
    encode(&ClientFrame::Control(message.into()))
}

pub fn hello(token: &str, resume: Option<SessionId>) -> Vec<u8> {
    control(Hello { token: token.to_owned(), client: concat!("tandem-loadtest/", env!("CARGO_PKG_VERSION")).to_owned(), resume })
}

pub fn subscribe(task: TaskId, have: Option<(LineageId, Vec<u8>)>) -> Vec<u8> {
    let (lineage, state_vector) = have.map(|(lineage, vector)| (lineage, Base64(vector))).unzip();
    control(Subscribe { channel: CHANNEL, topic: Topic { kind: TopicKind::Task, id: task.into() }, lineage, state_vector })
}

pub fn update(seq: u64, bytes: &[u8]) -> Vec<u8> {
    encode(&ClientFrame::Hot(ClientHot::Update { channel: CHANNEL, seq, bytes: Bytes::copy_from_slice(bytes) }))
}

pub fn ghost(epoch: u32, bytes: Vec<u8>) -> Vec<u8> {
    encode(&ClientFrame::Hot(ClientHot::Ghost { channel: CHANNEL, epoch, bytes: bytes.into() }))
}

/// `ClientFrame::Hot(ClientHot::Cursor { .. })` without the codec's allocations: x carries the number, y the sender.
pub fn cursor(out: &mut Vec<u8>, sender: u32, number: u32) {
    out.extend_from_slice(&[1, 2]);
    write_bincode_uint(out, u64::from(CHANNEL));
    write_bincode_uint(out, u64::from(FAR + (number & NUMBERS)) * 2);
    write_bincode_uint(out, u64::from(FAR + sender) * 2);
}

/// `ServerFrame::Hot(ServerHot::Cursors { .. })`.
const CURSORS: [u8; 2] = [1, 4];

pub fn each_cursor(mut bytes: &[u8], mut on: impl FnMut(u32, u32)) -> Option<()> {
    let count = bincode_uint(&mut bytes)?;
    for _ in 0..count {
        bincode_uint(&mut bytes)?;
        let (visible, rest) = bytes.split_first()?;
        bytes = rest;
        if *visible == 1 {
            let (x, y) = (bincode_uint(&mut bytes)?, bincode_uint(&mut bytes)?);
            if let (Some(number), Some(sender)) = (place(x), place(y)) {
                on(sender, number & NUMBERS);
            }
        }
    }
    Some(())
}

/// None: not a place a sender of ours would be in.
fn place(zigzag: u64) -> Option<u32> {
    if zigzag & 1 == 1 { None } else { u32::try_from(zigzag >> 1).ok()?.checked_sub(FAR) }
}

pub fn read(payload: &[u8]) -> anyhow::Result<News<'_>> {
    if let Some(mut rest) = payload.strip_prefix(&CURSORS) {
        return match bincode_uint(&mut rest) {
            Some(_) => Ok(News::Cursors(Cursors { protocol: Protocol::Tandem, first: 0, bytes: rest })),
            None => bail!("unreadable cursors"),
        };
    }
    // The codec hands out parts of a shared buffer; find the same part in ours.
    let within = |part: &Bytes| payload.get(payload.len() - part.len()..).unwrap_or_default();
    Ok(match ServerFrame::decode_binary(Subprotocol::Bincode, &Bytes::copy_from_slice(payload))? {
        ServerFrame::Hot(ServerHot::Sync { bytes, .. }) => News::Sync(within(&bytes)),
        ServerFrame::Hot(ServerHot::Update { bytes, .. }) => News::Update(within(&bytes)),
        ServerFrame::Hot(ServerHot::Ack { seq, .. }) => News::Ack(seq),
        ServerFrame::Control(ServerControl::Welcome(_)) => News::Welcome,
        ServerFrame::Control(ServerControl::Subscribed(subscribed)) => News::Joined(subscribed.task.map(Box::new)),
        ServerFrame::Control(ServerControl::Error(error)) => {
            News::Refused { seq: error.seq, retryable: error.retryable, why: format!("{}: {}", error.code, error.message) }
        }
        ServerFrame::Hot(ServerHot::Ghost { epoch, bytes, .. }) => News::Seen(Seen::Ghost(epoch, bytes.to_vec())),
        ServerFrame::Control(ServerControl::PresenceDiff(diff)) => News::Seen(Seen::People(Box::new(diff))),
        ServerFrame::Control(ServerControl::GhostsReset(reset)) => News::Seen(Seen::NoGhosts(reset.epoch)),
        ServerFrame::Hot(ServerHot::Cursors { .. }) | ServerFrame::Control(_) => News::Other,
    })
}

#[cfg(test)]
mod tests {
    use tandem_protocol::ws::CursorAt;

    use super::*;

    #[test]
    fn cursors_written_and_read_by_hand_are_what_the_codec_means() {
        let mut out = Vec::new();
        cursor(&mut out, 999, 9000);
        let x4 = i32::try_from(FAR + (9000 & NUMBERS)).unwrap();
        let y4 = i32::try_from(FAR + 999).unwrap();
        assert_eq!(out, encode(&ClientFrame::Hot(ClientHot::Cursor { channel: CHANNEL, x4, y4 })));

        let cursors = vec![
            CursorAt { peer: 3, at: Some((x4, y4)) },
            CursorAt { peer: 70_000, at: None },
            CursorAt { peer: 4, at: Some((-5, 9)) },
            CursorAt { peer: 300, at: Some((8192, 8192)) },
        ];
        let frame = ServerFrame::Hot(ServerHot::Cursors { channel: 1, cursors });
        let Encoded::Binary(bytes) = frame.encode(Subprotocol::Bincode) else { panic!("bincode is binary") };
        let News::Cursors(cursors) = read(&bytes).unwrap() else { panic!("not cursors") };
        let mut seen = Vec::new();
        cursors.each(|sender, number| seen.push((sender, number))).unwrap();
        assert_eq!(seen, [(999, 9000 & NUMBERS), (0, 0)]);
    }

    #[test]
    fn an_updates_bytes_are_found_in_the_frame() {
        let frame = ServerFrame::Hot(ServerHot::Update { channel: 1, bytes: Bytes::from_static(b"abc") });
        let Encoded::Binary(bytes) = frame.encode(Subprotocol::Bincode) else { panic!("bincode is binary") };
        assert!(matches!(read(&bytes).unwrap(), News::Update(b"abc")));
    }

    #[test]
    fn numbers_that_wrapped_around_grow_on() {
        assert_eq!(Protocol::Tandem.unwrap_number(5, 8190), 8192 + 5);
        assert_eq!(Protocol::Tandem.unwrap_number(8190, 8190), 8190);
        assert_eq!(Protocol::Yjs.unwrap_number(7, 6), 7);
    }
}
