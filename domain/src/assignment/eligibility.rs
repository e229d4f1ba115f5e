//! Who may work: everything that speaks against it, not the first thing.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{Person, Reason, Said, StepRules, TaskFacts, availability::Away};
use crate::workflow::{AfterSkip, Mode, Rework};

/// How the task would come to the person. Some things speak against only one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// The person asks for one.
    Taken,
    /// The server gives it.
    Pushed,
    /// An admin gives it.
    ByHand,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Eligibility {
    pub eligible: bool,
    /// All of them; empty exactly if `eligible`.
    pub reasons: Vec<Reason>,
}

impl Eligibility {
    #[must_use]
    pub fn said(&self) -> Vec<Said> {
        self.reasons.iter().cloned().map(Said::from).collect()
    }
}

/// Both halves.
#[must_use]
pub fn eligibility(person: &Person, rules: &StepRules, facts: &TaskFacts, way: Way, now: DateTime<Utc>) -> Eligibility {
    let mut reasons = person_reasons(person, rules, way, now);
    reasons.extend(task_reasons(person, rules, facts, way, now));
    Eligibility { eligible: reasons.is_empty(), reasons }
}

/// What speaks against this person in this step, whatever the task: asked once, before any task is looked at.
#[must_use]
pub fn person_reasons(person: &Person, rules: &StepRules, way: Way, now: DateTime<Utc>) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if !rules.roles.is_empty() && !rules.roles.iter().any(|role| person.is(*role)) {
        reasons.push(Reason::RequiresRole { roles: rules.roles.clone() });
    }
    reasons.extend(skills(person, rules, now));
    if !rules.teams.is_empty() && !rules.teams.iter().any(|team| person.teams.contains(team)) {
        reasons.push(Reason::RequiresTeam { teams: rules.teams.clone() });
    }
    if !rules.allow.is_empty() && !rules.allow.contains(&person.id) {
        reasons.push(Reason::NotAllowed);
    }
    if rules.deny.contains(&person.id) {
        reasons.push(Reason::Denied);
    }
    if let Some(paused) = person.paused.as_ref().filter(|paused| paused.until.is_none_or(|until| until > now)) {
        reasons.push(Reason::Paused { reason: paused.reason.clone(), until: paused.until });
    }
    if rules.check_availability {
        reasons.extend(availability(person, now));
    }
    // A step's limit counts what is held in its project, a person's own what they hold anywhere.
    let limits = [
        (person.active, rules.max_concurrent.or_else(|| unasked(person, rules, way))),
        (person.active.saturating_add(person.elsewhere), person.max_concurrent),
    ];
    let over = limits.into_iter().filter_map(|(active, limit)| Some((active, limit.filter(|limit| active >= *limit)?)));
    if let Some((active, limit)) = over.min_by_key(|(_, limit)| *limit) {
        reasons.push(Reason::HoldsTooMany { active, limit });
    }
    if let (Some(pause), Some(last)) = (rules.cool_off, person.last_assigned_at)
        && later(last, pause) > now
    {
        reasons.push(Reason::CoolingOff { until: later(last, pause) });
    }
    reasons.extend(skips(person, rules, now));
    if way == Way::Taken && rules.mode == Mode::Manual {
        reasons.push(Reason::GivenByHand);
    }
    if way == Way::Pushed && rules.online_only && !person.is_online {
        reasons.push(Reason::Offline);
    }
    reasons
}

/// What speaks against this person and this task, whatever they are otherwise.
#[must_use]
pub fn task_reasons(person: &Person, rules: &StepRules, facts: &TaskFacts, way: Way, now: DateTime<Utc>) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if let Some(skipped) = facts.skipped_by.iter().filter(|skipped| skipped.user == person.id).max_by_key(|skipped| skipped.at) {
        // An admin who gives it to them nevertheless has seen that.
        if way != Way::ByHand {
            reasons.push(Reason::Skipped { at: skipped.at });
        }
    }
    if way != Way::ByHand && rules.skip.next == AfterSkip::Admin && !facts.skipped_by.is_empty() {
        reasons.push(Reason::WaitsForAdmin);
    }
    let mine = || facts.worked.iter().filter(|worked| worked.user == person.id);
    if rules.unique
        && mine().any(|worked| worked.step == rules.step && worked.visit == facts.visit)
        && !rules.excluded_steps.contains_key(&rules.step)
    {
        reasons.push(Reason::AlreadyAnswered);
    }
    for (step, name) in &rules.excluded_steps {
        if mine().any(|worked| worked.step == *step) {
            reasons.push(Reason::WorkedInStep { step: step.clone(), name: name.clone() });
        }
    }
    reasons.extend(rework(person, rules, facts));
    // An admin who gives it to them nevertheless has seen that, too.
    if way != Way::ByHand && facts.excluded.contains(&person.id) {
        reasons.push(Reason::Excluded);
    }
    if let Some(offer) = facts.offered.filter(|offer| way != Way::ByHand && offer.to != person.id && offer.until > now) {
        reasons.push(Reason::OfferedToAnother { until: offer.until });
    }
    reasons
}

/// The server gives nobody a second task while they have one, where nobody has said how many: else whoever comes first in the morning has them all.
fn unasked(person: &Person, rules: &StepRules, way: Way) -> Option<u32> {
    (way == Way::Pushed && rules.mode == Mode::Auto && person.max_concurrent.is_none()).then_some(1)
}

fn skills<'a>(person: &'a Person, rules: &'a StepRules, now: DateTime<Utc>) -> impl Iterator<Item = Reason> + 'a {
    let missing =
        rules.skills.iter().filter(move |rule| rule.required && person.level(&rule.name, now).is_none_or(|level| level < rule.level));
    missing.map(|rule| {
        let expired =
            person.skills.iter().filter(|held| held.name == rule.name && held.level >= rule.level).filter_map(|held| held.expires_at);
        match expired.max() {
            Some(at) => Reason::SkillExpired { skill: rule.name.clone(), at },
            None => Reason::RequiresSkill { skill: rule.name.clone(), level: rule.level },
        }
    })
}

fn availability(person: &Person, now: DateTime<Utc>) -> Vec<Reason> {
    let Some(availability) = &person.availability else { return Vec::new() };
    let time_zone = || availability.time_zone.name().to_owned();
    let away = availability.away(now).map(|away| match away {
        Away::DayOff(day) => Reason::DayOff { day, time_zone: time_zone() },
        Away::OutsideHours(hours) => Reason::OutsideHours { hours, time_zone: time_zone() },
    });
    let full = availability.daily_capacity.filter(|capacity| person.done_today >= *capacity);
    away.into_iter().chain(full.map(|capacity| Reason::DailyCapacity { done: person.done_today, capacity })).collect()
}

/// From the last one allowed on, each skip of a session is followed by a pause.
fn skips(person: &Person, rules: &StepRules, now: DateTime<Utc>) -> Option<Reason> {
    let session = || person.recent_skips.iter().filter(|at| **at <= now && later(**at, rules.skip.session) > now);
    let count = u32::try_from(session().count()).unwrap_or(u32::MAX);
    let until = later(*session().max()?, rules.skip.cooldown);
    (count >= rules.skip.limit && until > now).then_some(Reason::SkippedTooOften { count, until })
}

fn rework(person: &Person, rules: &StepRules, facts: &TaskFacts) -> Option<Reason> {
    let mut before: Vec<_> = facts.before(&rules.step).collect();
    let was_there = before.contains(&person.id);
    match rules.rework {
        // Where nobody answered (a timeout) there is nobody to give it back to; nor where they do not want it.
        Rework::SamePerson
            if !before.is_empty() && !was_there && !facts.skipped_by.iter().any(|skipped| before.contains(&skipped.user)) =>
        {
            before.dedup();
            Some(Reason::ReworkOfAnother { users: before })
        }
        Rework::AnotherPerson if was_there => Some(Reason::ReworkByAnother),
        _ => None,
    }
}

/// A time that lies beyond all times is as good as never.
fn later(at: DateTime<Utc>, by: TimeDelta) -> DateTime<Utc> {
    at.checked_add_signed(by).unwrap_or(DateTime::<Utc>::MAX_UTC)
}
