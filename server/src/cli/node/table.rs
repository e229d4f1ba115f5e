//! Nodes as text and as JSON.

use std::{fmt::Write as _, time::Duration};

use serde_json::json;
use tandem_protocol::rest::NodeState;
use tandem_store::nodes::NodeRow;

const HEAD: [&str; 10] = ["ID", "HOST", "ADDRESS", "VERSION", "STATE", "CONNECTIONS", "DOCUMENTS", "DISK", "HEARD", "STARTED"];

pub fn text(rows: &[NodeRow]) -> String {
    if rows.is_empty() {
        return "No node runs on this database.\n".to_owned();
    }
    let lines: Vec<[String; 10]> = std::iter::once(HEAD.map(str::to_owned)).chain(rows.iter().map(line)).collect();
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; 10] = std::array::from_fn(width);
    let mut page = String::new();
    for line in &lines {
        let cells: Vec<String> = line.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        // Writing to a String cannot fail.
        let _ = writeln!(page, "{}", cells.join("  ").trim_end());
    }
    page
}

fn line(row: &NodeRow) -> [String; 10] {
    [
        row.card.id.to_string(),
        row.card.host.clone(),
        row.card.address.clone(),
        row.card.version.clone(),
        state(row).to_owned(),
        row.connections.to_string(),
        row.rooms.to_string(),
        if row.durable { "ok" } else { "away" }.to_owned(),
        format!("{} ago", short(row.silent)),
        row.started_at.format("%Y-%m-%d %H:%M:%SZ").to_string(),
    ]
}

fn state(row: &NodeRow) -> &'static str {
    match row.state {
        // It has not heard yet.
        NodeState::Ready if row.drain_requested => "asked to drain",
        NodeState::Ready => "ready",
        NodeState::Draining if row.connections == 0 => "drained",
        NodeState::Draining => "draining",
        NodeState::Gone => "gone",
        NodeState::Left => "left",
    }
}

fn short(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..60 => format!("{seconds}s"),
        seconds @ 60..3_600 => format!("{}m", seconds / 60),
        seconds => format!("{}h", seconds / 3_600),
    }
}

pub fn json(rows: &[NodeRow]) -> serde_json::Value {
    rows.iter()
        .map(|row| {
            json!({
                "id": row.card.id,
                "host": row.card.host,
                "address": row.card.address,
                "version": row.card.version,
                "schema": row.schema,
                "state": row.state,
                "drain_requested": row.drain_requested,
                "started_at": row.started_at,
                "silent_ms": u64::try_from(row.silent.as_millis()).unwrap_or(u64::MAX),
                "connections": row.connections,
                "rooms": row.rooms,
                "durable": row.durable,
            })
        })
        .collect()
}
