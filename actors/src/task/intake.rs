//! Where people point and what they show, on its way into a room.
//!
//! Only the newest of it counts, and it goes round with the next flush. So it waits here, where sessions leave it without a message, until the
//! room sends anyway: a room that is woken for each frame spends as much on waking as on all else it does. It is woken where it would
//! not look by itself, by the first that comes; and where so many have moved that more waiting would only replace what was not sent.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use bytes::Bytes;

use crate::room::Seat;

/// Bytes of awareness that may wait here. States are a few hundred.
const MOST_BYTES: usize = 1 << 20;

/// What a room finds there.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Frames of stock clients, in the order they came in.
    pub awareness: Vec<(Seat, Bytes)>,
    /// The newest place of each; none: not on the image any more.
    pub pointers: HashMap<Seat, Option<(i32, i32)>>,
}

impl Found {
    fn len(&self) -> usize {
        self.awareness.len() + self.pointers.len()
    }
}

/// Whether the room is to be told that something is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub(super) enum Bell {
    Silent,
    Rings,
}

#[derive(Debug)]
pub struct Intake {
    inner: Mutex<Inner>,
    most: usize,
}

#[derive(Debug)]
struct Inner {
    found: Found,
    bytes: usize,
    /// So many ring. 1: the room is not about to look by itself.
    rings_at: usize,
    /// It was rung for and not answered.
    rung: bool,
}

impl Inner {
    fn bell(&mut self) -> Bell {
        if !self.rung && self.found.len() >= self.rings_at {
            self.rung = true;
            return Bell::Rings;
        }
        Bell::Silent
    }
}

impl Intake {
    /// `most`: frames of awareness that may wait here.
    pub(super) fn new(most: usize) -> Self {
        let inner = Inner { found: Found::default(), bytes: 0, rings_at: 1, rung: false };
        Self { inner: Mutex::new(inner), most }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn point(&self, seat: Seat, at: Option<(i32, i32)>) -> Bell {
        let mut inner = self.lock();
        inner.found.pointers.insert(seat, at);
        inner.bell()
    }

    /// Given back: there is no room for it.
    pub(super) fn show(&self, seat: Seat, state: Bytes) -> Result<Bell, Bytes> {
        let mut inner = self.lock();
        if inner.found.awareness.len() >= self.most || inner.bytes + state.len() > MOST_BYTES {
            return Err(state);
        }
        inner.bytes += state.len();
        inner.found.awareness.push((seat, state));
        Ok(inner.bell())
    }

    /// All that is here, in exchange for what was taken before and is empty now: its memory is used again.
    pub(super) fn take(&self, found: &mut Found) {
        debug_assert_eq!(found.len(), 0, "what was found is done");
        let mut inner = self.lock();
        std::mem::swap(&mut inner.found, found);
        (inner.bytes, inner.rung) = (0, false);
    }

    /// The room looks by itself unless so many wait. It may be too late to wait for them.
    pub(super) fn ring_at(&self, count: usize) -> Bell {
        let mut inner = self.lock();
        inner.rings_at = count.max(1);
        inner.bell()
    }
}

#[cfg(test)]
mod tests {
    use tandem_protocol::SessionId;

    use super::*;

    fn seat() -> Seat {
        Seat { session: SessionId::new(), subscription: 1 }
    }

    fn taken(intake: &Intake) -> Found {
        let mut found = Found::default();
        intake.take(&mut found);
        found
    }

    #[test]
    fn the_first_rings_and_no_other_until_the_room_has_looked() {
        let (intake, ann, ben) = (Intake::new(9), seat(), seat());
        assert_eq!(intake.point(ann, Some((1, 1))), Bell::Rings);
        assert_eq!(intake.point(ben, Some((5, 5))), Bell::Silent);
        assert_eq!(intake.point(ann, None), Bell::Silent);
        assert_eq!(taken(&intake).pointers, HashMap::from([(ann, None), (ben, Some((5, 5)))]));
        assert_eq!(intake.show(ann, Bytes::from_static(b"state")), Ok(Bell::Rings));
    }

    #[test]
    fn a_room_that_looks_by_itself_is_rung_for_when_enough_wait() {
        let intake = Intake::new(9);
        assert_eq!(intake.ring_at(3), Bell::Silent);
        let ann = seat();
        assert_eq!(intake.point(ann, Some((1, 1))), Bell::Silent);
        assert_eq!(intake.point(ann, Some((2, 2))), Bell::Silent, "one pointer, not two");
        assert_eq!(intake.show(ann, Bytes::from_static(b"1")), Ok(Bell::Silent));
        assert_eq!(intake.show(ann, Bytes::from_static(b"2")), Ok(Bell::Rings));
        let found = taken(&intake);
        assert_eq!(found.awareness, [(ann, Bytes::from_static(b"1")), (ann, Bytes::from_static(b"2"))]);
    }

    #[test]
    fn what_came_while_the_room_stopped_looking_by_itself_rings() {
        let intake = Intake::new(9);
        assert_eq!(intake.ring_at(3), Bell::Silent);
        assert_eq!(intake.point(seat(), None), Bell::Silent);
        assert_eq!(intake.ring_at(1), Bell::Rings);
        assert_eq!(intake.ring_at(1), Bell::Silent, "it was rung for");
    }

    #[test]
    fn it_holds_so_many_frames_and_bytes_and_gives_back_the_rest() {
        let (intake, ann) = (Intake::new(2), seat());
        let state = |len: usize| Bytes::from(vec![b'x'; len]);
        assert!(intake.show(ann, state(1)).is_ok());
        assert!(intake.show(ann, state(MOST_BYTES)).is_err());
        assert!(intake.show(ann, state(MOST_BYTES - 1)).is_ok());
        assert_eq!(intake.show(ann, state(0)), Err(state(0)));
        assert_eq!(intake.point(ann, None), Bell::Silent, "of pointers there are no more than people");
        assert_eq!(taken(&intake).awareness.len(), 2);
        assert!(intake.show(ann, state(MOST_BYTES)).is_ok());
    }
}
