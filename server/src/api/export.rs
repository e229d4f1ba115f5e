//! Everything submitted, as a stream.

use serde::Deserialize;
use tandem_domain::permission::Action;
use tandem_protocol::{ProjectId, rest::ExportFormat};
use utoipa::IntoParams;

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ExportQuery {
    pub format: ExportFormat,
}

/// Export a project's newest submitted annotations.
///
/// Streamed: one COCO document, or one JSON line a task.
#[utoipa::path(
    get, path = "/api/v1/projects/{project_id}/export", tag = "annotations", operation_id = "exportProject",
    params(("project_id" = ProjectId, Path), ExportQuery),
    responses((status = 200, description = "The export", content((String = "application/json"), (String = "application/x-ndjson")))),
    extensions(("x-action" = json!(Action::ExportRead.name()))),
)]
pub fn export_project() {}
