//! What a step asks for, carried out in its transaction.

use serde_json::{Value, json};
use tandem_domain::{
    assignment::StepRules,
    statechart::{Effect, Snapshot, Step},
    workflow::{AfterSkip, Drafts, Mode, OpenStep, Rework, StartsFrom, StepKind},
};
use tandem_protocol::UserId;

use super::{FlowError, calls, record::At, worth};
use crate::{
    StoreError, TenantTx,
    pg::{
        audit, notifications,
        steps::{self, Opening},
    },
};

/// Rework is kept for its author this long, then anybody may have it.
const KEPT_SECONDS: f64 = 86_400.0;

/// Keeps the snapshot and carries out the effects, in their order.
pub(super) async fn keep(tx: &mut TenantTx, at: &At<'_>, step: &Step) -> Result<(), FlowError> {
    let saved = serde_json::to_value(step.snapshot.save(&at.flow.machine)).map_err(|e| StoreError::corrupt("machine state", e))?;
    sqlx::query!(
        r#"
        UPDATE tasks SET previous_state = machine_state, machine_state = $3, state_updated_at = now(), updated_at = now(),
                         hold_reason = CASE WHEN $4 THEN hold_reason END,
                         -- Somebody has looked at it: one more skip must not hold it again.
                         skip_count = CASE WHEN hold_reason IS NOT NULL AND NOT $4 THEN 0 ELSE skip_count END
        WHERE project_id = $1 AND id = $2
        "#,
        at.project.0,
        at.task.0,
        saved,
        // One branch may wait for an admin while another goes on.
        at.flow.held(&step.snapshot).is_some(),
    )
    .execute(&mut **tx)
    .await?;
    for effect in &step.effects {
        carry_out(tx, at, step, effect).await?;
    }
    settle(tx, at, step).await?;
    Ok(())
}

/// Somebody must look where nobody but the workflow itself says so. A hold is a step like others: whoever runs the project waits for tasks there.
pub(super) async fn tell_admins(tx: &mut TenantTx, at: &At<'_>, step: &Step) -> Result<(), StoreError> {
    let is_hold = |effect: &Effect| matches!(effect, Effect::Run { action, .. } if action == "hold_task");
    let Some(hold) = at.flow.held(&step.snapshot).filter(|_| step.effects.iter().any(is_hold)) else { return Ok(()) };
    let reason = hold["reason"].as_str().unwrap_or("held");
    if reason == "hold" {
        return Ok(());
    }
    let known = sqlx::query_scalar!("SELECT step FROM tasks WHERE project_id = $1 AND id = $2", at.project.0, at.task.0);
    let place = match hold["step"].as_str() {
        Some(place) => place.to_owned(),
        None => known.fetch_one(&mut **tx).await?,
    };
    notifications::held(tx, at.project, at.task, &place, reason).await
}

/// Keeps a snapshot that a task goes back to: what it waits for are effects, the steps that are open again are opened.
pub(super) async fn restore(tx: &mut TenantTx, at: &At<'_>, step: &Step, opened: &[OpenStep]) -> Result<(), FlowError> {
    keep(tx, at, step).await?;
    if let Some(hold) = at.flow.held(&step.snapshot) {
        let reason = hold["reason"].as_str().unwrap_or("held");
        sqlx::query!("UPDATE tasks SET hold_reason = $3 WHERE project_id = $1 AND id = $2", at.project.0, at.task.0, reason)
            .execute(&mut **tx)
            .await?;
    }
    for open in opened {
        let visits = visits(&step.snapshot, &open.step);
        let needed = i64::try_from(open.needed).unwrap_or(1);
        let opening = opening(tx, at, &step.snapshot, &open.step, open.kind, visits, needed).await?;
        steps::open(tx, at.project, at.task, &opening).await?;
    }
    settle(tx, at, step).await?;
    Ok(())
}

/// Keeps a task that goes on in another version: its open steps stay open, by the rules of that one. Says which of them have all the answers they ask
/// for now, and in which round.
pub(super) async fn take_over(tx: &mut TenantTx, at: &At<'_>, step: &Step) -> Result<Vec<(String, i32)>, FlowError> {
    keep(tx, at, step).await?;
    let mut complete = Vec::new();
    for open in at.flow.open_steps(&step.snapshot) {
        let visits = visits(&step.snapshot, &open.step);
        let needed = i64::try_from(open.needed).unwrap_or(1);
        let opening = opening(tx, at, &step.snapshot, &open.step, open.kind, visits, needed).await?;
        steps::refresh(tx, at.project, at.task, &opening).await?;
        let given = step.snapshot.context()["steps"][&open.step]["count"].as_u64().unwrap_or_default();
        if opening.kind == "annotation" && given >= open.needed {
            complete.push((open.step.clone(), opening.round));
        }
    }
    settle(tx, at, step).await?;
    Ok(complete)
}

/// How often the task has come to a step.
pub(super) fn visits(snapshot: &Snapshot, id: &str) -> i32 {
    i32::try_from(snapshot.context()["steps"][id]["visits"].as_i64().unwrap_or(1).max(1)).unwrap_or(i32::MAX)
}

async fn carry_out(tx: &mut TenantTx, at: &At<'_>, step: &Step, effect: &Effect) -> Result<(), FlowError> {
    match effect {
        Effect::Run { action, params } => run(tx, at, step, action, params).await?,
        Effect::Schedule { timer, due, .. } => {
            let workspace = tx.workspace().0;
            sqlx::query!(
                "INSERT INTO task_timers (project_id, task_id, timer, workspace_id, due) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
                at.project.0,
                at.task.0,
                i64::try_from(*timer).unwrap_or(i64::MAX),
                workspace,
                *due,
            )
            .execute(&mut **tx)
            .await?;
        }
        Effect::Cancel { timer } => forget_timer(tx, at, *timer).await?,
        Effect::Spawn { id, src, input } => calls::open(tx, at.project, at.task, id, src, input).await?,
        Effect::Stop { id } => calls::close(tx, at.project, at.task, id).await?,
        Effect::Emit { event } => tell_world(tx, at, "task.emitted", event.value().clone()).await?,
        Effect::Log { label, value } => tracing::info!(task = %at.task, label, %value, "workflow"),
        Effect::Send { event, .. } => tell_world(tx, at, "task.sent", event.value().clone()).await?,
    }
    Ok(())
}

async fn forget_timer(tx: &mut TenantTx, at: &At<'_>, timer: u64) -> Result<(), StoreError> {
    sqlx::query!(
        "DELETE FROM task_timers WHERE project_id = $1 AND task_id = $2 AND timer = $3",
        at.project.0,
        at.task.0,
        i64::try_from(timer).unwrap_or(i64::MAX),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn run(tx: &mut TenantTx, at: &At<'_>, step: &Step, action: &str, params: &Value) -> Result<(), StoreError> {
    match action {
        "open_step" => open_step(tx, at, step, params).await,
        "close_step" => steps::close(tx, at.project, at.task, params["step"].as_str().unwrap_or_default(), "step_closed").await,
        "hold_task" => {
            let reason = params["reason"].as_str().unwrap_or("held").to_owned();
            sqlx::query!("UPDATE tasks SET hold_reason = $3 WHERE project_id = $1 AND id = $2", at.project.0, at.task.0, reason)
                .execute(&mut **tx)
                .await?;
            tell_world(tx, at, "task.held", params.clone()).await
        }
        "complete_task" => complete(tx, at, &step.snapshot, params).await,
        "archive_task" => {
            finish(tx, at, "cancelled").await?;
            tell_world(tx, at, "task.archived", params.clone()).await
        }
        // Plugins come later; until then whoever listens to the outbox runs them.
        _ => tell_world(tx, at, "task.hook", params.clone()).await,
    }
}

async fn open_step(tx: &mut TenantTx, at: &At<'_>, step: &Step, params: &Value) -> Result<(), StoreError> {
    let id = params["step"].as_str().unwrap_or_default();
    let visits = visits(&step.snapshot, id);
    let kind: StepKind = serde_json::from_value(params["kind"].clone()).unwrap_or_default();
    let opening = opening(tx, at, &step.snapshot, id, kind, visits, params["needed"].as_i64().unwrap_or(1)).await?;
    steps::open(tx, at.project, at.task, &opening).await
}

async fn opening<'s>(
    tx: &mut TenantTx,
    at: &At<'_>,
    snapshot: &Snapshot,
    step: &'s str,
    kind: StepKind,
    visits: i32,
    needed: i64,
) -> Result<Opening<'s>, StoreError> {
    let rules = StepRules::of(&at.flow.workflow, step, kind);
    // A decision within an annotation step is a round of its own: the answers it decides between stay the step's.
    let inside = at.flow.decides_inside(step, kind);
    let (word, needed) = match kind {
        StepKind::Annotation => ("annotation", i16::try_from(needed.clamp(1, 100)).unwrap_or(1)),
        StepKind::Adjudication => ("adjudication", 1),
        _ => ("review", 1),
    };
    let scope = match word {
        "review" => last_answer(tx, at, snapshot, step).await?,
        "adjudication" => Some(format!("{step}#decision")),
        _ if rules.as_ref().is_some_and(|rules| rules.starts_from == StartsFrom::LastAnswer) => last_answer(tx, at, snapshot, step).await?,
        _ => None,
    };
    let rework = rules.as_ref().map_or(Rework::default(), |rules| rules.rework);
    let again = visits > 1 && !inside && matches!(rework, Rework::SamePerson | Rework::SamePersonFirst);
    let authors = if again { last_authors(tx, at, step, visits - 1).await? } else { Vec::new() };
    let reserved_for = if let [author] = authors[..] { Some(author) } else { None };
    let only_for = (rework == Rework::SamePerson && authors.len() > 1).then_some(authors);
    Ok(Opening {
        step,
        kind: word,
        needed,
        round: if inside { -visits } else { visits },
        mode: match rules.as_ref().map_or(Mode::Pool, |rules| rules.mode) {
            Mode::Auto => "auto",
            Mode::Manual => "manual",
            Mode::Pool => "pool",
            Mode::Hybrid => "hybrid",
        },
        scope,
        reserved_for,
        reserved_seconds: (rework == Rework::SamePersonFirst).then_some(KEPT_SECONDS),
        lease_seconds: rules.as_ref().and_then(|rules| i32::try_from(rules.lease?.num_seconds()).ok()),
        only_for,
        discards_drafts: rules.as_ref().is_some_and(|rules| rules.drafts == Drafts::Discard),
        skipped_to_admin: rules.as_ref().is_some_and(|rules| rules.skip.next == AfterSkip::Admin),
        content_after_accepting: rules.as_ref().is_none_or(|rules| rules.content_after_accepting),
        may_repeat: rules.as_ref().is_some_and(|rules| !rules.unique),
    })
}

/// The document that the answer was given in which stands last, of those that this step may be about: of several answers to one step an approved one, else one
/// that what came of them equals, else the last.
async fn last_answer(tx: &mut TenantTx, at: &At<'_>, snapshot: &Snapshot, step: &str) -> Result<Option<String>, StoreError> {
    let about: Vec<String> = at.flow.workflow.answered_before(step).into_iter().map(str::to_owned).collect();
    let scope = sqlx::query_scalar!(
        r#"
        WITH given AS (
            SELECT id, scope, step, round, submitted_at FROM assignments
            WHERE project_id = $1 AND task_id = $2 AND status = 'submitted' AND workflow_stage IN ('annotation', 'adjudication') AND step = ANY($3)
        ), last AS (
            SELECT step, round FROM given ORDER BY submitted_at DESC LIMIT 1
        )
        SELECT g.scope FROM given g JOIN last USING (step, round)
        LEFT JOIN LATERAL (
            SELECT n.status, n.data FROM annotations n WHERE n.project_id = $1 AND n.assignment_id = g.id ORDER BY n.version DESC LIMIT 1
        ) newest ON true
        ORDER BY newest.status = 'approved' DESC NULLS LAST,
                 EXISTS (SELECT FROM jsonb_array_elements($4) result WHERE newest.data @> result) DESC, g.submitted_at DESC
        LIMIT 1
        "#,
        at.project.0,
        at.task.0,
        &about,
        results(snapshot),
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(scope)
}

/// What came of people's answers, in each step in which they were brought together.
fn results(snapshot: &Snapshot) -> Value {
    let steps = snapshot.context()["steps"].as_object();
    let all = steps.into_iter().flat_map(serde_json::Map::values).map(|step| &step["output"]["result"]);
    all.filter(|result| result.as_object().is_some_and(|result| !result.is_empty())).cloned().collect()
}

/// Who answered the step last time and is still in the project. Nobody, if one of them skipped it since: it is not kept for them any more, and opening it
/// anew (after it was held) does not change that.
async fn last_authors(tx: &mut TenantTx, at: &At<'_>, step: &str, round: i32) -> Result<Vec<UserId>, StoreError> {
    let authors = sqlx::query_scalar!(
        r#"
        SELECT DISTINCT a.user_id FROM assignments a
        JOIN project_members m ON m.project_id = a.project_id AND m.user_id = a.user_id
        WHERE a.project_id = $1 AND a.task_id = $2 AND a.step = $3 AND a.round = $4 AND a.status = 'submitted'
          AND NOT EXISTS (SELECT FROM assignments o JOIN assignments s ON s.task_id = o.task_id AND s.step = o.step AND s.user_id = o.user_id
                          WHERE o.task_id = $2 AND o.step = $3 AND o.round = $4 AND o.status = 'submitted'
                            AND s.round = $4 + 1 AND s.status = 'skipped')
        "#,
        at.project.0,
        at.task.0,
        step,
        round,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(authors.into_iter().map(Into::into).collect())
}

/// The task is done: the answer that stands is final, and the task's own.
async fn complete(tx: &mut TenantTx, at: &At<'_>, snapshot: &Snapshot, params: &Value) -> Result<(), StoreError> {
    finish(tx, at, "completed").await?;
    let last = sqlx::query_file_scalar!("src/pg/flow/complete.sql", at.project.0, at.task.0, result_of(params), results(snapshot));
    if let Some(stands) = last.fetch_optional(&mut **tx).await? {
        worth::keep(tx, at, stands).await?;
    }
    tell_world(tx, at, "task.completed", params.clone()).await
}

/// What the answer that stands contains, where people's answers were brought together at the very end.
fn result_of(params: &Value) -> Value {
    match &params["output"]["result"] {
        result @ Value::Object(_) => result.clone(),
        _ => json!({}),
    }
}

async fn finish(tx: &mut TenantTx, at: &At<'_>, status: &str) -> Result<(), StoreError> {
    steps::close_all(tx, at.project, at.task).await?;
    sqlx::query!(
        "UPDATE tasks SET status = $3, completed_at = now(), updated_at = now() WHERE project_id = $1 AND id = $2",
        at.project.0,
        at.task.0,
        status
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!("DELETE FROM task_timers WHERE project_id = $1 AND task_id = $2", at.project.0, at.task.0).execute(&mut **tx).await?;
    Ok(())
}

/// The task's own columns follow what is open.
async fn settle(tx: &mut TenantTx, at: &At<'_>, step: &Step) -> Result<(), StoreError> {
    if !step.snapshot.is_active() {
        return Ok(());
    }
    sqlx::query!(
        r#"
        UPDATE tasks t
        SET step = coalesce(o.step, t.step), document_scope = coalesce(o.scope, t.document_scope), completed_at = NULL,
            status = CASE WHEN o.kind = 'review' THEN 'review'
                          WHEN o.kind = 'adjudication' THEN 'adjudication'
                          WHEN o.busy OR o.step IS NULL THEN 'in_progress'
                          ELSE 'pending' END
        FROM (SELECT 1) one
        LEFT JOIN LATERAL (
            SELECT s.step, s.kind, s.free < s.needed AS busy,
                   coalesce(s.scope, s.scopes[1], CASE WHEN s.needed > 1 THEN s.step || '#0' ELSE s.step END) AS scope
            FROM task_steps s WHERE s.project_id = $1 AND s.task_id = $2
            ORDER BY s.opened_at, s.step LIMIT 1
        ) o ON true
        WHERE t.project_id = $1 AND t.id = $2
        "#,
        at.project.0,
        at.task.0
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn tell_world(tx: &mut TenantTx, at: &At<'_>, topic: &str, facts: Value) -> Result<(), StoreError> {
    let entry = audit::Entry {
        project: Some(at.project),
        action: topic,
        entity_type: "task",
        entity_id: Some(at.task.0),
        changes: json!({"task_id": at.task, "workflow_id": at.workflow, "facts": facts}),
    };
    audit::record_and_tell(tx, topic, &entry).await
}
