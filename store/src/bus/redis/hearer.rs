//! Listens at one server: subscriptions, what comes through them, and what is missing in it.
//!
//! A subscription on a connection that holds misses nothing, so whoever listens is told of a gap when it begins (again), when the places in
//! the stream or a sender's numbers jump and the stream does not have what is between, and when a sender says that it lost something.

use std::{
    collections::{HashMap, VecDeque, hash_map::Entry},
    sync::Arc,
    time::Duration,
};

use ::redis::{Pipeline, PushInfo, PushKind, Value, aio::MultiplexedConnection};
use futures_util::future::BoxFuture;
use tandem_protocol::node::{Delivery, Envelope, NodeId, Topic};
use tokio::{
    sync::mpsc::UnboundedReceiver,
    time::{Instant, MissedTickBehavior, interval, sleep_until, timeout},
};

use super::{
    Away, Shared, Want,
    connect::{ANSWER, Pushes, ping},
    measures,
    names::Names,
    payload::Payload,
    values::{Found, bytes, error, items, text},
};
use crate::bus::ears::Pricked;

const QUIET: Duration = Duration::from_millis(500);
/// Subscriptions of one write.
const AT_ONCE: usize = 200;
/// Senders whose numbers are remembered for a topic: nodes come and go, and a topic may be listened to for days.
const SENDERS: usize = 256;

/// No connection that was given up is read from after so long.
const LATE: Duration = Duration::from_secs(30);

/// A question under way.
type Asking = BoxFuture<'static, Found<()>>;

pub(super) struct Hearer {
    pub shared: Arc<Shared>,
    pub names: Names,
    pub voice: MultiplexedConnection,
    pub ear: MultiplexedConnection,
    pub pushes: Pushes,
    pub sharded: bool,
    pub wants: UnboundedReceiver<Want>,
    /// Topics that were listened to before this connection.
    pub again: VecDeque<Topic>,
    pub asks: Asks,
    pub topics: HashMap<Topic, Followed>,
}

/// A topic somebody here listens to.
#[derive(Default)]
pub(super) struct Followed {
    begun: bool,
    /// The place of the last kept frame.
    place: Option<u64>,
    /// Where each sender's count of kept frames stands.
    counts: HashMap<NodeId, Count>,
    /// And of each one's last fleeting frame, with when it came.
    fleeting: HashMap<NodeId, (u64, Instant)>,
}

/// Of one sender's kept frames.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    last: u64,
    /// Nothing before it was missed since the subscription began. The first frame that is heard of a sender says nothing of those before it.
    sure: bool,
}

/// What the server was asked, and will confirm in this order.
#[derive(Default)]
pub(super) struct Asks {
    next: VecDeque<(Topic, Ask)>,
    under_way: HashMap<Topic, VecDeque<Ask>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ask {
    Begin,
    End,
}

impl Hearer {
    /// Until the server is away.
    pub(super) async fn run(mut self) -> Found<()> {
        let batch = self.shared.config.again_at_once.max(1);
        let mut pace = interval(self.shared.config.again_pace);
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut next_ping = Instant::now() + QUIET;
        let ear = self.ear.clone();
        // One question under way; what comes meanwhile is heard.
        let mut asking: Option<Asking> = None;
        loop {
            if asking.is_none() {
                asking = self.ask(&ear);
            }
            if asking.is_none() && Instant::now() >= next_ping {
                let mut ear = ear.clone();
                asking = Some(Box::pin(async move { ping(&mut ear).await }));
                next_ping = Instant::now() + QUIET;
            }
            tokio::select! {
                push = self.pushes.next() => self.pushed(push?).await?,
                Some(want) = self.wants.recv() => self.want(want),
                answer = answered(&mut asking), if asking.is_some() => {
                    answer?;
                    asking = None;
                }
                _ = pace.tick(), if !self.again.is_empty() => self.once_more(batch),
                () = sleep_until(next_ping), if asking.is_none() => {}
            }
        }
    }

    /// Some of those that were listened to before.
    fn once_more(&mut self, count: usize) {
        for _ in 0..count {
            let Some(topic) = self.again.pop_front() else { break };
            if self.shared.ears.has(topic) {
                self.follow(topic);
            }
        }
    }

    fn want(&mut self, want: Want) {
        match want {
            Want::Begin(topic, ear) => self.begin(topic, &ear),
            Want::End(topic) => {
                if !self.shared.ears.has(topic) && self.topics.remove(&topic).is_some() {
                    self.asks.next.push_back((topic, Ask::End));
                }
            }
        }
    }

    fn begin(&mut self, topic: Topic, ear: &Arc<Pricked>) {
        match self.topics.get(&topic) {
            Some(followed) if followed.begun => self.shared.ears.begin(ear),
            // It is told when the subscription begins.
            Some(_) => {}
            None => self.follow(topic),
        }
    }

    fn follow(&mut self, topic: Topic) {
        if let Entry::Vacant(entry) = self.topics.entry(topic) {
            entry.insert(Followed::default());
            self.asks.next.push_back((topic, Ask::Begin));
        }
    }

    /// Asks for what is to be asked for, if anything is.
    fn ask(&mut self, ear: &MultiplexedConnection) -> Option<Asking> {
        let count = self.asks.next.len().min(AT_ONCE);
        if count == 0 {
            return None;
        }
        let (begin, end) = if self.sharded { ("SSUBSCRIBE", "SUNSUBSCRIBE") } else { ("SUBSCRIBE", "UNSUBSCRIBE") };
        let mut pipeline = Pipeline::with_capacity(count);
        for (topic, ask) in self.asks.next.drain(..count) {
            // A command each: in a cluster topics of one command would have to share a slot.
            pipeline.cmd(if ask == Ask::Begin { begin } else { end }).arg(self.names.channel(topic));
            self.asks.under_way.entry(topic).or_default().push_back(ask);
        }
        let mut ear = ear.clone();
        Some(Box::pin(async move {
            let answers = ear.send_packed_commands(&pipeline, 0, count).await?;
            answers.iter().find_map(error).map_or(Ok(()), |error| Err(Away::refused(error)))
        }))
    }

    async fn pushed(&mut self, push: PushInfo) -> Found<()> {
        match (push.kind, &push.data[..]) {
            (PushKind::SMessage | PushKind::Message, [channel, payload]) => {
                match (bytes(channel).and_then(|channel| self.names.topic(channel)), bytes(payload)) {
                    (Some(topic), Some(payload)) => self.came(topic, payload).await,
                    _ => measures::skipped("channel"),
                }
                Ok(())
            }
            (PushKind::SSubscribe | PushKind::Subscribe, [channel, ..]) => self.confirmed(channel, Ask::Begin),
            (PushKind::SUnsubscribe | PushKind::Unsubscribe, [channel, ..]) => self.confirmed(channel, Ask::End),
            (PushKind::Disconnection, _) => Err(Away::Closed),
            _ => Ok(()),
        }
    }

    fn confirmed(&mut self, channel: &Value, what: Ask) -> Found<()> {
        let Some(topic) = bytes(channel).and_then(|channel| self.names.topic(channel)) else { return Ok(()) };
        let Some(asked) = self.asks.under_way.get_mut(&topic) else { return Err(Away::Moved) };
        if asked.pop_front() != Some(what) {
            // Nobody asked: the server ended it by itself.
            return Err(Away::Moved);
        }
        if asked.is_empty() {
            self.asks.under_way.remove(&topic);
            if let Some(followed) = self.topics.get_mut(&topic).filter(|_| what == Ask::Begin) {
                *followed = Followed { begun: true, ..Followed::default() };
                self.shared.ears.gap(topic);
            }
        }
        Ok(())
    }

    async fn came(&mut self, topic: Topic, payload: &[u8]) {
        let Some(followed) = self.topics.get_mut(&topic).filter(|followed| followed.begun) else { return };
        let shared = &self.shared;
        match Payload::read(payload) {
            Some(Payload::Fleeting(envelope)) => followed.tell(shared, topic, envelope, Delivery::Fleeting),
            Some(Payload::Kept { place: 0, envelope }) => followed.tell(shared, topic, envelope, Delivery::Kept),
            Some(Payload::Kept { place, envelope }) => {
                match followed.place.replace(place) {
                    None => {}
                    Some(last) if last.checked_add(1) == Some(place) => {}
                    Some(last) if last < place => match between(&mut self.voice, &self.names.stream(topic), last, place).await {
                        Some(missed) => missed.iter().for_each(|envelope| followed.tell(shared, topic, envelope, Delivery::Kept)),
                        None => gap(shared, topic),
                    },
                    // The places begin anew: Redis was emptied.
                    Some(_) => gap(shared, topic),
                }
                followed.tell(shared, topic, envelope, Delivery::Kept);
            }
            Some(Payload::Lost { from, number }) if from != shared.me => {
                if followed.is_lost(from, number) {
                    gap(shared, topic);
                }
            }
            Some(Payload::Lost { .. }) => {}
            None => measures::skipped("payload"),
        }
    }
}

impl Followed {
    fn tell(&mut self, shared: &Shared, topic: Topic, envelope: &[u8], delivery: Delivery) {
        let (from, number) = match Envelope::sender(envelope) {
            Ok(sender) => sender,
            Err(error) => return measures::skipped(error.reason()),
        };
        if from == shared.me {
            return;
        }
        shared.measures.heard(delivery, envelope.len());
        if delivery == Delivery::Kept {
            if self.is_hole_before(from, number) {
                gap(shared, topic);
            }
        } else if self.is_late(from, number) {
            return measures::skipped("late");
        }
        match Envelope::decode(envelope) {
            Ok(envelope) => shared.ears.hear(topic, from, &Arc::new(envelope.frame)),
            Err(error) => measures::skipped(error.reason()),
        }
    }

    /// Redis may read what came over a connection that was given up after what came over the next one: who and what is seen would then
    /// be as it was before.
    fn is_late(&mut self, from: NodeId, number: u64) -> bool {
        if self.fleeting.len() >= SENDERS && !self.fleeting.contains_key(&from) {
            self.fleeting.clear();
        }
        let now = Instant::now();
        // A sender that forgot the topic counts from 1, and that frame may be lost.
        let late = number != 1 && self.fleeting.get(&from).is_some_and(|(last, at)| number <= *last && now - *at < LATE);
        if !late {
            self.fleeting.insert(from, (number, now));
        }
        late
    }

    /// Whether kept frames are missing between this one and the one before.
    fn is_hole_before(&mut self, from: NodeId, number: u64) -> bool {
        let count = self.count(from);
        // A sender that begins to count anew has forgotten the topic, and lost nothing.
        if number == 1 {
            *count = Count { last: 1, sure: true };
            return false;
        }
        let hole = count.last != 0 && count.last.saturating_add(1) < number;
        count.last = count.last.max(number);
        hole
    }

    /// Whether the frames up to this number that a sender says it lost were not missed already.
    fn is_lost(&mut self, from: NodeId, number: u64) -> bool {
        let count = self.count(from);
        let news = count.last < number || !count.sure;
        *count = Count { last: count.last.max(number), sure: true };
        news
    }

    fn count(&mut self, from: NodeId) -> &mut Count {
        if self.counts.len() >= SENDERS && !self.counts.contains_key(&from) {
            self.counts.clear();
        }
        self.counts.entry(from).or_default()
    }
}

async fn answered(asking: &mut Option<Asking>) -> Found<()> {
    match asking {
        Some(asking) => asking.await,
        None => std::future::pending().await,
    }
}

fn gap(shared: &Shared, topic: Topic) {
    measures::gap();
    shared.ears.gap(topic);
}

/// The kept frames after one place and before another, if the stream still has all of them.
async fn between(voice: &mut MultiplexedConnection, stream: &str, last: u64, place: u64) -> Option<Vec<Vec<u8>>> {
    let mut question = ::redis::cmd("XRANGE");
    question.arg(stream).arg(format!("{}-0", last + 1)).arg(format!("{}-1", place - 1)).arg("COUNT").arg(1_000);
    let answer = timeout(ANSWER, voice.send_packed_command(&question)).await.ok()?.ok()?;
    let mut frames = Vec::new();
    for (entry, expected) in items(&answer).ok()?.iter().zip(last + 1..) {
        let [id, fields] = items(entry).ok()? else { return None };
        if text(id)? != format!("{expected}-1") {
            return None;
        }
        // Whatever else somebody may have put there is no frame of ours.
        let fields = items(fields).ok()?;
        let frame = fields.chunks_exact(2).find(|field| bytes(&field[0]) == Some(b"e")).and_then(|field| bytes(&field[1]));
        frames.push(frame.unwrap_or_default().to_vec());
    }
    (frames.len() as u64 == place - last - 1).then_some(frames)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_lost_before_the_first_frame_that_is_heard_of_a_sender_is_a_gap_once() {
        let (mut followed, from) = (Followed::default(), NodeId::new());
        // 5 to 7 were lost, and 8 came before the word of it.
        assert!(!followed.is_hole_before(from, 8));
        assert!(followed.is_lost(from, 8));
        assert!(!followed.is_lost(from, 8), "all that was said is known");
        assert!(!followed.is_hole_before(from, 9));
        assert!(followed.is_hole_before(from, 11));
        assert!(!followed.is_lost(from, 11), "the hole was seen");
        assert!(followed.is_lost(from, 12));
    }

    #[test]
    fn a_sender_that_counts_anew_lost_nothing() {
        let (mut followed, from) = (Followed::default(), NodeId::new());
        assert!(!followed.is_hole_before(from, 7));
        assert!(!followed.is_hole_before(from, 1));
        assert!(!followed.is_hole_before(from, 2));
        assert!(!followed.is_lost(from, 2));
        assert!(followed.is_hole_before(from, 4));
    }

    #[tokio::test(start_paused = true)]
    async fn a_lower_number_is_late_only_for_so_long() {
        let (mut followed, from) = (Followed::default(), NodeId::new());
        assert!(!followed.is_late(from, 9));
        tokio::time::advance(LATE - Duration::from_millis(1)).await;
        assert!(followed.is_late(from, 8) && followed.is_late(from, 9));
        // What was dropped does not make it longer: a sender that forgot the topic, and whose 1 was lost, is heard again.
        tokio::time::advance(Duration::from_millis(1)).await;
        assert!(!followed.is_late(from, 2));
        assert!(followed.is_late(from, 2) && !followed.is_late(from, 3));
    }

    #[test]
    fn of_so_many_senders_the_numbers_are_remembered() {
        let mut followed = Followed::default();
        let senders: Vec<NodeId> = (0..SENDERS).map(|_| NodeId::new()).collect();
        for from in &senders {
            assert!(!followed.is_late(*from, 9));
        }
        assert!(senders.iter().all(|from| followed.is_late(*from, 9)), "one that is known pushes nobody out");
        assert!(!followed.is_late(NodeId::new(), 9));
        assert_eq!(followed.fleeting.len(), 1);
    }
}
