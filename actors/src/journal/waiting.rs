//! What waits for the disk, in order, and what of it goes into the next commit.
//!
//! One edit the store will not keep must hold up nobody else. So the edits of a batch that failed for a reason of its content are
//! *suspects*: each is committed alone. One that fails alone is *parked* with everything of its document behind it, to be tried
//! again later, and the others go on.

use std::collections::{HashSet, VecDeque};

use bytes::Bytes;
use tandem_protocol::DocumentId;
use tandem_store::documents::DocumentKey;

use super::actor::Append;

#[derive(Default)]
pub(super) struct Waiting {
    /// Oldest first. Edits of one document keep their order.
    queue: VecDeque<Append>,
    parked: VecDeque<Append>,
    parked_documents: HashSet<DocumentId>,
}

impl Waiting {
    pub fn push(&mut self, append: Append) {
        if self.parked_documents.contains(&append.edit.document) {
            self.parked.push_back(append);
        } else {
            self.queue.push_back(append);
        }
    }

    /// The next commit: at most so many rows, and no further row once so many bytes are reached. A suspect goes alone.
    pub fn next_batch(&mut self, rows: usize, bytes: usize) -> Vec<Append> {
        let (mut batch, mut size) = (Vec::new(), 0);
        while batch.len() < rows && size < bytes {
            if !batch.is_empty() && self.queue.front().is_some_and(|next| next.suspect) {
                break;
            }
            let Some(append) = self.queue.pop_front() else { break };
            size += append.edit.payload.as_ref().map_or(0, Bytes::len);
            let alone = append.suspect;
            batch.push(append);
            if alone {
                break;
            }
        }
        batch
    }

    /// A batch that was not kept, to be tried again as it is, before all others.
    pub fn put_back(&mut self, batch: Vec<Append>) {
        batch.into_iter().rev().for_each(|append| self.queue.push_front(append));
    }

    /// A batch that was not kept because of something in it.
    pub fn suspect(&mut self, mut batch: Vec<Append>) {
        batch.iter_mut().for_each(|append| append.suspect = true);
        self.put_back(batch);
    }

    /// Out of the way, with all that waits of the same document.
    pub fn park(&mut self, append: Append) {
        let document = append.edit.document;
        self.parked_documents.insert(document);
        self.parked.push_back(append);
        let (behind, others) = std::mem::take(&mut self.queue).into_iter().partition(|a| a.edit.document == document);
        self.queue = others;
        let behind: VecDeque<Append> = behind;
        self.parked.extend(behind);
    }

    /// All that waits of a document: nobody will keep it.
    pub fn take(&mut self, document: DocumentId) -> Vec<Append> {
        self.parked_documents.remove(&document);
        let of_document = |append: &Append| append.edit.document == document;
        let parked = extract(&mut self.parked, of_document);
        parked.into_iter().chain(extract(&mut self.queue, of_document)).collect()
    }

    /// Try the parked ones again, each alone, after those who wait.
    pub fn unpark(&mut self) {
        self.parked_documents.clear();
        for mut append in std::mem::take(&mut self.parked) {
            append.suspect = true;
            self.queue.push_back(append);
        }
    }

    pub fn all(&self) -> impl Iterator<Item = &Append> {
        self.parked.iter().chain(&self.queue)
    }

    /// Whether there is something to commit now.
    pub fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Nothing waits, parked or not.
    pub fn is_done(&self) -> bool {
        self.queue.is_empty() && self.parked.is_empty()
    }

    pub fn len(&self) -> usize {
        self.queue.len() + self.parked.len()
    }

    pub fn of<'a>(&'a self, key: &'a DocumentKey) -> impl Iterator<Item = &'a Append> {
        self.all().filter(move |append| *append.edit.key == *key)
    }
}

fn extract(queue: &mut VecDeque<Append>, which: impl Fn(&Append) -> bool) -> Vec<Append> {
    let (mut taken, mut left) = (Vec::new(), VecDeque::with_capacity(queue.len()));
    for append in queue.drain(..) {
        if which(&append) { taken.push(append) } else { left.push_back(append) }
    }
    *queue = left;
    taken
}
