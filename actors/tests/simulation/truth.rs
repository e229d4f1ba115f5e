//! What is true, as far as an onlooker can tell who sees the disk, all clients and the plan; and the promises, checked as things
//! happen.

use std::{collections::HashMap, hash::Hasher};

use bytes::Bytes;
use tandem_protocol::DocumentId;
use yrs::{Any, Doc, Map, OffsetKind, Options, Out, ReadTxn, Transact, Update, types::ToJson, updates::decoder::Decode};

use crate::town::{HOMES, NAMES, TASKS, mark};

/// In what must never be stored.
pub const FORBIDDEN: &str = "#never#";
/// How long news may still come after somebody lost the right to them.
const GRACE: u64 = 1_000;

/// The promises, by name. A run ends with the first that is broken.
pub mod promise {
    pub const DURABLE: &str = "acknowledged is durable";
    pub const ACKS: &str = "every ack names a sent edit, exactly once, in order";
    pub const CONVERGE: &str = "all converge";
    pub const SECRET: &str = "nobody sees or writes what they may not";
    pub const GHOSTS: &str = "no ghost outlives its drawer";
    pub const PRESENCE: &str = "presence equals who is there";
    pub const CURSORS: &str = "cursors are where their owners point";
    pub const STUCK: &str = "nobody is stuck";
    pub const SOUND: &str = "what the server sends can be applied";
}

#[derive(Debug)]
pub struct Broken {
    pub promise: &'static str,
    pub how: String,
}

pub struct Truth {
    pub now: u64,
    pub broken: Option<Broken>,
    pub trace: Vec<String>,
    /// Of everything clients were sent, in order.
    digest: std::hash::DefaultHasher,
    /// What is on disk, by task.
    pub disk: Vec<Doc>,
    tasks: HashMap<DocumentId, usize>,
    /// Since when somebody is not a member.
    pub out_since: [Option<u64>; NAMES.len()],
    next_client_id: u64,
    /// When everything was well again.
    pub rest_started: Option<u64>,
    pub frames: u64,
    pub acks: u64,
}

impl Truth {
    pub fn new(documents: &[DocumentId]) -> Self {
        Self {
            now: 0,
            broken: None,
            trace: Vec::new(),
            digest: std::hash::DefaultHasher::new(),
            disk: (0..TASKS).map(|task| new_doc(1 + task as u64)).collect(),
            tasks: documents.iter().enumerate().map(|(task, id)| (*id, task)).collect(),
            out_since: [None; NAMES.len()],
            next_client_id: 1_000,
            rest_started: None,
            frames: 0,
            acks: 0,
        }
    }

    pub fn note(&mut self, line: impl AsRef<str>) {
        self.trace.push(format!("{:>7} ms  {}", self.now, line.as_ref()));
    }

    pub fn broken(&mut self, promise: &'static str, how: impl Into<String>) {
        let how = how.into();
        self.note(format!("BROKEN: {promise}: {how}"));
        self.broken.get_or_insert(Broken { promise, how });
    }

    /// A document nobody else has, with numbers that are the same in every run.
    pub fn fresh_doc(&mut self) -> Doc {
        self.next_client_id += 1;
        new_doc(self.next_client_id)
    }

    pub fn digest(&self) -> u64 {
        self.digest.finish()
    }

    // --- promises that are checked as things happen ---

    pub fn committed(&mut self, document: DocumentId, payload: &Bytes) {
        let Some(task) = self.tasks.get(&document).copied() else { return };
        if contains(payload, FORBIDDEN) {
            self.broken(promise::SECRET, format!("task {task} keeps an edit of somebody who may not write"));
        }
        for other in (0..TASKS).filter(|other| *other != task) {
            if contains(payload, &mark(other)) {
                self.broken(promise::SECRET, format!("an edit of task {other} is kept with task {task}"));
            }
        }
        if let Err(error) = apply(&self.disk[task], payload) {
            self.broken(promise::SOUND, format!("the disk holds an edit of task {task} that cannot be applied: {error}"));
        }
    }

    /// `who` was sent this; the house wrote it at `written`, if that is known.
    pub fn saw(&mut self, who: usize, payload: &[u8], written: Option<u64>) {
        self.frames += 1;
        self.digest.write_usize(who);
        self.digest.write(payload);
        for task in 0..TASKS {
            // One's own name is no secret.
            let own = if task == HOMES[who] { count(payload, &format!("{} {}", NAMES[who], mark(task))) } else { 0 };
            if count(payload, &mark(task)) == own {
                continue;
            }
            if task != HOMES[who] {
                self.broken(promise::SECRET, format!("{} was sent something of task {task}", NAMES[who]));
            } else if let (Some(since), Some(written)) = (self.out_since[who], written)
                && written > since + GRACE
            {
                let late = written - since;
                self.broken(promise::SECRET, format!("{} was sent something {late} ms after losing the right to it", NAMES[who]));
            }
        }
    }

    /// `who` may call all their edits saved.
    pub fn saved(&mut self, who: usize, doc: &Doc) {
        self.acks += 1;
        let me = doc.client_id();
        let (mine, disk) = (doc.transact().state_vector().get(&me), self.disk[HOMES[who]].transact().state_vector().get(&me));
        if mine > disk {
            self.broken(promise::DURABLE, format!("{} was told that all is saved; the disk lacks elements {disk} to {mine}", NAMES[who]));
        }
    }

    /// `who` was told that this edit is on disk.
    pub fn acknowledged(&mut self, who: usize, seq: u64, update: &[u8]) {
        self.acks += 1;
        let task = HOMES[who];
        if let Some(lacks) = lacks(&self.disk[task], update) {
            self.broken(promise::DURABLE, format!("{} was told that edit {seq} is on disk, which lacks {lacks}", NAMES[who]));
        }
    }
}

/// What of an update a document does not have.
fn lacks(doc: &Doc, update: &[u8]) -> Option<String> {
    let update = Update::decode_v1(update).ok()?;
    let snapshot = doc.transact().snapshot();
    for (client, ranges) in update.insertions(true).iter() {
        let has = snapshot.state_map.get(client);
        if let Some(range) = ranges.iter().find(|range| range.end > has) {
            return Some(format!("elements {has} to {} of {client}", range.end));
        }
    }
    let deleted = |client: &yrs::ClientID, at: u32| snapshot.delete_set.contains(&yrs::ID::new(*client, at));
    for (client, ranges) in update.delete_set().iter() {
        for range in ranges.iter() {
            if let Some(alive) = range.clone().find(|at| !deleted(client, *at)) {
                return Some(format!("the deletion of element {alive} of {client}"));
            }
        }
    }
    None
}

fn count(haystack: &[u8], needle: &str) -> usize {
    haystack.windows(needle.len()).filter(|window| *window == needle.as_bytes()).count()
}

pub fn contains(haystack: &[u8], needle: &str) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle.as_bytes())
}

pub fn new_doc(client: u64) -> Doc {
    let doc = Doc::with_options(Options { offset_kind: OffsetKind::Utf16, ..Options::with_client_id(yrs::ClientID::new(client)) });
    doc.get_or_insert_map("regions");
    doc
}

pub fn apply(doc: &Doc, bytes: &[u8]) -> Result<(), String> {
    let update = Update::decode_v1(bytes).map_err(|e| e.to_string())?;
    doc.transact_mut().apply_update(update).map_err(|e| e.to_string())?;
    if doc.transact().has_missing_updates() { Err("it builds on what was never sent".into()) } else { Ok(()) }
}

/// Everything a document says, and how far it knows everybody: two that are equal in this are equal.
pub fn picture(doc: &Doc) -> String {
    let map = doc.get_or_insert_map("regions");
    let txn = doc.transact();
    let mut keys: Vec<String> = map.iter(&txn).map(|(key, value)| format!("{key}={}", shown(&value.to_json(&txn)))).collect();
    keys.sort();
    let mut clocks: Vec<String> = txn.state_vector().iter().map(|(client, clock)| format!("{client}:{clock}")).collect();
    clocks.sort();
    format!("{} [{}]", keys.join(" "), clocks.join(" "))
}

fn shown(any: &Any) -> String {
    match any {
        Any::Map(entries) => {
            let mut entries: Vec<String> = entries.iter().map(|(key, value)| format!("{key}:{}", shown(value))).collect();
            entries.sort();
            format!("{{{}}}", entries.join(","))
        }
        other => other.to_string(),
    }
}

/// Change a region as a tool does: make it, or move it.
pub fn put(doc: &Doc, task: usize, key: &str, value: f64) -> Vec<u8> {
    let map = doc.get_or_insert_map("regions");
    let mut txn = doc.transact_mut();
    match map.get(&txn, key) {
        Some(Out::YMap(region)) => {
            region.insert(&mut txn, "geometry", value);
        }
        _ => {
            let label = format!("{} {}", key, mark(task));
            let fresh: yrs::MapPrelim = [("label", Any::from(label)), ("geometry", Any::from(value))].into_iter().collect();
            map.insert(&mut txn, key, fresh);
        }
    }
    txn.commit();
    txn.encode_update_v1()
}

pub fn remove(doc: &Doc, key: &str) -> Option<Vec<u8>> {
    let map = doc.get_or_insert_map("regions");
    let mut txn = doc.transact_mut();
    map.remove(&mut txn, key)?;
    txn.commit();
    Some(txn.encode_update_v1())
}
