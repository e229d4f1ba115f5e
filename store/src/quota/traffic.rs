//! What connections send: counted where it is read, without anybody else knowing, and charged once a second to whoever has them. So a
//! frame costs nothing more than before, however many connections, threads and nodes somebody uses.

use std::time::Duration;

use tokio::time::Instant;

use super::{Limit, Over, Ticket, Whose, over};

/// What came over one connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    pub frames: u32,
    pub bytes: u64,
}

impl Ticket {
    /// The connection this is the ticket of sent so much in this time, which counts in any case. An error if its person, workspace or address
    /// sends more than it may, and this connection more than an equal share of that: whoever only works beside one that runs away goes on.
    pub fn charge(&self, sent: Traffic, time: Duration) -> Result<(), Over> {
        let (frames, bytes) = limits(self.key.whose);
        let frames = self.charge_one(frames, f64::from(sent.frames), time);
        // Bytes of a second: far from where a float counts no longer by ones.
        let bytes = self.charge_one(bytes, sent.bytes as f64, time);
        frames.and(bytes)
    }

    fn charge_one(&self, limit: Limit, amount: f64, time: Duration) -> Result<(), Over> {
        let (quotas, now) = (&self.quotas, Instant::now());
        let left = quotas.bucket(limit, self.key.whose, now, |bucket| bucket.owe(amount, now));
        let per_second = f64::from(quotas.rate(limit).per_second.max(1));
        let share = per_second * time.as_secs_f64() / f64::from(quotas.held(self.key, now));
        if left >= 0.0 || amount <= share {
            return Ok(());
        }
        Err(over(limit, Duration::from_secs_f64(-left / per_second)))
    }
}

fn limits(whose: Whose) -> (Limit, Limit) {
    match whose {
        Whose::Person(_) => (Limit::PersonFrames, Limit::PersonBytes),
        Whose::Workspace(_) => (Limit::WorkspaceFrames, Limit::WorkspaceBytes),
        Whose::Address(_) => (Limit::AddressFrames, Limit::AddressBytes),
    }
}
