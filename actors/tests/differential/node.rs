//! yjs in a Node process, asked line by line.

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

pub struct Yjs {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Yjs {
    pub fn start() -> Self {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let script = here.join("tests/differential/peer.mjs");
        // Packages are looked for from the script upwards: those of the repository.
        let mut child =
            Command::new("node").arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("Node 20 or newer runs");
        let (to, from) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        Self { child, to, from }
    }

    pub fn ask(&mut self, line: &Value) -> Value {
        writeln!(self.to, "{line}").expect("Node listens; if not, run `npm ci` in the repository (make setup)");
        let mut answer = String::new();
        self.from.read_line(&mut answer).unwrap();
        serde_json::from_str(&answer).unwrap_or_else(|_| panic!("Node answered {answer:?} to {line}; is yjs installed (make setup)?"))
    }

    pub fn open(&mut self, id: &str, client: u64) {
        self.ask(&json!(["open", id, client]));
    }

    pub fn apply(&mut self, id: &str, update: &[u8]) {
        self.ask(&json!(["apply", id, STANDARD.encode(update)]));
        assert_eq!(self.ask(&json!(["waiting", id])), json!(false), "yjs waits for causes that are there");
    }

    pub fn edit(&mut self, id: &str, numbers: &[u32]) -> Option<Vec<u8>> {
        let update = self.ask(&json!(["edit", id, numbers]));
        update.as_str().map(bytes)
    }

    pub fn json(&mut self, id: &str) -> Value {
        self.ask(&json!(["json", id]))
    }

    pub fn vector(&mut self, id: &str) -> Vec<u8> {
        bytes(self.ask(&json!(["vector", id])).as_str().unwrap())
    }

    pub fn diff(&mut self, id: &str, vector: Option<&[u8]>) -> Vec<u8> {
        bytes(self.ask(&json!(["diff", id, vector.map(|vector| STANDARD.encode(vector))])).as_str().unwrap())
    }

    pub fn merge(&mut self, updates: &[Vec<u8>]) -> Vec<u8> {
        let updates: Vec<String> = updates.iter().map(|update| STANDARD.encode(update)).collect();
        bytes(self.ask(&json!(["merge", updates])).as_str().unwrap())
    }
}

impl Drop for Yjs {
    fn drop(&mut self) {
        // It ends with its input; this is for one that hangs.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn bytes(text: &str) -> Vec<u8> {
    STANDARD.decode(text).unwrap()
}
