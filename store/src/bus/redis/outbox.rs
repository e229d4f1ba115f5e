//! What this node has said and Redis has not taken yet: bounded by bytes, in order, one queue for each server.
//!
//! Whoever speaks never waits. What there is no room for is dropped, fleeting frames first; of kept ones that got lost, for this reason
//! or because Redis went away, the topics are remembered, and their listeners told as soon as that is possible.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tandem_protocol::node::{Delivery, Envelope, NodeId, Topic};
use tokio::sync::Notify;

use super::{names::slot, payload::Payload};

/// One write to Redis takes so many frames, or bytes, at most.
const BATCH_FRAMES: usize = 256;
const BATCH_BYTES: usize = 1 << 20;
/// Fleeting frames may use this part of the room.
const FLEETING_SHARE: usize = 2;
/// Counts kept of topics; more are forgotten, which costs those who listen nothing.
const COUNTS: usize = 200_000;

/// What becomes of something said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    Queued,
    Dropped,
}

#[derive(Clone, Debug)]
pub(super) struct Item {
    pub topic: Topic,
    pub what: What,
    pub bytes: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    Kept,
    Fleeting,
    /// Tells the listeners that kept frames are lost.
    Lost,
}

/// Which server a topic belongs to: an index for each slot. Empty: there is one server.
pub(super) type Routes = Arc<[u16]>;

pub(super) fn route(routes: &Routes, topic: Topic) -> usize {
    routes.get(usize::from(slot_of(routes, topic))).copied().map_or(0, usize::from)
}

fn slot_of(routes: &Routes, topic: Topic) -> u16 {
    if routes.is_empty() { 0 } else { slot(topic) }
}

pub(super) struct Outbox {
    me: NodeId,
    bound: usize,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    /// One for each server; none while Redis is away.
    lines: Vec<Line>,
    routes: Routes,
    /// Waiting and under way.
    bytes: usize,
    counts: HashMap<Topic, Counts>,
    lost: HashSet<Topic>,
}

struct Line {
    waiting: VecDeque<Item>,
    filled: Arc<Notify>,
}

#[derive(Clone, Copy, Default)]
struct Counts {
    kept: u64,
    fleeting: u64,
}

impl Outbox {
    pub(super) fn new(me: NodeId, bound: usize) -> Self {
        Self { me, bound, inner: Mutex::default() }
    }

    /// `bytes`: an encoded envelope, which gets its number here.
    pub(super) fn say(&self, topic: Topic, delivery: Delivery, mut bytes: Vec<u8>) -> Said {
        let mut inner = self.lock();
        let kept = delivery == Delivery::Kept;
        let number = inner.count(topic, kept);
        let room = if kept { self.bound } else { self.bound / FLEETING_SHARE };
        if inner.lines.is_empty() || inner.bytes.saturating_add(bytes.len()) > room {
            if kept {
                inner.lose(topic);
            }
            return Said::Dropped;
        }
        Envelope::renumber(&mut bytes, number);
        inner.bytes += bytes.len();
        let line = route(&inner.routes, topic);
        let Some(line) = inner.lines.get_mut(line) else { return Said::Dropped };
        line.waiting.push_back(Item { topic, what: if kept { What::Kept } else { What::Fleeting }, bytes });
        line.filled.notify_one();
        Said::Queued
    }

    /// A kept frame that cannot be sent at all.
    pub(super) fn lose(&self, topic: Topic) {
        let mut inner = self.lock();
        inner.count(topic, true);
        inner.lose(topic);
    }

    /// Redis is there.
    pub(super) fn open(&self, servers: usize, routes: Routes) {
        let mut inner = self.lock();
        inner.lines = (0..servers).map(|_| Line { waiting: VecDeque::new(), filled: Arc::default() }).collect();
        inner.routes = routes;
        inner.bytes = 0;
    }

    /// Redis is away: what waits is lost. Answers how many kept and fleeting frames.
    pub(super) fn close(&self) -> (usize, usize) {
        let mut inner = self.lock();
        let items: Vec<Item> = std::mem::take(&mut inner.lines).into_iter().flat_map(|line| line.waiting).collect();
        inner.bytes = 0;
        inner.give_up(&items)
    }

    /// Rings when something is said.
    pub(super) fn filled(&self, line: usize) -> Arc<Notify> {
        self.lock().lines.get(line).map(|line| Arc::clone(&line.filled)).unwrap_or_default()
    }

    /// What goes to Redis next: some of what waits and, of topics of which something is lost, so many at most.
    pub(super) fn take(self: &Arc<Self>, line: usize, lost: usize) -> Batch {
        let mut inner = self.lock();
        let mut items = Vec::new();
        let mut bytes = 0;
        // Not while there is too much to say anyway: each makes listeners ask.
        if lost > 0 && !inner.lost.is_empty() && inner.bytes <= self.bound / FLEETING_SHARE {
            let topics: Vec<Topic> = inner.lost.iter().copied().filter(|topic| route(&inner.routes, *topic) == line).take(lost).collect();
            for topic in topics {
                inner.lost.remove(&topic);
                let number = inner.counts.get(&topic).map_or(0, |counts| counts.kept);
                items.push(Item { topic, what: What::Lost, bytes: Payload::lost(self.me, number) });
            }
        }
        if let Some(line) = inner.lines.get_mut(line) {
            while items.len() < BATCH_FRAMES && bytes < BATCH_BYTES {
                let Some(item) = line.waiting.pop_front() else { break };
                bytes += item.bytes.len();
                items.push(item);
            }
        }
        Batch { outbox: Arc::clone(self), items, bytes }
    }

    /// Something is lost whose listeners do not know yet.
    pub(super) fn has_lost(&self) -> bool {
        !self.lock().lost.is_empty()
    }

    pub(super) fn is_empty(&self) -> bool {
        let inner = self.lock();
        inner.bytes == 0 && inner.lost.is_empty()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn count(&mut self, topic: Topic, kept: bool) -> u64 {
        if self.counts.len() >= COUNTS && !self.counts.contains_key(&topic) {
            let lost = &self.lost;
            self.counts.retain(|topic, _| lost.contains(topic));
        }
        let counts = self.counts.entry(topic).or_default();
        let count = if kept { &mut counts.kept } else { &mut counts.fleeting };
        *count += 1;
        *count
    }

    fn lose(&mut self, topic: Topic) {
        self.lost.insert(topic);
        if let Some(line) = self.lines.get(route(&self.routes, topic)) {
            line.filled.notify_one();
        }
    }

    fn give_up(&mut self, items: &[Item]) -> (usize, usize) {
        let (mut kept, mut fleeting) = (0, 0);
        for item in items {
            match item.what {
                What::Kept => kept += 1,
                What::Fleeting => fleeting += 1,
                What::Lost => {}
            }
            if item.what != What::Fleeting {
                self.lost.insert(item.topic);
            }
        }
        (kept, fleeting)
    }
}

/// Under way. Dropped before it is [`Batch::done`], its frames count as lost.
pub(super) struct Batch {
    outbox: Arc<Outbox>,
    pub items: Vec<Item>,
    bytes: usize,
}

impl Batch {
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn done(mut self) {
        self.items.clear();
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        let mut inner = self.outbox.lock();
        inner.bytes = inner.bytes.saturating_sub(self.bytes);
        let (kept, fleeting) = inner.give_up(&self.items);
        drop(inner);
        super::measures::dropped(kept, fleeting);
    }
}

impl fmt::Debug for Outbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = self.lock();
        f.debug_struct("Outbox").field("bytes", &inner.bytes).field("lost", &inner.lost.len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use tandem_protocol::TaskId;

    use super::*;
    use crate::bus::contract::{edit, fresh, wave};

    fn outbox(bound: usize) -> Arc<Outbox> {
        let outbox = Outbox::new(NodeId::new(), bound);
        outbox.open(1, Routes::default());
        Arc::new(outbox)
    }

    fn say(outbox: &Outbox, topic: Topic, frame: tandem_protocol::node::NodeFrame) -> Said {
        let delivery = frame.delivery();
        outbox.say(topic, delivery, Envelope { from: outbox.me, number: 0, frame }.encode())
    }

    fn numbers(batch: &Batch) -> Vec<u64> {
        batch.items.iter().map(|item| Envelope::decode(&item.bytes).unwrap().number).collect()
    }

    #[test]
    fn frames_are_numbered_by_topic_and_delivery_in_their_order() {
        let outbox = outbox(1 << 20);
        let (one, two) = (fresh(), fresh());
        for (topic, frame) in [(one, edit("a")), (two, edit("a")), (one, wave("a")), (one, edit("b"))] {
            assert_eq!(say(&outbox, topic, frame), Said::Queued);
        }
        let batch = outbox.take(0, 0);
        assert_eq!(numbers(&batch), [1, 1, 1, 2]);
        batch.done();
        assert!(outbox.is_empty());
    }

    #[test]
    fn fleeting_frames_are_dropped_first_and_a_dropped_kept_one_is_remembered() {
        let outbox = outbox(2_000);
        let topic = fresh();
        while say(&outbox, topic, wave([0; 100])) == Said::Queued {}
        assert!(!outbox.has_lost());
        assert_eq!(say(&outbox, topic, edit([0; 100])), Said::Queued);
        while say(&outbox, topic, edit([0; 100])) == Said::Queued {}
        assert!(outbox.has_lost());
        outbox.take(0, 0).done();
        let batch = outbox.take(0, 10);
        // All that was said is counted in, so that the jump is seen.
        let Some(Payload::Lost { number, .. }) = Payload::read(&batch.items[0].bytes) else { panic!("{batch:?}", batch = batch.items) };
        assert!(number > 1 && batch.items.len() == 1);
        batch.done();
        assert!(outbox.is_empty() && say(&outbox, topic, wave([0; 100])) == Said::Queued);
    }

    #[test]
    fn what_waits_or_is_under_way_when_redis_goes_is_lost_and_told_when_it_is_back() {
        let outbox = outbox(1 << 20);
        let (under_way, waiting, later) = (fresh(), fresh(), fresh());
        say(&outbox, under_way, edit("a"));
        let batch = outbox.take(0, 10);
        say(&outbox, waiting, edit("b"));
        say(&outbox, fresh(), wave("c"));
        assert_eq!(outbox.close(), (1, 1));
        drop(batch);
        assert_eq!(say(&outbox, later, edit("d")), Said::Dropped);
        outbox.open(1, Routes::default());
        let topics: HashSet<Topic> = outbox.take(0, 10).items.iter().map(|item| item.topic).collect();
        assert_eq!(topics, HashSet::from([under_way, waiting, later]));
        // That batch was dropped too: it is said again.
        let again = outbox.take(0, 2);
        assert_eq!(again.items.len(), 2);
    }

    #[test]
    fn counts_of_very_many_topics_are_forgotten_but_for_those_of_which_something_is_lost() {
        let outbox = Outbox::new(NodeId::new(), 1 << 20);
        let lost = Topic::Task(TaskId::new());
        outbox.lose(lost);
        outbox.open(1, Routes::default());
        let mut inner = outbox.lock();
        for _ in 0..COUNTS {
            inner.count(fresh(), true);
        }
        assert!(inner.counts.len() <= COUNTS);
        assert_eq!(inner.count(lost, true), 2);
    }
}
