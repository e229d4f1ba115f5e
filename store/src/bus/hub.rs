//! Several nodes in one process, for tests: every loss and delay is the test's own choice.
//!
//! Nothing runs beside the callers: a frame reaches its listeners before `say` returns, in the order things were said, so a schedule on
//! a paused clock plays the same way again. Only a delay, and asking a listener again that refused, wait for the (paused) clock.

use std::{
    collections::{HashSet, VecDeque},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tandem_protocol::node::{Delivery, NodeFrame, NodeId, Topic};
use tokio::{sync::watch, time::Instant};

use super::{
    Bus, Ear, Link, Listener,
    ears::{Ears, Pricked},
};

/// How soon a listener that refused something is asked again.
const RETRY: Duration = Duration::from_millis(10);

/// What connects the nodes of a test.
#[derive(Clone, Default)]
pub struct Hub {
    shared: Arc<Mutex<Shared>>,
}

#[derive(Default)]
struct Shared {
    nodes: Vec<Node>,
    under_way: VecDeque<(Option<Instant>, Parcel)>,
    /// Somebody is delivering; whoever comes now leaves it to them.
    busy: bool,
    delay: Duration,
    drops: usize,
    losses: usize,
    retrying: bool,
}

struct Node {
    me: NodeId,
    ears: Arc<Ears>,
    link: watch::Sender<Link>,
    cut: Option<Cut>,
    /// What others could not hear of it: they are told when it is back.
    unsaid: HashSet<Topic>,
}

/// Which way a node is cut off. It learns that it is in any case: nobody answers its pings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    Both,
    /// What it says reaches nobody; it hears.
    Speaking,
    /// It hears nothing; what it says arrives.
    Hearing,
}

/// Something on its way to every node.
enum Parcel {
    Said {
        from: NodeId,
        topic: Topic,
        frame: Arc<NodeFrame>,
    },
    /// Kept frames of the topic are lost, and it is known.
    Lost {
        from: NodeId,
        topic: Topic,
    },
    Begin {
        node: NodeId,
        ear: Arc<Pricked>,
    },
    /// The node may have missed anything.
    Back {
        node: NodeId,
    },
}

impl Hub {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// One more node.
    #[must_use]
    pub fn join(&self) -> HubBus {
        let node = Node { me: NodeId::new(), ears: Arc::default(), link: watch::Sender::new(Link::Up), cut: None, unsaid: HashSet::new() };
        let bus = HubBus { me: node.me, ears: Arc::clone(&node.ears), link: node.link.clone(), hub: self.clone() };
        self.lock().nodes.push(node);
        bus
    }

    /// Cut a node off.
    pub fn cut(&self, node: NodeId, how: Cut) {
        if let Some(node) = self.lock().nodes.iter_mut().find(|other| other.me == node) {
            node.cut = Some(how);
            node.link.send_replace(Link::Down);
        }
    }

    /// It is back: it is told of a gap in everything, and the others in what it said meanwhile.
    pub fn heal(&self, node: NodeId) {
        {
            let mut shared = self.lock();
            let Some(healed) = shared.nodes.iter_mut().find(|other| other.me == node) else { return };
            if healed.cut.take().is_none() {
                return;
            }
            healed.link.send_replace(Link::Up);
            let mut unsaid: Vec<Topic> = healed.unsaid.drain().collect();
            unsaid.sort_unstable();
            shared.send(Parcel::Back { node });
            for topic in unsaid {
                shared.send(Parcel::Lost { from: node, topic });
            }
        }
        self.deliver();
    }

    /// A node dies: it hears no more and what it says arrives nowhere, for good, and it does not know.
    pub fn kill(&self, node: NodeId) {
        self.lock().nodes.retain(|other| other.me != node);
    }

    /// The next so many frames are dropped. Where one was kept, its listeners are told `Gap` instead.
    pub fn drop_next(&self, frames: usize) {
        self.lock().drops = frames;
    }

    /// The next so many frames are lost and nobody is told: so it is when a node dies with frames unsaid. Only asking each other finds it.
    pub fn lose_next(&self, frames: usize) {
        self.lock().losses = frames;
    }

    /// From now on everything takes this long, on tokio's clock.
    pub fn delay(&self, by: Duration) {
        self.lock().delay = by;
    }

    fn say(&self, from: NodeId, topic: Topic, frame: NodeFrame) {
        {
            let mut shared = self.lock();
            let kept = frame.delivery() == Delivery::Kept;
            let Some(sender) = shared.nodes.iter_mut().find(|node| node.me == from) else { return };
            if matches!(sender.cut, Some(Cut::Both | Cut::Speaking)) {
                if kept {
                    sender.unsaid.insert(topic);
                }
                return;
            }
            if shared.losses > 0 {
                shared.losses -= 1;
                return;
            }
            if shared.drops == 0 {
                shared.send(Parcel::Said { from, topic, frame: Arc::new(frame) });
            } else {
                shared.drops -= 1;
                if kept {
                    shared.send(Parcel::Lost { from, topic });
                }
            }
        }
        self.deliver();
    }

    fn begin(&self, node: NodeId, ear: Arc<Pricked>) {
        self.lock().send(Parcel::Begin { node, ear });
        self.deliver();
    }

    /// Delivers what is due. A listener may speak or listen itself: that waits its turn.
    fn deliver(&self) {
        let mut shared = self.lock();
        if shared.busy {
            return;
        }
        shared.busy = true;
        while let Some(parcel) = shared.due() {
            let calls = shared.address(parcel);
            drop(shared);
            calls.into_iter().for_each(Call::make);
            shared = self.lock();
        }
        shared.busy = false;
        self.wake(&mut shared);
    }

    /// Comes back when the next parcel is due, or a listener is to be asked again.
    fn wake(&self, shared: &mut Shared) {
        // Tests without a runtime use neither.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        if !shared.retrying && shared.nodes.iter().any(|node| node.ears.owes()) {
            shared.retrying = true;
            let hub = self.clone();
            runtime.spawn(async move {
                tokio::time::sleep(RETRY).await;
                let ears: Vec<_> = {
                    let mut shared = hub.lock();
                    shared.retrying = false;
                    shared.nodes.iter().map(|node| Arc::clone(&node.ears)).collect()
                };
                ears.iter().for_each(|ears| ears.retry());
                hub.deliver();
            });
        }
        if let Some(due) = shared.under_way.front().and_then(|(due, _)| *due) {
            let hub = self.clone();
            runtime.spawn(async move {
                tokio::time::sleep_until(due).await;
                hub.deliver();
            });
        }
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One thing to be told on one node.
enum Call {
    Hear(Arc<Ears>, NodeId, Topic, Arc<NodeFrame>),
    Gap(Arc<Ears>, Topic),
    Begin(Arc<Ears>, Arc<Pricked>),
}

impl Call {
    fn make(self) {
        match self {
            Self::Hear(ears, from, topic, frame) => ears.hear(topic, from, &frame),
            Self::Gap(ears, topic) => ears.gap(topic),
            Self::Begin(ears, ear) => ears.begin(&ear),
        }
    }
}

impl Shared {
    fn send(&mut self, parcel: Parcel) {
        let due = (!self.delay.is_zero()).then(|| Instant::now() + self.delay);
        self.under_way.push_back((due, parcel));
    }

    fn due(&mut self) -> Option<Parcel> {
        let (due, _) = self.under_way.front()?;
        if due.is_some_and(|due| due > Instant::now()) {
            return None;
        }
        self.under_way.pop_front().map(|(_, parcel)| parcel)
    }

    /// Who is to be told, as things are when it arrives.
    fn address(&mut self, parcel: Parcel) -> Vec<Call> {
        let hearing = |node: &&Node| !matches!(node.cut, Some(Cut::Both | Cut::Hearing));
        match parcel {
            Parcel::Said { from, topic, frame } => {
                let others = self.nodes.iter().filter(hearing).filter(|node| node.me != from);
                others.map(|node| Call::Hear(Arc::clone(&node.ears), from, topic, Arc::clone(&frame))).collect()
            }
            Parcel::Lost { from, topic } => {
                let others = self.nodes.iter().filter(hearing).filter(|node| node.me != from);
                others.map(|node| Call::Gap(Arc::clone(&node.ears), topic)).collect()
            }
            // A node that is cut off begins when it is back.
            Parcel::Begin { node, ear } => {
                let here = self.nodes.iter().filter(hearing).filter(|other| other.me == node);
                here.map(|node| Call::Begin(Arc::clone(&node.ears), Arc::clone(&ear))).collect()
            }
            Parcel::Back { node } => {
                let back = self.nodes.iter().filter(hearing).filter(|other| other.me == node);
                back.flat_map(|node| {
                    let mut topics = node.ears.topics();
                    topics.sort_unstable();
                    topics.into_iter().map(|topic| Call::Gap(Arc::clone(&node.ears), topic)).collect::<Vec<_>>()
                })
                .collect()
            }
        }
    }
}

/// A node's end of a [`Hub`].
#[derive(Debug)]
pub struct HubBus {
    me: NodeId,
    ears: Arc<Ears>,
    link: watch::Sender<Link>,
    hub: Hub,
}

impl Bus for HubBus {
    fn me(&self) -> NodeId {
        self.me
    }

    fn link(&self) -> watch::Receiver<Link> {
        self.link.subscribe()
    }

    fn listen(&self, topic: Topic, listener: Listener) -> Ear {
        let ear = self.ears.add(topic, listener);
        let (ears, end) = (Arc::clone(&self.ears), Arc::clone(&ear));
        self.hub.begin(self.me, ear);
        Ear::new(move || {
            ears.remove(topic, &end);
        })
    }

    fn say(&self, topic: Topic, frame: NodeFrame) {
        self.hub.say(self.me, topic, frame);
    }
}

impl fmt::Debug for Hub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hub").field("nodes", &self.lock().nodes.len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bus::contract::{self, Ground, Probe, edit, fresh, wave};

    struct InProcess(Hub);

    impl Ground for InProcess {
        async fn join(&self) -> Arc<dyn Bus> {
            Arc::new(self.0.join())
        }

        async fn lose(&self, sender: &dyn Bus, topic: Topic) {
            self.0.drop_next(1);
            sender.say(topic, edit("lost"));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_hub_keeps_the_contract_of_the_bus() {
        contract::check(&InProcess(Hub::new())).await;
    }

    #[tokio::test(start_paused = true)]
    async fn the_hub_keeps_the_contract_when_everything_takes_time() {
        let hub = Hub::new();
        hub.delay(Duration::from_millis(7));
        contract::check(&InProcess(hub)).await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_delay_is_kept_on_the_paused_clock() {
        let hub = Hub::new();
        let (one, two, topic) = (hub.join(), hub.join(), fresh());
        let mut probe = Probe::begun(&two, topic).await;
        hub.delay(Duration::from_secs(5));
        let before = Instant::now();
        one.say(topic, edit("late"));
        assert_eq!(probe.said().await.1, edit("late"));
        assert_eq!(before.elapsed(), Duration::from_secs(5));
    }

    #[tokio::test(start_paused = true)]
    async fn a_node_cut_off_knows_it_and_all_hear_of_a_gap_when_it_is_back() {
        for how in [Cut::Both, Cut::Speaking, Cut::Hearing] {
            let hub = Hub::new();
            let (one, two, topic) = (hub.join(), hub.join(), fresh());
            let (mut at_one, mut at_two) = (Probe::begun(&one, topic).await, Probe::begun(&two, topic).await);
            hub.cut(one.me(), how);
            assert_eq!((*one.link().borrow(), *two.link().borrow()), (Link::Down, Link::Up));
            one.say(topic, edit("of one"));
            two.say(topic, edit("of two"));
            hub.heal(one.me());
            assert_eq!(*one.link().borrow(), Link::Up);
            if how == Cut::Speaking {
                assert_eq!(at_one.said().await.1, edit("of two"));
            }
            at_one.expect_gap().await;
            if how == Cut::Hearing {
                assert_eq!(at_two.said().await.1, edit("of one"));
            } else {
                at_two.expect_gap().await;
            }
            one.say(topic, edit("again"));
            two.say(topic, edit("again"));
            assert_eq!((at_one.said().await.1, at_two.said().await.1), (edit("again"), edit("again")));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn listening_while_cut_off_begins_when_the_node_is_back() {
        let hub = Hub::new();
        let (one, two, topic) = (hub.join(), hub.join(), fresh());
        hub.cut(two.me(), Cut::Both);
        let mut probe = Probe::new(&two, topic);
        one.say(topic, edit("before"));
        hub.heal(two.me());
        probe.expect_gap().await;
        one.say(topic, edit("after"));
        assert_eq!(probe.said().await.1, edit("after"));
    }

    #[tokio::test(start_paused = true)]
    async fn fleeting_frames_are_lost_without_a_word_and_a_dead_nodes_frames_too() {
        let hub = Hub::new();
        let (one, two, topic) = (hub.join(), hub.join(), fresh());
        let mut probe = Probe::begun(&two, topic).await;
        hub.drop_next(1);
        one.say(topic, wave("dropped"));
        hub.lose_next(1);
        one.say(topic, edit("lost"));
        one.say(topic, edit("heard"));
        hub.kill(one.me());
        one.say(topic, edit("from beyond"));
        hub.join().say(topic, edit("last"));
        assert_eq!((probe.said().await.1, probe.said().await.1), (edit("heard"), edit("last")));
    }

    #[tokio::test]
    async fn a_listener_may_speak_and_listen_itself() {
        let hub = Hub::new();
        let (one, two, topic) = (hub.join(), Arc::new(hub.join()), fresh());
        let mut probe = Probe::begun(&one, topic).await;
        let speaker = Arc::clone(&two);
        let _ear = two.listen(
            topic,
            Box::new(move |_| {
                speaker.say(topic, edit("echo"));
                drop(speaker.listen(fresh(), Box::new(|_| true)));
                true
            }),
        );
        assert_eq!(probe.said().await.1, edit("echo"));
        one.say(topic, edit("hello"));
        assert_eq!(probe.said().await.1, edit("echo"));
    }
}
