//! A task that stands in one version of a workflow and goes on in another.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{Flow, FlowError, StepKind, build::untouched, shapes::all_steps};
use crate::statechart::{LoadError, Saved, Snapshot, Step};

/// Why a task stays on its version.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Misfit {
    #[error(transparent)]
    State(#[from] LoadError),
    /// People who are at it would find themselves at other work.
    #[error("step {step:?} is of another type there")]
    Kind { step: String },
}

impl Flow {
    /// Where a task stands. A state that another version kept knows nothing of the steps that only this one has: they are as if nobody had come to them.
    ///
    /// # Errors
    /// What this version does not have.
    pub fn load(&self, mut saved: Saved) -> Result<Snapshot, LoadError> {
        if let Some(steps) = saved.context.get_mut("steps").and_then(Value::as_object_mut) {
            for step in all_steps(&self.workflow) {
                steps.entry(&step.id).or_insert_with(untouched);
            }
        }
        saved.load(&self.machine)
    }

    /// A task of the version `before`, as it would go on here.
    ///
    /// # Errors
    /// Why it stays where it is.
    pub fn fit(&self, saved: Saved, before: Option<&Self>) -> Result<Snapshot, Misfit> {
        let snapshot = self.load(saved)?;
        for (_, meta) in snapshot.meta(&self.machine) {
            let Some(step) = meta["step"].as_str() else { continue };
            let was: Option<StepKind> = before.and_then(|before| before.kind_of(step));
            if was.is_some() && was != self.kind_of(step) {
                return Err(Misfit::Kind { step: step.to_owned() });
            }
        }
        Ok(snapshot)
    }

    /// What comes of going on here: how many answers the steps ask for that it is in, with those it was given more of, and how long it waits.
    ///
    /// # Errors
    /// A delay that cannot be computed.
    pub fn take_over(&self, snapshot: &Snapshot, before: Option<&Self>, now: DateTime<Utc>) -> Result<Step, FlowError> {
        let count = |flow: &Self, id: &str| {
            let step = all_steps(&flow.workflow).into_iter().find(|step| step.id == id);
            step.map(|step| u64::from(step.completion.count.unwrap_or(1)))
        };
        let mut steps = snapshot.context()["steps"].clone();
        for step in all_steps(&self.workflow) {
            let (Some(was), Some(is)) = (before.and_then(|before| count(before, &step.id)), count(self, &step.id)) else { continue };
            let state = &mut steps[&step.id];
            if state["status"] == "active" && was != is {
                let more = state["needed"].as_u64().unwrap_or(was).saturating_sub(was);
                state["needed"] = json!(is + more);
            }
        }
        Ok(self.machine.refit(&snapshot.with_context("steps", steps), now)?)
    }
}
