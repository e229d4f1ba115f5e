//! One at a time: a person who asks twice at once (two tabs, a double click) must get one lease.

use tandem_protocol::{ProjectId, ProjectRole, TaskId, UserId, WorkflowId, rest::ProjectStatus};

use crate::{StoreError, TenantTx, pg::row::word};

/// A person's turn to be given work in a project: until the transaction ends nobody else claims for them there. With what must be known before
/// anything is looked for, whether they may ask at all included.
#[derive(Clone, Debug)]
pub struct Turn {
    pub project: ProjectId,
    pub user: UserId,
    /// The one step they ask for; none: any.
    pub step: Option<String>,
    pub project_name: String,
    pub project_status: ProjectStatus,
    /// How long a lease lasts where its step says nothing.
    pub lease_seconds: u32,
    /// The person's role in the project. None: they are no member of it.
    pub role: Option<ProjectRole>,
    /// The workflow that tasks begin on.
    pub workflow: Option<WorkflowId>,
    /// Tasks may be on others still.
    pub has_older_versions: bool,
    /// Something may be kept for the person, which is rare: only then it is looked for step by step. What is kept at this very moment they find as
    /// everybody finds what waits.
    pub is_anything_kept: bool,
}

/// Waits for the person's turn. A statement of its own, because what a statement reads is of before it waited: what the person holds is to be read
/// by a later one. None: the workspace has no such project.
///
/// # Errors
/// Those of the database.
pub async fn take_turn(tx: &mut TenantTx, project: ProjectId, user: UserId) -> Result<Option<Turn>, StoreError> {
    let row = sqlx::query_file!("src/pg/leases/turn.sql", project.0, user.0, format!("{project}{user}")).fetch_optional(&mut **tx).await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Turn {
        project,
        user,
        step: None,
        project_name: row.name,
        project_status: word("project status", &row.status)?,
        lease_seconds: u32::try_from(row.lease_seconds).map_err(|e| StoreError::corrupt("lease seconds", e))?,
        role: row.role.map(|role| word("project role", &role)).transpose()?,
        workflow: row.workflow.map(Into::into),
        has_older_versions: row.has_older_versions,
        is_anything_kept: row.is_anything_kept,
    }))
}

/// The turn of somebody who takes this very task. The task is locked first: whoever submits has it locked when they wait for their turn.
///
/// # Errors
/// Those of the database.
pub async fn take_turn_at(tx: &mut TenantTx, project: ProjectId, task: TaskId, user: UserId) -> Result<Option<Turn>, StoreError> {
    sqlx::query!("SELECT id FROM tasks WHERE project_id = $1 AND id = $2 FOR UPDATE", project.0, task.0).fetch_optional(&mut **tx).await?;
    take_turn(tx, project, user).await
}

/// The person's turn if it is to be had at once. Says whether it is. For whoever holds locks that somebody whose turn it is may wait for.
///
/// # Errors
/// Those of the database.
pub(crate) async fn try_turn(tx: &mut TenantTx, project: ProjectId, user: UserId) -> Result<bool, StoreError> {
    let taken = sqlx::query_scalar!(r#"SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS "taken!""#, format!("{project}{user}"));
    Ok(taken.fetch_one(&mut **tx).await?)
}
