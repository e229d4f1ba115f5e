//! The way into a room, as those who were let in hold it.

use std::sync::Arc;

use actix::{Addr, Handler, Message, dev::SendError};
use bytes::Bytes;

use super::{
    TaskActor,
    intake::{Bell, Intake},
    messages::{Input, LookIn, RoomInput},
};
use crate::room::Seat;

pub struct Entrance {
    room: Addr<TaskActor>,
    intake: Arc<Intake>,
}

/// A room did not take it.
#[derive(Debug)]
pub enum NotTaken {
    /// It was busy: try again soon.
    Busy(RoomInput),
    /// It ended, and has told its people, or is about to.
    Gone(RoomInput),
}

impl Entrance {
    #[must_use]
    pub fn new(room: Addr<TaskActor>, intake: Arc<Intake>) -> Self {
        Self { room, intake }
    }

    /// In order with all else of this seat, but for awareness, whose clocks say what is newer.
    pub fn give(&self, seat: Seat, what: RoomInput) -> Result<(), NotTaken> {
        let what = match what {
            RoomInput::Awareness(state) => match self.show(seat, state) {
                Ok(()) => return Ok(()),
                Err(state) => RoomInput::Awareness(state),
            },
            other => other,
        };
        self.room.try_send(Input { seat, what }).map_err(|error| match error {
            SendError::Closed(input) => NotTaken::Gone(input.what),
            SendError::Full(input) => {
                metrics::counter!("tandem_refused_total", "queue" => "room").increment(1);
                NotTaken::Busy(input.what)
            }
        })
    }

    fn show(&self, seat: Seat, state: Bytes) -> Result<(), Bytes> {
        // What is left at the door of a room that ended is lost with it.
        if !self.room.connected() {
            return Err(state);
        }
        self.intake.show(seat, state).map(|bell| self.ring(bell))
    }

    /// Where somebody points. Only the newest place counts.
    pub fn point(&self, seat: Seat, at: Option<(i32, i32)>) {
        self.ring(self.intake.point(seat, at));
    }

    fn ring(&self, bell: Bell) {
        if bell == Bell::Rings {
            self.tell(LookIn);
        }
    }

    /// What must not be lost, so beyond the mailbox's capacity if need be.
    pub fn tell<M>(&self, message: M)
    where
        M: Message<Result: Send> + Send + 'static,
        TaskActor: Handler<M>,
    {
        self.room.clone().recipient().do_send(message);
    }
}
