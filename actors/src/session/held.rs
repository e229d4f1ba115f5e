//! What waits while the socket is busy. Cursors and awareness replace each other, edits are merged, the rest keeps its place.

use std::{
    collections::{BTreeMap, VecDeque},
    rc::Rc,
};

use bytes::Bytes;
use tandem_protocol::ws::{
    CursorAt,
    varint::{Reader, write_uint},
};

use super::{Framer, Frames, Speaker};
use crate::{
    document::join_updates,
    room::{RoomNews, Seat},
};

/// What holding something costs beside its bytes.
const OVERHEAD: usize = 64;
/// So many parts are merged at once, so that few bytes never become many entries.
const MANY_PARTS: usize = 256;

#[derive(Default)]
pub struct Held {
    waiting: VecDeque<Entry>,
    /// Without documents.
    bytes: usize,
    documents: usize,
}

/// None for `of`: frames of the session itself.
struct Entry {
    of: Option<(Seat, Rc<dyn Speaker>)>,
    what: What,
}

enum What {
    Frames(Frames),
    /// With a document in it; as the answer to what a stock client said that it has, or with all else that a newcomer is told.
    Document {
        frames: Frames,
        is_answer: bool,
    },
    Updates(Vec<Bytes>),
    Ghosts(u32, Vec<Bytes>),
    Ack(u64),
    Cursors(BTreeMap<u32, CursorAt>),
    /// The newest entry of each client id.
    Awareness(BTreeMap<u64, Bytes>),
}

impl What {
    fn size(&self) -> usize {
        OVERHEAD
            + match self {
                Self::Frames(frames) | Self::Document { frames, .. } => frames.len(),
                Self::Updates(parts) | Self::Ghosts(_, parts) => parts.iter().map(|part| part.len() + OVERHEAD).sum(),
                Self::Awareness(entries) => entries.values().map(|entry| entry.len() + OVERHEAD).sum(),
                // Bounded by the number of people.
                Self::Cursors(_) | Self::Ack(_) => 0,
            }
    }
}

impl Held {
    /// Without documents: they are sent whole, however big.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Bytes of documents.
    #[must_use]
    pub fn documents(&self) -> usize {
        self.documents
    }

    fn count(&mut self) {
        let sum = |documents: bool| -> usize {
            self.waiting
                .iter()
                .filter(|entry| matches!(entry.what, What::Document { .. }) == documents)
                .map(|entry| entry.what.size())
                .sum()
        };
        (self.bytes, self.documents) = (sum(false), sum(true));
    }

    /// Frames of the session itself.
    pub fn push_frames(&mut self, frames: Frames) {
        self.push(Entry { of: None, what: What::Frames(frames) });
    }

    /// What a room says; the frames are for what cannot be merged.
    pub fn push_news(&mut self, seat: Seat, speaker: &Rc<dyn Speaker>, news: &RoomNews, frames: &Frames) {
        let before = self.last_of(seat).map(|entry| entry.what.size());
        let merged = match (self.last_of(seat).map(|entry| &mut entry.what), news) {
            (Some(What::Updates(parts)), RoomNews::Update(bytes)) => {
                add(parts, bytes);
                true
            }
            (Some(What::Ghosts(of, parts)), RoomNews::Ghost { epoch, bytes }) if of == epoch => {
                add(parts, bytes);
                true
            }
            _ => false,
        };
        if merged {
            let after = self.last_of(seat).map_or(0, |entry| entry.what.size());
            self.bytes = self.bytes + after - before.unwrap_or_default();
            return;
        }
        let what = match news {
            RoomNews::Ack(seq) => return self.push_ack(seat, speaker, *seq),
            RoomNews::Cursors(cursors) => return self.push_cursors(seat, speaker, cursors),
            RoomNews::Awareness(bytes) if self.merge_awareness(seat, speaker, bytes) => return,
            RoomNews::Update(bytes) => What::Updates(vec![bytes.clone()]),
            RoomNews::Ghost { epoch, bytes } => What::Ghosts(*epoch, vec![bytes.clone()]),
            RoomNews::Diff { .. } if self.replace_document(seat, frames) => return,
            RoomNews::Joined(_) | RoomNews::Diff { .. } => {
                What::Document { frames: frames.clone(), is_answer: matches!(news, RoomNews::Diff { .. }) }
            }
            _ => What::Frames(frames.clone()),
        };
        self.push(Entry { of: Some((seat, Rc::clone(speaker))), what });
    }

    fn push(&mut self, entry: Entry) {
        let size = entry.what.size();
        match &entry.what {
            What::Frames(frames) | What::Document { frames, .. } if frames.is_empty() => return,
            What::Document { .. } => self.documents += size,
            _ => self.bytes += size,
        }
        self.waiting.push_back(entry);
    }

    /// Who asks again what they lack, before they could read the answer, lacks at least what they lacked then: the newer answer says all of the older one and
    /// takes its place.
    fn replace_document(&mut self, seat: Seat, frames: &Frames) -> bool {
        let older = self.waiting.iter_mut().find_map(|entry| match (&mut entry.what, &entry.of) {
            (What::Document { frames, is_answer: true }, Some((of, _))) if *of == seat => Some(frames),
            _ => None,
        });
        let Some(older) = older else { return false };
        self.documents = self.documents + frames.len() - older.len();
        *older = frames.clone();
        true
    }

    /// The newest entry of a seat that has an order. Others' entries and the newest places of cursors may be overtaken; what the
    /// session itself says may not.
    fn last_of(&mut self, seat: Seat) -> Option<&mut Entry> {
        let ordered = |entry: &Entry| !matches!(entry.what, What::Ack(_) | What::Cursors(_) | What::Awareness(_));
        let last = self.waiting.iter_mut().rev().find(|entry| ordered(entry) && entry.of.as_ref().is_none_or(|(of, _)| *of == seat))?;
        last.of.is_some().then_some(last)
    }

    fn push_cursors(&mut self, seat: Seat, speaker: &Rc<dyn Speaker>, cursors: &[CursorAt]) {
        let newest = cursors.iter().map(|cursor| (cursor.peer, *cursor));
        let waiting = self.waiting.iter_mut().find_map(|entry| match (&mut entry.what, &entry.of) {
            (What::Cursors(at), Some((of, _))) if *of == seat => Some(at),
            _ => None,
        });
        match waiting {
            Some(at) => at.extend(newest),
            None => self.push(Entry { of: Some((seat, Rc::clone(speaker))), what: What::Cursors(newest.collect()) }),
        }
    }

    /// The newest number counts for all before it.
    fn push_ack(&mut self, seat: Seat, speaker: &Rc<dyn Speaker>, seq: u64) {
        let waiting = self.waiting.iter_mut().find_map(|entry| match (&mut entry.what, &entry.of) {
            (What::Ack(seq), Some((of, _))) if *of == seat => Some(seq),
            _ => None,
        });
        match waiting {
            Some(older) => *older = seq,
            None => self.push(Entry { of: Some((seat, Rc::clone(speaker))), what: What::Ack(seq) }),
        }
    }

    /// Whether it could be read.
    fn merge_awareness(&mut self, seat: Seat, speaker: &Rc<dyn Speaker>, bytes: &Bytes) -> bool {
        let Some(entries) = awareness_entries(bytes) else { return false };
        let waiting = self.waiting.iter_mut().find_map(|entry| match (&mut entry.what, &entry.of) {
            (What::Awareness(at), Some((of, _))) if *of == seat => Some(at),
            _ => None,
        });
        match waiting {
            Some(at) => {
                for (client, entry) in entries {
                    let (new, old) = (entry.len(), at.insert(client, entry));
                    self.bytes = self.bytes + new + if old.is_none() { OVERHEAD } else { 0 } - old.map_or(0, |old| old.len());
                }
            }
            None => {
                let what = What::Awareness(entries.into_iter().collect());
                self.push(Entry { of: Some((seat, Rc::clone(speaker))), what });
            }
        }
        true
    }

    /// The next frames to send, and whether they have a document in them.
    pub fn pop(&mut self) -> Option<(Frames, bool)> {
        let Entry { of, what } = self.waiting.pop_front()?;
        let size = what.size();
        match &what {
            What::Document { .. } => self.documents = self.documents.saturating_sub(size),
            _ => self.bytes = self.bytes.saturating_sub(size),
        }
        let news = match what {
            What::Frames(frames) => return Some((frames, false)),
            What::Document { frames, .. } => return Some((frames, true)),
            What::Ack(seq) => RoomNews::Ack(seq),
            What::Cursors(at) => RoomNews::Cursors(at.into_values().collect()),
            What::Awareness(entries) => RoomNews::Awareness(awareness_of(&entries)),
            What::Updates(parts) => {
                let (bytes, rest) = join(parts);
                self.put_back(&of, rest.map(What::Updates));
                RoomNews::Update(bytes)
            }
            What::Ghosts(epoch, parts) => {
                let (bytes, rest) = join(parts);
                self.put_back(&of, rest.map(|parts| What::Ghosts(epoch, parts)));
                RoomNews::Ghost { epoch, bytes }
            }
        };
        let mut framer = Framer::default();
        if let Some((_, speaker)) = of {
            speaker.speak(&news, &mut framer);
        }
        Some((framer.finish(), false))
    }

    fn put_back(&mut self, of: &Option<(Seat, Rc<dyn Speaker>)>, what: Option<What>) {
        if let Some(what) = what {
            self.bytes += what.size();
            self.waiting.push_front(Entry { of: of.clone(), what });
        }
    }

    /// A seat that was left: what waits for it is void.
    pub fn forget(&mut self, seat: Seat) {
        self.waiting.retain(|entry| entry.of.as_ref().is_none_or(|(of, _)| *of != seat));
        self.count();
    }
}

fn add(parts: &mut Vec<Bytes>, bytes: &Bytes) {
    parts.push(bytes.clone());
    if parts.len() >= MANY_PARTS {
        let (first, rest) = join(std::mem::take(parts));
        parts.push(first);
        parts.extend(rest.into_iter().flatten());
    }
}

/// One update of all parts, or the first and the rest should they not merge.
fn join(mut parts: Vec<Bytes>) -> (Bytes, Option<Vec<Bytes>>) {
    if parts.len() > 1 {
        let slices: Vec<&[u8]> = parts.iter().map(AsRef::as_ref).collect();
        if let Some(joined) = join_updates(&slices) {
            return (joined.into(), None);
        }
    }
    if parts.is_empty() {
        return (Bytes::from_static(crate::document::EMPTY_UPDATE), None);
    }
    let first = parts.remove(0);
    (first, (!parts.is_empty()).then_some(parts))
}

/// The entries of an awareness update, each as it is.
fn awareness_entries(bytes: &Bytes) -> Option<Vec<(u64, Bytes)>> {
    let mut r = Reader::new(bytes);
    let mut entries = Vec::new();
    for _ in 0..r.uint().ok()? {
        let start = r.rest();
        let client = r.uint().ok()?;
        r.uint().ok()?;
        let length = usize::try_from(r.uint().ok()?).ok()?;
        let (_, rest) = r.rest().split_at_checked(length)?;
        entries.push((client, bytes.slice_ref(&start[..start.len() - rest.len()])));
        r = Reader::new(rest);
    }
    Some(entries)
}

fn awareness_of(entries: &BTreeMap<u64, Bytes>) -> Bytes {
    let mut out = Vec::new();
    write_uint(&mut out, entries.len() as u64);
    entries.values().for_each(|entry| out.extend_from_slice(entry));
    out.into()
}

#[cfg(test)]
mod tests;
