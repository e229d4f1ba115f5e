//! What the session itself says to the client, and how it ends.

use std::time::Duration;

use actix::{ActorContext, Context, Handler};
use tandem_protocol::ws::{Bye, CloseCode, ServerControl, ServerFrame};
use tokio::time::Instant;

use super::{
    SessionActor,
    voice::{control, error, pong},
};
use crate::{desk::Alarm, live::SessionCommand, measures, room::Refused, session::Framer, watchdog::handling};

impl SessionActor {
    pub(super) fn send(&self, frame: &ServerFrame) {
        let mut framer = Framer::default();
        framer.encoded(&frame.encode(self.subprotocol));
        self.outbox.put(framer.finish());
    }

    pub(super) fn send_control(&self, message: impl Into<ServerControl>) {
        self.send(&control(message));
    }

    pub(super) fn error(&self, channel: Option<u32>, seq: Option<u64>, why: Refused) {
        self.send(&error(channel, seq, why));
    }

    /// Say why, then close. What was sent before still arrives.
    pub(super) fn close(&self, code: CloseCode, reason: &str, ctx: &mut Context<Self>) {
        if code != CloseCode::Normal {
            let come_back = (!CloseCode::is_final(code.code())).then(|| millis(self.live.inner().come_back()));
            self.send_control(Bye { code: code.code(), reason: reason.to_owned(), reconnect_after_ms: come_back });
        }
        self.outbox.close(code, reason);
        ctx.stop();
    }

    pub(super) fn goodbye(&self, ctx: &mut Context<Self>) {
        self.close(CloseCode::Restart, "the server restarts", ctx);
    }
}

impl Handler<Alarm> for SessionActor {
    type Result = ();

    fn handle(&mut self, alarm: Alarm, ctx: &mut Context<Self>) {
        let _handling = handling!("session", "Alarm");
        match alarm {
            // Of a moment that was put off meanwhile.
            Alarm::Deadline if self.outbox.deadline().is_none_or(|at| at > Instant::now()) => {}
            Alarm::Deadline if self.who.is_none() => {
                measures::limit("hello_deadline");
                self.close(CloseCode::HelloTimeout, "no hello in time (hello_deadline)", ctx);
            }
            Alarm::Deadline => self.close(CloseCode::TokenExpired, "the token ran out", ctx),
            Alarm::Unheard => {
                measures::limit("heartbeat");
                self.close(CloseCode::Idle, "nothing was heard for too long (heartbeat)", ctx);
            }
            Alarm::Silent => self.send(&pong(0)),
        }
    }
}

impl Handler<SessionCommand> for SessionActor {
    type Result = ();

    fn handle(&mut self, command: SessionCommand, ctx: &mut Context<Self>) {
        let _handling = handling!("session", "SessionCommand");
        match command {
            SessionCommand::Goodbye => self.goodbye(ctx),
            SessionCommand::Probe => {}
        }
    }
}

pub(super) fn millis(duration: Duration) -> u32 {
    u32::try_from(duration.as_millis()).unwrap_or(u32::MAX)
}
