//! What came before the document could take it: while it is on its way, or here as bytes that are not built yet.
//!
//! An edit that was received is not lost because its author leaves before the document is here: they may have closed the tab, and no copy
//! of it may be left anywhere. So each is kept with whose it is and what they were allowed when it came.

use std::collections::VecDeque;

use actix::{Context, Handler};
use bytes::Bytes;

use super::{
    Phase, TaskActor,
    messages::{Input, LeftBehind, RoomInput},
};
use crate::{
    config::RoomConfig,
    room::{Author, Refused, Seat},
    watchdog::handling,
};

/// An edit as it arrived.
#[derive(Debug)]
pub(super) struct Arrived {
    pub seat: Seat,
    /// Nobody waits for an acknowledgement of one without a number.
    pub seq: Option<u64>,
    pub bytes: Bytes,
    pub by: Author,
    /// Its author is not here to be told to keep it.
    pub left: bool,
}

#[derive(Debug)]
enum Held {
    Edit(Arrived),
    Other(Input),
}

pub(super) struct Early {
    held: VecDeque<Held>,
    bytes: usize,
    max: usize,
    max_bytes: usize,
}

impl Early {
    pub fn new(config: &RoomConfig) -> Self {
        Self { held: VecDeque::new(), bytes: 0, max: config.max_early, max_bytes: config.max_early_bytes }
    }

    /// Nobody waits for it any more.
    pub fn clear(&mut self) {
        (self.held, self.bytes) = (VecDeque::new(), 0);
    }

    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// Refused: too much waits already.
    pub fn hold_edit(&mut self, edit: Arrived) -> Result<(), Refused> {
        self.reserve(edit.bytes.len())?;
        self.held.push_back(Held::Edit(edit));
        Ok(())
    }

    /// Keep what must wait; what need not is given back. Once somebody's edit waits, what they ask about the document waits behind it.
    /// `bytes`: what somebody who has nothing lacks is known.
    pub fn hold(&mut self, seat: Seat, by: Author, what: RoomInput, bytes: bool) -> Result<Option<RoomInput>, (Option<u64>, Refused)> {
        match what {
            RoomInput::Update { seq, bytes } => {
                self.hold_edit(Arrived { seat, seq, bytes, by, left: false }).map_err(|why| (seq, why))?;
                Ok(None)
            }
            what if self.must_wait(seat, &what, bytes) => {
                self.reserve(what.size()).map_err(|why| (None, why))?;
                self.held.push_back(Held::Other(Input { seat, what }));
                Ok(None)
            }
            what => Ok(Some(what)),
        }
    }

    fn must_wait(&self, seat: Seat, what: &RoomInput, bytes: bool) -> bool {
        match what {
            RoomInput::Update { .. } => true,
            // Of somebody who has nothing: the bytes are an answer.
            RoomInput::Step1(vector) => vector.as_ref() != [0] || !bytes,
            RoomInput::AskStep1 => self.held.iter().any(|held| held.seat() == seat),
            RoomInput::Ghost { .. } | RoomInput::Presence(_) | RoomInput::Awareness(_) | RoomInput::QueryAwareness => false,
        }
    }

    /// The next, in the order in which they came.
    fn take(&mut self) -> Option<Held> {
        let held = self.held.pop_front()?;
        self.bytes -= held.size();
        Some(held)
    }

    fn reserve(&mut self, bytes: usize) -> Result<(), Refused> {
        if self.held.len() >= self.max {
            return Err(Refused::too_much("too much waits for the document", "max_early"));
        } else if self.bytes + bytes > self.max_bytes {
            return Err(Refused::too_much("too much waits for the document", "max_early_bytes"));
        }
        self.bytes += bytes;
        Ok(())
    }
}

impl Held {
    fn seat(&self) -> Seat {
        match self {
            Self::Edit(edit) => edit.seat,
            Self::Other(input) => input.seat,
        }
    }

    fn size(&self) -> usize {
        match self {
            Self::Edit(edit) => edit.bytes.len(),
            Self::Other(input) => input.what.size(),
        }
    }
}

impl TaskActor {
    /// The document is here, until one of them takes it away.
    pub(super) fn take_early(&mut self, ctx: &mut Context<Self>) {
        while self.waking.is_none()
            && let Some(held) = self.early.take()
        {
            match held {
                Held::Edit(mut edit) => {
                    edit.left |= !matches!(&self.phase, Phase::Live(room) if room.has(edit.seat));
                    self.edit(edit, ctx);
                }
                Held::Other(input) => self.handle(input, ctx),
            }
        }
    }

    fn author(&self, seat: Seat) -> Option<Author> {
        match &self.phase {
            Phase::Loading(waiting) => waiting.iter().find(|newcomer| newcomer.seat == seat).map(|newcomer| newcomer.author()),
            Phase::Live(room) => room.author(seat).or_else(|| self.arrivals.author(seat)),
            Phase::Failed(_) | Phase::Retired => None,
        }
    }
}

impl Handler<LeftBehind> for TaskActor {
    type Result = bool;

    fn handle(&mut self, LeftBehind { seat, edits, by }: LeftBehind, ctx: &mut Self::Context) -> bool {
        let _handling = handling!("task", "LeftBehind");
        if matches!(self.phase, Phase::Retired) {
            return false;
        }
        // None: thrown out or turned away before, and told so.
        let Some(by) = by.or_else(|| self.author(seat)) else { return true };
        for bytes in edits {
            let edit = Arrived { seat, seq: None, bytes, by, left: true };
            if matches!(self.phase, Phase::Live(_)) && self.waking.is_none() {
                self.edit(edit, ctx);
            } else if let Err(why) = self.early.hold_edit(edit) {
                tracing::warn!(task = %self.key.task, session = %seat.session, why = why.message, "an edit of somebody who left is lost");
            }
        }
        self.build_now(ctx);
        self.sleep_if_idle(ctx);
        true
    }
}
