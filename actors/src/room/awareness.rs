//! y-protocols awareness, for stock Yjs clients: who is here and where, as JSON by client id.
//!
//! A stock provider sends every change it receives back to the server, so with N clients N*N entries arrive that say nothing new: an
//! entry whose clock is not newer is dropped before its JSON is even looked at. What is new is kept as the text it came as, gathered
//! until the room's next tick, and goes round in one frame for all, the senders included: a provider that hears nothing for 30 seconds
//! hangs up, and for somebody alone the echo is all there is.
//!
//! Members of our own protocol appear under ids of the server's, with their pointer.

use std::{collections::HashMap, io::Write};

use bytes::Bytes;
use tandem_protocol::{
    UserId,
    rest::UserSummary,
    ws::varint::write_uint,
    yjs::{
        awareness::{Entries, Entry, GONE, write_entry},
        json::{is_json, pointer},
    },
};

use super::{Refused, Seat};
use crate::measures;

/// The server's own entries start here. Stock clients draw theirs from 32 bits.
const BRIDGED: u64 = 1 << 52;
/// A frame is begun anew beyond this, so that one tick of a room full of big states is not one giant frame.
const FRAME: usize = 256 << 10;
/// Clocks of the gone are kept only so many.
const KEPT: usize = 4_096;
/// Ids that a connection may show in its life, for each that it may show at a time: a provider has one, and another one if its document is made anew.
const ONE_AFTER_THE_OTHER: usize = 64;
/// The settings behind rules.
const LIMITED: [(&str, &str); 2] = [("max_awareness_bytes", "max_awareness"), ("max_awareness_ids", "max_awareness_ids")];
/// A buffer much larger than what it holds is given back.
const SPARE: usize = 1 << 10;

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Speaker {
    pub seat: Seat,
    pub user: UserId,
}

/// What one connection may show.
#[derive(Clone, Copy, Debug)]
pub struct AwarenessLimits {
    pub max_state: usize,
    pub max_ids: usize,
}

/// What a frame brought.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Heard {
    /// Where the newest state points, in image pixels. Outer none: no news; inner none: nowhere.
    pub pointer: Option<Option<(f64, f64)>>,
    /// A state says something else than before. Providers repeat theirs every few seconds, whether anybody sits there or not.
    pub changed: bool,
    /// For the sender: ids it shows that count as gone under a newer clock than its own. Its provider goes beyond that clock
    /// when it is told.
    pub overtaken: Option<Bytes>,
}

pub struct Awareness {
    known: HashMap<u64, Known>,
    /// The ids of each connection.
    shown: HashMap<Seat, Vec<u64>>,
    /// How many each connection has shown so far: those that are gone are remembered as well, and each was told to everybody.
    spent: HashMap<Seat, usize>,
    /// Ids with news since the last tick.
    news: Vec<u64>,
    bridges: HashMap<u32, Bridge>,
    /// The first of our ids. Another one for every room, because clients that saw another life of it remember its clocks.
    base: u64,
}

#[derive(Default)]
struct Known {
    clock: u64,
    /// Empty: gone. The clock is kept, so that an old entry cannot bring it back.
    state: Vec<u8>,
    owner: Option<Speaker>,
    /// In `news`.
    fresh: bool,
}

/// A member of our own protocol.
struct Bridge {
    clock: u64,
    /// Its state up to the pointer: `{"user":{...}`.
    head: Vec<u8>,
    /// In quarter pixels.
    at: Option<(i32, i32)>,
    fresh: bool,
}

impl Default for Awareness {
    fn default() -> Self {
        let life = u64::from(rand::random::<u32>() >> 12);
        Self {
            known: HashMap::new(),
            shown: HashMap::new(),
            spent: HashMap::new(),
            news: Vec::new(),
            bridges: HashMap::new(),
            base: BRIDGED + (life << 32),
        }
    }
}

impl Awareness {
    /// Take what is new in a client's frame; it goes round with the next tick.
    pub fn apply(&mut self, who: Speaker, update: &[u8], limits: AwarenessLimits) -> Result<Heard, Refused> {
        let malformed = |_| Refused::new("malformed_awareness", "not an awareness update").field("awareness", "malformed");
        let mut heard = Heard::default();
        let mut overtaken = Vec::new();
        for entry in Entries::new(update).map_err(malformed)? {
            let entry = entry.map_err(malformed)?;
            match self.judge(who, &entry) {
                Judged::Old => {}
                Judged::Overtaken => overtaken.push(entry.client),
                Judged::News => {
                    heard.changed |= self.take_in(who, &entry, limits)?;
                    heard.pointer = Some(pointer(entry.state));
                }
            }
        }
        heard.overtaken = self.encode(&overtaken).into_iter().next();
        Ok(heard)
    }

    /// The rule of y-protocols, plus: an id belongs to the connection that brought it, or to a later one of the same person that
    /// has gone on with it. An equal clock is never enough: every provider repeats what it hears of others.
    fn judge(&self, who: Speaker, entry: &Entry<'_>) -> Judged {
        if entry.client >= BRIDGED {
            return Judged::Old;
        }
        let Some(known) = self.known.get(&entry.client) else {
            return if entry.is_gone() { Judged::Old } else { Judged::News };
        };
        let newer = entry.clock > known.clock;
        let here = !known.state.is_empty();
        match known.owner {
            Some(owner) if here && owner.seat == who.seat => {
                if newer || (entry.is_gone() && entry.clock == known.clock) {
                    Judged::News
                } else {
                    Judged::Old
                }
            }
            Some(owner) if here => {
                if newer && owner.user == who.user && !entry.is_gone() {
                    Judged::News
                } else {
                    Judged::Old
                }
            }
            _ if entry.is_gone() => Judged::Old,
            _ if newer => Judged::News,
            _ => Judged::Overtaken,
        }
    }

    /// Returns whether it says something else than before.
    fn take_in(&mut self, who: Speaker, entry: &Entry<'_>, limits: AwarenessLimits) -> Result<bool, Refused> {
        let refuse = |rule, message: String| {
            if let Some(limit) = LIMITED.into_iter().find_map(|(of, limit)| (of == rule).then_some(limit)) {
                measures::limit(limit);
            }
            Err(Refused::new("awareness_refused", message).field("awareness", rule))
        };
        let gone = entry.is_gone();
        if entry.state.len() > limits.max_state {
            let message = format!("an awareness state may have {} bytes, this one has {}", limits.max_state, entry.state.len());
            return refuse("max_awareness_bytes", message);
        }
        if !gone && !is_json(entry.state) {
            return refuse("json", "an awareness state must be JSON".into());
        }
        if entry.clock >= BRIDGED {
            return refuse("max_awareness_clock", format!("an awareness clock must be below 2^52, this one is {}", entry.clock));
        }
        let before = self.known.get(&entry.client).and_then(|known| known.owner);
        if !gone && before.is_none_or(|owner| owner.seat != who.seat) {
            let mine = self.shown.entry(who.seat).or_default();
            if mine.len() >= limits.max_ids {
                return refuse("max_awareness_ids", format!("one connection may show {} awareness states", limits.max_ids));
            }
            let spent = self.spent.entry(who.seat).or_default();
            if *spent >= limits.max_ids * ONE_AFTER_THE_OTHER {
                let message =
                    format!("one connection may show {} awareness states, one after the other", limits.max_ids * ONE_AFTER_THE_OTHER);
                return refuse("max_awareness_ids", message);
            }
            *spent += 1;
            mine.push(entry.client);
            if let Some(before) = before {
                self.disown(before.seat, entry.client);
            }
        }
        if gone {
            self.disown(who.seat, entry.client);
        }
        let known = self.known.entry(entry.client).or_default();
        known.clock = entry.clock;
        known.owner = (!gone).then_some(who);
        let changed = !known.state.is_empty() && known.state != entry.state;
        known.state.clear();
        if gone {
            known.state = Vec::new();
        } else {
            known.state.extend_from_slice(entry.state);
            if known.state.capacity() > known.state.len() * 4 + SPARE {
                known.state.shrink_to_fit();
            }
        }
        if !std::mem::replace(&mut known.fresh, true) {
            self.news.push(entry.client);
        }
        Ok(changed)
    }

    fn disown(&mut self, seat: Seat, client: u64) {
        if let Some(ids) = self.shown.get_mut(&seat) {
            ids.retain(|id| *id != client);
        }
    }

    /// What a connection showed goes with it.
    pub fn leave(&mut self, seat: Seat) {
        self.spent.remove(&seat);
        for client in self.shown.remove(&seat).unwrap_or_default() {
            self.forget_shown(client);
        }
        if self.known.len() > KEPT {
            self.known.retain(|_, known| !known.state.is_empty() || known.fresh);
        }
    }

    // --- connections of other nodes ---

    /// All that a connection shows, for other nodes: in one piece, as what is not in it counts as gone there.
    #[must_use]
    pub fn shown_by(&self, seat: Seat) -> Option<Bytes> {
        self.encode_within(self.shown.get(&seat)?, usize::MAX).pop()
    }

    /// What a connection of another node shows: all of it. Its node has judged it.
    pub fn mirror(&mut self, who: Speaker, update: &[u8]) {
        let Ok(entries) = Entries::new(update) else { return };
        let mut shown = Vec::new();
        for entry in entries.map_while(Result::ok).filter(|entry| entry.client < BRIDGED && !entry.is_gone()) {
            shown.push(entry.client);
            let known = self.known.entry(entry.client).or_default();
            if known.owner == Some(who) && known.clock >= entry.clock {
                continue;
            }
            if let Some(before) = known.owner.filter(|before| before.seat != who.seat) {
                self.shown.entry(before.seat).or_default().retain(|id| *id != entry.client);
            }
            let known = self.known.entry(entry.client).or_default();
            (known.owner, known.clock, known.state) = (Some(who), entry.clock.max(known.clock), entry.state.to_vec());
            if !std::mem::replace(&mut known.fresh, true) {
                self.news.push(entry.client);
            }
        }
        let before = self.shown.insert(who.seat, shown.clone()).unwrap_or_default();
        for client in before.into_iter().filter(|id| !shown.contains(id)) {
            self.forget_shown(client);
        }
    }

    fn forget_shown(&mut self, client: u64) {
        let Some(known) = self.known.get_mut(&client) else { return };
        (known.state, known.owner) = (Vec::new(), None);
        known.clock += 1;
        if !std::mem::replace(&mut known.fresh, true) {
            self.news.push(client);
        }
    }

    // --- members of our own protocol ---

    /// Show one to stock clients, with the fields their cursor and user-list packages look for.
    pub fn bridge(&mut self, peer: u32, user: &UserSummary) {
        let shown = serde_json::json!({ "user": { "id": user.id, "name": user.name, "color": user.color } });
        let mut head = shown.to_string().into_bytes();
        // Open again: the pointer follows.
        head.pop();
        // A connection that goes on with another one's place keeps what is known of it.
        self.bridges.entry(peer).or_insert(Bridge { clock: 0, head: Vec::new(), at: None, fresh: false }).head = head;
        self.touch(peer);
    }

    /// Its pointer moved. Of a stock member: nothing, its own state says so.
    pub fn point(&mut self, peer: u32, at: Option<(i32, i32)>) {
        if let Some(bridge) = self.bridges.get_mut(&peer) {
            bridge.at = at;
            self.touch(peer);
        }
    }

    fn touch(&mut self, peer: u32) {
        let client = self.base + u64::from(peer);
        let Some(bridge) = self.bridges.get_mut(&peer) else { return };
        bridge.clock += 1;
        if !std::mem::replace(&mut bridge.fresh, true) {
            self.news.push(client);
        }
    }

    pub fn unbridge(&mut self, peer: u32) {
        let Some(bridge) = self.bridges.remove(&peer) else { return };
        let client = self.base + u64::from(peer);
        // Peer numbers are never used twice; the id is forgotten with the tick that tells.
        self.known.insert(client, Known { clock: bridge.clock + 1, fresh: true, ..Known::default() });
        if !bridge.fresh {
            self.news.push(client);
        }
    }

    /// Stock clients forget who is silent for 30 seconds: say again that ours are here.
    pub fn renew_bridges(&mut self) {
        let peers: Vec<u32> = self.bridges.keys().copied().collect();
        for peer in peers {
            self.touch(peer);
        }
    }

    /// Whether anybody is here who does not speak awareness.
    #[must_use]
    pub fn has_bridges(&self) -> bool {
        !self.bridges.is_empty()
    }

    // --- what goes out ---

    #[must_use]
    pub fn is_dirty(&self) -> bool {
        !self.news.is_empty()
    }

    /// How many ids have news.
    #[must_use]
    pub fn fresh(&self) -> usize {
        self.news.len()
    }

    /// What is new since the last call, an entry for each id: one frame, more if they are big.
    pub fn take(&mut self) -> Vec<Bytes> {
        let news = std::mem::take(&mut self.news);
        let frames = self.encode(&news);
        self.forget(&news);
        frames
    }

    /// There is nobody to tell.
    pub fn drop_news(&mut self) {
        let news = std::mem::take(&mut self.news);
        self.forget(&news);
    }

    fn forget(&mut self, news: &[u64]) {
        for client in news {
            let peer = self.peer(*client);
            if let Some(bridge) = peer.and_then(|peer| self.bridges.get_mut(&peer)) {
                bridge.fresh = false;
            } else if peer.is_some() {
                self.known.remove(client);
            } else if let Some(known) = self.known.get_mut(client) {
                known.fresh = false;
            }
        }
    }

    /// The member of ours behind an id of the server's.
    fn peer(&self, client: u64) -> Option<u32> {
        u32::try_from(client.checked_sub(self.base)?).ok()
    }

    /// Everybody who is here, for those who come.
    #[must_use]
    pub fn all(&self) -> Vec<Bytes> {
        let theirs = self.known.iter().filter(|(_, known)| !known.state.is_empty()).map(|(client, _)| *client);
        let ours = self.bridges.keys().map(|peer| self.base + u64::from(*peer));
        let all: Vec<u64> = theirs.chain(ours).collect();
        self.encode(&all)
    }

    fn encode(&self, clients: &[u64]) -> Vec<Bytes> {
        self.encode_within(clients, FRAME)
    }

    /// In frames that end with the entry that fills them.
    fn encode_within(&self, clients: &[u64], frame: usize) -> Vec<Bytes> {
        let mut frames = Vec::new();
        let (mut count, mut body, mut state) = (0u64, Vec::new(), Vec::new());
        for client in clients {
            if let Some(entry) = self.entry(*client, &mut state) {
                write_entry(&mut body, entry);
                count += 1;
            }
            if body.len() >= frame {
                frames.push(framed(std::mem::take(&mut count), &std::mem::take(&mut body)));
            }
        }
        if count > 0 {
            frames.push(framed(count, &body));
        }
        frames
    }

    /// `scratch`: where the text of one of ours is made.
    fn entry<'a>(&'a self, client: u64, scratch: &'a mut Vec<u8>) -> Option<Entry<'a>> {
        if let Some(bridge) = self.peer(client).and_then(|peer| self.bridges.get(&peer)) {
            bridge.write(scratch);
            return Some(Entry { client, clock: bridge.clock, state: scratch });
        }
        let known = self.known.get(&client)?;
        let state = if known.state.is_empty() { GONE.as_bytes() } else { &known.state };
        Some(Entry { client, clock: known.clock, state })
    }
}

impl Bridge {
    fn write(&self, out: &mut Vec<u8>) {
        out.clear();
        out.extend_from_slice(&self.head);
        if let Some((x4, y4)) = self.at {
            // Writing to memory does not fail.
            let _ = write!(out, r#","pointer":{{"x":{},"y":{}}}"#, f64::from(x4) / 4.0, f64::from(y4) / 4.0);
        }
        out.push(b'}');
    }
}

enum Judged {
    News,
    Old,
    /// Counts as gone, under this clock or a newer one.
    Overtaken,
}

fn framed(count: u64, body: &[u8]) -> Bytes {
    let mut frame = Vec::with_capacity(body.len() + 3);
    write_uint(&mut frame, count);
    frame.extend_from_slice(body);
    frame.into()
}

#[cfg(test)]
mod tests;
