//! What people are told of although they are elsewhere: comments that name or answer them.

use actix_web::{get, post, web::Json};
use tandem_domain::permission::Action;
use tandem_protocol::{
    ProjectId, TaskId, UserId, WorkspaceRole,
    rest::{NotificationKind, Notifications, ReadNotifications, TellOfComment, Told, Unread},
};
use tandem_store::{
    TenantTx,
    notifications::{self, Comment},
    pg::{members, projects, tasks},
};

use super::{
    access,
    call::Call,
    problem::Refusal,
    read::{self, PageQuery},
    validate,
};

/// What I was told.
///
/// Of projects I am still in, and of the last 90 days. What comes from now on is told live on the `user` topic, as `notified`.
#[utoipa::path(
    tag = "session",
    operation_id = "listNotifications",
    params(PageQuery),
    responses((status = 200, description = "Newest first", body = Notifications)),
    extensions(("x-action" = json!(null))),
)]
#[get("/me/notifications")]
pub async fn list_notifications(call: Call) -> Result<Json<Notifications>, Refusal> {
    let query = call.query::<PageQuery>()?;
    let before = query.cursor.as_deref().map(read::cursor).transpose()?;
    let limit = validate::page_limit(query.limit)?;
    let mut tx = call.begin().await?;
    Ok(Json(notifications::list(&mut tx, call.user(), is_everywhere(&call), before, limit).await?))
}

/// Say what I have read.
#[utoipa::path(
    tag = "session",
    operation_id = "readNotifications",
    request_body = ReadNotifications,
    responses((status = 200, description = "How many are left", body = Unread)),
    extensions(("x-action" = json!(null))),
)]
#[post("/me/notifications/read")]
pub async fn read_notifications(mut call: Call) -> Result<Json<Unread>, Refusal> {
    let wanted = call.body().await?.parse::<ReadNotifications>()?;
    validate::read_notifications(&wanted)?;
    let mut tx = call.begin().await?;
    notifications::read(&mut tx, call.user(), wanted.ids.as_deref()).await?;
    let unread = notifications::unread(&mut tx, call.user(), is_everywhere(&call)).await?;
    tx.commit().await?;
    Ok(Json(Unread { unread }))
}

/// Tell people of a comment in a task's document that names or answers them.
///
/// Each is told once of a comment, however often it is said; oneself is not told, nor is who is not in the project.
#[utoipa::path(
    tag = "work",
    operation_id = "tellOfComment",
    params(("task_id" = TaskId, Path)),
    request_body = TellOfComment,
    responses((status = 200, description = "How many were told now", body = Told)),
    extensions(("x-action" = json!(Action::DocumentWrite.name()))),
)]
#[post("/tasks/{task_id}/comments/tell")]
pub async fn tell_of_comment(mut call: Call) -> Result<Json<Told>, Refusal> {
    let task = call.path::<TaskId>()?;
    let body = call.body().await?;
    let hidden = || Refusal::not_found("task", task);
    let mut tx = call.begin().await?;
    let project = tasks::project_of(&mut tx, task).await?.ok_or_else(hidden)?;
    access::below(&mut tx, &call.identity, project, Action::DocumentWrite, hidden).await?;
    let wanted = body.parse::<TellOfComment>()?;
    validate::tell_of_comment(&wanted)?;
    let people = whom(&mut tx, &call, project, &wanted).await?;
    let TellOfComment { thread, comment, excerpt, .. } = &wanted;
    let about = Comment { project, task, from: &call.identity.user, thread, comment, excerpt };
    let told = notifications::tell(&mut tx, &about, &people).await?;
    tx.commit().await?;
    Ok(Json(Told { told: u32::try_from(told).unwrap_or(u32::MAX) }))
}

/// Admins of the workspace are in every project.
fn is_everywhere(call: &Call) -> bool {
    call.identity.workspace_role == WorkspaceRole::Admin
}

/// Everybody the comment concerns, once, without its writer. Who is not in the project learns nothing of what is said in it, and keeps nobody else from
/// hearing of it: in a long thread somebody has left, and what was written offline is told later.
async fn whom(
    tx: &mut TenantTx,
    call: &Call,
    project: ProjectId,
    wanted: &TellOfComment,
) -> Result<Vec<(UserId, NotificationKind)>, Refusal> {
    let mentioned = wanted.mentioned.iter().map(|user| (*user, NotificationKind::Mention));
    let answered = wanted.answered.iter().map(|user| (*user, NotificationKind::Answer));
    let mut people: Vec<(UserId, NotificationKind)> = Vec::new();
    for (user, kind) in mentioned.chain(answered) {
        if user == call.user() || people.iter().any(|(known, _)| *known == user) {
            continue;
        }
        if projects::membership(tx, project, user).await?.is_some() || members::get(tx, user).await? == Some(WorkspaceRole::Admin) {
            people.push((user, kind));
        }
    }
    Ok(people)
}
