//! The connections of a thread, in slices that are looked at in turn.

use std::{collections::HashMap, sync::Arc};

use actix::Recipient;
use tandem_protocol::SessionId;
use tokio::time::Instant;

use super::Alarm;
use crate::{config::SessionConfig, room::RoomEvent, session::Outbox};

/// Slices of about the same size.
pub const SLICES: usize = 8;

/// A connection.
pub struct Line {
    pub outbox: Outbox,
    pub session: Recipient<RoomEvent>,
    pub alarm: Recipient<Alarm>,
    pub config: Arc<SessionConfig>,
    /// Its subscriptions that have a seat or asked for one.
    pub(super) seats: Vec<u64>,
}

impl Line {
    #[must_use]
    pub fn new(outbox: Outbox, session: Recipient<RoomEvent>, alarm: Recipient<Alarm>, config: Arc<SessionConfig>) -> Self {
        Self { outbox, session, alarm, config, seats: Vec::new() }
    }
}

#[derive(Default)]
pub struct Lines {
    slices: [Slice; SLICES],
    /// Whose turn it is.
    next: usize,
}

#[derive(Default)]
pub struct Slice {
    pub lines: HashMap<SessionId, Line>,
    /// When they were looked at last.
    pub pulsed: Option<Instant>,
}

impl Lines {
    pub fn insert(&mut self, id: SessionId, line: Line) {
        self.slices[slice(id)].lines.insert(id, line);
    }

    pub fn remove(&mut self, id: SessionId) -> Option<Line> {
        self.slices[slice(id)].lines.remove(&id)
    }

    #[must_use]
    pub fn get(&self, id: SessionId) -> Option<&Line> {
        self.slices[slice(id)].lines.get(&id)
    }

    pub fn get_mut(&mut self, id: SessionId) -> Option<&mut Line> {
        self.slices[slice(id)].lines.get_mut(&id)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&SessionId, &Line)> {
        self.slices.iter().flat_map(|slice| &slice.lines)
    }

    pub fn next_slice(&mut self) -> &mut Slice {
        let slice = self.next;
        self.next = (slice + 1) % SLICES;
        &mut self.slices[slice]
    }
}

/// The end of an id is random, its beginning is the time.
fn slice(id: SessionId) -> usize {
    usize::from(id.0.as_bytes()[15]) % SLICES
}
