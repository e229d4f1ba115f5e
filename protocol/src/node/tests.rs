//! The wire between nodes: round trips, the bytes of each kind, and what a node of another version may send.

use bytes::Bytes;
use proptest::prelude::*;
use uuid::Uuid;

use super::{frame::KINDS, *};
use crate::{
    ProjectRole,
    rest::{AssignmentStatus, Notification, NotificationKind},
    ws::PresenceState,
};

const FROM: u128 = 0x0192_f0c1_0000_7000_8000_0000_0000_0001;

fn id<T: From<Uuid>>(n: u128) -> T {
    T::from(Uuid::from_u128(n))
}

fn at(second: i64) -> chrono::DateTime<chrono::Utc> {
    chrono::DateTime::from_timestamp(second, 0).unwrap()
}

fn ann() -> UserSummary {
    UserSummary { id: id(1), name: "Ann".into(), email: "a@b".into(), color: "#102030".into() }
}

fn presence() -> PresenceState {
    PresenceState {
        tool: Some("box".into()),
        label: None,
        selection: vec!["r".into()],
        editing: Some("r".into()),
        viewport: Some([0.0, 1.0, 2.5, 4.0]),
    }
}

fn cursors() -> Vec<CursorAt> {
    vec![CursorAt { peer: 7, at: Some((-3, 400)) }, CursorAt { peer: 8, at: None }]
}

fn ghosts() -> Vec<Ghost> {
    vec![Ghost { peer: 7, shape: Some("{}".into()) }, Ghost { peer: 8, shape: None }]
}

fn notification() -> Notification {
    Notification {
        id: id(5),
        kind: NotificationKind::Answer,
        project_id: id(2),
        task_id: id(4),
        from: ann(),
        thread: "t".into(),
        comment: "c".into(),
        excerpt: "e".into(),
        created_at: at(5),
        read_at: None,
    }
}

/// One of each kind, in the order of the table.
fn samples() -> Vec<NodeFrame> {
    let peer = Peer { peer: 7, user: ann(), role: ProjectRole::Reviewer, state: presence() };
    let awareness = Some(Bytes::from_static(b"a"));
    let person = Person { peer, stock: true, at: Some((-3, 400)), ghost: Some("{}".into()), awareness };
    let lease = MyLease { assignment_id: id(1), project_id: id(2), task_id: id(3), fencing_token: 4, expires_at: at(5) };
    let view =
        LeaseView { assignment_id: id(1), user_id: id(2), user_name: "Ann".into(), status: AssignmentStatus::Accepted, expires_at: at(5) };
    let (workspace, project, user) = (id(1), id(2), id(3));
    vec![
        NodeFrame::Edits { document: id(1), updates: vec![Bytes::from_static(b"ab"), Bytes::new()] },
        NodeFrame::People { people: vec![person.clone()], answer: true },
        NodeFrame::Presence { joined: vec![person], changed: vec![PeerState { peer: 8, state: presence() }], left: vec![9, 300] },
        NodeFrame::Cursors(cursors()),
        NodeFrame::Ghosts(ghosts()),
        NodeFrame::Awareness(vec![(7, Bytes::from_static(b"ab"))]),
        NodeFrame::Resumed { session: id(1), user },
        NodeFrame::Left,
        NodeFrame::InProject { people: vec![InProject { user: ann(), task: Some(id(4)) }], answer: false },
        NodeFrame::Happened(Event::TaskChanged { workspace, project, task: id(4), status: TaskStatus::Review, lease: Some(view) }),
        NodeFrame::Happened(Event::LeaseChanged { workspace, user, event: LeaseEvent::Expired, lease }),
        NodeFrame::Happened(Event::ProgressChanged { workspace, project }),
        NodeFrame::Happened(Event::RightsChanged { workspace, project, user: Some(user) }),
        NodeFrame::Happened(Event::TokensRevoked { workspace, user }),
        NodeFrame::Happened(Event::JobChanged { workspace, project }),
        NodeFrame::Happened(Event::Notified { workspace, user, notification: notification() }),
        NodeFrame::Alive(Load { connections: 1, rooms: 300, draining: false, durable: true }),
        NodeFrame::Leaving,
    ]
}

fn encoded(frame: NodeFrame) -> Vec<u8> {
    Envelope { from: id(FROM), number: 258, frame }.encode()
}

#[test]
fn every_kind_comes_back_as_it_was() {
    for frame in samples() {
        let envelope = Envelope { from: id(FROM), number: u64::MAX, frame };
        assert_eq!(Envelope::decode(&envelope.encode()), Ok(envelope));
    }
}

/// A line of `golden.txt` may go when a kind is no longer sent, and may be added. It is never changed: nodes of the release before read and
/// write just these bytes. A kind whose shape must change is a new kind (docs/decisions/0024).
#[test]
fn the_bytes_of_each_kind_are_those_of_the_release_before() {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let now: String = samples().into_iter().map(|frame| hex(&encoded(frame)) + "\n").collect();
    assert_eq!(now, include_str!("golden.txt"), "the shape of a kind has changed");
    let kinds: Vec<u8> = samples().into_iter().map(|frame| encoded(frame)[25]).collect();
    assert_eq!(kinds, KINDS, "one sample of each kind");
}

#[test]
fn what_a_newer_node_appends_to_a_body_is_not_minded() {
    for frame in samples() {
        let mut bytes = encoded(frame.clone());
        bytes.extend_from_slice(b"more");
        assert_eq!(Envelope::decode(&bytes).map(|envelope| envelope.frame), Ok(frame));
    }
}

#[test]
fn the_neighbouring_version_is_read_and_no_other() {
    for version in 0..=u8::MAX {
        let mut bytes = encoded(NodeFrame::Leaving);
        bytes[0] = version;
        let expected = if matches!(version, 1 | 2) { Ok(NodeFrame::Leaving) } else { Err(FrameError::Version(version)) };
        assert_eq!(Envelope::decode(&bytes).map(|envelope| envelope.frame), expected);
    }
}

#[test]
fn an_unknown_kind_is_told_apart_and_its_sender_known() {
    let mut bytes = encoded(NodeFrame::Leaving);
    bytes[25] = 255;
    assert_eq!(Envelope::decode(&bytes), Err(FrameError::UnknownKind(255)));
    assert_eq!(Envelope::sender(&bytes), Ok((id(FROM), 258)));
}

#[test]
fn a_frame_cut_short_anywhere_is_malformed() {
    for frame in samples() {
        let bytes = encoded(frame);
        for end in 0..bytes.len() {
            let cut = Envelope::decode(&bytes[..end]);
            assert!(matches!(cut, Err(FrameError::Malformed(_))), "{cut:?}");
        }
    }
}

#[test]
fn a_frame_can_be_given_another_number() {
    let mut bytes = encoded(NodeFrame::Leaving);
    Envelope::renumber(&mut bytes, 7);
    assert_eq!(Envelope::decode(&bytes), Ok(Envelope { from: id(FROM), number: 7, frame: NodeFrame::Leaving }));
    Envelope::renumber(&mut [], 7);
}

#[test]
fn what_is_too_big_is_not_looked_at() {
    let size = MAX_NODE_FRAME + 1;
    assert_eq!(Envelope::decode(&vec![1; size]), Err(FrameError::TooBig { size }));
}

proptest! {
    #[test]
    fn garbage_never_panics(bytes: Vec<u8>) {
        let _ = Envelope::decode(&bytes);
    }

    #[test]
    fn garbage_in_a_body_never_panics(kind in prop::sample::select(KINDS), body: Vec<u8>) {
        let mut bytes = encoded(NodeFrame::Leaving);
        bytes[25] = kind;
        bytes.extend(body);
        if let Ok(envelope) = Envelope::decode(&bytes) {
            // Bytes are compared: a viewport may be NaN, which equals nothing.
            let again = envelope.encode();
            prop_assert_eq!(Envelope::decode(&again).map(|envelope| envelope.encode()), Ok(again));
        }
    }
}
