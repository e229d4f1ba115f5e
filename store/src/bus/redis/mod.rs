//! The bus over Redis: topics are channels (sharded where the server can), kept frames also go into a short stream a topic.
//!
//! A thread of its own carries it. `run` connects and starts a [`speaker`] and a [`hearer`] for each server; when either finds the
//! server away, all of them end, the link is down, and `run` begins again. In a cluster that is so when one of its masters is away: for the
//! seconds until another takes over, nodes do not hear each other, and say so.

mod address;
mod connect;
mod hearer;
mod measures;
mod names;
mod outbox;
mod payload;
mod run;
mod speaker;
mod values;

#[cfg(test)]
mod tests;

use std::{fmt, io, sync::Arc, time::Duration};

use tandem_protocol::node::{Delivery, Envelope, MAX_NODE_FRAME, NodeFrame, NodeId, Topic};
use tokio::sync::{
    mpsc::{self, UnboundedSender},
    watch,
};

pub use address::RedisAddress;
pub(crate) use connect::voice;
use measures::Measures;
use outbox::{Outbox, Said};
use values::Away;

use super::{
    Bus, Ear, Link, Listener,
    ears::{Ears, Pricked},
};

/// How this node uses Redis.
#[derive(Clone, Debug)]
pub struct RedisConfig {
    pub address: RedisAddress,
    /// PEM of the authority that signed the server's certificate; none: those the system trusts.
    pub ca: Option<String>,
    /// Before every key and channel: installations with different ones share a Redis without noticing each other.
    pub prefix: String,
    /// Frames a topic's stream keeps, at least, for listeners that missed some.
    pub kept: usize,
    /// A stream goes when nothing is said for this long.
    pub stream_life: Duration,
    /// So does the count of its frames; afterwards listeners are told of a gap once, needlessly.
    pub counter_life: Duration,
    /// Bytes that may wait for Redis.
    pub outbox: usize,
    /// When Redis is back, so many topics are subscribed to again at once, and then after this pause the next: each makes its listeners ask
    /// all other nodes.
    pub again_at_once: usize,
    pub again_pace: Duration,
}

impl RedisConfig {
    #[must_use]
    pub fn new(address: RedisAddress) -> Self {
        Self {
            address,
            ca: None,
            prefix: "tandem:".into(),
            kept: 256,
            stream_life: Duration::from_secs(120),
            counter_life: Duration::from_secs(3_600),
            outbox: 64 << 20,
            again_at_once: 100,
            again_pace: Duration::from_millis(50),
        }
    }
}

/// This node's end of the bus.
pub struct RedisBus {
    shared: Arc<Shared>,
    closing: watch::Sender<bool>,
}

struct Shared {
    me: NodeId,
    config: Arc<RedisConfig>,
    ears: Arc<Ears>,
    outbox: Arc<Outbox>,
    link: watch::Sender<Link>,
    wants: UnboundedSender<Want>,
    measures: Measures,
}

/// What the thread is told of who listens. Who listens is in `Ears`; this only says that it changed.
enum Want {
    Begin(Topic, Arc<Pricked>),
    End(Topic),
}

impl RedisBus {
    /// Begins to connect and returns at once: that Redis is away is nothing unusual.
    pub fn connect(config: RedisConfig) -> io::Result<Self> {
        let (wants, wanted) = mpsc::unbounded_channel();
        let me = NodeId::new();
        let shared = Arc::new(Shared {
            me,
            outbox: Arc::new(Outbox::new(me, config.outbox)),
            config: Arc::new(config),
            ears: Arc::default(),
            link: watch::Sender::new(Link::Down),
            wants,
            measures: Measures::new(),
        });
        let (closing, closed) = watch::channel(false);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let carried = Arc::clone(&shared);
        std::thread::Builder::new().name("tandem-bus".into()).spawn(move || runtime.block_on(run::run(carried, wanted, closed)))?;
        Ok(Self { shared, closing })
    }
}

impl Bus for RedisBus {
    fn me(&self) -> NodeId {
        self.shared.me
    }

    fn link(&self) -> watch::Receiver<Link> {
        self.shared.link.subscribe()
    }

    fn listen(&self, topic: Topic, listener: Listener) -> Ear {
        let ear = self.shared.ears.add(topic, listener);
        // The thread is gone only with the bus.
        let _ = self.shared.wants.send(Want::Begin(topic, Arc::clone(&ear)));
        let shared = Arc::clone(&self.shared);
        Ear::new(move || {
            if shared.ears.remove(topic, &ear) {
                let _ = shared.wants.send(Want::End(topic));
            }
        })
    }

    fn say(&self, topic: Topic, frame: NodeFrame) {
        let shared = &self.shared;
        let delivery = frame.delivery();
        // Encoding may take a while: before the lock of the outbox, which gives the number.
        let bytes = Envelope { from: shared.me, number: 0, frame }.encode();
        let size = bytes.len();
        let said = if size <= MAX_NODE_FRAME {
            shared.outbox.say(topic, delivery, bytes)
        } else {
            if delivery == Delivery::Kept {
                shared.outbox.lose(topic);
            }
            Said::Dropped
        };
        match (said, delivery) {
            (Said::Queued, delivery) => shared.measures.said(delivery, size),
            (Said::Dropped, Delivery::Kept) => measures::dropped(1, 0),
            (Said::Dropped, Delivery::Fleeting) => measures::dropped(0, 1),
        }
    }
}

impl Drop for RedisBus {
    fn drop(&mut self) {
        self.closing.send_replace(true);
    }
}

impl fmt::Debug for RedisBus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisBus").field("me", &self.shared.me).field("link", &*self.shared.link.borrow()).finish_non_exhaustive()
    }
}
