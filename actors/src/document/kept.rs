//! The kept document of a room: its bytes at once, the document itself once it is built.
//!
//! Building a document from its stored bytes takes long, sending them does not; and a newcomer who has nothing needs nothing but
//! them. So a large document is sent to those who come before it is built, and what has not changed since it was encoded last is not
//! encoded again for the next newcomer.

use bytes::Bytes;
use tandem_store::documents::StoredDocument;
use yrs::{ClientID, ReadTxn, StateVector, Transact, updates::encoder::Encode};

use super::{
    ROOTS,
    inspect::{Inspected, inspect},
    live::{Applied, ApplyError, LiveDoc, decode_state_vector, join_updates},
    splice::splice,
};

/// Documents smaller than this are built before anybody is let in: it takes no longer than sending them.
const WORTH_WAITING: usize = 64 << 10;

pub struct Kept {
    doc: Option<LiveDoc>,
    /// All of it as one update. None: it was changed since.
    whole: Option<Bytes>,
    /// What it holds, and how much it is at most, while it is not built or away.
    vector: StateVector,
    size: usize,
}

impl Kept {
    #[must_use]
    pub fn built(doc: LiveDoc) -> Self {
        Self { doc: Some(doc), whole: None, vector: StateVector::default(), size: 0 }
    }

    /// Whether people may be let in before it is built.
    #[must_use]
    pub fn may_wait(stored: &StoredDocument) -> bool {
        let known = stored.snapshot.is_none() || stored.state_vector.is_some();
        let size: usize = stored.snapshot.iter().chain(&stored.updates).map(Bytes::len).sum();
        known && size >= WORTH_WAITING
    }

    /// From what is stored and what is on its way there, without building it. None: it cannot be judged by its bytes. CPU work if there is
    /// more than a snapshot.
    #[must_use]
    pub fn unbuilt(stored: &StoredDocument, edits: &[Bytes]) -> Option<Self> {
        let compacted = match &stored.snapshot {
            Some(_) => decode_state_vector(stored.state_vector.as_ref()?).ok()?,
            None => StateVector::default(),
        };
        let read = |bytes: &Bytes| inspect(bytes, &ROOTS).ok();
        let edited = edits.iter().map(read).collect::<Option<Vec<_>>>()?;
        let vector = after(compacted, &edited)?;
        let whole = match (&stored.snapshot, edits) {
            (Some(snapshot), []) => snapshot.clone(),
            (None, [one]) => one.clone(),
            (snapshot, _) => {
                let inspected = snapshot.iter().map(read).chain(edited.into_iter().map(Some)).collect::<Option<Vec<_>>>()?;
                let parts: Vec<&[u8]> = snapshot.iter().chain(edits).map(Bytes::as_ref).collect();
                splice(&parts, &inspected).or_else(|| join_updates(&parts))?.into()
            }
        };
        let size = whole.len();
        Some(Self { doc: None, whole: Some(whole), vector, size })
    }

    /// For work on it elsewhere. Until it is given back it counts as not built. None: it is not.
    pub fn lend(&mut self) -> Option<LiveDoc> {
        let doc = self.doc.take()?;
        (self.vector, self.size) = (doc.doc().transact().state_vector(), doc.size());
        Some(doc)
    }

    /// Given back, as it was but for this.
    pub fn give_back(&mut self, doc: LiveDoc, judged: &Result<Applied, ApplyError>) {
        self.doc = Some(doc);
        self.judged(judged);
    }

    /// Whether somebody who has nothing can be sent all of it.
    #[must_use]
    pub fn can_be_sent(&self) -> bool {
        self.doc.is_some() || self.whole.is_some()
    }

    /// The document that its bytes stood for.
    pub fn build(&mut self, doc: LiveDoc) {
        self.doc = Some(doc);
    }

    #[must_use]
    pub fn doc(&self) -> Option<&LiveDoc> {
        self.doc.as_ref()
    }

    /// To change it.
    pub fn doc_mut(&mut self) -> Option<&mut LiveDoc> {
        self.whole = self.whole.take().filter(|_| self.doc.is_none());
        self.doc.as_mut()
    }

    /// Take an edit. None: the document is not built yet.
    pub fn apply(&mut self, bytes: &[u8]) -> Option<Result<Applied, ApplyError>> {
        let applied = self.doc.as_mut()?.apply(bytes);
        self.judged(&applied);
        Some(applied)
    }

    fn judged(&mut self, edit: &Result<Applied, ApplyError>) {
        if !matches!(edit, Ok(Applied::Known) | Err(ApplyError::Refused(_))) {
            self.whole = None;
        }
    }

    #[must_use]
    pub fn state_vector(&self) -> Vec<u8> {
        self.doc.as_ref().map_or_else(|| self.vector.encode_v1(), LiveDoc::state_vector)
    }

    /// An upper bound of its encoded size.
    #[must_use]
    pub fn size(&self) -> usize {
        self.doc.as_ref().map_or(self.size, LiveDoc::size)
    }

    /// What a copy with this state vector lacks. None: that cannot be told before the document is built.
    pub fn lacking(&mut self, have: &StateVector) -> Option<Bytes> {
        if !have.is_empty() {
            return self.doc.as_ref().map(|doc| doc.diff(have).into());
        }
        if let (None, Some(doc)) = (&self.whole, &self.doc) {
            self.whole = Some(doc.diff(have).into());
        }
        self.whole.clone()
    }
}

/// What a document holds after these edits, in whatever order they lie in the log. None: some do not join on to the others.
fn after(mut vector: StateVector, edits: &[Inspected]) -> Option<StateVector> {
    let mut runs: Vec<(u64, u64, u64)> = Vec::new();
    for edit in edits {
        runs.extend(edit.sections()?.iter().map(|(client, section)| (*client, section.start, section.end)));
    }
    runs.sort_unstable();
    for (client, start, end) in runs {
        let client = ClientID::new(client);
        if start > u64::from(vector.get(&client)) {
            return None;
        }
        vector.set_max(client, u32::try_from(end).ok()?);
    }
    Some(vector)
}
