//! Giving out work.

use serde_json::{Value, json};
use tandem_protocol::{AssignmentId, ProjectId, TaskId, UserId, WorkflowId, rest::Assignment};
use uuid::Uuid;

use super::{LeaseError, Turn, row::Row};
use crate::{StoreError, TenantTx, pg::notifications};

/// One step that a person may work on, with what the rules of that step say about tasks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offer {
    pub step: String,
    /// annotation, review, adjudication.
    pub kind: String,
    /// Who answered the task in one of these steps does not get it here.
    pub not_after: Vec<String>,
    /// Versions of the workflow whose tasks this is about; none: all.
    pub of: Vec<WorkflowId>,
    /// How the person fits the step, as it is kept with their lease ([`tandem_domain::assignment::Fit`]); null if that was not asked.
    pub fit: Value,
}

impl Offer {
    /// The one step of tasks that are on no workflow.
    #[must_use]
    pub fn plain() -> Self {
        Self { step: "annotate".to_owned(), kind: "annotation".to_owned(), ..Self::default() }
    }

    pub(crate) fn versions(&self) -> Option<Vec<Uuid>> {
        (!self.of.is_empty()).then(|| self.of.iter().map(|id| id.0).collect())
    }

    /// With `metadata`: why this person, as it is kept with their lease.
    fn because(&self, rule: &str, metadata: &Value) -> Value {
        let mut why = if self.fit.is_object() { self.fit.clone() } else { json!({}) };
        why["because"] = json!({ "rule": rule });
        let mut all = if metadata.is_object() { metadata.clone() } else { json!({}) };
        all["assignment"] = why;
        all
    }
}

/// How somebody came to a lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Asked for the next.
    Automatic,
    /// Picked this one.
    Claimed,
    /// An admin said so.
    Manual,
    /// The server chose them.
    Pushed,
    /// From the holder before.
    HandedOver,
}

impl Method {
    fn as_str(self) -> &'static str {
        match self {
            Self::Automatic => "automatic",
            Self::Claimed => "claimed",
            Self::Manual => "manual",
            Self::Pushed => "pushed",
            Self::HandedOver => "handed_over",
        }
    }

    /// Why the person, where nobody chose between people: the `rule` of [`tandem_domain::assignment::Because`] beside its own.
    fn rule(self) -> &'static str {
        match self {
            Self::Automatic => "queue",
            Self::Claimed => "picked",
            Self::Manual => "by_hand",
            Self::Pushed => "pushed",
            Self::HandedOver => "handed_over",
        }
    }
}

/// What a lease is given with.
#[derive(Clone, Debug)]
pub struct Terms {
    /// Of the project; a step may say otherwise.
    pub seconds: u32,
    pub method: Method,
    /// Why this person, with the scores.
    pub metadata: Value,
}

impl Terms {
    #[must_use]
    pub fn new(seconds: u32, method: Method) -> Self {
        Self { seconds, method, metadata: json!({}) }
    }
}

/// The next task for the person whose turn it is, leased to them: first what they hold already (looked for only if they may hold something:
/// `is_holding`, read after the turn was taken), then what is kept for them, then the waiting task of the highest priority, oldest first, of the first
/// of these steps that has one.
/// None: there is nothing for them now.
///
/// Any number of people may ask at once: a row that another transaction is about to take is passed over, not waited for.
///
/// # Errors
/// Those of the database.
pub async fn claim_next(tx: &mut TenantTx, turn: &Turn, offers: &[Offer], is_holding: bool) -> Result<Option<Assignment>, StoreError> {
    if is_holding && let Some(held) = held(tx, turn).await? {
        return Ok(Some(held));
    }
    for kept in [true, false].into_iter().filter(|kept| !kept || turn.is_anything_kept) {
        for offer in offers {
            if let Some(task) = find(tx, turn, offer, kept).await? {
                let mut terms = Terms::new(turn.lease_seconds, Method::Automatic);
                terms.metadata = offer.because(if kept { "kept" } else { Method::Automatic.rule() }, &terms.metadata);
                return lease(tx, turn.project, task, &offer.step, turn.user, &terms).await;
            }
        }
    }
    Ok(None)
}

/// The first free slot of a step for this person, locked together with its task. `kept`: only what is kept for them.
async fn find(tx: &mut TenantTx, turn: &Turn, offer: &Offer, kept: bool) -> Result<Option<TaskId>, StoreError> {
    let (project, user, of) = (turn.project, turn.user, offer.versions());
    let found = if kept {
        sqlx::query_file_scalar!("src/pg/leases/find_kept.sql", project.0, user.0, offer.step, &offer.not_after, offer.kind, of.as_deref(),)
            .fetch_optional(&mut **tx)
            .await?
    } else {
        sqlx::query_file_scalar!("src/pg/leases/find.sql", project.0, user.0, offer.step, &offer.not_after, offer.kind, of.as_deref(),)
            .fetch_optional(&mut **tx)
            .await?
    };
    Ok(found.flatten().map(Into::into))
}

/// This very task, if one of these steps waits for somebody: taking it back after a lease ran out, or picking it from the list.
///
/// # Errors
/// [`LeaseError::Stale`] with its holder if somebody has it, [`LeaseError::NotFound`] if it is not there or not waiting.
pub async fn claim_task(
    tx: &mut TenantTx,
    project: ProjectId,
    task: TaskId,
    user: UserId,
    offers: &[Offer],
    terms: &Terms,
) -> Result<Assignment, LeaseError> {
    sqlx::query_scalar!("SELECT id FROM tasks WHERE project_id = $1 AND id = $2 FOR UPDATE", project.0, task.0)
        .fetch_optional(&mut **tx)
        .await?
        .ok_or(LeaseError::NotFound)?;
    let active = sqlx::query!(
        r#"
        SELECT a.id, a.user_id, a.fencing_token, u.display_name FROM assignments a JOIN users u ON u.id = a.user_id
        WHERE a.task_id = $1 AND a.ended_at IS NULL ORDER BY a.user_id = $2 DESC, a.fencing_token
        "#,
        task.0,
        user.0
    )
    .fetch_all(&mut **tx)
    .await?;
    if let Some(mine) = active.first().filter(|lease| lease.user_id == user.0) {
        return Ok(super::get(tx, mine.id.into()).await?);
    }
    for offer in offers {
        let of = offer.versions();
        let free = sqlx::query_scalar!(
            r#"
            SELECT s.step FROM task_steps s
            WHERE s.project_id = $1 AND s.task_id = $2 AND s.step = $3 AND s.free > 0 AND s.kind = $6
              AND ($7::uuid[] IS NULL OR coalesce((SELECT t.workflow_id = ANY ($7) FROM tasks t WHERE t.project_id = $1 AND t.id = $2), true))
              AND NOT EXISTS (SELECT FROM assignments a
                              WHERE a.task_id = $2 AND a.user_id = $4 AND a.status = 'submitted'
                                AND (a.step = s.step AND a.round = s.round AND NOT s.may_repeat OR a.step = ANY($5)))
            FOR UPDATE
            "#,
            project.0,
            task.0,
            offer.step,
            user.0,
            &offer.not_after,
            offer.kind,
            of.as_deref(),
        )
        .fetch_optional(&mut **tx)
        .await?;
        if let Some(step) = free {
            let terms = Terms { metadata: offer.because(terms.method.rule(), &terms.metadata), ..*terms };
            if let Some(lease) = lease(tx, project, task, &step, user, &terms).await? {
                return Ok(lease);
            }
        }
    }
    match active.into_iter().next() {
        Some(other) => Err(LeaseError::Stale {
            presented: 0,
            current: other.fencing_token,
            holder: Some(super::Holder { user: other.user_id.into(), name: other.display_name }),
        }),
        None => Err(LeaseError::NotFound),
    }
}

/// What the person holds already (in the step they ask for), extended. "Finish started tasks first."
async fn held(tx: &mut TenantTx, turn: &Turn) -> Result<Option<Assignment>, StoreError> {
    let row = sqlx::query_as!(
        Row,
        r#"
        UPDATE assignments
        SET expires_at = greatest(expires_at, now() + make_interval(secs => coalesce(lease_seconds::double precision, $3))), away_since = NULL,
            updated_at = now()
        WHERE id = (SELECT id FROM assignments
                    WHERE user_id = $2 AND project_id = $1 AND ended_at IS NULL AND expires_at > now() AND ($4::text IS NULL OR step = $4)
                    ORDER BY fencing_token LIMIT 1 FOR UPDATE)
        RETURNING id, project_id, task_id, step, slot, round, scope, workflow_stage, user_id, status, fencing_token,
                  assigned_at, accepted_at, expires_at, ended_at
        "#,
        turn.project.0,
        turn.user.0,
        f64::from(turn.lease_seconds),
        turn.step.as_deref(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    row.map(TryInto::try_into).transpose()
}

/// A lease on the first free slot of an open step, whose row and task the caller has locked; none if no slot is free after all.
///
/// # Errors
/// Those of the database.
pub(crate) async fn lease(
    tx: &mut TenantTx,
    project: ProjectId,
    task: TaskId,
    step: &str,
    user: UserId,
    terms: &Terms,
) -> Result<Option<Assignment>, StoreError> {
    let (workspace, actor, request) = (tx.workspace().0, tx.user().map(|user| user.0), tx.request().map(str::to_owned));
    let row = sqlx::query_file_as!(
        Row,
        "src/pg/leases/give.sql",
        Uuid::from(AssignmentId::new()),
        workspace,
        project.0,
        task.0,
        step,
        user.0,
        f64::from(terms.seconds),
        terms.method.as_str(),
        terms.metadata,
        Uuid::now_v7(),
        actor,
        request,
    )
    .fetch_optional(&mut **tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let mut lease: Assignment = row.try_into()?;
    if lease.scope.contains(FRESH) {
        own_draft(tx, &mut lease).await?;
    }
    if matches!(terms.method, Method::Manual | Method::Pushed | Method::HandedOver) {
        notifications::given(tx, (project, task), step, user, terms.metadata["reason"].as_str()).await?;
    }
    Ok(Some(lease))
}

/// In the name of a document that was begun because another's draft was discarded.
const FRESH: char = '~';

/// Drafts are discarded for others: whoever takes back what they began finds it as they left it.
async fn own_draft(tx: &mut TenantTx, lease: &mut Assignment) -> Result<(), StoreError> {
    let scope = sqlx::query_scalar!(
        r#"
        UPDATE assignments mine SET scope = before.scope
        FROM (SELECT a.scope FROM assignments a
              WHERE a.task_id = $2 AND a.user_id = $3 AND a.step = $4 AND a.round = $5 AND a.id <> $1 AND a.workflow_stage = 'annotation'
                AND a.status <> 'submitted'
              ORDER BY a.fencing_token DESC LIMIT 1) before
        WHERE mine.id = $1
          -- Handed over meanwhile: it is somebody else's now.
          AND NOT EXISTS (SELECT FROM assignments other
                          WHERE other.task_id = $2 AND other.step = $4 AND other.round = $5 AND other.scope = before.scope
                            AND other.user_id <> $3 AND other.status IN ('assigned', 'accepted', 'submitted'))
        RETURNING mine.scope
        "#,
        lease.id.0,
        lease.task_id.0,
        lease.user_id.0,
        lease.step,
        lease.round,
    )
    .fetch_optional(&mut **tx)
    .await?;
    if let Some(scope) = scope {
        lease.scope = scope;
    }
    Ok(())
}
