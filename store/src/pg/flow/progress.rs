//! How the work stands, step by step.

use tandem_protocol::{ProjectId, TaskId, UserId, WorkflowId};

use crate::{StoreError, TenantTx};

/// One step of a project, over all its tasks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StepProgress {
    pub step: String,
    /// Tasks with a place that nobody has.
    pub waiting: i64,
    /// Tasks that somebody works on.
    pub working: i64,
    /// Answers and decisions given.
    pub done: i64,
    /// Tasks of this step that somebody must look at.
    pub held: i64,
}

/// Who works where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkingHere {
    pub step: String,
    pub user: UserId,
    pub user_name: String,
    pub task: TaskId,
}

/// All steps of a project that have any tasks, and who works there now.
///
/// # Errors
/// Those of the database.
pub async fn progress(
    tx: &mut TenantTx,
    project: ProjectId,
) -> Result<(Option<WorkflowId>, Vec<StepProgress>, Vec<WorkingHere>), StoreError> {
    let workflow = sqlx::query_scalar!("SELECT id FROM workflows WHERE project_id = $1 AND status = 'active'", project.0)
        .fetch_optional(&mut **tx)
        .await?;
    let rows = sqlx::query!(
        r#"
        SELECT step AS "step!", sum(waiting)::bigint AS "waiting!", sum(working)::bigint AS "working!", sum(done)::bigint AS "done!",
               sum(held)::bigint AS "held!"
        FROM (
            SELECT step, count(*) FILTER (WHERE free > 0) AS waiting, 0::bigint AS working, 0::bigint AS done, 0::bigint AS held
            FROM task_steps WHERE project_id = $1 GROUP BY step
            UNION ALL
            SELECT step, 0, count(DISTINCT task_id) FILTER (WHERE ended_at IS NULL), count(*) FILTER (WHERE status = 'submitted'), 0
            FROM assignments WHERE project_id = $1 AND status IN ('assigned', 'accepted', 'submitted') GROUP BY step
            UNION ALL
            SELECT step, 0, 0, 0, count(*) FROM tasks WHERE project_id = $1 AND hold_reason IS NOT NULL GROUP BY step
        ) counted GROUP BY step ORDER BY step
        "#,
        project.0
    )
    .fetch_all(&mut **tx)
    .await?;
    let steps = rows.into_iter().map(|row| StepProgress {
        step: row.step,
        waiting: row.waiting,
        working: row.working,
        done: row.done,
        held: row.held,
    });
    let people = sqlx::query!(
        r#"
        SELECT a.step, a.user_id, u.display_name, a.task_id FROM assignments a JOIN users u ON u.id = a.user_id
        WHERE a.project_id = $1 AND a.ended_at IS NULL ORDER BY a.fencing_token LIMIT 500
        "#,
        project.0
    )
    .fetch_all(&mut **tx)
    .await?;
    let people = people.into_iter().map(|row| WorkingHere {
        step: row.step,
        user: row.user_id.into(),
        user_name: row.display_name,
        task: row.task_id.into(),
    });
    Ok((workflow.map(Into::into), steps.collect(), people.collect()))
}
