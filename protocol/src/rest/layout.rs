use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, value::RawValue};
use utoipa::{IntoParams, ToSchema};

use super::WorkKind;
use crate::{LayoutId, ProjectId, UserId, role::text};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LayoutStatus {
    /// May still be changed and may have mistakes; no task is on it.
    Draft,
    /// Work on tasks of the project begins on it, all of it or some.
    Active,
    /// Was active. Tasks whose work began on it stay on it.
    Retired,
}

text!(LayoutStatus { Draft = "draft", Active = "active", Retired = "retired" });

/// One version of a layout of a project.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Layout {
    pub id: LayoutId,
    pub project_id: ProjectId,
    /// The first version's id: what all versions of a layout have in common.
    pub series: LayoutId,
    /// Counts from 1 in each series.
    pub version: i32,
    pub name: String,
    /// The `id` in its markup, by which others extend it; none where it cannot be read.
    pub key: Option<String>,
    pub status: LayoutStatus,
    /// What work begins on it: of an active one, something; of others, nothing.
    pub uses: Vec<LayoutUse>,
    pub created_by: Option<UserId>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub activated_at: Option<DateTime<Utc>>,
}

/// A version with what it says.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LayoutDetail {
    #[serde(flatten)]
    pub layout: Layout,
    /// The markup (docs/layouts.md), letter by letter.
    pub source: String,
    /// What is wrong with it now; of what was ever active, nothing.
    pub problems: Vec<LayoutProblem>,
    /// What it is compiled to (`domain/src/layout/tree.rs`); none while it has errors.
    #[schema(value_type = Option<Object>)]
    pub tree: Option<Box<RawValue>>,
}

/// A new layout: a draft, which may have mistakes.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateLayout {
    /// 1 to 200 characters.
    pub name: String,
    /// Markup, at most 256 KiB.
    pub source: String,
}

/// What a draft is from now on.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateLayout {
    /// 1 to 200 characters; without it the name stays.
    #[serde(default)]
    pub name: Option<String>,
    /// Markup, at most 256 KiB.
    pub source: String,
    /// The `updated_at` that this change was made from: refused if somebody saved in between. Without it the last one wins.
    #[serde(default)]
    pub seen: Option<DateTime<Utc>>,
}

/// What a version is used for: all work that has no layout of its own, or that of one step, of one kind, of both. More special goes before more general, a
/// step before a kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LayoutUse {
    /// Only for this step of the project's workflow.
    #[serde(default)]
    pub step: Option<String>,
    /// Only for this kind of work.
    #[serde(default)]
    pub kind: Option<WorkKind>,
}

impl LayoutUse {
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.step.is_none() && self.kind.is_none()
    }
}

/// A layout to look at.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckLayout {
    pub source: String,
}

/// What a layout is found to be.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CheckedLayout {
    /// Everything that is wrong with it, in the order of the text.
    pub problems: Vec<LayoutProblem>,
    /// What it is compiled to; none while it has errors.
    #[schema(value_type = Option<Object>)]
    pub tree: Option<Box<RawValue>>,
    /// JSON Schema (draft 2020-12) of its answers.
    #[schema(value_type = Option<Object>)]
    pub output_schema: Option<Value>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LayoutSeverity {
    /// It cannot be activated.
    Error,
    Warning,
}

/// One thing wrong with a layout. Lines and columns count from 1, columns in characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LayoutProblem {
    pub line: u32,
    pub column: u32,
    pub end_line: u32,
    pub end_column: u32,
    pub severity: LayoutSeverity,
    /// Stable machine word, e.g. `unknown_component`.
    pub rule: String,
    /// For people.
    pub message: String,
    /// What would stand in its place if a name is only misspelt.
    pub suggestion: Option<String>,
    /// The inherited layout that it is in; none: the text itself.
    pub layout: Option<String>,
}

/// The components that layouts are made of.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct LayoutComponents {
    /// Each with `name`, `summary`, `properties`, `events`, `children` (docs/layout-components.md says them in words).
    #[schema(value_type = Vec<Object>)]
    pub components: Box<RawValue>,
}

/// How a task is worked on.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct TaskLayout {
    /// None: the task is regions on an image, and nothing else.
    pub layout_id: Option<LayoutId>,
    pub name: Option<String>,
    pub version: Option<i32>,
    #[schema(value_type = Option<Object>)]
    pub tree: Option<Box<RawValue>>,
}
