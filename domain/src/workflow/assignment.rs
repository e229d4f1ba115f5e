//! Who works on a step, as a workflow says it (seeds 000, 4 and 003, 2.3 and 4.3.3). What it means, with every default filled in, is
//! [`crate::assignment::StepRules`].

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tandem_protocol::UserId;

use super::form::is_default;

/// All of it may be left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Assignment {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    /// Nobody who worked on the task in any other step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prevent_reassignment: Option<bool>,
    /// Nobody who worked on the task in one of these steps.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exclude_steps: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub required_skills: Vec<Skill>,
    /// One of them is enough.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub required_roles: Vec<Role>,
    /// One of them is enough.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub team_restriction: Vec<String>,
    /// If there are any: only they.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allow_users: Vec<UserId>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub deny_users: Vec<UserId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub load_balancing: Option<LoadBalancing>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_concurrent_per_user: Option<u32>,
    /// An ISO 8601 duration between two tasks of one person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cool_off: Option<String>,
    /// An ISO 8601 duration that a task is kept for somebody who does nothing on it; that of the project, if nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lease: Option<String>,
    /// Working hours, days off and daily capacity count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub check_availability: Option<bool>,
    /// Tasks are pushed only to people who are there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub online_only: Option<bool>,
    /// Of `hybrid`: an ISO 8601 duration that an offer stands before everybody may take the task.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offer_for: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weights: Option<Weights>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub affinity: Option<Affinity>,
    #[serde(skip_serializing_if = "is_default")]
    pub skip: Skip,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rework: Option<Rework>,
    /// What a task shows is hidden until it is accepted, so nobody picks the easy ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_after_accepting: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drafts: Option<Drafts>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub starts_from: Option<StartsFrom>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub priority_rules: Vec<Value>,
}

/// How tasks come to people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// The server gives each task to somebody; whoever asks for one is given one too.
    Auto,
    /// Only an admin gives tasks.
    Manual,
    /// People take the next one.
    #[default]
    Pool,
    /// The server offers a task to somebody; if they do not accept it in time, people take it.
    Hybrid,
}

/// Whom a pushed task goes to, of all who may work on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LoadBalancing {
    /// Whoever was given one longest ago.
    RoundRobin,
    /// Whoever holds the fewest tasks.
    #[default]
    LeastLoaded,
    /// Whoever has the highest score by the step's weights.
    QualityWeighted,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Skill {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_proficiency: Option<Level>,
    /// False: preferred, so it only counts in the score.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required: Option<bool>,
    /// In the score, among the step's skills.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<f64>,
}

/// How well somebody can do something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    #[default]
    Novice,
    Intermediate,
    Advanced,
    Expert,
}

impl Level {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Novice => "novice",
            Self::Intermediate => "intermediate",
            Self::Advanced => "advanced",
            Self::Expert => "expert",
        }
    }
}

/// What somebody is for a step. Each is a role in the project, or more than it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    #[serde(alias = "annotator")]
    Labeler,
    Reviewer,
    /// A reviewer who decides between answers.
    Adjudicator,
    #[serde(alias = "project_admin")]
    Admin,
}

/// How much each part of a score counts; what is left out keeps its default. They need not add up to 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Weights {
    pub skill_match: f64,
    pub quality: f64,
    pub load: f64,
    pub affinity: f64,
    pub round_robin: f64,
    pub priority: f64,
    pub waiting: f64,
}

impl Default for Weights {
    fn default() -> Self {
        Self { skill_match: 0.25, quality: 0.25, load: 0.2, affinity: 0.1, round_robin: 0.1, priority: 0.05, waiting: 0.05 }
    }
}

impl Weights {
    /// By the names they have in the form, which are those of the parts of a score.
    #[must_use]
    pub fn named(&self) -> [(&'static str, f64); 7] {
        [
            ("skill_match", self.skill_match),
            ("quality", self.quality),
            ("load", self.load),
            ("affinity", self.affinity),
            ("round_robin", self.round_robin),
            ("priority", self.priority),
            ("waiting", self.waiting),
        ]
    }
}

/// Which earlier work speaks for somebody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Affinity {
    None,
    /// On other tasks of the same batch.
    #[default]
    Batch,
    /// On the same task, in another step.
    Task,
}

/// "Not for me."
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Skip {
    /// How often in a session, before there is a pause after each.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// An ISO 8601 duration: how long a skip counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// An ISO 8601 duration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cooldown: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<AfterSkip>,
}

/// Who gets a task that somebody skipped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AfterSkip {
    /// Anybody else.
    #[default]
    Others,
    /// Whomever an admin gives it to.
    Admin,
}

/// Who works on a task that comes back to a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rework {
    /// Whoever worked on it before is preferred.
    #[default]
    SamePersonFirst,
    /// Nobody but whoever worked on it before.
    SamePerson,
    Anyone,
    /// Anybody but whoever worked on it before.
    AnotherPerson,
}

/// What an annotation begins with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StartsFrom {
    /// What came with the task: of an import, or of a model.
    #[default]
    Task,
    /// The answer given last in another step. It goes on in the same document; the answer itself stays as it was given.
    LastAnswer,
}

/// What becomes of work that was begun and not submitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Drafts {
    /// The next holder starts from it.
    Continue,
    /// The next holder starts from nothing.
    Discard,
}
