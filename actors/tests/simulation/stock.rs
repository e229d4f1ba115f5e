//! An unmodified `y-websocket` provider: it syncs, edits, shows who it is, sends back every awareness change it hears of, and knows
//! nothing of acknowledgements.

use std::collections::{BTreeMap, BTreeSet};

use actix_http::ws::Message;
use bytes::Bytes;
use tandem_protocol::ws::varint::{Reader, write_uint};
use yrs::{Doc, ReadTxn, StateVector, Transact, updates::decoder::Decode, updates::encoder::Encode};

use crate::{
    line::{Event, Line},
    rng::Rng,
    town::{HOMES, STOCK, mark},
    truth::{Truth, apply, promise, put},
};

const SYNC: u8 = 0;
const AWARENESS: u8 = 1;
const DENIED: u8 = 2;
const QUERY_AWARENESS: u8 = 3;
/// The provider hangs up after this long without a message.
const SILENCE: u64 = 30_000;
/// How often its awareness says again that it is there.
const RENEW: u64 = 15_000;

pub struct Stock {
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
}

impl Stock {
    pub fn new(seed: u64, truth: &mut Truth) -> Self {
        let doc = truth.fresh_doc();
        let id = doc.client_id().get();
        let line = Line::new(SILENCE, Rng::new(seed, 300));
        Self { line, doc, known: BTreeMap::new(), id, clock: 1, renewed: 0, synced: false, denied: false }
    }

    pub fn dial(&mut self, pipe: crate::net::Pipe, truth: &Truth) {
        self.line.dialled(pipe, truth.now);
        self.denied = false;
        let vector = self.doc.transact().state_vector().encode_v1();
        self.send(&[SYNC, 0], &vector, truth.now);
        self.show(truth.now);
    }

    fn send(&mut self, head: &[u8], bytes: &[u8], now: u64) {
        let mut frame = head.to_vec();
        write_uint(&mut frame, bytes.len() as u64);
        frame.extend_from_slice(bytes);
        self.line.send(Message::Binary(frame.into()), now);
    }

    fn show(&mut self, now: u64) {
        self.renewed = now;
        let state = Self::state();
        let entry = entries([(self.id, self.clock, state.as_str())]);
        self.send(&[AWARENESS], &entry, now);
    }

    fn state() -> String {
        format!(r#"{{"user":{{"name":"stu {}"}}}}"#, mark(HOMES[STOCK]))
    }

    /// The provider answers with all it knows, not only with itself.
    fn show_everybody(&mut self, now: u64) {
        let mine = Self::state();
        let others = self.known.iter().filter_map(|(id, (clock, state))| Some((*id, *clock, state.as_deref()?)));
        let all: Vec<(u64, u64, &str)> = others.chain([(self.id, self.clock, mine.as_str())]).collect();
        let all = entries(all);
        self.send(&[AWARENESS], &all, now);
    }

    pub fn tick(&mut self, truth: &mut Truth) {
        while let Some(event) = self.line.next(truth.now) {
            match event {
                Event::Frame(bytes, written) => {
                    truth.saw(STOCK, &bytes, written);
                    if let Err(error) = self.frame(&bytes, truth) {
                        truth.broken(promise::SOUND, format!("stu was sent a frame that is none ({error}): {bytes:?}"));
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
        truth.note("stu loses the connection");
        self.synced = false;
        for (_, state) in self.known.values_mut() {
            *state = None;
        }
    }

    fn frame(&mut self, frame: &Bytes, truth: &mut Truth) -> Result<(), String> {
        let mut r = Reader::new(frame);
        let text = |e: tandem_protocol::ws::DecodeError| e.to_string();
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
            DENIED => {
                self.denied = true;
                truth.note("stu is denied something");
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

    pub fn put(&mut self, key: &str, value: f64, now: u64) {
        let update = put(&self.doc, HOMES[STOCK], key, value);
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
