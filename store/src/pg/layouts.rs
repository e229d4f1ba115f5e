//! Layouts of a project, in versions. What a version says is fixed from the moment it is activated: the trigger `keep` of the table sees to
//! that, whoever writes.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::value::RawValue;
use tandem_protocol::{
    AssignmentId, LayoutId, ProjectId, TaskId,
    rest::{Assignment, Layout, LayoutStatus, LayoutUse, TaskLayout, WorkKind},
};
use uuid::Uuid;

use super::{projects, row::word};
use crate::{StoreError, TenantTx};

/// What a draft says.
#[derive(Clone, Copy, Debug)]
pub struct Draft<'a> {
    pub name: &'a str,
    /// The id in the markup, where it can be read.
    pub key: Option<&'a str>,
    pub source: &'a str,
}

/// A version with its markup and, if it was ever activated, what it was compiled to then: JSON text.
#[derive(Clone, Debug)]
pub struct Stored {
    pub layout: Layout,
    pub source: String,
    pub tree: Option<String>,
}

/// Why a version stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum LayoutEditError {
    #[error("there is no such layout")]
    NotFound,
    #[error("version {version} of {name} is {status} and does not change")]
    InUse { name: String, version: i32, status: LayoutStatus },
    #[error("somebody saved it at {updated_at}")]
    Changed { updated_at: DateTime<Utc> },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for LayoutEditError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Makes a draft: the next version of `series`, else the first of its own.
///
/// # Errors
/// Those of the database.
pub async fn create(tx: &mut TenantTx, project: ProjectId, series: Option<LayoutId>, draft: Draft<'_>) -> Result<LayoutId, StoreError> {
    let (id, workspace, by) = (LayoutId::new(), tx.workspace().0, tx.user().map(|u| u.0));
    projects::lock_versions(tx, project).await?;
    sqlx::query!(
        "INSERT INTO layouts (id, workspace_id, project_id, series, version, name, key, source, created_by)
         SELECT $1, $2, $3, $4, coalesce(max(version), 0) + 1, $5, $6, $7, $8 FROM layouts WHERE project_id = $3 AND series = $4",
        id.0,
        workspace,
        project.0,
        series.unwrap_or(id).0,
        draft.name,
        draft.key,
        draft.source,
        by
    )
    .execute(&mut **tx)
    .await?;
    Ok(id)
}

/// All versions of all layouts of the project, newest first.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &mut TenantTx, project: ProjectId) -> Result<Vec<Layout>, StoreError> {
    let rows = sqlx::query_as!(
        LayoutRow,
        r#"SELECT l.id, project_id, series, version, name, key, status, created_by, created_at, updated_at, activated_at,
                  ARRAY(SELECT u.step || '/' || u.kind FROM layout_uses u WHERE u.project_id = l.project_id AND u.layout_id = l.id) AS "uses!"
           FROM layouts l WHERE project_id = $1 ORDER BY id DESC"#,
        project.0
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// A version of this project.
///
/// # Errors
/// Those of the database.
pub async fn get(tx: &mut TenantTx, project: ProjectId, id: LayoutId) -> Result<Option<Stored>, StoreError> {
    let row = sqlx::query!(
        r#"SELECT l.id, project_id, series, version, name, key, status, created_by, created_at, updated_at, activated_at, source,
                  tree::text AS tree,
                  ARRAY(SELECT u.step || '/' || u.kind FROM layout_uses u WHERE u.project_id = l.project_id AND u.layout_id = l.id) AS "uses!"
           FROM layouts l WHERE project_id = $1 AND id = $2"#,
        project.0,
        id.0
    )
    .fetch_optional(&mut **tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let layout = LayoutRow {
        id: row.id,
        project_id: row.project_id,
        series: row.series,
        version: row.version,
        name: row.name,
        key: row.key,
        status: row.status,
        uses: row.uses,
        created_by: row.created_by,
        created_at: row.created_at,
        updated_at: row.updated_at,
        activated_at: row.activated_at,
    };
    Ok(Some(Stored { layout: layout.try_into()?, source: row.source, tree: row.tree }))
}

/// The markup that layouts of the project may extend, by its id: of several with one id the active one, else the newest.
///
/// # Errors
/// Those of the database.
pub async fn sources(tx: &mut TenantTx, project: ProjectId) -> Result<BTreeMap<String, String>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT DISTINCT ON (key) key AS "key!", source FROM layouts l
           WHERE project_id = $1 AND key IS NOT NULL
           ORDER BY key,
                    (status = 'active' OR EXISTS (SELECT FROM layout_uses u WHERE u.project_id = l.project_id AND u.layout_id = l.id)) DESC,
                    id DESC"#,
        project.0
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.key, row.source)).collect())
}

/// Changes what a draft says; `seen`: only if it is still as it was then.
///
/// # Errors
/// [`LayoutEditError`] says why it stays as it is.
pub async fn update(
    tx: &mut TenantTx,
    project: ProjectId,
    id: LayoutId,
    draft: Draft<'_>,
    seen: Option<DateTime<Utc>>,
) -> Result<(), LayoutEditError> {
    let updated_at = locked_draft(tx, project, id).await?;
    if seen.is_some_and(|seen| seen != updated_at) {
        return Err(LayoutEditError::Changed { updated_at });
    }
    // Two changes of one transaction must not look alike to `seen`: now() would stand still.
    sqlx::query!(
        "UPDATE layouts SET name = $2, key = $3, source = $4, updated_at = clock_timestamp() WHERE id = $1",
        id.0,
        draft.name,
        draft.key,
        draft.source
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// # Errors
/// [`LayoutEditError`] if it is no draft.
pub async fn delete(tx: &mut TenantTx, project: ProjectId, id: LayoutId) -> Result<(), LayoutEditError> {
    locked_draft(tx, project, id).await?;
    sqlx::query!("DELETE FROM layouts WHERE id = $1", id.0).execute(&mut **tx).await?;
    Ok(())
}

/// Work on tasks (of a step, of a kind: `used`) begins on this version from now on; the one that was used for it keeps its tasks, and is retired if it is used
/// for nothing else. A retired one may come back, as it was. `tree`: what a draft was compiled to. Says which version was used for that before.
///
/// # Errors
/// [`LayoutEditError::Changed`] if the draft is not the one that was compiled any more.
pub async fn activate(
    tx: &mut TenantTx,
    project: ProjectId,
    id: LayoutId,
    tree: &str,
    compiled: DateTime<Utc>,
    used: &LayoutUse,
) -> Result<Option<LayoutId>, LayoutEditError> {
    projects::lock_versions(tx, project).await?;
    let row = sqlx::query!("SELECT status, updated_at FROM layouts WHERE project_id = $1 AND id = $2 FOR UPDATE", project.0, id.0)
        .fetch_optional(&mut **tx)
        .await?
        .ok_or(LayoutEditError::NotFound)?;
    let before = used_for(tx, project, used).await?;
    if before == Some(id) {
        return Ok(before);
    }
    if row.status == LayoutStatus::Draft.as_str() && row.updated_at != compiled {
        return Err(LayoutEditError::Changed { updated_at: row.updated_at });
    }
    if used.is_all() {
        sqlx::query!("UPDATE layouts SET status = 'retired', updated_at = now() WHERE project_id = $1 AND status = 'active'", project.0)
            .execute(&mut **tx)
            .await?;
    }
    // Which of the layouts is for all work is the row's to say; what else one is used for is not.
    sqlx::query!(
        "UPDATE layouts
         SET status = CASE WHEN $3 THEN 'active' WHEN status = 'draft' THEN 'retired' ELSE status END,
             tree = coalesce(tree, $2::text::json), activated_at = now(), updated_at = now()
         WHERE id = $1",
        id.0,
        tree,
        used.is_all()
    )
    .execute(&mut **tx)
    .await?;
    if !used.is_all() {
        let workspace = tx.workspace().0;
        sqlx::query!(
            "INSERT INTO layout_uses (project_id, step, kind, workspace_id, layout_id) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (project_id, step, kind) DO UPDATE SET layout_id = excluded.layout_id",
            project.0,
            used.step.as_deref().unwrap_or_default(),
            used.kind.map(WorkKind::as_str).unwrap_or_default(),
            workspace,
            id.0
        )
        .execute(&mut **tx)
        .await?;
    }
    Ok(before)
}

async fn used_for(tx: &mut TenantTx, project: ProjectId, used: &LayoutUse) -> Result<Option<LayoutId>, StoreError> {
    let id = sqlx::query_scalar!(
        r#"SELECT id AS "id!" FROM layouts WHERE project_id = $1 AND status = 'active' AND $4
           UNION ALL SELECT layout_id FROM layout_uses WHERE project_id = $1 AND step = $2 AND kind = $3"#,
        project.0,
        used.step.as_deref().unwrap_or_default(),
        used.kind.map(WorkKind::as_str).unwrap_or_default(),
        used.is_all()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(id.map(LayoutId::from))
}

/// No more work begins on it; tasks that are on it stay on it. Says whether it was used for anything.
///
/// # Errors
/// [`LayoutEditError::NotFound`] if there is no such version.
pub async fn retire(tx: &mut TenantTx, project: ProjectId, id: LayoutId) -> Result<bool, LayoutEditError> {
    projects::lock_versions(tx, project).await?;
    let status = sqlx::query_scalar!("SELECT status FROM layouts WHERE project_id = $1 AND id = $2 FOR UPDATE", project.0, id.0)
        .fetch_optional(&mut **tx)
        .await?
        .ok_or(LayoutEditError::NotFound)?;
    let uses = sqlx::query!("DELETE FROM layout_uses WHERE project_id = $1 AND layout_id = $2", project.0, id.0).execute(&mut **tx).await?;
    let was_for_all = status == LayoutStatus::Active.as_str();
    if was_for_all {
        sqlx::query!("UPDATE layouts SET status = 'retired', updated_at = now() WHERE id = $1", id.0).execute(&mut **tx).await?;
    }
    Ok(was_for_all || uses.rows_affected() > 0)
}

/// What a task is worked on with: what the lease says, where its step has a layout of its own; else the version on which work on the task began; before
/// that the project's active one.
///
/// # Errors
/// Those of the database.
pub async fn of_task(tx: &mut TenantTx, project: ProjectId, task: TaskId, lease: Option<AssignmentId>) -> Result<TaskLayout, StoreError> {
    let row = sqlx::query!(
        r#"SELECT l.id, l.name, l.version, l.tree::text AS "tree!"
           FROM tasks t
           LEFT JOIN assignments a ON a.id = $3 AND a.task_id = t.id
           JOIN layouts l ON l.project_id = t.project_id
                         AND CASE WHEN a.layout_id IS NOT NULL THEN l.id = a.layout_id
                                  WHEN t.attempt_count > 0 THEN l.id = t.layout_id
                                  ELSE l.status = 'active' END
           WHERE t.project_id = $1 AND t.id = $2"#,
        project.0,
        task.0,
        lease.map(|lease| lease.0)
    )
    .fetch_optional(&mut **tx)
    .await?;
    let Some(row) = row else { return Ok(TaskLayout { layout_id: None, name: None, version: None, tree: None }) };
    let tree = RawValue::from_string(row.tree).map_err(|error| StoreError::corrupt("layout tree", error))?;
    Ok(TaskLayout { layout_id: Some(row.id.into()), name: Some(row.name), version: Some(row.version), tree: Some(tree) })
}

/// What the answer that a lease submits is put together by: a review approves the answer of somebody else, who may have had another layout.
///
/// # Errors
/// Those of the database.
pub async fn of_answer(tx: &mut TenantTx, lease: &Assignment) -> Result<TaskLayout, StoreError> {
    let author = match lease.kind {
        WorkKind::Review => sqlx::query_scalar!(
            "SELECT id FROM assignments WHERE task_id = $1 AND scope = $2 AND workflow_stage <> 'review' ORDER BY assigned_at DESC, id DESC LIMIT 1",
            lease.task_id.0,
            lease.scope
        )
        .fetch_optional(&mut **tx)
        .await?
        .map(AssignmentId::from),
        _ => Some(lease.id),
    };
    of_task(tx, lease.project_id, lease.task_id, author).await
}

/// When it was last saved.
async fn locked_draft(tx: &mut TenantTx, project: ProjectId, id: LayoutId) -> Result<DateTime<Utc>, LayoutEditError> {
    let row =
        sqlx::query!("SELECT name, version, status, updated_at FROM layouts WHERE project_id = $1 AND id = $2 FOR UPDATE", project.0, id.0)
            .fetch_optional(&mut **tx)
            .await?
            .ok_or(LayoutEditError::NotFound)?;
    match word("layout status", &row.status)? {
        LayoutStatus::Draft => Ok(row.updated_at),
        status => Err(LayoutEditError::InUse { name: row.name, version: row.version, status }),
    }
}

struct LayoutRow {
    id: Uuid,
    project_id: Uuid,
    series: Uuid,
    version: i32,
    name: String,
    key: Option<String>,
    status: String,
    /// Beside all work: `step/kind`.
    uses: Vec<String>,
    created_by: Option<Uuid>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    activated_at: Option<DateTime<Utc>>,
}

impl TryFrom<LayoutRow> for Layout {
    type Error = StoreError;

    fn try_from(row: LayoutRow) -> Result<Self, StoreError> {
        let stored: LayoutStatus = word("layout status", &row.status)?;
        let special = row.uses.iter().map(|text| read_use(text)).collect::<Result<Vec<_>, _>>()?;
        let uses: Vec<LayoutUse> = (stored == LayoutStatus::Active).then(LayoutUse::default).into_iter().chain(special).collect();
        Ok(Self {
            id: row.id.into(),
            project_id: row.project_id.into(),
            series: row.series.into(),
            version: row.version,
            name: row.name,
            key: row.key,
            status: if uses.is_empty() { stored } else { LayoutStatus::Active },
            uses,
            created_by: row.created_by.map(Into::into),
            created_at: row.created_at,
            updated_at: row.updated_at,
            activated_at: row.activated_at,
        })
    }
}

fn read_use(text: &str) -> Result<LayoutUse, StoreError> {
    // No kind has a slash.
    let (step, kind) = text.rsplit_once('/').unwrap_or((text, ""));
    let kind = (!kind.is_empty()).then(|| word("work kind", kind)).transpose()?;
    Ok(LayoutUse { step: (!step.is_empty()).then(|| step.to_owned()), kind })
}
