//! Tokens, in band and one for each document: the first, newer ones, and their ends.

use std::{rc::Rc, time::Duration};

use actix::{ActorFutureExt, AsyncContext, WrapFuture};
use chrono::Utc;
use tandem_domain::identity::Identity;
use tandem_protocol::{
    TaskId,
    hocuspocus::{Address, ServerMessage, major},
    ws::CloseCode,
};
use tokio::time::{Instant, timeout};

use super::{
    Ctx, HocuspocusActor,
    documents::{Document, Phase, TokenTimes},
    voice::Voice,
};
use crate::{
    measures,
    ports::AuthError,
    room::Refused,
    session::{
        admit,
        stock::{ASK_AGAIN, REVOKED, place::Place},
    },
};

const ASK_BEFORE: Duration = Duration::from_secs(60);

impl HocuspocusActor {
    pub(super) fn check_token(&mut self, address: &Address, token: String, version: Option<&str>, ctx: &mut Ctx) {
        self.attempts += 1;
        let attempt = self.attempts;
        let Some(document) = self.documents.get(address) else { return };
        document.version = major(version).or(document.version);
        document.attempt = attempt;
        document.try_again(Instant::now() + self.config.hello_deadline);
        self.plan_deadline();
        let (live, deadline, address) = (self.live.clone(), self.config.hello_deadline, address.detached());
        let check = async move {
            let checked = timeout(deadline, live.inner().authenticator.authenticate(&token)).await;
            checked.unwrap_or(Err(AuthError::Unavailable))
        };
        ctx.spawn(check.into_actor(self).map(move |checked, session, ctx| {
            let newest = session.documents.get(&address).is_some_and(|document| document.attempt == attempt);
            if newest {
                session.token_checked(&address, checked, ctx);
            }
        }));
    }

    fn token_checked(&mut self, address: &Address, checked: Result<Identity, AuthError>, ctx: &mut Ctx) {
        let Some(document) = self.documents.get(address) else { return };
        match (checked, document.place()) {
            // Revoked since it was checked, and this person's sessions have been told.
            (Ok(who), _) if self.live.inner().authenticator.is_void(&who) => self.deny(address, REVOKED),
            (Ok(who), Some(_)) => self.renewed(address, who, ctx),
            (Ok(who), None) => self.welcome(address, who, ctx),
            // The old one counts on. It is asked for again when the next moment to ask comes.
            (Err(AuthError::Unavailable), Some(_)) => self.ask_token_later(address, ctx),
            (Err(AuthError::Unavailable), None) => self.close(CloseCode::TryLater, "tokens cannot be checked at the moment", ctx),
            (Err(error @ (AuthError::Invalid(_) | AuthError::Expired)), _) => self.deny(address, &error.to_string()),
        }
    }

    fn welcome(&mut self, address: &Address, who: Identity, ctx: &mut Ctx) {
        // Bounds for strangers no longer apply to the connection; those for each document do. It counts for whoever came first.
        if !self.outbox.is_known()
            && let Err(over) = admit(&self.outbox, self.live.quotas(), &who)
        {
            return self.close(CloseCode::TryLater, &over.to_string(), ctx);
        }
        let Ok(task) = address.document().parse::<TaskId>() else {
            return self.deny(address, "a document is named by its task's id");
        };
        self.attach(&who, ctx);
        let token = times(&who);
        let place = Place::new(&self.live, self.id, who, task);
        let Some(document) = self.documents.get(address) else { return };
        document.token = token;
        let queue = document.let_in(place);
        self.join(address, ctx);
        for message in queue {
            self.input(address, message, ctx);
        }
        self.plan_deadline();
    }

    /// A newer token of the same person: the document and everything about it stays.
    fn renewed(&mut self, address: &Address, who: Identity, ctx: &mut Ctx) {
        let Some(document) = self.documents.get(address) else { return };
        let Some(place) = document.place() else { return };
        let before = (place.who.user_id(), place.who.workspace_id);
        if before != (who.user_id(), who.workspace_id) {
            return self.deny(address, "the new token belongs to somebody else");
        }
        let read_only = place.is_read_only();
        let role_changed = place.who.workspace_role != who.workspace_role;
        let token = times(&who);
        *place.who = who;
        let in_room = place.is_joined();
        document.token = token;
        if in_room {
            self.say(address, &ServerMessage::Authenticated { read_only });
        }
        if role_changed {
            self.ask_rights(address, ctx);
        }
        self.plan_deadline();
    }

    pub(super) fn join(&mut self, address: &Address, ctx: &mut Ctx) {
        let subscription = self.documents.subscribe(address);
        let Some(place) = self.documents.get(address).and_then(Document::place) else { return };
        let enter = place.enter(subscription, Rc::new(Voice::new(address)));
        let address = address.detached();
        ctx.spawn(enter.into_actor(self).map(move |entered, session, ctx| match entered {
            Ok(entered) => session.entered(&address, entered, ctx),
            Err(why) if session.documents.of(subscription).as_ref() == Some(&address) => session.turned_away(&address, &why, ctx),
            Err(_) => {}
        }));
    }

    /// What is not there, or not for this person, is refused; what may be there in a moment is tried again by coming back.
    pub(super) fn turned_away(&mut self, address: &Address, why: &Refused, ctx: &mut Ctx) {
        if why.retryable {
            self.close(CloseCode::TryLater, &why.message, ctx);
        } else {
            self.deny(address, &why.message);
        }
    }

    /// `PermissionDenied`: the connection stays, and the client may send another token. Version 4 is told that the document is
    /// closed, too; older ones are not, because 2 throws at that and looks like 3.
    pub(super) fn deny(&mut self, address: &Address, reason: &str) {
        let Some(document) = self.documents.get(address) else { return };
        let (was_in, version) = (document.place().is_some_and(|place| place.is_joined()), document.version);
        document.deny();
        self.documents.unsubscribe(address);
        metrics::counter!("tandem_denied_total", "dialect" => "hocuspocus").increment(1);
        self.say(address, &ServerMessage::Denied(reason.into()));
        if was_in && version.is_some_and(|major| major >= 4) {
            self.say(address, &ServerMessage::Close(reason.into()));
        }
        self.plan_deadline();
    }

    fn ask_token_later(&self, address: &Address, ctx: &mut Ctx) {
        let address = address.detached();
        ctx.run_later(ASK_AGAIN, move |session, _| {
            if session.documents.get(&address).is_some_and(|document| document.place().is_some()) {
                session.say(&address, &ServerMessage::TokenWanted);
            }
        });
    }

    // --- time ---

    /// The next moment something is due, of all documents.
    pub(super) fn plan_deadline(&self) {
        let of_documents = self.documents.iter().filter_map(|(_, document)| due(document)).min();
        let of_connection = (!self.outbox.is_known()).then(|| self.opened + self.config.hello_deadline);
        self.outbox.set_deadline([of_documents, of_connection].into_iter().flatten().min());
    }

    pub(super) fn on_deadline(&mut self, ctx: &mut Ctx) {
        let now = Instant::now();
        for address in self.documents.addresses() {
            let Some(document) = self.documents.get(&address) else { continue };
            if due(document).is_none_or(|at| at > now) {
                continue;
            }
            match &document.phase {
                Phase::Stranger { .. } => self.deny(&address, "a token is needed, and none was good in time"),
                Phase::In(_) if document.token.end.is_some_and(|end| end <= now) => {
                    // Providers come back with a newer one, those too that do not know our question.
                    return self.close(CloseCode::TokenExpired, "the token ran out", ctx);
                }
                Phase::In(_) => {
                    document.token.ask = None;
                    self.say(&address, &ServerMessage::TokenWanted);
                }
                Phase::Denied => {}
            }
        }
        if !self.outbox.is_known() && now >= self.opened + self.config.hello_deadline {
            measures::limit("hello_deadline");
            return self.close(CloseCode::HelloTimeout, "no good token in time (hello_deadline)", ctx);
        }
        self.plan_deadline();
    }
}

/// When something is to be done about a document.
fn due(document: &Document) -> Option<Instant> {
    match &document.phase {
        Phase::Stranger { until, .. } => Some(*until),
        Phase::In(_) => document.token.ask.or(document.token.end),
        Phase::Denied => None,
    }
}

/// As of now. The question for a newer one comes a minute before the end, of a short token at half its time.
fn times(who: &Identity) -> TokenTimes {
    let left = (who.expires_at - Utc::now()).to_std().unwrap_or_default();
    let lifetime = (who.expires_at - who.issued_at).to_std().unwrap_or_default();
    let now = Instant::now();
    let ask = left.saturating_sub(ASK_BEFORE.min(lifetime / 2));
    // A token for longer than timers count has no end.
    TokenTimes { ask: now.checked_add(ask), end: now.checked_add(left) }
}
