//! The documents of a connection, by the address the client gave each.

use std::collections::HashMap;

use tandem_protocol::{hocuspocus::Address, yjs::Message};
use tokio::time::Instant;

use super::acks::Acks;
use crate::{config::SessionConfig, session::stock::place::Place};

pub struct Document {
    pub phase: Phase,
    pub acks: Acks,
    /// The provider's major version, from 4 on.
    pub version: Option<u32>,
    /// The newest token that is being checked; answers about older ones are void.
    pub attempt: u64,
    pub token: TokenTimes,
}

/// When the token is over, and when a newer one is asked for before; by the clock of timers, as of when it was checked.
#[derive(Clone, Copy, Debug, Default)]
pub struct TokenTimes {
    pub ask: Option<Instant>,
    pub end: Option<Instant>,
}

pub enum Phase {
    /// Nobody knows yet who this is. What was sent ahead waits, within limits, until the deadline.
    Stranger {
        until: Instant,
        queue: Vec<Message>,
        bytes: usize,
    },
    In(Box<Place>),
    /// Refused; the client may try another token. What it sends meanwhile is for nobody.
    Denied,
}

/// What became of a message that was sent ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Queued {
    Yes,
    /// More than may wait, by this limit.
    TooMuch(&'static str),
    ForNobody,
}

impl Document {
    pub fn new(until: Instant) -> Self {
        Self {
            phase: Phase::Stranger { until, queue: Vec::new(), bytes: 0 },
            acks: Acks::default(),
            version: None,
            attempt: 0,
            token: TokenTimes::default(),
        }
    }

    pub fn place(&mut self) -> Option<&mut Place> {
        match &mut self.phase {
            Phase::In(place) => Some(place),
            Phase::Stranger { .. } | Phase::Denied => None,
        }
    }

    pub fn is_stranger(&self) -> bool {
        matches!(self.phase, Phase::Stranger { .. })
    }

    pub fn queue(&mut self, message: Message, config: &SessionConfig) -> Queued {
        let Phase::Stranger { queue, bytes, .. } = &mut self.phase else { return Queued::ForNobody };
        *bytes += message.payload();
        queue.push(message);
        if queue.len() > config.max_sent_ahead {
            Queued::TooMuch("max_sent_ahead")
        } else if *bytes > config.max_sent_ahead_bytes {
            Queued::TooMuch("max_sent_ahead_bytes")
        } else {
            Queued::Yes
        }
    }

    /// Somebody, from now on. Returns what was sent ahead.
    pub fn let_in(&mut self, place: Place) -> Vec<Message> {
        match std::mem::replace(&mut self.phase, Phase::In(Box::new(place))) {
            Phase::Stranger { queue, .. } => queue,
            Phase::In(_) | Phase::Denied => Vec::new(),
        }
    }

    /// Somebody refused tries again: what is sent behind the new token waits for it.
    pub fn try_again(&mut self, until: Instant) {
        if matches!(self.phase, Phase::Denied) {
            self.phase = Phase::Stranger { until, queue: Vec::new(), bytes: 0 };
        }
    }

    /// Nobody, from now on.
    pub fn deny(&mut self) {
        if let Phase::In(place) = std::mem::replace(&mut self.phase, Phase::Denied) {
            place.leave();
        }
        self.acks = Acks::default();
        self.token = TokenTimes::default();
    }
}

#[derive(Default)]
pub struct Documents {
    by_address: HashMap<Address, Document>,
    subscriptions: HashMap<u64, Address>,
    last_subscription: u64,
}

impl Documents {
    pub fn get(&mut self, address: &Address) -> Option<&mut Document> {
        self.by_address.get_mut(address)
    }

    pub fn len(&self) -> usize {
        self.by_address.len()
    }

    pub fn strangers(&self) -> usize {
        self.by_address.values().filter(|document| document.is_stranger()).count()
    }

    /// Those that were refused: asked for again they are new.
    pub fn forget_denied(&mut self) {
        self.by_address.retain(|_, document| !matches!(document.phase, Phase::Denied));
    }

    /// The frame the address came in is not kept with it.
    pub fn insert(&mut self, address: &Address, until: Instant) {
        self.by_address.entry(address.detached()).or_insert_with(|| Document::new(until));
    }

    pub fn remove(&mut self, address: &Address) -> Option<Document> {
        self.subscriptions.retain(|_, of| of != address);
        self.by_address.remove(address)
    }

    /// A new subscription for a document; news of older ones find nobody.
    pub fn subscribe(&mut self, address: &Address) -> u64 {
        self.subscriptions.retain(|_, of| of != address);
        self.last_subscription += 1;
        self.subscriptions.insert(self.last_subscription, address.detached());
        self.last_subscription
    }

    pub fn unsubscribe(&mut self, address: &Address) {
        self.subscriptions.retain(|_, of| of != address);
    }

    pub fn of(&self, subscription: u64) -> Option<Address> {
        self.subscriptions.get(&subscription).cloned()
    }

    pub fn addresses(&self) -> Vec<Address> {
        self.by_address.keys().cloned().collect()
    }

    pub fn iter(&self) -> impl Iterator<Item = (&Address, &Document)> {
        self.by_address.iter()
    }
}
