//! Something happened to a task.

use chrono::{DateTime, Utc};
use serde_json::Value;
use std::sync::Arc;
use tandem_domain::{
    agreement::Standard,
    statechart::{Saved, Snapshot, Step},
    workflow::{Decision, Flow, OpenStep, StepKind, Told},
};
use tandem_protocol::{ProjectId, TaskId, UserId, WorkflowId};

use super::{
    Because, FlowError, answers, cache, effects,
    record::{At, record},
};
use crate::{StoreError, TenantTx};

/// Where a task stands, its row locked.
pub(super) struct Instance {
    pub workflow: WorkflowId,
    pub flow: Arc<Flow>,
    pub snapshot: Snapshot,
    pub stored: Value,
    pub since: Option<DateTime<Utc>>,
    pub now: DateTime<Utc>,
}

/// Where a task stands, for people.
#[derive(Clone, Debug)]
pub struct Standing {
    pub workflow: WorkflowId,
    pub open: Vec<OpenStep>,
    /// Why somebody must look, if somebody must.
    pub held: Option<Value>,
    pub is_done: bool,
    /// The state value, as XState writes it.
    pub value: Value,
    pub context: Value,
}

pub(super) async fn instance(tx: &mut TenantTx, project: ProjectId, task: TaskId) -> Result<Instance, FlowError> {
    let row = sqlx::query!(
        r#"
        SELECT workflow_id, machine_state, state_updated_at, clock_timestamp() AS "now!"
        FROM tasks WHERE project_id = $1 AND id = $2 FOR UPDATE
        "#,
        project.0,
        task.0
    )
    .fetch_optional(&mut **tx)
    .await?
    .ok_or(FlowError::NoTask)?;
    let workflow = WorkflowId(row.workflow_id.ok_or(FlowError::NoWorkflow)?);
    let stored = row.machine_state.ok_or(FlowError::NotBegun)?;
    let flow = cache::flow_seen(tx, workflow).await?;
    let saved: Saved = serde_json::from_value(stored.clone()).map_err(|e| StoreError::corrupt("machine state", e))?;
    let snapshot = flow.load(saved)?;
    Ok(Instance { workflow, flow, snapshot, stored, since: row.state_updated_at, now: row.now })
}

/// # Errors
/// Those of the database, or that the task is on no workflow.
pub async fn standing(tx: &mut TenantTx, project: ProjectId, task: TaskId) -> Result<Standing, FlowError> {
    let instance = instance(tx, project, task).await?;
    Ok(Standing {
        workflow: instance.workflow,
        open: instance.flow.open_steps(&instance.snapshot),
        held: instance.flow.held(&instance.snapshot),
        is_done: !instance.snapshot.is_active(),
        value: instance.snapshot.value(&instance.flow.machine),
        context: instance.snapshot.context().clone(),
    })
}

/// The task takes the step that follows, with all that comes of it.
///
/// # Errors
/// Why it does not; nothing is changed then.
pub async fn tell(tx: &mut TenantTx, project: ProjectId, task: TaskId, told: Told, because: Because<'_>) -> Result<(), FlowError> {
    let instance = instance(tx, project, task).await?;
    advance(tx, project, task, instance, told, because).await
}

pub(super) async fn advance(
    tx: &mut TenantTx,
    project: ProjectId,
    task: TaskId,
    instance: Instance,
    told: Told,
    because: Because<'_>,
) -> Result<(), FlowError> {
    let (event, payload) = (told.name(), told.facts());
    let Instance { workflow, flow, snapshot, stored, since, now } = instance;
    let step = stepped(&flow, &snapshot, told, now).await?;
    let at = At { project, task, workflow, flow: &flow, from: Some(&snapshot), stored: Some(&stored), since };
    record(tx, &at, &step, (&event, payload), because).await?;
    effects::keep(tx, &at, &step).await?;
    if !matches!(because, Because::Admin(_)) {
        effects::tell_admins(tx, &at, &step).await?;
    }
    Ok(())
}

/// Agreement between long answers takes its time: beside the threads that serve people.
async fn stepped(flow: &Arc<Flow>, snapshot: &Snapshot, told: Told, now: DateTime<Utc>) -> Result<Step, FlowError> {
    let chance = rand::random::<f64>();
    let heavy = matches!(&told, Told::Answered { answers, .. } if answers.len() > 1);
    if !heavy {
        return Ok(flow.tell(snapshot, told, chance, now, &Standard)?);
    }
    let (flow, snapshot) = (Arc::clone(flow), snapshot.clone());
    let step = tokio::task::spawn_blocking(move || flow.tell(&snapshot, told, chance, now, &Standard)).await;
    Ok(step.map_err(|e| StoreError::corrupt("agreement", e))??)
}

/// An answer was submitted to a step: all answers of its round are told, so that nothing is counted twice.
///
/// # Errors
/// As [`tell`].
pub async fn answered(tx: &mut TenantTx, project: ProjectId, task: TaskId, step: &str, round: i32) -> Result<(), FlowError> {
    let instance = instance(tx, project, task).await?;
    let mut answers = answers::answers(tx, project, task, step, round).await?;
    let is_decision = instance.flow.is_deciding(&instance.snapshot, step);
    let step = step.to_owned();
    let told = match answers.pop() {
        Some(answer) if is_decision => Told::Adjudicated { step, answer },
        Some(answer) => {
            answers.push(answer);
            Told::Answered { step, answers }
        }
        None => Told::Answered { step, answers },
    };
    advance(tx, project, task, instance, told, Because::Answered).await
}

/// A reviewer decided.
///
/// # Errors
/// As [`tell`].
pub async fn decided(
    tx: &mut TenantTx,
    project: ProjectId,
    task: TaskId,
    step: &str,
    decision: Decision,
    by: UserId,
    reason: Option<String>,
) -> Result<(), FlowError> {
    let told = Told::Decided { step: step.to_owned(), decision, by: by.to_string(), reason };
    tell(tx, project, task, told, Because::Decided).await
}

/// A step that ends by hand is over: a hold is let go, an annotation step goes on with what it has.
///
/// # Errors
/// As [`tell`].
pub async fn finish(tx: &mut TenantTx, project: ProjectId, task: TaskId, step: &str, because: Because<'_>) -> Result<(), FlowError> {
    let instance = instance(tx, project, task).await?;
    let step = step.to_owned();
    let told = match instance.flow.kind_of(&step) {
        Some(StepKind::Hold) => Told::Released { step, output: None },
        _ => Told::Finished { step },
    };
    advance(tx, project, task, instance, told, because).await
}

/// Nobody works on the task until an admin lets it go.
pub(crate) async fn hold(tx: &mut TenantTx, project: ProjectId, task: TaskId, reason: &str) -> Result<(), StoreError> {
    tell(tx, project, task, Told::Hold { reason: reason.to_owned() }, Because::Skipped).await.map_err(Into::into)
}
