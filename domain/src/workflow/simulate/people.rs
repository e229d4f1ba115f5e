//! People in the run: work is opened for them, taken and handed in.

use serde_json::json;

use super::{
    engine::Engine,
    events::Happens,
    task::End,
    work::{Activity, Piece},
};
use crate::workflow::{Decision, StepKind, Told, consensus::Answer};

impl Engine<'_> {
    pub(super) fn open(&mut self, task: usize, step: &str, is_extra: bool, needed: u64, done: u64, visit: u64) {
        let Some(activity) = self.activity(step, is_extra) else { return };
        self.visit(task, activity, visit);
        let Some(pool) = self.pool(activity) else { return };
        let what = &self.activities[activity];
        let (needed, done) = if what.is_extra || what.kind == StepKind::Review { (1, 0) } else { (needed, done) };
        let opening = self.tasks[task].number();
        self.tasks[task].open.push((activity, opening));
        let people = u64::from(self.pools[pool].people);
        if people == 0 || (what.unique && needed > people) {
            self.tasks[task].is_starved = true;
            return;
        }
        for _ in done..needed.max(done + 1) {
            self.pools[pool].queue.push_back(Piece { task, activity, opening, since: self.now });
        }
        self.dispatch(pool);
    }

    /// Whoever is free takes the oldest work.
    pub(super) fn dispatch(&mut self, pool: usize) {
        while self.pools[pool].idle > 0 {
            let Some(piece) = self.pools[pool].queue.pop_front() else { return };
            let task = &mut self.tasks[piece.task];
            let activity = &mut self.activities[piece.activity];
            let Some(duration) = activity.duration.filter(|_| task.open.contains(&(piece.activity, piece.opening))) else { continue };
            let (time, waited) = (task.chance.time(duration), self.now - piece.since);
            activity.counts.pieces += 1;
            activity.counts.work += time;
            activity.counts.waited += waited;
            activity.counts.longest_wait = activity.counts.longest_wait.max(waited);
            self.pools[pool].work += time;
            self.pools[pool].idle -= 1;
            let Piece { task, activity, opening, .. } = piece;
            self.events.plan(self.now + time, Happens::WorkEnds { task, activity, opening });
        }
    }

    pub(super) fn pool(&self, activity: usize) -> Option<usize> {
        let team = self.activities[activity].team?;
        self.pools.iter().position(|pool| pool.team == team)
    }

    /// Somebody says what they think of a task.
    pub(super) fn submit(&mut self, task: usize, activity: usize) {
        let Activity { step, kind, is_extra, assumed, by_hand, .. } = &self.activities[activity];
        let (step, kind, is_extra, by_hand) = (step.clone(), *kind, *is_extra, *by_hand);
        let data = |differs: bool, count: usize| if differs { json!({"differs": count}) } else { assumed.output.clone() };
        let by = |count: usize| format!("person {count}");
        let chance = &mut self.tasks[task].chance;
        if is_extra {
            let answer = Answer { by: by(0), data: data(false, 0), weight: 1.0 };
            return self.tell(task, Told::Adjudicated { step, answer });
        }
        if kind == StepKind::Review {
            let drawn = chance.unit() * (assumed.approve + assumed.request_changes + assumed.reject);
            let decision = if drawn < assumed.approve {
                Decision::Approve
            } else if drawn < assumed.approve + assumed.request_changes {
                Decision::RequestChanges
            } else {
                Decision::Reject
            };
            return self.tell(task, Told::Decided { step, decision, by: by(0), reason: None });
        }
        let agrees = chance.is(assumed.agreement);
        let input = self.input(task);
        let Some(snapshot) = self.tasks[task].take(self.flow, &input) else { return self.end(task, End::Failed) };
        let state = &snapshot.context()["steps"][&step];
        let mut answers: Vec<Answer> = serde_json::from_value(state["answers"].clone()).unwrap_or_default();
        let is_enough = state["needed"].as_u64().is_none_or(|needed| answers.len() as u64 + 1 >= needed);
        answers.push(Answer { by: by(answers.len()), data: data(!answers.is_empty() && !agrees, answers.len()), weight: 1.0 });
        self.tasks[task].keep(self.flow, snapshot, false);
        self.tell(task, Told::Answered { step: step.clone(), answers });
        if by_hand && is_enough && self.tasks[task].end.is_none() {
            self.tell(task, Told::Finished { step });
        }
    }
}
