//! Who sits where, and how they are told what happens there.

use std::{collections::HashMap, rc::Rc, sync::Arc};

use actix::Recipient;
use bytes::Bytes;
use tandem_protocol::SessionId;

use super::{Alarm, Fanout, Mail, RoomKey};
use crate::{
    config::SessionConfig,
    room::{RoomEvent, RoomNews, Seat},
    session::{Framer, Outbox, Share, Speaker},
    task::Leave,
};

/// A connection.
pub struct Line {
    pub outbox: Outbox,
    pub session: Recipient<RoomEvent>,
    pub alarm: Recipient<Alarm>,
    pub config: Arc<SessionConfig>,
    seats: Vec<u64>,
}

impl Line {
    #[must_use]
    pub fn new(outbox: Outbox, session: Recipient<RoomEvent>, alarm: Recipient<Alarm>, config: Arc<SessionConfig>) -> Self {
        Self { outbox, session, alarm, config, seats: Vec::new() }
    }
}

#[derive(Default)]
pub struct Seats {
    pub(super) lines: HashMap<SessionId, Line>,
    seats: HashMap<Seat, Taken>,
    rooms: HashMap<RoomKey, Vec<Group>>,
}

/// A seat somebody of this thread asked for, or has.
struct Taken {
    speaker: Rc<dyn Speaker>,
    outbox: Outbox,
    room: Option<(RoomKey, Option<Recipient<Leave>>)>,
}

/// Those in a room who hear the same bytes.
struct Group {
    share: Share,
    speaker: Rc<dyn Speaker>,
    seats: Vec<(Seat, Outbox)>,
}

impl Seats {
    pub fn open(&mut self, id: SessionId, line: Line) {
        self.lines.insert(id, line);
    }

    /// A connection that ended, also one that crashed: its rooms learn of it here, unless they know.
    pub fn close(&mut self, id: SessionId) {
        let Some(line) = self.lines.remove(&id) else { return };
        for subscription in line.seats {
            let seat = Seat { session: id, subscription };
            if let Some((_, Some(exit))) = self.give_up(seat).and_then(|taken| taken.room) {
                exit.do_send(Leave(seat));
            }
        }
    }

    pub fn reserve(&mut self, seat: Seat, speaker: Rc<dyn Speaker>) {
        let Some(line) = self.lines.get_mut(&seat.session) else { return };
        line.seats.push(seat.subscription);
        self.seats.insert(seat, Taken { speaker, outbox: line.outbox.clone(), room: None });
    }

    pub fn release(&mut self, seat: Seat) {
        if let Some(taken) = self.give_up(seat) {
            taken.outbox.forget(seat);
        }
        if let Some(line) = self.lines.get_mut(&seat.session) {
            line.seats.retain(|of| *of != seat.subscription);
        }
    }

    fn give_up(&mut self, seat: Seat) -> Option<Taken> {
        let taken = self.seats.remove(&seat)?;
        if let Some((room, _)) = &taken.room
            && let Some(groups) = self.rooms.get_mut(room)
        {
            for group in &mut *groups {
                group.seats.retain(|(of, _)| *of != seat);
            }
            groups.retain(|group| !group.seats.is_empty());
            if groups.is_empty() {
                self.rooms.remove(room);
            }
        }
        Some(taken)
    }

    pub fn read(&mut self, mail: Mail) {
        match mail {
            Mail::Sit { room, seat, exit } => self.sit(room, seat, exit),
            Mail::Rise(seat) => drop(self.give_up(seat)),
            Mail::To(seat, news) => self.tell(seat, &news),
            Mail::All(fanout) => self.tell_all(&fanout),
        }
    }

    fn sit(&mut self, room: RoomKey, seat: Seat, exit: Option<Recipient<Leave>>) {
        let Some(taken) = self.seats.get_mut(&seat) else {
            // It left while it was being let in.
            if let Some(exit) = exit {
                exit.do_send(Leave(seat));
            }
            return;
        };
        taken.room = Some((room, exit));
        let (groups, share) = (self.rooms.entry(room).or_default(), taken.speaker.share());
        let member = (seat, taken.outbox.clone());
        match groups.iter_mut().find(|group| group.share == share) {
            Some(group) => group.seats.push(member),
            None => groups.push(Group { share, speaker: Rc::clone(&taken.speaker), seats: vec![member] }),
        }
    }

    fn tell(&mut self, seat: Seat, news: &RoomNews) {
        let Some(taken) = self.seats.get(&seat) else { return };
        let frames = spoken(&*taken.speaker, news);
        if !frames.is_empty() {
            taken.outbox.tell(seat, &taken.speaker, news, &frames);
        }
        if taken.speaker.concerns_session(news) {
            self.tell_session(seat, news);
        }
    }

    fn tell_session(&self, seat: Seat, news: &RoomNews) {
        if let Some(line) = self.lines.get(&seat.session) {
            // Must not be lost, and there are few of them.
            line.session.do_send(RoomEvent { subscription: seat.subscription, news: news.clone() });
        }
    }

    fn tell_all(&mut self, fanout: &Fanout) {
        let Some(groups) = self.rooms.get(&fanout.room) else { return };
        for (news, except) in &fanout.news {
            for group in groups {
                self.tell_group(group, news, *except);
            }
        }
    }

    fn tell_group(&self, group: &Group, news: &RoomNews, except: Option<Seat>) {
        let to = group.seats.iter().filter(|(seat, _)| Some(*seat) != except);
        let frames = spoken(&*group.speaker, news);
        if !frames.is_empty() {
            to.clone().for_each(|(seat, outbox)| outbox.tell(*seat, &group.speaker, news, &frames));
        }
        if group.speaker.concerns_session(news) {
            to.for_each(|(seat, _)| self.tell_session(*seat, news));
        }
    }
}

fn spoken(speaker: &dyn Speaker, news: &RoomNews) -> Bytes {
    let mut framer = Framer::default();
    speaker.speak(news, &mut framer);
    framer.finish()
}
