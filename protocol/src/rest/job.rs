use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{ExportFormat, PresignedRequest, UserSummary};
use crate::{JobFileId, JobId, ProjectId, role::text};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// Waits for a free worker, or for its next attempt.
    Queued,
    Running,
    Succeeded,
    /// `error` says why. It is not tried again.
    Failed,
    Cancelled,
}

text!(JobState { Queued = "queued", Running = "running", Succeeded = "succeeded", Failed = "failed", Cancelled = "cancelled" });

impl JobState {
    /// Whether anything is still to come of it.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Queued | Self::Running)
    }
}

/// Work that takes a while and runs by itself, on any node.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Job {
    pub id: JobId,
    pub project_id: ProjectId,
    /// `import`, `export`, `relabel`; others may come.
    pub kind: String,
    pub state: JobState,
    /// As it was asked for.
    pub input: Value,
    /// What it is about, for people: of an import the name of the archive, of a relabelling both names.
    pub subject: Option<String>,
    /// What came of it: of an import its report, of an export how many bytes it has, of a relabelling what was changed.
    pub result: Option<Value>,
    /// Why it failed; while it is open, why the attempt before did.
    pub error: Option<String>,
    /// What it is at: `reading`, `checking`, `uploading`, `saving`; `writing`, `storing`; `documents`, `workflows`, `annotations`.
    pub phase: Option<String>,
    /// How far that is; in bytes while reading, then in images, or in what the phase names.
    pub done: i64,
    /// 0: not known yet.
    pub total: i64,
    /// The first is 1; 0 before it began. After the third that failed the job has failed.
    pub attempt: i32,
    /// Somebody asked it to stop; it does at its next step.
    pub is_cancelling: bool,
    pub created_by: Option<UserSummary>,
    pub created_at: DateTime<Utc>,
    /// Of the first attempt.
    pub started_at: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
    /// What it made, while it is kept.
    pub file: Option<JobFile>,
}

/// A file that a job has made or is to read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct JobFile {
    pub id: JobFileId,
    pub filename: String,
    pub content_type: String,
    /// Bytes.
    pub size: i64,
    /// Deleted some time after this.
    pub expires_at: DateTime<Utc>,
    /// A presigned GET, where one job is read.
    pub url: Option<String>,
}

/// What is to be done. `kind` says what, `input` with what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", content = "input", rename_all = "snake_case", deny_unknown_fields)]
pub enum CreateJob {
    Import(ImportInput),
    Export(ExportInput),
    Relabel(RelabelInput),
}

impl CreateJob {
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Import(_) => ImportInput::KIND,
            Self::Export(_) => ExportInput::KIND,
            Self::Relabel(_) => RelabelInput::KIND,
        }
    }
}

/// The format of what is imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImportFormat {
    /// One JSON file, with boxes, polygons, masks or keypoints.
    Coco,
    /// A JSON file for each image.
    Labelme,
    /// As an export writes it.
    Jsonl,
}

/// Brings the images and annotations of an uploaded file into the project. What the project has already, by its file name, stays as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportInput {
    pub format: ImportFormat,
    /// The upload, whose bytes are there: a ZIP archive of the annotations and their images.
    pub file_id: JobFileId,
    /// The annotation file (COCO, JSON Lines) or folder (LabelMe) in the archive; not needed where there is only one it can be.
    #[serde(default)]
    pub annotations: Option<String>,
    /// Its regions become suggestions of this source, a model's name and version, for people to accept or reject; without it they are the work itself. A `score`
    /// from 0 to 1 of a COCO annotation says how sure it is.
    #[serde(default)]
    pub suggested_by: Option<String>,
}

impl ImportInput {
    pub const KIND: &str = "import";
}

/// Writes the newest submitted annotations of the project into a file, which is kept for a week.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExportInput {
    pub format: ExportFormat,
}

impl ExportInput {
    pub const KIND: &str = "export";
}

/// Gives a label another name, or makes it one with the label of that name. The project's labels change at once, and what says the old name means the
/// new one from then on; the job rewrites what is stored: annotations, what workflows remember of them, and the documents of tasks that are not done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RelabelInput {
    /// A label of the project.
    pub from: String,
    /// 1 to 100 characters. If the project has such a label, it takes over the regions, and `from` is no label any more.
    pub to: String,
}

impl RelabelInput {
    pub const KIND: &str = "relabel";
}

/// Ask for an upload that a job is to read. The answer says where and how to PUT the bytes.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateJobFile {
    /// 1 to 255 characters, no path separators or control characters; ends with `.zip`.
    pub filename: String,
    /// Bytes, at most 5 GiB.
    pub size: u64,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct JobFileUpload {
    pub file: JobFile,
    pub upload: PresignedRequest,
}
