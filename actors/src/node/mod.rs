//! NodeActor: this run of this process, among the others of the installation.
//!
//! In: its own ticks; every step of a drain. Out: heartbeats to the database; what the operator wants to [`drain`].
//! Timers: one tick. Starts: once. Restarts: any time; all it knows is in the database and in [`Exit`].

mod drain;

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use actix::{Actor, ActorContext, ActorFutureExt, AsyncContext, Context, Handler, Message, StreamHandler, WrapFuture};
use futures_util::{Stream, stream};
use tandem_protocol::rest::NodeState;
use tandem_store::nodes::{Orders, Sign};
use tokio::{sync::watch, time::Instant};

pub use drain::{Exit, Phase, obey};

use crate::{
    config::RestartPolicy,
    live::Inner,
    ports::{ChoreError, Nodes},
    supervision::{ExitGuard, Place, Supervised, supervise},
    watchdog::handling,
};

/// One row is written that often, and an operator's wish is heard as soon.
const BEAT: Duration = Duration::from_secs(2);

pub struct NodeActor {
    _exit: ExitGuard,
    house: Weak<Inner>,
    nodes: Arc<dyn Nodes>,
    begun: Instant,
    /// A beat is under way; whether another is due when it ends.
    busy: bool,
    again: bool,
    /// Beats that failed in a row: said once, not every time.
    failures: u32,
}

pub fn start(place: Place, policy: RestartPolicy, house: Weak<Inner>, nodes: Arc<dyn Nodes>) -> Supervised<NodeActor> {
    let begun = Instant::now();
    let factory = move |exit, _: &mut Context<NodeActor>| NodeActor {
        _exit: exit,
        house: Weak::clone(&house),
        nodes: Arc::clone(&nodes),
        begun,
        busy: false,
        again: false,
        failures: 0,
    };
    supervise("node", place, policy, factory, || tracing::error!("this node no longer says that it is alive"))
}

impl Actor for NodeActor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        let Some(inner) = self.house.upgrade() else { return ctx.stop() };
        // The first item is the phase as it is: the first beat.
        ctx.add_stream(steps(inner.exit.phases()));
        ctx.run_interval(BEAT, |node, ctx| node.beat(ctx));
    }
}

/// The phase as it is, and each after it.
fn steps(mut phases: watch::Receiver<Phase>) -> impl Stream<Item = Phase> {
    phases.mark_changed();
    stream::unfold(phases, |mut phases| async move {
        phases.changed().await.ok()?;
        let phase = *phases.borrow_and_update();
        Some((phase, phases))
    })
}

/// Others learn of it at once, not with the next tick.
impl StreamHandler<Phase> for NodeActor {
    fn handle(&mut self, _: Phase, ctx: &mut Self::Context) {
        let _handling = handling!("node", "Phase");
        self.beat(ctx);
    }
}

/// The house closes: this was the last beat.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "()")]
pub struct Rest;

impl Handler<Rest> for NodeActor {
    type Result = ();

    fn handle(&mut self, _: Rest, ctx: &mut Self::Context) {
        let _handling = handling!("node", "Rest");
        ctx.stop();
    }
}

impl NodeActor {
    fn beat(&mut self, ctx: &mut Context<Self>) {
        if std::mem::replace(&mut self.busy, true) {
            self.again = true;
            return;
        }
        let Some(sign) = self.sign() else { return ctx.stop() };
        let nodes = Arc::clone(&self.nodes);
        ctx.spawn(async move { nodes.beat(sign).await }.into_actor(self).map(|orders, node, ctx| node.heard(orders, ctx)));
    }

    fn sign(&self) -> Option<Sign> {
        let inner = self.house.upgrade()?;
        let state = if inner.exit.phase() == Phase::Open { NodeState::Ready } else { NodeState::Draining };
        let count = |number| u32::try_from(number).unwrap_or(u32::MAX);
        let (connections, rooms) = (count(inner.sessions.len()), count(inner.tasks.count()));
        Some(Sign { state, connections, rooms, durable: inner.journal.status().durable, up: self.begun.elapsed() })
    }

    fn heard(&mut self, orders: Result<Orders, ChoreError>, ctx: &mut Context<Self>) {
        self.busy = false;
        match (orders, self.house.upgrade()) {
            (Ok(orders), Some(inner)) => {
                self.failures = 0;
                inner.exit.ordered(orders.drain, orders.others);
            }
            (Ok(_), None) => ctx.stop(),
            // What was ordered holds until something else is heard.
            (Err(error), _) => {
                self.failures += 1;
                if self.failures.is_power_of_two() {
                    tracing::warn!(%error, failures = self.failures, "other nodes cannot be told that this one is alive");
                }
            }
        }
        if std::mem::take(&mut self.again) {
            self.beat(ctx);
        }
    }
}
