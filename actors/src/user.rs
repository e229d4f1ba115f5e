//! UserActor: one signed-in person in however many tabs.
//!
//! In: `FromNodes` (what happened to the person on other nodes), `Attach` and `Detach` (sessions), `WatchMe` (a session subscribed to its own user), `LeaseHappened`, `Told`, `RecheckRights`,
//! `TokensRevoked`.
//! Out: `UserEvent` to sessions: every tab hears of every lease and of every notification.
//! Timers: idle; rights while other nodes cannot be heard. Starts: with the person's first session. Restarts: empty; sessions are told `Lost` and come again.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use actix::{Actor, ActorContext, AsyncContext, Context, Handler, Message, Recipient};
use tandem_protocol::{
    ProjectId, SessionId, UserId,
    node::{Event, NodeFrame, Topic},
    rest::Notification,
    ws::{LeaseEvent, MyLease},
};
use tandem_store::bus::{Bus, Ear, Heard, Link};

use crate::{supervision::ExitGuard, watchdog::handling};

const MAILBOX: usize = 1_024;
const IDLE: Duration = Duration::from_secs(30);
/// While other nodes cannot be heard: how often the database is asked what this person may.
const UNLINKED: Duration = Duration::from_secs(5);

pub struct UserDeps {
    pub bus: Arc<dyn Bus>,
    /// Due work, revocations too, is looked for now.
    pub hurry: Box<dyn Fn() + Send + Sync>,
    pub retire: Box<dyn Fn(UserId, u64) + Send + Sync>,
}

// --- state ---

pub struct UserActor {
    _exit: ExitGuard,
    deps: Arc<UserDeps>,
    user: UserId,
    instance: u64,
    ear: Option<Ear>,
    sessions: BTreeMap<SessionId, Recipient<UserEvent>>,
}

impl UserActor {
    #[must_use]
    pub fn new(exit: ExitGuard, deps: Arc<UserDeps>, user: UserId, instance: u64) -> Self {
        Self { _exit: exit, deps, user, instance, ear: None, sessions: BTreeMap::new() }
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

/// The person is told of something.
#[derive(Clone, Message)]
#[rtype(result = "()")]
pub struct Told(pub Notification);

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
    Lease {
        event: LeaseEvent,
        lease: MyLease,
    },
    Notified(Notification),
    /// None: in all projects.
    RecheckRights(Option<ProjectId>),
    CheckToken,
    Lost,
}

impl Actor for UserActor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(MAILBOX);
        let me = ctx.address();
        self.ear = Some(self.deps.bus.listen(Topic::User(self.user), Box::new(move |heard| me.try_send(FromNodes(heard)).is_ok())));
        let link = self.deps.bus.link();
        ctx.run_interval(UNLINKED, move |user, _| {
            if *link.borrow() == Link::Down {
                user.tell_all(&UserEvent::RecheckRights(None));
            }
        });
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

/// What the bus says of this person.
#[derive(Debug, Message)]
#[rtype(result = "()")]
struct FromNodes(Heard);

impl Handler<FromNodes> for UserActor {
    type Result = ();

    fn handle(&mut self, FromNodes(heard): FromNodes, _: &mut Self::Context) {
        let _handling = handling!("user", "FromNodes");
        match heard {
            Heard::Said { frame, .. } => match &*frame {
                NodeFrame::Happened(Event::LeaseChanged { event, lease, .. }) => {
                    self.tell_all(&UserEvent::Lease { event: *event, lease: lease.clone() });
                }
                NodeFrame::Happened(Event::Notified { notification, .. }) => self.tell_all(&UserEvent::Notified(notification.clone())),
                NodeFrame::Happened(Event::RightsChanged { project, .. }) => self.tell_all(&UserEvent::RecheckRights(Some(*project))),
                // It is known here once it was read; then everybody here is told.
                NodeFrame::Happened(Event::TokensRevoked { .. }) => (self.deps.hurry)(),
                _ => {}
            },
            // Whatever it was that happened: rights are asked for anew, and revocations are read every second anyway.
            Heard::Gap => self.tell_all(&UserEvent::RecheckRights(None)),
        }
    }
}

impl Handler<Attach> for UserActor {
    type Result = ();

    fn handle(&mut self, attach: Attach, _: &mut Self::Context) {
        let _handling = handling!("user", "Attach");
        self.sessions.insert(attach.session, attach.outlet);
    }
}

impl Handler<Detach> for UserActor {
    type Result = ();

    fn handle(&mut self, Detach(session): Detach, _: &mut Self::Context) {
        let _handling = handling!("user", "Detach");
        self.sessions.remove(&session);
    }
}

impl Handler<LeaseHappened> for UserActor {
    type Result = ();

    fn handle(&mut self, happened: LeaseHappened, _: &mut Self::Context) {
        let _handling = handling!("user", "LeaseHappened");
        self.tell_all(&UserEvent::Lease { event: happened.event, lease: happened.lease });
    }
}

impl Handler<Told> for UserActor {
    type Result = ();

    fn handle(&mut self, Told(notification): Told, _: &mut Self::Context) {
        let _handling = handling!("user", "Told");
        self.tell_all(&UserEvent::Notified(notification));
    }
}

impl Handler<RecheckRights> for UserActor {
    type Result = ();

    fn handle(&mut self, RecheckRights(project): RecheckRights, _: &mut Self::Context) {
        let _handling = handling!("user", "RecheckRights");
        self.tell_all(&UserEvent::RecheckRights(Some(project)));
    }
}

impl Handler<TokensRevoked> for UserActor {
    type Result = ();

    fn handle(&mut self, _: TokensRevoked, _: &mut Self::Context) {
        let _handling = handling!("user", "TokensRevoked");
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
