use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{AnnotationId, AssignmentId, Geometry, ProjectId, RegionId, TaskId, UserId, role::text};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AnnotationStatus {
    Draft,
    Submitted,
    Approved,
    Rejected,
    /// A newer version of the same work exists.
    Superseded,
}

text!(AnnotationStatus {
    Draft = "draft",
    Submitted = "submitted",
    Approved = "approved",
    Rejected = "rejected",
    Superseded = "superseded",
});

/// Where an annotation came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AnnotationSource {
    Human,
    Import,
}

text!(AnnotationSource { Human = "human", Import = "import" });

/// One version of the submitted work on a task-step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Annotation {
    pub id: AnnotationId,
    pub project_id: ProjectId,
    pub task_id: TaskId,
    pub step: String,
    pub user_id: Option<UserId>,
    pub assignment_id: Option<AssignmentId>,
    /// 1, 2, ... within the task-step.
    pub version: i32,
    pub parent_id: Option<AnnotationId>,
    pub status: AnnotationStatus,
    pub source: AnnotationSource,
    pub regions: Vec<Region>,
    /// The answer besides the regions, as the task's layout describes it (its `output_schema`); none where the task has no layout.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub output: Option<serde_json::Map<String, serde_json::Value>>,
    pub time_spent_ms: Option<i64>,
    pub submitted_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

/// One shape. The same JSON in the live document, in annotations and in the regions query.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Region {
    pub id: RegionId,
    pub label: String,
    pub geometry: Geometry,
    /// Free attributes of the shape; a JSON object.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub attributes: serde_json::Map<String, serde_json::Value>,
    /// Who drew it; none for imported shapes.
    #[serde(default)]
    pub author: Option<UserId>,
    /// Drawing order: higher lies on top.
    #[serde(default)]
    pub z: i32,
    /// What it has to do with other regions, each said once: by the region that it goes from.
    #[serde(default)]
    pub relations: Vec<Relation>,
}

/// From one region to another of the same task. A region has at most one of each label to the same other.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct Relation {
    pub to: RegionId,
    pub label: String,
    /// Whether it goes one way only; else it says the same of both.
    #[serde(default)]
    pub directed: bool,
}

/// A region with where it is, as the regions query returns it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RegionRow {
    pub project_id: ProjectId,
    pub task_id: TaskId,
    pub annotation_id: AnnotationId,
    #[serde(flatten)]
    pub region: Region,
    /// Square pixels.
    pub area: f64,
    /// `[x, y, width, height]` of the axis-parallel box around it.
    #[schema(value_type = Vec<f64>)]
    pub bounds: [f64; 4],
}

/// One entry of an annotation's history, oldest first. Never changed once written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AnnotationEvent {
    pub id: uuid::Uuid,
    pub annotation_id: AnnotationId,
    /// `imported`, `submitted`, `superseded`, `relabelled`, ...
    pub event_type: String,
    pub actor_id: Option<UserId>,
    /// `user`, `system` or `api`.
    pub actor_type: String,
    pub occurred_at: DateTime<Utc>,
    /// What changed against the version before: ids of regions.
    pub changes: RegionChanges,
    /// The regions as they were after this event.
    pub regions: Vec<Region>,
    /// The answer besides them, as it was then.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub output: Option<serde_json::Map<String, serde_json::Value>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RegionChanges {
    pub added: Vec<RegionId>,
    pub changed: Vec<RegionId>,
    pub removed: Vec<RegionId>,
    /// Where labels got other names: from those they had to those they have.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExportFormat {
    Coco,
    Jsonl,
}

text!(ExportFormat { Coco = "coco", Jsonl = "jsonl" });

/// Which tasks to export, and as what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExportTasks {
    pub format: ExportFormat,
    /// 1 to 500 tasks of the project; one that is there twice is exported once.
    pub task_ids: Vec<TaskId>,
}

impl ExportFormat {
    #[must_use]
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Coco => "application/json",
            Self::Jsonl => "application/x-ndjson",
        }
    }
}
