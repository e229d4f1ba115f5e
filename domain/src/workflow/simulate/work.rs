//! Where work is done: activities (steps as people and programs see them), and the people who do it.

use std::collections::VecDeque;

use super::{Assumptions, Duration, StepAssumption, report::Team};
use crate::{
    assignment::StepRules,
    workflow::{Flow, Role, StepKind, shapes},
};

const PEOPLE_TAKE: Duration = Duration::Fixed { seconds: 60.0 };
const PROGRAMS_TAKE: Duration = Duration::Fixed { seconds: 1.0 };

/// One kind of work on a step: an annotation step in which somebody decides between the answers has two.
#[derive(Debug)]
pub(super) struct Activity {
    pub step: String,
    pub kind: StepKind,
    /// Somebody decides between answers in the step that gathered them.
    pub is_extra: bool,
    /// None: a program does it, or nobody.
    pub team: Option<Team>,
    /// Several answers are of several people.
    pub unique: bool,
    /// It is over when somebody says so.
    pub by_hand: bool,
    pub assumed: StepAssumption,
    pub duration: Option<Duration>,
    pub counts: Counts,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Counts {
    pub visits: u64,
    pub tasks: u64,
    /// Pieces of work that were begun.
    pub pieces: u64,
    /// Milliseconds.
    pub work: i64,
    pub waited: i64,
    pub longest_wait: i64,
}

/// People of one role, and what waits for them.
#[derive(Debug)]
pub(super) struct Pool {
    pub team: Team,
    pub people: u32,
    pub idle: u32,
    pub queue: VecDeque<Piece>,
    /// Milliseconds.
    pub work: i64,
}

/// One person's share of one opening of a step.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    pub task: usize,
    pub activity: usize,
    pub opening: u32,
    pub since: i64,
}

pub(super) fn pools(assumptions: &Assumptions) -> Vec<Pool> {
    let people = assumptions.people;
    [(Team::Labelers, people.labelers), (Team::Reviewers, people.reviewers), (Team::Adjudicators, people.adjudicators)]
        .map(|(team, people)| Pool { team, people, idle: people, queue: VecDeque::new(), work: 0 })
        .into()
}

/// All there can be, in the order of the document.
pub(super) fn activities(flow: &Flow, assumptions: &Assumptions) -> Vec<Activity> {
    let mut activities = Vec::new();
    for step in flow.workflow.all_steps() {
        let mut add = |kind: StepKind, is_extra: bool| {
            let rules = StepRules::of(&flow.workflow, &step.id, kind);
            let is_for_people = is_extra || shapes::is_for_people(step);
            let team = rules.as_ref().filter(|_| is_for_people).map(|rules| team(rules, assumptions));
            let assumed = assumptions.steps.get(&step.id).cloned().unwrap_or_default();
            let usual = match kind {
                StepKind::Hold => None,
                _ if is_for_people => Some(PEOPLE_TAKE),
                _ => Some(PROGRAMS_TAKE),
            };
            activities.push(Activity {
                step: step.id.clone(),
                kind,
                is_extra,
                team,
                unique: rules.is_some_and(|rules| rules.unique),
                by_hand: step.completion.kind == Some(crate::workflow::CompletionKind::Manual),
                duration: assumed.duration.or(usual),
                assumed,
                counts: Counts::default(),
            });
        };
        add(step.kind, false);
        if step.consensus.is_some() {
            add(StepKind::Adjudication, true);
        }
    }
    activities
}

/// Whoever the step's first role names.
fn team(rules: &StepRules, assumptions: &Assumptions) -> Team {
    match rules.roles.first() {
        None | Some(Role::Labeler) => Team::Labelers,
        Some(Role::Adjudicator) if assumptions.people.adjudicators > 0 => Team::Adjudicators,
        Some(Role::Reviewer | Role::Adjudicator | Role::Admin) => Team::Reviewers,
    }
}
