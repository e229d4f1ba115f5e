//! Undo of real Yjs clients across compactions. The server collects garbage: what was deleted is gone from it. A client that may undo a
//! deletion keeps the deleted elements itself (Y.UndoManager) and writes them anew, so nothing is missing; this holds it to that.

#![allow(clippy::unwrap_used)]

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use bytes::Bytes;
use serde_json::{Value, json};
use tandem_actors::document::{self, Applied, Limits, LiveDoc};
use yrs::{StateVector, Transact, types::ToJson};

/// The clients, in one Node process.
struct Clients {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

impl Clients {
    fn start() -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/yjs/clients.mjs");
        let mut child = Command::new("node").arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("node");
        let (stdin, stdout) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        Self { child, stdin, stdout }
    }

    fn tell(&mut self, command: &Value) -> String {
        writeln!(self.stdin, "{command}").unwrap();
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        line.trim().to_owned()
    }
}

impl Drop for Clients {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// A server of one document: the live one, and the log as it would be stored.
struct World {
    clients: Clients,
    live: LiveDoc,
    log: Vec<Bytes>,
    here: Vec<&'static str>,
}

impl World {
    fn new() -> Self {
        Self { clients: Clients::start(), live: LiveDoc::empty(Limits::default()), log: Vec::new(), here: Vec::new() }
    }

    fn join(&mut self, who: &'static str) {
        let all = self.live.diff(&StateVector::default());
        self.clients.tell(&json!({ "who": who, "do": "apply", "update": hex(&all) }));
        self.here.push(who);
    }

    /// Somebody does something, and everybody gets it.
    fn act(&mut self, who: &str, mut command: Value) {
        command["who"] = json!(who);
        let update = unhex(&self.clients.tell(&command));
        assert_eq!(self.live.apply(&update).unwrap(), Applied::Changed, "{command}");
        self.log.push(update.clone().into());
        for other in self.here.clone().into_iter().filter(|other| *other != who) {
            self.clients.tell(&json!({ "who": other, "do": "apply", "update": hex(&update) }));
        }
    }

    /// The log is folded, everybody leaves the server's memory, and it starts from what is stored.
    fn compact_and_restart(&mut self) {
        let merged = Bytes::from(document::merge(&self.log).unwrap().update);
        self.log = vec![merged];
        self.live = LiveDoc::load(&self.log, Limits::default()).unwrap();
    }

    fn regions(&mut self) -> Value {
        let doc = self.live.doc();
        let root = doc.get_or_insert_map("regions");
        let mut text = String::new();
        root.to_json(&doc.transact()).to_json(&mut text);
        let server: Value = serde_json::from_str(&text).unwrap();
        for who in self.here.clone() {
            let theirs: Value = serde_json::from_str(&self.clients.tell(&json!({ "who": who, "do": "read" }))).unwrap();
            assert_eq!(theirs, server, "{who} differs");
        }
        server
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

#[test]
fn a_deleted_region_comes_back_by_undo_after_a_compaction_for_everybody() {
    let mut world = World::new();
    world.join("ann");
    world.act("ann", json!({ "do": "draw", "id": "r1", "x": 1 }));
    world.act("ann", json!({ "do": "draw", "id": "r2", "x": 2 }));
    world.act("ann", json!({ "do": "tag", "id": "r1", "key": "occluded", "value": false }));
    let before = world.regions();
    world.act("ann", json!({ "do": "remove", "id": "r1" }));
    world.compact_and_restart();
    world.join("bob");
    assert_eq!(world.regions().as_object().unwrap().len(), 1);
    world.act("ann", json!({ "do": "undo" }));
    assert_eq!(world.regions(), before);
    // Also for somebody who comes later, from what is stored.
    world.compact_and_restart();
    world.join("cyd");
    assert_eq!(world.regions(), before);
}

#[test]
fn a_value_that_was_replaced_comes_back_by_undo_after_a_compaction() {
    let mut world = World::new();
    world.join("ann");
    world.act("ann", json!({ "do": "draw", "id": "r1", "x": 1 }));
    for x in 2..5 {
        world.act("ann", json!({ "do": "move", "id": "r1", "x": x }));
    }
    world.compact_and_restart();
    world.join("bob");
    for x in [3, 2, 1] {
        world.act("ann", json!({ "do": "undo" }));
        world.compact_and_restart();
        assert_eq!(world.regions()["r1"]["geometry"]["x"].as_f64(), Some(f64::from(x)));
    }
    world.act("ann", json!({ "do": "redo" }));
    assert_eq!(world.regions()["r1"]["geometry"]["x"].as_f64(), Some(2.0));
}

#[test]
fn undo_and_redo_again_and_again_with_compactions_between_converge() {
    let mut world = World::new();
    world.join("ann");
    world.join("bob");
    world.act("ann", json!({ "do": "draw", "id": "r1", "x": 1 }));
    world.act("bob", json!({ "do": "draw", "id": "r2", "x": 2 }));
    let both = world.regions();
    world.act("ann", json!({ "do": "remove", "id": "r1" }));
    world.act("bob", json!({ "do": "remove", "id": "r2" }));
    for _ in 0..3 {
        world.compact_and_restart();
        world.act("ann", json!({ "do": "undo" }));
        world.compact_and_restart();
        world.act("bob", json!({ "do": "undo" }));
        assert_eq!(world.regions(), both);
        world.act("bob", json!({ "do": "redo" }));
        world.compact_and_restart();
        world.act("ann", json!({ "do": "redo" }));
        assert_eq!(world.regions(), json!({}));
    }
}
