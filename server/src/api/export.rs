//! Everything submitted, as a stream: read page by page in one snapshot of the database, written a chunk at a time. Memory stays
//! the same whatever the project's size, and a slow reader holds up nobody but itself.

use actix_web::{HttpResponse, get, http::header::ContentDisposition};
use bytes::Bytes;
use serde::Deserialize;
use tandem_actors::jobs::export::{self, ExportError, Sink};
use tandem_domain::permission::Action;
use tandem_protocol::{ProjectId, rest::ExportFormat};
use tandem_store::Tenant;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use utoipa::IntoParams;

use super::{access, call::Call, problem::Refusal, projects};

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
    let project = projects::read(&mut tx, &call, id).await?;
    tx.rollback().await?;
    let tenant = Tenant { workspace: call.identity.workspace_id, user: Some(call.user()) };
    let snapshot = tenant.begin_snapshot(&call.state.store).await?;
    let (chunks, body) = mpsc::channel(CHUNKS);
    let head = ContentDisposition::attachment(export::filename(&project, format));
    tokio::spawn(async move {
        let mut sink = Sink::new(chunks);
        match export::run(snapshot, &project, format, &mut sink).await {
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
