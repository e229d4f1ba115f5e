//! What people are told of although they are elsewhere: of work ([`work`]), and of comments. Which comment concerns whom its writer's client says: the document is theirs to write, and
//! what is kept here is only the way to it.

use chrono::{DateTime, Utc};
use serde_json::json;
use tandem_protocol::{
    NotificationId, ProjectId, TaskId, UserId,
    rest::{Notification, NotificationKind, Notifications, UserSummary},
};
use uuid::Uuid;

mod work;

pub(crate) use work::{given, held, offered};

use super::{outbox, row::word};
use crate::{StoreError, TenantTx};

/// The outbox's topic; its payload is `{"user": ..., "notification": ...}`.
pub const TOPIC: &str = "person.notified";

/// How long one is kept, read or not.
const KEPT: &str = "90 days";

/// A comment as those are told of it whom it concerns.
#[derive(Clone, Debug)]
pub struct Comment<'c> {
    pub project: ProjectId,
    pub task: TaskId,
    pub from: &'c UserSummary,
    pub thread: &'c str,
    pub comment: &'c str,
    pub excerpt: &'c str,
}

/// Tells these people, and says how many of them: who was told of this comment before is not told again. What is older than [`KEPT`] is forgotten meanwhile.
///
/// # Errors
/// [`StoreError::Missing`] if one of them is not in the workspace.
pub async fn tell(tx: &mut TenantTx, about: &Comment<'_>, people: &[(UserId, NotificationKind)]) -> Result<usize, StoreError> {
    let workspace = tx.workspace().0;
    let ids: Vec<Uuid> = people.iter().map(|_| NotificationId::new().0).collect();
    let users: Vec<Uuid> = people.iter().map(|(user, _)| user.0).collect();
    let kinds: Vec<String> = people.iter().map(|(_, kind)| kind.as_str().to_owned()).collect();
    sqlx::query!("DELETE FROM notifications WHERE user_id = ANY($1) AND created_at < now() - $2::text::interval", &users, KEPT)
        .execute(&mut **tx)
        .await?;
    let rows = sqlx::query!(
        "INSERT INTO notifications (id, workspace_id, user_id, kind, project_id, task_id, from_user, thread, comment, excerpt)
         SELECT id, $4, user_id, kind, $5, $6, $7, $8, $9, $10 FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS told (id, user_id, kind)
         ON CONFLICT (user_id, task_id, thread, comment) DO NOTHING
         RETURNING id, user_id, kind, created_at",
        &ids,
        &users,
        &kinds,
        workspace,
        about.project.0,
        about.task.0,
        about.from.id.0,
        about.thread,
        about.comment,
        about.excerpt,
    )
    .fetch_all(&mut **tx)
    .await?;
    for row in &rows {
        let notification = Notification {
            id: row.id.into(),
            kind: word("kind of notification", &row.kind)?,
            project_id: about.project,
            task_id: about.task,
            from: about.from.clone(),
            thread: about.thread.to_owned(),
            comment: about.comment.to_owned(),
            excerpt: about.excerpt.to_owned(),
            created_at: row.created_at,
            read_at: None,
        };
        pass_on(tx, about.project, row.user_id, &notification).await?;
    }
    Ok(rows.len())
}

/// To the person's tabs, and to whatever else carries news to them: through the outbox, so that what was committed is told although this program dies.
async fn pass_on(tx: &mut TenantTx, project: ProjectId, user: Uuid, notification: &Notification) -> Result<(), StoreError> {
    let payload = json!({ "user": user, "notification": notification });
    outbox::push(tx, Some(project), TOPIC, payload).await
}

/// What a person was told, newest first, from behind `before`: of projects they are still in.
///
/// # Errors
/// Those of the database.
pub async fn list(
    tx: &mut TenantTx,
    user: UserId,
    is_everywhere: bool,
    before: Option<NotificationId>,
    limit: u32,
) -> Result<Notifications, StoreError> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT n.id, n.kind, n.project_id, n.task_id, n.thread, n.comment, n.excerpt, n.created_at, n.read_at,
                u.id AS "from_id?", u.display_name AS "from_name?", u.email AS "from_email?", u.color AS "from_color?"
         FROM notifications n LEFT JOIN users u ON u.id = coalesce(n.from_user, n.by_user)
         WHERE n.user_id = $1 AND ($2::uuid IS NULL OR n.id < $2)
           -- Who has left a project hears no more of what is said there.
           AND ($3 OR EXISTS (SELECT FROM project_members m WHERE m.project_id = n.project_id AND m.user_id = n.user_id))
         ORDER BY n.id DESC LIMIT $4"#,
        user.0,
        before.map(|b| b.0),
        is_everywhere,
        i64::from(limit) + 1,
    )
    .fetch_all(&mut **tx)
    .await?;
    let mut items = rows.into_iter().map(Row::into_notification).collect::<Result<Vec<_>, _>>()?;
    let is_more = items.len() > limit as usize;
    items.truncate(limit as usize);
    let next_cursor = items.last().filter(|_| is_more).map(|last| last.id.to_string());
    Ok(Notifications { items, next_cursor, unread: unread(tx, user, is_everywhere).await? })
}

/// How many a person has not read, of projects they are still in.
///
/// # Errors
/// Those of the database.
pub async fn unread(tx: &mut TenantTx, user: UserId, is_everywhere: bool) -> Result<u32, StoreError> {
    let count = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM notifications n
           WHERE n.user_id = $1 AND n.read_at IS NULL
             AND ($2 OR EXISTS (SELECT FROM project_members m WHERE m.project_id = n.project_id AND m.user_id = n.user_id))"#,
        user.0,
        is_everywhere,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// They have read these, or all. What is not theirs is left alone.
///
/// # Errors
/// Those of the database.
pub async fn read(tx: &mut TenantTx, user: UserId, ids: Option<&[NotificationId]>) -> Result<(), StoreError> {
    let ids: Option<Vec<Uuid>> = ids.map(|ids| ids.iter().map(|id| id.0).collect());
    sqlx::query!(
        "UPDATE notifications SET read_at = now() WHERE user_id = $1 AND read_at IS NULL AND ($2::uuid[] IS NULL OR id = ANY($2))",
        user.0,
        ids.as_deref(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Where nobody but the server said something. Clients show whoever it is from, so there is always somebody.
fn system_summary() -> UserSummary {
    UserSummary { id: Uuid::nil().into(), name: "Tandem".to_owned(), email: String::new(), color: "#64748b".to_owned() }
}

struct Row {
    id: Uuid,
    kind: String,
    project_id: Uuid,
    task_id: Uuid,
    thread: String,
    comment: String,
    excerpt: String,
    created_at: DateTime<Utc>,
    read_at: Option<DateTime<Utc>>,
    from_id: Option<Uuid>,
    from_name: Option<String>,
    from_email: Option<String>,
    from_color: Option<String>,
}

impl Row {
    fn into_notification(self) -> Result<Notification, StoreError> {
        let from = match (self.from_id, self.from_name, self.from_email, self.from_color) {
            (Some(id), Some(name), Some(email), Some(color)) => UserSummary { id: id.into(), name, email, color },
            _ => system_summary(),
        };
        let kind: NotificationKind = word("kind of notification", &self.kind)?;
        let (thread, comment) = if kind.is_of_a_comment() { (self.thread, self.comment) } else { (String::new(), String::new()) };
        Ok(Notification {
            id: self.id.into(),
            kind,
            project_id: self.project_id.into(),
            task_id: self.task_id.into(),
            from,
            thread,
            comment,
            excerpt: self.excerpt,
            created_at: self.created_at,
            read_at: self.read_at,
        })
    }
}
