//! Projects, their people and their progress.

use chrono::{DateTime, Utc};
use tandem_protocol::{
    ProjectId, ProjectRole, UserId,
    rest::{CreateProject, LabelSchema, PauseMember, Progress, Project, ProjectMember, UpdateProject, UserSummary},
};
use uuid::Uuid;

use super::row::{from_json, progress, to_json, word};
use crate::{StoreError, TenantTx};

const DEFAULT_LEASE_SECONDS: i32 = 1800;

/// Through whose eyes projects are read. A workspace admin sees all of them, as their admin; others see those they are in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Viewer {
    pub user: UserId,
    pub workspace_admin: bool,
}

/// Makes a project. Its maker gets no membership: only workspace admins make projects, and they need none.
pub async fn create(tx: &mut TenantTx, project: &CreateProject) -> Result<ProjectId, StoreError> {
    create_as(tx, ProjectId::new(), project).await
}

/// As [`create`], with an id chosen before, e.g. because uploads are already filed under it.
pub async fn create_as(tx: &mut TenantTx, id: ProjectId, project: &CreateProject) -> Result<ProjectId, StoreError> {
    let (workspace, by) = (tx.workspace().0, tx.user().map(|u| u.0));
    let lease = project.lease_seconds.map_or(DEFAULT_LEASE_SECONDS, |s| i32::try_from(s).unwrap_or(i32::MAX));
    sqlx::query!(
        "INSERT INTO projects (id, workspace_id, name, description, customer_id, label_schema, lease_seconds, created_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        id.0,
        workspace,
        project.name,
        project.description,
        project.customer_id.map(|c| c.0),
        to_json("label schema", &project.label_schema)?,
        lease,
        by
    )
    .execute(&mut **tx)
    .await?;
    Ok(id)
}

/// Changes the fields that are present. Says whether the project is there.
pub async fn update(tx: &mut TenantTx, project: ProjectId, change: &UpdateProject) -> Result<bool, StoreError> {
    let schema = change.label_schema.as_ref().map(|s| to_json("label schema", s)).transpose()?;
    let done = sqlx::query!(
        "UPDATE projects SET
            name = coalesce($2, name), description = coalesce($3, description), status = coalesce($4, status),
            label_schema = coalesce($5, label_schema), lease_seconds = coalesce($6, lease_seconds), updated_at = now()
         WHERE id = $1",
        project.0,
        change.name,
        change.description,
        change.status.map(|s| s.as_str()),
        schema,
        change.lease_seconds.map(|s| i32::try_from(s).unwrap_or(i32::MAX))
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// The project, if this viewer may know of it.
pub async fn get(tx: &mut TenantTx, project: ProjectId, viewer: Viewer) -> Result<Option<Project>, StoreError> {
    Ok(select(tx, Some(project), viewer).await?.pop())
}

/// What this viewer may know of, newest first.
pub async fn list(tx: &mut TenantTx, viewer: Viewer) -> Result<Vec<Project>, StoreError> {
    select(tx, None, viewer).await
}

pub async fn find_by_name(tx: &mut TenantTx, name: &str) -> Result<Option<ProjectId>, StoreError> {
    let id = sqlx::query_scalar!("SELECT id FROM projects WHERE name = $1", name).fetch_optional(&mut **tx).await?;
    Ok(id.map(Into::into))
}

async fn select(tx: &mut TenantTx, project: Option<ProjectId>, viewer: Viewer) -> Result<Vec<Project>, StoreError> {
    let rows = sqlx::query_as!(
        ProjectRow,
        r#"SELECT p.id, p.customer_id, p.name, p.description, p.status, p.label_schema, p.lease_seconds, p.created_at, p.updated_at,
                  coalesce(CASE WHEN $3 THEN 'admin' END, m.role) AS "my_role!",
                  c.pending AS "pending!", c.in_progress AS "in_progress!", c.completed AS "completed!", c.skipped AS "skipped!"
           FROM projects p
           LEFT JOIN project_members m ON m.project_id = p.id AND m.user_id = $2
           CROSS JOIN LATERAL (
               SELECT coalesce(sum(pending), 0)::bigint AS pending, coalesce(sum(in_progress), 0)::bigint AS in_progress,
                      coalesce(sum(completed), 0)::bigint AS completed, coalesce(sum(skipped), 0)::bigint AS skipped
               FROM task_counters WHERE scope_id = p.id) c
           WHERE ($1::uuid IS NULL OR p.id = $1) AND ($3 OR m.role IS NOT NULL)
           ORDER BY p.id DESC"#,
        project.map(|p| p.0),
        viewer.user.0,
        viewer.workspace_admin
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter().map(ProjectRow::into_project).collect()
}

struct ProjectRow {
    id: Uuid,
    customer_id: Option<Uuid>,
    name: String,
    description: String,
    status: String,
    label_schema: serde_json::Value,
    lease_seconds: i32,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    my_role: String,
    pending: i64,
    in_progress: i64,
    completed: i64,
    skipped: i64,
}

impl ProjectRow {
    fn into_project(self) -> Result<Project, StoreError> {
        Ok(Project {
            id: self.id.into(),
            customer_id: self.customer_id.map(Into::into),
            name: self.name,
            description: self.description,
            status: word("project status", &self.status)?,
            label_schema: from_json("label schema", self.label_schema)?,
            lease_seconds: u32::try_from(self.lease_seconds).map_err(|e| StoreError::corrupt("lease seconds", e))?,
            my_role: word("project role", &self.my_role)?,
            progress: progress(self.pending, self.in_progress, self.completed, self.skipped),
            created_at: self.created_at,
            updated_at: self.updated_at,
        })
    }
}

/// Where the project's tasks are: the sum of a few counter rows, whatever the number of tasks.
pub async fn get_progress(tx: &mut TenantTx, project: ProjectId) -> Result<Progress, StoreError> {
    scope_progress(tx, project.0).await
}

pub(super) async fn scope_progress(tx: &mut TenantTx, scope: Uuid) -> Result<Progress, StoreError> {
    let c = sqlx::query!(
        r#"SELECT coalesce(sum(pending), 0)::bigint AS "pending!", coalesce(sum(in_progress), 0)::bigint AS "in_progress!",
                  coalesce(sum(completed), 0)::bigint AS "completed!", coalesce(sum(skipped), 0)::bigint AS "skipped!"
           FROM task_counters WHERE scope_id = $1"#,
        scope
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(progress(c.pending, c.in_progress, c.completed, c.skipped))
}

/// The role this person was given in the project. A workspace admin needs none: see `Identity::effective_role`.
pub async fn membership(tx: &mut TenantTx, project: ProjectId, user: UserId) -> Result<Option<ProjectRole>, StoreError> {
    let role = sqlx::query_scalar!("SELECT role FROM project_members WHERE project_id = $1 AND user_id = $2", project.0, user.0)
        .fetch_optional(&mut **tx)
        .await?;
    role.map(|role| word("project role", &role)).transpose()
}

/// Whether the workspace has this project at all.
pub async fn exists(tx: &mut TenantTx, project: ProjectId) -> Result<bool, StoreError> {
    let there =
        sqlx::query_scalar!(r#"SELECT EXISTS (SELECT FROM projects WHERE id = $1) AS "there!""#, project.0).fetch_one(&mut **tx).await?;
    Ok(there)
}

/// The projects a person has a role in, newest first.
pub async fn memberships(tx: &mut TenantTx, user: UserId) -> Result<Vec<(ProjectId, ProjectRole)>, StoreError> {
    let rows = sqlx::query!("SELECT project_id, role FROM project_members WHERE user_id = $1 ORDER BY project_id DESC", user.0)
        .fetch_all(&mut **tx)
        .await?;
    rows.into_iter().map(|r| Ok((r.project_id.into(), word("project role", &r.role)?))).collect()
}

/// The project's people, by name.
pub async fn list_members(tx: &mut TenantTx, project: ProjectId) -> Result<Vec<ProjectMember>, StoreError> {
    let rows = sqlx::query!(
        r#"
        SELECT u.id, u.display_name, u.email, u.color, m.role, m.created_at, m.paused_until,
               -- A pause with an end takes no order to be over.
               CASE WHEN m.paused_until IS NULL OR m.paused_until > now() THEN m.paused_reason END AS "paused_reason?"
        FROM project_members m JOIN users u ON u.id = m.user_id WHERE m.project_id = $1 ORDER BY u.display_name, u.id
        "#,
        project.0
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter()
        .map(|r| {
            let user = UserSummary { id: r.id.into(), name: r.display_name, email: r.email, color: r.color };
            let paused = r.paused_reason.map(|reason| PauseMember { reason: Some(reason), until: r.paused_until });
            Ok(ProjectMember { user, role: word("project role", &r.role)?, since: r.created_at, paused })
        })
        .collect()
}

/// Gives a workspace member a role in the project; [`StoreError::Missing`] if they are no member.
pub async fn put_member(tx: &mut TenantTx, project: ProjectId, user: UserId, role: ProjectRole) -> Result<(), StoreError> {
    let workspace = tx.workspace().0;
    sqlx::query!(
        "INSERT INTO project_members (workspace_id, project_id, user_id, role) VALUES ($1, $2, $3, $4)
         ON CONFLICT (project_id, user_id) DO UPDATE SET role = $4, updated_at = now() WHERE project_members.role <> $4",
        workspace,
        project.0,
        user.0,
        role.as_str()
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Takes a person out of the project. Says whether they were in it.
pub async fn remove_member(tx: &mut TenantTx, project: ProjectId, user: UserId) -> Result<bool, StoreError> {
    let done =
        sqlx::query!("DELETE FROM project_members WHERE project_id = $1 AND user_id = $2", project.0, user.0).execute(&mut **tx).await?;
    Ok(done.rows_affected() > 0)
}

/// What may be drawn in a project.
///
/// # Errors
/// Those of the database; that the project is not there.
pub async fn label_schema(tx: &mut TenantTx, project: ProjectId) -> Result<LabelSchema, StoreError> {
    let schema = sqlx::query_scalar!("SELECT label_schema FROM projects WHERE id = $1", project.0)
        .fetch_optional(&mut **tx)
        .await?
        .ok_or(StoreError::NotFound { entity: "project" })?;
    from_json("label schema", schema)
}

/// One after the other: which number the next version of a workflow or layout has, and which one is active, are the project's.
pub(super) async fn lock_versions(tx: &mut TenantTx, project: ProjectId) -> Result<(), StoreError> {
    sqlx::query!("SELECT id FROM projects WHERE id = $1 FOR NO KEY UPDATE", project.0).fetch_optional(&mut **tx).await?;
    Ok(())
}
