//! Small runs of the scenarios against a real server with a real Postgres. What they measure is not looked at, only that they account
//! for everything and that promises are kept. Needs the `tandem` of the same build beside `tandem-loadtest`, as `make test` builds it.

use std::{path::Path, process::Command};

use serde_json::Value;

fn run(name: &str, arguments: &[&str]) -> Value {
    let generator = Path::new(env!("CARGO_BIN_EXE_tandem-loadtest"));
    let server = generator.with_file_name("tandem");
    assert!(server.exists(), "{} is not built: cargo build -p tandem-server", server.display());
    let json = std::env::temp_dir().join(format!("tandem-loadtest-{name}-{}.json", std::process::id()));
    let output = Command::new(generator)
        .args(["--tandem".as_ref(), server.as_os_str(), "--json".as_ref(), json.as_os_str()])
        .args(arguments)
        .output()
        .expect("tandem-loadtest runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {said}");
    let text = std::fs::read_to_string(&json).expect("figures");
    std::fs::remove_file(&json).expect("figures are there once");
    let figures: Value = serde_json::from_str(&text).expect("JSON");
    figures["figures"].clone()
}

fn value(figures: &Value, name: &str) -> f64 {
    figures[name]["value"].as_f64().unwrap_or_else(|| panic!("no {name} in {figures}"))
}

#[test]
fn every_move_of_a_room_is_accounted_for() {
    let figures = run("room", &["room", "--people", "12", "--senders", "4", "--seconds", "1", "--warm-up", "1"]);
    assert_eq!(value(&figures, "arrived, or a newer one instead"), 100.0, "{figures}");
    assert!(value(&figures, "deliveries") > 0.0);
    let (sent, superseded) = (value(&figures, "moves sent"), value(&figures, "superseded by a newer one"));
    assert_eq!(value(&figures, "deliveries") + superseded, sent * 11.0);
}

#[test]
fn a_room_of_stock_clients_is_measured_the_same_way() {
    let arguments = ["--protocol", "yjs", "room", "--people", "8", "--senders", "3", "--seconds", "1", "--warm-up", "1"];
    assert_eq!(value(&run("yjs", &arguments), "arrived, or a newer one instead"), 100.0);
}

#[test]
fn edits_arrive_are_acknowledged_and_all_copies_are_equal() {
    let figures = run("docs", &["docs", "--people", "4", "--shapes", "50", "--seconds", "2", "--warm-up", "0"]);
    assert_eq!(value(&figures, "arrived"), 100.0, "{figures}");
    assert_eq!(value(&figures, "unacknowledged at the end"), 0.0);
    assert_eq!(figures["all equal at the end, a newcomer's copy too"], true);
    assert_eq!(figures["edit to durable acknowledgement"]["count"], value(&figures, "edits"));
}

#[test]
fn many_who_enter_a_new_document_together_are_in_one() {
    let figures = run("joins", &["join-storm", "--people", "20", "--rounds", "2"]);
    assert_eq!(figures["one document each time"], true, "{figures}");
}

#[test]
fn acknowledged_edits_survive_a_server_and_a_postgres_that_are_killed_and_paused() {
    let arguments = ["chaos", "--minutes", "0.25", "--seed", "5", "--people", "12", "--documents", "3", "--every", "3", "4"];
    let figures = run("chaos", &arguments);
    assert_eq!(value(&figures, "broken promises"), 0.0, "{figures}");
    assert!(value(&figures, "server killed") >= 1.0 && value(&figures, "Postgres killed") >= 1.0, "{figures}");
    assert!(value(&figures, "acknowledged") > 0.0);
}
