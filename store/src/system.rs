//! The few things done for all workspaces at once. The role behind them can do these and nothing else: it sees which leases run
//! out and renews those of people at work, sees the outbox, the names of workspaces and forgotten idempotency keys, and may make partitions.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tandem_protocol::{AssignmentId, ProjectId, TaskId, UserId, WorkspaceId, ws::MyLease};
use uuid::Uuid;

use crate::{Store, StoreError, Tenant, migrate::MONTHS_AHEAD};

/// A lease that ran out and whose task is not back in the queue yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueLease {
    pub workspace: WorkspaceId,
    pub project: ProjectId,
    pub task: TaskId,
    pub assignment: AssignmentId,
    pub user: UserId,
}

impl DueLease {
    /// The tenant in whose transaction [`crate::leases::expire`] ends it.
    #[must_use]
    pub fn tenant(&self) -> Tenant {
        Tenant { workspace: self.workspace, user: None }
    }
}

/// Leases that ran out, or whose holder has been away for `grace`, longest overdue first. Several nodes may see the same; ending one
/// twice does nothing.
pub async fn due_leases(store: &Store, grace: Duration, limit: u32) -> Result<Vec<DueLease>, StoreError> {
    let rows = sqlx::query!(
        "SELECT id, workspace_id, project_id, task_id, user_id FROM assignments
         WHERE ended_at IS NULL AND (expires_at <= now() OR away_since <= now() - make_interval(secs => $2)) ORDER BY expires_at LIMIT $1",
        i64::from(limit),
        grace.as_secs_f64()
    )
    .fetch_all(store.system())
    .await?;
    let due = rows.into_iter().map(|r| DueLease {
        workspace: r.workspace_id.into(),
        project: r.project_id.into(),
        task: r.task_id.into(),
        assignment: r.id.into(),
        user: r.user_id.into(),
    });
    Ok(due.collect())
}

/// Somebody who has a task open on this node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AtWork {
    pub workspace: WorkspaceId,
    pub user: UserId,
    pub task: TaskId,
    /// Since they last did something there.
    pub idle: Duration,
}

/// All of a node's people, as [`keep_leases`] needs to know of them.
#[derive(Clone, Debug, Default)]
pub struct Attendance {
    pub at_work: Vec<AtWork>,
    /// Connected, whatever they have open.
    pub here: Vec<UserId>,
    /// Were connected to this node and no longer are. They may be to another, which says so within seconds.
    pub gone: Vec<UserId>,
}

/// A lease that was renewed, or that its holder is to be warned of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptLease {
    pub workspace: WorkspaceId,
    pub user: UserId,
    pub lease: MyLease,
    /// False: it runs out soon, because its holder does nothing.
    pub is_renewed: bool,
}

/// Renews the leases of everybody who works, in one statement for all of a node's people and workspaces, and notes who went and who came
/// back. Who did nothing for `active_for` (or for as long as the lease lasts, if that is shorter) is not working, and is to be warned
/// `warn` before the end. What ran out or ended is never brought back.
pub async fn keep_leases(store: &Store, people: &Attendance, active_for: Duration, warn: Duration) -> Result<Vec<KeptLease>, StoreError> {
    let of = |id: fn(&AtWork) -> Uuid| people.at_work.iter().map(id).collect::<Vec<Uuid>>();
    let idle: Vec<f64> = people.at_work.iter().map(|at| at.idle.as_secs_f64()).collect();
    let ids = |users: &[UserId]| users.iter().map(|user| user.0).collect::<Vec<Uuid>>();
    let rows = sqlx::query!(
        r#"
        SELECT id AS "id!", workspace_id AS "workspace_id!", project_id AS "project_id!", task_id AS "task_id!", user_id AS "user_id!",
               fencing_token AS "fencing_token!", expires_at AS "expires_at!", is_renewed AS "is_renewed!"
        FROM tandem.keep_leases($1, $2, $3, $4, $5, $6, $7, $8)
        "#,
        &of(|at| at.workspace.0),
        &of(|at| at.user.0),
        &of(|at| at.task.0),
        &idle,
        &ids(&people.here),
        &ids(&people.gone),
        active_for.as_secs_f64(),
        warn.as_secs_f64(),
    )
    .fetch_all(store.system())
    .await?;
    let kept = rows.into_iter().map(|row| KeptLease {
        workspace: row.workspace_id.into(),
        user: row.user_id.into(),
        lease: MyLease {
            assignment_id: row.id.into(),
            project_id: row.project_id.into(),
            task_id: row.task_id.into(),
            fencing_token: row.fencing_token,
            expires_at: row.expires_at,
        },
        is_renewed: row.is_renewed,
    });
    Ok(kept.collect())
}

/// When the next active lease runs out: until then a timer may sleep.
pub async fn next_lease_due(store: &Store) -> Result<Option<DateTime<Utc>>, StoreError> {
    let next = sqlx::query_scalar!("SELECT min(expires_at) FROM assignments WHERE ended_at IS NULL").fetch_one(store.system()).await?;
    Ok(next)
}

/// An event on its way out.
#[derive(Clone, Debug, PartialEq)]
pub struct OutboxEvent {
    pub id: i64,
    pub workspace: WorkspaceId,
    pub project: Option<ProjectId>,
    pub topic: String,
    pub payload: serde_json::Value,
    pub created_at: DateTime<Utc>,
}

/// Hands the oldest events to `deliver` and removes them once it returned well; says how many. If it fails they stay, and are
/// handed over again: delivery is at least once. Nodes relaying at once get different events.
pub async fn relay_outbox<E, F>(store: &Store, limit: u32, deliver: impl FnOnce(Vec<OutboxEvent>) -> F) -> Result<usize, RelayError<E>>
where
    F: Future<Output = Result<(), E>>,
{
    let mut tx = store.system().begin().await.map_err(StoreError::from)?;
    let rows = sqlx::query!(
        "SELECT id, workspace_id, project_id, topic, payload, created_at FROM outbox ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED",
        i64::from(limit)
    )
    .fetch_all(&mut *tx)
    .await
    .map_err(StoreError::from)?;
    let events: Vec<OutboxEvent> = rows
        .into_iter()
        .map(|r| OutboxEvent {
            id: r.id,
            workspace: r.workspace_id.into(),
            project: r.project_id.map(Into::into),
            topic: r.topic,
            payload: r.payload,
            created_at: r.created_at,
        })
        .collect();
    if events.is_empty() {
        return Ok(0);
    }
    let ids: Vec<i64> = events.iter().map(|e| e.id).collect();
    deliver(events).await.map_err(RelayError::Deliver)?;
    sqlx::query!("DELETE FROM outbox WHERE id = ANY($1)", &ids).execute(&mut *tx).await.map_err(StoreError::from)?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(ids.len())
}

/// Why events stayed in the outbox.
#[derive(Debug, thiserror::Error)]
pub enum RelayError<E> {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("delivery failed")]
    Deliver(E),
}

/// A person's tokens of before `valid_after` are void.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revocation {
    pub workspace: WorkspaceId,
    pub user: UserId,
    pub valid_after: DateTime<Utc>,
    pub revoked_at: DateTime<Utc>,
}

/// Revocations of all workspaces, those done after `since` or all. The time of a transaction is that of its beginning: look back
/// further than the longest one lasts, or one that committed late is never seen.
pub async fn revocations(store: &Store, since: Option<DateTime<Utc>>) -> Result<Vec<Revocation>, StoreError> {
    let rows = sqlx::query!(
        "SELECT workspace_id, user_id, valid_after, revoked_at FROM session_revocations
         WHERE $1::timestamptz IS NULL OR revoked_at > $1 ORDER BY revoked_at",
        since
    )
    .fetch_all(store.system())
    .await?;
    let found = rows.into_iter().map(|r| Revocation {
        workspace: r.workspace_id.into(),
        user: r.user_id.into(),
        valid_after: r.valid_after,
        revoked_at: r.revoked_at,
    });
    Ok(found.collect())
}

/// Makes the months ahead of the tables kept by month; says how many partitions were missing.
pub async fn ensure_partitions(store: &Store) -> Result<i32, StoreError> {
    let made = sqlx::query_scalar!(r#"SELECT tandem.ensure_partitions($1) AS "made!""#, MONTHS_AHEAD).fetch_one(store.system()).await?;
    Ok(made)
}

/// Forgets idempotency keys older than a day; says how many.
pub async fn forget_idempotency_keys(store: &Store) -> Result<u64, StoreError> {
    let done = sqlx::query!("DELETE FROM idempotency_keys WHERE created_at < now() - interval '24 hours'").execute(store.system()).await?;
    Ok(done.rows_affected())
}

/// Every workspace with its name, for commands that are told a name.
pub async fn workspaces(store: &Store) -> Result<Vec<(WorkspaceId, String)>, StoreError> {
    let rows = sqlx::query!("SELECT id, name FROM workspaces ORDER BY id").fetch_all(store.system()).await?;
    Ok(rows.into_iter().map(|row| (row.id.into(), row.name)).collect())
}
