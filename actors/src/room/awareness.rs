//! y-protocols awareness, for stock Yjs clients: who is here and where, as JSON by client id.
//!
//! Layout: a count, then `client id, clock, JSON text` each; `null` means gone. A stock provider sends every change it
//! receives back to the server, so with N clients N*N entries arrive that say nothing new: an entry whose clock is not newer is dropped
//! before its JSON is even looked at.

use std::collections::HashMap;

use serde::de::IgnoredAny;
use tandem_protocol::ws::varint::{Reader, write_uint};

use super::{Refused, Seat};

const NULL: &str = "null";
/// The server's own entries, for members who do not speak awareness, start here. Stock clients draw theirs from 32 bits.
const BRIDGED: u64 = 1 << 52;

#[derive(Default)]
pub struct Awareness {
    known: HashMap<u64, Known>,
}

struct Known {
    clock: u64,
    /// None: gone. The clock is kept, so that an old entry cannot bring it back.
    state: Option<String>,
    owner: Option<Seat>,
}

impl Awareness {
    /// Take what is new in a client's frame. Returns what to pass on to everybody, the sender included: a provider that
    /// hears nothing for 30 seconds hangs up, and for somebody alone the echo is all there is.
    pub fn apply(&mut self, seat: Seat, bytes: &[u8], max_state: usize, max_ids: usize) -> Result<Option<Vec<u8>>, Refused> {
        let malformed = || Refused::new("malformed_awareness", "not an awareness update").field("awareness", "malformed");
        let mut r = Reader::new(bytes);
        let mut fresh = Vec::new();
        for _ in 0..r.uint().map_err(|_| malformed())? {
            let client = r.uint().map_err(|_| malformed())?;
            let clock = r.uint().map_err(|_| malformed())?;
            let state = string(&mut r).ok_or_else(malformed)?;
            if !self.is_news(seat, client, clock, state) {
                continue;
            }
            self.check(seat, client, state, max_state, max_ids)?;
            let known = Known { clock, state: (state != NULL).then(|| state.to_owned()), owner: Some(seat) };
            self.known.insert(client, known);
            fresh.push(client);
        }
        Ok((!fresh.is_empty()).then(|| self.encode(fresh)))
    }

    /// The rule of y-protocols, plus: an entry belongs to who brought it.
    fn is_news(&self, seat: Seat, client: u64, clock: u64, state: &str) -> bool {
        if client >= BRIDGED {
            return false;
        }
        let Some(known) = self.known.get(&client) else { return state != NULL };
        let newer = known.clock < clock || (known.clock == clock && state == NULL && known.state.is_some());
        newer && (known.owner == Some(seat) || known.state.is_none())
    }

    fn check(&self, seat: Seat, client: u64, state: &str, max_state: usize, max_ids: usize) -> Result<(), Refused> {
        if state.len() > max_state {
            let message = format!("an awareness state may have {max_state} bytes, this one has {}", state.len());
            return Err(Refused::new("awareness_refused", message).field("awareness", "max_awareness_bytes"));
        }
        if serde_json::from_str::<IgnoredAny>(state).is_err() {
            return Err(Refused::new("awareness_refused", "an awareness state must be JSON").field("awareness", "json"));
        }
        let mine = self.known.iter().filter(|(id, known)| **id != client && known.owner == Some(seat) && known.state.is_some());
        if mine.count() >= max_ids {
            let message = format!("one connection may show {max_ids} awareness states");
            return Err(Refused::new("awareness_refused", message).field("awareness", "max_awareness_ids"));
        }
        Ok(())
    }

    /// What a connection showed goes with it.
    pub fn leave(&mut self, seat: Seat) -> Option<Vec<u8>> {
        let mut gone = Vec::new();
        for (client, known) in &mut self.known {
            if known.owner == Some(seat) && known.state.take().is_some() {
                known.clock += 1;
                known.owner = None;
                gone.push(*client);
            }
        }
        self.forget_old();
        (!gone.is_empty()).then(|| self.encode(gone))
    }

    /// Clocks of the gone are kept only so many.
    fn forget_old(&mut self) {
        const KEPT: usize = 4_096;
        if self.known.len() > KEPT {
            self.known.retain(|_, known| known.state.is_some());
        }
    }

    /// Show a member of our own protocol to stock clients. Called again now and then: they drop what is silent for 30 seconds.
    pub fn bridge(&mut self, peer: u32, state: &serde_json::Value) -> Vec<u8> {
        let client = BRIDGED + u64::from(peer);
        let known = self.known.entry(client).or_insert(Known { clock: 0, state: None, owner: None });
        known.clock += 1;
        known.state = Some(state.to_string());
        self.encode([client])
    }

    pub fn unbridge(&mut self, peer: u32) -> Option<Vec<u8>> {
        let client = BRIDGED + u64::from(peer);
        let known = self.known.get_mut(&client)?;
        known.state.take()?;
        known.clock += 1;
        Some(self.encode([client]))
    }

    /// Everybody who is here, for those who come.
    #[must_use]
    pub fn all(&self) -> Vec<u8> {
        self.encode(self.known.iter().filter(|(_, known)| known.state.is_some()).map(|(client, _)| *client))
    }

    fn encode(&self, clients: impl IntoIterator<Item = u64>) -> Vec<u8> {
        let entries: Vec<(u64, &Known)> = clients.into_iter().filter_map(|client| Some((client, self.known.get(&client)?))).collect();
        let mut out = Vec::new();
        write_uint(&mut out, entries.len() as u64);
        for (client, known) in entries {
            let state = known.state.as_deref().unwrap_or(NULL);
            write_uint(&mut out, client);
            write_uint(&mut out, known.clock);
            write_uint(&mut out, state.len() as u64);
            out.extend_from_slice(state.as_bytes());
        }
        out
    }
}

fn string<'a>(r: &mut Reader<'a>) -> Option<&'a str> {
    let length = usize::try_from(r.uint().ok()?).ok()?;
    let (text, rest) = r.rest().split_at_checked(length)?;
    *r = Reader::new(rest);
    std::str::from_utf8(text).ok()
}

#[cfg(test)]
mod tests {
    use tandem_protocol::SessionId;

    use super::*;

    fn seat() -> Seat {
        Seat { session: SessionId::new(), subscription: 1 }
    }

    fn says(client: u64, clock: u64, state: &str) -> Vec<u8> {
        let mut out = vec![1];
        write_uint(&mut out, client);
        write_uint(&mut out, clock);
        write_uint(&mut out, state.len() as u64);
        out.extend_from_slice(state.as_bytes());
        out
    }

    #[test]
    fn news_go_round_and_their_echoes_do_not() {
        let (mut awareness, ann, bob) = (Awareness::default(), seat(), seat());
        let news = says(7, 1, "{}");
        assert_eq!(awareness.apply(ann, &news, 100, 4), Ok(Some(news.clone())));
        assert_eq!(awareness.apply(bob, &news, 100, 4), Ok(None));
        assert_eq!(awareness.apply(ann, &news, 100, 4), Ok(None));
    }

    #[test]
    fn a_stale_entry_is_dropped_before_its_json_is_read() {
        let (mut awareness, ann) = (Awareness::default(), seat());
        awareness.apply(ann, &says(7, 5, "{}"), 100, 4).unwrap();
        assert_eq!(awareness.apply(ann, &says(7, 4, "not json"), 100, 4), Ok(None));
    }

    #[test]
    fn nobody_speaks_for_anothers_id() {
        let (mut awareness, ann, bob) = (Awareness::default(), seat(), seat());
        awareness.apply(ann, &says(7, 1, "{}"), 100, 4).unwrap();
        assert_eq!(awareness.apply(bob, &says(7, 9, "null"), 100, 4), Ok(None));
    }

    #[test]
    fn who_leaves_is_gone_with_a_newer_clock_and_stays_gone() {
        let (mut awareness, ann, bob) = (Awareness::default(), seat(), seat());
        awareness.apply(ann, &says(7, 3, "{}"), 100, 4).unwrap();
        assert_eq!(awareness.leave(ann), Some(says(7, 4, "null")));
        assert_eq!(awareness.apply(bob, &says(7, 3, "{}"), 100, 4), Ok(None));
        assert_eq!(awareness.all(), [0]);
    }

    #[test]
    fn sizes_counts_and_json_are_checked() {
        let (mut awareness, ann) = (Awareness::default(), seat());
        let rule = |refused: Result<_, Refused>| refused.unwrap_err().rule.unwrap();
        assert_eq!(rule(awareness.apply(ann, &says(1, 1, "\"0123456789\""), 5, 1)), "max_awareness_bytes");
        assert_eq!(rule(awareness.apply(ann, &says(1, 1, "{"), 5, 1)), "json");
        awareness.apply(ann, &says(1, 1, "{}"), 5, 1).unwrap();
        assert_eq!(rule(awareness.apply(ann, &says(2, 1, "{}"), 5, 1)), "max_awareness_ids");
        assert_eq!(rule(awareness.apply(ann, &[9, 9], 5, 1)), "malformed");
    }
}
