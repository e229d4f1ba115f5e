//! Work that the server gives to somebody: steps whose mode is `auto` get a lease, those whose mode is `hybrid` an offer that holds for a while, and once:
//! when it is over anybody may take the task.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use tandem_domain::{
    assignment::{self, Choice, Fit, Person, StepRules, Way},
    workflow::Affinity,
};
use tandem_protocol::{BatchId, ProjectId, TaskId, UserId, WorkspaceId, rest::Assignment};

use super::{
    FlowError,
    offers::{Open, facts, open_steps, person, rules_at, rules_in_use, word},
};
use crate::{
    Store, StoreError, Tenant, TenantTx,
    pg::{
        leases::{self, Method, Terms},
        notifications, people,
    },
};

/// What was given to somebody.
#[derive(Clone, Debug, PartialEq)]
pub enum Pushed {
    Given(Box<Assignment>),
    Offered { task: TaskId, step: String, to: UserId },
}

/// How far a round looked in what waits in a project: the next one goes on from there, so that tasks that nobody may have do not stand before the others for
/// ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    priority: i16,
    task: TaskId,
    step: String,
}

/// Projects in which something waits for the server to choose somebody, at most `limit`, in the order of their ids from `after` on.
///
/// # Errors
/// Those of the database.
pub async fn waiting_for_somebody(
    store: &Store,
    after: Option<ProjectId>,
    limit: u32,
) -> Result<Vec<(WorkspaceId, ProjectId)>, StoreError> {
    let rows = sqlx::query!(
        r#"
        SELECT DISTINCT workspace_id, project_id FROM task_steps
        WHERE free > 0 AND mode IN ('auto', 'hybrid') AND (mode = 'auto' OR reserved_for IS NULL OR reserved_until > now())
          AND ($1::uuid IS NULL OR project_id > $1)
        ORDER BY project_id LIMIT $2
        "#,
        after.map(|project| project.0),
        i64::from(limit),
    )
    .fetch_all(store.system())
    .await?;
    Ok(rows.into_iter().map(|row| (row.workspace_id.into(), row.project_id.into())).collect())
}

/// Looks at the next `limit` of them after `after`, gives them out as far as there is somebody for them, and says where to go on; none: from the front.
/// `online`: who is connected, on this node or another.
///
/// # Errors
/// Those of the database.
pub async fn push(
    store: &Store,
    workspace: WorkspaceId,
    project: ProjectId,
    online: &HashSet<UserId>,
    limit: u32,
    after: Option<&Place>,
) -> Result<(Vec<Pushed>, Option<Place>), FlowError> {
    let mut tx = Tenant { workspace, user: None }.begin(store).await?;
    let rules = rules_in_use(&mut tx, project).await?;
    let now = tx.began();
    let mut people = people::people(&mut tx, project, None, now).await?;
    for person in &mut people {
        person.is_online = online.contains(&person.id);
    }
    // Steps that nobody may work on now, whatever the task.
    let may = |rules: &StepRules| people.iter().any(|person| assignment::person_reasons(person, rules, Way::Pushed, now).is_empty());
    let (steps, kinds): (Vec<String>, Vec<String>) =
        rules.iter().filter(|one| may(&one.rules)).map(|one| (one.rules.step.clone(), word(one.rules.kind).to_owned())).unzip();
    if steps.is_empty() {
        return Ok((Vec::new(), None));
    }
    let candidates = sqlx::query!(
        r#"
        SELECT s.task_id, s.step, s.priority, t.batch_id, t.workflow_id, taken.is_there AS "is_offer_taken!" FROM task_steps s
        JOIN tasks t ON t.project_id = s.project_id AND t.id = s.task_id
        -- For whom it was kept has it: the other places are for others.
        CROSS JOIN LATERAL (
            SELECT EXISTS (SELECT FROM assignments a
                           WHERE a.task_id = s.task_id AND a.step = s.step AND a.round = s.round AND a.user_id = s.reserved_for
                             AND a.status IN ('assigned', 'accepted', 'submitted')) AS is_there
        ) taken
        WHERE s.project_id = $1 AND s.free > 0 AND s.mode IN ('auto', 'hybrid')
          AND (s.mode = 'auto' OR s.reserved_for IS NULL OR taken.is_there)
          AND (s.step, s.kind) IN (SELECT w.step, w.kind FROM unnest($3::text[], $4::text[]) w (step, kind))
          AND ($5::smallint IS NULL OR s.priority < $5 OR s.priority = $5 AND (s.task_id, s.step) > ($6::uuid, $7::text))
          AND EXISTS (SELECT FROM projects p WHERE p.id = $1 AND p.status = 'active')
        ORDER BY s.priority DESC, s.task_id, s.step LIMIT $2 FOR UPDATE OF s, t SKIP LOCKED
        "#,
        project.0,
        i64::from(limit),
        &steps,
        &kinds,
        after.map(|place| place.priority),
        after.map(|place| place.task.0),
        after.map(|place| place.step.as_str()),
    )
    .fetch_all(&mut *tx)
    .await?;
    let is_more = candidates.len() == limit as usize;
    let next = candidates.last().filter(|_| is_more);
    let next = next.map(|row| Place { priority: row.priority, task: row.task_id.into(), step: row.step.clone() });
    let mut round = Round { project, people, batches: BTreeMap::new(), now };
    let mut pushed = Vec::new();
    for candidate in candidates {
        let task = TaskId(candidate.task_id);
        let Some(mut open) = open_steps(&mut tx, project, task).await?.into_iter().find(|open| open.step == candidate.step) else {
            continue;
        };
        let Some(rules) = rules_at(&rules, &open.step, &open.kind, candidate.workflow_id.map(Into::into)) else { continue };
        if candidate.is_offer_taken {
            forget_offer(&mut tx, project, task, &mut open).await?;
        }
        // An offer is for one place at a time: whoever takes it leaves the others to the next.
        let places = if open.mode == "hybrid" { 1 } else { open.free };
        for _ in 0..places {
            match round.one(&mut tx, (task, candidate.batch_id.map(Into::into)), &open, rules).await? {
                Some(given) => pushed.push(given),
                None => break,
            }
        }
    }
    tx.commit().await?;
    Ok((pushed, next))
}

async fn forget_offer(tx: &mut TenantTx, project: ProjectId, task: TaskId, open: &mut Open) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE task_steps SET reserved_for = NULL, reserved_until = NULL WHERE project_id = $1 AND task_id = $2 AND step = $3",
        project.0,
        task.0,
        open.step,
    )
    .execute(&mut **tx)
    .await?;
    (open.reserved_for, open.reserved_until) = (None, None);
    Ok(())
}

/// What is given out in one transaction.
struct Round {
    project: ProjectId,
    /// As they are with what this round gave them.
    people: Vec<Person>,
    /// How many tasks of a batch people have done, once it was asked.
    batches: BTreeMap<BatchId, BTreeMap<UserId, u32>>,
    now: DateTime<Utc>,
}

impl Round {
    async fn one(
        &mut self,
        tx: &mut TenantTx,
        (task, batch): (TaskId, Option<BatchId>),
        open: &Open,
        rules: &StepRules,
    ) -> Result<Option<Pushed>, FlowError> {
        let mut facts = facts(tx, task, open).await?;
        if let Some(batch) = batch.filter(|_| rules.affinity == Affinity::Batch) {
            facts.done_in_batch = self.done_in(tx, batch).await?;
        }
        // Somebody who asks for work at this moment, or is given some by another node, is passed over: what they hold is about to change.
        let mut people = self.people.clone();
        let choice = loop {
            let Some(choice) = assignment::choose(&people, rules, &facts, self.now) else { return Ok(None) };
            if leases::try_turn(tx, self.project, choice.user).await? {
                let is_online = people.iter().any(|person| person.id == choice.user && person.is_online);
                let fresh = Person { is_online, ..person(tx, self.project, choice.user, self.now).await? };
                let may = assignment::eligibility(&fresh, rules, &facts, Way::Pushed, self.now).eligible;
                self.know(&fresh);
                if may {
                    break choice;
                }
            }
            people.retain(|person| person.id != choice.user);
        };
        if open.mode == "hybrid" {
            return self.offer(tx, task, open, rules, choice.user).await.map(Some);
        }
        let seconds = sqlx::query_scalar!("SELECT lease_seconds FROM projects WHERE id = $1", self.project.0).fetch_one(&mut **tx).await?;
        let metadata = self.why(&choice, rules)?;
        let terms = Terms { seconds: u32::try_from(seconds).unwrap_or(1_800), method: Method::Pushed, metadata };
        let Some(lease) = leases::lease(tx, self.project, task, &open.step, choice.user, &terms).await? else { return Ok(None) };
        if let Some(person) = self.people.iter_mut().find(|person| person.id == choice.user) {
            person.active += 1;
            person.last_assigned_at = Some(self.now);
        }
        Ok(Some(Pushed::Given(Box::new(lease))))
    }

    async fn offer(&self, tx: &mut TenantTx, task: TaskId, open: &Open, rules: &StepRules, to: UserId) -> Result<Pushed, FlowError> {
        sqlx::query!(
            r#"
            UPDATE task_steps SET reserved_for = $4, reserved_until = now() + make_interval(secs => $5)
            WHERE project_id = $1 AND task_id = $2 AND step = $3
            "#,
            self.project.0,
            task.0,
            open.step,
            to.0,
            rules.offer_for.as_seconds_f64(),
        )
        .execute(&mut **tx)
        .await?;
        notifications::offered(tx, (self.project, task), &open.step, to, self.now + rules.offer_for).await?;
        Ok(Pushed::Offered { task, step: open.step.clone(), to })
    }

    /// As it is kept with the lease: the choice, and how whoever was chosen fits the step.
    fn why(&self, choice: &Choice, rules: &StepRules) -> Result<Value, StoreError> {
        let corrupt = |error| StoreError::corrupt("the reasons of an assignment", error);
        let mut why = serde_json::to_value(choice).map_err(corrupt)?;
        if let Some(person) = self.people.iter().find(|person| person.id == choice.user) {
            let fit = Fit::of(person, rules, self.now);
            why["mode"] = serde_json::to_value(fit.mode).map_err(corrupt)?;
            why["skills"] = serde_json::to_value(fit.skills).map_err(corrupt)?;
        }
        Ok(json!({"assignment": why}))
    }

    fn know(&mut self, fresh: &Person) {
        if let Some(person) = self.people.iter_mut().find(|person| person.id == fresh.id) {
            *person = fresh.clone();
        }
    }

    async fn done_in(&mut self, tx: &mut TenantTx, batch: BatchId) -> Result<BTreeMap<UserId, u32>, StoreError> {
        if let Some(done) = self.batches.get(&batch) {
            return Ok(done.clone());
        }
        let there: Vec<UserId> = self.people.iter().map(|person| person.id).collect();
        let done = people::done_in_batch(tx, self.project, batch, &there).await?;
        self.batches.insert(batch, done.clone());
        Ok(done)
    }
}
