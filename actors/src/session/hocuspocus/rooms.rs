//! What happens in the rooms, and to people's rights.

use std::sync::Arc;

use actix::{ActorFutureExt, AsyncContext, Handler, WrapFuture};
use tandem_domain::identity::Identity;
use tandem_protocol::{
    UserId,
    hocuspocus::{Address, ServerMessage},
    ws::CloseCode,
};

use super::{Ctx, HocuspocusActor, acks::Asked, documents::Document};
use crate::{
    room::{Refused, RoomEvent, RoomNews},
    session::stock::{
        ASK_AGAIN, REVOKED,
        place::{Backlog, Entered, Standing},
    },
    task::RoomInput,
    user::UserEvent,
    watchdog::handling,
};

impl HocuspocusActor {
    pub(super) fn entered(&mut self, address: &Address, entered: Entered, ctx: &mut Ctx) {
        let Some(place) = self.documents.get(address).and_then(Document::place) else {
            // Closed meanwhile.
            return entered.leave(self.id);
        };
        let stale = place.entered(entered);
        let here = place.be_here(ctx.address().recipient());
        let of = address.detached();
        ctx.spawn(here.into_actor(self).map(move |here, session, _| {
            if let (Some((seat, project)), Some(place)) = (here, session.documents.get(&of).and_then(Document::place)) {
                place.is_here(seat, project);
            }
        }));
        if stale {
            self.ask_rights(address, ctx);
        }
        self.hand_over(address, ctx);
    }
}

impl Handler<RoomEvent> for HocuspocusActor {
    type Result = ();

    fn handle(&mut self, event: RoomEvent, ctx: &mut Ctx) {
        let _handling = handling!("hocuspocus", "RoomEvent");
        let Some(address) = self.documents.of(event.subscription) else { return };
        let Some(document) = self.documents.get(&address) else { return };
        match event.news {
            RoomNews::Joined(joined) => {
                let Some(place) = document.place() else { return };
                place.joined(joined.task.read_only.is_some());
                if !joined.sync.is_empty() {
                    document.acks.ask(Asked::ByUs);
                }
                self.hand_over(&address, ctx);
            }
            RoomNews::Rights { read_only, .. } => {
                if let Some(place) = document.place() {
                    place.set_read_only(read_only.is_some());
                }
            }
            RoomNews::Diff { .. } => document.acks.ask(Asked::ByProvider),
            RoomNews::Lacks(_) => document.acks.ask(Asked::ByUs),
            RoomNews::Ack(upto) => {
                let settled = document.acks.durable(upto);
                self.say_status(&address, true, settled);
            }
            RoomNews::Refused { seq, why } => self.refused(&address, seq, &why, ctx),
            RoomNews::Lost => {
                let Some(place) = document.place() else { return };
                place.lost();
                let first_kept = place.first_waiting();
                document.acks.lost(first_kept);
                self.join(&address, ctx);
            }
            RoomNews::Out { close: Some(code), why } => self.close(code, &why.message, ctx),
            RoomNews::Out { close: None, why } => self.turned_away(&address, &why, ctx),
            _ => {}
        }
    }
}

impl HocuspocusActor {
    fn refused(&mut self, address: &Address, seq: Option<u64>, why: &Refused, ctx: &mut Ctx) {
        let Some(document) = self.documents.get(address) else { return };
        match seq {
            Some(seq) if why.retryable => {
                document.acks.refused_for_now(seq);
                self.plan_resync(address, ctx);
            }
            Some(seq) => {
                let never = document.acks.refused(seq);
                self.say_status(address, false, never.max(1));
            }
            None if why.code == "bad_request" => self.close(CloseCode::BadFrame, &why.message, ctx),
            // The protocol has no word for an awareness state that is refused; it is counted and shown to nobody.
            None => tracing::debug!(session = %self.id, code = why.code, message = why.message, "refused"),
        }
    }

    fn say_status(&self, address: &Address, taken: bool, count: u32) {
        for _ in 0..count {
            self.say(address, &ServerMessage::SyncStatus(taken));
        }
    }

    /// The provider keeps no edits of its own account: what could not be taken would be missing until it connects anew.
    fn plan_resync(&mut self, address: &Address, ctx: &mut Ctx) {
        let planned = self.documents.get(address).and_then(Document::place).and_then(|place| place.plan_resync());
        let Some(wait) = planned else { return };
        let address = address.detached();
        ctx.run_later(wait, move |session, ctx| {
            let config = Arc::clone(&session.config);
            let asked = session.documents.get(&address).and_then(Document::place).map(|place| place.give(RoomInput::AskStep1, &config));
            session.after(asked.unwrap_or(Backlog::Fine), ctx);
        });
    }
}

// --- rights ---

impl Handler<UserEvent> for HocuspocusActor {
    type Result = ();

    fn handle(&mut self, event: UserEvent, ctx: &mut Ctx) {
        let _handling = handling!("hocuspocus", "UserEvent");
        match event {
            UserEvent::RecheckRights(project) => {
                for address in self.documents.addresses() {
                    let place = self.documents.get(&address).and_then(Document::place);
                    if place.is_some_and(|place| project.is_none_or(|project| place.is_of(project))) {
                        self.ask_rights(&address, ctx);
                    }
                }
            }
            UserEvent::CheckToken => self.check_tokens(),
            UserEvent::Lost => {
                for user in self.persons.all() {
                    self.attach_person(user, ctx);
                }
            }
            UserEvent::Lease { .. } | UserEvent::Notified(_) => {}
        }
    }
}

impl HocuspocusActor {
    pub(super) fn attach(&mut self, who: &Identity, ctx: &mut Ctx) {
        if !self.persons.is_known(who.user_id()) {
            self.attach_person(who.user_id(), ctx);
        }
    }

    fn attach_person(&mut self, user: UserId, ctx: &mut Ctx) {
        let attach = self.persons.attach(user, ctx.address().recipient());
        ctx.spawn(attach.into_actor(self).map(|(user, actor), session, _| {
            session.persons.attached(user, actor);
            // Revoked before this session could be told of it.
            session.check_tokens();
        }));
    }

    fn check_tokens(&mut self) {
        for address in self.documents.addresses() {
            if self.documents.get(&address).and_then(Document::place).is_some_and(|place| place.is_void()) {
                self.deny(&address, REVOKED);
            }
        }
    }

    pub(super) fn ask_rights(&mut self, address: &Address, ctx: &mut Ctx) {
        let Some(place) = self.documents.get(address).and_then(Document::place) else { return };
        let ask = place.ask_rights();
        let address = address.detached();
        ctx.spawn(ask.into_actor(self).map(move |(asked, record), session, ctx| {
            let Some(place) = session.documents.get(&address).and_then(Document::place) else { return };
            match place.apply_rights(asked, record) {
                Standing::Told | Standing::Overtaken => {}
                Standing::Ended => session.deny(&address, "you may no longer see this document"),
                Standing::Unknown => {
                    ctx.run_later(ASK_AGAIN, move |session, ctx| session.ask_rights(&address, ctx));
                }
            }
        }));
    }
}
