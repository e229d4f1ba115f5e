//! Who sits where, and how they are told what happens there.

use std::{cell::Cell, collections::HashMap, rc::Rc};

use actix::Recipient;
use tandem_protocol::SessionId;

use super::{
    Fanout, Mail, RoomKey,
    lines::{Line, Lines},
};
use crate::{
    room::{RoomEvent, RoomNews, Seat},
    session::{Framer, Frames, Outbox, Share, Speaker},
    task::Leave,
};

#[derive(Default)]
pub struct Seats {
    pub(super) lines: Lines,
    seats: HashMap<Seat, Taken>,
    rooms: HashMap<RoomKey, Vec<Group>>,
}

/// A seat somebody of this thread asked for, or has.
struct Taken {
    speaker: Rc<dyn Speaker>,
    outbox: Outbox,
    room: Option<(RoomKey, Option<Recipient<Leave>>)>,
    waits: Rc<Cell<bool>>,
}

/// Those in a room who hear the same bytes.
struct Group {
    share: Share,
    speaker: Rc<dyn Speaker>,
    seats: Vec<Member>,
}

struct Member {
    seat: Seat,
    outbox: Outbox,
    /// For the document: edits would build on what it has not been sent yet, and are part of what it will be sent.
    waits: Rc<Cell<bool>>,
}

impl Seats {
    pub fn open(&mut self, id: SessionId, line: Line) {
        self.lines.insert(id, line);
    }

    /// A connection that ended, also one that crashed: its rooms learn of it here, unless they know.
    pub fn close(&mut self, id: SessionId) {
        let Some(line) = self.lines.remove(id) else { return };
        for subscription in line.seats {
            let seat = Seat { session: id, subscription };
            if let Some((_, Some(exit))) = self.give_up(seat).and_then(|taken| taken.room) {
                exit.do_send(Leave(seat));
            }
        }
    }

    pub fn reserve(&mut self, seat: Seat, speaker: Rc<dyn Speaker>) {
        let Some(line) = self.lines.get_mut(seat.session) else { return };
        line.seats.push(seat.subscription);
        // A stock client is sent the document when it asks.
        let waits = Rc::new(Cell::new(!matches!(speaker.share(), Share::Tandem(..))));
        self.seats.insert(seat, Taken { speaker, outbox: line.outbox.clone(), room: None, waits });
    }

    pub fn release(&mut self, seat: Seat) {
        if let Some(taken) = self.give_up(seat) {
            taken.outbox.forget(seat);
        }
        if let Some(line) = self.lines.get_mut(seat.session) {
            line.seats.retain(|of| *of != seat.subscription);
        }
    }

    fn give_up(&mut self, seat: Seat) -> Option<Taken> {
        let taken = self.seats.remove(&seat)?;
        if let Some((room, _)) = &taken.room
            && let Some(groups) = self.rooms.get_mut(room)
        {
            for group in &mut *groups {
                group.seats.retain(|member| member.seat != seat);
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
            // Who asked may have lost patience.
            Mail::Report(tell) => drop(tell.send(self.report())),
        }
    }

    pub(super) fn rooms(&self) -> usize {
        self.rooms.len()
    }

    pub(super) fn taken(&self) -> usize {
        self.seats.len()
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
        let member = Member { seat, outbox: taken.outbox.clone(), waits: Rc::clone(&taken.waits) };
        match groups.iter_mut().find(|group| group.share == share) {
            Some(group) => group.seats.push(member),
            None => groups.push(Group { share, speaker: Rc::clone(&taken.speaker), seats: vec![member] }),
        }
    }

    fn tell(&mut self, seat: Seat, news: &RoomNews) {
        let Some(taken) = self.seats.get(&seat) else { return };
        match news {
            RoomNews::Diff { .. } => taken.waits.set(false),
            RoomNews::Joined(joined) if !joined.sync.is_empty() => taken.waits.set(false),
            _ => {}
        }
        let frames = spoken(&*taken.speaker, news);
        if !frames.is_empty() {
            taken.outbox.tell(seat, &taken.speaker, news, &frames);
        }
        if taken.speaker.concerns_session(news) {
            self.tell_session(seat, news);
        }
    }

    fn tell_session(&self, seat: Seat, news: &RoomNews) {
        if let Some(line) = self.lines.get(seat.session) {
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
        let edits = matches!(news, RoomNews::Update(_));
        let to = group.seats.iter().filter(|member| Some(member.seat) != except && !(edits && member.waits.get()));
        let frames = spoken(&*group.speaker, news);
        if !frames.is_empty() {
            to.clone().for_each(|member| member.outbox.tell(member.seat, &group.speaker, news, &frames));
        }
        if group.speaker.concerns_session(news) {
            to.for_each(|member| self.tell_session(member.seat, news));
        }
    }
}

fn spoken(speaker: &dyn Speaker, news: &RoomNews) -> Frames {
    let mut framer = Framer::default();
    speaker.speak(news, &mut framer);
    framer.finish()
}

#[cfg(test)]
mod tests {
    use std::{cell::Cell, sync::Arc};

    use bytes::Bytes;

    use actix::{Actor, Context, Handler};
    use tandem_protocol::ws::CloseCode;
    use tokio::{
        io::{AsyncReadExt, DuplexStream, duplex},
        sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    };

    use super::*;
    use crate::{
        config::SessionConfig,
        desk::{Alarm, UnderWay, lines::SLICES},
        room::Refused,
    };

    /// Writes down what it is told.
    struct Notes(UnboundedSender<String>);

    impl Actor for Notes {
        type Context = Context<Self>;
    }

    impl Handler<RoomEvent> for Notes {
        type Result = ();

        fn handle(&mut self, event: RoomEvent, _: &mut Context<Self>) {
            self.0.send(format!("{:?}", event.news)).unwrap();
        }
    }

    impl Handler<Alarm> for Notes {
        type Result = ();

        fn handle(&mut self, alarm: Alarm, _: &mut Context<Self>) {
            self.0.send(format!("{alarm:?}")).unwrap();
        }
    }

    impl Handler<Leave> for Notes {
        type Result = ();

        fn handle(&mut self, Leave(seat): Leave, _: &mut Context<Self>) {
            self.0.send(format!("leave {}", seat.subscription)).unwrap();
        }
    }

    /// Counts how often it had to say something.
    #[derive(Clone)]
    struct Counting(Share, Rc<Cell<usize>>);

    impl Speaker for Counting {
        fn share(&self) -> Share {
            self.0.clone()
        }

        fn speak(&self, news: &RoomNews, out: &mut Framer) {
            self.1.set(self.1.get() + 1);
            if let RoomNews::Update(bytes) = news {
                out.binary(&[bytes]);
            }
        }
    }

    struct Case {
        seats: Seats,
        notes: actix::Addr<Notes>,
        said: UnboundedReceiver<String>,
        room: RoomKey,
        spoken: Rc<Cell<usize>>,
    }

    impl Case {
        fn a_second_passes(&mut self) {
            for _ in 0..SLICES {
                self.seats.pulse();
            }
        }

        fn new() -> Self {
            let (tell, said) = unbounded_channel();
            Self { seats: Seats::default(), notes: Notes(tell).start(), said, room: RoomKey::next(), spoken: Rc::default() }
        }

        /// A connection with one seat, not let in yet.
        fn connect(&mut self, share: Share) -> (Seat, DuplexStream) {
            let (ours, theirs) = duplex(1 << 16);
            let config = Arc::new(SessionConfig::default());
            let outbox = Outbox::new(Box::pin(ours), &config);
            let (id, notes) = (SessionId::new(), &self.notes);
            self.seats.open(id, Line::new(outbox, notes.clone().recipient(), notes.clone().recipient(), config));
            let seat = Seat { session: id, subscription: 1 };
            self.seats.reserve(seat, Rc::new(Counting(share, Rc::clone(&self.spoken))));
            (seat, theirs)
        }

        fn sit(&mut self, seat: Seat) {
            let exit = Some(self.notes.clone().recipient());
            self.seats.read(Mail::Sit { room: self.room, seat, exit });
            // As if it had asked for the document: from now on it hears edits.
            if let Some(taken) = self.seats.seats.get(&seat) {
                taken.waits.set(false);
            }
        }

        fn everybody(&mut self, news: RoomNews, except: Option<Seat>) {
            self.seats.read(Mail::All(Arc::new(Fanout::new(self.room, vec![(news, except)], &UnderWay::default()))));
        }

        async fn heard(&mut self) -> String {
            self.said.recv().await.unwrap()
        }
    }

    fn update(text: &'static str) -> RoomNews {
        RoomNews::Update(Bytes::from_static(text.as_bytes()))
    }

    async fn read(socket: &mut DuplexStream) -> String {
        let mut head = [0; 2];
        socket.read_exact(&mut head).await.unwrap();
        let mut payload = vec![0; head[1].into()];
        socket.read_exact(&mut payload).await.unwrap();
        String::from_utf8(payload).unwrap()
    }

    #[actix::test]
    async fn news_are_encoded_once_for_all_who_hear_the_same_bytes() {
        let mut case = Case::new();
        let mut yjs: Vec<_> = (0..5).map(|_| case.connect(Share::Yjs)).collect();
        let mut other = case.connect(Share::Addressed("a".into()));
        for seat in yjs.iter().map(|(seat, _)| *seat).chain([other.0]).collect::<Vec<_>>() {
            case.sit(seat);
        }
        case.everybody(update("news"), Some(yjs[4].0));
        case.everybody(update("more"), None);
        assert_eq!(case.spoken.get(), 4);
        for (_, socket) in &mut yjs[..4] {
            assert_eq!((read(socket).await, read(socket).await), ("news".into(), "more".into()));
        }
        assert_eq!(read(&mut yjs[4].1).await, "more");
        assert_eq!(read(&mut other.1).await, "news");
    }

    #[actix::test]
    async fn what_a_session_must_know_goes_to_it_and_only_that() {
        let mut case = Case::new();
        let (seat, _socket) = case.connect(Share::Yjs);
        case.sit(seat);
        case.everybody(update("news"), None);
        case.seats.read(Mail::To(seat, RoomNews::Ack(1)));
        case.everybody(RoomNews::Lost, None);
        assert_eq!(case.heard().await, "Lost");
        let why = Refused::new("resumed", "elsewhere");
        case.seats.read(Mail::To(seat, RoomNews::Out { close: Some(CloseCode::Normal), why }));
        assert!(case.heard().await.starts_with("Out"));
    }

    #[actix::test]
    async fn who_left_is_told_nothing_more() {
        let mut case = Case::new();
        let (seat, mut socket) = case.connect(Share::Yjs);
        case.sit(seat);
        case.seats.release(seat);
        case.everybody(update("news"), None);
        case.seats.read(Mail::To(seat, update("news")));
        let again = Seat { subscription: 2, ..seat };
        case.seats.reserve(again, Rc::new(Counting(Share::Yjs, Rc::default())));
        case.sit(again);
        case.everybody(update("for the new seat"), None);
        assert_eq!(read(&mut socket).await, "for the new seat");
    }

    #[actix::test]
    async fn a_room_learns_of_sessions_that_ended_without_a_word() {
        let mut case = Case::new();
        let (inside, _socket) = case.connect(Share::Yjs);
        case.sit(inside);
        case.seats.close(inside.session);
        assert_eq!(case.heard().await, "leave 1");
        let (too_late, _socket) = case.connect(Share::Yjs);
        case.seats.close(too_late.session);
        case.sit(too_late);
        assert_eq!(case.heard().await, "leave 1");
        assert!(case.seats.rooms.is_empty() && case.seats.seats.is_empty() && case.seats.lines.iter().next().is_none());
    }

    #[actix::test]
    async fn time_that_passes_is_told_once_a_second() {
        tokio::time::pause();
        let mut case = Case::new();
        let (seat, _socket) = case.connect(Share::Yjs);
        let outbox = case.seats.lines.get(seat.session).unwrap().outbox.clone();
        outbox.set_deadline(Some(tokio::time::Instant::now() + std::time::Duration::from_secs(5)));
        case.a_second_passes();
        tokio::time::advance(std::time::Duration::from_secs(5)).await;
        case.a_second_passes();
        assert_eq!(case.heard().await, "Deadline");
        outbox.set_deadline(None);
        outbox.admit();
        tokio::time::advance(std::time::Duration::from_secs(10)).await;
        case.a_second_passes();
        assert_eq!(case.heard().await, "Silent");
        outbox.put(Bytes::from_static(b"something"));
        tokio::time::advance(std::time::Duration::from_secs(16)).await;
        case.a_second_passes();
        assert_eq!((case.heard().await, case.heard().await), ("Unheard".into(), "Silent".into()));
    }
}
