//! Back to where a task was before, by an admin: an event like any other, recorded, with what is open made to fit.

use serde_json::Value;
use tandem_domain::{
    statechart::{Saved, Step, Trace},
    workflow::OpenStep,
};
use tandem_protocol::{ProjectId, TaskId};
use uuid::Uuid;

use super::{
    Because, FlowError, effects,
    record::{At, record},
    tell::instance,
};
use crate::{StoreError, TenantTx, pg::steps};

/// Undoes the last step that the task took forward. Asked again it goes one further back. Answers given since stay, as do documents; leases on what
/// is not open any more end.
///
/// # Errors
/// [`FlowError::NothingBefore`]; those of the database.
pub async fn undo(tx: &mut TenantTx, project: ProjectId, task: TaskId, reason: &str) -> Result<(), FlowError> {
    let now = instance(tx, project, task).await?;
    let before = before(tx, task).await?.ok_or(FlowError::NothingBefore)?;
    let saved: Saved = serde_json::from_value(before).map_err(|e| StoreError::corrupt("machine state", e))?;
    let snapshot = saved.load(&now.flow.machine)?;
    let effects = snapshot.timers().iter().map(|timer| tandem_domain::statechart::Effect::Schedule {
        timer: timer.timer,
        id: timer.id.clone(),
        due: timer.due,
    });
    let step = Step { effects: effects.collect(), snapshot, trace: Trace::default() };
    let at = At {
        project,
        task,
        workflow: now.workflow,
        flow: &now.flow,
        from: Some(&now.snapshot),
        stored: Some(&now.stored),
        since: now.since,
    };
    record(tx, &at, &step, UNDO, Because::Admin(reason)).await?;
    let (was, is) = (now.flow.open_steps(&now.snapshot), now.flow.open_steps(&step.snapshot));
    for closed in was.iter().filter(|open| !is.contains(open)) {
        steps::close(tx, project, task, &closed.step, "rolled_back").await?;
    }
    sqlx::query!("DELETE FROM task_timers WHERE project_id = $1 AND task_id = $2", project.0, task.0).execute(&mut **tx).await?;
    effects::restore(tx, &at, &step, &opened(&was, is)).await
}

const UNDO: &str = "task.undo";

fn opened(was: &[OpenStep], is: Vec<OpenStep>) -> Vec<OpenStep> {
    is.into_iter().filter(|open| !was.contains(open)).collect()
}

/// What the task came from: of its steps forward, the last that was not undone yet.
async fn before(tx: &mut TenantTx, task: TaskId) -> Result<Option<Value>, StoreError> {
    let rows = sqlx::query!(
        "SELECT id, event, from_snapshot FROM state_transitions WHERE task_id = $1 ORDER BY occurred_at DESC, id DESC LIMIT 200",
        task.0
    )
    .fetch_all(&mut **tx)
    .await?;
    let mut undone = 0_usize;
    let mut seen: Vec<Uuid> = Vec::new();
    for row in rows {
        seen.push(row.id);
        if row.event == UNDO {
            undone += 1;
        } else if undone > 0 {
            undone -= 1;
        } else {
            return Ok(row.from_snapshot);
        }
    }
    Ok(None)
}
