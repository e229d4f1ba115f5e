//! Restarting what crashed.
//!
//! actix's own `Supervisor` does not survive a panic in a handler: the context's task dies with it. Ours keeps a *factory*
//! and a slot. It starts the actor, waits until the actor's guard is dropped, and if that was a panic starts another one in the same
//! slot, after a pause that doubles; too many in a window, and it gives up and tells its parent. Those who hold the slot notice a
//! pause and nothing else. A *permanent* actor is started again also if it ended by itself.
//!
//! Parents: a registry leaves the id alone for a while and goes on with the others; the root, whose Journal gave up, ends the house
//! (docs/decisions/0021).

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use actix::{Actor, Addr, Arbiter, ArbiterHandle, Context, dev::channel::channel};
use rand::Rng;
use tokio::{
    sync::{oneshot, watch},
    time::{Instant, sleep},
};

use crate::config::{Restart, RestartPolicy};

/// How an actor ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// It stopped because it was told to, or had nothing to do.
    Stopped,
    Panicked,
}

/// Owned by the supervised actor; tells the supervisor how it ended.
pub struct ExitGuard(Option<oneshot::Sender<Exit>>);

impl Drop for ExitGuard {
    fn drop(&mut self) {
        let exit = if std::thread::panicking() { Exit::Panicked } else { Exit::Stopped };
        if let Some(tell) = self.0.take() {
            // Nobody listens any more: the whole house is going down.
            let _ = tell.send(exit);
        }
    }
}

/// What is in the slot.
#[derive(Debug)]
pub enum Slot<A: Actor> {
    /// Starting, for the first time or again.
    Starting,
    Up(Addr<A>),
    Stopped,
    GaveUp,
}

impl<A: Actor> Clone for Slot<A> {
    fn clone(&self) -> Self {
        match self {
            Self::Starting => Self::Starting,
            Self::Up(addr) => Self::Up(addr.clone()),
            Self::Stopped => Self::Stopped,
            Self::GaveUp => Self::GaveUp,
        }
    }
}

/// An actor that comes back.
pub struct Supervised<A: Actor> {
    slot: watch::Receiver<Slot<A>>,
    restarts: Arc<AtomicU32>,
}

impl<A: Actor> Clone for Supervised<A> {
    fn clone(&self) -> Self {
        Self { slot: self.slot.clone(), restarts: Arc::clone(&self.restarts) }
    }
}

/// Why there is no address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Down {
    /// It ended by itself; start a new one.
    #[error("stopped")]
    Stopped,
    #[error("crashed too often")]
    GaveUp,
}

impl<A: Actor> Supervised<A> {
    /// A slot in which nothing ever was.
    #[must_use]
    pub fn ended() -> Self {
        Self { slot: watch::channel(Slot::Stopped).1, restarts: Arc::default() }
    }

    /// The address now, if the actor is up.
    #[must_use]
    pub fn try_addr(&self) -> Option<Addr<A>> {
        match &*self.slot.borrow() {
            Slot::Up(addr) => Some(addr.clone()),
            Slot::Starting | Slot::Stopped | Slot::GaveUp => None,
        }
    }

    /// The address, after waiting for a restart if one is under way.
    pub async fn addr(&self) -> Result<Addr<A>, Down> {
        let mut slot = self.slot.clone();
        let settled = slot.wait_for(|slot| !matches!(slot, Slot::Starting)).await.map_err(|_| Down::Stopped)?;
        match &*settled {
            Slot::Up(addr) => Ok(addr.clone()),
            Slot::GaveUp => Err(Down::GaveUp),
            Slot::Starting | Slot::Stopped => Err(Down::Stopped),
        }
    }

    /// How often it was started again.
    #[must_use]
    pub fn restarts(&self) -> u32 {
        self.restarts.load(Ordering::Relaxed)
    }

    /// In a word, for people.
    #[must_use]
    pub fn state(&self) -> &'static str {
        match &*self.slot.borrow() {
            Slot::Starting => "starting",
            Slot::Up(_) => "up",
            Slot::Stopped => "stopped",
            Slot::GaveUp => "gave_up",
        }
    }

    /// Returns when it crashed too often; never, if it ends otherwise.
    pub async fn gave_up(&self) {
        let mut slot = self.slot.clone();
        if slot.wait_for(|slot| matches!(slot, Slot::GaveUp)).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    #[must_use]
    pub fn has_ended(&self) -> bool {
        matches!(&*self.slot.borrow(), Slot::Stopped | Slot::GaveUp)
    }
}

/// Messages that wait for an actor before senders have to: actix' own number. Actors that want another one say so when they start.
const MAILBOX: usize = 16;

/// A thread on which actors are started.
pub trait Thread: Send + Sync {
    /// There, soon. A thread that has ended does nothing any more, and drops it.
    fn run(&self, work: Box<dyn FnOnce() + Send>);
}

impl Thread for ArbiterHandle {
    fn run(&self, work: Box<dyn FnOnce() + Send>) {
        self.spawn_fn(work);
    }
}

/// Where an actor lives and who watches it.
#[derive(Clone)]
pub struct Place {
    /// The thread the actor runs on.
    pub actor: Arc<dyn Thread>,
    /// The thread its supervisor runs on.
    pub supervisor: ArbiterHandle,
}

impl Place {
    /// Both on one thread.
    #[must_use]
    pub fn on(thread: &ArbiterHandle) -> Self {
        Self { actor: Arc::new(thread.clone()), supervisor: thread.clone() }
    }

    /// Both on this thread.
    #[must_use]
    pub fn here() -> Self {
        Self::on(&Arbiter::current())
    }
}

/// Start an actor that is restarted when it panics. `escalate` is called once, when the supervisor gives up.
pub fn supervise<A, F>(
    name: &'static str,
    place: Place,
    policy: RestartPolicy,
    factory: F,
    escalate: impl FnOnce() + Send + 'static,
) -> Supervised<A>
where
    A: Actor<Context = Context<A>>,
    F: Fn(ExitGuard, &mut Context<A>) -> A + Send + Sync + 'static,
{
    let (tell, slot) = watch::channel(Slot::Starting);
    let supervisor = place.supervisor.clone();
    let restarts = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&restarts);
    let watch = Watch { name, place: place.actor, policy, factory: Arc::new(factory), tell, crashes: VecDeque::new(), restarts: counted };
    supervisor.spawn(watch.run(escalate));
    Supervised { slot, restarts }
}

struct Watch<A: Actor, F> {
    name: &'static str,
    place: Arc<dyn Thread>,
    policy: RestartPolicy,
    factory: Arc<F>,
    tell: watch::Sender<Slot<A>>,
    crashes: VecDeque<Instant>,
    restarts: Arc<AtomicU32>,
}

impl<A, F> Watch<A, F>
where
    A: Actor<Context = Context<A>>,
    F: Fn(ExitGuard, &mut Context<A>) -> A + Send + Sync + 'static,
{
    async fn run(mut self, escalate: impl FnOnce() + Send + 'static) {
        loop {
            let exit = self.start_and_wait().await;
            if exit == Exit::Stopped && self.policy.restart == Restart::Transient {
                self.tell.send_replace(Slot::Stopped);
                return;
            }
            self.tell.send_replace(Slot::Starting);
            let Some(pause) = self.pause_after_crash() else {
                metrics::counter!("tandem_actor_gave_up_total", "actor" => self.name).increment(1);
                tracing::error!(actor = self.name, "crashed too often, giving up");
                self.tell.send_replace(Slot::GaveUp);
                escalate();
                return;
            };
            self.restarts.fetch_add(1, Ordering::Relaxed);
            metrics::counter!("tandem_actor_restarts_total", "actor" => self.name).increment(1);
            tracing::error!(actor = self.name, ?exit, pause_ms = pause.as_millis(), "ended unasked, restarting");
            sleep(pause).await;
        }
    }

    async fn start_and_wait(&self) -> Exit {
        let (guard, ended) = oneshot::channel();
        let factory = Arc::clone(&self.factory);
        let guard = ExitGuard(Some(guard));
        let (address, mailbox) = channel(MAILBOX);
        self.place.run(Box::new(move || {
            let mut ctx = Context::with_receiver(mailbox);
            let actor = factory(guard, &mut ctx);
            actix::spawn(ctx.into_future(actor));
        }));
        self.tell.send_replace(Slot::Up(Addr::new(address)));
        // No answer: the guard's thread is gone, and we with it soon.
        ended.await.unwrap_or(Exit::Stopped)
    }

    /// How long to wait before the next start; none: enough is enough.
    fn pause_after_crash(&mut self) -> Option<Duration> {
        let now = Instant::now();
        self.crashes.retain(|at| now.duration_since(*at) < self.policy.window);
        self.crashes.push_back(now);
        if self.crashes.len() > self.policy.max_restarts {
            return None;
        }
        Some(backoff(self.policy.first_delay, self.policy.max_delay, self.crashes.len() - 1))
    }
}

/// `first` doubled `attempt` times, at most `max`, then somewhere in its upper half: restarts and retries of many must not
/// march in step.
#[must_use]
pub fn backoff(first: Duration, max: Duration, attempt: usize) -> Duration {
    let factor = 1u32 << attempt.min(16);
    let full = first.saturating_mul(factor).min(max);
    full.mul_f64(rand::rng().random_range(0.5..=1.0))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use actix::{Handler, Message};

    use super::*;

    struct Fragile {
        _exit: ExitGuard,
    }

    impl Actor for Fragile {
        type Context = Context<Self>;
    }

    #[derive(Message)]
    #[rtype(result = "usize")]
    struct Add(usize);

    impl Handler<Add> for Fragile {
        type Result = usize;
        fn handle(&mut self, add: Add, _: &mut Self::Context) -> usize {
            assert!(add.0 != 13, "unlucky");
            add.0 + 1
        }
    }

    #[derive(Message)]
    #[rtype(result = "()")]
    struct Stop;

    impl Handler<Stop> for Fragile {
        type Result = ();
        fn handle(&mut self, _: Stop, ctx: &mut Self::Context) {
            actix::ActorContext::stop(ctx);
        }
    }

    fn fragile(policy: RestartPolicy, escalated: &Arc<AtomicUsize>) -> Supervised<Fragile> {
        let escalated = Arc::clone(escalated);
        supervise(
            "fragile",
            Place::here(),
            policy,
            |exit, _| Fragile { _exit: exit },
            move || {
                escalated.fetch_add(1, Ordering::SeqCst);
            },
        )
    }

    #[actix::test]
    async fn an_actor_that_panics_is_up_again_behind_the_same_slot() {
        let actor = fragile(RestartPolicy::default(), &Arc::default());
        let first = actor.addr().await.unwrap();
        assert!(first.send(Add(13)).await.is_err());
        tokio::task::yield_now().await;
        let second = actor.addr().await.unwrap();
        assert_eq!(second.send(Add(1)).await.unwrap(), 2);
        assert!(!first.connected());
    }

    #[actix::test]
    async fn an_actor_that_stops_stays_stopped() {
        let actor = fragile(RestartPolicy::default(), &Arc::default());
        actor.addr().await.unwrap().send(Stop).await.unwrap();
        let mut slot = actor.slot.clone();
        slot.wait_for(|slot| matches!(slot, Slot::Stopped)).await.unwrap();
        assert_eq!(actor.addr().await.err(), Some(Down::Stopped));
    }

    #[actix::test]
    async fn a_permanent_actor_that_stops_is_started_again_and_counted() {
        tokio::time::pause();
        let actor = fragile(RestartPolicy { restart: Restart::Permanent, ..RestartPolicy::default() }, &Arc::default());
        let first = actor.addr().await.unwrap();
        first.send(Stop).await.unwrap();
        let mut slot = actor.slot.clone();
        slot.wait_for(|slot| matches!(slot, Slot::Starting)).await.unwrap();
        assert_eq!(actor.addr().await.unwrap().send(Add(1)).await.unwrap(), 2);
        assert_eq!((actor.restarts(), actor.state()), (1, "up"));
    }

    #[actix::test]
    async fn a_window_that_passes_forgives() {
        tokio::time::pause();
        let escalated = Arc::default();
        let policy = RestartPolicy { max_restarts: 2, ..RestartPolicy::default() };
        let window = policy.window;
        let actor = fragile(policy, &escalated);
        for _ in 0..6 {
            let _ = actor.addr().await.unwrap().send(Add(13)).await;
            tokio::time::sleep(window).await;
        }
        assert_eq!((actor.state(), actor.restarts()), ("up", 6));
        assert_eq!(escalated.load(Ordering::SeqCst), 0);
    }

    #[actix::test]
    async fn too_many_crashes_in_the_window_escalate() {
        tokio::time::pause();
        let escalated = Arc::default();
        let actor = fragile(RestartPolicy { max_restarts: 2, ..RestartPolicy::default() }, &escalated);
        for _ in 0..3 {
            let _ = actor.addr().await.unwrap().send(Add(13)).await;
            tokio::task::yield_now().await;
        }
        assert_eq!(actor.addr().await.err(), Some(Down::GaveUp));
        assert_eq!(escalated.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn pauses_double_up_to_the_maximum() {
        let (first, max) = (Duration::from_millis(100), Duration::from_secs(1));
        assert!(backoff(first, max, 0) <= first);
        assert!(backoff(first, max, 3) > Duration::from_millis(399));
        assert!(backoff(first, max, 60) <= max);
    }
}
