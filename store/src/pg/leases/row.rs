//! Reading and proving leases.

use chrono::{DateTime, Utc};
use serde_json::Value;
use tandem_protocol::{
    AssignmentId, ProjectRole, TaskId, UserId,
    rest::{Assignment, AssignmentStatus},
};
use uuid::Uuid;

use super::{Holder, LeaseError};
use crate::{StoreError, TenantTx, pg::row::word};

pub(super) struct Row {
    pub id: Uuid,
    pub project_id: Uuid,
    pub task_id: Uuid,
    pub step: String,
    pub slot: i16,
    pub round: i32,
    pub scope: String,
    pub workflow_stage: String,
    pub user_id: Uuid,
    pub status: String,
    pub fencing_token: i64,
    pub assigned_at: DateTime<Utc>,
    pub accepted_at: Option<DateTime<Utc>>,
    pub expires_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
}

/// The lease in a row that has other columns too.
macro_rules! lease_of {
    ($row:ident) => {
        Assignment::try_from($crate::pg::leases::row::Row {
            id: $row.id,
            project_id: $row.project_id,
            task_id: $row.task_id,
            step: $row.step,
            slot: $row.slot,
            round: $row.round,
            scope: $row.scope,
            workflow_stage: $row.workflow_stage,
            user_id: $row.user_id,
            status: $row.status,
            fencing_token: $row.fencing_token,
            assigned_at: $row.assigned_at,
            accepted_at: $row.accepted_at,
            expires_at: $row.expires_at,
            ended_at: $row.ended_at,
        })
    };
}
pub(super) use lease_of;

impl TryFrom<Row> for Assignment {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id.into(),
            project_id: row.project_id.into(),
            task_id: row.task_id.into(),
            step: row.step,
            slot: row.slot,
            round: row.round,
            scope: row.scope,
            kind: row.workflow_stage.parse().map_err(|e| StoreError::corrupt("workflow stage", e))?,
            user_id: row.user_id.into(),
            status: row.status.parse().map_err(|e| StoreError::corrupt("assignment status", e))?,
            fencing_token: row.fencing_token,
            assigned_at: row.assigned_at,
            accepted_at: row.accepted_at,
            expires_at: row.expires_at,
            ended_at: row.ended_at,
        })
    }
}

/// # Errors
/// [`StoreError::NotFound`] if this workspace has no such lease.
pub async fn get(tx: &mut TenantTx, id: AssignmentId) -> Result<Assignment, StoreError> {
    let row = sqlx::query_as!(
        Row,
        r#"
        SELECT id, project_id, task_id, step, slot, round, scope, workflow_stage, user_id, status, fencing_token,
               assigned_at, accepted_at, expires_at, ended_at
        FROM assignments WHERE id = $1
        "#,
        id.0,
    )
    .fetch_optional(&mut **tx)
    .await?;
    row.ok_or(StoreError::NotFound { entity: "assignment" })?.try_into()
}

/// Why a lease was given to its holder, and why it ended.
#[derive(Clone, Debug, Default)]
pub struct Reasons {
    /// As it was kept: [`told`] says it to people.
    pub why: Option<Value>,
    /// As whoever ended it wrote.
    pub ended: Option<String>,
}

/// # Errors
/// Those of the database.
pub async fn reasons(tx: &mut TenantTx, id: AssignmentId) -> Result<Reasons, StoreError> {
    let row = sqlx::query!("SELECT metadata, reason FROM assignments WHERE id = $1", id.0).fetch_optional(&mut **tx).await?;
    Ok(row.map(|row| Reasons { why: Some(row.metadata), ended: row.reason }).unwrap_or_default())
}

/// Why somebody has a lease, from what was kept with it: one object. Who else was in line is told only to those who give out work. None: of before this was
/// kept.
#[must_use]
pub fn told(kept: Value, of_others: bool) -> Option<Value> {
    let Value::Object(mut why) = kept else { return None };
    // How it ended is told elsewhere.
    why.remove("evicted");
    why.remove("given_back");
    if let Some(Value::Object(chosen)) = why.remove("assignment") {
        why.extend(chosen);
    }
    why.remove("user");
    if !of_others {
        why.remove("runners_up");
    }
    (!why.is_empty()).then_some(Value::Object(why))
}

/// The lease, whoever's, with the role that `viewer` has in its project; none if the workspace has no such lease.
///
/// # Errors
/// Those of the database.
pub async fn get_as(tx: &mut TenantTx, id: AssignmentId, viewer: UserId) -> Result<Option<(Assignment, Option<ProjectRole>)>, StoreError> {
    let row = sqlx::query!(
        r#"
        SELECT a.id, a.project_id, a.task_id, a.step, a.slot, a.round, a.scope, a.workflow_stage, a.user_id, a.status, a.fencing_token,
               a.assigned_at, a.accepted_at, a.expires_at, a.ended_at, m.role AS "role?"
        FROM assignments a LEFT JOIN project_members m ON m.project_id = a.project_id AND m.user_id = $2
        WHERE a.id = $1
        "#,
        id.0,
        viewer.0,
    )
    .fetch_optional(&mut **tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let role = row.role.as_deref().map(|role| word("project role", role)).transpose()?;
    Ok(Some((lease_of!(row)?, role)))
}

/// A person's active leases in the whole workspace, oldest first.
///
/// # Errors
/// Those of the database.
pub async fn active_of_user(tx: &mut TenantTx, user: UserId) -> Result<Vec<Assignment>, StoreError> {
    let rows = sqlx::query_as!(
        Row,
        r#"
        SELECT id, project_id, task_id, step, slot, round, scope, workflow_stage, user_id, status, fencing_token,
               assigned_at, accepted_at, expires_at, ended_at
        FROM assignments WHERE user_id = $1 AND ended_at IS NULL AND expires_at > now() ORDER BY fencing_token
        "#,
        user.0,
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// Who works on a task now.
///
/// # Errors
/// Those of the database.
pub async fn active_of_task(tx: &mut TenantTx, task: TaskId) -> Result<Vec<Assignment>, StoreError> {
    let rows = sqlx::query_as!(
        Row,
        r#"
        SELECT id, project_id, task_id, step, slot, round, scope, workflow_stage, user_id, status, fencing_token,
               assigned_at, accepted_at, expires_at, ended_at
        FROM assignments WHERE task_id = $1 AND ended_at IS NULL ORDER BY fencing_token
        "#,
        task.0,
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// The lease, locked until the transaction ends, if it is active, `user`'s and carries `fencing_token`.
///
/// Its task is locked first: so does everybody who changes a task, its steps or its leases, always in this order.
///
/// # Errors
/// Why it is not, with who holds the task now.
pub async fn lock(tx: &mut TenantTx, id: AssignmentId, user: UserId, fencing_token: i64) -> Result<Assignment, LeaseError> {
    let (lease, ran_out) = lock_any(tx, id).await?;
    if lease.user_id != user {
        let holder = Holder { user: lease.user_id, name: name_of(tx, lease.user_id).await? };
        return Err(LeaseError::NotYours { holder });
    }
    if lease.fencing_token != fencing_token {
        let (current, holder) = current(tx, &lease).await?.unzip();
        return Err(LeaseError::Stale { presented: fencing_token, current: current.unwrap_or(lease.fencing_token), holder });
    }
    match lease.status {
        status if status.is_active() && !ran_out => Ok(lease),
        AssignmentStatus::Submitted => Err(LeaseError::NotActive { status: lease.status }),
        status => match current(tx, &lease).await? {
            Some((current, holder)) if current != fencing_token => {
                Err(LeaseError::Stale { presented: fencing_token, current, holder: Some(holder) })
            }
            _ if status.is_active() || status == AssignmentStatus::Expired => Err(LeaseError::Expired),
            _ => Err(LeaseError::NotActive { status }),
        },
    }
}

/// The lease, whoever's and whether active or not, with its task, both locked; and whether its time is over, judged by the database's clock,
/// the one that all nodes share.
pub(super) async fn lock_any(tx: &mut TenantTx, id: AssignmentId) -> Result<(Assignment, bool), LeaseError> {
    let row = sqlx::query!(
        r#"
        WITH task AS MATERIALIZED (
            SELECT t.id FROM tasks t
            WHERE (t.project_id, t.id) = (SELECT a.project_id, a.task_id FROM assignments a WHERE a.id = $1)
            FOR UPDATE
        )
        SELECT a.id, a.project_id, a.task_id, a.step, a.slot, a.round, a.scope, a.workflow_stage, a.user_id, a.status, a.fencing_token,
               a.assigned_at, a.accepted_at, a.expires_at, a.ended_at, a.expires_at <= clock_timestamp() AS "ran_out!"
        FROM task JOIN assignments a ON a.task_id = task.id
        WHERE a.id = $1
        FOR UPDATE OF a
        "#,
        id.0,
    )
    .fetch_optional(&mut **tx)
    .await?
    .ok_or(LeaseError::NotFound)?;
    let ran_out = row.ran_out;
    let lease = lease_of!(row)?;
    Ok((lease, ran_out))
}

/// The active lease of the same task-step-slot: its token and holder.
async fn current(tx: &mut TenantTx, lease: &Assignment) -> Result<Option<(i64, Holder)>, StoreError> {
    let row = sqlx::query!(
        r#"
        SELECT a.fencing_token, a.user_id, u.display_name
        FROM assignments a JOIN users u ON u.id = a.user_id
        WHERE a.task_id = $1 AND a.step = $2 AND a.slot = $3 AND a.ended_at IS NULL
        "#,
        lease.task_id.0,
        lease.step,
        lease.slot,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| (row.fencing_token, Holder { user: row.user_id.into(), name: row.display_name })))
}

async fn name_of(tx: &mut TenantTx, user: UserId) -> Result<String, StoreError> {
    let name = sqlx::query_scalar!("SELECT display_name FROM users WHERE id = $1", user.0).fetch_optional(&mut **tx).await?;
    Ok(name.unwrap_or_else(|| "somebody who left the workspace".to_owned()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::told;

    #[test]
    fn who_else_was_in_line_is_not_told_to_the_holder() {
        let kept = json!({"assignment": {"user": "x", "because": {"rule": "least_loaded"}, "runners_up": [1]}, "task": {"priority": 5}, "evicted": true});
        assert_eq!(told(kept.clone(), false), Some(json!({"because": {"rule": "least_loaded"}, "task": {"priority": 5}})));
        assert_eq!(told(kept, true), Some(json!({"because": {"rule": "least_loaded"}, "runners_up": [1], "task": {"priority": 5}})));
        assert_eq!(told(json!({}), true), None);
    }
}
