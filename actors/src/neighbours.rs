//! NeighboursActor: which other nodes there are. Says once a second that this one is alive, and tells the rooms when another one is not.
//!
//! In: `FromNodes` (the bus). Out: `NodeFrame::Alive`; `NodeNews` to every room, `NodeGone` to every project.
//! Timers: one second. Starts: with the house, if there may be other nodes. Restarts: any time; within seconds it knows them again.
//!
//! Time is this node's own, and only how much of it went by counts: clocks that differ between nodes do no harm.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use actix::{Actor, AsyncContext, Context, Handler, Message};
use tandem_protocol::node::{Load, NodeFrame, NodeId, Topic};
use tandem_store::bus::{Bus, Ear, Heard, Link};
use tokio::time::Instant;

use crate::{
    config::RestartPolicy,
    supervision::{ExitGuard, Place, Supervised, supervise},
    task::NodeNews,
    watchdog::handling,
};

const BEAT: Duration = Duration::from_secs(1);
/// A node that was silent for so long is gone, and its people with it: at most a beat later, so within five seconds.
const GONE: Duration = Duration::from_millis(3_500);

/// Another node, as it last said.
#[derive(Clone, Copy, Debug)]
pub struct Neighbour {
    pub node: NodeId,
    pub load: Load,
    pub silent_for: Duration,
}

/// What others may read of it at any time.
#[derive(Clone, Default)]
pub struct Neighbours(Arc<Mutex<HashMap<NodeId, (Instant, Load)>>>);

impl Neighbours {
    #[must_use]
    pub fn all(&self) -> Vec<Neighbour> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.iter().map(|(node, (at, load))| Neighbour { node: *node, load: *load, silent_for: at.elapsed() }).collect()
    }

    /// A room heard of a node that has not said yet that it is alive. If it never does, it is gone soon.
    pub fn met(&self, node: NodeId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(node).or_insert_with(|| (Instant::now(), Load::default()));
    }

    /// Returns whether it is new.
    fn heard(&self, node: NodeId, load: Load) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(node, (Instant::now(), load)).is_none()
    }

    /// Returns whether it was there.
    fn forget(&self, node: NodeId) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&node).is_some()
    }
}

/// What the house does for it.
pub struct Hooks {
    pub load: Box<dyn Fn() -> Load + Send + Sync>,
    pub tell: Box<dyn Fn(NodeNews) + Send + Sync>,
}

pub struct NeighboursActor {
    _exit: ExitGuard,
    bus: Arc<dyn Bus>,
    hooks: Arc<Hooks>,
    neighbours: Neighbours,
    ear: Option<Ear>,
}

/// None where a node is alone and will be.
pub fn start(
    place: Place,
    policy: RestartPolicy,
    bus: Arc<dyn Bus>,
    neighbours: Neighbours,
    hooks: Hooks,
) -> Option<Supervised<NeighboursActor>> {
    if *bus.link().borrow() == Link::Alone {
        return None;
    }
    let hooks = Arc::new(hooks);
    let factory = move |exit, _: &mut Context<NeighboursActor>| NeighboursActor {
        _exit: exit,
        bus: Arc::clone(&bus),
        hooks: Arc::clone(&hooks),
        neighbours: neighbours.clone(),
        ear: None,
    };
    Some(supervise("neighbours", place, policy, factory, || tracing::error!("other nodes are no longer watched")))
}

/// What the bus says of the nodes.
#[derive(Debug, Message)]
#[rtype(result = "()")]
struct FromNodes(Heard);

impl Actor for NeighboursActor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        let me = ctx.address();
        self.ear = Some(self.bus.listen(Topic::Nodes, Box::new(move |heard| me.try_send(FromNodes(heard)).is_ok())));
        self.beat();
        ctx.run_interval(BEAT, |neighbours, _| neighbours.beat());
    }
}

impl Handler<FromNodes> for NeighboursActor {
    type Result = ();

    fn handle(&mut self, FromNodes(heard): FromNodes, _: &mut Self::Context) {
        let _handling = handling!("neighbours", "FromNodes");
        match heard {
            Heard::Said { from, frame } => match *frame {
                NodeFrame::Alive(load) => self.alive(from, load),
                NodeFrame::Leaving => self.gone(from, "has left"),
                _ => {}
            },
            Heard::Gap => {}
        }
    }
}

impl NeighboursActor {
    fn beat(&self) {
        self.bus.say(Topic::Nodes, NodeFrame::Alive((self.hooks.load)()));
        for Neighbour { node, silent_for, .. } in self.neighbours.all() {
            if silent_for > GONE {
                self.gone(node, "is silent");
            }
        }
    }

    fn alive(&self, node: NodeId, load: Load) {
        if self.neighbours.heard(node, load) {
            tracing::info!(%node, "another node is there");
            (self.hooks.tell)(NodeNews::Back);
        }
    }

    fn gone(&self, node: NodeId, why: &str) {
        if self.neighbours.forget(node) {
            tracing::info!(%node, why, "another node is gone");
            (self.hooks.tell)(NodeNews::Gone(node));
        }
    }
}
