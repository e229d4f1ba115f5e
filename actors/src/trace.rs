//! The way of a sampled edit: from its frame through the room and the Journal to the commit and the acknowledgement, as a span with a
//! span for each stage, and as times in a histogram.
//!
//! Kept beside the actors, not in their messages: an edit that is not sampled carries nothing and costs one look at a counter.

use std::{
    collections::HashMap,
    sync::{
        LazyLock, Mutex, PoisonError,
        atomic::{AtomicU32, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use tandem_protocol::TaskId;
use tracing::Span;

use crate::{journal::Ticket, room::Seat};

/// Edits followed at once. More are not sampled.
const MOST: usize = 256;
/// An edit that was refused, or whose connection ended, is never acknowledged.
const FORGOTTEN: Duration = Duration::from_secs(60);

/// One edit in so many is followed; 0: none.
static ONE_IN: AtomicU32 = AtomicU32::new(0);
static COUNT: AtomicU32 = AtomicU32::new(0);
static OPEN: AtomicUsize = AtomicUsize::new(0);
static EDITS: LazyLock<Mutex<Edits>> = LazyLock::new(Mutex::default);

#[derive(Default)]
struct Edits {
    by_origin: HashMap<(Seat, u64), Followed>,
    by_ticket: HashMap<(TaskId, Ticket), (Seat, u64)>,
}

struct Followed {
    edit: Span,
    stage: Option<(&'static str, Span, Instant)>,
    begun: Instant,
    ticket: Option<(TaskId, Ticket)>,
}

impl Followed {
    fn enter(&mut self, stage: &'static str, span: Span) {
        self.leave();
        self.stage = Some((stage, span, Instant::now()));
    }

    /// The stage's span ends when it is dropped.
    fn leave(&mut self) {
        if let Some((stage, _, since)) = self.stage.take() {
            metrics::histogram!("tandem_edit_stage_seconds", "stage" => stage).record(since.elapsed());
        }
    }
}

/// Follow one edit in `one_in`; 0: none.
pub fn sample(one_in: u32) {
    ONE_IN.store(one_in, Ordering::Relaxed);
}

/// A session got an edit's frame.
pub(crate) fn framed(seat: Seat, seq: u64, bytes: usize) {
    let one_in = ONE_IN.load(Ordering::Relaxed);
    if one_in == 0 || !COUNT.fetch_add(1, Ordering::Relaxed).is_multiple_of(one_in) {
        return;
    }
    change(|edits| {
        edits.forget_old();
        if edits.by_origin.len() >= MOST {
            return;
        }
        let edit = tracing::info_span!(target: "tandem::edit", parent: None, "edit", session = %seat.session, seq, bytes, task = tracing::field::Empty);
        let span = tracing::info_span!(target: "tandem::edit", parent: &edit, "frame");
        let begun = Instant::now();
        edits.by_origin.insert((seat, seq), Followed { edit, stage: Some(("frame", span, begun)), begun, ticket: None });
    });
}

/// The room begins with it.
pub(crate) fn in_room(seat: Seat, seq: Option<u64>) {
    follow(seat, seq, |followed| {
        let span = tracing::info_span!(target: "tandem::edit", parent: &followed.edit, "room");
        followed.enter("room", span);
    });
}

/// The room has it in the document; from here on the Journal knows it by its ticket.
pub(crate) fn taken(seat: Seat, seq: Option<u64>, task: TaskId, ticket: Ticket) {
    let Some(seq) = seq else { return };
    if OPEN.load(Ordering::Relaxed) == 0 {
        return;
    }
    change(|edits| {
        let Some(followed) = edits.by_origin.get_mut(&(seat, seq)) else { return };
        followed.edit.record("task", tracing::field::display(task));
        let span = tracing::info_span!(target: "tandem::edit", parent: &followed.edit, "journal");
        followed.enter("journal", span);
        followed.ticket = Some((task, ticket));
        edits.by_ticket.insert((task, ticket), (seat, seq));
    });
}

/// A commit with these edits begins.
pub(crate) fn committing(tickets: impl Iterator<Item = (TaskId, Ticket)>) {
    at_tickets(tickets, |followed| {
        let span = tracing::info_span!(target: "tandem::edit", parent: &followed.edit, "commit");
        followed.enter("commit", span);
    });
}

/// The commit is on disk.
pub(crate) fn committed(tickets: impl Iterator<Item = (TaskId, Ticket)>) {
    at_tickets(tickets, |followed| {
        let span = tracing::info_span!(target: "tandem::edit", parent: &followed.edit, "ack");
        followed.enter("ack", span);
    });
}

/// The room told its author so.
pub(crate) fn acknowledged(seat: Seat, seq: u64) {
    end(seat, Some(seq), |followed| {
        followed.leave();
        metrics::histogram!("tandem_edit_seconds").record(followed.begun.elapsed());
    });
}

/// It is in no document.
pub(crate) fn refused(seat: Seat, seq: Option<u64>) {
    end(seat, seq, |followed| {
        tracing::info!(target: "tandem::edit", parent: &followed.edit, "refused");
    });
}

fn end(seat: Seat, seq: Option<u64>, last: impl FnOnce(&mut Followed)) {
    let Some(seq) = seq else { return };
    if OPEN.load(Ordering::Relaxed) == 0 {
        return;
    }
    change(|edits| {
        let Some(mut followed) = edits.by_origin.remove(&(seat, seq)) else { return };
        if let Some(ticket) = followed.ticket {
            edits.by_ticket.remove(&ticket);
        }
        last(&mut followed);
    });
}

fn follow(seat: Seat, seq: Option<u64>, what: impl FnOnce(&mut Followed)) {
    let Some(seq) = seq else { return };
    if OPEN.load(Ordering::Relaxed) != 0 {
        change(|edits| edits.by_origin.get_mut(&(seat, seq)).map(what));
    }
}

fn at_tickets(tickets: impl Iterator<Item = (TaskId, Ticket)>, what: impl Fn(&mut Followed)) {
    if OPEN.load(Ordering::Relaxed) == 0 {
        return;
    }
    change(|edits| {
        for ticket in tickets {
            if let Some(followed) = edits.by_ticket.get(&ticket).and_then(|origin| edits.by_origin.get_mut(origin)) {
                what(followed);
            }
        }
    });
}

fn change<T>(what: impl FnOnce(&mut Edits) -> T) -> T {
    let mut edits = EDITS.lock().unwrap_or_else(PoisonError::into_inner);
    let changed = what(&mut edits);
    OPEN.store(edits.by_origin.len(), Ordering::Relaxed);
    changed
}

impl Edits {
    fn forget_old(&mut self) {
        if self.by_origin.len() < MOST / 2 {
            return;
        }
        self.by_origin.retain(|_, followed| followed.begun.elapsed() < FORGOTTEN);
        let known = &self.by_origin;
        self.by_ticket.retain(|_, origin| known.contains_key(origin));
    }
}
