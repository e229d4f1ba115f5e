use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Region;
use crate::{CheckpointId, TaskId, UserId, role::text};

/// Why a checkpoint was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckpointReason {
    /// The work was submitted.
    Submit,
    /// The newest one had grown old.
    Compaction,
    /// Somebody asked for it.
    Manual,
    /// An older checkpoint was about to be restored.
    Restore,
}

text!(CheckpointReason { Submit = "submit", Compaction = "compaction", Manual = "manual", Restore = "restore" });

/// A live document as it was at some moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Checkpoint {
    pub id: CheckpointId,
    pub task_id: TaskId,
    /// The document's name: of its step, `label#1` of a slot, `label~1` after a draft was discarded.
    pub step: String,
    pub reason: CheckpointReason,
    pub made_at: DateTime<Utc>,
    /// Who submitted, asked or restored; none: nobody, it came by itself.
    pub made_by: Option<UserId>,
    /// Who edited since the checkpoint before.
    pub authors: Vec<UserId>,
    pub region_count: i32,
    /// Regions that came, changed and went since the checkpoint before.
    pub added: i32,
    pub changed: i32,
    pub removed: i32,
}

/// A checkpoint and what was drawn then.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CheckpointContent {
    pub checkpoint: Checkpoint,
    pub regions: Vec<Region>,
}

/// What restoring a checkpoint did to the live document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Restored {
    /// How the document was right before: restore it to take this back.
    pub before: CheckpointId,
    pub added: u32,
    pub changed: u32,
    pub removed: u32,
}
