//! The Desk of a worker thread: it knows the thread's connections and which of them sit in which room.
//!
//! A room tells each thread once what happened, however many of its people are there; the Desk has it encoded once for all who hear the
//! same bytes and puts it in their outboxes. At the end of its turn it writes every outbox that got something. Eight times a second it
//! looks at an eighth of the connections, so that none needs timers of its own.
//!
//! In: [`Mail`] of rooms and of whoever looks at the house, and rooms that are to live on this thread (a channel); calls of the sessions of this
//! thread. Out: frames; `RoomEvent` and [`Alarm`] to
//! sessions; `Leave` to rooms. Starts: with the thread's first connection. Ends: with the thread.

mod lines;
mod mail;
mod pulse;
mod report;
mod seats;

use std::{
    cell::{Cell, RefCell},
    future::poll_fn,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, Waker},
};

use actix::Recipient;
use tandem_protocol::SessionId;
use tokio::{
    sync::{
        mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
        oneshot,
    },
    time::{Instant, Interval, MissedTickBehavior, interval},
};

pub use mail::{Fanout, Mail, RoomKey, UnderWay};
pub use pulse::{Alarm, PULSE};
pub use report::{DeskReport, LineReport};

use crate::{
    config::SessionConfig,
    room::{RoomEvent, Seat},
    session::{Outbox, Speaker},
    supervision::Thread,
    watchdog::handling,
};
use lines::Line;
use seats::Seats;

/// Mails of one turn: then the outboxes are written.
const TURN: usize = 512;

static NUMBERS: AtomicU64 = AtomicU64::new(1);

thread_local! {
    static HERE: RefCell<Option<Rc<Local>>> = const { RefCell::new(None) };
}

/// How rooms reach a thread. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Desk {
    number: u64,
    // Without bound, and yet bounded: a room sends no further fan-out before the last ones were read (`Room::is_congested`),
    // and all else answers something that a connection sent.
    mail: UnboundedSender<Letter>,
}

enum Letter {
    Mail(Mail),
    /// An actor is to live on this thread.
    Start(Box<dyn FnOnce() + Send>),
}

impl Desk {
    /// Which of the threads.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number
    }

    /// What the thread has; none: it is gone.
    pub async fn report(&self) -> Option<DeskReport> {
        let (tell, report) = oneshot::channel();
        self.post(Mail::Report(tell));
        report.await.ok()
    }

    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.mail.is_closed()
    }

    pub fn post(&self, mail: Mail) {
        // A thread that is gone has nobody who could miss it.
        let _ = self.mail.send(Letter::Mail(mail));
    }
}

/// The Desk as its own thread sees it.
struct Local {
    desk: Desk,
    seats: RefCell<Seats>,
    /// Outboxes to be written at the end of the turn.
    dirty: RefCell<Vec<Outbox>>,
    /// One is under way.
    in_turn: Cell<bool>,
    task: RefCell<Option<Waker>>,
}

fn local() -> Rc<Local> {
    HERE.with_borrow_mut(|here| match here {
        Some(local) if !local.desk.mail.is_closed() => Rc::clone(local),
        // The first connection, or the first after the thread's runtime was replaced (tests).
        _ => Rc::clone(here.insert(Local::start())),
    })
}

/// This thread's Desk, for rooms.
#[must_use]
pub fn here() -> Desk {
    local().desk.clone()
}

/// This thread, if it has connections: for what is to live where the people are who want it.
#[must_use]
pub fn nearby() -> Option<Arc<dyn Thread>> {
    let desk = HERE.with_borrow(|here| here.as_ref().map(|local| local.desk.clone()))?;
    (!desk.is_gone()).then(|| Arc::new(desk) as Arc<dyn Thread>)
}

impl Thread for Desk {
    fn run(&self, work: Box<dyn FnOnce() + Send>) {
        // A thread that is gone starts nothing.
        let _ = self.mail.send(Letter::Start(work));
    }
}

/// A connection, until this is dropped.
pub struct OpenLine(SessionId);

pub fn open(id: SessionId, outbox: Outbox, session: Recipient<RoomEvent>, alarm: Recipient<Alarm>, config: Arc<SessionConfig>) -> OpenLine {
    local().seats.borrow_mut().open(id, Line::new(outbox, session, alarm, config));
    OpenLine(id)
}

impl Drop for OpenLine {
    fn drop(&mut self) {
        // Not there any more: the thread ends.
        let local = HERE.try_with(|here| here.borrow().clone()).ok().flatten();
        if let Some(local) = local {
            local.seats.borrow_mut().close(self.0);
        }
    }
}

/// A session is about to ask a room to let it in: from now on the seat is spoken to by this speaker.
pub fn reserve(seat: Seat, speaker: Rc<dyn Speaker>) {
    local().seats.borrow_mut().reserve(seat, speaker);
}

/// A seat was left: nothing more of its room is told to it, not even what waits.
pub fn release(seat: Seat) {
    local().seats.borrow_mut().release(seat);
}

pub(crate) fn write_soon(outbox: Outbox) {
    let local = local();
    let is_first = {
        let mut dirty = local.dirty.borrow_mut();
        dirty.push(outbox);
        dirty.len() == 1
    };
    // A turn ends with writing; and for those before it was woken already.
    if is_first && !local.in_turn.get() {
        local.wake();
    }
}

impl Local {
    fn start() -> Rc<Self> {
        let (mail, letters) = unbounded_channel();
        let desk = Desk { number: NUMBERS.fetch_add(1, Ordering::Relaxed), mail };
        let local = Rc::new(Self {
            desk,
            seats: RefCell::default(),
            dirty: RefCell::default(),
            in_turn: Cell::default(),
            task: RefCell::default(),
        });
        let work = Work { local: Rc::clone(&local), letters, pulse: None };
        // Its turns are bounded; tokio's budget would end them in the middle of a fan-out.
        actix::spawn(tokio::task::unconstrained(work.run()));
        local
    }

    fn wake(&self) {
        if let Some(task) = &*self.task.borrow() {
            task.wake_by_ref();
        }
    }

    fn write_all(&self) {
        // Writing may put more in.
        let mut dirty = std::mem::take(&mut *self.dirty.borrow_mut());
        let now = Instant::now();
        for outbox in dirty.drain(..) {
            outbox.write(now);
        }
        let mut newer = self.dirty.borrow_mut();
        if newer.is_empty() {
            *newer = dirty;
        }
    }
}

struct Work {
    local: Rc<Local>,
    letters: UnboundedReceiver<Letter>,
    pulse: Option<Interval>,
}

impl Work {
    async fn run(mut self) {
        let mut pulse = interval(pulse::TICK);
        pulse.set_missed_tick_behavior(MissedTickBehavior::Delay);
        self.pulse = Some(pulse);
        poll_fn(|cx| self.turn(cx)).await;
    }

    fn turn(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let _handling = handling!("desk", "Turn");
        self.local.in_turn.set(true);
        if !self.local.task.borrow().as_ref().is_some_and(|task| task.will_wake(cx.waker())) {
            self.local.task.replace(Some(cx.waker().clone()));
        }
        let mut read = 0;
        while read < TURN
            && let Poll::Ready(Some(letter)) = self.letters.poll_recv(cx)
        {
            match letter {
                Letter::Mail(mail) => self.local.seats.borrow_mut().read(mail),
                Letter::Start(start) => start(),
            }
            read += 1;
        }
        if self.pulse.as_mut().is_some_and(|pulse| pulse.poll_tick(cx).is_ready()) {
            let _handling = handling!("desk", "Pulse");
            self.local.seats.borrow_mut().pulse();
            cx.waker().wake_by_ref();
        }
        self.local.write_all();
        self.local.in_turn.set(false);
        if read == TURN || !self.local.dirty.borrow().is_empty() {
            cx.waker().wake_by_ref();
        }
        Poll::Pending
    }
}
