//! What is being drawn right now: a Yjs document of its own that is never kept.
//!
//! `ghosts: Map<peer, plain JSON>`; everybody writes under their own number only. When nobody draws the document is thrown
//! away and the next one has another epoch, so that a thousand mouse moves leave no tombstones anywhere.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use yrs::{
    Any, DeepObservable, Map, MapRef, Out, StateVector, Transact,
    types::{Event, PathSegment},
    updates::decoder::Decode,
};

use crate::{
    document::{ApplyError, Limits, LiveDoc, Refusal},
    measures,
};

pub struct Ghosts {
    pub epoch: u32,
    doc: LiveDoc,
    map: MapRef,
    /// Whose ghosts changed since it was emptied.
    changed: Changed,
    limits: Limits,
    max_bytes: usize,
    /// What everybody has been sent.
    sent: StateVector,
    dirty: bool,
}

/// Keys of the map.
type Changed = Arc<Mutex<Vec<Arc<str>>>>;

/// What a ghost edit led to.
#[derive(Debug, PartialEq)]
pub enum Drawn {
    /// Somebody's ghost changed.
    Changed,
    Nothing,
    /// Thrown away: nobody draws any more, or the document grew too big. Everybody must be told the new epoch.
    Reset,
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum GhostError {
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The document was thrown away because of it.
    #[error("a ghost may only be written under one's own peer number")]
    NotYours,
    #[error("the edit broke the ghost document")]
    Broken,
}

impl Ghosts {
    #[must_use]
    pub fn new(limits: Limits, max_bytes: usize) -> Self {
        let doc = LiveDoc::with_roots(&["ghosts"], limits);
        let map = doc.doc().get_or_insert_map("ghosts");
        let changed = watch(&map);
        Self { epoch: 1, doc, map, changed, limits, max_bytes, sent: StateVector::default(), dirty: false }
    }

    pub fn apply(&mut self, peer: u32, bytes: &[u8]) -> Result<Drawn, GhostError> {
        let mine = peer.to_string();
        locked(&self.changed).clear();
        match self.doc.apply(bytes) {
            Ok(_) => {}
            Err(ApplyError::Refused(refusal)) => return Err(refusal.into()),
            Err(ApplyError::Broken(_)) => {
                self.reset();
                return Err(GhostError::Broken);
            }
        }
        let foreign = locked(&self.changed).iter().any(|key| **key != *mine);
        if foreign {
            self.reset();
            return Err(GhostError::NotYours);
        }
        Ok(self.after_change())
    }

    /// Its drawer left or stopped.
    pub fn remove(&mut self, peer: u32) -> Drawn {
        let removed = self.map.remove(&mut self.doc.doc().transact_mut(), &peer.to_string());
        if removed.is_some() { self.after_change() } else { Drawn::Nothing }
    }

    /// What somebody draws, as JSON text.
    #[must_use]
    pub fn shape(&self, peer: u32) -> Option<String> {
        match self.map.get(&self.doc.doc().transact(), &peer.to_string())? {
            Out::Any(any) => {
                let mut text = String::new();
                any.to_json(&mut text);
                Some(text)
            }
            _ => None,
        }
    }

    /// Somebody of another node draws this.
    pub fn show(&mut self, peer: u32, shape: &str) -> Drawn {
        let Ok(shape) = Any::from_json(shape) else { return Drawn::Nothing };
        self.map.insert(&mut self.doc.doc().transact_mut(), peer.to_string(), shape);
        self.after_change()
    }

    fn after_change(&mut self) -> Drawn {
        let is_full = self.doc.size() > self.max_bytes;
        if is_full {
            measures::limit("max_ghosts");
        }
        if is_full || self.map.len(&self.doc.doc().transact()) == 0 {
            self.reset();
            return Drawn::Reset;
        }
        self.dirty = true;
        Drawn::Changed
    }

    fn reset(&mut self) {
        let epoch = self.epoch.wrapping_add(1);
        *self = Self { epoch, ..Self::new(self.limits, self.max_bytes) };
    }

    /// What changed since the last call, for everybody.
    pub fn take(&mut self) -> Option<Vec<u8>> {
        if !std::mem::take(&mut self.dirty) {
            return None;
        }
        let diff = self.doc.diff(&self.sent);
        self.sent = StateVector::decode_v1(&self.doc.state_vector()).unwrap_or_default();
        Some(diff)
    }

    #[must_use]
    pub fn is_dirty(&self) -> bool {
        self.dirty
    }

    /// The whole document, for those who come.
    #[must_use]
    pub fn all(&self) -> Option<Vec<u8>> {
        (!self.is_empty()).then(|| self.doc.diff(&StateVector::default()))
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.map.len(&self.doc.doc().transact()) == 0
    }

    #[must_use]
    pub fn drawers(&self) -> Vec<String> {
        self.map.keys(&self.doc.doc().transact()).map(str::to_owned).collect()
    }
}

/// Notes whose ghosts each change touches, also where it touches what lies inside of one: asking all ghosts whether they are as they were would cost
/// everybody who draws as much as there are drawers.
fn watch(map: &MapRef) -> Changed {
    let changed = Changed::default();
    let noting = Arc::clone(&changed);
    map.observe_deep("whose", move |txn, events| {
        let mut changed = locked(&noting);
        for event in events.iter() {
            match (event.path().front(), event) {
                (Some(PathSegment::Key(key)), _) => changed.push(Arc::clone(key)),
                (_, Event::Map(event)) => changed.extend(event.keys(txn).keys().cloned()),
                // The ghosts are a map at the top; anything else is nobody's.
                _ => changed.push(Arc::from("")),
            }
        }
    });
    changed
}

fn locked(changed: &Changed) -> MutexGuard<'_, Vec<Arc<str>>> {
    changed.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use yrs::{Doc, MapPrelim, ReadTxn};

    use super::*;

    fn draw(doc: &Doc, peer: &str, x: f64) -> Vec<u8> {
        let map = doc.get_or_insert_map("ghosts");
        let before = doc.transact().state_vector();
        map.insert(&mut doc.transact_mut(), peer, x);
        doc.transact().encode_diff_v1(&before)
    }

    fn erase(doc: &Doc, peer: &str) -> Vec<u8> {
        let map = doc.get_or_insert_map("ghosts");
        let mut txn = doc.transact_mut();
        map.remove(&mut txn, peer);
        txn.commit();
        txn.encode_update_v1()
    }

    fn ghosts() -> Ghosts {
        Ghosts::new(Limits::default(), 1 << 20)
    }

    #[test]
    fn when_the_last_drawer_stops_the_document_is_thrown_away() {
        let (mut ghosts, ann) = (ghosts(), Doc::with_client_id(1));
        assert_eq!(ghosts.apply(1, &draw(&ann, "1", 1.0)), Ok(Drawn::Changed));
        assert!(ghosts.take().is_some());
        assert_eq!(ghosts.apply(1, &erase(&ann, "1")), Ok(Drawn::Reset));
        assert_eq!((ghosts.epoch, ghosts.is_empty()), (2, true));
    }

    #[test]
    fn a_drawer_who_leaves_takes_the_ghost_along_and_the_others_stay() {
        let (mut ghosts, ann, bob) = (ghosts(), Doc::with_client_id(1), Doc::with_client_id(2));
        ghosts.apply(1, &draw(&ann, "1", 1.0)).unwrap();
        ghosts.apply(2, &draw(&bob, "2", 1.0)).unwrap();
        assert_eq!(ghosts.remove(1), Drawn::Changed);
        assert_eq!(ghosts.drawers(), ["2"]);
        assert_eq!(ghosts.remove(2), Drawn::Reset);
    }

    #[test]
    fn nobody_writes_under_anothers_number() {
        let (mut ghosts, ann) = (ghosts(), Doc::with_client_id(1));
        assert_eq!(ghosts.apply(1, &draw(&ann, "2", 1.0)), Err(GhostError::NotYours));
        assert_eq!(ghosts.epoch, 2);
    }

    #[test]
    fn nobody_writes_inside_what_somebody_else_drew() {
        let (mut ghosts, ann, bob) = (ghosts(), Doc::with_client_id(1), Doc::with_client_id(2));
        let map = ann.get_or_insert_map("ghosts");
        map.insert(&mut ann.transact_mut(), "1", MapPrelim::from([("x", 1.0)]));
        let drawn = ann.transact().encode_diff_v1(&StateVector::default());
        assert_eq!(ghosts.apply(1, &drawn), Ok(Drawn::Changed));
        bob.transact_mut().apply_update(yrs::Update::decode_v1(&drawn).unwrap()).unwrap();
        let before = bob.transact().state_vector();
        let map = bob.get_or_insert_map("ghosts");
        let Some(Out::YMap(inner)) = map.get(&bob.transact(), "1") else { panic!("a map") };
        inner.insert(&mut bob.transact_mut(), "x", 2.0);
        let meddling = bob.transact().encode_diff_v1(&before);
        assert_eq!(ghosts.apply(2, &meddling), Err(GhostError::NotYours));
    }

    #[test]
    fn what_is_known_already_is_nobodys_change() {
        let (mut ghosts, ann, bob) = (ghosts(), Doc::with_client_id(1), Doc::with_client_id(2));
        let anns = draw(&ann, "1", 1.0);
        ghosts.apply(1, &anns).unwrap();
        bob.transact_mut().apply_update(yrs::Update::decode_v1(&anns).unwrap()).unwrap();
        draw(&bob, "2", 1.0);
        let everything = bob.transact().encode_diff_v1(&StateVector::default());
        assert_eq!(ghosts.apply(2, &everything), Ok(Drawn::Changed));
    }

    #[test]
    fn a_thousand_moves_stay_small() {
        let (mut ghosts, ann) = (ghosts(), Doc::with_client_id(1));
        for n in 0..1_000 {
            ghosts.apply(1, &draw(&ann, "1", f64::from(n) + 0.5)).unwrap();
        }
        assert!(ghosts.take().unwrap().len() < 200);
    }
}
