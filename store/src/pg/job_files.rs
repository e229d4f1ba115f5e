//! Files that jobs read and write. The bytes are in object storage under `object_key`; a row says until when they are kept. The row comes first
//! and goes last, so that no bytes are ever there that nobody knows of.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tandem_protocol::{JobFileId, JobId, ProjectId, WorkspaceId, rest::JobFile};

use crate::{Store, StoreError, Tenant, TenantTx};

/// A file that is to come.
#[derive(Clone, Debug)]
pub struct NewJobFile {
    pub project: ProjectId,
    /// The job that makes it; none: somebody uploads it.
    pub job: Option<JobId>,
    pub filename: String,
    pub content_type: String,
    /// Bytes, as far as known.
    pub size: i64,
    pub keep: Duration,
}

/// A file and where its bytes are. `file.url` is empty: whoever can presign fills it in.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredFile {
    pub project: ProjectId,
    pub job: Option<JobId>,
    pub file: JobFile,
    pub object_key: String,
}

/// Where a file's bytes live in object storage, beside the project's images.
fn object_key(workspace: WorkspaceId, project: ProjectId, file: JobFileId) -> String {
    format!("{workspace}/{project}/jobs/{file}")
}

/// # Errors
/// [`StoreError::Missing`] if there is no such project.
pub async fn create(tx: &mut TenantTx, new: &NewJobFile) -> Result<StoredFile, StoreError> {
    let (id, workspace, by) = (JobFileId::new(), tx.workspace(), tx.user().map(|u| u.0));
    let object_key = object_key(workspace, new.project, id);
    let expires_at = sqlx::query_scalar!(
        "INSERT INTO job_files (id, workspace_id, project_id, job_id, filename, content_type, size, object_key, created_by, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, now() + make_interval(secs => $10)) RETURNING expires_at",
        id.0,
        workspace.0,
        new.project.0,
        new.job.map(|job| job.0),
        new.filename,
        new.content_type,
        new.size,
        object_key,
        by,
        new.keep.as_secs_f64(),
    )
    .fetch_one(&mut **tx)
    .await?;
    let (filename, content_type) = (new.filename.clone(), new.content_type.clone());
    let file = JobFile { id, filename, content_type, size: new.size, expires_at, url: None };
    Ok(StoredFile { project: new.project, job: new.job, file, object_key })
}

/// Says how large a file has become, and for how long it is kept from now on. False: it is gone, or was to go: that is final.
///
/// # Errors
/// Those of the database.
pub async fn keep(tx: &mut TenantTx, file: JobFileId, size: i64, keep: Duration) -> Result<bool, StoreError> {
    let done = sqlx::query!(
        "UPDATE job_files SET size = $2, expires_at = now() + make_interval(secs => $3) WHERE id = $1 AND expires_at > now()",
        file.0,
        size,
        keep.as_secs_f64(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// # Errors
/// Those of the database.
pub async fn get(tx: &mut TenantTx, file: JobFileId) -> Result<Option<StoredFile>, StoreError> {
    let row = sqlx::query_as!(
        FileRow,
        "SELECT id, project_id, job_id, filename, content_type, size, object_key, expires_at FROM job_files WHERE id = $1",
        file.0
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(FileRow::into_stored))
}

/// The newest file that each of these jobs made and that is whole: those of jobs that ended well.
pub(super) async fn made_by(tx: &mut TenantTx, jobs: &[JobId]) -> Result<Vec<(JobId, JobFile)>, StoreError> {
    let rows = sqlx::query_as!(
        FileRow,
        "SELECT DISTINCT ON (f.job_id) f.id, f.project_id, f.job_id, f.filename, f.content_type, f.size, f.object_key, f.expires_at
         FROM job_files f JOIN jobs j ON j.id = f.job_id
         WHERE f.job_id = ANY($1) AND f.expires_at > now() AND j.state = 'succeeded' ORDER BY f.job_id, f.id DESC",
        &jobs.iter().map(|job| job.0).collect::<Vec<_>>(),
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(FileRow::into_stored).filter_map(|stored| Some((stored.job?, stored.file))).collect())
}

struct FileRow {
    id: uuid::Uuid,
    project_id: uuid::Uuid,
    job_id: Option<uuid::Uuid>,
    filename: String,
    content_type: String,
    size: i64,
    object_key: String,
    expires_at: DateTime<Utc>,
}

impl FileRow {
    fn into_stored(self) -> StoredFile {
        let Self { id, project_id, job_id, filename, content_type, size, object_key, expires_at } = self;
        let file = JobFile { id: id.into(), filename, content_type, size, expires_at, url: None };
        StoredFile { project: project_id.into(), job: job_id.map(Into::into), file, object_key }
    }
}

/// Files that need not be kept any longer, of all workspaces, the longest expired first.
///
/// # Errors
/// Those of the database.
pub async fn expired(store: &Store, limit: u32) -> Result<Vec<(WorkspaceId, JobFileId)>, StoreError> {
    let rows =
        sqlx::query!("SELECT workspace_id, id FROM job_files WHERE expires_at <= now() ORDER BY expires_at LIMIT $1", i64::from(limit))
            .fetch_all(store.system())
            .await?;
    Ok(rows.into_iter().map(|row| (row.workspace_id.into(), row.id.into())).collect())
}

/// Where the bytes of an expired file are, for as long as it is nobody's: `None`, it was kept longer or is gone already.
///
/// # Errors
/// Those of the database.
pub async fn find_expired(store: &Store, workspace: WorkspaceId, file: JobFileId) -> Result<Option<String>, StoreError> {
    let mut tx = Tenant { workspace, user: None }.begin(store).await?;
    let key = sqlx::query_scalar!("SELECT object_key FROM job_files WHERE id = $1 AND expires_at <= now()", file.0)
        .fetch_optional(&mut *tx)
        .await?;
    tx.rollback().await?;
    Ok(key)
}

/// The bytes are gone: so is the row.
///
/// # Errors
/// Those of the database.
pub async fn forget(store: &Store, workspace: WorkspaceId, file: JobFileId) -> Result<(), StoreError> {
    let mut tx = Tenant { workspace, user: None }.begin(store).await?;
    sqlx::query!("DELETE FROM job_files WHERE id = $1 AND expires_at <= now()", file.0).execute(&mut *tx).await?;
    tx.commit().await
}
