//! What a model suggests for a task, brought to all of its documents: those that people have open, so that they see it come, and those that others
//! will begin with.

use std::sync::Arc;

use tandem_actors::{HistoryError, Live, document::Suggested};
use tandem_protocol::{ProjectId, TaskId};
use tandem_store::{Store, StoreError, Tenant, pg::predictions};

#[derive(Debug, thiserror::Error)]
pub enum SuggestError {
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Documents that could be changed have been.
    #[error(transparent)]
    Document(#[from] HistoryError),
}

/// Returns when it is on disk. Done twice it does nothing the second time.
///
/// # Errors
/// The database's, and those of the documents; a full one is no reason to leave out the others.
pub async fn suggest(
    store: &Store,
    tenant: Tenant,
    live: &Live,
    (project, task): (ProjectId, TaskId),
    suggested: &Arc<Suggested>,
) -> Result<(), SuggestError> {
    let mut reached = Vec::new();
    let mut full = Ok(());
    loop {
        let mut tx = tenant.begin(store).await?;
        let mut documents = predictions::documents(&mut tx, project, task).await?;
        drop(tx);
        // A step that opened meanwhile has copied its documents from one that was not reached yet, or from one that was: looking again tells.
        documents.retain(|document| !reached.contains(document));
        if documents.is_empty() {
            return full;
        }
        for document in documents {
            match live.suggest(&document, suggested, tenant.user).await {
                Ok(()) => {}
                Err(HistoryError::Full) => full = Err(HistoryError::Full.into()),
                Err(error) => return Err(error.into()),
            }
            reached.push(document);
        }
    }
}
