//! A client's edits on their way to the server's disk, as in `client-sdk/src/room/outbox.ts` and `lacking.ts`; and what the
//! onlooker remembers of them.

use std::collections::BTreeMap;

use bytes::Bytes;
use yrs::{Doc, ReadTxn, StateVector, Transact, Update, updates::decoder::Decode};

/// An edit of nothing: its acknowledgement says that everything before it is on disk.
pub const NOTHING: &[u8] = &[0, 0];

#[derive(Default)]
pub struct Outbox {
    waiting: Vec<Vec<u8>>,
    /// Sent since the last join and not acknowledged.
    sent: Vec<u64>,
    seq: u64,
    channel: u32,
    /// The onlooker's: everything sent on this channel, not refused, not acknowledged.
    on_the_wire: BTreeMap<u64, Bytes>,
    acked: u64,
}

impl Outbox {
    pub fn pending(&self) -> usize {
        self.waiting.len() + self.sent.len()
    }

    pub fn push(&mut self, update: Vec<u8>) {
        self.waiting.push(update);
    }

    /// Everything that waits, as one update with its number.
    pub fn take(&mut self) -> Option<(u64, Bytes)> {
        let waiting = std::mem::take(&mut self.waiting);
        let bytes = match waiting.as_slice() {
            [] => return None,
            [one] => Bytes::from(one.clone()),
            many => yrs::merge_updates_v1(many).unwrap().into(),
        };
        self.seq += 1;
        self.sent.push(self.seq);
        self.on_the_wire.insert(self.seq, bytes.clone());
        Some((self.seq, bytes))
    }

    /// The updates that an acknowledgement covers.
    pub fn ack(&mut self, seq: u64) -> Result<Vec<(u64, Bytes)>, String> {
        if seq <= self.acked {
            return Err(format!("{} was acknowledged before", self.acked));
        }
        if !self.on_the_wire.contains_key(&seq) {
            return Err("no such edit was sent, or it was refused".into());
        }
        self.acked = seq;
        self.sent.retain(|sent| *sent > seq);
        let later = self.on_the_wire.split_off(&(seq + 1));
        Ok(std::mem::replace(&mut self.on_the_wire, later).into_iter().collect())
    }

    /// Whether this was sent since the last join and still waits.
    pub fn refused(&mut self, seq: u64) -> bool {
        self.on_the_wire.remove(&seq);
        self.sent.contains(&seq)
    }

    /// Joined anew: `difference` stands for all that waited or was sent.
    pub fn restart(&mut self, difference: Option<Vec<u8>>, channel: u32) {
        self.waiting = difference.into_iter().collect();
        self.sent.clear();
        if channel != self.channel {
            *self = Self { waiting: std::mem::take(&mut self.waiting), channel, ..Self::default() };
        }
    }

    pub fn forget(&mut self) {
        self.waiting.clear();
        self.sent.clear();
    }
}

/// What a server with this state vector lacks of my document; `sync`, already applied, holds all its deletions.
pub fn lacking(doc: &Doc, theirs: &StateVector, sync: &[u8]) -> Option<Vec<u8>> {
    let txn = doc.transact();
    let mine = txn.snapshot();
    let more = mine.state_map.iter().any(|(client, clock)| *clock > theirs.get(client));
    let known = Update::decode_v1(sync).map(|update| update.delete_set().clone()).unwrap_or_default();
    let undeleted = mine
        .delete_set
        .iter()
        .any(|(client, ranges)| ranges.iter().any(|range| range.clone().any(|clock| !known.contains(&yrs::ID::new(*client, clock)))));
    (more || undeleted).then(|| txn.encode_diff_v1(theirs))
}
