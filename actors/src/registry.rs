//! Registry: from an id to its actor, started when it is first asked for.
//!
//! One entry per id, whatever happens: two first visitors find the same actor, which is loading; after a crash a new actor
//! stands behind the same entry; an actor that goes to sleep takes its entry away first.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use actix::{Actor, ArbiterHandle, Context};
use dashmap::DashMap;
use tokio::time::Instant;

use crate::{
    config::RestartPolicy,
    supervision::{Down, ExitGuard, Place, Supervised, supervise},
};

/// How long an actor that crashed too often is left alone.
const LEFT_ALONE: Duration = Duration::from_secs(30);

pub struct Registry<K, A: Actor> {
    name: &'static str,
    policy: RestartPolicy,
    threads: Arc<[ArbiterHandle]>,
    supervisor: ArbiterHandle,
    entries: DashMap<K, Entry<A>>,
    instances: AtomicU64,
}

struct Entry<A: Actor> {
    instance: u64,
    actor: Supervised<A>,
    gave_up: Arc<OnceLock<Instant>>,
}

impl<K, A> Registry<K, A>
where
    K: Copy + Eq + Hash,
    A: Actor<Context = Context<A>>,
{
    #[must_use]
    pub fn new(name: &'static str, policy: RestartPolicy, threads: Arc<[ArbiterHandle]>, supervisor: ArbiterHandle) -> Self {
        Self { name, policy, threads, supervisor, entries: DashMap::new(), instances: AtomicU64::new(1) }
    }

    /// The actor of this id. `factory` makes one, now or after a crash; it gets the number of the entry.
    pub fn get_or_start<F>(&self, id: K, factory: impl FnOnce(u64) -> F) -> Result<Supervised<A>, Down>
    where
        F: Fn(ExitGuard, &mut Context<A>) -> A + Send + Sync + 'static,
    {
        // Holds the entry's shard: nobody else can look until this one decided.
        let mut entry =
            self.entries.entry(id).or_insert_with(|| Entry { instance: 0, actor: Supervised::ended(), gave_up: Arc::default() });
        if let Some(at) = entry.gave_up.get()
            && at.elapsed() < LEFT_ALONE
        {
            return Err(Down::GaveUp);
        }
        if entry.actor.has_ended() {
            let instance = self.instances.fetch_add(1, Ordering::Relaxed);
            *entry = self.start(&id, instance, factory(instance));
        }
        Ok(entry.actor.clone())
    }

    fn start<F>(&self, id: &K, instance: u64, factory: F) -> Entry<A>
    where
        F: Fn(ExitGuard, &mut Context<A>) -> A + Send + Sync + 'static,
    {
        let gave_up = Arc::new(OnceLock::new());
        let tell = Arc::clone(&gave_up);
        let escalate = move || {
            // Set once per entry, by its one supervisor.
            let _ = tell.set(Instant::now());
        };
        let place = Place { actor: self.thread_of(id), supervisor: self.supervisor.clone() };
        let actor = supervise(self.name, place, self.policy.clone(), factory, escalate);
        Entry { instance, actor, gave_up }
    }

    /// An id always lives on the same thread.
    fn thread_of(&self, id: &K) -> ArbiterHandle {
        let mut hasher = DefaultHasher::new();
        id.hash(&mut hasher);
        let index = hasher.finish() % self.threads.len().max(1) as u64;
        self.threads.get(index as usize).cloned().unwrap_or_else(|| self.supervisor.clone())
    }

    /// The actor of this id, if it is up.
    #[must_use]
    pub fn get(&self, id: &K) -> Option<actix::Addr<A>> {
        self.entries.get(id)?.actor.try_addr()
    }

    /// Everybody who is up.
    #[must_use]
    pub fn all(&self) -> Vec<actix::Addr<A>> {
        self.entries.iter().filter_map(|entry| entry.actor.try_addr()).collect()
    }

    /// Take an actor out, unless another one has its place already.
    pub fn retire(&self, id: &K, instance: u64) {
        self.entries.remove_if(id, |_, entry| entry.instance == instance);
    }

    #[must_use]
    pub fn count(&self) -> usize {
        self.entries.len()
    }
}
