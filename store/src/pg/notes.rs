//! Notes on a task, by and for those who steer the project.

use tandem_protocol::{
    ProjectId, TaskId, TaskNoteId,
    rest::{Page, TaskNote, UserSummary},
};

use crate::{StoreError, TenantTx};

/// Writes one down, as the person the transaction is for.
///
/// # Errors
/// Those of the database; [`StoreError::NotFound`] if the transaction is nobody's.
pub async fn add(tx: &mut TenantTx, project: ProjectId, task: TaskId, text: &str) -> Result<TaskNoteId, StoreError> {
    let (workspace, id) = (tx.workspace().0, TaskNoteId::new());
    let author = tx.user().ok_or(StoreError::NotFound { entity: "author" })?;
    sqlx::query!(
        "INSERT INTO task_notes (id, workspace_id, project_id, task_id, author_id, text) VALUES ($1, $2, $3, $4, $5, $6)",
        id.0,
        workspace,
        project.0,
        task.0,
        author.0,
        text,
    )
    .execute(&mut **tx)
    .await?;
    Ok(id)
}

/// A task's notes, newest first, from behind `before`.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &mut TenantTx, task: TaskId, before: Option<TaskNoteId>, limit: u32) -> Result<Page<TaskNote>, StoreError> {
    let rows = sqlx::query!(
        "SELECT n.id, n.text, n.created_at, u.id AS author_id, u.display_name, u.email, u.color
         FROM task_notes n JOIN users u ON u.id = n.author_id
         WHERE n.task_id = $1 AND ($2::uuid IS NULL OR n.id < $2)
         ORDER BY n.id DESC LIMIT $3",
        task.0,
        before.map(|before| before.0),
        i64::from(limit) + 1,
    )
    .fetch_all(&mut **tx)
    .await?;
    let is_more = rows.len() > limit as usize;
    let notes = rows.into_iter().take(limit as usize).map(|row| TaskNote {
        id: row.id.into(),
        author: UserSummary { id: row.author_id.into(), name: row.display_name, email: row.email, color: row.color },
        text: row.text,
        created_at: row.created_at,
    });
    let items: Vec<TaskNote> = notes.collect();
    let next_cursor = items.last().filter(|_| is_more).map(|last| last.id.to_string());
    Ok(Page { items, next_cursor })
}
