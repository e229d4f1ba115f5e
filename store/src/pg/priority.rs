//! Which of the waiting tasks go first.

use std::collections::HashSet;

use tandem_protocol::{ProjectId, TaskId, rest::PriorityBefore};
use uuid::Uuid;

use crate::{StoreError, TenantTx};

#[derive(Debug, thiserror::Error)]
pub enum PriorityError {
    #[error("task_ids[{index}] names no task of this project")]
    NoTask { index: usize },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for PriorityError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Gives tasks of a project another priority, in every step that is open for them. Answers with those that had another one.
///
/// # Errors
/// `NoTask` where one is not of this project: then none is changed. Those of the database.
pub async fn set(tx: &mut TenantTx, project: ProjectId, tasks: &[TaskId], priority: i16) -> Result<Vec<PriorityBefore>, PriorityError> {
    let ids: Vec<Uuid> = tasks.iter().map(|task| task.0).collect();
    // In one order, so that two who do this to the same tasks wait for one another instead of for ever.
    let before = sqlx::query!(
        "SELECT id, priority FROM tasks WHERE project_id = $1 AND id = ANY($2) ORDER BY id FOR NO KEY UPDATE",
        project.0,
        &ids
    )
    .fetch_all(&mut **tx)
    .await?;
    let known: HashSet<Uuid> = before.iter().map(|row| row.id).collect();
    if let Some(index) = ids.iter().position(|id| !known.contains(id)) {
        return Err(PriorityError::NoTask { index });
    }
    let changed: Vec<PriorityBefore> = before
        .into_iter()
        .filter(|row| row.priority != priority)
        .map(|row| PriorityBefore { task_id: row.id.into(), was: row.priority })
        .collect();
    let ids: Vec<Uuid> = changed.iter().map(|task| task.task_id.0).collect();
    sqlx::query!("UPDATE tasks SET priority = $3, updated_at = now() WHERE project_id = $1 AND id = ANY($2)", project.0, &ids, priority)
        .execute(&mut **tx)
        .await?;
    sqlx::query!("UPDATE task_steps SET priority = $3 WHERE project_id = $1 AND task_id = ANY($2)", project.0, &ids, priority)
        .execute(&mut **tx)
        .await?;
    Ok(changed)
}
