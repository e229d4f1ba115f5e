//! Tasks on their way through a workflow: reviewing them, seeing where they stand, and stepping in.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{Annotation, Assignment, Reason, Work};
use crate::{TaskId, UserId, WorkflowId, role::text, ws::Base64};

/// What a reviewer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReviewDecision {
    Approve,
    Reject,
    RequestChanges,
}

text!(ReviewDecision { Approve = "approve", Reject = "reject", RequestChanges = "request_changes" });

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideReview {
    pub fencing_token: i64,
    pub decision: ReviewDecision,
    /// 1 to 2,000 characters; must be given with `reject` and `request_changes`.
    #[serde(default)]
    pub reason: Option<String>,
    /// As in a submit. What the reviewer mended in the document before approving becomes a version of its own.
    #[serde(default)]
    pub state_vector: Option<Base64>,
    /// As in a submit.
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
pub struct Decided {
    pub assignment: Assignment,
    /// What was decided about.
    pub annotation: Option<Annotation>,
    pub next: Option<Work>,
}

/// One person's answer to a task, for those who decide between answers.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Candidate {
    pub annotation: Annotation,
    pub user_name: Option<String>,
    /// Which of the step's answers.
    pub slot: i16,
    /// Which time the task was at the step.
    pub round: i32,
    /// Why it was rejected or sent back.
    pub reason: Option<String>,
}

/// Where a task stands in its workflow.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct TaskStanding {
    pub workflow_id: WorkflowId,
    /// As XState writes it: a name, or an object of regions.
    pub value: Value,
    /// Why it waits for an admin, if it does.
    pub held: Option<String>,
    pub is_done: bool,
    pub open: Vec<OpenStepView>,
    /// Who works on it now.
    pub leases: Vec<Assignment>,
    /// Programs whose answers it waits for.
    pub waits_for: Vec<WaitsFor>,
    /// What conditions see: `steps`, `step_output`, `input`. For reviewers and admins, unless they themselves answer it without seeing the others' answers.
    pub context: Option<Value>,
}

/// A step in the hands of a program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WaitsFor {
    pub step: String,
    /// `webhook`, `model`, `external_agent`, `auto_process`, `merge`.
    pub kind: String,
    /// Names this very call: another visit of the step, or another attempt, is another one.
    pub since: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OpenStepView {
    pub step: String,
    pub kind: String,
    pub needed: u64,
}

/// One step that a task took, or a batch.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct StateTransition {
    pub occurred_at: DateTime<Utc>,
    pub event: String,
    /// Null for the first.
    pub from: Option<Value>,
    pub to: Value,
    /// Each condition that was asked, and whether it held.
    pub guards: Value,
    /// What was taken and run, in order.
    pub actions: Value,
    /// Milliseconds that the task had stood at `from`.
    pub duration_ms: Option<i64>,
    pub actor_id: Option<UserId>,
    pub actor_name: Option<String>,
    /// `begun`, `answer`, `decision`, `timer`, `program`, `admin`, `migration`, `skips`; of a batch `begun`, `children`.
    pub trigger: String,
    pub reason: Option<String>,
    /// What it was told, e.g. a decision, what a program answered, or why it failed. `{"omitted_bytes": n}` where that is long; null where there is nothing to say.
    pub payload: Option<Value>,
    /// Of the request that did it, as in the audit log; null: the server itself did.
    pub request_id: Option<String>,
}

/// What an admin does to a task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
pub enum SteerTask {
    /// Nobody works on it until `resume`.
    Hold { reason: String },
    /// It goes on where it was. A step that gave up (its time was over, nobody agreed, a program failed) is opened anew, and a hold step is over.
    Resume { reason: String },
    /// Done as it stands.
    Complete { reason: String },
    /// Out of the way for good.
    Archive { reason: String },
    /// A step begins anew; one of a branch only while its parallel step is under way, and the other branches stay where they are.
    Reset { step: String, reason: String },
    /// A stuck step is opened anew.
    Reopen { step: String, reason: String },
    /// What comes of a stuck step, in place of its own output.
    Resolve { step: String, output: Value, reason: String },
    /// A hold step or a step that ends by hand is over.
    Finish { step: String, reason: String },
    /// Back to where it was before its last step.
    Undo { reason: String },
}

/// Take work from its holder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EvictHolder {
    /// 1 to 500 characters; the holder is told.
    pub reason: String,
    #[serde(default)]
    pub then: AfterEviction,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "to", rename_all = "snake_case", deny_unknown_fields)]
pub enum AfterEviction {
    /// Anybody who may.
    #[default]
    Pool,
    Person {
        user_id: UserId,
    },
    /// Held for an admin.
    Hold,
}

/// Give one's own work to somebody else, or take it back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HandOver {
    pub fencing_token: i64,
    pub user_id: UserId,
    /// 1 to 500 characters.
    #[serde(default)]
    pub reason: Option<String>,
}

/// Give a task to somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssignTask {
    pub user_id: UserId,
    /// Which of the open steps; the first if none is said.
    #[serde(default)]
    pub step: Option<String>,
    /// Against the rules of the step: `reason` must say why.
    #[serde(default)]
    pub force: bool,
    /// 1 to 500 characters.
    #[serde(default)]
    pub reason: Option<String>,
}

/// Give tasks to people, in turn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssignTasks {
    /// 1 to 500 tasks of the project, each once.
    pub task_ids: Vec<TaskId>,
    /// 1 to 20 people, each once: the first task goes to the first of them who may have it, the next to whoever follows.
    pub user_ids: Vec<UserId>,
    /// Which of the open steps; the first if none is said.
    #[serde(default)]
    pub step: Option<String>,
    /// Against the rules of the step: `reason` must say why.
    #[serde(default)]
    pub force: bool,
    /// 1 to 500 characters.
    #[serde(default)]
    pub reason: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct TasksAssigned {
    /// One for each task, in the order in which they were named.
    pub items: Vec<TaskAssigned>,
}

/// What became of one task.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct TaskAssigned {
    pub task_id: TaskId,
    /// Null: nobody of them has it.
    pub assignment: Option<Assignment>,
    /// Why nobody has it, one for each person.
    pub refused: Vec<NotGiven>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NotGiven {
    pub user_id: UserId,
    pub reason: Reason,
}

/// Whether somebody may have a task, step by step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TaskEligibility {
    pub user_id: UserId,
    /// In one of the open steps.
    pub eligible: bool,
    pub steps: Vec<StepEligibility>,
}

/// Everybody of the project, each with whether they may have the task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TaskAssignees {
    pub items: Vec<TaskEligibility>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StepEligibility {
    pub step: String,
    pub eligible: bool,
    pub reasons: Vec<Reason>,
}

/// How the work of a project stands, step by step.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct WorkflowProgress {
    /// The active one.
    pub workflow_id: Option<WorkflowId>,
    pub steps: Vec<StepWork>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StepWork {
    pub step: String,
    /// Tasks with a place that nobody has.
    pub waiting: i64,
    /// Tasks that somebody works on.
    pub working: i64,
    /// Answers and decisions given.
    pub done: i64,
    /// Tasks that wait for an admin.
    pub held: i64,
    pub people: Vec<StepPerson>,
    /// Why I may not work there; nothing: I may.
    pub closed: Vec<Reason>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StepPerson {
    pub user_id: UserId,
    pub name: String,
    pub task_id: TaskId,
}

/// Move a project's tasks to this version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MigrateTasks {
    /// Only say what would happen.
    #[serde(default)]
    pub dry_run: bool,
    /// Go on after this task: `next` of the answer before.
    #[serde(default)]
    pub after: Option<TaskId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MigratedTasks {
    /// Go on where they are.
    pub stay: u64,
    /// Nobody has worked on them: they begin anew.
    pub begin_anew: u64,
    pub misfits: Vec<Misfits>,
    /// There are more: ask again with it as `after`.
    pub next: Option<TaskId>,
}

/// Tasks that cannot be moved, and stay as they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Misfits {
    pub reason: String,
    pub count: u64,
    /// Some of them.
    pub tasks: Vec<TaskId>,
}

/// Give a member nothing more for now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PauseMember {
    /// 1 to 500 characters; null lets them go on.
    pub reason: Option<String>,
    #[serde(default)]
    pub until: Option<DateTime<Utc>>,
}

/// What a member is certified to do and when they work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberProfile {
    pub skills: Vec<MemberSkill>,
    pub teams: Vec<String>,
    /// Time zone, working hours and daily capacity; see docs/workflows.md. Null: any time.
    pub availability: Option<Value>,
    /// Tasks held at once.
    pub max_concurrent: Option<u32>,
}

/// When I work.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MyHours {
    /// Time zone, working hours and days off; see docs/workflows.md. Null: any time.
    pub availability: Option<Value>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberSkill {
    pub name: String,
    /// novice, intermediate, advanced, expert.
    pub level: String,
    #[serde(default)]
    pub expires_at: Option<DateTime<Utc>>,
}

/// What an agent outside answers for a step that waits for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StepResult {
    /// What comes of the step.
    #[serde(default)]
    pub output: Option<Value>,
    /// It failed: the step's retries or its hold follow.
    #[serde(default)]
    pub error: Option<String>,
    /// Which call this answers: `since` of `waits_for` in the task's standing. What comes after the step gave up waiting is refused then, not taken for the
    /// answer to its next attempt. Without it, whichever waits.
    #[serde(default)]
    pub since: Option<DateTime<Utc>>,
}

/// What became of the simulated tasks: `paths`, `steps`, `teams`, `finish`, `bottleneck`, `ends`; see docs/workflows.md, "Simulation".
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = Object)]
pub struct Simulated(pub Value);
