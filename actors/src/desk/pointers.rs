//! Pointers that moved in this turn of the thread, by room: each room gets one message, with the newest place of each.

use std::collections::HashMap;

use actix::{Addr, dev::SendError};

use crate::{
    room::Seat,
    task::{Cursors, TaskActor},
};

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Rooms {
    Told,
    /// Some had no place for it.
    Busy,
}

#[derive(Default)]
pub struct Pointers {
    rooms: HashMap<Addr<TaskActor>, HashMap<Seat, Option<(i32, i32)>>>,
}

impl Pointers {
    pub fn set(&mut self, room: &Addr<TaskActor>, seat: Seat, at: Option<(i32, i32)>) {
        match self.rooms.get_mut(room) {
            Some(moved) => {
                moved.insert(seat, at);
            }
            None => {
                self.rooms.insert(room.clone(), HashMap::from([(seat, at)]));
            }
        }
    }

    /// A room that is busy gets its next time, with what moved until then.
    #[expect(clippy::mutable_key_type, reason = "an Addr is hashed and compared by where its channel lies, which never changes")]
    pub fn hand_over(&mut self) -> Rooms {
        let mut busy = HashMap::new();
        for (room, moved) in self.rooms.drain() {
            match room.try_send(Cursors(moved)) {
                // A room that ended has told its people.
                Ok(()) | Err(SendError::Closed(_)) => {}
                Err(SendError::Full(Cursors(moved))) => {
                    metrics::counter!("tandem_refused_total", "queue" => "room").increment(1);
                    busy.insert(room, moved);
                }
            }
        }
        self.rooms = busy;
        if self.rooms.is_empty() { Rooms::Told } else { Rooms::Busy }
    }
}
