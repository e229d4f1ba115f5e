//! Checkpoints: a document as it was at some moment, and who had changed it since the moment before.
//!
//! A checkpoint is made by a compaction, in its transaction: the rows that are folded into the snapshot name the people who edited,
//! each row exactly once. It is never written again. Of those made by themselves the newest are kept. Of all together a document may keep so many
//! bytes: the oldest of those made by themselves go first, then the oldest that people asked for.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use tandem_protocol::{
    CheckpointId, DocumentId, TaskId, UserId,
    rest::{Checkpoint, CheckpointReason, Page},
};

use super::{Compaction, LogError};
use crate::{StoreError, TenantTx, pg::word};

/// Checkpoints of a document that nobody asked for, at most.
pub(super) const KEPT: i64 = 100;

/// What to make of a document's log.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    pub reason: CheckpointReason,
    pub by: Option<UserId>,
    /// Only if the newest checkpoint (or, without one, the document) is older than this; otherwise the log is compacted and that is all.
    pub unless_within: Option<Duration>,
}

/// How two states of a document differ, in regions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub regions: usize,
    pub added: usize,
    pub changed: usize,
    pub removed: usize,
}

/// Compares the document of the checkpoint before, if there is one, with the new one's. CPU work: called off the async threads.
pub type Compare = Arc<dyn Fn(Option<&[u8]>, &[u8]) -> Result<Counts, String> + Send + Sync>;

/// What came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Folded {
    pub compaction: Compaction,
    pub checkpoint: Option<CheckpointId>,
}

struct Row {
    id: uuid::Uuid,
    task_id: uuid::Uuid,
    step: String,
    reason: String,
    made_at: DateTime<Utc>,
    made_by: Option<uuid::Uuid>,
    authors: Vec<uuid::Uuid>,
    region_count: i32,
    added: i32,
    changed: i32,
    removed: i32,
}

impl TryFrom<Row> for Checkpoint {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id.into(),
            task_id: row.task_id.into(),
            step: row.step,
            reason: word("reason", &row.reason)?,
            made_at: row.made_at,
            made_by: row.made_by.map(Into::into),
            authors: row.authors.into_iter().map(Into::into).collect(),
            region_count: row.region_count,
            added: row.added,
            changed: row.changed,
            removed: row.removed,
        })
    }
}

/// Checkpoints of one of a task's documents, or of all of them, newest first.
///
/// # Errors
/// Those of the database.
pub async fn list(
    tx: &mut TenantTx,
    task: TaskId,
    document: Option<&str>,
    after: Option<CheckpointId>,
    limit: u32,
) -> Result<Page<Checkpoint>, StoreError> {
    let rows = sqlx::query_as!(
        Row,
        r#"
        SELECT c.id, d.task_id, d.step, c.reason, c.made_at, c.made_by, c.authors, c.region_count, c.added, c.changed, c.removed
        FROM documents d JOIN document_checkpoints c ON c.document_id = d.id
        WHERE d.task_id = $1 AND ($2::text IS NULL OR d.step = $2) AND ($3::uuid IS NULL OR c.id < $3)
        ORDER BY c.id DESC LIMIT $4
        "#,
        task.0,
        document,
        after.map(|id| id.0),
        i64::from(limit) + 1,
    )
    .fetch_all(&mut **tx)
    .await?;
    let more = rows.len() > limit as usize;
    let items = rows.into_iter().take(limit as usize).map(Checkpoint::try_from).collect::<Result<Vec<_>, _>>()?;
    let next_cursor = items.last().filter(|_| more).map(|last| last.id.to_string());
    Ok(Page { items, next_cursor })
}

/// One checkpoint of a task, with the document as it was.
///
/// # Errors
/// [`StoreError::NotFound`] if this workspace's task has none of this id.
pub async fn get(tx: &mut TenantTx, task: TaskId, id: CheckpointId) -> Result<(Checkpoint, Bytes), StoreError> {
    let row = sqlx::query!(
        r#"
        SELECT c.id, d.task_id, d.step, c.reason, c.made_at, c.made_by, c.authors, c.region_count, c.added, c.changed, c.removed, c.payload
        FROM document_checkpoints c JOIN documents d ON d.id = c.document_id
        WHERE c.id = $1 AND d.task_id = $2
        "#,
        id.0,
        task.0,
    )
    .fetch_optional(&mut **tx)
    .await?
    .ok_or(StoreError::NotFound { entity: "checkpoint" })?;
    let payload = Bytes::from(row.payload);
    let row = Row {
        id: row.id,
        task_id: row.task_id,
        step: row.step,
        reason: row.reason,
        made_at: row.made_at,
        made_by: row.made_by,
        authors: row.authors,
        region_count: row.region_count,
        added: row.added,
        changed: row.changed,
        removed: row.removed,
    };
    Ok((row.try_into()?, payload))
}

/// A checkpoint about to be written.
pub(super) struct New<'a> {
    pub document: DocumentId,
    pub wanted: Wanted,
    pub authors: &'a [uuid::Uuid],
    pub counts: Counts,
    pub payload: &'a [u8],
    /// Of all checkpoints of the document.
    pub max_bytes: i64,
}

pub(super) async fn insert(tx: &mut TenantTx, new: &New<'_>) -> Result<CheckpointId, LogError> {
    let (id, workspace) = (CheckpointId::new(), tx.workspace().0);
    let count = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
    sqlx::query!(
        r#"
        INSERT INTO document_checkpoints (id, workspace_id, document_id, reason, made_by, authors, region_count, added, changed, removed, payload)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        "#,
        id.0,
        workspace,
        new.document.0,
        new.wanted.reason.as_str(),
        new.wanted.by.map(|user| user.0),
        new.authors,
        count(new.counts.regions),
        count(new.counts.added),
        count(new.counts.changed),
        count(new.counts.removed),
        new.payload,
    )
    .execute(&mut **tx)
    .await?;
    // Counted from the one just made, which stays, over those that people asked for, to the oldest of the others: what is beyond goes.
    sqlx::query!(
        r#"
        DELETE FROM document_checkpoints WHERE id IN (
            SELECT id FROM (
                SELECT id, reason, row_number() OVER (PARTITION BY reason = 'compaction' ORDER BY id DESC) AS nth,
                    sum(octet_length(payload)) OVER (ORDER BY id = $2 DESC, reason <> 'compaction' DESC, id DESC) AS bytes
                FROM document_checkpoints WHERE document_id = $1
            ) AS kept
            WHERE id <> $2 AND (bytes > $3 OR (reason = 'compaction' AND nth > $4)))
        "#,
        new.document.0,
        id.0,
        new.max_bytes,
        KEPT,
    )
    .execute(&mut **tx)
    .await?;
    Ok(id)
}

/// The newest checkpoint.
pub(super) struct Newest {
    /// None: there is none.
    pub id: Option<uuid::Uuid>,
    pub payload: Option<Vec<u8>>,
    /// In seconds; without a checkpoint the document's.
    pub age: f64,
}

pub(super) async fn newest(tx: &mut TenantTx, document: DocumentId) -> Result<Newest, LogError> {
    let newest = sqlx::query_as!(
        Newest,
        r#"
        SELECT c.id AS "id?", c.payload AS "payload?", extract(epoch FROM now() - coalesce(c.made_at, d.created_at))::float8 AS "age!"
        FROM documents d
        LEFT JOIN LATERAL (SELECT id, payload, made_at FROM document_checkpoints WHERE document_id = d.id ORDER BY id DESC LIMIT 1) c ON true
        WHERE d.id = $1
        "#,
        document.0,
    )
    .fetch_optional(&mut **tx)
    .await?;
    newest.ok_or(LogError::NotFound)
}
