//! The tasks of one step, for whoever steps in.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{AssignmentStatus, TaskStatus, UserSummary};
use crate::{AssignmentId, TaskId};

/// Where a task may stand in a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StepTaskState {
    /// It has a place that nobody has.
    Waiting,
    /// Somebody works on it.
    Working,
    /// It waits for an admin.
    Held,
    /// Somebody answered or decided there.
    Done,
}

/// One page of a step's tasks, and how the work goes there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct StepTasks {
    pub items: Vec<StepTask>,
    pub next_cursor: Option<String>,
    /// Of the whole step, whatever was asked for.
    pub summary: StepSummary,
}

/// How the work goes in a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct StepSummary {
    /// How many people hold a task there.
    pub active_annotators: u32,
    /// How long an answer took, on average, of the newest 200 tasks that were answered: the active work where it was told, else from its beginning to its end.
    /// Null: there is none.
    pub average_ms: Option<i64>,
}

/// A task as it is in one step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StepTask {
    pub id: TaskId,
    pub external_id: Option<String>,
    pub filename: String,
    pub status: TaskStatus,
    /// 1 to 10; the highest goes first.
    pub priority: i16,
    /// Why it waits for an admin, if it does.
    pub held: Option<String>,
    /// Null: the step is not open for it.
    pub places: Option<StepPlaces>,
    /// Who works on it in this step or has answered there, in the order in which they began.
    pub people: Vec<StepTaskPerson>,
    /// When the first of them began; null: nobody has.
    pub started_at: Option<DateTime<Utc>>,
}

/// The places of an open step, one for each answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StepPlaces {
    /// That nobody has.
    pub free: i16,
    pub needed: i16,
    /// `pool`, `auto`, `hybrid` or `manual`.
    pub mode: String,
    pub opened_at: DateTime<Utc>,
    /// Skipped by enough people: nobody takes it before.
    pub rests_until: Option<DateTime<Utc>>,
    pub kept_for: Option<UserSummary>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StepTaskPerson {
    pub assignment_id: AssignmentId,
    pub user: UserSummary,
    pub status: AssignmentStatus,
    pub assigned_at: DateTime<Utc>,
    /// When they began; null: not yet.
    pub accepted_at: Option<DateTime<Utc>>,
    pub expires_at: DateTime<Utc>,
    pub submitted_at: Option<DateTime<Utc>>,
    /// Active work, as their client counted it; null: it did not, or not yet.
    pub time_spent_ms: Option<i64>,
    /// Why this person has it: as `assignment_metadata` of `AssignmentDetail`.
    #[schema(value_type = Option<Object>)]
    pub assignment_metadata: Option<serde_json::Value>,
}

/// Which of the waiting tasks go first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetPriority {
    /// 1 to 500 tasks of the project: all of them or none.
    pub task_ids: Vec<TaskId>,
    /// 1 to 10; the highest goes first.
    pub priority: i16,
    /// 1 to 500 characters, for the audit log.
    #[serde(default)]
    pub reason: Option<String>,
}

/// What a change of priority changed; tasks that had it already are not among them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PrioritySet {
    pub changed: Vec<PriorityBefore>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PriorityBefore {
    pub task_id: TaskId,
    pub was: i16,
}
