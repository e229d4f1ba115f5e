//! What rooms tell a Desk.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use actix::Recipient;
use tokio::sync::oneshot;

use super::DeskReport;
use crate::{
    room::{RoomNews, Seat},
    task::Leave,
};

/// One life of a room: a room that starts anew is another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RoomKey(u64);

impl RoomKey {
    #[must_use]
    pub fn next() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(1);
        Self(NEXT.fetch_add(1, Ordering::Relaxed) as u64)
    }
}

#[derive(Debug)]
pub enum Mail {
    /// Somebody of this thread sits in a room now.
    Sit { room: RoomKey, seat: Seat, exit: Option<Recipient<Leave>> },
    /// And now does not.
    Rise(Seat),
    /// For one seat.
    To(Seat, RoomNews),
    /// For everybody in a room.
    All(Arc<Fanout>),
    /// Somebody looks at the house. What is answered is as old as what the thread has not read yet.
    Report(oneshot::Sender<DeskReport>),
}

/// What happened in a room, in order; each for everybody but one.
#[derive(Debug)]
pub struct Fanout {
    pub room: RoomKey,
    pub news: Vec<(RoomNews, Option<Seat>)>,
    under_way: UnderWay,
}

impl Fanout {
    #[must_use]
    pub fn new(room: RoomKey, news: Vec<(RoomNews, Option<Seat>)>, under_way: &UnderWay) -> Self {
        under_way.0.fetch_add(1, Ordering::Relaxed);
        Self { room, news, under_way: under_way.clone() }
    }
}

impl Drop for Fanout {
    fn drop(&mut self) {
        self.under_way.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// How many fan-outs of a room some thread has not read yet.
#[derive(Clone, Debug, Default)]
pub struct UnderWay(Arc<AtomicUsize>);

impl UnderWay {
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}
