//! Moves at a steady pace: one timer a thread, not one a sender.

use std::{
    cell::RefCell,
    rc::Rc,
    time::{Duration, Instant},
};

use super::{board::Board, worker::Counts};
use crate::{
    dialect::{Protocol, Speech, heartbeat},
    net::Line,
    report::record,
};

/// Behind by more: what was missed is not made up for.
const TOO_LATE: Duration = Duration::from_millis(500);
const HEARTBEAT: Duration = Duration::from_secs(8);
/// Moves made before others on this thread get a turn.
const AT_ONCE: usize = 32;

pub struct Mover {
    pub sender: u32,
    pub line: Rc<Line>,
    pub speech: Rc<Speech>,
    pub number: u32,
}

/// Move everybody of this thread, one after the other, until the thread ends.
pub async fn pace(mut movers: Vec<Mover>, board: &Board, counts: Rc<RefCell<Counts>>) {
    let (mut rate, mut base, mut made) = (0.0, Instant::now(), 0u64);
    let mut scratch = Vec::new();
    loop {
        let wanted = board.rate() * movers.len() as f64;
        if wanted == 0.0 {
            rate = 0.0;
            tokio::time::sleep(Duration::from_millis(5)).await;
            continue;
        }
        if wanted != rate {
            (rate, base, made) = (wanted, Instant::now(), 0);
        }
        let mut at_once = 0;
        loop {
            let due = base + Duration::from_secs_f64(made as f64 / rate);
            let late = Instant::now().saturating_duration_since(due);
            if late.is_zero() {
                tokio::time::sleep_until(due.into()).await;
                break;
            }
            if late > TOO_LATE {
                (base, made) = (Instant::now(), made % movers.len() as u64);
                base -= Duration::from_secs_f64(made as f64 / rate);
            }
            let index = (made % movers.len() as u64) as usize;
            made += 1;
            step(&mut movers[index], &mut scratch, late, board, &counts);
            at_once += 1;
            if at_once == AT_ONCE {
                tokio::task::yield_now().await;
                break;
            }
        }
    }
}

fn step(mover: &mut Mover, scratch: &mut Vec<u8>, late: Duration, board: &Board, counts: &RefCell<Counts>) {
    let counts = &mut *counts.borrow_mut();
    if mover.line.is_blocked() {
        counts.blocked += u64::from(board.is_open());
        return;
    }
    mover.number += 1;
    scratch.clear();
    mover.speech.cursor(scratch, mover.sender, mover.number);
    if board.is_open() {
        record(&mut counts.lag, late);
    }
    board.sends(mover.sender, mover.number);
    // Its reader notices that the connection is gone.
    let _ = mover.line.send(scratch);
}

/// Those who say nothing would be taken for dead.
pub async fn keep_alive(protocol: Protocol, lines: &RefCell<Vec<Rc<Line>>>) {
    let Some(beat) = heartbeat(protocol) else { return };
    loop {
        let count = lines.borrow().len();
        for index in 0..count.max(1) {
            tokio::time::sleep(HEARTBEAT / u32::try_from(count.max(1)).unwrap_or(u32::MAX)).await;
            let line = lines.borrow().get(index).cloned();
            if let Some(line) = line
                && !line.is_blocked()
            {
                let _ = line.send(&beat);
            }
        }
    }
}
