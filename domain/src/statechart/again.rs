//! A snapshot that is gone on from at another moment, or in another version of its machine, than it was made at.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    Machine, Recipient, Snapshot, Step, StepError,
    effect::Effect,
    machine::{Action, Delay},
    run::Run,
};

/// Timers of `after`, which a state has as long as it is active. Others were asked for by an action, and stay.
const AFTER: &str = "xstate.after.";

impl Machine {
    /// Back to a snapshot that was left at `left`. Its timers wait for what they had to wait for then, or, if that was nothing, as long as their state
    /// says; what ran outside for it is started once more. The effects are all that it waits for: whoever keeps due rows forgets those of before.
    ///
    /// # Errors
    /// A delay or an input that cannot be computed.
    pub fn resume(&self, snapshot: &Snapshot, left: DateTime<Utc>, now: DateTime<Utc>) -> Result<Step, StepError> {
        let mut run = Run::from(self, snapshot, now);
        let mut timers = std::mem::take(&mut run.snapshot.timers);
        for timer in &mut timers {
            let rest = timer.due - left;
            let wait = if rest > TimeDelta::zero() { rest } else { run.whole_delay(&timer.id)?.unwrap_or_default() };
            timer.due = now + wait;
            run.effects.push(Effect::Schedule { timer: timer.timer, id: timer.id.clone(), due: timer.due });
        }
        run.snapshot.timers = timers;
        let invokes: Vec<_> = snapshot.active.iter().flat_map(|node| &self.node(node).invokes).collect();
        for (id, _) in &snapshot.children {
            let Some(invoke) = invokes.iter().find(|invoke| invoke.id == *id) else { continue };
            let input = invoke.input.as_ref().map(|input| input.value(&run.variables())).transpose()?.unwrap_or_default();
            run.effects.push(Effect::Spawn { id: id.clone(), src: invoke.src.clone(), input });
        }
        Ok(run.finish())
    }

    /// A snapshot of another version, in whose states this one has other delays: timers that its states do not have any more are cancelled, and those that
    /// they have since are begun.
    ///
    /// # Errors
    /// A delay that cannot be computed.
    pub fn refit(&self, snapshot: &Snapshot, now: DateTime<Utc>) -> Result<Step, StepError> {
        let mut run = Run::from(self, snapshot, now);
        let mut delays = Vec::new();
        for node in snapshot.active.iter() {
            delays.extend(self.node(node).entry.iter().filter_map(after));
        }
        let gone: Vec<String> = snapshot.timers.iter().map(|timer| timer.id.clone()).collect();
        for id in gone.iter().filter(|id| id.starts_with(AFTER) && !delays.iter().any(|(known, ..)| known == id)) {
            run.cancel(id);
        }
        for (id, event, delay) in delays {
            if !snapshot.timers.iter().any(|timer| timer.id == *id) {
                let event = run.event_of(event)?;
                run.schedule(Recipient::Myself, event, Some(id.clone()), delay)?;
            }
        }
        Ok(run.finish())
    }
}

impl Run<'_> {
    /// As its state says. None: no active state has such a timer.
    fn whole_delay(&self, timer: &str) -> Result<Option<TimeDelta>, StepError> {
        let delays = self.snapshot.active.iter().flat_map(|node| &self.machine.node(node).entry).filter_map(after);
        let mut of_timer = delays.filter(|(id, ..)| *id == timer).map(|(_, _, delay)| self.milliseconds_of(delay));
        Ok(of_timer.next().transpose()?.map(TimeDelta::milliseconds))
    }
}

/// What an entry action waits for, if it is one of `after`.
fn after(action: &Action) -> Option<(&String, &super::machine::EventTemplate, &Delay)> {
    match action {
        Action::Raise { event, id: Some(id), delay: Some(delay) } if id.starts_with(AFTER) => Some((id, event, delay)),
        _ => None,
    }
}
