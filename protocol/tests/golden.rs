//! The wire, byte for byte. `protocol/golden/frames.json` holds one example of every message in both forms; the TypeScript client's
//! codec is tested against the same file. A change here is a change of the protocol: after meaning it, write the file anew with
//! `cargo test -p tandem-protocol --test golden -- --ignored`.

use std::path::PathBuf;

use bytes::Bytes;
use chrono::{DateTime, TimeZone, Utc};
use serde_json::{Value, json};
use tandem_protocol::{
    AssignmentId, JobId, LineageId, NotificationId, ProjectId, ProjectRole, SessionId, TaskId, UserId, WorkflowId, WorkspaceId,
    rest::{AssignmentStatus, JobState, LeaseView, Notification, NotificationKind, Progress, TaskStatus, UserSummary},
    ws::{
        Base64, Bye, ClientControl, ClientFrame, ClientHot, CursorAt, DurabilityChanged, Encoded, ErrorMessage, GhostsReset, Hello,
        JobProgress, JobsChanged, LeaseChanged, LeaseEvent, Limits, LinkChanged, MyLease, Notified, Peer, PeerState, PersonHere, Ping,
        Pong, PresenceDiff, PresenceState, ProjectDiff, ProjectLive, Refresh, Refreshed, RightsChanged, ServerControl, ServerFrame,
        ServerHot, SetPresence, StepCounts, StepWorker, Subprotocol, Subscribe, Subscribed, TaskChanged, TaskJoined, Topic, TopicKind,
        Unsubscribe, UserLive, Welcome, WorkflowDiff, WorkflowState,
    },
};
use uuid::Uuid;

fn uuid(n: u8) -> Uuid {
    let mut bytes = *Uuid::parse_str("0192f0c1-0000-7000-8000-000000000000").unwrap().as_bytes();
    bytes[15] = n;
    Uuid::from_bytes(bytes)
}

fn at(second: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 20, 12, 0, second).unwrap()
}

fn ann() -> UserSummary {
    UserSummary { id: UserId(uuid(1)), name: "Ann Ünal".into(), email: "ann@example.test".into(), color: "#3366cc".into() }
}

fn presence() -> PresenceState {
    PresenceState {
        tool: Some("box".into()),
        label: None,
        selection: vec![uuid(9).to_string()],
        editing: None,
        viewport: Some([0.0, 0.5, 640.0, 480.0]),
    }
}

fn lease() -> LeaseView {
    LeaseView {
        assignment_id: AssignmentId(uuid(5)),
        user_id: UserId(uuid(1)),
        user_name: "Ann".into(),
        status: AssignmentStatus::Accepted,
        expires_at: at(30),
    }
}

fn my_lease() -> MyLease {
    MyLease {
        assignment_id: AssignmentId(uuid(5)),
        project_id: ProjectId(uuid(3)),
        task_id: TaskId(uuid(4)),
        fencing_token: 42,
        expires_at: at(30),
    }
}

fn task_joined() -> TaskJoined {
    TaskJoined {
        lineage: LineageId(uuid(7)),
        state_vector: Base64(vec![1, 200, 1, 5]),
        peer: 3,
        peers: vec![Peer { peer: 3, user: ann(), role: ProjectRole::Labeler, state: presence() }],
        ghost_epoch: 2,
        role: ProjectRole::Reviewer,
        read_only: Some("the task is completed".into()),
        status: TaskStatus::InProgress,
        lease: Some(lease()),
        durable: true,
        linked: true,
    }
}

fn client_control() -> Vec<ClientControl> {
    let topic = Topic { kind: TopicKind::Task, id: uuid(4) };
    vec![
        Hello { token: "eyJ".into(), client: "tandem-client/0.1.0".into(), resume: Some(SessionId(uuid(8))) }.into(),
        Refresh { token: "eyK".into() }.into(),
        Subscribe { channel: 1, topic, lineage: Some(LineageId(uuid(7))), state_vector: Some(Base64(vec![0])) }.into(),
        Subscribe { channel: 2, topic: Topic { kind: TopicKind::Project, id: uuid(3) }, lineage: None, state_vector: None }.into(),
        Unsubscribe { channel: 1 }.into(),
        SetPresence { channel: 1, state: presence() }.into(),
        Ping { t: 1_763_640_000_000 }.into(),
    ]
}

fn joined_frames() -> Vec<ServerControl> {
    let progress = Progress { total: 9, pending: 5, in_progress: 1, completed: 2, skipped: 1 };
    let topic = |kind, n| Topic { kind, id: uuid(n) };
    let person = PersonHere { user: ann(), task_id: Some(TaskId(uuid(4))) };
    vec![
        Subscribed { channel: 1, topic: topic(TopicKind::Task, 4), task: Some(task_joined()), project: None, user: None }.into(),
        Subscribed {
            channel: 2,
            topic: topic(TopicKind::Project, 3),
            task: None,
            project: Some(ProjectLive { progress, people: vec![person.clone()] }),
            user: None,
        }
        .into(),
        Subscribed {
            channel: 3,
            topic: topic(TopicKind::User, 1),
            task: None,
            project: None,
            user: Some(UserLive { leases: vec![my_lease()] }),
        }
        .into(),
        JobsChanged {
            channel: 2,
            jobs: vec![JobProgress {
                id: JobId(uuid(8)),
                kind: "import".into(),
                state: JobState::Running,
                phase: Some("uploading".into()),
                done: 200,
                total: 1000,
            }],
        }
        .into(),
        ProjectDiff { channel: 2, progress: Some(progress), here: vec![person], left: vec![UserId(uuid(2))] }.into(),
        LeaseChanged { channel: 3, event: LeaseEvent::Reassigned, lease: my_lease() }.into(),
        Notified { channel: 3, notification: notification() }.into(),
    ]
}

fn notification() -> Notification {
    Notification {
        id: NotificationId(uuid(11)),
        kind: NotificationKind::Mention,
        project_id: ProjectId(uuid(3)),
        task_id: TaskId(uuid(4)),
        from: ann(),
        thread: "t1".into(),
        comment: "c1".into(),
        excerpt: "Is this a cat, @Ben?".into(),
        created_at: at(20),
        read_at: None,
    }
}

fn workflow_frames() -> Vec<ServerControl> {
    let topic = Topic { kind: TopicKind::Workflow, id: uuid(3) };
    let steps = vec![StepCounts { step: "annotate".into(), waiting: 5, working: 1, done: 2, held: 1 }];
    let workers = vec![StepWorker { assignment_id: AssignmentId(uuid(5)), step: "annotate".into(), task_id: TaskId(uuid(4)), user: ann() }];
    let workflow_id = Some(WorkflowId(uuid(7)));
    vec![
        Subscribed { channel: 4, topic, task: None, project: None, user: None }.into(),
        WorkflowState { channel: 4, workflow_id, steps: steps.clone(), workers: workers.clone() }.into(),
        WorkflowDiff { channel: 4, workflow_id: None, steps, workers, left: vec![AssignmentId(uuid(6))] }.into(),
    ]
}

fn server_control() -> Vec<ServerControl> {
    let mut all: Vec<ServerControl> = vec![
        Welcome {
            session_id: SessionId(uuid(8)),
            user: ann(),
            workspace_id: WorkspaceId(uuid(6)),
            server_time: at(1),
            token_expires_at: at(59),
            heartbeat_ms: 15_000,
            limits: Limits { max_frame: 4 << 20, max_channels: 128 },
        }
        .into(),
        Refreshed { token_expires_at: at(59) }.into(),
    ];
    all.extend(joined_frames());
    all.extend([
        PresenceDiff { channel: 1, joined: vec![], changed: vec![PeerState { peer: 3, state: PresenceState::default() }], left: vec![4] }
            .into(),
        GhostsReset { channel: 1, epoch: 3 }.into(),
        TaskChanged { channel: 1, status: TaskStatus::Completed, lease: None }.into(),
        DurabilityChanged { channel: 1, durable: false }.into(),
        LinkChanged { channel: 1, linked: false }.into(),
        ServerControl::Error(ErrorMessage {
            channel: Some(1),
            seq: Some(7),
            code: "invalid_update".into(),
            message: "not a Yjs update".into(),
            retryable: false,
            field: None,
            rule: Some("malformed".into()),
        }),
        Pong { t: 5, server_time: at(2) }.into(),
        Bye { code: 1012, reason: "restarting".into(), reconnect_after_ms: Some(1_000) }.into(),
        RightsChanged { channel: 1, role: ProjectRole::Reviewer, read_only: Some("project_archived".into()) }.into(),
    ]);
    all.extend(workflow_frames());
    all
}

fn client_hot() -> Vec<ClientHot> {
    vec![
        ClientHot::Update { channel: 1, seq: 300, bytes: Bytes::from_static(&[0, 0]) },
        ClientHot::Ghost { channel: 2_147_483_647, epoch: 4_294_967_295, bytes: Bytes::from_static(b"\x01\xff") },
        ClientHot::Cursor { channel: 1, x4: -1, y4: 9_000 },
        ClientHot::Cursor { channel: 1, x4: i32::MAX, y4: i32::MIN },
        ClientHot::CursorGone { channel: 128 },
    ]
}

fn server_hot() -> Vec<ServerHot> {
    vec![
        ServerHot::Sync { channel: 1, bytes: Bytes::from_static(&[0, 0]) },
        ServerHot::Sync { channel: 1, bytes: Bytes::new() },
        ServerHot::Update { channel: 16_384, bytes: Bytes::from_static(b"abc") },
        ServerHot::Ack { channel: 1, seq: (1 << 53) - 1 },
        ServerHot::Ghost { channel: 7, epoch: 9, bytes: Bytes::from_static(b"\0") },
        ServerHot::Cursors {
            channel: 1,
            cursors: vec![
                CursorAt { peer: 3, at: None },
                CursorAt { peer: u32::MAX, at: Some((-4, 70_000)) },
                CursorAt { peer: 0, at: Some((0, 0)) },
            ],
        },
    ]
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A frame of `tandem.v1.json` as it travels: an object for text, hexadecimal for bytes.
fn readable(encoded: &Encoded) -> Value {
    match encoded {
        Encoded::Text(text) => serde_json::from_str(text).unwrap(),
        Encoded::Binary(bytes) => json!(hex(bytes)),
    }
}

fn in_bincode(encoded: &Encoded) -> String {
    match encoded {
        Encoded::Binary(bytes) => hex(bytes),
        Encoded::Text(_) => unreachable!("tandem.v1.bincode has no text"),
    }
}

fn client(frame: impl Into<ClientFrame>) -> Value {
    let frame = frame.into();
    json!({ "json": readable(&frame.encode(Subprotocol::Json)), "bincode": in_bincode(&frame.encode(Subprotocol::Bincode)) })
}

fn server(frame: impl Into<ServerFrame>) -> Value {
    let frame = frame.into();
    json!({ "json": readable(&frame.encode(Subprotocol::Json)), "bincode": in_bincode(&frame.encode(Subprotocol::Bincode)) })
}

/// What the bytes of a hot frame mean, for readers of the file.
fn means(frame: Value, message: &impl std::fmt::Debug) -> Value {
    let Value::Object(mut fields) = frame else { unreachable!("a frame is an object here") };
    fields.insert("means".into(), json!(format!("{message:?}")));
    Value::Object(fields)
}

fn frames() -> String {
    let all = json!({
        "client_control": client_control().into_iter().map(client).collect::<Vec<_>>(),
        "server_control": server_control().into_iter().map(server).collect::<Vec<_>>(),
        "client_hot": client_hot().into_iter().map(|m| means(client(m.clone()), &m)).collect::<Vec<_>>(),
        "server_hot": server_hot().into_iter().map(|m| means(server(m.clone()), &m)).collect::<Vec<_>>(),
    });
    serde_json::to_string_pretty(&all).unwrap() + "\n"
}

fn file() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden/frames.json")
}

#[test]
fn every_frame_looks_as_it_always_did() {
    let golden = std::fs::read_to_string(file()).unwrap_or_default();
    assert!(golden == frames(), "protocol/golden/frames.json differs from what the codec writes now: did the protocol change on purpose?");
}

#[test]
fn the_golden_frames_are_read_back() {
    for message in client_hot() {
        assert_eq!(ClientHot::decode(&message.encode().into()), Ok(message));
    }
    for message in server_hot() {
        assert_eq!(ServerHot::decode(&message.encode().into()), Ok(message));
    }
    for message in server_control() {
        let frame = ServerFrame::from(message);
        for subprotocol in Subprotocol::ALL {
            let back = match frame.encode(subprotocol) {
                Encoded::Text(text) => ServerFrame::decode_text(subprotocol, &text),
                Encoded::Binary(bytes) => ServerFrame::decode_binary(subprotocol, &bytes),
            };
            assert_eq!(back.as_ref(), Ok(&frame), "{subprotocol:?}");
        }
    }
}

#[test]
#[ignore = "writes protocol/golden/frames.json"]
fn write_the_golden_frames() {
    std::fs::write(file(), frames()).unwrap();
}
