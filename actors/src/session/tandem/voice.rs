//! How our own protocol says what happens in a room.

use chrono::Utc;
use tandem_protocol::{
    TaskId,
    ws::{
        DurabilityChanged, ErrorMessage, GhostsReset, LinkChanged, Pong, PresenceDiff, RightsChanged, ServerControl, ServerFrame,
        ServerHot, Subprotocol, Subscribed, TaskChanged, Topic, TopicKind,
    },
};

use crate::{
    room::{Joined, Refused, RoomNews},
    session::{Framer, Share, Speaker},
};

pub(super) struct Voice {
    pub subprotocol: Subprotocol,
    pub channel: u32,
    pub task: TaskId,
}

impl Speaker for Voice {
    fn share(&self) -> Share {
        Share::Tandem(self.subprotocol, self.channel)
    }

    fn speak(&self, news: &RoomNews, out: &mut Framer) {
        let channel = self.channel;
        let frame: ServerFrame = match news {
            RoomNews::Joined(joined) => return self.welcome(joined, out),
            RoomNews::Update(bytes) => return self.carry(&ServerHot::Update { channel, bytes: bytes.clone() }, out),
            RoomNews::Ghost { epoch, bytes } => {
                return self.carry(&ServerHot::Ghost { channel, epoch: *epoch, bytes: bytes.clone() }, out);
            }
            RoomNews::Ack(seq) => ServerHot::Ack { channel, seq: *seq }.into(),
            RoomNews::Cursors(cursors) => ServerHot::Cursors { channel, cursors: cursors.to_vec() }.into(),
            RoomNews::GhostsReset(epoch) => control(GhostsReset { channel, epoch: *epoch }),
            RoomNews::Presence(change) => {
                let (joined, changed, left) = (change.joined.clone(), change.changed.clone(), change.left.clone());
                control(PresenceDiff { channel, joined, changed, left })
            }
            RoomNews::Task { status, lease } => control(TaskChanged { channel, status: *status, lease: lease.clone() }),
            RoomNews::Linked(linked) => control(LinkChanged { channel, linked: *linked }),
            RoomNews::Durability(durable) => control(DurabilityChanged { channel, durable: *durable }),
            RoomNews::Rights { role, read_only } => {
                control(RightsChanged { channel, role: *role, read_only: read_only.map(str::to_owned) })
            }
            RoomNews::Refused { seq, why } => error(Some(channel), *seq, why.clone()),
            // The session says what follows from these.
            RoomNews::Lost | RoomNews::Out { .. } => return,
            // For stock clients.
            RoomNews::Awareness(_) | RoomNews::AskAwareness | RoomNews::Diff { .. } | RoomNews::Lacks(_) => return,
        };
        out.encoded(&frame.encode(self.subprotocol));
    }
}

impl Voice {
    fn welcome(&self, joined: &Joined, out: &mut Framer) {
        let channel = self.channel;
        let topic = Topic { kind: TopicKind::Task, id: self.task.into() };
        let subscribed = control(Subscribed { channel, topic, task: Some(joined.task.clone()), project: None, user: None });
        out.encoded(&subscribed.encode(self.subprotocol));
        self.carry(&ServerHot::Sync { channel, bytes: joined.sync.clone() }, out);
        if let Some(bytes) = &joined.ghosts {
            self.carry(&ServerHot::Ghost { channel, epoch: joined.task.ghost_epoch, bytes: bytes.clone() }, out);
        }
    }

    /// Bytes of a document, from where they lie.
    fn carry(&self, hot: &ServerHot, out: &mut Framer) {
        if let Some((head, bytes)) = hot.parts(self.subprotocol) {
            out.carrying(&[&head], bytes);
        }
    }
}

pub(super) fn control(message: impl Into<ServerControl>) -> ServerFrame {
    ServerFrame::Control(message.into())
}

pub(super) fn pong(t: u64) -> ServerFrame {
    control(Pong { t, server_time: Utc::now() })
}

pub(super) fn error(channel: Option<u32>, seq: Option<u64>, why: Refused) -> ServerFrame {
    control(ServerControl::Error(ErrorMessage {
        channel,
        seq,
        code: why.code.to_owned(),
        message: why.message,
        retryable: why.retryable,
        field: why.field,
        rule: why.rule.map(str::to_owned),
    }))
}
