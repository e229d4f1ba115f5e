use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Geometry, RegionId, TaskId, role::text};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreatePredictions {
    /// 1 to 1000; each source once for a task.
    pub predictions: Vec<NewPrediction>,
}

/// All that one source suggests for one task. It takes the place of what the same source suggested before and nobody has decided about; without regions
/// it takes that away.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPrediction {
    /// This, or `external_id`, or `filename`: one of them.
    #[serde(default)]
    pub task_id: Option<TaskId>,
    #[serde(default)]
    pub external_id: Option<String>,
    /// The image's. Only one task may have an image of this name.
    #[serde(default)]
    pub filename: Option<String>,
    /// The model's name and version, as people shall read it; 1 to 200 characters.
    pub source: String,
    pub regions: Vec<PredictedRegion>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PredictedRegion {
    /// The region has it that this becomes when somebody accepts it. Without one it gets one.
    #[serde(default)]
    pub id: Option<RegionId>,
    pub label: String,
    pub geometry: Geometry,
    #[serde(default)]
    #[schema(value_type = Object)]
    pub attributes: serde_json::Map<String, serde_json::Value>,
    /// Drawing order: higher lies on top.
    #[serde(default)]
    pub z: i32,
    /// 0 to 1: how sure the model is.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 1)]
    pub score: Option<f64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CreatedPredictions {
    /// In the order asked.
    pub items: Vec<PredictedTask>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PredictedTask {
    pub task_id: TaskId,
    pub outcome: PredictionOutcome,
    /// Ids of what is suggested, in the order of the regions.
    pub suggestions: Vec<RegionId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PredictionOutcome {
    /// Whoever has the task open sees it, and whoever opens it.
    Suggested,
    /// Nothing was done: the task is done.
    TaskDone,
    /// A document of the task has no space for it.
    DocumentFull,
}

text!(PredictionOutcome { Suggested = "suggested", TaskDone = "task_done", DocumentFull = "document_full" });
