//! What is held for a slow reader, and what it hears in the end.

use tandem_protocol::SessionId;
use yrs::{Doc, Map, ReadTxn, Transact};

use super::*;
use crate::session::Share;

/// Says what happens in words.
struct Plain;

impl Speaker for Plain {
    fn share(&self) -> Share {
        Share::Yjs
    }

    fn speak(&self, news: &RoomNews, out: &mut Framer) {
        match news {
            RoomNews::Update(bytes) | RoomNews::Awareness(bytes) => out.binary(&[bytes]),
            RoomNews::Cursors(cursors) => {
                out.binary(&[format!("{:?}", cursors.iter().map(|c| (c.peer, c.at)).collect::<Vec<_>>()).as_bytes()])
            }
            other => out.binary(&[format!("{other:?}").as_bytes()]),
        }
    }
}

struct Case {
    held: Held,
    seat: Seat,
    speaker: Rc<dyn Speaker>,
}

impl Case {
    fn new() -> Self {
        Self { held: Held::default(), seat: Seat { session: SessionId::new(), subscription: 1 }, speaker: Rc::new(Plain) }
    }

    fn says(&mut self, news: &RoomNews) {
        let mut framer = Framer::default();
        Plain.speak(news, &mut framer);
        self.held.push_news(self.seat, &self.speaker, news, &framer.finish());
    }

    fn cursor(&mut self, peer: u32, x4: i32) {
        self.says(&RoomNews::Cursors([CursorAt { peer, at: Some((x4, 0)) }].into()));
    }

    /// The payload of the next, short frame.
    fn next(&mut self) -> Option<String> {
        Some(String::from_utf8_lossy(&self.held.pop()?.0.whole()[2..]).into_owned())
    }
}

#[test]
fn cursors_replace_each_other() {
    let mut case = Case::new();
    for x4 in 0..1_000 {
        case.cursor(1, x4);
    }
    case.cursor(2, 5);
    assert_eq!(case.next().unwrap(), "[(1, Some((999, 0))), (2, Some((5, 0)))]");
    assert_eq!(case.next(), None);
}

#[test]
fn edits_become_one() {
    let (doc, mut case) = (Doc::new(), Case::new());
    let map = doc.get_or_insert_map("regions");
    for n in 0..1_000 {
        let before = doc.transact().state_vector();
        map.insert(&mut doc.transact_mut(), format!("{}", n % 3), f64::from(n));
        case.says(&RoomNews::Update(doc.transact().encode_diff_v1(&before).into()));
        case.cursor(1, n);
    }
    let all = case.held.pop().unwrap().0.whole();
    let head = if all[1] < 126 { 2 } else { 4 };
    let copy = crate::document::LiveDoc::load(&[all[head..].to_vec().into()], crate::document::Limits::default()).unwrap();
    assert_eq!(copy.doc().get_or_insert_map("regions").len(&copy.doc().transact()), 3);
    assert!(case.next().unwrap().contains("999"));
    assert_eq!(case.next(), None);
    assert_eq!(case.held.bytes(), 0);
}

#[test]
fn the_rest_keeps_its_place() {
    let mut case = Case::new();
    case.says(&RoomNews::Update(Bytes::from_static(b"\0\0a")));
    case.held.push_frames(Bytes::from_static(b"..pong").into());
    case.says(&RoomNews::Update(Bytes::from_static(b"\0\0b")));
    case.says(&RoomNews::Durability(true));
    case.says(&RoomNews::Ack(7));
    case.says(&RoomNews::Update(Bytes::from_static(b"\0\0c")));
    case.says(&RoomNews::Ack(8));
    let said: Vec<String> = std::iter::from_fn(|| case.next()).collect();
    assert_eq!(said, ["\0\0a", "pong", "\0\0b", "Durability(true)", "Ack(8)", "\0\0c"]);
}

#[test]
fn of_an_awareness_id_only_the_newest_entry_waits() {
    let mut case = Case::new();
    for clock in 1..=100 {
        case.says(&RoomNews::Awareness(vec![1, 7, clock, 2, b'{', b'}'].into()));
    }
    case.says(&RoomNews::Awareness(vec![1, 8, 1, 2, b'{', b'}'].into()));
    assert_eq!(case.held.pop().unwrap().0.whole()[2..], [2, 7, 100, 2, b'{', b'}', 8, 1, 2, b'{', b'}']);
    assert_eq!(case.held.bytes(), 0);
}

#[test]
fn what_waits_for_a_seat_that_was_left_is_void() {
    let mut case = Case::new();
    case.says(&RoomNews::Update(Bytes::from_static(b"\0\0a")));
    case.held.push_frames(Bytes::from_static(b"..pong").into());
    case.held.forget(case.seat);
    assert_eq!(case.next().unwrap(), "pong");
    assert_eq!((case.next(), case.held.bytes()), (None, 0));
}
