//! A document as a stock client's connection has it: who opened it, the seat in its room, and what waits for a busy room. Both
//! stock dialects are made of these; what differs between them is how they speak.

use std::{collections::VecDeque, future::Future, rc::Rc, time::Duration};

use actix::{Addr, Recipient};
use tandem_domain::{identity::Identity, permission::Action};
use tandem_protocol::{ProjectId, SessionId, TaskId};
use tokio::time::Instant;

use super::bequest;
use crate::{
    config::SessionConfig,
    desk,
    live::Live,
    ports::{DirectoryError, TaskRecord},
    project::{Gone, Here, ProjectActor, ProjectEvent},
    room::{Dialect, Newcomer, Refused, Seat, read_only},
    session::{Speaker, is_overfull},
    task::{ChangeRights, Entrance, Leave, LeftBehind, NotTaken, RoomInput},
};

pub struct Place {
    live: Live,
    session: SessionId,
    pub who: Box<Identity>,
    task: TaskId,
    /// Another one with every join, so that late news of a room that crashed find nobody. 0: never joined.
    subscription: u64,
    /// Was in before: what it may have missed is sent when it is in again.
    again: bool,
    room: Option<Entrance>,
    /// The room has let this one in; before that it would drop what it is sent.
    joined: bool,
    /// As the room said last.
    read_only: bool,
    project_id: Option<ProjectId>,
    project: Option<Addr<ProjectActor>>,
    backlog: VecDeque<RoomInput>,
    /// How often rights were asked for; an answer that was overtaken by a newer question is void.
    rights_asked: u64,
    /// They changed while the room was being joined with those of before.
    rights_stale: bool,
    resync: Resync,
}

/// When the client is asked again for edits that could not be taken. All of them come anew then, so not in quick succession.
struct Resync {
    wait: Duration,
    asked: Option<Instant>,
}

/// Waits between two such questions; the first again after a while without.
const RESYNC: Duration = Duration::from_millis(500);
const MAX_RESYNC: Duration = Duration::from_secs(16);
const CALM: Duration = Duration::from_secs(60);

/// The way into a room was found.
pub struct Entered {
    subscription: u64,
    project: ProjectId,
    room: Entrance,
}

impl Entered {
    /// Nobody wants in any more.
    pub fn leave(self, session: SessionId) {
        self.room.tell(Leave(Seat { session, subscription: self.subscription }));
    }
}

/// What is left after handing a room what waited for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backlog {
    /// Nothing, or what waits for being let in.
    Fine,
    /// The room was busy: try again soon.
    Busy,
    /// More than may wait.
    Overfull,
}

/// What became of somebody's rights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The room has been told; it answers with `Rights` if something changed.
    Told,
    /// Nothing is to be seen here any more.
    Ended,
    /// Nobody knows at the moment.
    Unknown,
    /// A newer question is under way.
    Overtaken,
}

impl Place {
    pub fn new(live: &Live, session: SessionId, who: Identity, task: TaskId) -> Self {
        Self {
            live: live.clone(),
            session,
            who: Box::new(who),
            task,
            subscription: 0,
            again: false,
            room: None,
            joined: false,
            read_only: false,
            project_id: None,
            project: None,
            backlog: VecDeque::new(),
            rights_asked: 0,
            rights_stale: false,
            resync: Resync { wait: RESYNC, asked: None },
        }
    }

    pub fn seat(&self) -> Seat {
        Seat { session: self.session, subscription: self.subscription }
    }

    pub fn is_joined(&self) -> bool {
        self.joined
    }

    pub fn is_read_only(&self) -> bool {
        self.read_only
    }

    pub fn set_read_only(&mut self, read_only: bool) {
        self.read_only = read_only;
    }

    pub fn is_of(&self, project: ProjectId) -> bool {
        self.project_id.is_none_or(|id| id == project)
    }

    // --- the way in ---

    /// Ask whether this person may, then enter the room. The room answers with an event.
    pub fn enter(&mut self, subscription: u64, speaker: Rc<dyn Speaker>) -> impl Future<Output = Result<Entered, Refused>> + use<> {
        if self.subscription != 0 {
            self.again = true;
            desk::release(self.seat());
        }
        self.subscription = subscription;
        (self.room, self.joined) = (None, false);
        let (seat, who, task, again, live) = (self.seat(), Identity::clone(&self.who), self.task, self.again, self.live.clone());
        desk::reserve(seat, speaker);
        let desk = desk::here();
        async move {
            let record = live.inner().directory.task(&who, task).await.map_err(|error| match error {
                DirectoryError::NotFound => Refused::not_found("document"),
                DirectoryError::NotAccepted => Refused::not_accepted(),
                DirectoryError::Unavailable => Refused::unavailable(),
            })?;
            let role = who.effective_role(record.membership).filter(|_| who.may(Action::DocumentRead, record.membership));
            let Some(role) = role else { return Err(Refused::not_found("document")) };
            let newcomer = Newcomer {
                seat,
                read_only: read_only(&who, record.membership, record.project_status),
                user: who.user,
                role,
                dialect: Dialect::Stock,
                again,
                desk,
                resume: None,
                lineage: None,
                state_vector: None,
                present: None,
            };
            let room = live.inner().enter(&record, newcomer).await?;
            Ok(Entered { subscription, project: record.key.project, room })
        }
    }

    /// Returns whether its rights must be asked for, because they changed meanwhile.
    pub fn entered(&mut self, entered: Entered) -> bool {
        if entered.subscription != self.subscription {
            // Joined anew meanwhile.
            entered.leave(self.session);
            return false;
        }
        self.room = Some(entered.room);
        self.project_id = Some(entered.project);
        std::mem::take(&mut self.rights_stale)
    }

    /// Let the project know who is on which of its tasks.
    pub fn be_here(&self, outlet: Recipient<ProjectEvent>) -> impl Future<Output = Option<(Seat, Addr<ProjectActor>)>> + use<> {
        let (live, workspace, seat) = (self.live.clone(), self.who.workspace_id, self.seat());
        let (user, task, project) = (self.who.user.clone(), self.task, self.project_id);
        async move {
            let actor = live.inner().project(workspace, project?).await?;
            actor.send(Here { seat, user, task, outlet }).await.ok().map(|()| (seat, actor))
        }
    }

    pub fn is_here(&mut self, seat: Seat, project: Addr<ProjectActor>) {
        if seat == self.seat() {
            self.project = Some(project);
        } else {
            project.recipient().do_send(Gone(seat));
        }
    }

    pub fn joined(&mut self, read_only: bool) {
        (self.joined, self.read_only) = (true, read_only);
    }

    /// The room crashed. What it was sent may be lost with it.
    pub fn lost(&mut self) {
        (self.room, self.joined) = (None, false);
        self.no_longer_here();
    }

    // --- what the client sends ---

    pub fn give(&mut self, what: RoomInput, config: &SessionConfig) -> Backlog {
        self.backlog.push_back(what);
        if is_overfull(&self.backlog, config) {
            // Who is told to come back sends it again; a room that is overloaded is not given it all at once instead.
            self.backlog.clear();
            return Backlog::Overfull;
        }
        self.hand_over()
    }

    /// Give the room what waits for it, in order, as much as it takes.
    pub fn hand_over(&mut self) -> Backlog {
        let seat = self.seat();
        let Some(room) = self.room.as_ref().filter(|_| self.joined) else { return Backlog::Fine };
        while let Some(what) = self.backlog.pop_front() {
            match room.give(seat, what) {
                Ok(()) => {}
                // `Lost` is under way.
                Err(NotTaken::Gone(what)) => {
                    self.backlog.push_front(what);
                    return Backlog::Fine;
                }
                Err(NotTaken::Busy(what)) => {
                    self.backlog.push_front(what);
                    return Backlog::Busy;
                }
            }
        }
        Backlog::Fine
    }

    /// The first edit that still waits here.
    pub fn first_waiting(&self) -> Option<u64> {
        self.backlog.iter().find_map(|what| match what {
            RoomInput::Update { seq, .. } => *seq,
            _ => None,
        })
    }

    /// An edit could not be taken for the moment: when to ask the client for what it has. None: that is planned already.
    pub fn plan_resync(&mut self) -> Option<Duration> {
        let now = Instant::now();
        let resync = &mut self.resync;
        match resync.asked {
            Some(at) if at > now => return None,
            Some(at) if now.duration_since(at) < CALM => resync.wait = (resync.wait * 2).min(MAX_RESYNC),
            _ => resync.wait = RESYNC,
        }
        resync.asked = now.checked_add(resync.wait);
        Some(resync.wait)
    }

    // --- rights ---

    pub fn ask_rights(&mut self) -> impl Future<Output = (u64, Result<TaskRecord, DirectoryError>)> + use<> {
        self.rights_asked += 1;
        let (asked, live, who, task) = (self.rights_asked, self.live.clone(), Identity::clone(&self.who), self.task);
        async move { (asked, live.inner().directory.task(&who, task).await) }
    }

    pub fn apply_rights(&mut self, asked: u64, record: Result<TaskRecord, DirectoryError>) -> Standing {
        if asked != self.rights_asked {
            return Standing::Overtaken;
        }
        let record = match record {
            Ok(record) => record,
            Err(DirectoryError::NotFound | DirectoryError::NotAccepted) => return Standing::Ended,
            Err(DirectoryError::Unavailable) => return Standing::Unknown,
        };
        let may = self.who.may(Action::DocumentRead, record.membership);
        let Some(role) = self.who.effective_role(record.membership).filter(|_| may) else { return Standing::Ended };
        let read_only = read_only(&self.who, record.membership, record.project_status);
        match &self.room {
            Some(room) => room.tell(ChangeRights { seat: self.seat(), role, read_only }),
            None => self.rights_stale = true,
        }
        Standing::Told
    }

    /// Whether the token was revoked.
    pub fn is_void(&self) -> bool {
        self.live.inner().authenticator.is_void(&self.who)
    }

    // --- the way out ---

    /// The client is done with it, or may not see it any more. What waits to be said about it is void.
    pub fn leave(self) {
        if self.subscription != 0 {
            desk::release(self.seat());
        }
    }

    fn no_longer_here(&mut self) {
        if let Some(project) = self.project.take() {
            project.recipient().do_send(Gone(self.seat()));
        }
    }
}

impl Drop for Place {
    /// However the session ends, the room learns of it, and gets what it has not had: a client that closed its tab has it no more.
    fn drop(&mut self) {
        let left = LeftBehind::of(self.seat(), std::mem::take(&mut self.backlog));
        match (self.room.take(), left) {
            (Some(room), left) => {
                if let Some(left) = left {
                    room.tell(left);
                }
                room.tell(Leave(self.seat()));
            }
            // The way there was not found yet, or it crashed.
            (None, Some(left)) => bequest::deliver(&self.live, Identity::clone(&self.who), self.task, left),
            (None, None) => {}
        }
        self.no_longer_here();
    }
}
