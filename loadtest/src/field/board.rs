//! What all threads see: the pace, the window, and when each move was made.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed},
    },
    time::Instant,
};

use crate::report::micros;

/// Moves of one sender that may be under way.
const RING: usize = 4096;

pub struct Board {
    start: Instant,
    /// Thousandths of a move a second and sender; 0: rest.
    rate: AtomicU32,
    open: AtomicBool,
    senders: Vec<Sender>,
    /// Deliveries of this window so far, a newer one instead included.
    served: AtomicU64,
    lost: AtomicU64,
    why_lost: Mutex<Option<String>>,
}

struct Sender {
    /// First and last number of the window; 0: none yet.
    first: AtomicU32,
    last: AtomicU32,
    /// When it sent number n, at n modulo the length.
    sent: Box<[AtomicU64]>,
}

impl Board {
    pub fn new(senders: usize) -> Self {
        let sender = || Sender { first: AtomicU32::new(0), last: AtomicU32::new(0), sent: (0..RING).map(|_| AtomicU64::new(0)).collect() };
        Self {
            start: Instant::now(),
            rate: AtomicU32::new(0),
            open: AtomicBool::new(false),
            senders: (0..senders).map(|_| sender()).collect(),
            served: AtomicU64::new(0),
            lost: AtomicU64::new(0),
            why_lost: Mutex::new(None),
        }
    }

    pub fn now(&self) -> u64 {
        micros(self.start.elapsed())
    }

    pub fn set_rate(&self, hz: f64) {
        self.rate.store((hz * 1000.0) as u32, Relaxed);
    }

    /// Moves a second and sender.
    pub fn rate(&self) -> f64 {
        f64::from(self.rate.load(Relaxed)) / 1000.0
    }

    pub fn open(&self) {
        self.open.store(true, Relaxed);
    }

    pub fn close(&self) {
        self.open.store(false, Relaxed);
    }

    pub fn is_open(&self) -> bool {
        self.open.load(Relaxed)
    }

    /// Sender `sender` is about to send number `number`.
    pub fn sends(&self, sender: u32, number: u32) {
        let Some(sender) = self.senders.get(sender as usize) else { return };
        if self.is_open() {
            if sender.first.load(Relaxed) == 0 {
                sender.first.store(number, Relaxed);
            }
            sender.last.store(number, Relaxed);
        }
        sender.sent[number as usize % RING].store(self.now(), Relaxed);
    }

    pub fn sent_at(&self, sender: u32, number: u32) -> u64 {
        self.senders.get(sender as usize).map_or(0, |sender| sender.sent[number as usize % RING].load(Relaxed))
    }

    /// How many of the numbers after `after` up to `to` belong to the window.
    pub fn counted(&self, sender: u32, after: u32, to: u32) -> u32 {
        let Some(sender) = self.senders.get(sender as usize) else { return 0 };
        let (first, last) = (sender.first.load(Relaxed), sender.last.load(Relaxed));
        if first == 0 { 0 } else { (to.min(last) + 1).saturating_sub(first.max(after + 1)) }
    }

    pub fn serve(&self, deliveries: u64) {
        self.served.fetch_add(deliveries, Relaxed);
    }

    pub fn served(&self) -> u64 {
        self.served.load(Relaxed)
    }

    /// Moves of the window.
    pub fn sent(&self) -> u64 {
        self.senders
            .iter()
            .map(|s| (s.first.load(Relaxed), s.last.load(Relaxed)))
            .map(|(f, l)| if f == 0 { 0 } else { u64::from(l - f + 1) })
            .sum()
    }

    /// Forget the window; returns its moves.
    pub fn reset(&self) -> u64 {
        let sent = self.sent();
        for sender in &self.senders {
            sender.first.store(0, Relaxed);
            sender.last.store(0, Relaxed);
        }
        self.served.store(0, Relaxed);
        sent
    }

    pub fn lose(&self, why: &anyhow::Error) {
        self.lost.fetch_add(1, Relaxed);
        if let Ok(mut first) = self.why_lost.lock() {
            first.get_or_insert_with(|| format!("{why:#}"));
        }
    }

    pub fn lost(&self) -> u64 {
        self.lost.load(Relaxed)
    }

    pub fn why_lost(&self) -> Option<String> {
        self.why_lost.lock().ok().and_then(|why| why.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_moves_of_the_window_count() {
        let board = Board::new(2);
        board.sends(0, 1);
        board.open();
        board.sends(0, 2);
        board.sends(0, 3);
        board.sends(0, 4);
        board.close();
        board.sends(0, 5);
        assert_eq!(board.sent(), 3);
        // One receiver saw 1, then 4: two were superseded, one arrived.
        assert_eq!(board.counted(0, 1, 3), 2);
        assert_eq!(board.counted(0, 3, 4), 1);
        // Another saw nothing after 2.
        assert_eq!(board.counted(0, 2, u32::MAX - 1), 2);
        assert_eq!(board.counted(0, 4, 5), 0);
        assert_eq!(board.counted(1, 0, 9), 0);
        assert_eq!(board.reset(), 3);
        assert_eq!(board.counted(0, 0, 9), 0);
    }
}
