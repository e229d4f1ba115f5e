//! A thread with an event loop and its share of the connections.

use std::{cell::RefCell, rc::Rc, sync::Arc};

use anyhow::Context;
use futures_util::{StreamExt, stream};
use hdrhistogram::Histogram;
use tokio::{
    sync::{mpsc, oneshot},
    task::{LocalSet, spawn_local},
};

use super::{
    Plan,
    board::Board,
    empty,
    listener::{Listener, listen},
    pacer::{Mover, keep_alive, pace},
};
use crate::{client, net::Line, target::Target};

/// Connections under way at once, a thread.
const AT_ONCE: usize = 16;

/// What one thread counted in a window.
pub struct Counts {
    pub times: Histogram<u64>,
    /// Of those from another node than the listener's.
    pub abroad: Histogram<u64>,
    pub lag: Histogram<u64>,
    pub arrived: u64,
    pub superseded: u64,
    pub blocked: u64,
    pub frames: u64,
    pub bytes: u64,
}

impl Counts {
    pub fn new() -> anyhow::Result<Self> {
        Ok(Self { times: empty()?, abroad: empty()?, lag: empty()?, arrived: 0, superseded: 0, blocked: 0, frames: 0, bytes: 0 })
    }

    pub fn add(&mut self, other: Self) -> anyhow::Result<()> {
        self.times.add(other.times)?;
        self.abroad.add(other.abroad)?;
        self.lag.add(other.lag)?;
        self.arrived += other.arrived;
        self.superseded += other.superseded;
        self.blocked += other.blocked;
        self.frames += other.frames;
        self.bytes += other.bytes;
        Ok(())
    }
}

pub enum Order {
    /// Hand over what was counted, and start anew.
    Collect(oneshot::Sender<Counts>),
}

pub struct Worker {
    pub index: usize,
    pub plan: Plan,
    pub target: Target,
    pub board: Arc<Board>,
}

impl Worker {
    pub fn run(self, tell: oneshot::Sender<anyhow::Result<()>>, orders: mpsc::UnboundedReceiver<Order>) {
        let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => return drop(tell.send(Err(error.into()))),
        };
        runtime.block_on(LocalSet::new().run_until(self.work(tell, orders)));
    }

    async fn work(self, tell: oneshot::Sender<anyhow::Result<()>>, mut orders: mpsc::UnboundedReceiver<Order>) {
        let counts = match Counts::new() {
            Ok(counts) => Rc::new(RefCell::new(counts)),
            Err(error) => return drop(tell.send(Err(error))),
        };
        let lines: Rc<RefCell<Vec<Rc<Line>>>> = Rc::default();
        let (protocol, awake) = (self.target.protocol, Rc::clone(&lines));
        spawn_local(async move { keep_alive(protocol, &awake).await });
        let movers = match self.connect(&counts, &lines).await {
            Ok(movers) => movers,
            Err(error) => return drop(tell.send(Err(error))),
        };
        if !movers.is_empty() {
            let (board, counts) = (Arc::clone(&self.board), Rc::clone(&counts));
            spawn_local(async move { pace(movers, &board, counts).await });
        }
        // Whoever waits for it may have given up; then the orders end, too.
        let _ = tell.send(Ok(()));
        while let Some(Order::Collect(reply)) = orders.recv().await {
            let Ok(fresh) = Counts::new() else { return };
            // As above.
            let _ = reply.send(counts.replace(fresh));
        }
        for line in lines.take() {
            line.close().await;
        }
    }

    /// Connect my share: every so manieth client.
    async fn connect(&self, counts: &Rc<RefCell<Counts>>, lines: &Rc<RefCell<Vec<Rc<Line>>>>) -> anyhow::Result<Vec<Mover>> {
        let total = self.plan.rooms * self.plan.clients;
        let mine = (self.index..total).step_by(self.plan.threads.max(1));
        let mut entering = stream::iter(mine)
            .map(|number| async move {
                let entered = client::enter(&self.target, number / self.plan.clients, number).await;
                entered.with_context(|| format!("client {number}")).map(|(client, _)| (number, client))
            })
            .buffer_unordered(AT_ONCE);
        let mut movers = Vec::new();
        while let Some(entered) = entering.next().await {
            let (number, client) = entered?;
            lines.borrow_mut().push(Rc::clone(&client.line));
            let (room, seat) = (number / self.plan.clients, number % self.plan.clients);
            let senders = index(room * self.plan.senders)?..index((room + 1) * self.plan.senders)?;
            let me = (seat < self.plan.senders).then(|| senders.start + seat as u32);
            if let Some(sender) = me {
                movers.push(Mover { sender, line: Rc::clone(&client.line), speech: Rc::clone(&client.speech), number: 0 });
            }
            let mut listener = Listener::new(self.target.protocol, me, senders.clone());
            // A room's senders have its first seats.
            let first = room * self.plan.clients;
            listener.foreign = (0..senders.len()).map(|seat| self.target.node(first + seat) != self.target.node(number)).collect();
            let (board, counts) = (Arc::clone(&self.board), Rc::clone(counts));
            spawn_local(async move {
                if let Err(error) = listen(client, listener, &board, &counts).await {
                    board.lose(&error);
                }
            });
        }
        movers.sort_by_key(|mover| mover.sender);
        Ok(movers)
    }
}

fn index(number: usize) -> anyhow::Result<u32> {
    Ok(u32::try_from(number)?)
}
