//! UserActor: one signed-in person in however many tabs.
//!
//! In: `Attach` and `Detach` (sessions), `WatchMe` (a session subscribed to its own user), `LeaseHappened`, `RecheckRights`,
//! `TokensRevoked`.
//! Out: `UserEvent` to sessions: every tab hears of every lease.
//! Timers: idle. Starts: with the person's first session. Restarts: empty; sessions are told `Lost` and come again.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use actix::{Actor, ActorContext, AsyncContext, Context, Handler, Message, Recipient};
use tandem_protocol::{
    ProjectId, SessionId, UserId,
    ws::{LeaseEvent, MyLease},
};

use crate::{supervision::ExitGuard, watchdog::handling};

const MAILBOX: usize = 1_024;
const IDLE: Duration = Duration::from_secs(30);

pub struct UserDeps {
    pub retire: Box<dyn Fn(UserId, u64) + Send + Sync>,
}

// --- state ---

pub struct UserActor {
    _exit: ExitGuard,
    deps: Arc<UserDeps>,
    user: UserId,
    instance: u64,
    sessions: BTreeMap<SessionId, Recipient<UserEvent>>,
}

impl UserActor {
    #[must_use]
    pub fn new(exit: ExitGuard, deps: Arc<UserDeps>, user: UserId, instance: u64) -> Self {
        Self { _exit: exit, deps, user, instance, sessions: BTreeMap::new() }
    }
}

// --- messages ---

#[derive(Message)]
#[rtype(result = "()")]
pub struct Attach {
    pub session: SessionId,
    pub outlet: Recipient<UserEvent>,
}

#[derive(Message)]
#[rtype(result = "()")]
pub struct Detach(pub SessionId);

#[derive(Clone, Message)]
#[rtype(result = "()")]
pub struct LeaseHappened {
    pub event: LeaseEvent,
    pub lease: MyLease,
}

/// The person's role in a project, or the project itself, changed.
#[derive(Clone, Message)]
#[rtype(result = "()")]
pub struct RecheckRights(pub ProjectId);

/// Tokens of this person were revoked.
#[derive(Clone, Copy, Message)]
#[rtype(result = "()")]
pub struct TokensRevoked;

#[derive(Clone, Debug, Message)]
#[rtype(result = "()")]
pub enum UserEvent {
    Lease { event: LeaseEvent, lease: MyLease },
    RecheckRights(ProjectId),
    CheckToken,
    Lost,
}

impl Actor for UserActor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(MAILBOX);
        ctx.run_interval(IDLE, |user, ctx| {
            // Sessions that ended before their coming was known here never say goodbye.
            user.sessions.retain(|_, outlet| outlet.connected());
            if user.sessions.is_empty() {
                (user.deps.retire)(user.user, user.instance);
                ctx.stop();
            }
        });
    }

    fn stopped(&mut self, _: &mut Self::Context) {
        if std::thread::panicking() {
            self.tell_all(&UserEvent::Lost);
        }
    }
}

impl Handler<Attach> for UserActor {
    type Result = ();

    fn handle(&mut self, attach: Attach, _: &mut Self::Context) {
        let _handling = handling!("person", "Attach");
        self.sessions.insert(attach.session, attach.outlet);
    }
}

impl Handler<Detach> for UserActor {
    type Result = ();

    fn handle(&mut self, Detach(session): Detach, _: &mut Self::Context) {
        let _handling = handling!("person", "Detach");
        self.sessions.remove(&session);
    }
}

impl Handler<LeaseHappened> for UserActor {
    type Result = ();

    fn handle(&mut self, happened: LeaseHappened, _: &mut Self::Context) {
        let _handling = handling!("person", "LeaseHappened");
        self.tell_all(&UserEvent::Lease { event: happened.event, lease: happened.lease });
    }
}

impl Handler<RecheckRights> for UserActor {
    type Result = ();

    fn handle(&mut self, RecheckRights(project): RecheckRights, _: &mut Self::Context) {
        let _handling = handling!("person", "RecheckRights");
        self.tell_all(&UserEvent::RecheckRights(project));
    }
}

impl Handler<TokensRevoked> for UserActor {
    type Result = ();

    fn handle(&mut self, _: TokensRevoked, _: &mut Self::Context) {
        let _handling = handling!("person", "TokensRevoked");
        self.tell_all(&UserEvent::CheckToken);
    }
}

impl UserActor {
    /// Beyond a mailbox's capacity if need be: these events are few, and each matters.
    fn tell_all(&self, event: &UserEvent) {
        for outlet in self.sessions.values() {
            outlet.do_send(event.clone());
        }
    }
}
