//! How the work stands, step by step.

use tandem_protocol::{
    ProjectId, WorkflowId,
    rest::UserSummary,
    ws::{StepCounts, StepWorker},
};

use crate::{StoreError, TenantTx};

/// How the work of a project stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkNow {
    /// The active version.
    pub workflow_id: Option<WorkflowId>,
    /// Those that have any tasks, by their ids.
    pub steps: Vec<StepCounts>,
    /// At most 500, those longest at it.
    pub workers: Vec<StepWorker>,
}

/// All steps of a project that have any tasks, and who works there now.
///
/// # Errors
/// Those of the database.
pub async fn progress(tx: &mut TenantTx, project: ProjectId) -> Result<WorkNow, StoreError> {
    let workflow = sqlx::query_scalar!("SELECT id FROM workflows WHERE project_id = $1 AND status = 'active'", project.0)
        .fetch_optional(&mut **tx)
        .await?;
    let rows = sqlx::query!(
        r#"
        SELECT step AS "step!", sum(waiting)::bigint AS "waiting!", sum(working)::bigint AS "working!", sum(done)::bigint AS "done!",
               sum(held)::bigint AS "held!"
        FROM (
            SELECT step, count(*) AS waiting, 0::bigint AS working, 0::bigint AS done, 0::bigint AS held
            FROM task_steps WHERE project_id = $1 AND free > 0 GROUP BY step
            UNION ALL
            -- Apart from the answers: telling tasks apart sorts them, and only these few need it.
            SELECT step, 0, count(DISTINCT task_id), 0, 0 FROM assignments WHERE project_id = $1 AND ended_at IS NULL GROUP BY step
            UNION ALL
            SELECT step, 0, 0, count(*), 0 FROM assignments WHERE project_id = $1 AND status = 'submitted' GROUP BY step
            UNION ALL
            -- In the hands of programs.
            SELECT step, 0, count(*), 0, 0 FROM task_calls WHERE project_id = $1 GROUP BY step
            UNION ALL
            -- As at_step/held.sql says.
            SELECT coalesce(machine_state #>> '{context,hold,step}', step), 0, 0, 0, count(*)
            FROM tasks WHERE project_id = $1 AND hold_reason IS NOT NULL GROUP BY 1
        ) counted GROUP BY step ORDER BY step
        "#,
        project.0
    )
    .fetch_all(&mut **tx)
    .await?;
    let steps = rows.into_iter().map(|row| StepCounts {
        step: row.step,
        waiting: row.waiting,
        working: row.working,
        done: row.done,
        held: row.held,
    });
    let workers = sqlx::query!(
        r#"
        SELECT a.id, a.step, a.task_id, a.user_id, u.display_name, u.email, u.color
        FROM assignments a JOIN users u ON u.id = a.user_id
        WHERE a.project_id = $1 AND a.ended_at IS NULL ORDER BY a.fencing_token LIMIT 500
        "#,
        project.0
    )
    .fetch_all(&mut **tx)
    .await?;
    let workers = workers.into_iter().map(|row| StepWorker {
        assignment_id: row.id.into(),
        step: row.step,
        task_id: row.task_id.into(),
        user: UserSummary { id: row.user_id.into(), name: row.display_name, email: row.email, color: row.color },
    });
    Ok(WorkNow { workflow_id: workflow.map(Into::into), steps: steps.collect(), workers: workers.collect() })
}
