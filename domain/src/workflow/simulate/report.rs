//! What came of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    engine::{Engine, HELD},
    task::End,
    work::Activity,
};
use crate::workflow::StepKind;

/// Paths beyond these are told as one share.
const MAX_PATHS: usize = 50;

/// All shares are of all tasks, from 0 to 1; all times are virtual seconds since the beginning.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Simulation {
    pub tasks: u32,
    /// Most frequent first, at most fifty.
    pub paths: Vec<PathShare>,
    /// Share of the tasks that took none of `paths`.
    pub other_paths: f64,
    /// Where people and programs work, in the order of the workflow.
    pub steps: Vec<StepLoad>,
    pub teams: Vec<RoleLoad>,
    pub finish: Finish,
    /// None: nobody works.
    pub bottleneck: Option<Bottleneck>,
    pub ends: Ends,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PathShare {
    /// Ids of the steps at which something was done, in order; an annotation step in which somebody decided between answers is followed by
    /// `<id> (adjudication)`, a task that waits for an admin by `held`. The last is `completed` or `archived` if it ended.
    pub steps: Vec<String>,
    pub share: f64,
    pub tasks: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepLoad {
    pub step: String,
    pub kind: StepKind,
    /// None: programs.
    pub team: Option<Team>,
    /// How often a task came to it.
    pub visits: u64,
    /// Share of the tasks that ever came to it.
    pub tasks: f64,
    /// Seconds of work per task, over all tasks: what the step costs.
    pub work_per_task: f64,
    /// Seconds of one piece of work, on average.
    pub work_per_piece: f64,
    /// Seconds from when a piece of work could have been begun until it was, on average and at most. Of programs 0.
    pub queue_wait: f64,
    pub longest_queue_wait: f64,
    /// Share of its team's time that it takes, 0 to 1. None: programs.
    pub utilisation: Option<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Team {
    Labelers,
    Reviewers,
    Adjudicators,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RoleLoad {
    pub team: Team,
    pub people: u32,
    /// Seconds, of all of them together.
    pub work: f64,
    /// Share of their time, 0 to 1.
    pub utilisation: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finish {
    /// When the last task ended. None: not all end.
    pub all: Option<f64>,
    /// When half of the tasks that end had ended, and nine tenths. None: none ends.
    pub half: Option<f64>,
    pub nine_tenths: Option<f64>,
    /// When the last piece of work was done.
    pub last_work: f64,
}

/// The step that most of the busiest team's time goes to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bottleneck {
    pub step: String,
    pub team: Team,
    /// Of the whole team, 0 to 1.
    pub utilisation: f64,
}

/// What became of the tasks, in shares that add up to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Ends {
    pub completed: f64,
    pub archived: f64,
    /// Waiting for an admin.
    pub held: f64,
    /// Waiting for people there are not: none of the role, or fewer than a step needs.
    pub starved: f64,
    /// Going round in circles.
    pub stuck: f64,
    /// A condition could not be answered: an assumed output or sample lacks what it asks for.
    pub failed: f64,
    /// Waiting for something that never comes, e.g. a hundred years.
    pub waiting: f64,
}

#[expect(clippy::cast_precision_loss, reason = "counts of at most 100,000 tasks, times of a hundred years")]
pub(super) fn report(engine: &Engine<'_>) -> Simulation {
    let tasks = f64::from(engine.assumptions.tasks);
    let whole = engine.last as f64;
    let utilisation =
        |work: i64, people: u32| if people > 0 && whole > 0.0 { (work as f64 / (f64::from(people) * whole)).min(1.0) } else { 0.0 };
    let teams: Vec<RoleLoad> = engine
        .pools
        .iter()
        .map(|pool| RoleLoad {
            team: pool.team,
            people: pool.people,
            work: seconds(pool.work),
            utilisation: utilisation(pool.work, pool.people),
        })
        .collect();
    let people = |team: Team| teams.iter().find(|load| load.team == team).map_or(0, |load| load.people);
    let worked = engine.activities.iter().filter(|activity| is_shown(activity));
    let steps = worked.map(|activity| {
        let counts = &activity.counts;
        let per_piece = |time: i64| if counts.pieces > 0 { seconds(time) / counts.pieces as f64 } else { 0.0 };
        StepLoad {
            step: activity.step.clone(),
            kind: activity.kind,
            team: activity.team,
            visits: counts.visits,
            tasks: counts.tasks as f64 / tasks,
            work_per_task: seconds(counts.work) / tasks,
            work_per_piece: per_piece(counts.work),
            queue_wait: per_piece(counts.waited),
            longest_queue_wait: seconds(counts.longest_wait),
            utilisation: activity.team.map(|team| utilisation(counts.work, people(team))),
        }
    });
    let (paths, other_paths) = paths(engine);
    let ends = ends(engine);
    let mut times = engine.end_times.clone();
    times.sort_unstable();
    let at = |share: usize| times.get((times.len() * share).div_ceil(10).saturating_sub(1)).map(|time| seconds(*time));
    let finish = Finish {
        all: if times.len() == engine.tasks.len() { at(10) } else { None },
        half: at(5),
        nine_tenths: at(9),
        last_work: whole / 1_000.0,
    };
    let steps: Vec<StepLoad> = steps.collect();
    Simulation { tasks: engine.assumptions.tasks, paths, other_paths, bottleneck: bottleneck(&teams, engine), steps, teams, finish, ends }
}

/// Steps for people always; programs and decisions between answers where there were any. What takes no time (routers, our own handlers) is never
/// visited.
fn is_shown(activity: &Activity) -> bool {
    activity.counts.visits > 0 || (activity.team.is_some() && !activity.is_extra)
}

fn bottleneck(teams: &[RoleLoad], engine: &Engine<'_>) -> Option<Bottleneck> {
    let busiest = teams.iter().filter(|load| load.work > 0.0).max_by(|a, b| a.utilisation.total_cmp(&b.utilisation))?;
    let theirs = engine.activities.iter().filter(|activity| activity.team == Some(busiest.team));
    let step = theirs.max_by_key(|activity| activity.counts.work)?.step.clone();
    Some(Bottleneck { step, team: busiest.team, utilisation: busiest.utilisation })
}

fn paths(engine: &Engine<'_>) -> (Vec<PathShare>, f64) {
    let mut counted: BTreeMap<Vec<String>, u32> = BTreeMap::new();
    for task in &engine.tasks {
        let name = |(at, _): &(usize, u64)| match engine.activities.get(*at) {
            Some(activity) if activity.is_extra => format!("{} (adjudication)", activity.step),
            Some(activity) => activity.step.clone(),
            None => {
                debug_assert_eq!(*at, HELD);
                "held".to_owned()
            }
        };
        let end = match task.end {
            Some(End::Completed) => Some("completed"),
            Some(End::Archived) => Some("archived"),
            _ => None,
        };
        *counted.entry(task.path.iter().map(name).chain(end.map(str::to_owned)).collect()).or_default() += 1;
    }
    let tasks = f64::from(engine.assumptions.tasks);
    let mut paths: Vec<PathShare> =
        counted.into_iter().map(|(steps, count)| PathShare { steps, share: f64::from(count) / tasks, tasks: count }).collect();
    // Stable: of equals the one that is first by its names.
    paths.sort_by_key(|path| std::cmp::Reverse(path.tasks));
    let others: u32 = paths.iter().skip(MAX_PATHS).map(|path| path.tasks).sum();
    paths.truncate(MAX_PATHS);
    (paths, f64::from(others) / tasks)
}

fn ends(engine: &Engine<'_>) -> Ends {
    let tasks = f64::from(engine.assumptions.tasks);
    let mut counts = [0_u32; 7];
    for task in &engine.tasks {
        let at = match task.end {
            Some(End::Completed) => 0,
            Some(End::Archived) => 1,
            Some(End::Stuck) => 4,
            Some(End::Failed) => 5,
            None if task.is_held => 2,
            None if task.is_starved => 3,
            None => 6,
        };
        counts[at] += 1;
    }
    let [completed, archived, held, starved, stuck, failed, waiting] = counts.map(|count| f64::from(count) / tasks);
    Ends { completed, archived, held, starved, stuck, failed, waiting }
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of a hundred years are 42 bits")]
fn seconds(milliseconds: i64) -> f64 {
    milliseconds as f64 / 1_000.0
}
