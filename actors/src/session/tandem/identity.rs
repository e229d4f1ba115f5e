//! Who it is: hello, a new token, and the end of a token.

use actix::{ActorFutureExt, AsyncContext, WrapFuture};
use chrono::Utc;
use tandem_domain::identity::Identity;
use tandem_protocol::{
    SessionId,
    ws::{CloseCode, Hello, Limits, Refresh, Refreshed, Welcome},
};
use tokio::time::{Instant, timeout};

use super::{Ctx, SessionActor, outbound::millis};
use crate::session::{admit, shorten};
use crate::{ports::AuthError, room::Refused, user::Attach};

impl SessionActor {
    pub(super) fn hello(&mut self, hello: Hello, ctx: &mut Ctx) {
        if self.who.is_some() {
            return self.error(None, None, Refused::new("bad_frame", "hello was said already; send refresh for a new token"));
        }
        tracing::debug!(session = %self.id, client = %shorten(&hello.client), "hello");
        let (live, deadline) = (self.live.clone(), self.config.hello_deadline);
        let check = async move {
            let checked = timeout(deadline, live.inner().authenticator.authenticate(&hello.token)).await;
            (checked.unwrap_or(Err(AuthError::Unavailable)), hello.resume)
        };
        // What the client sends meanwhile waits.
        ctx.wait(check.into_actor(self).map(|(checked, resume), session, ctx| match checked {
            Ok(who) => session.welcome(who, resume, ctx),
            Err(error) => session.refuse_token(&error, ctx),
        }));
    }

    pub(super) fn welcome(&mut self, who: Identity, resume: Option<SessionId>, ctx: &mut Ctx) {
        if let Err(over) = admit(&self.outbox, self.live.quotas(), &who) {
            return self.close(CloseCode::TryLater, &over.to_string(), ctx);
        }
        let welcome = Welcome {
            session_id: self.id,
            user: who.user.clone(),
            workspace_id: who.workspace_id,
            server_time: Utc::now(),
            token_expires_at: who.expires_at,
            heartbeat_ms: millis(self.config.heartbeat),
            limits: Limits {
                max_frame: u32::try_from(self.config.max_frame).unwrap_or(u32::MAX),
                max_channels: u32::try_from(self.config.max_channels).unwrap_or(u32::MAX),
            },
        };
        self.resume = resume;
        self.plan_expiry(&who);
        self.who = Some(Box::new(who));
        self.attach(ctx);
        self.send_control(welcome);
    }

    /// Tell the person's actor about this tab.
    pub(super) fn attach(&mut self, ctx: &mut Ctx) {
        let Some(who) = &self.who else { return };
        let (live, user, session, outlet) = (self.live.clone(), who.user_id(), self.id, ctx.address().recipient());
        let attach = async move {
            // Again if the actor goes to sleep just now.
            for _ in 0..3 {
                let person = live.inner().user(user).await?;
                if person.send(Attach { session, outlet: outlet.clone() }).await.is_ok() {
                    return Some(person);
                }
            }
            None
        };
        ctx.spawn(attach.into_actor(self).map(|person, session, ctx| {
            session.person = person;
            // A revocation between the check of the token and this moment found nobody to tell.
            session.check_token(ctx);
        }));
    }

    pub(super) fn plan_expiry(&self, who: &Identity) {
        let left = (who.expires_at - Utc::now()).to_std().unwrap_or_default();
        self.outbox.set_deadline(Instant::now().checked_add(left));
    }

    pub(super) fn refuse_token(&mut self, error: &AuthError, ctx: &mut Ctx) {
        let code = match error {
            AuthError::Invalid(_) => CloseCode::Unauthorized,
            AuthError::Expired => CloseCode::TokenExpired,
            AuthError::Unavailable => CloseCode::TryLater,
        };
        self.close(code, &error.to_string(), ctx);
    }

    /// A fresh token of the same person; the connection and everything on it stays.
    pub(super) fn refresh(&mut self, refresh: Refresh, ctx: &mut Ctx) {
        self.refreshes.asked += 1;
        let (live, deadline, asked) = (self.live.clone(), self.config.hello_deadline, self.refreshes.asked);
        let check = async move {
            let checked = timeout(deadline, live.inner().authenticator.authenticate(&refresh.token)).await;
            checked.unwrap_or(Err(AuthError::Unavailable))
        };
        ctx.spawn(check.into_actor(self).map(move |checked, session, ctx| match checked {
            Ok(who) => session.refreshed(asked, who, ctx),
            // The old token is good for a while yet.
            Err(AuthError::Unavailable) => {
                session.error(None, None, Refused::new("unavailable", "tokens cannot be checked at the moment").retryable())
            }
            Err(error) => {
                let why = Refused::new("token_refused", error.to_string()).field("token", "valid");
                session.error(None, None, why);
            }
        }));
    }

    pub(super) fn refreshed(&mut self, asked: u64, who: Identity, ctx: &mut Ctx) {
        let Some(before) = &self.who else { return };
        if (before.user_id(), before.workspace_id) != (who.user_id(), who.workspace_id) {
            return self.close(CloseCode::Unauthorized, "the new token belongs to somebody else", ctx);
        }
        if asked < self.refreshes.taken {
            // One that was sent later was checked sooner: that one counts.
            return self.send_control(Refreshed { token_expires_at: before.expires_at });
        }
        self.refreshes.taken = asked;
        let role_changed = before.workspace_role != who.workspace_role;
        let refreshed = Refreshed { token_expires_at: who.expires_at };
        self.plan_expiry(&who);
        self.who = Some(Box::new(who));
        self.send_control(refreshed);
        if role_changed {
            self.recheck(None, ctx);
        }
    }
}
