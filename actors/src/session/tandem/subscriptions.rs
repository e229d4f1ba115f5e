//! Channels come and go.

use std::collections::VecDeque;

use bytes::Bytes;
use tandem_protocol::ws::{Subscribe, Topic, TopicKind};

use super::{Channel, Ctx, MAX_CHANNEL, SessionActor, TaskChannel};
use crate::{
    desk,
    document::MAX_STATE_VECTOR,
    measures,
    project::{Gone, Watched},
    room::{Refused, Seat},
    task::{Leave, LeftBehind},
};

fn within(vector: Bytes) -> Option<Bytes> {
    if vector.len() > MAX_STATE_VECTOR {
        measures::limit("max_state_vector");
        return None;
    }
    Some(vector)
}

impl SessionActor {
    pub(super) fn subscribe(&mut self, subscribe: Subscribe, ctx: &mut Ctx) {
        let channel = subscribe.channel;
        if let Err(why) = self.check_channel(channel) {
            return self.error(Some(channel), None, why);
        }
        self.last_subscription += 1;
        let subscription = self.last_subscription;
        let Topic { kind, id } = subscribe.topic;
        match kind {
            TopicKind::Task => {
                let task = TaskChannel {
                    subscription,
                    id: id.into(),
                    lineage: subscribe.lineage,
                    // Who names more clients than that is sent everything.
                    state_vector: subscribe.state_vector.and_then(|vector| within(vector.0.into())),
                    record: None,
                    role: None,
                    rights_asked: 0,
                    rights_stale: false,
                    room: None,
                    joined: false,
                    project: None,
                    pointer: None,
                    backlog: VecDeque::new(),
                    presence: None,
                };
                self.channels.insert(channel, Channel::Task(Box::new(task)));
                self.join_task(channel, ctx);
            }
            TopicKind::Project | TopicKind::Workflow => {
                let what = if kind == TopicKind::Project { Watched::Project } else { Watched::Work };
                self.channels.insert(channel, Channel::Project { subscription, id: id.into(), what, actor: None });
                self.watch_project(channel, ctx);
            }
            TopicKind::User => {
                self.channels.insert(channel, Channel::User { subscription });
                self.watch_user(channel, id, ctx);
            }
        }
    }

    pub(super) fn check_channel(&self, channel: u32) -> Result<(), Refused> {
        if channel == 0 || channel > MAX_CHANNEL {
            let message = format!("a channel is a number from 1 to {MAX_CHANNEL}");
            Err(Refused::new("bad_request", message).field("channel", "range"))
        } else if self.channels.contains_key(&channel) {
            Err(Refused::new("channel_in_use", "this channel is in use on this connection").field("channel", "unused"))
        } else if self.channels.len() >= self.config.max_channels {
            measures::limit("max_channels");
            let message = format!("a connection may have {} channels", self.config.max_channels);
            Err(Refused::new("too_many_channels", message).field("channel", "max_channels"))
        } else {
            Ok(())
        }
    }

    pub(super) fn unsubscribe(&mut self, channel: u32) {
        if let Some(left) = self.drop_channel(channel) {
            self.leave(left);
        }
    }

    pub(super) fn drop_channel(&mut self, channel: u32) -> Option<Channel> {
        let dropped = self.channels.remove(&channel)?;
        desk::release(Seat { session: self.id, subscription: dropped.subscription() });
        Some(dropped)
    }

    pub(super) fn leave(&self, channel: Channel) {
        let seat = Seat { session: self.id, subscription: channel.subscription() };
        match channel {
            Channel::Task(task) => {
                if let Some(room) = task.room {
                    if let Some(left) = LeftBehind::of(seat, task.backlog) {
                        room.tell(left);
                    }
                    room.tell(Leave(seat));
                }
                if let Some(project) = task.project {
                    project.recipient().do_send(Gone(seat));
                }
            }
            Channel::Project { actor: Some(project), .. } => project.recipient().do_send(Gone(seat)),
            Channel::Project { .. } | Channel::User { .. } => {}
        }
    }

    /// An attempt that failed: the channel is free again.
    pub(super) fn turned_away(&mut self, channel: u32, subscription: u64, why: Refused) {
        if self.is_current(channel, subscription) {
            self.unsubscribe(channel);
            self.error(Some(channel), None, why);
        }
    }

    /// None: of a subscription that ended.
    pub(super) fn channel_of(&self, subscription: u64) -> Option<u32> {
        self.channels.iter().find(|(_, channel)| channel.subscription() == subscription).map(|(number, _)| *number)
    }

    pub(super) fn is_current(&self, channel: u32, subscription: u64) -> bool {
        self.channels.get(&channel).is_some_and(|c| c.subscription() == subscription)
    }

    pub(super) fn task(&mut self, channel: u32) -> Option<&mut TaskChannel> {
        match self.channels.get_mut(&channel) {
            Some(Channel::Task(task)) => Some(task),
            _ => None,
        }
    }
}
