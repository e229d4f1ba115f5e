//! Workflows of a project, in versions. What a version says is fixed from the moment it is activated: the trigger `keep` of the table sees to
//! that, whoever writes.

use chrono::{DateTime, Utc};
use serde_json::value::RawValue;
use tandem_protocol::{
    ProjectId, WorkflowId,
    rest::{Workflow, WorkflowStatus},
};
use uuid::Uuid;

use super::{projects, row::word};
use crate::{StoreError, TenantTx};

/// What a version says. `form` is JSON text, kept as it is.
#[derive(Clone, Copy, Debug)]
pub struct NewWorkflow<'a> {
    pub key: &'a str,
    pub name: &'a str,
    pub form: &'a str,
}

/// Why a version stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum WorkflowEditError {
    #[error("there is no such workflow")]
    NotFound,
    #[error("version {version} of {key} is {status} and does not change")]
    InUse { key: String, version: i32, status: WorkflowStatus },
    /// The key is what versions have in common.
    #[error("this is a version of {key}")]
    OtherKey { key: String },
    #[error("somebody saved it at {updated_at}")]
    Changed { updated_at: DateTime<Utc> },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for WorkflowEditError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Makes the next version of its key: a draft.
pub async fn create(tx: &mut TenantTx, project: ProjectId, new: NewWorkflow<'_>) -> Result<WorkflowId, StoreError> {
    let (id, workspace, by) = (WorkflowId::new(), tx.workspace().0, tx.user().map(|u| u.0));
    projects::lock_versions(tx, project).await?;
    sqlx::query!(
        "INSERT INTO workflows (id, workspace_id, project_id, key, version, name, form, created_by)
         SELECT $1, $2, $3, $4, coalesce(max(version), 0) + 1, $5, $6::text::json, $7 FROM workflows WHERE project_id = $3 AND key = $4",
        id.0,
        workspace,
        project.0,
        new.key,
        new.name,
        new.form,
        by
    )
    .execute(&mut **tx)
    .await?;
    Ok(id)
}

pub async fn get(tx: &mut TenantTx, id: WorkflowId) -> Result<Option<Workflow>, StoreError> {
    Ok(select(tx, None, Some(id)).await?.pop())
}

/// All versions of all workflows of the project, newest first.
pub async fn list(tx: &mut TenantTx, project: ProjectId) -> Result<Vec<Workflow>, StoreError> {
    select(tx, Some(project), None).await
}

/// The version that new tasks of the project begin on.
pub async fn active_of(tx: &mut TenantTx, project: ProjectId) -> Result<Option<WorkflowId>, StoreError> {
    let id = sqlx::query_scalar!("SELECT id FROM workflows WHERE project_id = $1 AND status = 'active'", project.0)
        .fetch_optional(&mut **tx)
        .await?;
    Ok(id.map(Into::into))
}

/// Changes what a draft says; `seen`: only if it is still as it was then.
pub async fn update(tx: &mut TenantTx, id: WorkflowId, new: NewWorkflow<'_>, seen: Option<DateTime<Utc>>) -> Result<(), WorkflowEditError> {
    let now = locked(tx, id).await?;
    if now.status != WorkflowStatus::Draft {
        return Err(WorkflowEditError::InUse { key: now.key, version: now.version, status: now.status });
    }
    if now.key != new.key {
        return Err(WorkflowEditError::OtherKey { key: now.key });
    }
    if seen.is_some_and(|seen| seen != now.updated_at) {
        return Err(WorkflowEditError::Changed { updated_at: now.updated_at });
    }
    // Two changes of one transaction must not look alike to `seen`: now() would stand still.
    sqlx::query!(
        "UPDATE workflows SET name = $2, form = $3::text::json, updated_at = clock_timestamp() WHERE id = $1",
        id.0,
        new.name,
        new.form
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// New tasks begin on this version from now on; the one before is retired and keeps its tasks. A retired one may come back. Says which
/// version was active before.
pub async fn activate(tx: &mut TenantTx, id: WorkflowId) -> Result<Option<WorkflowId>, WorkflowEditError> {
    let Some(project) = sqlx::query_scalar!("SELECT project_id FROM workflows WHERE id = $1", id.0).fetch_optional(&mut **tx).await? else {
        return Err(WorkflowEditError::NotFound);
    };
    projects::lock_versions(tx, project.into()).await?;
    let before = active_of(tx, project.into()).await?;
    if before == Some(id) {
        return Ok(before);
    }
    sqlx::query!("UPDATE workflows SET status = 'retired', updated_at = now() WHERE project_id = $1 AND status = 'active'", project)
        .execute(&mut **tx)
        .await?;
    sqlx::query!("UPDATE workflows SET status = 'active', activated_at = now(), updated_at = now() WHERE id = $1", id.0)
        .execute(&mut **tx)
        .await?;
    Ok(before)
}

struct Locked {
    key: String,
    version: i32,
    status: WorkflowStatus,
    updated_at: DateTime<Utc>,
}

async fn locked(tx: &mut TenantTx, id: WorkflowId) -> Result<Locked, WorkflowEditError> {
    let row = sqlx::query!("SELECT key, version, status, updated_at FROM workflows WHERE id = $1 FOR UPDATE", id.0)
        .fetch_optional(&mut **tx)
        .await?
        .ok_or(WorkflowEditError::NotFound)?;
    let status = word("workflow status", &row.status)?;
    Ok(Locked { key: row.key, version: row.version, status, updated_at: row.updated_at })
}

async fn select(tx: &mut TenantTx, project: Option<ProjectId>, id: Option<WorkflowId>) -> Result<Vec<Workflow>, StoreError> {
    let rows = sqlx::query_as!(
        WorkflowRow,
        r#"SELECT w.id, w.project_id, w.key, w.version, w.name, w.status, w.form::text AS "form!", w.created_by, w.created_at, w.updated_at,
                  w.activated_at, (SELECT count(*) FROM tasks t WHERE t.workflow_id = w.id) AS "tasks!"
           FROM workflows w
           WHERE ($1::uuid IS NULL OR w.project_id = $1) AND ($2::uuid IS NULL OR w.id = $2)
           ORDER BY w.id DESC"#,
        project.map(|p| p.0),
        id.map(|w| w.0)
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter().map(WorkflowRow::into_workflow).collect()
}

struct WorkflowRow {
    id: Uuid,
    project_id: Uuid,
    key: String,
    version: i32,
    name: String,
    status: String,
    form: String,
    created_by: Option<Uuid>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    activated_at: Option<DateTime<Utc>>,
    tasks: i64,
}

impl WorkflowRow {
    fn into_workflow(self) -> Result<Workflow, StoreError> {
        Ok(Workflow {
            id: self.id.into(),
            project_id: self.project_id.into(),
            key: self.key,
            version: self.version,
            name: self.name,
            status: word("workflow status", &self.status)?,
            form: RawValue::from_string(self.form).map_err(|error| StoreError::corrupt("workflow form", error))?,
            tasks: self.tasks,
            created_by: self.created_by.map(Into::into),
            created_at: self.created_at,
            updated_at: self.updated_at,
            activated_at: self.activated_at,
        })
    }
}
