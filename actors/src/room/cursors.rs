//! Where the pointers are. Latest wins: between two ticks only the newest place of each counts.

use std::{collections::BTreeMap, sync::Arc};

use tandem_protocol::ws::CursorAt;

#[derive(Default)]
pub struct Cursors {
    /// Where each visible pointer is, for those who come.
    at: BTreeMap<u32, (i32, i32)>,
    /// Moved since the last tick.
    moved: BTreeMap<u32, Option<(i32, i32)>>,
}

impl Cursors {
    /// Returns whether anything changed.
    pub fn set(&mut self, peer: u32, at: Option<(i32, i32)>) -> bool {
        let before = match at {
            Some(at) => self.at.insert(peer, at),
            None => self.at.remove(&peer),
        };
        if before == at {
            return false;
        }
        self.moved.insert(peer, at);
        true
    }

    /// A pointer whose owner left: presence says so, nobody needs to be told twice.
    pub fn forget(&mut self, peer: u32) {
        self.at.remove(&peer);
        self.moved.remove(&peer);
    }

    /// What moved since the last call, one entry a pointer.
    pub fn take(&mut self) -> Option<Arc<[CursorAt]>> {
        if self.moved.is_empty() {
            return None;
        }
        Some(std::mem::take(&mut self.moved).into_iter().map(|(peer, at)| CursorAt { peer, at }).collect())
    }

    #[must_use]
    pub fn at(&self, peer: u32) -> Option<(i32, i32)> {
        self.at.get(&peer).copied()
    }

    #[must_use]
    pub fn is_dirty(&self) -> bool {
        !self.moved.is_empty()
    }

    /// How many moved since the last tick.
    #[must_use]
    pub fn moved(&self) -> usize {
        self.moved.len()
    }

    /// Everything visible.
    #[must_use]
    pub fn all(&self) -> Option<Arc<[CursorAt]>> {
        if self.at.is_empty() {
            return None;
        }
        Some(self.at.iter().map(|(peer, at)| CursorAt { peer: *peer, at: Some(*at) }).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_place_wins_and_a_return_to_the_same_place_is_no_news() {
        let mut cursors = Cursors::default();
        assert!(cursors.set(1, Some((1, 1))));
        assert!(cursors.set(1, Some((2, 2))));
        assert!(cursors.set(2, Some((9, 9))));
        assert!(!cursors.set(2, Some((9, 9))));
        let moved = cursors.take().unwrap();
        assert_eq!(*moved, [CursorAt { peer: 1, at: Some((2, 2)) }, CursorAt { peer: 2, at: Some((9, 9)) }]);
        assert!(cursors.take().is_none());
    }

    #[test]
    fn a_pointer_that_left_the_image_is_told_once() {
        let mut cursors = Cursors::default();
        cursors.set(1, Some((1, 1)));
        assert!(cursors.set(1, None));
        assert!(!cursors.set(1, None));
        assert_eq!(*cursors.take().unwrap(), [CursorAt { peer: 1, at: None }]);
        assert!(cursors.all().is_none());
    }
}
