//! What a step asks its caller to do, what it did, and what can stop it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Event, Snapshot};

/// To be carried out after the snapshot is kept, in this order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Effect {
    /// A named action.
    Run {
        action: String,
        params: Value,
    },
    /// For whoever listens to this machine.
    Emit {
        event: Event,
    },
    Log {
        label: Option<String>,
        value: Value,
    },
    /// Tell another machine, now. What a machine tells itself never leaves the step.
    Send {
        to: Recipient,
        event: Event,
    },
    /// Keep a due row: when it is due, give `Input::Timer(timer)`. One that was cancelled or has fired is ignored, so it may be given twice.
    Schedule {
        timer: u64,
        id: String,
        due: DateTime<Utc>,
    },
    Cancel {
        timer: u64,
    },
    /// Start a child; its end comes back as [`Event::done`] or [`Event::failed`].
    Spawn {
        id: String,
        src: String,
        input: Value,
    },
    Stop {
        id: String,
    },
}

/// Whom an event is sent to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recipient {
    Myself,
    Parent,
    Child(String),
}

/// What came of one input.
#[derive(Clone, Debug)]
pub struct Step {
    pub snapshot: Snapshot,
    pub effects: Vec<Effect>,
    pub trace: Trace,
}

/// What happened in between, for the record of state transitions.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Trace {
    pub transitions: Vec<Taken>,
    pub guards: Vec<GuardTried>,
    pub actions: Vec<ActionRun>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// The event at that moment: also ones the machine raised itself.
    pub event: String,
    pub from: String,
    pub to: Vec<String>,
    pub kind: TakenKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TakenKind {
    /// By an event, out of its state or back into it.
    External,
    /// By an event, within its state.
    Internal,
    /// By time.
    Delayed,
    /// Without an event.
    Always,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuardTried {
    /// Its name, or its expression.
    pub guard: String,
    pub held: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionRun {
    /// A name, or `xstate.assign` and the like.
    pub action: String,
    pub cause: Cause,
}

/// Why an action ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    Entry,
    Exit,
    Transition,
}

/// Why a step did not happen. The snapshot it began with stands.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StepError {
    #[error("the guard {guard} at {place} failed on {event}: {reason}")]
    Guard { guard: String, place: String, event: String, reason: String },
    #[error("the expression {expression} at {place} failed: {reason}")]
    Expression { place: String, expression: String, reason: String },
    #[error("no rest after {limit} microsteps: the machine goes round in {}", states.join(", "))]
    Endless { states: Vec<String>, limit: usize },
    #[error("at {place}: there is no child {child:?} to send to")]
    NoSuchChild { place: String, child: String },
    #[error("the delay at {place} came to {value}: {reason}")]
    Delay { place: String, value: String, reason: String },
    #[error("the event at {place} came to something without a type")]
    NotAnEvent { place: String },
    #[error("the expression {expression} at {place} comes to too much: all values computed in one step take at most {limit} bytes")]
    TooLarge { place: String, expression: String, limit: usize },
    #[error("an event cannot be called \"*\"")]
    Wildcard,
}
