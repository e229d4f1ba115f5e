//! What a room tells the Desks of the threads its people are on: one message a thread and flush, not one a person.

use std::sync::Arc;

use actix::Recipient;

use super::{RoomNews, Seat};
use crate::{
    desk::{Desk, Fanout, Mail, RoomKey, UnderWay},
    task::Leave,
};

/// Fan-outs a thread may be behind with. One is being read while the next comes; more would only wait there.
const BEHIND: usize = 2;

pub struct Outgoing {
    key: RoomKey,
    desks: Vec<(Desk, usize)>,
    news: Vec<(RoomNews, Option<Seat>)>,
    under_way: UnderWay,
    pub exit: Option<Recipient<Leave>>,
}

impl Default for Outgoing {
    fn default() -> Self {
        Self { key: RoomKey::next(), desks: Vec::new(), news: Vec::new(), under_way: UnderWay::default(), exit: None }
    }
}

impl Outgoing {
    pub fn sit(&mut self, desk: &Desk, seat: Seat) {
        desk.post(Mail::Sit { room: self.key, seat, exit: self.exit.clone() });
        match self.desks.iter_mut().find(|(of, _)| of.number() == desk.number()) {
            Some((_, people)) => *people += 1,
            None => self.desks.push((desk.clone(), 1)),
        }
    }

    pub fn rise(&mut self, desk: &Desk, seat: Seat) {
        desk.post(Mail::Rise(seat));
        if let Some((_, people)) = self.desks.iter_mut().find(|(of, _)| of.number() == desk.number()) {
            *people -= 1;
        }
        self.desks.retain(|(_, people)| *people > 0);
    }

    /// For everybody, or everybody but one; with the next `send`.
    pub fn add(&mut self, news: RoomNews, except: Option<Seat>) {
        self.news.push((news, except));
    }

    pub fn send(&mut self) {
        if self.news.is_empty() {
            return;
        }
        let fanout = Arc::new(Fanout::new(self.key, std::mem::take(&mut self.news), &self.under_way));
        for (desk, _) in &self.desks {
            desk.post(Mail::All(Arc::clone(&fanout)));
        }
    }

    #[must_use]
    pub fn is_congested(&self) -> bool {
        self.under_way.count() >= BEHIND
    }
}
