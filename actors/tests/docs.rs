//! docs/protocol.md says what the code does.

use std::{fmt::Write as _, path::Path};

use tandem_actors::LiveConfig;
use tandem_protocol::ws::{ClientControl, ClientHot, CloseCode, CursorAt, ServerControl, ServerHot, Subprotocol};

fn page() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/protocol.md")).unwrap()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{}{byte:02x}", if text.is_empty() { "" } else { " " }).unwrap();
        text
    })
}

#[test]
fn the_worked_examples_are_what_goes_over_the_wire() {
    let page = page();
    let cursor = ClientHot::Cursor { channel: 1, x4: 401, y4: 240 }.encode();
    let there = CursorAt { peer: 3, at: Some((401, 240)) };
    let cursors = ServerHot::Cursors { channel: 1, cursors: vec![there, CursorAt { peer: 300, at: None }] }.encode();
    for example in [hex(&cursor), hex(&cursors)] {
        assert!(page.contains(&format!("```\n{example}\n```")), "{example}");
    }
}

#[test]
fn every_close_code_and_subprotocol_is_explained() {
    use CloseCode as C;
    let page = page();
    for code in [
        C::Normal,
        C::TooBig,
        C::Internal,
        C::Restart,
        C::TryLater,
        C::TokenExpired,
        C::HelloTimeout,
        C::Idle,
        C::BadFrame,
        C::Unauthorized,
        C::Forbidden,
        C::NotFound,
    ] {
        assert!(page.contains(&code.code().to_string()), "{code:?}");
    }
    for subprotocol in Subprotocol::ALL {
        assert!(page.contains(subprotocol.name()));
    }
}

#[test]
fn every_control_message_is_named() {
    // Exhaustive on purpose: a new message does not compile until it is here, and does not pass until the page has it.
    let client = |message: &ClientControl| match message {
        ClientControl::Hello(_) => "hello",
        ClientControl::Refresh(_) => "refresh",
        ClientControl::Subscribe(_) => "subscribe",
        ClientControl::Unsubscribe(_) => "unsubscribe",
        ClientControl::SetPresence(_) => "set_presence",
        ClientControl::Ping(_) => "ping",
    };
    let server = |message: &ServerControl| match message {
        ServerControl::Welcome(_) => "welcome",
        ServerControl::Refreshed(_) => "refreshed",
        ServerControl::Subscribed(_) => "subscribed",
        ServerControl::PresenceDiff(_) => "presence_diff",
        ServerControl::GhostsReset(_) => "ghosts_reset",
        ServerControl::TaskChanged(_) => "task_changed",
        ServerControl::DurabilityChanged(_) => "durability_changed",
        ServerControl::RightsChanged(_) => "rights_changed",
        ServerControl::LinkChanged(_) => "link_changed",
        ServerControl::ProjectDiff(_) => "project_diff",
        ServerControl::JobsChanged(_) => "jobs_changed",
        ServerControl::WorkflowState(_) => "workflow_state",
        ServerControl::WorkflowDiff(_) => "workflow_diff",
        ServerControl::LeaseChanged(_) => "lease_changed",
        ServerControl::Notified(_) => "notified",
        ServerControl::Error(_) => "error",
        ServerControl::Pong(_) => "pong",
        ServerControl::Bye(_) => "bye",
    };
    let (_, _) = (client, server);
    let page = page();
    let names = ["hello", "refresh", "subscribe", "unsubscribe", "set_presence", "ping", "welcome", "refreshed", "subscribed"];
    let more = [
        "presence_diff",
        "ghosts_reset",
        "task_changed",
        "durability_changed",
        "link_changed",
        "project_diff",
        "jobs_changed",
        "workflow_state",
        "workflow_diff",
        "lease_changed",
        "notified",
        "error",
        "pong",
        "bye",
        "rights_changed",
    ];
    for name in names.into_iter().chain(more) {
        assert!(page.contains(&format!("`{name}")) || page.contains(&format!("\"type\":\"{name}\"")), "{name}");
    }
}

/// 2000 as the page writes it: 2,000.
fn thousands(number: usize) -> String {
    if number < 1_000 { number.to_string() } else { format!("{},{:03}", thousands(number / 1_000), number % 1_000) }
}

#[test]
fn the_limits_on_the_page_are_the_defaults() {
    let (page, config) = (page(), LiveConfig::default());
    let (session, room) = (config.session, config.room);
    assert_eq!((room.max_idle_rooms, room.max_early, room.max_arrivals), (1_000, 16_384, 16_384));
    let presence = room.presence;
    let kib = |bytes: usize| format!("{} KiB", bytes >> 10);
    let mib = |bytes: usize| format!("{} MiB", bytes >> 20);
    for text in [
        format!("{}, {} s", kib(session.max_unauthenticated), session.hello_deadline.as_secs()),
        format!(
            "| {}; of stock clients, which cannot send a document in pieces, {} |",
            mib(session.max_frame),
            mib(session.max_frame_stock)
        ),
        format!("| channels | `max_channels` | {} |", session.max_channels),
        format!("from {} on", kib(session.soft_outbox)),
        format!("edits are merged; {} | 1013 |", mib(session.max_outbox)),
        format!("| `max_connections` | {} |", thousands(session.max_connections)),
        format!("| {}; {} | 1013 |", thousands(session.max_pending), thousands(session.max_pending_per_address)),
        format!("| {}, {} | 1013 |", thousands(session.frames.0 as usize), thousands(session.frames.1 as usize)),
        format!("| {}, {} | 1013 |", mib(session.bytes.0 as usize), mib(session.bytes.1 as usize)),
        format!("| `max_backlog` | {}, and", thousands(session.max_backlog)),
        format!("| `peer_timeout` | {} s |", session.peer_timeout.as_secs()),
        format!("| `heartbeat` | {} s; a little over two", session.heartbeat.as_secs()),
        format!("| `comebacks` | {} |", session.comebacks),
        format!("| `max_members` | {} |", thousands(room.max_members)),
        format!("| `max_ghosts` | {} |", mib(room.max_ghosts)),
        format!("| `commit_tries` | {} |", config.journal.commit_tries),
        format!("| {} s | 1013 |", session.stall.as_secs()),
        format!("| {}; {} |", mib(room.limits.max_update), mib(room.limits.max_document)),
        format!("| `max_documents` | {} |", mib(session.max_documents)),
        format!("{} to {} ms)", room.min_tick.as_millis(), room.max_tick.as_millis()),
        format!("| {}; {} s | `waiting_for_disk` |", mib(config.journal.max_bytes), config.journal.read_only_after.as_secs()),
        format!("After {} seconds of that", config.journal.read_only_after.as_secs()),
        format!("| {} s; 1,000; {} | the longest left go first |", room.idle.as_secs(), mib(room.max_idle_bytes)),
        format!("| {}; {} | `awareness_refused` |", kib(room.max_awareness), room.max_awareness_ids),
        format!("| {}; {}, {} | 1013; 4400 |", session.max_strangers, session.max_sent_ahead, kib(session.max_sent_ahead_bytes)),
        format!("| `max_depth` | {} |", room.limits.max_depth),
        format!("| `may_spoil` | {} |", room.may_spoil),
        format!("| 16,384, {}; 16,384 | `overloaded` |", mib(room.max_early_bytes)),
        format!("| {}, {}, {}, {} | `presence_refused` |", presence.tool, presence.label, presence.region_id, presence.selection),
        format!("| {} s; {} s | `durability_changed`", config.journal.slow_commit.as_secs(), config.journal.commit_timeout.as_secs()),
        format!("| {}; {} min |", room.compact_after, room.checkpoint_after.as_secs() / 60),
        format!("| `submit_wait` | {} s |", config.regions_wait.as_secs()),
    ] {
        assert!(page.contains(&text), "{text}");
    }
}
