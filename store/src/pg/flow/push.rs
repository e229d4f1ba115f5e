//! Work that the server gives to somebody: steps whose mode is `auto` get a lease, those whose mode is `hybrid` an offer that holds for a while.

use std::collections::HashSet;

use serde_json::json;
use tandem_domain::assignment::{self, StepRules};
use tandem_protocol::{ProjectId, TaskId, UserId, WorkspaceId, rest::Assignment};

use super::{
    FlowError,
    offers::{Open, facts, open_steps, rules_in_use, word},
};
use crate::{
    Store, StoreError, Tenant, TenantTx,
    pg::{
        leases::{self, Method, Terms},
        people,
    },
};

/// What was given to somebody.
#[derive(Clone, Debug, PartialEq)]
pub enum Pushed {
    Given(Box<Assignment>),
    Offered { task: TaskId, step: String, to: UserId },
}

/// Projects in which something waits for the server to choose somebody.
///
/// # Errors
/// Those of the database.
pub async fn waiting_for_somebody(store: &Store) -> Result<Vec<(WorkspaceId, ProjectId)>, StoreError> {
    let rows = sqlx::query!(
        r#"
        SELECT DISTINCT workspace_id, project_id FROM task_steps
        WHERE free > 0 AND mode IN ('auto', 'hybrid') AND (reserved_for IS NULL OR reserved_until <= now()) LIMIT 50
        "#
    )
    .fetch_all(store.system())
    .await?;
    Ok(rows.into_iter().map(|row| (row.workspace_id.into(), row.project_id.into())).collect())
}

/// Gives out at most `limit` of them. `online`: who is connected, on this node or another.
///
/// # Errors
/// Those of the database.
pub async fn push(
    store: &Store,
    workspace: WorkspaceId,
    project: ProjectId,
    online: &HashSet<UserId>,
    limit: u32,
) -> Result<Vec<Pushed>, FlowError> {
    let mut tx = Tenant { workspace, user: None }.begin(store).await?;
    let rules = rules_in_use(&mut tx, project).await?;
    let candidates = sqlx::query!(
        r#"
        SELECT s.task_id, s.step FROM task_steps s
        JOIN tasks t ON t.project_id = s.project_id AND t.id = s.task_id
        WHERE s.project_id = $1 AND s.free > 0 AND s.mode IN ('auto', 'hybrid') AND (s.reserved_for IS NULL OR s.reserved_until <= now())
          AND EXISTS (SELECT FROM projects p WHERE p.id = $1 AND p.status = 'active')
        ORDER BY s.priority DESC, s.task_id LIMIT $2 FOR UPDATE OF s, t SKIP LOCKED
        "#,
        project.0,
        i64::from(limit)
    )
    .fetch_all(&mut *tx)
    .await?;
    let mut pushed = Vec::new();
    for candidate in candidates {
        let task = TaskId(candidate.task_id);
        let Some(open) = open_steps(&mut tx, project, task).await?.into_iter().find(|open| open.step == candidate.step) else { continue };
        let Some((_, rules)) = rules.iter().find(|(_, rules)| rules.step == open.step && word(rules.kind) == open.kind) else { continue };
        for _ in 0..open.free {
            match one(&mut tx, project, task, &open, rules, online).await? {
                Some(given) => pushed.push(given),
                None => break,
            }
        }
    }
    tx.commit().await?;
    Ok(pushed)
}

async fn one(
    tx: &mut TenantTx,
    project: ProjectId,
    task: TaskId,
    open: &Open,
    rules: &StepRules,
    online: &HashSet<UserId>,
) -> Result<Option<Pushed>, StoreError> {
    let now = tx.began();
    // Read anew each time: what was given a moment ago counts.
    let mut people = people::people(tx, project, None, now).await?;
    for person in &mut people {
        person.is_online = online.contains(&person.id);
    }
    let facts = facts(tx, task, open).await?;
    let Some(choice) = assignment::choose(&people, rules, &facts, now) else { return Ok(None) };
    let metadata = json!({"assignment": choice});
    if open.mode == "hybrid" {
        sqlx::query!(
            r#"
            UPDATE task_steps SET reserved_for = $4, reserved_until = now() + make_interval(secs => $5)
            WHERE project_id = $1 AND task_id = $2 AND step = $3
            "#,
            project.0,
            task.0,
            open.step,
            choice.user.0,
            rules.offer_for.as_seconds_f64(),
        )
        .execute(&mut **tx)
        .await?;
        return Ok(Some(Pushed::Offered { task, step: open.step.clone(), to: choice.user }));
    }
    let seconds = sqlx::query_scalar!("SELECT lease_seconds FROM projects WHERE id = $1", project.0).fetch_one(&mut **tx).await?;
    let terms = Terms { seconds: u32::try_from(seconds).unwrap_or(1_800), method: Method::Pushed, metadata };
    let lease = leases::lease(tx, project, task, &open.step, choice.user, &terms).await?;
    Ok(lease.map(|lease| Pushed::Given(Box::new(lease))))
}
