//! What a step runs outside: kept until its end was told. A node takes a call for a while and tells what came of it; a node that dies in between
//! leaves it to the next, so a call is made at least once and its end told once.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use tandem_domain::workflow::{self, Told};
use tandem_protocol::{ProjectId, TaskId, WorkspaceId, rest::WaitsFor};

use super::{
    Because, FlowError,
    tell::{advance, instance},
};
use crate::{Store, StoreError, Tenant, TenantTx};

/// Who waits for somebody to ask through the API, and who is called by us.
const ANSWERED_FROM_OUTSIDE: &str = "external_agent";

/// Attempts of one call beyond what the workflow itself says: against a network that is gone for a moment.
const ATTEMPTS: i32 = 5;

/// One call to make.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    pub workspace: WorkspaceId,
    pub project: ProjectId,
    pub task: TaskId,
    pub step: String,
    pub kind: String,
    pub input: Value,
    pub attempts: i32,
    /// When the step came to it: another visit, or another attempt of the workflow, is another call.
    pub since: DateTime<Utc>,
}

impl Call {
    fn tenant(&self) -> Tenant {
        Tenant { workspace: self.workspace, user: None }
    }
}

pub(super) async fn open(
    tx: &mut TenantTx,
    project: ProjectId,
    task: TaskId,
    step: &str,
    kind: &str,
    input: &Value,
) -> Result<(), StoreError> {
    let workspace = tx.workspace().0;
    sqlx::query!(
        r#"
        INSERT INTO task_calls (project_id, task_id, step, workspace_id, kind, input, due)
        VALUES ($1, $2, $3, $4, $5, $6, CASE WHEN $7 THEN NULL ELSE now() END)
        ON CONFLICT (project_id, task_id, step)
        DO UPDATE SET kind = excluded.kind, input = excluded.input, due = excluded.due, attempts = 0, leased_until = NULL, error = NULL,
                      created_at = clock_timestamp()
        "#,
        project.0,
        task.0,
        step,
        workspace,
        kind,
        input,
        kind == ANSWERED_FROM_OUTSIDE,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub(super) async fn close(tx: &mut TenantTx, project: ProjectId, task: TaskId, step: &str) -> Result<(), StoreError> {
    sqlx::query!("DELETE FROM task_calls WHERE project_id = $1 AND task_id = $2 AND step = $3", project.0, task.0, step)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Takes a call that is due, for as long as it may take; none if somebody else has it or it is gone.
///
/// # Errors
/// Those of the database.
pub async fn claim_call(
    store: &Store,
    workspace: WorkspaceId,
    project: ProjectId,
    task: TaskId,
    step: &str,
    within: Duration,
) -> Result<Option<Call>, StoreError> {
    let mut tx = Tenant { workspace, user: None }.begin(store).await?;
    let row = sqlx::query!(
        r#"
        UPDATE task_calls SET attempts = attempts + 1, leased_until = now() + make_interval(secs => $4)
        WHERE project_id = $1 AND task_id = $2 AND step = $3 AND due <= now() AND (leased_until IS NULL OR leased_until <= now())
        RETURNING kind, input, attempts, created_at
        "#,
        project.0,
        task.0,
        step,
        within.as_secs_f64(),
    )
    .fetch_optional(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(row.map(|row| Call {
        workspace,
        project,
        task,
        step: step.to_owned(),
        kind: row.kind,
        input: row.input,
        attempts: row.attempts,
        since: row.created_at,
    }))
}

/// What a task waits for outside.
///
/// # Errors
/// Those of the database.
pub async fn calls_of(tx: &mut TenantTx, project: ProjectId, task: TaskId) -> Result<Vec<WaitsFor>, StoreError> {
    let rows = sqlx::query!(
        "SELECT step, kind, created_at FROM task_calls WHERE project_id = $1 AND task_id = $2 ORDER BY step",
        project.0,
        task.0
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| WaitsFor { step: row.step, kind: row.kind, since: row.created_at }).collect())
}

/// What an agent outside was asked for came back, as somebody says through the API. What we call ourselves answers us.
///
/// # Errors
/// As [`super::tell`]; [`workflow::FlowError::NotNow`] if the step waits for no agent, or (`since`) not for what this one was asked.
pub async fn answer_step(
    tx: &mut TenantTx,
    project: ProjectId,
    task: TaskId,
    step: &str,
    since: Option<DateTime<Utc>>,
    end: Result<Value, Value>,
) -> Result<(), FlowError> {
    let instance = instance(tx, project, task).await?;
    // Before it is told: the step may begin anew at once and make its next call.
    let gone = sqlx::query!(
        "DELETE FROM task_calls WHERE project_id = $1 AND task_id = $2 AND step = $3 AND kind = $4 AND ($5::timestamptz IS NULL OR created_at = $5)",
        project.0,
        task.0,
        step,
        ANSWERED_FROM_OUTSIDE,
        since,
    )
    .execute(&mut **tx)
    .await?;
    if gone.rows_affected() == 0 {
        let states = instance.snapshot.states(&instance.flow.machine).into_iter().map(str::to_owned).collect();
        return Err(workflow::FlowError::NotNow { told: told(step, end).name(), states }.into());
    }
    advance(tx, project, task, instance, told(step, end), Because::Program).await
}

/// A call of ours came back. Says whether the step still waited for it: told twice it is told once, and what comes back after the step gave up
/// waiting is not taken for the end of its next attempt. If not, the caller commits nothing.
///
/// # Errors
/// As [`super::tell`].
pub async fn answer_call(tx: &mut TenantTx, call: &Call, end: Result<Value, Value>) -> Result<bool, FlowError> {
    // The task first, as everybody who changes one: a timer that stops the call at this moment has locked it.
    let instance = instance(tx, call.project, call.task).await?;
    if !take(tx, call).await? {
        return Ok(false);
    }
    advance(tx, call.project, call.task, instance, told(&call.step, end), Because::Program).await?;
    Ok(true)
}

/// This very attempt of a call is over. Says whether the step still waited for it.
async fn take(tx: &mut TenantTx, call: &Call) -> Result<bool, StoreError> {
    let gone = sqlx::query!(
        "DELETE FROM task_calls WHERE project_id = $1 AND task_id = $2 AND step = $3 AND created_at = $4",
        call.project.0,
        call.task.0,
        call.step,
        call.since,
    );
    Ok(gone.execute(&mut **tx).await?.rows_affected() > 0)
}

/// Whether a step still waits for what came of this call.
///
/// # Errors
/// Those of the database.
pub async fn is_waited_for(tx: &mut TenantTx, call: &Call) -> Result<bool, StoreError> {
    let found = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM task_calls WHERE project_id = $1 AND task_id = $2 AND step = $3 AND created_at = $4) AS "is!""#,
        call.project.0,
        call.task.0,
        call.step,
        call.since,
    );
    Ok(found.fetch_one(&mut **tx).await?)
}

/// A call whose end cannot be told is made no more. If the task waits for it, it is held with the reason: let go, it makes another call.
///
/// # Errors
/// Those of the database; why the task cannot be held.
pub async fn drop_call(store: &Store, call: &Call, reason: &str) -> Result<(), FlowError> {
    let mut tx = call.tenant().begin(store).await?;
    let instance = instance(&mut tx, call.project, call.task).await;
    if take(&mut tx, call).await?
        && let Ok(instance) = instance
        && instance.snapshot.children().iter().any(|(child, _)| *child == call.step)
    {
        let told = Told::Hold { reason: reason.to_owned() };
        advance(&mut tx, call.project, call.task, instance, told, Because::Program).await?;
    }
    Ok(tx.commit().await?)
}

/// A call that was taken and cannot be made at this moment: as if it had not been taken, a little later.
///
/// # Errors
/// Those of the database.
pub async fn put_back(store: &Store, call: &Call, later: Duration) -> Result<(), StoreError> {
    let mut tx = call.tenant().begin(store).await?;
    sqlx::query!(
        r#"
        UPDATE task_calls SET attempts = greatest(attempts - 1, 0), leased_until = NULL, due = now() + make_interval(secs => $5)
        WHERE project_id = $1 AND task_id = $2 AND step = $3 AND created_at = $4
        "#,
        call.project.0,
        call.task.0,
        call.step,
        call.since,
        later.as_secs_f64(),
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await
}

fn told(step: &str, end: Result<Value, Value>) -> Told {
    let step = step.to_owned();
    match end {
        Ok(output) => Told::Handled { step, output },
        Err(error) => Told::Failed { step, error },
    }
}

/// A call could not be made: tried again, later each time, then told as the step's failure.
///
/// # Errors
/// As [`super::tell`].
pub async fn fail_call(store: &Store, call: &Call, error: &str) -> Result<(), FlowError> {
    let mut tx = call.tenant().begin(store).await?;
    if call.attempts >= ATTEMPTS {
        answer_call(&mut tx, call, Err(json!(error))).await?;
    } else {
        sqlx::query!(
            r#"
            UPDATE task_calls SET error = $4, leased_until = NULL, due = now() + make_interval(secs => power(4, attempts))
            WHERE project_id = $1 AND task_id = $2 AND step = $3 AND created_at = $5
            "#,
            call.project.0,
            call.task.0,
            call.step,
            error,
            call.since,
        )
        .execute(&mut *tx)
        .await?;
    }
    tx.commit().await?;
    Ok(())
}
