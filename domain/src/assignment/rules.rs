//! What a workflow says about who works on a step, with every default filled in.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use tandem_protocol::UserId;

use crate::{
    duration,
    workflow::{Affinity, AfterSkip, Drafts, Level, LoadBalancing, Mode, Rework, Role, StartsFrom, StepKind, Weights, Workflow},
};

/// Seed 000, 4.2: three skips in a session, then a pause.
const SKIP_LIMIT: u32 = 3;
const SKIP_SESSION: TimeDelta = TimeDelta::hours(8);
const SKIP_COOLDOWN: TimeDelta = TimeDelta::minutes(15);
const OFFER_FOR: TimeDelta = TimeDelta::hours(1);

/// Of one step. See docs/workflows.md, "Who works on a step", for what each says.
#[derive(Clone, Debug, PartialEq)]
pub struct StepRules {
    pub step: String,
    pub kind: StepKind,
    pub mode: Mode,
    /// Needed and preferred ones.
    pub skills: Vec<SkillRule>,
    /// One of them is enough.
    pub roles: Vec<Role>,
    pub teams: Vec<String>,
    pub allow: Vec<UserId>,
    pub deny: Vec<UserId>,
    pub max_concurrent: Option<u32>,
    pub cool_off: Option<TimeDelta>,
    /// How long a task is kept for somebody who does nothing on it; none: as the project says.
    pub lease: Option<TimeDelta>,
    pub check_availability: bool,
    pub online_only: bool,
    /// Whoever worked on the task in one of these is out. By id, with the name people know.
    pub excluded_steps: BTreeMap<String, String>,
    /// Nobody answers twice.
    pub unique: bool,
    pub balancing: LoadBalancing,
    pub weights: Weights,
    pub affinity: Affinity,
    pub skip: SkipRules,
    pub rework: Rework,
    pub content_after_accepting: bool,
    pub drafts: Drafts,
    pub starts_from: StartsFrom,
    pub offer_for: TimeDelta,
}

#[derive(Clone, Debug, PartialEq)]
pub struct SkillRule {
    pub name: String,
    pub level: Level,
    /// Else preferred.
    pub required: bool,
    pub weight: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SkipRules {
    pub limit: u32,
    pub session: TimeDelta,
    pub cooldown: TimeDelta,
    pub next: AfterSkip,
}

impl StepRules {
    /// Of a step as it is open: `kind` is that of [`crate::workflow::OpenStep`], since an annotation step may be waiting for somebody who decides
    /// between its answers. None: there is no such step.
    #[must_use]
    pub fn of(workflow: &Workflow, step: &str, kind: StepKind) -> Option<Self> {
        let steps = workflow.all_steps();
        let found = *steps.iter().find(|known| known.id == step)?;
        let said = &found.assignment;
        let decides_here = kind == StepKind::Adjudication && found.kind != StepKind::Adjudication;
        // Nobody reviews an answer of their own, or decides between it and another's; in a step of its own unless the workflow says so.
        let judged = if matches!(kind, StepKind::Review | StepKind::Adjudication) { workflow.answered_before(step) } else { Vec::new() };
        let is_excluded = |id: &str| {
            let listed = said.exclude_steps.iter().any(|excluded| excluded == id);
            if id == step { decides_here } else { listed || said.prevent_reassignment.unwrap_or_else(|| judged.contains(&id)) }
        };
        let name = |name: &str, id: &str| if name.is_empty() { id.to_owned() } else { name.to_owned() };
        let excluded_steps =
            steps.iter().filter(|known| is_excluded(&known.id)).map(|known| (known.id.clone(), name(&known.name, &known.id)));
        let alone = kind != StepKind::Annotation || found.completion.count.unwrap_or(1) == 1;
        Some(Self {
            step: step.to_owned(),
            kind,
            mode: said.mode.unwrap_or_default(),
            skills: said
                .required_skills
                .iter()
                .map(|skill| SkillRule {
                    name: skill.name.clone(),
                    level: skill.min_proficiency.unwrap_or_default(),
                    required: skill.required.unwrap_or(true),
                    weight: skill.weight.unwrap_or(1.0),
                })
                .collect(),
            roles: match kind {
                StepKind::Adjudication if decides_here || said.required_roles.is_empty() => vec![Role::Adjudicator],
                StepKind::Review if said.required_roles.is_empty() => vec![Role::Reviewer],
                _ => said.required_roles.clone(),
            },
            teams: said.team_restriction.clone(),
            allow: said.allow_users.clone(),
            deny: said.deny_users.clone(),
            max_concurrent: said.max_concurrent_per_user,
            cool_off: said.cool_off.as_deref().and_then(time),
            lease: said.lease.as_deref().and_then(time),
            check_availability: said.check_availability.unwrap_or(true),
            online_only: said.online_only.unwrap_or(true),
            excluded_steps: excluded_steps.collect(),
            unique: found.completion.unique_annotators.unwrap_or(true),
            balancing: said.load_balancing.unwrap_or_default(),
            weights: said.weights.unwrap_or_default(),
            affinity: said.affinity.unwrap_or_default(),
            skip: SkipRules {
                limit: said.skip.limit.unwrap_or(SKIP_LIMIT),
                session: said.skip.session.as_deref().and_then(time).unwrap_or(SKIP_SESSION),
                cooldown: said.skip.cooldown.as_deref().and_then(time).unwrap_or(SKIP_COOLDOWN),
                next: said.skip.next.unwrap_or_default(),
            },
            rework: said.rework.unwrap_or_default(),
            content_after_accepting: said.content_after_accepting.unwrap_or(true),
            // An answer that must be somebody's own does not begin with another's.
            drafts: said.drafts.unwrap_or(if alone { Drafts::Continue } else { Drafts::Discard }),
            starts_from: said.starts_from.unwrap_or_default(),
            offer_for: said.offer_for.as_deref().and_then(time).unwrap_or(OFFER_FOR),
        })
    }

    /// How many tasks this person may hold at once.
    #[must_use]
    pub fn limit(&self, person: &super::Person) -> Option<u32> {
        self.max_concurrent.into_iter().chain(person.max_concurrent).min()
    }
}

/// A workflow that was checked has no others.
fn time(text: &str) -> Option<TimeDelta> {
    duration::parse(text).ok().map(TimeDelta::milliseconds)
}
