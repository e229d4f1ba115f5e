use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Annotation, Task};
use crate::{AssignmentId, ProjectId, TaskId, UserId, role::text, ws::Base64};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AssignmentStatus {
    Assigned,
    Accepted,
    Submitted,
    Skipped,
    /// Given back by its holder.
    Released,
    /// Ran out. The work stays in the document.
    Expired,
    /// Taken by an admin for somebody else.
    Reassigned,
}

text!(AssignmentStatus {
    Assigned = "assigned",
    Accepted = "accepted",
    Submitted = "submitted",
    Skipped = "skipped",
    Released = "released",
    Expired = "expired",
    Reassigned = "reassigned",
});

impl AssignmentStatus {
    /// Whether the lease still holds the task.
    #[must_use]
    pub fn is_active(self) -> bool {
        matches!(self, Self::Assigned | Self::Accepted)
    }
}

/// What a lease asks of its holder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WorkKind {
    /// Draw and submit.
    Annotation,
    /// Approve, reject or ask for changes.
    Review,
    /// See all answers, submit the one that stands.
    Adjudication,
    Validation,
    Consensus,
}

text!(WorkKind {
    Annotation = "annotation",
    Review = "review",
    Adjudication = "adjudication",
    Validation = "validation",
    Consensus = "consensus",
});

/// A lease: one person's right to submit one task-step, until it expires.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Assignment {
    pub id: AssignmentId,
    pub project_id: ProjectId,
    pub task_id: TaskId,
    pub step: String,
    /// Which of the step's answers this is, where several people answer; the first is 0.
    pub slot: i16,
    /// Grows each time the step is opened anew.
    pub round: i32,
    /// The document that is worked on.
    pub scope: String,
    pub kind: WorkKind,
    pub user_id: UserId,
    pub status: AssignmentStatus,
    /// Grows with every lease ever given. Send it back with accept, renew, release, skip and submit.
    pub fencing_token: i64,
    pub assigned_at: DateTime<Utc>,
    pub accepted_at: Option<DateTime<Utc>>,
    pub expires_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
}

/// A lease, why it was given to this person, and why it ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AssignmentDetail {
    #[serde(flatten)]
    pub assignment: Assignment,
    /// What whoever ended it wrote: the person who skipped it, the admin who took it back. None: nobody wrote anything.
    pub reason: Option<String>,
    /// Why this person has it: `mode` of the step, `because` with the `rule` that chose them (`queue`, `kept`, `picked`, `by_hand`, `handed_over`, or that of a
    /// task the server gave), `skills` that the step asks for and they have, the `task`'s `priority` and since when it waited; with scores, `eligible` and
    /// `considered` where the server chose between people, and to those who may steer also the `runners_up`. For its holder and for those who may steer;
    /// none for others, and of leases of before this was kept.
    #[schema(value_type = Option<Object>)]
    pub assignment_metadata: Option<serde_json::Value>,
}

/// A lease as everybody on the task sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LeaseView {
    pub assignment_id: AssignmentId,
    pub user_id: UserId,
    pub user_name: String,
    pub status: AssignmentStatus,
    pub expires_at: DateTime<Utc>,
}

/// Which work. Without a body: any.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskNext {
    /// Only work of this step.
    #[serde(default)]
    pub step: Option<String>,
}

/// How far to look ahead.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct LookAhead {
    /// 1 to 10 tasks; default 2.
    #[serde(default)]
    #[param(minimum = 1, maximum = 10)]
    pub limit: Option<usize>,
}

/// What I would be given next.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Upcoming {
    /// Without what is withheld until it is accepted.
    pub tasks: Vec<Task>,
}

/// The answer to "next task, please".
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct NextTask {
    /// Nothing to do is an answer, not an error.
    pub work: Option<Work>,
    /// Without work: steps of the project that I may not work on, and why.
    pub closed: Vec<ClosedStep>,
    /// Without work, of the step that was asked for: why there is none. Null where no step was named.
    pub nothing: Option<NothingToDo>,
}

/// Why a step has nothing for me.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NothingToDo {
    pub step: String,
    /// Tasks with a place there that nobody has; the first 1,000 are counted.
    pub waiting: u32,
    /// Those of them that I may not have.
    pub kept_from: u32,
    /// What keeps me from most of them.
    pub commonest: Option<Reason>,
    /// Tasks there that others have.
    pub in_work: u32,
    /// When the first of what waits is mine to have, where that is known: an offer to somebody else ends, a skipped task comes back.
    pub expected_at: Option<DateTime<Utc>>,
    /// All of it in words.
    pub text: String,
}

/// A step that somebody may not work on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ClosedStep {
    pub step: String,
    pub name: String,
    pub reasons: Vec<Reason>,
}

/// Why not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Reason {
    /// A word for programs, e.g. `requires_skill`.
    pub code: String,
    /// A sentence for people, e.g. "Requires skill: Medical Coding (expert)".
    pub text: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Work {
    pub task: Task,
    pub assignment: Assignment,
}

/// Proof that the caller acts on the lease it thinks it has.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LeaseAction {
    pub fencing_token: i64,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SkipTask {
    pub fencing_token: i64,
    /// 1 to 500 characters.
    #[serde(default)]
    pub reason: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubmitTask {
    pub fencing_token: i64,
    /// The Yjs state vector of what the submitter sees. The server waits until its document has all of it, so that a
    /// submit does not overtake an edit. It says nothing of deletions: wait for their acknowledgements, or send `snapshot`.
    #[serde(default)]
    pub state_vector: Option<Base64>,
    /// The Yjs snapshot of what the submitter sees (`Y.encodeSnapshot(Y.snapshot(doc))`): its state vector and what was deleted. The
    /// server waits until its document has all of it, at most 1 MiB.
    #[serde(default)]
    pub snapshot: Option<Base64>,
    /// Milliseconds of active work since the task was opened.
    #[serde(default)]
    pub time_spent_ms: Option<i64>,
    /// Lease the next task of the project in the same call.
    #[serde(default)]
    pub and_next: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Submitted {
    pub annotation: Annotation,
    /// With `and_next`: the next piece of work, if there is any.
    pub next: Option<Work>,
}
