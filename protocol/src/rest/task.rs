use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Asset, LeaseView};
use crate::{AssetId, BatchId, ProjectId, TaskId, role::text};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TaskStatus {
    /// In the queue, leased by nobody.
    Pending,
    /// Leased, not yet accepted.
    Assigned,
    /// Leased and accepted.
    InProgress,
    Review,
    Adjudication,
    Completed,
    Rejected,
    /// Skipped by as many people as the project allows.
    Skipped,
    Cancelled,
}

text!(TaskStatus {
    Pending = "pending",
    Assigned = "assigned",
    InProgress = "in_progress",
    Review = "review",
    Adjudication = "adjudication",
    Completed = "completed",
    Rejected = "rejected",
    Skipped = "skipped",
    Cancelled = "cancelled",
});

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateTasks {
    /// 1 to 1000.
    pub tasks: Vec<NewTask>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTask {
    pub asset_id: AssetId,
    /// The integrator's own name for it; unique in the project.
    #[serde(default)]
    pub external_id: Option<String>,
    #[serde(default)]
    pub batch_id: Option<BatchId>,
    /// 1 (low) to 10 (high); default 5.
    #[serde(default)]
    pub priority: Option<i16>,
    /// Anything the project wants to show beside the image; a JSON object.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub input: Option<serde_json::Value>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CreatedTasks {
    pub tasks: Vec<Task>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Task {
    pub id: TaskId,
    pub project_id: ProjectId,
    pub batch_id: Option<BatchId>,
    pub external_id: Option<String>,
    /// The workflow step the task is at, e.g. `annotate`.
    pub step: String,
    pub status: TaskStatus,
    pub priority: i16,
    /// In lists the asset carries no `url`.
    pub asset: Asset,
    #[schema(value_type = Object)]
    pub input: serde_json::Value,
    /// Who has it now.
    pub lease: Option<LeaseView>,
    /// Regions in the newest submitted annotation.
    pub region_count: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub completed_at: Option<DateTime<Utc>>,
    /// What it shows is for whoever accepts it (`content_after_accepting` of its step), and I have not: `input` is empty, the asset has no `url`,
    /// and its document is closed to me.
    #[serde(default)]
    pub is_withheld: bool,
}

impl Task {
    /// Only what is needed to choose or to accept it.
    #[must_use]
    pub fn withheld(mut self) -> Self {
        self.is_withheld = true;
        self.input = serde_json::Value::Object(serde_json::Map::new());
        self.asset.url = None;
        self
    }
}
