//! TimerActor: what falls due with time. Leases of those who work are renewed, others run out; what workflows have due, partitions of the
//! months to come, events of transactions nobody announced.
//!
//! In: its own ticks. Out: `DomainEvent`s. Timers: one tick; partitions once an hour. Starts: once. Restarts: any time; all it knows is
//! in the database.

use std::{collections::HashSet, sync::Arc, time::Duration};

use actix::{Actor, ActorContext, ActorFutureExt, AsyncContext, Context, Handler, Message, WrapFuture};

use tandem_protocol::UserId;
use tandem_store::system::Attendance;
use tokio::time::Instant;

use crate::{
    config::RestartPolicy,
    ports::{ChoreError, Chores, DomainEvent},
    roll::Roll,
    supervision::{ExitGuard, Place, Supervised, supervise},
    watchdog::handling,
};

const PARTITIONS: Duration = Duration::from_secs(3_600);

type Announce = Arc<dyn Fn(DomainEvent) + Send + Sync>;
/// Who is connected to this node.
type Online = Arc<dyn Fn() -> HashSet<UserId> + Send + Sync>;

pub struct TimerActor {
    _exit: ExitGuard,
    tick: Duration,
    chores: Arc<dyn Chores>,
    announce: Announce,
    online: Online,
    roll: Arc<Roll>,
    renew_every: Duration,
    /// Who was connected when the database was last told, and when it was told of everybody.
    told: HashSet<UserId>,
    told_all: Option<Instant>,
    /// A round is under way: the next tick waits for it.
    busy: bool,
    /// Somebody was in a hurry meanwhile: what is under way may have looked too early.
    again: bool,
    /// Rounds that failed in a row: said once, not every second.
    failures: u32,
}

/// How often.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    pub tick: Duration,
    pub renew_every: Duration,
}

pub fn start(
    place: Place,
    policy: RestartPolicy,
    pace: Pace,
    chores: Arc<dyn Chores>,
    roll: Arc<Roll>,
    announce: impl Fn(DomainEvent) + Send + Sync + 'static,
    online: impl Fn() -> HashSet<UserId> + Send + Sync + 'static,
) -> Supervised<TimerActor> {
    let (announce, online): (Announce, Online) = (Arc::new(announce), Arc::new(online));
    let factory = move |exit, _: &mut Context<TimerActor>| TimerActor {
        _exit: exit,
        tick: pace.tick,
        renew_every: pace.renew_every,
        roll: Arc::clone(&roll),
        told: HashSet::new(),
        told_all: None,
        chores: Arc::clone(&chores),
        announce: Arc::clone(&announce),
        online: Arc::clone(&online),
        busy: false,
        again: false,
        failures: 0,
    };
    supervise("timer", place, policy, factory, || tracing::error!("leases no longer run out on this node"))
}

impl Actor for TimerActor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        self.make_partitions(ctx);
        ctx.run_interval(PARTITIONS, |timer, ctx| timer.make_partitions(ctx));
        ctx.run_interval(self.tick, |timer, ctx| timer.round(ctx));
    }
}

/// Whether there is nothing to say.
fn is_empty(people: &Attendance) -> bool {
    people.at_work.is_empty() && people.here.is_empty() && people.gone.is_empty()
}

/// Into `events`: what was done is committed, and is told even if what comes after it fails.
async fn due(chores: &dyn Chores, online: &HashSet<UserId>, events: &mut Vec<DomainEvent>) -> Result<(), ChoreError> {
    events.extend(chores.expire_leases().await?);
    events.extend(chores.relay_outbox().await?);
    events.extend(chores.read_revocations().await?);
    events.extend(chores.move_tasks(online).await?);
    Ok(())
}

/// The house closes: what falls due from now on is another node's, or the next start's.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "()")]
pub struct Rest;

impl Handler<Rest> for TimerActor {
    type Result = ();

    fn handle(&mut self, _: Rest, ctx: &mut Self::Context) {
        let _handling = handling!("timer", "Rest");
        ctx.stop();
    }
}

/// Something is known to be due.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "()")]
pub struct Hurry;

impl Handler<Hurry> for TimerActor {
    type Result = ();

    fn handle(&mut self, _: Hurry, ctx: &mut Self::Context) {
        let _handling = handling!("timer", "Hurry");
        self.again |= self.busy;
        self.round(ctx);
    }
}

impl TimerActor {
    fn round(&mut self, ctx: &mut Context<Self>) {
        if std::mem::replace(&mut self.busy, true) {
            return;
        }
        let (chores, online) = (Arc::clone(&self.chores), (self.online)());
        let now = Instant::now();
        let (attendance, is_all) = self.attendance(&online, now);
        let round = async move {
            let mut events = Vec::new();
            let is_told = !is_empty(&attendance);
            if is_told {
                // Before leases end: who came back a moment ago keeps theirs.
                match chores.keep_leases(&attendance).await {
                    Ok(kept) => events = kept,
                    Err(error) => return (events, Err(error), None),
                }
            }
            let kept = is_told.then(|| (online.clone(), is_all.then_some(now)));
            let ended = due(&*chores, &online, &mut events).await;
            (events, ended, kept)
        };
        ctx.spawn(round.into_actor(self).map(|(events, ended, kept), timer, ctx| {
            timer.remember(kept);
            timer.done(events, ended);
            if std::mem::take(&mut timer.again) {
                timer.round(ctx);
            }
        }));
    }

    /// What the database has to hear of this node's people: every few seconds all of it, in between only who came and who went.
    fn attendance(&self, online: &HashSet<UserId>, now: Instant) -> (Attendance, bool) {
        let gone = self.told.difference(online).copied().collect();
        if self.told_all.is_none_or(|at| now.duration_since(at) >= self.renew_every) {
            let here = online.iter().copied().collect();
            return (Attendance { at_work: self.roll.call(), here, gone }, true);
        }
        let here = online.difference(&self.told).copied().collect();
        (Attendance { at_work: Vec::new(), here, gone }, false)
    }

    /// Only what the database has taken: who went while it was away is said again.
    fn remember(&mut self, kept: Option<(HashSet<UserId>, Option<Instant>)>) {
        let Some((told, all)) = kept else { return };
        self.told = told;
        self.told_all = all.or(self.told_all);
    }

    fn done(&mut self, events: Vec<DomainEvent>, ended: Result<(), ChoreError>) {
        self.busy = false;
        events.into_iter().for_each(|event| (self.announce)(event));
        match ended {
            Ok(()) => self.failures = 0,
            Err(error) => {
                self.failures += 1;
                if self.failures.is_power_of_two() {
                    tracing::warn!(%error, failures = self.failures, "due work could not be done");
                }
            }
        }
    }

    fn make_partitions(&mut self, ctx: &mut Context<Self>) {
        let chores = Arc::clone(&self.chores);
        let making = async move {
            if let Err(error) = chores.ensure_partitions().await {
                tracing::error!(%error, "partitions could not be made ahead");
            }
        };
        ctx.spawn(making.into_actor(self));
    }
}
