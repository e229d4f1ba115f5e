//! Our statecharts beside XState itself in a Node process, and beside the cases of other engines (`H_statecharts` of the shared data). Needs Node and
//! `tools/statechart-peer` (`scripts/setup --tests`).

mod cases;
mod generate;
mod peer;
mod random;
mod scxml;

use std::{io::Write, path::PathBuf};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use tandem_domain::{
    expression::Scope,
    statechart::{Catalog, Definition, Effect, Event, Input, Machine, Recipient, Saved, Snapshot, Status, Step, StepError, Strictness},
};

/// What machines may name; the same in tools/statechart-peer/peer.mjs.
pub fn catalog() -> Catalog {
    let n = |scope: &dyn Scope| scope.variable("n").and_then(Value::as_i64).ok_or_else(|| "there is no n".to_owned());
    Catalog::default()
        .guard("atLeast", move |scope, params| Ok(n(scope)? >= params["min"].as_i64().ok_or("no min")?))
        .guard("isEven", move |scope, _| Ok(n(scope)? % 2 == 0))
        .guard("fails", |_, _| Err("it fails on purpose".to_owned()))
        .actions(["record", "notify", "store"])
        .actors(["worker", "model"])
        .delay("soon", 15)
}

/// The shared sample data, or a line that says what did not run: past the harness, which shows what a test prints only when it fails.
pub fn data(path: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("TANDEM_SHARED_DATA")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data/dev")), PathBuf::from);
    let path = folder.join("H_statecharts").join(path);
    if path.exists() {
        return Some(path);
    }
    let _ = writeln!(
        std::io::stderr(),
        "NOT RUN: {} is not there; set TANDEM_SHARED_DATA to the folder that has H_statecharts",
        path.display()
    );
    None
}

pub fn begin() -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000, 0).unwrap()
}

/// A machine that is run by its caller: effects gathered, timers given back when they are due, and every snapshot stored and loaded in between.
pub struct Host<'m> {
    machine: &'m Machine,
    pub now: DateTime<Utc>,
    pub snapshot: Snapshot,
    effects: Vec<Effect>,
    actions: Vec<String>,
    pub failed: Option<StepError>,
}

impl<'m> Host<'m> {
    pub fn start(machine: &'m Machine) -> Result<Self, StepError> {
        let Step { snapshot, effects, trace } = machine.start(None, begin())?;
        let actions = trace.actions.into_iter().map(|run| run.action).collect();
        Ok(Self { machine, now: begin(), snapshot, effects, actions, failed: None })
    }

    fn step(&mut self, input: impl Into<Input>) {
        let stored = serde_json::to_string(&self.snapshot.save(self.machine)).unwrap();
        let loaded = serde_json::from_str::<Saved>(&stored)
            .unwrap()
            .load(self.machine)
            .unwrap_or_else(|error| panic!("what was saved loads, not: {error}\n{stored}"));
        assert_eq!(loaded, self.snapshot, "saved as {stored}");
        match self.machine.step(&loaded, input, self.now) {
            Ok(Step { snapshot, effects, trace }) => {
                self.snapshot = snapshot;
                self.effects.extend(effects);
                self.actions.extend(trace.actions.into_iter().map(|run| run.action));
            }
            Err(error) => self.failed = Some(error),
        }
    }

    pub fn send(&mut self, event: Event) {
        self.step(event);
    }

    pub fn wait(&mut self, milliseconds: i64) {
        self.now += TimeDelta::milliseconds(milliseconds);
        while self.failed.is_none()
            && let Some(timer) = self.snapshot.next_timer().filter(|timer| timer.due <= self.now).map(|timer| timer.timer)
        {
            self.step(Input::Timer(timer));
        }
    }

    /// Every timer at its own time.
    pub fn wait_through(&mut self, milliseconds: i64) {
        let end = self.now + TimeDelta::milliseconds(milliseconds);
        while self.failed.is_none()
            && let Some(timer) = self.snapshot.next_timer().filter(|timer| timer.due <= end).cloned()
        {
            self.now = timer.due.max(self.now);
            self.step(Input::Timer(timer.timer));
        }
        self.now = end;
    }

    pub fn status(&self) -> &'static str {
        match (&self.failed, self.snapshot.status()) {
            (Some(_), _) | (None, Status::Failed { .. }) => "error",
            (None, Status::Active) => "active",
            (None, Status::Done { .. }) => "done",
        }
    }

    /// In the words of the peer, with what happened since the last look.
    pub fn look(&mut self) -> Value {
        let (effects, actions) = (std::mem::take(&mut self.effects), std::mem::take(&mut self.actions));
        if self.status() == "error" {
            return json!({"status": "error", "why": self.failed.as_ref().map_or("child", why)});
        }
        let mut tags = self.snapshot.tags(self.machine);
        tags.sort_unstable();
        let mut seen = json!({
            "status": self.status(),
            "value": self.snapshot.value(self.machine),
            "context": self.snapshot.context(),
            "tags": tags,
            // An assign is nothing that XState tells.
            "order": actions.into_iter().filter(|action| action != "xstate.assign").collect::<Vec<_>>(),
            "effects": effects.iter().filter_map(|effect| self.told(effect)).collect::<Vec<_>>(),
        });
        if let Status::Done { output: Some(output) } = self.snapshot.status() {
            seen["output"] = output.clone();
        }
        seen
    }

    fn told(&self, effect: &Effect) -> Option<Value> {
        match effect {
            Effect::Run { action, params } => Some(json!([action, params])),
            Effect::Emit { event } => Some(json!(["emit", event])),
            Effect::Log { label, value } => Some(json!(["log", label, value])),
            Effect::Spawn { id, src, input } => Some(json!(["spawn", id, src, input])),
            Effect::Send { to: Recipient::Child(child), event } => Some(json!(["send", child, event])),
            Effect::Send { .. } | Effect::Schedule { .. } | Effect::Cancel { .. } | Effect::Stop { .. } => None,
        }
    }
}

/// In a word.
pub fn why(error: &StepError) -> &'static str {
    match error {
        StepError::Guard { .. } => "guard",
        StepError::Endless { .. } => "endless",
        StepError::NoSuchChild { .. } => "no child",
        StepError::Expression { .. }
        | StepError::Delay { .. }
        | StepError::NotAnEvent { .. }
        | StepError::TooLarge { .. }
        | StepError::Wildcard => "other",
    }
}

/// Numbers count by value.
pub fn plain(value: &Value) -> Value {
    match value {
        Value::Number(number) => Value::from(number.as_f64().unwrap()),
        Value::Array(values) => values.iter().map(plain).collect(),
        Value::Object(entries) => entries.iter().map(|(key, value)| (key.clone(), plain(value))).collect(),
        other => other.clone(),
    }
}

pub fn compile(text: &str, strictness: Strictness) -> Machine {
    let definition = Definition::parse(text).unwrap();
    Machine::compile(&definition, &catalog(), strictness).unwrap_or_else(|problems| {
        let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
        panic!("{}\n{text}", told.join("\n"))
    })
}
