//! XState in a Node process, asked line by line.

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use serde_json::Value;

pub struct Peer {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Peer {
    pub fn start() -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tools/statechart-peer/peer.mjs");
        let mut child =
            Command::new("node").arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("Node 20 or newer runs");
        let (to, from) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        Self { child, to, from }
    }

    /// The machine as text, so that its keys keep their order.
    pub fn ask(&mut self, machine: &str, steps: &Value) -> Value {
        writeln!(self.to, "{{\"machine\": {machine}, \"steps\": {steps}}}")
            .expect("Node listens; if not, is XState installed (scripts/setup --tests)?");
        let mut answer = String::new();
        self.from.read_line(&mut answer).unwrap();
        assert!(!answer.is_empty(), "Node has ended; is XState installed (scripts/setup --tests)?");
        serde_json::from_str(&answer).unwrap_or_else(|_| panic!("Node answered {answer:?} to {machine}"))
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It ends with its input; this is for one that hangs.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
