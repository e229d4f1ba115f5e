//! The log in Postgres.

mod fold;

use async_trait::async_trait;
use futures_util::TryStreamExt;
use sqlx::error::ErrorKind;
use tandem_protocol::{DocumentId, LineageId, ProjectId, TaskId, WorkspaceId};
use uuid::Uuid;

use super::{
    Changes, Compaction, DocumentKey, DocumentLog, LogError, Merge, NewUpdate, Seen, StoredDocument,
    history::{Compare, Folded, Wanted},
};
use crate::{Store, StoreError, Tenant, TenantTx};
use fold::{Fold, Work, write_snapshot};

/// Folds of a document that others overtook, in a row, after which a person's keeps the others out while it merges.
const ATTEMPTS: usize = 3;

/// Appends go through the journal's own role, which can add rows for any tenant and read nothing; all else is done as the
/// document's tenant.
#[derive(Clone)]
pub struct PgLog {
    store: Store,
}

impl PgLog {
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self { store }
    }

    async fn fold(&self, workspace: WorkspaceId, fold: Fold) -> Result<Folded, LogError> {
        for _ in 0..ATTEMPTS {
            let mut tx = self.begin(workspace).await?;
            let read = fold.read(&mut tx).await;
            let unmerged = match ended(tx, read).await? {
                Work::None(compaction) => return Ok(Folded { compaction, checkpoint: None }),
                Work::Merge(unmerged) => *unmerged,
            };
            let ready = fold.merge(unmerged).await?;
            let mut tx = self.begin(workspace).await?;
            let written = fold.write(&mut tx, &ready).await;
            match ended(tx, written).await? {
                Some(folded) => return Ok(folded),
                None if fold.is_patient() => {}
                None => break,
            }
        }
        if !fold.is_patient() {
            return Ok(Folded { compaction: Compaction::Busy, checkpoint: None });
        }
        let mut tx = self.begin(workspace).await?;
        let folded = fold.at_once(&mut tx).await;
        ended(tx, folded).await
    }

    async fn begin(&self, workspace: WorkspaceId) -> Result<TenantTx, LogError> {
        Ok(Tenant { workspace, user: None }.begin(&self.store).await?)
    }

    /// A room asks one thing at a time. Were it to wait for a connection whose other end fell silent, until the kernel gives that up, it would
    /// see nothing of other nodes, or not open, for minutes after Postgres can be reached again.
    async fn answered<T>(&self, reading: impl Future<Output = Result<T, LogError>> + Send) -> Result<T, LogError> {
        let limit = self.store.answer_timeout();
        let answer = tokio::time::timeout(limit, reading).await;
        answer.unwrap_or_else(|_| Err(LogError::Unavailable(format!("no answer within {limit:?}"))))
    }
}

/// Dropped, a transaction would hold its lock until its connection is next looked at: the one after us would find it busy.
async fn ended<T>(tx: TenantTx, outcome: Result<T, LogError>) -> Result<T, LogError> {
    match outcome {
        Ok(done) => tx.commit().await.map(|()| done).map_err(Into::into),
        Err(error) => {
            // The first error says more; a connection that broke rolls back by itself.
            tx.rollback().await.ok();
            Err(error)
        }
    }
}

impl From<StoreError> for LogError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(source) | StoreError::Contended(source) => Self::Unavailable(source.to_string()),
            StoreError::NotFound { .. } | StoreError::Missing { .. } => Self::NotFound,
            // A grant that is missing during an upgrade comes back, and what was given up for it would not.
            StoreError::Forbidden(source) => Self::Failed(source.to_string()),
            // A broken reference, a value out of range: the same again would break again. Anything else the database says may
            // be its state of the moment, and an edit is never given up for that, nor do others wait for it.
            StoreError::Database(source) => match source.as_database_error().map(sqlx::error::DatabaseError::kind) {
                Some(ErrorKind::ForeignKeyViolation | ErrorKind::CheckViolation | ErrorKind::NotNullViolation) => {
                    Self::Refused(source.to_string())
                }
                _ if is_about_the_server(&source) => Self::Unavailable(source.to_string()),
                _ => Self::Failed(source.to_string()),
            },
            other => Self::Refused(other.to_string()),
        }
    }
}

/// System errors (58), a server that takes no writes at the moment (25006: it became a standby), one that took too long (57014).
fn is_about_the_server(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|db| db.code()).unwrap_or_default().into_owned();
    code.starts_with("58") || code == "25006" || code == "57014"
}

impl From<sqlx::Error> for LogError {
    fn from(error: sqlx::Error) -> Self {
        StoreError::from(error).into()
    }
}

impl PgLog {
    async fn read_or_create(&self, key: &DocumentKey) -> Result<StoredDocument, LogError> {
        let mut tx = self.begin(key.workspace).await?;
        let (id, lineage) = find_or_create(&mut tx, key).await?;
        let stored = read(&mut tx, id, lineage).await?;
        tx.commit().await?;
        Ok(stored)
    }

    async fn read_changes(&self, key: &DocumentKey, seen: &Seen) -> Result<Changes, LogError> {
        let mut tx = self.begin(key.workspace).await?;
        let (id, _) = find(&mut tx, key).await?.ok_or(LogError::NotFound)?;
        // One statement sees one moment, as in [`read`]. Numbers come without payloads where those are known: what was seen and is gone
        // is part of the snapshot now.
        let rows = sqlx::query!(
            r#"
            SELECT 0::bigint AS "seq!", true AS "is_snapshot!", version AS "version?",
                CASE WHEN version IS DISTINCT FROM $2::bigint THEN payload END AS "payload?"
            FROM (SELECT (extract(epoch FROM updated_at) * 1000000)::bigint AS version, payload FROM document_snapshots WHERE document_id = $1) s
            UNION ALL
            SELECT seq, false, NULL, CASE WHEN seq = ANY($3::bigint[]) THEN NULL ELSE payload END FROM document_updates WHERE document_id = $1
            ORDER BY 1
            "#,
            id.0,
            seen.snapshot,
            &seen.rows,
        )
        .fetch_all(&mut *tx)
        .await?;
        tx.commit().await?;
        let mut changes = Changes::default();
        for row in rows {
            if row.is_snapshot {
                changes.seen.snapshot = row.version;
                changes.snapshot = row.payload.map(Into::into);
            } else {
                changes.seen.rows.push(row.seq);
                changes.updates.extend(row.payload.map(bytes::Bytes::from));
            }
        }
        Ok(changes)
    }
}

#[async_trait]
impl DocumentLog for PgLog {
    async fn open(&self, key: &DocumentKey) -> Result<StoredDocument, LogError> {
        self.answered(self.read_or_create(key)).await
    }

    async fn changes(&self, key: &DocumentKey, seen: &Seen) -> Result<Changes, LogError> {
        self.answered(self.read_changes(key, seen)).await
    }

    async fn append(&self, updates: &[NewUpdate]) -> Result<(), LogError> {
        if updates.is_empty() {
            return Ok(());
        }
        let documents: Vec<Uuid> = updates.iter().map(|u| u.document.0).collect();
        let workspaces: Vec<Uuid> = updates.iter().map(|u| u.workspace.0).collect();
        let authors: Vec<Option<Uuid>> = updates.iter().map(|u| u.author.map(|a| a.0)).collect();
        let payloads: Vec<&[u8]> = updates.iter().map(|u| u.payload.as_ref()).collect();
        // One statement is one transaction, and one wait for the disk.
        sqlx::query!(
            r#"
            INSERT INTO document_updates (document_id, workspace_id, author_id, payload)
            SELECT * FROM UNNEST($1::uuid[], $2::uuid[], $3::uuid[], $4::bytea[])
            "#,
            &documents,
            &workspaces,
            &authors as &[Option<Uuid>],
            &payloads as &[&[u8]],
        )
        .execute(self.store.journal())
        .await?;
        Ok(())
    }

    async fn compact(&self, workspace: WorkspaceId, document: DocumentId, merge: Merge) -> Result<Compaction, LogError> {
        Ok(self.fold(workspace, Fold { document, merge, checkpoint: None, max_history: self.store.max_history() }).await?.compaction)
    }

    async fn checkpoint(
        &self,
        workspace: WorkspaceId,
        document: DocumentId,
        wanted: Wanted,
        merge: Merge,
        compare: Compare,
    ) -> Result<Folded, LogError> {
        self.fold(workspace, Fold { document, merge, checkpoint: Some((wanted, compare)), max_history: self.store.max_history() }).await
    }
}

async fn find(tx: &mut TenantTx, key: &DocumentKey) -> Result<Option<(DocumentId, LineageId)>, StoreError> {
    let row = sqlx::query!("SELECT id, lineage FROM documents WHERE task_id = $1 AND step = $2", key.task.0, key.step)
        .fetch_optional(&mut **tx)
        .await?;
    Ok(row.map(|row| (row.id.into(), row.lineage.into())))
}

/// A snapshot comes in slices of this many bytes. In one piece the driver's buffer would grow around it, copying all it has each time, and
/// memory never touched before is what opening a large document waits for.
const SLICE: i32 = 256 << 10;

async fn read(tx: &mut TenantTx, id: DocumentId, lineage: LineageId) -> Result<StoredDocument, StoreError> {
    // One statement sees one moment: between two, a compaction could move rows from where the second looks to where the
    // first has looked already. What is sorted are references to payloads; they are cut and fetched one after the other, above that.
    let mut rows = sqlx::query!(
        r#"
        SELECT seq AS "seq!", size, upto AS "upto!", state_vector, version,
            CASE WHEN size IS NULL THEN payload ELSE substring(payload FROM "from" FOR $2) END AS "payload!"
        FROM (
            SELECT 0::bigint AS seq, "from", octet_length(payload) AS size, upto_seq AS upto, payload,
                CASE WHEN "from" = 1 THEN state_vector END AS state_vector, (extract(epoch FROM updated_at) * 1000000)::bigint AS version
            FROM document_snapshots, generate_series(1, greatest(octet_length(payload), 1), $2) AS "from" WHERE document_id = $1
            UNION ALL
            SELECT seq, 1, NULL, seq, payload, NULL, NULL FROM document_updates WHERE document_id = $1
            ORDER BY 1, 2
        ) held
        "#,
        id.0,
        SLICE,
    )
    .fetch(&mut **tx);
    let mut stored =
        StoredDocument { id, lineage, snapshot: None, state_vector: None, updates: Vec::new(), last_seq: 0, seen: Seen::default() };
    let mut snapshot: Option<Vec<u8>> = None;
    while let Some(row) = rows.try_next().await? {
        stored.last_seq = stored.last_seq.max(row.upto);
        if let Some(size) = row.size {
            snapshot.get_or_insert_with(|| Vec::with_capacity(size.unsigned_abs() as usize)).extend_from_slice(&row.payload);
            stored.state_vector = stored.state_vector.or(row.state_vector.map(Into::into));
            stored.seen.snapshot = row.version;
        } else {
            stored.seen.rows.push(row.seq);
            stored.updates.push(row.payload.into());
        }
    }
    stored.snapshot = snapshot.map(Into::into);
    Ok(stored)
}

/// The statements of opening a document, on one that is not there.
pub(crate) async fn rehearse(tx: &mut TenantTx, key: &DocumentKey, document: DocumentId) -> Result<(), StoreError> {
    find(tx, key).await?;
    read(tx, document, LineageId::new()).await?;
    Ok(())
}

/// Two first visitors, on whatever nodes, end with the same document.
async fn find_or_create(tx: &mut TenantTx, key: &DocumentKey) -> Result<(DocumentId, LineageId), LogError> {
    if let Some(found) = find(tx, key).await? {
        return Ok(found);
    }
    sqlx::query!(
        r#"
        INSERT INTO documents (id, workspace_id, project_id, task_id, step, lineage)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (task_id, step) DO NOTHING
        "#,
        DocumentId::new().0,
        key.workspace.0,
        key.project.0,
        key.task.0,
        key.step,
        LineageId::new().0,
    )
    .execute(&mut **tx)
    .await?;
    // Committed by somebody else meanwhile and filed under another tenant: not for us.
    find(tx, key).await?.ok_or(LogError::NotFound)
}

/// A document with its first content, for importers: in the transaction that makes the task. `payload` is one Yjs update.
///
/// # Errors
/// [`StoreError::Duplicate`] if the task has a document: content is never written over what people may hold copies of.
pub async fn create_with_snapshot(
    tx: &mut TenantTx,
    project: ProjectId,
    task: TaskId,
    step: &str,
    payload: &[u8],
) -> Result<DocumentId, StoreError> {
    let (id, workspace) = (DocumentId::new(), tx.workspace().0);
    sqlx::query!(
        "INSERT INTO documents (id, workspace_id, project_id, task_id, step, lineage) VALUES ($1, $2, $3, $4, $5, $6)",
        id.0,
        workspace,
        project.0,
        task.0,
        step,
        LineageId::new().0,
    )
    .execute(&mut **tx)
    .await?;
    write_snapshot(tx, id, None, payload, None, &[]).await?;
    Ok(id)
}

#[cfg(all(test, feature = "test-support"))]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };

    use bytes::Bytes;

    use super::*;
    use crate::{
        documents::Merged,
        testing::{Database, Seeded},
    };

    fn key(of: &Seeded, step: &str) -> DocumentKey {
        DocumentKey { workspace: of.workspace, project: of.project, task: of.tasks[0], step: step.to_owned() }
    }

    #[tokio::test]
    async fn the_postgres_log_keeps_the_contract() {
        let db = Database::fresh().await;
        let count = AtomicUsize::new(0);
        let fresh = async || {
            let n = count.fetch_add(1, Ordering::Relaxed);
            key(if n.is_multiple_of(2) { &db.a } else { &db.b }, &format!("step-{n}"))
        };
        super::super::contract::check(&PgLog::new(db.store.clone()), fresh).await;
    }

    #[tokio::test]
    async fn a_document_of_another_tenants_task_cannot_be_made() {
        let db = Database::fresh().await;
        let log = PgLog::new(db.store.clone());
        let stolen = DocumentKey { workspace: db.b.workspace, ..key(&db.a, "annotate") };
        assert!(log.open(&stolen).await.is_err());
        assert!(log.open(&key(&db.a, "annotate")).await.is_ok());
        assert!(matches!(log.open(&stolen).await, Err(LogError::NotFound | LogError::Failed(_))));
    }

    #[tokio::test]
    async fn importers_write_a_documents_first_content_once() {
        let db = Database::fresh().await;
        let (log, of) = (PgLog::new(db.store.clone()), &db.a);
        let mut tx = of.tenant().begin(&db.store).await.unwrap();
        let id = create_with_snapshot(&mut tx, of.project, of.tasks[0], "annotate", b"first").await.unwrap();
        tx.commit().await.unwrap();
        let stored = log.open(&key(of, "annotate")).await.unwrap();
        assert_eq!((stored.id, stored.snapshot.as_deref()), (id, Some(b"first".as_slice())));
        let mut tx = of.tenant().begin(&db.store).await.unwrap();
        let again = create_with_snapshot(&mut tx, of.project, of.tasks[0], "annotate", b"second").await;
        assert!(matches!(again, Err(StoreError::Duplicate { .. })), "{again:?}");
    }

    #[tokio::test]
    async fn a_snapshot_comes_whole_whatever_its_size() {
        let db = Database::fresh().await;
        let (log, of) = (PgLog::new(db.store.clone()), &db.a);
        let slice = usize::try_from(SLICE).unwrap();
        for size in [0, 1, slice - 1, slice, slice + 1, 3 * slice + 7] {
            let (step, payload) = (format!("of {size}"), (0..size).map(|at| (at * at / 7) as u8).collect::<Vec<u8>>());
            let mut tx = of.tenant().begin(&db.store).await.unwrap();
            let id = create_with_snapshot(&mut tx, of.project, of.tasks[0], &step, &payload).await.unwrap();
            write_snapshot(&mut tx, id, None, &payload, Some(b"vector"), &[]).await.unwrap();
            tx.commit().await.unwrap();
            let edit = NewUpdate { document: id, workspace: of.workspace, author: None, payload: Bytes::from_static(b"edit") };
            log.append(&[edit]).await.unwrap();
            let stored = log.open(&key(of, &step)).await.unwrap();
            assert!(stored.snapshot.is_some_and(|snapshot| snapshot == payload), "{size}");
            assert_eq!(stored.state_vector.as_deref(), Some(b"vector".as_slice()), "{size}");
            assert_eq!(stored.updates, [Bytes::from_static(b"edit")], "{size}");
        }
    }

    #[tokio::test]
    async fn edits_appended_while_a_compaction_merges_survive_it() {
        let db = Database::fresh().await;
        let (log, key) = (PgLog::new(db.store.clone()), key(&db.a, "annotate"));
        let document = log.open(&key).await.unwrap().id;
        let edit = |payload: &'static [u8]| NewUpdate { document, workspace: key.workspace, author: None, payload: payload.into() };
        log.append(&[edit(b"a")]).await.unwrap();
        let (appending, handle) = (log.clone(), tokio::runtime::Handle::current());
        let late = edit(b"late");
        let merge: Merge = Arc::new(move |parts| {
            handle.block_on(appending.append(std::slice::from_ref(&late))).map_err(|e| e.to_string())?;
            Ok(Merged { update: parts.concat(), state_vector: Vec::new() })
        });
        log.compact(key.workspace, document, merge).await.unwrap();
        let stored = log.open(&key).await.unwrap();
        assert_eq!((stored.snapshot.as_deref(), stored.updates.as_slice()), (Some(b"a".as_slice()), &[Bytes::from_static(b"late")][..]));
    }
}
