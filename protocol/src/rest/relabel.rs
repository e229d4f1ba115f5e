use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{FieldError, LayoutId, RegionKind, TaskId, role::text};

/// What becomes of a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LabelChange {
    /// Its name is new in the project.
    Rename,
    /// There is a label of that name, which takes its regions over.
    Merge,
    /// It has happened; what is stored may not follow yet.
    Done,
}

text!(LabelChange { Rename = "rename", Merge = "merge", Done = "done" });

/// What a job of the kind `relabel` would change. Counts are of annotations that nothing has superseded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RelabelPreview {
    /// Absent where `problems` say that nothing can.
    pub change: Option<LabelChange>,
    /// Why it would be refused; fields are `from` and `to`.
    pub problems: Vec<FieldError>,
    pub regions: i64,
    pub annotations: i64,
    pub tasks: i64,
    /// By shape.
    pub kinds: Vec<KindCount>,
    /// Tasks that are not done and have been begun: their documents are looked through.
    pub open_tasks: i64,
    /// Layouts, active or drafts, that name the label. They go on working: the old name means the new one.
    pub layouts: Vec<LayoutMention>,
    /// A few of the tasks, those with most such regions first.
    pub samples: Vec<RelabelSample>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct KindCount {
    pub kind: RegionKind,
    pub regions: i64,
    /// Whether the label that it is to become takes this shape.
    pub fits: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LayoutMention {
    pub id: LayoutId,
    pub name: String,
    pub version: i32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RelabelSample {
    pub task_id: TaskId,
    /// The file's.
    pub name: String,
    pub regions: i64,
}
