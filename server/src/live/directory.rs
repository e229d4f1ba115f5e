//! Projects, tasks, roles and leases, read as the person who asks: row-level security hides the rest.

use async_trait::async_trait;
use tandem_actors::{Directory, DirectoryError, ProjectRecord, TaskRecord};
use tandem_domain::identity::Identity;
use tandem_protocol::{
    ProjectId, ProjectRole, TaskId, WorkspaceId, WorkspaceRole,
    rest::{Assignment, Progress, Project},
    ws::MyLease,
};
use tandem_store::{
    Store, StoreError, Tenant, TenantTx,
    documents::DocumentKey,
    pg::{
        leases,
        projects::{self, Viewer},
        tasks,
    },
};

/// The one step of this version's workflow.
const STEP: &str = "annotate";

pub(super) struct StoreDirectory {
    pub(super) store: Store,
}

impl StoreDirectory {
    async fn begin(&self, who: &Identity) -> Result<TenantTx, DirectoryError> {
        let tenant = Tenant { workspace: who.workspace_id, user: Some(who.user_id()) };
        tenant.begin(&self.store).await.map_err(refused)
    }
}

#[async_trait]
impl Directory for StoreDirectory {
    async fn task(&self, who: &Identity, task: TaskId) -> Result<TaskRecord, DirectoryError> {
        let mut tx = self.begin(who).await?;
        let found = tasks::get(&mut tx, task).await.map_err(refused)?.ok_or(DirectoryError::NotFound)?.task;
        let (project, membership) = seen(&mut tx, who, found.project_id).await?;
        Ok(TaskRecord {
            key: DocumentKey { workspace: who.workspace_id, project: found.project_id, task, step: STEP.to_owned() },
            status: found.status,
            project_status: project.status,
            lease: found.lease,
            membership,
        })
    }

    async fn project(&self, who: &Identity, project: ProjectId) -> Result<ProjectRecord, DirectoryError> {
        let mut tx = self.begin(who).await?;
        let (_, membership) = seen(&mut tx, who, project).await?;
        Ok(ProjectRecord { membership })
    }

    async fn progress(&self, workspace: WorkspaceId, project: ProjectId) -> Result<Progress, DirectoryError> {
        let mut tx = Tenant { workspace, user: None }.begin(&self.store).await.map_err(refused)?;
        projects::get_progress(&mut tx, project).await.map_err(refused)
    }

    async fn leases(&self, who: &Identity) -> Result<Vec<MyLease>, DirectoryError> {
        let mut tx = self.begin(who).await?;
        let mine = leases::active_of_user(&mut tx, who.user_id()).await.map_err(refused)?;
        Ok(mine.iter().map(my_lease).collect())
    }
}

/// The project, if this person may know of it, and their role there.
async fn seen(tx: &mut TenantTx, who: &Identity, project: ProjectId) -> Result<(Project, Option<ProjectRole>), DirectoryError> {
    let viewer = Viewer { user: who.user_id(), workspace_admin: who.workspace_role == WorkspaceRole::Admin };
    let found = projects::get(tx, project, viewer).await.map_err(refused)?.ok_or(DirectoryError::NotFound)?;
    let membership = projects::membership(tx, project, who.user_id()).await.map_err(refused)?;
    Ok((found, membership))
}

pub(super) fn my_lease(lease: &Assignment) -> MyLease {
    MyLease {
        assignment_id: lease.id,
        project_id: lease.project_id,
        task_id: lease.task_id,
        fencing_token: lease.fencing_token,
        expires_at: lease.expires_at,
    }
}

fn refused(error: StoreError) -> DirectoryError {
    match error {
        StoreError::NotFound { .. } => DirectoryError::NotFound,
        error => {
            tracing::warn!(%error, "the directory cannot be read");
            DirectoryError::Unavailable
        }
    }
}
