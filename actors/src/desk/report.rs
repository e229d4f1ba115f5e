//! What a Desk has, for whoever looks at the house.

use std::time::Duration;

use tandem_protocol::{SessionId, UserId, WorkspaceId};

use super::seats::Seats;

/// A worker thread as it was when it read the question.
#[derive(Debug, Default)]
pub struct DeskReport {
    /// Rooms that people of this thread sit in.
    pub rooms: usize,
    /// Seats that were taken or asked for.
    pub seats: usize,
    pub lines: Vec<LineReport>,
}

/// A connection.
#[derive(Clone, Copy, Debug)]
pub struct LineReport {
    pub session: SessionId,
    /// None: a stranger still.
    pub who: Option<(UserId, WorkspaceId)>,
    pub seats: usize,
    /// Bytes that wait for the socket, and how long none were taken.
    pub waiting: usize,
    pub stalled: Duration,
}

impl DeskReport {
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.lines.iter().map(|line| line.waiting).sum()
    }
}

impl Seats {
    pub(super) fn report(&self) -> DeskReport {
        let line = |(session, line): (&SessionId, &super::lines::Line)| LineReport {
            session: *session,
            who: line.outbox.who(),
            seats: line.seats.len(),
            waiting: line.outbox.waiting(),
            stalled: line.outbox.stalled(),
        };
        DeskReport { rooms: self.rooms(), seats: self.taken(), lines: self.lines.iter().map(line).collect() }
    }
}
