//! What the client gets: written at once, or held back while the socket is busy.

use std::time::Duration;

use actix::{ActorContext, AsyncContext, Handler};
use actix_http::ws::CloseReason;
use chrono::Utc;
use tandem_protocol::ws::{Bye, CloseCode, Encoded, ErrorMessage, Pong, ServerControl, ServerFrame, ServerHot};
use tokio::time::Instant;

use super::{COME_BACK, Ctx, PULSE, RELEASE, SessionActor};
use crate::session::outbox::shorten;
use crate::{live::SessionCommand, room::Refused};

impl SessionActor {
    pub(super) fn send_hot(&mut self, hot: ServerHot, ctx: &mut Ctx) {
        self.send(hot.into(), ctx);
    }

    pub(super) fn send_control(&mut self, control: impl Into<ServerControl>, ctx: &mut Ctx) {
        self.send(control.into().into(), ctx);
    }

    pub(super) fn send(&mut self, frame: ServerFrame, ctx: &mut Ctx) {
        if self.closing {
            return;
        }
        let waiting = self.outbox.waiting();
        if self.held.is_empty() && waiting < self.config.soft_outbox {
            return self.write(&frame, ctx);
        }
        // One frame always fits, however big: a document is sent whole.
        if waiting + self.held.bytes() > self.config.max_outbox {
            return self.cut("more waits for this connection than may", ctx);
        }
        self.held.push(frame);
        self.plan_release(ctx);
    }

    pub(super) fn write(&mut self, frame: &ServerFrame, ctx: &mut Ctx) {
        self.said = Instant::now();
        match frame.encode(self.subprotocol) {
            Encoded::Text(text) => ctx.text(text),
            Encoded::Binary(bytes) => ctx.binary(bytes),
        }
    }

    pub(super) fn plan_release(&mut self, ctx: &mut Ctx) {
        if !std::mem::replace(&mut self.release_planned, true) {
            ctx.run_later(RELEASE, |session, ctx| {
                session.release_planned = false;
                session.release(ctx);
            });
        }
    }

    pub(super) fn release(&mut self, ctx: &mut Ctx) {
        let mut room = self.config.soft_outbox.saturating_sub(self.outbox.waiting());
        while room > 0 {
            let Some(frame) = self.held.pop() else { return };
            self.said = Instant::now();
            let encoded = frame.encode(self.subprotocol);
            room = room.saturating_sub(encoded.len());
            match encoded {
                Encoded::Text(text) => ctx.text(text),
                Encoded::Binary(bytes) => ctx.binary(bytes),
            }
        }
        if !self.held.is_empty() {
            self.plan_release(ctx);
        }
    }

    pub(super) fn error(&mut self, channel: Option<u32>, seq: Option<u64>, why: Refused, ctx: &mut Ctx) {
        let message = ErrorMessage {
            channel,
            seq,
            code: why.code.to_owned(),
            message: why.message,
            retryable: why.retryable,
            field: why.field,
            rule: why.rule.map(str::to_owned),
        };
        self.send_control(ServerControl::Error(message), ctx);
    }

    pub(super) fn pulse(&mut self, ctx: &mut Ctx) {
        if self.closing {
            return;
        }
        if self.outbox.stalled() >= self.config.stall {
            return self.cut("nothing was read for too long", ctx);
        }
        if self.who.is_some() && self.heard.elapsed() >= self.config.heartbeat * 2 + PULSE {
            return self.close(CloseCode::Idle, "nothing was heard for too long", ctx);
        }
        if self.who.is_some() && self.said.elapsed() + PULSE >= self.config.heartbeat {
            self.send_control(Pong { t: 0, server_time: Utc::now() }, ctx);
        }
    }

    /// Say why, then close. What was sent before still arrives.
    pub(super) fn close(&mut self, code: CloseCode, reason: &str, ctx: &mut Ctx) {
        if self.closing {
            return;
        }
        let come_back = match code {
            CloseCode::Normal => None,
            code if CloseCode::is_final(code.code()) => None,
            _ => Some(millis(COME_BACK)),
        };
        let bye = Bye { code: code.code(), reason: reason.to_owned(), reconnect_after_ms: come_back };
        while let Some(frame) = self.held.pop() {
            self.write(&frame, ctx);
        }
        if code != CloseCode::Normal {
            self.write(&ServerControl::from(bye).into(), ctx);
        }
        self.closing = true;
        metrics::counter!("tandem_closed_total", "code" => code.code().to_string()).increment(1);
        ctx.close(Some(CloseReason { code: code.code().into(), description: Some(shorten(reason).to_owned()) }));
        ctx.stop();
    }

    /// For a peer that does not read: nothing that waits will be sent.
    pub(super) fn cut(&mut self, reason: &str, ctx: &mut Ctx) {
        tracing::info!(session = %self.id, reason, waiting = self.outbox.waiting(), "a slow reader is cut");
        metrics::counter!("tandem_closed_total", "code" => "1013").increment(1);
        self.closing = true;
        self.outbox.cut(CloseCode::TryLater, reason);
        ctx.stop();
    }

    pub(super) fn goodbye(&mut self, ctx: &mut Ctx) {
        self.close(CloseCode::Restart, "the server restarts", ctx);
    }
}

impl Handler<SessionCommand> for SessionActor {
    type Result = ();

    fn handle(&mut self, command: SessionCommand, ctx: &mut Ctx) {
        match command {
            SessionCommand::Goodbye => self.goodbye(ctx),
        }
    }
}

pub(super) fn millis(duration: Duration) -> u32 {
    u32::try_from(duration.as_millis()).unwrap_or(u32::MAX)
}
