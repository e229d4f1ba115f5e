//! What stock clients are told, and what they tell: awareness, and what each lacks of the other's document.

use tokio::time::Instant;
use yrs::StateVector;

use super::{AwarenessLimits, Dialect, Refused, Room, RoomNews, Seat, Speaker};
use crate::document::decode_state_vector;

impl Room {
    /// A stock client's awareness. Its pointer, if the state has one, is a cursor to our own members.
    pub fn aware(&mut self, seat: Seat, update: &[u8]) -> Option<Refused> {
        let member = self.members.get(&seat)?;
        let (peer, who) = (member.peer, Speaker { seat, user: member.user.id });
        let limits = AwarenessLimits { max_state: self.config.max_awareness, max_ids: self.config.max_awareness_ids };
        let heard = match self.awareness.apply(who, update, limits) {
            Ok(heard) => heard,
            Err(refused) => return Some(refused),
        };
        if heard.changed {
            member.touch();
        }
        if let (true, Some(abroad)) = (heard.pointer.is_some(), &mut self.abroad) {
            abroad.aware(peer);
        }
        if let Some(at) = heard.pointer {
            self.cursors.set(peer, at.and_then(quarters));
        }
        if let Some(overtaken) = heard.overtaken {
            self.send(seat, RoomNews::Awareness(overtaken));
            self.send(seat, RoomNews::AskAwareness);
        }
        None
    }

    /// For a stock client that asks who is here.
    pub fn tell_awareness(&mut self, seat: Seat) {
        for frame in self.awareness.all() {
            self.send(seat, RoomNews::Awareness(frame));
        }
    }

    /// Stock clients forget who is silent for 30 seconds: say again that our members are here.
    pub fn renew_bridges(&mut self) {
        if self.members.values().any(|m| m.dialect == Dialect::Stock) {
            self.awareness.renew_bridges();
        }
    }

    /// For a stock client: what its copy lacks, now or when it has not asked for so much lately.
    pub fn tell_diff(&mut self, seat: Seat, state_vector: &[u8], now: Instant) -> Option<Refused> {
        let have = match decode_state_vector(state_vector) {
            Ok(have) => have,
            Err(e) => return Some(Refused::new("bad_request", e.to_string()).field("state_vector", "malformed")),
        };
        let cost = self.kept.size();
        let member = self.members.get_mut(&seat)?;
        match member.answers.ask(have, cost, now) {
            Some(have) => self.answer(seat, &have),
            None => None,
        }
    }

    fn answer(&mut self, seat: Seat, have: &StateVector) -> Option<Refused> {
        let Some(bytes) = self.kept.lacking(have) else { return Some(Refused::unavailable()) };
        let state_vector = self.kept.state_vector().into();
        self.send(seat, RoomNews::Diff { state_vector, bytes });
        None
    }

    /// Answers that waited and are due.
    pub fn answer_late(&mut self, now: Instant) {
        let cost = self.kept.size();
        let due = self.members.iter_mut().filter_map(|(seat, member)| Some((*seat, member.answers.due(cost, now)?)));
        for (seat, have) in due.collect::<Vec<_>>() {
            if let Some(why) = self.answer(seat, &have) {
                self.send(seat, RoomNews::Refused { seq: None, why });
            }
        }
    }

    /// When the next answer that waits is due.
    #[must_use]
    pub fn next_answer(&self, now: Instant) -> Option<Instant> {
        self.members.values().filter_map(|member| member.answers.next(now)).min()
    }

    /// For a stock client whose edits could not all be taken: what the room lacks of them.
    pub fn tell_lack(&mut self, seat: Seat) {
        let state_vector = self.kept.state_vector().into();
        self.send(seat, RoomNews::Lacks(state_vector));
    }
}

/// A place in quarter pixels, if our members' cursors reach that far.
fn quarters((x, y): (f64, f64)) -> Option<(i32, i32)> {
    const MAX: f64 = i32::MAX as f64;
    let quarter = |n: f64| Some((n * 4.0).round()).filter(|n| n.abs() <= MAX).map(|n| n as i32);
    Some((quarter(x)?, quarter(y)?))
}
