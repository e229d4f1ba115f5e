//! Tasks moved from one version of a workflow to another, or onto their first. What does not fit stays where it is, and is named.

use std::collections::BTreeMap;

use serde_json::Value;
use tandem_domain::statechart::Saved;
use tandem_protocol::{ProjectId, TaskId, WorkflowId};

use super::{Because, FlowError, cache, record::At, record::record};
use crate::{StoreError, TenantTx};

/// Whether a task can go on in another version, from where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fit {
    /// It stands in states that are there too.
    Stays,
    /// It has not begun, or nobody answered it yet: it begins anew.
    BeginsAnew,
    No(String),
}

/// What a migration does, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Migration {
    pub stays: u64,
    pub begins_anew: u64,
    /// By reason, with some of the tasks.
    pub misfits: BTreeMap<String, (u64, Vec<TaskId>)>,
    /// The last task looked at; none: there are no more.
    pub next: Option<TaskId>,
}

const NAMED: usize = 20;

/// The next `limit` tasks after `after` that are not on `to` and not done: each moved to `to` if it fits, unless `dry_run`.
///
/// # Errors
/// Those of the database; that `to` is not there.
pub async fn migrate(
    tx: &mut TenantTx,
    project: ProjectId,
    to: WorkflowId,
    after: Option<TaskId>,
    limit: u32,
    dry_run: bool,
) -> Result<Migration, FlowError> {
    let flow = cache::flow_of(tx, to).await?;
    let is_draft =
        sqlx::query_scalar!(r#"SELECT status = 'draft' AS "draft!" FROM workflows WHERE id = $1"#, to.0).fetch_one(&mut **tx).await?;
    if is_draft && !dry_run {
        return Err(FlowError::Draft);
    }
    let rows = sqlx::query!(
        r#"
        SELECT id, workflow_id, machine_state, status,
               EXISTS (SELECT FROM assignments a WHERE a.task_id = t.id AND a.status IN ('assigned', 'accepted', 'submitted')) AS "touched!",
               state_updated_at
        FROM tasks t
        WHERE project_id = $1 AND workflow_id IS DISTINCT FROM $2 AND status NOT IN ('completed', 'cancelled', 'rejected', 'skipped')
          AND ($3::uuid IS NULL OR id > $3)
        ORDER BY id LIMIT $4 FOR UPDATE
        "#,
        project.0,
        to.0,
        after.map(|task| task.0),
        i64::from(limit)
    )
    .fetch_all(&mut **tx)
    .await?;
    let mut done =
        Migration { next: if rows.len() == limit as usize { rows.last().map(|row| row.id.into()) } else { None }, ..Migration::default() };
    for row in rows {
        let task = TaskId(row.id);
        let saved = row.machine_state.clone().and_then(|state| serde_json::from_value::<Saved>(state).ok());
        let fit = match (&saved, row.touched) {
            (Some(saved), _) => match saved.load(&flow.machine) {
                Ok(_) => Fit::Stays,
                Err(_) if !row.touched => Fit::BeginsAnew,
                Err(error) => Fit::No(error.to_string()),
            },
            (None, false) => Fit::BeginsAnew,
            (None, true) => Fit::No("somebody works on it, or has answered it, without a workflow".to_owned()),
        };
        match &fit {
            Fit::Stays => done.stays += 1,
            Fit::BeginsAnew => done.begins_anew += 1,
            Fit::No(reason) => {
                let (count, tasks) = done.misfits.entry(reason.clone()).or_default();
                *count += 1;
                if tasks.len() < NAMED {
                    tasks.push(task);
                }
            }
        }
        if dry_run {
            continue;
        }
        match fit {
            Fit::Stays => stay(tx, project, task, to, row.machine_state.as_ref(), row.state_updated_at, &flow).await?,
            Fit::BeginsAnew => begin_anew(tx, project, task, to).await?,
            Fit::No(_) => {}
        }
    }
    Ok(done)
}

async fn stay(
    tx: &mut TenantTx,
    project: ProjectId,
    task: TaskId,
    to: WorkflowId,
    stored: Option<&Value>,
    since: Option<chrono::DateTime<chrono::Utc>>,
    flow: &tandem_domain::workflow::Flow,
) -> Result<(), FlowError> {
    sqlx::query!("UPDATE tasks SET workflow_id = $3, updated_at = now() WHERE project_id = $1 AND id = $2", project.0, task.0, to.0)
        .execute(&mut **tx)
        .await?;
    let Some(stored) = stored else { return Ok(()) };
    let saved: Saved = serde_json::from_value(stored.clone()).map_err(|e| StoreError::corrupt("machine state", e))?;
    let snapshot = saved.load(&flow.machine)?;
    let at = At { project, task, workflow: to, flow, from: Some(&snapshot), stored: Some(stored), since };
    let step = tandem_domain::statechart::Step {
        snapshot: snapshot.clone(),
        effects: Vec::new(),
        trace: tandem_domain::statechart::Trace::default(),
    };
    record(tx, &at, &step, "task.migrate", Because::Migrated).await?;
    Ok(())
}

async fn begin_anew(tx: &mut TenantTx, project: ProjectId, task: TaskId, to: WorkflowId) -> Result<(), StoreError> {
    crate::pg::steps::close_all(tx, project, task).await?;
    sqlx::query!("DELETE FROM task_timers WHERE project_id = $1 AND task_id = $2", project.0, task.0).execute(&mut **tx).await?;
    sqlx::query!("DELETE FROM task_calls WHERE project_id = $1 AND task_id = $2", project.0, task.0).execute(&mut **tx).await?;
    sqlx::query!(
        "UPDATE tasks SET workflow_id = $3, machine_state = NULL, status = 'pending', hold_reason = NULL, updated_at = now() WHERE project_id = $1 AND id = $2",
        project.0,
        task.0,
        to.0
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
