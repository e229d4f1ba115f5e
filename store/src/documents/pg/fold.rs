//! Compaction: a document's snapshot and the rows after it become one snapshot, and a checkpoint when one is due.
//!
//! Merging takes long and holds nothing: what is merged is read in one transaction and replaced in another, each under the document's
//! advisory lock, and connections are left to people meanwhile. Two folds of the same rows would each be complete, but the later
//! one's snapshot would lack rows that the earlier one folded and deleted: so before it replaces anything, a fold looks whether all that it
//! read is still there, and if not it has happened elsewhere. Killed anywhere it never happened. Rows appended meanwhile are not touched.

use std::collections::BTreeSet;

use bytes::Bytes;
use tandem_protocol::{CheckpointId, DocumentId};
use uuid::Uuid;

use super::super::{
    Compaction, LogError, Merge, Merged,
    history::{self, Compare, Counts, Folded, New, Newest, Wanted},
};
use crate::{StoreError, TenantTx};

/// What the log holds of a document.
struct Held {
    /// The snapshot, if there is one, and the payloads of the rows.
    parts: Vec<Bytes>,
    was: Was,
}

/// Which snapshot and rows those were, so that it can be told whether they are still the ones.
struct Was {
    /// Which writing of the snapshot.
    snapshot: Option<i64>,
    rows: Vec<i64>,
    /// Who edited what is in the snapshot since the newest checkpoint.
    authors: BTreeSet<Uuid>,
}

/// What a fold is asked for.
pub(super) struct Fold {
    pub document: DocumentId,
    pub merge: Merge,
    pub checkpoint: Option<(Wanted, Compare)>,
    /// Bytes of the document's history.
    pub max_history: i64,
}

/// What a fold has to do.
pub(super) enum Work {
    /// Nothing, and why.
    None(Compaction),
    Merge(Box<Unmerged>),
}

/// What was read, to be merged.
pub(super) struct Unmerged {
    held: Held,
    /// The checkpoint to be made is compared with this one's document.
    due: Option<Newest>,
}

/// What is to replace it.
pub(super) struct Ready {
    was: Was,
    merged: Merged,
    checkpoint: Option<Due>,
}

struct Due {
    counts: Counts,
    /// The newest so far.
    after: Option<Uuid>,
}

impl Fold {
    /// What a person asked for waits for its turn; a compaction that is under way elsewhere need not be done twice.
    pub fn is_patient(&self) -> bool {
        self.checkpoint.as_ref().is_some_and(|(wanted, _)| wanted.unless_within.is_none())
    }

    /// First. The caller ends the transaction.
    pub async fn read(&self, tx: &mut TenantTx) -> Result<Work, LogError> {
        if !self.lock(tx).await? {
            return Ok(Work::None(Compaction::Busy));
        }
        let held = read(tx, self.document).await?;
        let due = self.due(tx).await?;
        if held.was.rows.is_empty() && due.is_none() {
            return Ok(Work::None(Compaction::Nothing));
        }
        Ok(Work::Merge(Box::new(Unmerged { held, due })))
    }

    /// Second, in no transaction. What was read is needed no more after this, and goes with it.
    pub async fn merge(&self, unmerged: Unmerged) -> Result<Ready, LogError> {
        let Unmerged { held: Held { parts, was }, due } = unmerged;
        let merge = self.merge.clone();
        let merged = off_thread(move || merge(&parts)).await?;
        let checkpoint = match (due, &self.checkpoint) {
            (Some(due), Some((_, compare))) => self.compared(due, compare.clone(), merged.update.clone()).await?,
            _ => None,
        };
        Ok(Ready { was, merged, checkpoint })
    }

    /// A checkpoint that cannot be read any more is passed over: the next one is compared with nothing, or the log would grow for ever. None: no
    /// checkpoint, which only a compaction can do without.
    async fn compared(&self, newest: Newest, compare: Compare, after: Vec<u8>) -> Result<Option<Due>, LogError> {
        let Newest { id, payload, .. } = newest;
        let document = self.document;
        let compared = off_thread(move || {
            compare(payload.as_deref(), &after).or_else(|error| {
                tracing::warn!(%document, error, "the checkpoint before cannot be compared with");
                compare(None, &after)
            })
        });
        match compared.await {
            Ok(counts) => Ok(Some(Due { counts, after: id })),
            Err(error) if self.is_patient() => Err(error),
            Err(error) => {
                tracing::error!(%document, %error, "a document is compacted without a checkpoint");
                Ok(None)
            }
        }
    }

    /// Third. None: it was folded elsewhere meanwhile, or is being. The caller ends the transaction.
    pub async fn write(&self, tx: &mut TenantTx, ready: &Ready) -> Result<Option<Folded>, LogError> {
        if !self.lock(tx).await? || !self.is_still(tx, ready).await? {
            return Ok(None);
        }
        let mut authors = ready.was.authors.clone();
        let checkpoint = match (&ready.checkpoint, &self.checkpoint) {
            (Some(due), Some((wanted, _))) => Some(self.keep(tx, *wanted, due.counts, std::mem::take(&mut authors), &ready.merged).await?),
            _ => None,
        };
        let compaction = if ready.was.rows.is_empty() && authors == ready.was.authors {
            Compaction::Nothing
        } else {
            self.replace(tx, &ready.was.rows, authors, &ready.merged).await?
        };
        Ok(Some(Folded { compaction, checkpoint }))
    }

    /// All of it in one transaction, which nobody can overtake. The caller ends it.
    pub async fn at_once(&self, tx: &mut TenantTx) -> Result<Folded, LogError> {
        let ready = match self.read(tx).await? {
            Work::None(compaction) => return Ok(Folded { compaction, checkpoint: None }),
            Work::Merge(unmerged) => self.merge(*unmerged).await?,
        };
        let written = self.write(tx, &ready).await?;
        written.ok_or_else(|| LogError::Unavailable("the document was compacted under a lock of ours".to_owned()))
    }

    /// Held until the transaction ends.
    async fn lock(&self, tx: &mut TenantTx) -> Result<bool, LogError> {
        let (high, low) = self.document.0.as_u64_pair();
        let key = (high ^ low).cast_signed();
        if self.is_patient() {
            sqlx::query!("SELECT pg_advisory_xact_lock($1)", key).execute(&mut **tx).await?;
            return Ok(true);
        }
        Ok(sqlx::query_scalar!(r#"SELECT pg_try_advisory_xact_lock($1) AS "locked!""#, key).fetch_one(&mut **tx).await?)
    }

    /// The checkpoint before the one to be made.
    async fn due(&self, tx: &mut TenantTx) -> Result<Option<Newest>, LogError> {
        let Some((wanted, _)) = &self.checkpoint else { return Ok(None) };
        let newest = history::newest(tx, self.document).await?;
        let early = wanted.unless_within.is_some_and(|window| newest.age < window.as_secs_f64());
        Ok((!early).then_some(newest))
    }

    /// Whether all that was read is there as it was.
    async fn is_still(&self, tx: &mut TenantTx, ready: &Ready) -> Result<bool, LogError> {
        let now = sqlx::query!(
            r#"
            SELECT (SELECT (extract(epoch FROM updated_at) * 1000000)::bigint FROM document_snapshots WHERE document_id = $1) AS snapshot,
                (SELECT count(*) FROM document_updates WHERE document_id = $1 AND seq = ANY($2)) AS "rows!",
                (SELECT id FROM document_checkpoints WHERE document_id = $1 ORDER BY id DESC LIMIT 1) AS checkpoint
            "#,
            self.document.0,
            &ready.was.rows,
        )
        .fetch_one(&mut **tx)
        .await?;
        let newest = ready.checkpoint.as_ref().is_none_or(|due| due.after == now.checkpoint);
        Ok(newest && now.snapshot == ready.was.snapshot && usize::try_from(now.rows) == Ok(ready.was.rows.len()))
    }

    async fn keep(
        &self,
        tx: &mut TenantTx,
        wanted: Wanted,
        counts: Counts,
        authors: BTreeSet<Uuid>,
        merged: &Merged,
    ) -> Result<CheckpointId, LogError> {
        let authors: Vec<Uuid> = authors.into_iter().collect();
        history::insert(
            tx,
            &New { document: self.document, wanted, authors: &authors, counts, payload: &merged.update, max_bytes: self.max_history },
        )
        .await
    }

    async fn replace(&self, tx: &mut TenantTx, rows: &[i64], authors: BTreeSet<Uuid>, merged: &Merged) -> Result<Compaction, LogError> {
        let authors: Vec<Uuid> = authors.into_iter().collect();
        write_snapshot(tx, self.document, rows.last().copied(), &merged.update, Some(&merged.state_vector), &authors).await?;
        // Exactly the rows that were read: one with a smaller number may have become visible since.
        sqlx::query!("DELETE FROM document_updates WHERE document_id = $1 AND seq = ANY($2)", self.document.0, rows)
            .execute(&mut **tx)
            .await?;
        Ok(Compaction::Done { updates: rows.len(), bytes: merged.update.len() })
    }
}

async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> Result<T, String> + Send + 'static) -> Result<T, LogError> {
    tokio::task::spawn_blocking(work).await.map_err(|e| LogError::Merge(e.to_string()))?.map_err(LogError::Merge)
}

/// Under the lock: a fold between the two statements would take rows from where the second looks to where the first has looked.
async fn read(tx: &mut TenantTx, document: DocumentId) -> Result<Held, LogError> {
    let snapshot = sqlx::query!(
        r#"
        SELECT payload, authors, (extract(epoch FROM updated_at) * 1000000)::bigint AS "version!"
        FROM document_snapshots WHERE document_id = $1
        "#,
        document.0,
    )
    .fetch_optional(&mut **tx)
    .await?;
    let rows = sqlx::query!("SELECT seq, author_id, payload FROM document_updates WHERE document_id = $1 ORDER BY seq", document.0)
        .fetch_all(&mut **tx)
        .await?;
    let was = Was {
        snapshot: snapshot.as_ref().map(|snapshot| snapshot.version),
        rows: Vec::with_capacity(rows.len()),
        authors: BTreeSet::new(),
    };
    let mut held = Held { parts: Vec::with_capacity(rows.len() + 1), was };
    if let Some(snapshot) = snapshot {
        held.parts.push(snapshot.payload.into());
        held.was.authors.extend(snapshot.authors);
    }
    for row in rows {
        held.was.rows.push(row.seq);
        held.parts.push(row.payload.into());
        held.was.authors.extend(row.author_id);
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
