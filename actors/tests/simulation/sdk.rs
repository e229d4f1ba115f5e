//! A client of our protocol that behaves as `client-sdk` does (`session/*.ts`, `room/*.ts`): one task, its document with everything
//! that was not acknowledged, its people.
//!
//! Joining: `subscribe` with what this copy has, `subscribed` with what the server has, `sync`; then what the server lacks goes
//! back, and only then new edits.

use std::collections::BTreeMap;

use actix_http::ws::Message;
use bytes::Bytes;
use tandem_protocol::{
    LineageId, SessionId,
    ws::{
        Base64, ClientControl, ClientFrame, ClientHot, Encoded, ErrorMessage, Hello, Ping, PresenceState, ServerControl, ServerFrame,
        ServerHot, SetPresence, Subprotocol, Subscribe, Subscribed, TaskJoined, Topic, TopicKind, Unsubscribe,
    },
};
use yrs::{Doc, ReadTxn, StateVector, Transact, updates::decoder::Decode, updates::encoder::Encode};

use crate::{
    line::{Event, Line},
    outbox::{NOTHING, Outbox, lacking},
    rng::Rng,
    town::{ALWAYS_READ_ONLY, HOMES, NAMES, Town, mark},
    truth::{FORBIDDEN, Truth, apply, promise, put, remove},
    view::View,
};

const FLUSH: u64 = 16;
const GHOST_PACE: u64 = 33;
const PING: u64 = 700;
/// Two and a half heartbeats.
const SILENCE: u64 = 5_000;
const REJOIN: u64 = 1_000;
/// Errors about one message on a joined topic; any other means that the server has let go of the subscription.
const ABOUT_ONE_MESSAGE: [&str; 4] = ["ghost_refused", "presence_refused", "read_only", "bad_request"];
/// Channels from here on are for prying.
const PRYING: u32 = 1 << 20;

pub struct Sdk {
    pub who: usize,
    pub line: Line,
    subprotocol: Subprotocol,
    pub doc: Doc,
    pub view: View,
    /// What I do, whether anybody knows it yet or not.
    pub drawing: Option<i32>,
    pub pointing: Option<i32>,
    pub tool: PresenceState,
    said_tool: bool,
    pointed: Option<i32>,
    ghost_due: bool,
    ghost_whole: bool,
    ghost_at: u64,
    lineage: Option<LineageId>,
    session: Option<SessionId>,
    welcomed: bool,
    next_channel: u32,
    subscription: Option<Subscription>,
    retry: Option<(u64, u32)>,
    joining: Option<TaskJoined>,
    pub joined: bool,
    pub read_only: bool,
    /// The server says no, for good.
    pub failed: Option<String>,
    pub outbox: Outbox,
    /// The copy on this device holds edits of which nobody knows whether the server has them.
    restored: bool,
    holding: bool,
    rejoins: u64,
    rejoin_at: Option<u64>,
    flushed: u64,
    pinged: u64,
    /// Copies set aside because the server refused an edit of them.
    pub set_aside: usize,
    last_update: Option<Bytes>,
    /// What was on disk when I asked to join: all of it must be in what I get.
    owed: StateVector,
    last_seen_errors: BTreeMap<String, usize>,
    rng: Rng,
}

struct Subscription {
    channel: u32,
    attempt: u32,
    joined: bool,
}

impl Sdk {
    pub fn new(who: usize, seed: u64, truth: &mut Truth) -> Self {
        let mut rng = Rng::new(seed, 100 + who as u64);
        let subprotocol = Subprotocol::ALL[rng.index(2)];
        Self {
            who,
            line: Line::new(SILENCE, Rng::new(seed, 200 + who as u64)),
            subprotocol,
            doc: truth.fresh_doc(),
            view: View::new(truth),
            drawing: None,
            pointing: None,
            tool: PresenceState::default(),
            said_tool: false,
            pointed: None,
            ghost_due: false,
            ghost_whole: false,
            ghost_at: 0,
            lineage: None,
            session: None,
            welcomed: false,
            next_channel: 1,
            subscription: None,
            retry: None,
            joining: None,
            joined: false,
            read_only: false,
            failed: None,
            outbox: Outbox::default(),
            restored: false,
            holding: false,
            rejoins: 0,
            rejoin_at: None,
            flushed: 0,
            pinged: 0,
            set_aside: 0,
            last_update: None,
            owed: StateVector::default(),
            last_seen_errors: BTreeMap::new(),
            rng,
        }
    }

    pub fn name(&self) -> &'static str {
        NAMES[self.who]
    }

    fn task(&self) -> usize {
        HOMES[self.who]
    }

    pub fn dial(&mut self, open: impl FnOnce(Subprotocol, u64) -> crate::net::Pipe, truth: &mut Truth) {
        let pipe = open(self.subprotocol, self.line.lag);
        self.line.dialled(pipe, truth.now);
        let hello = Hello { token: self.name().into(), client: "simulation/1".into(), resume: self.session };
        self.control(hello, truth);
    }

    fn control(&mut self, control: impl Into<ClientControl>, truth: &Truth) {
        self.send(ClientFrame::Control(control.into()), truth);
    }

    fn send(&mut self, frame: ClientFrame, truth: &Truth) {
        let message = match frame.encode(self.subprotocol) {
            Encoded::Text(text) => Message::Text(text.into()),
            Encoded::Binary(bytes) => Message::Binary(bytes),
        };
        self.line.send(message, truth.now);
    }

    /// Read what came, do what is due.
    pub fn tick(&mut self, town: &Town, truth: &mut Truth) {
        while let Some(event) = self.line.next(truth.now) {
            match event {
                Event::Frame(bytes, written) => {
                    truth.saw(self.who, &bytes, written);
                    self.frame(&bytes, town, truth);
                }
                Event::Lost => self.lost(truth),
            }
        }
        let now = truth.now;
        if self.line.is_up() && self.welcomed {
            if now >= self.pinged + PING {
                self.pinged = now;
                self.control(Ping { t: now }, truth);
            }
            if let Some((at, attempt)) = self.retry
                && now >= at
            {
                self.retry = None;
                self.join(attempt, town, truth);
            }
            if self.rejoin_at.is_some_and(|at| now >= at) {
                self.rejoin_at = None;
                self.resubscribe(town, truth);
            }
            if now >= self.flushed + FLUSH {
                self.flush(truth);
            }
            self.show(truth);
        }
    }

    pub fn lost(&mut self, truth: &mut Truth) {
        truth.note(format!("{} loses the connection", self.name()));
        self.welcomed = false;
        self.retry = None;
        self.rejoin_at = None;
        self.subscription = None;
        self.part(truth);
    }

    fn part(&mut self, truth: &mut Truth) {
        self.joining = None;
        self.joined = false;
        self.said_tool = false;
        self.pointed = None;
        self.view.parted(truth);
    }

    // --- subscriptions ---

    fn join(&mut self, attempt: u32, town: &Town, truth: &mut Truth) {
        let channel = self.next_channel;
        self.next_channel += 1;
        self.owed = truth.disk[self.task()].transact().state_vector();
        self.subscription = Some(Subscription { channel, attempt, joined: false });
        let state_vector = self.lineage.map(|_| Base64(self.doc.transact().state_vector().encode_v1()));
        let topic = Topic { kind: TopicKind::Task, id: town.keys[self.task()].task.into() };
        self.control(Subscribe { channel, topic, lineage: self.lineage, state_vector }, truth);
    }

    fn unsubscribe(&mut self, truth: &mut Truth) {
        if let Some(subscription) = self.subscription.take() {
            self.control(Unsubscribe { channel: subscription.channel }, truth);
        }
    }

    fn resubscribe(&mut self, town: &Town, truth: &mut Truth) {
        if self.subscription.is_some() {
            self.unsubscribe(truth);
            self.part(truth);
            self.join(0, town, truth);
        }
    }

    fn join_later(&mut self, attempt: u32, truth: &Truth) {
        let full = (200u64 << attempt.min(4)).min(2_500);
        self.retry = Some((truth.now + full / 2 + self.rng.below(full / 2), attempt + 1));
    }

    // --- what the server says ---

    fn frame(&mut self, bytes: &Bytes, town: &Town, truth: &mut Truth) {
        // A text frame of the JSON dialect starts with a brace, a hot one with its kind.
        let text = std::str::from_utf8(bytes).ok().filter(|text| text.starts_with('{') && self.subprotocol == Subprotocol::Json);
        let frame = match text {
            Some(text) => ServerFrame::decode_text(self.subprotocol, text),
            None => ServerFrame::decode_binary(self.subprotocol, bytes),
        };
        match frame {
            Ok(ServerFrame::Control(control)) => self.said(control, town, truth),
            Ok(ServerFrame::Hot(hot)) => self.hot(hot, town, truth),
            Err(error) => truth.broken(promise::SOUND, format!("{} got a frame that is none: {error}", self.name())),
        }
    }

    fn current(&self, channel: u32) -> bool {
        self.subscription.as_ref().is_some_and(|s| s.channel == channel)
    }

    fn said(&mut self, control: ServerControl, town: &Town, truth: &mut Truth) {
        match control {
            ServerControl::Welcome(welcome) => {
                self.session = Some(welcome.session_id);
                self.welcomed = true;
                if self.failed.is_none() {
                    self.join(0, town, truth);
                }
            }
            ServerControl::Subscribed(subscribed) if self.current(subscribed.channel) => self.subscribed(subscribed, truth),
            ServerControl::Subscribed(subscribed) if subscribed.channel >= PRYING => {
                truth.broken(promise::SECRET, format!("{} was let into a task of others", self.name()));
            }
            ServerControl::PresenceDiff(diff) if self.current(diff.channel) => self.view.people_changed(&diff),
            ServerControl::GhostsReset(reset) if self.current(reset.channel) => {
                self.view.reset(reset.epoch, truth);
                self.ghost_due |= self.drawing.is_some();
            }
            ServerControl::RightsChanged(rights) if self.current(rights.channel) => {
                self.read_only = rights.read_only.is_some();
                if self.read_only {
                    // A tool that may not draw puts its pencil down.
                    self.drawing = None;
                    self.view.drawn = false;
                }
                self.flush(truth);
            }
            ServerControl::Error(error) => self.error(error, town, truth),
            _ => {}
        }
    }

    fn subscribed(&mut self, message: Subscribed, truth: &mut Truth) {
        let Some(task) = message.task else { return };
        if let Some(subscription) = &mut self.subscription {
            subscription.joined = true;
        }
        if self.lineage.is_some_and(|mine| mine != task.lineage) {
            truth.broken(promise::CONVERGE, format!("{} was told of another lineage; nobody made the document anew", self.name()));
        }
        self.lineage = Some(task.lineage);
        self.read_only = task.read_only.is_some();
        self.view.joined(&task, truth);
        self.said_tool = false;
        self.pointed = None;
        self.ghost_due |= self.drawing.is_some();
        self.joining = Some(task);
        self.joined = false;
    }

    fn hot(&mut self, hot: ServerHot, _: &Town, truth: &mut Truth) {
        match hot {
            ServerHot::Sync { channel, bytes } if self.current(channel) => self.synced(&bytes, channel, truth),
            ServerHot::Update { channel, bytes } if self.current(channel) => self.take(&bytes, truth),
            ServerHot::Ack { channel, seq } if self.current(channel) => self.acked(seq, truth),
            ServerHot::Ghost { channel, epoch, bytes } if self.current(channel) => self.view.drew(epoch, &bytes, truth),
            ServerHot::Cursors { channel, cursors } if self.current(channel) => self.view.pointed(&cursors),
            _ => {}
        }
    }

    fn take(&mut self, bytes: &[u8], truth: &mut Truth) {
        if let Err(error) = apply(&self.doc, bytes) {
            truth.broken(promise::SOUND, format!("{} was sent an edit: {error}", self.name()));
        }
    }

    fn synced(&mut self, sync: &Bytes, channel: u32, truth: &mut Truth) {
        let Some(joining) = self.joining.take() else { return };
        self.take(sync, truth);
        let mine = self.doc.transact().state_vector();
        if let Some((client, clock)) = self.owed.iter().find(|(client, clock)| mine.get(client) < **clock) {
            let how = format!("{} joined and was not given elements up to {clock} of {client}, which were on disk", self.name());
            truth.broken(promise::DURABLE, how);
        }
        let unsure = self.outbox.pending() > 0 || self.restored;
        let theirs = StateVector::decode_v1(&joining.state_vector.0).unwrap_or_default();
        let difference = lacking(&self.doc, &theirs, sync).or_else(|| unsure.then(|| NOTHING.to_vec()));
        self.outbox.restart(difference, channel);
        self.restored = false;
        self.holding = false;
        self.joined = true;
        self.flush(truth);
    }

    fn acked(&mut self, seq: u64, truth: &mut Truth) {
        match self.outbox.ack(seq) {
            Ok(updates) => {
                for (seq, update) in updates {
                    truth.acknowledged(self.who, seq, &update);
                }
                self.rejoins = 0;
            }
            Err(why) => truth.broken(promise::ACKS, format!("{} got ack {seq}: {why}", self.name())),
        }
    }

    fn error(&mut self, error: ErrorMessage, town: &Town, truth: &mut Truth) {
        if error.channel.is_none_or(|channel| !self.current(channel)) {
            return;
        }
        *self.last_seen_errors.entry(error.code.clone()).or_default() += 1;
        truth.note(format!("{} hears {} {:?}", self.name(), error.code, error.seq));
        let joined = self.subscription.as_ref().is_some_and(|s| s.joined);
        if let Some(seq) = error.seq {
            self.refused(seq, &error, town, truth);
        } else if !joined {
            let attempt = self.subscription.take().map_or(0, |s| s.attempt);
            if error.retryable {
                self.join_later(attempt, truth);
            } else {
                self.failed = Some(error.code);
                self.part(truth);
            }
        } else if error.code == "access_ended" {
            self.subscription = None;
            self.failed = Some(error.code);
            self.part(truth);
        } else if !ABOUT_ONE_MESSAGE.contains(&error.code.as_str()) {
            let attempt = self.subscription.as_ref().map_or(0, |s| s.attempt);
            self.unsubscribe(truth);
            self.part(truth);
            self.join_later(attempt, truth);
        } else if error.code == "ghost_refused" {
            (self.ghost_whole, self.ghost_due) = (true, self.drawing.is_some());
        }
    }

    fn refused(&mut self, seq: u64, error: &ErrorMessage, town: &Town, truth: &mut Truth) {
        if !self.outbox.refused(seq) {
            return;
        }
        if error.retryable || ["unknown_channel", "not_subscribed"].contains(&error.code.as_str()) {
            if self.holding {
                return;
            }
            self.holding = true;
            self.rejoins += 1;
            if self.rejoins == 1 {
                self.resubscribe(town, truth);
            } else {
                self.rejoin_at = Some(truth.now + REJOIN * self.rejoins.min(10));
            }
        } else {
            // This copy can never again be what the server has: set aside.
            self.set_aside += 1;
            truth.note(format!("{} sets the copy aside: {}", self.name(), error.code));
            self.doc = truth.fresh_doc();
            self.outbox.forget();
            self.lineage = None;
            self.restored = false;
            self.resubscribe(town, truth);
        }
    }

    // --- what goes out ---

    fn flush(&mut self, truth: &mut Truth) {
        let (Some(channel), true, false, false) = (self.channel(), self.joined, self.holding, self.read_only) else { return };
        let Some((seq, bytes)) = self.outbox.take() else { return };
        self.flushed = truth.now;
        self.last_update = Some(bytes.clone());
        self.send(ClientHot::Update { channel, seq, bytes }.into(), truth);
    }

    fn channel(&self) -> Option<u32> {
        self.subscription.as_ref().filter(|s| s.joined).map(|s| s.channel)
    }

    /// Presence, pointer and ghost, if they changed.
    fn show(&mut self, truth: &mut Truth) {
        let (Some(channel), true) = (self.channel(), self.joined) else { return };
        if !self.said_tool && self.tool != PresenceState::default() {
            self.said_tool = true;
            let me = self.view.me;
            if let Some((_, state)) = self.view.peers.get_mut(&me) {
                state.clone_from(&self.tool);
            }
            let state = self.tool.clone();
            self.control(SetPresence { channel, state }, truth);
        }
        if self.pointed != self.pointing {
            self.pointed = self.pointing;
            let hot = match self.pointing {
                Some(x4) => ClientHot::Cursor { channel, x4, y4: self.who as i32 },
                None => ClientHot::CursorGone { channel },
            };
            self.send(hot.into(), truth);
        }
        if self.ghost_due && truth.now >= self.ghost_at + GHOST_PACE && !self.read_only {
            (self.ghost_due, self.ghost_at) = (false, truth.now);
            let ghost = self.drawing.map(|x| self.ghost(x));
            if let Some(bytes) = self.view.draw(ghost.as_deref(), std::mem::take(&mut self.ghost_whole)) {
                let epoch = self.view.epoch;
                self.send(ClientHot::Ghost { channel, epoch, bytes: bytes.into() }.into(), truth);
            }
        }
    }

    pub fn ghost(&self, x: i32) -> String {
        format!("{} draws {x} {}", self.name(), mark(self.task()))
    }

    // --- what the person does ---

    pub fn put(&mut self, key: &str, value: f64) {
        if !self.read_only && self.failed.is_none() {
            let update = put(&self.doc, self.task(), key, value);
            self.outbox.push(update);
        }
    }

    pub fn remove(&mut self, key: &str) {
        if !self.read_only
            && self.failed.is_none()
            && let Some(update) = remove(&self.doc, key)
        {
            self.outbox.push(update);
        }
    }

    pub fn draw(&mut self, x: Option<i32>) {
        self.drawing = x;
        self.ghost_due = true;
    }

    pub fn set_tool(&mut self, tool: u8) {
        self.tool = PresenceState { tool: Some(format!("tool {tool} {}", mark(self.task()))), ..PresenceState::default() };
        self.said_tool = false;
    }

    pub fn resend(&mut self, truth: &mut Truth) {
        if let Some(bytes) = self.last_update.clone()
            && self.joined
            && !self.holding
            && !self.read_only
        {
            self.outbox.push(bytes.to_vec());
            self.flush(truth);
        }
    }

    /// The page is loaded anew: same content, another author, and no memory of what was acknowledged since.
    pub fn reload(&mut self, truth: &mut Truth) {
        let kept = self.doc.transact().encode_state_as_update_v1(&StateVector::default());
        self.restored |= self.outbox.pending() > 0;
        self.doc = truth.fresh_doc();
        if let Err(error) = apply(&self.doc, &kept) {
            truth.broken(promise::SOUND, format!("{} cannot read its own copy: {error}", self.name()));
        }
        self.outbox.forget();
        self.session = None;
        (self.drawing, self.pointing, self.tool) = (None, None, PresenceState::default());
        self.failed = None;
        if self.line.break_off(truth.now) {
            self.lost(truth);
        }
    }

    /// Another device: nothing is kept there. What was not acknowledged stays behind.
    pub fn new_device(&mut self, truth: &mut Truth) {
        self.reload(truth);
        self.doc = truth.fresh_doc();
        self.lineage = None;
        self.restored = false;
    }

    /// Ask for and write to a task that is not theirs, and write to their own if they may not.
    pub fn pry(&mut self, task: usize, town: &Town, truth: &mut Truth) {
        if !self.welcomed {
            return;
        }
        let evil = put(&truth.fresh_doc(), self.task(), FORBIDDEN, 1.0);
        if task == self.task() || self.who == ALWAYS_READ_ONLY {
            if self.who == ALWAYS_READ_ONLY {
                let Some(channel) = self.channel() else { return };
                // Far from the numbers in use, so that nobody waits for it.
                self.send(ClientHot::Update { channel, seq: u64::from(PRYING), bytes: evil.into() }.into(), truth);
            }
            return;
        }
        let channel = PRYING + self.next_channel;
        self.next_channel += 1;
        let topic = Topic { kind: TopicKind::Task, id: town.keys[task].task.into() };
        self.control(Subscribe { channel, topic, lineage: None, state_vector: None }, truth);
        self.send(ClientHot::Update { channel, seq: 1, bytes: evil.into() }.into(), truth);
        let topic = Topic { kind: TopicKind::Project, id: town.keys[task].project.into() };
        self.control(Subscribe { channel: channel + PRYING, topic, lineage: None, state_vector: None }, truth);
    }

    /// The person comes back to a task they were shut out of.
    pub fn try_again(&mut self, town: &Town, truth: &mut Truth) {
        if self.failed.take().is_some() && self.welcomed {
            self.join(0, town, truth);
        }
    }

    /// Why this client is not at rest.
    pub fn unrest(&self) -> Option<String> {
        if let Some(code) = self.line.refused {
            return Some(format!("was closed with {code}"));
        }
        if let Some(code) = &self.failed {
            return Some(format!("was refused with {code}"));
        }
        if !self.joined {
            return Some("is not in the room".into());
        }
        (!self.read_only && self.outbox.pending() > 0).then(|| format!("waits for {} acknowledgements", self.outbox.pending()))
    }
}
