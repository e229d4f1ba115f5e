//! What must be known to let somebody into a task's document, in one query: it is asked for every join.

use tandem_protocol::{
    ProjectId, ProjectRole, TaskId, UserId,
    rest::{LeaseView, ProjectStatus, TaskStatus},
};

use super::LeaseColumns;
use crate::{StoreError, TenantTx, pg::row::word};

/// A task as its visitor meets it. Whether they may come in is decided by who asks, from `membership`.
#[derive(Clone, Debug, PartialEq)]
pub struct Visit {
    pub project: ProjectId,
    pub project_status: ProjectStatus,
    pub step: String,
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
        SELECT t.project_id, t.step, t.status, p.status AS project_status, m.role AS "role?",
               l.id AS "lease_id?", l.user_id AS "holder?", u.display_name AS "holder_name?", l.status AS "lease_status?", l.expires_at AS "expires_at?"
        FROM tasks t
        JOIN projects p ON p.id = t.project_id
        LEFT JOIN project_members m ON m.project_id = t.project_id AND m.user_id = $2
        LEFT JOIN assignments l ON l.task_id = t.id AND l.step = t.step AND l.slot = 0 AND l.ended_at IS NULL
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
        step: row.step,
        status: word("task status", &row.status)?,
        lease: lease.into_view()?,
        membership: row.role.map(|role| word("project role", &role)).transpose()?,
    }))
}
