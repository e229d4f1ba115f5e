//! Jobs: work that takes a while and runs by itself, on whichever node takes it (docs/decisions/0041).
//!
//! A job is open (queued or running) until it ends, once. Whoever works on it has a [`Claim`] with a token that each attempt raises; all it writes
//! names the token, so one that was taken for dead writes nothing any more. It is alive as long as it says so ([`pulse`]): `due` is when
//! others may take it.

use std::time::Duration;

use serde_json::Value;
use tandem_protocol::{
    JobId, NodeId, ProjectId, UserId, WorkspaceId,
    rest::{Job, JobState, Page, UserSummary},
    ws::JobProgress,
};

use super::{job_files, outbox, row::word};
use crate::{Store, StoreError, Tenant, TenantTx};

/// A job that came to its end in none of so many attempts has failed.
pub const ATTEMPTS: i32 = 3;
/// Of an error, as it is kept.
const LONGEST_ERROR: usize = 2000;
/// How long a job that ended is still told to those who watch the project, and how many are.
const NEWS: &str = "10 minutes";
const MOST_NEWS: i64 = 50;

/// How long a job that ended is kept. Audit entries say for ever who had it done.
const KEPT: &str = "90 days";
/// Forgotten at once, so that no request waits for years of them.
const FORGOTTEN: i64 = 1000;

/// A job to be made.
#[derive(Clone, Copy, Debug)]
pub struct NewJob<'n> {
    pub project: ProjectId,
    pub kind: &'n str,
    pub input: &'n Value,
    /// What it is about, for people.
    pub subject: Option<&'n str>,
}

/// Makes a job, which is due at once.
///
/// # Errors
/// [`StoreError::Missing`] if there is no such project.
pub async fn create(tx: &mut TenantTx, new: NewJob<'_>) -> Result<JobId, StoreError> {
    let (id, workspace, by) = (JobId::new(), tx.workspace().0, tx.user().map(|u| u.0));
    sqlx::query!(
        "INSERT INTO jobs (id, workspace_id, project_id, kind, input, subject, created_by) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        id.0,
        workspace,
        new.project.0,
        new.kind,
        new.input,
        new.subject,
        by,
    )
    .execute(&mut **tx)
    .await?;
    forget(tx, new.project).await?;
    Ok(id)
}

/// Forgets what ended long ago: with each new job of a project, so that its list is as long as what it had done lately, and nobody has to look
/// through those of all workspaces. A job whose file is not thrown away yet stays, as only its row leads to the bytes.
async fn forget(tx: &mut TenantTx, project: ProjectId) -> Result<(), StoreError> {
    sqlx::query!(
        "DELETE FROM jobs WHERE id IN (
             SELECT j.id FROM jobs j
             WHERE j.project_id = $1 AND j.ended_at < now() - $2::text::interval AND NOT EXISTS (SELECT FROM job_files f WHERE f.job_id = j.id)
             ORDER BY j.ended_at LIMIT $3)",
        project.0,
        KEPT,
        FORGOTTEN,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// How many jobs of the workspace are open: they wait or run.
///
/// # Errors
/// Those of the database.
pub async fn open(tx: &mut TenantTx) -> Result<u32, StoreError> {
    // Row-level security leaves those of this workspace.
    let open = sqlx::query_scalar!(r#"SELECT count(*) AS "open!" FROM jobs WHERE due IS NOT NULL"#).fetch_one(&mut **tx).await?;
    Ok(u32::try_from(open).unwrap_or(u32::MAX))
}

/// One job with the file it made, if that is still kept.
///
/// # Errors
/// Those of the database.
pub async fn get(tx: &mut TenantTx, job: JobId) -> Result<Option<Job>, StoreError> {
    let found = sqlx::query_as!(
        JobRow,
        r#"
        SELECT j.id, j.project_id, j.kind, j.state, j.input, j.subject, j.result, j.error, j.phase, j.done, j.total, j.attempt,
               j.cancel_requested_at, j.created_at, j.started_at, j.ended_at,
               u.id AS "user_id?", u.display_name AS "user_name?", u.email AS "user_email?", u.color AS "user_color?"
        FROM jobs j LEFT JOIN users u ON u.id = j.created_by
        WHERE j.id = $1
        "#,
        job.0
    )
    .fetch_optional(&mut **tx)
    .await?;
    let Some(row) = found else { return Ok(None) };
    let file = job_files::made_by(tx, &[job]).await?.pop().map(|(_, file)| file);
    Ok(Some(Job { file, ..row.into_job()? }))
}

/// A project's jobs, the newest first, from behind `before`.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &mut TenantTx, project: ProjectId, before: Option<JobId>, limit: u32) -> Result<Page<Job>, StoreError> {
    let rows = sqlx::query_as!(
        JobRow,
        r#"
        SELECT j.id, j.project_id, j.kind, j.state, j.input, j.subject, j.result, j.error, j.phase, j.done, j.total, j.attempt,
               j.cancel_requested_at, j.created_at, j.started_at, j.ended_at,
               u.id AS "user_id?", u.display_name AS "user_name?", u.email AS "user_email?", u.color AS "user_color?"
        FROM jobs j LEFT JOIN users u ON u.id = j.created_by
        WHERE j.project_id = $1 AND ($2::uuid IS NULL OR j.id < $2)
        ORDER BY j.id DESC LIMIT $3
        "#,
        project.0,
        before.map(|b| b.0),
        i64::from(limit) + 1,
    )
    .fetch_all(&mut **tx)
    .await?;
    let mut items = rows.into_iter().map(JobRow::into_job).collect::<Result<Vec<_>, _>>()?;
    let is_more = items.len() > limit as usize;
    items.truncate(limit as usize);
    let ids: Vec<JobId> = items.iter().map(|job| job.id).collect();
    for (job, file) in job_files::made_by(tx, &ids).await? {
        if let Some(item) = items.iter_mut().find(|item| item.id == job) {
            item.file = Some(file);
        }
    }
    let next_cursor = items.last().filter(|_| is_more).map(|job| job.id.to_string());
    Ok(Page { items, next_cursor })
}

/// What those who watch a project are told: its jobs that are open or ended a moment ago, oldest first.
///
/// # Errors
/// Those of the database.
pub async fn news(tx: &mut TenantTx, project: ProjectId) -> Result<Vec<JobProgress>, StoreError> {
    let rows = sqlx::query!(
        "SELECT id, kind, state, phase, done, total FROM jobs
         WHERE project_id = $1 AND (due IS NOT NULL OR ended_at > now() - $2::text::interval) ORDER BY id DESC LIMIT $3",
        project.0,
        NEWS,
        MOST_NEWS,
    )
    .fetch_all(&mut **tx)
    .await?;
    let jobs = rows.into_iter().rev().map(|row| {
        let state = word("job state", &row.state)?;
        Ok(JobProgress { id: row.id.into(), kind: row.kind, state, phase: row.phase, done: row.done, total: row.total })
    });
    jobs.collect()
}

/// Cancels a job that waits; asks one that runs to stop. Says whether it was open.
///
/// # Errors
/// Those of the database.
pub async fn cancel(tx: &mut TenantTx, job: JobId) -> Result<bool, StoreError> {
    let row = sqlx::query!(
        "UPDATE jobs SET cancel_requested_at = coalesce(cancel_requested_at, now()),
                state = CASE state WHEN 'queued' THEN 'cancelled' ELSE state END,
                due = CASE state WHEN 'queued' THEN NULL ELSE due END,
                ended_at = CASE state WHEN 'queued' THEN now() END
         WHERE id = $1 AND due IS NOT NULL
         RETURNING project_id, kind, state",
        job.0
    )
    .fetch_optional(&mut **tx)
    .await?;
    let Some(row) = row else { return Ok(false) };
    let state = word("job state", &row.state)?;
    if state == JobState::Cancelled {
        tell(tx, row.project_id.into(), job, &row.kind, state).await?;
    }
    Ok(true)
}

struct JobRow {
    id: uuid::Uuid,
    project_id: uuid::Uuid,
    kind: String,
    state: String,
    input: Value,
    subject: Option<String>,
    result: Option<Value>,
    error: Option<String>,
    phase: Option<String>,
    done: i64,
    total: i64,
    attempt: i32,
    cancel_requested_at: Option<chrono::DateTime<chrono::Utc>>,
    created_at: chrono::DateTime<chrono::Utc>,
    started_at: Option<chrono::DateTime<chrono::Utc>>,
    ended_at: Option<chrono::DateTime<chrono::Utc>>,
    user_id: Option<uuid::Uuid>,
    user_name: Option<String>,
    user_email: Option<String>,
    user_color: Option<String>,
}

impl JobRow {
    fn into_job(self) -> Result<Job, StoreError> {
        let user = self.user_id.zip(self.user_name).zip(self.user_email.zip(self.user_color));
        let state: JobState = word("job state", &self.state)?;
        Ok(Job {
            id: self.id.into(),
            project_id: self.project_id.into(),
            kind: self.kind,
            state,
            input: self.input,
            subject: self.subject,
            result: self.result,
            error: self.error,
            phase: self.phase,
            done: self.done,
            total: self.total,
            attempt: self.attempt,
            is_cancelling: state.is_open() && self.cancel_requested_at.is_some(),
            created_by: user.map(|((id, name), (email, color))| UserSummary { id: id.into(), name, email, color }),
            created_at: self.created_at,
            started_at: self.started_at,
            ended_at: self.ended_at,
            file: None,
        })
    }
}

// --- work ---

/// The right to work on a job, until it is lost.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
    pub workspace: WorkspaceId,
    pub project: ProjectId,
    pub job: JobId,
    pub kind: String,
    pub input: Value,
    /// The first is 1.
    pub attempt: i32,
    pub token: i64,
    /// In whose name.
    pub user: Option<UserId>,
}

impl Claim {
    /// In whose transactions the work is done.
    #[must_use]
    pub fn tenant(&self) -> Tenant {
        Tenant { workspace: self.workspace, user: self.user }
    }
}

/// What came of asking for a job.
#[derive(Clone, Debug, PartialEq)]
pub enum Claimed {
    Taken(Claim),
    /// Whoever worked on it is dead, and it does not go on: it was to be cancelled, or this was its last attempt.
    Ended {
        workspace: WorkspaceId,
        project: ProjectId,
        state: JobState,
        kind: String,
    },
    /// Somebody else was faster.
    Gone,
}

/// Jobs of these kinds that somebody should take, of all workspaces: those of workspaces that have the fewest running come first, then
/// the longest overdue.
///
/// # Errors
/// Those of the database.
pub async fn due(store: &Store, kinds: &[String], limit: u32) -> Result<Vec<(WorkspaceId, JobId)>, StoreError> {
    let rows = sqlx::query!(
        "SELECT j.workspace_id, j.id FROM jobs j
         WHERE j.due <= now() AND j.kind = ANY($1)
         ORDER BY (SELECT count(*) FROM jobs r WHERE r.due IS NOT NULL AND r.workspace_id = j.workspace_id AND r.state = 'running'), j.due
         LIMIT $2",
        kinds,
        i64::from(limit),
    )
    .fetch_all(store.system())
    .await?;
    Ok(rows.into_iter().map(|row| (row.workspace_id.into(), row.id.into())).collect())
}

/// Takes a job that is due, for `keep`; see [`pulse`].
///
/// # Errors
/// Those of the database.
pub async fn claim(store: &Store, workspace: WorkspaceId, job: JobId, node: NodeId, keep: Duration) -> Result<Claimed, StoreError> {
    let mut tx = Tenant { workspace, user: None }.begin(store).await?;
    let found = sqlx::query!(
        "SELECT project_id, kind, attempt, cancel_requested_at FROM jobs WHERE id = $1 AND due <= now() FOR UPDATE SKIP LOCKED",
        job.0
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(found) = found else { return Ok(Claimed::Gone) };
    let project = ProjectId(found.project_id);
    let last = if found.cancel_requested_at.is_some() {
        Some((JobState::Cancelled, None))
    } else if found.attempt >= ATTEMPTS {
        Some((
            JobState::Failed,
            Some(format!("It was begun {ATTEMPTS} times, and each time the server that worked on it ended before it did.")),
        ))
    } else {
        None
    };
    if let Some((state, error)) = last {
        end(&mut tx, job, state, error.as_deref()).await?;
        tell(&mut tx, project, job, &found.kind, state).await?;
        tx.commit().await?;
        return Ok(Claimed::Ended { workspace, project, state, kind: found.kind });
    }
    let row = sqlx::query!(
        "UPDATE jobs SET state = 'running', attempt = attempt + 1, token = token + 1, node = $2, heartbeat_at = now(),
                due = now() + make_interval(secs => $3), started_at = coalesce(started_at, now()), phase = NULL, done = 0, total = 0
         WHERE id = $1
         RETURNING input, attempt, token, created_by",
        job.0,
        node.0,
        keep.as_secs_f64(),
    )
    .fetch_one(&mut *tx)
    .await?;
    tx.commit().await?;
    let (input, attempt, token, user) = (row.input, row.attempt, row.token, row.created_by.map(UserId));
    Ok(Claimed::Taken(Claim { workspace, project, job, kind: found.kind, input, attempt, token, user }))
}

/// How far the work is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    pub phase: Option<String>,
    pub done: u64,
    pub total: u64,
}

/// What whoever works on a job hears in answer to a sign of life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pulse {
    GoOn,
    /// Somebody wants it to stop.
    Cancelled,
    /// It is another's, or has ended: nothing that is still done for it counts.
    Lost,
}

/// A sign of life with the progress, good for `keep`.
///
/// # Errors
/// Those of the database.
pub async fn pulse(store: &Store, claim: &Claim, step: &Step, keep: Duration) -> Result<Pulse, StoreError> {
    let mut tx = claim.tenant().begin(store).await?;
    let row = sqlx::query!(
        r#"UPDATE jobs SET phase = $3, done = $4, total = $5, heartbeat_at = now(), due = now() + make_interval(secs => $6)
           WHERE id = $1 AND token = $2 AND state = 'running'
           RETURNING cancel_requested_at IS NOT NULL AS "is_cancelled!""#,
        claim.job.0,
        claim.token,
        step.phase.as_deref(),
        i64::try_from(step.done).unwrap_or(i64::MAX),
        i64::try_from(step.total).unwrap_or(i64::MAX),
        keep.as_secs_f64(),
    )
    .fetch_optional(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(match row {
        None => Pulse::Lost,
        Some(row) if row.is_cancelled => Pulse::Cancelled,
        Some(_) => Pulse::GoOn,
    })
}

/// Ends the job well, in the transaction that has its effect: both happen or neither, and only for whoever has the newest token.
///
/// # Errors
/// [`Lost`](JobError::Lost) if it is another's by now; the caller then drops the transaction.
pub async fn succeed(tx: &mut TenantTx, claim: &Claim, result: &Value) -> Result<(), JobError> {
    let done = sqlx::query!(
        "UPDATE jobs SET state = 'succeeded', result = $3, error = NULL, due = NULL, ended_at = now(), done = total
         WHERE id = $1 AND token = $2 AND state = 'running'",
        claim.job.0,
        claim.token,
        result,
    )
    .execute(&mut **tx)
    .await
    .map_err(StoreError::from)?;
    if done.rows_affected() == 0 {
        return Err(JobError::Lost);
    }
    Ok(tell(tx, claim.project, claim.job, &claim.kind, JobState::Succeeded).await?)
}

/// Why a job did not end well.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    #[error("the job is another worker's by now, or has ended")]
    Lost,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How an attempt ends that did not do the work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// For good: another attempt would end the same way.
    Refused(String),
    /// Tried again after a while, unless this was the last attempt.
    Failed {
        why: String,
        again_after: Duration,
    },
    Cancelled,
    /// Given back, and not counted: the node stops.
    GivenBack,
}

/// Ends an attempt. Returns how the job stands now.
///
/// # Errors
/// [`Lost`](JobError::Lost) if it is another's by now.
pub async fn give_up(store: &Store, claim: &Claim, outcome: &Outcome) -> Result<JobState, JobError> {
    let mut tx = claim.tenant().begin(store).await?;
    let held = sqlx::query!(
        r#"SELECT cancel_requested_at IS NOT NULL AS "is_cancelled!" FROM jobs WHERE id = $1 AND token = $2 AND state = 'running' FOR UPDATE"#,
        claim.job.0,
        claim.token
    )
    .fetch_optional(&mut *tx)
    .await
    .map_err(StoreError::from)?;
    let Some(held) = held else { return Err(JobError::Lost) };
    let state = match outcome {
        Outcome::Refused(why) => end(&mut tx, claim.job, JobState::Failed, Some(why)).await?,
        Outcome::Failed { why, .. } if claim.attempt >= ATTEMPTS => end(&mut tx, claim.job, JobState::Failed, Some(why)).await?,
        Outcome::Cancelled => end(&mut tx, claim.job, JobState::Cancelled, None).await?,
        Outcome::Failed { .. } | Outcome::GivenBack if held.is_cancelled => end(&mut tx, claim.job, JobState::Cancelled, None).await?,
        Outcome::Failed { why, again_after } => wait(&mut tx, claim.job, *again_after, 0, Some(why)).await?,
        Outcome::GivenBack => wait(&mut tx, claim.job, Duration::ZERO, 1, None).await?,
    };
    if !state.is_open() {
        tell(&mut tx, claim.project, claim.job, &claim.kind, state).await?;
    }
    tx.commit().await?;
    Ok(state)
}

async fn end(tx: &mut TenantTx, job: JobId, state: JobState, error: Option<&str>) -> Result<JobState, StoreError> {
    sqlx::query!(
        "UPDATE jobs SET state = $2, error = coalesce($3, error), due = NULL, ended_at = now() WHERE id = $1",
        job.0,
        state.as_str(),
        error.map(shortened),
    )
    .execute(&mut **tx)
    .await?;
    Ok(state)
}

async fn wait(tx: &mut TenantTx, job: JobId, pause: Duration, uncounted: i32, error: Option<&str>) -> Result<JobState, StoreError> {
    sqlx::query!(
        "UPDATE jobs SET state = 'queued', due = now() + make_interval(secs => $2), attempt = attempt - $3, error = coalesce($4, error),
                phase = NULL, done = 0, total = 0, node = NULL
         WHERE id = $1",
        job.0,
        pause.as_secs_f64(),
        uncounted,
        error.map(shortened),
    )
    .execute(&mut **tx)
    .await?;
    Ok(JobState::Queued)
}

fn shortened(error: &str) -> String {
    error.chars().take(LONGEST_ERROR).collect()
}

/// For integrators: `job.succeeded`, `job.failed`, `job.cancelled`.
async fn tell(tx: &mut TenantTx, project: ProjectId, job: JobId, kind: &str, state: JobState) -> Result<(), StoreError> {
    let facts = serde_json::json!({ "job_id": job, "kind": kind });
    outbox::push(tx, Some(project), &format!("job.{state}"), facts).await
}
