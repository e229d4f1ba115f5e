//! Unmodified stock providers: they sync, edit, show who they are and send back every awareness change they hear of. That of y-websocket knows
//! nothing of acknowledgements; that of Hocuspocus counts what it may call saved.

use std::collections::{BTreeMap, BTreeSet};

use actix_http::ws::Message;
use bytes::Bytes;
use tandem_protocol::ws::varint::{Reader, write_uint};
use yrs::{Doc, ReadTxn, StateVector, Transact, updates::decoder::Decode, updates::encoder::Encode};

use crate::{
    line::{Event, Line},
    rng::Rng,
    town::{HOCUSPOCUS, HOMES, NAMES, mark},
    truth::{Truth, apply, promise, put},
};

const SYNC: u8 = 0;
const AWARENESS: u8 = 1;
const AUTH: u8 = 2;
const QUERY_AWARENESS: u8 = 3;
/// Kinds of Hocuspocus alone.
const STATELESS: u8 = 5;
const CLOSE: u8 = 7;
const SYNC_STATUS: u8 = 8;
/// The answer to a token, in a message of the kind `AUTH`.
const AUTHENTICATED: u8 = 2;
/// The provider hangs up after this long without a message.
const SILENCE: u64 = 30_000;
/// How often its awareness says again that it is there.
const RENEW: u64 = 15_000;

pub struct Stock {
    pub who: usize,
    pub line: Line,
    pub doc: Doc,
    /// By client id: clock, and state unless gone. Clocks are kept over reconnects, states are not.
    known: BTreeMap<u64, (u64, Option<String>)>,
    id: u64,
    clock: u64,
    renewed: u64,
    pub synced: bool,
    /// An edit was refused: nothing but a new connection brings it to the server.
    pub denied: bool,
    hocuspocus: Option<Counter>,
}

/// What the provider of Hocuspocus has besides.
struct Counter {
    document: String,
    /// `unsyncedChanges`: edits, and answers to the server's step 1, that were sent and are not called saved.
    unsynced: i64,
}

impl Stock {
    pub fn new(who: usize, seed: u64, document: String, truth: &mut Truth) -> Self {
        let doc = truth.fresh_doc();
        let id = doc.client_id().get();
        let line = Line::new(SILENCE, Rng::new(seed, 300 + who as u64));
        let hocuspocus = (who == HOCUSPOCUS).then_some(Counter { document, unsynced: 0 });
        Self { who, line, doc, known: BTreeMap::new(), id, clock: 1, renewed: 0, synced: false, denied: false, hocuspocus }
    }

    pub fn name(&self) -> &'static str {
        NAMES[self.who]
    }

    /// What keeps it from being at rest.
    pub fn unrest(&self) -> Option<String> {
        let counted = self.hocuspocus.as_ref().map_or(0, |counter| counter.unsynced);
        match (self.synced && !self.denied, counted) {
            (false, _) => Some("is not synced".into()),
            (true, 0) => None,
            (true, count) => Some(format!("counts {count} edits as not saved")),
        }
    }

    pub fn dial(&mut self, pipe: crate::net::Pipe, truth: &Truth) {
        self.line.dialled(pipe, truth.now);
        self.denied = false;
        if let Some(counter) = &mut self.hocuspocus {
            // Its own step 1: the server answers with one of its own, and calls the answer to that saved.
            counter.unsynced = 1;
            self.send(&[AUTH, 0], self.name().as_bytes(), truth.now);
        }
        let vector = self.doc.transact().state_vector().encode_v1();
        self.send(&[SYNC, 0], &vector, truth.now);
        self.show(truth.now);
    }

    fn send(&mut self, head: &[u8], bytes: &[u8], now: u64) {
        let mut frame = Vec::new();
        if let Some(Counter { document, .. }) = &self.hocuspocus {
            write_uint(&mut frame, document.len() as u64);
            frame.extend_from_slice(document.as_bytes());
        }
        frame.extend_from_slice(head);
        write_uint(&mut frame, bytes.len() as u64);
        frame.extend_from_slice(bytes);
        self.line.send(Message::Binary(frame.into()), now);
    }

    fn show(&mut self, now: u64) {
        self.renewed = now;
        let state = self.state();
        let entry = entries([(self.id, self.clock, state.as_str())]);
        self.send(&[AWARENESS], &entry, now);
    }

    fn state(&self) -> String {
        format!(r#"{{"user":{{"name":"{} {}"}}}}"#, self.name(), mark(HOMES[self.who]))
    }

    /// The provider answers with all it knows, not only with itself.
    fn show_everybody(&mut self, now: u64) {
        let mine = self.state();
        let others = self.known.iter().filter_map(|(id, (clock, state))| Some((*id, *clock, state.as_deref()?)));
        let all: Vec<(u64, u64, &str)> = others.chain([(self.id, self.clock, mine.as_str())]).collect();
        let all = entries(all);
        self.send(&[AWARENESS], &all, now);
    }

    pub fn tick(&mut self, truth: &mut Truth) {
        while let Some(event) = self.line.next(truth.now) {
            match event {
                Event::Frame(bytes, written) => {
                    truth.saw(self.who, &bytes, written);
                    if let Err(error) = self.frame(&bytes, truth) {
                        truth.broken(promise::SOUND, format!("{} was sent a frame that is none ({error}): {bytes:?}", self.name()));
                    }
                }
                Event::Lost => self.lost(truth),
            }
        }
        if self.line.is_up() && truth.now >= self.renewed + RENEW {
            self.clock += 1;
            self.show(truth.now);
        }
    }

    pub fn lost(&mut self, truth: &mut Truth) {
        truth.note(format!("{} loses the connection", self.name()));
        self.synced = false;
        for (_, state) in self.known.values_mut() {
            *state = None;
        }
    }

    fn frame(&mut self, frame: &Bytes, truth: &mut Truth) -> Result<(), String> {
        let mut r = Reader::new(frame);
        let text = |e: tandem_protocol::ws::DecodeError| e.to_string();
        if let Some(Counter { document, .. }) = &self.hocuspocus {
            match r.var_str().map_err(text)? {
                // About no document: a sign of life, which the provider reads and drops.
                "" => return Ok(()),
                about if about == document => {}
                other => return Err(format!("it is about {other}")),
            }
        }
        match r.uint().map_err(text)? as u8 {
            SYNC => {
                let step = r.uint().map_err(text)?;
                let bytes = whole(r)?;
                match step {
                    0 => {
                        let has = StateVector::decode_v1(bytes).map_err(|e| e.to_string())?;
                        let lacks = self.doc.transact().encode_diff_v1(&has);
                        self.send(&[SYNC, 1], &lacks, truth.now);
                        Ok(())
                    }
                    _ => {
                        self.synced |= step == 1;
                        apply(&self.doc, bytes)
                    }
                }
            }
            AWARENESS => self.aware(whole(r)?, truth.now),
            AUTH if self.hocuspocus.is_some() && r.uint().map_err(text)? as u8 == AUTHENTICATED => Ok(()),
            AUTH | CLOSE => {
                self.denied = true;
                truth.note(format!("{} is denied something", self.name()));
                Ok(())
            }
            STATELESS => Ok(()),
            SYNC_STATUS => {
                let saved = r.uint().map_err(text)? == 1;
                self.status(saved, truth);
                Ok(())
            }
            QUERY_AWARENESS => {
                self.show_everybody(truth.now);
                Ok(())
            }
            kind => Err(format!("kind {kind}")),
        }
    }

    fn aware(&mut self, bytes: &[u8], now: u64) -> Result<(), String> {
        let mut r = Reader::new(bytes);
        let mut news = Vec::new();
        for _ in 0..r.uint().map_err(|e| e.to_string())? {
            let (id, clock) = (r.uint().map_err(|e| e.to_string())?, r.uint().map_err(|e| e.to_string())?);
            let length = r.uint().map_err(|e| e.to_string())? as usize;
            let rest = r.rest();
            let (state, rest) = rest.split_at_checked(length).ok_or("a state is too long")?;
            r = Reader::new(rest);
            let state = std::str::from_utf8(state).map_err(|e| e.to_string())?;
            let state = (state != "null").then(|| state.to_owned());
            let (known, was) = self.known.get(&id).map_or((0, None), |(clock, state)| (*clock, state.as_ref()));
            if clock > known || (clock == known && state.is_none() && was.is_some()) {
                if id == self.id && state.is_none() {
                    // Somebody says that I am gone.
                    self.clock = self.clock.max(clock) + 1;
                    self.show(now);
                    continue;
                }
                news.push((id, clock, state.clone().unwrap_or_else(|| "null".into())));
                self.known.insert(id, (clock, state));
            }
        }
        // The provider sends on whatever changed, whoever changed it.
        let news: Vec<(u64, u64, &str)> = news.iter().map(|(id, clock, state)| (*id, *clock, state.as_str())).collect();
        if !news.is_empty() {
            let again = entries(news);
            self.send(&[AWARENESS], &again, now);
        }
        Ok(())
    }

    /// One thing less, or one that will never be, is to be saved.
    fn status(&mut self, saved: bool, truth: &mut Truth) {
        let Some(counter) = &mut self.hocuspocus else { return };
        if !saved {
            self.denied = true;
            return truth.note("something of a provider's was refused");
        }
        counter.unsynced -= 1;
        match counter.unsynced {
            ..0 => truth.broken(promise::ACKS, format!("{} was told of more saved edits than it sent", self.name())),
            0 => truth.saved(self.who, &self.doc),
            _ => {}
        }
    }

    pub fn put(&mut self, key: &str, value: f64, now: u64) {
        let update = put(&self.doc, HOMES[self.who], key, value);
        if let Some(counter) = self.hocuspocus.as_mut().filter(|_| self.line.is_up()) {
            counter.unsynced += 1;
        }
        self.send(&[SYNC, 2], &update, now);
    }

    /// The names of all others that are shown.
    pub fn sees(&self) -> BTreeSet<String> {
        let others = self.known.iter().filter(|(id, _)| **id != self.id);
        let names = others.filter_map(|(_, (_, state))| {
            let state: serde_json::Value = serde_json::from_str(state.as_ref()?).ok()?;
            Some(state["user"]["name"].as_str()?.to_owned())
        });
        names.collect()
    }
}

fn entries<'a>(entries: impl IntoIterator<Item = (u64, u64, &'a str), IntoIter: ExactSizeIterator>) -> Vec<u8> {
    let entries = entries.into_iter();
    let mut out = Vec::new();
    write_uint(&mut out, entries.len() as u64);
    for (id, clock, state) in entries {
        write_uint(&mut out, id);
        write_uint(&mut out, clock);
        write_uint(&mut out, state.len() as u64);
        out.extend_from_slice(state.as_bytes());
    }
    out
}

/// The provider reads one message a frame and nothing after it.
fn whole(mut r: Reader<'_>) -> Result<&[u8], String> {
    let length = r.uint().map_err(|e| e.to_string())? as usize;
    let rest = r.rest();
    if rest.len() == length { Ok(rest) } else { Err(format!("{} bytes where {length} are announced", rest.len())) }
}
