//! What waits while the socket is busy. Cursors replace each other, edits are merged, the rest keeps its place.

use std::{collections::BTreeMap, collections::VecDeque};

use bytes::Bytes;
use tandem_protocol::ws::{CursorAt, ServerFrame, ServerHot};

use crate::document::join_updates;

/// A guess at the size of a control message, for the budget.
const CONTROL: usize = 256;

#[derive(Default)]
pub struct Held {
    frames: VecDeque<Waiting>,
    bytes: usize,
}

enum Waiting {
    Frame(ServerFrame),
    Updates { channel: u32, parts: Vec<Bytes> },
    Ghosts { channel: u32, epoch: u32, parts: Vec<Bytes> },
    Cursors { channel: u32, at: BTreeMap<u32, CursorAt> },
}

impl Waiting {
    fn size(&self) -> usize {
        match self {
            Self::Frame(ServerFrame::Hot(ServerHot::Sync { bytes, .. })) => bytes.len(),
            Self::Frame(_) => CONTROL,
            Self::Updates { parts, .. } | Self::Ghosts { parts, .. } => parts.iter().map(Bytes::len).sum(),
            // Bounded by the number of people.
            Self::Cursors { .. } => 0,
        }
    }
}

impl Held {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    pub fn push(&mut self, frame: ServerFrame) {
        match frame {
            ServerFrame::Hot(ServerHot::Update { channel, bytes }) => self.push_update(channel, bytes),
            ServerFrame::Hot(ServerHot::Ghost { channel, epoch, bytes }) => self.push_ghost(channel, epoch, bytes),
            ServerFrame::Hot(ServerHot::Cursors { channel, cursors }) => self.push_cursors(channel, cursors),
            frame => {
                let waiting = Waiting::Frame(frame);
                self.bytes += waiting.size();
                self.frames.push_back(waiting);
            }
        }
    }

    fn push_update(&mut self, channel: u32, bytes: Bytes) {
        self.bytes += bytes.len();
        let same = self.frames.iter_mut().rev().find_map(|waiting| match waiting {
            Waiting::Updates { channel: of, parts } if *of == channel => Some(Some(parts)),
            // Nothing about the channel may be overtaken, except by what has no order.
            Waiting::Cursors { .. } => None,
            _ => Some(None),
        });
        match same.flatten() {
            Some(parts) => parts.push(bytes),
            None => self.frames.push_back(Waiting::Updates { channel, parts: vec![bytes] }),
        }
    }

    fn push_ghost(&mut self, channel: u32, epoch: u32, bytes: Bytes) {
        self.bytes += bytes.len();
        match self.frames.back_mut() {
            Some(Waiting::Ghosts { channel: of, epoch: in_epoch, parts }) if *of == channel && *in_epoch == epoch => parts.push(bytes),
            _ => self.frames.push_back(Waiting::Ghosts { channel, epoch, parts: vec![bytes] }),
        }
    }

    fn push_cursors(&mut self, channel: u32, cursors: Vec<CursorAt>) {
        let waiting = self.frames.iter_mut().find_map(|waiting| match waiting {
            Waiting::Cursors { channel: of, at } if *of == channel => Some(at),
            _ => None,
        });
        let cursors = cursors.into_iter().map(|cursor| (cursor.peer, cursor));
        match waiting {
            Some(at) => at.extend(cursors),
            None => self.frames.push_back(Waiting::Cursors { channel, at: cursors.collect() }),
        }
    }

    /// The next frame to send.
    pub fn pop(&mut self) -> Option<ServerFrame> {
        let waiting = self.frames.pop_front()?;
        self.bytes = self.bytes.saturating_sub(waiting.size());
        let frame = match waiting {
            Waiting::Frame(frame) => frame,
            Waiting::Updates { channel, parts } => {
                let (bytes, rest) = join(parts);
                if let Some(parts) = rest {
                    self.put_back(Waiting::Updates { channel, parts });
                }
                ServerHot::Update { channel, bytes }.into()
            }
            Waiting::Ghosts { channel, epoch, parts } => {
                let (bytes, rest) = join(parts);
                if let Some(parts) = rest {
                    self.put_back(Waiting::Ghosts { channel, epoch, parts });
                }
                ServerHot::Ghost { channel, epoch, bytes }.into()
            }
            Waiting::Cursors { channel, at } => ServerHot::Cursors { channel, cursors: at.into_values().collect() }.into(),
        };
        Some(frame)
    }

    fn put_back(&mut self, waiting: Waiting) {
        self.bytes += waiting.size();
        self.frames.push_front(waiting);
    }

    /// A channel that was left or joined anew: what waits for it is void.
    pub fn forget(&mut self, channel: u32) {
        self.frames.retain(|waiting| match waiting {
            Waiting::Updates { channel: of, .. } | Waiting::Ghosts { channel: of, .. } | Waiting::Cursors { channel: of, .. } => {
                *of != channel
            }
            Waiting::Frame(_) => true,
        });
        self.bytes = self.frames.iter().map(Waiting::size).sum();
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

#[cfg(test)]
mod tests {
    use tandem_protocol::ws::ServerControl;
    use yrs::{Doc, Map, ReadTxn, Transact};

    use super::*;

    fn cursors(peer: u32, x4: i32) -> ServerFrame {
        ServerHot::Cursors { channel: 1, cursors: vec![CursorAt { peer, at: Some((x4, 0)) }] }.into()
    }

    #[test]
    fn cursors_replace_each_other() {
        let mut held = Held::default();
        for x4 in 0..1_000 {
            held.push(cursors(1, x4));
        }
        held.push(cursors(2, 5));
        let at = |peer, x4| CursorAt { peer, at: Some((x4, 0)) };
        assert_eq!(held.pop(), Some(ServerHot::Cursors { channel: 1, cursors: vec![at(1, 999), at(2, 5)] }.into()));
        assert_eq!(held.pop(), None);
    }

    #[test]
    fn edits_become_one() {
        let (doc, mut held) = (Doc::new(), Held::default());
        let map = doc.get_or_insert_map("regions");
        for n in 0..3 {
            let before = doc.transact().state_vector();
            map.insert(&mut doc.transact_mut(), format!("{n}"), f64::from(n));
            held.push(ServerHot::Update { channel: 1, bytes: doc.transact().encode_diff_v1(&before).into() }.into());
        }
        let Some(ServerFrame::Hot(ServerHot::Update { bytes, .. })) = held.pop() else { panic!("an update") };
        let copy = crate::document::LiveDoc::load(&[bytes], crate::document::Limits::default()).unwrap();
        assert_eq!(copy.doc().get_or_insert_map("regions").len(&copy.doc().transact()), 3);
        assert!(held.is_empty());
    }

    #[test]
    fn the_rest_keeps_its_place() {
        let mut held = Held::default();
        let pong = || ServerFrame::from(ServerControl::from(tandem_protocol::ws::Pong { t: 1, server_time: chrono::DateTime::UNIX_EPOCH }));
        let update = |byte| ServerFrame::from(ServerHot::Update { channel: 1, bytes: Bytes::from(vec![0, 0, byte]) });
        held.push(update(1));
        held.push(pong());
        held.push(update(2));
        assert!(matches!(held.pop(), Some(ServerFrame::Hot(ServerHot::Update { .. }))));
        assert_eq!(held.pop(), Some(pong()));
        assert!(matches!(held.pop(), Some(ServerFrame::Hot(ServerHot::Update { .. }))));
    }
}
