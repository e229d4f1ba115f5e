//! What goes out over one connection: whole WebSocket frames, in the order things happen.
//!
//! Whoever has something to say puts it here: the session itself, or the Desk of its thread for a room. The Desk writes all
//! outboxes that got something at the end of its turn, straight to their sockets, so that much said in one turn costs one system call
//! and nobody is woken for it. A socket that takes no more is watched by the connection's own task; what is said meanwhile waits in
//! [`Held`], merged. Who lets too much wait, or takes nothing for too long, is cut: the room never hears of it.
//!
//! All of it lives on one worker thread.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    io::{self, IoSlice},
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, Waker},
    time::Duration,
};

use bytes::{Buf, Bytes};
use tandem_domain::identity::Identity;
use tandem_protocol::{SessionId, UserId, WorkspaceId, ws::CloseCode};
use tandem_store::quota::{Over, Ticket, Traffic};
use tokio::{io::AsyncWrite, time::Instant};

use super::{
    Guest, Speaker,
    frame::{Frames, close_frame},
    held::Held,
};
use crate::{
    config::SessionConfig,
    desk::{self, PULSE},
    measures,
    room::{RoomNews, Seat},
};

/// Frames written by one system call.
const SLICES: usize = 32;
/// Bytes written in one turn, so that a quick reader of a big document does not hold up the others of its thread.
const AT_ONCE: usize = 1 << 20;
/// A queue that was longer than this gives its memory back when it is empty.
const KEPT_QUEUE: usize = 16;

pub type Socket = Pin<Box<dyn AsyncWrite>>;

#[derive(Clone)]
pub struct Outbox(Rc<Inner>);

struct Inner {
    soft: usize,
    max: usize,
    max_documents: usize,
    /// When something was last heard and said.
    heard: Cell<Instant>,
    said: Cell<Instant>,
    /// The peer is somebody: bounds for strangers no longer apply.
    known: Cell<bool>,
    /// Who that is.
    who: Cell<Option<(UserId, WorkspaceId)>>,
    /// For the log; none: refused before there was a session.
    session: Cell<Option<SessionId>>,
    guest: RefCell<Option<Guest>>,
    /// Its share of the quotas of whoever it is.
    tickets: RefCell<Vec<Ticket>>,
    /// What came in since it was charged last.
    traffic: Cell<Traffic>,
    /// When the session wants to be called.
    deadline: Cell<Option<Instant>>,
    state: RefCell<State>,
}

/// Of frames that belong together, the part that ends them or another.
struct Piece {
    bytes: Bytes,
    last: bool,
}

struct State {
    socket: Socket,
    queue: VecDeque<Piece>,
    /// Of the frames at the front of the queue a part was written.
    begun: bool,
    bytes: usize,
    /// Of these, bytes of documents: one is sent whole, however big.
    exempt: usize,
    held: Option<Box<Held>>,
    /// When something was last taken, or came while nothing waited.
    moved: Instant,
    /// To be written at the end of the Desk's turn.
    dirty: bool,
    /// The socket took less than there was; the connection's task waits for it.
    blocked: bool,
    /// Nothing more will be put in.
    ended: bool,
    /// The connection is gone: nothing will be taken out.
    gone: bool,
    /// The connection's task.
    task: Option<Waker>,
}

impl Outbox {
    #[must_use]
    pub fn new(socket: Socket, config: &SessionConfig) -> Self {
        let now = Instant::now();
        Self(Rc::new(Inner {
            soft: config.soft_outbox,
            max: config.max_outbox,
            max_documents: config.max_documents,
            heard: Cell::new(now),
            said: Cell::new(now),
            known: Cell::new(false),
            who: Cell::default(),
            session: Cell::default(),
            guest: RefCell::new(None),
            tickets: RefCell::default(),
            traffic: Cell::default(),
            deadline: Cell::new(None),
            state: RefCell::new(State {
                socket,
                queue: VecDeque::new(),
                begun: false,
                bytes: 0,
                exempt: 0,
                held: None,
                moved: now,
                dirty: false,
                blocked: false,
                ended: false,
                gone: false,
                task: None,
            }),
        }))
    }

    #[must_use]
    pub(super) fn of(self, guest: Option<Guest>) -> Self {
        self.0.guest.replace(guest);
        self
    }

    // --- what is said ---

    /// Whole frames of the session itself.
    pub fn put(&self, frames: impl Into<Frames>) {
        self.say(None, &frames.into());
    }

    /// What a room says, and the frames that say it: they are sent if the socket keeps up; if not, the news are held and merged.
    pub fn tell(&self, seat: Seat, speaker: &Rc<dyn Speaker>, news: &RoomNews, frames: &Frames) {
        self.say(Some((seat, speaker, news)), frames);
    }

    fn say(&self, news: Option<(Seat, &Rc<dyn Speaker>, &RoomNews)>, frames: &Frames) {
        let mut state = self.0.state.borrow_mut();
        if state.ended || state.gone {
            return;
        }
        let is_document = matches!(news, Some((_, _, RoomNews::Joined(_) | RoomNews::Diff { .. })));
        let documents = state.documents();
        if is_document && documents > 0 && documents + frames.len() > self.0.max_documents {
            drop(state);
            return self.cut("max_documents", "more documents wait for this connection than may");
        }
        let now = Instant::now();
        if state.held.is_none() && state.bytes - state.exempt < self.0.soft {
            state.push(frames, is_document, now);
        } else if state.over_budget() > self.0.max {
            drop(state);
            return self.cut("max_outbox", "more waits for this connection than may");
        } else {
            let held = state.held.get_or_insert_default();
            match news {
                Some((seat, speaker, news)) => held.push_news(seat, speaker, news, frames),
                None => held.push_frames(frames.clone()),
            }
        }
        self.0.said.set(now);
        self.mark(&mut state);
    }

    fn mark(&self, state: &mut State) {
        // The connection's task sees to a blocked one.
        if !state.blocked && !std::mem::replace(&mut state.dirty, true) {
            desk::write_soon(self.clone());
        }
    }

    /// A seat that was left or joined anew: what waits for it is void.
    pub fn forget(&self, seat: Seat) {
        let mut state = self.0.state.borrow_mut();
        if let Some(held) = &mut state.held {
            held.forget(seat);
        }
    }

    /// The last frame: what was said before still goes out.
    pub fn close(&self, code: CloseCode, reason: &str) {
        let mut state = self.0.state.borrow_mut();
        if state.ended {
            return;
        }
        count_close(code);
        tracing::debug!(session = self.0.session.get().map(tracing::field::display), code = code.code(), reason, "closing");
        let now = Instant::now();
        while let Some((frames, is_document)) = state.held.as_mut().and_then(|held| held.pop()) {
            state.push(&frames, is_document, now);
        }
        state.held = None;
        state.push(&close_frame(code, reason), false, now);
        state.ended = true;
        self.mark(&mut state);
    }

    /// For a peer that does not read: throw away what waits, say why, and end. What is begun is a whole chunk of frames, so the
    /// peer, should it ever read again, finds the close frame behind what is in the kernel's buffers.
    pub fn cut(&self, limit: &'static str, what: &str) {
        let mut state = self.0.state.borrow_mut();
        if state.ended {
            return;
        }
        let reason = &format!("{what} ({limit})");
        measures::limit(limit);
        let session = self.0.session.get().map(tracing::field::display);
        tracing::info!(session, reason, waiting = state.bytes, "a slow reader is cut");
        count_close(CloseCode::TryLater);
        let begun = if state.begun { state.queue.iter().position(|piece| piece.last).map_or(0, |last| last + 1) } else { 0 };
        state.held = None;
        state.queue.truncate(begun);
        state.queue.shrink_to_fit();
        state.bytes = state.queue.iter().map(|piece| piece.bytes.len()).sum();
        state.exempt = 0;
        state.push(&close_frame(CloseCode::TryLater, reason), false, Instant::now());
        state.ended = true;
        state.wake();
        self.mark(&mut state);
    }

    // --- how it stands ---

    /// Bytes that wait for the socket.
    #[must_use]
    pub fn waiting(&self) -> usize {
        let state = self.0.state.borrow();
        state.bytes + state.held.as_ref().map_or(0, |held| held.bytes() + held.documents())
    }

    /// How long something has waited without anything being taken.
    #[must_use]
    pub fn stalled(&self) -> Duration {
        let state = self.0.state.borrow();
        if state.bytes > 0 { state.moved.elapsed() } else { Duration::ZERO }
    }

    /// Nothing more will be said.
    #[must_use]
    pub fn is_over(&self) -> bool {
        let state = self.0.state.borrow();
        state.ended || state.gone
    }

    #[must_use]
    pub fn heard(&self) -> Instant {
        self.0.heard.get()
    }

    pub(super) fn hear(&self) {
        self.0.heard.set(Instant::now());
    }

    #[must_use]
    pub fn said(&self) -> Instant {
        self.0.said.get()
    }

    /// The peer showed who it is.
    pub fn admit(&self) {
        self.0.known.set(true);
        if let Some(guest) = &mut *self.0.guest.borrow_mut() {
            guest.is_known_now();
        }
    }

    pub(super) fn is_session(&self, id: SessionId) {
        self.0.session.set(Some(id));
    }

    pub(super) fn is_of(&self, who: &Identity) {
        self.0.who.set(Some((who.user_id(), who.workspace_id)));
    }

    /// Whose connection it is; none: of a stranger.
    #[must_use]
    pub fn who(&self) -> Option<(UserId, WorkspaceId)> {
        self.0.who.get()
    }

    /// Tickets that are given back when the connection is gone.
    pub fn keep(&self, tickets: impl IntoIterator<Item = Ticket>) {
        self.0.tickets.borrow_mut().extend(tickets);
    }

    pub(super) fn came_in(&self, bytes: usize) {
        let Traffic { frames, bytes: before } = self.0.traffic.get();
        self.0.traffic.set(Traffic { frames: frames.saturating_add(1), bytes: before.saturating_add(bytes as u64) });
    }

    /// What came in within this time counts for whoever has the connection. Who sends more than all their connections may is told, and ended.
    pub fn charge(&self, time: Duration) {
        let sent = self.0.traffic.take();
        if sent == Traffic::default() {
            return;
        }
        let guest = self.0.guest.borrow();
        let of_address = guest.as_ref().and_then(Guest::ticket);
        // Each is charged, also where one before it has too much already.
        let over = self.0.tickets.borrow().iter().chain(of_address).fold(None, |over, ticket| ticket.charge(sent, time).err().or(over));
        if let Some(over) = over {
            self.dismiss(&over);
        }
    }

    fn dismiss(&self, over: &Over) {
        self.close(CloseCode::TryLater, &over.to_string());
        self.0.state.borrow_mut().wake();
    }

    #[must_use]
    pub fn is_known(&self) -> bool {
        self.0.known.get()
    }

    /// Call the session at this moment, a second late at most; only the last such wish counts.
    pub fn set_deadline(&self, at: Option<Instant>) {
        self.0.deadline.set(at);
    }

    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.0.deadline.get()
    }

    // --- to the socket ---

    /// At the end of the Desk's turn, which is now.
    pub(crate) fn write(&self, now: Instant) {
        let mut state = self.0.state.borrow_mut();
        state.dirty = false;
        if state.blocked || state.gone {
            return;
        }
        // A socket that takes no more wakes the connection's task. Not cloned: that is a miss of the cache for each frame that is sent.
        let task = state.task.take();
        let mut cx = Context::from_waker(task.as_ref().unwrap_or(Waker::noop()));
        let wrote = state.write(&mut cx, self.0.soft, now);
        state.task = task;
        if state.gone {
            state.wake();
        } else if wrote.is_pending() {
            // A task that has not run yet will look when it does.
            state.blocked = true;
        }
        if !state.blocked && state.bytes > 0 {
            self.mark(&mut state);
        }
    }

    /// In the connection's task: leave the waker, and write if the socket was busy. Ready: nothing waits for it.
    pub(super) fn poll_write(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut state = self.0.state.borrow_mut();
        if !state.task.as_ref().is_some_and(|task| task.will_wake(cx.waker())) {
            state.task = Some(cx.waker().clone());
        }
        if state.gone || (!state.blocked && state.bytes == 0) {
            return Poll::Ready(());
        }
        if state.blocked || state.ended {
            state.blocked = state.write(cx, self.0.soft, Instant::now()).is_pending();
            if !state.blocked && state.bytes > 0 && !state.gone {
                // Enough for one turn. Of an open connection the Desk goes on: here it is only looked at while it is blocked.
                if state.ended {
                    cx.waker().wake_by_ref();
                } else {
                    self.mark(&mut state);
                }
            }
        }
        if state.bytes == 0 || state.gone { Poll::Ready(()) } else { Poll::Pending }
    }

    /// After everything was written: tell the peer that nothing will follow.
    pub(super) fn poll_shutdown(&self, cx: &mut Context<'_>) -> Poll<()> {
        self.0.state.borrow_mut().socket.as_mut().poll_shutdown(cx).map(|_| ())
    }

    /// Everything that will ever be written is.
    pub(super) fn depart(&self) {
        self.charge(PULSE);
        self.0.guest.take();
        self.0.tickets.take();
    }

    /// The session is over, nobody will say anything any more.
    pub(super) fn end(&self) {
        self.0.state.borrow_mut().ended = true;
    }
}

impl State {
    fn push(&mut self, frames: &Frames, document: bool, now: Instant) {
        if frames.is_empty() {
            return;
        }
        if self.bytes == 0 {
            self.moved = now;
        }
        let length = frames.len();
        self.bytes += length;
        if document {
            self.exempt += length;
        }
        self.queue.extend(frames.pieces().map(|bytes| Piece { bytes: bytes.clone(), last: false }));
        if let Some(piece) = self.queue.back_mut() {
            piece.last = true;
        }
    }

    /// Bytes of documents under way.
    fn documents(&self) -> usize {
        self.exempt + self.held.as_ref().map_or(0, |held| held.documents())
    }

    fn over_budget(&self) -> usize {
        self.bytes - self.exempt + self.held.as_ref().map_or(0, |held| held.bytes())
    }

    /// Pending: the socket takes no more. Ready with something left: enough for one turn.
    fn write(&mut self, cx: &mut Context<'_>, soft: usize, now: Instant) -> Poll<()> {
        let mut written = 0;
        while written < AT_ONCE && !self.gone {
            self.release(soft, now);
            if self.queue.is_empty() {
                if self.queue.capacity() > KEPT_QUEUE {
                    self.queue = VecDeque::new();
                }
                break;
            }
            match self.write_some(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Ok(count @ 1..)) => {
                    self.took(count, now);
                    written += count;
                }
                Poll::Ready(_) => self.give_up(),
            }
        }
        Poll::Ready(())
    }

    fn write_some(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        if let [one] = self.queue.make_contiguous() {
            return self.socket.as_mut().poll_write(cx, &one.bytes);
        }
        let mut slices = [IoSlice::new(&[]); SLICES];
        let filled = self.queue.iter().zip(&mut slices).map(|(piece, slice)| *slice = IoSlice::new(&piece.bytes)).count();
        self.socket.as_mut().poll_write_vectored(cx, &slices[..filled])
    }

    fn took(&mut self, mut count: usize, now: Instant) {
        self.moved = now;
        self.bytes -= count;
        self.exempt = self.exempt.min(self.bytes);
        while let Some(front) = self.queue.front_mut() {
            if count < front.bytes.len() {
                self.begun = self.begun || count > 0;
                front.bytes.advance(count);
                return;
            }
            count -= front.bytes.len();
            self.begun = !front.last;
            self.queue.pop_front();
        }
    }

    /// What was held while the socket was busy, merged, as much as may wait for it at a time.
    fn release(&mut self, soft: usize, now: Instant) {
        while self.bytes - self.exempt < soft {
            let Some(held) = &mut self.held else { return };
            match held.pop() {
                Some((frames, is_document)) => self.push(&frames, is_document, now),
                None => self.held = None,
            }
        }
    }

    fn give_up(&mut self) {
        self.gone = true;
        self.queue = VecDeque::new();
        self.held = None;
        (self.bytes, self.exempt) = (0, 0);
    }

    fn wake(&mut self) {
        if let Some(task) = &self.task {
            task.wake_by_ref();
        }
    }
}

fn count_close(code: CloseCode) {
    metrics::counter!("tandem_closed_total", "code" => code.code().to_string()).increment(1);
}

#[cfg(test)]
mod tests;
