//! The kept document of a room: its bytes at once, the document itself once it is built.
//!
//! Building a document from its stored bytes takes long, sending them does not; and a newcomer who has nothing needs nothing but
//! them. So a large document is sent to those who come before it is built, and what has no change since it was encoded last is not
//! encoded again for the next newcomer.

use bytes::Bytes;
use tandem_store::documents::StoredDocument;
use yrs::{ClientID, StateVector, updates::encoder::Encode};

use super::{
    EMPTY_UPDATE, ROOTS,
    inspect::inspect,
    live::{Applied, ApplyError, LiveDoc, decode_state_vector},
};

/// Edits after the base at which it is encoded anew for the next newcomer.
const MAX_SINCE: usize = 64;
/// Documents smaller than this are built before anybody is let in: it takes no longer than sending them.
const WORTH_WAITING: usize = 64 << 10;

pub struct Kept {
    doc: Option<LiveDoc>,
    /// None: too much has changed since.
    whole: Option<Whole>,
}

/// All of a document as bytes, and what it holds.
struct Whole {
    base: Bytes,
    /// Edits after the base, in order.
    since: Vec<Bytes>,
    vector: StateVector,
}

/// What a copy lacks: one update, and the edits after it.
#[derive(Clone, Debug, Default)]
pub struct Lacking {
    pub sync: Bytes,
    pub edits: Vec<Bytes>,
}

impl From<Vec<u8>> for Lacking {
    fn from(sync: Vec<u8>) -> Self {
        Self { sync: sync.into(), edits: Vec::new() }
    }
}

impl Kept {
    #[must_use]
    pub fn built(doc: LiveDoc) -> Self {
        Self { doc: Some(doc), whole: None }
    }

    /// From what is stored and what is on its way there, without building it. None: it is small, or cannot be judged by its bytes.
    #[must_use]
    pub fn unbuilt(stored: &StoredDocument, pending: &[Bytes]) -> Option<Self> {
        let base = stored.snapshot.clone().filter(|base| base.len() >= WORTH_WAITING)?;
        let known = decode_state_vector(stored.state_vector.as_ref()?).ok()?;
        let since: Vec<Bytes> = stored.updates.iter().chain(pending).cloned().collect();
        let vector = after(known, &since)?;
        Some(Self { doc: None, whole: Some(Whole { base, since, vector }) })
    }

    #[must_use]
    pub fn is_built(&self) -> bool {
        self.doc.is_some()
    }

    /// The document that its bytes stood for.
    pub fn build(&mut self, doc: LiveDoc) {
        self.doc = Some(doc);
    }

    #[must_use]
    pub fn doc(&self) -> Option<&LiveDoc> {
        self.doc.as_ref()
    }

    pub fn doc_mut(&mut self) -> Option<&mut LiveDoc> {
        // Whatever is done to it there is not noted here.
        self.whole = None;
        self.doc.as_mut()
    }

    /// Take an edit. None: the document is not built yet.
    pub fn apply(&mut self, bytes: &Bytes) -> Option<Result<Applied, ApplyError>> {
        let applied = self.doc.as_mut()?.apply(bytes);
        if let Ok(Applied::Changed) = applied {
            match &mut self.whole {
                Some(whole) if whole.since.len() < MAX_SINCE => whole.since.push(bytes.clone()),
                _ => self.whole = None,
            }
        }
        Some(applied)
    }

    #[must_use]
    pub fn state_vector(&self) -> Vec<u8> {
        match (&self.doc, &self.whole) {
            (Some(doc), _) => doc.state_vector(),
            (None, Some(whole)) => whole.vector.encode_v1(),
            (None, None) => StateVector::default().encode_v1(),
        }
    }

    /// An upper bound of its encoded size.
    #[must_use]
    pub fn size(&self) -> usize {
        match (&self.doc, &self.whole) {
            (Some(doc), _) => doc.size(),
            (None, whole) => whole.as_ref().map_or(0, |whole| whole.base.len() + whole.since.iter().map(Bytes::len).sum::<usize>()),
        }
    }

    /// What a copy with this state vector lacks. None: that cannot be told before the document is built.
    pub fn lacking(&mut self, have: &StateVector) -> Option<Lacking> {
        if !have.is_empty() {
            return self.doc.as_ref().map(|doc| doc.diff(have).into());
        }
        if let (None, Some(doc)) = (&self.whole, &self.doc) {
            // The vector is asked of the document from now on.
            self.whole = Some(Whole { base: doc.diff(have).into(), since: Vec::new(), vector: StateVector::default() });
        }
        self.whole.as_ref().map(|whole| Lacking { sync: whole.base.clone(), edits: whole.since.clone() })
    }
}

impl Default for Kept {
    /// Nothing: to be replaced.
    fn default() -> Self {
        let whole = Whole { base: Bytes::from_static(EMPTY_UPDATE), since: Vec::new(), vector: StateVector::default() };
        Self { doc: None, whole: Some(whole) }
    }
}

/// What a document holds after these edits, in whatever order they lie in the log. None: some do not join on to the others.
fn after(mut vector: StateVector, edits: &[Bytes]) -> Option<StateVector> {
    let mut runs: Vec<(u64, u64, u64)> = Vec::new();
    for edit in edits {
        runs.extend(inspect(edit, &ROOTS).ok()?.runs()?);
    }
    runs.sort_unstable();
    for (client, start, end) in runs {
        let client = ClientID::new(client);
        let known = u64::from(vector.get(&client));
        if start > known {
            return None;
        }
        vector.set_max(client, u32::try_from(end).ok()?);
    }
    Some(vector)
}
