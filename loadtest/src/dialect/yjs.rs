//! y-protocols, as y-websocket frames them, and as Hocuspocus does with the document's name before each message.
//! The JSON of an awareness state is skipped, never parsed: its clock says which move it is.

use std::io::Write as _;

use anyhow::Context;
use tandem_protocol::ws::varint::write_uint;

use super::{
    Cursors, News, Protocol,
    read::{varbytes, varuint},
};

const SYNC: u8 = 0;
const AWARENESS: u8 = 1;
const AUTH: u8 = 2;
/// Hocuspocus: an update was applied (1) or not (0).
const SYNC_STATUS: u64 = 8;

fn message(head: &[u8], kinds: &[u8], bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(head.len() + kinds.len() + bytes.len() + 9);
    out.extend_from_slice(head);
    out.extend_from_slice(kinds);
    write_uint(&mut out, bytes.len() as u64);
    out.extend_from_slice(bytes);
    out
}

pub fn head(document: &str) -> Vec<u8> {
    message(&[], &[], document.as_bytes())
}

pub fn without_head<'a>(payload: &'a [u8], head: &[u8]) -> Option<&'a [u8]> {
    payload.strip_prefix(head)
}

pub fn token(head: &[u8], token: &str) -> Vec<u8> {
    message(head, &[AUTH, 0], token.as_bytes())
}

pub fn step_1(head: &[u8], vector: Vec<u8>) -> Vec<u8> {
    message(head, &[SYNC, 0], &vector)
}

pub fn step_2(head: &[u8], bytes: &[u8]) -> Vec<u8> {
    message(head, &[SYNC, 1], bytes)
}

pub fn update(head: &[u8], bytes: &[u8]) -> Vec<u8> {
    message(head, &[SYNC, 2], bytes)
}

/// One awareness state, as an editor with cursors has it.
pub fn cursor(out: &mut Vec<u8>, head: &[u8], client: u64, sender: u32, number: u32) {
    let mut state = [0u8; 160];
    let mut rest = &mut state[..];
    // Fits: the longest is below 100 bytes.
    let _ = write!(
        rest,
        r##"{{"cursor":{{"x":{},"y":{}}},"user":{{"name":"Load {sender}","color":"#3366cc"}}}}"##,
        number % 4096,
        sender % 4096
    );
    let left = rest.len();
    let state = &state[..160 - left];
    let length = 1 + uint_length(client) + uint_length(number.into()) + uint_length(state.len() as u64) + state.len();
    out.extend_from_slice(head);
    out.push(AWARENESS);
    write_uint(out, length as u64);
    out.push(1);
    write_uint(out, client);
    write_uint(out, number.into());
    write_uint(out, state.len() as u64);
    out.extend_from_slice(state);
}

fn uint_length(number: u64) -> usize {
    (64 - number.max(1).leading_zeros() as usize).div_ceil(7)
}

/// States of clients that are not senders of this run are passed over.
pub fn each_cursor(mut bytes: &[u8], first: u64, mut on: impl FnMut(u32, u32)) -> Option<()> {
    let count = varuint(&mut bytes)?;
    for _ in 0..count {
        let (client, clock) = (varuint(&mut bytes)?, varuint(&mut bytes)?);
        let state = varbytes(&mut bytes)?;
        let sender = client.checked_sub(first).and_then(|n| u32::try_from(n).ok()).filter(|n| *n < 1 << 16);
        if let (Some(sender), Ok(number), true) = (sender, u32::try_from(clock), state != b"null") {
            on(sender, number);
        }
    }
    Some(())
}

pub fn read(protocol: Protocol, payload: &[u8], first: u64) -> anyhow::Result<News<'_>> {
    parse(protocol, payload, first).context("not a y-protocols message")
}

fn parse(protocol: Protocol, mut bytes: &[u8], first: u64) -> Option<News<'_>> {
    match varuint(&mut bytes)? {
        0 => match (varuint(&mut bytes)?, varbytes(&mut bytes)?) {
            (0, vector) => Some(News::Asked(vector)),
            (1, update) => Some(News::Sync(update)),
            (2, update) => Some(News::Update(update)),
            _ => None,
        },
        1 => Some(News::Cursors(Cursors { protocol, first, bytes: varbytes(&mut bytes)? })),
        2 => match varuint(&mut bytes)? {
            0 if protocol == Protocol::Yjs => Some(refused(varbytes(&mut bytes)?)),
            1 => Some(refused(varbytes(&mut bytes)?)),
            2 => Some(News::Joined(None)),
            _ => Some(News::Other),
        },
        SYNC_STATUS if protocol == Protocol::Hocuspocus => match varuint(&mut bytes)? {
            1 => Some(News::Ack(1)),
            _ => Some(refused(b"not applied")),
        },
        _ => Some(News::Other),
    }
}

fn refused(why: &[u8]) -> News<'static> {
    News::Refused { seq: None, retryable: false, why: String::from_utf8_lossy(why).into_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_an_awareness_state_with_its_number_as_clock() {
        let mut out = Vec::new();
        cursor(&mut out, &[], 1 << 30, 7, 300);
        let mut rest = &out[1..];
        let body = varbytes(&mut rest).unwrap();
        assert!(rest.is_empty());
        let update = yrs_awareness(body);
        assert_eq!(update, (1 << 30, 300, r##"{"cursor":{"x":300,"y":7},"user":{"name":"Load 7","color":"#3366cc"}}"##.to_owned()));
        let News::Cursors(cursors) = read(Protocol::Yjs, &out, 1 << 30).unwrap() else { panic!("not cursors") };
        let mut seen = Vec::new();
        cursors.each(|sender, number| seen.push((sender, number))).unwrap();
        assert_eq!(seen, [(0, 300)]);
    }

    /// What the reference implementation reads in it.
    fn yrs_awareness(bytes: &[u8]) -> (u64, u32, String) {
        use yrs::{sync::AwarenessUpdate, updates::decoder::Decode};
        let update = AwarenessUpdate::decode_v1(bytes).unwrap();
        let (client, entry) = update.clients.into_iter().next().unwrap();
        (client.get(), entry.clock, entry.json.to_string())
    }

    #[test]
    fn hocuspocus_messages_carry_the_documents_name() {
        let head = head("a/b");
        let sent = update(&head, b"xyz");
        let inner = without_head(&sent, &head).unwrap();
        assert!(matches!(read(Protocol::Hocuspocus, inner, 0), Ok(News::Update(b"xyz"))));
        assert!(matches!(read(Protocol::Hocuspocus, &[8, 1], 0), Ok(News::Ack(1))));
    }

    #[test]
    fn lengths_of_numbers_are_those_written() {
        for number in [0, 1, 127, 128, 16_383, 16_384, 1 << 31] {
            let mut out = Vec::new();
            write_uint(&mut out, number);
            assert_eq!(out.len(), uint_length(number));
        }
    }
}
