//! The tasks of one step, a page at a time, for whoever steps in.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use tandem_protocol::{
    ProjectId, TaskId, UserId,
    rest::{StepPlaces, StepSummary, StepTask, StepTaskPerson, StepTaskState, StepTasks, UserSummary},
};
use uuid::Uuid;

use crate::{
    StoreError, TenantTx,
    pg::{leases, row::word, tasks::end_of_prefix},
};

/// Tasks whose answers an average is made of: how it goes now, and quick to read however many there were.
const AVERAGED: i64 = 200;

/// Which tasks of a step.
#[derive(Clone, Debug)]
pub struct AtStep {
    pub project: ProjectId,
    pub step: String,
    pub state: StepTaskState,
    /// Beginning of the external id or the file name.
    pub prefix: Option<String>,
    /// Waiting: kept for them. Working and done: theirs. Held: they worked on it.
    pub user: Option<UserId>,
    /// When they came into the step: waiting: since it is open. Working and done: given to somebody. Held: since they are. From, and before.
    pub since: Option<DateTime<Utc>>,
    pub until: Option<DateTime<Utc>>,
    pub after: Option<After>,
    pub limit: u32,
}

/// The last row of the page before. Waiting tasks come in the order of the queue, the others in that of their making.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct After {
    pub priority: i16,
    pub task: TaskId,
}

impl After {
    /// As [`After::parse`] reads it.
    #[must_use]
    pub fn text(self) -> String {
        format!("{}.{}", self.priority, self.task)
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (priority, task) = text.split_once('.')?;
        Some(Self { priority: priority.parse().ok()?, task: TaskId(task.parse().ok()?) })
    }
}

/// One page.
///
/// # Errors
/// Those of the database.
pub async fn at_step(tx: &mut TenantTx, wanted: &AtStep) -> Result<StepTasks, StoreError> {
    let mut ids = ids(tx, wanted).await?;
    let more = ids.len() > wanted.limit as usize;
    ids.truncate(wanted.limit as usize);
    let items = load(tx, wanted, &ids).await?;
    let last = items.last().filter(|_| more).map(|task| After { priority: task.priority, task: task.id }.text());
    Ok(StepTasks { items, next_cursor: last, summary: summary(tx, wanted).await? })
}

async fn summary(tx: &mut TenantTx, wanted: &AtStep) -> Result<StepSummary, StoreError> {
    let row = sqlx::query_file!("src/pg/flow/at_step/summary.sql", wanted.project.0, wanted.step, AVERAGED).fetch_one(&mut **tx).await?;
    Ok(StepSummary { active_annotators: u32::try_from(row.active).unwrap_or(u32::MAX), average_ms: row.average_ms })
}

async fn ids(tx: &mut TenantTx, wanted: &AtStep) -> Result<Vec<Uuid>, StoreError> {
    let AtStep { project, step, state, prefix, user, since, until, after, limit } = wanted;
    let (since, until) = (*since, *until);
    let (project, user, task, rows) = (project.0, user.map(|user| user.0), after.map(|after| after.task.0), i64::from(*limit) + 1);
    let end = prefix.as_deref().and_then(end_of_prefix);
    let ids = match state {
        StepTaskState::Waiting => {
            let priority = after.map(|after| after.priority);
            let rows = sqlx::query_file!(
                "src/pg/flow/at_step/waiting.sql",
                project,
                step,
                prefix.as_deref(),
                end,
                user,
                priority,
                task,
                rows,
                since,
                until,
            );
            rows.fetch_all(&mut **tx).await?.into_iter().map(|row| row.task_id).collect()
        }
        StepTaskState::Working => {
            sqlx::query_file_scalar!(
                "src/pg/flow/at_step/working.sql",
                project,
                step,
                prefix.as_deref(),
                end,
                user,
                task,
                rows,
                since,
                until
            )
            .fetch_all(&mut **tx)
            .await?
        }
        StepTaskState::Held => {
            sqlx::query_file_scalar!("src/pg/flow/at_step/held.sql", project, step, prefix.as_deref(), end, user, task, rows, since, until)
                .fetch_all(&mut **tx)
                .await?
        }
        StepTaskState::Done => {
            sqlx::query_file_scalar!("src/pg/flow/at_step/done.sql", project, step, prefix.as_deref(), end, user, task, rows, since, until)
                .fetch_all(&mut **tx)
                .await?
        }
    };
    Ok(ids)
}

/// In the order of `ids`.
async fn load(tx: &mut TenantTx, wanted: &AtStep, ids: &[Uuid]) -> Result<Vec<StepTask>, StoreError> {
    let mut people = people(tx, wanted, ids).await?;
    let rows = sqlx::query_file!("src/pg/flow/at_step/load.sql", wanted.project.0, ids, wanted.step).fetch_all(&mut **tx).await?;
    let mut tasks = HashMap::with_capacity(rows.len());
    for row in rows {
        let kept_for = match (row.kept_for_id, row.kept_for_name, row.kept_for_email, row.kept_for_color) {
            (Some(id), Some(name), Some(email), Some(color)) => Some(UserSummary { id: id.into(), name, email, color }),
            _ => None,
        };
        let places = match (row.free, row.needed, row.mode, row.opened_at) {
            (Some(free), Some(needed), Some(mode), Some(opened_at)) => {
                Some(StepPlaces { free, needed, mode, opened_at, rests_until: row.rests_until, kept_for })
            }
            _ => None,
        };
        let people = people.remove(&row.id).unwrap_or_default();
        let task = StepTask {
            id: row.id.into(),
            external_id: row.external_id,
            filename: row.filename,
            status: word("task status", &row.status)?,
            priority: row.priority,
            held: row.hold_reason,
            places,
            started_at: people.iter().map(|person| person.accepted_at.unwrap_or(person.assigned_at)).min(),
            people,
        };
        tasks.insert(row.id, task);
    }
    Ok(ids.iter().filter_map(|id| tasks.remove(id)).collect())
}

async fn people(tx: &mut TenantTx, wanted: &AtStep, ids: &[Uuid]) -> Result<HashMap<Uuid, Vec<StepTaskPerson>>, StoreError> {
    let rows = sqlx::query_file!("src/pg/flow/at_step/people.sql", wanted.project.0, ids, wanted.step).fetch_all(&mut **tx).await?;
    let mut people: HashMap<Uuid, Vec<StepTaskPerson>> = HashMap::new();
    for row in rows {
        people.entry(row.task_id).or_default().push(StepTaskPerson {
            assignment_id: row.id.into(),
            user: UserSummary { id: row.user_id.into(), name: row.display_name, email: row.email, color: row.color },
            status: word("assignment status", &row.status)?,
            assigned_at: row.assigned_at,
            accepted_at: row.accepted_at,
            expires_at: row.expires_at,
            submitted_at: row.submitted_at,
            time_spent_ms: row.time_spent_ms,
            assignment_metadata: leases::told(row.metadata, true),
        });
    }
    Ok(people)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_was_written() {
        let after = After { priority: 7, task: TaskId::new() };
        assert_eq!(After::parse(&after.text()), Some(after));
        assert_eq!(After::parse("7"), None);
        assert_eq!(After::parse("x.y"), None);
    }
}
