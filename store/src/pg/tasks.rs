//! Tasks: made in bulk, listed by keyset, read with their image and their lease.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use tandem_protocol::{
    BatchId, ProjectId, TaskId, UserId,
    rest::{LeaseView, NewTask, Page, Task, TaskStatus},
};
use uuid::Uuid;

mod visit;

pub use visit::{Visit, answers_blind, is_blind, is_image_withheld, visit, withheld};

use super::{assets::AssetRow, row::word};
use crate::{StoreError, TenantTx};

const DEFAULT_PRIORITY: i16 = 5;

/// A task and where its image's bytes are. `task.asset.url` is empty: whoever can presign fills it in.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredTask {
    pub task: Task,
    pub object_key: String,
    /// Its steps show what is in it only once it is accepted, and it was read for a labeler who has not.
    pub is_withheld: bool,
}

/// Which of a project's tasks, and from where on.
#[derive(Clone, Debug)]
pub struct TaskFilter {
    pub project: ProjectId,
    pub status: Option<TaskStatus>,
    pub batch: Option<BatchId>,
    /// What the external id or the file name begins with; case matters.
    pub prefix: Option<String>,
    /// The last task of the page before.
    pub after: Option<TaskId>,
    pub limit: u32,
}

/// Which entry of a bulk creation was wrong; nothing was made then.
#[derive(Debug, thiserror::Error)]
pub enum CreateTasksError {
    #[error("tasks[{index}].asset_id names no asset of this project")]
    UnknownAsset { index: usize },
    #[error("tasks[{index}].asset_id names an asset that is not ready")]
    AssetNotReady { index: usize },
    #[error("tasks[{index}].batch_id names no batch of this project")]
    UnknownBatch { index: usize },
    #[error("tasks[{index}].external_id is taken in this project")]
    ExternalIdTaken { index: usize },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for CreateTasksError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Makes all of them or none.
pub async fn create(tx: &mut TenantTx, project: ProjectId, tasks: &[NewTask]) -> Result<Vec<Task>, CreateTasksError> {
    let filenames = check_assets(tx, project, tasks).await?;
    check_batches(tx, project, tasks).await?;
    check_external_ids(tx, project, tasks).await?;

    let ids: Vec<Uuid> = tasks.iter().map(|_| TaskId::new().0).collect();
    let assets: Vec<Uuid> = tasks.iter().map(|t| t.asset_id.0).collect();
    let batches: Vec<Option<Uuid>> = tasks.iter().map(|t| t.batch_id.map(|b| b.0)).collect();
    let external: Vec<Option<String>> = tasks.iter().map(|t| t.external_id.clone()).collect();
    let priorities: Vec<i16> = tasks.iter().map(|t| t.priority.unwrap_or(DEFAULT_PRIORITY)).collect();
    let inputs: Vec<serde_json::Value> =
        tasks.iter().map(|t| t.input.clone().unwrap_or_else(|| serde_json::Value::Object(serde_json::Map::new()))).collect();
    let (workspace, by) = (tx.workspace().0, tx.user().map(|u| u.0));
    sqlx::query!(
        "INSERT INTO tasks (id, workspace_id, project_id, asset_id, filename, batch_id, external_id, priority, input, created_by, workflow_id)
         SELECT n.id, $1, $2, n.asset_id, n.filename, n.batch_id, n.external_id, n.priority, n.input, $3,
                (SELECT w.id FROM workflows w WHERE w.project_id = $2 AND w.status = 'active')
         FROM unnest($4::uuid[], $5::uuid[], $6::text[], $7::uuid[], $8::text[], $9::smallint[], $10::jsonb[])
              AS n (id, asset_id, filename, batch_id, external_id, priority, input)",
        workspace,
        project.0,
        by,
        &ids,
        &assets,
        &filenames,
        &batches as &[Option<Uuid>],
        &external as &[Option<String>],
        &priorities,
        &inputs
    )
    .execute(&mut **tx)
    .await?;
    Ok(load(tx, project, &ids, None).await?.into_iter().map(|t| t.task).collect())
}

/// The file names of the assets, entry by entry.
async fn check_assets(tx: &mut TenantTx, project: ProjectId, tasks: &[NewTask]) -> Result<Vec<String>, CreateTasksError> {
    let wanted: Vec<Uuid> = tasks.iter().map(|t| t.asset_id.0).collect();
    let rows = sqlx::query!("SELECT id, filename, status FROM assets WHERE project_id = $1 AND id = ANY($2)", project.0, &wanted)
        .fetch_all(&mut **tx)
        .await?;
    let known: HashMap<Uuid, (String, bool)> = rows.into_iter().map(|r| (r.id, (r.filename, r.status == "ready"))).collect();
    let name = |(index, id)| match known.get(id) {
        None => Err(CreateTasksError::UnknownAsset { index }),
        Some((_, false)) => Err(CreateTasksError::AssetNotReady { index }),
        Some((filename, true)) => Ok(filename.clone()),
    };
    wanted.iter().enumerate().map(name).collect()
}

async fn check_batches(tx: &mut TenantTx, project: ProjectId, tasks: &[NewTask]) -> Result<(), CreateTasksError> {
    let wanted: Vec<Uuid> = tasks.iter().filter_map(|t| t.batch_id).map(|b| b.0).collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let known: HashSet<Uuid> = sqlx::query_scalar!("SELECT id FROM batches WHERE project_id = $1 AND id = ANY($2)", project.0, &wanted)
        .fetch_all(&mut **tx)
        .await?
        .into_iter()
        .collect();
    match tasks.iter().position(|t| t.batch_id.is_some_and(|b| !known.contains(&b.0))) {
        Some(index) => Err(CreateTasksError::UnknownBatch { index }),
        None => Ok(()),
    }
}

/// Finds the entry to blame. Two creations at once may both pass; the unique index then refuses the second.
async fn check_external_ids(tx: &mut TenantTx, project: ProjectId, tasks: &[NewTask]) -> Result<(), CreateTasksError> {
    let wanted: Vec<String> = tasks.iter().filter_map(|t| t.external_id.clone()).collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let mut taken: HashSet<String> = sqlx::query_scalar!(
        r#"SELECT external_id AS "id!" FROM tasks WHERE project_id = $1 AND external_id = ANY($2)"#,
        project.0,
        &wanted
    )
    .fetch_all(&mut **tx)
    .await?
    .into_iter()
    .collect();
    // An id given twice in one request is taken the second time.
    match tasks.iter().position(|t| t.external_id.as_ref().is_some_and(|id| !taken.insert(id.clone()))) {
        Some(index) => Err(CreateTasksError::ExternalIdTaken { index }),
        None => Ok(()),
    }
}

/// A page of the project's tasks in the order they came. The next cursor is the last id.
pub async fn list(tx: &mut TenantTx, filter: &TaskFilter) -> Result<Page<Task>, StoreError> {
    let mut ids = sqlx::query_file_scalar!(
        "src/pg/tasks/list.sql",
        filter.project.0,
        filter.status.map(|s| s.as_str()),
        filter.batch.map(|b| b.0),
        filter.prefix,
        filter.prefix.as_deref().and_then(end_of_prefix),
        filter.after.map(|t| t.0),
        i64::from(filter.limit) + 1
    )
    .fetch_all(&mut **tx)
    .await?;
    let more = ids.len() > filter.limit as usize;
    ids.truncate(filter.limit as usize);
    let items: Vec<Task> = load(tx, filter.project, &ids, None).await?.into_iter().map(|t| t.task).collect();
    let next_cursor = if more { items.last().map(|t| t.id.to_string()) } else { None };
    Ok(Page { items, next_cursor })
}

/// The least string greater than every string with this prefix: the prefix with its last character replaced by the next one.
pub(super) fn end_of_prefix(prefix: &str) -> Option<String> {
    let mut head: Vec<char> = prefix.chars().collect();
    while let Some(last) = head.pop() {
        // char ranges know of the gap of the surrogates.
        if let Some(next) = (last..=char::MAX).nth(1) {
            head.push(next);
            return Some(head.into_iter().collect());
        }
    }
    None
}

pub async fn get(tx: &mut TenantTx, task: TaskId) -> Result<Option<StoredTask>, StoreError> {
    let Some(project) = project_of(tx, task).await? else { return Ok(None) };
    get_in(tx, project, task).await
}

/// As [`get`], with less to look for: tasks are partitioned by project.
pub async fn get_in(tx: &mut TenantTx, project: ProjectId, task: TaskId) -> Result<Option<StoredTask>, StoreError> {
    get_as(tx, project, task, None).await
}

/// As [`get_as`], of several, in the order in which they are asked for.
///
/// # Errors
/// Those of the database.
pub async fn get_many_as(
    tx: &mut TenantTx,
    project: ProjectId,
    asked: &[TaskId],
    labeler: Option<UserId>,
) -> Result<Vec<StoredTask>, StoreError> {
    let ids: Vec<Uuid> = asked.iter().map(|task| task.0).collect();
    let mut found = load(tx, project, &ids, labeler).await?;
    found.sort_by_key(|stored| asked.iter().position(|task| *task == stored.task.id));
    Ok(found)
}

/// As [`get_in`], for a labeler, if one is named, from whom it may be withheld.
pub async fn get_as(
    tx: &mut TenantTx,
    project: ProjectId,
    task: TaskId,
    labeler: Option<UserId>,
) -> Result<Option<StoredTask>, StoreError> {
    Ok(load(tx, project, &[task.0], labeler).await?.pop())
}

/// How a task stands for those who watch: its status, and who works on it.
///
/// # Errors
/// Those of the database.
pub async fn shown(tx: &mut TenantTx, project: ProjectId, task: TaskId) -> Result<Option<(TaskStatus, Option<LeaseView>)>, StoreError> {
    let row = sqlx::query!(
        r#"
        SELECT t.status, l.id AS "lease_id?", l.user_id AS "holder?", u.display_name AS "holder_name?", l.status AS "lease_status?",
               l.expires_at AS "expires_at?"
        FROM tasks t
        LEFT JOIN LATERAL (
            SELECT a.* FROM assignments a WHERE a.task_id = t.id AND a.ended_at IS NULL ORDER BY a.fencing_token LIMIT 1
        ) l ON true
        LEFT JOIN users u ON u.id = l.user_id
        WHERE t.project_id = $1 AND t.id = $2
        "#,
        project.0,
        task.0
    )
    .fetch_optional(&mut **tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let lease = LeaseColumns {
        id: row.lease_id,
        user: row.holder,
        user_name: row.holder_name,
        status: row.lease_status,
        expires_at: row.expires_at,
    };
    Ok(Some((word("task status", &row.status)?, lease.into_view()?)))
}

/// The project a task is in.
pub async fn project_of(tx: &mut TenantTx, task: TaskId) -> Result<Option<ProjectId>, StoreError> {
    let project = sqlx::query_scalar!("SELECT project_id FROM tasks WHERE id = $1", task.0).fetch_optional(&mut **tx).await?;
    Ok(project.map(Into::into))
}

/// The place of the first of these tasks that is none of this project's.
///
/// # Errors
/// Those of the database.
pub async fn not_of(tx: &mut TenantTx, project: ProjectId, tasks: &[TaskId]) -> Result<Option<usize>, StoreError> {
    let ids: Vec<Uuid> = tasks.iter().map(|task| task.0).collect();
    let known =
        sqlx::query_scalar!("SELECT id FROM tasks WHERE project_id = $1 AND id = ANY($2)", project.0, &ids).fetch_all(&mut **tx).await?;
    let known: HashSet<Uuid> = known.into_iter().collect();
    Ok(ids.iter().position(|id| !known.contains(id)))
}

/// Locks these tasks, in the order of their ids. As [`not_of`]; then those that are the project's are locked.
///
/// # Errors
/// Those of the database.
pub async fn lock_all(tx: &mut TenantTx, project: ProjectId, tasks: &[TaskId]) -> Result<Option<usize>, StoreError> {
    let ids: Vec<Uuid> = tasks.iter().map(|task| task.0).collect();
    let locked = sqlx::query_scalar!("SELECT id FROM tasks WHERE project_id = $1 AND id = ANY($2) ORDER BY id FOR UPDATE", project.0, &ids);
    let known: HashSet<Uuid> = locked.fetch_all(&mut **tx).await?.into_iter().collect();
    Ok(ids.iter().position(|id| !known.contains(id)))
}

/// These tasks, in the order of their ids.
async fn load(tx: &mut TenantTx, project: ProjectId, ids: &[Uuid], labeler: Option<UserId>) -> Result<Vec<StoredTask>, StoreError> {
    let labeler = labeler.map(|labeler| labeler.0);
    let rows = sqlx::query_file_as!(TaskRow, "src/pg/tasks/load.sql", project.0, ids, labeler).fetch_all(&mut **tx).await?;
    rows.into_iter().map(TaskRow::into_stored).collect()
}

struct TaskRow {
    id: Uuid,
    project_id: Uuid,
    batch_id: Option<Uuid>,
    external_id: Option<String>,
    step: String,
    status: String,
    priority: i16,
    input: serde_json::Value,
    region_count: i32,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    completed_at: Option<DateTime<Utc>>,
    asset_id: Uuid,
    filename: String,
    object_key: String,
    asset_status: String,
    reason: Option<String>,
    content_type: String,
    size: i64,
    width: Option<i32>,
    height: Option<i32>,
    orientation: i16,
    asset_created_at: DateTime<Utc>,
    lease_id: Option<Uuid>,
    lease_user: Option<Uuid>,
    lease_user_name: Option<String>,
    lease_status: Option<String>,
    lease_expires_at: Option<DateTime<Utc>>,
    is_withheld: bool,
}

/// What an outer join found of a task's active lease.
struct LeaseColumns {
    id: Option<Uuid>,
    user: Option<Uuid>,
    user_name: Option<String>,
    status: Option<String>,
    expires_at: Option<DateTime<Utc>>,
}

impl LeaseColumns {
    fn into_view(self) -> Result<Option<LeaseView>, StoreError> {
        let (Some(id), Some(user), Some(status), Some(expires_at)) = (self.id, self.user, self.status, self.expires_at) else {
            return Ok(None);
        };
        Ok(Some(LeaseView {
            assignment_id: id.into(),
            user_id: user.into(),
            user_name: self.user_name.unwrap_or_default(),
            status: word("assignment status", &status)?,
            expires_at,
        }))
    }
}

impl TaskRow {
    fn into_stored(self) -> Result<StoredTask, StoreError> {
        let lease = LeaseColumns {
            id: self.lease_id,
            user: self.lease_user,
            user_name: self.lease_user_name,
            status: self.lease_status,
            expires_at: self.lease_expires_at,
        };
        let stored = AssetRow {
            id: self.asset_id,
            project_id: self.project_id,
            filename: self.filename,
            object_key: self.object_key,
            status: self.asset_status,
            reason: self.reason,
            content_type: self.content_type,
            size: self.size,
            width: self.width,
            height: self.height,
            orientation: self.orientation,
            created_at: self.asset_created_at,
        }
        .into_stored()?;
        let task = Task {
            id: self.id.into(),
            project_id: self.project_id.into(),
            batch_id: self.batch_id.map(Into::into),
            external_id: self.external_id,
            step: self.step,
            status: word("task status", &self.status)?,
            priority: self.priority,
            asset: stored.asset,
            input: self.input,
            lease: lease.into_view()?,
            region_count: i64::from(self.region_count),
            created_at: self.created_at,
            updated_at: self.updated_at,
            completed_at: self.completed_at,
            is_withheld: false,
        };
        Ok(StoredTask { task, object_key: stored.object_key, is_withheld: self.is_withheld })
    }
}

#[cfg(test)]
mod tests {
    use super::end_of_prefix;

    #[test]
    fn a_prefix_ends_before_the_next_character() {
        assert_eq!(end_of_prefix("ab").as_deref(), Some("ac"));
        assert_eq!(end_of_prefix("a\u{10FFFF}").as_deref(), Some("b"));
        assert_eq!(end_of_prefix("\u{D7FF}").as_deref(), Some("\u{E000}"), "surrogates are no characters");
        assert_eq!(end_of_prefix("").as_deref(), None);
    }
}
