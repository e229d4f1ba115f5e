//! Submitting: the lease is proven, the work becomes a version, everybody who must know is told, all in one transaction.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use tandem_protocol::{
    AnnotationId, AssignmentId, RegionId, UserId,
    rest::{Annotation, AnnotationSource, AnnotationStatus, Assignment, AssignmentStatus, Region, RegionChanges},
};
use uuid::Uuid;

use super::{
    read,
    rows::{Answer, Owner, answer_of, data_of, insert_regions},
};
use crate::{
    StoreError, TenantTx,
    pg::{
        audit,
        flow::{self, FlowError},
        leases::{self, LeaseError},
    },
};

/// A finished piece of work. The answer was read from the live document and checked against the project's rules and the task's layout.
#[derive(Clone, Debug)]
pub struct Submission {
    pub assignment: AssignmentId,
    pub user: UserId,
    pub fencing_token: i64,
    pub answer: Answer,
    pub time_spent_ms: Option<i64>,
}

#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    #[error(transparent)]
    Lease(#[from] LeaseError),
    /// The workflow does not take it; nothing was changed.
    #[error(transparent)]
    Flow(#[from] FlowError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for SubmitError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// The versions before this one.
#[derive(Default)]
struct Before {
    /// The newest of the task-step, whoever's.
    version: i32,
    mine: Option<Previous>,
}

/// The version that this one takes the place of: of the same slot. Answers of others stand beside it.
struct Previous {
    id: Uuid,
    regions: Vec<Region>,
}

/// Makes the work under a lease the newest version of its task-step. Asked again with the same lease it answers with the version
/// it made the first time: the answer may have been lost on its way.
///
/// # Errors
/// [`SubmitError::Lease`] if the lease is not this person's any more; nothing is changed then.
pub async fn submit(tx: &mut TenantTx, submission: &Submission) -> Result<Annotation, SubmitError> {
    let lease = match leases::lock(tx, submission.assignment, submission.user, submission.fencing_token).await {
        Ok(lease) => lease,
        Err(LeaseError::NotActive { status: AssignmentStatus::Submitted }) => {
            return Ok(read::of_assignment(tx, submission.assignment).await?);
        }
        Err(error) => return Err(error.into()),
    };
    let workflow = workflow_of(tx, &lease).await?;
    let work = Work {
        lease: &lease,
        by: submission.user,
        answer: submission.answer.clone(),
        time_spent_ms: submission.time_spent_ms,
        is_final: workflow.is_none(),
    };
    let annotation = keep(tx, &work).await?;
    end_lease(tx, &lease, submission.time_spent_ms).await?;
    tell(tx, &lease, &annotation).await?;
    match workflow {
        None => finish(tx, &lease, &annotation).await?,
        Some(_) => {
            note(tx, &lease, &annotation).await?;
            flow::answered(tx, lease.project_id, lease.task_id, &lease.step, lease.round).await?;
        }
    }
    Ok(annotation)
}

/// A piece of work to be kept under a lease, whoever did it.
pub(super) struct Work<'a> {
    pub lease: &'a Assignment,
    pub by: UserId,
    pub answer: Answer,
    pub time_spent_ms: Option<i64>,
    /// Nothing more is to come of the task.
    pub is_final: bool,
}

/// Keeps it as the newest version. The task is locked with the lease, so nobody else gives out the same version.
pub(super) async fn keep(tx: &mut TenantTx, work: &Work<'_>) -> Result<Annotation, StoreError> {
    let lease = work.lease;
    let before = before(tx, lease).await?;
    let annotation = insert(tx, work, &before).await?;
    if let Some(previous) = &before.mine {
        supersede(tx, lease, previous.id).await?;
    }
    let owner = Owner { workspace: tx.workspace(), project: lease.project_id, task: lease.task_id, annotation: annotation.id };
    insert_regions(tx, owner.workspace, owner.project, work.answer.regions.iter().map(|region| (owner, region))).await?;
    let before = before.mine.map(|p| p.regions).unwrap_or_default();
    write_event(tx, work, &annotation, &changes(&before, &work.answer.regions)).await?;
    Ok(annotation)
}

async fn before(connection: &mut PgConnection, lease: &Assignment) -> Result<Before, StoreError> {
    let row = sqlx::query!(
        r#"
        SELECT id, slot, (max(version) OVER ())::integer AS "newest!", data FROM annotations
        WHERE project_id = $1 AND task_id = $2 AND step = $3 ORDER BY slot = $4 DESC, version DESC LIMIT 1
        "#,
        lease.project_id.0,
        lease.task_id.0,
        lease.step,
        lease.slot,
    )
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else { return Ok(Before::default()) };
    let mine = (row.slot == lease.slot)
        .then(|| Ok::<_, StoreError>(Previous { id: row.id, regions: answer_of(row.data)?.regions }))
        .transpose()?;
    Ok(Before { version: row.newest, mine })
}

async fn insert(tx: &mut TenantTx, work: &Work<'_>, before: &Before) -> Result<Annotation, StoreError> {
    let lease = work.lease;
    let id = AnnotationId::new();
    let version = before.version + 1;
    let parent = before.mine.as_ref().map(|p| p.id);
    let count = i32::try_from(work.answer.regions.len()).unwrap_or(i32::MAX);
    let workspace = tx.workspace().0;
    let now: DateTime<Utc> = sqlx::query_scalar!(
        r#"
        INSERT INTO annotations (id, workspace_id, project_id, task_id, step, user_id, assignment_id, version, parent_id,
                                 status, source, is_final, data, region_count, time_spent_ms, submitted_at, slot, round)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'submitted', 'human', $13, $10, $11, $12, now(), $14, $15)
        RETURNING created_at
        "#,
        id.0,
        workspace,
        lease.project_id.0,
        lease.task_id.0,
        lease.step,
        work.by.0,
        lease.id.0,
        version,
        parent,
        data_of(&work.answer)?,
        count,
        work.time_spent_ms,
        work.is_final,
        lease.slot,
        lease.round,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(Annotation {
        id,
        project_id: lease.project_id,
        task_id: lease.task_id,
        step: lease.step.clone(),
        user_id: Some(work.by),
        assignment_id: Some(lease.id),
        version,
        parent_id: parent.map(Into::into),
        status: AnnotationStatus::Submitted,
        source: AnnotationSource::Human,
        regions: work.answer.regions.clone(),
        output: work.answer.output.clone(),
        time_spent_ms: work.time_spent_ms,
        submitted_at: Some(now),
        created_at: now,
    })
}

/// The version before gives up its place: its rows in `regions` go, its own data stays.
async fn supersede(connection: &mut PgConnection, lease: &Assignment, previous: Uuid) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE annotations SET status = 'superseded', is_final = false, updated_at = now() WHERE project_id = $1 AND id = $2",
        lease.project_id.0,
        previous,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!("DELETE FROM regions WHERE project_id = $1 AND annotation_id = $2", lease.project_id.0, previous)
        .execute(connection)
        .await?;
    Ok(())
}

async fn write_event(tx: &mut TenantTx, work: &Work<'_>, annotation: &Annotation, changes: &RegionChanges) -> Result<(), StoreError> {
    let lease = work.lease;
    let workspace = tx.workspace().0;
    let changes = serde_json::to_value(changes).map_err(|e| StoreError::corrupt("changes", e))?;
    sqlx::query!(
        r#"
        INSERT INTO annotation_events (id, workspace_id, project_id, task_id, step, annotation_id, event_type, snapshot, changes, actor_id, actor_type)
        VALUES ($1, $2, $3, $4, $5, $6, 'submitted', $7, $8, $9, 'user')
        "#,
        Uuid::now_v7(),
        workspace,
        lease.project_id.0,
        lease.task_id.0,
        lease.step,
        annotation.id.0,
        data_of(&work.answer)?,
        changes,
        work.by.0,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn workflow_of(connection: &mut PgConnection, lease: &Assignment) -> Result<Option<Uuid>, StoreError> {
    let workflow =
        sqlx::query_scalar!("SELECT workflow_id FROM tasks WHERE project_id = $1 AND id = $2", lease.project_id.0, lease.task_id.0)
            .fetch_one(connection)
            .await?;
    Ok(workflow)
}

pub(super) async fn end_lease(connection: &mut PgConnection, lease: &Assignment, time_spent_ms: Option<i64>) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE assignments SET status = 'submitted', submitted_at = now(), ended_at = now(), updated_at = now(), time_spent_ms = $2 WHERE id = $1",
        lease.id.0,
        time_spent_ms,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Without a workflow one answer is all: the task is done and leaves the queue.
async fn finish(connection: &mut PgConnection, lease: &Assignment, annotation: &Annotation) -> Result<(), StoreError> {
    let count = i32::try_from(annotation.regions.len()).unwrap_or(i32::MAX);
    sqlx::query!(
        r#"
        WITH left_queue AS (DELETE FROM task_steps WHERE project_id = $1 AND task_id = $2)
        UPDATE tasks
        SET status = 'completed', current_annotation_id = $3, region_count = $4, actual_duration_ms = $5,
            submitted_at = now(), completed_at = now(), updated_at = now()
        WHERE project_id = $1 AND id = $2
        "#,
        lease.project_id.0,
        lease.task_id.0,
        annotation.id.0,
        count,
        annotation.time_spent_ms,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// What comes of the answer is the workflow's business.
async fn note(connection: &mut PgConnection, lease: &Assignment, annotation: &Annotation) -> Result<(), StoreError> {
    let count = i32::try_from(annotation.regions.len()).unwrap_or(i32::MAX);
    sqlx::query!(
        r#"
        UPDATE tasks SET current_annotation_id = $3, region_count = $4, submitted_at = now(), updated_at = now(),
                         actual_duration_ms = coalesce(actual_duration_ms, 0) + coalesce($5::bigint, 0)
        WHERE project_id = $1 AND id = $2
        "#,
        lease.project_id.0,
        lease.task_id.0,
        annotation.id.0,
        count,
        annotation.time_spent_ms,
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn tell(tx: &mut TenantTx, lease: &Assignment, annotation: &Annotation) -> Result<(), StoreError> {
    let facts = serde_json::json!({
        "task_id": lease.task_id,
        "assignment_id": lease.id,
        "annotation_id": annotation.id,
        "user_id": lease.user_id,
        "version": annotation.version,
        "region_count": annotation.regions.len(),
    });
    let entry = audit::Entry {
        project: Some(lease.project_id),
        action: "annotation.submit",
        entity_type: "annotation",
        entity_id: Some(annotation.id.0),
        changes: facts,
    };
    audit::record_and_tell(tx, "annotation.submitted", &entry).await
}

/// Which regions came, changed and went between two versions.
fn changes(before: &[Region], after: &[Region]) -> RegionChanges {
    let old: HashMap<RegionId, &Region> = before.iter().map(|region| (region.id, region)).collect();
    let new: HashMap<RegionId, &Region> = after.iter().map(|region| (region.id, region)).collect();
    RegionChanges {
        added: after.iter().filter(|r| !old.contains_key(&r.id)).map(|r| r.id).collect(),
        changed: after.iter().filter(|r| old.get(&r.id).is_some_and(|was| was != r)).map(|r| r.id).collect(),
        removed: before.iter().filter(|r| !new.contains_key(&r.id)).map(|r| r.id).collect(),
        ..RegionChanges::default()
    }
}

#[cfg(test)]
mod tests {
    use tandem_protocol::Geometry;

    use super::*;

    fn region(id: u128, x: f64) -> Region {
        Region {
            id: RegionId(Uuid::from_u128(id)),
            label: "car".to_owned(),
            geometry: Geometry::Box { x, y: 0.0, width: 1.0, height: 1.0 },
            attributes: serde_json::Map::new(),
            author: None,
            z: 0,
            relations: Vec::new(),
        }
    }

    #[test]
    fn changes_name_what_came_changed_and_went() {
        let before = [region(1, 0.0), region(2, 0.0), region(3, 0.0)];
        let after = [region(2, 0.0), region(3, 5.0), region(4, 0.0)];
        let id = |n| RegionId(Uuid::from_u128(n));
        let expected = RegionChanges { added: vec![id(4)], changed: vec![id(3)], removed: vec![id(1)], ..RegionChanges::default() };
        assert_eq!(changes(&before, &after), expected);
    }
}
