//! The bus: how nodes hear of one another. One trait, two implementations under one contract suite.
//!
//! It may lose anything at any moment, and says so: then whoever listens asks Postgres, or the other nodes. Nothing on it is the only
//! copy of anything, so nothing here ever waits for it.

#[cfg(test)]
mod contract;
mod ears;
#[cfg(any(test, feature = "test-support"))]
mod hub;
mod local;
mod redis;

use std::{fmt, sync::Arc};

use tandem_protocol::node::{NodeFrame, NodeId, Topic};
use tokio::sync::watch;

#[cfg(any(test, feature = "test-support"))]
pub use hub::{Cut, Hub, HubBus};
pub use local::LocalBus;
pub(crate) use redis::voice;
pub use redis::{RedisAddress, RedisBus, RedisConfig};

/// What a listener is told of its topic. Its own node's frames are not among it.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    Said {
        from: NodeId,
        frame: Arc<NodeFrame>,
    },
    /// Kept frames may have been missed; all that were not come after this. Said once when listening begins for good, too.
    Gap,
}

/// Whether other nodes can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// There are none: this bus ends in its own process.
    Alone,
    Up,
    /// Since a moment at least. What is said now is lost.
    Down,
}

/// Called on the bus's own thread: it hands on and returns. `false`: it could not; the bus says `Gap` to it as soon as it takes that.
pub type Listener = Box<dyn Fn(Heard) -> bool + Send + Sync>;

pub trait Bus: Send + Sync + 'static {
    /// This run of this process.
    fn me(&self) -> NodeId;

    fn link(&self) -> watch::Receiver<Link>;

    /// Hear what is said of a topic, until the ear is dropped. Several may listen to the same.
    fn listen(&self, topic: Topic, listener: Listener) -> Ear;

    /// Say something to whoever listens on other nodes. Never waits: what there is no room for is dropped, counted, and shows up there as a gap.
    fn say(&self, topic: Topic, frame: NodeFrame);
}

/// Listening; dropped, it ends.
pub struct Ear {
    end: Option<Box<dyn FnOnce() + Send + Sync>>,
}

impl Ear {
    pub(crate) fn new(end: impl FnOnce() + Send + Sync + 'static) -> Self {
        Self { end: Some(Box::new(end)) }
    }
}

impl Drop for Ear {
    fn drop(&mut self) {
        if let Some(end) = self.end.take() {
            end();
        }
    }
}

impl fmt::Debug for Ear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ear")
    }
}
