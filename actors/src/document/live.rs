//! A Yjs document that takes edits from strangers.

use std::{
    cell::OnceCell,
    mem::ManuallyDrop,
    panic::{AssertUnwindSafe, catch_unwind},
};

use bytes::Bytes;
use tandem_protocol::ws::varint::Reader;
use tandem_store::documents::Merged;
use yrs::{
    ClientID, Doc, IdSet, OffsetKind, Options, ReadTxn, StateVector, Transact, Update, WriteTxn, updates::decoder::Decode,
    updates::encoder::Encode,
};

use super::{
    Amendment, ROOTS,
    aside::{aside, builder},
    content,
    inspect::{Inspected, MAX_DEPTH, Refusal, inspect_within},
    regions, suggestions,
};

/// What an accepted edit did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// The document has something it had not.
    Changed,
    /// All of it was there already.
    Known,
}

#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// Refused; the document was not touched.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The edit looked right but broke the document while being applied. What this holds can no longer be trusted: load it
    /// anew from the log.
    #[error("the edit broke the document: {0}")]
    Broken(String),
}

/// The stored content is not a document. Never to be mistaken for an empty one.
#[derive(Debug, thiserror::Error)]
#[error("stored part {part} of {parts} cannot be read: {message}")]
pub struct LoadError {
    pub part: usize,
    pub parts: usize,
    pub message: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a Yjs state vector")]
pub struct BadStateVector;

/// A document in memory.
pub struct LiveDoc {
    doc: Doc,
    /// An upper bound of its encoded size: what it was when it was measured, and the bytes of all edits taken since.
    size: usize,
    /// What it was when it was measured.
    measured: usize,
    limits: Limits,
    roots: &'static [&'static str],
    /// No shared type lies deeper than this. None: not looked at yet.
    deepest: Option<usize>,
    /// Parts of what is stored are not in it, because what they build on is not stored.
    incomplete: bool,
    /// Everything that was deleted, until the next change: whoever may not edit sends edits all the same, and each is compared with it.
    deleted: OnceCell<IdSet>,
}

/// Edits of this part of the limit since the last time, and it is worth measuring a document again.
const WORTH_MEASURING: usize = 8;

/// What one document takes.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub max_update: usize,
    pub max_document: usize,
    /// Nesting of plain values inside one element, and of shared types in each other.
    pub max_depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_update: 16 << 20, max_document: 64 << 20, max_depth: MAX_DEPTH }
    }
}

impl LiveDoc {
    #[must_use]
    pub fn empty(limits: Limits) -> Self {
        Self::with_roots(&ROOTS, limits)
    }

    /// Another document than that of annotations: maps of these names, and nothing outside of them.
    #[must_use]
    pub fn with_roots(roots: &'static [&'static str], limits: Limits) -> Self {
        Self { doc: new_doc(roots), size: 0, measured: 0, limits, roots, deepest: Some(0), incomplete: false, deleted: OnceCell::new() }
    }

    /// Build it from a snapshot and edits, in any order. What lacks its causes is left out: waiting inside, it would make every
    /// edit of everybody look broken. It stays in the log, and is there when its causes are.
    pub fn load(parts: &[Bytes], limits: Limits) -> Result<Self, LoadError> {
        let doc = assemble(parts)?;
        let incomplete = forget_waiting(&doc);
        let size = parts.iter().map(Bytes::len).sum();
        Ok(Self { doc, size, measured: 0, limits, roots: &ROOTS, deepest: None, incomplete, deleted: OnceCell::new() })
    }

    /// Whether something stored had to be left out.
    #[must_use]
    pub fn is_incomplete(&self) -> bool {
        self.incomplete
    }

    /// Take an edit, whole or not at all.
    pub fn apply(&mut self, bytes: &[u8]) -> Result<Applied, ApplyError> {
        let limit = self.limits.max_update;
        if bytes.len() > limit {
            return Err(Refusal::TooBig { size: bytes.len(), limit }.into());
        }
        let inspected = inspect_within(bytes, self.roots, self.limits.max_depth)?;
        if inspected.is_empty() {
            return Ok(Applied::Known);
        }
        self.check(&inspected, bytes.len())?;
        let deepest = self.deepest_after(&inspected)?;
        // Decoding builds nothing in the document, so a failure here is a refusal still.
        let update = decode(bytes).map_err(|_| Refusal::Malformed("its content"))?;
        let outcome = apply(&self.doc, update).map_err(ApplyError::Broken)?;
        if outcome.waiting {
            return Err(ApplyError::Broken("elements wait for causes that cannot come".into()));
        }
        if outcome.changed {
            self.grew(bytes.len());
            self.deepest = deepest;
        }
        Ok(if outcome.changed { Applied::Changed } else { Applied::Known })
    }

    /// Whether an edit brings nothing that is not here. Broken ones do.
    #[must_use]
    pub fn has(&self, bytes: &[u8]) -> bool {
        let Some(inspected) =
            (bytes.len() <= self.limits.max_update).then(|| inspect_within(bytes, self.roots, self.limits.max_depth).ok()).flatten()
        else {
            return false;
        };
        if inspected.is_empty() {
            return true;
        }
        let here = self.doc.transact().state_vector();
        if !inspected.brings_nothing_to(|client| here.get(&ClientID::new(client)).into()) {
            return false;
        }
        let Ok(update) = decode(bytes) else { return false };
        let deleted = self.deleted.get_or_init(|| self.doc.transact().snapshot().delete_set);
        update.delete_set().diff(deleted).iter().all(|(_, ranges)| ranges.is_empty())
    }

    fn check(&mut self, inspected: &Inspected, size: usize) -> Result<(), Refusal> {
        if !self.has_space(size) {
            return Err(Refusal::DocumentFull { limit: self.limits.max_document });
        }
        let known = self.doc.transact().state_vector();
        if inspected.fits(|client| known.get(&ClientID::new(client)).into()) { Ok(()) } else { Err(Refusal::MissingCauses) }
    }

    /// Take what lies on the disk, whatever its size. Returns what of it is new here.
    pub fn absorb(&mut self, stored: &[u8]) -> Result<Option<Vec<u8>>, String> {
        let had = self.doc.transact().state_vector();
        let outcome = apply(&self.doc, decode(stored)?)?;
        self.incomplete |= outcome.waiting && forget_waiting(&self.doc);
        if !outcome.changed {
            return Ok(None);
        }
        let new = self.diff(&had);
        self.grew(new.len());
        self.deepest = None;
        Ok(Some(new))
    }

    /// Whether so many bytes more are within the limit. Edits take more than what they leave behind: a document that is worked on all day is measured before
    /// it counts as full, though not anew for every edit of one that is.
    #[must_use]
    pub fn has_space(&mut self, bytes: usize) -> bool {
        let limit = self.limits.max_document;
        if self.size + bytes > limit && self.size - self.measured.min(self.size) >= limit / WORTH_MEASURING {
            self.size = self.diff(&StateVector::default()).len();
            self.measured = self.size;
        }
        self.size + bytes <= limit
    }

    /// Change it by an edit of our own. None: it is so already.
    pub fn amend(&mut self, with: &Amendment) -> Option<Vec<u8>> {
        let update = match with {
            Amendment::BringBack(wanted) => content::bring_back(&self.doc, wanted),
            Amendment::Relabel(renames) => regions::relabel(&self.doc, renames),
            Amendment::Suggest(suggested) => suggestions::suggest(&self.doc, suggested),
        };
        if update == super::EMPTY_UPDATE {
            return None;
        }
        self.grew(update.len());
        self.deepest = None;
        Some(update)
    }

    fn grew(&mut self, bytes: usize) {
        self.size += bytes;
        self.deleted.take();
    }

    /// The bound on the depth of shared types once this was applied. It is a generous one, so before it refuses an edit the
    /// document is looked at.
    fn deepest_after(&mut self, edit: &Inspected) -> Result<Option<usize>, Refusal> {
        let (nesting, limit) = (edit.nesting(), self.limits.max_depth);
        let after = |deepest: usize| nesting.on_top_of(deepest).max(deepest);
        if nesting.outside == 0 {
            let fits = nesting.inside <= limit;
            return if fits { Ok(self.deepest.map(after)) } else { Err(Refusal::TooDeep { limit }) };
        }
        if let Some(bound) = self.deepest.map(after).filter(|bound| *bound <= limit) {
            return Ok(Some(bound));
        }
        // What is in the document was taken, by whatever limit.
        let measured = inspect_within(&self.diff(&StateVector::default()), self.roots, usize::MAX)?.nesting().inside;
        self.deepest = Some(measured);
        if after(measured) <= limit { Ok(Some(after(measured))) } else { Err(Refusal::TooDeep { limit }) }
    }

    /// What this document has, for others to compute what it lacks.
    #[must_use]
    pub fn state_vector(&self) -> Vec<u8> {
        self.doc.transact().state_vector().encode_v1()
    }

    /// What a copy with this state vector lacks. Deletions come whole, always.
    #[must_use]
    pub fn diff(&self, have: &StateVector) -> Vec<u8> {
        self.doc.transact().encode_diff_v1(have)
    }

    /// Whether everything a copy with this state vector has is here too.
    #[must_use]
    pub fn contains(&self, other: &StateVector) -> bool {
        let mine = self.doc.transact().state_vector();
        other.iter().all(|(client, clock)| *clock <= mine.get(client))
    }

    /// An upper bound of its encoded size.
    #[must_use]
    pub fn size(&self) -> usize {
        self.size
    }

    #[must_use]
    pub fn doc(&self) -> &Doc {
        &self.doc
    }
}

/// Strings count in UTF-16 units, as in JavaScript.
fn new_doc(roots: &[&str]) -> Doc {
    let doc = Doc::with_options(Options { offset_kind: OffsetKind::Utf16, ..Options::default() });
    for root in roots {
        doc.get_or_insert_map(*root);
    }
    doc
}

struct Outcome {
    changed: bool,
    /// Parts of it, or of an earlier one, wait for causes.
    waiting: bool,
}

fn decode(bytes: &[u8]) -> Result<Update, String> {
    catch_unwind(|| Update::decode_v1(bytes)).map_err(|_| "decoding panicked".to_owned())?.map_err(|e| e.to_string())
}

/// A panic inside yrs must not run its transaction's destructor: that commits, which would panic again, which ends the
/// process. So the transaction, and with it the broken document, is leaked.
fn apply(doc: &Doc, update: Update) -> Result<Outcome, String> {
    let applied = catch_unwind(AssertUnwindSafe(|| {
        let mut txn = ManuallyDrop::new(doc.transact_mut());
        txn.apply_update(update).map_err(|e| e.to_string())?;
        let outcome = Outcome { changed: txn.has_changes(), waiting: txn.has_missing_updates() };
        txn.commit();
        drop(ManuallyDrop::into_inner(txn));
        Ok(outcome)
    }));
    applied.unwrap_or_else(|_| Err("applying it panicked".to_owned()))
}

fn assemble(parts: &[Bytes]) -> Result<Doc, LoadError> {
    let doc = new_doc(&ROOTS);
    for (index, part) in parts.iter().enumerate() {
        let failed = |message| LoadError { part: index + 1, parts: parts.len(), message };
        let update = decode(part).map_err(failed)?;
        apply(&doc, update).map_err(failed)?;
    }
    Ok(doc)
}

/// Returns whether something waited for causes.
fn forget_waiting(doc: &Doc) -> bool {
    let waits = doc.transact().has_missing_updates();
    if waits {
        // It is taken out before it is put together for whoever wants it, which may panic.
        let _ = catch_unwind(AssertUnwindSafe(|| doc.transact_mut().prune_pending()));
    }
    waits
}

/// Bytes of a state vector: some hundred thousand clients.
pub const MAX_STATE_VECTOR: usize = 1 << 20;

/// Read a state vector without trusting its length.
pub fn decode_state_vector(bytes: &[u8]) -> Result<StateVector, BadStateVector> {
    if bytes.len() > MAX_STATE_VECTOR {
        crate::measures::limit("max_state_vector");
        return Err(BadStateVector);
    }
    let mut r = Reader::new(bytes);
    let mut vector = StateVector::default();
    for _ in 0..r.uint().map_err(|_| BadStateVector)? {
        let client = r.uint().map_err(|_| BadStateVector)?;
        let clock = r.uint32().map_err(|_| BadStateVector)?;
        vector.set_max(ClientID::new(client), clock);
    }
    if r.is_empty() { Ok(vector) } else { Err(BadStateVector) }
}

/// One update of several that were applied, to send them in one frame. None: send them one by one.
#[must_use]
pub fn join_updates(updates: &[&[u8]]) -> Option<Vec<u8>> {
    catch_unwind(|| yrs::merge_updates_v1(updates)).ok()?.ok()
}

/// Documents smaller than this are loaded where one stands.
const SMALL: usize = 64 << 10;

/// [`LiveDoc::load`], off the caller's thread if it may take long.
pub async fn load(parts: Vec<Bytes>, limits: Limits) -> Result<LiveDoc, LoadError> {
    if parts.iter().map(Bytes::len).sum::<usize>() < SMALL {
        return LiveDoc::load(&parts, limits);
    }
    let count = parts.len();
    let failed = |why: &'static str| LoadError { part: 0, parts: count, message: why.to_owned() };
    aside(move || LiveDoc::load(&parts, limits)).await.map_err(failed)?
}

/// One update of many, for compaction: what was deleted is no longer in it.
pub fn merge(parts: &[Bytes]) -> Result<Merged, String> {
    std::thread::scope(|scope| {
        let merging = builder("tandem-merge").spawn_scoped(scope, || merge_here(parts)).map_err(|e| e.to_string())?;
        merging.join().map_err(|_| "merging panicked".to_owned())?
    })
}

fn merge_here(parts: &[Bytes]) -> Result<Merged, String> {
    // With what waits for its causes: the log must not lose it.
    let doc = assemble(parts).map_err(|e| e.to_string())?;
    let txn = doc.transact();
    Ok(Merged { update: txn.encode_state_as_update_v1(&StateVector::default()), state_vector: txn.state_vector().encode_v1() })
}

#[cfg(test)]
mod tests {
    use yrs::{Map, MapPrelim};

    use super::*;

    #[test]
    fn a_document_that_is_worked_on_all_day_is_not_full_and_one_that_is_full_is() {
        let limits = Limits { max_update: 1_000, max_document: 8_000, ..Limits::default() };
        let (mut doc, ann) = (LiveDoc::empty(limits), peer(1));
        let regions = ann.get_or_insert_map("regions");
        let put = |doc: &mut LiveDoc, key: &str, length: usize| {
            let before = ann.transact().state_vector();
            regions.insert(&mut ann.transact_mut(), key, "x".repeat(length));
            doc.apply(&ann.transact().encode_diff_v1(&before))
        };
        // The same shape dragged about: far more bytes of edits than the document may have.
        for _ in 0..100 {
            put(&mut doc, "dragged", 500).unwrap();
        }
        let refused = (0..100).find_map(|key| put(&mut doc, &key.to_string(), 500).err()).expect("it fills up");
        assert!(matches!(refused, ApplyError::Refused(Refusal::DocumentFull { limit: 8_000 })), "{refused:?}");
        assert!(doc.diff(&StateVector::default()).len() > 6_500, "nearly as large as it may be");
    }

    fn peer(id: u64) -> Doc {
        Doc::with_client_id(id)
    }

    fn set(doc: &Doc, key: &str, value: i64) -> Vec<u8> {
        let map = doc.get_or_insert_map("regions");
        let mut txn = doc.transact_mut();
        map.insert(&mut txn, key, value as f64);
        txn.commit();
        txn.encode_update_v1()
    }

    #[test]
    fn an_edit_changes_the_document_once() {
        let mut live = LiveDoc::empty(Limits::default());
        let update = set(&peer(1), "a", 1);
        assert_eq!(live.apply(&update).unwrap(), Applied::Changed);
        assert_eq!(live.apply(&update).unwrap(), Applied::Known);
        assert_eq!(live.apply(super::super::EMPTY_UPDATE).unwrap(), Applied::Known);
    }

    #[test]
    fn a_deletion_alone_is_a_change() {
        let doc = peer(1);
        let mut live = LiveDoc::empty(Limits::default());
        live.apply(&set(&doc, "a", 1)).unwrap();
        let map = doc.get_or_insert_map("regions");
        let mut txn = doc.transact_mut();
        map.remove(&mut txn, "a");
        txn.commit();
        assert_eq!(live.apply(&txn.encode_update_v1()).unwrap(), Applied::Changed);
    }

    #[test]
    fn what_is_here_already_is_known_with_its_deletions() {
        let doc = peer(1);
        let mut live = LiveDoc::empty(Limits::default());
        let (first, second) = (set(&doc, "a", 1), set(&doc, "b", 2));
        live.apply(&first).unwrap();
        assert!(live.has(super::super::EMPTY_UPDATE) && live.has(&first) && !live.has(&second) && !live.has(b"\xff"));
        live.apply(&second).unwrap();
        let everything = |doc: &Doc| doc.transact().encode_diff_v1(&StateVector::default());
        assert!(live.has(&everything(&doc)));
        let map = doc.get_or_insert_map("regions");
        let deletion = {
            let mut txn = doc.transact_mut();
            map.remove(&mut txn, "a");
            txn.commit();
            txn.encode_update_v1()
        };
        assert!(!live.has(&deletion) && !live.has(&everything(&doc)));
        live.apply(&deletion).unwrap();
        assert!(live.has(&deletion) && live.has(&everything(&doc)));
    }

    #[test]
    fn an_edit_out_of_order_is_refused_and_leaves_no_trace() {
        let doc = peer(1);
        let (first, second) = (set(&doc, "a", 1), set(&doc, "b", 2));
        let mut live = LiveDoc::empty(Limits::default());
        assert!(matches!(live.apply(&second), Err(ApplyError::Refused(Refusal::MissingCauses))));
        assert!(!live.doc().transact().has_missing_updates());
        live.apply(&first).unwrap();
        live.apply(&second).unwrap();
        assert_eq!(live.doc().get_or_insert_map("regions").len(&live.doc().transact()), 2);
    }

    #[test]
    fn depth_built_up_edit_by_edit_is_refused_and_replacing_a_map_again_and_again_is_not() {
        let doc = peer(1);
        let mut live = LiveDoc::empty(Limits::default());
        let edit = |change: &mut dyn FnMut(&mut yrs::TransactionMut)| {
            let mut txn = doc.transact_mut();
            change(&mut txn);
            txn.commit();
            txn.encode_update_v1()
        };
        let root = doc.get_or_insert_map("regions");
        for _ in 0..200 {
            let update = edit(&mut |txn| {
                root.insert(txn, "same", MapPrelim::default());
            });
            live.apply(&update).unwrap();
        }
        let mut inner = root;
        for depth in 1..=MAX_DEPTH + 1 {
            let mut deeper = None;
            let update = edit(&mut |txn| deeper = Some(inner.insert(txn, "in", MapPrelim::default())));
            inner = deeper.unwrap();
            let applied = live.apply(&update);
            if depth <= MAX_DEPTH {
                applied.unwrap();
            } else {
                assert!(matches!(applied, Err(ApplyError::Refused(Refusal::TooDeep { limit: MAX_DEPTH }))), "{applied:?}");
            }
        }
    }

    #[test]
    fn a_full_document_says_so() {
        let mut live = LiveDoc::empty(Limits { max_update: 1000, max_document: 40, ..Limits::default() });
        live.apply(&set(&peer(1), "a", 1)).unwrap();
        let refused = live.apply(&set(&peer(2), &"x".repeat(50), 1));
        assert!(matches!(refused, Err(ApplyError::Refused(Refusal::DocumentFull { .. }))), "{refused:?}");
    }

    #[test]
    fn merging_keeps_the_content() {
        let doc = peer(1);
        let parts: Vec<Bytes> = (0..10).map(|n| set(&doc, "same", n).into()).collect();
        let merged: Bytes = merge(&parts).unwrap().update.into();
        assert!(merged.len() < parts.iter().map(Bytes::len).sum::<usize>());
        let live = LiveDoc::load(&[merged], Limits::default()).unwrap();
        let value = live.doc().get_or_insert_map("regions").get(&live.doc().transact(), "same");
        assert_eq!(value, Some(yrs::Out::from(9.0)));
    }

    /// What was overwritten loses its content. Its place stays: the value after it, and edits of people who were away, say that they come
    /// after it, and what comes after a place that is gone is gone too. Places of one key that lie side by side become one.
    #[test]
    fn of_what_was_overwritten_a_merge_keeps_the_place_and_no_content() {
        const WRITES: usize = 1_000;
        let text = "x".repeat(500);
        let merged = |keys: usize| {
            let doc = peer(1);
            let map = doc.get_or_insert_map("regions");
            let write = |n: usize| {
                let mut txn = doc.transact_mut();
                map.insert(&mut txn, (n % keys).to_string(), text.as_str());
                txn.commit();
                txn.encode_update_v1().into()
            };
            let parts: Vec<Bytes> = (0..WRITES).map(write).collect();
            merge(&parts).unwrap().update
        };
        let live = |keys: usize| keys * (text.len() + 40);
        assert!(merged(1).len() < live(1), "{}", merged(1).len());
        let many = merged(100);
        assert!(many.len() < live(100) + 6 * WRITES, "{}", many.len());
        // Merged again it is the same.
        assert_eq!(merge(&[many.clone().into()]).unwrap().update, many);
    }

    #[test]
    fn garbage_in_the_log_is_an_error_and_not_an_empty_document() {
        let parts = [Bytes::from(set(&peer(1), "a", 1)), Bytes::from_static(b"\xff\xff")];
        assert_eq!(LiveDoc::load(&parts, Limits::default()).err().unwrap().part, 2);
    }

    #[test]
    fn state_vectors_come_back_and_lies_are_refused() {
        let doc = peer(7);
        set(&doc, "a", 1);
        let vector = doc.transact().state_vector();
        assert_eq!(decode_state_vector(&vector.encode_v1()), Ok(vector));
        assert_eq!(decode_state_vector(&[0xff, 0xff, 0xff, 0xff, 0x0f]), Err(BadStateVector));
    }

    #[test]
    fn a_hole_in_what_is_stored_takes_with_it_what_builds_on_it_and_nothing_else() {
        let doc = peer(1);
        let (first, second, third) = (set(&doc, "a", 1), set(&doc, "b", 1), set(&doc, "b", 2));
        let stored: Vec<Bytes> = [first, third].map(Bytes::from).into();
        let mut live = LiveDoc::load(&stored, Limits::default()).unwrap();
        let count = |live: &LiveDoc| live.doc().get_or_insert_map("regions").len(&live.doc().transact());
        assert!(live.is_incomplete());
        assert_eq!(count(&live), 1);
        // Others go on, and who made it can send it again.
        assert_eq!(live.apply(&set(&peer(2), "x", 1)).unwrap(), Applied::Changed);
        let again = doc.transact().encode_diff_v1(&decode_state_vector(&live.state_vector()).unwrap());
        assert_eq!(live.apply(&again).unwrap(), Applied::Changed);
        assert_eq!(count(&live), 3);
        // A compaction keeps it, for when its cause turns up.
        let merged = merge(&stored).unwrap().update.into();
        let whole = LiveDoc::load(&[merged, second.into()], Limits::default()).unwrap();
        assert_eq!((count(&whole), whole.is_incomplete()), (2, false));
    }

    proptest::proptest! {
        /// One byte of a real edit replaced: whatever happens, the document afterwards equals the one before, or has the
        /// edit applied cleanly, or says that it is broken. No panic, no abort, nothing waiting inside.
        #[test]
        fn a_damaged_edit_never_harms_silently(at: proptest::sample::Index, byte: u8) {
            let doc = peer(3);
            let mut live = LiveDoc::empty(Limits::default());
            live.apply(&set(&doc, "a", 1)).unwrap();
            let map = doc.get_or_insert_map("regions");
            let mut txn = doc.transact_mut();
            let inner = map.insert(&mut txn, "r", MapPrelim::default());
            inner.insert(&mut txn, "label", "car");
            map.remove(&mut txn, "a");
            txn.commit();
            let mut edit = txn.encode_update_v1();
            let at = at.index(edit.len());
            edit[at] = byte;
            if !matches!(live.apply(&edit), Err(ApplyError::Broken(_))) {
                proptest::prop_assert!(!live.doc().transact().has_missing_updates());
                let copy = live.diff(&StateVector::default());
                proptest::prop_assert!(LiveDoc::load(&[copy.into()], Limits::default()).is_ok());
            }
        }
    }
}
