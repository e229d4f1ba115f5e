//! Back to where a task was before, by an admin: an event like any other, recorded, with what is open made to fit.

use chrono::{DateTime, Utc};
use serde_json::Value;
use tandem_domain::{
    statechart::{Saved, Snapshot},
    workflow::{self, Flow, OpenStep, StepKind},
};
use tandem_protocol::{ProjectId, TaskId};
use uuid::Uuid;

use super::{
    Because, FlowError, effects,
    record::{At, MIGRATED, record},
    tell::instance,
};
use crate::{StoreError, TenantTx, pg::steps};

/// Undoes the last step that the task took forward. Asked again it goes one further back, to where it came to this version of its workflow at most.
/// Annotations and documents stay; what came of the undone step counts no more: whose answer or decision it was does not fill a place with it, leases on
/// what is not open any more end, and what runs outside is asked anew. Timers wait for what was left of them.
///
/// # Errors
/// [`FlowError::NothingBefore`]; those of the database.
pub async fn undo(tx: &mut TenantTx, project: ProjectId, task: TaskId, reason: &str) -> Result<(), FlowError> {
    let now = instance(tx, project, task).await?;
    let (before, left) = before(tx, task).await?.ok_or(FlowError::NothingBefore)?;
    let saved: Saved = serde_json::from_value(before).map_err(|e| StoreError::corrupt("machine state", e))?;
    let snapshot = now.flow.load(saved)?;
    let step = now.flow.machine.resume(&snapshot, left, now.now).map_err(workflow::FlowError::from)?;
    let at = At {
        project,
        task,
        workflow: now.workflow,
        flow: &now.flow,
        from: Some(&now.snapshot),
        stored: Some(&now.stored),
        since: now.since,
    };
    record(tx, &at, &step, (UNDO, Value::Null), Because::Admin(reason)).await?;
    let (was, is) = (visited(&now.flow, &now.snapshot), visited(&now.flow, &step.snapshot));
    for (closed, _) in was.iter().filter(|open| !is.contains(open)) {
        steps::close(tx, project, task, &closed.step, "rolled_back").await?;
    }
    for (open, visit) in &is {
        let inside = now.flow.decides_inside(&open.step, open.kind);
        let gathers = matches!(open.kind, StepKind::Annotation | StepKind::Adjudication) && !inside;
        let kept = if gathers { authors(&step.snapshot, &open.step) } else { Vec::new() };
        steps::take_back(tx, project, task, &open.step, if inside { -visit } else { *visit }, &kept).await?;
    }
    sqlx::query!("DELETE FROM task_timers WHERE project_id = $1 AND task_id = $2", project.0, task.0).execute(&mut **tx).await?;
    sqlx::query!("DELETE FROM task_calls WHERE project_id = $1 AND task_id = $2", project.0, task.0).execute(&mut **tx).await?;
    let opened: Vec<OpenStep> = is.into_iter().filter(|open| !was.contains(open)).map(|(open, _)| open).collect();
    effects::restore(tx, &at, &step, &opened).await
}

const UNDO: &str = "task.undo";

/// What is open, and at which visit of it.
fn visited(flow: &Flow, snapshot: &Snapshot) -> Vec<(OpenStep, i32)> {
    let visit = |open: OpenStep| {
        let visit = effects::visits(snapshot, &open.step);
        (open, visit)
    };
    flow.open_steps(snapshot).into_iter().map(visit).collect()
}

/// Who has answered a step, each as often as they have.
fn authors(snapshot: &Snapshot, step: &str) -> Vec<Uuid> {
    let answers = snapshot.context()["steps"][step]["answers"].as_array();
    answers.into_iter().flatten().filter_map(|answer| answer["by"].as_str()?.parse().ok()).collect()
}

/// What the task came from, and when it left that: of its steps forward, the last that was not undone yet.
async fn before(tx: &mut TenantTx, task: TaskId) -> Result<Option<(Value, DateTime<Utc>)>, StoreError> {
    let rows = sqlx::query!(
        "SELECT event, from_snapshot, occurred_at FROM state_transitions WHERE task_id = $1 ORDER BY occurred_at DESC, id DESC LIMIT 200",
        task.0
    )
    .fetch_all(&mut **tx)
    .await?;
    let mut undone = 0_usize;
    for row in rows {
        if row.event == MIGRATED {
            // Before it the task was on another version, whose states may not be here.
            return Ok(None);
        } else if row.event == UNDO {
            undone += 1;
        } else if undone > 0 {
            undone -= 1;
        } else {
            return Ok(row.from_snapshot.map(|snapshot| (snapshot, row.occurred_at)));
        }
    }
    Ok(None)
}
