//! Whom a pushed task goes to. The same people and facts always give the same answer, in whatever order they come.

use std::cmp::Ordering;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tandem_protocol::UserId;

use super::{Person, Score, StepRules, TaskFacts, Way, eligibility, score};
use crate::workflow::{LoadBalancing, Rework};

/// How many of those who were not chosen are remembered.
const RUNNERS_UP: usize = 5;

/// Who, and why: what is kept as the assignment's `assignment_metadata` (seed 003, 6.3).
///
/// ```json
/// {"user": "0190...", "because": {"rule": "least_loaded", "active": 1},
///  "score": {"total": 0.71, "parts": {"skill_match": 1.0, "quality": 0.9, "load": 0.66, ...}},
///  "eligible": 4, "considered": 9, "runners_up": [{"user": "0190...", "total": 0.64}]}
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    pub user: UserId,
    pub because: Because,
    pub score: Score,
    /// How many could have had it.
    pub eligible: usize,
    /// How many were looked at.
    pub considered: usize,
    /// The next in line, at most five.
    pub runners_up: Vec<RunnerUp>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "snake_case")]
pub enum Because {
    /// The task was meant for them.
    Preferred,
    /// They worked on it before it came back.
    Rework,
    /// Nobody else could.
    OnlyOne,
    LeastLoaded {
        active: u32,
    },
    RoundRobin {
        last_assigned_at: Option<DateTime<Utc>>,
    },
    QualityWeighted,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunnerUp {
    pub user: UserId,
    pub total: f64,
}

/// None: nobody may have it now.
#[must_use]
pub fn choose(candidates: &[Person], rules: &StepRules, facts: &TaskFacts, now: DateTime<Utc>) -> Option<Choice> {
    let may = |person: &&Person| eligibility(person, rules, facts, Way::Pushed, now).eligible;
    let mut line: Vec<(&Person, Score)> = candidates.iter().filter(may).map(|person| (person, score(person, rules, facts, now))).collect();
    line.sort_by(|(a, a_score), (b, b_score)| rank(rules.balancing, a, a_score, b, b_score));
    let known = |user: UserId| line.iter().position(|(person, _)| person.id == user);
    let returned = || match rules.rework {
        Rework::SamePersonFirst | Rework::SamePerson => facts.before(&rules.step).find_map(known),
        Rework::Anyone | Rework::AnotherPerson => None,
    };
    let (at, because) = if let Some(at) = facts.preferred.and_then(known) {
        (at, Some(Because::Preferred))
    } else if let Some(at) = returned() {
        (at, Some(Because::Rework))
    } else {
        (0, None)
    };
    let eligible = line.len();
    if line.is_empty() {
        return None;
    }
    let (person, score) = line.remove(at);
    let because = because.unwrap_or(match rules.balancing {
        _ if eligible == 1 => Because::OnlyOne,
        LoadBalancing::LeastLoaded => Because::LeastLoaded { active: person.active },
        LoadBalancing::RoundRobin => Because::RoundRobin { last_assigned_at: person.last_assigned_at },
        LoadBalancing::QualityWeighted => Because::QualityWeighted,
    });
    let runners_up = line.iter().take(RUNNERS_UP).map(|(person, score)| RunnerUp { user: person.id, total: score.total }).collect();
    Some(Choice { user: person.id, because, score, eligible, considered: candidates.len(), runners_up })
}

/// Best first. Ties end with the id, which nobody shares.
fn rank(balancing: LoadBalancing, a: &Person, a_score: &Score, b: &Person, b_score: &Score) -> Ordering {
    let load = || a.active.cmp(&b.active);
    // None is before every time: who was never given one is first.
    let turn = || a.last_assigned_at.cmp(&b.last_assigned_at);
    let best = || b_score.total.total_cmp(&a_score.total);
    let first = match balancing {
        LoadBalancing::LeastLoaded => load().then_with(best).then_with(turn),
        LoadBalancing::RoundRobin => turn().then_with(load).then_with(best),
        LoadBalancing::QualityWeighted => best().then_with(load).then_with(turn),
    };
    first.then_with(|| a.id.cmp(&b.id))
}
