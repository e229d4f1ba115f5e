use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::{ProjectId, UserId, WorkflowId, role::text};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WorkflowStatus {
    /// May still be changed; no task is on it.
    Draft,
    /// New tasks of the project begin on it.
    Active,
    /// Was active. Tasks that began on it stay on it.
    Retired,
}

text!(WorkflowStatus { Draft = "draft", Active = "active", Retired = "retired" });

/// One version of a workflow of a project.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Workflow {
    pub id: WorkflowId,
    pub project_id: ProjectId,
    /// What all its versions share: the `id` in the form.
    pub key: String,
    /// Counts from 1 for each key.
    pub version: i32,
    pub name: String,
    pub status: WorkflowStatus,
    /// What it says (docs/workflows.md). Kept as the text it came in: the order of keys has a meaning.
    #[schema(value_type = Object)]
    pub form: Box<RawValue>,
    /// Tasks that are on this version, in whatever state.
    pub tasks: i64,
    pub created_by: Option<UserId>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub activated_at: Option<DateTime<Utc>>,
}

/// A new draft: exactly one of the three. It becomes the next version of the key in it.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateWorkflow {
    /// JSON of the form (docs/workflows.md).
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub form: Option<Box<RawValue>>,
    /// The same as XML.
    #[serde(default)]
    pub xml: Option<String>,
    #[serde(default)]
    pub predefined: Option<PredefinedWorkflow>,
}

/// What a draft says from now on: exactly one of `form` and `xml`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateWorkflow {
    /// JSON of the form; its `id` stays what it was.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub form: Option<Box<RawValue>>,
    /// The same as XML.
    #[serde(default)]
    pub xml: Option<String>,
    /// The `updated_at` that this change was made from: refused if somebody saved in between. Without it the last one wins.
    #[serde(default)]
    pub seen: Option<DateTime<Utc>>,
}

/// A workflow to look at, without a project: exactly one of `form` and `xml`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckWorkflow {
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub form: Option<Box<RawValue>>,
    #[serde(default)]
    pub xml: Option<String>,
}

/// Workflows that nobody should have to write.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum PredefinedWorkflow {
    /// One annotator.
    Single,
    /// Several annotators; where they disagree, the majority.
    MultiVote { annotators: u32, metric: String, threshold: f64 },
    /// Several annotators; where they disagree, an adjudicator.
    MultiAdjudication { annotators: u32, metric: String, threshold: f64 },
    /// One annotator; of a share of the tasks (0 to 1) somebody reviews the result.
    SampledReview { rate: f64 },
    /// One annotator, and a review that may send the task back, this often at most.
    ReviewWithRework { max_rounds: u32 },
}

/// What a workflow is found to be.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CheckedWorkflow {
    /// Everything that is wrong with it; empty: it can be saved.
    pub problems: Vec<WorkflowProblem>,
    /// For drawing; empty where it cannot be read.
    pub graph: WorkflowGraph,
    /// The form as JSON, where XML was given and could be read.
    #[schema(value_type = Option<Object>)]
    pub form: Option<Box<RawValue>>,
}

/// One thing wrong with a workflow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WorkflowProblem {
    /// A JSON Pointer (RFC 6901) into the form, e.g. `/steps/0/timeout`; empty: the whole.
    pub path: String,
    /// Stable machine word, e.g. `unknown_target`.
    pub rule: String,
    /// For people.
    pub message: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WorkflowGraph {
    /// In the order of the form; the steps of branches after the step they belong to.
    pub nodes: Vec<WorkflowNode>,
    pub edges: Vec<WorkflowEdge>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WorkflowNode {
    /// The step; or `completed` or `archived`, where something leads there.
    pub id: String,
    pub name: String,
    /// The step's type; of the ends `complete` or `archive`.
    pub kind: String,
    /// How many people answer; 0: nobody works on it.
    pub needed: u32,
    /// The parallel step it runs in, and in which of its branches.
    pub parent: Option<String>,
    pub branch: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WorkflowEdge {
    pub from: String,
    pub to: String,
    /// The condition in words; empty: always.
    pub condition: String,
}
