//! Channels of tasks: the way into a room, what is sent there, and what comes back.

use std::rc::Rc;

use actix::{ActorFutureExt, AsyncContext, Handler, WrapFuture};
use tandem_domain::permission::{Action, permits};
use tandem_protocol::{
    ProjectId, ProjectRole,
    ws::{CloseCode, PresenceState},
};

use super::{AGAIN, Channel, Ctx, SessionActor, voice::Voice};
use crate::session::is_overfull;
use crate::{
    desk,
    mutant::mutant,
    ports::{DirectoryError, TaskRecord},
    project::{Gone, Here},
    room::{Dialect, Joined, Newcomer, Refused, RoomEvent, RoomNews, Seat, read_only},
    task::{Entrance, Leave, NotTaken, RoomInput},
    trace,
    watchdog::handling,
};

/// Bytes of a state vector that are not kept for the life of a channel.
const LONG_STATE_VECTOR: usize = 4 << 10;

impl SessionActor {
    /// Ask whether this person may, then enter the room. The room answers with an event.
    pub(super) fn join_task(&mut self, channel: u32, ctx: &mut Ctx) {
        let Some(who) = self.who.clone() else { return };
        let (session, resume, subprotocol, live) = (self.id, self.resume, self.subprotocol, self.live.clone());
        let Some(task) = self.task(channel) else { return };
        let subscription = task.subscription;
        let (id, lineage, state_vector) = (task.id, task.lineage, task.state_vector.clone());
        desk::reserve(Seat { session, subscription }, Rc::new(Voice { subprotocol, channel, task: id }));
        let desk = desk::here();
        let join = async move {
            let record = live.inner().directory.task(&who, id).await.map_err(|e| looked_up(&e, "task"))?;
            if !who.may(Action::DocumentRead, record.membership) && !mutant("let-anybody-in") {
                // Who is no member sees nothing of a project, not even that it exists.
                return Err(Refused::not_found("task"));
            }
            let made_up = mutant("let-anybody-in").then_some(ProjectRole::Labeler);
            let Some(role) = who.effective_role(record.membership).or(made_up) else { return Err(Refused::not_found("task")) };
            let newcomer = Newcomer {
                seat: Seat { session, subscription },
                read_only: read_only(&who, record.membership, record.project_status),
                user: who.user,
                role,
                dialect: Dialect::Tandem,
                again: false,
                desk,
                resume,
                lineage,
                state_vector,
                present: None,
            };
            let room = live.inner().enter(&record, newcomer).await?;
            Ok((record, room))
        };
        ctx.spawn(join.into_actor(self).map(move |entered, session, ctx| match entered {
            Ok((record, room)) => session.entered(channel, subscription, record, room, ctx),
            Err(why) => session.turned_away(channel, subscription, why),
        }));
    }

    pub(super) fn entered(&mut self, channel: u32, subscription: u64, record: TaskRecord, room: Entrance, ctx: &mut Ctx) {
        let seat = Seat { session: self.id, subscription };
        if !self.is_current(channel, subscription) {
            // Unsubscribed meanwhile.
            return room.tell(Leave(seat));
        }
        let key = record.key.clone();
        let Some(task) = self.task(channel) else { return };
        task.record = Some(record);
        task.room = Some(room);
        let (stale, pointer) = (std::mem::take(&mut task.rights_stale), task.pointer.take());
        self.drain(channel, ctx);
        if let Some(at) = pointer {
            self.point(channel, at);
        }
        self.be_here(channel, subscription, key.project, ctx);
        if stale {
            self.ask_rights(channel, ctx);
        }
    }

    /// Let the project know who is on which of its tasks.
    pub(super) fn be_here(&mut self, channel: u32, subscription: u64, project: ProjectId, ctx: &mut Ctx) {
        let Some(who) = &self.who else { return };
        let Some(Channel::Task(task)) = self.channels.get(&channel) else { return };
        let (live, workspace, user, task_id) = (self.live.clone(), who.workspace_id, who.user.clone(), task.id);
        let (seat, outlet) = (Seat { session: self.id, subscription }, ctx.address().recipient());
        let tell = async move {
            for _ in 0..3 {
                let actor = live.inner().project(workspace, project).await?;
                let here = Here { seat, user: user.clone(), task: task_id, outlet: outlet.clone() };
                if actor.send(here).await.is_ok() {
                    return Some(actor);
                }
            }
            None
        };
        ctx.spawn(tell.into_actor(self).map(move |actor, session, _| {
            match session.task(channel) {
                Some(task) if task.subscription == subscription => task.project = actor,
                // Left meanwhile.
                _ => {
                    if let Some(actor) = actor {
                        actor.recipient().do_send(Gone(seat));
                    }
                }
            }
        }));
    }

    /// Something for a room, if this person may.
    pub(super) fn input(&mut self, channel: u32, seq: Option<u64>, action: Action, input: RoomInput, ctx: &mut Ctx) {
        let Some(Channel::Task(task)) = self.channels.get_mut(&channel) else {
            return self.error(Some(channel), seq, unknown_channel());
        };
        if !task.joined {
            if task.record.is_some() {
                // The room is being joined anew; what was sent to the old one is sent again after the next `subscribed`.
                return;
            }
            return self.error(Some(channel), seq, not_subscribed());
        }
        // The role the room's welcome named: the answer that brings the record may come after it, and taking an unknown
        // membership for none would refuse good edits of a quick client.
        if !task.role.is_some_and(|role| permits(role, action)) {
            return self.error(Some(channel), seq, Refused::read_only("role"));
        }
        if let RoomInput::Update { seq: Some(seq), bytes } = &input {
            trace::framed(Seat { session: self.id, subscription: task.subscription }, *seq, bytes.len());
        }
        if let RoomInput::Presence(state) = &input {
            task.presence = Some(state.clone());
        }
        task.backlog.push_back(input);
        if is_overfull(&task.backlog, &self.config) {
            // Who is told to come back sends it again; a room that is overloaded is not given it all at once instead.
            task.backlog.clear();
            return self.close(CloseCode::TryLater, "too much waits for a busy room (max_backlog)", ctx);
        }
        self.drain(channel, ctx);
    }

    /// Pointers do not wait for anything: the room's intake gathers them, and only the newest place counts.
    pub(super) fn point(&mut self, channel: u32, at: Option<(i32, i32)>) {
        let session = self.id;
        match self.channels.get_mut(&channel) {
            Some(Channel::Task(task)) if task.joined => match &task.room {
                _ if !task.role.is_some_and(|role| permits(role, Action::PresenceShare)) => {
                    self.error(Some(channel), None, Refused::read_only("role"));
                }
                Some(room) => room.point(Seat { session, subscription: task.subscription }, at),
                None => task.pointer = Some(at),
            },
            // The room is being joined anew.
            Some(Channel::Task(task)) if task.record.is_some() => {}
            Some(Channel::Task(_)) => self.error(Some(channel), None, not_subscribed()),
            _ => self.error(Some(channel), None, unknown_channel()),
        }
    }

    /// Give the room what waits for it, in order, as much as it takes.
    pub(super) fn drain(&mut self, channel: u32, ctx: &mut Ctx) {
        let session = self.id;
        let Some(task) = self.task(channel) else { return };
        let seat = Seat { session, subscription: task.subscription };
        let Some(room) = &task.room else { return };
        while let Some(what) = task.backlog.pop_front() {
            match room.give(seat, what) {
                Ok(()) => {}
                // It crashed; `Lost` is under way, and the client sends again what was not acknowledged.
                Err(NotTaken::Gone(_)) => return,
                Err(NotTaken::Busy(what)) => {
                    task.backlog.push_front(what);
                    return self.plan_again(ctx);
                }
            }
        }
    }

    pub(super) fn plan_again(&mut self, ctx: &mut Ctx) {
        if !std::mem::replace(&mut self.again_planned, true) {
            ctx.run_later(AGAIN, |session, ctx| {
                session.again_planned = false;
                let channels: Vec<u32> = session.channels.keys().copied().collect();
                for channel in channels {
                    session.drain(channel, ctx);
                }
            });
        }
    }

    pub(super) fn set_presence(&mut self, channel: u32, state: PresenceState, ctx: &mut Ctx) {
        self.input(channel, None, Action::PresenceShare, RoomInput::Presence(state), ctx);
    }

    /// Under a new subscription, so that late news of the old one find nobody.
    pub(super) fn rejoin(&mut self, channel: u32, ctx: &mut Ctx) {
        self.last_subscription += 1;
        let (session, subscription) = (self.id, self.last_subscription);
        let Some(task) = self.task(channel) else { return };
        let old = std::mem::replace(&mut task.subscription, subscription);
        task.room = None;
        task.joined = false;
        task.backlog.clear();
        if let Some(project) = task.project.take() {
            project.recipient().do_send(Gone(Seat { session, subscription: old }));
        }
        desk::release(Seat { session, subscription: old });
        self.join_task(channel, ctx);
    }
}

fn unknown_channel() -> Refused {
    Refused::new("unknown_channel", "no task is subscribed on this channel").field("channel", "subscribed")
}

fn not_subscribed() -> Refused {
    Refused::new("not_subscribed", "wait for subscribed before sending on a channel").field("channel", "subscribed")
}

pub(super) fn looked_up(error: &DirectoryError, what: &str) -> Refused {
    match error {
        DirectoryError::NotFound => Refused::not_found(what),
        DirectoryError::NotAccepted => Refused::not_accepted(),
        DirectoryError::Unavailable => Refused::unavailable(),
    }
}

impl Handler<RoomEvent> for SessionActor {
    type Result = ();

    fn handle(&mut self, event: RoomEvent, ctx: &mut Ctx) {
        let _handling = handling!("session", "RoomEvent");
        let Some(channel) = self.channel_of(event.subscription) else { return };
        match event.news {
            RoomNews::Joined(joined) => self.joined(channel, &joined, ctx),
            RoomNews::Lost => self.rejoin(channel, ctx),
            RoomNews::Out { close, why } => self.thrown_out(channel, close, why, ctx),
            RoomNews::Rights { role, .. } => self.rights_changed(channel, role),
            RoomNews::Task { status, lease } => self.task_moved(channel, status, lease, ctx),
            // The Desk has told the client.
            RoomNews::Update(_)
            | RoomNews::Ack(_)
            | RoomNews::Ghost { .. }
            | RoomNews::GhostsReset(_)
            | RoomNews::Cursors(_)
            | RoomNews::Presence(_)
            | RoomNews::Durability(_)
            | RoomNews::Linked(_)
            | RoomNews::Refused { .. }
            | RoomNews::Awareness(_)
            | RoomNews::AskAwareness
            | RoomNews::Diff { .. }
            | RoomNews::Lacks(_) => {}
        }
    }
}

impl SessionActor {
    /// The client has its `subscribed` already, or is about to.
    pub(super) fn joined(&mut self, channel: u32, joined: &Joined, ctx: &mut Ctx) {
        let Some(task) = self.task(channel) else { return };
        task.joined = true;
        task.role = Some(joined.task.role);
        // It is asked for again only if the room crashes; then a long one is not worth its memory until then.
        task.state_vector = task.state_vector.take().filter(|vector| vector.len() <= LONG_STATE_VECTOR);
        if let Some(state) = task.presence.clone() {
            task.backlog.push_back(RoomInput::Presence(state));
        }
        self.drain(channel, ctx);
    }

    pub(super) fn thrown_out(&mut self, channel: u32, close: Option<CloseCode>, why: Refused, ctx: &mut Ctx) {
        // The room has forgotten this seat already.
        if let Some(Channel::Task(task)) = self.channels.get_mut(&channel) {
            task.room = None;
        }
        self.unsubscribe(channel);
        let message = why.message.clone();
        self.error(Some(channel), None, why);
        if let Some(code) = close {
            self.close(code, &message, ctx);
        }
    }
}
