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

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use tandem_domain::formats::FileProblem;
pub use tandem_protocol::rest::ImportFormat;
use tandem_protocol::{ProjectId, rest::Project};
use tandem_store::{
    Store, StoreError, Tenant,
    jobs::Claim,
    objects::{ObjectError, Objects},
    projects,
};

use super::Cancel;
pub use report::{Counts, Report, Tally};

#[derive(Clone, Debug)]
pub struct ImportRequest {
    pub format: ImportFormat,
    /// The annotation file, or the folder of LabelMe files.
    pub path: PathBuf,
    /// Where the images are; found beside the file where not said.
    pub images: Option<PathBuf>,
    pub project: Destination,
    /// Where every refusal is written as a JSON line.
    pub report: Option<PathBuf>,
    /// What it is called where it came from, for the audit log; none: as the file is.
    pub source: Option<String>,
    /// Regions become suggestions of this model; none: they are the work itself.
    pub suggested_by: Option<String>,
}

/// Where it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// Made when the workspace has none of this name.
    Named(String),
    Existing(ProjectId),
}

/// What an import needs to know of the world.
#[derive(Clone)]
pub struct ImportContext {
    pub store: Store,
    pub objects: Objects,
    pub tenant: Tenant,
    pub progress: Arc<dyn Fn(Progress) + Send + Sync>,
    pub cancel: Cancel,
    /// The job this is done for, if any: it ends in the transaction that saves.
    pub job: Option<Ending>,
}

/// How a job ends with its import: never twice, and never for whoever has lost it.
#[derive(Clone, Debug)]
pub struct Ending {
    pub claim: Arc<Claim>,
    /// Where its files lie for the moment, which is nobody's business.
    pub folder: PathBuf,
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
    /// Another worker does the job by now.
    #[error("the job is another worker's by now; nothing was imported here")]
    Lost,
    #[error("the import ended unexpectedly: {0}")]
    Panicked(String),
}

/// Imports everything, or nothing.
///
/// # Errors
/// [`ImportError`] when nothing was imported. Records that were refused while the rest went in are in the [`Report`].
pub async fn import(context: &ImportContext, request: &ImportRequest) -> Result<Report, ImportError> {
    let known = project(context, &request.project).await?;
    let schema = known.as_ref().map(|project| project.label_schema.clone()).unwrap_or_default();
    let name = match (&known, &request.project) {
        (Some(project), _) => project.name.clone(),
        (None, Destination::Named(name)) => name.clone(),
        (None, Destination::Existing(_)) => return Err(StoreError::NotFound { entity: "project" }.into()),
    };
    let work = {
        let (context, request, name) = (context.clone(), request.clone(), name.clone());
        tokio::task::spawn_blocking(move || prepare::prepare(&context, &request, &name, schema)).await
    };
    let prepared = work.map_err(|e| ImportError::Panicked(e.to_string()))??;
    save::save(context, request, &name, known.map(|project| project.id), prepared).await
}

async fn project(context: &ImportContext, destination: &Destination) -> Result<Option<Project>, StoreError> {
    let mut tx = context.tenant.begin(&context.store).await?;
    let id = match destination {
        Destination::Existing(id) => *id,
        Destination::Named(name) => match projects::find_by_name(&mut tx, name).await? {
            Some(id) => id,
            None => return Ok(None),
        },
    };
    let viewer = projects::Viewer { user: context.tenant.user.unwrap_or_default(), workspace_admin: true };
    projects::get(&mut tx, id, viewer).await?.ok_or(StoreError::NotFound { entity: "project" }).map(Some)
}

/// `text` without the path of a folder that was only there for the moment.
pub(super) fn hide(text: &str, folder: &Path) -> String {
    let folder = folder.to_string_lossy();
    text.replace(&format!("{folder}/"), "").replace(&*folder, "the archive")
}
