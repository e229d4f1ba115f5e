//! Tasks and documents that a prediction is for.

use std::collections::HashMap;

use tandem_protocol::{ProjectId, TaskId, rest::TaskStatus};
use uuid::Uuid;

use super::row::word;
use crate::{StoreError, TenantTx, documents::DocumentKey};

/// A task that a prediction is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    pub task: TaskId,
    pub status: TaskStatus,
    /// Width and height of its image in pixels, once they are known.
    pub size: Option<(u32, u32)>,
}

/// Tasks of a project by what they may be called.
#[derive(Debug, Default)]
pub struct Targets {
    pub by_id: HashMap<TaskId, Target>,
    pub by_external_id: HashMap<String, Target>,
    /// An image may be in several tasks.
    pub by_filename: HashMap<String, Vec<Target>>,
}

/// Those of the project's tasks that are called so.
///
/// # Errors
/// Those of the database.
pub async fn targets(
    tx: &mut TenantTx,
    project: ProjectId,
    ids: &[TaskId],
    external_ids: &[String],
    filenames: &[String],
) -> Result<Targets, StoreError> {
    // Each by its own index.
    let rows = sqlx::query!(
        r#"
        SELECT t.id, t.external_id, t.filename, t.status, a.width, a.height
        FROM (SELECT id FROM tasks WHERE project_id = $1 AND id = ANY($2)
              UNION SELECT id FROM tasks WHERE project_id = $1 AND external_id = ANY($3)
              UNION SELECT id FROM tasks WHERE project_id = $1 AND filename = ANY($4)) found
        JOIN tasks t ON t.project_id = $1 AND t.id = found.id
        JOIN assets a ON a.project_id = t.project_id AND a.id = t.asset_id
        "#,
        project.0,
        &ids.iter().map(|id| id.0).collect::<Vec<Uuid>>(),
        external_ids,
        filenames,
    )
    .fetch_all(&mut **tx)
    .await?;
    let mut targets = Targets::default();
    for row in rows {
        let side = |length: Option<i32>| length.and_then(|length| u32::try_from(length).ok());
        let target =
            Target { task: TaskId(row.id), status: word("task status", &row.status)?, size: side(row.width).zip(side(row.height)) };
        targets.by_id.insert(target.task, target);
        if let Some(external_id) = row.external_id {
            targets.by_external_id.insert(external_id, target);
        }
        targets.by_filename.entry(row.filename).or_default().push(target);
    }
    Ok(targets)
}

/// Documents that people of the task work in or begin with: those there are, those of its open steps, and what steps that open later begin with.
///
/// # Errors
/// Those of the database.
pub async fn documents(tx: &mut TenantTx, project: ProjectId, task: TaskId) -> Result<Vec<DocumentKey>, StoreError> {
    let workspace = tx.workspace();
    let rows = sqlx::query_file_scalar!("src/pg/predictions/documents.sql", project.0, task.0).fetch_all(&mut **tx).await?;
    Ok(rows.into_iter().map(|step| DocumentKey { workspace, project, task, step }).collect())
}
