//! What people are told of work: a task that waits for an admin, one that was given or offered to them. Kept and told as comments
//! are, and written wherever a task moves: by a timer, a webhook, somebody else's answer.

use std::fmt::Write as _;

use chrono::{DateTime, TimeDelta, Utc};
use tandem_protocol::{
    NotificationId, ProjectId, TaskId, UserId,
    rest::{Notification, NotificationKind, UserSummary},
};
use uuid::{NoContext, Timestamp, Uuid};

use super::{pass_on, system_summary};
use crate::{StoreError, TenantTx};

/// Of one kind and step nobody is told anew meanwhile, unless they have read it: a timeout of a thousand tasks is one piece of news.
const QUIET: TimeDelta = TimeDelta::minutes(10);

/// As long as those of comments.
const KEPT: TimeDelta = TimeDelta::days(90);

/// Characters of an excerpt.
const EXCERPT: usize = 280;

/// Something to tell about a task.
#[derive(Clone, Debug)]
pub(crate) struct Work<'w> {
    pub kind: NotificationKind,
    pub project: ProjectId,
    pub task: TaskId,
    pub step: &'w str,
    /// Whose doing it is; none: the server's.
    pub by: Option<UserId>,
    /// One sentence.
    pub text: String,
}

/// A task waits for an admin, and no admin held it: whoever is admin of the project hears of it, or whoever is admin of the workspace where it has none.
pub(crate) async fn held(tx: &mut TenantTx, project: ProjectId, task: TaskId, step: &str, reason: &str) -> Result<(), StoreError> {
    let admins = sqlx::query_scalar!(
        r#"
        SELECT m.user_id AS "user_id!" FROM project_members m WHERE m.project_id = $1 AND m.role = 'admin'
        UNION ALL
        SELECT m.user_id FROM members m
        WHERE m.role = 'admin' AND NOT EXISTS (SELECT FROM project_members p WHERE p.project_id = $1 AND p.role = 'admin')
        "#,
        project.0,
    )
    .fetch_all(&mut **tx)
    .await?;
    let text = format!("A task waits for an admin in step \"{step}\": {}.", in_words(reason));
    let admins: Vec<UserId> = admins.into_iter().map(Into::into).collect();
    tell(tx, &Work { kind: NotificationKind::Held, project, task, step, by: None, text }, &admins).await
}

/// Why a task is held, as a person reads it.
fn in_words(reason: &str) -> &str {
    match reason {
        "timeout" => "its time was over",
        "failed" => "a program failed",
        "no_agreement" => "the answers do not agree",
        "no_route" => "no transition of the workflow fits",
        "skipped" => "enough people skipped it",
        other => other,
    }
}

/// Somebody has a task without having asked.
pub(crate) async fn given(
    tx: &mut TenantTx,
    (project, task): (ProjectId, TaskId),
    step: &str,
    to: UserId,
    reason: Option<&str>,
) -> Result<(), StoreError> {
    if tx.user() == Some(to) {
        return Ok(());
    }
    let mut text = format!("A task of step \"{step}\" was given to you");
    if let Some(reason) = reason {
        // Writing to a text does not fail.
        write!(text, ": {reason}").ok();
    }
    let by = tx.user();
    tell(tx, &Work { kind: NotificationKind::Given, project, task, step, by, text }, &[to]).await
}

/// Somebody may have a task until then before all others.
pub(crate) async fn offered(
    tx: &mut TenantTx,
    (project, task): (ProjectId, TaskId),
    step: &str,
    to: UserId,
    until: DateTime<Utc>,
) -> Result<(), StoreError> {
    let text = format!("A task of step \"{step}\" is offered to you until {}", until.format("%Y-%m-%d %H:%M UTC"));
    tell(tx, &Work { kind: NotificationKind::Offered, project, task, step, by: None, text }, &[to]).await
}

async fn tell(tx: &mut TenantTx, work: &Work<'_>, people: &[UserId]) -> Result<(), StoreError> {
    let workspace = tx.workspace().0;
    let excerpt: String = work.text.chars().take(EXCERPT).collect();
    let ids: Vec<Uuid> = people.iter().map(|_| NotificationId::new().0).collect();
    let users: Vec<Uuid> = people.iter().map(|user| user.0).collect();
    sqlx::query!("DELETE FROM notifications WHERE user_id = ANY($1) AND id < $2", &users, first_of(tx.began() - KEPT))
        .execute(&mut **tx)
        .await?;
    let rows = sqlx::query_file!(
        "src/pg/notifications/tell_work.sql",
        &ids,
        &users,
        workspace,
        work.kind.as_str(),
        work.project.0,
        work.task.0,
        work.by.map(|by| by.0),
        work.step,
        excerpt,
        first_of(tx.began() - QUIET),
    )
    .fetch_all(&mut **tx)
    .await?;
    for row in rows {
        let from = match (row.by_id, row.by_name, row.by_email, row.by_color) {
            (Some(id), Some(name), Some(email), Some(color)) => UserSummary { id: id.into(), name, email, color },
            _ => system_summary(),
        };
        let notification = Notification {
            id: row.id.into(),
            kind: work.kind,
            project_id: work.project,
            task_id: work.task,
            from,
            thread: String::new(),
            comment: String::new(),
            excerpt: excerpt.clone(),
            created_at: row.created_at,
            read_at: None,
        };
        pass_on(tx, work.project, row.user_id, &notification).await?;
    }
    Ok(())
}

/// The id from which on ids are of this time or later: they begin with it.
fn first_of(time: DateTime<Utc>) -> Uuid {
    let seconds = u64::try_from(time.timestamp()).unwrap_or_default();
    let made = Uuid::new_v7(Timestamp::from_unix(NoContext, seconds, 0)).as_u128();
    // Without what is drawn.
    Uuid::from_u128(made >> 80 << 80)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_later_are_behind_the_first_of_a_time() {
        let now = Utc::now();
        assert!(first_of(now) <= NotificationId::new().0);
        assert!(first_of(now + TimeDelta::seconds(2)) > NotificationId::new().0);
    }
}
