//! What one client did, and what it was promised.

use tandem_protocol::LineageId;
use yrs::{StateVector, updates::decoder::Decode};

use crate::paper::Paper;

/// Shapes of one's own above which the oldest is deleted: documents stay small however long a run is.
const MOST: usize = 12;

#[derive(Debug)]
enum Deed {
    Drew(String),
    Moved,
    Deleted(String),
}

/// A client's copy and its account.
#[derive(Default)]
pub struct Ledger {
    pub paper: Paper,
    pub lineage: Option<LineageId>,
    /// In order; with the clock of this client after each.
    deeds: Vec<(u32, Deed)>,
    /// The first so many are acknowledged.
    acknowledged: usize,
    /// Own shapes that are there.
    mine: Vec<String>,
    /// Of this connection: how many deeds each sequence number covers.
    sent: Vec<usize>,
    /// Promises that were broken.
    pub broken: Vec<String>,
}

impl Ledger {
    /// Do something; returns the update.
    pub fn act(&mut self, dice: u32) -> Vec<u8> {
        let update = if self.mine.len() > MOST {
            let id = self.mine.remove(0);
            self.paper.delete(&id).map(|update| (update, Deed::Deleted(id)))
        } else if dice.is_multiple_of(3) && !self.mine.is_empty() {
            let id = &self.mine[dice as usize / 3 % self.mine.len()];
            self.paper.shift(id, dice).map(|update| (update, Deed::Moved))
        } else {
            None
        };
        let (update, deed) = update.unwrap_or_else(|| {
            let (update, mut ids) = self.paper.draw(1);
            let id = ids.pop().unwrap_or_default();
            self.mine.push(id.clone());
            (update, Deed::Drew(id))
        });
        self.deeds.push((self.paper.clock(&self.paper.id()), deed));
        update
    }

    /// A new connection: nothing was sent on it yet.
    pub fn reconnect(&mut self) {
        self.sent.clear();
    }

    /// Everything done so far is sent; returns the sequence number to send it under.
    pub fn send(&mut self) -> u64 {
        self.sent.push(self.deeds.len());
        self.sent.len() as u64
    }

    pub fn acknowledge(&mut self, seq: u64) {
        let covered = usize::try_from(seq).ok().and_then(|seq| self.sent.get(seq.checked_sub(1)?)).copied();
        match covered {
            Some(covered) => self.acknowledged = self.acknowledged.max(covered),
            None => self.broken.push(format!("acknowledged {seq}, which was never sent")),
        }
    }

    pub fn pending(&self) -> usize {
        self.deeds.len() - self.acknowledged
    }

    pub fn acknowledged(&self) -> usize {
        self.acknowledged
    }

    pub fn deeds(&self) -> usize {
        self.deeds.len()
    }

    /// The server says what it has, before this client gives it anything again: what was acknowledged must be among it.
    pub fn check_server(&mut self, vector: &[u8]) {
        let Ok(vector) = StateVector::decode_v1(vector) else { return self.broken.push("an unreadable state vector".to_owned()) };
        let Some((promised, _)) = self.acknowledged.checked_sub(1).and_then(|last| self.deeds.get(last)) else { return };
        let has = vector.get(&self.paper.id());
        if has < *promised {
            self.broken.push(format!("acknowledged up to {promised}, on coming back the server has {has}"));
        }
    }

    /// What came from disk in the end holds everything that was acknowledged, and nothing that was deleted.
    pub fn check_disk(&mut self, disk: &Paper) {
        let has = disk.clock(&self.paper.id());
        for (clock, deed) in &self.deeds[..self.acknowledged] {
            let deleted = |id: &String| self.deeds.iter().any(|(_, deed)| matches!(deed, Deed::Deleted(other) if other == id));
            let wrong = match deed {
                _ if *clock > has => true,
                Deed::Drew(id) => !disk.has(id) && !deleted(id),
                Deed::Deleted(id) => disk.has(id),
                Deed::Moved => false,
            };
            if wrong {
                self.broken.push(format!("acknowledged, but not on disk: {deed:?} (clock {clock}, the disk has {has})"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_acknowledged_is_asked_for() {
        let mut ledger = Ledger::default();
        let disk = Paper::default();
        disk.apply(&ledger.act(1)).unwrap();
        let seq = ledger.send();
        // A second deed that never arrives.
        ledger.act(1);
        ledger.send();
        ledger.acknowledge(seq);
        assert_eq!((ledger.acknowledged(), ledger.pending()), (1, 1));
        ledger.check_server(&disk.vector());
        ledger.check_disk(&disk);
        assert!(ledger.broken.is_empty(), "{:?}", ledger.broken);
    }

    #[test]
    fn a_lost_edit_is_found_on_coming_back_and_on_disk() {
        let mut ledger = Ledger::default();
        ledger.act(1);
        let seq = ledger.send();
        ledger.acknowledge(seq);
        ledger.check_server(&[0]);
        assert_eq!(ledger.broken.len(), 1);
        ledger.check_disk(&Paper::default());
        assert_eq!(ledger.broken.len(), 2);
    }

    #[test]
    fn a_deletion_that_did_not_last_is_found() {
        let mut ledger = Ledger::default();
        let disk = Paper::default();
        for _ in 0..=MOST {
            disk.apply(&ledger.act(1)).unwrap();
        }
        // One too many: the oldest goes, and the disk does not hear of it.
        ledger.act(1);
        let seq = ledger.send();
        ledger.acknowledge(seq);
        ledger.check_disk(&disk);
        assert_eq!(ledger.broken.len(), 1, "{:?}", ledger.broken);
    }

    #[test]
    fn an_acknowledgement_out_of_nowhere_is_a_broken_promise() {
        let mut ledger = Ledger::default();
        ledger.acknowledge(1);
        assert_eq!(ledger.broken.len(), 1);
    }
}
