//! Why somebody may not work on something, in words a program knows and in words a person knows.

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use tandem_protocol::UserId;

use crate::workflow::{Level, Role};

/// `{"code": "requires_skill", "skill": "medical_coding", "level": "expert"}`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Reason {
    RequiresRole {
        roles: Vec<Role>,
    },
    RequiresSkill {
        skill: String,
        level: Level,
    },
    /// They had it well enough, and it must be certified anew.
    SkillExpired {
        skill: String,
        at: DateTime<Utc>,
    },
    RequiresTeam {
        teams: Vec<String>,
    },
    NotAllowed,
    Denied,
    Paused {
        reason: String,
        until: Option<DateTime<Utc>>,
    },
    OutsideHours {
        /// Of this weekday, e.g. `Mon 09:00-17:00`.
        hours: String,
        time_zone: String,
    },
    DayOff {
        day: NaiveDate,
        time_zone: String,
    },
    DailyCapacity {
        done: u32,
        capacity: u32,
    },
    HoldsTooMany {
        active: u32,
        limit: u32,
    },
    CoolingOff {
        until: DateTime<Utc>,
    },
    SkippedTooOften {
        count: u32,
        until: DateTime<Utc>,
    },
    /// They asked for a task of a step that only admins give.
    GivenByHand,
    Offline,
    Skipped {
        at: DateTime<Utc>,
    },
    /// Somebody skipped it, and the workflow wants an admin to look.
    WaitsForAdmin,
    AlreadyAnswered,
    WorkedInStep {
        step: String,
        name: String,
    },
    ReworkOfAnother {
        users: Vec<UserId>,
    },
    ReworkByAnother,
    Excluded,
    OfferedToAnother {
        until: DateTime<Utc>,
    },
}

/// As it is shown and sent.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Said {
    #[serde(flatten)]
    pub reason: Reason,
    pub message: String,
}

impl From<Reason> for Said {
    fn from(reason: Reason) -> Self {
        Self { message: reason.to_string(), reason }
    }
}

impl Reason {
    /// The word that programs know it by, which stays.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::RequiresRole { .. } => "requires_role",
            Self::RequiresSkill { .. } => "requires_skill",
            Self::SkillExpired { .. } => "skill_expired",
            Self::RequiresTeam { .. } => "requires_team",
            Self::NotAllowed => "not_allowed",
            Self::Denied => "denied",
            Self::Paused { .. } => "paused",
            Self::OutsideHours { .. } => "outside_hours",
            Self::DayOff { .. } => "day_off",
            Self::DailyCapacity { .. } => "daily_capacity",
            Self::HoldsTooMany { .. } => "holds_too_many",
            Self::CoolingOff { .. } => "cooling_off",
            Self::SkippedTooOften { .. } => "skipped_too_often",
            Self::GivenByHand => "given_by_hand",
            Self::Offline => "offline",
            Self::Skipped { .. } => "skipped",
            Self::WaitsForAdmin => "waits_for_admin",
            Self::AlreadyAnswered => "already_answered",
            Self::WorkedInStep { .. } => "worked_in_step",
            Self::ReworkOfAnother { .. } => "rework_of_another",
            Self::ReworkByAnother => "rework_by_another",
            Self::Excluded => "excluded",
            Self::OfferedToAnother { .. } => "offered_to_another",
        }
    }

    /// It goes away by itself, or when the person does something: worth waiting for, and what an admin may overrule with a good conscience.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Paused { until, .. } => until.is_some(),
            Self::OutsideHours { .. }
            | Self::DayOff { .. }
            | Self::DailyCapacity { .. }
            | Self::HoldsTooMany { .. }
            | Self::CoolingOff { .. }
            | Self::SkippedTooOften { .. }
            | Self::Offline
            | Self::OfferedToAnother { .. } => true,
            Self::RequiresRole { .. }
            | Self::RequiresSkill { .. }
            | Self::SkillExpired { .. }
            | Self::RequiresTeam { .. }
            | Self::NotAllowed
            | Self::Denied
            | Self::GivenByHand
            | Self::Skipped { .. }
            | Self::WaitsForAdmin
            | Self::AlreadyAnswered
            | Self::WorkedInStep { .. }
            | Self::ReworkOfAnother { .. }
            | Self::ReworkByAnother
            | Self::Excluded => false,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = |at: &DateTime<Utc>| at.format("%Y-%m-%d %H:%M UTC");
        match self {
            Self::RequiresRole { roles } => write!(f, "Requires role: {}", either(roles.iter().map(|role| role_name(*role)))),
            Self::RequiresSkill { skill, level } => write!(f, "Requires skill: {} ({})", title(skill), level.as_str()),
            Self::SkillExpired { skill, at } => write!(f, "Skill expired: {} ({})", title(skill), at.format("%Y-%m-%d")),
            Self::RequiresTeam { teams } => write!(f, "Restricted to team: {}", either(teams.iter().map(|team| title(team)))),
            Self::NotAllowed => f.write_str("Only for people named in the workflow"),
            Self::Denied => f.write_str("Excluded from this step by the workflow"),
            Self::Paused { reason, until } => {
                f.write_str("Paused by an admin")?;
                until.iter().try_for_each(|until| write!(f, " until {}", time(until)))?;
                if reason.is_empty() { Ok(()) } else { write!(f, ": {reason}") }
            }
            Self::OutsideHours { hours, time_zone } => write!(f, "Outside working hours ({hours} {time_zone})"),
            Self::DayOff { day, time_zone } => write!(f, "Day off ({day} {time_zone})"),
            Self::DailyCapacity { done, capacity } => write!(f, "Did {done} of {capacity} tasks today"),
            Self::HoldsTooMany { active, limit } => write!(f, "Holds {active} of {limit} tasks"),
            Self::CoolingOff { until } => write!(f, "Pause between two tasks until {}", time(until)),
            Self::SkippedTooOften { count, until } => write!(f, "Skipped {count} tasks; new ones from {}", time(until)),
            Self::GivenByHand => f.write_str("Tasks of this step are given by an admin"),
            Self::Offline => f.write_str("Not online"),
            Self::Skipped { .. } => f.write_str("You skipped this task"),
            Self::WaitsForAdmin => f.write_str("Somebody skipped this task; an admin will give it to somebody"),
            Self::AlreadyAnswered => f.write_str("Already answered this task in this step"),
            Self::WorkedInStep { name, .. } => write!(f, "Worked on this task in step \"{name}\""),
            Self::ReworkOfAnother { .. } => f.write_str("Goes back to whoever worked on it before"),
            Self::ReworkByAnother => f.write_str("Worked on this task before; another person does it over"),
            Self::Excluded => f.write_str("Excluded from this task by an admin"),
            Self::OfferedToAnother { until } => write!(f, "Offered to somebody else until {}", time(until)),
        }
    }
}

fn role_name(role: Role) -> String {
    match role {
        Role::Labeler => "Labeler",
        Role::Reviewer => "Reviewer",
        Role::Adjudicator => "Adjudicator",
        Role::Admin => "Admin",
    }
    .to_owned()
}

fn either(words: impl Iterator<Item = String>) -> String {
    words.collect::<Vec<_>>().join(" or ")
}

/// `medical_coding` as people write it: Medical Coding.
fn title(name: &str) -> String {
    let words = name.split(['_', '-', ' ']).filter(|word| !word.is_empty());
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    };
    words.map(capital).collect::<Vec<_>>().join(" ")
}
