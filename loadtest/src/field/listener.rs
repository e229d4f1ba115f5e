//! Who hears of moves, and what became of each.

use std::{cell::RefCell, ops::Range, rc::Rc};

use super::{board::Board, worker::Counts};
use crate::{
    client::Client,
    dialect::{News, Protocol, Speech},
    net::Message,
};

pub struct Listener {
    pub protocol: Protocol,
    /// My own moves do not count.
    pub me: Option<u32>,
    /// The senders of my room.
    pub senders: Range<u32>,
    /// The newest number seen of each.
    pub seen: Vec<u32>,
    /// Whether each of them is on another node.
    pub foreign: Vec<bool>,
}

impl Listener {
    pub fn new(protocol: Protocol, me: Option<u32>, senders: Range<u32>) -> Self {
        let seen = vec![0; senders.len()];
        let foreign = vec![false; senders.len()];
        Self { protocol, me, senders, seen, foreign }
    }

    /// Sender `sender`'s move came.
    fn arrives(&mut self, sender: u32, came: u32, now: u64, board: &Board, counts: &mut Counts) {
        if self.me == Some(sender) || !self.senders.contains(&sender) {
            return;
        }
        let index = (sender - self.senders.start) as usize;
        let foreign = self.foreign.get(index).copied().unwrap_or_default();
        let Some(seen) = self.seen.get_mut(index) else { return };
        let number = self.protocol.unwrap_number(came, *seen);
        if number <= *seen {
            return;
        }
        counts.superseded += u64::from(board.counted(sender, *seen, number - 1));
        if board.counted(sender, number - 1, number) == 1 {
            counts.arrived += 1;
            let times = if foreign { &mut counts.abroad } else { &mut counts.times };
            times.saturating_record(now.saturating_sub(board.sent_at(sender, number)).max(1));
        }
        *seen = number;
    }
}

/// Listen until the connection ends.
pub async fn listen(mut client: Client, mut listener: Listener, board: &Board, counts: &RefCell<Counts>) -> anyhow::Result<()> {
    let speech: Rc<Speech> = Rc::clone(&client.speech);
    let line = Rc::clone(&client.line);
    let mut heard = line.received();
    loop {
        // Once a read: everything in it was here by now.
        let mut now = None;
        client
            .ear
            .hear(&mut |message| {
                let Message::Binary(payload) = message else { return Ok(()) };
                let counts = &mut *counts.borrow_mut();
                if board.is_open() {
                    counts.frames += 1;
                }
                match speech.read(payload)? {
                    News::Cursors(cursors) => {
                        let now = *now.get_or_insert_with(|| board.now());
                        let before = counts.arrived + counts.superseded;
                        cursors.each(|sender, number| listener.arrives(sender, number, now, board, counts))?;
                        board.serve(counts.arrived + counts.superseded - before);
                    }
                    News::Asked(_) => line.send(&speech.lacking(crate::client::NOTHING))?,
                    _ => {}
                }
                Ok(())
            })
            .await?;
        let total = line.received();
        if board.is_open() {
            counts.borrow_mut().bytes += total - heard;
        }
        heard = total;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_move_arrives_once_or_is_superseded() {
        let board = Board::new(2);
        let mut counts = Counts::new().unwrap();
        let mut listener = Listener::new(Protocol::Tandem, Some(1), 0..2);
        board.open();
        for number in 1..=4 {
            board.sends(0, number);
            board.sends(1, number);
        }
        for (sender, came) in [(0, 1), (0, 1), (0, 3), (1, 2), (7, 1), (0, 4)] {
            listener.arrives(sender, came, board.now(), &board, &mut counts);
        }
        assert_eq!((counts.arrived, counts.superseded), (3, 1));
        assert_eq!(counts.times.len(), 3);
    }
}
