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

#[test]
fn moves_in_many_rooms_are_accounted_for() {
    let figures = run("rooms", &["rooms", "--rooms", "10", "--people", "4", "--seconds", "2", "--warm-up", "1"]);
    assert_eq!(value(&figures, "arrived, or a newer one instead"), 100.0, "{figures}");
    assert_eq!(value(&figures, "deliveries") + value(&figures, "superseded by a newer one"), value(&figures, "moves sent") * 3.0);
}

#[test]
fn faster_and_faster_ends_with_the_most_that_arrived_in_time() {
    let figures = run("saturate", &["saturate", "--people", "10", "--seconds", "1", "--factor", "4"]);
    // The first step alone: nine others, ten times a second, for each of ten.
    assert!(value(&figures, "most deliveries a second with p99 under 100 ms") > 800.0, "{figures}");
}

#[test]
fn idle_connections_come_and_stay() {
    let figures = run("idle", &["idle", "--connections", "300", "--seconds", "1"]);
    assert_eq!(figures["until the welcome"]["count"], 300, "{figures}");
    assert_eq!(value(&figures, "connections lost"), 0.0);
    assert!(value(&figures, "memory of a connection") < 100.0, "{figures}");
}

#[test]
fn who_stops_reading_is_cut_and_the_others_are_not() {
    let edits = ["--editors", "6", "--edit-bytes", "20000"];
    let figures = run("slow", &[&["slow-reader", "--people", "8", "--senders", "3", "--seconds", "12"], &edits[..]].concat());
    assert_eq!(value(&figures, "arrived, or a newer one instead, with"), 100.0, "{figures}");
    assert_eq!(value(&figures, "others lost"), 0.0);
    let end = figures["reader 1 was"].as_str().unwrap_or_default();
    assert!(end.contains("1013") && end.contains("max_outbox"), "{figures}");
}

#[test]
fn all_come_back_who_lose_their_connection_at_once() {
    let figures = run("reconnect", &["reconnect-storm", "--people", "30", "--shapes", "50", "--rounds", "2", "--over-ms", "200"]);
    assert_eq!(value(&figures, "did not come back"), 0.0, "{figures}");
    assert_eq!(figures["from connecting until the copy is whole"]["count"], 60, "{figures}");
}

#[test]
fn shifts_follow_one_another_and_lose_nobody() {
    let figures = run("soak", &["soak", "--minutes", "0.1", "--shift", "0.05", "--rooms", "3", "--people", "4", "--senders", "2"]);
    assert_eq!(value(&figures, "arrived, or a newer one instead, at least"), 100.0, "{figures}");
    assert_eq!(value(&figures, "connections lost"), 0.0);
    assert!(value(&figures, "memory at the end, to settled") > 0.0);
}

#[test]
fn people_lease_draw_and_submit_and_nobody_is_given_what_somebody_else_holds() {
    let figures = run("submit", &["submit", "--people", "4", "--tasks", "3", "--think-ms", "50"]);
    assert_eq!(figures["submit"]["count"], 12, "{figures}");
    let figures = run("claim", &["claim", "--people", "6", "--seconds", "2", "--warm-up", "0", "--think-ms", "300"]);
    assert_eq!(figures["nobody was given what somebody else holds"], true, "{figures}");
    assert!(value(&figures, "claims a second, without a pause") > 0.0);
}

#[test]
fn a_first_open_from_disk_and_those_after_it_are_told_apart() {
    let figures = run("load", &["load", "--shapes", "300", "--opens", "4"]);
    assert_eq!(figures["the others"]["count"], 4, "{figures}");
    assert!(value(&figures, "first open") > 0.0 && value(&figures, "document") > 1.0, "{figures}");
}

#[test]
fn a_document_of_very_many_updates_is_folded_and_opened_again() {
    let figures = run("bigdoc", &["big-doc", "--updates", "3000", "--idle", "1"]);
    assert_eq!(figures["the others"]["count"], 10, "{figures}");
    assert!(value(&figures, "first open, from disk") > 0.0 && value(&figures, "what is sent on opening") > 1.0, "{figures}");
}

#[test]
fn documents_are_opened_in_turn_and_then_once_more() {
    let figures = run("manydocs", &["many-docs", "--documents", "40", "--shapes", "2", "--idle", "1"]);
    for round in ["open, draw, acknowledged", "the same, the second time"] {
        assert_eq!(figures[round]["count"], 40, "{figures}");
    }
    assert!(value(&figures, "after the second time, to the first") > 0.0);
}
