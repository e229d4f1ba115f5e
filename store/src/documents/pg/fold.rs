//! Compaction: a document's snapshot and the rows after it become one snapshot, and a checkpoint when one is due.
//!
//! All of it is one transaction under the document's advisory lock: killed anywhere it never happened, and two nodes never fold the same
//! document at once. Rows appended meanwhile are not touched. The lock is needed for more than thrift: two folds of the
//! same rows would each be complete, but the later one's snapshot would lack rows that the earlier one folded and deleted.

use std::collections::BTreeSet;

use bytes::Bytes;
use tandem_protocol::{CheckpointId, DocumentId};
use uuid::Uuid;

use super::super::{
    Compaction, LogError, Merge, Merged,
    history::{self, Compare, Folded, New, Wanted},
};
use crate::{StoreError, TenantTx};

/// What the log holds of a document.
struct Held {
    /// The snapshot, if there is one, and the payloads of the rows.
    parts: Vec<Bytes>,
    /// Who edited what is in the snapshot since the newest checkpoint.
    authors: BTreeSet<Uuid>,
    rows: Vec<i64>,
}

/// What a fold is asked for.
pub(super) struct Fold {
    pub document: DocumentId,
    pub merge: Merge,
    pub checkpoint: Option<(Wanted, Compare)>,
}

impl Fold {
    /// The caller commits.
    pub async fn run(&self, tx: &mut TenantTx) -> Result<Folded, LogError> {
        if !self.lock(tx).await? {
            return Ok(Folded { compaction: Compaction::Busy, checkpoint: None });
        }
        let mut held = read(tx, self.document).await?;
        let due = self.due(tx).await?;
        if held.rows.is_empty() && due.is_none() {
            return Ok(Folded { compaction: Compaction::Nothing, checkpoint: None });
        }
        let mut authors = held.authors.clone();
        let merged = self.merged(std::mem::take(&mut held.parts)).await?;
        let checkpoint = match due {
            Some(due) => Some(self.keep(tx, due, &std::mem::take(&mut authors), &merged).await?),
            None => None,
        };
        let compaction = if held.rows.is_empty() && authors == held.authors {
            Compaction::Nothing
        } else {
            self.replace(tx, &held, &authors, &merged).await?
        };
        Ok(Folded { compaction, checkpoint })
    }

    /// Held until the transaction ends. What a person asked for waits for its turn; a compaction that is under way elsewhere need not be
    /// done twice.
    async fn lock(&self, tx: &mut TenantTx) -> Result<bool, LogError> {
        let (high, low) = self.document.0.as_u64_pair();
        let key = (high ^ low).cast_signed();
        let patient = self.checkpoint.as_ref().is_some_and(|(wanted, _)| wanted.unless_within.is_none());
        if patient {
            sqlx::query!("SELECT pg_advisory_xact_lock($1)", key).execute(&mut **tx).await?;
            return Ok(true);
        }
        Ok(sqlx::query_scalar!(r#"SELECT pg_try_advisory_xact_lock($1) AS "locked!""#, key).fetch_one(&mut **tx).await?)
    }

    /// The checkpoint to be made, with the document of the one before.
    async fn due(&self, tx: &mut TenantTx) -> Result<Option<Due<'_>>, LogError> {
        let Some((wanted, compare)) = &self.checkpoint else { return Ok(None) };
        let (before, age) = history::newest(tx, self.document).await?;
        let early = wanted.unless_within.is_some_and(|window| age < window.as_secs_f64());
        Ok((!early).then_some(Due { wanted: *wanted, compare, before }))
    }

    /// What was read is needed no more after this, and goes with it.
    async fn merged(&self, parts: Vec<Bytes>) -> Result<Merged, LogError> {
        let merge = self.merge.clone();
        off_thread(move || merge(&parts)).await
    }

    async fn keep(&self, tx: &mut TenantTx, due: Due<'_>, authors: &BTreeSet<Uuid>, merged: &Merged) -> Result<CheckpointId, LogError> {
        let (compare, after) = (due.compare.clone(), merged.update.clone());
        let counts = off_thread(move || compare(due.before.as_deref(), &after)).await?;
        let authors: Vec<Uuid> = authors.iter().copied().collect();
        history::insert(tx, &New { document: self.document, wanted: due.wanted, authors: &authors, counts, payload: &merged.update }).await
    }

    async fn replace(&self, tx: &mut TenantTx, held: &Held, authors: &BTreeSet<Uuid>, merged: &Merged) -> Result<Compaction, LogError> {
        let authors: Vec<Uuid> = authors.iter().copied().collect();
        write_snapshot(tx, self.document, held.rows.last().copied(), &merged.update, Some(&merged.state_vector), &authors).await?;
        // Exactly the rows that were read: one with a smaller number may have become visible since.
        sqlx::query!("DELETE FROM document_updates WHERE document_id = $1 AND seq = ANY($2)", self.document.0, &held.rows)
            .execute(&mut **tx)
            .await?;
        Ok(Compaction::Done { updates: held.rows.len(), bytes: merged.update.len() })
    }
}

struct Due<'a> {
    wanted: Wanted,
    compare: &'a Compare,
    before: Option<Vec<u8>>,
}

async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> Result<T, String> + Send + 'static) -> Result<T, LogError> {
    tokio::task::spawn_blocking(work).await.map_err(|e| LogError::Merge(e.to_string()))?.map_err(LogError::Merge)
}

async fn read(tx: &mut TenantTx, document: DocumentId) -> Result<Held, LogError> {
    let snapshot = sqlx::query!("SELECT payload, authors FROM document_snapshots WHERE document_id = $1", document.0)
        .fetch_optional(&mut **tx)
        .await?;
    let rows = sqlx::query!("SELECT seq, author_id, payload FROM document_updates WHERE document_id = $1 ORDER BY seq", document.0)
        .fetch_all(&mut **tx)
        .await?;
    let mut held = Held { parts: Vec::with_capacity(rows.len() + 1), authors: BTreeSet::new(), rows: Vec::with_capacity(rows.len()) };
    if let Some(snapshot) = snapshot {
        held.parts.push(snapshot.payload.into());
        held.authors.extend(snapshot.authors);
    }
    for row in rows {
        held.rows.push(row.seq);
        held.parts.push(row.payload.into());
        held.authors.extend(row.author_id);
    }
    Ok(held)
}

/// `upto`: the newest row it stands for; none: no row was folded, it stands for what it stood for.
pub(super) async fn write_snapshot(
    tx: &mut TenantTx,
    document: DocumentId,
    upto: Option<i64>,
    payload: &[u8],
    state_vector: Option<&[u8]>,
    authors: &[Uuid],
) -> Result<(), StoreError> {
    let workspace = tx.workspace().0;
    sqlx::query!(
        r#"
        INSERT INTO document_snapshots (document_id, workspace_id, upto_seq, payload, state_vector, authors)
        VALUES ($1, $2, coalesce($3::bigint, 0), $4, $5, $6)
        ON CONFLICT (document_id) DO UPDATE
        SET upto_seq = coalesce($3::bigint, document_snapshots.upto_seq), payload = excluded.payload, state_vector = excluded.state_vector,
            authors = excluded.authors, updated_at = now()
        "#,
        document.0,
        workspace,
        upto,
        payload,
        state_vector,
        authors,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
