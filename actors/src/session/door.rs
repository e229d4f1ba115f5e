//! How many connections may be open, and how many of them may be strangers: counted before anything is spent on one.

use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use dashmap::{DashMap, mapref::entry::Entry};
use tandem_store::quota::{Over, Ticket};

use crate::{config::SessionConfig, measures};

pub struct Door {
    max: usize,
    max_strangers: usize,
    max_of_address: usize,
    open: AtomicUsize,
    strangers: AtomicUsize,
    by_address: DashMap<IpAddr, usize>,
}

/// Which limit was reached, by its name in the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} ({limit})")]
pub struct Full {
    what: &'static str,
    limit: &'static str,
}

/// A connection that was let in, until this is dropped. A stranger at first.
#[derive(Debug)]
pub struct Guest {
    door: Arc<Door>,
    /// Of a stranger. None: known, or an address nobody could tell.
    address: Option<IpAddr>,
    stranger: bool,
    /// Of its address, on all nodes.
    ticket: Option<Ticket>,
}

impl From<Over> for Full {
    fn from(over: Over) -> Self {
        Self { what: over.limit.words(), limit: over.limit.name() }
    }
}

impl Door {
    #[must_use]
    pub fn new(config: &SessionConfig) -> Self {
        Self {
            max: config.max_connections,
            max_strangers: config.max_pending,
            max_of_address: config.max_pending_per_address,
            open: AtomicUsize::new(0),
            strangers: AtomicUsize::new(0),
            by_address: DashMap::new(),
        }
    }

    pub fn admit(self: &Arc<Self>, address: Option<IpAddr>) -> Result<Guest, Full> {
        self.open.fetch_add(1, Ordering::Relaxed);
        self.strangers.fetch_add(1, Ordering::Relaxed);
        let of_address = address.map_or(0, |address| {
            let mut count = self.by_address.entry(address).or_insert(0);
            *count += 1;
            *count
        });
        // Dropped if it is refused, which takes it off all counts.
        let guest = Guest { door: Arc::clone(self), address, stranger: true, ticket: None };
        let full = |what, limit| {
            measures::limit(limit);
            Err(Full { what, limit })
        };
        if self.open.load(Ordering::Relaxed) > self.max {
            full("the server has as many connections as it may", "max_connections")
        } else if self.strangers.load(Ordering::Relaxed) > self.max_strangers {
            full("too many connections wait to be authenticated", "max_pending")
        } else if of_address > self.max_of_address {
            full("too many connections of this address wait to be authenticated", "max_pending_per_address")
        } else {
            Ok(guest)
        }
    }

    /// Connections that are open or still being closed.
    #[must_use]
    pub fn open(&self) -> usize {
        self.open.load(Ordering::Relaxed)
    }
}

impl std::fmt::Debug for Door {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Door").field("open", &self.open).field("strangers", &self.strangers).finish_non_exhaustive()
    }
}

impl Guest {
    /// It counts among those of its address, too.
    #[must_use]
    pub fn with(mut self, ticket: Option<Ticket>) -> Self {
        self.ticket = ticket;
        self
    }

    #[must_use]
    pub fn ticket(&self) -> Option<&Ticket> {
        self.ticket.as_ref()
    }

    /// It showed who it is.
    pub fn is_known_now(&mut self) {
        if std::mem::replace(&mut self.stranger, false) {
            self.door.strangers.fetch_sub(1, Ordering::Relaxed);
        }
        if let Some(address) = self.address.take()
            && let Entry::Occupied(mut count) = self.door.by_address.entry(address)
        {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.is_known_now();
        self.door.open.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn door(max: usize, strangers: usize, of_address: usize) -> Arc<Door> {
        let config =
            SessionConfig { max_connections: max, max_pending: strangers, max_pending_per_address: of_address, ..SessionConfig::default() };
        Arc::new(Door::new(&config))
    }

    fn address(n: u8) -> Option<IpAddr> {
        Some(IpAddr::from([10, 0, 0, n]))
    }

    #[test]
    fn an_address_may_have_few_strangers_and_any_number_of_friends() {
        let door = door(100, 100, 2);
        let mut friends: Vec<Guest> = (0..10)
            .map(|_| {
                let mut guest = door.admit(address(1)).unwrap();
                guest.is_known_now();
                guest
            })
            .collect();
        let strangers = [door.admit(address(1)).unwrap(), door.admit(address(1)).unwrap()];
        assert_eq!(door.admit(address(1)).unwrap_err().limit, "max_pending_per_address");
        assert!(door.admit(address(2)).is_ok());
        drop(strangers);
        friends.push(door.admit(address(1)).unwrap());
        drop(friends);
        assert_eq!((door.open(), door.strangers.load(Ordering::Relaxed), door.by_address.len()), (0, 0, 0));
    }

    #[test]
    fn the_server_has_bounds_for_strangers_and_for_all() {
        let door = door(3, 2, 100);
        let mut guests = vec![door.admit(address(1)).unwrap(), door.admit(None).unwrap()];
        assert_eq!(door.admit(address(3)).unwrap_err().limit, "max_pending");
        guests[0].is_known_now();
        guests.push(door.admit(address(3)).unwrap());
        guests[1].is_known_now();
        assert_eq!(door.admit(address(4)).unwrap_err().to_string(), "the server has as many connections as it may (max_connections)");
    }
}
