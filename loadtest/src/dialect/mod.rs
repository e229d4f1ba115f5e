//! What is said over a connection, in three dialects behind one face, so that one scenario measures every server.

mod read;
mod tandem;
mod yjs;

use anyhow::Context;
use tandem_protocol::TaskId;

use crate::target::Target;

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Protocol {
    /// Our own, in its bincode form.
    Tandem,
    /// y-websocket's.
    Yjs,
    /// Hocuspocus'.
    Hocuspocus,
}

/// What a message means to a scenario; borrowed from the read buffer.
#[derive(Debug)]
pub enum News<'a> {
    /// Who we are was accepted.
    Welcome,
    /// The document is joined. Ours: everything about it; otherwise only that it is so.
    Joined(Option<Box<tandem_protocol::ws::TaskJoined>>),
    /// What our copy lacked.
    Sync(&'a [u8]),
    /// The server's state vector, to be answered with what it lacks.
    Asked(&'a [u8]),
    Update(&'a [u8]),
    /// Edits up to this one are on disk (ours), or one more edit was taken (Hocuspocus).
    Ack(u64),
    Cursors(Cursors<'a>),
    /// Ours only.
    Seen(Seen),
    /// An edit was refused.
    Refused {
        seq: Option<u64>,
        retryable: bool,
        why: String,
    },
    Other,
}

/// News of who is there and what they are drawing.
#[derive(Debug)]
pub enum Seen {
    People(Box<tandem_protocol::ws::PresenceDiff>),
    /// An update of the ghost document of an epoch.
    Ghost(u32, Vec<u8>),
    /// Nobody draws; the epoch that begins.
    NoGhosts(u32),
}

/// Where the pointers of others are: parsed only as far as to tell who sent which move.
#[derive(Debug)]
pub struct Cursors<'a> {
    protocol: Protocol,
    first: u64,
    bytes: &'a [u8],
}

impl Cursors<'_> {
    /// `(sender, number of the move)`; the number's low bits if the dialect carries no more, see [`Protocol::unwrap_number`].
    pub fn each(&self, on: impl FnMut(u32, u32)) -> anyhow::Result<()> {
        match self.protocol {
            Protocol::Tandem => tandem::each_cursor(self.bytes, on),
            Protocol::Yjs | Protocol::Hocuspocus => yjs::each_cursor(self.bytes, self.first, on),
        }
        .context("unreadable cursors")
    }
}

impl Protocol {
    /// The whole number of a move from what came of it, given the last one seen.
    #[must_use]
    pub fn unwrap_number(self, came: u32, last: u32) -> u32 {
        match self {
            Self::Tandem => last + (came.wrapping_sub(last) & tandem::NUMBERS),
            Self::Yjs | Self::Hocuspocus => came,
        }
    }
}

/// Writes and reads messages of one connection about one document.
pub struct Speech {
    protocol: Protocol,
    /// Hocuspocus: the document's name before everything.
    head: Vec<u8>,
    document: String,
    token: String,
    /// Client id of sender 0 in awareness; new with each run, since servers remember clocks.
    first: u64,
}

impl Speech {
    pub fn new(target: &Target, document: usize, person: usize) -> anyhow::Result<Self> {
        let document = target.document(document)?;
        let head = if target.protocol == Protocol::Hocuspocus { yjs::head(&document) } else { Vec::new() };
        let token = target.token(person).to_owned();
        Ok(Self { protocol: target.protocol, head, document, token, first: target.first_id })
    }

    pub fn path(&self, target: &Target) -> String {
        match self.protocol {
            Protocol::Tandem => "/ws".to_owned(),
            Protocol::Yjs if self.token.is_empty() => format!("{}/{}", target.path, self.document),
            Protocol::Yjs => format!("{}/{}?token={}", target.path, self.document, self.token),
            Protocol::Hocuspocus => format!("{}/", target.path),
        }
    }

    pub fn subprotocol(&self) -> Option<&'static str> {
        (self.protocol == Protocol::Tandem).then(|| tandem_protocol::ws::Subprotocol::Bincode.name())
    }

    /// Says who we are. Only our own protocol does so before naming a document.
    pub fn hello(&self) -> Option<Vec<u8>> {
        (self.protocol == Protocol::Tandem).then(|| tandem::hello(&self.token, None))
    }

    /// The messages that join the document, holding the copy `have` describes (its lineage, its state vector).
    pub fn join(&self, have: Option<(tandem_protocol::LineageId, Vec<u8>)>) -> anyhow::Result<Vec<Vec<u8>>> {
        Ok(match self.protocol {
            Protocol::Tandem => {
                let task: TaskId = self.document.parse().context("a document of ours is named by its task's id")?;
                vec![tandem::subscribe(task, have)]
            }
            Protocol::Yjs => vec![yjs::step_1(&self.head, have.map_or_else(|| vec![0], |(_, vector)| vector))],
            Protocol::Hocuspocus => vec![
                yjs::token(&self.head, if self.token.is_empty() { "load" } else { &self.token }),
                yjs::step_1(&self.head, have.map_or_else(|| vec![0], |(_, vector)| vector)),
            ],
        })
    }

    /// Where sender `sender` is, in its `number`th place.
    pub fn cursor(&self, out: &mut Vec<u8>, sender: u32, number: u32) {
        match self.protocol {
            Protocol::Tandem => tandem::cursor(out, sender, number),
            Protocol::Yjs | Protocol::Hocuspocus => yjs::cursor(out, &self.head, self.first + u64::from(sender), sender, number),
        }
    }

    /// My ghost, in our own protocol.
    pub fn ghost(epoch: u32, bytes: Vec<u8>) -> Vec<u8> {
        tandem::ghost(epoch, bytes)
    }

    pub fn update(&self, seq: u64, bytes: &[u8]) -> Vec<u8> {
        match self.protocol {
            Protocol::Tandem => tandem::update(seq, bytes),
            Protocol::Yjs | Protocol::Hocuspocus => yjs::update(&self.head, bytes),
        }
    }

    /// The answer to [`News::Asked`].
    pub fn lacking(&self, bytes: &[u8]) -> Vec<u8> {
        yjs::step_2(&self.head, bytes)
    }

    pub fn protocol(&self) -> Protocol {
        self.protocol
    }

    pub fn read<'a>(&self, payload: &'a [u8]) -> anyhow::Result<News<'a>> {
        match self.protocol {
            Protocol::Tandem => tandem::read(payload),
            Protocol::Yjs => yjs::read(self.protocol, payload, self.first),
            Protocol::Hocuspocus => match yjs::without_head(payload, &self.head) {
                Some(message) => yjs::read(self.protocol, message, self.first),
                None => Ok(News::Other),
            },
        }
    }
}

/// What to say when there is nothing to say.
#[must_use]
pub fn heartbeat(protocol: Protocol) -> Option<Vec<u8>> {
    (protocol == Protocol::Tandem).then(|| tandem::control(tandem_protocol::ws::Ping { t: 1 }))
}
