//! What falls due with time, done through the store. Every node does it; each piece is done once, by whoever gets its row.

use async_trait::async_trait;
use tandem_actors::{Chores, DomainEvent, ports::ChoreError};
use tandem_protocol::ws::LeaseEvent;
use tandem_store::{
    Store, StoreError,
    pg::{leases, tasks},
    system::{self, DueLease, OutboxEvent, RelayError},
};

use super::directory::my_lease;

/// So many a round; the rest a moment later.
const BATCH: u32 = 100;

pub(super) struct StoreChores {
    pub(super) store: Store,
}

#[async_trait]
impl Chores for StoreChores {
    async fn expire_leases(&self) -> Result<Vec<DomainEvent>, ChoreError> {
        let mut events = Vec::new();
        for due in system::due_leases(&self.store, BATCH).await.map_err(failed)? {
            events.extend(expire(&self.store, &due).await.map_err(failed)?);
        }
        Ok(events)
    }

    async fn relay_outbox(&self) -> Result<Vec<DomainEvent>, ChoreError> {
        let mut told = Vec::new();
        let deliver = |events: Vec<OutboxEvent>| {
            told = progress_of(&events);
            std::future::ready(Ok::<(), std::convert::Infallible>(()))
        };
        match system::relay_outbox(&self.store, BATCH, deliver).await {
            Ok(_) => Ok(told),
            Err(RelayError::Store(error)) => Err(failed(error)),
            Err(RelayError::Deliver(never)) => match never {},
        }
    }

    async fn ensure_partitions(&self) -> Result<(), ChoreError> {
        system::ensure_partitions(&self.store).await.map_err(failed)?;
        system::forget_idempotency_keys(&self.store).await.map_err(failed)?;
        Ok(())
    }
}

/// Ends one lease and tells what changed; nothing if somebody was faster or it was renewed meanwhile.
async fn expire(store: &Store, due: &DueLease) -> Result<Vec<DomainEvent>, StoreError> {
    let mut tx = due.tenant().begin(store).await?;
    let Some(lease) = leases::expire(&mut tx, due.assignment).await? else { return Ok(Vec::new()) };
    let task = tasks::get(&mut tx, due.task).await?;
    tx.commit().await?;
    let (workspace, project) = (due.workspace, due.project);
    let mut events = vec![
        DomainEvent::LeaseChanged { workspace, user: due.user, event: LeaseEvent::Expired, lease: my_lease(&lease) },
        DomainEvent::ProgressChanged { workspace, project },
    ];
    if let Some(task) = task.map(|stored| stored.task) {
        events.push(DomainEvent::TaskChanged { workspace, project, task: task.id, status: task.status, lease: task.lease });
    }
    Ok(events)
}

/// Whoever made these events told their own node at once. For the others it is enough to look at the counters again.
fn progress_of(events: &[OutboxEvent]) -> Vec<DomainEvent> {
    let mut places: Vec<_> = events.iter().filter_map(|event| Some((event.workspace, event.project?))).collect();
    places.sort_unstable();
    places.dedup();
    places.into_iter().map(|(workspace, project)| DomainEvent::ProgressChanged { workspace, project }).collect()
}

fn failed(error: StoreError) -> ChoreError {
    ChoreError(error.to_string())
}
