//! Registry: from an id to its actor, started when it is first asked for.
//!
//! One entry per id, whatever happens: two first visitors find the same actor, which is loading; after a crash a new actor
//! stands behind the same entry; an actor that goes to sleep takes its entry away first.

use std::{
    collections::VecDeque,
    hash::{DefaultHasher, Hash, Hasher},
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use actix::{Actor, ArbiterHandle, Context};
use dashmap::DashMap;
use tandem_protocol::{ProjectId, WorkspaceId};
use tokio::time::Instant;

use crate::{
    config::RestartPolicy,
    supervision::{Down, ExitGuard, Place, Supervised, Thread, supervise},
};

/// How long an actor that crashed too often is left alone.
const LEFT_ALONE: Duration = Duration::from_secs(30);

/// This many ids given up within the time one is left alone: no single one of them is at fault.
const GENERAL: usize = 10;

/// Ids that are taken out before it is asked whether there is room for many more than are left: asking goes through all shards.
const LOOK: usize = 256;
/// Times as much room as is needed, before it is given back.
const SPARE: usize = 4;

/// Whom an entry belongs to: what is shown of it is shown to them only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner {
    pub workspace: WorkspaceId,
    pub project: ProjectId,
}

pub struct Registry<K, A: Actor> {
    name: &'static str,
    policy: RestartPolicy,
    threads: Arc<[ArbiterHandle]>,
    nearby: fn() -> Option<Arc<dyn Thread>>,
    supervisor: ArbiterHandle,
    entries: DashMap<K, Entry<A>>,
    instances: AtomicU64,
    retired: AtomicUsize,
    /// When ids were given up, the newest last.
    given_up: Arc<Mutex<VecDeque<Instant>>>,
}

struct Entry<A: Actor> {
    owner: Option<Owner>,
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
        Self {
            name,
            policy,
            threads,
            nearby: || None,
            supervisor,
            entries: DashMap::new(),
            instances: AtomicU64::new(1),
            retired: AtomicUsize::new(0),
            given_up: Arc::default(),
        }
    }

    /// From now on an actor lives on the thread of whoever asked for it first, if that is one that this finds.
    #[must_use]
    pub fn near_who_asks(self, nearby: fn() -> Option<Arc<dyn Thread>>) -> Self {
        Self { nearby, ..self }
    }

    /// The actor of this id. `factory` makes one, now or after a crash; it gets the number of the entry.
    pub fn get_or_start<F>(&self, id: K, owner: Option<Owner>, factory: impl FnOnce(u64) -> F) -> Result<Supervised<A>, Down>
    where
        F: Fn(ExitGuard, &mut Context<A>) -> A + Send + Sync + 'static,
    {
        // Holds the entry's shard: nobody else can look until this one decided.
        let mut entry =
            self.entries.entry(id).or_insert_with(|| Entry { owner, instance: 0, actor: Supervised::ended(), gave_up: Arc::default() });
        if let Some(at) = entry.gave_up.get()
            && at.elapsed() < LEFT_ALONE
        {
            return Err(Down::GaveUp);
        }
        if entry.actor.has_ended() {
            let instance = self.instances.fetch_add(1, Ordering::Relaxed);
            *entry = self.start(&id, owner, instance, factory(instance));
        }
        Ok(entry.actor.clone())
    }

    fn start<F>(&self, id: &K, owner: Option<Owner>, instance: u64, factory: F) -> Entry<A>
    where
        F: Fn(ExitGuard, &mut Context<A>) -> A + Send + Sync + 'static,
    {
        let gave_up = Arc::new(OnceLock::new());
        let (tell, count) = (Arc::clone(&gave_up), Arc::clone(&self.given_up));
        let name = self.name;
        let escalate = move || {
            // Set once per entry, by its one supervisor.
            let _ = tell.set(Instant::now());
            if note(&count) >= GENERAL {
                tracing::error!(actor = name, "many crash again and again: no single one of them is at fault");
            }
        };
        let actor: Arc<dyn Thread> = (self.nearby)().unwrap_or_else(|| Arc::new(self.thread_of(id)));
        let place = Place { actor, supervisor: self.supervisor.clone() };
        let actor = supervise(self.name, place, self.policy.clone(), factory, escalate);
        Entry { owner, instance, actor, gave_up }
    }

    /// The same for an id each time.
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

    /// The same with how it stands, also while it is not up.
    #[must_use]
    pub fn supervised(&self, id: &K) -> Option<Supervised<A>> {
        Some(self.entries.get(id)?.actor.clone())
    }

    /// Everybody who is up.
    #[must_use]
    pub fn all(&self) -> Vec<actix::Addr<A>> {
        self.entries.iter().filter_map(|entry| entry.actor.try_addr()).collect()
    }

    /// Whose they are.
    #[must_use]
    pub fn ids(&self) -> Vec<K> {
        self.entries.iter().map(|entry| *entry.key()).collect()
    }

    /// Entries of a workspace, at most `limit` of them, and how many there are.
    #[must_use]
    pub fn of(&self, workspace: WorkspaceId, limit: usize) -> (Vec<(K, Owner, Supervised<A>)>, usize) {
        let mut found = Vec::new();
        let mut count = 0;
        for entry in &self.entries {
            if let Some(owner) = entry.owner.filter(|owner| owner.workspace == workspace) {
                count += 1;
                if found.len() < limit {
                    found.push((*entry.key(), owner, entry.actor.clone()));
                }
            }
        }
        (found, count)
    }

    /// Whether so many were given up lately that something all of them need must be broken.
    #[must_use]
    pub fn is_failing(&self) -> bool {
        let given_up = self.given_up.lock().unwrap_or_else(PoisonError::into_inner);
        given_up.iter().filter(|at| at.elapsed() < LEFT_ALONE).count() >= GENERAL
    }

    /// Take an actor out, unless another one has its place already.
    pub fn retire(&self, id: &K, instance: u64) {
        if self.entries.remove_if(id, |_, entry| entry.instance == instance).is_some() {
            self.tidy();
        }
    }

    /// Thousands that were up together and are gone leave no room behind: a map keeps its own until it is told.
    fn tidy(&self) {
        let retired = self.retired.fetch_add(1, Ordering::Relaxed) + 1;
        if retired.is_multiple_of(LOOK) && self.entries.capacity() > SPARE * (self.entries.len() + LOOK) {
            self.entries.shrink_to_fit();
        }
    }

    #[must_use]
    pub fn count(&self) -> usize {
        self.entries.len()
    }
}

/// Returns how many were given up lately, this one included.
fn note(given_up: &Mutex<VecDeque<Instant>>) -> usize {
    let mut given_up = given_up.lock().unwrap_or_else(PoisonError::into_inner);
    given_up.retain(|at| at.elapsed() < LEFT_ALONE);
    given_up.push_back(Instant::now());
    given_up.len()
}

#[cfg(test)]
mod tests {
    use actix::Arbiter;

    use super::*;

    struct Quiet {
        _exit: ExitGuard,
    }

    impl Actor for Quiet {
        type Context = Context<Self>;
    }

    #[actix::test]
    async fn those_who_are_gone_leave_no_room_behind() {
        let here = Arbiter::current();
        let registry = Registry::<u32, Quiet>::new("quiet", RestartPolicy::default(), Arc::new([here.clone()]), here);
        for id in 0..5_000 {
            registry.get_or_start(id, None, |_| |exit, _: &mut Context<Quiet>| Quiet { _exit: exit }).unwrap();
        }
        let most = registry.entries.capacity();
        for id in 0..4_990 {
            registry.retire(&id, u64::from(id) + 1);
        }
        assert_eq!(registry.count(), 10);
        assert!(registry.entries.capacity() * 4 < most, "{} of {most}", registry.entries.capacity());
        assert!(registry.supervised(&4_995).is_some());
    }

    /// A thread of somebody else's, as far as a registry can tell.
    struct Elsewhere;

    static STARTED: AtomicUsize = AtomicUsize::new(0);

    impl Thread for Elsewhere {
        fn run(&self, work: Box<dyn FnOnce() + Send>) {
            STARTED.fetch_add(1, Ordering::SeqCst);
            Arbiter::current().spawn_fn(work);
        }
    }

    struct Gone;

    impl Thread for Gone {
        fn run(&self, _: Box<dyn FnOnce() + Send>) {}
    }

    #[derive(actix::Message)]
    #[rtype(result = "()")]
    struct Hello;

    impl actix::Handler<Hello> for Quiet {
        type Result = ();
        fn handle(&mut self, _: Hello, _: &mut Context<Self>) {}
    }

    fn registry(nearby: fn() -> Option<Arc<dyn Thread>>) -> Registry<u32, Quiet> {
        let here = Arbiter::current();
        Registry::new("quiet", RestartPolicy::default(), Arc::new([here.clone()]), here).near_who_asks(nearby)
    }

    async fn greet(registry: &Registry<u32, Quiet>, id: u32) -> Result<(), Down> {
        let actor = registry.get_or_start(id, None, |_| |exit, _: &mut Context<Quiet>| Quiet { _exit: exit }).unwrap();
        actor.addr().await?.send(Hello).await.map_err(|_| Down::Stopped)
    }

    #[actix::test]
    async fn an_actor_lives_where_it_was_first_asked_for_and_where_nobody_is_on_a_thread_of_its_own() {
        greet(&registry(|| Some(Arc::new(Elsewhere))), 1).await.unwrap();
        assert_eq!(STARTED.load(Ordering::SeqCst), 1);
        greet(&registry(|| None), 1).await.unwrap();
        assert_eq!(STARTED.load(Ordering::SeqCst), 1);
    }

    #[actix::test]
    async fn one_whose_thread_ended_meanwhile_is_started_anew_by_the_next_who_asks() {
        static IS_GONE: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(true);
        let registry = registry(|| IS_GONE.load(Ordering::SeqCst).then(|| Arc::new(Gone) as Arc<dyn Thread>));
        assert!(greet(&registry, 1).await.is_err());
        IS_GONE.store(false, Ordering::SeqCst);
        // Its supervisor has noticed.
        while !registry.entries.get(&1).unwrap().actor.has_ended() {
            tokio::task::yield_now().await;
        }
        greet(&registry, 1).await.unwrap();
    }
}
