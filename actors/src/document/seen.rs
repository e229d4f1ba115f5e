//! What somebody has before their eyes when they submit: the document must have all of it, deletions too, before it is read.
//!
//! A state vector counts what was inserted and says nothing of what was deleted since. A snapshot (`Y.encodeSnapshot(Y.snapshot(doc))`, version 1)
//! is the ranges that are deleted and then the state vector. It comes from strangers, so it is read without trusting what it claims.

use std::{collections::HashMap, ops::Range};

use tandem_protocol::ws::varint::Reader;
use yrs::{ReadTxn, StateVector, Transact};

use super::{
    LiveDoc,
    live::{BadStateVector, MAX_STATE_VECTOR, decode_state_vector},
    ranges::united,
};

#[derive(Clone, Debug, Default)]
pub struct Seen {
    vector: StateVector,
    deleted: HashMap<u64, Vec<Range<u32>>>,
}

impl Seen {
    /// Whichever of the two is known; of both, all.
    ///
    /// # Errors
    /// If one of them is not what it should be.
    pub fn decode(state_vector: Option<&[u8]>, snapshot: Option<&[u8]>) -> Result<Self, BadStateVector> {
        let mut seen = snapshot.map(Self::of_snapshot).transpose()?.unwrap_or_default();
        if let Some(bytes) = state_vector {
            for (client, clock) in decode_state_vector(bytes)?.iter() {
                seen.vector.set_max(*client, *clock);
            }
        }
        Ok(seen)
    }

    fn of_snapshot(bytes: &[u8]) -> Result<Self, BadStateVector> {
        if bytes.len() > MAX_STATE_VECTOR {
            crate::measures::limit("max_state_vector");
            return Err(BadStateVector);
        }
        let mut r = Reader::new(bytes);
        let mut deleted: HashMap<u64, Vec<Range<u32>>> = HashMap::new();
        for _ in 0..r.uint().map_err(|_| BadStateVector)? {
            let client = r.uint().map_err(|_| BadStateVector)?;
            let ranges = deleted.entry(client).or_default();
            for _ in 0..r.uint().map_err(|_| BadStateVector)? {
                let start = r.uint32().map_err(|_| BadStateVector)?;
                let end = start.checked_add(r.uint32().map_err(|_| BadStateVector)?).ok_or(BadStateVector)?;
                ranges.push(start..end);
            }
        }
        Ok(Self { vector: decode_state_vector(r.rest())?, deleted })
    }

    /// Whether a document has all of it.
    #[must_use]
    pub fn is_in(&self, doc: &LiveDoc) -> bool {
        doc.contains(&self.vector) && (self.deleted.is_empty() || self.is_deleted_in(doc))
    }

    fn is_deleted_in(&self, doc: &LiveDoc) -> bool {
        let here = doc.doc().transact().snapshot().delete_set;
        let of_interest = here.iter().filter(|(client, _)| self.deleted.contains_key(&client.get()));
        let here: HashMap<u64, Vec<Range<u32>>> =
            of_interest.map(|(client, ranges)| (client.get(), united(ranges.iter().cloned().collect()))).collect();
        self.deleted.iter().all(|(client, wanted)| {
            let theirs = here.get(client).map_or(&[][..], Vec::as_slice);
            let last_before = |range: &Range<u32>| theirs.partition_point(|at| at.start <= range.start).checked_sub(1);
            wanted.iter().filter(|range| !range.is_empty()).all(|range| last_before(range).is_some_and(|at| theirs[at].end >= range.end))
        })
    }
}

#[cfg(test)]
mod tests {
    use yrs::{ClientID, Doc, Map, Options, updates::encoder::Encode};

    use super::*;
    use crate::document::Limits;

    #[test]
    fn a_deletion_that_has_not_arrived_is_missed_by_its_snapshot_and_not_by_its_state_vector() {
        let ann = Doc::with_options(Options { ..Options::with_client_id(ClientID::new(1)) });
        let regions = ann.get_or_insert_map("regions");
        for key in ["a", "b", "c", "d"] {
            regions.insert(&mut ann.transact_mut(), key, 1.0);
        }
        let mut doc = LiveDoc::empty(Limits::default());
        doc.apply(&ann.transact().encode_diff_v1(&StateVector::default())).unwrap();
        let deletions: Vec<Vec<u8>> = ["a", "b", "d"]
            .map(|key| {
                let mut txn = ann.transact_mut();
                regions.remove(&mut txn, key);
                txn.commit();
                txn.encode_update_v1()
            })
            .into();
        let vector = ann.transact().state_vector().encode_v1();
        let snapshot = ann.transact().snapshot().encode_v1();
        assert!(Seen::decode(Some(&vector), None).unwrap().is_in(&doc));
        let seen = Seen::decode(Some(&vector), Some(&snapshot)).unwrap();
        for deletion in deletions {
            assert!(!seen.is_in(&doc));
            doc.apply(&deletion).unwrap();
        }
        assert!(seen.is_in(&doc));
        // What others delete besides is no concern of it.
        regions.remove(&mut ann.transact_mut(), "c");
        doc.apply(&ann.transact().encode_diff_v1(&StateVector::default())).unwrap();
        assert!(seen.is_in(&doc));
    }

    #[test]
    fn what_is_no_snapshot_is_refused_whatever_it_claims() {
        for bytes in [&[][..], &[1], &[0xff, 0xff, 0xff, 0xff, 0x0f], &[1, 1, 1, 0xff, 0xff, 0xff, 0xff, 0x0f, 5, 0], &[0, 0, 7]] {
            assert!(Seen::decode(None, Some(bytes)).is_err(), "{bytes:?}");
        }
        assert!(Seen::decode(None, Some(&[0, 0])).is_ok());
        assert!(Seen::decode(None, Some(&vec![0; MAX_STATE_VECTOR + 1])).is_err());
        proptest::proptest!(|(bytes: Vec<u8>)| { let _ = Seen::decode(None, Some(&bytes)); });
    }
}
