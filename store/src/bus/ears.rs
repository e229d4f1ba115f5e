//! Who listens to what on this node, and what each is owed. Shared by every bus; who brings frames is their business.

use std::{
    collections::HashMap,
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use tandem_protocol::node::{NodeFrame, NodeId, Topic};
use tokio::sync::Notify;

use super::{Heard, Listener};

/// Everybody who listens on this node.
#[derive(Default)]
pub(super) struct Ears {
    topics: Mutex<HashMap<Topic, Arc<[Arc<Pricked>]>>>,
    /// Those who took something not: they are asked again until they do.
    owed: Mutex<Vec<Arc<Pricked>>>,
    owing: AtomicUsize,
    /// Rings when somebody is owed something.
    refused: Notify,
}

/// One who listens.
pub(super) struct Pricked {
    listener: Listener,
    /// Is told nothing until a `Gap` came through: at first, and after it refused something.
    deaf: AtomicBool,
    /// Is in the list of those who are asked again.
    owed: AtomicBool,
    /// Its `Ear` is dropped; a frame already on its way stops here.
    gone: AtomicBool,
}

impl Pricked {
    /// Only one thread at a time says things to a listener: the one that carries the bus.
    fn tell(&self, heard: Heard) -> bool {
        self.gone.load(Ordering::Acquire) || (self.listener)(heard)
    }

    /// True: it knows.
    fn gap(&self) -> bool {
        let knows = self.tell(Heard::Gap);
        self.deaf.store(!knows, Ordering::Release);
        knows
    }
}

impl Ears {
    /// The listener hears nothing before [`Self::begin`].
    pub(super) fn add(&self, topic: Topic, listener: Listener) -> Arc<Pricked> {
        let ear = Arc::new(Pricked { listener, deaf: AtomicBool::new(true), owed: AtomicBool::new(false), gone: AtomicBool::new(false) });
        let mut topics = lock(&self.topics);
        let all = topics.entry(topic).or_insert_with(|| [].into());
        *all = all.iter().cloned().chain([Arc::clone(&ear)]).collect();
        ear
    }

    /// True: nobody listens to the topic any more.
    pub(super) fn remove(&self, topic: Topic, ear: &Arc<Pricked>) -> bool {
        ear.gone.store(true, Ordering::Release);
        let mut topics = lock(&self.topics);
        let Some(all) = topics.get_mut(&topic) else { return false };
        *all = all.iter().filter(|other| !Arc::ptr_eq(other, ear)).cloned().collect();
        let last = all.is_empty();
        if last {
            topics.remove(&topic);
        }
        last
    }

    pub(super) fn has(&self, topic: Topic) -> bool {
        lock(&self.topics).contains_key(&topic)
    }

    pub(super) fn topics(&self) -> Vec<Topic> {
        lock(&self.topics).keys().copied().collect()
    }

    /// From now on this one hears; whatever was before, it missed. Nothing if it hears already.
    pub(super) fn begin(&self, ear: &Arc<Pricked>) {
        if ear.deaf.load(Ordering::Acquire) {
            self.tell_gap(ear);
        }
    }

    /// Whoever listens to the topic may have missed something.
    pub(super) fn gap(&self, topic: Topic) {
        for ear in self.of(topic).iter() {
            self.tell_gap(ear);
        }
    }

    pub(super) fn hear(&self, topic: Topic, from: NodeId, frame: &Arc<NodeFrame>) {
        for ear in self.of(topic).iter().filter(|ear| !ear.deaf.load(Ordering::Acquire)) {
            if !ear.tell(Heard::Said { from, frame: Arc::clone(frame) }) {
                ear.deaf.store(true, Ordering::Release);
                self.owe(ear);
            }
        }
    }

    /// Somebody is to be asked again.
    pub(super) fn owes(&self) -> bool {
        self.owing.load(Ordering::Acquire) > 0
    }

    /// Until somebody is owed something.
    pub(super) async fn refused(&self) {
        while !self.owes() {
            self.refused.notified().await;
        }
    }

    /// Asks those again who could not take something.
    pub(super) fn retry(&self) {
        let asked = std::mem::take(&mut *lock(&self.owed));
        // Who was told meanwhile is not told twice.
        let knows = |ear: &Arc<Pricked>| !ear.deaf.load(Ordering::Acquire) || ear.gap();
        let (knowing, still): (Vec<_>, Vec<_>) = asked.into_iter().partition(knows);
        knowing.iter().for_each(|ear| ear.owed.store(false, Ordering::Release));
        let mut owed = lock(&self.owed);
        owed.extend(still);
        self.owing.store(owed.len(), Ordering::Release);
    }

    fn tell_gap(&self, ear: &Arc<Pricked>) {
        if !ear.gap() {
            self.owe(ear);
        }
    }

    fn owe(&self, ear: &Arc<Pricked>) {
        if ear.owed.swap(true, Ordering::AcqRel) {
            return;
        }
        let mut owed = lock(&self.owed);
        owed.push(Arc::clone(ear));
        self.owing.store(owed.len(), Ordering::Release);
        self.refused.notify_one();
    }

    /// Cheap to take and safe to walk while others come and go.
    fn of(&self, topic: Topic) -> Arc<[Arc<Pricked>]> {
        lock(&self.topics).get(&topic).cloned().unwrap_or_else(|| [].into())
    }
}

impl fmt::Debug for Ears {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ears").field("topics", &lock(&self.topics).len()).field("owed", &self.owing).finish()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
