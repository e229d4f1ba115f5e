//! Bringing a dataset in: read, check, upload, save.
//!
//! *Read and check* (off the async threads): records are joined with their images in constant memory, every image is probed and every shape
//! validated. A file that is broken ends the job here, before anything was stored. *Upload*: the images that the project does not have
//! yet. *Save*: one transaction with the project, its labels, assets, tasks, annotations and live documents. If it does not commit, the
//! uploaded objects are deleted again. A process killed in between leaves objects that nothing refers to, and no rows.

mod coco;
mod jsonl;
mod labelme;
mod pictures;
mod prepare;
mod report;
mod save;

use std::{io, path::PathBuf, sync::Arc};

use tandem_domain::formats::FileProblem;
use tandem_protocol::{ProjectId, rest::LabelSchema};
use tandem_store::{Store, StoreError, Tenant, objects::ObjectError, objects::Objects, projects};

use super::Cancel;
pub use report::{Counts, Report, Tally};

/// What is brought in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportFormat {
    Coco,
    Labelme,
    Jsonl,
}

#[derive(Clone, Debug)]
pub struct ImportRequest {
    pub format: ImportFormat,
    /// The annotation file, or the folder of LabelMe files.
    pub path: PathBuf,
    /// Where the images are; found beside the file where not said.
    pub images: Option<PathBuf>,
    /// Made when the workspace has none of this name.
    pub project: String,
    /// Where every refusal is written as a JSON line.
    pub report: Option<PathBuf>,
}

/// What a job needs to know of the world.
#[derive(Clone)]
pub struct ImportContext {
    pub store: Store,
    pub objects: Objects,
    pub tenant: Tenant,
    pub progress: Arc<dyn Fn(Progress) + Send + Sync>,
    pub cancel: Cancel,
}

/// How far a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    pub stage: Stage,
    /// Bytes while reading, images after that.
    pub done: u64,
    pub total: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Reading,
    Checking,
    Uploading,
    Saving,
}

impl Stage {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reading => "reading",
            Self::Checking => "checking",
            Self::Uploading => "uploading",
            Self::Saving => "saving",
        }
    }
}

/// Why nothing at all was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("{}: {problem}", path.display())]
    File { path: PathBuf, problem: FileProblem },
    #[error("{}: {problem}", path.display())]
    Path { path: PathBuf, problem: String },
    #[error("temporary files: {0}")]
    Temporary(#[from] io::Error),
    #[error("the database: {0}")]
    Store(#[from] StoreError),
    #[error("{0}")]
    Objects(#[from] ObjectError),
    #[error("cancelled; nothing was imported")]
    Cancelled,
    #[error("the import ended unexpectedly: {0}")]
    Panicked(String),
}

/// Imports everything, or nothing.
///
/// # Errors
/// [`ImportError`] when nothing was imported. Records that were refused while the rest went in are in the [`Report`].
pub async fn import(context: &ImportContext, request: &ImportRequest) -> Result<Report, ImportError> {
    let known = project(context, &request.project).await?;
    let schema = known.as_ref().map(|(_, schema)| schema.clone()).unwrap_or_default();
    let work = {
        let (context, request) = (context.clone(), request.clone());
        tokio::task::spawn_blocking(move || prepare::prepare(&context, &request, schema)).await
    };
    let prepared = work.map_err(|e| ImportError::Panicked(e.to_string()))??;
    save::save(context, request, known.map(|(id, _)| id), prepared).await
}

async fn project(context: &ImportContext, name: &str) -> Result<Option<(ProjectId, LabelSchema)>, StoreError> {
    let mut tx = context.tenant.begin(&context.store).await?;
    let Some(id) = projects::find_by_name(&mut tx, name).await? else { return Ok(None) };
    let viewer = projects::Viewer { user: context.tenant.user.unwrap_or_default(), workspace_admin: true };
    let project = projects::get(&mut tx, id, viewer).await?.ok_or(StoreError::NotFound { entity: "project" })?;
    Ok(Some((id, project.label_schema)))
}
