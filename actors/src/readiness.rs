//! Whether this node can do its work, and why not.

use crate::watchdog::Busy;

/// Whether this node can do its work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Readiness {
    /// Actors of this kind crash again and again.
    pub failing: Option<&'static str>,
    /// A message that has not ended for seconds: nothing on its thread goes on.
    pub stuck: Option<Busy>,
    /// Edits reach the disk.
    pub durable: bool,
    /// A stop is under way.
    pub closing: bool,
    /// People are sent to other nodes.
    pub draining: bool,
    /// Bytes of edits that wait for the disk.
    pub waiting_bytes: usize,
    pub sessions: usize,
    pub rooms: usize,
}

impl Readiness {
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.why_not().is_empty()
    }

    /// Why not, in words for whoever runs the server.
    #[must_use]
    pub fn why_not(&self) -> Vec<String> {
        let mut why = Vec::new();
        if !self.durable {
            why.push(format!("edits do not reach the disk; {} bytes wait", self.waiting_bytes));
        }
        if self.closing {
            why.push("the server is stopping".to_owned());
        } else if self.draining {
            why.push("this node is being drained: people are sent to other nodes".to_owned());
        }
        if let Some(what) = self.failing {
            why.push(format!("{what} crash again and again"));
        }
        if let Some(Busy { thread, actor, message, lasting }) = &self.stuck {
            why.push(format!("{thread} has been at {message} of a {actor} actor for {} s", lasting.as_secs()));
        }
        why
    }
}
