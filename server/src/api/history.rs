//! A live document as it was, and the way back.

use actix_web::{HttpResponse, get, post, web::Json};
use serde::Deserialize;
use tandem_actors::{TaskRef, document};
use tandem_domain::permission::{Action, permits};
use tandem_protocol::{
    CheckpointId, Problem, ProjectRole, TaskId,
    rest::{Checkpoint, CheckpointContent, CheckpointReason, Page, ProjectStatus, Restored},
};
use tandem_store::{
    StoreError, TenantTx,
    documents::history,
    pg::{audit, tasks},
};
use utoipa::IntoParams;

use super::{
    access,
    call::Call,
    problem::{Kind, Refusal},
    projects, read, validate,
};

/// A page of history.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListHistory {
    /// `next_cursor` of the page before; none for the first page.
    #[serde(default)]
    pub cursor: Option<String>,
    /// 1 to 200 items; default 50.
    #[serde(default)]
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
    /// Of all documents of the task, and not only of the one I see: those of other slots, and of drafts that were discarded. Needs `task.review`.
    #[serde(default)]
    pub all: bool,
}

/// Checkpoints of a task's live document.
///
/// They are made when the work is submitted, before a restore, when somebody asks, and now and then by themselves.
#[utoipa::path(
    tag = "history",
    operation_id = "listHistory",
    params(("task_id" = TaskId, Path), ListHistory),
    responses((status = 200, description = "Checkpoints, newest first", body = Page<Checkpoint>)),
    extensions(("x-action" = json!(Action::HistoryRead.name()))),
)]
#[get("/tasks/{task_id}/history")]
pub async fn list_history(call: Call) -> Result<Json<Page<Checkpoint>>, Refusal> {
    let id = call.path::<TaskId>()?;
    let mut tx = call.begin().await?;
    let (document, role) = visible(&mut tx, &call, id, Action::HistoryRead).await?;
    let query = call.query::<ListHistory>()?;
    if query.all {
        access::within(&call.identity, role, Action::TaskReview)?;
    }
    let limit = validate::page_limit(query.limit)?;
    let after = query.cursor.as_deref().map(read::cursor::<CheckpointId>).transpose()?;
    let of = Some(document.step.as_str()).filter(|_| !query.all);
    Ok(Json(history::list(&mut tx, id, of, after, limit).await?))
}

/// Make a checkpoint now.
///
/// Of everything that was edited before; returns once that is on disk.
#[utoipa::path(
    tag = "history",
    operation_id = "createCheckpoint",
    params(("task_id" = TaskId, Path)),
    responses((status = 201, description = "The checkpoint", body = Checkpoint)),
    extensions(("x-action" = json!(Action::DocumentWrite.name()))),
)]
#[post("/tasks/{task_id}/history")]
pub async fn create_checkpoint(call: Call) -> Result<HttpResponse, Refusal> {
    let id = call.path::<TaskId>()?;
    let mut tx = call.begin().await?;
    let (document, _) = visible(&mut tx, &call, id, Action::DocumentWrite).await?;
    tx.rollback().await?;
    let made = call.state.live.checkpoint(&document, CheckpointReason::Manual, call.user()).await?;
    let mut tx = call.begin().await?;
    let (checkpoint, _) = history::get(&mut tx, id, made).await?;
    Ok(HttpResponse::Created().json(checkpoint))
}

/// One checkpoint, with the regions as they were.
#[utoipa::path(
    tag = "history",
    operation_id = "getCheckpoint",
    params(("task_id" = TaskId, Path), ("checkpoint_id" = CheckpointId, Path)),
    responses((status = 200, description = "The checkpoint", body = CheckpointContent)),
    extensions(("x-action" = json!(Action::HistoryRead.name()))),
)]
#[get("/tasks/{task_id}/history/{checkpoint_id}")]
pub async fn get_checkpoint(call: Call) -> Result<Json<CheckpointContent>, Refusal> {
    let (id, wanted) = call.path::<(TaskId, CheckpointId)>()?;
    let mut tx = call.begin().await?;
    let (document, role) = visible(&mut tx, &call, id, Action::HistoryRead).await?;
    let (checkpoint, payload) = find(&mut tx, id, wanted).await?;
    if checkpoint.step != document.step && !permits(role, Action::TaskReview) {
        return Err(Refusal::not_found("checkpoint", wanted));
    }
    tx.rollback().await?;
    let regions = actix_web::web::block(move || document::read_stored(&payload)).await.map_err(Refusal::internal)??;
    Ok(Json(CheckpointContent { checkpoint, regions }))
}

/// Bring an older state back.
///
/// An edit like any other, of the person who asks: everybody on the task sees it at once, what others draw at that moment is merged with
/// it, and nothing is lost: how the document was right before is a checkpoint too.
#[utoipa::path(
    tag = "history",
    operation_id = "restoreCheckpoint",
    params(("task_id" = TaskId, Path), ("checkpoint_id" = CheckpointId, Path)),
    responses(
        (status = 200, description = "What changed, on disk", body = Restored),
        (status = 409, description = "`project_not_active`: the project is archived", body = Problem, content_type = "application/problem+json"),
    ),
    extensions(("x-action" = json!(Action::HistoryRestore.name()))),
)]
#[post("/tasks/{task_id}/history/{checkpoint_id}/restore")]
pub async fn restore_checkpoint(call: Call) -> Result<Json<Restored>, Refusal> {
    let (id, wanted) = call.path::<(TaskId, CheckpointId)>()?;
    let mut tx = call.begin().await?;
    let (document, _) = visible(&mut tx, &call, id, Action::HistoryRestore).await?;
    let project = projects::read(&mut tx, &call, document.project).await?;
    if project.status == ProjectStatus::Archived {
        return Err(Refusal::new(Kind::ProjectNotActive, format!("The project \"{}\" is archived: nothing in it changes.", project.name)));
    }
    let (_, payload) = find(&mut tx, id, wanted).await?;
    // Said before it is done: who changes much at once should be found even if the server ends half-way.
    audit::record(&mut tx, &entry(&document, wanted)).await?;
    tx.commit().await?;
    let done = call.state.live.restore(&document, payload, call.user()).await?;
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Ok(Json(Restored {
        before: done.before,
        added: count(done.counts.added),
        changed: count(done.counts.changed),
        removed: count(done.counts.removed),
    }))
}

fn entry(document: &TaskRef, checkpoint: CheckpointId) -> audit::Entry<'static> {
    audit::Entry {
        project: Some(document.project),
        action: Action::HistoryRestore.name(),
        entity_type: "task",
        entity_id: Some(document.task.0),
        changes: serde_json::json!({ "checkpoint": checkpoint }),
    }
}

/// The document of the task that the caller sees: where several answer without seeing one another, their own.
async fn visible(tx: &mut TenantTx, call: &Call, id: TaskId, action: Action) -> Result<(TaskRef, ProjectRole), Refusal> {
    let hidden = || Refusal::not_found("task", id);
    let visit = tasks::visit(tx, id, call.user()).await?.ok_or_else(hidden)?;
    let role = access::below(tx, &call.identity, visit.project, action, hidden).await?;
    if visit.is_blind && role == ProjectRole::Labeler {
        return Err(hidden());
    }
    access::content(tx, &call.identity, role, visit.project, id).await?;
    let document = TaskRef { workspace: call.identity.workspace_id, project: visit.project, task: id, step: visit.scope };
    Ok((document, role))
}

async fn find(tx: &mut TenantTx, task: TaskId, id: CheckpointId) -> Result<(Checkpoint, bytes::Bytes), Refusal> {
    match history::get(tx, task, id).await {
        Ok(found) => Ok(found),
        Err(StoreError::NotFound { .. }) => Err(Refusal::not_found("checkpoint", id)),
        Err(error) => Err(error.into()),
    }
}
