//! One task on its way.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::chance::Chance;
use crate::{
    agreement::{Measure, Unmeasurable},
    statechart::{Saved, Snapshot},
    workflow::Flow,
};

#[derive(Debug)]
pub(super) struct Task {
    pub kept: Kept,
    pub chance: Chance,
    /// What it began with: the machine may be asked again.
    pub first_chance: f64,
    /// Which of the samples.
    pub sample: usize,
    pub events: u32,
    /// Activities that wait for people: with the number of the opening.
    pub open: Vec<(usize, u32)>,
    /// Programs that run: with the number of the run.
    pub runs: Vec<(usize, u32)>,
    pub next: u32,
    /// Where it has been: activities, or [`super::engine::HELD`]. With the step's visit, so that opening anew is no second visit.
    pub path: Vec<(usize, u64)>,
    pub end: Option<End>,
    pub is_held: bool,
    /// A step needs more people than there are.
    pub is_starved: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Completed,
    Archived,
    /// Too much has happened to it.
    Stuck,
    /// A condition could not be answered, or the machine failed.
    Failed,
}

/// A snapshot is some kilobytes; of very many tasks only what it can be made from is kept.
#[derive(Debug)]
pub(super) enum Kept {
    /// Nothing has happened since the beginning.
    Fresh,
    Snapshot(Box<Snapshot>),
    Text(Box<str>),
    Gone,
}

impl Task {
    pub fn new(index: usize, seed: u64, samples: usize) -> Self {
        let mut chance = Chance::of(seed, index as u64);
        let (first_chance, sample) = (chance.unit(), chance.below(samples));
        Self {
            kept: Kept::Fresh,
            chance,
            first_chance,
            sample,
            events: 0,
            open: Vec::new(),
            runs: Vec::new(),
            next: 0,
            path: Vec::new(),
            end: None,
            is_held: false,
            is_starved: false,
        }
    }

    pub fn number(&mut self) -> u32 {
        self.next += 1;
        self.next
    }

    /// None: it cannot be read again.
    pub fn take(&mut self, flow: &Flow, input: &Value) -> Option<Snapshot> {
        match std::mem::replace(&mut self.kept, Kept::Gone) {
            Kept::Fresh => flow.start(input, self.first_chance, moment(0), &Equality).ok().map(|step| step.snapshot),
            Kept::Snapshot(snapshot) => Some(*snapshot),
            Kept::Text(text) => serde_json::from_str::<Saved>(&text).ok()?.load(&flow.machine).ok(),
            Kept::Gone => None,
        }
    }

    pub fn keep(&mut self, flow: &Flow, snapshot: Snapshot, briefly: bool) {
        self.kept = if !briefly {
            Kept::Snapshot(Box::new(snapshot))
        } else if self.events == 0 {
            Kept::Fresh
        } else {
            serde_json::to_string(&snapshot.save(&flow.machine)).map_or(Kept::Gone, |text| Kept::Text(text.into()))
        };
    }
}

pub(super) fn moment(milliseconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::milliseconds(milliseconds)
}

/// Whatever a workflow measures: the share of pairs of answers that are equal. What answers look like is not simulated, so that their metrics cannot
/// be asked.
#[derive(Debug)]
pub(super) struct Equality;

impl Measure for Equality {
    fn metrics(&self) -> &[&'static str] {
        &[]
    }

    #[expect(clippy::cast_precision_loss, reason = "a handful of answers")]
    fn measure(&self, _: &str, answers: &[&Value]) -> Result<f64, Unmeasurable> {
        if answers.len() < 2 {
            return Err(Unmeasurable::TooFew(answers.len()));
        }
        let pairs = answers.len() * (answers.len() - 1) / 2;
        let equal: usize = answers.iter().enumerate().map(|(at, one)| answers[..at].iter().filter(|other| *other == one).count()).sum();
        Ok(equal as f64 / pairs as f64)
    }
}
