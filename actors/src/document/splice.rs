//! One update of several by their bytes alone.
//!
//! In an update each client's elements lie in one piece, and an element does not say where in the update it lies. So updates in which
//! every client goes on where it left off are joined by putting the pieces together: a tenth of the work of decoding and encoding
//! them, which is what yrs does.

use std::{collections::BTreeMap, ops::Range};

use tandem_protocol::ws::varint::write_uint;

use super::{
    inspect::{Inspected, Section},
    ranges::united,
};

/// None: they repeat each other or leave something out, which takes decoding.
pub(super) fn splice(updates: &[&[u8]], inspected: &[Inspected]) -> Option<Vec<u8>> {
    let mut clients: BTreeMap<u64, Vec<(&Section, &[u8])>> = BTreeMap::new();
    let mut deletes: BTreeMap<u64, Vec<Range<u64>>> = BTreeMap::new();
    for (update, inspected) in updates.iter().zip(inspected) {
        for (client, section) in inspected.sections()? {
            clients.entry(*client).or_default().push((section, update.get(section.bytes.clone())?));
        }
        for (client, ranges) in inspected.deletes() {
            deletes.entry(*client).or_default().extend_from_slice(ranges);
        }
    }
    let mut out = Vec::with_capacity(updates.iter().map(|update| update.len()).sum());
    write_uint(&mut out, clients.len() as u64);
    // Yjs writes higher ids first, because that spares readers some waiting.
    for (client, mut pieces) in clients.into_iter().rev() {
        pieces.sort_unstable_by_key(|(section, _)| section.start);
        if pieces.windows(2).any(|pair| pair[0].0.end != pair[1].0.start) {
            return None;
        }
        write_uint(&mut out, pieces.iter().map(|(section, _)| section.elements).sum());
        write_uint(&mut out, client);
        write_uint(&mut out, pieces.first()?.0.start);
        pieces.iter().for_each(|(_, bytes)| out.extend_from_slice(bytes));
    }
    write_uint(&mut out, deletes.len() as u64);
    for (client, ranges) in deletes.into_iter().rev() {
        let ranges = united(ranges);
        write_uint(&mut out, client);
        write_uint(&mut out, ranges.len() as u64);
        for range in ranges {
            write_uint(&mut out, range.start);
            write_uint(&mut out, range.end - range.start);
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use yrs::{Array, Doc, Map, ReadTxn, StateVector, Text, Transact, Update, updates::decoder::Decode};

    use super::*;
    use crate::document::{inspect, join_updates};

    const ROOTS: [&str; 3] = ["map", "list", "text"];

    fn spliced(updates: &[Vec<u8>]) -> Option<Vec<u8>> {
        let slices: Vec<&[u8]> = updates.iter().map(Vec::as_slice).collect();
        let inspected: Vec<Inspected> = slices.iter().map(|update| inspect(update, &ROOTS).unwrap()).collect();
        splice(&slices, &inspected)
    }

    /// Everything of a document that only got this update, in its one canonical form.
    fn read(update: &[u8]) -> (Vec<u8>, String) {
        let doc = Doc::new();
        let (map, list, text) = (doc.get_or_insert_map("map"), doc.get_or_insert_array("list"), doc.get_or_insert_text("text"));
        doc.transact_mut().apply_update(Update::decode_v1(update).unwrap()).unwrap();
        let txn = doc.transact();
        let mut entries: Vec<String> = map.iter(&txn).map(|(key, value)| format!("{key}={}", value.to_string(&txn))).collect();
        entries.sort();
        let list: Vec<String> = list.iter(&txn).map(|value| value.to_string(&txn)).collect();
        assert!(txn.store().pending_update().is_none());
        (
            txn.encode_state_as_update_v1(&StateVector::default()),
            format!("{entries:?} {list:?} {}", yrs::GetString::get_string(&text, &txn)),
        )
    }

    /// Two people in turn, each with what the other did before; an update a step.
    fn history(steps: u32) -> Vec<Vec<u8>> {
        let people = [Doc::with_client_id(3_000_000_000), Doc::with_client_id(7)];
        let mut updates = Vec::new();
        for step in 0..steps {
            let doc = &people[step as usize % 3 % 2];
            let (map, list, text) = (doc.get_or_insert_map("map"), doc.get_or_insert_array("list"), doc.get_or_insert_text("text"));
            let before = doc.transact().state_vector();
            let mut txn = doc.transact_mut();
            map.insert(&mut txn, format!("k{}", step % 5), step);
            let at = step / 3 % list.len(&txn).max(1);
            list.insert(&mut txn, at, f64::from(step));
            text.insert(&mut txn, 0, "word");
            if step % 4 == 3 {
                text.remove_range(&mut txn, step % 7, 2);
                list.remove(&mut txn, 0);
                map.remove(&mut txn, "k1");
            }
            drop(txn);
            let update = doc.transact().encode_diff_v1(&before);
            for other in &people {
                other.transact_mut().apply_update(Update::decode_v1(&update).unwrap()).unwrap();
            }
            updates.push(update);
        }
        updates
    }

    #[test]
    fn what_was_spliced_is_what_was_joined() {
        for steps in [1, 2, 3, 10, 60] {
            let mut updates = history(steps);
            let joined = join_updates(&updates.iter().map(Vec::as_slice).collect::<Vec<_>>()).unwrap();
            assert_eq!(read(&spliced(&updates).unwrap()), read(&joined), "{steps} steps");
            // In whatever order they lie in the log.
            updates.reverse();
            assert_eq!(read(&spliced(&updates).unwrap()), read(&joined), "{steps} steps");
        }
    }

    #[test]
    fn repeated_and_missing_elements_take_decoding() {
        let updates = history(9);
        assert!(spliced(&[updates.clone(), vec![updates[0].clone()]].concat()).is_none());
        assert!(spliced(&[updates[0].clone(), updates[3].clone()]).is_none());
        assert!(spliced(&[]).is_some_and(|empty| empty == crate::document::EMPTY_UPDATE));
    }
}
