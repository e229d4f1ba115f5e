//! The awareness and the ghosts of rooms with the few types of `tandem_actors::room` that it names. If the real ones change, `scripts/fuzz` no longer builds.

#[path = "../../actors/src/room/awareness.rs"]
mod awareness;
#[path = "../../actors/src/room/ghosts.rs"]
mod ghosts;

use tandem_protocol::SessionId;

pub use awareness::{Awareness, AwarenessLimits, Heard, Speaker};
pub use ghosts::{Drawn, GhostError, Ghosts};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Seat {
    pub session: SessionId,
    pub subscription: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    pub rule: Option<&'static str>,
}

impl Refused {
    pub fn new(_: &'static str, _: impl Into<String>) -> Self {
        Self { rule: None }
    }

    pub fn field(mut self, _: impl Into<String>, rule: &'static str) -> Self {
        self.rule = Some(rule);
        self
    }
}
