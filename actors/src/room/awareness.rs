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

    /// All that a connection shows, for other nodes.
    #[must_use]
    pub fn shown_by(&self, seat: Seat) -> Option<Bytes> {
        self.encode(self.shown.get(&seat)?).into_iter().next()
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
        let mut frames = Vec::new();
        let (mut count, mut body, mut state) = (0u64, Vec::new(), Vec::new());
        for client in clients {
            if let Some(entry) = self.entry(*client, &mut state) {
                write_entry(&mut body, entry);
                count += 1;
            }
            if body.len() >= FRAME {
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
mod tests {
    use tandem_protocol::SessionId;

    use super::*;

    const LIMITS: AwarenessLimits = AwarenessLimits { max_state: 100, max_ids: 4 };

    fn somebody() -> Speaker {
        Speaker { seat: Seat { session: SessionId::new(), subscription: 1 }, user: UserId::new() }
    }

    /// Another connection of the same person.
    fn again(who: Speaker) -> Speaker {
        Speaker { seat: Seat { session: SessionId::new(), subscription: 1 }, ..who }
    }

    fn says(client: u64, clock: u64, state: &str) -> Vec<u8> {
        tandem_protocol::yjs::awareness::encode([Entry { client, clock, state: state.as_bytes() }].into_iter())
    }

    fn one(frames: Vec<Bytes>) -> Vec<u8> {
        assert!(frames.len() <= 1);
        frames.first().map(|frame| frame.to_vec()).unwrap_or_default()
    }

    /// As (id, clock, text), by id.
    fn entries(frames: &[Bytes]) -> Vec<(u64, u64, String)> {
        let mut all: Vec<_> = frames
            .iter()
            .flat_map(|frame| Entries::new(frame).unwrap().map(Result::unwrap))
            .map(|e| (e.client, e.clock, String::from_utf8(e.state.to_vec()).unwrap()))
            .collect();
        all.sort();
        all
    }

    #[test]
    fn news_go_round_and_their_echoes_do_not() {
        let (mut awareness, ann, bob) = (Awareness::default(), somebody(), somebody());
        let news = says(7, 1, "{}");
        awareness.apply(ann, &news, LIMITS).unwrap();
        assert_eq!(one(awareness.take()), news);
        for who in [bob, ann] {
            assert_eq!(awareness.apply(who, &news, LIMITS), Ok(Heard::default()));
        }
        assert!(!awareness.is_dirty());
    }

    #[test]
    fn of_one_tick_the_latest_state_of_each_goes_round_in_one_frame() {
        let (mut awareness, ann, bob) = (Awareness::default(), somebody(), somebody());
        for clock in 1..20 {
            awareness.apply(ann, &says(7, clock, &format!("{clock}")), LIMITS).unwrap();
        }
        awareness.apply(bob, &says(8, 1, "[]"), LIMITS).unwrap();
        let frames = awareness.take();
        assert_eq!(frames.len(), 1);
        assert_eq!(entries(&frames), [(7, 19, "19".into()), (8, 1, "[]".into())]);
        assert!(awareness.take().is_empty());
    }

    #[test]
    fn a_stale_entry_is_dropped_before_its_json_is_read() {
        let (mut awareness, ann) = (Awareness::default(), somebody());
        awareness.apply(ann, &says(7, 5, "{}"), LIMITS).unwrap();
        awareness.take();
        assert_eq!(awareness.apply(ann, &says(7, 4, "not json"), LIMITS), Ok(Heard::default()));
    }

    #[test]
    fn nobody_speaks_for_anothers_id() {
        let (mut awareness, ann, bob) = (Awareness::default(), somebody(), somebody());
        awareness.apply(ann, &says(7, 1, "{}"), LIMITS).unwrap();
        awareness.take();
        awareness.apply(bob, &says(7, 9, "null"), LIMITS).unwrap();
        awareness.apply(bob, &says(7, 9, "{}"), LIMITS).unwrap();
        // Nor do providers of the same person that repeat what they heard, or think it timed out.
        let tab = again(ann);
        awareness.apply(tab, &says(7, 1, "{}"), LIMITS).unwrap();
        awareness.apply(tab, &says(7, 1, "null"), LIMITS).unwrap();
        assert!(!awareness.is_dirty());
        awareness.leave(tab.seat);
        assert!(!awareness.is_dirty());
    }

    #[test]
    fn who_leaves_is_gone_with_a_newer_clock_and_an_old_entry_does_not_bring_them_back() {
        let (mut awareness, ann, bob) = (Awareness::default(), somebody(), somebody());
        awareness.apply(ann, &says(7, 3, "{}"), LIMITS).unwrap();
        awareness.take();
        awareness.leave(ann.seat);
        assert_eq!(one(awareness.take()), says(7, 4, "null"));
        awareness.apply(bob, &says(7, 3, "{}"), LIMITS).unwrap();
        assert!(!awareness.is_dirty());
        assert!(awareness.all().is_empty());
    }

    /// A provider that reconnects goes on with the clock it had, which is older than that of its own farewell.
    #[test]
    fn who_comes_back_under_an_overtaken_clock_is_told_so_and_then_seen() {
        let (mut awareness, ann) = (Awareness::default(), somebody());
        awareness.apply(ann, &says(7, 3, "{}"), LIMITS).unwrap();
        awareness.leave(ann.seat);
        awareness.take();
        let back = again(ann);
        let heard = awareness.apply(back, &says(7, 3, "{}"), LIMITS).unwrap();
        assert_eq!(heard.overtaken.as_deref(), Some(&says(7, 4, "null")[..]));
        awareness.apply(back, &says(7, 5, "{}"), LIMITS).unwrap();
        assert_eq!(one(awareness.take()), says(7, 5, "{}"));
    }

    #[test]
    fn a_newer_connection_goes_on_with_an_id_and_the_late_end_of_the_older_one_does_not_end_it() {
        let (mut awareness, ann) = (Awareness::default(), somebody());
        awareness.apply(ann, &says(7, 3, "{}"), LIMITS).unwrap();
        awareness.take();
        let newer = again(ann);
        awareness.apply(newer, &says(7, 4, "{}"), LIMITS).unwrap();
        assert_eq!(one(awareness.take()), says(7, 4, "{}"));
        awareness.leave(ann.seat);
        assert!(!awareness.is_dirty());
        awareness.leave(newer.seat);
        assert_eq!(one(awareness.take()), says(7, 5, "null"));
    }

    #[test]
    fn sizes_counts_and_json_are_checked() {
        let (mut awareness, ann) = (Awareness::default(), somebody());
        let limits = AwarenessLimits { max_state: 5, max_ids: 1 };
        let rule = |refused: Result<_, Refused>| refused.unwrap_err().rule.unwrap();
        assert_eq!(rule(awareness.apply(ann, &says(1, 1, "\"0123456789\""), limits)), "max_awareness_bytes");
        assert_eq!(rule(awareness.apply(ann, &says(1, 1, "{"), limits)), "json");
        assert_eq!(rule(awareness.apply(ann, &says(1, 1, ""), limits)), "json");
        awareness.apply(ann, &says(1, 1, "{}"), limits).unwrap();
        assert_eq!(rule(awareness.apply(ann, &says(2, 1, "{}"), limits)), "max_awareness_ids");
        // Who shows one less may show another one.
        awareness.apply(ann, &says(1, 2, "null"), limits).unwrap();
        awareness.apply(ann, &says(2, 1, "{}"), limits).unwrap();
        assert_eq!(rule(awareness.apply(ann, &[9, 9], limits)), "malformed");
    }

    #[test]
    fn who_shows_one_id_after_the_other_is_stopped_and_a_clock_has_an_end() {
        let (mut awareness, ann) = (Awareness::default(), somebody());
        let limits = AwarenessLimits { max_ids: 1, ..LIMITS };
        let rule = |refused: Result<_, Refused>| refused.unwrap_err().rule.unwrap();
        for id in 0..64 {
            awareness.apply(ann, &says(id, 1, "{}"), limits).unwrap();
            awareness.apply(ann, &says(id, 2, "null"), limits).unwrap();
        }
        assert_eq!(rule(awareness.apply(ann, &says(64, 1, "{}"), limits)), "max_awareness_ids");
        let again = again(ann);
        awareness.apply(again, &says(65, 1, "{}"), limits).unwrap();
        assert_eq!(rule(awareness.apply(again, &says(65, 1 << 52, "{}"), limits)), "max_awareness_clock");
    }

    #[test]
    fn pointers_are_found() {
        let (mut awareness, ann) = (Awareness::default(), somebody());
        let mut at = |clock, state: &str| awareness.apply(ann, &says(1, clock, state), LIMITS).unwrap().pointer;
        assert_eq!(at(1, r#"{"pointer":{"x":1.5,"y":2}}"#), Some(Some((1.5, 2.0))));
        assert_eq!(at(1, r#"{"pointer":{"x":9,"y":9}}"#), None);
        assert_eq!(at(2, r#"{"pointer":null}"#), Some(None));
    }

    #[test]
    fn ours_are_shown_with_their_pointer_and_go() {
        let mut awareness = Awareness::default();
        let user = UserSummary { id: UserId::new(), name: "Ann \"A\"".into(), email: "a@b.c".into(), color: "#123456".into() };
        awareness.bridge(3, &user);
        awareness.point(3, Some((401, -2)));
        awareness.point(4, Some((1, 1)));
        let frames = awareness.take();
        let [(client, 2, text)] = &entries(&frames)[..] else { panic!("one entry") };
        let state: serde_json::Value = serde_json::from_str(text).unwrap();
        assert_eq!(state["user"]["name"], "Ann \"A\"");
        assert_eq!(state["user"]["email"], serde_json::Value::Null);
        assert_eq!(state["pointer"], serde_json::json!({ "x": 100.25, "y": -0.5 }));
        assert_eq!(entries(&awareness.all()), entries(&frames));
        // Nobody may speak for them.
        awareness.apply(somebody(), &says(*client, 99, "{}"), LIMITS).unwrap();
        assert!(!awareness.is_dirty());
        awareness.renew_bridges();
        assert_eq!(entries(&awareness.take())[0].1, 3);
        awareness.unbridge(3);
        assert_eq!(entries(&awareness.take()), [(*client, 4, "null".into())]);
        assert!(awareness.all().is_empty() && awareness.known.is_empty());
    }

    #[test]
    fn big_states_make_more_frames_and_none_is_lost() {
        let (mut awareness, limits) = (Awareness::default(), AwarenessLimits { max_state: 64 << 10, max_ids: 16 });
        let state = format!("\"{}\"", "a".repeat(60_000));
        for client in 0..10 {
            awareness.apply(somebody(), &says(client, 1, &state), limits).unwrap();
        }
        let frames = awareness.take();
        assert!(frames.len() > 1 && frames.iter().all(|frame| frame.len() < FRAME + (64 << 10)));
        assert_eq!(entries(&frames).len(), 10);
    }
}
