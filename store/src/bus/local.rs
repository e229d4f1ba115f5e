//! The bus of a node that is alone: it ends in its own process.

use tandem_protocol::node::{NodeFrame, NodeId, Topic};
use tokio::sync::watch;

use super::{Bus, Ear, Link, Listener};

/// Nobody else speaks, so nothing can be missed: what is said ends here, and a listener is never called, not even for a first `Gap`.
#[derive(Debug)]
pub struct LocalBus {
    me: NodeId,
    link: watch::Sender<Link>,
}

impl LocalBus {
    #[must_use]
    pub fn alone() -> Self {
        Self { me: NodeId::new(), link: watch::Sender::new(Link::Alone) }
    }
}

impl Bus for LocalBus {
    fn me(&self) -> NodeId {
        self.me
    }

    fn link(&self) -> watch::Receiver<Link> {
        self.link.subscribe()
    }

    fn listen(&self, _: Topic, _: Listener) -> Ear {
        Ear::new(|| {})
    }

    fn say(&self, _: Topic, _: NodeFrame) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn alone_nobody_hears_anything() {
        let bus = LocalBus::alone();
        let ear = bus.listen(Topic::Nodes, Box::new(|heard| panic!("{heard:?}")));
        bus.say(Topic::Nodes, NodeFrame::Leaving);
        drop(ear);
        assert_eq!(*bus.link().borrow(), Link::Alone);
    }
}
