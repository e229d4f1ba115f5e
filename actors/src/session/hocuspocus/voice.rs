//! How Hocuspocus says what happens in a room: as y-websocket does, behind the address the client chose, and with its scope.

use std::rc::Rc;

use tandem_protocol::{
    hocuspocus::{Address, STATELESS, ServerMessage},
    yjs,
};

use crate::{
    room::RoomNews,
    session::{
        Framer, Share, Speaker,
        stock::voice::{durability, say, say_edits, say_shared},
    },
};

pub struct Voice {
    address: Rc<str>,
    /// The address as it stands before every message.
    head: Vec<u8>,
}

impl Voice {
    pub fn new(address: &Address) -> Self {
        let mut head = Vec::new();
        address.encode(&mut head);
        Self { address: String::from_utf8_lossy(address.as_bytes()).into(), head }
    }

    fn scope(&self, out: &mut Framer, read_only: bool) {
        let mut scope = Vec::new();
        ServerMessage::Authenticated { read_only }.encode(&mut scope);
        out.binary(&[&self.head, &scope]);
    }

    fn tell_durability(&self, out: &mut Framer, durable: bool) {
        say(out, &self.head, &[STATELESS], durability(durable).as_bytes());
    }
}

impl Speaker for Voice {
    fn share(&self) -> Share {
        Share::Addressed(Rc::clone(&self.address))
    }

    fn speak(&self, news: &RoomNews, out: &mut Framer) {
        match news {
            RoomNews::Joined(joined) => {
                self.scope(out, joined.task.read_only.is_some());
                if !joined.task.durable {
                    self.tell_durability(out, false);
                }
                for states in &joined.awareness {
                    say(out, &self.head, &[yjs::AWARENESS], states);
                }
                // Only after a crash of the room: the provider believes that it is in, and does not ask.
                if !joined.sync.is_empty() {
                    say(out, &self.head, &[yjs::SYNC, yjs::STEP_1], &joined.task.state_vector.0);
                    say_edits(out, &self.head, &[yjs::SYNC, yjs::STEP_2], &joined.sync);
                }
            }
            // One step 1 for each of the provider's: it counts the answers (`acks`).
            RoomNews::Diff { state_vector, bytes } => {
                say(out, &self.head, &[yjs::SYNC, yjs::STEP_1], state_vector);
                say_edits(out, &self.head, &[yjs::SYNC, yjs::STEP_2], bytes);
            }
            RoomNews::Durability(durable) => self.tell_durability(out, *durable),
            RoomNews::Rights { read_only, .. } => self.scope(out, read_only.is_some()),
            other => say_shared(out, &self.head, other),
        }
    }

    /// Acknowledgements and refusals are counted there.
    fn concerns_session(&self, news: &RoomNews) -> bool {
        matches!(
            news,
            RoomNews::Joined(_)
                | RoomNews::Lost
                | RoomNews::Out { .. }
                | RoomNews::Ack(_)
                | RoomNews::Refused { .. }
                | RoomNews::Diff { .. }
                | RoomNews::Lacks(_)
                | RoomNews::Rights { .. }
        )
    }
}
