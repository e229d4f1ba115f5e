//! Rooms nobody is in, kept for a while in case somebody comes back: only so many, and only so many bytes of documents.
//!
//! A room that falls empty holds a [`Rest`] and counts as long as it does, so that one that crashes counts no more either. Beyond the
//! bounds those that have been empty longest are told [`GoToSleep`]. Whether they may is theirs to say: a room that somebody
//! entered meanwhile, or that has edits on their way to the disk, stays.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use actix::{Message, Recipient};

use crate::config::RoomConfig;

/// Others need your place.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "()")]
pub struct GoToSleep;

pub struct IdleRooms {
    max_rooms: usize,
    max_bytes: usize,
    resting: Mutex<Resting>,
}

#[derive(Default)]
struct Resting {
    /// By when they fell empty, the longest first.
    rooms: BTreeMap<u64, Idle>,
    bytes: usize,
    last: u64,
}

struct Idle {
    bytes: usize,
    room: Recipient<GoToSleep>,
}

/// A room's place among those nobody is in, until this is dropped.
pub struct Rest {
    of: Arc<IdleRooms>,
    number: u64,
}

impl IdleRooms {
    #[must_use]
    pub fn new(config: &RoomConfig) -> Arc<Self> {
        Arc::new(Self { max_rooms: config.max_idle_rooms, max_bytes: config.max_idle_bytes, resting: Mutex::default() })
    }

    /// A room with a document of so many bytes fell empty. It stays, however large its document is; others may have to go for it.
    #[must_use]
    pub fn rest(self: &Arc<Self>, bytes: usize, room: Recipient<GoToSleep>) -> Rest {
        let (number, dismissed) = {
            let mut resting = self.lock();
            let number = resting.add(Idle { bytes, room });
            (number, resting.shrink(self.max_rooms, self.max_bytes))
        };
        for (room, limit) in dismissed {
            metrics::counter!("tandem_idle_rooms_dismissed_total", "limit" => limit).increment(1);
            // Must not be lost: it is told only once.
            room.do_send(GoToSleep);
        }
        Rest { of: Arc::clone(self), number }
    }

    #[must_use]
    pub fn count(&self) -> usize {
        self.lock().rooms.len()
    }

    /// Nothing in here is ever left half done.
    fn lock(&self) -> MutexGuard<'_, Resting> {
        self.resting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Resting {
    fn add(&mut self, idle: Idle) -> u64 {
        self.last += 1;
        self.bytes += idle.bytes;
        self.rooms.insert(self.last, idle);
        self.last
    }

    /// Those that have to go, each with the limit that was passed.
    fn shrink(&mut self, max_rooms: usize, max_bytes: usize) -> Vec<(Recipient<GoToSleep>, &'static str)> {
        let mut dismissed = Vec::new();
        while self.rooms.len() > 1 {
            let limit = match (self.rooms.len() > max_rooms, self.bytes > max_bytes) {
                (true, _) => "max_idle_rooms",
                (false, true) => "max_idle_bytes",
                (false, false) => break,
            };
            let Some((_, idle)) = self.rooms.pop_first() else { break };
            self.bytes -= idle.bytes;
            dismissed.push((idle.room, limit));
        }
        dismissed
    }
}

impl Drop for Rest {
    fn drop(&mut self) {
        let mut resting = self.of.lock();
        // Gone already if it was dismissed.
        if let Some(idle) = resting.rooms.remove(&self.number) {
            resting.bytes -= idle.bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use actix::{Actor, Context, Handler};
    use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

    use super::*;

    struct Sleeper(usize, UnboundedSender<usize>);

    impl Actor for Sleeper {
        type Context = Context<Self>;
    }

    impl Handler<GoToSleep> for Sleeper {
        type Result = ();

        fn handle(&mut self, _: GoToSleep, _: &mut Context<Self>) {
            self.1.send(self.0).unwrap();
        }
    }

    /// Rooms with these sizes, emptied in order; those that were told to go, in order.
    struct Case {
        idle: Arc<IdleRooms>,
        told: UnboundedReceiver<usize>,
        tell: UnboundedSender<usize>,
        rooms: usize,
    }

    impl Case {
        fn new(max_idle_rooms: usize, max_idle_bytes: usize) -> Self {
            let (tell, told) = unbounded_channel();
            let idle = IdleRooms::new(&RoomConfig { max_idle_rooms, max_idle_bytes, ..RoomConfig::default() });
            Self { idle, told, tell, rooms: 0 }
        }

        fn rest(&mut self, bytes: usize) -> Rest {
            self.rooms += 1;
            self.idle.rest(bytes, Sleeper(self.rooms, self.tell.clone()).start().recipient())
        }

        async fn told(&mut self) -> usize {
            self.told.recv().await.unwrap()
        }
    }

    #[actix::test]
    async fn beyond_the_number_the_longest_empty_goes() {
        let mut case = Case::new(2, usize::MAX);
        let mut rests: Vec<Rest> = (0..2).map(|_| case.rest(10)).collect();
        // Somebody came back to the oldest: the next one is the oldest now.
        rests.remove(0);
        rests.push(case.rest(10));
        rests.push(case.rest(10));
        assert_eq!(case.told().await, 2);
        assert_eq!(case.idle.count(), 2);
    }

    #[actix::test]
    async fn beyond_the_bytes_as_many_go_as_it_takes_but_not_the_newest() {
        let mut case = Case::new(10, 100);
        let _rests: Vec<Rest> = [40, 30, 30].map(|bytes| case.rest(bytes)).into();
        let _big = case.rest(60);
        assert_eq!((case.told().await, case.told().await), (1, 2));
        let _giant = case.rest(1_000);
        assert_eq!((case.told().await, case.told().await), (3, 4));
        assert_eq!(case.idle.count(), 1);
    }

    #[actix::test]
    async fn what_is_dropped_or_dismissed_counts_no_more() {
        let mut case = Case::new(1, 100);
        let first = case.rest(100);
        let second = case.rest(100);
        assert_eq!(case.told().await, 1);
        // Both ways out at once.
        drop(first);
        drop(second);
        assert_eq!(case.idle.lock().bytes, 0);
        assert_eq!(case.idle.count(), 0);
    }
}
