//! The form: what a workflow says. JSON in snake case; the XML of seed 003 says the same (`xml`).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Assignment;
use crate::{ordered::Json, statechart::Problem};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Workflow {
    pub id: String,
    #[serde(default)]
    pub name: String,
    #[serde(rename = "type", default)]
    pub kind: WorkflowKind,
    pub steps: Vec<Step>,
    /// None at all: the steps follow one another as they are written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transitions: Vec<Transition>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub hooks: Hooks,
    /// For the server, not for the flow.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub settings: Value,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkflowKind {
    Single,
    MultiVote,
    MultiAdjudication,
    #[default]
    Custom,
}

pub(super) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    pub id: String,
    #[serde(default)]
    pub name: String,
    #[serde(rename = "type")]
    pub kind: StepKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layout: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub completion: Completion,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub goal_contributions: Vec<GoalContribution>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub assignment: Assignment,
    /// What is done with several answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consensus: Option<ConsensusConfig>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub hooks: Hooks,
    /// What an automatic step runs: a plugin, a webhook's address, a model, an agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handler: Option<String>,
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub config: Value,
    /// Of a review or a sampling step: the share of tasks it sees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample_rate: Option<f64>,
    /// An ISO 8601 duration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry: Option<Retry>,
    /// What the step is given: values with `{"$expr": "..."}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input_mapping: Option<Json>,
    /// What of its output is kept; `$.event.output` is all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_mapping: Option<Json>,
    /// Of a parallel step: what runs side by side.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub branches: Vec<Branch>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub join: Join,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merge: Option<Merge>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    /// People answer, each for themselves.
    #[default]
    Annotation,
    /// Somebody approves, rejects or asks for changes; with `sample_rate` only of a share of the tasks.
    Review,
    /// Somebody decides between the answers.
    Adjudication,
    /// The answers of the step before are brought together.
    Consensus,
    /// A handler of the server or a plugin.
    AutoProcess,
    /// Only its transitions' conditions.
    Conditional,
    /// Its transitions' shares.
    PercentageRouter,
    /// Its transitions' people: who worked before.
    CollaboratorRouter,
    /// Says `sampled` or not.
    Sampling,
    Webhook,
    /// A prediction, as pre-annotation.
    Model,
    /// Waits until a program answers through the API.
    ExternalAgent,
    /// Waits until somebody lets it go.
    Hold,
    /// Branches side by side, then a join.
    Parallel,
    Complete,
    Archive,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Branch {
    pub id: String,
    pub steps: Vec<Step>,
    #[serde(default)]
    pub transitions: Vec<Transition>,
}

/// When a parallel step goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Join {
    #[default]
    All,
    Any,
    AtLeast(u32),
}

/// How the branches' results become one output.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum Merge {
    /// A handler is given them.
    Handler { handler: String, config: Value },
    /// Values with `{"$expr": "..."}`.
    Output(Json),
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Completion {
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<CompletionKind>,
    /// How many answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unique_annotators: Option<bool>,
    /// How many are enough when time is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_required: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_action: Option<TimeoutAction>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CompletionKind {
    AnnotationCount,
    ReviewDecision,
    Auto,
    Manual,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeoutAction {
    /// Go on with what is there, if `min_required` is.
    Proceed,
    /// Open the step anew.
    Retry,
    /// Hold the task for an admin.
    Escalate,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GoalContribution {
    pub goal: String,
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aggregation: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<f64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsensusConfig {
    /// E.g. `agreement:krippendorff_alpha`.
    pub metric: String,
    pub threshold: f64,
    #[serde(default)]
    pub on_agreement: OnAgreement,
    pub on_disagreement: OnDisagreement,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OnAgreement {
    /// Only `complete`: the step is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// Which answer stands for all.
    pub consensus_method: AnnotationMethod,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnnotationMethod {
    #[default]
    Majority,
    /// The answer of the one who is trusted most.
    BestAnnotator,
    First,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OnDisagreement {
    pub strategy: Strategy,
    /// When the strategy comes to nothing: a tie, or no more annotators.
    #[serde(default, rename = "fallback_strategy", skip_serializing_if = "Option::is_none")]
    pub fallback: Option<Strategy>,
    /// Of `additional_annotators`: how many answers at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_annotators: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    MajorityVote,
    WeightedVote,
    Adjudication,
    AdditionalAnnotators,
    Escalate,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retry {
    pub max_attempts: u32,
    /// An ISO 8601 duration between attempts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Hooks {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pre_process: Vec<Hook>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub post_process: Vec<Hook>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hook {
    pub id: String,
    pub plugin: String,
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub config: Value,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transition {
    pub from: String,
    /// A step, or `completed` or `archived`.
    pub to: String,
    #[serde(default)]
    pub condition: Condition,
    /// Of several that match the lowest number goes first, else the one written first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<i32>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    #[serde(rename = "type", default)]
    pub kind: ConditionKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expression: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<f64>,
    /// Of `sample` and `percentage`: a share from 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<f64>,
    /// Of `on_decision`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<Decision>,
    /// Of `worked_on`: who, and on which step.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub users: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub metadata: Value,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConditionKind {
    Always,
    #[default]
    OnComplete,
    OnAgreement,
    OnDisagreement,
    Expression,
    Sample,
    Percentage,
    OnDecision,
    WorkedOn,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    Approve,
    Reject,
    RequestChanges,
}

impl Decision {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Reject => "reject",
            Self::RequestChanges => "request_changes",
        }
    }
}

/// Why there is no flow.
#[derive(Debug, thiserror::Error)]
pub enum WorkflowError {
    /// It is not this form at all; the first thing that is not.
    #[error("{path}: {reason}")]
    Form { path: String, reason: String },
    #[error(transparent)]
    Xml(#[from] super::XmlError),
    /// It is the form, and says something that cannot be: all of it.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Problems(Vec<Problem>),
}

impl Workflow {
    /// # Errors
    /// The path of the first thing that is not in this form.
    pub fn from_json(text: &str) -> Result<Self, WorkflowError> {
        let mut json = serde_json::Deserializer::from_str(text);
        let workflow = serde_path_to_error::deserialize(&mut json).map_err(|error| {
            let path = error.path().to_string();
            WorkflowError::Form { path: if path == "." { "/".to_owned() } else { pointer(&path) }, reason: error.inner().to_string() }
        })?;
        json.end().map_err(|error| WorkflowError::Form { path: "/".to_owned(), reason: error.to_string() })?;
        Ok(workflow)
    }

    /// The XML of seed 003: a `Workflow`, or a `Project` with one inside.
    ///
    /// # Errors
    /// Where it is no XML, or says what is not known.
    pub fn from_xml(text: &str) -> Result<Self, WorkflowError> {
        let json = super::xml::read(text)?;
        Self::from_json(&json.to_string())
    }
}

impl Workflow {
    /// Those of branches too, in the order of the document.
    #[must_use]
    pub fn all_steps(&self) -> Vec<&Step> {
        super::shapes::all_steps(self)
    }

    /// The steps whose answers a review may be about: those of its own branch that gather answers, or, if there are none in it, all.
    #[must_use]
    pub fn answered_before(&self, review: &str) -> Vec<&str> {
        super::shapes::answered_before(self, review)
    }
}

/// `steps[0].completion.count` as a JSON Pointer, like all other places.
fn pointer(path: &str) -> String {
    format!("/{}", path.replace('[', ".").replace(']', "").replace('.', "/"))
}
