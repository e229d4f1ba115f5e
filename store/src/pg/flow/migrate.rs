//! Tasks moved from one version of a workflow to another, or onto their first. What does not fit stays where it is, and is named.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use chrono::{DateTime, Utc};
use tandem_domain::{
    statechart::{Saved, Snapshot},
    workflow::Flow,
};
use tandem_protocol::{ProjectId, TaskId, WorkflowId};

use super::{Because, FlowError, cache, effects, record::At, record::MIGRATED, record::record, tell};
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
        SELECT id, workflow_id, machine_state, state_updated_at, clock_timestamp() AS "now!"
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
    let touched = touched(tx, &rows.iter().map(|row| row.id).collect::<Vec<_>>()).await?;
    let mut versions: HashMap<WorkflowId, Option<Arc<Flow>>> = HashMap::new();
    for row in rows {
        let task = TaskId(row.id);
        let before = match row.workflow_id {
            Some(id) => version(tx, &mut versions, id.into()).await?,
            None => None,
        };
        let is_touched = touched.contains(&row.id);
        let saved = row.machine_state.clone().and_then(|state| serde_json::from_value::<Saved>(state).ok());
        let fitting = saved.map(|saved| flow.fit(saved, before.as_deref()));
        let fit = match &fitting {
            Some(Ok(_)) => Fit::Stays,
            Some(Err(_)) | None if !is_touched => Fit::BeginsAnew,
            Some(Err(misfit)) => Fit::No(misfit.to_string()),
            None => Fit::No("somebody works on it, or has answered it, without a workflow".to_owned()),
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
        match (fit, fitting, &row.machine_state) {
            (Fit::Stays, Some(Ok(snapshot)), Some(stored)) => {
                let at = At {
                    project,
                    task,
                    workflow: to,
                    flow: &flow,
                    from: Some(&snapshot),
                    stored: Some(stored),
                    since: row.state_updated_at,
                };
                stay(tx, &at, &snapshot, before.as_deref(), row.now).await?;
            }
            (Fit::BeginsAnew, ..) => begin_anew(tx, project, task, to).await?,
            _ => {}
        }
    }
    Ok(done)
}

/// Those of these tasks that somebody holds or has answered. The tasks are locked: asked before they were, it would not see whoever took one meanwhile.
async fn touched(tx: &mut TenantTx, tasks: &[uuid::Uuid]) -> Result<HashSet<uuid::Uuid>, StoreError> {
    let found = sqlx::query_scalar!(
        "SELECT DISTINCT task_id FROM assignments WHERE task_id = ANY($1) AND status IN ('assigned', 'accepted', 'submitted')",
        tasks
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(found.into_iter().collect())
}

/// The version that a task comes from; none if it does not compile (any more).
async fn version(
    tx: &mut TenantTx,
    known: &mut HashMap<WorkflowId, Option<Arc<Flow>>>,
    id: WorkflowId,
) -> Result<Option<Arc<Flow>>, FlowError> {
    if let Some(flow) = known.get(&id) {
        return Ok(flow.clone());
    }
    let flow = match cache::flow_of(tx, id).await {
        Ok(flow) => Some(flow),
        Err(FlowError::Workflow(_)) => None,
        Err(error) => return Err(error),
    };
    known.insert(id, flow.clone());
    Ok(flow)
}

/// It goes on where it is, by the rules of the other version: so do the steps that are open, the places in them and what it waits for.
async fn stay(tx: &mut TenantTx, at: &At<'_>, snapshot: &Snapshot, before: Option<&Flow>, now: DateTime<Utc>) -> Result<(), FlowError> {
    sqlx::query!(
        "UPDATE tasks SET workflow_id = $3, updated_at = now() WHERE project_id = $1 AND id = $2",
        at.project.0,
        at.task.0,
        at.workflow.0
    )
    .execute(&mut **tx)
    .await?;
    let step = at.flow.take_over(snapshot, before, now)?;
    record(tx, at, &step, (MIGRATED, serde_json::Value::Null), Because::Migrated).await?;
    let answered = effects::take_over(tx, at, &step).await?;
    for (step, round) in answered {
        tell::answered(tx, at.project, at.task, &step, round).await?;
    }
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
