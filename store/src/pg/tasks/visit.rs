//! What must be known to let somebody into a task's document, in one query: it is asked for every join.

use std::collections::HashSet;

use tandem_protocol::{
    AssetId, ProjectId, ProjectRole, TaskId, UserId,
    rest::{LeaseView, ProjectStatus, TaskStatus},
};

use super::LeaseColumns;
use crate::{StoreError, TenantTx, pg::row::word};

/// A task as its visitor meets it. Whether they may come in is decided by who asks, from `membership`.
#[derive(Clone, Debug, PartialEq)]
pub struct Visit {
    pub project: ProjectId,
    pub project_status: ProjectStatus,
    /// The document to show: of the visitor's lease, else the one that the task is at.
    pub scope: String,
    /// Several people answer without seeing one another, each in a document of their own.
    pub is_apart: bool,
    /// They do, and the visitor is none who may look.
    pub is_blind: bool,
    /// Its steps show what is in it only once it is accepted, and the visitor is a labeler who has not.
    pub is_withheld: bool,
    pub status: TaskStatus,
    pub lease: Option<LeaseView>,
    /// The visitor's role in the project.
    pub membership: Option<ProjectRole>,
}

/// None if this workspace has no such task.
///
/// # Errors
/// Those of the database.
pub async fn visit(tx: &mut TenantTx, task: TaskId, user: UserId) -> Result<Option<Visit>, StoreError> {
    let row = sqlx::query!(
        r#"
        SELECT t.project_id, coalesce(mine.scope, t.document_scope) AS "scope!", t.status,
               open.is_apart AS "is_apart!", open.is_apart AND mine.id IS NULL AND coalesce(m.role = 'labeler', false) AS "is_blind!",
               coalesce(m.role = 'labeler' AND tandem.is_withheld(t.project_id, t.id, t.workflow_id, t.status, $2), false) AS "is_withheld!", p.status AS project_status, m.role AS "role?",
               l.id AS "lease_id?", l.user_id AS "holder?", u.display_name AS "holder_name?", l.status AS "lease_status?", l.expires_at AS "expires_at?"
        FROM tasks t
        JOIN projects p ON p.id = t.project_id
        LEFT JOIN project_members m ON m.project_id = t.project_id AND m.user_id = $2
        CROSS JOIN LATERAL (
            SELECT EXISTS (SELECT FROM task_steps s WHERE s.project_id = t.project_id AND s.task_id = t.id AND s.needed > 1) AS is_apart
        ) open
        LEFT JOIN LATERAL (
            SELECT a.id, a.scope FROM assignments a
            WHERE a.task_id = t.id AND a.user_id = $2 AND a.ended_at IS NULL ORDER BY a.fencing_token DESC LIMIT 1
        ) mine ON true
        -- Who is shown as its holder: the visitor, else whoever works on the document they see.
        LEFT JOIN LATERAL (
            SELECT a.* FROM assignments a
            WHERE a.task_id = t.id AND a.ended_at IS NULL AND (a.id = mine.id OR a.scope = t.document_scope)
            ORDER BY a.id = mine.id DESC NULLS LAST, a.fencing_token LIMIT 1
        ) l ON true
        LEFT JOIN users u ON u.id = l.user_id
        WHERE t.id = $1
        "#,
        task.0,
        user.0,
    )
    .fetch_optional(&mut **tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let lease = LeaseColumns {
        id: row.lease_id,
        user: row.holder,
        user_name: row.holder_name,
        status: row.lease_status,
        expires_at: row.expires_at,
    };
    Ok(Some(Visit {
        project: row.project_id.into(),
        project_status: word("project status", &row.project_status)?,
        scope: row.scope,
        is_apart: row.is_apart,
        is_blind: row.is_blind,
        is_withheld: row.is_withheld,
        status: word("task status", &row.status)?,
        lease: lease.into_view()?,
        membership: row.role.map(|role| word("project role", &role)).transpose()?,
    }))
}

/// Whether people answer the task without seeing one another's answers: until the last of them has.
///
/// # Errors
/// Those of the database.
pub async fn is_blind(tx: &mut TenantTx, project: ProjectId, task: TaskId) -> Result<bool, StoreError> {
    let blind = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM task_steps WHERE project_id = $1 AND task_id = $2 AND needed > 1) AS "blind!""#,
        project.0,
        task.0
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(blind)
}

/// Whether somebody is one of those who answer the task without seeing one another's answers, and has not answered yet.
///
/// # Errors
/// Those of the database.
pub async fn answers_blind(tx: &mut TenantTx, project: ProjectId, task: TaskId, user: UserId) -> Result<bool, StoreError> {
    let blind = sqlx::query_scalar!(
        r#"
        SELECT EXISTS (SELECT FROM assignments a JOIN task_steps s ON s.project_id = a.project_id AND s.task_id = a.task_id AND s.step = a.step
                       WHERE a.project_id = $1 AND a.task_id = $2 AND a.user_id = $3 AND a.ended_at IS NULL
                         AND a.workflow_stage = 'annotation' AND s.needed > 1) AS "blind!"
        "#,
        project.0,
        task.0,
        user.0,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(blind)
}

/// Those of these tasks that are withheld from a labeler until they accept them.
///
/// # Errors
/// Those of the database.
pub async fn withheld(tx: &mut TenantTx, project: ProjectId, tasks: &[TaskId], labeler: UserId) -> Result<HashSet<TaskId>, StoreError> {
    let ids: Vec<uuid::Uuid> = tasks.iter().map(|task| task.0).collect();
    let found = sqlx::query_scalar!(
        r#"
        SELECT t.id FROM tasks t
        WHERE t.project_id = $1 AND t.id = ANY($2) AND tandem.is_withheld(t.project_id, t.id, t.workflow_id, t.status, $3)
        "#,
        project.0,
        &ids,
        labeler.0
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(found.into_iter().map(Into::into).collect())
}

/// Whether an image is only on tasks that are withheld from a labeler. One that is on no task is nobody's secret.
///
/// # Errors
/// Those of the database.
pub async fn is_image_withheld(tx: &mut TenantTx, project: ProjectId, asset: AssetId, labeler: UserId) -> Result<bool, StoreError> {
    let withheld = sqlx::query_scalar!(
        r#"
        SELECT coalesce(bool_and(tandem.is_withheld(t.project_id, t.id, t.workflow_id, t.status, $3)), false) AS "withheld!"
        FROM tasks t WHERE t.project_id = $1 AND t.asset_id = $2
        "#,
        project.0,
        asset.0,
        labeler.0
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(withheld)
}
