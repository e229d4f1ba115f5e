//! Batches of a project.

use tandem_domain::permission::Action;
use tandem_protocol::{
    ProjectId,
    rest::{Batch, CreateBatch, Page},
};

use super::{IDEMPOTENCY, PageQuery};

/// Batches of a project.
#[utoipa::path(
    get, path = "/api/v1/projects/{project_id}/batches", tag = "projects", operation_id = "listBatches",
    params(("project_id" = ProjectId, Path), PageQuery),
    responses((status = 200, description = "Batches, newest first", body = Page<Batch>)),
    extensions(("x-action" = json!(Action::ProjectRead.name()))),
)]
pub fn list_batches() {}

/// Create a batch.
#[utoipa::path(
    post, path = "/api/v1/projects/{project_id}/batches", tag = "projects", operation_id = "createBatch",
    params(("project_id" = ProjectId, Path), ("Idempotency-Key" = Option<String>, Header, description = IDEMPOTENCY)),
    request_body = CreateBatch,
    responses((status = 201, description = "Created", body = Batch)),
    extensions(("x-action" = json!(Action::BatchWrite.name()))),
)]
pub fn create_batch() {}
