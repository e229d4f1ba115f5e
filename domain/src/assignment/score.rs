//! How well a task and a person fit, from 0 to 1 (seeds 000, 4.1 and 003, 2.3).
//!
//! The weighted mean of these, each from 0 to 1:
//!
//! | part | |
//! |---|---|
//! | `skill_match` | mean over the step's skills, by their weights: 0.5 at the level asked for, 1 at expert; below it less than 0.5, without it 0 |
//! | `quality` | as measured; 0.5 if not known |
//! | `load` | the share of their tasks that is free; without a limit 1 / (1 + tasks held) |
//! | `affinity` | 1 - 1 / (1 + tasks done in the batch), or 1 for who worked on the task before |
//! | `round_robin` | time since they were given one: half after an hour; 1 if never |
//! | `priority` | of the task: 0 at 1, 1 at 10 |
//! | `waiting` | of the task: half after an hour |
//!
//! The last two are the same for everybody, and tell apart what one person could do.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Person, StepRules, TaskFacts};
use crate::workflow::{Affinity, Level};

/// Waiting and idleness saturate: after this long they come to a half.
const HALF_SECONDS: f64 = 3_600.0;
const EXPERT: f64 = Level::Expert as u8 as f64;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// 0 to 1.
    pub total: f64,
    /// Each 0 to 1, before weighting.
    pub parts: BTreeMap<String, f64>,
}

#[must_use]
pub fn score(person: &Person, rules: &StepRules, facts: &TaskFacts, now: DateTime<Utc>) -> Score {
    let part = |name: &str| match name {
        "skill_match" => skill_match(person, rules, now),
        "quality" => person.quality.filter(|quality| quality.is_finite()).unwrap_or(0.5),
        "load" => load(person, rules),
        "affinity" => affinity(person, rules, facts),
        "round_robin" => person.last_assigned_at.map_or(1.0, |last| since(last, now)),
        "priority" => (f64::from(facts.priority) - 1.0) / 9.0,
        _ => since(facts.opened_at, now),
    };
    let (mut parts, mut sum, mut weights) = (BTreeMap::new(), 0.0, 0.0);
    for (name, weight) in rules.weights.named() {
        let value = part(name).clamp(0.0, 1.0);
        (sum, weights) = (sum + weight * value, weights + weight);
        parts.insert(name.to_owned(), value);
    }
    Score { total: if weights > 0.0 { (sum / weights).clamp(0.0, 1.0) } else { 0.0 }, parts }
}

fn skill_match(person: &Person, rules: &StepRules, now: DateTime<Utc>) -> f64 {
    let weights: f64 = rules.skills.iter().map(|rule| rule.weight).sum();
    if weights <= 0.0 {
        return 1.0;
    }
    let fit = |asked: Level, held: Option<Level>| {
        let Some(held) = held else { return 0.0 };
        let (asked, held) = (f64::from(asked as u8), f64::from(held as u8));
        if held < asked {
            0.5 * (held + 1.0) / (asked + 1.0)
        } else if asked >= EXPERT {
            1.0
        } else {
            0.5 + 0.5 * (held - asked) / (EXPERT - asked)
        }
    };
    rules.skills.iter().map(|rule| rule.weight * fit(rule.level, person.level(&rule.name, now))).sum::<f64>() / weights
}

fn load(person: &Person, rules: &StepRules) -> f64 {
    match rules.limit(person) {
        Some(limit) => 1.0 - f64::from(person.active) / f64::from(limit.max(1)),
        None => 1.0 / (1.0 + f64::from(person.active)),
    }
}

fn affinity(person: &Person, rules: &StepRules, facts: &TaskFacts) -> f64 {
    match rules.affinity {
        Affinity::None => 0.0,
        Affinity::Batch => 1.0 - 1.0 / (1.0 + f64::from(facts.done_in_batch.get(&person.id).copied().unwrap_or(0))),
        Affinity::Task => f64::from(u8::from(facts.worked.iter().any(|worked| worked.user == person.id))),
    }
}

#[expect(clippy::cast_precision_loss, reason = "seconds of a lifetime are 32 bits")]
fn since(then: DateTime<Utc>, now: DateTime<Utc>) -> f64 {
    let seconds = (now - then).num_seconds().max(0) as f64;
    seconds / (seconds + HALF_SECONDS)
}
