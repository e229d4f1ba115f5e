//! Who is signed in on a connection of stock clients: usually one person, several if its documents came with several tokens. Their
//! actors tell it when rights change or tokens are revoked.

use std::{collections::HashMap, future::Future};

use actix::{Addr, Recipient};
use tandem_protocol::{SessionId, UserId};

use crate::{
    live::Live,
    user::{Attach, Detach, UserActor, UserEvent},
};

/// Again if the actor goes to sleep just now.
const ATTEMPTS: usize = 3;

pub struct Persons {
    live: Live,
    session: SessionId,
    known: HashMap<UserId, Option<Addr<UserActor>>>,
}

impl Persons {
    pub fn new(live: &Live, session: SessionId) -> Self {
        Self { live: live.clone(), session, known: HashMap::new() }
    }

    pub fn is_known(&self, user: UserId) -> bool {
        self.known.contains_key(&user)
    }

    /// All of them, for attaching them anew.
    pub fn all(&self) -> Vec<UserId> {
        self.known.keys().copied().collect()
    }

    pub fn attach(
        &mut self,
        user: UserId,
        outlet: Recipient<UserEvent>,
    ) -> impl Future<Output = (UserId, Option<Addr<UserActor>>)> + use<> {
        self.known.entry(user).or_default();
        let (live, session) = (self.live.clone(), self.session);
        async move {
            for _ in 0..ATTEMPTS {
                let Some(actor) = live.inner().user(user).await else { break };
                if actor.send(Attach { session, outlet: outlet.clone() }).await.is_ok() {
                    return (user, Some(actor));
                }
            }
            (user, None)
        }
    }

    pub fn attached(&mut self, user: UserId, actor: Option<Addr<UserActor>>) {
        self.known.insert(user, actor);
    }
}

impl Drop for Persons {
    fn drop(&mut self) {
        for actor in self.known.drain().filter_map(|(_, actor)| actor) {
            // Must not be lost, so beyond the mailbox's capacity if need be.
            actor.recipient().do_send(Detach(self.session));
        }
    }
}
