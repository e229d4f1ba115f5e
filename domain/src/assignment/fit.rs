//! How a step's rules and somebody who was given work there fit: kept with every assignment, whichever way it came.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Person, StepRules};
use crate::workflow::{Level, Mode};

/// `{"mode": "pool", "skills": [{"name": "medical_coding", "level": "expert", "asked": "intermediate", "required": true}]}`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fit {
    pub mode: Mode,
    /// Of those the step asks for or prefers, the ones that the person has.
    pub skills: Vec<SkillFit>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SkillFit {
    pub name: String,
    /// Theirs.
    pub level: Level,
    /// The step's; a preferred skill may be held at a lower one.
    pub asked: Level,
    pub required: bool,
}

impl Fit {
    #[must_use]
    pub fn of(person: &Person, rules: &StepRules, now: DateTime<Utc>) -> Self {
        let held = rules.skills.iter().filter_map(|rule| {
            let level = person.level(&rule.name, now)?;
            Some(SkillFit { name: rule.name.clone(), level, asked: rule.level, required: rule.required })
        });
        Self { mode: rules.mode, skills: held.collect() }
    }
}
