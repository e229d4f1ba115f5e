//! The open steps of tasks: the queue. A row is there as long as its step is open.

use tandem_protocol::{
    ProjectId, TaskId, UserId,
    rest::{Assignment, AssignmentStatus},
};

use super::leases;
use crate::{StoreError, TenantTx};

/// A step as it opens.
#[derive(Clone, Debug)]
pub(crate) struct Opening<'a> {
    pub step: &'a str,
    /// annotation, review, adjudication.
    pub kind: &'a str,
    pub needed: i16,
    pub round: i32,
    /// pool, auto, hybrid, manual.
    pub mode: &'a str,
    pub scope: Option<String>,
    pub reserved_for: Option<UserId>,
    /// None: for good.
    pub reserved_seconds: Option<f64>,
    pub lease_seconds: Option<i32>,
    /// Nobody else.
    pub only_for: Option<Vec<UserId>>,
    pub discards_drafts: bool,
    pub skipped_to_admin: bool,
    pub content_after_accepting: bool,
    /// One person may answer several of its slots.
    pub may_repeat: bool,
}

/// Opens a step of a locked task. Answers of the same round count: a step that is opened for one more person keeps what it has.
pub(crate) async fn open(tx: &mut TenantTx, project: ProjectId, task: TaskId, opening: &Opening<'_>) -> Result<(), StoreError> {
    let workspace = tx.workspace().0;
    sqlx::query!(
        r#"
        INSERT INTO task_steps (project_id, task_id, step, workspace_id, kind, needed, free, round, priority, mode, scope, reserved_for,
                                reserved_until, lease_seconds, only_for, discards_drafts, skipped_to_admin, content_after_accepting, may_repeat)
        SELECT $1, $2, $3, $4, $5, $6,
               $6 - (SELECT count(*)::smallint FROM assignments a
                     WHERE a.task_id = $2 AND a.step = $3 AND a.round = $7 AND a.status IN ('assigned', 'accepted', 'submitted')),
               $7, t.priority,
               -- It may have been skipped before it was held.
               CASE WHEN $15 AND EXISTS (SELECT FROM assignments a
                                         WHERE a.task_id = $2 AND a.step = $3 AND a.round = $7 AND a.status = 'skipped')
                    THEN 'manual' ELSE $8 END,
               $9, $10, now() + make_interval(secs => $11), $12, $13, $14, $15, $16, $17
        FROM tasks t WHERE t.project_id = $1 AND t.id = $2
        "#,
        project.0,
        task.0,
        opening.step,
        workspace,
        opening.kind,
        opening.needed,
        opening.round,
        opening.mode,
        opening.scope,
        opening.reserved_for.map(|user| user.0),
        opening.reserved_seconds,
        opening.lease_seconds,
        opening.only_for.as_ref().map(|users| users.iter().map(|user| user.0).collect::<Vec<_>>()) as Option<Vec<uuid::Uuid>>,
        opening.discards_drafts,
        opening.skipped_to_admin,
        opening.content_after_accepting,
        opening.may_repeat,
    )
    .execute(&mut **tx)
    .await?;
    if opening.discards_drafts {
        name_documents(tx, project, task, opening.step).await
    } else if opening.kind == "annotation" && opening.round == 1 {
        seed_documents(tx, project, task, opening.step).await
    } else {
        Ok(())
    }
}

/// An open step of a locked task, by other rules than it was opened with. Whoever is at it stays, in their slot and their document; for whom it is kept
/// stays too.
pub(crate) async fn refresh(tx: &mut TenantTx, project: ProjectId, task: TaskId, opening: &Opening<'_>) -> Result<(), StoreError> {
    sqlx::query_file!(
        "src/pg/steps/refresh.sql",
        project.0,
        task.0,
        opening.step,
        opening.needed,
        opening.round,
        opening.mode,
        opening.lease_seconds,
        opening.discards_drafts,
        opening.skipped_to_admin,
        opening.content_after_accepting,
        opening.may_repeat,
    )
    .execute(&mut **tx)
    .await?;
    // Of places that were not there before.
    if opening.kind == "annotation" && opening.round == 1 { seed_documents(tx, project, task, opening.step).await } else { Ok(()) }
}

/// The first content of a step's documents is what came with the task, by an import or from a model.
async fn seed_documents(tx: &mut TenantTx, project: ProjectId, task: TaskId, step: &str) -> Result<(), StoreError> {
    sqlx::query_file!("src/pg/steps/seed_documents.sql", project.0, task.0, step).execute(&mut **tx).await?;
    Ok(())
}

/// A slot whose draft is discarded is given a document of its own for the next holder, called after how many there were (`label#0~1`); the earlier one
/// stays as it is. A task that comes back goes on in the document of its answer. Nothing to do where drafts are kept: the slot's document then has
/// always the same name.
pub(crate) async fn name_documents(tx: &mut TenantTx, project: ProjectId, task: TaskId, step: &str) -> Result<(), StoreError> {
    let named = sqlx::query_file!("src/pg/steps/name_documents.sql", project.0, task.0, step).execute(&mut **tx).await?;
    if named.rows_affected() > 0 {
        // Whoever begins with nothing begins with what came with the task.
        seed_documents(tx, project, task, step).await?;
    }
    Ok(())
}

/// The next holder of a lease's slot goes on in its document.
pub(crate) async fn keep_document(tx: &mut TenantTx, lease: &Assignment) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE task_steps SET scopes[$4] = $5 WHERE project_id = $1 AND task_id = $2 AND step = $3 AND discards_drafts AND scopes IS NOT NULL",
        lease.project_id.0,
        lease.task_id.0,
        lease.step,
        i32::from(lease.slot) + 1,
        lease.scope,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Somebody skipped the task. What was kept for them is kept for nobody: it would be nobody's, since they do not get it again. Where skips are an admin's
/// business nobody takes it, and it is offered to nobody, until an admin gives it to somebody.
pub(crate) async fn skipped(tx: &mut TenantTx, project: ProjectId, task: TaskId, step: &str, by: UserId) -> Result<(), StoreError> {
    sqlx::query!(
        r#"
        UPDATE task_steps
        SET mode = CASE WHEN skipped_to_admin THEN 'manual' ELSE mode END,
            reserved_for = CASE WHEN skipped_to_admin OR reserved_for = $4 THEN NULL ELSE reserved_for END,
            reserved_until = CASE WHEN skipped_to_admin OR reserved_for = $4 THEN NULL ELSE reserved_until END,
            only_for = CASE WHEN $4 = ANY (only_for) THEN NULL ELSE only_for END
        WHERE project_id = $1 AND task_id = $2 AND step = $3 AND (skipped_to_admin OR reserved_for = $4 OR $4 = ANY (only_for))
        "#,
        project.0,
        task.0,
        step,
        by.0,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Closes a step: who still works on it is told that it is over. What they drew stays in their document.
pub(crate) async fn close(tx: &mut TenantTx, project: ProjectId, task: TaskId, step: &str, reason: &str) -> Result<(), StoreError> {
    for lease in leases::active_of_task(tx, task).await?.iter().filter(|lease| lease.step == step) {
        leases::close(tx, lease, AssignmentStatus::Reassigned, Some(reason)).await?;
    }
    sqlx::query!("DELETE FROM task_steps WHERE project_id = $1 AND task_id = $2 AND step = $3", project.0, task.0, step)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// What was submitted in a round of a step that a task comes back to fills no place any more, but for answers of the people who are `kept`, each as often as
/// they are named. Answers count as superseded; what a review had decided on waits for a decision again.
pub(crate) async fn take_back(
    tx: &mut TenantTx,
    project: ProjectId,
    task: TaskId,
    step: &str,
    round: i32,
    kept: &[uuid::Uuid],
) -> Result<(), StoreError> {
    sqlx::query_file!("src/pg/steps/take_back.sql", project.0, task.0, step, round, kept).execute(&mut **tx).await?;
    Ok(())
}

/// The task leaves the queue.
pub(crate) async fn close_all(tx: &mut TenantTx, project: ProjectId, task: TaskId) -> Result<(), StoreError> {
    sqlx::query!("DELETE FROM task_steps WHERE project_id = $1 AND task_id = $2", project.0, task.0).execute(&mut **tx).await?;
    Ok(())
}
