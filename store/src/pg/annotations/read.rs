use tandem_protocol::{
    AnnotationId, AssignmentId, ProjectId, TaskId,
    rest::{Annotation, AnnotationEvent},
};

use super::rows::{AnnotationRow, answer_of};
use crate::{StoreError, TenantTx};

/// The newest at most this many events; older ones are history of the history.
const MAX_EVENTS: i64 = 1000;

/// # Errors
/// [`StoreError::NotFound`] if this workspace has no such annotation.
pub async fn get(tx: &mut TenantTx, id: AnnotationId) -> Result<Annotation, StoreError> {
    let row = sqlx::query_as!(
        AnnotationRow,
        r#"
        SELECT id, project_id, task_id, step, user_id, assignment_id, version, parent_id, status, source, data,
               time_spent_ms, submitted_at, created_at
        FROM annotations WHERE id = $1
        "#,
        id.0,
    )
    .fetch_optional(&mut **tx)
    .await?;
    row.ok_or(StoreError::NotFound { entity: "annotation" })?.try_into()
}

/// The annotation that was made under a lease.
pub(super) async fn of_assignment(tx: &mut TenantTx, id: AssignmentId) -> Result<Annotation, StoreError> {
    let row = sqlx::query_as!(
        AnnotationRow,
        r#"
        SELECT a.id, a.project_id, a.task_id, a.step, a.user_id, a.assignment_id, a.version, a.parent_id, a.status, a.source,
               a.data, a.time_spent_ms, a.submitted_at, a.created_at
        FROM assignments l JOIN annotations a ON a.project_id = l.project_id AND a.task_id = l.task_id AND a.assignment_id = l.id
        WHERE l.id = $1
        "#,
        id.0,
    )
    .fetch_optional(&mut **tx)
    .await?;
    row.ok_or(StoreError::NotFound { entity: "annotation" })?.try_into()
}

/// Every version of a task's work, newest first.
///
/// # Errors
/// Those of the database.
pub async fn of_task(tx: &mut TenantTx, project: ProjectId, task: TaskId) -> Result<Vec<Annotation>, StoreError> {
    let rows = sqlx::query_as!(
        AnnotationRow,
        r#"
        SELECT id, project_id, task_id, step, user_id, assignment_id, version, parent_id, status, source, data,
               time_spent_ms, submitted_at, created_at
        FROM annotations WHERE project_id = $1 AND task_id = $2 ORDER BY step, version DESC
        "#,
        project.0,
        task.0,
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// What happened to an annotation and the versions before and after it, oldest first.
///
/// # Errors
/// [`StoreError::NotFound`] if this workspace has no such annotation.
pub async fn history(tx: &mut TenantTx, id: AnnotationId) -> Result<Vec<AnnotationEvent>, StoreError> {
    let of = sqlx::query!("SELECT task_id, step FROM annotations WHERE id = $1", id.0)
        .fetch_optional(&mut **tx)
        .await?
        .ok_or(StoreError::NotFound { entity: "annotation" })?;
    let rows = sqlx::query!(
        r#"
        SELECT id, annotation_id, event_type, actor_id, actor_type, occurred_at, changes, snapshot
        FROM (SELECT * FROM annotation_events WHERE task_id = $1 AND step = $2 ORDER BY occurred_at DESC, id DESC LIMIT $3) newest
        ORDER BY occurred_at, id
        "#,
        of.task_id,
        of.step,
        MAX_EVENTS,
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter()
        .map(|row| {
            let answer = answer_of(row.snapshot)?;
            Ok(AnnotationEvent {
                id: row.id,
                annotation_id: row.annotation_id.into(),
                event_type: row.event_type,
                actor_id: row.actor_id.map(Into::into),
                actor_type: row.actor_type,
                occurred_at: row.occurred_at,
                changes: serde_json::from_value(row.changes).map_err(|e| StoreError::corrupt("changes", e))?,
                regions: answer.regions,
                output: answer.output,
            })
        })
        .collect()
}
