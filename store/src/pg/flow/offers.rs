//! Which steps of a project a person may work on, and in words why not the others.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde_json::Value;
use tandem_domain::{
    assignment::{self, Fit, Person, Reason, Skipped, StepRules, TaskFacts, Worked},
    workflow::{Predefined, Rework, StepKind, Workflow},
};
use tandem_protocol::{ProjectId, TaskId, UserId, WorkflowId};

use super::{FlowError, cache};
use crate::{
    StoreError, TenantTx,
    pg::{
        leases::{Offer, Turn},
        people,
    },
};

pub use tandem_domain::assignment::{Said, Way};

/// One step of a project for one person.
#[derive(Clone, Debug)]
pub struct StepOffer {
    pub step: String,
    pub name: String,
    pub kind: StepKind,
    /// Why not; nothing: they may.
    pub reasons: Vec<Said>,
    pub offer: Offer,
}

/// The rules of a step, and of which tasks they are the rules: tasks stay on the version of the workflow that they began on.
#[derive(Clone, Debug)]
pub struct InUse {
    /// Of the step.
    pub name: String,
    pub rules: StepRules,
    /// Versions that say so; none: there is no other word on such a step, so whichever version a task is on.
    pub of: Vec<WorkflowId>,
}

impl InUse {
    fn is_for(&self, workflow: Option<WorkflowId>) -> bool {
        // A task on no version is given out by any.
        self.of.is_empty() || workflow.is_none_or(|workflow| self.of.contains(&workflow))
    }

    fn is_of(&self, step: &str, kind: &str) -> bool {
        self.rules.step == step && word(self.rules.kind) == kind
    }
}

/// The rules by which a task of this workflow waits in a step.
pub(super) fn rules_at<'r>(all: &'r [InUse], step: &str, kind: &str, workflow: Option<WorkflowId>) -> Option<&'r StepRules> {
    all.iter().find(|one| one.is_of(step, kind) && one.is_for(workflow)).map(|one| &one.rules)
}

/// The rules of every step that a task of this project may be at: of the active workflow, then of older versions that still have tasks, where they say
/// something else. A project without a workflow has the one step that every task begins with.
///
/// # Errors
/// Those of the database.
pub async fn rules_in_use(tx: &mut TenantTx, project: ProjectId) -> Result<Vec<InUse>, FlowError> {
    let ids = sqlx::query_scalar!(
        r#"
        SELECT w.id FROM workflows w
        WHERE w.project_id = $1 AND (w.status = 'active' OR w.status = 'retired'
            AND EXISTS (SELECT FROM tasks t WHERE t.workflow_id = w.id AND t.status NOT IN ('completed', 'cancelled')))
        ORDER BY w.status = 'active' DESC, w.activated_at DESC
        "#,
        project.0
    )
    .fetch_all(&mut **tx)
    .await?;
    let ids: Vec<WorkflowId> = ids.into_iter().map(Into::into).collect();
    rules_of(tx, &ids).await
}

/// The rules of every step of these workflows, which this transaction has read, and of the one step of tasks that are on none.
async fn rules_of(tx: &mut TenantTx, workflows: &[WorkflowId]) -> Result<Vec<InUse>, FlowError> {
    let mut found: Vec<InUse> = Vec::new();
    for id in workflows {
        match cache::flow_seen(tx, *id).await {
            Ok(flow) => add(&flow.workflow, Some(*id), &mut found),
            // One version that this program cannot run must not keep people from the tasks of the others.
            Err(FlowError::Workflow(error)) => tracing::warn!(workflow = %id, %error, "a workflow in use does not compile"),
            Err(error) => return Err(error),
        }
    }
    let mut words: HashMap<(String, StepKind), usize> = HashMap::new();
    for one in &found {
        *words.entry((one.rules.step.clone(), one.rules.kind)).or_default() += 1;
    }
    for one in &mut found {
        if words.get(&(one.rules.step.clone(), one.rules.kind)) == Some(&1) {
            one.of.clear();
        }
    }
    if found.iter().all(|one| one.rules.step != PLAIN_STEP) {
        // Tasks from before the workflow, too.
        add(&Predefined::Single.workflow(), None, &mut found);
    }
    Ok(found)
}

/// The step of tasks that are on no workflow.
const PLAIN_STEP: &str = "annotate";

/// Last steps first: what was begun is finished before more is begun.
fn add(workflow: &Workflow, id: Option<WorkflowId>, found: &mut Vec<InUse>) {
    let mut new = Vec::new();
    for step in workflow.all_steps().into_iter().rev() {
        let kinds: &[StepKind] = match step.kind {
            StepKind::Annotation if step.consensus.is_some() => &[StepKind::Adjudication, StepKind::Annotation],
            StepKind::Annotation => &[StepKind::Annotation],
            StepKind::Review => &[StepKind::Review],
            StepKind::Adjudication => &[StepKind::Adjudication],
            _ => &[],
        };
        let name = if step.name.is_empty() { &step.id } else { &step.name };
        for rules in kinds.iter().filter_map(|kind| StepRules::of(workflow, &step.id, *kind)) {
            match found.iter_mut().find(|known| known.rules == rules) {
                Some(known) => known.of.extend(id),
                None => new.push(InUse { name: name.clone(), rules, of: id.into_iter().collect() }),
            }
        }
    }
    found.extend(new);
}

/// All steps for a person, those they may work on if a task comes to them in this way, and the others.
///
/// # Errors
/// Those of the database.
pub async fn offers(tx: &mut TenantTx, project: ProjectId, user: UserId, way: Way) -> Result<Vec<StepOffer>, FlowError> {
    let now = tx.began();
    let rules = rules_in_use(tx, project).await?;
    let person = person(tx, project, user, now).await?;
    Ok(rules.into_iter().map(|one| offer(&person, one, way, now)).collect())
}

/// What somebody may be given whose turn it is.
#[derive(Clone, Debug)]
pub struct Choices {
    pub steps: Vec<StepOffer>,
    /// They may hold something in the project already.
    pub is_holding: bool,
}

impl Choices {
    /// Only those of one step. Says whether the project has such a step for people.
    pub fn only(&mut self, step: &str) -> bool {
        self.steps.retain(|offer| offer.step == step);
        !self.steps.is_empty()
    }

    /// The steps that nothing speaks against.
    #[must_use]
    pub fn allowed(&self) -> Vec<Offer> {
        self.steps.iter().filter(|step| step.reasons.is_empty()).map(|step| step.offer.clone()).collect()
    }

    /// The steps that nothing will speak against once the person is through with what they hold.
    #[must_use]
    pub fn allowed_then(&self) -> Vec<Offer> {
        let only_full = |step: &&StepOffer| step.reasons.iter().all(|said| matches!(said.reason, Reason::HoldsTooMany { .. }));
        self.steps.iter().filter(only_full).map(|step| step.offer.clone()).collect()
    }
}

/// As [`offers`], for the person whose turn it is.
///
/// # Errors
/// Those of the database.
pub async fn choices(tx: &mut TenantTx, turn: &Turn) -> Result<Choices, FlowError> {
    let now = tx.began();
    let rules =
        if turn.has_older_versions { rules_in_use(tx, turn.project).await? } else { rules_of(tx, turn.workflow.as_slice()).await? };
    let person = person(tx, turn.project, turn.user, now).await?;
    let steps = rules.into_iter().map(|one| offer(&person, one, Way::Taken, now)).collect();
    Ok(Choices { steps, is_holding: person.active > 0 })
}

fn offer(person: &Person, InUse { name, rules, of }: InUse, way: Way, now: DateTime<Utc>) -> StepOffer {
    let rules = &rules;
    let reasons = assignment::person_reasons(person, rules, way, now);
    let mut not_after: Vec<String> = rules.excluded_steps.keys().cloned().collect();
    if rules.rework == Rework::AnotherPerson {
        not_after.push(rules.step.clone());
    }
    let fit = serde_json::to_value(Fit::of(person, rules, now)).unwrap_or(Value::Null);
    StepOffer {
        step: rules.step.clone(),
        name,
        kind: rules.kind,
        reasons: reasons.into_iter().map(Said::from).collect(),
        offer: Offer { step: rules.step.clone(), kind: word(rules.kind).to_owned(), not_after, fit, of },
    }
}

/// Why a person may have this task in each of its open steps, or why not.
///
/// # Errors
/// Those of the database.
pub async fn eligibility(
    tx: &mut TenantTx,
    project: ProjectId,
    task: TaskId,
    user: UserId,
    way: Way,
) -> Result<Vec<(String, Vec<Said>)>, FlowError> {
    let now = tx.began();
    let person = person(tx, project, user, now).await?;
    let open = ruled_steps(tx, project, task).await?;
    Ok(open.iter().map(|step| step.asked(&person, way, now)).collect())
}

/// What [`eligibility`] says of each person of the project, were the task given to them by hand.
///
/// # Errors
/// Those of the database.
pub async fn assignees(tx: &mut TenantTx, project: ProjectId, task: TaskId) -> Result<Vec<(UserId, Vec<(String, Vec<Said>)>)>, FlowError> {
    let now = tx.began();
    let people = people::people(tx, project, None, now).await?;
    let open = ruled_steps(tx, project, task).await?;
    let asked = people.into_iter().map(|mut person| {
        // Work given by hand waits for whoever is away.
        person.is_online = true;
        (person.id, open.iter().map(|step| step.asked(&person, Way::ByHand, now)).collect())
    });
    Ok(asked.collect())
}

/// An open step of a task, with its rules and what they ask about the task.
struct Ruled {
    step: String,
    rules: StepRules,
    facts: TaskFacts,
}

impl Ruled {
    fn asked(&self, person: &Person, way: Way, now: DateTime<Utc>) -> (String, Vec<Said>) {
        (self.step.clone(), assignment::eligibility(person, &self.rules, &self.facts, way, now).said())
    }
}

async fn ruled_steps(tx: &mut TenantTx, project: ProjectId, task: TaskId) -> Result<Vec<Ruled>, FlowError> {
    let rules = rules_in_use(tx, project).await?;
    let workflow = sqlx::query_scalar!("SELECT workflow_id FROM tasks WHERE project_id = $1 AND id = $2", project.0, task.0);
    let workflow = workflow.fetch_optional(&mut **tx).await?.flatten().map(Into::into);
    let mut ruled = Vec::new();
    for open in open_steps(tx, project, task).await? {
        let Some(rules) = rules_at(&rules, &open.step, &open.kind, workflow) else { continue };
        ruled.push(Ruled { rules: rules.clone(), facts: facts(tx, task, &open).await?, step: open.step });
    }
    Ok(ruled)
}

pub(super) fn word(kind: StepKind) -> &'static str {
    match kind {
        StepKind::Annotation => "annotation",
        StepKind::Adjudication => "adjudication",
        _ => "review",
    }
}

pub(super) async fn person(tx: &mut TenantTx, project: ProjectId, user: UserId, now: DateTime<Utc>) -> Result<Person, FlowError> {
    let mut person = people::people(tx, project, Some(user), now).await?.pop().ok_or(StoreError::NotFound { entity: "member" })?;
    // Whoever asks is here.
    person.is_online = true;
    Ok(person)
}

/// A step of a task that waits for somebody.
pub(super) struct Open {
    pub step: String,
    pub kind: String,
    pub round: i32,
    pub free: i16,
    pub mode: String,
    pub priority: i16,
    pub reserved_for: Option<UserId>,
    pub reserved_until: Option<DateTime<Utc>>,
    pub opened_at: DateTime<Utc>,
}

pub(super) async fn open_steps(tx: &mut TenantTx, project: ProjectId, task: TaskId) -> Result<Vec<Open>, StoreError> {
    let rows = sqlx::query!(
        r#"
        SELECT step, kind, round, free, mode, priority, reserved_for, reserved_until, opened_at FROM task_steps
        WHERE project_id = $1 AND task_id = $2 ORDER BY opened_at, step
        "#,
        project.0,
        task.0
    )
    .fetch_all(&mut **tx)
    .await?;
    let open = rows.into_iter().map(|row| Open {
        step: row.step,
        kind: row.kind,
        round: row.round,
        free: row.free,
        mode: row.mode,
        priority: row.priority,
        reserved_for: row.reserved_for.map(Into::into),
        reserved_until: row.reserved_until,
        opened_at: row.opened_at,
    });
    Ok(open.collect())
}

pub(super) async fn facts(tx: &mut TenantTx, task: TaskId, open: &Open) -> Result<TaskFacts, StoreError> {
    let past = people::past_of(tx, task).await?;
    let visit = |round: i32| round.unsigned_abs();
    let mut worked: Vec<Worked> = past
        .iter()
        .filter(|lease| lease.status != "skipped" && lease.status != "reassigned")
        .map(|lease| Worked { step: lease.step.clone(), user: lease.user.into(), visit: visit(lease.round) })
        .collect();
    worked.reverse();
    let skipped = past.iter().filter(|lease| lease.status == "skipped" && lease.step == open.step && lease.round == open.round);
    let evicted = past
        .iter()
        .filter(|lease| lease.is_evicted && lease.status == "reassigned" && lease.step == open.step && lease.round == open.round);
    Ok(TaskFacts {
        worked,
        excluded: evicted.map(|lease| lease.user.into()).collect(),
        visit: visit(open.round),
        skipped_by: skipped.filter_map(|lease| Some(Skipped { user: lease.user.into(), at: lease.ended_at? })).collect(),
        preferred: open.reserved_for,
        offered: open.reserved_for.zip(open.reserved_until).map(|(to, until)| assignment::Offer { to, until }),
        ..TaskFacts::fresh(open.priority, open.opened_at)
    })
}
