//! Edits that broke a document while they were applied.
//!
//! Their sender keeps them and sends them again with every visit; each time everybody would be put out and the document loaded anew. So they
//! are remembered, for all rooms of the node, and refused at the door.

use std::{
    collections::{VecDeque, hash_map::RandomState},
    hash::BuildHasher,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use tandem_store::documents::DocumentKey;

/// The newest ones. There should be none.
const KEPT: usize = 1_024;

#[derive(Default)]
pub struct Poison {
    /// Whether there is any: asked with every edit.
    any: AtomicBool,
    /// With keys of this process, so that nobody can make an edit that is taken for another one.
    hasher: RandomState,
    hashes: Mutex<VecDeque<u64>>,
}

impl Poison {
    pub fn note(&self, document: &DocumentKey, edit: &[u8]) {
        let hash = self.hasher.hash_one((document, edit));
        let mut hashes = self.hashes.lock().unwrap_or_else(PoisonError::into_inner);
        if hashes.len() >= KEPT {
            hashes.pop_front();
        }
        hashes.push_back(hash);
        self.any.store(true, Ordering::Release);
    }

    #[must_use]
    pub fn knows(&self, document: &DocumentKey, edit: &[u8]) -> bool {
        self.any.load(Ordering::Acquire) && {
            let hash = self.hasher.hash_one((document, edit));
            self.hashes.lock().unwrap_or_else(PoisonError::into_inner).contains(&hash)
        }
    }
}

#[cfg(test)]
mod tests {
    use tandem_protocol::{ProjectId, TaskId, WorkspaceId};

    use super::*;

    #[test]
    fn an_edit_is_remembered_for_the_document_that_it_broke_and_the_oldest_are_forgotten() {
        let key = || DocumentKey { workspace: WorkspaceId::new(), project: ProjectId::new(), task: TaskId::new(), step: "annotate".into() };
        let (poison, document) = (Poison::default(), key());
        assert!(!poison.knows(&document, b"bad"));
        poison.note(&document, b"bad");
        assert!(poison.knows(&document, b"bad") && !poison.knows(&document, b"good") && !poison.knows(&key(), b"bad"));
        (0..KEPT).for_each(|n| poison.note(&document, &n.to_be_bytes()));
        assert!(!poison.knows(&document, b"bad"));
    }
}
