use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{PauseMember, UserSummary};
use crate::{BatchId, CustomerId, ProjectId, ProjectRole, RegionKind, UserId, WorkflowId, role::text};

/// What can be labelled in a project, and how.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LabelSchema {
    pub labels: Vec<LabelDef>,
}

/// One label (class, category).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LabelDef {
    /// Unique in the project; 1 to 100 characters. A job of the kind `relabel` changes it, and what has it.
    pub name: String,
    /// What it was called before, and what became it. Work that still says so is understood. The server keeps this; what is sent does not count.
    #[serde(default)]
    pub formerly: Vec<String>,
    /// `#rrggbb`.
    pub color: String,
    /// One key, e.g. `1` or `k`; unique in the project.
    #[serde(default)]
    pub hotkey: Option<String>,
    /// Shapes this label may take; empty means every shape.
    #[serde(default)]
    pub kinds: Vec<RegionKind>,
    /// Names of the skeleton's points, where the label is a skeleton.
    #[serde(default)]
    pub keypoints: Vec<String>,
    /// The skeleton's edges as 0-based indices into `keypoints`.
    #[serde(default)]
    #[schema(value_type = Vec<Vec<u32>>)]
    pub skeleton: Vec<[u32; 2]>,
    /// Pairs of points that are each other's mirror image, such as the left and the right eye: 0-based indices into `keypoints`, each in one pair at most.
    #[serde(default)]
    #[schema(value_type = Vec<Vec<u32>>)]
    pub symmetry: Vec<[u32; 2]>,
    /// COCO's `supercategory`, kept through import and export.
    #[serde(default)]
    pub supercategory: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProjectStatus {
    Draft,
    Active,
    Paused,
    Completed,
    Archived,
}

text!(ProjectStatus {
    Draft = "draft",
    Active = "active",
    Paused = "paused",
    Completed = "completed",
    Archived = "archived",
});

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Project {
    pub id: ProjectId,
    pub customer_id: Option<CustomerId>,
    pub name: String,
    pub description: String,
    pub status: ProjectStatus,
    pub label_schema: LabelSchema,
    /// How long a lease lasts without being renewed, in seconds.
    pub lease_seconds: u32,
    /// The caller's role here.
    pub my_role: ProjectRole,
    pub progress: Progress,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// Tasks of a project by where they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Progress {
    pub total: i64,
    pub pending: i64,
    /// Leased by somebody right now.
    pub in_progress: i64,
    /// Submitted or beyond.
    pub completed: i64,
    pub skipped: i64,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateProject {
    /// 1 to 200 characters, unique in the workspace.
    pub name: String,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub customer_id: Option<CustomerId>,
    #[serde(default)]
    pub label_schema: LabelSchema,
    /// 30 to 86400; default 1800.
    #[serde(default)]
    pub lease_seconds: Option<u32>,
}

/// Only the fields present are changed.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateProject {
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub description: Option<String>,
    #[serde(default)]
    pub status: Option<ProjectStatus>,
    #[serde(default)]
    pub label_schema: Option<LabelSchema>,
    #[serde(default)]
    pub lease_seconds: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ProjectMember {
    pub user: UserSummary,
    pub role: ProjectRole,
    pub since: DateTime<Utc>,
    /// Given nothing more for now, and why: told to those who may change members, and to the person.
    pub paused: Option<PauseMember>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutProjectMember {
    pub role: ProjectRole,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateBatch {
    pub name: String,
    #[serde(default)]
    pub description: String,
    /// 1 (low) to 10 (high); default 5.
    #[serde(default)]
    pub priority: Option<i16>,
    #[serde(default)]
    pub due_date: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Batch {
    pub id: BatchId,
    pub project_id: ProjectId,
    pub name: String,
    pub description: String,
    pub priority: i16,
    pub due_date: Option<DateTime<Utc>>,
    pub progress: Progress,
    pub created_by: Option<UserId>,
    pub created_at: DateTime<Utc>,
}

/// A batch as its own machine has it: the parent of its tasks', which follows how far they are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BatchInstance {
    pub id: Uuid,
    pub batch_id: BatchId,
    /// The workflow that was active when the first of its tasks came; none: the project had none.
    pub workflow_id: Option<WorkflowId>,
    /// `created`, `in_progress`, `completed`.
    pub value: String,
    /// Tasks that are not archived.
    pub total: u64,
    /// Those that somebody works on, or has; those that are done among them.
    pub begun: u64,
    pub done: u64,
    pub started_at: DateTime<Utc>,
    pub completed_at: Option<DateTime<Utc>>,
}
