//! Where this node's jobs are done: threads of their own, a few places, and whoever has one. It outlives the supervisor: when that is made anew,
//! those at work go on, and their places stay taken.

use std::{
    collections::BTreeMap,
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use dashmap::DashMap;
use tandem_protocol::{JobId, NodeId, ProjectId, WorkspaceId};
use tandem_store::{
    Store, StoreError, job_files,
    jobs::{self, Claimed},
    objects::Objects,
};
use tokio::{
    runtime::{Builder, Handle, Runtime},
    sync::{Notify, Semaphore},
};

use super::{
    kind::{Kind, Work},
    worker,
};
use crate::{config::JobsConfig, ports::DomainEvent};

/// Files thrown away in one round.
const EXPIRED: u32 = 100;
/// Between two looks whether everybody has left.
const LOOK: Duration = Duration::from_millis(10);

/// What jobs need of the world.
pub struct JobPorts {
    pub store: Store,
    pub objects: Objects,
    /// The kinds this node can do; it takes no others.
    pub kinds: Vec<Arc<dyn Kind>>,
    pub node: NodeId,
}

/// What jobs need of the house they are done in.
pub struct JobHouse {
    /// Is told of each change to a job that was made here.
    pub announce: Box<dyn Fn(DomainEvent) + Send + Sync>,
    /// Whether this node takes work: not while it is drained. What it is at goes on.
    pub is_open: Box<dyn Fn() -> bool + Send + Sync>,
}

pub(crate) struct Shop {
    pub store: Store,
    objects: Objects,
    pub node: NodeId,
    pub config: JobsConfig,
    kinds: BTreeMap<&'static str, Arc<dyn Kind>>,
    house: JobHouse,
    places: Arc<Semaphore>,
    /// By job and token: one that was lost here and taken again here is there twice for a moment.
    at_work: DashMap<(JobId, i64), Work>,
    /// Rung when a place is free.
    pub bell: Notify,
    is_closing: AtomicBool,
    threads: Threads,
}

/// A runtime that may be dropped anywhere.
struct Threads {
    handle: Handle,
    runtime: Option<Runtime>,
}

impl From<Runtime> for Threads {
    fn from(runtime: Runtime) -> Self {
        Self { handle: runtime.handle().clone(), runtime: Some(runtime) }
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Shop {
    /// # Errors
    /// If the system gives no threads.
    pub fn open(ports: JobPorts, config: JobsConfig, house: JobHouse) -> io::Result<Self> {
        let JobPorts { store, objects, kinds, node } = ports;
        let threads = Builder::new_multi_thread().worker_threads(config.workers.max(1)).thread_name("tandem-job").enable_all().build()?;
        Ok(Self {
            store,
            objects,
            node,
            kinds: kinds.into_iter().map(|kind| (kind.name(), kind)).collect(),
            house,
            places: Arc::new(Semaphore::new(config.workers)),
            config,
            at_work: DashMap::new(),
            bell: Notify::new(),
            is_closing: AtomicBool::new(false),
            threads: threads.into(),
        })
    }

    pub fn kind(&self, name: &str) -> Option<&Arc<dyn Kind>> {
        self.kinds.get(name)
    }

    /// Those of this workspace that are done here right now.
    pub fn of(&self, workspace: WorkspaceId) -> Vec<Work> {
        self.at_work.iter().filter(|work| work.claim.workspace == workspace).map(|work| work.clone()).collect()
    }

    pub fn is_closing(&self) -> bool {
        self.is_closing.load(Ordering::Relaxed)
    }

    pub fn changed(&self, workspace: WorkspaceId, project: ProjectId) {
        (self.house.announce)(DomainEvent::JobChanged { workspace, project });
    }

    /// Takes what is due, as long as there are places.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn hire(self: &Arc<Self>) -> Result<(), StoreError> {
        let free = u32::try_from(self.places.available_permits()).unwrap_or(u32::MAX);
        if free == 0 || self.is_closing() || !(self.house.is_open)() {
            return Ok(());
        }
        let kinds: Vec<String> = self.kinds.keys().map(|kind| (*kind).to_owned()).collect();
        // A few more: other nodes look at the same ones.
        for (workspace, job) in jobs::due(&self.store, &kinds, free.saturating_mul(4)).await? {
            let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else { return Ok(()) };
            match jobs::claim(&self.store, workspace, job, self.node, self.config.keep).await? {
                Claimed::Taken(claim) => {
                    self.changed(workspace, claim.project);
                    let (shop, key, work) = (Arc::clone(self), (job, claim.token), Work::new(claim));
                    self.at_work.insert(key, work.clone());
                    self.spawn(async move {
                        worker::work(&shop, work).await;
                        shop.at_work.remove(&key);
                        drop(place);
                        shop.bell.notify_one();
                    });
                }
                Claimed::Ended { workspace, project, state, kind } => {
                    worker::count_end(&kind, state);
                    self.changed(workspace, project);
                }
                Claimed::Gone => {}
            }
        }
        Ok(())
    }

    pub fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) -> tokio::task::JoinHandle<()> {
        self.threads.handle.spawn(work)
    }

    /// Throws files away that need not be kept any longer. First the bytes, then the row.
    ///
    /// # Errors
    /// Those of the database. An object that cannot be deleted is tried again next time.
    pub async fn clear_out(&self) -> Result<(), StoreError> {
        for (workspace, file) in job_files::expired(&self.store, EXPIRED).await? {
            let Some(key) = job_files::find_expired(&self.store, workspace, file).await? else { continue };
            match self.objects.delete(&key).await {
                Ok(()) => job_files::forget(&self.store, workspace, file).await?,
                Err(error) => tracing::warn!(%file, %error, "a file that nobody needs stays in the object storage"),
            }
        }
        Ok(())
    }

    /// Tells everybody to stop and waits until they have; what is not done is given back and is another node's.
    pub async fn close(&self) {
        self.is_closing.store(true, Ordering::Relaxed);
        for work in &self.at_work {
            work.cancel.cancel();
        }
        let empty = async {
            while !self.at_work.is_empty() {
                tokio::time::sleep(LOOK).await;
            }
        };
        if tokio::time::timeout(self.config.stop_wait, empty).await.is_err() {
            tracing::warn!(left = self.at_work.len(), "jobs did not stop in time; other nodes take them when they are overdue");
        }
    }
}
