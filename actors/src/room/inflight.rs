//! Edits of a room on their way to the disk, and whom to tell when they are there.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use bytes::Bytes;
use tandem_protocol::UserId;

use super::Seat;
use crate::journal::{Reserved, Ticket};

pub struct InFlight {
    next: Ticket,
    entries: VecDeque<Entry>,
    /// Everything up to here is settled.
    settled: Ticket,
    /// How many entries, from the front, the Journal was given.
    given: usize,
}

#[derive(Clone)]
pub struct Entry {
    pub ticket: Ticket,
    /// None: a barrier, for an edit whose content was there already.
    pub payload: Option<Bytes>,
    pub reserved: Arc<Reserved>,
    pub author: Option<UserId>,
    /// Who waits for an acknowledgement, of which number.
    pub origin: Option<(Seat, u64)>,
}

/// What is on disk now.
#[derive(Debug, Default)]
pub struct Settled {
    /// The newest number to acknowledge, by seat.
    pub acks: HashMap<Seat, u64>,
    /// In order.
    pub edits: Vec<Bytes>,
}

impl Default for InFlight {
    fn default() -> Self {
        Self { next: 1, entries: VecDeque::new(), settled: 0, given: 0 }
    }
}

impl InFlight {
    pub fn push(&mut self, payload: Option<Bytes>, reserved: Arc<Reserved>, author: Option<UserId>, origin: Option<(Seat, u64)>) -> Ticket {
        let ticket = self.next;
        self.next += 1;
        self.entries.push_back(Entry { ticket, payload, reserved, author, origin });
        ticket
    }

    /// The next entry the Journal has not been given.
    #[must_use]
    pub fn next_to_give(&self) -> Option<&Entry> {
        self.entries.get(self.given)
    }

    pub fn gave(&mut self) {
        self.given += 1;
    }

    /// A new Journal knows nothing of what the old one was given.
    pub fn give_all_again(&mut self) {
        self.given = 0;
    }

    /// On disk up to this ticket.
    pub fn settle(&mut self, upto: Ticket) -> Settled {
        let mut settled = Settled::default();
        while self.entries.front().is_some_and(|entry| entry.ticket <= upto) {
            let Some(entry) = self.entries.pop_front() else { break };
            self.given = self.given.saturating_sub(1);
            if let Some((seat, seq)) = entry.origin {
                settled.acks.insert(seat, seq);
            }
            settled.edits.extend(entry.payload);
        }
        self.settled = self.settled.max(upto);
        settled
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    #[must_use]
    pub fn last(&self) -> Ticket {
        self.next - 1
    }

    #[must_use]
    pub fn is_settled(&self, ticket: Ticket) -> bool {
        self.settled >= ticket || self.entries.is_empty()
    }
}
