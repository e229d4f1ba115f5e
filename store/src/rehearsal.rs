//! The first of anything is slow: a new connection is made, reads the catalogue, parses and plans. So what people do first is done
//! before they come, on nobody's rows.

use futures_util::future::try_join_all;
use tandem_protocol::{DocumentId, ProjectId, TaskId, UserId, WorkspaceId};

use crate::{
    Store, StoreError, Tenant,
    documents::{self, DocumentKey},
    pg::tasks,
};

/// Connections made ready. They are few: a node may be one of many.
const CONNECTIONS: u32 = 4;

impl Store {
    /// Opens a task that is not there, on several connections at once.
    ///
    /// # Errors
    /// Why the database cannot be asked. What was rehearsed is then slow when it comes, and nothing else.
    pub async fn rehearse(&self) -> Result<(), StoreError> {
        let count = CONNECTIONS.min(self.server().options().get_max_connections());
        let nobody = Tenant { workspace: WorkspaceId::new(), user: Some(UserId::new()) };
        // All are begun before the first is ended: each has a connection of its own.
        let stages = try_join_all((0..count).map(|_| nobody.begin_point(self))).await?;
        try_join_all(stages.into_iter().map(|mut tx| async move {
            let task = TaskId::new();
            tasks::visit(&mut tx, task, UserId::new()).await?;
            let key = DocumentKey { workspace: nobody.workspace, project: ProjectId::new(), task, step: String::new() };
            documents::rehearse(&mut tx, &key, DocumentId::new()).await?;
            tx.rollback().await
        }))
        .await?;
        Ok(())
    }
}
