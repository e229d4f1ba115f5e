//! A live document as it was, and the way back.

use actix_web::{HttpResponse, get, post, web::Json};
use serde::Deserialize;
use tandem_actors::{TaskRef, document};
use tandem_domain::permission::Action;
use tandem_protocol::{
    CheckpointId, Problem, TaskId,
    rest::{Checkpoint, CheckpointContent, CheckpointReason, Page, ProjectStatus, Restored, Task},
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
    let task = task(&mut tx, &call, id, Action::HistoryRead).await?;
    let query = call.query::<ListHistory>()?;
    let limit = validate::page_limit(query.limit)?;
    let after = query.cursor.as_deref().map(read::cursor::<CheckpointId>).transpose()?;
    Ok(Json(history::list(&mut tx, id, &task.step, after, limit).await?))
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
    let task = task(&mut tx, &call, id, Action::DocumentWrite).await?;
    tx.rollback().await?;
    let made = call.state.live.checkpoint(&key(&call, &task), CheckpointReason::Manual, call.user()).await?;
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
    task(&mut tx, &call, id, Action::HistoryRead).await?;
    let (checkpoint, payload) = find(&mut tx, id, wanted).await?;
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
    let task = task(&mut tx, &call, id, Action::HistoryRestore).await?;
    let project = projects::read(&mut tx, &call, task.project_id).await?;
    if project.status == ProjectStatus::Archived {
        return Err(Refusal::new(Kind::ProjectNotActive, format!("The project \"{}\" is archived: nothing in it changes.", project.name)));
    }
    let (_, payload) = find(&mut tx, id, wanted).await?;
    // Said before it is done: who changes much at once should be found even if the server ends half-way.
    audit::record(&mut tx, &entry(&task, wanted)).await?;
    tx.commit().await?;
    let done = call.state.live.restore(&key(&call, &task), payload, call.user()).await?;
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Ok(Json(Restored {
        before: done.before,
        added: count(done.counts.added),
        changed: count(done.counts.changed),
        removed: count(done.counts.removed),
    }))
}

fn entry(task: &Task, checkpoint: CheckpointId) -> audit::Entry<'static> {
    audit::Entry {
        project: Some(task.project_id),
        action: Action::HistoryRestore.name(),
        entity_type: "task",
        entity_id: Some(task.id.0),
        changes: serde_json::json!({ "checkpoint": checkpoint }),
    }
}

/// The task, if the caller may do `action` in its project.
async fn task(tx: &mut TenantTx, call: &Call, id: TaskId, action: Action) -> Result<Task, Refusal> {
    let hidden = || Refusal::not_found("task", id);
    let task = tasks::get(tx, id).await?.ok_or_else(hidden)?.task;
    access::below(tx, &call.identity, task.project_id, action, hidden).await?;
    Ok(task)
}

async fn find(tx: &mut TenantTx, task: TaskId, id: CheckpointId) -> Result<(Checkpoint, bytes::Bytes), Refusal> {
    match history::get(tx, task, id).await {
        Ok(found) => Ok(found),
        Err(StoreError::NotFound { .. }) => Err(Refusal::not_found("checkpoint", id)),
        Err(error) => Err(error.into()),
    }
}

fn key(call: &Call, task: &Task) -> TaskRef {
    TaskRef { workspace: call.identity.workspace_id, project: task.project_id, task: task.id, step: task.step.clone() }
}
