//! Everything submitted, or what was to some tasks, as a stream: read page by page in one snapshot of the database, written a chunk at a time. Memory stays
//! the same whatever the project's size, and a slow reader holds up nobody but itself.

use actix_web::{HttpResponse, get, http::header::ContentDisposition, post};
use bytes::Bytes;
use serde::Deserialize;
use tandem_actors::jobs::export::{self, ExportError, Of, Sink};
use tandem_domain::permission::Action;
use tandem_protocol::{
    ProjectId,
    rest::{ExportFormat, ExportTasks},
};
use tandem_store::{Tenant, TenantTx, pg::tasks};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use utoipa::IntoParams;

use super::{access, call::Call, problem::Refusal, projects, validate};

/// Chunks on their way to the reader.
const CHUNKS: usize = 4;

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ExportQuery {
    pub format: ExportFormat,
}

/// Export a project's newest submitted annotations.
///
/// Streamed: one COCO document, or one JSON line a task. A body that breaks off is no complete export.
#[utoipa::path(
    tag = "annotations",
    operation_id = "exportProject",
    params(("project_id" = ProjectId, Path), ExportQuery),
    responses((status = 200, description = "The export", content((String = "application/json"), (String = "application/x-ndjson")))),
    extensions(("x-action" = json!(Action::ExportRead.name()))),
)]
#[get("/projects/{project_id}/export")]
pub async fn export_project(call: Call) -> Result<HttpResponse, Refusal> {
    let id = call.path::<ProjectId>()?;
    let mut tx = call.begin().await?;
    access::project(&mut tx, &call.identity, id, Action::ExportRead).await?;
    let format = call.query::<ExportQuery>()?.format;
    stream(&call, tx, id, Of::All, format).await
}

/// Export the newest submitted annotations of some tasks.
///
/// As the whole project is exported. Of a task that has none the line, or the image, is there without annotations.
#[utoipa::path(
    tag = "annotations",
    operation_id = "exportTasks",
    params(("project_id" = ProjectId, Path)),
    request_body = ExportTasks,
    responses((status = 200, description = "The export", content((String = "application/json"), (String = "application/x-ndjson")))),
    extensions(("x-action" = json!(Action::ExportRead.name()))),
)]
#[post("/projects/{project_id}/export")]
pub async fn export_tasks(mut call: Call) -> Result<HttpResponse, Refusal> {
    let id = call.path::<ProjectId>()?;
    let body = call.body().await?;
    let mut tx = call.begin().await?;
    access::project(&mut tx, &call.identity, id, Action::ExportRead).await?;
    let wanted = body.parse::<ExportTasks>()?;
    validate::export_tasks(&wanted)?;
    if let Some(index) = tasks::not_of(&mut tx, id, &wanted.task_ids).await? {
        return Err(Refusal::field(&format!("task_ids[{index}]"), "exists", "names no task of this project"));
    }
    stream(&call, tx, id, Of::These(wanted.task_ids), wanted.format).await
}

async fn stream(call: &Call, mut tx: TenantTx, id: ProjectId, of: Of, format: ExportFormat) -> Result<HttpResponse, Refusal> {
    let project = projects::read(&mut tx, call, id).await?;
    tx.rollback().await?;
    let tenant = Tenant { workspace: call.identity.workspace_id, user: Some(call.user()) };
    let snapshot = tenant.begin_snapshot(&call.state.store).await?;
    let (chunks, body) = mpsc::channel(CHUNKS);
    let head = ContentDisposition::attachment(export::filename(&project, format));
    tokio::spawn(async move {
        let mut sink = Sink::new(chunks);
        match export::run(snapshot, &project, &of, format, &mut sink).await {
            Ok(()) | Err(ExportError::Gone) => {}
            Err(error) => {
                tracing::error!(project = %project.id, %error, "an export broke off");
                sink.fail(error).await;
            }
        }
    });
    Ok(HttpResponse::Ok().content_type(format.content_type()).insert_header(head).streaming(ReceiverStream::<Chunk>::new(body)))
}

type Chunk = Result<Bytes, ExportError>;
