//! Sending people elsewhere, so that nobody is without a live document for longer than it takes to connect anew.
//!
//! First the node only says that it is not ready and takes nobody new, until load balancers have noticed; those who are here go on. Then
//! they are sent away a few at a time. Told to come back at a spread moment, the last of ten thousand would wait twenty seconds with a
//! dead screen; sent away at a spread moment, each of them waits a tenth of a second, and worked here until then. Without other nodes
//! there is no elsewhere: all are sent away at once, and told to come back at spread moments.

use std::{
    sync::{
        Weak,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use tandem_protocol::SessionId;
use tokio::{
    sync::watch,
    time::{Instant, sleep, timeout},
};

use crate::live::{Inner, SessionCommand};

/// People are sent away in steps of this.
const STEP: Duration = Duration::from_millis(100);
/// How often it is looked whether they are gone.
const LOOK: Duration = Duration::from_millis(10);

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// People are taken.
    Open,
    /// Nobody new is taken; who is here goes on.
    Noticed,
    /// People are sent away, and who comes all the same is, too.
    SendingAway,
    /// Nobody is here.
    Empty,
}

/// What is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Wish {
    /// An operator asked for it, and may ask back.
    asked: bool,
    /// The process stops.
    stopping: bool,
    /// At once.
    hurry: bool,
}

impl Wish {
    fn is_to_drain(&self) -> bool {
        self.asked || self.stopping
    }
}

/// The way out of a house.
#[derive(Debug)]
pub struct Exit {
    wish: watch::Sender<Wish>,
    phase: watch::Sender<Phase>,
    /// Other nodes that take people.
    others: AtomicU32,
}

impl Default for Exit {
    fn default() -> Self {
        Self { wish: watch::channel(Wish::default()).0, phase: watch::channel(Phase::Open).0, others: AtomicU32::new(0) }
    }
}

impl Exit {
    #[must_use]
    pub fn phase(&self) -> Phase {
        *self.phase.borrow()
    }

    #[must_use]
    pub fn phases(&self) -> watch::Receiver<Phase> {
        self.phase.subscribe()
    }

    /// What the operator wants, and whether there is an elsewhere.
    pub fn ordered(&self, drain: bool, others: u32) {
        self.others.store(others, Ordering::Relaxed);
        self.wish.send_if_modified(|wish| std::mem::replace(&mut wish.asked, drain) != drain);
    }

    /// The process stops; there is no way back from here.
    pub fn stop(&self) {
        self.wish.send_modify(|wish| wish.stopping = true);
    }

    /// Whoever waits for it lost patience.
    pub fn hurry(&self) {
        self.wish.send_modify(|wish| wish.hurry = true);
    }

    pub async fn is_empty(&self) {
        // The sender is ours.
        let _ = self.phase.subscribe().wait_for(|phase| *phase == Phase::Empty).await;
    }

    #[must_use]
    pub fn has_elsewhere(&self) -> bool {
        self.others.load(Ordering::Relaxed) > 0
    }

    fn enter(&self, phase: Phase) {
        self.phase.send_replace(phase);
    }

    async fn hurried(&self) {
        let _ = self.wish.subscribe().wait_for(|wish| wish.hurry).await;
    }

    /// Unless somebody is in a hurry.
    async fn pause(&self, time: Duration) {
        tokio::select! {
            () = sleep(time) => {}
            () = self.hurried() => {}
        }
    }
}

/// Does what is wished, until the house is gone.
pub async fn obey(house: Weak<Inner>) {
    loop {
        let Some(mut wish) = house.upgrade().map(|inner| inner.exit.wish.subscribe()) else { return };
        if wish.wait_for(Wish::is_to_drain).await.is_err() {
            return;
        }
        let Some(inner) = house.upgrade() else { return };
        tokio::select! {
            () = empty(&inner) => {}
            _ = wish.wait_for(|wish| !wish.is_to_drain()) => {}
        }
        drop(inner);
        // What is empty stays it until people are wanted again.
        if wish.wait_for(|wish| !wish.is_to_drain()).await.is_err() {
            return;
        }
        let Some(inner) = house.upgrade() else { return };
        inner.exit.enter(Phase::Open);
        tracing::info!("people are taken again");
    }
}

async fn empty(inner: &Inner) {
    let exit = &inner.exit;
    exit.enter(Phase::Noticed);
    tracing::info!(sessions = inner.sessions.len(), elsewhere = exit.has_elsewhere(), "people are sent elsewhere");
    if exit.has_elsewhere() && !inner.sessions.is_empty() {
        exit.pause(inner.config.drain_notice).await;
    }
    inner.leaving.store(inner.sessions.len(), Ordering::Relaxed);
    // From here on nobody stays who comes; so nobody is missing below.
    exit.enter(Phase::SendingAway);
    inner.settle().await;
    let people: Vec<SessionId> = inner.sessions.iter().map(|session| *session.key()).collect();
    send_away(inner, &people).await;
    let gone = async {
        while !inner.sessions.is_empty() || inner.door.open() > 0 {
            sleep(LOOK).await;
        }
    };
    // A peer that does not read is not waited for.
    if timeout(inner.config.shutdown_wait, gone).await.is_err() {
        tracing::warn!(left = inner.sessions.len(), "connections did not close in time");
    }
    exit.enter(Phase::Empty);
}

/// As many in a second as may come in a second elsewhere; more, if it took too long otherwise.
async fn send_away(inner: &Inner, people: &[SessionId]) {
    let exit = &inner.exit;
    let steps = (inner.config.drain_longest.as_secs_f64() / STEP.as_secs_f64()).max(1.0);
    let of_a_step = (f64::from(inner.config.session.comebacks) * STEP.as_secs_f64()).max(people.len() as f64 / steps).ceil() as usize;
    let mut next = Instant::now();
    for some in people.chunks(of_a_step.max(1)) {
        for session in some.iter().filter_map(|id| inner.sessions.get(id)) {
            // Beyond the mailbox's capacity if need be.
            session.do_send(SessionCommand::Goodbye);
        }
        if exit.has_elsewhere() {
            next += STEP;
            exit.pause(next.saturating_duration_since(Instant::now())).await;
        }
    }
}
