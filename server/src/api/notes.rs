//! Notes on a task, by and for those who steer the project.

use actix_web::{HttpResponse, get, post, web::Json};
use serde_json::json;
use tandem_domain::permission::Action;
use tandem_protocol::{
    TaskId, TaskNoteId,
    rest::{AddNote, Page, TaskNote},
};
use tandem_store::pg::notes;

use super::{
    audit,
    call::Call,
    problem::Refusal,
    read::{self, PageQuery},
    steering::reach,
    validate,
};

/// What was noted about a task.
#[utoipa::path(
    tag = "work",
    operation_id = "listTaskNotes",
    params(("task_id" = TaskId, Path), PageQuery),
    responses((status = 200, description = "Newest first", body = Page<TaskNote>)),
    extensions(("x-action" = json!(Action::TaskSteer.name()))),
)]
#[get("/tasks/{task_id}/notes")]
pub async fn list_task_notes(call: Call) -> Result<Json<Page<TaskNote>>, Refusal> {
    let task = call.path::<TaskId>()?;
    let mut tx = call.begin().await?;
    reach(&mut tx, &call, task, Action::TaskSteer).await?;
    let query = call.query::<PageQuery>()?;
    let before = query.cursor.as_deref().map(read::cursor::<TaskNoteId>).transpose()?;
    Ok(Json(notes::list(&mut tx, task, before, validate::page_limit(query.limit)?).await?))
}

/// Note something about a task.
///
/// For whoever else steers the project; whoever works on it does not see it. It stays.
#[utoipa::path(
    tag = "work",
    operation_id = "addTaskNote",
    params(("task_id" = TaskId, Path)),
    request_body = AddNote,
    responses((status = 201, description = "The note", body = TaskNote)),
    extensions(("x-action" = json!(Action::TaskSteer.name()))),
)]
#[post("/tasks/{task_id}/notes")]
pub async fn add_task_note(mut call: Call) -> Result<HttpResponse, Refusal> {
    let task = call.path::<TaskId>()?;
    let body = call.body().await?;
    let mut tx = call.begin().await?;
    let (project, _) = reach(&mut tx, &call, task, Action::TaskSteer).await?;
    let wanted = body.parse::<AddNote>()?;
    validate::note(&wanted)?;
    let id = notes::add(&mut tx, project, task, &wanted.text).await?;
    audit::record(&mut tx, project, Action::TaskSteer, ("task", task), json!({ "note": wanted.text, "note_id": id })).await?;
    let made = notes::list(&mut tx, task, None, 1).await?.items.pop();
    let made = made.filter(|note| note.id == id).ok_or_else(|| Refusal::internal("a note just written is not there"))?;
    tx.commit().await?;
    Ok(HttpResponse::Created().json(made))
}
