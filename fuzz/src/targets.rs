//! What strangers' bytes reach, each as a function that panics if a promise is broken: whatever the bytes are, a decoder answers,
//! in time and space proportional to them; and what it read is what it writes.

use bytes::Bytes;
use tandem_domain::{
    expression::Shape,
    layout::{Data, Environment, Layout, Registry, check, compile, parse, syntax},
};
use tandem_protocol::{
    SessionId, UserId, hocuspocus,
    node::Envelope,
    ws::{ClientFrame, ClientHot, ServerFrame, ServerHot, Subprotocol, varint::Reader},
    yjs,
};
use yrs::{Any, Array, ArrayPrelim, Doc, Map, MapPrelim, ReadTxn, StateVector, Text, TextPrelim, Transact};

use crate::{
    document::{ApplyError, Limits, LiveDoc, ROOTS, Seen, decode_state_vector, inspect, join_updates, merge, read},
    payload::Payload,
    room::{Awareness, AwarenessLimits, Drawn, GhostError, Ghosts, Seat, Speaker},
};

type Target = fn(&[u8]);

const TARGETS: [(&str, Target); 15] = [
    ("client_json", client_json),
    ("client_bincode", client_bincode),
    ("client_hot", client_hot),
    ("server_hot", server_hot),
    ("yjs_message", yjs_message),
    ("awareness", awareness),
    ("hocuspocus", hocuspocus_frame),
    ("state_vector", state_vector),
    ("snapshot", snapshot),
    ("ghosts", ghosts),
    ("edit", edit),
    ("node_frame", node_frame),
    ("bus_payload", bus_payload),
    ("room_awareness", room_awareness),
    ("layout", layout),
];

pub fn names() -> Vec<&'static str> {
    TARGETS.iter().map(|(name, _)| *name).collect()
}

pub fn by_name(name: &str) -> Option<Target> {
    TARGETS.iter().find(|(known, _)| *known == name).map(|(_, target)| *target)
}

fn client_json(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(frame) = ClientFrame::decode_text(Subprotocol::Json, text) {
        let _ = frame.encode(Subprotocol::Json);
    }
    let _ = ServerFrame::decode_text(Subprotocol::Json, text);
}

fn client_bincode(data: &[u8]) {
    let bytes = Bytes::copy_from_slice(data);
    if let Ok(frame) = ClientFrame::decode_binary(Subprotocol::Bincode, &bytes) {
        let _ = frame.encode(Subprotocol::Json);
        let again = frame.encode(Subprotocol::Bincode);
        let tandem_protocol::ws::Encoded::Binary(again) = again else { panic!("bincode is binary") };
        assert!(ClientFrame::decode_binary(Subprotocol::Bincode, &again).is_ok());
    }
    let _ = ServerFrame::decode_binary(Subprotocol::Bincode, &bytes);
}

fn client_hot(data: &[u8]) {
    if let Ok(hot) = ClientHot::decode(&Bytes::copy_from_slice(data)) {
        assert_eq!(ClientHot::decode(&hot.encode().into()), Ok(hot));
    }
}

fn server_hot(data: &[u8]) {
    if let Ok(hot) = ServerHot::decode(&Bytes::copy_from_slice(data)) {
        assert_eq!(ServerHot::decode(&hot.encode().into()), Ok(hot));
    }
}

fn node_frame(data: &[u8]) {
    let _ = Envelope::sender(data);
    if let Ok(envelope) = Envelope::decode(data) {
        // Bytes are compared: a viewport may be NaN, which equals nothing.
        let again = envelope.encode();
        assert_eq!(Envelope::decode(&again).map(|envelope| envelope.encode()), Ok(again));
    }
}

/// What is in a channel of Redis, where anybody may write.
fn bus_payload(data: &[u8]) {
    match Payload::read(data) {
        Some(Payload::Fleeting(envelope)) => assert_eq!(envelope, data),
        Some(Payload::Kept { envelope, .. }) => assert!(data.ends_with(envelope) && envelope.len() < data.len()),
        Some(Payload::Lost { from, number }) => assert_eq!(Payload::lost(from, number), data),
        None => {}
    }
}

/// Three stock clients in a room. The first byte of each piece says whose it is and how long; an empty one: they leave.
fn room_awareness(data: &[u8]) {
    let limits = AwarenessLimits { max_state: 64, max_ids: 4 };
    let seats: [Seat; 3] = std::array::from_fn(|_| Seat { session: SessionId::new(), subscription: 0 });
    let user = UserId::new();
    let mut room = Awareness::default();
    let mut rest = data;
    while let Some((head, after)) = rest.split_first() {
        let seat = seats[usize::from(head % 3)];
        let (frame, after) = after.split_at(usize::from(head / 3).min(after.len()));
        rest = after;
        match frame {
            [] => room.leave(seat),
            frame => drop(room.apply(Speaker { seat, user }, frame, limits)),
        }
        let shown = room.shown_by(seat).map_or(0, |shown| count_states(&shown));
        assert!(shown <= limits.max_ids, "nobody shows more than they may");
        for frame in room.take().iter().chain(&room.all()) {
            count_states(frame);
        }
    }
    for seat in seats {
        room.leave(seat);
    }
    assert_eq!(room.all().iter().map(|frame| count_states(frame)).sum::<usize>(), 0, "who has left is not shown");
}

/// Of an awareness update of our own.
fn count_states(frame: &[u8]) -> usize {
    let entries = yjs::awareness::Entries::new(frame).expect("what goes round can be read");
    entries.inspect(|entry| assert!(entry.is_ok(), "it can be read to its end")).count()
}

fn yjs_message(data: &[u8]) {
    let message = yjs::Message::decode(&Bytes::copy_from_slice(data));
    // Of a kind that is not known only the kind is kept.
    if let Some(message) = message.ok().filter(|message| !matches!(message, yjs::Message::Unknown(_))) {
        let again = message.to_bytes();
        let twice = yjs::Message::decode(&again).expect("what was read can be written and read");
        assert_eq!(twice.to_bytes(), again);
    }
}

fn awareness(data: &[u8]) {
    let mut r = Reader::new(data);
    while r.uint().is_ok() {}
    let _ = yjs::json::is_json(data);
    let _ = yjs::json::pointer(data);
    if let Ok(entries) = yjs::awareness::Entries::new(data) {
        // Bounded by its bytes, whatever count it announces.
        assert!(entries.take(data.len() + 1).count() <= data.len());
    }
}

fn hocuspocus_frame(data: &[u8]) {
    let bytes = Bytes::copy_from_slice(data);
    if let Ok(frame) = hocuspocus::ClientFrame::decode(&bytes) {
        let mut out = Vec::new();
        frame.encode(&mut out);
        let _ = hocuspocus::ClientFrame::decode(&out.into());
    }
    let _ = hocuspocus::ServerMessage::decode(&bytes);
}

fn state_vector(data: &[u8]) {
    if let Ok(vector) = decode_state_vector(data) {
        let document = base();
        let _ = document.contains(&vector);
        let _ = document.diff(&vector);
    }
}

/// What somebody has before their eyes when they submit.
fn snapshot(data: &[u8]) {
    if let Ok(seen) = Seen::decode(None, Some(data)) {
        let _ = seen.is_in(&base());
    }
}

/// The first draws what the bytes say while the second draws, too.
fn ghosts(data: &[u8]) {
    let mut ghosts = Ghosts::new(limits(), 1 << 12);
    ghosts.show(2, r#"{"tool":"box"}"#);
    let before = ghosts.shape(2);
    let (others, epoch) = match ghosts.apply(1, data) {
        Ok(Drawn::Changed | Drawn::Nothing) | Err(GhostError::Refused(_)) => (before, 1),
        // Thrown away as a whole, and everybody is told.
        Ok(Drawn::Reset) | Err(GhostError::NotYours | GhostError::Broken) => (None, 2),
    };
    assert_eq!((ghosts.shape(2), ghosts.epoch), (others, epoch), "nobody draws in another's name");
    let _ = ghosts.take();
    ghosts.remove(1);
    assert_eq!(ghosts.shape(1), None);
}

/// A small document with a bit of everything: shared types in each other, plain values, deletions. Always the same, so that an
/// edit found once refers to the same elements again.
fn base() -> LiveDoc {
    let doc = Doc::with_client_id(1);
    let regions = doc.get_or_insert_map("regions");
    let mut txn = doc.transact_mut();
    let region = regions.insert(&mut txn, "a", MapPrelim::default());
    region.insert(&mut txn, "label", "car");
    region.insert(&mut txn, "geometry", Any::from_json(r#"{"kind":"box","x":1,"y":2.5}"#).expect("JSON"));
    region.insert(&mut txn, "z", 3);
    region.remove(&mut txn, "z");
    let list = region.insert(&mut txn, "list", ArrayPrelim::default());
    list.insert_range(&mut txn, 0, [1, 2, 3]);
    list.remove_range(&mut txn, 1, 1);
    let text = regions.insert(&mut txn, "text", TextPrelim::new("h\u{e9}llo \u{1f600}"));
    text.remove_range(&mut txn, 1, 3);
    regions.insert(&mut txn, "b", 1.5);
    regions.remove(&mut txn, "b");
    drop(txn);
    let update = doc.transact().encode_state_as_update_v1(&StateVector::default());
    let mut document = LiveDoc::empty(limits());
    document.apply(&update).expect("the base document is sound");
    document
}

fn limits() -> Limits {
    Limits { max_update: 1 << 20, max_document: 4 << 20, ..Limits::default() }
}

/// Compared as numbers: the order in which they are written is chance.
fn vector(document: &LiveDoc) -> StateVector {
    decode_state_vector(&document.state_vector()).expect("our own vector can be read")
}

/// The way of a stranger's edit: looked at, applied, merged, compacted, read.
fn edit(data: &[u8]) {
    let _ = inspect(data, &ROOTS);
    let mut document = base();
    let before = vector(&document);
    let (had, size) = (document.has(data), document.size());
    match document.apply(data) {
        Ok(_) => {}
        Err(ApplyError::Refused(_)) => {
            assert_eq!(vector(&document), before, "a refused edit leaves no trace");
            return;
        }
        // Nothing of it goes anywhere, and the document is loaded anew.
        Err(ApplyError::Broken(_)) => return,
    }
    assert!(!had || vector(&document) == before, "what was known changes nothing");
    assert!(document.size() >= size);
    let whole = document.diff(&StateVector::default());
    let copy = LiveDoc::load(&[whole.clone().into()], limits()).expect("what is kept can be loaded");
    assert_eq!(vector(&copy), vector(&document));
    let merged = merge(&[whole.clone().into(), Bytes::copy_from_slice(data)]).expect("what was applied can be merged");
    let compacted = LiveDoc::load(&[merged.update.into()], limits()).expect("what was merged can be loaded");
    assert_eq!(vector(&compacted), vector(&document));
    if let Some(joined) = join_updates(&[&whole, data]) {
        let joined = LiveDoc::load(&[joined.into()], limits()).expect("what was joined can be loaded");
        assert_eq!(vector(&joined), vector(&document));
    }
    // What regions look like in it is the client's business; reading them is ours.
    let _ = read(document.doc());
}

/// What an author saves: read, printed, compiled; and an empty answer to it.
fn layout(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (nodes, problems) = parse(text);
    if problems.is_empty() {
        let printed = syntax::print(&nodes);
        let (again, problems) = parse(&printed);
        assert!(problems.is_empty(), "what was printed can be read");
        assert_eq!(syntax::print(&again), printed);
    }
    let library = std::collections::BTreeMap::from([("parent".to_owned(), text.to_owned())]);
    let environment = Environment { registry: Registry::standard(), library: &library, input: Shape::Any };
    match compile(text, &environment) {
        Ok(layout) => {
            let json = serde_json::to_value(&layout).expect("a layout is JSON");
            assert_eq!(serde_json::from_value::<Layout>(json).ok().as_ref(), Some(&layout));
            let _ = check(&layout, &serde_json::json!({}), &Data::default());
        }
        Err(problems) => {
            assert!(!problems.is_empty());
            assert!(problems.iter().all(|problem| problem.at <= problem.end));
        }
    }
}
