//! What a TaskActor is told, and what it does about it.

use std::{collections::VecDeque, sync::Arc};

use actix::{Actor, AsyncContext, Context, Handler, Message, ResponseFuture, StreamHandler};
use bytes::Bytes;
use futures_util::stream;
use tandem_protocol::{
    ProjectRole,
    rest::{LeaseView, TaskStatus},
    ws::PresenceState,
};
use tokio::{sync::oneshot, time::Instant};

use super::{Phase, RENEW_BRIDGES, TaskActor, TaskStats, Waiter, early::Arrived, intake::Intake};
use crate::{
    document::{ContentError, Seen, Work},
    journal::{JournalNews, JournalStatus},
    room::{Author, Newcomer, Refused, RoomNews, Seat},
    watchdog::handling,
};

/// Somebody wants in. The answer says only whether this actor takes them, and where it looks for what they show; the room's state comes
/// as an event.
#[derive(Message)]
#[rtype(result = "Result<Arc<Intake>, JoinError>")]
pub struct Join {
    pub newcomer: Newcomer,
    pub status: TaskStatus,
    pub lease: Option<LeaseView>,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JoinError {
    /// Ask the registry again.
    #[error("the room is going to sleep")]
    Retired,
    #[error("{}", .0.message)]
    Refused(Refused),
}

#[derive(Message)]
#[rtype(result = "()")]
pub struct Leave(pub Seat);

/// Edits of somebody who is about to leave, which their session had and the room has not.
///
/// Answered with whether they were taken: an actor that is on its way out takes none, and the next one is to be asked.
#[derive(Clone, Debug, Message)]
#[rtype(result = "bool")]
pub struct LeftBehind {
    pub seat: Seat,
    pub edits: Vec<Bytes>,
    /// Of somebody whom the room has not let in yet: whose they are, and what that person may. None: the room knows.
    pub by: Option<Author>,
}

impl LeftBehind {
    /// None: there are none.
    #[must_use]
    pub fn of(seat: Seat, backlog: VecDeque<RoomInput>) -> Option<Self> {
        let edit = |what| if let RoomInput::Update { bytes, .. } = what { Some(bytes) } else { None };
        let edits: Vec<Bytes> = backlog.into_iter().filter_map(edit).collect();
        (!edits.is_empty()).then_some(Self { seat, edits, by: None })
    }
}

/// A member's rights are these from now on.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "()")]
pub struct ChangeRights {
    pub seat: Seat,
    pub role: ProjectRole,
    pub read_only: Option<&'static str>,
}

#[derive(Clone, Debug, Message)]
#[rtype(result = "()")]
pub struct Input {
    pub seat: Seat,
    pub what: RoomInput,
}

/// Something waits in the room's intake.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct LookIn;

/// What a member does.
#[derive(Clone, Debug)]
pub enum RoomInput {
    /// An edit; without a number nobody waits for its acknowledgement.
    Update {
        seq: Option<u64>,
        bytes: Bytes,
    },
    Ghost {
        epoch: u32,
        bytes: Bytes,
    },
    Presence(PresenceState),
    /// A stock client's state vector: what does it lack?
    Step1(Bytes),
    /// Ask the stock client for what the room lacks.
    AskStep1,
    Awareness(Bytes),
    QueryAwareness,
}

impl RoomInput {
    /// Bytes it holds on to while it waits.
    #[must_use]
    pub fn size(&self) -> usize {
        match self {
            Self::Update { bytes, .. } | Self::Ghost { bytes, .. } | Self::Step1(bytes) | Self::Awareness(bytes) => bytes.len(),
            Self::Presence(_) | Self::AskStep1 | Self::QueryAwareness => 0,
        }
    }
}

#[derive(Clone, Message)]
#[rtype(result = "()")]
pub struct TaskNews {
    pub status: TaskStatus,
    pub lease: Option<LeaseView>,
}

/// What people made of the task, once the document has everything that was seen, on disk.
#[derive(Message)]
#[rtype(result = "Result<Work, WorkError>")]
pub struct GetWork {
    pub wanted: Seen,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WorkError {
    /// The edits of the submitter did not arrive, or not reach the disk, in time. Submit again.
    #[error("the server does not have all of your edits yet")]
    Behind,
    #[error("the document cannot be read at the moment")]
    Unavailable,
    /// The document's content is not what regions look like.
    #[error(transparent)]
    Malformed(#[from] ContentError),
}

#[derive(Message)]
#[rtype(result = "TaskStats")]
pub struct GetTaskStats;

/// Panic in the handler. Test builds only.
#[cfg(feature = "fault-injection")]
#[derive(Message)]
#[rtype(result = "()")]
pub struct Crash;

impl Actor for TaskActor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(self.deps.config.mailbox);
        ctx.add_stream(stream::unfold(self.deps.journal.watch(), |mut watch| async move {
            watch.changed().await.ok()?;
            let status = *watch.borrow_and_update();
            Some((status, watch))
        }));
        ctx.run_interval(RENEW_BRIDGES, |task, ctx| {
            if let Phase::Live(room) = &mut task.phase {
                room.renew_bridges();
                task.touched(ctx);
            }
        });
        self.listen(ctx);
        self.load(ctx);
    }

    fn stopped(&mut self, _: &mut Self::Context) {
        // Runs in a panic too. Whoever is in joins again, and meets the next one behind the same entry.
        if std::thread::panicking() {
            self.say_lost();
        }
    }
}

impl Handler<Join> for TaskActor {
    type Result = Result<Arc<Intake>, JoinError>;

    fn handle(&mut self, join: Join, ctx: &mut Self::Context) -> Self::Result {
        let _handling = handling!("task", "Join");
        self.status = join.status;
        self.lease.clone_from(&join.lease);
        match &mut self.phase {
            Phase::Loading(waiting) if waiting.len() < self.deps.config.max_members => {
                self.rest = None;
                waiting.push(join.newcomer);
                Ok(Arc::clone(&self.intake))
            }
            Phase::Loading(_) => Err(JoinError::Refused(Refused::too_much("too many wait for the document", "max_members"))),
            Phase::Failed(why) => Err(JoinError::Refused(why.clone())),
            Phase::Retired => Err(JoinError::Retired),
            Phase::Live(_) => {
                self.rest = None;
                let let_in = self.let_in(join.newcomer, ctx).map_err(JoinError::Refused);
                // Who was turned away leaves it as empty as it was.
                self.sleep_if_idle(ctx);
                let_in.map(|()| Arc::clone(&self.intake))
            }
        }
    }
}

impl Handler<Leave> for TaskActor {
    type Result = ();

    fn handle(&mut self, Leave(seat): Leave, ctx: &mut Self::Context) {
        let _handling = handling!("task", "Leave");
        match &mut self.phase {
            Phase::Loading(waiting) => waiting.retain(|newcomer| newcomer.seat != seat),
            Phase::Live(room) => {
                room.leave(seat);
                self.arrivals.take(seat);
                self.touched(ctx);
            }
            Phase::Failed(_) | Phase::Retired => {}
        }
        self.sleep_if_idle(ctx);
    }
}

impl Handler<ChangeRights> for TaskActor {
    type Result = ();

    fn handle(&mut self, ChangeRights { seat, role, read_only }: ChangeRights, ctx: &mut Self::Context) {
        let _handling = handling!("task", "ChangeRights");
        match &mut self.phase {
            Phase::Loading(waiting) => {
                let of_seat = waiting.iter_mut().filter(|newcomer| newcomer.seat == seat);
                of_seat.for_each(|newcomer| newcomer.change_rights(role, read_only));
            }
            Phase::Live(room) => {
                room.change_rights(seat, role, read_only);
                self.arrivals.change_rights(seat, role, read_only);
            }
            Phase::Failed(_) | Phase::Retired => {}
        }
        self.touched(ctx);
    }
}

impl Handler<Input> for TaskActor {
    type Result = ();

    fn handle(&mut self, Input { seat, what }: Input, ctx: &mut Self::Context) {
        let _handling = handling!("task", "Input");
        let Phase::Live(room) = &mut self.phase else { return };
        // None: was thrown out, and has been told.
        let Some(by) = room.author(seat) else { return };
        let what = match &self.waking {
            Some(_) => match self.early.hold(seat, by, what, room.kept().can_be_sent()) {
                Ok(None) => return self.build_now(ctx),
                Ok(Some(what)) => what,
                Err((seq, why)) => return room.send(seat, RoomNews::Refused { seq, why }),
            },
            None => what,
        };
        if let RoomInput::Update { seq, bytes } = &what
            && self.is_too_large(bytes)
        {
            let why = Refused::new("update_refused", "an edit of this size takes longer than the disk may (commit_timeout)");
            return self.refuse(seat, *seq, why.field("update", "commit_timeout"));
        }
        let Phase::Live(room) = &mut self.phase else { return };
        let refused = match what {
            RoomInput::Update { seq, bytes } => return self.edit(Arrived { seat, seq, bytes, by, left: false }, ctx),
            RoomInput::Ghost { epoch, bytes } => room.draw(seat, epoch, &bytes),
            RoomInput::Presence(state) => room.show(seat, state),
            RoomInput::Step1(vector) => {
                let refused = room.tell_diff(seat, &vector, Instant::now());
                self.plan_answers(ctx);
                return self.told(seat, refused, ctx);
            }
            RoomInput::AskStep1 => {
                room.tell_lack(seat);
                None
            }
            RoomInput::Awareness(bytes) => room.aware(seat, &bytes),
            RoomInput::QueryAwareness => {
                room.tell_awareness(seat);
                None
            }
        };
        self.told(seat, refused, ctx);
    }
}

impl TaskActor {
    /// What somebody did is done, or refused.
    fn told(&mut self, seat: Seat, refused: Option<Refused>, ctx: &mut Context<Self>) {
        if let (Some(why), Phase::Live(room)) = (refused, &mut self.phase) {
            room.send(seat, RoomNews::Refused { seq: None, why });
        }
        self.touched(ctx);
    }

    /// Somebody asks more often what they lack than it can be told.
    pub(super) fn plan_answers(&mut self, ctx: &mut Context<Self>) {
        let now = Instant::now();
        let Phase::Live(room) = &self.phase else { return };
        // Without the document there is no answer: `go_on` comes here again.
        let Some(at) = room.next_answer(now).filter(|_| !self.answering && self.waking.is_none()) else { return };
        self.answering = true;
        ctx.run_later(at - now, |task, ctx| {
            task.answering = false;
            if let (Phase::Live(room), None) = (&mut task.phase, &task.waking) {
                room.answer_late(Instant::now());
            }
            task.plan_answers(ctx);
        });
    }
}

impl Handler<LookIn> for TaskActor {
    type Result = ();

    fn handle(&mut self, _: LookIn, ctx: &mut Self::Context) {
        let _handling = handling!("task", "LookIn");
        self.look_in();
        self.touched(ctx);
        self.mind_the_intake(ctx);
    }
}

impl Handler<TaskNews> for TaskActor {
    type Result = ();

    fn handle(&mut self, news: TaskNews, _: &mut Self::Context) {
        let _handling = handling!("task", "TaskNews");
        self.status = news.status;
        self.lease.clone_from(&news.lease);
        if let Phase::Live(room) = &mut self.phase {
            room.task_changed(news.status, news.lease);
        }
    }
}

impl Handler<GetWork> for TaskActor {
    type Result = ResponseFuture<Result<Work, WorkError>>;

    fn handle(&mut self, GetWork { wanted }: GetWork, ctx: &mut Self::Context) -> Self::Result {
        let _handling = handling!("task", "GetWork");
        let (reply, answer) = oneshot::channel();
        if matches!(self.phase, Phase::Failed(_) | Phase::Retired) {
            return Box::pin(async { Err(WorkError::Unavailable) });
        }
        self.next_waiter += 1;
        let id = self.next_waiter;
        self.waiters.push(Waiter { id, wanted, reply, since: None });
        self.check_waiters();
        self.build_now(ctx);
        ctx.run_later(self.deps.regions_wait, move |task, ctx| task.give_up_waiting(id, ctx));
        Box::pin(async move { answer.await.unwrap_or(Err(WorkError::Unavailable)) })
    }
}

impl Handler<GetTaskStats> for TaskActor {
    type Result = actix::MessageResult<GetTaskStats>;

    fn handle(&mut self, _: GetTaskStats, _: &mut Self::Context) -> Self::Result {
        let _handling = handling!("task", "GetTaskStats");
        let room = match &self.phase {
            Phase::Live(room) => Some(room),
            Phase::Loading(_) | Phase::Failed(_) | Phase::Retired => None,
        };
        actix::MessageResult(TaskStats {
            live: room.is_some(),
            members: room.map_or(0, |r| r.len()),
            edits: self.edits,
            refused: room.map_or(0, |r| r.refused),
            not_on_disk: !self.inflight.is_empty(),
            drawers: room.map(|r| r.drawers()).unwrap_or_default(),
            document_bytes: room.map_or(0, |r| r.kept().size()),
            lineage: room.map(|r| r.lineage()),
        })
    }
}

#[cfg(feature = "fault-injection")]
impl Handler<Crash> for TaskActor {
    type Result = ();

    fn handle(&mut self, _: Crash, _: &mut Self::Context) {
        panic!("injected into the room of task {}", self.key.task);
    }
}

impl Handler<JournalNews> for TaskActor {
    type Result = ();

    fn handle(&mut self, news: JournalNews, ctx: &mut Self::Context) {
        let _handling = handling!("task", "JournalNews");
        match news {
            JournalNews::Durable { upto } => self.durable(upto, ctx),
            JournalNews::Refused { why, .. } => self.document_gone(&why, ctx),
        }
    }
}

impl StreamHandler<JournalStatus> for TaskActor {
    fn handle(&mut self, status: JournalStatus, ctx: &mut Self::Context) {
        let _handling = handling!("task", "JournalStatus");
        if status.generation != self.journal.generation && !crate::mutant::mutant("trust-a-dead-journal") {
            self.inflight.give_all_again();
        }
        self.journal = status;
        self.give(ctx);
        if let Phase::Live(room) = &mut self.phase {
            room.durability_changed(status.durable);
        }
    }

    /// The Journal ends with the house; until then this actor goes on.
    fn finished(&mut self, _: &mut Self::Context) {}
}
