//! What things are called in Redis, and on which server of a cluster they live.

use std::{fmt::Write as _, str::FromStr as _};

use tandem_protocol::node::Topic;
use uuid::Uuid;

/// Slots of a cluster.
pub(super) const SLOTS: u16 = 16_384;

/// Makes the names of one installation.
#[derive(Clone, Debug)]
pub(super) struct Names {
    /// Before every key.
    keys: String,
    /// Before every channel. Channels belong to no database, so the database is in it.
    channels: String,
}

impl Names {
    pub(super) fn new(prefix: &str, database: i64) -> Self {
        let channels = if database == 0 { prefix.to_owned() } else { format!("{prefix}{database}:") };
        Self { keys: prefix.to_owned(), channels }
    }

    pub(super) fn channel(&self, topic: Topic) -> String {
        format!("{}{{{}}}", self.channels, tag(topic))
    }

    /// The stream of a topic's kept frames.
    pub(super) fn stream(&self, topic: Topic) -> String {
        format!("{}{{{}}}:frames", self.keys, tag(topic))
    }

    /// How many frames the stream has had. Entries are numbered by it, without holes, so that a listener sees what it missed.
    pub(super) fn counter(&self, topic: Topic) -> String {
        format!("{}{{{}}}:count", self.keys, tag(topic))
    }

    /// Whose channel it is; none: not one of ours.
    pub(super) fn topic(&self, channel: &[u8]) -> Option<Topic> {
        let text = std::str::from_utf8(channel).ok()?;
        let tag = text.strip_prefix(&self.channels)?.strip_prefix('{')?.strip_suffix('}')?;
        if tag == "nodes" {
            return Some(Topic::Nodes);
        }
        let (kind, id) = tag.split_once(':')?;
        let id = Uuid::from_str(id).ok()?;
        match kind {
            "task" => Some(Topic::Task(id.into())),
            "project" => Some(Topic::Project(id.into())),
            "user" => Some(Topic::User(id.into())),
            _ => None,
        }
    }
}

/// The part in braces: a cluster keeps keys and channels with the same one in the same slot.
fn tag(topic: Topic) -> String {
    let mut text = String::with_capacity(48);
    // Writing to a String cannot fail.
    let _ = match topic {
        Topic::Task(id) => write!(text, "task:{id}"),
        Topic::Project(id) => write!(text, "project:{id}"),
        Topic::User(id) => write!(text, "user:{id}"),
        Topic::Nodes => write!(text, "nodes"),
    };
    text
}

/// The slot of a topic in a cluster: CRC16 (XMODEM) of the part in braces, as the Redis Cluster Specification has it.
pub(super) fn slot(topic: Topic) -> u16 {
    slot_of_tag(&tag(topic))
}

pub(super) fn slot_of_tag(tag: &str) -> u16 {
    let crc = tag.bytes().fold(0_u16, |crc, byte| {
        (0..8).fold(crc ^ (u16::from(byte) << 8), |crc, _| if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 })
    });
    crc % SLOTS
}

#[cfg(test)]
mod tests {
    use tandem_protocol::{ProjectId, TaskId, UserId};

    use super::*;

    #[test]
    fn a_channel_tells_its_topic() {
        let topics = [Topic::Task(TaskId::new()), Topic::Project(ProjectId::new()), Topic::User(UserId::new()), Topic::Nodes];
        for names in [Names::new("tandem:", 0), Names::new("a{b", 3), Names::new("", 0)] {
            for topic in topics {
                assert_eq!(names.topic(names.channel(topic).as_bytes()), Some(topic));
            }
            for stranger in ["", "tandem:", "tandem:{task:1}", "tandem:{nodes", "other:{nodes}", "\u{0}"] {
                assert_eq!(names.topic(stranger.as_bytes()), None, "{stranger}");
            }
        }
    }

    #[test]
    fn databases_of_one_server_have_channels_of_their_own() {
        let (zero, one) = (Names::new("tandem:", 0), Names::new("tandem:", 1));
        assert_ne!(zero.channel(Topic::Nodes), one.channel(Topic::Nodes));
        assert_eq!(zero.stream(Topic::Nodes), one.stream(Topic::Nodes));
    }

    /// `CLUSTER KEYSLOT` says so.
    #[test]
    fn slots_are_those_of_the_specification() {
        assert_eq!(slot(Topic::Nodes), 9_928);
        let nil = Topic::Task(Uuid::nil().into());
        assert_eq!(slot(nil), 698);
    }
}
