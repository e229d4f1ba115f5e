//! A person, as far as giving them work is concerned.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tandem_protocol::{ProjectRole, UserId};

use super::Availability;
use crate::workflow::{Level, Role};

/// ```json
/// {
///   "id": "0190...", "name": "Ann", "role": "labeler", "workspace_admin": false,
///   "skills": [{"name": "medical_coding", "level": "expert", "expires_at": "2027-01-01T00:00:00Z"}],
///   "teams": ["night"], "max_concurrent": 3, "paused": {"reason": "training", "until": null},
///   "quality": 0.93, "active": 1, "done_today": 12, "last_assigned_at": "2026-11-28T09:00:00Z", "recent_skips": [], "is_online": true
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Person {
    pub id: UserId,
    pub name: String,
    pub role: ProjectRole,
    /// Is admin of every project.
    #[serde(default)]
    pub workspace_admin: bool,
    #[serde(default)]
    pub skills: Vec<Skill>,
    #[serde(default)]
    pub teams: Vec<String>,
    /// None: any time, as much as they like.
    #[serde(default)]
    pub availability: Option<Availability>,
    /// Their own limit, beside that of the step; the lower one holds.
    #[serde(default)]
    pub max_concurrent: Option<u32>,
    #[serde(default)]
    pub paused: Option<Paused>,
    /// 0 to 1. None: not known yet, which counts as 0.5 (seed 000, 4.1).
    #[serde(default)]
    pub quality: Option<f64>,
    /// Leases held now, in this project.
    #[serde(default)]
    pub active: u32,
    /// And in others, as far as their own limit asks.
    #[serde(default)]
    pub elsewhere: u32,
    /// Tasks submitted on the day of [`Availability::day`].
    #[serde(default)]
    pub done_today: u32,
    #[serde(default)]
    pub last_assigned_at: Option<DateTime<Utc>>,
    /// When they skipped tasks, at least those within the step's session; in any order.
    #[serde(default)]
    pub recent_skips: Vec<DateTime<Utc>>,
    #[serde(default)]
    pub is_online: bool,
}

/// What somebody is certified to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Skill {
    pub name: String,
    pub level: Level,
    /// From then on it does not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<DateTime<Utc>>,
}

/// An admin gives this person nothing more for now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paused {
    pub reason: String,
    /// None: until an admin says otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
}

impl Person {
    /// The highest level at which a skill still counts.
    #[must_use]
    pub fn level(&self, skill: &str, now: DateTime<Utc>) -> Option<Level> {
        let valid = |held: &&Skill| held.name == skill && held.expires_at.is_none_or(|end| end > now);
        self.skills.iter().filter(valid).map(|held| held.level).max()
    }

    /// Whether a role of the project, or being admin of the workspace, makes them this.
    #[must_use]
    pub fn is(&self, role: Role) -> bool {
        let needed = match role {
            Role::Labeler => ProjectRole::Labeler,
            Role::Reviewer | Role::Adjudicator => ProjectRole::Reviewer,
            Role::Admin => ProjectRole::Admin,
        };
        self.workspace_admin || self.role >= needed
    }
}
