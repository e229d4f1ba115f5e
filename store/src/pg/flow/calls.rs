//! What a step runs outside: kept until its end was told. A node takes a call for a while and tells what came of it; a node that dies in between
//! leaves it to the next, so a call is made at least once and its end told once.

use std::time::Duration;

use serde_json::{Value, json};
use tandem_domain::workflow::Told;
use tandem_protocol::{ProjectId, TaskId, WorkspaceId};

use super::{Because, FlowError, tell::tell};
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
        DO UPDATE SET kind = excluded.kind, input = excluded.input, due = excluded.due, attempts = 0, leased_until = NULL, error = NULL
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
        RETURNING kind, input, attempts
        "#,
        project.0,
        task.0,
        step,
        within.as_secs_f64(),
    )
    .fetch_optional(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(row.map(|row| Call { workspace, project, task, step: step.to_owned(), kind: row.kind, input: row.input, attempts: row.attempts }))
}

/// A call came back. Told twice it is told once: the machine does not wait for it any more.
///
/// # Errors
/// As [`tell`].
pub async fn answer_call(
    tx: &mut TenantTx,
    project: ProjectId,
    task: TaskId,
    step: &str,
    end: Result<Value, Value>,
) -> Result<(), FlowError> {
    let step = step.to_owned();
    let told = match end {
        Ok(output) => Told::Handled { step: step.clone(), output },
        Err(error) => Told::Failed { step: step.clone(), error },
    };
    // First: the step may begin anew at once and make its next call.
    close(tx, project, task, &step).await?;
    tell(tx, project, task, told, Because::Program).await
}

/// A call could not be made: tried again, later each time, then told as the step's failure.
///
/// # Errors
/// As [`tell`].
pub async fn fail_call(store: &Store, call: &Call, error: &str) -> Result<(), FlowError> {
    let mut tx = call.tenant().begin(store).await?;
    if call.attempts >= ATTEMPTS {
        answer_call(&mut tx, call.project, call.task, &call.step, Err(json!(error))).await?;
    } else {
        sqlx::query!(
            r#"
            UPDATE task_calls SET error = $4, leased_until = NULL, due = now() + make_interval(secs => power(4, attempts))
            WHERE project_id = $1 AND task_id = $2 AND step = $3
            "#,
            call.project.0,
            call.task.0,
            call.step,
            error,
        )
        .execute(&mut *tx)
        .await?;
    }
    tx.commit().await?;
    Ok(())
}
