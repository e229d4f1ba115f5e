//! What the bus counts. The table is `actors/src/measures.rs`.

use metrics::{Counter, Gauge, counter, gauge};
use tandem_protocol::node::Delivery;

/// Of frames that come by thousands the counters are looked up once.
pub(super) struct Measures {
    said: [Counter; 2],
    said_bytes: [Counter; 2],
    heard: [Counter; 2],
    heard_bytes: [Counter; 2],
    link: Gauge,
}

impl Measures {
    pub(super) fn new() -> Self {
        let class = |delivery: usize| ["kept", "fleeting"][delivery];
        let said = [0, 1].map(|d| counter!("tandem_bus_said_total", "class" => class(d)));
        let said_bytes = [0, 1].map(|d| counter!("tandem_bus_said_bytes_total", "class" => class(d)));
        let heard = [0, 1].map(|d| counter!("tandem_bus_heard_total", "class" => class(d)));
        let heard_bytes = [0, 1].map(|d| counter!("tandem_bus_heard_bytes_total", "class" => class(d)));
        Self { said, said_bytes, heard, heard_bytes, link: gauge!("tandem_bus_link") }
    }

    pub(super) fn said(&self, delivery: Delivery, bytes: usize) {
        self.said[index(delivery)].increment(1);
        self.said_bytes[index(delivery)].increment(bytes as u64);
    }

    pub(super) fn heard(&self, delivery: Delivery, bytes: usize) {
        self.heard[index(delivery)].increment(1);
        self.heard_bytes[index(delivery)].increment(bytes as u64);
    }

    pub(super) fn link(&self, up: bool) {
        self.link.set(if up { 1.0 } else { 0.0 });
    }
}

fn index(delivery: Delivery) -> usize {
    match delivery {
        Delivery::Kept => 0,
        Delivery::Fleeting => 1,
    }
}

pub(super) fn dropped(kept: usize, fleeting: usize) {
    for (class, frames) in [("kept", kept), ("fleeting", fleeting)] {
        if frames > 0 {
            counter!("tandem_bus_dropped_total", "class" => class).increment(frames as u64);
        }
    }
}

pub(super) fn skipped(reason: &'static str) {
    counter!("tandem_bus_skipped_total", "reason" => reason).increment(1);
}

pub(super) fn gap() {
    counter!("tandem_bus_gaps_total").increment(1);
}

/// Redis had no room to keep them; they were passed on.
pub(super) fn unkept(frames: usize) {
    counter!("tandem_bus_unkept_total").increment(frames as u64);
}

pub(super) fn reconnected() {
    counter!("tandem_bus_reconnects_total").increment(1);
}
