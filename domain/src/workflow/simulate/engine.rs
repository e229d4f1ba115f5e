//! The run: events in the order of their time, each told to the machine of its task, whose effects plan more of them.

use serde_json::{Value, json};

use super::{
    Assumptions, Progress, SimulateError,
    events::{Events, Happens},
    task::{End, Equality, Task, moment},
    work::{Activity, Pool, activities, pools},
};
use crate::{
    statechart::{Effect, Step},
    workflow::{Flow, FlowError, StepKind, Told},
};

/// In a path: somebody must look.
pub(super) const HELD: usize = usize::MAX;
/// Nothing later than in a hundred years is waited for.
const HORIZON: i64 = crate::duration::LONGEST;
const ASK_EVERY: u64 = 256;

pub(super) struct Engine<'a> {
    pub flow: &'a Flow,
    pub assumptions: &'a Assumptions,
    pub activities: Vec<Activity>,
    pub pools: Vec<Pool>,
    pub tasks: Vec<Task>,
    /// Milliseconds since the beginning, of the last piece of work or end of a task.
    pub last: i64,
    pub ended: usize,
    pub end_times: Vec<i64>,
    /// Under way at once with snapshots kept as they are.
    live: usize,
    pub(super) events: Events,
    count: u64,
    pub(super) now: i64,
}

impl<'a> Engine<'a> {
    pub fn new(flow: &'a Flow, assumptions: &'a Assumptions, live: usize) -> Self {
        let tasks = (0..assumptions.tasks as usize).map(|index| Task::new(index, assumptions.seed, assumptions.samples.len()));
        Self {
            flow,
            assumptions,
            activities: activities(flow, assumptions),
            pools: pools(assumptions),
            tasks: tasks.collect(),
            last: 0,
            ended: 0,
            end_times: Vec::new(),
            live,
            events: Events::default(),
            count: 0,
            now: 0,
        }
    }

    pub fn run(&mut self, go_on: &dyn Fn(Progress) -> bool) -> Result<(), SimulateError> {
        for task in 0..self.tasks.len() {
            self.count(go_on)?;
            match self.flow.start(&self.input(task), self.tasks[task].first_chance, moment(0), &Equality) {
                Ok(step) => self.follow(task, step),
                Err(_) => self.end(task, End::Failed),
            }
        }
        while let Some((at, event)) = self.events.next().filter(|(at, _)| *at <= HORIZON) {
            self.count(go_on)?;
            self.now = at;
            self.happen(event);
        }
        Ok(())
    }

    fn count(&mut self, go_on: &dyn Fn(Progress) -> bool) -> Result<(), SimulateError> {
        let progress = Progress { tasks: self.tasks.len(), ended: self.ended, events: self.count };
        self.count += 1;
        if progress.events.is_multiple_of(ASK_EVERY) && !go_on(progress) { Err(SimulateError::Cancelled) } else { Ok(()) }
    }

    pub(super) fn input(&self, task: usize) -> Value {
        self.assumptions.samples.get(self.tasks[task].sample).cloned().unwrap_or_else(|| json!({}))
    }

    fn happen(&mut self, event: Happens) {
        match event {
            Happens::WorkEnds { task, activity, opening } => {
                self.last = self.now;
                let pool = self.pool(activity);
                if let Some(pool) = pool {
                    self.pools[pool].idle += 1;
                }
                // If the step has closed meanwhile, the work was in vain.
                if self.tasks[task].open.contains(&(activity, opening)) {
                    self.submit(task, activity);
                }
                if let Some(pool) = pool {
                    self.dispatch(pool);
                }
            }
            Happens::ProgramEnds { task, activity, run } => {
                let runs = self.tasks[task].runs.len();
                self.tasks[task].runs.retain(|known| *known != (activity, run));
                if self.tasks[task].runs.len() < runs {
                    let Activity { step, assumed, .. } = &self.activities[activity];
                    let (step, failure, output) = (step.clone(), assumed.failure, assumed.output.clone());
                    let told = if self.tasks[task].chance.is(failure) {
                        Told::Failed { step, error: json!("simulated") }
                    } else {
                        Told::Handled { step, output }
                    };
                    self.tell(task, told);
                }
            }
            Happens::Timer { task, timer } => self.tell(task, Told::Timer(timer)),
            Happens::Release { task, activity } => {
                let step = self.activities[activity].step.clone();
                self.tell(task, Told::Released { step, output: None });
            }
        }
    }

    pub(super) fn tell(&mut self, task: usize, told: Told) {
        if self.tasks[task].end.is_some() {
            return;
        }
        let input = self.input(task);
        let Some(snapshot) = self.tasks[task].take(self.flow, &input) else { return self.end(task, End::Failed) };
        let is_over = matches!(told, Told::Timer(timer) if !snapshot.timers().iter().any(|known| known.timer == timer));
        if is_over {
            return self.keep(task, snapshot);
        }
        let one = &mut self.tasks[task];
        one.events += 1;
        if one.events > self.assumptions.max_events_per_task {
            return self.end(task, End::Stuck);
        }
        let is_release = matches!(told, Told::Released { .. });
        match self.flow.tell(&snapshot, told, one.chance.unit(), moment(self.now), &Equality) {
            Ok(step) => self.follow(task, step),
            // An admin or a timeout was faster.
            Err(FlowError::NotNow { .. }) if is_release => self.keep(task, snapshot),
            Err(_) => self.end(task, End::Failed),
        }
    }

    fn keep(&mut self, task: usize, snapshot: crate::statechart::Snapshot) {
        let briefly = self.tasks.len() - self.ended > self.live;
        self.tasks[task].keep(self.flow, snapshot, briefly);
    }

    /// What the machine asks for.
    fn follow(&mut self, task: usize, step: Step) {
        let visit = |id: &str| step.snapshot.context()["steps"][id]["visits"].as_u64().unwrap_or(0);
        for effect in &step.effects {
            match effect {
                Effect::Run { action, params } => {
                    let id = params["step"].as_str().unwrap_or_default();
                    match action.as_str() {
                        "open_step" => {
                            let done = step.snapshot.context()["steps"][id]["count"].as_u64().unwrap_or(0);
                            let needed = params["needed"].as_u64().unwrap_or(1);
                            let is_extra = params["kind"] == json!("adjudication");
                            self.open(task, id, is_extra, needed, done, visit(id));
                        }
                        "close_step" => {
                            let activities = &self.activities;
                            self.tasks[task].open.retain(|(activity, _)| activities[*activity].step != id);
                            self.tasks[task].is_starved &= !self.tasks[task].open.is_empty();
                        }
                        "hold_task" => self.hold(task, id, visit(id)),
                        "complete_task" => self.end(task, End::Completed),
                        "archive_task" => self.end(task, End::Archived),
                        _ => {}
                    }
                }
                Effect::Spawn { id, .. } => self.start_program(task, id, visit(id)),
                Effect::Stop { id } => {
                    let activities = &self.activities;
                    self.tasks[task].runs.retain(|(activity, _)| activities[*activity].step != *id);
                }
                Effect::Schedule { timer, due, .. } => {
                    self.events.plan(due.timestamp_millis(), Happens::Timer { task, timer: *timer });
                }
                Effect::Cancel { .. } | Effect::Send { .. } | Effect::Emit { .. } | Effect::Log { .. } => {}
            }
        }
        if self.tasks[task].end.is_some() {
            return;
        }
        if !step.snapshot.is_active() {
            return self.end(task, End::Failed);
        }
        self.tasks[task].is_held = self.flow.held(&step.snapshot).is_some();
        self.keep(task, step.snapshot);
    }

    pub(super) fn activity(&self, step: &str, is_extra: bool) -> Option<usize> {
        let of_step = |activity: &&Activity| activity.step == step;
        // An adjudication step has one activity, which is of that kind; others may have a second one.
        let found = self.activities.iter().position(|activity| of_step(&activity) && activity.is_extra == is_extra);
        found.or_else(|| self.activities.iter().position(|activity| of_step(&activity)))
    }

    fn start_program(&mut self, task: usize, step: &str, visit: u64) {
        let Some(activity) = self.activity(step, false) else { return };
        self.visit(task, activity, visit);
        let run = self.tasks[task].number();
        self.tasks[task].runs.push((activity, run));
        let what = &mut self.activities[activity];
        if let Some(duration) = what.duration {
            let time = self.tasks[task].chance.time(duration);
            what.counts.pieces += 1;
            what.counts.work += time;
            self.events.plan(self.now + time, Happens::ProgramEnds { task, activity, run });
        }
    }

    /// A hold that is let go after a while; any other stays as it is.
    fn hold(&mut self, task: usize, step: &str, visit: u64) {
        let found = self.activity(step, false).filter(|found| self.activities[*found].kind == StepKind::Hold);
        match found.and_then(|activity| self.activities[activity].duration.map(|duration| (activity, duration))) {
            Some((activity, duration)) => {
                self.visit(task, activity, visit);
                let time = self.tasks[task].chance.time(duration);
                self.events.plan(self.now + time, Happens::Release { task, activity });
            }
            None => {
                let times = self.tasks[task].path.len() as u64;
                self.tasks[task].path.push((HELD, times));
            }
        }
    }

    pub(super) fn visit(&mut self, task: usize, activity: usize, visit: u64) {
        let path = &mut self.tasks[task].path;
        if path.contains(&(activity, visit)) {
            return;
        }
        let counts = &mut self.activities[activity].counts;
        counts.visits += 1;
        counts.tasks += u64::from(!path.iter().any(|(known, _)| *known == activity));
        path.push((activity, visit));
    }

    pub(super) fn end(&mut self, task: usize, end: End) {
        let one = &mut self.tasks[task];
        if one.end.is_none() {
            one.end = Some(end);
            one.open.clear();
            one.runs.clear();
            one.kept = super::task::Kept::Gone;
            self.ended += 1;
            self.last = self.last.max(self.now);
            if matches!(end, End::Completed | End::Archived) {
                self.end_times.push(self.now);
            }
        }
    }
}
