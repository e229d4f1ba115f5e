//! What is assumed about people and programs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::workflow::{Flow, StepKind};

pub const MAX_TASKS: u32 = 100_000;
/// Nobody has more; queues are per role, so the number costs nothing.
const MAX_PEOPLE: u32 = 100_000;
/// Thirty days for one piece of work.
const MAX_SECONDS: f64 = 2_592_000.0;

/// ```json
/// {"tasks": 1000, "seed": 1, "people": {"labelers": 5, "reviewers": 1},
///  "steps": {"label": {"duration": {"type": "log_normal", "median_seconds": 40, "spread": 1.8}, "agreement": 0.9},
///            "review": {"approve": 0.85, "request_changes": 0.1, "reject": 0.05}}}
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assumptions {
    /// 1 to 100,000, all there at the beginning.
    pub tasks: u32,
    #[serde(default)]
    pub seed: u64,
    pub people: People,
    /// By the step's id; of steps that are not named the defaults hold.
    #[serde(default)]
    pub steps: BTreeMap<String, StepAssumption>,
    /// Task data for conditions on `$.input`: each task gets one of them by chance.
    #[serde(default)]
    pub samples: Vec<Value>,
    /// A task to which more than this happens goes round in circles, and counts as stuck.
    #[serde(default = "max_events")]
    pub max_events_per_task: u32,
}

fn max_events() -> u32 {
    200
}

/// How many of each. Without adjudicators the reviewers decide between answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct People {
    pub labelers: u32,
    pub reviewers: u32,
    pub adjudicators: u32,
}

/// Of one step. Probabilities are from 0 to 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StepAssumption {
    /// One person's work on one task, or one run of a program. None: a minute for people, a second for programs; a `hold` is never let go.
    pub duration: Option<Duration>,
    /// Of a review. The three are shares of their sum.
    pub approve: f64,
    pub request_changes: f64,
    pub reject: f64,
    /// Of several answers: how likely each is equal to the first.
    pub agreement: f64,
    /// Of a program: how likely a run fails.
    pub failure: f64,
    /// What a program answers, or what the answers of people hold (those that are equal).
    pub output: Value,
}

impl Default for StepAssumption {
    fn default() -> Self {
        Self { duration: None, approve: 1.0, request_changes: 0.0, reject: 0.0, agreement: 1.0, failure: 0.0, output: Value::Null }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Duration {
    Fixed {
        seconds: f64,
    },
    /// Half take less than the median, 84 of 100 less than the median times `spread` (1 and more).
    LogNormal {
        median_seconds: f64,
        spread: f64,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SimulateError {
    #[error("{path}: {reason}")]
    Assumption { path: String, reason: String },
    #[error("cancelled")]
    Cancelled,
}

impl Assumptions {
    /// The first thing that cannot be, with its place.
    pub(super) fn check(&self, flow: &Flow) -> Result<(), SimulateError> {
        let wrong = |path: String, reason: String| Err(SimulateError::Assumption { path, reason });
        if !(1..=MAX_TASKS).contains(&self.tasks) {
            return wrong("/tasks".to_owned(), format!("1 to {MAX_TASKS}, not {}", self.tasks));
        }
        if self.max_events_per_task == 0 {
            return wrong("/max_events_per_task".to_owned(), "at least 1".to_owned());
        }
        let people = self.people;
        for (role, count) in [("labelers", people.labelers), ("reviewers", people.reviewers), ("adjudicators", people.adjudicators)] {
            if count > MAX_PEOPLE {
                return wrong(format!("/people/{role}"), format!("at most {MAX_PEOPLE}"));
            }
        }
        let known = flow.workflow.all_steps();
        for (id, step) in &self.steps {
            let path = format!("/steps/{id}");
            let Some(kind) = known.iter().find(|known| known.id == *id).map(|known| known.kind) else {
                return wrong(path, format!("there is no step {id:?}"));
            };
            let shares = [
                ("approve", step.approve),
                ("request_changes", step.request_changes),
                ("reject", step.reject),
                ("agreement", step.agreement),
                ("failure", step.failure),
            ];
            if let Some((name, share)) = shares.into_iter().find(|(_, share)| !(0.0..=1.0).contains(share)) {
                return wrong(format!("{path}/{name}"), format!("{share}: a probability lies between 0 and 1"));
            }
            if kind == StepKind::Review && step.approve + step.request_changes + step.reject <= 0.0 {
                return wrong(format!("{path}/approve"), "a review decides something".to_owned());
            }
            let fits = |seconds: f64| (0.0..=MAX_SECONDS).contains(&seconds);
            let fits = match step.duration {
                None => true,
                Some(Duration::Fixed { seconds }) => fits(seconds),
                Some(Duration::LogNormal { median_seconds, spread }) => fits(median_seconds) && (1.0..=100.0).contains(&spread),
            };
            if !fits {
                return wrong(format!("{path}/duration"), "0 seconds to 30 days, with a spread from 1 to 100".to_owned());
            }
        }
        Ok(())
    }
}
