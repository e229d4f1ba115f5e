//! What every [`Bus`] with others on it promises. Run over the [`Hub`](super::Hub) and over Redis.
//!
//! That something is *not* heard is never waited for: something else is said after it on the same way, and heard.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use tandem_protocol::{
    DocumentId, TaskId,
    node::{NodeFrame, NodeId, Topic},
};
use tokio::{
    sync::mpsc::{self, UnboundedReceiver},
    time::timeout,
};

use super::{Bus, Ear, Heard, Link};

/// Long enough for a busy machine; nothing waits that long unless it is broken.
const DEADLINE: Duration = Duration::from_secs(20);

/// Where a suite gets its nodes from.
pub trait Ground {
    async fn join(&self) -> Arc<dyn Bus>;

    /// A kept frame of the topic gets lost on its way; the sender may be the one who says it.
    async fn lose(&self, sender: &dyn Bus, topic: Topic);
}

/// A listener that notes everything.
pub struct Probe {
    heard: UnboundedReceiver<Heard>,
    ear: Option<Ear>,
}

impl Probe {
    pub fn new(bus: &dyn Bus, topic: Topic) -> Self {
        let (tell, heard) = mpsc::unbounded_channel();
        let ear = Some(bus.listen(topic, Box::new(move |heard| tell.send(heard).is_ok())));
        Self { heard, ear }
    }

    /// Listening, and through the first gap.
    pub async fn begun(bus: &dyn Bus, topic: Topic) -> Self {
        let mut probe = Self::new(bus, topic);
        probe.expect_gap().await;
        probe
    }

    pub async fn next(&mut self) -> Heard {
        timeout(DEADLINE, self.heard.recv()).await.expect("something is heard in time").expect("the bus holds the listener")
    }

    pub async fn expect_gap(&mut self) {
        assert_eq!(self.next().await, Heard::Gap);
    }

    /// The next frame, which is no gap.
    pub async fn said(&mut self) -> (NodeId, NodeFrame) {
        match self.next().await {
            Heard::Said { from, frame } => (from, NodeFrame::clone(&frame)),
            Heard::Gap => panic!("a gap where nothing was lost"),
        }
    }

    /// Everything up to this frame; how many gaps were in it.
    pub async fn until(&mut self, last: &NodeFrame) -> (Vec<NodeFrame>, usize) {
        let (mut frames, mut gaps) = (Vec::new(), 0);
        loop {
            match self.next().await {
                Heard::Gap => gaps += 1,
                Heard::Said { frame, .. } if *frame == *last => return (frames, gaps),
                Heard::Said { frame, .. } => frames.push(NodeFrame::clone(&frame)),
            }
        }
    }

    pub async fn until_gap(&mut self) {
        while self.next().await != Heard::Gap {}
    }

    fn close(&mut self) {
        self.ear = None;
    }
}

/// A topic of its own for each rule.
pub fn fresh() -> Topic {
    Topic::Task(TaskId::new())
}

/// A kept frame.
pub fn edit(text: impl AsRef<[u8]>) -> NodeFrame {
    let document = DocumentId::from(uuid::Uuid::nil());
    NodeFrame::Edits { document, updates: vec![Bytes::copy_from_slice(text.as_ref())] }
}

/// A fleeting one.
pub fn wave(text: impl AsRef<[u8]>) -> NodeFrame {
    NodeFrame::Awareness(vec![(1, Bytes::copy_from_slice(text.as_ref()))])
}

/// The link comes to be like this.
pub async fn link(bus: &dyn Bus, wanted: Link) {
    let mut link = bus.link();
    timeout(DEADLINE, link.wait_for(|link| *link == wanted)).await.expect("in time").expect("the bus lives");
}

/// Run all rules.
pub async fn check(ground: &impl Ground) {
    let (one, two, three) = (ground.join().await, ground.join().await, ground.join().await);
    for bus in [&one, &two, &three] {
        link(&**bus, Link::Up).await;
    }
    let (one, two, three) = (&*one, &*two, &*three);
    listening_begins_with_one_gap(one, two).await;
    frames_come_in_the_order_of_their_sender(one, two, three).await;
    nobody_hears_himself(one, two).await;
    several_listeners_each_hear_everything(one, two).await;
    a_listener_that_comes_later_hears_from_then_on(one, two).await;
    a_dropped_ear_hears_nothing_more(one, two).await;
    topics_do_not_mix(one, two).await;
    a_listener_that_refuses_is_told_of_a_gap_when_it_takes_that(one, two).await;
    big_frames_come_whole(one, two).await;
    a_thousand_topics(one, two).await;
    a_lost_frame_is_a_gap(ground, one, two).await;
    listening_again_begins_with_a_gap(one, two).await;
}

async fn listening_begins_with_one_gap(one: &dyn Bus, two: &dyn Bus) {
    let topic = fresh();
    let mut probe = Probe::new(two, topic);
    probe.expect_gap().await;
    one.say(topic, edit("a"));
    assert_eq!(probe.said().await, (one.me(), edit("a")));
}

async fn frames_come_in_the_order_of_their_sender(one: &dyn Bus, two: &dyn Bus, three: &dyn Bus) {
    let topic = fresh();
    let mut probe = Probe::begun(three, topic).await;
    for n in 0..200_u32 {
        for bus in [one, two] {
            bus.say(topic, if n % 3 == 0 { wave(n.to_be_bytes()) } else { edit(n.to_be_bytes()) });
        }
    }
    let mut next = [0_u32; 2];
    while next != [200, 200] {
        let (from, frame) = probe.said().await;
        let n = &mut next[usize::from(from == two.me())];
        assert_eq!(frame, if n.is_multiple_of(3) { wave(n.to_be_bytes()) } else { edit(n.to_be_bytes()) });
        *n += 1;
    }
}

async fn nobody_hears_himself(one: &dyn Bus, two: &dyn Bus) {
    let topic = fresh();
    let (mut mine, mut theirs) = (Probe::begun(one, topic).await, Probe::begun(two, topic).await);
    one.say(topic, edit("mine"));
    one.say(topic, wave("mine"));
    theirs.until(&wave("mine")).await;
    two.say(topic, edit("theirs"));
    assert_eq!(mine.said().await, (two.me(), edit("theirs")));
}

async fn several_listeners_each_hear_everything(one: &dyn Bus, two: &dyn Bus) {
    let topic = fresh();
    let (mut first, mut second) = (Probe::begun(two, topic).await, Probe::begun(two, topic).await);
    for n in ["a", "b", "c"] {
        one.say(topic, edit(n));
    }
    for probe in [&mut first, &mut second] {
        for n in ["a", "b", "c"] {
            assert_eq!(probe.said().await.1, edit(n));
        }
    }
}

async fn a_listener_that_comes_later_hears_from_then_on(one: &dyn Bus, two: &dyn Bus) {
    let topic = fresh();
    let mut first = Probe::begun(two, topic).await;
    one.say(topic, edit("before"));
    first.until(&edit("before")).await;
    let mut second = Probe::begun(two, topic).await;
    one.say(topic, edit("after"));
    // One gap, to the newcomer alone.
    assert_eq!((first.said().await.1, second.said().await.1), (edit("after"), edit("after")));
}

async fn a_dropped_ear_hears_nothing_more(one: &dyn Bus, two: &dyn Bus) {
    let topic = fresh();
    let (mut stays, mut goes) = (Probe::begun(two, topic).await, Probe::begun(two, topic).await);
    goes.close();
    one.say(topic, edit("x"));
    stays.until(&edit("x")).await;
    // The bus lets go of the listener, and with it of the channel's other end.
    assert!(timeout(DEADLINE, goes.heard.recv()).await.expect("in time").is_none());
}

async fn topics_do_not_mix(one: &dyn Bus, two: &dyn Bus) {
    let task = TaskId::new();
    let (of_task, of_project) = (Topic::Task(task), Topic::Project(tandem_protocol::ProjectId::from(uuid::Uuid::from(task))));
    let mut probe = Probe::begun(two, of_task).await;
    one.say(of_project, edit("of the project"));
    one.say(Topic::Nodes, NodeFrame::Leaving);
    one.say(of_task, edit("of the task"));
    assert_eq!(probe.said().await.1, edit("of the task"));
}

async fn a_listener_that_refuses_is_told_of_a_gap_when_it_takes_that(one: &dyn Bus, two: &dyn Bus) {
    let topic = fresh();
    let (tell, heard) = mpsc::unbounded_channel();
    let full = Arc::new(AtomicBool::new(false));
    let (refused, met) = (Arc::new(tokio::sync::Notify::new()), Arc::clone(&full));
    let notify = Arc::clone(&refused);
    let ear = two.listen(
        topic,
        Box::new(move |heard| {
            if met.load(Ordering::Acquire) {
                notify.notify_one();
                return false;
            }
            tell.send(heard).is_ok()
        }),
    );
    let mut slow = Probe { heard, ear: Some(ear) };
    slow.expect_gap().await;
    let mut quick = Probe::begun(two, topic).await;
    full.store(true, Ordering::Release);
    one.say(topic, edit("refused"));
    timeout(DEADLINE, refused.notified()).await.expect("it was asked");
    full.store(false, Ordering::Release);
    slow.expect_gap().await;
    one.say(topic, edit("taken"));
    assert_eq!(slow.said().await.1, edit("taken"));
    // The other one missed nothing meanwhile.
    assert_eq!((quick.said().await.1, quick.said().await.1), (edit("refused"), edit("taken")));
}

async fn big_frames_come_whole(one: &dyn Bus, two: &dyn Bus) {
    let topic = fresh();
    let mut probe = Probe::begun(two, topic).await;
    let big: Vec<u8> = (0..4_000_000_u32).map(|n| (n % 251) as u8).collect();
    one.say(topic, edit(&big));
    one.say(topic, wave(&big));
    assert!(probe.said().await.1 == edit(&big));
    assert!(probe.said().await.1 == wave(&big));
}

async fn a_thousand_topics(one: &dyn Bus, two: &dyn Bus) {
    let mut probes = Vec::new();
    for _ in 0..1_000 {
        let topic = fresh();
        probes.push((topic, Probe::new(two, topic)));
    }
    for (topic, probe) in &mut probes {
        probe.expect_gap().await;
        one.say(*topic, edit("here"));
    }
    for (_, probe) in &mut probes {
        assert_eq!(probe.said().await.1, edit("here"));
    }
}

async fn a_lost_frame_is_a_gap(ground: &impl Ground, one: &dyn Bus, two: &dyn Bus) {
    let topic = fresh();
    let mut probe = Probe::begun(two, topic).await;
    one.say(topic, edit("before"));
    assert_eq!(probe.said().await.1, edit("before"));
    ground.lose(one, topic).await;
    one.say(topic, edit("after"));
    let (frames, gaps) = probe.until(&edit("after")).await;
    assert!(frames.is_empty() && gaps == 1, "{frames:?}, {gaps} gaps");
}

async fn listening_again_begins_with_a_gap(one: &dyn Bus, two: &dyn Bus) {
    let topic = fresh();
    for n in 0..50_u32 {
        let mut probe = Probe::begun(two, topic).await;
        one.say(topic, edit(n.to_be_bytes()));
        assert_eq!(probe.said().await.1, edit(n.to_be_bytes()));
    }
}
