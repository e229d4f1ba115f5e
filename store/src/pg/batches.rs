//! Tasks that belong together.

use tandem_protocol::{
    BatchId, ProjectId,
    rest::{Batch, CreateBatch},
};

use super::row::progress;
use crate::{StoreError, TenantTx};

const DEFAULT_PRIORITY: i16 = 5;

pub async fn create(tx: &mut TenantTx, project: ProjectId, batch: &CreateBatch) -> Result<Batch, StoreError> {
    let (id, workspace, by) = (BatchId::new(), tx.workspace().0, tx.user().map(|u| u.0));
    let row = sqlx::query!(
        "INSERT INTO batches (id, workspace_id, project_id, name, description, priority, due_date, created_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING priority, due_date, created_at",
        id.0,
        workspace,
        project.0,
        batch.name,
        batch.description,
        batch.priority.unwrap_or(DEFAULT_PRIORITY),
        batch.due_date,
        by
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(Batch {
        id,
        project_id: project,
        name: batch.name.clone(),
        description: batch.description.clone(),
        priority: row.priority,
        due_date: row.due_date,
        progress: progress(0, 0, 0, 0),
        created_by: tx.user(),
        created_at: row.created_at,
    })
}

/// The project's batches, newest first.
pub async fn list(tx: &mut TenantTx, project: ProjectId) -> Result<Vec<Batch>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT b.id, b.name, b.description, b.priority, b.due_date, b.created_by, b.created_at,
                  c.pending AS "pending!", c.in_progress AS "in_progress!", c.completed AS "completed!", c.skipped AS "skipped!"
           FROM batches b
           CROSS JOIN LATERAL (
               SELECT coalesce(sum(pending), 0)::bigint AS pending, coalesce(sum(in_progress), 0)::bigint AS in_progress,
                      coalesce(sum(completed), 0)::bigint AS completed, coalesce(sum(skipped), 0)::bigint AS skipped
               FROM task_counters WHERE scope_id = b.id) c
           WHERE b.project_id = $1 ORDER BY b.id DESC"#,
        project.0
    )
    .fetch_all(&mut **tx)
    .await?;
    let batches = rows.into_iter().map(|r| Batch {
        id: r.id.into(),
        project_id: project,
        name: r.name,
        description: r.description,
        priority: r.priority,
        due_date: r.due_date,
        progress: progress(r.pending, r.in_progress, r.completed, r.skipped),
        created_by: r.created_by.map(Into::into),
        created_at: r.created_at,
    });
    Ok(batches.collect())
}

/// The project a batch is in.
///
/// # Errors
/// Those of the database.
pub async fn project_of(tx: &mut TenantTx, batch: BatchId) -> Result<Option<ProjectId>, StoreError> {
    let project = sqlx::query_scalar!("SELECT project_id FROM batches WHERE id = $1", batch.0).fetch_optional(&mut **tx).await?;
    Ok(project.map(Into::into))
}
